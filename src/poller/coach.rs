//! One step of one training: begin it, ask how it stands, fall back, or end it.
//!
//! The coach holds the run's lease, as a worker holds a job's: whatever it writes carries the lease's fence.

mod album;
mod lost;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use futures::stream::BoxStream;
use rand::Rng;
use sqlx::types::Json;

use crate::avatars::{Avatars, LATE_WINDOW, Weights};
use crate::crash;
use crate::database::Time;
use crate::domain::{Failure, JobId, JobState, Refusal, Trainer as TrainerRow};
use crate::orders::Catalog;
use crate::providers::training::{Standing, Trained, Trainer, TrainingOrder};
use crate::providers::{ProviderError, Task};
use crate::store::Store;
use crate::store::training::Run;

use super::Poller;
use super::calls::Call;
use super::lease::held;
use album::StoredAlbum;
pub(super) use album::StoredWeights;

/// Failed calls in a row before the fallback is tried.
const MAX_TRIES: i32 = 5;
/// How often a late likeness is asked for, and the longest pause between two calls.
const LATE_PAUSE: Duration = Duration::from_secs(60);
/// A training takes minutes, so it is asked about more slowly than a picture.
const SLOWER: u32 = 3;
/// Bytes of one piece of kept weights.
const PIECE: usize = 1 << 20;
/// No likeness of the trainers in use is larger by far.
const MAX_WEIGHTS: usize = 512 << 20;

pub(super) struct Coach {
    poller: Poller,
    run: Run,
}

impl Coach {
    pub(super) fn new(poller: Poller, run: Run) -> Self {
        Self { poller, run }
    }

    fn store(&self) -> &Store {
        &self.poller.talk.world().store
    }

    fn avatars(&self) -> &Avatars {
        &self.poller.talk.world().avatars
    }

    fn catalog(&self) -> &Catalog {
        self.poller.talk.world().orders.catalog()
    }

    /// Takes the training one step further. An error of ours leaves the lease to run out, and the run to the next coach.
    pub(super) async fn run(mut self) {
        let id = self.run.id;
        let (store, fence, lease) = (self.store().clone(), self.run.fence, self.poller.pace.lease);
        let renew = || store.renew_run(id, fence, chrono::Utc::now() + lease);
        if let Err(cause) = held(lease, renew, self.step()).await {
            tracing::error!(run.id = %id, error = format!("{cause:#}"), "could not work on training {id}");
        }
    }

    async fn step(&mut self) -> anyhow::Result<()> {
        let now = chrono::Utc::now();
        match self.run.state {
            JobState::Cancelled => self.settle_cancelled().await,
            JobState::Succeeded => self.settle().await,
            JobState::Failed => self.look_for_late_likeness(now).await,
            _ if now >= self.run.deadline_at => self.miss_deadline(now).await,
            _ if now >= self.run.trainer_until => self.run_out_of_time(now).await,
            JobState::Queued => self.begin(now).await,
            JobState::Submitting => self.recover(now).await,
            JobState::Running => self.look(now).await,
        }
    }

    /// Hands the photos to the trainer. The row says `submitting` before the call, as for a job.
    async fn begin(&mut self, now: Time) -> anyhow::Result<()> {
        let Some((row, trainer)) = self.trainer() else {
            return self.fall_back("it is not set up", now).await;
        };
        let album = StoredAlbum::open(self.store(), self.run.avatar_id).await?;
        let Some(order) = self.order(&row).await?.filter(|_| !album.is_empty()) else {
            self.avatars().fail(&self.run, Failure::Refused(Refusal::Unreadable), now).await?;
            return Ok(());
        };
        self.run.attempt += 1;
        self.run.submitted_at = Some(now);
        self.run.task = None;
        self.run.state = JobState::Submitting;
        if !self.store().save_run(&self.run, now, Some(now + self.poller.pace.lease)).await? {
            return Ok(());
        }
        crash::point("training-submitting");
        match of(&row, "train").starts(trainer.begin(&order, Arc::new(album))).await {
            Ok(task) => self.begun(&row, trainer.as_ref(), &task).await,
            Err(cause) => self.stumble(cause).await,
        }
    }

