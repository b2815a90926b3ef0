//! `reply_markup`: which kind it is, and whether Telegram would take it.

use serde_json::{Map, Value, json};

use super::error::ApiError;

const BUTTONS_LIMIT: usize = 100;
/// What makes an inline button do something; a button has exactly one of these.
const ACTIONS: [&str; 10] = [
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
];

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Markup {
    None,
    /// Stays with the message.
    Inline(Value),
    /// Replaces the chat's reply keyboard; buttons are objects with `text`.
    Keyboard(Value),
    Remove,
    Force,
}

/// Reads `reply_markup` of a message that is no invoice.
pub(super) fn read(params: &Map<String, Value>) -> Result<Markup, ApiError> {
    let markup = read_any(params)?;
    if let Markup::Inline(keyboard) = &markup
        && inline_buttons(keyboard).any(|button| button.get("pay").is_some())
    {
        return Err(ApiError::bad("BUTTON_TYPE_INVALID"));
    }
    Ok(markup)
}

/// Reads the markup of an invoice: the first button pays, and without any Telegram makes one.
pub(super) fn read_invoice(params: &Map<String, Value>, amount: i64) -> Result<Markup, ApiError> {
    let markup = read_any(params)?;
    let Markup::Inline(keyboard) = &markup else {
        let button = json!({"text": format!("Pay ⭐️{amount}"), "pay": true});
        return Ok(Markup::Inline(json!({"inline_keyboard": [[button]]})));
    };
    let pays: Vec<bool> = inline_buttons(keyboard).map(|button| button["pay"] == true).collect();
    if pays.iter().position(|pay| *pay) != Some(0) || pays[1..].contains(&true) {
        return Err(ApiError::bad("first button of an invoice must be a Pay button, and the only one"));
    }
    Ok(markup)
}

/// Reads the markup of an edit, which can only be inline.
pub(super) fn read_inline(params: &Map<String, Value>) -> Result<Option<Value>, ApiError> {
    match read(params)? {
        Markup::Inline(keyboard) => Ok(Some(keyboard)),
        Markup::None => Ok(None),
        _ => Err(ApiError::bad("inline keyboard expected")),
    }
}

/// All buttons of an inline keyboard, row by row.
pub(super) fn inline_buttons(keyboard: &Value) -> impl Iterator<Item = &Value> {
    rows(keyboard, "inline_keyboard").flatten()
}

/// Labels of a keyboard's rows, for either kind of keyboard.
pub(super) fn labels(keyboard: &Value, key: &str) -> Vec<Vec<String>> {
    let label = |button: &Value| button["text"].as_str().unwrap_or_default().to_owned();
    rows(keyboard, key).map(|row| row.iter().map(label).collect()).collect()
}

fn rows<'a>(keyboard: &'a Value, key: &str) -> impl Iterator<Item = &'a Vec<Value>> {
    keyboard.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_array)
}

fn read_any(params: &Map<String, Value>) -> Result<Markup, ApiError> {
    let Some(markup) = params.get("reply_markup") else { return Ok(Markup::None) };
    if markup.get("inline_keyboard").is_some() {
        let count = inline_buttons(markup).count();
        if count > BUTTONS_LIMIT {
            return Err(ApiError::bad("REPLY_MARKUP_TOO_LONG"));
        }
        inline_buttons(markup).try_for_each(check_inline)?;
        return Ok(if count == 0 { Markup::None } else { Markup::Inline(without_empty_rows(markup)) });
    }
    if markup.get("keyboard").is_some() {
        return keyboard(markup).map(Markup::Keyboard);
    }
    if markup.get("remove_keyboard").is_some() {
        return Ok(Markup::Remove);
    }
    Ok(if markup.get("force_reply").is_some() { Markup::Force } else { Markup::None })
}

fn without_empty_rows(markup: &Value) -> Value {
    let rows: Vec<_> = rows(markup, "inline_keyboard").filter(|row| !row.is_empty()).collect();
    json!({"inline_keyboard": rows})
}

fn check_inline(button: &Value) -> Result<(), ApiError> {
    let cannot = |why: &str| Err(ApiError::bad(format!("can't parse inline keyboard button: {why}")));
    if button["text"].as_str().is_none_or(|text| text.trim().is_empty()) {
        return cannot("Text of the button must be non-empty");
    }
    match ACTIONS.iter().filter(|action| button.get(**action).is_some_and(|value| !value.is_null())).count() {
        0 => return cannot("Text buttons are unallowed in the inline keyboard"),
        1 => {}
        _ => return cannot("Exactly one action must be specified"),
    }
    if let Some(data) = button["callback_data"].as_str()
        && !(1..=64).contains(&data.len())
    {
        return Err(ApiError::bad("BUTTON_DATA_INVALID"));
    }
    if let Some(url) = button["url"].as_str()
        && !["http://", "https://", "tg://"].iter().any(|scheme| url.to_ascii_lowercase().starts_with(scheme))
    {
        let error = format!("inline keyboard button URL '{url}' is invalid: Unsupported URL protocol");
        return Err(ApiError::bad(error));
    }
    Ok(())
}

fn keyboard(markup: &Value) -> Result<Value, ApiError> {
    let mut markup = markup.clone();
    let rows = markup["keyboard"].as_array_mut().into_iter().flatten().filter_map(Value::as_array_mut);
    let mut count = 0;
    for button in rows.flatten() {
        if button.is_string() {
            *button = json!({"text": button.take()});
        }
        if button["text"].as_str().is_none_or(|text| text.trim().is_empty()) {
            return Err(ApiError::bad("can't parse keyboard button: Text must be non-empty"));
        }
        count += 1;
    }
    if count == 0 { Err(ApiError::bad("reply keyboard markup is empty")) } else { Ok(markup) }
}
