//! Who makes the pictures: one trait, and an implementation for each provider.
//!
//! A provider is asked to start a task, then how the task stands. Nothing here knows of jobs' rows or of money.

pub mod painter;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::domain::{JobId, ModelAlias, Refusal};

/// One AI provider.
#[async_trait]
pub trait Provider: Send + Sync {
    /// As it stands in the `models` table.
    fn name(&self) -> &'static str;

    /// Starts a task. Not idempotent: a second call starts a second task.
    async fn submit(&self, submission: &Submission) -> Result<Task, ProviderError>;

    /// How the task stands; the picture itself once there is one. May be asked again after the end.
    async fn status(&self, task: &Task) -> Result<Status, ProviderError>;

    /// Stops the task where the provider can; a task that has ended is no error.
    async fn cancel(&self, task: &Task) -> Result<(), ProviderError>;
}

/// What a provider needs to know to start.
#[derive(Debug, Clone)]
pub struct Submission {
    pub job: JobId,
    /// Counts the submits of this job, from 1.
    pub attempt: u32,
    pub alias: ModelAlias,
    /// The provider's own name of the model.
    pub model: String,
    pub parameters: serde_json::Value,
    pub prompt: String,
    /// The template's `style`, for the painter.
    pub style: serde_json::Value,
    /// JPEGs, upright and without metadata.
    pub photos: Vec<Bytes>,
}

/// A task at a provider, as kept in the job's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub id: String,
    /// What else the provider's client needs to find the task again.
    #[serde(default)]
    pub details: serde_json::Value,
}

/// How a task stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// In the provider's line; `ahead` counts those before it, where the provider says.
    Queued { ahead: Option<u32> },
    /// Being made; `progress` from 0 to 1, where the provider says.
    Running { progress: Option<f32> },
    /// Done. The bytes of a JPEG, PNG or WebP.
    Succeeded { picture: Bytes },
}

/// Why a provider did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// Trying again later may help.
    #[error("the provider is unavailable: {reason}")]
    Unavailable { reason: String, retry_after: Option<Duration> },
    /// The same request will never succeed; the person has to change something.
    #[error("the provider refused the input: {0:?}")]
    Refused(Refusal),
    /// This task will never give a picture; another one might.
    #[error("the task failed: {0}")]
    Failed(String),
    /// The provider does not know the task.
    #[error("the provider does not know this task")]
    Unknown,
    /// A key, an account or a model is set up wrongly; an admin has to act.
    #[error("the provider is not set up: {0}")]
    SetUp(String),
}

/// The providers that are switched on, by name.
#[derive(Clone, Default)]
pub struct Providers(HashMap<&'static str, Arc<dyn Provider>>);

impl Providers {
    pub fn new(providers: impl IntoIterator<Item = Arc<dyn Provider>>) -> Self {
        Self(providers.into_iter().map(|provider| (provider.name(), provider)).collect())
    }

    pub fn get(&self, name: &str) -> Option<&Arc<dyn Provider>> {
        self.0.get(name)
    }
}
