//! What admins do: every act with who, what, to whom, why and when.

use sqlx::types::Json;
use uuid::Uuid;

use crate::database::{Time, Tx, exec, optional};
use crate::domain::{ActionKey, UserId};

/// An act to be written down.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAct<'a> {
    /// A second delivery of the same message has the same key.
    pub key: &'a ActionKey,
    pub admin: UserId,
    pub act: &'a serde_json::Value,
    /// The person whom it is about.
    pub subject: Option<UserId>,
    pub reason: &'a str,
}

/// An act that is written down.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Act {
    pub id: Uuid,
    pub admin_id: UserId,
    pub act: Json<serde_json::Value>,
    pub reason: String,
    /// `proposed`, `done` or `dropped`.
    pub state: String,
}

impl Tx {
    /// Writes an act down, done or only proposed. False: it stands there already.
    pub async fn add_act(&mut self, act: &NewAct<'_>, id: Uuid, done: bool, now: Time) -> sqlx::Result<bool> {
        let (state, done_at) = if done { ("done", Some(now)) } else { ("proposed", None) };
        let written = exec!(
            *self,
            "INSERT INTO admin_acts (id, key, admin_id, act, subject, reason, state, created_at, done_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (key) DO NOTHING",
            id,
            act.key,
            act.admin,
            Json(act.act),
            act.subject,
            act.reason,
            state,
            now,
            done_at,
        )?;
        Ok(written == 1)
    }

    pub async fn act(&mut self, id: Uuid) -> sqlx::Result<Option<Act>> {
        optional!(*self, Act, "SELECT id, admin_id, act, reason, state FROM admin_acts WHERE id = $1", id)
    }

    pub async fn act_by_key(&mut self, key: &ActionKey) -> sqlx::Result<Option<Act>> {
        optional!(*self, Act, "SELECT id, admin_id, act, reason, state FROM admin_acts WHERE key = $1", key)
    }

    /// Confirms a proposed act, or drops it. False: that was decided before.
    pub async fn decide_act(&mut self, id: Uuid, confirmed: bool, now: Time) -> sqlx::Result<bool> {
        let state = if confirmed { "done" } else { "dropped" };
        let written = exec!(
            *self,
            "UPDATE admin_acts SET state = $2, done_at = $3 WHERE id = $1 AND state = 'proposed'",
            id,
            state,
            now,
        )?;
        Ok(written == 1)
    }
}
