//! Generation jobs: rows that workers lease, and that only the holder of the newest lease may change.

use std::time::Duration;

use sqlx::types::Json;

use crate::database::{Engine, Time, Tx, all, exec, one, optional};
use crate::domain::{ActionKey, AvatarId, Credits, Failure, JobId, JobState, ModelAlias, PhotoId, TemplateId, UserId};

use super::Store;

/// A new order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob<'a> {
    pub id: JobId,
    pub user: UserId,
    pub key: &'a ActionKey,
    pub template: &'a TemplateId,
    pub model: &'a ModelAlias,
    pub photos: &'a [PhotoId],
    pub avatar: Option<AvatarId>,
    /// What the person asks for in their own words, where the template wants them.
    pub words: Option<&'a str>,
    pub price: Credits,
    /// When the first model has had its time.
    pub model_until: Time,
    pub deadline: Time,
}

/// A job as a worker or a screen sees it.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Job {
    pub id: JobId,
    pub user_id: UserId,
    pub template_id: TemplateId,
    pub model: ModelAlias,
    pub photos: Json<Vec<PhotoId>>,
    pub avatar_id: Option<AvatarId>,
    pub words: Option<String>,
    pub price: Credits,
    pub state: JobState,
    /// Submits so far.
    pub attempt: i32,
    /// Failed calls in a row with this model.
    pub tries: i32,
    /// The provider's task, as its client wrote it.
    pub task: Option<Json<serde_json::Value>>,
    pub progress: Option<f32>,
    pub ahead: Option<i32>,
    pub failure: Option<Failure>,
    pub fence: i64,
    pub model_until: Time,
    pub deadline_at: Time,
    pub created_at: Time,
    /// When the last submit began.
    pub submitted_at: Option<Time>,
    pub finished_at: Option<Time>,
}

macro_rules! job_columns {
    () => {
        "id, user_id, template_id, model, photos, avatar_id, words, price, state, attempt, tries, task, progress, ahead, \
         failure, fence, model_until, deadline_at, created_at, submitted_at, finished_at"
    };
}

/// When a row may be claimed: the later of its time and its lease's end. Indexed as it stands here.
macro_rules! due_at {
    () => {
        "(CASE WHEN lease_until > run_at THEN lease_until ELSE run_at END)"
    };
}

/// What a worker writes back about a job that goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress<'a> {
    pub state: JobState,
    pub model: &'a ModelAlias,
    pub model_until: Time,
    pub attempt: i32,
    pub tries: i32,
    pub task: Option<&'a serde_json::Value>,
    pub progress: Option<f32>,
    pub ahead: Option<i32>,
    /// When to look again; `None` when there is nothing left to do.
    pub run_at: Option<Time>,
}

/// How long pictures take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsualTime {
    /// One in ten is done by then.
    pub early: Duration,
    /// One in two.
    pub middle: Duration,
}

/// A picture that was made, in a list.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Made {
    pub id: JobId,
    pub template_id: TemplateId,
    pub finished_at: Time,
}

/// An order, in a list.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Ordered {
    pub id: JobId,
    pub template_id: TemplateId,
    pub price: Credits,
    pub state: JobState,
    pub created_at: Time,
}

/// A finished picture's whereabouts.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Picture {
    pub user_id: UserId,
    pub template_id: TemplateId,
    pub price: Credits,
    /// As the provider made it, while it is kept.
    pub bytes: Option<Vec<u8>>,
    /// Telegram's name of the photo, once it was sent.
    pub file_id: Option<String>,
    /// Telegram's name of the untouched file, once it was sent.
    pub document_id: Option<String>,
    pub created_at: Time,
    /// An avatar's first picture, which is a gift.
    pub first: bool,
}

impl Store {
    /// Takes up to `limit` due jobs and hides them from other workers until `lease_until`.
    pub async fn claim_jobs(&self, now: Time, lease_until: Time, limit: i64) -> sqlx::Result<Vec<Job>> {
        const SQLITE: &str = concat!(
            "UPDATE generation_jobs SET lease_until = $2, fence = fence + 1, news = FALSE WHERE id IN (SELECT id FROM \
             generation_jobs WHERE run_at IS NOT NULL AND ",
            due_at!(),
            " <= $1 ORDER BY ",
            due_at!(),
            " LIMIT $3) RETURNING ",
            job_columns!()
        );
        // An array is made once; a joined subquery could be run again and claim more than `limit`.
        const POSTGRES: &str = concat!(
            "UPDATE generation_jobs SET lease_until = $2, fence = fence + 1, news = FALSE WHERE id = ANY (ARRAY (SELECT \
             id FROM generation_jobs WHERE run_at IS NOT NULL AND ",
            due_at!(),
            " <= $1 ORDER BY ",
            due_at!(),
            " LIMIT $3 FOR UPDATE SKIP LOCKED)) RETURNING ",
            job_columns!()
        );
        let sql = match self.db.engine() {
            Engine::Sqlite => SQLITE,
            Engine::Postgres => POSTGRES,
        };
        all!(self.db.write(), Job, sql, now, lease_until, limit)
    }

