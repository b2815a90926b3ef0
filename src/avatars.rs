//! Avatars: from a person's consent over their photos to a trained likeness, and its deletion.
//!
//! Whatever ends a training (a worker, the person, the deadline, a deletion) ends it here, in one transaction that
//! settles the money, changes the row and puts the news into the outbox. The first end wins; any later one changes
//! nothing.

mod collect;
mod moderation;

use std::sync::Arc;
use std::time::Duration;

use crate::crash;
use crate::database::{Time, Tx};
use crate::domain::{ActionKey, AvatarId, Credits, Failure, JobState, Letter, RunId, UserId};
use crate::orders::{Bell, Orders, TakenDown};
use crate::store::Store;
use crate::store::erasures::{Erasure, NewErasure, Trace};
use crate::store::ledger::Posted;
use crate::store::training::{NewRun, Run};
use crate::wallet;

pub use collect::{Added, Begun, Photo};
pub use moderation::{MAX_WORDS, Moderator, Unfit, WordList};

/// A likeness is trained from at least so many photos.
pub const MIN_PHOTOS: usize = 10;
/// More would not make it better.
pub const MAX_PHOTOS: usize = 20;
/// How many avatars one person may have.
pub const MAX_AVATARS: i64 = 5;
/// How long photos wait after they were last added to, trained from, or came back from a failed training.
pub const PHOTO_DAYS: i64 = 7;
/// The version of the text that a person agrees to before they send photos of a face.
pub const CONSENT: &str = "2026-11";
/// What a training may take beyond the time limits of its trainers: waiting in line, retries.
const SLACK: Duration = Duration::from_secs(600);
/// How long after its deadline a late likeness is still looked for.
pub const LATE_WINDOW: Duration = Duration::from_secs(6 * 3600);

/// The avatars of everybody. Cheap to clone.
#[derive(Clone)]
pub struct Avatars {
    store: Store,
    orders: Orders,
    bell: Arc<Bell>,
    moderator: Arc<dyn Moderator>,
}

/// What a person wants to have trained, and the price that they saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrainingWish<'a> {
    pub user: UserId,
    pub key: &'a ActionKey,
    pub avatar: AvatarId,
    pub price: Credits,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlacedRun {
    /// Its price is held and it is in line; also when the same action had placed it before, or a training of this
    /// avatar is under way.
    Placed(RunId),
    Short {
        missing: Credits,
    },
    /// The price is not the one they saw any more.
    Repriced {
        price: Credits,
    },
    /// There are fewer photos than [`MIN_PHOTOS`].
    TooFew,
    /// No trainer is switched on, or no new orders are taken for now.
    Closed,
    /// There is no such avatar of this person, or it has no kind yet.
    Gone,
}

/// A likeness as the trainer's side hands it over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights<'a> {
    /// Who understands them.
    pub provider: &'a str,
    /// How the provider finds them again.
    pub reference: &'a serde_json::Value,
}

impl Avatars {
    pub fn new(store: Store, orders: Orders, bell: Arc<Bell>) -> Self {
        Self { store, orders, bell, moderator: Arc::new(WordList) }
    }

    /// Has someone else say what may be asked for.
    #[must_use]
    pub fn moderated_by(self, moderator: Arc<dyn Moderator>) -> Self {
        Self { moderator, ..self }
    }

    /// A person's own words as they go into a prompt, or why they do not.
    ///
    /// # Errors
    /// The reason.
    pub async fn fit_words(&self, words: &str) -> Result<String, Unfit> {
        let words = moderation::tidy(words)?;
        self.moderator.judge(&words).await?;
        Ok(words)
    }

