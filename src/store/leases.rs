//! Deeds that one process at a time does, such as fetching updates.
//!
//! Whoever does it renews its lease while it goes on; when it dies the lease runs out, and the next one takes over.

use uuid::Uuid;

use crate::database::{Time, exec};

use super::Store;

impl Store {
    /// Takes the lease of this name for `holder` until `until`, or renews it. False: somebody else has it.
    pub async fn take_lease(&self, name: &str, holder: Uuid, now: Time, until: Time) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "INSERT INTO leases (name, holder, until) VALUES ($1, $2, $4) ON CONFLICT (name) DO UPDATE \
             SET holder = excluded.holder, until = excluded.until \
             WHERE leases.holder = excluded.holder OR leases.until <= $3",
            name,
            holder,
            now,
            until,
        )?;
        Ok(written == 1)
    }

    /// Lets go of a lease, so that another process need not wait for its end; those that listen hear of it.
    pub async fn release_lease(&self, name: &str, holder: Uuid) -> sqlx::Result<()> {
        exec!(self.db.write(), "DELETE FROM leases WHERE name = $1 AND holder = $2", name, holder)?;
        Ok(())
    }
}
