//! One step of one job: submit it, ask how it stands, fall back, or end it.
//!
//! What a provider as a whole may be asked, and what is learned of it, stands in `counter`; when to look again in
//! `looks`.
//!
//! The worker holds the job's lease. Whatever it writes carries the lease's fence, so that a worker that was too slow
//! cannot undo what another one has done.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use rand::Rng;
use tokio::sync::Semaphore;

use crate::crash;
use crate::database::Time;
use crate::domain::{AvatarId, Failure, JobState, Model, Refusal};
use crate::media;
use crate::orders::{Bell, LATE_WINDOW, Orders};
use crate::providers::training::Likeness;
use crate::providers::{Provider, ProviderError, Status, Submission, Task};
use crate::store::Store;
use crate::store::jobs::{Job, Progress};

use super::calls::Call;
use super::coach::StoredWeights;
use super::lease::held;
use super::{Poller, looks};

/// Failed calls in a row before the fallback is tried.
const MAX_TRIES: i32 = 4;
/// Submits of one job after which a task that broke off is not started anew.
const MAX_RESTARTS: i32 = 3;
/// How long a webhook is waited for that may name a task whose submit was not answered.
const LOST_WAIT: Duration = Duration::from_secs(30);
/// How often a late picture is asked for.
const LATE_PAUSE: Duration = Duration::from_secs(60);

pub(super) struct Worker {
    pub(super) poller: Poller,
    pub(super) job: Job,
}

impl Worker {
    pub(super) fn new(poller: Poller, job: Job) -> Self {
        Self { poller, job }
    }

    pub(super) fn bell(&self) -> Arc<Bell> {
        self.poller.bell.clone()
    }

    pub(super) fn store(&self) -> &Store {
        &self.poller.talk.world().store
    }

    pub(super) fn orders(&self) -> &Orders {
        &self.poller.talk.world().orders
    }

    /// Takes the job one step further. An error of ours leaves the lease to run out, and the job to the next worker.
    ///
    /// `turns` is where it stands in line before it is worked on, while its lease is kept alive.
    pub(super) async fn run(mut self, turns: Option<Arc<Semaphore>>) {
        let id = self.job.id;
        let (store, fence, lease) = (self.store().clone(), self.job.fence, self.poller.pace.lease);
        let renew = || store.renew_job(id, fence, chrono::Utc::now() + lease);
        let work = async {
            let _turn = match &turns {
                Some(turns) => Some(turns.acquire().await?),
                None => None,
            };
            self.step().await
        };
        if let Err(cause) = held(lease, renew, work).await {
            tracing::error!(job.id = %id, error = format!("{cause:#}"), "could not work on job {id}");
        }
    }

    async fn step(&mut self) -> anyhow::Result<()> {
        let now = chrono::Utc::now();
        match self.job.state {
            JobState::Cancelled => self.settle_cancelled().await,
            JobState::Succeeded | JobState::Failed => self.look_for_late_picture(now).await,
            _ if now >= self.job.deadline_at => self.miss_deadline(now).await,
            _ if now >= self.job.model_until => self.run_out_of_time(now).await,
            JobState::Submitting if now < self.adopted_until() => self.save_and_release(self.adopted_until()).await,
            JobState::Queued | JobState::Submitting => self.submit(now).await,
            JobState::Running => self.look(now).await,
        }
    }

    /// Whether a webhook is bound to come.
    fn is_told(&self) -> bool {
        self.poller.hooks.is_some() && self.model().is_some_and(|(_, provider)| provider.reports())
    }

    /// Until when a webhook may still name the task of a submit that was not answered.
    fn adopted_until(&self) -> Time {
        let wait = self.job.submitted_at.filter(|_| self.is_told()).map(|at| at + LOST_WAIT);
        wait.unwrap_or(self.job.created_at).min(self.job.model_until)
    }

    /// Hands the job to the provider.
    async fn submit(&mut self, now: Time) -> anyhow::Result<()> {
        let Some((model, provider)) = self.model() else {
            return self.fall_back("its model has no provider", now).await;
        };
        let Some(submission) = self.submission(&model).await? else {
            // Photos or avatar are gone, which deleting one's data does; nothing can be painted.
            let failure = match self.job.avatar_id {
                None => Failure::Refused(Refusal::Unreadable),
                Some(_) => Failure::Unavailable,
            };
            self.orders().fail(&self.job, failure, now).await?;
            return Ok(());
        };
        let Some(opening) = self.enter(&model, now).await? else { return Ok(()) };
        crash::point("submitting");
        let answer = of(&model, "submit").starts(provider.submit(&submission)).await;
        drop(submission);
        self.learn(&model, opening, answer.as_ref().err()).await?;
        match answer {
            Ok(task) => self.submitted(&model, provider.as_ref(), &task).await,
            Err(cause) => self.stumble(cause).await,
        }
    }

