//! How everything stands, as numbers for whoever runs the bot: no row here names a person.

use crate::database::{Engine, Time, all, one};

use super::Store;

/// Jobs, or trainings, that are not at their end, by state.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Live {
    pub state: String,
    pub count: i64,
    /// When the oldest of them was ordered.
    pub oldest: Time,
}

/// Letters on their way, or deletions.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Backlog {
    pub count: i64,
    /// Since when the oldest of them could have been done.
    pub oldest: Option<Time>,
}

/// How many of one kind.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Count {
    pub name: String,
    pub count: i64,
}

/// The money, in credits and Stars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Money {
    /// What people can spend.
    pub available: i64,
    /// What is held for jobs under way.
    pub held: i64,
    /// Stars that came in, ever.
    pub stars: i64,
    /// Of them, those that were given back.
    pub stars_refunded: i64,
}

/// People: all, the new ones, and those who ordered since a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct People {
    pub all: i64,
    pub new: i64,
    pub ordering: i64,
}

/// What ended within an hour, by how.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Hour {
    /// Such as `2026-11-24T23`, in UTC.
    pub hour: String,
    pub name: String,
    pub count: i64,
}

/// How a provider's jobs ended.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Ended {
    pub provider: String,
    pub state: String,
    pub failure: Option<String>,
    pub created_at: Time,
    pub finished_at: Time,
}

impl Store {
    /// Jobs that are not at their end, by state.
    pub async fn live_by_state(&self) -> sqlx::Result<Vec<Live>> {
        all!(
            self.db.read(),
            Live,
            "SELECT state, count(*) AS count, min(created_at) AS oldest FROM generation_jobs \
             WHERE state IN ('queued', 'submitting', 'running') GROUP BY state ORDER BY state",
        )
    }

    /// Trainings that are not at their end, by state.
    pub async fn live_trainings_by_state(&self) -> sqlx::Result<Vec<Live>> {
        all!(
            self.db.read(),
            Live,
            "SELECT state, count(*) AS count, min(created_at) AS oldest FROM training_runs \
             WHERE state IN ('queued', 'submitting', 'running') GROUP BY state ORDER BY state",
        )
    }

    /// Trainings that ended since a moment, by end.
    pub async fn trainings_ended(&self, since: Time) -> sqlx::Result<Vec<Count>> {
        all!(
            self.db.read(),
            Count,
            "SELECT state AS name, count(*) AS count FROM training_runs WHERE finished_at >= $1 \
             GROUP BY state ORDER BY state",
            since,
        )
    }

    /// Deletions that providers have not confirmed yet; the oldest is the one that was asked for first.
    pub async fn erasures_open(&self) -> sqlx::Result<Backlog> {
        one!(
            self.db.read(),
            Backlog,
            "SELECT count(*) AS count, min(created_at) AS oldest FROM erasures WHERE run_at IS NOT NULL",
        )
    }

    /// Letters that wait to be sent.
    pub async fn backlog(&self) -> sqlx::Result<Backlog> {
        one!(
            self.db.read(),
            Backlog,
            "SELECT count(*) AS count, min(due_at) AS oldest FROM outbox WHERE due_at IS NOT NULL",
        )
    }

    pub async fn money(&self) -> sqlx::Result<Money> {
        one!(
            self.db.read(),
            Money,
            "SELECT \
             CAST((SELECT coalesce(sum(balance), 0) FROM accounts WHERE kind = 'available') AS BIGINT) AS available, \
             CAST((SELECT coalesce(sum(balance), 0) FROM accounts WHERE kind = 'held') AS BIGINT) AS held, \
             CAST((SELECT coalesce(sum(stars), 0) FROM payments) AS BIGINT) AS stars, \
             CAST((SELECT coalesce(sum(stars), 0) FROM payments WHERE refunded_at IS NOT NULL) AS BIGINT) \
             AS stars_refunded",
        )
    }

    pub async fn people(&self, since: Time) -> sqlx::Result<People> {
        one!(
            self.db.read(),
            People,
            "SELECT (SELECT count(*) FROM users) AS \"all\", (SELECT count(*) FROM users WHERE created_at >= $1) AS new, \
             (SELECT count(DISTINCT user_id) FROM generation_jobs WHERE created_at >= $1) AS ordering",
            since,
        )
    }

    /// Jobs that ended since a moment, by hour and end.
    pub async fn ended_by_hour(&self, since: Time) -> sqlx::Result<Vec<Hour>> {
        let sql = match self.db.engine() {
            Engine::Sqlite => {
                "SELECT substr(finished_at, 1, 13) AS hour, state AS name, count(*) AS count FROM generation_jobs \
                 WHERE finished_at >= $1 GROUP BY 1, 2 ORDER BY 1, 2"
            }
            Engine::Postgres => {
                "SELECT to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24') AS hour, state AS name, \
                 count(*) AS count FROM generation_jobs WHERE finished_at >= $1 GROUP BY 1, 2 ORDER BY 1, 2"
            }
        };
        all!(self.db.read(), Hour, sql, since)
    }

    /// Stars that came in since a moment, by hour.
    pub async fn stars_by_hour(&self, since: Time) -> sqlx::Result<Vec<Hour>> {
        let sql = match self.db.engine() {
            Engine::Sqlite => {
                "SELECT substr(created_at, 1, 13) AS hour, 'stars' AS name, CAST(sum(stars) AS BIGINT) AS count \
                 FROM payments WHERE created_at >= $1 GROUP BY 1 ORDER BY 1"
            }
            Engine::Postgres => {
                "SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24') AS hour, 'stars' AS name, \
                 CAST(sum(stars) AS BIGINT) AS count FROM payments WHERE created_at >= $1 GROUP BY 1 ORDER BY 1"
            }
        };
        all!(self.db.read(), Hour, sql, since)
    }

    /// New people since a moment, by hour.
    pub async fn people_by_hour(&self, since: Time) -> sqlx::Result<Vec<Hour>> {
        let sql = match self.db.engine() {
            Engine::Sqlite => {
                "SELECT substr(created_at, 1, 13) AS hour, 'people' AS name, count(*) AS count FROM users \
                 WHERE created_at >= $1 GROUP BY 1 ORDER BY 1"
            }
            Engine::Postgres => {
                "SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24') AS hour, 'people' AS name, \
                 count(*) AS count FROM users WHERE created_at >= $1 GROUP BY 1 ORDER BY 1"
            }
        };
        all!(self.db.read(), Hour, sql, since)
    }

    /// The last jobs that ended since a moment, newest first, with the provider of the model that had them last.
    pub async fn ended(&self, since: Time, limit: i64) -> sqlx::Result<Vec<Ended>> {
        all!(
            self.db.read(),
            Ended,
            "SELECT m.provider, j.state, j.failure, j.created_at, j.finished_at FROM generation_jobs j \
             JOIN models m ON m.alias = j.model WHERE j.finished_at >= $1 AND j.state <> 'cancelled' \
             ORDER BY j.finished_at DESC LIMIT $2",
            since,
            limit,
        )
    }
}
