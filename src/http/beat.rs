//! The process says every now and then that it runs, so that the status page of any of them knows all.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::site::Site;
use crate::store::processes::Process;

const EVERY: Duration = Duration::from_secs(15);
/// Whoever has been silent for longer counts as gone.
pub(super) const ALIVE: chrono::Duration = chrono::Duration::seconds(50);

/// Says so until `closing`, and then that it is over.
pub async fn beat(site: Site, closing: CancellationToken) {
    let store = &site.talk().world().store;
    loop {
        let now = chrono::Utc::now();
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let process = Process { id: site.id(), version, started_at: site.started(), seen_at: now };
        if let Err(cause) = store.process_runs(&process, now - ALIVE).await {
            tracing::debug!(error = %cause, "could not say that the process runs");
        }
        tokio::select! {
            () = closing.cancelled() => break,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
    if let Err(cause) = store.process_ended(site.id()).await {
        tracing::debug!(error = %cause, "could not say that the process ends");
    }
}