    async fn submitted(&mut self, model: &Model, provider: &dyn Provider, task: &Task) -> anyhow::Result<()> {
        crash::point("submitted");
        let now = chrono::Utc::now();
        let value = serde_json::to_value(task)?;
        self.job.state = JobState::Running;
        self.job.tries = 0;
        let first = looks::pause(self.poller.pace, Duration::ZERO, None, self.is_told());
        let running = Progress { task: Some(&value), run_at: Some(now + first), ..self.progress() };
        if !self.store().save_progress(&self.job, &running).await? && !self.is_adopted(task).await? {
            // Cancelled in the meantime, or too slow: nobody will ever look at this task.
            let _ = of(model, "cancel").about(task, provider.cancel(task)).await;
            forget(model, provider, task).await;
        }
        crash::point("task-stored");
        self.refresh().await;
        Ok(())
    }

    /// Whether a webhook was faster than the answer, and has given the job this very task.
    async fn is_adopted(&self, task: &Task) -> anyhow::Result<bool> {
        let now = self.store().job(self.job.id).await?;
        let held = now.filter(|job| !job.state.is_final()).and_then(|job| job.task);
        Ok(held.and_then(|held| serde_json::from_value::<Task>(held.0).ok()).is_some_and(|held| held.id == task.id))
    }

    /// Asks how the task stands.
    async fn look(&mut self, now: Time) -> anyhow::Result<()> {
        let Some((model, provider)) = self.model() else {
            return self.fall_back("its model has no provider", now).await;
        };
        let Some(task) = self.task() else { return self.queue_again(now).await };
        match of(&model, "status").about(&task, provider.status(&task)).await {
            Ok(Status::Succeeded { picture }) => self.finish(picture).await,
            Ok(Status::Queued { ahead }) => {
                self.job.ahead = ahead.and_then(|ahead| i32::try_from(ahead).ok());
                self.look_again().await
            }
            Ok(Status::Running { progress }) => {
                self.job.ahead = None;
                self.job.progress = further(progress, self.job.progress);
                self.look_again().await
            }
            // A provider can take a moment to know its own task.
            Err(ProviderError::Unknown) if self.job.tries < MAX_TRIES => {
                let cause =
                    ProviderError::Unavailable { reason: "it does not know the task yet".into(), retry_after: None };
                self.stumble(cause).await
            }
            Err(ProviderError::Unknown) => self.queue_again(now).await,
            Err(cause) => self.stumble(cause).await,
        }
    }

    async fn look_again(&mut self) -> anyhow::Result<()> {
        let now = chrono::Utc::now();
        self.job.tries = 0;
        let waited = (now - self.job.submitted_at.unwrap_or(self.job.created_at)).to_std().unwrap_or_default();
        let usual = self.poller.usual_time(&self.job.model).await?;
        let pause = looks::pause(self.poller.pace, waited, usual, self.is_told());
        self.save_and_release(now + pause).await?;
        self.refresh().await;
        Ok(())
    }

    /// There is a picture, if it is one.
    async fn finish(&mut self, picture: Bytes) -> anyhow::Result<()> {
        let looked_at = picture.clone();
        let checked = tokio::task::spawn_blocking(move || media::check_result(&looked_at)).await?;
        let now = chrono::Utc::now();
        match checked {
            Ok(()) => {
                crash::point("before-completion");
                self.orders().succeed(&self.job, &picture, now).await?;
                crash::point("completed");
                self.forget_task().await;
                Ok(())
            }
            // How providers show that their filter has struck.
            Err(media::ResultFlaw::Black) => self.stumble(ProviderError::Refused(Refusal::NotAllowed)).await,
            Err(media::ResultFlaw::Unreadable) => {
                self.stumble(ProviderError::Failed("success without a readable picture".into())).await
            }
        }
    }

    /// What to do about a call that failed.
    async fn stumble(&mut self, cause: ProviderError) -> anyhow::Result<()> {
        let now = chrono::Utc::now();
        let id = self.job.id;
        match cause {
            ProviderError::Refused(refusal) => {
                self.orders().fail(&self.job, Failure::Refused(refusal), now).await?;
                self.forget_task().await;
                Ok(())
            }
            ProviderError::Unavailable { reason, retry_after } if self.job.tries < MAX_TRIES => {
                self.job.tries += 1;
                let pause = retry_after.unwrap_or_else(|| self.back_off()).min(LATE_PAUSE);
                tracing::debug!(job.id = %id, reason, "the provider did not answer for job {id}; trying again");
                if self.job.state == JobState::Submitting {
                    self.job.state = JobState::Queued;
                }
                self.save_and_release(now + pause).await
            }
            // A task may be running. Where it can name itself, it is waited for before another one is started.
            ProviderError::Lost(reason) if self.job.tries < MAX_TRIES => {
                self.job.tries += 1;
                tracing::info!(job.id = %id, reason, "the answer to the submit of job {id} was lost");
                let again = (now + self.back_off()).max(self.adopted_until());
                self.save_and_release(again).await
            }
            ProviderError::Interrupted(reason) if self.job.attempt < MAX_RESTARTS => {
                tracing::info!(job.id = %id, reason, "the task of job {id} broke off; starting another");
                self.forget_task().await;
                self.queue_again(now + self.back_off()).await
            }
            cause => {
                if let ProviderError::SetUp { fault, reason } = &cause {
                    self.call_for_help(*fault, reason).await?;
                }
                self.fall_back(&cause.to_string(), now).await
            }
        }
    }

