//! Methods about Telegram Stars: invoices, pre-checkout, refunds and the ledger.

use serde_json::{Map, Value, json};

use super::super::error::ApiError;
use super::super::markup;
use super::super::payments::{self, Charge};
use super::super::world::{Invoice, Post, World};
use super::messages::add_reply;
use super::{Call, reachable};

/// The greatest price of a one-off invoice; measured by third parties, documented nowhere.
const AMOUNT_LIMIT: i64 = 100_000;
/// What Telegram refuses with Stars.
const NOT_WITH_STARS: [&str; 8] = [
    "max_tip_amount",
    "suggested_tip_amounts",
    "need_name",
    "need_phone_number",
    "need_email",
    "need_shipping_address",
    "send_phone_number_to_provider",
    "send_email_to_provider",
];

pub(super) fn send_invoice(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    reachable(world, call)?;
    let invoice = read_invoice(call)?;
    let markup = markup::read_invoice(&call.params, invoice.amount)?;
    let mut fields = Map::new();
    add_reply(world, call, &mut fields)?;
    let content = json!({
        "title": invoice.title, "description": call.str("description"), "currency": "XTR",
        "start_parameter": call.str("start_parameter").unwrap_or_default(), "total_amount": invoice.amount,
    });
    fields.insert("invoice".into(), content);
    let post = Post { markup, invoice: Some(invoice), ..Post::default() };
    let sent = world.post(call.chat_id().unwrap_or(0), true, fields, post);
    sent.map(|message| Value::clone(&message)).ok_or_else(|| ApiError::bad("chat not found"))
}

pub(super) fn create_link(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    if call.params.contains_key("subscription_period") {
        return Err(ApiError::bad("not emulated: subscriptions"));
    }
    let invoice = read_invoice(call)?;
    let link = format!("https://t.me/$invoice{}", world.serial());
    world.invoice_links.insert(link.clone(), invoice);
    Ok(link.into())
}

fn read_invoice(call: &Call) -> Result<Invoice, ApiError> {
    let bounded = |name: &str, limit: usize, error: &str| {
        let text = call.str(name).unwrap_or_default();
        let fits = (1..=limit).contains(&text.chars().count());
        if fits { Ok(text.to_owned()) } else { Err(ApiError::bad(error)) }
    };
    let title = bounded("title", 32, "PAYMENT_TITLE_INVALID")?;
    bounded("description", 255, "PAYMENT_DESCRIPTION_INVALID")?;
    let payload = call.str("payload").unwrap_or_default().to_owned();
    if !(1..=128).contains(&payload.len()) {
        return Err(ApiError::bad("INVOICE_PAYLOAD_INVALID"));
    }
    if call.str("currency") != Some("XTR") {
        return Err(ApiError::bad("PAYMENT_PROVIDER_INVALID"));
    }
    let asked = |name: &str| call.params.get(name).is_some_and(|value| *value != Value::Bool(false) && *value != 0);
    let priced = call.list("prices");
    if priced.len() != 1 || NOT_WITH_STARS.iter().any(|name| asked(name)) || call.flag("is_flexible") {
        return Err(ApiError::bad("STARS_INVOICE_INVALID"));
    }
    let amount = priced[0]["amount"].as_i64().unwrap_or(0);
    if !(1..=AMOUNT_LIMIT).contains(&amount) {
        return Err(ApiError::bad("CURRENCY_TOTAL_AMOUNT_INVALID"));
    }
    Ok(Invoice { title, payload, amount })
}

pub(super) fn answer_pre_checkout(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let id = call.str("pre_checkout_query_id").unwrap_or_default();
    let error = call.str("error_message").unwrap_or_default();
    if !call.flag("ok") && error.is_empty() {
        return Err(ApiError::bad("error_message is required when ok is false"));
    }
    let checkout = world.checkouts.remove(id).ok_or_else(ApiError::stale_query)?;
    payments::settle(world, checkout, if call.flag("ok") { Ok(()) } else { Err(error.to_owned()) });
    Ok(Value::Bool(true))
}

pub(super) fn refund(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let charge_id = call.str("telegram_payment_charge_id").unwrap_or_default();
    if charge_id.is_empty() {
        return Err(ApiError::bad("CHARGE_ID_EMPTY"));
    }
    let user_id = call.i64("user_id").unwrap_or(0);
    if !world.people.contains_key(&user_id) {
        return Err(ApiError::bad("USER_ID_INVALID"));
    }
    match payments::charge(world, user_id, charge_id) {
        Charge::Unknown => Err(ApiError::bad("CHARGE_ID_INVALID")),
        Charge::Refunded => Err(ApiError::bad("CHARGE_ALREADY_REFUNDED")),
        Charge::Paid { amount, payload } => {
            payments::refund(world, user_id, charge_id, amount, &payload);
            Ok(Value::Bool(true))
        }
    }
}

pub(super) fn transactions(world: &World, call: &Call) -> Result<Value, ApiError> {
    let limit = call.i64("limit").unwrap_or(100);
    let offset = call.i64("offset").unwrap_or(0);
    let (Ok(offset), Ok(limit @ 1..=100)) = (usize::try_from(offset), usize::try_from(limit)) else {
        return Err(ApiError::bad("wrong offset or limit specified"));
    };
    let page: Vec<&Value> = world.ledger.iter().skip(offset).take(limit).collect();
    Ok(json!({"transactions": page}))
}

pub(super) fn balance(world: &World) -> Value {
    json!({"amount": payments::balance(world)})
}
