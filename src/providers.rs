//! Who makes the pictures: one trait, and an implementation for each provider.
//!
//! A provider is asked to start a task, then how the task stands. Nothing here knows of jobs' rows or of money.
//!
//! `defapi`, `fal` and `replicate` speak to the three services over `caller`, fetch their results over `downloads`, and
//! read their webhooks with `signature`; the `painter` plays any of them. What each service does and gets wrong stands
//! beside the code that answers it.

mod caller;
mod defapi;
mod downloads;
mod fal;
pub mod hooks;
mod input;
pub mod painter;
mod replicate;
mod signature;
pub mod training;
mod words;
mod zip;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::domain::{JobId, ModelAlias, PhotoInput, Refusal};

use training::Likeness;

pub use defapi::DefApi;
pub use fal::Fal;
pub use replicate::Replicate;

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

    /// Removes what was uploaded for a task that is over, where the provider can; done as well as it goes.
    async fn forget(&self, _task: &Task) {}

    /// The task of this id, for whoever knows no more of it: a webhook can be the first to name it.
    fn task(&self, _model: &str, id: &str) -> Task {
        Task { id: id.to_owned(), details: serde_json::Value::Null }
    }

    /// Whether it posts a webhook when a task is over.
    fn reports(&self) -> bool {
        false
    }

    /// Proves that a webhook comes from the provider, as far as it signs them, and reads what it says.
    async fn notice(&self, _headers: &HeaderMap, _body: &[u8]) -> Result<Notice, HookError> {
        Err(HookError::Forged("this provider sends no webhooks"))
    }

    /// Whose account it is and what is left on it, by calls that cost nothing.
    async fn account(&self) -> Result<String, ProviderError> {
        Ok("needs no account".to_owned())
    }
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
    /// Under which parameter the model takes photos; `None` when it takes none.
    pub photo_input: Option<PhotoInput>,
    /// What this attempt may take; a provider that can gives up by itself then.
    pub time_limit: Duration,
    /// Where the provider is to say that the task is over.
    pub webhook: Option<String>,
    /// Whom the picture shows, where it is made with a trained likeness.
    pub likeness: Option<Likeness>,
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

/// What a webhook says. Only a hint: how the task ended is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The same for every delivery of the same event.
    pub event: String,
    /// The provider's id of the task.
    pub task: String,
    /// Whether the task is over, or has merely begun.
    pub over: bool,
}

/// Why a webhook is not heeded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HookError {
    /// Not signed, wrongly signed, or too old.
    #[error("not from the provider: {0}")]
    Forged(&'static str),
    #[error("the webhook cannot be read")]
    Unreadable,
    /// It cannot be proven at the moment; the provider should send it again.
    #[error("cannot prove the webhook now: {0}")]
    Unproven(String),
}

/// Why a provider did not do what was asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProviderError {
    /// Trying again later may help.
    #[error("the provider is unavailable: {reason}")]
    Unavailable { reason: String, retry_after: Option<Duration> },
    /// A submit was sent, but its answer did not arrive: a task may be running that nobody knows the name of.
    #[error("the answer to the submit was lost: {0}")]
    Lost(String),
    /// The same request will never succeed; the person has to change something.
    #[error("the provider refused the input: {0:?}")]
    Refused(Refusal),
    /// This task broke off through no fault of its own; the same request may succeed in a new one.
    #[error("the task broke off: {0}")]
    Interrupted(String),
    /// This task will never give a picture; another model might.
    #[error("the task failed: {0}")]
    Failed(String),
    /// The provider does not know the task.
    #[error("the provider does not know this task")]
    Unknown,
    /// An admin has to act.
    #[error("the provider is not set up: {reason}")]
    SetUp { fault: Fault, reason: String },
}

/// What is set up wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The provider does not accept the key.
    Key,
    /// The account is out of money or locked.
    Balance,
    /// The model is not there, or does not take these parameters; others may work.
    Model,
}

impl ProviderError {
    fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable { reason: reason.into(), retry_after: None }
    }

    fn failed(reason: impl Into<String>) -> Self {
        Self::Failed(reason.into())
    }

    fn set_up(fault: Fault, reason: impl Into<String>) -> Self {
        Self::SetUp { fault, reason: reason.into() }
    }
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

    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    /// By name.
    pub fn all(&self) -> Vec<Arc<dyn Provider>> {
        let mut all: Vec<_> = self.0.values().cloned().collect();
        all.sort_by_key(|provider| provider.name());
        all
    }
}
