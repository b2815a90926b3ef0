//! Sessions in the `sessions` table, for a set-up without Redis.

use crate::database::{Database, Engine, Time, all, exec, optional};
use crate::domain::TelegramId;

use super::{EXPIRY, Loaded, Saved};

pub(super) async fn load(db: &Database, chat: TelegramId, now: Time) -> sqlx::Result<Option<Loaded>> {
    let row: Option<(String, i64, Option<String>, Option<Time>)> = optional!(
        db.read(),
        (String, i64, Option<String>, Option<Time>),
        "SELECT value, version, screen, due_at FROM sessions WHERE chat_id = $1 AND expires_at > $2",
        chat,
        now,
    )?;
    Ok(row.map(|(value, version, screen, due_at)| Loaded { value, version, screen, due_at }))
}

pub(super) async fn save(
    db: &Database,
    chat: TelegramId,
    value: &str,
    version: Option<i64>,
    due_at: Option<Time>,
    now: Time,
) -> sqlx::Result<Saved> {
    let expires_at = now + EXPIRY;
    let written = match version {
        // A row that is there but has expired counts as none.
        None => exec!(
            db.write(),
            "INSERT INTO sessions (chat_id, version, value, due_at, expires_at) VALUES ($1, 1, $2, $3, $4) \
             ON CONFLICT (chat_id) DO UPDATE SET version = sessions.version + 1, value = excluded.value, \
             screen = NULL, due_at = excluded.due_at, expires_at = excluded.expires_at \
             WHERE sessions.expires_at <= $5",
            chat,
            value,
            due_at,
            expires_at,
            now,
        )?,
        Some(version) => exec!(
            db.write(),
            "UPDATE sessions SET version = version + 1, value = $3, due_at = $4, expires_at = $5 \
             WHERE chat_id = $1 AND version = $2",
            chat,
            version,
            value,
            due_at,
            expires_at,
        )?,
    };
    Ok(if written == 1 { Saved::Yes } else { Saved::Lost })
}

pub(super) async fn note_screen(db: &Database, chat: TelegramId, screen: &str) -> sqlx::Result<()> {
    exec!(db.write(), "UPDATE sessions SET screen = $2 WHERE chat_id = $1", chat, screen)?;
    Ok(())
}

pub(super) async fn claim_due(
    db: &Database,
    now: Time,
    lease_until: Time,
    limit: i64,
) -> sqlx::Result<Vec<TelegramId>> {
    const SQLITE: &str = "UPDATE sessions SET due_at = $2 WHERE chat_id IN (SELECT chat_id FROM sessions \
         WHERE due_at <= $1 ORDER BY due_at LIMIT $3) RETURNING chat_id";
    // An array is made once; a joined subquery could be run again and claim more than `limit`.
    const POSTGRES: &str = "UPDATE sessions SET due_at = $2 WHERE chat_id = ANY (ARRAY (SELECT chat_id FROM sessions \
         WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)) RETURNING chat_id";
    let sql = match db.engine() {
        Engine::Sqlite => SQLITE,
        Engine::Postgres => POSTGRES,
    };
    let rows: Vec<(TelegramId,)> = all!(db.write(), (TelegramId,), sql, now, lease_until, limit)?;
    Ok(rows.into_iter().map(|(chat,)| chat).collect())
}

pub(super) async fn next_due(db: &Database) -> sqlx::Result<Option<Time>> {
    let row: Option<(Time,)> =
        optional!(db.read(), (Time,), "SELECT due_at FROM sessions WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1",)?;
    Ok(row.map(|(at,)| at))
}

pub(super) async fn forget(db: &Database, chat: TelegramId) -> sqlx::Result<()> {
    exec!(db.write(), "DELETE FROM sessions WHERE chat_id = $1", chat)?;
    Ok(())
}

pub(super) async fn remove_expired(db: &Database, now: Time) -> sqlx::Result<u64> {
    exec!(db.write(), "DELETE FROM sessions WHERE expires_at <= $1", now)
}
