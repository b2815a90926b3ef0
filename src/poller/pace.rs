//! How fast things go on by themselves.

use std::time::Duration;

/// The times that the loops keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between the first looks at a running task.
    pub first: Duration,
    /// Between looks at one that takes long.
    pub slowest: Duration,
    /// Before the first repeated call; doubled with each further one.
    pub back_off: Duration,
    /// How long work that a process has claimed waits for it after its death. Work that takes longer renews it, so it
    /// bounds what a crash costs, not what the work may take.
    pub lease: Duration,
    /// Between two looks at Telegram's book of Stars.
    pub books: Duration,
    /// How old a movement of Stars has to be before its update counts as lost.
    pub books_grace: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(1000),
            slowest: Duration::from_secs(5),
            back_off: Duration::from_millis(800),
            lease: Duration::from_secs(15),
            books: Duration::from_secs(300),
            books_grace: Duration::from_secs(60),
        }
    }
}
