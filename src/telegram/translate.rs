//! From an update's JSON to what it means to us.
//!
//! Each update is read by itself, so that one which nobody understands takes no other with it. It is read with
//! `from_str` only: by way of a `serde_json::Value`, teloxide's `Update` silently comes out as an error.

use std::sync::Arc;

use serde::Deserialize;
use teloxide::types::{
    CallbackQuery, Chat, ChatMemberKind, ChatMemberUpdated, Document, FileMeta, MaybeInaccessibleMessage, MediaKind,
    Message, MessageCommon, MessageKind, PhotoSize, PreCheckoutQuery, Update, UpdateKind, User,
};

use crate::conversation::incoming::{Checkout, Deed, Incoming, IncomingPhoto, Paid, Person, Unusual};
use crate::domain::TelegramId;
use crate::flows::view::{Shown, ShownKind};

use super::salvage;

/// Telegram lets nobody write more than 4,096 characters; whoever claims to is cut here, in bytes.
const TEXT_LIMIT: usize = 8 * 1024;

/// What an update asks of us. Cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    /// Somebody waits for a yes to a payment; `query` names the answer.
    Checkout { query: String, checkout: Arc<Checkout> },
    /// Stars came or went.
    Payment(Arc<Incoming>),
    /// A tap on a button of ours; `query` names the answer.
    Press { query: String, incoming: Arc<Incoming> },
    /// Anything else that a person does in the private chat.
    Deed(Arc<Incoming>),
    /// A group calls the bot.
    GroupCall { chat: i64, language_code: Option<String> },
    /// A tap on a button in a chat that is not private: stops spinning, and that is all.
    StrayPress { query: String },
    /// Ignored on purpose.
    Ignored(Ignored),
}

/// What is ignored on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    /// A correction of a message that has been handled as it was.
    Edited,
    /// A channel has no conversation.
    Channel,
    /// What is said in a group, but not to us; comings and goings there.
    Group,
    /// A bot, a channel or an anonymous admin: no person to talk to.
    NoPerson,
    /// Telegram's own notes in a chat: something was pinned, a timer set.
    Service,
    /// A kind of update that was not asked for, or is newer than this program.
    Unknown,
}

impl Ignored {
    pub const ALL: [Self; 6] = [Self::Edited, Self::Channel, Self::Group, Self::NoPerson, Self::Service, Self::Unknown];

    /// The kind's name in the counters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::Channel => "channel",
            Self::Group => "group",
            Self::NoPerson => "no_person",
            Self::Service => "service",
            Self::Unknown => "unknown",
        }
    }
}

/// The number of an update, read before anything else of it; `None` where even that cannot be read.
pub fn update_id(json: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Numbered {
        update_id: i64,
    }
    serde_json::from_str::<Numbered>(json).ok().map(|numbered| numbered.update_id)
}

/// What the update means. `username` is the bot's own, without the `@`.
pub fn meaning(json: &str, update_id: i64, username: &str) -> Meaning {
    let kind = serde_json::from_str::<Update>(json).map(|update| update.kind);
    match kind {
        Ok(UpdateKind::Message(message)) if is_unread(&message) => {
            salvage::payment(json, update_id).unwrap_or_else(|| of_unread(message, json, update_id, username))
        }
        Ok(UpdateKind::Message(message)) => of_message(message, update_id, username),
        Ok(UpdateKind::CallbackQuery(press)) => of_press(press, update_id),
        Ok(UpdateKind::PreCheckoutQuery(query)) => of_checkout(query),
        Ok(UpdateKind::MyChatMember(change)) => of_membership(change, update_id),
        Ok(UpdateKind::EditedMessage(_)) => Meaning::Ignored(Ignored::Edited),
        Ok(UpdateKind::ChannelPost(_) | UpdateKind::EditedChannelPost(_)) => Meaning::Ignored(Ignored::Channel),
        Ok(_) | Err(_) => salvage::payment(json, update_id).unwrap_or(Meaning::Ignored(Ignored::Unknown)),
    }
}

/// Whether teloxide's types made nothing of the message's content.
fn is_unread(message: &Message) -> bool {
    matches!(message.kind, MessageKind::Empty {})
}

