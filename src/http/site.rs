//! What the routes work with.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::{Mutex, Semaphore};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::api::{Previews, Rates};
use super::health::Readiness;
use super::status::{self, Details};
use crate::config::{PublicUrl, Secret, SigningKey};
use crate::conversation::Conversation;
use crate::database::Time;

/// For so long a look at the readiness serves everybody who asks.
const READINESS_LASTS: Duration = Duration::from_secs(1);

/// For so long a look at the details serves everybody who looks.
const DETAILS_LAST: Duration = Duration::from_millis(1900);
/// Those who look at the status page at a time.
const LOOKERS: usize = 256;
/// Photos of the API that are unpacked, or previews painted, at a time.
const DECODED_AT_ONCE: usize = 2;

/// Telegram does not answer us; the reason names no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(pub String);

/// The door to Telegram, as the HTTP face sees it.
#[async_trait]
pub trait Telegram: Send + Sync + 'static {
    /// Whether Telegram has answered lately, or does now.
    ///
    /// # Errors
    /// When it does not.
    async fn reachable(&self) -> Result<(), Unreachable>;

    /// Has an update handled. False: it has to be brought again.
    async fn take(&self, json: &str) -> bool;

    /// What the door counts, each number under its name.
    fn counters(&self) -> Vec<(String, u64)>;

    /// The bot's own name, without the `@`.
    fn username(&self) -> &str;
}

/// Of what a site is made.
pub struct Parts {
    pub talk: Arc<Conversation>,
    pub telegram: Arc<dyn Telegram>,
    pub public_url: Option<PublicUrl>,
    pub status_token: Option<Secret>,
    /// What Telegram shows with each update; `None` where updates are fetched.
    pub webhook_secret: Option<Secret>,
    pub signing: SigningKey,
    /// Proves what Telegram signs for its Mini Apps.
    pub web_app_key: [u8; 32],
    /// The process is about to end: what lasts ends now, and nobody should send more.
    pub stopping: CancellationToken,
}

/// What the routes work with. Cheap to clone.
#[derive(Clone)]
pub struct Site(Arc<Inner>);

struct Inner {
    parts: Parts,
    id: Uuid,
    started: Time,
    readiness: Mutex<Option<(Instant, Readiness)>>,
    details: Mutex<Option<(Instant, Arc<Details>)>>,
    rates: Rates,
    previews: Previews,
    decoding: Semaphore,
    lookers: Arc<Semaphore>,
}

impl Site {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            parts,
            id: Uuid::now_v7(),
            started: chrono::Utc::now(),
            readiness: Mutex::default(),
            details: Mutex::default(),
            rates: Rates::default(),
            previews: Previews::default(),
            decoding: Semaphore::new(DECODED_AT_ONCE),
            lookers: Arc::new(Semaphore::new(LOOKERS)),
        }))
    }

    /// The conversation, and through its world the store, the orders and the wallet.
    pub fn talk(&self) -> &Arc<Conversation> {
        &self.0.parts.talk
    }

    pub fn parts(&self) -> &Parts {
        &self.0.parts
    }

    /// This process among all on the database.
    pub(super) fn id(&self) -> Uuid {
        self.0.id
    }

    /// When the process began to serve.
    pub(super) fn started(&self) -> Time {
        self.0.started
    }

    /// How often each person may call.
    pub(super) fn rates(&self) -> &Rates {
        &self.0.rates
    }

    /// The gallery pictures that were painted.
    pub(super) fn previews(&self) -> &Previews {
        &self.0.previews
    }

    /// Turns to unpack a photo, or to paint one.
    pub(super) fn decoding(&self) -> &Semaphore {
        &self.0.decoding
    }

    /// Places before the status page.
    pub(super) fn lookers(&self) -> Arc<Semaphore> {
        self.0.lookers.clone()
    }

    /// What insiders see; `None` while the database does not tell. Many who look cause one look.
    pub(super) async fn details(&self) -> Option<Arc<Details>> {
        let mut last = self.0.details.lock().await;
        if let Some((at, details)) = &*last
            && at.elapsed() < DETAILS_LAST
        {
            return Some(details.clone());
        }
        match status::look(self).await {
            Ok(details) => {
                let details = Arc::new(details);
                *last = Some((Instant::now(), details.clone()));
                Some(details)
            }
            Err(cause) => {
                tracing::debug!(error = %cause, "the status page lacks its details");
                None
            }
        }
    }

    /// How everything stands. Many who ask at once cause one look.
    pub(super) async fn readiness(&self) -> Readiness {
        let mut last = self.0.readiness.lock().await;
        if let Some((at, readiness)) = &*last
            && at.elapsed() < READINESS_LASTS
        {
            return readiness.clone();
        }
        let readiness = Readiness::look(self).await;
        *last = Some((Instant::now(), readiness.clone()));
        readiness
    }
}
