//! Methods about updates and the queries that wait for an answer.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::error::ApiError;
use super::super::queue::Webhook;
use super::super::text::utf16;
use super::super::world::World;
use super::Call;

/// How long a press can be answered.
const PRESS_LIFETIME: Duration = Duration::from_secs(150);

pub(super) fn set_webhook(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let url = call.str("url").unwrap_or_default();
    if url.is_empty() {
        return Ok(delete_webhook(world, call));
    }
    let secret = call.str("secret_token").map(str::to_owned);
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if secret.as_ref().is_some_and(|secret| !(1..=256).contains(&secret.len()) || !secret.chars().all(legal)) {
        return Err(ApiError::bad("secret token contains unallowed characters"));
    }
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(ApiError::bad("bad webhook: An HTTPS URL must be provided for webhook"));
    }
    if let Some(allowed) = call.params.get("allowed_updates") {
        world.queue.allowed = names(allowed);
    }
    if call.flag("drop_pending_updates") {
        world.queue.clear();
    }
    let connections = call.i64("max_connections").unwrap_or(40).clamp(1, 100);
    let max_connections = usize::try_from(connections).unwrap_or(40);
    let serial = world.serial();
    world.queue.webhook = Some(Webhook { url: url.into(), secret, max_connections, last_error: None, serial });
    // As with the official server, a webhook that is set anew is tried at once.
    world.queue.try_now();
    // A waiting poll ends with a conflict, and the pusher wakes.
    world.queue.polls += 1;
    world.queue.arrived.notify_waiters();
    world.changed.notify_one();
    Ok(Value::Bool(true))
}

pub(super) fn delete_webhook(world: &mut World, call: &Call) -> Value {
    world.queue.webhook = None;
    if call.flag("drop_pending_updates") {
        world.queue.clear();
    }
    world.queue.arrived.notify_waiters();
    world.changed.notify_one();
    Value::Bool(true)
}

pub(super) fn webhook_info(world: &World) -> Value {
    let mut info = json!({
        "url": "", "has_custom_certificate": false, "pending_update_count": world.queue.len(),
    });
    if let Some(webhook) = &world.queue.webhook {
        info["url"] = webhook.url.clone().into();
        info["max_connections"] = webhook.max_connections.into();
        if let Some((date, message)) = &webhook.last_error {
            info["last_error_date"] = (*date).into();
            info["last_error_message"] = message.clone().into();
        }
    }
    if !world.queue.allowed.is_empty() {
        info["allowed_updates"] = world.queue.allowed.clone().into();
    }
    info
}

pub(in super::super) fn names(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

pub(super) fn answer_callback(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let text = call.str("text").unwrap_or_default();
    if utf16(text) > 200 {
        return Err(ApiError::bad("MESSAGE_TOO_LONG"));
    }
    let id = call.str("callback_query_id").unwrap_or_default();
    let press = world.presses.remove(id).filter(|press| press.at.elapsed() < PRESS_LIFETIME);
    let press = press.ok_or_else(ApiError::stale_query)?;
    let show_alert = call.flag("show_alert");
    if let Some(person) = world.people.get_mut(&press.person) {
        let mut answer = json!({"press_id": id, "show_alert": show_alert});
        if !text.is_empty() {
            answer["text"] = text.into();
            person.toasts.push(text.to_owned());
            person.version += 1;
            person.write(format!("< ({}) {text}", if show_alert { "alert" } else { "toast" }));
        }
        person.publish("answer", || answer.to_string());
    }
    Ok(Value::Bool(true))
}
