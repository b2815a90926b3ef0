//! Where Telegram's door and the conversation meet: each side's trait, answered by the other.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::conversation::incoming::{Checkout, Incoming, Person};
use crate::conversation::{Answer, Conversation, Outbound, SendError};
use crate::domain::{Language, TelegramId};
use crate::flows::view::{OldScreen, Place, Sent, Shown, View};
use crate::flows::{FetchError, Files};
use crate::telegram::{self, CallError, Client, Courier, DownloadError, Handled, Talk};
use crate::text::Args;
use crate::wallet::{Movement, Stars, StarsError};

/// The conversation as the door sees it.
pub(super) struct Door {
    conversation: Arc<Conversation>,
    /// The bot's own, without the `@`.
    username: String,
}

impl Door {
    pub(super) fn new(conversation: Arc<Conversation>, username: String) -> Self {
        Self { conversation, username }
    }
}

#[async_trait]
impl Talk for Door {
    async fn handle(&self, incoming: Incoming, answer: &dyn Answer) -> anyhow::Result<Handled> {
        let repeated = self.conversation.handle(incoming, answer).await?;
        Ok(if repeated { Handled::Repeated } else { Handled::Done })
    }

    fn busy_toast(&self, person: &Person) -> String {
        self.conversation.plain(person.language(), "toast-busy")
    }

    async fn checkout(&self, checkout: Checkout) -> Result<(), String> {
        self.conversation.checkout(&checkout).await
    }

    fn private_only(&self, language_code: Option<&str>) -> String {
        let language = Language::from_telegram(language_code);
        let args = Args::default().text("bot", &self.username);
        self.conversation.world().texts.plain(language, "error-private-only", &args)
    }

    fn trouble(&self, person: &Person) -> View {
        self.conversation.trouble(person.language())
    }
}

#[async_trait]
impl Outbound for Courier {
    async fn deliver(&self, chat: TelegramId, view: &View, place: &Place) -> Result<Sent, SendError> {
        Courier::deliver(self, chat, view, place).await.map_err(|cause| match cause {
            CallError::Blocked(_) => SendError::Blocked,
            CallError::TooManyRequests { retry_after } => SendError::Wait(retry_after),
            CallError::Server(_) | CallError::Network { .. } | CallError::Conflict(_) | CallError::Unauthorized => {
                SendError::Passing(cause.to_string())
            }
            CallError::Gone(_) | CallError::NotModified | CallError::TooOld | CallError::BadRequest(_) => {
                SendError::Refused(cause.to_string())
            }
        })
    }

    fn retire(&self, chat: TelegramId, old: Shown, then: OldScreen) {
        Courier::retire(self, chat, old, then);
    }

    async fn busy(&self, chat: TelegramId) {
        self.typing(chat, teloxide::types::ChatAction::UploadPhoto).await;
    }
}

#[async_trait]
impl Files for Client {
    async fn download(&self, file_id: &str, limit: usize) -> Result<Bytes, FetchError> {
        Client::download(self, file_id, limit as u64).await.map_err(|cause| match cause {
            DownloadError::TooLarge => FetchError::TooLarge,
            cause => {
                tracing::warn!(error = %cause, "a person's file could not be fetched");
                FetchError::Unreachable
            }
        })
    }
}

#[async_trait]
impl Stars for Client {
    async fn movements(&self, skip: u32) -> Result<Vec<Movement>, StarsError> {
        telegram::stars::movements(self, skip).await.map_err(no_stars)
    }

    async fn give_back(&self, payer: TelegramId, charge_id: &str) -> Result<(), StarsError> {
        telegram::stars::refund(self, payer, charge_id).await.map_err(no_stars)
    }
}

fn no_stars(cause: CallError) -> StarsError {
    match cause {
        CallError::TooManyRequests { retry_after } => StarsError::Wait(retry_after),
        CallError::BadRequest(reason) => StarsError::Refused(reason),
        cause => StarsError::Passing(cause.to_string()),
    }
}
