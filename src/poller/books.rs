//! The loop that lays Telegram's book of Stars beside ours: at the start, and again and again.
//!
//! One process does it at a time, each from where it was the last time; its first look goes over everything. Two at once
//! would do no harm, since each payment and each refund is booked once.

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::wallet::Compared;

use super::Poller;
use super::lease::held;

/// The lease's name.
const LEASE: &str = "stars";

impl Poller {
    pub(super) async fn run_books(&self, stop: &CancellationToken) {
        let (mut from, holder) = (0, Uuid::now_v7());
        loop {
            let pause = match self.compare_stars(from, holder).await {
                Ok(Some(next)) => {
                    from = next;
                    self.pace.books
                }
                // Another process is at it.
                Ok(None) => self.pace.lease,
                Err(cause) => {
                    tracing::warn!(error = format!("{cause:#}"), "could not compare Stars; trying again");
                    self.pace.lease
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.bell.books.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Answers where the next look begins; `None` when another process is looking.
    async fn compare_stars(&self, from: u32, holder: Uuid) -> anyhow::Result<Option<u32>> {
        let store = &self.talk.world().store;
        let take = || {
            let now = chrono::Utc::now();
            store.take_lease(LEASE, holder, now, now + self.pace.lease)
        };
        if !take().await? {
            return Ok(None);
        }
        let next = held(self.pace.lease, take, self.catch_up(from)).await;
        store.release_lease(LEASE, holder).await?;
        next.map(Some)
    }

    async fn catch_up(&self, from: u32) -> anyhow::Result<u32> {
        let world = self.talk.world();
        let now = chrono::Utc::now();
        let Compared { next, credited, refunded, odd } =
            world.wallet.catch_up(&*self.stars, from, now - self.pace.books_grace).await?;
        for (user, charge) in &credited {
            tracing::warn!(charge, "a payment that no update has brought is booked");
            self.talk.credited(*user, charge).await?;
        }
        let told = if odd.is_empty() { false } else { self.tell_admins(&odd, now).await? };
        if refunded || told {
            self.bell.mail.notify_one();
        }
        Ok(next)
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