    async fn begun(&mut self, row: &TrainerRow, trainer: &dyn Trainer, task: &Task) -> anyhow::Result<()> {
        crash::point("training-submitted");
        self.run.state = JobState::Running;
        self.run.tries = 0;
        self.run.task = Some(Json(serde_json::to_value(task)?));
        let first = chrono::Utc::now() + self.poller.pace.first;
        if !self.store().save_run(&self.run, first, None).await? && !self.is_adopted(task).await? {
            // Cancelled or deleted in the meantime: nobody will ever look at this task.
            let _ = of(row, "call_off").about(task, trainer.call_off(task)).await;
            let _ = of(row, "erase").about(task, trainer.erase(Some(task), None)).await;
        }
        crash::point("training-task-stored");
        self.refresh().await;
        Ok(())
    }

    /// Asks how the training stands.
    async fn look(&mut self, now: Time) -> anyhow::Result<()> {
        let Some((row, trainer)) = self.trainer() else {
            return self.fall_back("it is not set up", now).await;
        };
        let Some(task) = self.task() else { return self.queue_again(now).await };
        match of(&row, "standing").about(&task, trainer.standing(&task)).await {
            Ok(Standing::Trained(trained)) => self.finish(&row.provider, trained).await,
            Ok(Standing::Queued) => self.look_again().await,
            Ok(Standing::Running { progress }) => {
                // A bar never goes back.
                let further = progress.unwrap_or(0.0).max(self.run.progress.unwrap_or(0.0));
                self.run.progress = Some(further.clamp(0.0, 1.0));
                self.look_again().await
            }
            // A provider can take a moment to know its own task.
            Err(ProviderError::Unknown) if self.run.tries < MAX_TRIES => {
                let reason = "it does not know the task yet".into();
                self.stumble(ProviderError::Unavailable { reason, retry_after: None }).await
            }
            Err(ProviderError::Unknown) => self.queue_again(now).await,
            Err(cause) => self.stumble(cause).await,
        }
    }

    /// Looks again soon at first, then more and more slowly.
    async fn look_again(&mut self) -> anyhow::Result<()> {
        let now = chrono::Utc::now();
        self.run.tries = 0;
        let waited = (now - self.run.created_at).to_std().unwrap_or_default();
        let pace = self.poller.pace;
        let pause = (waited / 10).clamp(pace.first, pace.slowest * SLOWER);
        self.store().save_run(&self.run, now + pause, None).await?;
        self.refresh().await;
        Ok(())
    }

    /// There is a likeness: its weights are kept, then it counts.
    async fn finish(&mut self, provider: &str, trained: Trained) -> anyhow::Result<()> {
        match self.keep(trained.file).await? {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(cause) => return self.stumble(cause).await,
        }
        crash::point("before-training-completion");
        let weights = Weights { provider, reference: &trained.weights };
        self.avatars().succeed(&self.run, weights, chrono::Utc::now()).await?;
        crash::point("training-completed");
        Ok(())
    }

    /// Copies the weights into the database, a piece at a time. False: the lease was lost.
    async fn keep(
        &self,
        file: Option<BoxStream<'static, Result<Bytes, ProviderError>>>,
    ) -> anyhow::Result<Result<bool, ProviderError>> {
        let Some(mut file) = file else { return Ok(Ok(true)) };
        let (mut waiting, mut pieces, mut kept) = (BytesMut::new(), 0_i32, 0_usize);
        while let Some(bytes) = file.next().await {
            match bytes {
                Ok(bytes) => waiting.extend_from_slice(&bytes),
                Err(cause) => return Ok(Err(cause)),
            }
            while waiting.len() >= PIECE {
                kept += PIECE;
                if kept > MAX_WEIGHTS {
                    return Ok(Err(ProviderError::Failed("weights of an absurd size".into())));
                }
                if !self.store().keep_piece(&self.run, pieces, &waiting.split_to(PIECE)).await? {
                    return Ok(Ok(false));
                }
                pieces += 1;
            }
        }
        if waiting.is_empty() {
            return Ok(if pieces > 0 { Ok(true) } else { Err(ProviderError::Failed("empty weights".into())) });
        }
        Ok(Ok(self.store().keep_piece(&self.run, pieces, &waiting).await?))
    }

