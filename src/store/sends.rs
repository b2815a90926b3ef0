//! How fast messages leave, over all processes: leaky buckets on PostgreSQL, by the server's own clock.
//!
//! An SQLite file belongs to one process, which keeps its limits by itself.

use std::time::Duration;

use crate::database::{Database, Time};
use crate::domain::TelegramId;

use super::Store;

/// The bucket of all messages together.
const ALL: &str = "all";

/// How long it takes until the buckets have run dry, with the message that was just put into them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    pub overall: Duration,
    pub in_chat: Duration,
}

impl Store {
    /// Whether several processes share the limits of this store.
    pub fn shares_sends(&self) -> bool {
        matches!(self.db, Database::Postgres(_))
    }

    /// Puts a message to `chat` into both buckets, each of which it fills for its interval. `None`: nobody shares them.
    pub async fn fill_send_buckets(
        &self,
        chat: TelegramId,
        overall: Duration,
        in_chat: Duration,
    ) -> sqlx::Result<Option<Filled>> {
        // Both rows in one statement, and always in this order, so that no two senders wait for each other.
        const SQL: &str = "INSERT INTO send_buckets AS b (key, dry_at) \
             VALUES ($1, clock_timestamp() + $3 * interval '1 second'), \
                    ($2, clock_timestamp() + $4 * interval '1 second') \
             ON CONFLICT (key) DO UPDATE SET dry_at = GREATEST(b.dry_at, clock_timestamp()) \
                 + (CASE WHEN b.key = $1 THEN $3 ELSE $4 END) * interval '1 second' \
             RETURNING key, CAST(EXTRACT(EPOCH FROM dry_at - clock_timestamp()) AS DOUBLE PRECISION)";
        let Database::Postgres(pool) = &self.db else { return Ok(None) };
        let rows: Vec<(String, f64)> = sqlx::query_as(SQL)
            .bind(ALL)
            .bind(chat.0.to_string())
            .bind(overall.as_secs_f64())
            .bind(in_chat.as_secs_f64())
            .fetch_all(pool)
            .await?;
        let dry_in = |wanted: bool| {
            let row = rows.iter().find(|(key, _)| (key == ALL) == wanted);
            Duration::try_from_secs_f64(row.map_or(0.0, |(_, seconds)| seconds.max(0.0))).unwrap_or_default()
        };
        Ok(Some(Filled { overall: dry_in(true), in_chat: dry_in(false) }))
    }

    /// Lets nothing out to this chat for so long, as Telegram asked.
    pub async fn pause_sends(&self, chat: TelegramId, pause: Duration) -> sqlx::Result<()> {
        const SQL: &str = "INSERT INTO send_buckets AS b (key, dry_at) \
             VALUES ($1, clock_timestamp() + $2 * interval '1 second') \
             ON CONFLICT (key) DO UPDATE SET dry_at = GREATEST(b.dry_at, excluded.dry_at)";
        let Database::Postgres(pool) = &self.db else { return Ok(()) };
        sqlx::query(SQL).bind(chat.0.to_string()).bind(pause.as_secs_f64()).execute(pool).await?;
        Ok(())
    }

    /// Forgets the buckets that ran dry before `before`.
    pub async fn remove_dry_buckets(&self, before: Time) -> sqlx::Result<u64> {
        let Database::Postgres(pool) = &self.db else { return Ok(0) };
        let done = sqlx::query("DELETE FROM send_buckets WHERE dry_at < $1").bind(before).execute(pool).await?;
        Ok(done.rows_affected())
    }
}