    /// The model's time is over: the next one takes over. Behind the last one the promise is broken, though a task that
    /// is under way may still come to something.
    async fn run_out_of_time(&mut self, now: Time) -> anyhow::Result<()> {
        match self.next_model() {
            None if self.job.task.is_some() => self.miss_deadline(now).await,
            _ => self.fall_back("its time is over", now).await,
        }
    }

    /// A likeness is understood by whoever trained it, and by nobody else.
    fn next_model(&self) -> Option<Model> {
        let next = self.orders().catalog().fallback(&self.job.model, self.job.photos.len());
        next.filter(|_| self.job.avatar_id.is_none())
    }

    /// Goes on with the next model of the chain, or gives up.
    pub(super) async fn fall_back(&mut self, why: &str, now: Time) -> anyhow::Result<()> {
        let id = self.job.id;
        self.cancel_task().await;
        let Some(next) = self.next_model() else {
            tracing::warn!(job.id = %id, model = %self.job.model, why, "job {id} failed: no model is left");
            self.orders().fail(&self.job, Failure::Unavailable, now).await?;
            return Ok(());
        };
        tracing::info!(job.id = %id, from = %self.job.model, to = %next.alias, why, "job {id} goes on with the fallback");
        self.job.model_until = (now + next.time_limit).min(self.job.deadline_at);
        self.job.model = next.alias;
        self.queue_again(now).await
    }

    async fn queue_again(&mut self, at: Time) -> anyhow::Result<()> {
        self.job.state = JobState::Queued;
        self.job.tries = 0;
        self.job.task = None;
        self.job.ahead = None;
        self.save_and_release(at).await
    }

    /// The promise is broken: the money goes back. A picture that comes all the same will be a gift.
    async fn miss_deadline(&mut self, now: Time) -> anyhow::Result<()> {
        let id = self.job.id;
        tracing::warn!(job.id = %id, model = %self.job.model, "job {id} missed its deadline");
        self.cancel_task().await;
        self.orders().fail(&self.job, Failure::Deadline, now).await?;
        Ok(())
    }

    async fn look_for_late_picture(&mut self, now: Time) -> anyhow::Result<()> {
        let late_until = self.job.deadline_at + LATE_WINDOW;
        let found = match (self.model(), self.task()) {
            (Some((model, provider)), Some(task)) if now < late_until => {
                of(&model, "status").about(&task, provider.status(&task)).await
            }
            _ => Err(ProviderError::Unknown),
        };
        let again = match found {
            Ok(Status::Succeeded { picture }) => {
                let looked_at = picture.clone();
                if tokio::task::spawn_blocking(move || media::check_result(&looked_at)).await?.is_ok() {
                    self.orders().late_success(&self.job, &picture, now).await?;
                    return Ok(());
                }
                None
            }
            Ok(_) | Err(ProviderError::Unavailable { .. }) => Some(now + LATE_PAUSE),
            Err(_) => None,
        };
        self.store().postpone_ended(&self.job, again).await?;
        Ok(())
    }

    /// The person called it off: the provider is told, as far as it listens.
    async fn settle_cancelled(&mut self) -> anyhow::Result<()> {
        self.cancel_task().await;
        self.store().postpone_ended(&self.job, None).await?;
        Ok(())
    }

    async fn cancel_task(&self) {
        if let (Some((model, provider)), Some(task)) = (self.model(), self.task())
            && let Err(cause) = of(&model, "cancel").about(&task, provider.cancel(&task)).await
        {
            tracing::debug!(job.id = %self.job.id, error = %cause, "could not cancel a task at its provider");
        }
        self.forget_task().await;
    }

    /// What was uploaded for the task is removed at the provider.
    async fn forget_task(&self) {
        if let (Some((model, provider)), Some(task)) = (self.model(), self.task()) {
            forget(&model, provider.as_ref(), &task).await;
        }
    }

