//! An order: from placing it under a hold to its one completion.
//!
//! Whatever ends a job (a worker, a webhook, the person, the deadline) ends it here, in one transaction that settles
//! the money, changes the row and puts the news into the outbox. The first end wins; any later one changes nothing.

mod catalog;
mod erase;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::crash;
use crate::database::{Time, Tx};
use crate::domain::{
    ActionKey, AvatarId, Credits, Failure, JobId, JobState, Letter, Model, PhotoId, TemplateId, TemplateKind, UserId,
};
use crate::store::Store;
use crate::store::avatars::Avatar;
use crate::store::erasures::NewErasure;
use crate::store::jobs::{Job, NewJob};
use crate::store::ledger::Posted;
use crate::wallet;

pub use catalog::{Catalog, CatalogError, Offer, TrainingOffer};
pub use erase::TakenDown;

/// How many pictures one person may have under way.
pub const MAX_LIVE_JOBS: i64 = 3;
/// What a job may take beyond the time limits of its models: waiting in line, retries.
const SLACK: Duration = Duration::from_secs(120);
/// How long after its deadline a late picture is still looked for.
pub const LATE_WINDOW: Duration = Duration::from_secs(3600);

/// What a person wants to order, and the price that they saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order<'a> {
    pub user: UserId,
    pub key: &'a ActionKey,
    pub template: &'a TemplateId,
    pub photos: &'a [PhotoId],
    pub price: Credits,
}

/// Who a picture with an avatar shows, and what the person asks for in their own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sitter<'a> {
    pub avatar: AvatarId,
    pub words: Option<&'a str>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// Its price is held and it is in line; also when the same action had placed it before.
    Placed(JobId),
    Short {
        missing: Credits,
    },
    /// The price is not the one they saw any more.
    Repriced {
        price: Credits,
    },
    /// The template is not to be had any more.
    Retired,
    /// A photo was removed in the meantime.
    PhotosGone,
    /// The avatar has been deleted, or is none of this person's, or is not trained.
    AvatarGone,
    /// They have [`MAX_LIVE_JOBS`] under way.
    Busy,
    /// No new orders are taken for now.
    Closed,
}

/// What came of doing an order again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeated {
    /// It was under way, and begins anew.
    Again,
    /// It had failed; it is ordered anew, and the house pays.
    Anew,
    /// It has ended otherwise, was repeated before, or there is no such order.
    Over,
    /// The template is not to be had any more.
    Retired,
    /// A photo was removed in the meantime.
    PhotosGone,
    /// The avatar was deleted in the meantime.
    AvatarGone,
}

/// The orders of everybody. Cheap to clone.
#[derive(Clone)]
pub struct Orders {
    store: Store,
    catalog: Arc<Catalog>,
    /// Rung when there is something new to do.
    bell: Arc<Bell>,
}

/// Wakes the loops at once when work appears, in this process or, as far as the database calls it out, in another.
#[derive(Debug, Default)]
pub struct Bell {
    pub jobs: Notify,
    pub mail: Notify,
    pub timers: Notify,
    pub albums: Notify,
    /// Something that one process at a time does is free to be taken over.
    pub leases: Notify,
    pub training: Notify,
    pub erasures: Notify,
    pub refunds: Notify,
    pub books: Notify,
}

impl Orders {
    pub fn new(store: Store, catalog: Arc<Catalog>, bell: Arc<Bell>) -> Self {
        Self { store, catalog, bell }
    }

    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Has the poller of this process look for due jobs now.
    pub fn ring_jobs(&self) {
        self.bell.jobs.notify_one();
    }

    /// Places an order: the hold and the job in one transaction, once per action.
    pub async fn place(&self, order: &Order<'_>, now: Time) -> sqlx::Result<Placed> {
        self.place_with(order, None, now).await
    }