    /// What to do about a call that failed.
    async fn stumble(&mut self, cause: ProviderError) -> anyhow::Result<()> {
        let now = chrono::Utc::now();
        let id = self.run.id;
        match cause {
            ProviderError::Refused(refusal) => {
                self.tidy().await;
                self.avatars().fail(&self.run, Failure::Refused(refusal), now).await?;
                Ok(())
            }
            ProviderError::Unavailable { reason, retry_after } if self.run.tries < MAX_TRIES => {
                self.run.tries += 1;
                let pause = retry_after.unwrap_or_else(|| self.back_off()).min(LATE_PAUSE);
                tracing::debug!(run.id = %id, reason, "the trainer did not answer for training {id}; trying again");
                if self.run.state == JobState::Submitting {
                    self.run.state = JobState::Queued;
                }
                self.store().save_run(&self.run, now + pause, None).await?;
                Ok(())
            }
            ProviderError::Lost(reason) if self.run.state == JobState::Submitting && self.run.tries < MAX_TRIES => {
                self.miss_answer(&reason, now).await
            }
            // The training broke off: another one is begun.
            ProviderError::Lost(reason) | ProviderError::Interrupted(reason) if self.run.tries < MAX_TRIES => {
                tracing::info!(run.id = %id, reason, "training {id} has to be begun again");
                self.drop_task().await;
                self.run.tries += 1;
                self.run.state = JobState::Queued;
                self.run.task = None;
                let again = now + self.back_off();
                self.store().save_run(&self.run, again, None).await?;
                Ok(())
            }
            cause => {
                if let ProviderError::SetUp { reason, .. } = &cause {
                    tracing::error!(run.id = %id, trainer = %self.run.trainer, "the trainer {} is not set up: {reason}", self.run.trainer);
                }
                self.fall_back(&cause.to_string(), now).await
            }
        }
    }

    /// The trainer's time is over: the next one takes over. Behind the last one the promise is broken, though a task
    /// that is under way may still come to something.
    async fn run_out_of_time(&mut self, now: Time) -> anyhow::Result<()> {
        match self.catalog().trainer_fallback(&self.run.trainer) {
            None if self.run.task.is_some() => self.miss_deadline(now).await,
            _ => self.fall_back("its time is over", now).await,
        }
    }

    /// Goes on with the next trainer of the chain, or gives up.
    async fn fall_back(&mut self, why: &str, now: Time) -> anyhow::Result<()> {
        let id = self.run.id;
        self.drop_task().await;
        let Some(next) = self.catalog().trainer_fallback(&self.run.trainer) else {
            tracing::warn!(run.id = %id, trainer = %self.run.trainer, why, "training {id} failed: no trainer is left");
            self.avatars().fail(&self.run, Failure::Unavailable, now).await?;
            return Ok(());
        };
        tracing::info!(run.id = %id, from = %self.run.trainer, to = %next.alias, why, "training {id} goes on with the fallback");
        self.run.trainer_until = (now + next.time_limit).min(self.run.deadline_at);
        self.run.trainer = next.alias;
        self.queue_again(now).await
    }

    async fn queue_again(&mut self, now: Time) -> anyhow::Result<()> {
        self.run.state = JobState::Queued;
        self.run.tries = 0;
        self.run.task = None;
        self.store().save_run(&self.run, now, None).await?;
        self.poller.bell.training.notify_one();
        Ok(())
    }

    /// The promise is broken: the money goes back. A likeness that comes all the same will be a gift.
    async fn miss_deadline(&mut self, now: Time) -> anyhow::Result<()> {
        let id = self.run.id;
        tracing::warn!(run.id = %id, trainer = %self.run.trainer, "training {id} missed its deadline");
        self.call_off().await;
        self.avatars().fail(&self.run, Failure::Deadline, now).await?;
        Ok(())
    }

