//! What each method of the Bot API does to the emulated Telegram.

mod edits;
mod messages;
mod payments;
mod profile;
mod updates;

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::error::ApiError;
use super::pictures::Picture;
use super::world::{PersonState, World};

/// A validated request with what came along.
pub(super) struct Call {
    /// As the documentation writes it.
    pub method: String,
    pub params: Arc<Map<String, Value>>,
    pub uploads: HashMap<String, Upload>,
    /// Photos by the text that stands for them (`attach://…` or an address), decoded before the world is locked.
    pub pictures: HashMap<String, Arc<Picture>>,
}

#[derive(Debug, Clone)]
pub(super) struct Upload {
    pub name: String,
    pub mime: String,
    pub bytes: Bytes,
}

impl Call {
    pub fn str(&self, name: &str) -> Option<&str> {
        self.params.get(name).and_then(Value::as_str)
    }

    pub fn i64(&self, name: &str) -> Option<i64> {
        self.params.get(name).and_then(Value::as_i64)
    }

    pub fn flag(&self, name: &str) -> bool {
        self.params.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    pub fn list(&self, name: &str) -> &[Value] {
        self.params.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    pub fn chat_id(&self) -> Option<i64> {
        self.i64("chat_id")
    }
}

/// Runs every method but `getUpdates`, which waits and so has its own way in.
pub(super) fn call(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    match call.method.as_str() {
        "getMe" => Ok(profile::get_me(world)),
        "getChat" => profile::get_chat(world, call),
        "setMyCommands" => profile::set_commands(world, call),
        "getMyCommands" => profile::get_commands(world, call),
        "deleteMyCommands" => profile::delete_commands(world, call),
        "setMyName" | "setMyDescription" | "setMyShortDescription" => profile::set_text(world, call),
        "getMyName" | "getMyDescription" | "getMyShortDescription" => Ok(profile::get_text(world, call)),
        "setChatMenuButton" => Ok(Value::Bool(true)),
        "setWebhook" => updates::set_webhook(world, call),
        "deleteWebhook" => Ok(updates::delete_webhook(world, call)),
        "getWebhookInfo" => Ok(updates::webhook_info(world)),
        "sendMessage" => messages::send_message(world, call),
        "sendPhoto" => messages::send_photo(world, call),
        "sendDocument" => messages::send_document(world, call),
        "sendMediaGroup" => messages::send_media_group(world, call),
        "copyMessage" => messages::copy_message(world, call),
        "sendChatAction" => messages::send_chat_action(world, call),
        "setMessageReaction" => messages::set_reaction(world, call),
        "getFile" => world.files.describe(call.str("file_id").unwrap_or_default()),
        "editMessageText" => edits::text(world, call),
        "editMessageCaption" => edits::caption(world, call),
        "editMessageMedia" => edits::media(world, call),
        "editMessageReplyMarkup" => edits::markup(world, call),
        "deleteMessage" => edits::delete(world, call),
        "deleteMessages" => edits::delete_many(world, call),
        "answerCallbackQuery" => updates::answer_callback(world, call),
        "sendInvoice" => payments::send_invoice(world, call),
        "createInvoiceLink" => payments::create_link(world, call),
        "answerPreCheckoutQuery" => payments::answer_pre_checkout(world, call),
        "refundStarPayment" => payments::refund(world, call),
        "getStarTransactions" => payments::transactions(world, call),
        "getMyStarBalance" => Ok(payments::balance(world)),
        other => Err(ApiError::bad(format!("not emulated: {other}"))),
    }
}

/// The person behind `chat_id`, if the bot may write there.
fn reachable<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut PersonState, ApiError> {
    let person = known(world, call)?;
    if person.blocked {
        return Err(ApiError::blocked());
    }
    if !person.started {
        return Err(ApiError::new(403, "Forbidden: bot can't initiate conversation with a user"));
    }
    Ok(person)
}

/// The person behind `chat_id`, blocked or not.
fn known<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut PersonState, ApiError> {
    call.chat_id().and_then(|id| world.people.get_mut(&id)).ok_or_else(|| ApiError::bad("chat not found"))
}

pub(super) use profile::commands_of;
pub(super) use updates::names as allowed_updates;
