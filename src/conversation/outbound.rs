//! What the conversation needs from whoever speaks Telegram's protocol.

use std::time::Duration;

use async_trait::async_trait;

use crate::domain::TelegramId;
use crate::flows::view::{OldScreen, Place, Sent, Shown, View};

/// Brings views to people.
#[async_trait]
pub trait Outbound: Send + Sync {
    /// Shows the view at its place, and returns when it is there.
    async fn deliver(&self, chat: TelegramId, view: &View, place: &Place) -> Result<Sent, SendError>;

    /// Takes an older message of ours, or its buttons, away; by itself, and its failure is nobody's.
    fn retire(&self, chat: TelegramId, old: Shown, then: OldScreen);

    /// Shows for some seconds that a picture is on its way.
    async fn busy(&self, chat: TelegramId);
}

/// Why a view did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The person does not let us write to them.
    #[error("the person has blocked the bot")]
    Blocked,
    /// Telegram asks for patience.
    #[error("too many messages")]
    Wait(Duration),
    /// Trying again may help.
    #[error("Telegram does not answer: {0}")]
    Passing(String),
    /// This view will never be taken.
    #[error("Telegram refuses the message: {0}")]
    Refused(String),
}

/// Answers a press, so that its button stops spinning.
///
/// Only the first answer counts. It goes out by itself: the caller never waits for Telegram. For a deed that is no
/// press it does nothing, so that nobody has to ask which it was.
#[async_trait]
pub trait Answer: Send + Sync {
    /// `toast`: a word shown over the chat for a moment, plain text; what is beyond 200 characters is cut.
    async fn answer(&self, toast: Option<String>);
}

/// For what is no press.
#[derive(Debug, Clone, Copy)]
pub struct NoAnswer;

#[async_trait]
impl Answer for NoAnswer {
    async fn answer(&self, _: Option<String>) {}
}
