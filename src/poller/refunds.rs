//! The loop over refunds: tells Telegram to give Stars back, and books what came of it.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::crash;
use crate::store::refunds::Refund;
use crate::wallet::StarsError;

use super::lease::held;
use super::{Poller, sleep_after, sleep_until};

/// Refunds claimed at once.
const BATCH: i64 = 10;
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

impl Poller {
    pub(super) async fn run_refunds(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let goes_on = match self.give_back_due().await {
                Ok(true) => true,
                Ok(false) => match self.talk.world().store.next_refund_at().await {
                    Ok(next) => sleep_until(&self.bell.refunds, next, stop).await,
                    Err(cause) => sleep_after(&cause.into(), "look for the next refund", stop).await,
                },
                Err(cause) => sleep_after(&cause, "claim refunds", stop).await,
            };
            if !goes_on {
                return;
            }
        }
    }

    /// Answers whether there may be more at once.
    async fn give_back_due(&self) -> anyhow::Result<bool> {
        let now = chrono::Utc::now();
        let refunds = self.talk.world().store.claim_refunds(now, now + self.pace.lease, BATCH).await?;
        let more = refunds.len() as i64 == BATCH;
        let giving: Vec<_> = refunds
            .into_iter()
            .map(|refund| {
                let poller = self.clone();
                self.tasks.spawn(async move { poller.give_back(&refund).await })
            })
            .collect();
        futures::future::join_all(giving).await;
        Ok(more)
    }

    async fn give_back(&self, refund: &Refund) {
        let store = &self.talk.world().store;
        let renew = || store.renew_refund(refund, chrono::Utc::now() + self.pace.lease);
        if let Err(cause) = held(self.pace.lease, renew, self.tell_telegram(refund)).await {
            // Its lease runs out, and it is tried again.
            tracing::error!(charge = refund.charge_id, error = format!("{cause:#}"), "could not give Stars back");
        }
    }

    /// It is never given up: only Telegram's word says whether the Stars are back.
    async fn tell_telegram(&self, refund: &Refund) -> anyhow::Result<()> {
        let (store, wallet) = (&self.talk.world().store, &self.talk.world().wallet);
        let Some(payer) = store.payer(&refund.charge_id).await? else { return Ok(()) };
        crash::point("refund-asked");
        let told = self.stars.give_back(payer, &refund.charge_id).await;
        crash::point("refund-sent");
        let now = chrono::Utc::now();
        match told {
            Ok(()) => {
                wallet.refunded(&refund.charge_id, now).await?;
                crash::point("refund-booked");
                self.bell.mail.notify_one();
            }
            Err(StarsError::Refused(reason)) => {
                tracing::error!(charge = refund.charge_id, reason, "Telegram refuses to give Stars back");
                wallet.refund_refused(refund, &reason, now).await?;
                self.bell.mail.notify_one();
            }
            Err(StarsError::Wait(after)) => {
                store.postpone_refund(refund, now + after, "too many requests").await?;
            }
            Err(StarsError::Passing(reason)) => {
                tracing::warn!(charge = refund.charge_id, reason, "Stars could not be given back yet");
                store.postpone_refund(refund, now + back_off(refund.tries), &reason).await?;
            }
        }
        Ok(())
    }
}

/// 1, 2, 4 … seconds, up to an hour.
fn back_off(tries: i32) -> Duration {
    Duration::from_secs(1_u64 << tries.clamp(0, 12)).min(LONGEST_PAUSE)
}
