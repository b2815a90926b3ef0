//! The providers as all replicas see them: their limits, a circuit breaker, and their webhooks.

use sqlx::types::Json;

use crate::database::{Time, Tx, all, exec, one, optional};
use crate::domain::JobId;

use super::Store;
use super::jobs::{Job, Progress};

/// Submits that may come at once where a provider limits them: as many as this time's worth.
const BURST_MILLIS: i64 = 1000;
/// How long one trial has for itself before the next may be made.
const TRIAL_MILLIS: i64 = 20_000;
/// The breaker's pause, for each failure beyond those allowed, and the longest.
const REST_MILLIS: i64 = 15_000;
const LONGEST_REST_MILLIS: i64 = 300_000;
/// Failed submits in a row, of any jobs, after which a provider is left alone for a while.
pub const ALLOWED_FAILURES: i64 = 8;

/// Whether a provider may be given a job now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    Open(Opening),
    /// Not before this time.
    Closed(Time),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// Submits that have failed in a row.
    pub failures: i64,
    /// Whether it was in any trouble since its last answer.
    pub troubled: bool,
    /// Tasks that it takes at the same time.
    pub max_running: Option<i32>,
}

/// Why a provider is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Submits are not answered.
    Silent,
    /// It asks for a pause.
    Limit,
    /// It does not accept the key.
    Key,
    /// The account is out of money or locked.
    Balance,
}

impl Trouble {
    pub fn name(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Limit => "limit",
            Self::Key => "key",
            Self::Balance => "balance",
        }
    }
}

/// The circuit breaker of a provider, as it was last written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breaker {
    pub provider: String,
    /// Submits that have failed in a row.
    pub failures: i64,
    pub rests_until: Time,
    /// The name of the last [`Trouble`], if there was any since the last answer.
    pub trouble: Option<String>,
}

/// How a breaker stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// The provider is given jobs.
    Takes,
    /// It is given jobs, though the last submits failed.
    Stumbles,
    /// It is left alone until then.
    Rests(Time),
    /// It has rested; the next job shows whether it is well again.
    Trial,
}

impl Breaker {
    pub fn stands(&self, now: Time) -> Stand {
        match self.failures {
            _ if self.rests_until > now => Stand::Rests(self.rests_until),
            0 if self.trouble.is_none() => Stand::Takes,
            1..ALLOWED_FAILURES => Stand::Stumbles,
            _ => Stand::Trial,
        }
    }
}

/// What a webhook is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'a> {
    pub provider: &'a str,
    /// The same for every delivery.
    pub id: &'a str,
}

#[derive(sqlx::FromRow)]
struct Row {
    max_running: Option<i32>,
    submits_per_minute: Option<i32>,
    failures: i64,
    rests_until: i64,
    next_submit: i64,
    trouble: Option<String>,
}

impl Store {
    /// Asks to submit to a provider. Where it is limited or on trial, this takes the turn.
    pub async fn enter(&self, provider: &str, now: Time) -> sqlx::Result<Entry> {
        let row: Option<Row> = optional!(
            self.db.read(),
            Row,
            "SELECT max_running, submits_per_minute, failures, rests_until, next_submit, trouble FROM providers \
             WHERE name = $1",
            provider,
        )?;
        let Some(row) = row else {
            return Ok(Entry::Open(Opening { failures: 0, troubled: false, max_running: None }));
        };
        let millis = now.timestamp_millis();
        let troubled = row.failures > 0 || row.trouble.is_some();
        let open = Entry::Open(Opening { failures: row.failures, troubled, max_running: row.max_running });
        let on_trial = row.failures >= ALLOWED_FAILURES;
        if row.rests_until > millis {
            return Ok(Entry::Closed(at(row.rests_until)));
        }
        if !on_trial && row.submits_per_minute.is_none() {
            return Ok(open);
        }
        let taken = exec!(
            self.db.write(),
            "UPDATE providers SET \
             next_submit = CASE WHEN submits_per_minute IS NULL THEN next_submit \
             WHEN next_submit > $2 THEN next_submit + 60000 / submits_per_minute \
             ELSE $2 + 60000 / submits_per_minute END, \
             rests_until = CASE WHEN failures >= $3 THEN $2 + $4 ELSE rests_until END \
             WHERE name = $1 AND rests_until <= $2 AND (submits_per_minute IS NULL OR next_submit <= $2 + $5)",
            provider,
            millis,
            ALLOWED_FAILURES,
            TRIAL_MILLIS,
            BURST_MILLIS,
        )?;
        if taken == 1 {
            return Ok(open);
        }
        let next = (row.next_submit - BURST_MILLIS).max(if on_trial { millis + TRIAL_MILLIS } else { millis + 50 });
        Ok(Entry::Closed(at(next)))
    }

    /// A submit was answered: the provider is well. A pause that it has asked for meanwhile is kept.
    pub async fn provider_answers(&self, provider: &str, now: Time) -> sqlx::Result<()> {
        exec!(
            self.db.write(),
            "UPDATE providers SET rests_until = CASE WHEN failures > 0 THEN 0 ELSE rests_until END, failures = 0, \
             trouble = NULL WHERE name = $1 AND (failures > 0 OR (trouble IS NOT NULL AND rests_until <= $2))",
            provider,
            now.timestamp_millis(),
        )?;
        Ok(())
    }