    pub(super) async fn save_and_release(&self, run_at: Time) -> anyhow::Result<()> {
        let task = self.job.task.as_ref().map(|task| task.0.clone());
        let progress = Progress { task: task.as_ref(), run_at: Some(run_at), ..self.progress() };
        self.store().save_progress(&self.job, &progress).await?;
        Ok(())
    }

    /// The row as this worker now sees it, without task and next look.
    pub(super) fn progress(&self) -> Progress<'_> {
        Progress {
            state: self.job.state,
            model: &self.job.model,
            model_until: self.job.model_until,
            attempt: self.job.attempt,
            tries: self.job.tries,
            task: None,
            progress: self.job.progress,
            ahead: self.job.ahead,
            run_at: None,
        }
    }

    /// Shows the person how far it is; that this fails sometimes changes nothing.
    async fn refresh(&self) {
        if let Err(cause) = self.poller.talk.refresh(self.job.user_id, self.job.id).await {
            tracing::debug!(job.id = %self.job.id, error = format!("{cause:#}"), "could not show progress");
        }
    }

    pub(super) fn model(&self) -> Option<(Model, Arc<dyn Provider>)> {
        let model = self.orders().catalog().model(&self.job.model)?;
        let provider = self.poller.providers.get(&model.provider)?.clone();
        Some((model, provider))
    }

    fn task(&self) -> Option<Task> {
        serde_json::from_value(self.job.task.as_ref()?.0.clone()).ok()
    }

    /// What the provider is given; `None` when a photo or the avatar is no longer kept.
    async fn submission(&self, model: &Model) -> anyhow::Result<Option<Submission>> {
        let template = self.orders().catalog().template(&self.job.template_id);
        let template = template.with_context(|| format!("no template {}", self.job.template_id))?;
        let mut photos = Vec::with_capacity(self.job.photos.len());
        for id in self.job.photos.iter() {
            match self.store().photo(self.job.user_id, *id).await? {
                Some(photo) => photos.push(photo),
                None => return Ok(None),
            }
        }
        let attempt = u32::try_from(self.job.attempt + 1).unwrap_or(u32::MAX);
        let webhook = self.poller.hooks.as_ref().map(|hooks| hooks.address(&model.provider, self.job.id, attempt));
        let (likeness, prompt) = match self.job.avatar_id {
            None => (None, template.prompt),
            Some(avatar) => match self.likeness(avatar, model).await? {
                Some((likeness, subject)) => {
                    let words = self.job.words.as_deref().unwrap_or_default();
                    (Some(likeness), template.prompt_about(&subject, words))
                }
                None => return Ok(None),
            },
        };
        Ok(Some(Submission {
            job: self.job.id,
            attempt,
            webhook,
            photo_input: model.photo_input.clone(),
            time_limit: model.time_limit,
            alias: model.alias.clone(),
            model: model.provider_model.clone(),
            parameters: model.parameters.clone(),
            prompt,
            style: template.style,
            photos,
            likeness,
        }))
    }

    /// The avatar's likeness and what a prompt calls it; `None` when it is gone, or trained by somebody else since.
    async fn likeness(&self, avatar: AvatarId, model: &Model) -> anyhow::Result<Option<(Likeness, String)>> {
        let Some(avatar) = self.store().avatar(self.job.user_id, avatar).await? else { return Ok(None) };
        let (Some(run), Some(weights), Some(kind)) = (avatar.run_id, avatar.weights, avatar.kind) else {
            return Ok(None);
        };
        if avatar.provider.as_deref() != Some(model.provider.as_str()) {
            return Ok(None);
        }
        let subject = format!("{} {}", avatar.trigger_word, kind.noun());
        let file = Arc::new(StoredWeights { store: self.store().clone(), avatar: avatar.id, run });
        Ok(Some((Likeness { trigger: avatar.trigger_word, weights: weights.0, file }, subject)))
    }

    /// Doubled with each try, and never the same for two jobs.
    fn back_off(&self) -> Duration {
        let doubled = self.poller.pace.back_off * 2_u32.pow(self.job.tries.clamp(1, 6) as u32 - 1);
        doubled.mul_f64(rand::rng().random_range(0.75..1.25))
    }
}

/// A call about this model.
fn of<'a>(model: &'a Model, what: &'static str) -> Call<'a> {
    Call { provider: &model.provider, model: &model.alias.0, what }
}

/// Done as well as it goes, so that it cannot fail.
async fn forget(model: &Model, provider: &dyn Provider, task: &Task) {
    let forgotten = async {
        provider.forget(task).await;
        Ok(())
    };
    let _ = of(model, "forget").about(task, forgotten).await;
}

/// The larger of two measures; a bar never goes back.
fn further(a: Option<f32>, b: Option<f32>) -> Option<f32> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    }
}