/// As [`of_message`], with what can still be made out of the content.
fn of_unread(message: Message, json: &str, update_id: i64, username: &str) -> Meaning {
    match of_message(message, update_id, username) {
        Meaning::Deed(incoming) => {
            let deed = salvage::content(json).unwrap_or_else(|| incoming.deed.clone());
            Meaning::Deed(Arc::new(Incoming { deed, ..Incoming::clone(&incoming) }))
        }
        meaning => meaning,
    }
}

fn person(user: &User) -> Option<Person> {
    let nobody = user.is_bot || user.is_anonymous() || user.is_channel() || user.is_telegram();
    (!nobody).then(|| Person {
        id: TelegramId(user.id.0.cast_signed()),
        first_name: user.first_name.clone(),
        username: user.username.clone(),
        language_code: user.language_code.clone(),
    })
}

/// Who a private chat is with. The note of a refund may come in the bot's own name.
fn chat_partner(chat: &Chat) -> Option<Person> {
    chat.is_private().then(|| Person {
        id: TelegramId(chat.id.0),
        first_name: chat.first_name().unwrap_or_default().to_owned(),
        username: chat.username().map(str::to_owned),
        language_code: None,
    })
}

fn of_message(message: Message, update_id: i64, username: &str) -> Meaning {
    let sender = message.from.as_ref().filter(|_| message.sender_chat.is_none()).and_then(person);
    if let Some(deed) = payment(&message.kind) {
        return match sender.or_else(|| chat_partner(&message.chat)) {
            Some(person) => Meaning::Payment(Arc::new(Incoming { update_id, person, deed })),
            None => Meaning::Ignored(Ignored::NoPerson),
        };
    }
    let Some(person) = sender else { return Meaning::Ignored(Ignored::NoPerson) };
    if !message.chat.is_private() {
        return of_group(&message, &person, username);
    }
    match deed(message.kind) {
        Some(deed) => Meaning::Deed(Arc::new(Incoming { update_id, person, deed })),
        None => Meaning::Ignored(Ignored::Service),
    }
}

fn payment(kind: &MessageKind) -> Option<Deed> {
    match kind {
        MessageKind::SuccessfulPayment(message) => {
            let paid = &message.successful_payment;
            Some(Deed::Paid(Paid {
                charge_id: paid.telegram_payment_charge_id.0.clone(),
                payload: paid.invoice_payload.clone(),
                currency: paid.currency.clone(),
                amount: paid.total_amount.into(),
            }))
        }
        MessageKind::RefundedPayment(message) => {
            let paid = &message.refunded_payment;
            Some(Deed::Refunded(Paid {
                charge_id: paid.telegram_payment_charge_id.0.clone(),
                payload: paid.invoice_payload.clone(),
                currency: paid.currency.clone(),
                amount: paid.total_amount.into(),
            }))
        }
        _ => None,
    }
}

/// What a message in the private chat does; `None` for Telegram's own notes.
fn deed(kind: MessageKind) -> Option<Deed> {
    match kind {
        MessageKind::Common(common) => of_content(common),
        MessageKind::Dice(_)
        | MessageKind::UsersShared(_)
        | MessageKind::ChatShared(_)
        | MessageKind::WebAppData(_)
        | MessageKind::PassportData(_)
        | MessageKind::Empty {} => Some(Deed::Other(Unusual::Anything)),
        _ => None,
    }
}

fn of_content(common: MessageCommon) -> Option<Deed> {
    Some(match common.media_kind {
        MediaKind::Text(content) => Deed::Text(cut_bytes(content.text)),
        MediaKind::Photo(content) => match largest(&content.photo) {
            Some(size) => Deed::Photo(photo(&size.file, content.media_group_id.map(|album| album.0))),
            None => Deed::Other(Unusual::Anything),
        },
        MediaKind::Document(content) if document_is_picture(&content.document) => {
            Deed::Photo(photo(&content.document.file, content.media_group_id.map(|album| album.0)))
        }
        MediaKind::Document(_) => Deed::Other(Unusual::File),
        MediaKind::Sticker(_) => Deed::Other(Unusual::Sticker),
        MediaKind::Voice(_) | MediaKind::Audio(_) => Deed::Other(Unusual::Voice),
        MediaKind::Video(_) | MediaKind::VideoNote(_) | MediaKind::Animation(_) => Deed::Other(Unusual::Video),
        MediaKind::Migration(_) => return None,
        _ => Deed::Other(Unusual::Anything),
    })
}

