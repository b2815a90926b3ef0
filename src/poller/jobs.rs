//! The loop over jobs: claims those due and has each one taken a step further.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::worker::Worker;
use super::{Poller, sleep_after, sleep_until};
use crate::domain::JobState;

/// Jobs that one process works on at the same time; nearly all of them wait for a provider's answer.
const AT_ONCE: usize = 192;
/// Of these, submits: each holds a person's photos in memory.
const SUBMITS_AT_ONCE: usize = 32;
/// Between two claims: what becomes due meanwhile is claimed together.
const TURN: Duration = Duration::from_millis(10);

/// Where jobs are worked on.
struct Room {
    places: Arc<Semaphore>,
    submits: Arc<Semaphore>,
}

impl Poller {
    pub(super) async fn run_jobs(&self, stop: &CancellationToken) {
        let room =
            Room { places: Arc::new(Semaphore::new(AT_ONCE)), submits: Arc::new(Semaphore::new(SUBMITS_AT_ONCE)) };
        while !stop.is_cancelled() {
            let turn = Instant::now() + TURN;
            let goes_on = match self.claim_jobs(&room).await {
                Ok(true) => true,
                Ok(false) => self.sleep_until_job(&room, stop).await,
                Err(cause) => sleep_after(&cause, "claim jobs", stop).await,
            };
            if !goes_on {
                return;
            }
            tokio::time::sleep_until(turn).await;
        }
    }

    /// Starts a worker for each due job, as far as there is room. Answers whether there may be more at once.
    async fn claim_jobs(&self, room: &Room) -> anyhow::Result<bool> {
        let free = room.places.available_permits();
        if free == 0 {
            return Ok(false);
        }
        let now = chrono::Utc::now();
        let jobs = self.talk.world().store.claim_jobs(now, now + self.pace.lease, free as i64).await?;
        let more = jobs.len() == free;
        for job in jobs {
            let permit = room.places.clone().acquire_owned().await?;
            let submits = matches!(job.state, JobState::Queued | JobState::Submitting).then(|| room.submits.clone());
            let span = tracing::info_span!("job", job.id = %job.id);
            let worker = Worker::new(self.clone(), job);
            self.tasks.spawn(async move {
                let bell = worker.bell();
                worker.run(submits).instrument(span).await;
                drop(permit);
                bell.jobs.notify_one();
            });
        }
        Ok(more)
    }

    async fn sleep_until_job(&self, room: &Room, stop: &CancellationToken) -> bool {
        if room.places.available_permits() == 0 {
            // A worker that ends rings the bell.
            return sleep_until(&self.bell.jobs, None, stop).await;
        }
        match self.talk.world().store.next_job_at().await {
            Ok(next) => sleep_until(&self.bell.jobs, next, stop).await,
            Err(cause) => sleep_after(&cause.into(), "look for the next job", stop).await,
        }
    }
}
