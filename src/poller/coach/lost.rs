//! A training whose submit was not answered. One may be under way that only its trainer can name: by a webhook, which
//! carries run and attempt, or in a list of trainings. Another one is begun once neither can be hoped for any more.

use std::time::Duration;

use crate::database::Time;
use crate::domain::{JobState, Trainer as TrainerRow};
use crate::providers::Task;
use crate::providers::training::{Found, Sought};

use super::{Coach, of};

/// A webhook that only tells of the end takes as long as a training does.
const WEBHOOK_WAIT: Duration = Duration::from_secs(600);
/// What a list does not show by then was never begun.
const LIST_WAIT: Duration = Duration::from_secs(30);

impl Coach {
    /// Looks for the training that the last submit may have begun.
    pub(super) async fn recover(&mut self, now: Time) -> anyhow::Result<()> {
        let Some((row, trainer)) = self.trainer() else {
            return self.fall_back("it is not set up", now).await;
        };
        let submitted = self.run.submitted_at.unwrap_or(self.run.created_at);
        let Some(avatar) = self.store().avatar(self.run.user_id, self.run.avatar_id).await? else {
            return self.begin(now).await;
        };
        let sought = Sought { model: &row.provider_model, trigger: &avatar.trigger_word, since: submitted };
        let (wait, again) = match of(&row, "find").about(None, trainer.find(&sought)).await {
            Ok(Found::Task(task)) => {
                let id = self.run.id;
                tracing::info!(run.id = %id, "the list of its trainer named the task of training {id}");
                return self.begun(&row, trainer.as_ref(), &task).await;
            }
            Ok(Found::Unlisted) if !self.is_told(&row) => return self.begin(now).await,
            Ok(Found::Unlisted) => (WEBHOOK_WAIT, None),
            Ok(Found::Nothing) => (LIST_WAIT, Some(self.poller.pace.slowest)),
            Err(cause) => {
                tracing::debug!(run.id = %self.run.id, error = %cause, "could not read the list of a trainer");
                (WEBHOOK_WAIT, Some(self.poller.pace.slowest))
            }
        };
        let until = (submitted + wait).min(self.run.trainer_until);
        if now >= until {
            return self.begin(now).await;
        }
        let again = again.map_or(until, |pause| until.min(now + pause));
        self.store().save_run(&self.run, again, None).await?;
        Ok(())
    }

    /// Whether a webhook is bound to come.
    fn is_told(&self, row: &TrainerRow) -> bool {
        let reports = self.poller.providers.get(&row.provider).is_some_and(|provider| provider.reports());
        reports && self.poller.hooks.is_some()
    }

    /// The answer to a submit did not come, so that its training has no name here yet.
    pub(super) async fn miss_answer(&mut self, reason: &str, now: Time) -> anyhow::Result<()> {
        let id = self.run.id;
        tracing::info!(run.id = %id, reason, "the answer to the submit of training {id} was lost");
        self.run.tries += 1;
        let again = now + self.back_off();
        self.store().save_run(&self.run, again, None).await?;
        Ok(())
    }

    /// Whether a webhook was faster than the answer, and has given the run this very task.
    pub(super) async fn is_adopted(&self, task: &Task) -> anyhow::Result<bool> {
        let Some(run) = self.store().run(self.run.id).await? else { return Ok(false) };
        let held = run.task.and_then(|held| serde_json::from_value::<Task>(held.0).ok());
        Ok(run.state == JobState::Running && held.is_some_and(|held| held.id == task.id))
    }
}
