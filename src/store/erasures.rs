//! What providers still hold of deleted avatars: durable work, until each of them has confirmed.

use serde::{Deserialize, Serialize};
use sqlx::types::Json;

use crate::database::{Engine, Time, Tx, all, exec, optional};
use crate::domain::{AvatarId, ErasureId, UserId};

use super::Store;

/// One thing that a provider holds: a training's task with its archive, and the weights that came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    pub provider: String,
    #[serde(default)]
    pub task: Option<serde_json::Value>,
    #[serde(default)]
    pub weights: Option<serde_json::Value>,
}

/// A deletion under way.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Erasure {
    pub id: ErasureId,
    pub user_id: UserId,
    /// `None`: all that the person had.
    pub avatar_id: Option<AvatarId>,
    /// For the receipt; nothing else of the avatar is left here.
    pub name: Option<String>,
    pub traces: Json<Vec<Trace>>,
    pub photos: i32,
    /// Whether the person is told at the end.
    pub receipt: bool,
    pub tries: i32,
    pub fence: i64,
    pub created_at: Time,
}

/// A new deletion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NewErasure<'a> {
    /// `None`: all that the person had.
    pub avatar: Option<AvatarId>,
    pub name: Option<&'a str>,
    pub traces: &'a [Trace],
    /// How many were deleted here.
    pub photos: u64,
    pub receipt: bool,
}

macro_rules! erasure_columns {
    () => {
        "id, user_id, avatar_id, name, traces, photos, receipt, tries, fence, created_at"
    };
}

impl Store {
    /// Takes up to `limit` due deletions and hides them from other workers until `lease_until`.
    pub async fn claim_erasures(&self, now: Time, lease_until: Time, limit: i64) -> sqlx::Result<Vec<Erasure>> {
        const SQLITE: &str = concat!(
            "UPDATE erasures SET lease_until = $2, fence = fence + 1 WHERE id IN (SELECT id FROM erasures \
             WHERE run_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) ORDER BY run_at LIMIT $3) RETURNING ",
            erasure_columns!()
        );
        const POSTGRES: &str = concat!(
            "UPDATE erasures SET lease_until = $2, fence = fence + 1 WHERE id = ANY (ARRAY (SELECT id FROM erasures \
             WHERE run_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) ORDER BY run_at \
             LIMIT $3 FOR UPDATE SKIP LOCKED)) RETURNING ",
            erasure_columns!()
        );
        let sql = match self.db.engine() {
            Engine::Sqlite => SQLITE,
            Engine::Postgres => POSTGRES,
        };
        all!(self.db.write(), Erasure, sql, now, lease_until, limit)
    }

    /// Holds on to a deletion until `until`. False: the lease was given back, or lost.
    pub async fn renew_erasure(&self, id: ErasureId, fence: i64, until: Time) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "UPDATE erasures SET lease_until = $3 WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL",
            id,
            fence,
            until,
        )?;
        Ok(written == 1)
    }

    /// When the next deletion is due, leased ones at the end of their lease.
    pub async fn next_erasure_at(&self) -> sqlx::Result<Option<Time>> {
        let row: Option<(Time,)> = optional!(
            self.db.read(),
            (Time,),
            "SELECT CASE WHEN lease_until > run_at THEN lease_until ELSE run_at END AS at FROM erasures \
             WHERE run_at IS NOT NULL ORDER BY at LIMIT 1",
        )?;
        Ok(row.map(|(at,)| at))
    }

    /// Writes what is left to delete and when to go on, and gives the lease back. False: the lease was lost.
    pub async fn postpone_erasure(&self, erasure: &Erasure, run_at: Time) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "UPDATE erasures SET traces = $3, tries = $4, run_at = $5, lease_until = NULL WHERE id = $1 AND fence = $2",
            erasure.id,
            erasure.fence,
            &erasure.traces,
            erasure.tries,
            run_at,
        )?;
        Ok(written == 1)
    }
}

impl Tx {
    /// Puts a deletion in line.
    pub async fn add_erasure(&mut self, user: UserId, erasure: &NewErasure<'_>, now: Time) -> sqlx::Result<()> {
        exec!(
            *self,
            "INSERT INTO erasures (id, user_id, avatar_id, name, traces, photos, receipt, run_at, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
            ErasureId::new(),
            user,
            erasure.avatar,
            erasure.name,
            Json(erasure.traces),
            i32::try_from(erasure.photos).unwrap_or(i32::MAX),
            erasure.receipt,
            now,
        )?;
        Ok(())
    }

    /// Ends a deletion, under the lease that it was claimed with; the name goes too. False: the lease was lost.
    pub async fn end_erasure(&mut self, erasure: &Erasure, now: Time) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "UPDATE erasures SET traces = $3, name = NULL, run_at = NULL, lease_until = NULL, done_at = $4 \
             WHERE id = $1 AND fence = $2 AND done_at IS NULL",
            erasure.id,
            erasure.fence,
            &erasure.traces,
            now,
        )?;
        Ok(written == 1)
    }
}
