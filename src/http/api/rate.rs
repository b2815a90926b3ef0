//! How often one person may call.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use axum::http::StatusCode;

use crate::domain::TelegramId;
use crate::http::problem::Problem;

/// Calls that may come at once.
const BURST: f64 = 40.0;
/// Calls a second that may go on for ever: every state asked for each three seconds needs far fewer.
const PER_SECOND: f64 = 4.0;
/// Whoever has been quiet is forgotten once there are this many.
const BEFORE_CLEANING: usize = 5000;

/// What each person has left, in this process.
#[derive(Default)]
pub(in crate::http) struct Rates(Mutex<HashMap<TelegramId, Left>>);

struct Left {
    calls: f64,
    at: Instant,
}

impl Left {
    fn refilled(&self, now: Instant) -> f64 {
        (self.calls + now.duration_since(self.at).as_secs_f64() * PER_SECOND).min(BURST)
    }
}

impl Rates {
    /// Takes one call from what the person has left.
    ///
    /// # Errors
    /// When nothing is left.
    pub(in crate::http) fn admit(&self, person: TelegramId) -> Result<(), Problem> {
        self.admit_at(person, Instant::now())
    }

    fn admit_at(&self, person: TelegramId, now: Instant) -> Result<(), Problem> {
        let mut people = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if people.len() >= BEFORE_CLEANING {
            people.retain(|_, left| left.refilled(now) < BURST);
        }
        let left = people.entry(person).or_insert(Left { calls: BURST, at: now });
        *left = Left { calls: left.refilled(now), at: now };
        if left.calls < 1.0 {
            let problem = Problem::kind(StatusCode::TOO_MANY_REQUESTS, "too-many-calls", "Ask less often.");
            return Err(problem.retry_after(1));
        }
        left.calls -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn who_calls_too_often_waits_and_disturbs_nobody() {
        let (rates, start) = (Rates::default(), Instant::now());
        let admitted = (0..100).filter(|_| rates.admit_at(TelegramId(1), start).is_ok()).count();
        assert_eq!(admitted, BURST as usize);
        assert!(rates.admit_at(TelegramId(2), start).is_ok());
        assert!(rates.admit_at(TelegramId(1), start + Duration::from_millis(300)).is_ok());
        assert!(rates.admit_at(TelegramId(1), start + Duration::from_millis(300)).is_err());
    }
}
