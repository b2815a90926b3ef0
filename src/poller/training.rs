//! The loop over trainings: claims those due and has each one taken a step further.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::coach::Coach;
use super::{Poller, sleep_after, sleep_until};

/// Trainings that one process works on at the same time. Few, since each holds a photo or a piece of weights in memory;
/// a step takes seconds and a training minutes.
const AT_ONCE: usize = 4;

impl Poller {
    pub(super) async fn run_trainings(&self, stop: &CancellationToken) {
        let room = Arc::new(Semaphore::new(AT_ONCE));
        while !stop.is_cancelled() {
            let goes_on = match self.claim_trainings(&room).await {
                Ok(true) => true,
                Ok(false) => self.sleep_until_training(&room, stop).await,
                Err(cause) => sleep_after(&cause, "claim trainings", stop).await,
            };
            if !goes_on {
                return;
            }
        }
    }

    /// Starts a coach for each due training, as far as there is room. Answers whether there may be more at once.
    async fn claim_trainings(&self, room: &Arc<Semaphore>) -> anyhow::Result<bool> {
        let free = room.available_permits();
        if free == 0 {
            return Ok(false);
        }
        let now = chrono::Utc::now();
        let runs = self.talk.world().store.claim_runs(now, now + self.pace.lease, free as i64).await?;
        let more = runs.len() == free;
        for run in runs {
            let permit = room.clone().acquire_owned().await?;
            let span = tracing::info_span!("training", run.id = %run.id);
            let (bell, coach) = (self.bell.clone(), Coach::new(self.clone(), run));
            self.tasks.spawn(async move {
                coach.run().instrument(span).await;
                drop(permit);
                bell.training.notify_one();
            });
        }
        Ok(more)
    }

    async fn sleep_until_training(&self, room: &Semaphore, stop: &CancellationToken) -> bool {
        if room.available_permits() == 0 {
            // A coach that ends rings the bell.
            return sleep_until(&self.bell.training, None, stop).await;
        }
        match self.talk.world().store.next_run_at().await {
            Ok(next) => sleep_until(&self.bell.training, next, stop).await,
            Err(cause) => sleep_after(&cause.into(), "look for the next training", stop).await,
        }
    }
}
