//! The loop over albums: hands over those whose parts have all come.

use tokio_util::sync::CancellationToken;

use crate::domain::TelegramId;
use crate::flows::IncomingPhoto;
use crate::store::albums::Part;

use super::lease::held;
use super::{Poller, sleep_after, sleep_until};

impl Poller {
    pub(super) async fn run_albums(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let goes_on = match self.hand_over_due().await {
                Ok(()) => match self.talk.world().store.next_album_at().await {
                    Ok(next) => sleep_until(&self.bell.albums, next, stop).await,
                    Err(cause) => sleep_after(&cause.into(), "look for the next album", stop).await,
                },
                Err(cause) => sleep_after(&cause, "claim albums", stop).await,
            };
            if !goes_on {
                return;
            }
        }
    }

    async fn hand_over_due(&self) -> anyhow::Result<()> {
        let now = chrono::Utc::now();
        let parts = self.talk.world().store.claim_albums(now, now + self.pace.lease).await?;
        for album in parts.chunk_by(|a, b| (a.chat_id, &a.album) == (b.chat_id, &b.album)) {
            let Some(Part { chat_id, album: name, .. }) = album.first() else { continue };
            let store = &self.talk.world().store;
            let renew = || store.renew_album(*chat_id, name, chrono::Utc::now() + self.pace.lease);
            if let Err(cause) = held(self.pace.lease, renew, self.hand_over(*chat_id, name, album)).await {
                tracing::error!(error = format!("{cause:#}"), "could not handle an album; it comes again");
            }
        }
        Ok(())
    }

    async fn hand_over(&self, chat: TelegramId, name: &str, parts: &[Part]) -> anyhow::Result<()> {
        let mut photos = Vec::with_capacity(parts.len());
        for part in parts {
            photos.push((part.update_id, serde_json::from_value::<IncomingPhoto>(part.part.0.clone())?));
        }
        self.talk.album(chat, name, &photos).await
    }
}
