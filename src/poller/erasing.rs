//! The loop over deletions: has providers delete what they hold of avatars that are gone, until each has confirmed.

use std::time::Duration;

use sqlx::types::Json;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::providers::{Fault, ProviderError, Task};
use crate::store::erasures::{Erasure, Trace};

use super::calls::Call;
use super::lease::held;
use super::{Poller, sleep_after, sleep_until};

/// Deletions claimed at once.
const BATCH: i64 = 8;
/// Tries after which the person is told what could not be confirmed; at the pauses below that is a day.
const MAX_TRIES: i32 = 14;
const LONGEST_PAUSE: Duration = Duration::from_secs(2 * 3600);

impl Poller {
    pub(super) async fn run_erasures(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let goes_on = match self.erase_due().await {
                Ok(true) => true,
                Ok(false) => match self.talk.world().store.next_erasure_at().await {
                    Ok(next) => sleep_until(&self.bell.erasures, next, stop).await,
                    Err(cause) => sleep_after(&cause.into(), "look for the next deletion", stop).await,
                },
                Err(cause) => sleep_after(&cause, "claim deletions", stop).await,
            };
            if !goes_on {
                return;
            }
        }
    }

    /// Answers whether there may be more at once.
    async fn erase_due(&self) -> anyhow::Result<bool> {
        let now = chrono::Utc::now();
        let erasures = self.talk.world().store.claim_erasures(now, now + self.pace.lease, BATCH).await?;
        let more = erasures.len() as i64 == BATCH;
        for erasure in erasures {
            let (id, fence) = (erasure.id, erasure.fence);
            let store = &self.talk.world().store;
            let renew = || store.renew_erasure(id, fence, chrono::Utc::now() + self.pace.lease);
            let span = tracing::info_span!("deletion", erasure.id = %id);
            if let Err(cause) = held(self.pace.lease, renew, self.erase(erasure)).instrument(span).await {
                tracing::error!(erasure.id = %id, error = format!("{cause:#}"), "could not work on deletion {id}");
            }
        }
        Ok(more)
    }

    /// Asks for what is left to be deleted, and ends the deletion when nothing is.
    async fn erase(&self, mut erasure: Erasure) -> anyhow::Result<()> {
        let mut left = Vec::new();
        for trace in &erasure.traces.0 {
            if let Err(cause) = self.forget(trace).await {
                let (id, provider) = (erasure.id, &trace.provider);
                tracing::warn!(erasure.id = %id, provider, error = %cause, "{provider} has not deleted everything yet");
                left.push(trace.clone());
            }
        }
        erasure.traces = Json(left);
        erasure.tries += 1;
        let now = chrono::Utc::now();
        let world = self.talk.world();
        if !erasure.traces.is_empty() && erasure.tries < MAX_TRIES {
            world.store.postpone_erasure(&erasure, now + self.pause(erasure.tries)).await?;
            return Ok(());
        }
        if !erasure.traces.is_empty() {
            let id = erasure.id;
            tracing::error!(erasure.id = %id, "deletion {id} is given up; delete by hand what its row still names");
        }
        world.avatars.erased(&erasure, now).await?;
        Ok(())
    }

    async fn forget(&self, trace: &Trace) -> Result<(), ProviderError> {
        let Some(trainer) = self.trainers.get(&trace.provider) else {
            let reason = format!("{} is switched off", trace.provider);
            return Err(ProviderError::SetUp { fault: Fault::Key, reason });
        };
        let task: Option<Task> = trace.task.clone().and_then(|task| serde_json::from_value(task).ok());
        // A deletion knows no model.
        let of = |what| Call { provider: &trace.provider, model: "", what };
        if let Some(task) = &task {
            // It may still be running; one that has ended is no error.
            let _ = of("call_off").about(task, trainer.call_off(task)).await;
            let _ = of("tidy").about(task, trainer.tidy(task)).await;
        }
        match of("erase").about(task.as_ref(), trainer.erase(task.as_ref(), trace.weights.as_ref())).await {
            Ok(()) | Err(ProviderError::Unknown) => Ok(()),
            Err(cause) => Err(cause),
        }
    }

    fn pause(&self, tries: i32) -> Duration {
        (self.pace.back_off * 2_u32.pow(tries.clamp(0, 16) as u32)).min(LONGEST_PAUSE)
    }
}
