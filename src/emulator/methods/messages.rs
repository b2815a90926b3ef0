//! Methods that put something new into a chat.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::error::ApiError;
use super::super::files::Kind;
use super::super::markup::{self, Markup};
use super::super::text;
use super::super::world::{Post, World};
use super::{Call, known, reachable};

const DOCUMENT_BYTES_LIMIT: usize = 50 * 1024 * 1024;
const CHAT_ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

pub(super) fn send_message(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    reachable(world, call)?;
    let markup = markup::read(&call.params)?;
    let mut fields = Map::new();
    text::text(&call.params)?.write(&mut fields, "text", "entities");
    send(world, call, fields, markup)
}

pub(super) fn send_photo(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    reachable(world, call)?;
    let markup = markup::read(&call.params)?;
    let mut fields = Map::new();
    text::caption(&call.params)?.write(&mut fields, "caption", "caption_entities");
    fields.insert("photo".into(), photo(world, call, call.str("photo").unwrap_or_default())?);
    send(world, call, fields, markup)
}

pub(super) fn send_document(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    reachable(world, call)?;
    let markup = markup::read(&call.params)?;
    let mut fields = Map::new();
    text::caption(&call.params)?.write(&mut fields, "caption", "caption_entities");
    fields.insert("document".into(), document(world, call, call.str("document").unwrap_or_default())?);
    send(world, call, fields, markup)
}

pub(super) fn send_media_group(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    reachable(world, call)?;
    let items = call.list("media");
    if !(2..=10).contains(&items.len()) {
        return Err(ApiError::bad("wrong number of items in media group; must include 2-10 items"));
    }
    let documents = items.iter().filter(|item| item["type"] == "document").count();
    if documents != 0 && documents != items.len() {
        return Err(ApiError::bad("documents can't be mixed with other media types"));
    }
    let contents = items.iter().map(|item| input_media(world, call, item)).collect::<Result<Vec<_>, _>>()?;
    let group = (10_000_000 + world.serial()).to_string();
    let mut sent = Vec::new();
    for mut fields in contents {
        fields.insert("media_group_id".into(), group.clone().into());
        sent.push(send(world, call, fields, Markup::None)?);
    }
    Ok(Value::Array(sent))
}

/// The message fields that an `InputMedia…` object stands for.
pub(super) fn input_media(world: &mut World, call: &Call, media: &Value) -> Result<Map<String, Value>, ApiError> {
    let object = media.as_object().ok_or_else(|| ApiError::bad("can't parse media JSON object"))?;
    let mut fields = Map::new();
    text::caption(object)?.write(&mut fields, "caption", "caption_entities");
    let source = media["media"].as_str().unwrap_or_default();
    let (key, value) = match media["type"].as_str() {
        Some("photo") => ("photo", photo(world, call, source)?),
        Some("document") => ("document", document(world, call, source)?),
        other => return Err(ApiError::bad(format!("not emulated: media of type {}", other.unwrap_or("none")))),
    };
    fields.insert(key.into(), value);
    Ok(fields)
}

pub(super) fn copy_message(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    reachable(world, call)?;
    let markup = markup::read(&call.params)?;
    let from = call.i64("from_chat_id").and_then(|id| world.people.get(&id));
    let source =
        from.ok_or_else(|| ApiError::bad("chat not found"))?.messages.get(&call.i64("message_id").unwrap_or(0));
    let original = source.ok_or_else(|| ApiError::bad("message to copy not found"))?.value.clone();
    const COPIED: [&str; 6] = ["text", "entities", "photo", "document", "caption", "caption_entities"];
    let copied = COPIED.iter().filter_map(|key| Some((key.to_string(), original.get(*key)?.clone())));
    let mut fields: Map<String, Value> = copied.collect();
    if !["text", "photo", "document"].iter().any(|key| fields.contains_key(*key)) {
        return Err(ApiError::bad("message can't be copied"));
    }
    if call.params.contains_key("caption") && !fields.contains_key("text") {
        fields.retain(|key, _| !key.starts_with("caption"));
        text::caption(&call.params)?.write(&mut fields, "caption", "caption_entities");
    }
    let sent = send(world, call, fields, markup)?;
    Ok(json!({"message_id": sent["message_id"]}))
}

pub(super) fn send_chat_action(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let action = call.str("action").unwrap_or_default();
    if !CHAT_ACTIONS.contains(&action) {
        return Err(ApiError::bad("wrong parameter action in request"));
    }
    reachable(world, call)?.publish("action", || json!({"action": action}).to_string());
    Ok(Value::Bool(true))
}

pub(super) fn set_reaction(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let person = known(world, call)?;
    let message_id = call.i64("message_id").unwrap_or(0);
    if !person.messages.contains_key(&message_id) {
        return Err(ApiError::bad("message to react not found"));
    }
    let emoji: Vec<&str> = call.list("reaction").iter().filter_map(|reaction| reaction["emoji"].as_str()).collect();
    person.write(format!("< (reaction {})", if emoji.is_empty() { "none".into() } else { emoji.join(" ") }));
    Ok(Value::Bool(true))
}

/// Posts a message of the bot; the caller has made sure that the person is reachable.
pub(super) fn send(
    world: &mut World,
    call: &Call,
    mut fields: Map<String, Value>,
    markup: Markup,
) -> Result<Value, ApiError> {
    add_reply(world, call, &mut fields)?;
    if call.flag("protect_content") {
        fields.insert("has_protected_content".into(), true.into());
    }
    let chat = call.chat_id().unwrap_or(0);
    let sent = world.post(chat, true, fields, Post { markup, ..Post::default() });
    sent.map(|message| Value::clone(&message)).ok_or_else(|| ApiError::bad("chat not found"))
}

pub(super) fn add_reply(world: &mut World, call: &Call, fields: &mut Map<String, Value>) -> Result<(), ApiError> {
    let Some(reply) = call.params.get("reply_parameters") else { return Ok(()) };
    let person = known(world, call)?;
    match reply["message_id"].as_i64().and_then(|id| person.messages.get(&id)) {
        Some(original) => {
            let mut original = Value::clone(&original.value);
            if let Some(original) = original.as_object_mut() {
                original.remove("reply_to_message");
            }
            fields.insert("reply_to_message".into(), original);
            Ok(())
        }
        None if reply["allow_sending_without_reply"] == true => Ok(()),
        None => Err(ApiError::bad("message to be replied not found")),
    }
}

fn photo(world: &mut World, call: &Call, source: &str) -> Result<Value, ApiError> {
    if let Some(picture) = call.pictures.get(source) {
        return Ok(world.files.add_photo(&Arc::clone(picture)));
    }
    if source.starts_with("attach://") || source.is_empty() {
        return Err(ApiError::bad("there is no photo in the request"));
    }
    world.files.again(source, Kind::Photo)
}

fn document(world: &mut World, call: &Call, source: &str) -> Result<Value, ApiError> {
    let Some(part) = source.strip_prefix("attach://") else {
        return if source.is_empty() {
            Err(ApiError::bad("there is no document in the request"))
        } else {
            world.files.again(source, Kind::Document)
        };
    };
    let upload = call.uploads.get(part).ok_or_else(|| ApiError::bad("there is no document in the request"))?;
    match upload.bytes.len() {
        0 => Err(ApiError::bad("file must be non-empty")),
        size if size > DOCUMENT_BYTES_LIMIT => Err(ApiError::new(413, "Request Entity Too Large")),
        _ => Ok(world.files.add_document(&upload.name, &upload.mime, upload.bytes.clone())),
    }
}
