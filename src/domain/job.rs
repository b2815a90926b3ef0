//! What one generation goes through.

use serde::{Deserialize, Serialize};

/// Where a job stands. The last three are final: nothing leads out of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// Paid for (held), waiting for a worker.
    Queued,
    /// A submit is under way, or was when its worker died.
    Submitting,
    /// The provider has it.
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

impl JobState {
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Submitting, Self::Running, Self::Succeeded, Self::Failed, Self::Cancelled];

    /// As it stands in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Submitting => "submitting",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// What about the input a provider will not work with; the person can change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// No face where the template needs one.
    NoFace,
    /// The provider's rules do not allow this photo or prompt.
    NotAllowed,
    /// The photo is too small for the model.
    TooSmall,
    /// The photo is too large for the model.
    TooLarge,
    /// The provider could not read the photo.
    Unreadable,
}

/// Why a job ended without a picture. Each has a text of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    Refused(Refusal),
    /// Every model of the chain failed.
    Unavailable,
    /// The job's deadline passed.
    Deadline,
}

impl Failure {
    pub const ALL: [Self; 7] = [
        Self::Refused(Refusal::NoFace),
        Self::Refused(Refusal::NotAllowed),
        Self::Refused(Refusal::TooSmall),
        Self::Refused(Refusal::TooLarge),
        Self::Refused(Refusal::Unreadable),
        Self::Unavailable,
        Self::Deadline,
    ];

    /// As it stands in the database, and the end of its Fluent id `failure-<name>`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Refused(Refusal::NoFace) => "no-face",
            Self::Refused(Refusal::NotAllowed) => "not-allowed",
            Self::Refused(Refusal::TooSmall) => "too-small",
            Self::Refused(Refusal::TooLarge) => "too-large",
            Self::Refused(Refusal::Unreadable) => "unreadable",
            Self::Unavailable => "unavailable",
            Self::Deadline => "deadline",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.name() == name)
    }
}
