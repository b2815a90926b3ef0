//! What can be ordered at this moment: the templates whose model has a provider that is switched on.
//!
//! Read at start and again every now and then, so that the gallery asks no database.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;

use crate::domain::{
    AvatarKind, Category, Credits, Model, ModelAlias, Template, TemplateId, TemplateKind, Trainer, TrainerAlias,
    Training,
};
use crate::store::Store;
use crate::store::catalog::Pack;

/// A template with the model that begins it.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    pub template: Template,
    pub model: Model,
    /// The time limits of the model and all its fallbacks together.
    pub chain_limit: Duration,
}

/// A training with the trainer that begins it.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingOffer {
    pub trainer: Trainer,
    pub price: Credits,
    /// The time limits of the trainer and all its fallbacks together.
    pub chain_limit: Duration,
}

/// Why there is nothing sensible to offer.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error("cannot read the templates")]
    Database(#[from] sqlx::Error),
    #[error("the fallbacks of the model {0} run in a circle; change `fallback` in the table models")]
    Circle(ModelAlias),
    #[error("the fallbacks of the trainer {0} run in a circle; change `fallback` in the table trainers")]
    TrainerCircle(TrainerAlias),
}

#[derive(Debug, Default)]
struct Shelves {
    categories: Vec<Category>,
    /// In the order of the gallery.
    offers: Vec<Arc<Offer>>,
    by_id: HashMap<TemplateId, Arc<Offer>>,
    /// Templates that are enabled but whose model has no provider.
    hidden: Vec<(TemplateId, ModelAlias)>,
    titles: HashMap<TemplateId, Template>,
    models: HashMap<ModelAlias, Model>,
    packs: Vec<Pack>,
    trainers: HashMap<TrainerAlias, Trainer>,
    trainings: Vec<Training>,
}

/// What can be ordered and bought.
#[derive(Debug)]
pub struct Catalog {
    /// Names of the providers that are switched on.
    providers: HashSet<String>,
    shelves: RwLock<Arc<Shelves>>,
    /// One reading at a time, so that none takes the place of a later one.
    reading: Mutex<()>,
}

impl Catalog {
    /// Reads the tables.
    ///
    /// # Errors
    /// When they cannot be read, or the fallbacks of a model run in a circle.
    pub async fn load(store: &Store, providers: HashSet<String>) -> Result<Self, CatalogError> {
        let shelves = read(store, &providers).await?;
        for (template, model) in &shelves.hidden {
            tracing::warn!(%template, %model, "template {template} is hidden: no provider of its model {model} is set up");
        }
        Ok(Self { providers, shelves: RwLock::new(Arc::new(shelves)), reading: Mutex::default() })
    }

    /// Reads the tables again.
    ///
    /// # Errors
    /// As [`Catalog::load`]; what was read before stays.
    pub async fn reload(&self, store: &Store) -> Result<(), CatalogError> {
        let _reading = self.reading.lock().await;
        let shelves = Arc::new(read(store, &self.providers).await?);
        *self.shelves.write().unwrap_or_else(PoisonError::into_inner) = shelves;
        Ok(())
    }

