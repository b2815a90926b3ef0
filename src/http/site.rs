//! What the routes work with.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::health::Readiness;
use crate::config::{PublicUrl, Secret, SigningKey};
use crate::conversation::Conversation;

/// For so long a look at the readiness serves everybody who asks.
const READINESS_LASTS: Duration = Duration::from_secs(1);

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
}

/// Of what a site is made.
pub struct Parts {
    pub talk: Arc<Conversation>,
    pub telegram: Arc<dyn Telegram>,
    pub public_url: Option<PublicUrl>,
    pub status_token: Option<Secret>,
    pub signing: SigningKey,
    /// The process is about to end: what lasts ends now, and nobody should send more.
    pub stopping: CancellationToken,
}

/// What the routes work with. Cheap to clone.
#[derive(Clone)]
pub struct Site(Arc<Inner>);

struct Inner {
    parts: Parts,
    readiness: Mutex<Option<(Instant, Readiness)>>,
}

impl Site {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner { parts, readiness: Mutex::default() }))
    }

    /// The conversation, and through its world the store, the orders and the wallet.
    pub fn talk(&self) -> &Arc<Conversation> {
        &self.0.parts.talk
    }

    pub fn parts(&self) -> &Parts {
        &self.0.parts
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
