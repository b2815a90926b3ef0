//! Training runs: rows that workers lease, as jobs are, and the weights that they leave.

use sqlx::types::Json;

use crate::database::{Engine, Time, Tx, all, exec, optional};
use crate::domain::{ActionKey, AvatarId, Credits, Failure, JobState, RunId, TrainerAlias, UserId};

use super::Store;

/// A new training.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRun<'a> {
    pub id: RunId,
    pub user: UserId,
    pub avatar: AvatarId,
    pub key: &'a ActionKey,
    pub trainer: &'a TrainerAlias,
    pub price: Credits,
    /// When the first trainer has had its time.
    pub trainer_until: Time,
    pub deadline: Time,
}

/// A training as a worker or a screen sees it.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Run {
    pub id: RunId,
    pub user_id: UserId,
    pub avatar_id: AvatarId,
    pub trainer: TrainerAlias,
    pub price: Credits,
    pub state: JobState,
    /// Submits so far.
    pub attempt: i32,
    /// When the last one was made.
    pub submitted_at: Option<Time>,
    /// Failed calls in a row with this trainer.
    pub tries: i32,
    /// The provider's task, as its client wrote it.
    pub task: Option<Json<serde_json::Value>>,
    pub progress: Option<f32>,
    pub failure: Option<Failure>,
    pub fence: i64,
    pub trainer_until: Time,
    pub deadline_at: Time,
    pub created_at: Time,
    pub finished_at: Option<Time>,
}

macro_rules! run_columns {
    () => {
        "id, user_id, avatar_id, trainer, price, state, attempt, submitted_at, tries, task, progress, failure, fence, \
         trainer_until, deadline_at, created_at, finished_at"
    };
}

const RUN: &str = concat!("SELECT ", run_columns!(), " FROM training_runs WHERE id = $1");

impl Store {
    /// Takes up to `limit` due runs and hides them from other workers until `lease_until`.
    pub async fn claim_runs(&self, now: Time, lease_until: Time, limit: i64) -> sqlx::Result<Vec<Run>> {
        const SQLITE: &str = concat!(
            "UPDATE training_runs SET lease_until = $2, fence = fence + 1 WHERE id IN (SELECT id FROM training_runs \
             WHERE run_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) ORDER BY run_at LIMIT $3) RETURNING ",
            run_columns!()
        );
        const POSTGRES: &str = concat!(
            "UPDATE training_runs SET lease_until = $2, fence = fence + 1 WHERE id = ANY (ARRAY (SELECT id FROM \
             training_runs WHERE run_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) ORDER BY run_at \
             LIMIT $3 FOR UPDATE SKIP LOCKED)) RETURNING ",
            run_columns!()
        );
        let sql = match self.db.engine() {
            Engine::Sqlite => SQLITE,
            Engine::Postgres => POSTGRES,
        };
        all!(self.db.write(), Run, sql, now, lease_until, limit)
    }