    /// Holds on to a job until `until`. False: the lease was given back, or lost.
    pub async fn renew_job(&self, id: JobId, fence: i64, until: Time) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "UPDATE generation_jobs SET lease_until = $3 WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL",
            id,
            fence,
            until,
        )?;
        Ok(written == 1)
    }

    /// When the next job is due, leased ones at the end of their lease.
    pub async fn next_job_at(&self) -> sqlx::Result<Option<Time>> {
        const SQL: &str = concat!(
            "SELECT ",
            due_at!(),
            " FROM generation_jobs WHERE run_at IS NOT NULL ORDER BY ",
            due_at!(),
            " LIMIT 1"
        );
        let row: Option<(Time,)> = optional!(self.db.read(), (Time,), SQL)?;
        Ok(row.map(|(at,)| at))
    }

    pub async fn job(&self, id: JobId) -> sqlx::Result<Option<Job>> {
        const SQL: &str = concat!("SELECT ", job_columns!(), " FROM generation_jobs WHERE id = $1");
        optional!(self.db.read(), Job, SQL, id)
    }

    /// Writes how a job that goes on stands, and gives the lease back. False: the lease was lost, nothing is written.
    pub async fn save_progress(&self, job: &Job, progress: &Progress<'_>) -> sqlx::Result<bool> {
        self.write_progress(job, progress, None).await
    }

    /// Like [`Store::save_progress`], but keeps the lease: the worker goes on with the job.
    pub async fn save_progress_leased(&self, job: &Job, progress: &Progress<'_>, until: Time) -> sqlx::Result<bool> {
        self.write_progress(job, progress, Some(until)).await
    }

    async fn write_progress(&self, job: &Job, to: &Progress<'_>, lease_until: Option<Time>) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "UPDATE generation_jobs SET state = $3, model = $4, model_until = $5, attempt = $6, tries = $7, task = $8, \
             progress = CASE WHEN progress > $9 THEN progress ELSE COALESCE($9, progress) END, ahead = $10, \
             run_at = CASE WHEN news THEN created_at ELSE $11 END, lease_until = $12 WHERE id = $1 AND fence = $2 \
             AND state IN ('queued', 'submitting', 'running')",
            job.id,
            job.fence,
            to.state,
            to.model,
            to.model_until,
            to.attempt,
            to.tries,
            to.task.map(Json),
            to.progress,
            to.ahead,
            to.run_at,
            lease_until,
        )?;
        Ok(written == 1)
    }

    /// Says when to look again at a job that has ended but is not quite over, or that it is over (`None`).
    pub async fn postpone_ended(&self, job: &Job, run_at: Option<Time>) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "UPDATE generation_jobs SET run_at = $3, lease_until = NULL WHERE id = $1 AND fence = $2 \
             AND state IN ('succeeded', 'failed', 'cancelled')",
            job.id,
            job.fence,
            run_at,
        )?;
        Ok(written == 1)
    }

    /// How long the last few pictures with this model took.
    pub async fn usual_time(&self, model: &ModelAlias) -> sqlx::Result<Option<UsualTime>> {
        let rows: Vec<(Time, Time)> = all!(
            self.db.read(),
            (Time, Time),
            "SELECT created_at, finished_at FROM generation_jobs WHERE model = $1 AND state = 'succeeded' \
             ORDER BY finished_at DESC LIMIT 20",
            model,
        )?;
        let mut times: Vec<Duration> =
            rows.into_iter().map(|(from, to)| (to - from).to_std().unwrap_or_default()).collect();
        times.sort_unstable();
        let at = |share: usize| times.get(times.len() * share / 10).copied();
        Ok(at(1).zip(at(5)).map(|(early, middle)| UsualTime { early, middle }))
    }

    /// Remembers how far a person has been shown the job to be, so that they are never shown less.
    pub async fn raise_progress(&self, job: JobId, shown: f32) -> sqlx::Result<()> {
        exec!(
            self.db.write(),
            "UPDATE generation_jobs SET progress = $2 WHERE id = $1 AND (progress IS NULL OR progress < $2)",
            job,
            shown,
        )?;
        Ok(())
    }

    /// How many jobs came before this one and are still waiting to be submitted.
    pub async fn jobs_ahead(&self, job: &Job) -> sqlx::Result<i64> {
        let (ahead,): (i64,) = one!(
            self.db.read(),
            (i64,),
            "SELECT count(*) FROM generation_jobs WHERE run_at IS NOT NULL AND state = 'queued' AND created_at < $1",
            job.created_at,
        )?;
        Ok(ahead)
    }

    /// The person's pictures, newest first.
    pub async fn made(&self, user: UserId, offset: i64, limit: i64) -> sqlx::Result<Vec<Made>> {
        all!(
            self.db.read(),
            Made,
            "SELECT j.id, j.template_id, p.created_at AS finished_at FROM generation_jobs j \
             JOIN pictures p ON p.job_id = j.id WHERE j.user_id = $1 \
             ORDER BY p.created_at DESC, j.id DESC LIMIT $2 OFFSET $3",
            user,
            limit,
            offset,
        )
    }

    /// The person's latest orders, newest first.
    pub async fn orders_of(&self, user: UserId, limit: i64) -> sqlx::Result<Vec<Ordered>> {
        all!(
            self.db.read(),
            Ordered,
            "SELECT id, template_id, price, state, created_at FROM generation_jobs WHERE user_id = $1 \
             ORDER BY created_at DESC, id DESC LIMIT $2",
            user,
            limit,
        )
    }

    pub async fn count_made(&self, user: UserId) -> sqlx::Result<i64> {
        let (count,): (i64,) = one!(
            self.db.read(),
            (i64,),
            "SELECT count(*) FROM generation_jobs j JOIN pictures p ON p.job_id = j.id WHERE j.user_id = $1",
            user,
        )?;
        Ok(count)
    }

    /// The picture of a job, if one was made.
    pub async fn picture(&self, job: JobId) -> sqlx::Result<Option<Picture>> {
        optional!(
            self.db.read(),
            Picture,
            "SELECT j.user_id, j.template_id, j.price, p.bytes, p.file_id, p.document_id, p.created_at, \
             j.key LIKE 'first-picture:%' AS first \
             FROM pictures p JOIN generation_jobs j ON j.id = p.job_id WHERE p.job_id = $1",
            job,
        )
    }

    /// Remembers Telegram's names of what was sent; a name that is known stays when `None` is given.
    pub async fn picture_sent(&self, job: JobId, file: Option<&str>, document: Option<&str>) -> sqlx::Result<()> {
        exec!(
            self.db.write(),
            "UPDATE pictures SET file_id = COALESCE($2, file_id), document_id = COALESCE($3, document_id) \
             WHERE job_id = $1",
            job,
            file,
            document,
        )?;
        Ok(())
    }

    pub async fn job_delivered(&self, job: JobId, now: Time) -> sqlx::Result<()> {
        exec!(
            self.db.write(),
            "UPDATE generation_jobs SET delivered_at = $2 WHERE id = $1 AND delivered_at IS NULL",
            job,
            now,
        )?;
        Ok(())
    }

    /// Drops the bytes of pictures made before `before` that Telegram has. Answers how many.
    pub async fn remove_old_originals(&self, before: Time) -> sqlx::Result<u64> {
        exec!(
            self.db.write(),
            "UPDATE pictures SET bytes = NULL WHERE bytes IS NOT NULL AND created_at < $1 AND file_id IS NOT NULL",
            before,
        )
    }

    /// The person's newest order that is under way.
    pub async fn newest_live_job(&self, user: UserId) -> sqlx::Result<Option<JobId>> {
        let row: Option<(JobId,)> = optional!(
            self.db.read(),
            (JobId,),
            "SELECT id FROM generation_jobs WHERE user_id = $1 AND state IN ('queued', 'submitting', 'running') \
             ORDER BY id DESC LIMIT 1",
            user,
        )?;
        Ok(row.map(|(id,)| id))
    }

    /// How many jobs are in each state that is not final.
    pub async fn live_jobs(&self) -> sqlx::Result<Vec<(String, i64)>> {
        all!(
            self.db.read(),
            (String, i64),
            "SELECT state, count(*) FROM generation_jobs WHERE state IN ('queued', 'submitting', 'running') \
             GROUP BY state ORDER BY state",
        )
    }
}