/// A message holds one picture in several sizes.
fn largest(sizes: &[PhotoSize]) -> Option<&PhotoSize> {
    sizes.iter().max_by_key(|size| u64::from(size.width) * u64::from(size.height))
}

fn photo(file: &FileMeta, album: Option<String>) -> IncomingPhoto {
    // teloxide's word for a size that Telegram did not tell.
    let size = (file.size != u32::MAX).then_some(u64::from(file.size));
    IncomingPhoto { file_id: file.id.0.clone(), unique_id: file.unique_id.0.clone(), size, album }
}

fn document_is_picture(document: &Document) -> bool {
    is_picture(document.mime_type.as_ref().map(AsRef::as_ref), document.file_name.as_deref())
}

/// Whether a document is a picture, by what it says of itself; the pixels are looked at later.
pub(super) fn is_picture(mime: Option<&str>, name: Option<&str>) -> bool {
    const ENDINGS: [&str; 11] = ["jpg", "jpeg", "png", "webp", "heic", "heif", "avif", "gif", "bmp", "tif", "tiff"];
    let ending = name.and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
    mime.is_some_and(|mime| mime.starts_with("image/"))
        || ending.is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

fn cut_bytes(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(TEXT_LIMIT));
    text
}

/// In a group the bot says where it can be talked to, when called by its name, and is silent otherwise.
fn of_group(message: &Message, person: &Person, username: &str) -> Meaning {
    let text = message.text().or(message.caption()).unwrap_or_default();
    if message.chat.is_channel() || !calls(text, username) {
        return Meaning::Ignored(Ignored::Group);
    }
    Meaning::GroupCall { chat: message.chat.id.0, language_code: person.language_code.clone() }
}

/// Whether the text holds `@username`, alone or after a command, as a whole word.
fn calls(text: &str, username: &str) -> bool {
    let part_of_name = |byte: char| byte.is_ascii_alphanumeric() || byte == '_';
    !username.is_empty()
        && text.split('@').skip(1).any(|rest| {
            let end = rest.find(|letter| !part_of_name(letter)).unwrap_or(rest.len());
            rest[..end].eq_ignore_ascii_case(username)
        })
}

fn of_press(press: CallbackQuery, update_id: i64) -> Meaning {
    let query = press.id.0;
    let in_private = press.message.as_ref().is_none_or(|message| message.chat().is_private());
    let Some(person) = person(&press.from).filter(|_| in_private) else {
        return Meaning::StrayPress { query };
    };
    let on = press.message.as_ref().and_then(shown);
    let deed = Deed::Press { data: cut_bytes(press.data.unwrap_or_default()), on };
    Meaning::Press { query, incoming: Arc::new(Incoming { update_id, person, deed }) }
}

fn shown(message: &MaybeInaccessibleMessage) -> Option<Shown> {
    let message = message.regular_message()?;
    let kind = match &message.kind {
        MessageKind::Common(MessageCommon { media_kind: MediaKind::Text(_), .. }) => ShownKind::Text,
        MessageKind::Common(MessageCommon { media_kind: MediaKind::Photo(_), .. }) => ShownKind::Photo,
        _ => ShownKind::Other,
    };
    Some(Shown { message_id: message.id.0, kind })
}

fn of_checkout(query: PreCheckoutQuery) -> Meaning {
    let Some(person) = person(&query.from) else { return Meaning::Ignored(Ignored::NoPerson) };
    let checkout = Checkout {
        query: query.id.0.clone(),
        person,
        payload: query.invoice_payload,
        currency: query.currency,
        amount: query.total_amount.into(),
    };
    Meaning::Checkout { query: query.id.0, checkout: Arc::new(checkout) }
}

fn of_membership(change: ChatMemberUpdated, update_id: i64) -> Meaning {
    if !change.chat.is_private() {
        return Meaning::Ignored(Ignored::Group);
    }
    let Some(person) = person(&change.from) else { return Meaning::Ignored(Ignored::NoPerson) };
    let blocked = matches!(change.new_chat_member.kind, ChatMemberKind::Banned(_) | ChatMemberKind::Left);
    Meaning::Deed(Arc::new(Incoming { update_id, person, deed: Deed::Blocked(blocked) }))
}

#[cfg(test)]
#[path = "translate_tests.rs"]
mod tests;
