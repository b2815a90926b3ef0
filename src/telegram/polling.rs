//! Fetching updates by long polling, and confirming what has been handled.

use std::time::Duration;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use rand::Rng;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use teloxide::payloads::GetUpdates;
use teloxide::types::AllowedUpdate;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::client::Client;
use super::dispatch::Dispatcher;
use super::error::CallError;
use super::mark::Mark;
use super::{translate, webhook};

/// How long Telegram holds a call on which there is nothing to deliver, in seconds; its own limit is 50.
const POLL_SECONDS: u32 = 30;
/// What Telegram delivers at once, at most.
const PAGE: u8 = 100;
/// With so many known updates from the offset on, a page would hold hardly anything new.
const WINDOW: usize = 90;
/// After a page with news: most of it is handled by then, and the next call confirms it and can wait at Telegram.
const SETTLE: Duration = Duration::from_millis(15);
/// After a page without news, while something slow is in flight: the pause before others' updates are looked for,
/// doubled each time that there are none.
const FIRST_SLOW_PAUSE: Duration = Duration::from_millis(25);
const LONGEST_SLOW_PAUSE: Duration = Duration::from_millis(300);
/// With the window full for so long, what holds it is a payment: a deed has ended by then, in whatever way. It is
/// confirmed, so that one payment cannot silence the bot for all. It is still tried for as long as the process lives,
/// and what a crash then loses is found by comparing the ledger with Telegram's list of transactions.
const OVERTAKE_AFTER: Duration = Duration::from_secs(240);
/// How long what is in flight may take to end at shutdown.
const DRAIN_LIMIT: Duration = Duration::from_secs(5);
/// The last confirmation may take this long.
const CONFIRM_LIMIT: Duration = Duration::from_secs(3);
const FIRST_BACK_OFF: Duration = Duration::from_millis(500);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(10);

/// Why fetching or taking updates stopped before it was told to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PollingError {
    #[error("Telegram does not know this bot token; set TELOXIDE_TOKEN to the token that @BotFather shows")]
    Unauthorized,
    #[error(
        "Telegram does not take PUBLIC_URL as the address of a webhook ({0}); write an https address of port 443, 80, 88 or 8443"
    )]
    Webhook(String),
}

/// Fetches updates and has them handled until `shutdown`; then waits for what is in flight and confirms it.
///
/// A webhook that is set is removed first, without dropping what waits there. Only what has been handled is confirmed,
/// so after a crash Telegram delivers the rest again.
///
/// # Errors
/// Only when waiting cannot mend it: a token that Telegram does not know.
pub async fn run(client: Client, dispatcher: Dispatcher, shutdown: CancellationToken) -> Result<(), PollingError> {
    let mut polling = Polling::new(client, dispatcher);
    let fetched = tokio::select! {
        biased;
        () = shutdown.cancelled() => Ok(()),
        outcome = polling.fetch_for_ever() => outcome,
    };
    polling.drain().await;
    fetched
}

struct Polling {
    client: Client,
    dispatcher: Dispatcher,
    mark: Mark,
    /// Resolve to an update's number and whether it was handled.
    in_flight: FuturesUnordered<BoxFuture<'static, (i64, bool)>>,
    failures: u32,
    slow_pause: Duration,
    full_since: Option<Instant>,
}

impl Polling {
    fn new(client: Client, dispatcher: Dispatcher) -> Self {
        Self {
            client,
            dispatcher,
            mark: Mark::default(),
            in_flight: FuturesUnordered::new(),
            failures: 0,
            slow_pause: FIRST_SLOW_PAUSE,
            full_since: None,
        }
    }

    /// May be dropped at any await: what was fetched is in flight before the next one.
    async fn fetch_for_ever(&mut self) -> Result<(), PollingError> {
        while let Err(cause) = remove_webhook(&self.client).await {
            self.back_off(cause).await?;
        }
        loop {
            if self.is_full() {
                self.settle(LONGEST_SLOW_PAUSE).await;
                continue;
            }
            match self.fetch(POLL_SECONDS).await {
                Ok(page) => {
                    self.failures = 0;
                    let pause = if self.submit(&page) { SETTLE } else { self.slow_pause };
                    self.slow_pause =
                        if pause == SETTLE { FIRST_SLOW_PAUSE } else { (pause * 2).min(LONGEST_SLOW_PAUSE) };
                    self.settle(pause).await;
                }
                Err(cause) => self.back_off(cause).await?,
            }
        }
    }

    /// Whether fetching has to wait for something to end.
    fn is_full(&mut self) -> bool {
        if self.mark.window() < WINDOW || self.mark.in_flight() == 0 {
            self.full_since = None;
            return false;
        }
        if self.full_since.get_or_insert_with(Instant::now).elapsed() >= OVERTAKE_AFTER {
            self.full_since = None;
            if let Some(id) = self.mark.overtake() {
                warn!(update.id = id, "confirmed an update that is still being tried, so that others are fetched");
            }
        }
        true
    }

