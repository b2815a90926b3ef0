//! What concerns the whole house: switches that admins turn while it runs.

use crate::database::{Time, Tx, exec, optional};

use super::Store;

/// The switch that stops new orders.
const MAINTENANCE: &str = "maintenance";
const MAINTENANCE_ON: &str = "SELECT value FROM settings WHERE name = 'maintenance'";

impl Store {
    /// Whether new orders are stopped.
    pub async fn maintenance(&self) -> sqlx::Result<bool> {
        let row: Option<(String,)> = optional!(self.db.read(), (String,), MAINTENANCE_ON)?;
        Ok(is_on(row))
    }
}

impl Tx {
    /// Whether new orders are stopped.
    pub async fn maintenance(&mut self) -> sqlx::Result<bool> {
        let row: Option<(String,)> = optional!(*self, (String,), MAINTENANCE_ON)?;
        Ok(is_on(row))
    }

    pub async fn set_maintenance(&mut self, on: bool, now: Time) -> sqlx::Result<()> {
        exec!(
            *self,
            "INSERT INTO settings (name, value, changed_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE \
             SET value = excluded.value, changed_at = excluded.changed_at",
            MAINTENANCE,
            if on { "on" } else { "off" },
            now,
        )?;
        Ok(())
    }
}

fn is_on(row: Option<(String,)>) -> bool {
    row.is_some_and(|(value,)| value == "on")
}