    /// A submit was not answered. After several in a row, the provider is left alone for longer and longer.
    pub async fn provider_fails(&self, provider: &str, now: Time) -> sqlx::Result<()> {
        exec!(
            self.db.write(),
            "UPDATE providers SET failures = failures + 1, rests_until = CASE WHEN failures + 1 < $3 THEN rests_until \
             WHEN $4 * (failures + 2 - $3) > $5 THEN $2 + $5 ELSE $2 + $4 * (failures + 2 - $3) END, trouble = $6 \
             WHERE name = $1",
            provider,
            now.timestamp_millis(),
            ALLOWED_FAILURES,
            REST_MILLIS,
            LONGEST_REST_MILLIS,
            Trouble::Silent.name(),
        )?;
        Ok(())
    }

    /// A provider is to be left alone until then, and why.
    pub async fn provider_rests(&self, provider: &str, until: Time, trouble: Trouble) -> sqlx::Result<()> {
        exec!(
            self.db.write(),
            "UPDATE providers SET rests_until = $2, trouble = $3 WHERE name = $1 AND rests_until < $2",
            provider,
            until.timestamp_millis(),
            trouble.name(),
        )?;
        Ok(())
    }

    /// Every provider's breaker, by name.
    pub async fn breakers(&self) -> sqlx::Result<Vec<Breaker>> {
        let rows: Vec<(String, i64, i64, Option<String>)> = all!(
            self.db.read(),
            (String, i64, i64, Option<String>),
            "SELECT name, failures, rests_until, trouble FROM providers ORDER BY name",
        )?;
        let breaker = |(provider, failures, rests_until, trouble)| Breaker {
            provider,
            failures,
            rests_until: at(rests_until),
            trouble,
        };
        Ok(rows.into_iter().map(breaker).collect())
    }

    /// Writes that a submit begins, under the lease that `job` was claimed with, if the provider has room for it.
    pub async fn begin_submit(
        &self,
        job: &Job,
        to: &Progress<'_>,
        provider: &str,
        max_running: Option<i32>,
        (now, lease_until): (Time, Time),
    ) -> sqlx::Result<Begun> {
        let mut tx = self.begin().await?;
        if let Some(max) = max_running
            && tx.running_at(provider, i64::from(max)).await? >= i64::from(max)
        {
            return Ok(Begun::NoRoom);
        }
        let written = exec!(
            tx,
            "UPDATE generation_jobs SET state = $3, attempt = $4, tries = $5, task = NULL, run_at = $6, \
             submitted_at = $6, lease_until = $7, news = FALSE WHERE id = $1 AND fence = $2 \
             AND state IN ('queued', 'submitting', 'running')",
            job.id,
            job.fence,
            to.state,
            to.attempt,
            to.tries,
            now,
            lease_until,
        )?;
        tx.commit().await?;
        Ok(if written == 1 { Begun::Yes } else { Begun::Lost })
    }

    /// Forgets webhooks that came before `before`.
    pub async fn remove_old_events(&self, before: Time) -> sqlx::Result<u64> {
        exec!(self.db.write(), "DELETE FROM provider_events WHERE seen_at < $1", before)
    }
}

/// Whether a submit may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    Yes,
    /// As much runs at the provider as it takes.
    NoRoom,
    /// The lease was lost.
    Lost,
}

impl Tx {
    /// How much runs at a provider, counted up to `enough`; whoever else counts has to wait for this transaction.
    async fn running_at(&mut self, provider: &str, enough: i64) -> sqlx::Result<i64> {
        exec!(*self, "UPDATE providers SET failures = failures WHERE name = $1", provider)?;
        let (running,): (i64,) = one!(
            *self,
            (i64,),
            "SELECT count(*) FROM (SELECT 1 AS one FROM generation_jobs j JOIN models m ON m.alias = j.model \
             WHERE m.provider = $1 AND j.state IN ('submitting', 'running') LIMIT $2) AS running",
            provider,
            enough,
        )?;
        Ok(running)
    }

    /// Notes that a webhook was heeded. False: it had been before.
    pub async fn heed(&mut self, event: Event<'_>, now: Time) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "INSERT INTO provider_events (provider, event, seen_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            event.provider,
            event.id,
            now,
        )?;
        Ok(written == 1)
    }

    /// Gives a job the task that its last submit started but whose name did not arrive. Whoever is still waiting for
    /// that answer loses the lease. False: the job has a task, or has gone on.
    pub async fn adopt_task(
        &mut self,
        job: JobId,
        attempt: i32,
        task: &serde_json::Value,
        now: Time,
    ) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "UPDATE generation_jobs SET state = 'running', task = $3, tries = 0, run_at = $4, lease_until = NULL, \
             fence = fence + 1 WHERE id = $1 AND attempt = $2 AND task IS NULL AND state IN ('queued', 'submitting')",
            job,
            attempt,
            Json(task),
            now,
        )?;
        Ok(written == 1)
    }

    /// Has a job looked at now, or as soon as whoever works on it gives it back. False: there is nothing to look for.
    pub async fn news_of(&mut self, job: JobId, now: Time) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "UPDATE generation_jobs SET news = TRUE, run_at = $2 WHERE id = $1 AND run_at IS NOT NULL",
            job,
            now,
        )?;
        Ok(written == 1)
    }
}

fn at(millis: i64) -> Time {
    Time::from_timestamp_millis(millis).unwrap_or(Time::MAX_UTC)
}
