//! Methods that change or remove what the bot has sent.

use serde_json::{Map, Value};

use super::super::error::ApiError;
use super::super::markup;
use super::super::text;
use super::super::world::World;
use super::messages::input_media;
use super::{Call, known, reachable};

/// Bots may delete messages for this long.
const DELETE_WINDOW_SECONDS: i64 = 48 * 60 * 60;
/// What makes up the content of a message, as against its envelope.
const CONTENT: [&str; 8] =
    ["text", "entities", "photo", "document", "caption", "caption_entities", "invoice", "reply_markup"];

pub(super) fn text(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let old = editable(world, call)?;
    let formatted = text::text(&call.params)?;
    if !old.contains_key("text") {
        return Err(ApiError::bad("there is no text in the message to edit"));
    }
    let mut content = Map::new();
    formatted.write(&mut content, "text", "entities");
    finish(world, call, old, content)
}

pub(super) fn caption(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let old = editable(world, call)?;
    let Some(media) = ["photo", "document"].into_iter().find(|key| old.contains_key(*key)) else {
        return Err(ApiError::bad("there is no caption in the message to edit"));
    };
    let mut content = Map::from_iter([(media.to_owned(), old[media].clone())]);
    text::caption(&call.params)?.write(&mut content, "caption", "caption_entities");
    finish(world, call, old, content)
}

pub(super) fn media(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let old = editable(world, call)?;
    if old.contains_key("invoice") {
        return Err(ApiError::bad("message can't be edited"));
    }
    let content = input_media(world, call, call.params.get("media").unwrap_or(&Value::Null))?;
    finish(world, call, old, content)
}

pub(super) fn markup(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let old = editable(world, call)?;
    let kept = old.iter().filter(|(key, _)| CONTENT.contains(&key.as_str()) && *key != "reply_markup");
    let content = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
    finish(world, call, old, content)
}

pub(super) fn delete(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let person = known(world, call)?;
    let (chat, message_id) = (person.id, call.i64("message_id").unwrap_or(0));
    let message = person.messages.get(&message_id).ok_or_else(|| ApiError::bad("message to delete not found"))?;
    if is_old(&message.value) {
        return Err(ApiError::bad("message can't be deleted for everyone"));
    }
    Ok(Value::Bool(world.delete(chat, message_id)))
}

/// Ids that are not there are passed over, as in Telegram.
pub(super) fn delete_many(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let person = known(world, call)?;
    let chat = person.id;
    let ids: Vec<i64> = call.list("message_ids").iter().filter_map(Value::as_i64).collect();
    if !(1..=100).contains(&ids.len()) {
        return Err(ApiError::bad("too many message identifiers specified"));
    }
    let young = |id: &i64| person.messages.get(id).is_some_and(|message| !is_old(&message.value));
    let found: Vec<i64> = ids.into_iter().filter(young).collect();
    for id in found {
        world.delete(chat, id);
    }
    Ok(Value::Bool(true))
}

fn is_old(message: &Value) -> bool {
    message["date"].as_i64().unwrap_or(0) + DELETE_WINDOW_SECONDS < chrono::Utc::now().timestamp()
}

/// The fields of the bot's own message that the call names.
fn editable(world: &mut World, call: &Call) -> Result<Map<String, Value>, ApiError> {
    if call.params.contains_key("inline_message_id") {
        return Err(ApiError::bad("not emulated: inline messages"));
    }
    if !call.params.contains_key("chat_id") {
        return Err(ApiError::bad("chat_id is empty"));
    }
    let Some(message_id) = call.i64("message_id") else {
        return Err(ApiError::bad("message identifier is not specified"));
    };
    let person = reachable(world, call)?;
    let stored = person.messages.get(&message_id).ok_or_else(|| ApiError::bad("message to edit not found"))?;
    if !stored.from_bot {
        return Err(ApiError::bad("message can't be edited"));
    }
    Ok(stored.value.as_object().cloned().unwrap_or_default())
}

/// Puts the new content in place of the old; without `reply_markup` the keyboard goes.
fn finish(
    world: &mut World,
    call: &Call,
    old: Map<String, Value>,
    mut content: Map<String, Value>,
) -> Result<Value, ApiError> {
    if let Some(keyboard) = markup::read_inline(&call.params)? {
        content.insert("reply_markup".into(), keyboard);
    }
    if CONTENT.iter().all(|key| old.get(*key) == content.get(*key)) {
        return Err(ApiError::bad(
            "message is not modified: specified new message content and reply markup are exactly the same as a current \
             content and reply markup of the message",
        ));
    }
    let message_id = call.i64("message_id").unwrap_or(0);
    let mut fields = old;
    fields.retain(|key, _| !CONTENT.contains(&key.as_str()));
    fields.extend(content);
    let edited = world.replace(call.chat_id().unwrap_or(0), message_id, fields);
    edited.map(|message| Value::clone(&message)).ok_or_else(|| ApiError::bad("message to edit not found"))
}