    /// Holds on to a run until `until`. False: the lease was given back, or lost.
    pub async fn renew_run(&self, id: RunId, fence: i64, until: Time) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "UPDATE training_runs SET lease_until = $3 WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL",
            id,
            fence,
            until,
        )?;
        Ok(written == 1)
    }

    /// When the next run is due, leased ones at the end of their lease.
    pub async fn next_run_at(&self) -> sqlx::Result<Option<Time>> {
        let row: Option<(Time,)> = optional!(
            self.db.read(),
            (Time,),
            "SELECT CASE WHEN lease_until > run_at THEN lease_until ELSE run_at END AS at FROM training_runs \
             WHERE run_at IS NOT NULL ORDER BY at LIMIT 1",
        )?;
        Ok(row.map(|(at,)| at))
    }

    pub async fn run(&self, id: RunId) -> sqlx::Result<Option<Run>> {
        optional!(self.db.read(), Run, RUN, id)
    }

    /// Writes how a run that goes on stands, and when to look again. The lease is kept until `lease_until`, or given
    /// back. False: the lease was lost, nothing is written.
    pub async fn save_run(&self, run: &Run, run_at: Time, lease_until: Option<Time>) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "UPDATE training_runs SET state = $3, trainer = $4, trainer_until = $5, attempt = $6, tries = $7, \
             task = $8, progress = $9, run_at = $10, lease_until = $11, submitted_at = $12 WHERE id = $1 AND fence = $2 \
             AND state IN ('queued', 'submitting', 'running')",
            run.id,
            run.fence,
            run.state,
            &run.trainer,
            run.trainer_until,
            run.attempt,
            run.tries,
            run.task.as_ref(),
            run.progress,
            run_at,
            lease_until,
            run.submitted_at,
        )?;
        Ok(written == 1)
    }

    /// Says when to look again at a run that has ended but is not quite over, or that it is over (`None`).
    pub async fn postpone_ended_run(&self, run: &Run, run_at: Option<Time>) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "UPDATE training_runs SET run_at = $3, lease_until = NULL WHERE id = $1 AND fence = $2 \
             AND state IN ('succeeded', 'failed', 'cancelled')",
            run.id,
            run.fence,
            run_at,
        )?;
        Ok(written == 1)
    }

    /// The seconds that the last few trainings with this trainer took, in the middle.
    pub async fn usual_training_seconds(&self, trainer: &TrainerAlias) -> sqlx::Result<Option<i64>> {
        let rows: Vec<(Time, Time)> = all!(
            self.db.read(),
            (Time, Time),
            "SELECT created_at, finished_at FROM training_runs WHERE trainer = $1 AND state = 'succeeded' \
             ORDER BY finished_at DESC LIMIT 20",
            trainer,
        )?;
        let mut seconds: Vec<i64> = rows.into_iter().map(|(from, to)| (to - from).num_seconds()).collect();
        seconds.sort_unstable();
        Ok(seconds.get(seconds.len() / 2).copied())
    }

    pub async fn run_delivered(&self, run: RunId, now: Time) -> sqlx::Result<()> {
        exec!(
            self.db.write(),
            "UPDATE training_runs SET delivered_at = $2 WHERE id = $1 AND delivered_at IS NULL",
            run,
            now,
        )?;
        Ok(())
    }

    /// Keeps one piece of the weights that a run is leaving; a second one of the same number takes its place. False:
    /// the lease was lost, and nobody wants the weights.
    pub async fn keep_piece(&self, run: &Run, piece: i32, bytes: &[u8]) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "INSERT INTO weight_pieces (run_id, piece, bytes) SELECT id, $3, $4 FROM training_runs \
             WHERE id = $1 AND fence = $2 ON CONFLICT (run_id, piece) DO UPDATE SET bytes = excluded.bytes",
            run.id,
            run.fence,
            piece,
            bytes,
        )?;
        Ok(written == 1)
    }

    /// One piece of the weights, counted from 0; `None` behind the last.
    pub async fn weight_piece(&self, run: RunId, piece: i32) -> sqlx::Result<Option<Vec<u8>>> {
        let row: Option<(Vec<u8>,)> = optional!(
            self.db.read(),
            (Vec<u8>,),
            "SELECT bytes FROM weight_pieces WHERE run_id = $1 AND piece = $2",
            run,
            piece,
        )?;
        Ok(row.map(|(bytes,)| bytes))
    }

    /// Removes weights that are in nobody's use: of runs that failed, or were followed by another one.
    pub async fn remove_unused_weights(&self) -> sqlx::Result<u64> {
        exec!(
            self.db.write(),
            "DELETE FROM weight_pieces WHERE run_id IN (SELECT r.id FROM training_runs r JOIN avatars a \
             ON a.id = r.avatar_id WHERE r.run_at IS NULL AND (a.run_id IS NULL OR a.run_id <> r.id))",
        )
    }
}