    /// Has a likeness trained: the hold and the run in one transaction, once per action and avatar.
    pub async fn place(&self, wish: &TrainingWish<'_>, now: Time) -> sqlx::Result<PlacedRun> {
        let mut tx = self.store.begin().await?;
        // Whatever one person adds, removes and orders stands in line.
        let balance = tx.lock_available(wish.user).await?;
        if let Some(run) = tx.run_by_key(wish.key).await? {
            return Ok(PlacedRun::Placed(run));
        }
        let Some(avatar) = tx.avatar(wish.user, wish.avatar).await? else { return Ok(PlacedRun::Gone) };
        if let Some(run) = avatar.live_run {
            return Ok(PlacedRun::Placed(run));
        }
        if tx.maintenance().await? {
            return Ok(PlacedRun::Closed);
        }
        let Some(kind) = avatar.kind else { return Ok(PlacedRun::Gone) };
        let Some(offer) = self.orders.catalog().training(kind) else { return Ok(PlacedRun::Closed) };
        let price = offer.price;
        if price != wish.price {
            return Ok(PlacedRun::Repriced { price });
        }
        if avatar.photos < MIN_PHOTOS as i64 {
            return Ok(PlacedRun::TooFew);
        }
        let run = NewRun {
            id: RunId::new(),
            user: wish.user,
            avatar: wish.avatar,
            key: wish.key,
            trainer: &offer.trainer.alias,
            price,
            trainer_until: now + offer.trainer.time_limit,
            deadline: now + offer.chain_limit + SLACK,
        };
        if !tx.add_run(&run, now).await? {
            return Err(sqlx::Error::RowNotFound);
        }
        if wallet::hold(&mut tx, wish.user, run.id, price, now).await? == Posted::Insufficient {
            return Ok(PlacedRun::Short { missing: balance.missing_for(price) });
        }
        tx.touch_avatar(wish.avatar, now).await?;
        crash::point("training-hold-written");
        tx.commit().await?;
        crash::point("training-held");
        tracing::info!(run.id = %run.id, trainer = %run.trainer, "training {} is in line", run.id);
        self.bell.training.notify_one();
        Ok(PlacedRun::Placed(run.id))
    }

    /// Ends a training with its likeness, under the lease that `run` was claimed with, and orders the first picture.
    /// False: it had ended before, or the lease was lost.
    pub async fn succeed(&self, run: &Run, weights: Weights<'_>, now: Time) -> sqlx::Result<bool> {
        let mut tx = self.store.begin().await?;
        let ended = tx.end_run(run.id, Some(run.fence), JobState::Succeeded, None, Some(now), now).await?;
        let Some(run) = ended else { return Ok(false) };
        tx.lock_available(run.user_id).await?;
        wallet::capture(&mut tx, run.user_id, run.id, run.price, now).await?;
        self.put_to_use(&mut tx, &run, weights, false, now).await?;
        crash::point("training-capture-written");
        tx.commit().await?;
        self.ring();
        Ok(true)
    }

    /// Keeps a likeness that came after its training had failed: a gift. False: the lease was lost, or the avatar is
    /// gone.
    pub async fn late_success(&self, run: &Run, weights: Weights<'_>, now: Time) -> sqlx::Result<bool> {
        let mut tx = self.store.begin().await?;
        if !tx.close_failed_run(run).await? {
            return Ok(false);
        }
        tx.lock_available(run.user_id).await?;
        let kept = self.put_to_use(&mut tx, run, weights, true, now).await?;
        tx.commit().await?;
        self.ring();
        Ok(kept)
    }

    /// The avatar's pictures are made with these weights from now on; those before are deleted where they lie.
    async fn put_to_use(
        &self,
        tx: &mut Tx,
        run: &Run,
        weights: Weights<'_>,
        late: bool,
        now: Time,
    ) -> sqlx::Result<bool> {
        let Some(avatar) = tx.avatar(run.user_id, run.avatar_id).await? else { return Ok(false) };
        if let (Some(provider), Some(old)) = (&avatar.provider, &avatar.weights) {
            let runs = tx.runs_of(avatar.id).await?;
            let task = runs.into_iter().find(|run| Some(run.id) == avatar.run_id).and_then(|run| run.task);
            let weights = Some(old.0.clone());
            let trace = Trace { provider: provider.clone(), task: task.map(|task| task.0), weights };
            let old = NewErasure { avatar: Some(avatar.id), name: None, traces: &[trace], photos: 0, receipt: false };
            tx.add_erasure(run.user_id, &old, now).await?;
        }
        tx.use_weights(avatar.id, run.id, weights.provider, weights.reference, now).await?;
        let key = if late { format!("late:{}", run.id) } else { format!("trained:{}", run.id) };
        tx.post(run.user_id, &key, &Letter::Trained { run: run.id, late }, now).await?;
        self.orders.place_first(tx, &avatar, weights.provider, now).await?;
        Ok(true)
    }

