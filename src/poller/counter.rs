//! Before and after a submit: whether the provider may be given a job, and what its answer means for the next ones.
//!
//! What is learned stands in the database, so that all replicas go easy on a provider that one of them found ill.

use std::time::Duration;

use anyhow::Context;
use rand::Rng;

use crate::database::Time;
use crate::domain::{JobState, Letter, Model};
use crate::providers::{Fault, ProviderError};
use crate::store::jobs::Progress;
use crate::store::providers::{Begun, Entry, Opening, Trouble};

use super::worker::Worker;

/// A provider that wants an admin is left alone for this long.
const SET_UP_REST: Duration = Duration::from_secs(60);
/// How long a job waits for its provider before another model takes it.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks for room at a provider that is full.
const ROOM_PAUSE: Duration = Duration::from_secs(1);

impl Worker {
    /// Asks for a submit, and writes that it begins: if this process dies in it, the next worker knows that a task may
    /// be running which nobody has the name of. `None`: not now; the job has been put off, or has gone on.
    pub(super) async fn enter(&mut self, model: &Model, now: Time) -> anyhow::Result<Option<Opening>> {
        let opening = match self.store().enter(&model.provider, now).await? {
            Entry::Open(opening) => opening,
            Entry::Closed(until) => {
                self.wait_for_provider(model, until, now).await?;
                return Ok(None);
            }
        };
        self.job.attempt += 1;
        self.job.task = None;
        self.job.state = JobState::Submitting;
        let lease = (now, now + self.poller.pace.lease);
        let begins = Progress { run_at: Some(now), ..self.progress() };
        let begun = self.store().begin_submit(&self.job, &begins, &model.provider, opening.max_running, lease).await?;
        match begun {
            Begun::Yes => {
                self.job.submitted_at = Some(now);
                Ok(Some(opening))
            }
            Begun::Lost => Ok(None),
            Begun::NoRoom => {
                self.job.attempt -= 1;
                self.job.state = JobState::Queued;
                self.save_and_release(now + spread(ROOM_PAUSE)).await?;
                Ok(None)
            }
        }
    }

    /// The provider is to be left alone: the job waits, or goes to another one if that would take long.
    async fn wait_for_provider(&mut self, model: &Model, until: Time, now: Time) -> anyhow::Result<()> {
        let other = self.orders().catalog().fallback(&self.job.model, self.job.photos.len());
        let is_long = until > now + PATIENCE || until >= self.job.model_until;
        if is_long && other.is_some() {
            return self.fall_back(&format!("{} is left alone", model.provider), now).await;
        }
        self.job.state = JobState::Queued;
        self.save_and_release((until + spread(ROOM_PAUSE / 2)).min(self.job.model_until)).await
    }

    /// What the answer to a submit says about the provider.
    pub(super) async fn learn(
        &self,
        model: &Model,
        opening: Opening,
        cause: Option<&ProviderError>,
    ) -> anyhow::Result<()> {
        let now = chrono::Utc::now();
        let provider = model.provider.as_str();
        match cause {
            Some(ProviderError::Unavailable { retry_after: Some(after), .. }) => {
                self.store().provider_rests(provider, now + *after, Trouble::Limit).await?;
            }
            Some(ProviderError::Unavailable { .. } | ProviderError::Lost(_)) => {
                self.store().provider_fails(provider, now).await?;
            }
            // It is up and answers, whatever it says of this request.
            _ if opening.troubled => self.store().provider_answers(provider, now).await?,
            _ => {}
        }
        Ok(())
    }

    /// Tells the admins, at most once an hour, and leaves the provider alone if no model of it can work.
    pub(super) async fn call_for_help(&self, fault: Fault, reason: &str) -> anyhow::Result<()> {
        let now = chrono::Utc::now();
        let Some((model, _)) = self.model() else { return Ok(()) };
        tracing::error!(job.id = %self.job.id, model = %model.alias, ?fault, "{} is not set up: {reason}", model.provider);
        let trouble = match fault {
            Fault::Key => Some(Trouble::Key),
            Fault::Balance => Some(Trouble::Balance),
            // Its other models may work.
            Fault::Model => None,
        };
        if let Some(trouble) = trouble {
            self.store().provider_rests(&model.provider, now + SET_UP_REST, trouble).await?;
        }
        let world = self.poller.talk.world();
        let letter = Letter::Trouble { provider: model.provider.clone(), reason: reason.to_owned() };
        let hour = now.timestamp() / 3600;
        let mut tx = world.store.begin().await.context("no letter to the admins")?;
        let mut posted = false;
        for admin in world.store.known(&world.admins).await? {
            let key = format!("trouble:{}:{hour}:{admin}", model.provider);
            posted |= tx.post(admin, &key, &letter, now).await?;
        }
        tx.commit().await?;
        if posted {
            self.poller.bell.mail.notify_one();
        }
        Ok(())
    }
}

/// A pause that is never the same for two jobs.
fn spread(pause: Duration) -> Duration {
    pause.mul_f64(rand::rng().random_range(1.0..1.5))
}
