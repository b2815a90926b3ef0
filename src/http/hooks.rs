//! Providers' webhooks: that a task is over, or has begun.
//!
//! A webhook only makes us look: how a task ended is asked of the provider, by the one worker that holds its job. What
//! it does settle is which task belongs to a job whose submit was not answered.

mod training;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::post;
use sqlx::types::Json;

use super::limits;
use super::problem::Problem;
use crate::conversation::Conversation;
use crate::database::Time;
use crate::domain::{JobId, JobState, RunId};
use crate::providers::hooks::Hooks;
use crate::providers::{HookError, Notice, Provider, Providers, Task};
use crate::store::jobs::Job;
use crate::store::providers::Event;

/// A training's webhook brings its whole log along.
const MAX_BODY: usize = 10_000_000;
/// Providers wait for seconds at most; a proof that takes longer, since a key has to be fetched, is asked for again.
const PROOF_LIMIT: Duration = Duration::from_millis(800);

/// What webhooks are answered with.
#[derive(Clone)]
pub struct Desk {
    pub talk: Arc<Conversation>,
    pub providers: Providers,
    pub hooks: Hooks,
}

/// The addresses that [`Hooks`] makes.
pub fn routes(desk: Desk) -> Router {
    Router::new()
        .route("/hooks/{provider}/{job}/{attempt}/{seal}", post(receive))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(limits::PROMPT, limits::within))
        .layer(from_fn(limits::measured))
        .with_state(desk)
}

async fn receive(
    State(desk): State<Desk>,
    path: Result<Path<(String, JobId, u32, String)>, PathRejection>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let Ok(Path((provider, job, attempt, seal))) = path else { return Err(Problem::of(StatusCode::NOT_FOUND)) };
    let Some(provider) = desk.providers.get(&provider).filter(|it| desk.hooks.is_ours(it.name(), job, attempt, &seal))
    else {
        return Err(Problem::of(StatusCode::NOT_FOUND));
    };
    // Nobody without the seal sends us a body.
    let headers = request.headers().clone();
    let body = Bytes::from_request(request, &()).await.map_err(|it| Problem::of(it.status()))?;
    let notice = proven(provider.clone(), headers, body).await?;
    let heard = desk.heed(provider.as_ref(), job, attempt, &notice).await;
    heard.map_err(|cause| Problem::ours("heed a webhook", &cause))?;
    Ok(StatusCode::OK)
}

/// Goes on with the proof when it takes too long for this call, so that the next one finds the key.
async fn proven(provider: Arc<dyn Provider>, headers: HeaderMap, body: Bytes) -> Result<Notice, Problem> {
    let name = provider.name();
    let proof = tokio::spawn(async move { provider.notice(&headers, &body).await });
    match tokio::time::timeout(PROOF_LIMIT, proof).await {
        Ok(Ok(Ok(notice))) => Ok(notice),
        Ok(Ok(Err(HookError::Forged(flaw)))) => {
            tracing::warn!(provider = name, flaw, "a webhook was not from {name}");
            Err(Problem::of(StatusCode::UNAUTHORIZED))
        }
        Ok(Ok(Err(HookError::Unreadable))) => Err(Problem::of(StatusCode::BAD_REQUEST)),
        Ok(Ok(Err(HookError::Unproven(cause)))) => {
            tracing::warn!(provider = name, error = cause, "a webhook of {name} could not be proven");
            Err(Problem::of(StatusCode::SERVICE_UNAVAILABLE).retry_after(2))
        }
        Ok(Err(died)) => Err(Problem::ours("prove a webhook", &died)),
        Err(_elapsed) => Err(Problem::of(StatusCode::SERVICE_UNAVAILABLE).retry_after(2)),
    }
}

/// What a webhook changes.
enum Change {
    /// The job gets the task that its submit started.
    Adopt(Task),
    /// The job is looked at now.
    Look,
}

impl Desk {
    /// Heeds each event once. It is noted as heeded together with what it changes, so that a crash repeats both.
    async fn heed(&self, provider: &dyn Provider, job: JobId, attempt: u32, notice: &Notice) -> anyhow::Result<()> {
        let world = self.talk.world();
        let now = chrono::Utc::now();
        let Some(job) = world.store.job(job).await? else {
            return self.heed_training(provider, RunId(job.0), attempt, notice).await;
        };
        let Some(change) = self.change(provider, &job, attempt, notice) else { return Ok(()) };
        let mut tx = world.store.begin().await?;
        let event = Event { provider: provider.name(), id: &notice.event };
        if !tx.heed(event, now).await? {
            return Ok(());
        }
        match change {
            Change::Adopt(task) => self.adopt(&mut tx, &job, &task, now).await?,
            Change::Look => tx.news_of(job.id, now).await?,
        };
        tx.commit().await?;
        world.orders.ring_jobs();
        Ok(())
    }

    fn change(&self, provider: &dyn Provider, job: &Job, attempt: u32, notice: &Notice) -> Option<Change> {
        match held(job.task.as_ref()) {
            Some(task) => (notice.over && task.id == notice.task).then_some(Change::Look),
            None => {
                let waits = matches!(job.state, JobState::Queued | JobState::Submitting);
                let model = self.talk.world().orders.catalog().model(&job.model)?;
                let is_its_own = model.provider == provider.name() && i64::from(job.attempt) == i64::from(attempt);
                (waits && is_its_own).then(|| Change::Adopt(provider.task(&model.provider_model, &notice.task)))
            }
        }
    }

    async fn adopt(&self, tx: &mut crate::database::Tx, job: &Job, task: &Task, now: Time) -> anyhow::Result<bool> {
        let adopted = tx.adopt_task(job.id, job.attempt, &serde_json::to_value(task)?, now).await?;
        if adopted {
            tracing::info!(job.id = %job.id, "a webhook named the task of job {}", job.id);
        }
        Ok(adopted)
    }
}

fn held(task: Option<&Json<serde_json::Value>>) -> Option<Task> {
    serde_json::from_value(task?.0.clone()).ok()
}