impl Tx {
    /// The job that this action has already made.
    pub async fn job_by_key(&mut self, key: &ActionKey) -> sqlx::Result<Option<JobId>> {
        let row: Option<(JobId,)> = optional!(*self, (JobId,), "SELECT id FROM generation_jobs WHERE key = $1", key)?;
        Ok(row.map(|(id,)| id))
    }

    /// Writes a new job, due now. False: one with its key is there already.
    pub async fn add_job(&mut self, job: &NewJob<'_>, now: Time) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "INSERT INTO generation_jobs (id, user_id, key, template_id, model, photos, price, state, run_at, \
             model_until, deadline_at, created_at, avatar_id, words) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, $9, $10, $8, $11, $12) ON CONFLICT (key) DO NOTHING",
            job.id,
            job.user,
            job.key,
            job.template,
            job.model,
            Json(job.photos),
            job.price,
            now,
            job.model_until,
            job.deadline,
            job.avatar,
            job.words,
        )?;
        Ok(written == 1)
    }

    /// How many jobs of the person are under way.
    pub async fn count_live_jobs(&mut self, user: UserId) -> sqlx::Result<i64> {
        let (count,): (i64,) = one!(
            *self,
            (i64,),
            "SELECT count(*) FROM generation_jobs WHERE user_id = $1 AND state IN ('queued', 'submitting', 'running')",
            user,
        )?;
        Ok(count)
    }

    pub async fn job(&mut self, id: JobId) -> sqlx::Result<Option<Job>> {
        const SQL: &str = concat!("SELECT ", job_columns!(), " FROM generation_jobs WHERE id = $1");
        optional!(*self, Job, SQL, id)
    }

    /// Puts a live job back to its beginning; whoever works on it loses the lease. False: it has ended, or was submitted
    /// within the last minute, so that two taps do not have it made twice.
    pub async fn restart_job(
        &mut self,
        id: JobId,
        model: &ModelAlias,
        model_until: Time,
        deadline: Time,
        now: Time,
    ) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "UPDATE generation_jobs SET state = 'queued', model = $2, model_until = $3, deadline_at = $4, tries = 0, \
             task = NULL, progress = NULL, ahead = NULL, run_at = $5, lease_until = NULL, fence = fence + 1 \
             WHERE id = $1 AND state IN ('queued', 'submitting', 'running') \
             AND (state = 'queued' OR submitted_at IS NULL OR submitted_at <= $6)",
            id,
            model,
            model_until,
            deadline,
            now,
            now - chrono::Duration::minutes(1),
        )?;
        Ok(written == 1)
    }

    pub async fn live_jobs_of(&mut self, user: UserId) -> sqlx::Result<Vec<JobId>> {
        let rows: Vec<(JobId,)> = all!(
            *self,
            (JobId,),
            "SELECT id FROM generation_jobs WHERE user_id = $1 AND state IN ('queued', 'submitting', 'running') \
             ORDER BY id",
            user,
        )?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// The jobs under way that are to show this avatar.
    pub async fn live_jobs_with(&mut self, avatar: AvatarId) -> sqlx::Result<Vec<JobId>> {
        let rows: Vec<(JobId,)> = all!(
            *self,
            (JobId,),
            "SELECT id FROM generation_jobs WHERE avatar_id = $1 AND state IN ('queued', 'submitting', 'running') \
             ORDER BY id",
            avatar,
        )?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Ends a job that is still going on, if `fence` (when given) is the newest. Answers the row as it now is, or
    /// `None` when it had ended before or the lease was lost.
    pub async fn end_job(
        &mut self,
        id: JobId,
        fence: Option<i64>,
        state: JobState,
        failure: Option<Failure>,
        run_at: Option<Time>,
        now: Time,
    ) -> sqlx::Result<Option<Job>> {
        const SQL: &str = concat!(
            "UPDATE generation_jobs SET state = $3, failure = $4, run_at = $5, lease_until = NULL, \
             fence = fence + 1, finished_at = $6 WHERE id = $1 AND ($2 IS NULL OR fence = $2) \
             AND state IN ('queued', 'submitting', 'running') RETURNING ",
            job_columns!()
        );
        optional!(*self, Job, SQL, id, fence, state, failure, run_at, now)
    }

    /// Ends the wait for a late picture, under the lease that `job` was claimed with. False: the lease was lost.
    pub async fn close_failed(&mut self, job: &Job) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "UPDATE generation_jobs SET run_at = NULL, lease_until = NULL WHERE id = $1 AND fence = $2 \
             AND state = 'failed'",
            job.id,
            job.fence,
        )?;
        Ok(written == 1)
    }

    /// Nobody waits for late pictures of this person any more, not even a worker that has just asked for one.
    pub async fn close_failed_of(&mut self, user: UserId) -> sqlx::Result<u64> {
        exec!(
            *self,
            "UPDATE generation_jobs SET run_at = NULL, lease_until = NULL, fence = fence + 1 WHERE user_id = $1 \
             AND state = 'failed' AND run_at IS NOT NULL",
            user,
        )
    }

    /// Keeps the picture that a job made. False: there is one already.
    pub async fn add_picture(&mut self, job: JobId, bytes: &[u8], now: Time) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "INSERT INTO pictures (job_id, bytes, created_at) VALUES ($1, $2, $3) ON CONFLICT (job_id) DO NOTHING",
            job,
            bytes,
            now,
        )?;
        Ok(written == 1)
    }

    /// Removes all pictures of a person, Telegram's names of them included.
    pub async fn forget_pictures(&mut self, user: UserId) -> sqlx::Result<u64> {
        exec!(*self, "DELETE FROM pictures WHERE job_id IN (SELECT id FROM generation_jobs WHERE user_id = $1)", user,)
    }
}
