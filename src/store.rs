//! The tables: every statement that PIXEL AI runs, as a function named for its meaning.
//!
//! Functions on [`Store`] stand alone; functions on [`Tx`] are parts of a larger change.

pub mod acts;
pub mod albums;
pub mod api;
pub mod audit;
pub mod avatars;
pub mod catalog;
pub mod erasures;
pub mod files;
pub mod house;
pub mod jobs;
pub mod leases;
pub mod ledger;
pub mod outbox;
pub mod payments;
pub mod photos;
pub mod processes;
pub mod providers;
pub mod refunds;
pub mod sends;
pub mod stars;
pub mod stats;
pub mod status;
pub mod support;
pub mod training;
pub mod users;

use crate::database::{Database, Tx};

/// The tables. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    db: Database,
}

impl Store {
    pub fn new(db: Database) -> Self {
        Self { db }
    }

    /// Begins a change of several tables that happens whole or not at all.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        self.db.begin().await
    }

    pub fn database(&self) -> &Database {
        &self.db
    }
}