    async fn look_for_late_likeness(&mut self, now: Time) -> anyhow::Result<()> {
        let late_until = self.run.deadline_at + LATE_WINDOW;
        let (found, provider) = match (self.trainer(), self.task()) {
            (Some((row, trainer)), Some(task)) if now < late_until => {
                (of(&row, "standing").about(&task, trainer.standing(&task)).await, row.provider)
            }
            _ => (Err(ProviderError::Unknown), String::new()),
        };
        let again = match found {
            Ok(Standing::Trained(trained)) => match self.keep(trained.file).await? {
                Ok(true) => {
                    let weights = Weights { provider: &provider, reference: &trained.weights };
                    self.avatars().late_success(&self.run, weights, now).await?;
                    self.tidy().await;
                    return Ok(());
                }
                Ok(false) => return Ok(()),
                Err(_) => Some(now + LATE_PAUSE),
            },
            Ok(_) | Err(ProviderError::Unavailable { .. }) => Some(now + LATE_PAUSE),
            Err(_) => None,
        };
        if again.is_none() {
            self.tidy().await;
        }
        self.store().postpone_ended_run(&self.run, again).await?;
        Ok(())
    }

    /// The person called it off: the provider is told, as far as it listens.
    async fn settle_cancelled(&mut self) -> anyhow::Result<()> {
        self.drop_task().await;
        self.store().postpone_ended_run(&self.run, None).await?;
        Ok(())
    }

    /// The likeness is there: what only the training needed goes.
    async fn settle(&mut self) -> anyhow::Result<()> {
        self.tidy().await;
        self.store().postpone_ended_run(&self.run, None).await?;
        Ok(())
    }

    async fn call_off(&self) {
        if let (Some((row, trainer)), Some(task)) = (self.trainer(), self.task())
            && let Err(cause) = of(&row, "call_off").about(&task, trainer.call_off(&task)).await
        {
            tracing::debug!(run.id = %self.run.id, error = %cause, "could not call off a training at its provider");
        }
    }

    /// The archive runs out by itself where this fails.
    async fn tidy(&self) {
        if let (Some((row, trainer)), Some(task)) = (self.trainer(), self.task())
            && let Err(cause) = of(&row, "tidy").about(&task, trainer.tidy(&task)).await
        {
            tracing::debug!(run.id = %self.run.id, error = %cause, "could not delete a training's archive");
        }
    }

    async fn drop_task(&self) {
        self.call_off().await;
        self.tidy().await;
    }

    /// Shows the person how far it is; that this fails sometimes changes nothing.
    async fn refresh(&self) {
        if let Err(cause) = self.poller.talk.refresh_training(self.run.user_id, self.run.id).await {
            tracing::debug!(run.id = %self.run.id, error = format!("{cause:#}"), "could not show progress");
        }
    }

    fn trainer(&self) -> Option<(TrainerRow, Arc<dyn Trainer>)> {
        let row = self.catalog().trainer(&self.run.trainer)?;
        let trainer = self.poller.trainers.get(&row.provider)?.clone();
        Some((row, trainer))
    }

    fn task(&self) -> Option<Task> {
        serde_json::from_value(self.run.task.as_ref()?.0.clone()).ok()
    }

    /// What the trainer is given; `None` when the avatar is gone.
    async fn order(&self, row: &TrainerRow) -> anyhow::Result<Option<TrainingOrder>> {
        let Some(avatar) = self.store().avatar(self.run.user_id, self.run.avatar_id).await? else { return Ok(None) };
        let attempt = u32::try_from(self.run.attempt + 1).unwrap_or(u32::MAX);
        // A run's id names it as a job's does: nobody else has it.
        let subject = JobId(self.run.id.0);
        Ok(Some(TrainingOrder {
            run: self.run.id,
            attempt,
            webhook: self.poller.hooks.as_ref().map(|hooks| hooks.address(&row.provider, subject, attempt)),
            alias: row.alias.clone(),
            model: row.provider_model.clone(),
            parameters: row.parameters.clone(),
            kind: avatar.kind.context("an avatar in training has no kind")?,
            trigger: avatar.trigger_word,
            time_limit: row.time_limit,
        }))
    }

    /// Doubled with each try, and never the same for two runs.
    fn back_off(&self) -> Duration {
        let doubled = self.poller.pace.back_off * 2_u32.pow(self.run.tries.clamp(1, 6) as u32 - 1);
        doubled.mul_f64(rand::rng().random_range(0.75..1.25))
    }
}

/// A call about this trainer.
fn of<'a>(row: &'a TrainerRow, what: &'static str) -> Call<'a> {
    Call { provider: &row.provider, model: &row.alias.0, what }
}
