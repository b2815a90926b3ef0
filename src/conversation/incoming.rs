//! What comes in from a private chat, before it is anybody's protocol.

use crate::domain::{Language, TelegramId};
pub use crate::flows::IncomingPhoto;
use crate::flows::view::Shown;

/// One thing that a person did, under the number that its delivery carries.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// Telegram's `update_id`: the same number is the same deed, delivered again.
    pub update_id: i64,
    pub person: Person,
    pub deed: Deed,
}

/// Who did it, as Telegram describes them at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Also the id of the private chat.
    pub id: TelegramId,
    pub first_name: String,
    /// Without the `@`.
    pub username: Option<String>,
    /// An IETF tag, where Telegram sends one.
    pub language_code: Option<String>,
}

impl Person {
    /// The language that their Telegram speaks, of those that we speak.
    pub fn language(&self) -> Language {
        Language::from_telegram(self.language_code.as_deref())
    }
}

/// What a person did.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Text, a command (`/start …`) or the label of a menu button: as it was written.
    Text(String),
    Photo(IncomingPhoto),
    /// A tap on a button under one of our messages.
    Press {
        /// What the button carried. Comes from the client: anything at all.
        data: String,
        /// The message that it stood under, unless Telegram no longer shows it to us.
        on: Option<Shown>,
    },
    /// Stars have arrived.
    Paid(Paid),
    /// Stars have gone back, by our doing or not.
    Refunded(Paid),
    /// Blocked the bot (`true`) or let it in again (`false`).
    Blocked(bool),
    /// Something that no dialogue takes; named for the answer.
    Other(Unusual),
}

/// What no dialogue takes. Each kind has a text of its own, `unexpected-<kind>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusual {
    Sticker,
    Voice,
    Video,
    /// A document that is not a picture.
    File,
    Anything,
}

/// A payment as Telegram reports it. Nothing in it is believed without our own invoice.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Paid {
    /// `telegram_payment_charge_id`: one payment, one id.
    pub charge_id: String,
    /// What we wrote into the invoice.
    pub payload: String,
    /// `XTR` for Stars.
    pub currency: String,
    /// In whole Stars.
    pub amount: i64,
}

/// Somebody has tapped Pay and waits, at most ten seconds, for a yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// Telegram's name of this tap.
    pub query: String,
    pub person: Person,
    pub payload: String,
    pub currency: String,
    pub amount: i64,
}
