//! Fetching updates by one process at a time, whichever has the lease.
//!
//! Telegram refuses two that poll at once. So the processes on one database take turns: who fetches renews its lease,
//! gives it back when it ends, and lets it run out when it dies.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::database::Engine;
use crate::orders::Bell;
use crate::store::Store;
use crate::telegram::polling::{self, PollingError};
use crate::telegram::{Client, Dispatcher};

const NAME: &str = "updates";
/// How long updates wait at most for a process that died while it fetched them.
const LONGEST_LEASE: Duration = Duration::from_secs(6);
/// Renewals within one lease: two may fail before it runs out.
const BEATS: u32 = 3;

/// This process among those that could fetch.
pub(super) struct Turns {
    store: Store,
    /// Rings when a lease has been given back.
    bell: Arc<Bell>,
    holder: Uuid,
    lease: Duration,
}

impl Turns {
    pub(super) fn new(store: Store, bell: Arc<Bell>, lease: Duration) -> Self {
        Self { store, bell, holder: Uuid::new_v4(), lease: lease.min(LONGEST_LEASE) }
    }

    /// Fetches updates whenever it is this process's turn, until `stop`; what is in flight ends first.
    ///
    /// # Errors
    /// When Telegram no longer knows the token.
    pub(super) async fn fetch(
        &self,
        client: &Client,
        dispatcher: &Dispatcher,
        stop: &CancellationToken,
    ) -> Result<(), PollingError> {
        if self.store.database().engine() == Engine::Sqlite {
            // The file is this process's own, and so are the updates.
            return polling::run(client.clone(), dispatcher.clone(), stop.clone()).await;
        }
        while self.comes(stop).await {
            let term = stop.child_token();
            let mut fetching = std::pin::pin!(polling::run(client.clone(), dispatcher.clone(), term.clone()));
            let outcome = tokio::select! {
                outcome = &mut fetching => outcome,
                () = self.is_over() => {
                    term.cancel();
                    fetching.await
                }
            };
            self.give_back().await;
            outcome?;
        }
        Ok(())
    }

    /// Waits for this process's turn. False: stop.
    async fn comes(&self, stop: &CancellationToken) -> bool {
        while !stop.is_cancelled() {
            match self.take().await {
                Ok(true) => return true,
                Ok(false) => {}
                Err(cause) => tracing::warn!(error = %cause, "could not ask whose turn it is to fetch updates"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.bell.leases.notified() => {}
                () = tokio::time::sleep(self.lease / BEATS) => {}
            }
        }
        false
    }

    /// Renews the lease until another process has it.
    async fn is_over(&self) {
        loop {
            tokio::time::sleep(self.lease / BEATS).await;
            match self.take().await {
                Ok(true) => {}
                Ok(false) => return tracing::warn!("another process fetches the updates now"),
                // Whoever cannot be asked cannot have given it away; and two that fetch for a moment do no harm.
                Err(cause) => tracing::warn!(error = %cause, "could not renew the turn to fetch updates"),
            }
        }
    }

    async fn take(&self) -> sqlx::Result<bool> {
        let now = chrono::Utc::now();
        self.store.take_lease(NAME, self.holder, now, now + self.lease).await
    }

    async fn give_back(&self) {
        if let Err(cause) = self.store.release_lease(NAME, self.holder).await {
            tracing::warn!(error = %cause, "could not give the turn to fetch updates back; it runs out by itself");
        }
    }
}
