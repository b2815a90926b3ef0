//! What happens and how long it takes, counted for the whole process and read by `/metrics`.
//!
//! Counters and histograms are statics, so that whoever counts need not be handed anything; all start at zero with the
//! process. What can be asked of the database at any time (jobs, letters, money) is not counted here.

mod family;
mod histogram;
mod troubles;

use std::sync::atomic::{AtomicU64, Ordering};

pub use family::Family;
pub use histogram::{BOUNDS, Histogram};
pub use troubles::{Trouble, Troubles};

/// From an update's arrival until it was handled.
pub static UPDATE_SECONDS: Histogram = Histogram::new();
/// Statements, the wait for a connection included.
pub static SQL_SECONDS: Histogram = Histogram::new();
/// Calls of Redis, the wait for a connection included.
pub static REDIS_SECONDS: Histogram = Histogram::new();
/// Calls of the Bot API but for long polls, by method and by what came of it (`ok`, `refused`, `lost`).
pub static TELEGRAM_SECONDS: Family<Histogram, 2> = Family::new(["method", "outcome"]);
/// Calls of AI providers, by provider, call (as `poller` names them: `submit`, `status`, `train`, …) and what came of it
/// (`ok`, `failed`).
pub static PROVIDER_SECONDS: Family<Histogram, 3> = Family::new(["provider", "call", "outcome"]);
/// How often people came into a state of a dialogue (`entered`) and went on from it (`left`): the funnel.
pub static STATES: Family<Counter, 3> = Family::new(["dialogue", "state", "way"]);
/// Answers of the HTTP server, by route and status.
pub static HTTP_SECONDS: Family<Histogram, 2> = Family::new(["route", "status"]);

/// The last warnings and errors.
pub static TROUBLES: Troubles = Troubles::new();

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    pub fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
