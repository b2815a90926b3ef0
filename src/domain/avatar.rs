//! A person's trained likeness, and what it goes through.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Credits, TrainerAlias};

/// Who or what an avatar shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AvatarKind {
    Man,
    Woman,
    Other,
    Pet,
}

impl AvatarKind {
    pub const ALL: [Self; 4] = [Self::Man, Self::Woman, Self::Other, Self::Pet];

    /// As it stands in the database, and the end of its Fluent id `train-kind-<name>`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Man => "man",
            Self::Woman => "woman",
            Self::Other => "other",
            Self::Pet => "pet",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What a model is told that it is.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Man => "man",
            Self::Woman => "woman",
            Self::Other => "person",
            Self::Pet => "pet",
        }
    }
}

/// A provider's way of training under our own name.
#[derive(Debug, Clone, PartialEq)]
pub struct Trainer {
    pub alias: TrainerAlias,
    pub provider: String,
    /// The provider's own name of it.
    pub provider_model: String,
    /// Sent along with every request, as the provider defines it.
    pub parameters: serde_json::Value,
    /// How long one attempt may take before the fallback is tried.
    pub time_limit: Duration,
    pub fallback: Option<TrainerAlias>,
}

/// What training a likeness of one kind begins with, and what it costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    pub kind: AvatarKind,
    pub trainer: TrainerAlias,
    pub price: Credits,
}