    async fn fetch(&mut self, seconds: u32) -> Result<Vec<Box<RawValue>>, CallError> {
        self.client.call_for(&get_updates(self.mark.offset(), PAGE, seconds)).await
    }

    /// Hands over what is new on the page; tells whether anything was.
    fn submit(&mut self, page: &[Box<RawValue>]) -> bool {
        let mut news = false;
        for json in page.iter().map(|update| update.get()) {
            // Without a number it can neither be confirmed nor known again; the dispatcher counts it.
            let id = translate::update_id(json);
            if id.is_some_and(|id| !self.mark.begin(id)) {
                continue;
            }
            news = true;
            let completion = self.dispatcher.submit(json);
            if let Some(id) = id {
                self.in_flight.push(Box::pin(async move { (id, completion.await.is_ok()) }));
            }
        }
        news
    }

    /// Waits until nothing is in flight, but no longer than `pause`; once something has ended, only [`SETTLE`] more.
    async fn settle(&mut self, pause: Duration) {
        let mut end = Instant::now() + pause;
        while self.mark.in_flight() > 0 {
            let Ok(Some((id, handled))) = tokio::time::timeout_at(end, self.in_flight.next()).await else { return };
            self.mark.end(id, handled);
            end = end.min(Instant::now() + SETTLE);
        }
        // Refused for want of room: it makes no sense to ask for it again at once.
        if self.mark.window() > 0 {
            sleep(SETTLE).await;
        }
    }

    /// Waits before the next try; fails where trying again cannot help.
    async fn back_off(&mut self, cause: CallError) -> Result<(), PollingError> {
        let mut pause = (FIRST_BACK_OFF * 2_u32.pow(self.failures.min(5))).min(LONGEST_BACK_OFF);
        self.failures += 1;
        match cause {
            CallError::Unauthorized => return Err(PollingError::Unauthorized),
            CallError::Conflict(why) => warn!(
                "another process takes this bot's updates ({why}): stop the other one, or give one of them a bot of its \
                 own"
            ),
            CallError::TooManyRequests { retry_after } => pause = pause.max(retry_after),
            cause => warn!(error = %cause, "could not fetch updates, trying again"),
        }
        // Many bots must not come back in the same moment after an outage.
        let jittered = pause.mul_f64(rand::rng().random_range(0.5..1.0));
        self.settle_until(Instant::now() + jittered).await;
        Ok(())
    }

    /// Goes on noting what has ended until the moment has come.
    async fn settle_until(&mut self, end: Instant) {
        while let Ok(Some((id, handled))) = tokio::time::timeout_at(end, self.in_flight.next()).await {
            self.mark.end(id, handled);
        }
        tokio::time::sleep_until(end).await;
    }

    /// Lets what is in flight end, and confirms what was handled, so that the next start is not given it again.
    async fn drain(mut self) {
        let end = Instant::now() + DRAIN_LIMIT;
        while self.mark.in_flight() > 0 {
            let Ok(Some((id, handled))) = tokio::time::timeout_at(end, self.in_flight.next()).await else { break };
            self.mark.end(id, handled);
        }
        let left = self.mark.in_flight();
        if left > 0 {
            info!(updates = left, "updates are left to be delivered again");
        }
        if self.mark.offset().is_some() {
            let confirmation = get_updates(self.mark.offset(), 1, 0);
            let confirmed = timeout(CONFIRM_LIMIT, self.client.call_for::<_, IgnoredAny>(&confirmation)).await;
            if !matches!(confirmed, Ok(Ok(_))) {
                warn!("could not confirm the last updates; they will be delivered again");
            }
        }
    }
}

fn get_updates(offset: Option<i64>, limit: u8, seconds: u32) -> GetUpdates {
    let mut payload = GetUpdates::new();
    // Telegram's numbers are positive and of 32 bits.
    payload.offset = offset.and_then(|offset| i32::try_from(offset).ok());
    payload.limit = Some(limit);
    payload.timeout = Some(seconds);
    // Always named: what is not named stays as an earlier program has left it.
    payload.allowed_updates = Some(wanted());
    payload
}

/// The kinds of updates that mean something to us.
pub(super) fn wanted() -> Vec<AllowedUpdate> {
    vec![
        AllowedUpdate::Message,
        AllowedUpdate::CallbackQuery,
        AllowedUpdate::PreCheckoutQuery,
        AllowedUpdate::MyChatMember,
    ]
}

/// While a webhook is set, Telegram refuses polling.
async fn remove_webhook(client: &Client) -> Result<(), CallError> {
    if !webhook::info(client).await?.url.is_empty() {
        info!("removing the webhook that is set, to poll");
        webhook::delete(client).await?;
    }
    Ok(())
}
