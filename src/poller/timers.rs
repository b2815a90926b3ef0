//! The loop over the chats' timers.

use chrono::SubsecRound;
use tokio_util::sync::CancellationToken;

use super::{Poller, sleep_after, sleep_until};

const BATCH: i64 = 50;

impl Poller {
    pub(super) async fn run_timers(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let goes_on = match self.tasks.track_future(self.fire_due()).await {
                Ok(true) => true,
                Ok(false) => match self.talk.sessions().next_due().await {
                    Ok(next) => sleep_until(&self.bell.timers, next, stop).await,
                    Err(cause) => sleep_after(&cause.into(), "look for the next timer", stop).await,
                },
                Err(cause) => sleep_after(&cause, "fire timers", stop).await,
            };
            if !goes_on {
                return;
            }
        }
    }

    async fn fire_due(&self) -> anyhow::Result<bool> {
        let now = chrono::Utc::now();
        // What is stored is compared with this later, and stores keep fewer digits than the clock has.
        let lease_until = (now + self.pace.lease).trunc_subsecs(3);
        let chats = self.talk.sessions().claim_due(now, lease_until, BATCH).await?;
        let more = chats.len() as i64 == BATCH;
        for chat in chats {
            if let Err(cause) = self.talk.elapsed(chat, lease_until).await {
                tracing::error!(error = format!("{cause:#}"), "could not handle a chat's timer; it comes again");
            }
        }
        Ok(more)
    }
}
