//! Bringing views to people.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::IgnoredAny;
use teloxide::payloads::{DeleteMessage, EditMessageReplyMarkup, SendChatAction, SendMessage};
use teloxide::requests::Payload;
use teloxide::types::{ChatAction, ChatId, MessageId, Recipient};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use tracing::debug;

use super::client::Client;
use super::compose::{self, Outgoing};
use super::error::CallError;
use super::limiter::{Limiter, Limits};
use crate::domain::TelegramId;
use crate::flows::view::{OldScreen, Place, Sent, Shown, View};
use crate::store::Store;

/// The longest that one delivery waits for Telegram's limits and troubles, all its tries together.
const PATIENCE: Duration = Duration::from_secs(30);
/// Tries after the first.
const RETRIES: u32 = 2;
/// Before the first retry; doubled before the next.
const BACK_OFF: Duration = Duration::from_millis(200);

/// Sends, edits and removes messages within Telegram's limits. Cheap to clone; clones share the limits.
#[derive(Clone, Debug)]
pub struct Courier {
    client: Client,
    limiter: Arc<Limiter>,
    /// Leftovers that are being removed.
    retiring: TaskTracker,
}

/// What happens if a call is made twice.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeated {
    /// The person gets two messages. Such a call also counts toward Telegram's limits.
    TwoMessages,
    /// Nothing more than by making it once.
    Nothing,
}

impl Courier {
    /// A courier that keeps Telegram's limits.
    pub fn new(client: Client) -> Self {
        Self::with_limits(client, Limits::TELEGRAM)
    }

    /// A courier for a server with other limits than Telegram's own.
    pub fn with_limits(client: Client, limits: Limits) -> Self {
        Self { client, limiter: Arc::new(Limiter::new(limits)), retiring: TaskTracker::new() }
    }

    /// The same, with its limits kept together with the other processes on this database.
    #[must_use]
    pub fn shared_through(self, store: Store) -> Self {
        let limiter = Arc::new(Limiter::new(self.limiter.limits()).shared_through(store));
        Self { limiter, ..self }
    }

    /// The same, with what goes on by itself known to `tasks`, so that it can be waited for.
    #[must_use]
    pub fn tracked_by(self, tasks: TaskTracker) -> Self {
        Self { retiring: tasks, ..self }
    }

    /// Shows the view at its place, and returns when it is there.
    ///
    /// What becomes of an older message happens afterwards and by itself; its failure is nobody's.
    ///
    /// # Errors
    /// After the retries that make sense. [`CallError::Network`] with `ambiguous` says that a new message may have
    /// arrived all the same.
    pub async fn deliver(&self, chat: TelegramId, view: &View, place: &Place) -> Result<Sent, CallError> {
        match place {
            Place::Edit(shown) => self.edit(chat, view, *shown).await,
            Place::New { after, then } => {
                let sent = self.send(chat, view).await?;
                if let Some(old) = after {
                    self.retire(chat, *old, *then);
                }
                Ok(sent)
            }
        }
    }

    /// Shows what the bot is doing, for up to five seconds or until the next message. One try, no error.
    pub async fn typing(&self, chat: TelegramId, action: ChatAction) {
        let payload = SendChatAction::new(recipient(chat), action);
        if let Err(cause) = self.client.call_for::<_, IgnoredAny>(&payload).await {
            debug!(error = %cause, "could not show an action");
        }
    }

    /// Plain text to a group: what little is said outside private chats.
    pub async fn tell_group(&self, chat: i64, text: &str) -> Result<(), CallError> {
        let payload = SendMessage::new(Recipient::Id(ChatId(chat)), text);
        let call = || self.client.call_for::<_, IgnoredAny>(&payload);
        self.persist(TelegramId(chat), Repeated::TwoMessages, call).await.map(drop)
    }

    async fn send(&self, chat: TelegramId, view: &View) -> Result<Sent, CallError> {
        let outgoing = compose::message(chat, view)?;
        let echo = self.persist(chat, Repeated::TwoMessages, || outgoing.make(&self.client)).await?;
        Ok(outgoing.sent(echo))
    }

