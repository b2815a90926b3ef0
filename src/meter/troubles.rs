//! The last warnings and errors that were logged, for whoever looks at the status page.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

/// What is kept.
const MOST: usize = 30;
/// A longer text is cut.
const LONGEST: usize = 400;

/// Something that was logged as a warning or an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub at: DateTime<Utc>,
    pub level: &'static str,
    /// As it was logged: no secret, and nothing of a person.
    pub text: String,
}

/// The last of them.
#[derive(Debug)]
pub struct Troubles(Mutex<VecDeque<Trouble>>);

impl Troubles {
    pub const fn new() -> Self {
        Self(Mutex::new(VecDeque::new()))
    }

    pub fn note(&self, level: &'static str, text: &str) {
        let text = text.chars().take(LONGEST).collect();
        let mut troubles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.truncate(MOST - 1);
        troubles.push_front(Trouble { at: Utc::now(), level, text });
    }

    pub fn newest_first(&self) -> Vec<Trouble> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl Default for Troubles {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_are_kept_and_none_is_endless() {
        let troubles = Troubles::new();
        for number in 0..100 {
            troubles.note("WARN", &format!("{number} {}", "x".repeat(1000)));
        }
        let kept = troubles.newest_first();
        assert_eq!(kept.len(), MOST);
        assert!(kept[0].text.starts_with("99 ") && kept[0].text.chars().count() == LONGEST);
    }
}
