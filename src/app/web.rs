//! The HTTP server in the life of the process, and what it sees of Telegram's door.

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use async_trait::async_trait;
use axum::Router;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, PublicUrl, Secret, SigningKey, web_app_key};
use crate::conversation::Conversation;
use crate::http::{self, Bounds, Listener, Parts, Site, Telegram, Unreachable};
use crate::telegram::webhook::Intake;
use crate::telegram::{CallError, Client, Dispatcher};

/// Longer than a long poll: who polls hears from Telegram more often than that.
const SILENCE: Duration = Duration::from_secs(60);

/// The server's socket, and what it needs of the settings.
pub(super) struct Web {
    listener: Option<Listener>,
    /// Of the metrics alone.
    metrics: Option<Listener>,
    public_url: Option<PublicUrl>,
    status_token: Option<Secret>,
    signing: SigningKey,
    web_app_key: [u8; 32],
}

/// The servers that run.
pub(super) struct Serving(Vec<JoinHandle<std::io::Result<()>>>);

impl Web {
    /// # Errors
    /// One sentence, when the address is taken.
    pub(super) fn new(config: &Config, listener: Option<Listener>) -> anyhow::Result<Self> {
        let listener = match (listener, config.http_addr) {
            (None, Some(address)) => Some(Listener::bind(address)?.within(Bounds::of_this_process())),
            (listener, _) => listener,
        };
        if listener.is_none() && config.public_url.is_some() {
            bail!(
                "PUBLIC_URL is set, but HTTP_ADDR is off, so that nobody answers there; set HTTP_ADDR, or remove PUBLIC_URL"
            );
        }
        Ok(Self {
            listener,
            metrics: config.metrics_addr.map(Listener::bind).transpose()?,
            public_url: config.public_url.clone(),
            status_token: config.status_token.clone(),
            signing: config.signing.clone(),
            web_app_key: config.token.as_ref().map_or([0; 32], |token| web_app_key(token.reveal())),
        })
    }

    pub(super) fn site(
        &self,
        talk: &Arc<Conversation>,
        client: &Client,
        dispatcher: &Dispatcher,
        username: &str,
        stopping: CancellationToken,
    ) -> Site {
        Site::new(Parts {
            talk: talk.clone(),
            telegram: Arc::new(Line {
                client: client.clone(),
                intake: Intake::new(dispatcher.clone()),
                username: username.to_owned(),
            }),
            webhook_secret: self.public_url.is_some().then(|| self.webhook_secret()),
            public_url: self.public_url.clone(),
            status_token: self.status_token.clone(),
            signing: self.signing.clone(),
            web_app_key: self.web_app_key,
            stopping,
        })
    }

    /// Where Telegram is to bring its updates, and what it then shows; `None`: they are fetched.
    pub(super) fn webhook(&self) -> Option<(String, Secret)> {
        let url = self.public_url.as_ref()?;
        Some((url.join(http::TELEGRAM_PATH), self.webhook_secret()))
    }

    fn webhook_secret(&self) -> Secret {
        self.signing.text_of(http::TELEGRAM_PURPOSE)
    }

    /// Serves until `closing`, as far as there are sockets.
    pub(super) fn serve(&self, site: &Site, hooks: Router, closing: &CancellationToken) -> Serving {
        if let Some(listener) = &self.listener {
            tracing::info!(address = %listener.address(), "the status page is at http://{}", listener.address());
        }
        let page = self.listener.clone().map(|listener| (listener, http::router(site.clone()).merge(hooks)));
        let metrics = self.metrics.clone().map(|listener| (listener, http::metrics_router(site.clone())));
        let serve = |(listener, router): (Listener, Router)| {
            let closing = closing.clone();
            tokio::spawn(async move { listener.serve(router, closing).await })
        };
        Serving(page.into_iter().chain(metrics).map(serve).collect())
    }
}

impl Serving {
    /// Waits for the servers' end.
    pub(super) async fn ended(self) {
        for task in self.0 {
            match task.await {
                Ok(Ok(())) => {}
                Ok(Err(cause)) => tracing::error!(error = %cause, "an HTTP server could not serve"),
                Err(cause) => tracing::error!(error = %cause, "an HTTP server has died"),
            }
        }
    }
}

/// The line to Telegram.
struct Line {
    client: Client,
    intake: Intake,
    username: String,
}

#[async_trait]
impl Telegram for Line {
    async fn reachable(&self) -> Result<(), Unreachable> {
        if self.client.silent_for().is_some_and(|silence| silence < SILENCE) {
            return Ok(());
        }
        // With a webhook nothing may have been asked for a while.
        match self.client.get_me().await {
            Ok(_) => Ok(()),
            Err(CallError::Unauthorized) => Err(Unreachable("Telegram does not know the token".into())),
            Err(CallError::TooManyRequests { .. }) => Ok(()),
            Err(_) => Err(Unreachable("Telegram does not answer".into())),
        }
    }

    async fn take(&self, json: &str) -> bool {
        self.intake.take(json).await
    }

    fn counters(&self) -> Vec<(String, u64)> {
        self.intake.counters().snapshot().0
    }

    fn username(&self) -> &str {
        &self.username
    }
}