    /// Ends a training without a likeness and gives the money back; the photos stay for another try. After a deadline
    /// a late likeness is still looked for.
    pub async fn fail(&self, run: &Run, failure: Failure, now: Time) -> sqlx::Result<bool> {
        let look_again = (failure == Failure::Deadline && run.task.is_some()).then_some(now);
        let mut tx = self.store.begin().await?;
        let ended = tx.end_run(run.id, Some(run.fence), JobState::Failed, Some(failure), look_again, now).await?;
        let Some(run) = ended else { return Ok(false) };
        wallet::void(&mut tx, run.user_id, run.id, run.price, now).await?;
        tx.touch_avatar(run.avatar_id, now).await?;
        let letter = Letter::TrainingFailed { run: run.id, failure };
        tx.post(run.user_id, &format!("trained:{}", run.id), &letter, now).await?;
        crash::point("training-void-written");
        tx.commit().await?;
        self.bell.mail.notify_one();
        Ok(true)
    }

    /// The person does not want to wait. False: it had ended before. The provider is told by the worker that looks at
    /// the row next.
    pub async fn cancel(&self, user: UserId, run: RunId, now: Time) -> sqlx::Result<bool> {
        let mut tx = self.store.begin().await?;
        let ended = tx.end_run(run, None, JobState::Cancelled, None, Some(now), now).await?;
        let Some(run) = ended.filter(|run| run.user_id == user) else { return Ok(false) };
        wallet::void(&mut tx, run.user_id, run.id, run.price, now).await?;
        tx.touch_avatar(run.avatar_id, now).await?;
        tx.commit().await?;
        self.bell.training.notify_one();
        Ok(true)
    }

    /// Deletes an avatar: what is under way ends, what is here goes at once, what providers hold goes as they answer;
    /// then the person gets a receipt. False: there is no such avatar.
    pub async fn delete(&self, user: UserId, id: AvatarId, now: Time) -> sqlx::Result<bool> {
        let mut tx = self.store.begin().await?;
        let Some(avatar) = tx.avatar(user, id).await? else { return Ok(false) };
        let mut down = TakenDown::default();
        down.end(&mut tx, self.orders.catalog(), user, id, now).await?;
        down.settle(&mut tx, user, now).await?;
        // A draft of which nothing was ever stored needs no receipt.
        let receipt = avatar.run_id.is_some() || !down.traces.is_empty() || down.photos > 0;
        let erasure = NewErasure {
            avatar: Some(id),
            name: avatar.name.as_deref(),
            traces: &down.traces,
            photos: down.photos,
            receipt,
        };
        tx.add_erasure(user, &erasure, now).await?;
        crash::point("erasure-written");
        tx.commit().await?;
        self.ring();
        Ok(true)
    }

    /// Ends a deletion: the receipt goes out. `left` counts what a provider would not confirm. False: the lease was
    /// lost.
    pub async fn erased(&self, erasure: &Erasure, now: Time) -> sqlx::Result<bool> {
        let mut tx = self.store.begin().await?;
        if !tx.end_erasure(erasure, now).await? {
            return Ok(false);
        }
        if erasure.receipt {
            let letter = Letter::Erased {
                name: erasure.name.clone().unwrap_or_default(),
                photos: erasure.photos.into(),
                left: i64::try_from(erasure.traces.len()).unwrap_or(i64::MAX),
            };
            tx.post(erasure.user_id, &format!("erased:{}", erasure.id), &letter, now).await?;
        }
        tx.commit().await?;
        self.bell.mail.notify_one();
        Ok(true)
    }

    /// Has the poller of this process look for due trainings and deletions now.
    pub fn ring_trainings(&self) {
        self.bell.training.notify_one();
        self.bell.erasures.notify_one();
    }

    fn ring(&self) {
        self.bell.jobs.notify_one();
        self.bell.mail.notify_one();
        self.bell.training.notify_one();
        self.bell.erasures.notify_one();
    }
}
