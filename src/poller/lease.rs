//! Short leases that are renewed while the work goes on.
//!
//! A lease says how long a row waits for a process that has died, so it has to be short; work may take long. Whoever
//! works therefore renews it again and again, and only death lets it run out.

use std::time::Duration;

/// Renewals within one lease: two may fail before it runs out.
const BEATS: u32 = 3;

/// Does `work` and renews its lease meanwhile; `renew` answers false when there is nothing to renew any more.
///
/// Work that has lost its lease goes on: the fence keeps it from writing, and only it can clean up behind itself, such
/// as a task at a provider that nobody else knows of.
pub(super) async fn held<W, R>(lease: Duration, renew: impl Fn() -> R, work: W) -> W::Output
where
    W: Future,
    R: Future<Output = sqlx::Result<bool>>,
{
    let mut work = std::pin::pin!(work);
    // Polled together: the work may hold the very connection that a renewal waits for.
    tokio::select! {
        done = &mut work => return done,
        () = keep(lease, renew) => {}
    }
    work.await
}

/// Renews until there is nothing to renew.
async fn keep<R>(lease: Duration, renew: impl Fn() -> R)
where
    R: Future<Output = sqlx::Result<bool>>,
{
    loop {
        tokio::time::sleep(lease / BEATS).await;
        match renew().await {
            Ok(true) => {}
            Ok(false) => return,
            Err(cause) => tracing::warn!(error = %cause, "could not renew a lease; trying again"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const LEASE: Duration = Duration::from_secs(15);

    #[tokio::test(start_paused = true)]
    async fn long_work_keeps_its_lease() {
        let renewed = AtomicU32::new(0);
        let renew = || async {
            renewed.fetch_add(1, Ordering::Relaxed);
            Ok(true)
        };
        held(LEASE, renew, tokio::time::sleep(LEASE * 4 - Duration::from_secs(1))).await;
        assert_eq!(renewed.load(Ordering::Relaxed), 4 * BEATS - 1);
    }

    #[tokio::test(start_paused = true)]
    async fn short_work_renews_nothing() {
        let renew = || async { panic!("there was no time for that") };
        assert_eq!(held(LEASE, renew, async { 7 }).await, 7);
    }

    #[tokio::test(start_paused = true)]
    async fn work_without_its_lease_goes_on_to_its_end() {
        let asked = AtomicU32::new(0);
        let renew = || async {
            asked.fetch_add(1, Ordering::Relaxed);
            Ok(false)
        };
        let work = async {
            tokio::time::sleep(LEASE * 4).await;
            7
        };
        assert_eq!(held(LEASE, renew, work).await, 7);
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_renewal_that_fails_is_tried_again() {
        let asked = AtomicU32::new(0);
        let renew = || async {
            asked.fetch_add(1, Ordering::Relaxed);
            Err(sqlx::Error::PoolTimedOut)
        };
        held(LEASE, renew, tokio::time::sleep(LEASE)).await;
        assert!(asked.load(Ordering::Relaxed) >= BEATS - 1);
    }
}