    fn now(&self) -> Arc<Shelves> {
        self.shelves.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The names of the providers that are switched on, in their order.
    pub fn providers(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.providers.iter().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// The categories that have something to offer.
    pub fn categories(&self) -> Vec<Category> {
        let shelves = self.now();
        let offered = |category: &&Category| shelves.offers.iter().any(|offer| offer.template.category == category.id);
        shelves.categories.iter().filter(offered).cloned().collect()
    }

    /// The offers of a category, in their order.
    pub fn shelf(&self, category: &str) -> Vec<Arc<Offer>> {
        let shelves = self.now();
        shelves.offers.iter().filter(|offer| offer.template.category == category).cloned().collect()
    }

    pub fn offer(&self, template: &TemplateId) -> Option<Arc<Offer>> {
        self.now().by_id.get(template).cloned()
    }

    /// A template, also one that cannot be ordered at the moment.
    pub fn template(&self, id: &TemplateId) -> Option<Template> {
        self.now().titles.get(id).cloned()
    }

    pub fn model(&self, alias: &ModelAlias) -> Option<Model> {
        self.now().models.get(alias).cloned()
    }

    /// The model to go on with when this one has failed: the next of the chain that has a provider and takes as many
    /// photos.
    pub fn fallback(&self, alias: &ModelAlias, photos: usize) -> Option<Model> {
        let shelves = self.now();
        chain(&shelves.models, alias).skip(1).find(|model| is_usable(model, &self.providers, photos)).cloned()
    }

    /// Templates that are on offer but for a provider of their model, each with that model.
    pub fn hidden(&self) -> Vec<(TemplateId, ModelAlias)> {
        self.now().hidden.clone()
    }

    /// The model of a template's chain that understands the likenesses of this provider, if it is switched on.
    pub fn model_of_provider(&self, template: &Template, provider: &str) -> Option<Model> {
        let shelves = self.now();
        let usable = |model: &&Model| model.provider == provider && self.providers.contains(provider);
        chain(&shelves.models, &template.model).find(usable).cloned()
    }

    /// What an avatar's first picture is made from: the first of its templates that needs nothing more.
    pub fn first_with_avatar(&self) -> Option<Arc<Offer>> {
        let fits = |offer: &&Arc<Offer>| {
            let template = &offer.template;
            template.kind == TemplateKind::Avatar && template.photos == 0 && !template.wants_words()
        };
        self.now().offers.iter().find(fits).cloned()
    }

    /// The shelf on which the templates for avatars begin.
    pub fn avatar_shelf(&self) -> Option<Arc<Offer>> {
        self.now().offers.iter().find(|offer| offer.template.kind == TemplateKind::Avatar).cloned()
    }

    /// What training a likeness of this kind begins with, and its price; `None` while no trainer is switched on.
    pub fn training(&self, kind: AvatarKind) -> Option<TrainingOffer> {
        let shelves = self.now();
        let training = shelves.trainings.iter().find(|training| training.kind == kind)?;
        let usable: Vec<&Trainer> = trainer_chain(&shelves.trainers, &training.trainer)
            .filter(|trainer| self.providers.contains(&trainer.provider))
            .collect();
        let trainer = (*usable.first()?).clone();
        let chain_limit = usable.iter().map(|trainer| trainer.time_limit).sum();
        Some(TrainingOffer { trainer, price: training.price, chain_limit })
    }

    pub fn trainer(&self, alias: &TrainerAlias) -> Option<Trainer> {
        self.now().trainers.get(alias).cloned()
    }

    /// The trainer to go on with when this one has failed: the next of the chain that has a provider.
    pub fn trainer_fallback(&self, alias: &TrainerAlias) -> Option<Trainer> {
        let shelves = self.now();
        let mut rest = trainer_chain(&shelves.trainers, alias).skip(1);
        rest.find(|trainer| self.providers.contains(&trainer.provider)).cloned()
    }

    pub fn packs(&self) -> Vec<Pack> {
        self.now().packs.clone()
    }
}

async fn read(store: &Store, providers: &HashSet<String>) -> Result<Shelves, CatalogError> {
    let models: HashMap<ModelAlias, Model> =
        store.models().await?.into_iter().map(|model| (model.alias.clone(), model)).collect();
    for alias in models.keys() {
        if chain(&models, alias).take(models.len() + 1).count() > models.len() {
            return Err(CatalogError::Circle(alias.clone()));
        }
    }
    let trainers: HashMap<TrainerAlias, Trainer> =
        store.trainers().await?.into_iter().map(|trainer| (trainer.alias.clone(), trainer)).collect();
    for alias in trainers.keys() {
        if trainer_chain(&trainers, alias).take(trainers.len() + 1).count() > trainers.len() {
            return Err(CatalogError::TrainerCircle(alias.clone()));
        }
    }
    let mut shelves = Shelves {
        categories: store.categories().await?,
        packs: store.packs().await?,
        trainings: store.trainings().await?,
        models,
        trainers,
        ..Shelves::default()
    };
    for (template, enabled) in store.templates().await? {
        shelves.titles.insert(template.id.clone(), template.clone());
        if !enabled {
            continue;
        }
        let photos = usize::from(template.photos);
        let usable: Vec<&Model> =
            chain(&shelves.models, &template.model).filter(|model| is_usable(model, providers, photos)).collect();
        let Some(first) = usable.first() else {
            shelves.hidden.push((template.id, template.model));
            continue;
        };
        let chain_limit = usable.iter().map(|model| model.time_limit).sum();
        let offer = Arc::new(Offer { model: (*first).clone(), chain_limit, template });
        shelves.by_id.insert(offer.template.id.clone(), offer.clone());
        shelves.offers.push(offer);
    }
    Ok(shelves)
}

fn is_usable(model: &Model, providers: &HashSet<String>, photos: usize) -> bool {
    providers.contains(&model.provider) && usize::from(model.max_photos) >= photos
}

/// A model and its fallbacks, in the order in which they are tried.
fn chain<'a>(models: &'a HashMap<ModelAlias, Model>, first: &ModelAlias) -> impl Iterator<Item = &'a Model> {
    let next = |model: &&'a Model| model.fallback.as_ref().and_then(|alias| models.get(alias));
    std::iter::successors(models.get(first), move |model| next(model))
}

/// A trainer and its fallbacks, in the order in which they are tried.
fn trainer_chain<'a>(
    trainers: &'a HashMap<TrainerAlias, Trainer>,
    first: &TrainerAlias,
) -> impl Iterator<Item = &'a Trainer> {
    let next = |trainer: &&'a Trainer| trainer.fallback.as_ref().and_then(|alias| trainers.get(alias));
    std::iter::successors(trainers.get(first), move |trainer| next(trainer))
}
