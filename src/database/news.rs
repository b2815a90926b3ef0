//! Hearing of new work as soon as any process has written it, by PostgreSQL's `LISTEN`.
//!
//! The tables call out what was added to them (`migrations/0007_replicas.postgres.sql`, and `0009_…` of trainings). SQLite has no such thing, nor
//! needs it: what writes to the file is the process that works it off.

use sqlx::postgres::PgListener;

use super::Database;

/// Calls about new work, from every process.
pub struct News(PgListener);

impl Database {
    /// Begins to listen. `None` on SQLite.
    ///
    /// # Errors
    /// When the server does not answer. A pooler between us and it that shares connections delivers no calls; then
    /// work of other processes is found a little later, by looking.
    pub async fn listen(&self) -> sqlx::Result<Option<News>> {
        let Self::Postgres(pool) = self else { return Ok(None) };
        let schema: String = sqlx::query_scalar("SELECT current_schema()::text").fetch_one(pool).await?;
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(&format!("pixelai_{schema}")).await?;
        Ok(Some(News(listener)))
    }
}

impl News {
    /// Waits for the next call: what kind of work it is about. `None` when calls may have been missed, because the
    /// connection was lost and made anew.
    ///
    /// # Errors
    /// When the server is gone for good.
    pub async fn next(&mut self) -> sqlx::Result<Option<String>> {
        Ok(self.0.try_recv().await?.map(|call| call.payload().to_owned()))
    }
}
