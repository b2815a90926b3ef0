//! Methods about the bot itself: its names, descriptions and commands.

use serde_json::{Value, json};

use super::super::error::ApiError;
use super::super::world::World;
use super::{Call, known};

pub(super) fn get_me(world: &World) -> Value {
    let mut me = world.bot_user();
    for (key, value) in [
        ("can_join_groups", true),
        ("can_read_all_group_messages", false),
        ("supports_inline_queries", false),
        ("can_connect_to_business", false),
        ("has_main_web_app", false),
    ] {
        me[key] = value.into();
    }
    me
}

pub(super) fn get_chat(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let mut chat = known(world, call)?.chat();
    chat["accent_color_id"] = 0.into();
    chat["max_reaction_count"] = 11.into();
    let gifts = ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"];
    chat["accepted_gift_types"] = gifts.into_iter().map(|kind| (kind.to_owned(), Value::Bool(true))).collect();
    Ok(chat)
}

pub(super) fn set_commands(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let commands = call.list("commands");
    if commands.len() > 100 {
        return Err(ApiError::bad("BOT_COMMANDS_TOO_MUCH"));
    }
    for command in commands {
        let name = command["command"].as_str().unwrap_or_default();
        let name = name.strip_prefix('/').unwrap_or(name);
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !(1..=32).contains(&name.len()) || !name.chars().all(fits) {
            return Err(ApiError::bad("BOT_COMMAND_INVALID"));
        }
        let description = command["description"].as_str().unwrap_or_default().chars().count();
        if !(1..=256).contains(&description) {
            return Err(ApiError::bad("BOT_COMMAND_DESCRIPTION_INVALID"));
        }
    }
    let key = commands_key(call)?;
    world.commands.insert(key, commands.to_vec());
    world.changed.notify_one();
    Ok(Value::Bool(true))
}

pub(super) fn get_commands(world: &World, call: &Call) -> Result<Value, ApiError> {
    Ok(world.commands.get(&commands_key(call)?).cloned().unwrap_or_default().into())
}

pub(super) fn delete_commands(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    world.commands.remove(&commands_key(call)?);
    world.changed.notify_one();
    Ok(Value::Bool(true))
}

/// The commands that a person sees: the narrowest scope first, with the language before without.
pub(in super::super) fn commands_of(world: &World, person: i64, language_code: &str) -> Vec<Value> {
    let language = language_code.split('-').next().unwrap_or_default().to_lowercase();
    let scopes = [format!("chat:{person}"), "all_private_chats:".into(), "default:".into()];
    let keys = scopes.iter().flat_map(|scope| [format!("{scope}/{language}"), format!("{scope}/")]);
    keys.filter_map(|key| world.commands.get(&key)).find(|list| !list.is_empty()).cloned().unwrap_or_default()
}

fn commands_key(call: &Call) -> Result<String, ApiError> {
    let scope = call.params.get("scope");
    let kind = scope.and_then(|scope| scope["type"].as_str()).unwrap_or("default");
    let chat = scope.map(|scope| &scope["chat_id"]).filter(|chat| !chat.is_null());
    let language = call.str("language_code").unwrap_or_default();
    if !(language.is_empty() || language.len() == 2 && language.chars().all(|c| c.is_ascii_lowercase())) {
        return Err(ApiError::bad("invalid language code specified"));
    }
    Ok(format!("{kind}:{}/{language}", chat.map(ToString::to_string).unwrap_or_default()))
}

pub(super) fn set_text(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let (key, limit) = text_of(&call.method);
    let text = call.str(key).unwrap_or_default();
    if text.chars().count() > limit {
        return Err(ApiError::bad(format!("bot {} is too long", key.replace('_', " "))));
    }
    let language = call.str("language_code").unwrap_or_default();
    if key == "name" && language.is_empty() && !text.is_empty() {
        world.bot.first_name = text.to_owned();
    }
    world.texts.insert(format!("{key}/{language}"), text.to_owned());
    world.changed.notify_one();
    Ok(Value::Bool(true))
}

pub(super) fn get_text(world: &World, call: &Call) -> Value {
    let (key, _) = text_of(&call.method);
    let get = |language: &str| world.texts.get(&format!("{key}/{language}")).filter(|text| !text.is_empty());
    let text = get(call.str("language_code").unwrap_or_default()).or_else(|| get("")).cloned();
    let fallback = if key == "name" { world.bot.first_name.clone() } else { String::new() };
    json!({key: text.unwrap_or(fallback)})
}

/// The parameter of a `…My…` method and its limit in characters.
fn text_of(method: &str) -> (&'static str, usize) {
    match method {
        "setMyName" | "getMyName" => ("name", 64),
        "setMyShortDescription" | "getMyShortDescription" => ("short_description", 120),
        _ => ("description", 512),
    }
}
