//! Pictures of our own: painted when first needed, uploaded once, and then known to Telegram by name.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use anyhow::Context;
use bytes::Bytes;
use tokio::sync::OnceCell;

use crate::domain::Template;
use crate::media;
use crate::store::Store;

use super::view::Picture;

/// What has been uploaded, with a memory so that the database is asked once. Cheap to clone.
#[derive(Clone)]
pub struct Uploads {
    store: Store,
    /// File ids belong to one bot.
    bot: i64,
    known: Arc<RwLock<HashMap<String, String>>>,
    /// Being painted, or painted and not uploaded yet: painted once, however many people look at it meanwhile.
    painted: Arc<Mutex<HashMap<String, Arc<OnceCell<Bytes>>>>>,
}

impl Uploads {
    pub fn new(store: Store, bot: i64) -> Self {
        Self { store, bot, known: Arc::default(), painted: Arc::default() }
    }

    /// The gallery picture of a template. A change of its style makes it another picture.
    ///
    /// # Errors
    /// When the database does not answer, or the picture cannot be painted.
    pub async fn preview(&self, template: &Template) -> anyhow::Result<Picture> {
        let style = template.style.to_string();
        let key =
            format!("preview:{}:{}", template.id, uuid::Uuid::new_v5(&uuid::Uuid::nil(), style.as_bytes()).simple());
        let style: media::Style = serde_json::from_value(template.style.clone())
            .with_context(|| format!("the style of template {} is not readable", template.id))?;
        self.drawn(key, move || media::preview(&style)).await
    }

    /// A picture of our own under a name that changes when the picture does.
    ///
    /// # Errors
    /// When the database does not answer, or the picture cannot be drawn.
    pub async fn drawn(&self, key: String, draw: impl FnOnce() -> Bytes + Send + 'static) -> anyhow::Result<Picture> {
        if let Some(file_id) = self.known(&key).await? {
            return Ok(Picture::File(file_id));
        }
        let painted =
            self.painted.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_default().clone();
        let paint = || tokio::task::spawn_blocking(draw);
        let jpeg = painted.get_or_try_init(paint).await?.clone();
        Ok(Picture::Upload { key, jpeg })
    }

    async fn known(&self, key: &str) -> sqlx::Result<Option<String>> {
        if let Some(file_id) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return Ok(Some(file_id.clone()));
        }
        let file_id = self.store.telegram_file(self.bot, key).await?;
        if let Some(file_id) = &file_id {
            self.keep(key, file_id);
        }
        Ok(file_id)
    }

    /// Remembers what an upload is called at Telegram. An empty key means that it is not worth it.
    pub async fn remember(&self, key: &str, file_id: &str) -> sqlx::Result<()> {
        if key.is_empty() {
            return Ok(());
        }
        self.keep(key, file_id);
        self.store.remember_telegram_file(self.bot, key, file_id).await
    }

    fn keep(&self, key: &str, file_id: &str) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(key.to_owned(), file_id.to_owned());
        self.painted.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}
