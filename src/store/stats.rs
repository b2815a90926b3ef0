//! How it goes: people, orders and Stars since a moment.

use crate::database::{Engine, Time, all, one, optional};
use crate::domain::{JobId, ModelAlias, TemplateId, UserId};

use super::Store;

/// What has come about since a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Totals {
    pub people: i64,
    pub orders: i64,
    pub made: i64,
    pub failed: i64,
    pub stars_in: i64,
    pub stars_back: i64,
    /// Credits that were given for free.
    pub given: i64,
}

/// Orders by what they were for.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Share<T> {
    pub of: T,
    pub orders: i64,
    pub made: i64,
    pub failed: i64,
}

/// One day, as `2026-11-22`.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Day {
    pub day: String,
    pub made: i64,
    pub failed: i64,
}

/// A job that an admin should look at.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Trouble {
    pub id: JobId,
    pub user_id: UserId,
    pub template_id: TemplateId,
    pub model: ModelAlias,
    pub state: String,
    pub failure: Option<String>,
    pub created_at: Time,
}

const TROUBLE: &str = "SELECT id, user_id, template_id, model, state, failure, created_at FROM generation_jobs ";

impl Store {
    pub async fn totals(&self, since: Time) -> sqlx::Result<Totals> {
        one!(
            self.db.read(),
            Totals,
            "SELECT (SELECT count(*) FROM users WHERE created_at >= $1) AS people, \
             (SELECT count(*) FROM generation_jobs WHERE created_at >= $1) AS orders, \
             (SELECT count(*) FROM generation_jobs WHERE finished_at >= $1 AND state = 'succeeded') AS made, \
             (SELECT count(*) FROM generation_jobs WHERE finished_at >= $1 AND state = 'failed') AS failed, \
             (SELECT CAST(COALESCE(SUM(stars), 0) AS BIGINT) FROM payments WHERE created_at >= $1) AS stars_in, \
             (SELECT CAST(COALESCE(SUM(stars), 0) AS BIGINT) FROM payments WHERE refunded_at >= $1) AS stars_back, \
             (SELECT CAST(COALESCE(-SUM(e.amount), 0) AS BIGINT) FROM ledger_transactions t \
             JOIN ledger_entries e ON e.transaction_id = t.id JOIN accounts a ON a.id = e.account_id \
             WHERE t.created_at >= $1 AND t.kind = 'grant' AND a.kind = 'grants') AS given",
            since,
        )
    }

    /// The seconds that pictures made since then took, in the middle.
    pub async fn median_seconds(&self, since: Time) -> sqlx::Result<Option<i64>> {
        const WHERE: &str = " FROM generation_jobs WHERE state = 'succeeded' AND finished_at >= $1";
        const SQLITE: &str = const_format::concatcp!(
            "SELECT CAST(ROUND((julianday(finished_at) - julianday(created_at)) * 86400) AS BIGINT) AS took",
            WHERE,
            " ORDER BY took LIMIT 1 OFFSET (SELECT count(*) / 2",
            WHERE,
            ")"
        );
        const POSTGRES: &str = const_format::concatcp!(
            "SELECT CAST(ROUND(EXTRACT(EPOCH FROM finished_at - created_at)) AS BIGINT) AS took",
            WHERE,
            " ORDER BY took LIMIT 1 OFFSET (SELECT count(*) / 2",
            WHERE,
            ")"
        );
        let sql = match self.db.engine() {
            Engine::Sqlite => SQLITE,
            Engine::Postgres => POSTGRES,
        };
        let row: Option<(i64,)> = optional!(self.db.read(), (i64,), sql, since)?;
        Ok(row.map(|(seconds,)| seconds))
    }

    /// The templates that were ordered most.
    pub async fn by_template(&self, since: Time, limit: i64) -> sqlx::Result<Vec<Share<TemplateId>>> {
        all!(
            self.db.read(),
            Share<TemplateId>,
            "SELECT template_id AS of, count(*) AS orders, \
             CAST(SUM(CASE WHEN state = 'succeeded' THEN 1 ELSE 0 END) AS BIGINT) AS made, \
             CAST(SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END) AS BIGINT) AS failed FROM generation_jobs \
             WHERE created_at >= $1 GROUP BY template_id ORDER BY count(*) DESC, template_id LIMIT $2",
            since,
            limit,
        )
    }

    /// Orders by the provider that had them last.
    pub async fn by_provider(&self, since: Time) -> sqlx::Result<Vec<Share<String>>> {
        all!(
            self.db.read(),
            Share<String>,
            "SELECT m.provider AS of, count(*) AS orders, \
             CAST(SUM(CASE WHEN j.state = 'succeeded' THEN 1 ELSE 0 END) AS BIGINT) AS made, \
             CAST(SUM(CASE WHEN j.state = 'failed' THEN 1 ELSE 0 END) AS BIGINT) AS failed \
             FROM generation_jobs j JOIN models m ON m.alias = j.model \
             WHERE j.created_at >= $1 GROUP BY m.provider ORDER BY count(*) DESC, m.provider",
            since,
        )
    }

    /// The days since then on which orders ended, oldest first.
    pub async fn by_day(&self, since: Time) -> sqlx::Result<Vec<Day>> {
        const REST: &str = " AS day, CAST(SUM(CASE WHEN state = 'succeeded' THEN 1 ELSE 0 END) AS BIGINT) AS made, \
             CAST(SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END) AS BIGINT) AS failed FROM generation_jobs \
             WHERE finished_at >= $1 AND state IN ('succeeded', 'failed') GROUP BY 1 ORDER BY 1";
        const SQLITE: &str = const_format::concatcp!("SELECT substr(finished_at, 1, 10)", REST);
        const POSTGRES: &str =
            const_format::concatcp!("SELECT to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')", REST);
        let sql = match self.db.engine() {
            Engine::Sqlite => SQLITE,
            Engine::Postgres => POSTGRES,
        };
        all!(self.db.read(), Day, sql, since)
    }

    /// Orders under way that were placed before `before`, oldest first.
    pub async fn stuck_jobs(&self, before: Time, limit: i64) -> sqlx::Result<Vec<Trouble>> {
        const SQL: &str = const_format::concatcp!(
            TROUBLE,
            "WHERE state IN ('queued', 'submitting', 'running') AND created_at < $1 ORDER BY created_at LIMIT $2"
        );
        all!(self.db.read(), Trouble, SQL, before, limit)
    }

    /// Orders that have failed since then, newest first.
    pub async fn failed_jobs(&self, since: Time, limit: i64) -> sqlx::Result<Vec<Trouble>> {
        const SQL: &str = const_format::concatcp!(
            TROUBLE,
            "WHERE state = 'failed' AND finished_at >= $1 ORDER BY finished_at DESC LIMIT $2"
        );
        all!(self.db.read(), Trouble, SQL, since, limit)
    }
}
