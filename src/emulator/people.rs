//! What a person does in their chat, and the updates that Telegram makes of it.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::markup;
use super::pictures::{Picture, plain};
use super::text::Formatted;
use super::transcript;
use super::world::{Invoice, Post, Press, World};

/// Presses without an answer, after which the old ones are swept.
const PRESSES_LIMIT: usize = 10_000;
/// UTF-16 units that the apps put into one message.
const TEXT_LIMIT: usize = 4096;

/// Why a person cannot do this now.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum CannotAct {
    #[error("there is no such person")]
    NoPerson,
    #[error("this person has blocked the bot; unblock it first")]
    Blocked,
    #[error("there is no message {0} in this chat")]
    NoMessage(i64),
    #[error("callback data has 1 to 64 bytes")]
    Data,
    #[error("write something")]
    Empty,
    #[error("there is no text message to edit yet")]
    NothingToEdit,
}

/// Messages that the bot may not know what to do with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Other {
    Sticker,
    Voice,
    Video,
    Location,
    Contact,
    Poll,
    /// The newest text of the person, changed.
    Edited,
    /// Two photos forwarded together.
    ForwardAlbum,
}

/// What a person attaches.
pub(super) enum Attachment {
    Photo(Arc<Picture>),
    File { name: String, mime: String, bytes: Bytes },
}

/// Makes sure that the person is there and has not blocked the bot.
pub(super) fn check(world: &World, id: i64) -> Result<(), CannotAct> {
    match world.people.get(&id) {
        None => Err(CannotAct::NoPerson),
        Some(person) if person.blocked => Err(CannotAct::Blocked),
        Some(_) => Ok(()),
    }
}

/// Sends a text, in several messages when it is long, as the apps do; returns the id of the last update.
pub(super) fn text(world: &mut World, id: i64, text: &str) -> Result<u64, CannotAct> {
    check(world, id)?;
    let mut last = Err(CannotAct::Empty);
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (part, next) = rest.split_at(message_end(rest));
        let mut fields = Map::new();
        Formatted::typed(part).write(&mut fields, "text", "entities");
        last = Ok(say(world, id, fields, true));
        rest = next.trim_start();
    }
    last
}

/// Bytes of the text that go into one message.
fn message_end(text: &str) -> usize {
    let mut units = 0;
    let over = text.char_indices().find(|(_, character)| {
        units += character.len_utf16();
        units > TEXT_LIMIT
    });
    over.map_or(text.len(), |(index, _)| index)
}

/// Sends attachments, several of them as an album; returns the ids of the updates.
pub(super) fn attach(
    world: &mut World,
    id: i64,
    attachments: Vec<Attachment>,
    caption: &str,
) -> Result<Vec<u64>, CannotAct> {
    check(world, id)?;
    if attachments.is_empty() {
        return Err(CannotAct::Empty);
    }
    let album = attachments.len() > 1;
    let group = (20_000_000 + world.serial()).to_string();
    let mut updates = Vec::new();
    for (index, attachment) in attachments.into_iter().enumerate() {
        let (key, value) = match attachment {
            Attachment::Photo(picture) => ("photo", world.files.add_photo(&picture)),
            Attachment::File { name, mime, bytes } => ("document", world.files.add_document(&name, &mime, bytes)),
        };
        let mut fields = Map::from_iter([(key.to_owned(), value)]);
        if album {
            fields.insert("media_group_id".into(), group.clone().into());
        }
        if index == 0 {
            Formatted::typed(caption).write(&mut fields, "caption", "caption_entities");
        }
        updates.push(say(world, id, fields, !album));
    }
    if album && let Some(person) = world.people.get_mut(&id) {
        let mut newest: Vec<_> = person.messages.values().rev().take(updates.len()).map(|m| m.value.clone()).collect();
        newest.reverse();
        let newest: Vec<&Value> = newest.iter().map(AsRef::as_ref).collect();
        person.write(transcript::album(&newest));
    }
    Ok(updates)
}

pub(super) fn other(world: &mut World, id: i64, kind: Other) -> Result<u64, CannotAct> {
    check(world, id)?;
    let file = |world: &mut World, name: &str, mime: &str, fields: Value| {
        world.files.add_other(name, mime, Bytes::from_static(b"not a real recording"), fields)
    };
    let (key, value) = match kind {
        Other::Sticker => {
            let fields = json!({
                "type": "regular", "width": 512, "height": 512, "is_animated": false, "is_video": false, "emoji": "👍",
            });
            ("sticker", file(world, "sticker.webp", "image/webp", fields))
        }
        Other::Voice => {
            ("voice", file(world, "voice.ogg", "audio/ogg", json!({"duration": 3, "mime_type": "audio/ogg"})))
        }
        Other::Video => {
            let fields = json!({"duration": 5, "width": 640, "height": 360, "mime_type": "video/mp4"});
            ("video", file(world, "video.mp4", "video/mp4", fields))
        }
        Other::Location => ("location", json!({"latitude": 48.8584, "longitude": 2.2945})),
        Other::Contact => ("contact", json!({"phone_number": "+10000000000", "first_name": "Contact"})),
        Other::Poll => ("poll", poll(world.serial())),
        Other::Edited => return edit_newest(world, id),
        Other::ForwardAlbum => return Ok(forward_album(world, id)),
    };
    Ok(say(world, id, Map::from_iter([(key.to_owned(), value)]), true))
}