    async fn edit(&self, chat: TelegramId, view: &View, shown: Shown) -> Result<Sent, CallError> {
        let Some(outgoing) = compose::edit(chat, shown, view) else {
            return self.replace(chat, view, shown).await;
        };
        match self.persist(chat, Repeated::Nothing, || outgoing.make(&self.client)).await {
            Ok(echo) => Ok(outgoing.sent(echo)),
            Err(CallError::NotModified) => Ok(unchanged(&outgoing, shown)),
            Err(CallError::Gone(_)) => self.replace(chat, view, shown).await,
            Err(cause) => Err(cause),
        }
    }

    /// The new message goes first, so that a failure in between never leaves the person with nothing to tap on.
    async fn replace(&self, chat: TelegramId, view: &View, old: Shown) -> Result<Sent, CallError> {
        let sent = self.send(chat, view).await?;
        self.retire(chat, old, OldScreen::Delete);
        Ok(sent)
    }

    /// Takes the older message or its buttons away, on a task of its own.
    pub fn retire(&self, chat: TelegramId, old: Shown, then: OldScreen) {
        let courier = self.clone();
        self.retiring.spawn(async move {
            let outcome = match then {
                OldScreen::StripButtons => courier.strip(chat, old).await,
                OldScreen::Delete => courier.delete(chat, old).await,
            };
            if let Err(cause) = outcome {
                debug!(error = %cause, message.id = old.message_id, "could not retire a message");
            }
        });
    }

    async fn strip(&self, chat: TelegramId, old: Shown) -> Result<(), CallError> {
        self.harmless(chat, EditMessageReplyMarkup::new(recipient(chat), MessageId(old.message_id))).await
    }

    /// Telegram deletes nothing that is older than 48 hours; then at least the buttons go.
    async fn delete(&self, chat: TelegramId, old: Shown) -> Result<(), CallError> {
        let deletion = DeleteMessage::new(recipient(chat), MessageId(old.message_id));
        match self.harmless(chat, deletion).await {
            Err(CallError::Gone(_) | CallError::BadRequest(_)) => self.strip(chat, old).await,
            outcome => outcome,
        }
    }

    async fn harmless<P: Payload + Serialize>(&self, chat: TelegramId, payload: P) -> Result<(), CallError> {
        let done: Result<IgnoredAny, _> =
            self.persist(chat, Repeated::Nothing, || self.client.call_for(&payload)).await;
        match done {
            Ok(_) | Err(CallError::NotModified) => Ok(()),
            Err(cause) => Err(cause),
        }
    }

    /// Makes the call until it succeeds, fails for good or [`PATIENCE`] is over.
    async fn persist<T, F>(&self, chat: TelegramId, repeated: Repeated, call: impl Fn() -> F) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let end = Instant::now() + PATIENCE;
        let mut tries = 0;
        loop {
            if repeated == Repeated::TwoMessages {
                let patience = end.saturating_duration_since(Instant::now());
                let late = |retry_after| CallError::TooManyRequests { retry_after };
                self.limiter.turn(chat, patience).await.map_err(late)?;
            }
            let cause = match call().await {
                Ok(done) => return Ok(done),
                Err(cause) => cause,
            };
            let Some(wait) = self.wait_before_retry(chat, repeated, &cause, tries).await else { return Err(cause) };
            if tries >= RETRIES || Instant::now() + wait > end {
                return Err(cause);
            }
            tries += 1;
            tokio::time::sleep(wait).await;
        }
    }

    /// How long to wait before the call is made again; `None` where that would not help or could do harm.
    async fn wait_before_retry(
        &self,
        chat: TelegramId,
        repeated: Repeated,
        cause: &CallError,
        tries: u32,
    ) -> Option<Duration> {
        let back_off = BACK_OFF * 2_u32.pow(tries);
        match (cause, repeated) {
            (CallError::TooManyRequests { retry_after }, _) => {
                self.limiter.pause(chat, *retry_after).await;
                Some(*retry_after)
            }
            (cause, Repeated::Nothing) => cause.is_passing().then_some(back_off),
            (cause, Repeated::TwoMessages) => cause.is_passing_and_undone().then_some(back_off),
        }
    }
}

fn recipient(chat: TelegramId) -> Recipient {
    Recipient::Id(ChatId(chat.0))
}

/// What an edit comes to that found the message as it should be.
fn unchanged(outgoing: &Outgoing, shown: Shown) -> Sent {
    Sent { shown: Shown { kind: outgoing.kind, ..shown }, file_id: None }
}
