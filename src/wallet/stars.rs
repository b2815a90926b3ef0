//! Telegram's side of the Stars, as the wallet needs it.

use std::time::Duration;

use async_trait::async_trait;

use crate::database::Time;
use crate::domain::TelegramId;

/// Telegram's book of Stars, and its way back.
#[async_trait]
pub trait Stars: Send + Sync {
    /// The next movements, oldest first, after the first `skip`; none when there are no more.
    async fn movements(&self, skip: u32) -> Result<Vec<Movement>, StarsError>;

    /// Gives the Stars of a charge back to who paid them. Also fine when they are back already.
    async fn give_back(&self, payer: TelegramId, charge_id: &str) -> Result<(), StarsError>;
}

/// Why Telegram did not do its part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StarsError {
    /// Telegram asks for patience.
    #[error("too many requests")]
    Wait(Duration),
    /// Trying again may help.
    #[error("Telegram does not answer: {0}")]
    Passing(String),
    /// It will never be done.
    #[error("Telegram refuses: {0}")]
    Refused(String),
}

/// Stars that came in or went out, by Telegram's word. A refund has the id of its payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    pub id: String,
    pub stars: i64,
    pub at: Time,
    /// To us; otherwise from us.
    pub incoming: bool,
    pub partner: Partner,
}

/// Who stands on the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Partner {
    /// A person with an invoice of ours, as Telegram describes them.
    Payer {
        person: TelegramId,
        first_name: String,
        username: Option<String>,
        language_code: Option<String>,
        payload: String,
    },
    /// The owner's own business at Telegram: withdrawals, advertising, paid broadcasts.
    Owner,
    /// Anything else, by Telegram's name.
    Other(String),
}
