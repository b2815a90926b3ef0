//! Orders of the jobs API: what a key of a caller's stands for.

use uuid::Uuid;

use crate::database::{Time, exec, one, optional};
use crate::domain::{ActionKey, JobId, UserId};

use super::Store;

/// What a caller's key was first used for.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ApiOrder {
    id: Uuid,
    /// Tells one order from another.
    pub fingerprint: String,
}

impl ApiOrder {
    /// Names the one action that this order is.
    pub fn action(&self) -> ActionKey {
        ActionKey(format!("api:{}", self.id.simple()))
    }
}

impl Store {
    /// What the person's key stands for: this order, unless it stands for an earlier one.
    pub async fn api_order(&self, user: UserId, key: &str, fingerprint: &str, now: Time) -> sqlx::Result<ApiOrder> {
        exec!(
            self.db.write(),
            "INSERT INTO api_orders (id, user_id, key, fingerprint, created_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (user_id, key) DO NOTHING",
            Uuid::now_v7(),
            user,
            key,
            fingerprint,
            now,
        )?;
        one!(
            self.db.read(),
            ApiOrder,
            "SELECT id, fingerprint FROM api_orders WHERE user_id = $1 AND key = $2",
            user,
            key,
        )
    }

    /// The job that an action has made.
    pub async fn job_of_action(&self, key: &ActionKey) -> sqlx::Result<Option<JobId>> {
        let row: Option<(JobId,)> =
            optional!(self.db.read(), (JobId,), "SELECT id FROM generation_jobs WHERE key = $1", key)?;
        Ok(row.map(|(id,)| id))
    }

    /// Forgets keys that were first used before `before`; they may stand for something new then.
    pub async fn remove_old_api_orders(&self, before: Time) -> sqlx::Result<u64> {
        exec!(self.db.write(), "DELETE FROM api_orders WHERE created_at < $1", before)
    }
}
