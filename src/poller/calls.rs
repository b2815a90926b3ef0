//! A call of a provider: in a span of its own, and timed.
//!
//! The span stands in that of the job, the training or the deletion, so that whatever is logged on the way, also by the
//! provider's client, carries all their ids.

use std::time::Instant;

use tracing::{Instrument, Span, field};

use crate::meter;
use crate::providers::{ProviderError, Task};

/// What is called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'a> {
    pub provider: &'a str,
    /// Our name of the model or the trainer.
    pub model: &'a str,
    /// Such as `submit`; a name of ours.
    pub what: &'static str,
}

impl Call<'_> {
    /// Starts a task.
    pub(super) async fn starts(
        self,
        answer: impl Future<Output = Result<Task, ProviderError>>,
    ) -> Result<Task, ProviderError> {
        let span = self.span();
        let answer = self.made_in(&span, answer).await;
        if let Ok(task) = &answer {
            span.record("task.id", &task.id);
            span.in_scope(|| tracing::debug!("a task was started"));
        }
        answer
    }

    /// Is about a task, where there is one.
    pub(super) async fn about<T>(
        self,
        task: impl Into<Option<&Task>>,
        answer: impl Future<Output = Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        let span = self.span();
        if let Some(task) = task.into() {
            span.record("task.id", &task.id);
        }
        self.made_in(&span, answer).await
    }

    fn span(&self) -> Span {
        tracing::info_span!(
            "call",
            provider = self.provider,
            model = self.model,
            call = self.what,
            task.id = field::Empty,
            outcome = field::Empty,
        )
    }

    async fn made_in<T>(
        self,
        span: &Span,
        answer: impl Future<Output = Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        let began = Instant::now();
        let answer = answer.instrument(span.clone()).await;
        let took = began.elapsed();
        let outcome = if answer.is_ok() { "ok" } else { "failed" };
        span.record("outcome", outcome);
        meter::PROVIDER_SECONDS.of([self.provider, self.what, outcome]).observe(took);
        span.in_scope(|| tracing::debug!(milliseconds = took.as_millis() as u64, "a provider was called"));
        answer
    }
}
