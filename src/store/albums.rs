//! Albums arrive as separate messages without an end mark: their parts wait here until no more have come for a while.

use sqlx::types::Json;

use crate::database::{Engine, Time, all, exec, optional};
use crate::domain::TelegramId;

use super::Store;

/// One part of an album, as the door handed it in.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Part {
    pub chat_id: TelegramId,
    pub album: String,
    pub update_id: i64,
    pub part: Json<serde_json::Value>,
}

impl Store {
    /// Keeps a part, once per update, and puts the whole album off until `due_at`.
    pub async fn add_album_part(
        &self,
        chat: TelegramId,
        album: &str,
        update_id: i64,
        part: &serde_json::Value,
        due_at: Time,
    ) -> sqlx::Result<()> {
        let mut tx = self.db.begin().await?;
        exec!(
            tx,
            "INSERT INTO album_parts (chat_id, album, update_id, part, due_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (chat_id, album, update_id) DO NOTHING",
            chat,
            album,
            update_id,
            Json(part),
            due_at,
        )?;
        exec!(tx, "UPDATE album_parts SET due_at = $3 WHERE chat_id = $1 AND album = $2", chat, album, due_at)?;
        tx.commit().await
    }

    /// Takes the parts of albums that are due and hides them until `lease_until`; whoever has handled an album removes
    /// it. In the order of their updates.
    pub async fn claim_albums(&self, now: Time, lease_until: Time) -> sqlx::Result<Vec<Part>> {
        const SQLITE: &str = "UPDATE album_parts SET due_at = $2 WHERE due_at <= $1 \
             RETURNING chat_id, album, update_id, part";
        // The first part stands for the whole, so that two claimers never share an album between them.
        const POSTGRES: &str = "UPDATE album_parts SET due_at = $2 WHERE due_at <= $1 AND (chat_id, album) IN (SELECT \
             p.chat_id, p.album FROM album_parts p WHERE p.due_at <= $1 AND NOT EXISTS (SELECT 1 FROM album_parts q \
             WHERE q.chat_id = p.chat_id AND q.album = p.album AND q.update_id < p.update_id) \
             FOR UPDATE OF p SKIP LOCKED) RETURNING chat_id, album, update_id, part";
        let sql = match self.db.engine() {
            Engine::Sqlite => SQLITE,
            Engine::Postgres => POSTGRES,
        };
        let mut parts: Vec<Part> = all!(self.db.write(), Part, sql, now, lease_until)?;
        parts.sort_by(|a, b| (a.chat_id, &a.album, a.update_id).cmp(&(b.chat_id, &b.album, b.update_id)));
        Ok(parts)
    }

    /// Hides an album further, until `until`. False: it has been removed.
    pub async fn renew_album(&self, chat: TelegramId, album: &str, until: Time) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "UPDATE album_parts SET due_at = $3 WHERE chat_id = $1 AND album = $2",
            chat,
            album,
            until,
        )?;
        Ok(written > 0)
    }

    /// Removes the parts that were handled; one that came in the meantime stays and is handed over by itself.
    pub async fn remove_album(&self, chat: TelegramId, album: &str, handled: &[i64]) -> sqlx::Result<()> {
        let mut tx = self.db.begin().await?;
        for update in handled {
            exec!(
                tx,
                "DELETE FROM album_parts WHERE chat_id = $1 AND album = $2 AND update_id = $3",
                chat,
                album,
                *update,
            )?;
        }
        tx.commit().await
    }

    /// When the next album is complete.
    pub async fn next_album_at(&self) -> sqlx::Result<Option<Time>> {
        let row: Option<(Time,)> =
            optional!(self.db.read(), (Time,), "SELECT due_at FROM album_parts ORDER BY due_at LIMIT 1")?;
        Ok(row.map(|(at,)| at))
    }
}
