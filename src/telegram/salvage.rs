//! What matters in updates that teloxide's types cannot read.
//!
//! One field that is missing, odd or newer than the types makes a whole message unreadable to them: a voice message
//! without a media type is enough. What was paid or sent must not be lost with it, so that here only what is needed is
//! read.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::translate::{Meaning, is_picture};
use crate::conversation::incoming::{Checkout, Deed, Incoming, IncomingPhoto, Paid, Person, Unusual};
use crate::domain::TelegramId;

#[derive(Deserialize)]
struct Money {
    message: Option<Note>,
    pre_checkout_query: Option<Query>,
}

#[derive(Deserialize)]
struct Note {
    from: Option<Someone>,
    chat: Option<Someone>,
    successful_payment: Option<Payment>,
    refunded_payment: Option<Payment>,
}

#[derive(Deserialize)]
struct Query {
    id: String,
    from: Someone,
    currency: String,
    total_amount: i64,
    invoice_payload: String,
}

/// A user, or the private chat with one: both carry these fields.
#[derive(Deserialize)]
struct Someone {
    id: i64,
    #[serde(default)]
    is_bot: bool,
    #[serde(default)]
    first_name: String,
    username: Option<String>,
    language_code: Option<String>,
}

#[derive(Deserialize)]
struct Payment {
    telegram_payment_charge_id: String,
    invoice_payload: String,
    currency: String,
    total_amount: i64,
}

/// What the update says of money, where it does.
pub(super) fn payment(json: &str, update_id: i64) -> Option<Meaning> {
    let money: Money = serde_json::from_str(json).ok()?;
    if let Some(query) = money.pre_checkout_query {
        let checkout = Checkout {
            query: query.id.clone(),
            person: query.from.person()?,
            payload: query.invoice_payload,
            currency: query.currency,
            amount: query.total_amount,
        };
        return Some(Meaning::Checkout { query: query.id, checkout: Arc::new(checkout) });
    }
    let note = money.message?;
    let deed = match (note.successful_payment, note.refunded_payment) {
        (Some(payment), _) => Deed::Paid(payment.paid()),
        (None, Some(payment)) => Deed::Refunded(payment.paid()),
        (None, None) => return None,
    };
    let person = note.from.and_then(Someone::person).or_else(|| note.chat.and_then(Someone::person))?;
    Some(Meaning::Payment(Arc::new(Incoming { update_id, person, deed })))
}

#[derive(Deserialize)]
struct Written {
    message: Content,
}

#[derive(Deserialize)]
struct Content {
    document: Option<Document>,
    media_group_id: Option<String>,
    sticker: Option<IgnoredAny>,
    voice: Option<IgnoredAny>,
    audio: Option<IgnoredAny>,
    video: Option<IgnoredAny>,
    video_note: Option<IgnoredAny>,
    animation: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Document {
    file_id: String,
    file_unique_id: String,
    file_size: Option<u64>,
    file_name: Option<String>,
    mime_type: Option<String>,
}

/// What the update's message holds, where that can be told.
pub(super) fn content(json: &str) -> Option<Deed> {
    let content = serde_json::from_str::<Written>(json).ok()?.message;
    let album = content.media_group_id;
    let unusual = if content.sticker.is_some() {
        Unusual::Sticker
    } else if content.voice.is_some() || content.audio.is_some() {
        Unusual::Voice
    } else if content.video.is_some() || content.video_note.is_some() || content.animation.is_some() {
        Unusual::Video
    } else {
        return content.document.map(|document| document.deed(album));
    };
    Some(Deed::Other(unusual))
}

impl Document {
    fn deed(self, album: Option<String>) -> Deed {
        if !is_picture(self.mime_type.as_deref(), self.file_name.as_deref()) {
            return Deed::Other(Unusual::File);
        }
        let photo =
            IncomingPhoto { file_id: self.file_id, unique_id: self.file_unique_id, size: self.file_size, album };
        Deed::Photo(photo)
    }
}

impl Someone {
    /// Groups have negative ids, and bots pay for nothing.
    fn person(self) -> Option<Person> {
        (self.id > 0 && !self.is_bot).then_some(Person {
            id: TelegramId(self.id),
            first_name: self.first_name,
            username: self.username,
            language_code: self.language_code,
        })
    }
}

impl Payment {
    fn paid(self) -> Paid {
        Paid {
            charge_id: self.telegram_payment_charge_id,
            payload: self.invoice_payload,
            currency: self.currency,
            amount: self.total_amount,
        }
    }
}
