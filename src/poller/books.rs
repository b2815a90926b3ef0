//! The loop that lays Telegram's book of Stars beside ours: at the start, and again and again.
//!
//! One process does it at a time, each from where it was the last time; its first look goes over everything. Two at once
//! would do no harm, since each payment and each refund is booked once.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::wallet::{CompareError, Compared, StarsError};

use super::Poller;
use super::lease::held;

/// The lease's name.
const LEASE: &str = "stars";

impl Poller {
    pub(super) async fn run_books(&self, stop: &CancellationToken) {
        let (mut from, holder) = (0, Uuid::now_v7());
        loop {
            let pause = self.compare_stars(&mut from, holder).await.unwrap_or_else(|cause| {
                tracing::warn!(error = format!("{cause:#}"), "could not compare Stars; trying again");
                self.pace.lease
            });
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.bell.books.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Moves `from` to where the next look begins, and answers when that is due.
    async fn compare_stars(&self, from: &mut u32, holder: Uuid) -> anyhow::Result<Duration> {
        let store = &self.talk.world().store;
        let take = || {
            let now = chrono::Utc::now();
            store.take_lease(LEASE, holder, now, now + self.pace.lease)
        };
        if !take().await? {
            // Another process is at it.
            return Ok(self.pace.lease);
        }
        let mut compared = Compared { next: *from, ..Compared::default() };
        let looked = held(self.pace.lease, take, async { anyhow::Ok(self.look(&mut compared).await) }).await;
        store.release_lease(LEASE, holder).await?;
        *from = compared.next;
        match looked? {
            Ok(()) => Ok(self.pace.books),
            Err(CompareError::Stars(StarsError::Wait(pause))) => Ok(pause.max(self.pace.lease)),
            Err(cause) => Err(cause.into()),
        }
    }

    /// Looks as far as it can, and tells of what it has found on the way also when it comes to no end.
    async fn look(&self, compared: &mut Compared) -> Result<(), CompareError> {
        let until = chrono::Utc::now() - self.pace.books_grace;
        let looked = self.talk.world().wallet.catch_up(&*self.stars, until, compared).await;
        if let Err(cause) = self.tell(compared).await {
            tracing::error!(error = format!("{cause:#}"), "could not tell of Stars that were compared");
        }
        looked
    }

    async fn tell(&self, compared: &Compared) -> anyhow::Result<()> {
        let Compared { credited, refunded, odd, .. } = compared;
        for (user, charge) in credited {
            tracing::warn!(charge, "a payment that no update has brought is booked");
            if let Err(cause) = self.talk.credited(*user, charge).await {
                // It is booked, and the letter about it goes out; only a dialogue that waits for it does not go on.
                tracing::error!(charge, error = format!("{cause:#}"), "could not go on after a payment");
            }
        }
        let now = chrono::Utc::now();
        let told = if odd.is_empty() { false } else { self.tell_admins(odd, now).await? };
        if *refunded || told {
            self.bell.mail.notify_one();
        }
        Ok(())
    }

    async fn tell_admins(&self, odd: &[crate::wallet::Finding], now: crate::database::Time) -> anyhow::Result<bool> {
        let world = self.talk.world();
        let admins = world.store.known(&world.admins).await?;
        if admins.is_empty() {
            // Not noted as told: whoever becomes an admin hears of it after the next start.
            tracing::error!(count = odd.len(), "Stars cannot be matched, and there is no admin to tell; set ADMIN_IDS");
            return Ok(false);
        }
        Ok(world.wallet.report(odd, &admins, now).await?)
    }
}