    /// Places an order of a picture that shows an avatar.
    pub async fn place_with(&self, order: &Order<'_>, sitter: Option<Sitter<'_>>, now: Time) -> sqlx::Result<Placed> {
        let mut tx = self.store.begin().await?;
        // Orders of one person stand in line, so that several at once cannot get past the limits below.
        let balance = tx.lock_available(order.user).await?;
        if let Some(job) = tx.job_by_key(order.key).await? {
            return Ok(Placed::Placed(job));
        }
        if tx.maintenance().await? {
            return Ok(Placed::Closed);
        }
        let Some(offer) = self.catalog.offer(order.template) else { return Ok(Placed::Retired) };
        let price = offer.template.price;
        if price != order.price {
            return Ok(Placed::Repriced { price });
        }
        if tx.count_live_jobs(order.user).await? >= MAX_LIVE_JOBS {
            return Ok(Placed::Busy);
        }
        for photo in order.photos {
            if !tx.use_photo(order.user, *photo, now).await? {
                return Ok(Placed::PhotosGone);
            }
        }
        let model = match self.model_of(&mut tx, &offer, order.user, sitter.map(|sitter| sitter.avatar)).await? {
            Ok(model) => model,
            Err(unfit) => return Ok(unfit),
        };
        let job = NewJob {
            id: JobId::new(),
            user: order.user,
            key: order.key,
            template: order.template,
            model: &model.alias,
            photos: order.photos,
            avatar: sitter.map(|sitter| sitter.avatar),
            words: sitter.and_then(|sitter| sitter.words),
            price,
            model_until: now + model.time_limit,
            deadline: now + offer.chain_limit + SLACK,
        };
        if !tx.add_job(&job, now).await? {
            // Another process runs the same action and is ahead by a moment; its row is visible once it commits.
            drop(tx);
            return self.placed_elsewhere(order.key).await;
        }
        if wallet::hold(&mut tx, order.user, job.id, price, now).await? == Posted::Insufficient {
            return Ok(Placed::Short { missing: balance.missing_for(price) });
        }
        crash::point("hold-written");
        tx.commit().await?;
        crash::point("held");
        // Stands in the span of the update or the call that ordered it.
        tracing::info!(job.id = %job.id, model = %job.model, "job {} is in line", job.id);
        self.bell.jobs.notify_one();
        Ok(Placed::Placed(job.id))
    }

    /// The model that an order begins with: the template's own, or the one that reads the avatar's weights. An error says
    /// why there is none.
    async fn model_of(
        &self,
        tx: &mut Tx,
        offer: &Offer,
        user: UserId,
        avatar: Option<AvatarId>,
    ) -> sqlx::Result<Result<Model, Placed>> {
        if offer.template.kind != TemplateKind::Avatar {
            return Ok(Ok(offer.model.clone()));
        }
        let avatar = match avatar {
            Some(avatar) => tx.avatar(user, avatar).await?,
            None => None,
        };
        let Some(provider) = avatar.and_then(|avatar| avatar.provider) else { return Ok(Err(Placed::AvatarGone)) };
        Ok(self.catalog.model_of_provider(&offer.template, &provider).ok_or(Placed::Retired))
    }

    /// Orders an avatar's first picture and gives its price, once in the avatar's life. Part of ending its training.
    pub async fn place_first(&self, tx: &mut Tx, avatar: &Avatar, provider: &str, now: Time) -> sqlx::Result<bool> {
        let Some(offer) = self.catalog.first_with_avatar() else { return Ok(false) };
        let Some(model) = self.catalog.model_of_provider(&offer.template, provider) else { return Ok(false) };
        let (user, price) = (avatar.user_id, offer.template.price);
        if wallet::gift_first_picture(tx, user, avatar.id, price, now).await? != Posted::Now {
            return Ok(false);
        }
        let job = NewJob {
            id: JobId::new(),
            user,
            key: &ActionKey(format!("first-picture:{}", avatar.id)),
            template: &offer.template.id,
            model: &model.alias,
            photos: &[],
            avatar: Some(avatar.id),
            words: None,
            price,
            model_until: now + model.time_limit,
            deadline: now + offer.chain_limit + SLACK,
        };
        tx.add_job(&job, now).await?;
        wallet::hold(tx, user, job.id, price, now).await?;
        Ok(true)
    }

