//! What can be ordered and bought.

use std::time::Duration;

use sqlx::types::Json;

use crate::database::{Tx, all, exec, optional};
use crate::domain::{
    AvatarKind, Category, Credits, Localized, Model, ModelAlias, PhotoInput, Template, TemplateId, TemplateKind,
    Trainer, TrainerAlias, Training,
};

use super::Store;

/// An offer of credits for Stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    pub id: String,
    pub stars: i64,
    /// Credits on top of one for each Star.
    pub bonus: i64,
    pub title: Localized,
}

#[derive(sqlx::FromRow)]
struct TemplateRow {
    id: TemplateId,
    category: String,
    kind: String,
    title_en: String,
    title_ru: String,
    description_en: String,
    description_ru: String,
    prompt: String,
    model: ModelAlias,
    price: Credits,
    photos: i32,
    style: Json<serde_json::Value>,
    enabled: bool,
}

impl From<TemplateRow> for Template {
    fn from(row: TemplateRow) -> Self {
        Self {
            id: row.id,
            category: row.category,
            kind: if row.kind == "avatar" { TemplateKind::Avatar } else { TemplateKind::Photo },
            title: Localized { en: row.title_en, ru: row.title_ru },
            description: Localized { en: row.description_en, ru: row.description_ru },
            prompt: row.prompt,
            model: row.model,
            price: row.price,
            // A constraint keeps it between 0 and 4.
            photos: u8::try_from(row.photos).unwrap_or(1),
            style: row.style.0,
        }
    }
}

#[derive(sqlx::FromRow)]
struct ModelRow {
    alias: ModelAlias,
    provider: String,
    provider_model: String,
    parameters: Json<serde_json::Value>,
    time_limit_seconds: i32,
    fallback: Option<ModelAlias>,
    photo_input: Option<String>,
    photo_many: bool,
    max_photos: i32,
    cost_micros: Option<i64>,
}

impl From<ModelRow> for Model {
    fn from(row: ModelRow) -> Self {
        Self {
            alias: row.alias,
            provider: row.provider,
            provider_model: row.provider_model,
            parameters: row.parameters.0,
            // A constraint keeps it above zero.
            time_limit: Duration::from_secs(u64::try_from(row.time_limit_seconds).unwrap_or(60)),
            fallback: row.fallback,
            photo_input: row.photo_input.map(|name| PhotoInput { name, many: row.photo_many }),
            max_photos: u8::try_from(row.max_photos).unwrap_or(u8::MAX),
            cost_micros: row.cost_micros,
        }
    }
}

#[derive(sqlx::FromRow)]
struct TrainerRow {
    alias: TrainerAlias,
    provider: String,
    provider_model: String,
    parameters: Json<serde_json::Value>,
    time_limit_seconds: i32,
    fallback: Option<TrainerAlias>,
}

impl From<TrainerRow> for Trainer {
    fn from(row: TrainerRow) -> Self {
        Self {
            alias: row.alias,
            provider: row.provider,
            provider_model: row.provider_model,
            parameters: row.parameters.0,
            time_limit: Duration::from_secs(u64::try_from(row.time_limit_seconds).unwrap_or(1800)),
            fallback: row.fallback,
        }
    }
}

impl Store {
    /// The categories in their order, empty ones included.
    pub async fn categories(&self) -> sqlx::Result<Vec<Category>> {
        let rows: Vec<(String, String, String, String)> = all!(
            self.db.read(),
            (String, String, String, String),
            "SELECT id, emoji, title_en, title_ru FROM categories ORDER BY position, id",
        )?;
        let category =
            |(id, emoji, en, ru): (String, String, String, String)| Category { id, emoji, title: Localized { en, ru } };
        Ok(rows.into_iter().map(category).collect())
    }

