//! Where each chat stands: compare-and-set, with expiry and timers.
//!
//! A value is loaded with the version that it had, and saved only on top of that version; whoever loses the race loads
//! again. Which message shows the current screen is kept beside the value, without a version: it is known only after
//! sending, and losing it costs a leftover keyboard at most.

mod redis;
mod sql;

use std::time::Duration;

use crate::database::{Database, Time};
use crate::domain::TelegramId;

pub use redis::{RedisSessions, RedisTrouble};

/// How long a chat is remembered after its last change.
pub const EXPIRY: Duration = Duration::from_secs(30 * 24 * 3600);

/// What was stored of a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    pub value: String,
    pub version: i64,
    /// The message that shows the current screen, as [`Sessions::note_screen`] was told.
    pub screen: Option<String>,
    /// When the state's timer fires.
    pub due_at: Option<Time>,
}

/// Whether a save took place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    Yes,
    /// Somebody else saved in between.
    Lost,
}

/// The session store could not be reached.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("the sessions' database does not answer")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Redis(#[from] RedisTrouble),
}

/// The store of sessions.
#[derive(Debug, Clone)]
pub enum Sessions {
    Database(Database),
    Redis(RedisSessions),
}

impl Sessions {
    pub fn in_database(db: Database) -> Self {
        Self::Database(db)
    }

    pub fn in_redis(redis: RedisSessions) -> Self {
        Self::Redis(redis)
    }

    pub async fn load(&self, chat: TelegramId, now: Time) -> Result<Option<Loaded>, SessionError> {
        match self {
            Self::Database(db) => Ok(sql::load(db, chat, now).await?),
            Self::Redis(redis) => Ok(redis.load(chat).await?),
        }
    }

    /// Saves `value` on top of `version` (`None`: the chat was unknown), and sets or clears its timer.
    pub async fn save(
        &self,
        chat: TelegramId,
        value: &str,
        version: Option<i64>,
        due_at: Option<Time>,
        now: Time,
    ) -> Result<Saved, SessionError> {
        match self {
            Self::Database(db) => Ok(sql::save(db, chat, value, version, due_at, now).await?),
            Self::Redis(redis) => Ok(redis.save(chat, value, version, due_at).await?),
        }
    }

    /// Remembers which message shows the current screen.
    pub async fn note_screen(&self, chat: TelegramId, screen: &str) -> Result<(), SessionError> {
        match self {
            Self::Database(db) => Ok(sql::note_screen(db, chat, screen).await?),
            Self::Redis(redis) => Ok(redis.note_screen(chat, screen).await?),
        }
    }

    /// Takes chats whose timer is due; their timers come again at `lease_until` unless a save moves them.
    pub async fn claim_due(&self, now: Time, lease_until: Time, limit: i64) -> Result<Vec<TelegramId>, SessionError> {
        match self {
            Self::Database(db) => Ok(sql::claim_due(db, now, lease_until, limit).await?),
            Self::Redis(redis) => Ok(redis.claim_due(now, lease_until, limit).await?),
        }
    }

    /// When the next timer fires.
    pub async fn next_due(&self) -> Result<Option<Time>, SessionError> {
        match self {
            Self::Database(db) => Ok(sql::next_due(db).await?),
            Self::Redis(redis) => Ok(redis.next_due().await?),
        }
    }

    /// Proves that the store answers.
    pub async fn ping(&self) -> Result<(), SessionError> {
        self.next_due().await.map(drop)
    }

    pub async fn forget(&self, chat: TelegramId) -> Result<(), SessionError> {
        match self {
            Self::Database(db) => Ok(sql::forget(db, chat).await?),
            Self::Redis(redis) => Ok(redis.forget(chat).await?),
        }
    }

    /// Removes what has expired. Redis does that by itself.
    pub async fn remove_expired(&self, now: Time) -> Result<u64, SessionError> {
        match self {
            Self::Database(db) => Ok(sql::remove_expired(db, now).await?),
            Self::Redis(_) => Ok(0),
        }
    }
}
