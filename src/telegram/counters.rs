//! What the door counts, for the status page.

use super::translate::Ignored;
use crate::meter::Counter;

/// The door's counters; all start at zero with the process.
#[derive(Debug, Default)]
pub struct Counters {
    /// Updates taken in, each delivery counted.
    pub updates: Counter,
    /// Updates that were no JSON of a Bot API update at all.
    pub unreadable: Counter,
    /// Deeds that turned out to have been handled before.
    pub repeated: Counter,
    /// Handlers that panicked.
    pub panics: Counter,
    /// Attempts that failed and were made again.
    pub retries: Counter,
    /// Deeds given up after their last attempt.
    pub given_up: Counter,
    /// Updates dropped because their chat had too many waiting.
    pub floods: Counter,
    /// Updates refused, to be delivered again, because too many were waiting in all.
    pub refused: Counter,
    ignored: [Counter; Ignored::ALL.len()],
}

/// The counters at one moment, each under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot(pub Vec<(String, u64)>);

impl Counters {
    pub(super) fn ignore(&self, kind: Ignored) {
        self.ignored[kind as usize].add_one();
    }

    /// How many updates of this kind were ignored.
    pub fn ignored(&self, kind: Ignored) -> u64 {
        self.ignored[kind as usize].get()
    }

    /// All counters; those of ignored kinds are named `ignored_<kind>`.
    pub fn snapshot(&self) -> Snapshot {
        let plain = [
            ("updates", &self.updates),
            ("unreadable", &self.unreadable),
            ("repeated", &self.repeated),
            ("panics", &self.panics),
            ("retries", &self.retries),
            ("given_up", &self.given_up),
            ("floods", &self.floods),
            ("refused", &self.refused),
        ];
        let plain = plain.into_iter().map(|(name, counter)| (name.to_owned(), counter.get()));
        let ignored = Ignored::ALL.iter().map(|kind| (format!("ignored_{}", kind.name()), self.ignored(*kind)));
        Snapshot(plain.chain(ignored).collect())
    }
}

impl Snapshot {
    /// The value of one counter; zero where there is none of that name.
    pub fn get(&self, name: &str) -> u64 {
        self.0.iter().find(|(known, _)| known == name).map_or(0, |(_, value)| *value)
    }
}