    /// Every template, by category and position, and whether it can be ordered.
    pub async fn templates(&self) -> sqlx::Result<Vec<(Template, bool)>> {
        let rows: Vec<TemplateRow> = all!(
            self.db.read(),
            TemplateRow,
            "SELECT t.id, t.category, t.kind, t.title_en, t.title_ru, t.description_en, t.description_ru, t.prompt, \
             t.model, t.price, t.photos, t.style, t.enabled FROM templates t JOIN categories c ON c.id = t.category \
             ORDER BY c.position, c.id, t.position, t.id",
        )?;
        let row = |row: TemplateRow| {
            let enabled = row.enabled;
            (Template::from(row), enabled)
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Every model, usable or not.
    pub async fn models(&self) -> sqlx::Result<Vec<Model>> {
        let rows: Vec<ModelRow> = all!(
            self.db.read(),
            ModelRow,
            "SELECT alias, provider, provider_model, parameters, time_limit_seconds, fallback, photo_input, photo_many, \
             max_photos, cost_micros FROM models ORDER BY alias",
        )?;
        Ok(rows.into_iter().map(Model::from).collect())
    }

    /// Every trainer, usable or not.
    pub async fn trainers(&self) -> sqlx::Result<Vec<Trainer>> {
        let rows: Vec<TrainerRow> = all!(
            self.db.read(),
            TrainerRow,
            "SELECT alias, provider, provider_model, parameters, time_limit_seconds, fallback FROM trainers \
             ORDER BY alias",
        )?;
        Ok(rows.into_iter().map(Trainer::from).collect())
    }

    /// What training a likeness begins with and costs, by kind.
    pub async fn trainings(&self) -> sqlx::Result<Vec<Training>> {
        let rows: Vec<(AvatarKind, TrainerAlias, Credits)> = all!(
            self.db.read(),
            (AvatarKind, TrainerAlias, Credits),
            "SELECT kind, trainer, price FROM trainings ORDER BY kind",
        )?;
        Ok(rows.into_iter().map(|(kind, trainer, price)| Training { kind, trainer, price }).collect())
    }

    /// The packs on offer, in their order.
    pub async fn packs(&self) -> sqlx::Result<Vec<Pack>> {
        let rows: Vec<(String, i64, i64, String, String)> = all!(
            self.db.read(),
            (String, i64, i64, String, String),
            "SELECT id, stars, bonus, title_en, title_ru FROM packs WHERE enabled ORDER BY position, id",
        )?;
        let pack = |(id, stars, bonus, en, ru): (String, i64, i64, String, String)| Pack {
            id,
            stars,
            bonus,
            title: Localized { en, ru },
        };
        Ok(rows.into_iter().map(pack).collect())
    }
}

impl Tx {
    /// Offers a template, or takes it off its shelf. False: there is no such template.
    pub async fn enable_template(&mut self, id: &TemplateId, enabled: bool) -> sqlx::Result<bool> {
        Ok(exec!(*self, "UPDATE templates SET enabled = $2 WHERE id = $1", id, enabled)? == 1)
    }

    pub async fn price_template(&mut self, id: &TemplateId, price: Credits) -> sqlx::Result<bool> {
        Ok(exec!(*self, "UPDATE templates SET price = $2 WHERE id = $1", id, price)? == 1)
    }

    /// Puts a template at this place of its shelf, from 1; the others make room.
    pub async fn place_template(&mut self, id: &TemplateId, place: u32) -> sqlx::Result<bool> {
        let shelf: Option<(String,)> = optional!(*self, (String,), "SELECT category FROM templates WHERE id = $1", id)?;
        let Some((category,)) = shelf else { return Ok(false) };
        let others: Vec<(TemplateId,)> = all!(
            *self,
            (TemplateId,),
            "SELECT id FROM templates WHERE category = $1 AND id <> $2 ORDER BY position, id",
            &category,
            id,
        )?;
        let mut order: Vec<TemplateId> = others.into_iter().map(|(id,)| id).collect();
        let place = usize::try_from(place).unwrap_or(usize::MAX).saturating_sub(1).min(order.len());
        order.insert(place, id.clone());
        for (position, id) in (1_i32..).zip(&order) {
            exec!(*self, "UPDATE templates SET position = $2 WHERE id = $1", id, position)?;
        }
        Ok(true)
    }
}