    async fn placed_elsewhere(&self, key: &ActionKey) -> sqlx::Result<Placed> {
        let mut tx = self.store.begin().await?;
        match tx.job_by_key(key).await? {
            Some(job) => Ok(Placed::Placed(job)),
            None => Err(sqlx::Error::RowNotFound),
        }
    }

    /// Ends a job with its picture, under the lease that `job` was claimed with. False: it had ended before, or the
    /// lease was lost.
    pub async fn succeed(&self, job: &Job, picture: &[u8], now: Time) -> sqlx::Result<bool> {
        let mut tx = self.store.begin().await?;
        let Some(job) = tx.end_job(job.id, Some(job.fence), JobState::Succeeded, None, None, now).await? else {
            return Ok(false);
        };
        wallet::capture(&mut tx, job.user_id, job.id, job.price, now).await?;
        tx.add_picture(job.id, picture, now).await?;
        tx.post(job.user_id, &format!("result:{}", job.id), &Letter::Result { job: job.id }, now).await?;
        crash::point("capture-written");
        tx.commit().await?;
        self.bell.mail.notify_one();
        Ok(true)
    }

    /// Ends a job without a picture and gives the money back. After a deadline a late picture is still looked for.
    pub async fn fail(&self, job: &Job, failure: Failure, now: Time) -> sqlx::Result<bool> {
        let look_again = (failure == Failure::Deadline && job.task.is_some()).then_some(now);
        let mut tx = self.store.begin().await?;
        let ended = tx.end_job(job.id, Some(job.fence), JobState::Failed, Some(failure), look_again, now).await?;
        let Some(job) = ended else { return Ok(false) };
        wallet::void(&mut tx, job.user_id, job.id, job.price, now).await?;
        let letter = Letter::Failed { job: job.id, failure };
        tx.post(job.user_id, &format!("result:{}", job.id), &letter, now).await?;
        crash::point("void-written");
        tx.commit().await?;
        self.bell.mail.notify_one();
        Ok(true)
    }

    /// Keeps a picture that came after its job had failed, and sends it as a gift. False: the lease was lost, or the
    /// person wants to be forgotten.
    pub async fn late_success(&self, job: &Job, picture: &[u8], now: Time) -> sqlx::Result<bool> {
        let mut tx = self.store.begin().await?;
        if !tx.close_failed(job).await? {
            return Ok(false);
        }
        if tx.add_picture(job.id, picture, now).await? {
            tx.post(job.user_id, &format!("gift:{}", job.id), &Letter::Gift { job: job.id }, now).await?;
        }
        tx.commit().await?;
        self.bell.mail.notify_one();
        Ok(true)
    }

    /// The person does not want to wait. False: it had ended before. The provider is told by the worker that looks
    /// at the row next.
    pub async fn cancel(&self, user: UserId, job: JobId, now: Time) -> sqlx::Result<bool> {
        let mut tx = self.store.begin().await?;
        let Some(job) = tx.end_job(job, None, JobState::Cancelled, None, Some(now), now).await? else {
            return Ok(false);
        };
        if job.user_id != user {
            return Ok(false);
        }
        wallet::void(&mut tx, job.user_id, job.id, job.price, now).await?;
        tx.commit().await?;
        self.bell.jobs.notify_one();
        Ok(true)
    }

