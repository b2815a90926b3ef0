//! Updates that Telegram brings to our address: set up, taken in, and answered for once they are handled.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::Rng;
use serde::Deserialize;
use serde::de::IgnoredAny;
use teloxide::payloads::{DeleteWebhook, GetWebhookInfo, SetWebhook};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::client::Client;
use super::counters::Counters;
use super::dispatch::Dispatcher;
use super::error::CallError;
use super::polling::{PollingError, wanted};
use super::translate;

/// Telegram hangs up after a minute and brings the update again; what takes longer is waited for by the next delivery.
const HANDLED_WITHIN: Duration = Duration::from_secs(50);
/// As many as the dispatcher handles at a time.
const CONNECTIONS: u8 = 64;
const FIRST_BACK_OFF: Duration = Duration::from_millis(500);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(10);
/// Between two looks at what Telegram says of the webhook.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How long what is in flight may take to end at shutdown.
const DRAIN_LIMIT: Duration = Duration::from_secs(5);

/// What Telegram says of the webhook. teloxide's type fails on kinds of updates that it does not know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct WebhookInfo {
    /// Empty when none is set.
    pub url: String,
    /// What waits to be brought.
    #[serde(default)]
    pub pending_update_count: u64,
    #[serde(default)]
    pub last_error_date: Option<i64>,
    #[serde(default)]
    pub last_error_message: Option<String>,
    #[serde(default)]
    pub allowed_updates: Vec<String>,
}

/// Has Telegram bring its updates to `url`, with this secret. What waits already is brought too.
///
/// # Errors
/// When Telegram does not do so.
pub async fn set(client: &Client, url: &str, secret: &str) -> Result<(), CallError> {
    let url = url.parse().map_err(|cause| CallError::BadRequest(format!("the webhook's address: {cause}")))?;
    let mut payload = SetWebhook::new(url);
    payload.secret_token = Some(secret.to_owned());
    payload.max_connections = Some(CONNECTIONS);
    // Always named: what is not named stays as an earlier program has left it.
    payload.allowed_updates = Some(wanted());
    payload.drop_pending_updates = Some(false);
    client.call_for::<_, IgnoredAny>(&payload).await?;
    Ok(())
}

/// Takes the webhook away; what waits is kept for whoever polls.
///
/// # Errors
/// When Telegram does not do so.
pub async fn delete(client: &Client) -> Result<(), CallError> {
    let mut payload = DeleteWebhook::new();
    payload.drop_pending_updates = Some(false);
    client.call_for::<_, IgnoredAny>(&payload).await?;
    Ok(())
}

/// # Errors
/// When Telegram does not answer.
pub async fn info(client: &Client) -> Result<WebhookInfo, CallError> {
    client.call_for(&GetWebhookInfo::new()).await
}

/// Sets the webhook, watches over it until `shutdown`, and then waits for what is in flight.
///
/// It is never taken away: at a rolling deploy it is the next process's already.
///
/// # Errors
/// Only when waiting cannot mend it: a token that Telegram does not know, an address that it does not take.
pub async fn run(
    client: Client,
    dispatcher: Dispatcher,
    url: String,
    secret: String,
    shutdown: CancellationToken,
) -> Result<(), PollingError> {
    let watched = tokio::select! {
        biased;
        () = shutdown.cancelled() => Ok(()),
        outcome = set_and_watch(&client, &url, &secret) => outcome,
    };
    if !dispatcher.drain(DRAIN_LIMIT).await {
        info!("some updates did not end in time; they will be delivered again");
    }
    watched
}

async fn set_and_watch(client: &Client, url: &str, secret: &str) -> Result<(), PollingError> {
    let mut pause = FIRST_BACK_OFF;
    while let Err(cause) = set(client, url, secret).await {
        match cause {
            CallError::Unauthorized => return Err(PollingError::Unauthorized),
            CallError::BadRequest(why) => return Err(PollingError::Webhook(why)),
            cause => warn!(error = %cause, "could not set the webhook, trying again"),
        }
        let share = rand::rng().random_range(0.5..1.0);
        sleep(pause.mul_f64(share)).await;
        pause = (pause * 2).min(LONGEST_BACK_OFF);
    }
    info!(address = url, "Telegram brings its updates to {url}");
    let mut told = None;
    loop {
        sleep(LOOK_EVERY).await;
        match info(client).await {
            Ok(info) if info.url != url => {
                warn!(
                    "the webhook is no longer ours; another process of this bot polls, or has set another PUBLIC_URL"
                );
            }
            Ok(info) if info.last_error_date.is_some() && info.last_error_date != told => {
                told = info.last_error_date;
                let why = info.last_error_message.unwrap_or_default();
                warn!(waiting = info.pending_update_count, "Telegram had trouble at our webhook: {why}");
            }
            _ => {}
        }
    }
}

/// Takes in what is brought, and knows what is being handled. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    dispatcher: Dispatcher,
    in_flight: Arc<Mutex<HashMap<i64, watch::Receiver<Option<bool>>>>>,
}

impl Intake {
    pub fn new(dispatcher: Dispatcher) -> Self {
        Self { dispatcher, in_flight: Arc::default() }
    }

    /// The counters of the door behind.
    pub fn counters(&self) -> &Counters {
        self.dispatcher.counters()
    }

    /// Has an update handled. False: it was not, or not in time, and has to be brought again.
    ///
    /// One that is brought again while it is still being handled waits for the same end. What was begun goes on also
    /// when the caller is gone.
    pub async fn take(&self, json: &str) -> bool {
        let Some(id) = translate::update_id(json) else {
            return self.dispatcher.submit(json).await.is_ok();
        };
        let mut end = self.begin(id, json);
        let ended = timeout(HANDLED_WITHIN, end.wait_for(Option::is_some)).await;
        matches!(ended, Ok(Ok(handled)) if *handled == Some(true))
    }

    fn begin(&self, id: i64, json: &str) -> watch::Receiver<Option<bool>> {
        let mut in_flight = self.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(end) = in_flight.get(&id) {
            return end.clone();
        }
        let (tell, end) = watch::channel(None);
        in_flight.insert(id, end.clone());
        let completion = self.dispatcher.submit(json);
        let known = self.in_flight.clone();
        tokio::spawn(async move {
            let handled = completion.await.is_ok();
            known.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            // Nobody may be waiting any more.
            let _ = tell.send(Some(handled));
        });
        end
    }
}