fn poll(serial: u64) -> Value {
    let option = |text: &str| json!({"persistent_id": text, "text": text, "voter_count": 0});
    json!({
        "id": serial.to_string(), "question": "?", "options": [option("1"), option("2")], "total_voter_count": 0,
        "is_closed": false, "is_anonymous": true, "type": "regular", "allows_multiple_answers": false,
    })
}

fn edit_newest(world: &mut World, id: i64) -> Result<u64, CannotAct> {
    let person = world.people.get(&id).ok_or(CannotAct::NoPerson)?;
    let mut own = person.messages.iter().rev().filter(|(_, message)| !message.from_bot);
    let newest = own.find_map(|(number, message)| Some((*number, message.value.get("text")?.as_str()?.to_owned())));
    let (message_id, text) = newest.ok_or(CannotAct::NothingToEdit)?;
    let mut fields = person.messages[&message_id].value.as_object().cloned().unwrap_or_default();
    fields.remove("entities");
    Formatted::typed(&format!("{text} (edited)")).write(&mut fields, "text", "entities");
    let message = world.replace(id, message_id, fields).ok_or(CannotAct::NothingToEdit)?;
    Ok(world.queue.push("edited_message", &message, id))
}

fn forward_album(world: &mut World, id: i64) -> u64 {
    let group = (20_000_000 + world.serial()).to_string();
    let date = chrono::Utc::now().timestamp() - 3600;
    let origin = json!({"type": "hidden_user", "sender_user_name": "Someone", "date": date});
    let mut update_id = 0;
    for color in [[200, 120, 80], [80, 120, 200]] {
        let picture = Picture { width: 640, height: 640, jpeg: plain(color) };
        let photo = world.files.add_photo(&picture);
        let fields = json!({"photo": photo, "media_group_id": group, "forward_origin": origin});
        update_id = say(world, id, fields.as_object().cloned().unwrap_or_default(), true);
    }
    update_id
}

/// Presses a button; `data` is the client's word, as in Telegram, and need not be on the keyboard any more.
pub(super) fn press(world: &mut World, id: i64, message_id: i64, data: &str) -> Result<(String, u64), CannotAct> {
    check(world, id)?;
    if !(1..=64).contains(&data.len()) {
        return Err(CannotAct::Data);
    }
    let press_id = format!("{}{:08}", id, world.serial());
    let last_message = world.last_message();
    let person = world.people.get_mut(&id).ok_or(CannotAct::NoPerson)?;
    let message = match person.messages.get(&message_id) {
        Some(stored) => stored.value.clone(),
        None if (1..=last_message).contains(&message_id) => {
            Arc::new(json!({"chat": person.chat(), "message_id": message_id, "date": 0}))
        }
        None => return Err(CannotAct::NoMessage(message_id)),
    };
    let mut buttons = markup::inline_buttons(&message["reply_markup"]);
    let label = buttons.find(|button| button["callback_data"] == data).and_then(|button| button["text"].as_str());
    let line = match label {
        Some(label) => format!("> (press “{label}”)"),
        None => format!("> (press data “{data}”)"),
    };
    person.acted = person.version;
    person.write(line);
    let query = json!({
        "id": press_id, "from": person.user(), "message": *message, "chat_instance": (id * 7919).to_string(),
        "data": data,
    });
    if world.presses.len() >= PRESSES_LIMIT {
        world.presses.retain(|_, press| press.at.elapsed().as_secs() < 150);
    }
    world.presses.insert(press_id.clone(), Press { person: id, at: Instant::now() });
    let update_id = world.queue.push("callback_query", &query, id);
    world.changed.notify_one();
    Ok((press_id, update_id))
}

/// Blocks or unblocks the bot; `None` when that was so already.
pub(super) fn block(world: &mut World, id: i64, blocked: bool) -> Option<u64> {
    let bot = world.bot_user();
    let person = world.people.get_mut(&id)?;
    if person.blocked == blocked {
        return None;
    }
    person.blocked = blocked;
    person.version += 1;
    person.write(format!("> ({} the bot)", if blocked { "blocks" } else { "unblocks" }));
    let summary = person.summary();
    person.publish("person", || summary.to_string());
    let member = json!({"user": bot, "status": "member"});
    let kicked = json!({"user": bot, "status": "kicked", "until_date": 0});
    let (old, new) = if blocked { (member, kicked) } else { (kicked, member) };
    let change = json!({
        "chat": person.chat(), "from": person.user(), "date": chrono::Utc::now().timestamp(),
        "old_chat_member": old, "new_chat_member": new,
    });
    world.changed.notify_one();
    Some(world.queue.push("my_chat_member", &change, id))
}

/// The invoice of a message, or of the newest that has one.
pub(super) fn invoice(world: &World, id: i64, message_id: Option<i64>) -> Option<Invoice> {
    let messages = &world.people.get(&id)?.messages;
    match message_id {
        Some(message_id) => messages.get(&message_id)?.invoice.clone(),
        None => messages.values().rev().find_map(|message| message.invoice.clone()),
    }
}

/// A message of the person, as an update.
fn say(world: &mut World, id: i64, fields: Map<String, Value>, written: bool) -> u64 {
    let post = Post { written, ..Post::default() };
    let Some(message) = world.post(id, false, fields, post) else { return 0 };
    if let Some(person) = world.people.get_mut(&id) {
        person.acted = person.version;
        person.unread = 0;
    }
    world.queue.push("message", &message, id)
}
