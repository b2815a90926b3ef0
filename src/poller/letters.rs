//! The loop over the outbox: claims due letters and sends them.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::conversation::Delivery;
use crate::crash;
use crate::store::outbox::Mail;

use super::lease::held;
use super::{Poller, sleep_after, sleep_until};

/// Letters claimed at once; they are sent side by side, each chat and all together within Telegram's limits.
const BATCH: i64 = 30;
/// Failed tries after which a letter is given up; at the pauses below that is more than a day.
const MAX_ATTEMPTS: i32 = 40;
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

impl Poller {
    pub(super) async fn run_letters(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let goes_on = match self.send_due().await {
                Ok(true) => true,
                Ok(false) => match self.talk.world().store.next_mail_at().await {
                    Ok(next) => sleep_until(&self.bell.mail, next, stop).await,
                    Err(cause) => sleep_after(&cause.into(), "look for the next letter", stop).await,
                },
                Err(cause) => sleep_after(&cause, "claim letters", stop).await,
            };
            if !goes_on {
                return;
            }
        }
    }

    /// Answers whether there may be more at once.
    async fn send_due(&self) -> anyhow::Result<bool> {
        let now = chrono::Utc::now();
        let mails = self.talk.world().store.claim_mail(now, now + self.pace.lease, BATCH).await?;
        let more = mails.len() as i64 == BATCH;
        let sending: Vec<_> = mails
            .into_iter()
            .map(|mail| {
                let poller = self.clone();
                let span = tracing::info_span!("letter", mail.id = %mail.id);
                self.tasks.spawn(async move { poller.send(&mail).await }.instrument(span))
            })
            .collect();
        futures::future::join_all(sending).await;
        Ok(more)
    }

    async fn send(&self, mail: &Mail) {
        let id = mail.id;
        let store = &self.talk.world().store;
        let renew = || store.renew_mail(mail, chrono::Utc::now() + self.pace.lease);
        if let Err(cause) = held(self.pace.lease, renew, self.deliver(mail)).await {
            // Its lease runs out, and it is tried again.
            tracing::error!(mail.id = %id, error = format!("{cause:#}"), "could not send letter {id}");
        }
    }

    async fn deliver(&self, mail: &Mail) -> anyhow::Result<()> {
        if mail.sent_at.is_some() {
            // Whoever sent it died before what follows from that.
            return self.follow_up(mail).await;
        }
        let delivery = self.talk.post(mail).await?;
        self.note(mail, delivery).await
    }

    /// What follows from a letter that is with Telegram; then it is done with.
    async fn follow_up(&self, mail: &Mail) -> anyhow::Result<()> {
        self.talk.posted(mail).await?;
        crash::point("posted");
        self.talk.world().store.mail_done(mail).await?;
        Ok(())
    }

    async fn note(&self, mail: &Mail, delivery: Delivery) -> anyhow::Result<()> {
        let store = &self.talk.world().store;
        let now = chrono::Utc::now();
        match delivery {
            Delivery::Sent => {
                store.mail_sent(mail, now).await?;
                crash::point("marked");
                self.follow_up(mail).await?;
            }
            Delivery::Void => {
                store.mail_failed(mail, None, "nobody or nothing left to send").await?;
            }
            Delivery::Blocked => {
                store.mail_blocked(mail).await?;
            }
            Delivery::Refused(reason) => {
                tracing::error!(mail.id = %mail.id, reason, "Telegram refuses letter {}", mail.id);
                store.mail_failed(mail, None, &reason).await?;
            }
            Delivery::Again { reason, .. } if mail.attempts + 1 >= MAX_ATTEMPTS => {
                tracing::error!(mail.id = %mail.id, reason, "letter {} is given up", mail.id);
                store.mail_failed(mail, None, &reason).await?;
            }
            Delivery::Again { after, reason } => {
                let pause = after.unwrap_or_else(|| back_off(mail.attempts));
                store.mail_failed(mail, Some(now + pause), &reason).await?;
            }
        }
        Ok(())
    }
}

/// 1, 2, 4 … seconds, up to an hour.
fn back_off(attempts: i32) -> Duration {
    Duration::from_secs(1_u64 << attempts.clamp(0, 12)).min(LONGEST_PAUSE)
}
