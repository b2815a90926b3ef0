//! What providers' webhooks say of trainings, whose addresses carry the id of their run.

use super::{Desk, held};
use crate::domain::{JobState, RunId};
use crate::providers::{Notice, Provider, Task};
use crate::store::erasures::{NewErasure, Trace};
use crate::store::providers::Event;
use crate::store::training::Run;

/// What a webhook changes.
enum Change {
    /// The run gets the task that its submit started.
    Adopt(Task),
    /// The run is looked at now.
    Look,
    /// The run had ended before its task had a name: what has come of it is a likeness that nobody wants.
    Erase(Task),
}

impl Desk {
    /// Heeds each event once, noted together with what it changes.
    pub(super) async fn heed_training(
        &self,
        provider: &dyn Provider,
        run: RunId,
        attempt: u32,
        notice: &Notice,
    ) -> anyhow::Result<()> {
        let world = self.talk.world();
        let now = chrono::Utc::now();
        let Some(run) = world.store.run(run).await? else { return Ok(()) };
        let Some(change) = self.change_of_training(provider, &run, attempt, notice) else { return Ok(()) };
        let mut tx = world.store.begin().await?;
        let event = Event { provider: provider.name(), id: &notice.event };
        if !tx.heed(event, now).await? {
            return Ok(());
        }
        match change {
            Change::Adopt(task) => {
                if tx.adopt_training(run.id, run.attempt, &serde_json::to_value(task)?, now).await? {
                    tracing::info!(run.id = %run.id, "a webhook named the task of training {}", run.id);
                }
            }
            Change::Look => {
                tx.news_of_run(run.id, now).await?;
            }
            Change::Erase(task) => {
                let task = Some(serde_json::to_value(task)?);
                let trace = Trace { provider: provider.name().to_owned(), task, weights: None };
                let avatar = Some(run.avatar_id);
                let erasure = NewErasure { avatar, name: None, traces: &[trace], photos: 0, receipt: false };
                tx.add_erasure(run.user_id, &erasure, now).await?;
            }
        }
        tx.commit().await?;
        world.avatars.ring_trainings();
        Ok(())
    }

    fn change_of_training(&self, provider: &dyn Provider, run: &Run, attempt: u32, notice: &Notice) -> Option<Change> {
        if let Some(task) = held(run.task.as_ref()) {
            return (notice.over && task.id == notice.task).then_some(Change::Look);
        }
        let trainer = self.talk.world().orders.catalog().trainer(&run.trainer)?;
        if trainer.provider != provider.name() || i64::from(run.attempt) != i64::from(attempt) {
            return None;
        }
        let task = provider.task(&trainer.provider_model, &notice.task);
        match run.state {
            JobState::Queued | JobState::Submitting => Some(Change::Adopt(task)),
            state if state.is_final() && notice.over => Some(Change::Erase(task)),
            _ => None,
        }
    }
}