impl Tx {
    /// The run that this action has already made.
    pub async fn run_by_key(&mut self, key: &ActionKey) -> sqlx::Result<Option<RunId>> {
        let row: Option<(RunId,)> = optional!(*self, (RunId,), "SELECT id FROM training_runs WHERE key = $1", key)?;
        Ok(row.map(|(id,)| id))
    }

    /// Writes a new run, due now. False: one with its key is there already.
    pub async fn add_run(&mut self, run: &NewRun<'_>, now: Time) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "INSERT INTO training_runs (id, user_id, avatar_id, key, trainer, price, state, run_at, trainer_until, \
             deadline_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, $8, $9, $7) \
             ON CONFLICT (key) DO NOTHING",
            run.id,
            run.user,
            run.avatar,
            run.key,
            run.trainer,
            run.price,
            now,
            run.trainer_until,
            run.deadline,
        )?;
        Ok(written == 1)
    }

    /// Has a run under way looked at now. False: there is nothing to look for.
    pub async fn news_of_run(&mut self, id: RunId, now: Time) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "UPDATE training_runs SET run_at = $2 WHERE id = $1 AND state = 'running' AND run_at > $2",
            id,
            now,
        )?;
        Ok(written == 1)
    }

    /// Gives a run the task that its last submit started but whose name did not arrive. Whoever is still waiting for
    /// that answer loses the lease. False: the run has a task, or has gone on.
    pub async fn adopt_training(
        &mut self,
        run: RunId,
        attempt: i32,
        task: &serde_json::Value,
        now: Time,
    ) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "UPDATE training_runs SET state = 'running', task = $3, tries = 0, run_at = $4, lease_until = NULL, \
             fence = fence + 1 WHERE id = $1 AND attempt = $2 AND task IS NULL AND state IN ('queued', 'submitting')",
            run,
            attempt,
            Json(task),
            now,
        )?;
        Ok(written == 1)
    }

    /// The runs of an avatar, the oldest first.
    pub async fn runs_of(&mut self, avatar: AvatarId) -> sqlx::Result<Vec<Run>> {
        const SQL: &str =
            concat!("SELECT ", run_columns!(), " FROM training_runs WHERE avatar_id = $1 ORDER BY created_at, id");
        all!(*self, Run, SQL, avatar)
    }

    /// Ends a run that is still going on, if `fence` (when given) is the newest. Answers the row as it now is, or
    /// `None` when it had ended before or the lease was lost.
    pub async fn end_run(
        &mut self,
        id: RunId,
        fence: Option<i64>,
        state: JobState,
        failure: Option<Failure>,
        run_at: Option<Time>,
        now: Time,
    ) -> sqlx::Result<Option<Run>> {
        const SQL: &str = concat!(
            "UPDATE training_runs SET state = $3, failure = $4, run_at = $5, lease_until = NULL, fence = fence + 1, \
             finished_at = $6 WHERE id = $1 AND ($2 IS NULL OR fence = $2) \
             AND state IN ('queued', 'submitting', 'running') RETURNING ",
            run_columns!()
        );
        optional!(*self, Run, SQL, id, fence, state, failure, run_at, now)
    }

    /// Ends the wait for a late likeness, under the lease that `run` was claimed with. False: the lease was lost.
    pub async fn close_failed_run(&mut self, run: &Run) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "UPDATE training_runs SET run_at = NULL, lease_until = NULL WHERE id = $1 AND fence = $2 \
             AND state = 'failed' AND run_at IS NOT NULL",
            run.id,
            run.fence,
        )?;
        Ok(written == 1)
    }

    /// Nobody waits for late likenesses of this avatar any more, not even a worker that has just asked for one.
    pub async fn close_failed_runs_of(&mut self, avatar: AvatarId) -> sqlx::Result<u64> {
        exec!(
            *self,
            "UPDATE training_runs SET run_at = NULL, lease_until = NULL, fence = fence + 1 WHERE avatar_id = $1 \
             AND state = 'failed' AND run_at IS NOT NULL",
            avatar,
        )
    }
}