    /// Begins a live order anew, or orders once more, at the house's expense, what has failed; as a part of `tx`.
    pub async fn repeat(&self, tx: &mut Tx, id: JobId, now: Time) -> sqlx::Result<Repeated> {
        let Some(job) = tx.job(id).await? else { return Ok(Repeated::Over) };
        // As those who order begin, so that neither waits for the other.
        tx.lock_available(job.user_id).await?;
        let Some(offer) = self.catalog.offer(&job.template_id) else { return Ok(Repeated::Retired) };
        let model = match self.model_of(tx, &offer, job.user_id, job.avatar_id).await? {
            Ok(model) => model,
            Err(Placed::AvatarGone) => return Ok(Repeated::AvatarGone),
            Err(_) => return Ok(Repeated::Retired),
        };
        let (model_until, deadline) = (now + model.time_limit, now + offer.chain_limit + SLACK);
        if !job.state.is_final() {
            let again = tx.restart_job(id, &model.alias, model_until, deadline, now).await?;
            return Ok(if again { Repeated::Again } else { Repeated::Over });
        }
        if job.state != JobState::Failed {
            return Ok(Repeated::Over);
        }
        for photo in job.photos.iter() {
            if !tx.use_photo(job.user_id, *photo, now).await? {
                return Ok(Repeated::PhotosGone);
            }
        }
        let key = ActionKey(format!("again:{id}"));
        let new = NewJob {
            id: JobId::new(),
            user: job.user_id,
            key: &key,
            template: &job.template_id,
            model: &model.alias,
            photos: &job.photos,
            avatar: job.avatar_id,
            words: job.words.as_deref(),
            price: job.price,
            model_until,
            deadline,
        };
        if !tx.add_job(&new, now).await? {
            return Ok(Repeated::Over);
        }
        let gift = format!("again:{id}");
        tx.transfer(&wallet::grant(job.user_id, &gift, job.price, "an order that had failed"), now).await?;
        // What has just been given is there to be held.
        wallet::hold(tx, job.user_id, new.id, job.price, now).await?;
        Ok(Repeated::Anew)
    }

    /// Ends a live order on the house's word, as a part of `tx`: the money is back, the person is told, and the worker
    /// that looks at the row next tells the provider. False: it had ended before.
    pub async fn call_off(&self, tx: &mut Tx, id: JobId, now: Time) -> sqlx::Result<bool> {
        let Some(job) = tx.end_job(id, None, JobState::Cancelled, None, Some(now), now).await? else {
            return Ok(false);
        };
        wallet::void(tx, job.user_id, job.id, job.price, now).await?;
        let letter = Letter::Failed { job: job.id, failure: Failure::Unavailable };
        tx.post(job.user_id, &format!("result:{}", job.id), &letter, now).await?;
        Ok(true)
    }

    /// Cancels what is under way and removes what is kept of a person; the books stay.
    pub async fn forget(&self, user: UserId, now: Time) -> sqlx::Result<()> {
        let mut tx = self.store.begin().await?;
        // First all jobs, then the money: whoever ends a job locks in this order.
        let mut ended = Vec::new();
        for job in tx.live_jobs_of(user).await? {
            ended.extend(tx.end_job(job, None, JobState::Cancelled, None, Some(now), now).await?);
        }
        tx.close_failed_of(user).await?;
        let mut avatars = TakenDown::default();
        for avatar in tx.avatar_ids(user).await? {
            avatars.end(&mut tx, &self.catalog, user, avatar, now).await?;
        }
        for job in ended {
            wallet::void(&mut tx, job.user_id, job.id, job.price, now).await?;
        }
        avatars.settle(&mut tx, user, now).await?;
        tx.forget_mail(user).await?;
        tx.forget_requests(user).await?;
        tx.forget_pictures(user).await?;
        tx.forget_photos(user).await?;
        tx.forget_user(user, now).await?;
        if !avatars.is_nothing() {
            let erasure =
                NewErasure { avatar: None, name: None, traces: &avatars.traces, photos: avatars.photos, receipt: true };
            tx.add_erasure(user, &erasure, now).await?;
        }
        tx.commit().await?;
        self.bell.jobs.notify_one();
        self.bell.training.notify_one();
        self.bell.erasures.notify_one();
        Ok(())
    }
}
