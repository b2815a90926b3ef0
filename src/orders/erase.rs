//! Taking avatars down: what is under way with them ends, what is kept here goes, what providers hold is noted.

use crate::database::{Time, Tx};
use crate::domain::{AvatarId, JobState, UserId};
use crate::store::erasures::Trace;
use crate::store::jobs::Job;
use crate::store::training::Run;
use crate::wallet;

use super::Catalog;

/// What is being taken down, and what is left to be done about it.
#[derive(Debug, Default)]
pub struct TakenDown {
    /// What providers hold.
    pub traces: Vec<Trace>,
    /// How many were deleted here.
    pub photos: u64,
    avatars: Vec<AvatarId>,
    /// Cancelled; their prices are still held.
    runs: Vec<Run>,
    jobs: Vec<Job>,
}

impl TakenDown {
    pub fn is_nothing(&self) -> bool {
        self.avatars.is_empty()
    }

    /// Ends what is under way with an avatar. Nothing happens to one that is gone, or another person's.
    pub async fn end(
        &mut self,
        tx: &mut Tx,
        catalog: &Catalog,
        user: UserId,
        id: AvatarId,
        now: Time,
    ) -> sqlx::Result<()> {
        let Some(avatar) = tx.avatar(user, id).await? else { return Ok(()) };
        self.avatars.push(id);
        for job in tx.live_jobs_with(id).await? {
            self.jobs.extend(tx.end_job(job, None, JobState::Cancelled, None, Some(now), now).await?);
        }
        if let Some(run) = avatar.live_run {
            self.runs.extend(tx.end_run(run, None, JobState::Cancelled, None, Some(now), now).await?);
        }
        tx.close_failed_runs_of(id).await?;
        for run in tx.runs_of(id).await? {
            let (Some(task), Some(trainer)) = (run.task, catalog.trainer(&run.trainer)) else { continue };
            // The weights in use go with the task that they came from.
            let weights = avatar.weights.clone().filter(|_| avatar.run_id == Some(run.id)).map(|weights| weights.0);
            self.traces.push(Trace { provider: trainer.provider, task: Some(task.0), weights });
        }
        Ok(())
    }

    /// Gives back what was held, and deletes what is kept here. After all rows have ended: whoever ends one locks the
    /// row first, then the money, then the avatar.
    pub async fn settle(&mut self, tx: &mut Tx, user: UserId, now: Time) -> sqlx::Result<()> {
        tx.lock_available(user).await?;
        for job in &self.jobs {
            wallet::void(tx, job.user_id, job.id, job.price, now).await?;
        }
        for run in &self.runs {
            wallet::void(tx, run.user_id, run.id, run.price, now).await?;
        }
        for avatar in &self.avatars {
            self.photos += tx.clear_avatar(*avatar, now).await?;
        }
        Ok(())
    }
}
