//! The processes that run on this database.

use uuid::Uuid;

use crate::database::{Time, all, exec};

use super::Store;

/// A process that has said lately that it runs.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Process {
    pub id: Uuid,
    pub version: String,
    pub started_at: Time,
    pub seen_at: Time,
}

impl Store {
    /// Says that a process runs, and forgets those that have not said so since `dead`.
    pub async fn process_runs(&self, process: &Process, dead: Time) -> sqlx::Result<()> {
        exec!(
            self.db.write(),
            "INSERT INTO processes (id, version, started_at, seen_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at",
            process.id,
            &process.version,
            process.started_at,
            process.seen_at,
        )?;
        exec!(self.db.write(), "DELETE FROM processes WHERE seen_at < $1", dead)?;
        Ok(())
    }

    /// The process has come to its end.
    pub async fn process_ended(&self, id: Uuid) -> sqlx::Result<()> {
        exec!(self.db.write(), "DELETE FROM processes WHERE id = $1", id)?;
        Ok(())
    }

    /// Those that have said since `alive` that they run, oldest first.
    pub async fn processes(&self, alive: Time) -> sqlx::Result<Vec<Process>> {
        all!(
            self.db.read(),
            Process,
            "SELECT id, version, started_at, seen_at FROM processes WHERE seen_at >= $1 ORDER BY started_at, id",
            alive,
        )
    }
}
