//! The unit of the balance.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A whole, never negative number of credits. One Telegram Star buys one credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Credits(i64);

/// The number is negative or beyond [`Credits::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an amount of credits (0 to {max})", max = Credits::MAX.0)]
pub struct NotCredits(pub i64);

impl Credits {
    pub const ZERO: Self = Self(0);
    /// Far above any balance, and far enough below `i64::MAX` that sums of a whole table do not overflow.
    pub const MAX: Self = Self(1_000_000_000_000);

    /// # Errors
    /// [`NotCredits`] for a negative number or one beyond [`Credits::MAX`].
    pub fn new(amount: i64) -> Result<Self, NotCredits> {
        if (0..=Self::MAX.0).contains(&amount) { Ok(Self(amount)) } else { Err(NotCredits(amount)) }
    }

    pub fn get(self) -> i64 {
        self.0
    }

    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// What is missing to reach `price` with this balance; zero when it is enough.
    pub fn missing_for(self, price: Self) -> Self {
        Self((price.0 - self.0).max(0))
    }
}

impl TryFrom<i64> for Credits {
    type Error = NotCredits;

    fn try_from(amount: i64) -> Result<Self, NotCredits> {
        Self::new(amount)
    }
}

impl From<Credits> for i64 {
    fn from(credits: Credits) -> Self {
        credits.0
    }
}

impl fmt::Display for Credits {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}
