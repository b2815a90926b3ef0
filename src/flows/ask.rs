//! What an action or a screen is asked with, and the world that it may use.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::avatars::Avatars;
use crate::database::Time;
use crate::domain::{ActionKey, Language, TelegramId};
use crate::engine::Memory;
use crate::orders::Orders;
use crate::store::Store;
use crate::store::users::User;
use crate::text::Texts;
use crate::wallet::Wallet;

use super::{FlowError, Uploads};

/// Everything that flows may use.
pub struct World {
    pub store: Store,
    pub wallet: Wallet,
    pub orders: Orders,
    pub avatars: Avatars,
    pub texts: Arc<Texts>,
    pub uploads: Uploads,
    pub files: Arc<dyn Files>,
    /// Who answers questions about payments.
    pub admins: Vec<TelegramId>,
    pub switches: Switches,
}

/// What admins switch while the bot runs, as it was last read; what depends on it for good asks the database.
#[derive(Debug, Default)]
pub struct Switches {
    maintenance: AtomicBool,
}

impl Switches {
    /// Whether people are told that no orders are taken for now.
    pub fn maintenance(&self) -> bool {
        self.maintenance.load(Ordering::Relaxed)
    }

    pub fn set_maintenance(&self, on: bool) {
        self.maintenance.store(on, Ordering::Relaxed);
    }
}

/// A picture that a person sent; its bytes are still at Telegram.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct IncomingPhoto {
    pub file_id: String,
    /// Stable across bots and messages.
    pub unique_id: String,
    /// Bytes, where Telegram says.
    pub size: Option<u64>,
    /// The album that it is a part of.
    pub album: Option<String>,
}

/// Where the bytes of what a person sent come from.
#[async_trait]
pub trait Files: Send + Sync {
    /// The bytes of a file, at most `limit` of them.
    async fn download(&self, file_id: &str, limit: usize) -> Result<Bytes, FetchError>;
}

/// Why a file did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("the file is larger than allowed")]
    TooLarge,
    #[error("Telegram did not hand over the file")]
    Unreachable,
}

/// What came with the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    Nothing,
    Text(String),
    /// One photo, or an album.
    Photos(Vec<IncomingPhoto>),
    /// What the pressed button carried.
    Argument(String),
}

/// One run of an action or a screen.
pub struct Ask<'a> {
    pub world: &'a World,
    pub user: &'a User,
    pub language: Language,
    /// Names this run: what the action writes carries it.
    pub key: ActionKey,
    /// The memory of the dialogue that asks.
    pub memory: &'a Memory,
    pub given: &'a Given,
    /// The updates that brought it; for photos one each, in their order. None for what comes from ourselves.
    pub updates: &'a [i64],
    pub now: Time,
}

impl Ask<'_> {
    /// The dialogue's memory as its own type.
    ///
    /// # Errors
    /// [`FlowError::Memory`] when another build wrote it in a way that this one cannot read.
    pub fn recall<T: DeserializeOwned>(&self) -> Result<T, FlowError> {
        T::deserialize(serde_json::Value::Object(self.memory.clone())).map_err(FlowError::Memory)
    }

    /// What the pressed button carried.
    pub fn argument(&self) -> &str {
        match self.given {
            Given::Argument(argument) => argument,
            _ => "",
        }
    }

    /// The photos that came.
    pub fn photos(&self) -> &[IncomingPhoto] {
        match self.given {
            Given::Photos(photos) => photos,
            _ => &[],
        }
    }
}
