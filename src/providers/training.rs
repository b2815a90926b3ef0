//! Who trains likenesses: a trait beside [`Provider`](super::Provider), and what goes through it.
//!
//! Photos go in one at a time and weights come out piece by piece, so that a training takes no more memory than one
//! photo, however many people train.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::stream::BoxStream;

use super::{ProviderError, Task};
use crate::domain::{AvatarKind, RunId, TrainerAlias};

/// One provider, as far as it trains.
#[async_trait]
pub trait Trainer: Send + Sync {
    /// As it stands in the `trainers` table.
    fn provider(&self) -> &'static str;

    /// Starts a training. Not idempotent: a second call starts a second one.
    async fn begin(&self, order: &TrainingOrder, photos: Arc<dyn Album>) -> Result<Task, ProviderError>;

    /// Looks for a training whose submit was not answered, in the provider's own list of them.
    async fn find(&self, _: &Sought<'_>) -> Result<Found, ProviderError> {
        Ok(Found::Unlisted)
    }

    /// How a training stands; the weights once there are some. May be asked again after the end.
    async fn standing(&self, task: &Task) -> Result<Standing, ProviderError>;

    /// Stops a training where the provider can; one that has ended is no error.
    async fn call_off(&self, task: &Task) -> Result<(), ProviderError>;

    /// Deletes what the training needed only while it ran: the archive of photos. Where the provider lets it run out
    /// by itself there is nothing to do.
    async fn tidy(&self, task: &Task) -> Result<(), ProviderError>;

    /// Deletes everything that came of a training, as far as the provider's API does. What is gone already is no error.
    async fn erase(&self, task: Option<&Task>, weights: Option<&serde_json::Value>) -> Result<(), ProviderError>;
}

/// What a provider needs to know to train.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingOrder {
    pub run: RunId,
    /// Counts the submits of this run, from 1.
    pub attempt: u32,
    pub alias: TrainerAlias,
    /// The provider's own name of the trainer.
    pub model: String,
    pub parameters: serde_json::Value,
    pub kind: AvatarKind,
    /// The word that will stand for the likeness in prompts.
    pub trigger: String,
    /// What this attempt may take.
    pub time_limit: Duration,
    /// Where the provider is to say that the training is over.
    pub webhook: Option<String>,
}

/// By what a training is known to the provider while its task has no name here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sought<'a> {
    /// The provider's own name of the trainer.
    pub model: &'a str,
    /// The word that will stand for the likeness, which no other avatar has.
    pub trigger: &'a str,
    /// It was not begun before.
    pub since: DateTime<Utc>,
}

/// What the provider's list says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Task(Task),
    /// It is not there, or not yet.
    Nothing,
    /// The provider has no such list.
    Unlisted,
}

/// The photos of a training, opened one at a time.
#[async_trait]
pub trait Album: Send + Sync {
    /// The bytes that each photo has.
    fn sizes(&self) -> &[u64];

    /// A JPEG, upright and without metadata.
    async fn photo(&self, index: usize) -> io::Result<Bytes>;
}

/// How a training stands.
pub enum Standing {
    /// In the provider's line.
    Queued,
    /// `progress` from 0 to 1, where the provider says.
    Running {
        progress: Option<f32>,
    },
    Trained(Trained),
}

/// A likeness that has come out.
pub struct Trained {
    /// How the provider finds the weights again.
    pub weights: serde_json::Value,
    /// The weights themselves, where they may outlive what the provider keeps.
    pub file: Option<BoxStream<'static, Result<Bytes, ProviderError>>>,
}

/// A likeness as part of a picture's order.
#[derive(Clone)]
pub struct Likeness {
    /// The word that stands for it.
    pub trigger: String,
    /// How its provider finds the weights.
    pub weights: serde_json::Value,
    /// The weights, where they are kept here.
    pub file: Arc<dyn Pieces>,
}

impl fmt::Debug for Likeness {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Likeness({})", self.trigger)
    }
}

/// A file that is kept in pieces.
#[async_trait]
pub trait Pieces: Send + Sync {
    /// A piece, counted from 0; `None` behind the last.
    async fn piece(&self, index: usize) -> io::Result<Option<Bytes>>;

    /// The provider had lost the weights and was given them again: this is how it finds them from now on.
    async fn moved(&self, weights: &serde_json::Value);
}

/// The trainers that are switched on, by name.
#[derive(Clone, Default)]
pub struct Trainers(HashMap<&'static str, Arc<dyn Trainer>>);

impl Trainers {
    pub fn new(trainers: impl IntoIterator<Item = Arc<dyn Trainer>>) -> Self {
        Self(trainers.into_iter().map(|trainer| (trainer.provider(), trainer)).collect())
    }

    pub fn get(&self, name: &str) -> Option<&Arc<dyn Trainer>> {
        self.0.get(name)
    }
}
