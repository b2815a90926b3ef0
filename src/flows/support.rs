//! An admin and one question about a payment: answer it, decline it, or give the Stars back.

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::domain::{Language, Letter};
use crate::store::acts::NewAct;
use crate::store::jobs::Ordered;
use crate::store::payments::Payment;
use crate::store::support::{Closed, Request};
use crate::store::users::User;
use crate::text::Args;
use crate::wallet::{Asked, Wish, ask_refund};

use super::admin::CONFIRM_ABOVE;
use super::{Answer, Ask, Flow, FlowError, Given, Show, World, action, screen};

pub static FLOW: Flow = Flow {
    dialogue: "support",
    actions: &[
        action!(answer_question: answered, closed),
        action!(decline_question: declined, closed),
        action!(give_back_surely: asked, spent, refused),
        action!(give_back_anyway: asked, refused),
    ],
    screens: &[
        screen!("support-question", show_question),
        screen!("support-sure", show_spent),
        screen!("support-spent", show_spent),
        screen!("support-closed", show_closed),
    ],
    each: &[],
};

pub(super) const TEXTS: &[&str] = &[
    "support-payment",
    "support-order",
    "note-refund-unknown",
    "note-refund-returned",
    "note-refund-under-way",
    "note-question-closed",
];

/// How many payments and orders an admin is shown with a question.
const SHOWN: i64 = 5;
/// As long as an answer may be.
const MAX_ANSWER: usize = 1000;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Memory {
    /// The question's number.
    #[serde(rename = "q", default)]
    request: i64,
}

/// A person as admins see them: name, username, Telegram id.
pub(super) fn named(user: &User) -> String {
    match &user.username {
        Some(username) => format!("{} @{username} ({})", user.first_name, user.telegram_id),
        None => format!("{} ({})", user.first_name, user.telegram_id).trim_start().to_owned(),
    }
}

/// A payment on one line, with the number that Telegram gives it. `chosen` is the one that a button gives back.
pub(super) fn payment_line(world: &World, language: Language, payment: &Payment, chosen: Option<&String>) -> String {
    let state = match payment.refunded_at {
        Some(_) => "returned",
        None if chosen == Some(&payment.charge_id) => "chosen",
        None => "open",
    };
    let args = Args::default()
        .day("date", payment.created_at)
        .number("stars", payment.stars)
        .text("charge", &payment.charge_id)
        .text("state", state);
    world.texts.get(language, "support-payment", &args)
}

/// An order on one line.
pub(super) fn order_line(world: &World, language: Language, order: &Ordered) -> String {
    let title = world.orders.catalog().template(&order.template_id).map(|template| template.title);
    let args = Args::default()
        .day("date", order.created_at)
        .text("title", title.map_or_else(|| order.template_id.0.clone(), |title| title.get(language).to_owned()))
        .number("price", order.price.get())
        .text("state", order.state.name());
    world.texts.get(language, "support-order", &args)
}

/// Who paid a charge, and how much.
pub(super) async fn of_charge(world: &World, charge: &str) -> Result<Args, FlowError> {
    let args = Args::default().text("charge", charge);
    let Some(payment) = world.store.payment(charge).await? else {
        return Ok(args.text("person", "?").number("stars", 0));
    };
    let person = world.store.user(payment.user_id).await?;
    Ok(args.text("person", person.as_ref().map_or_else(String::new, named)).number("stars", payment.stars))
}

/// A question with the person's payments, orders and balance.
pub(super) async fn about(world: &World, language: Language, request: &Request) -> Result<Args, FlowError> {
    let person = world.store.user(request.user_id).await?;
    let payments = world.store.payments(request.user_id, SHOWN).await?;
    let chosen = request.charge_id.as_ref().filter(|_| request.is_open());
    let line = |payment: &Payment| payment_line(world, language, payment, chosen);
    let payments: Vec<String> = payments.iter().map(line).collect();
    let orders = world.store.orders_of(request.user_id, SHOWN).await?;
    let orders: Vec<String> = orders.iter().map(|order| order_line(world, language, order)).collect();
    Ok(Args::default()
        .text("person", person.as_ref().map_or_else(String::new, named))
        .number("number", request.number)
        .text("text", &request.question)
        .number("balance", person.map_or(0, |person| person.balance.get()))
        .number("count", payments.len() as i64)
        .html("payments", payments.join("\n"))
        .number("total", orders.len() as i64)
        .html("entries", orders.join("\n")))
}

async fn show_question(ask: &Ask<'_>) -> Result<Show, FlowError> {
    match remembered(ask).await? {
        Some(request) => Ok(Show { args: about(ask.world, ask.language, &request).await?, ..Show::default() }),
        None => Ok(Show::default()),
    }
}

async fn show_spent(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let Some(request) = remembered(ask).await? else { return Ok(Show::default()) };
    let person = ask.world.store.user(request.user_id).await?;
    let payment = match &request.charge_id {
        Some(charge) => ask.world.store.payment(charge).await?,
        None => None,
    };
    let args = Args::default()
        .text("person", person.as_ref().map_or_else(String::new, named))
        .number("balance", person.map_or(0, |person| person.balance.get()))
        .number("credits", payment.as_ref().map_or(0, |payment| payment.credits.get()))
        .number("stars", payment.map_or(0, |payment| payment.stars));
    Ok(Show { args, ..Show::default() })
}

async fn show_closed(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let Some(request) = remembered(ask).await? else { return Ok(Show::default()) };
    let person = ask.world.store.user(request.user_id).await?;
    let args = Args::default()
        .text("person", person.as_ref().map_or_else(String::new, named))
        .number("number", request.number)
        .text("state", &request.state)
        .text("text", request.answer.unwrap_or_default());
    Ok(Show { args, ..Show::default() })
}

async fn remembered(ask: &Ask<'_>) -> Result<Option<Request>, FlowError> {
    Ok(ask.world.store.request(ask.recall::<Memory>()?.request).await?)
}

/// The question that a button under it names, for an admin; nobody else gets to see one.
async fn pressed(ask: &Ask<'_>) -> Result<Option<Request>, FlowError> {
    if !ask.world.admins.contains(&ask.user.telegram_id) {
        return Ok(None);
    }
    match ask.argument().parse() {
        Ok(number) => Ok(ask.world.store.request(number).await?),
        Err(_) => Ok(None),
    }
}

/// “Answer” under a question.
pub(super) async fn open_question(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let Some(request) = pressed(ask).await? else { return Ok(Answer::outcome("stranger")) };
    let outcome = if request.is_open() { "open" } else { "closed" };
    Ok(Answer::outcome(outcome).pass(&Memory { request: request.number }))
}

/// “Give the Stars back” under a question.
pub(super) async fn give_back(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let Some(request) = pressed(ask).await? else { return Ok(Answer::outcome("stranger")) };
    let answer = if is_large(ask, &request).await? {
        Answer::outcome("sure")
    } else {
        return_stars(ask, &request, false).await?
    };
    Ok(answer.pass(&Memory { request: request.number }))
}

/// Whether so many Stars are at stake that it is asked about first.
async fn is_large(ask: &Ask<'_>, request: &Request) -> Result<bool, FlowError> {
    let Some(charge) = request.charge_id.as_ref().filter(|_| request.is_open()) else { return Ok(false) };
    let payment = ask.world.store.payment(charge).await?;
    Ok(payment.is_some_and(|payment| payment.refunded_at.is_none() && payment.stars > CONFIRM_ABOVE))
}

/// The same, after a second thought.
async fn give_back_surely(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let allowed = ask.world.admins.contains(&ask.user.telegram_id);
    match remembered(ask).await?.filter(|_| allowed) {
        Some(request) => return_stars(ask, &request, false).await,
        None => Ok(Answer::outcome("refused")),
    }
}

async fn give_back_anyway(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let allowed = ask.world.admins.contains(&ask.user.telegram_id);
    match remembered(ask).await?.filter(|_| allowed) {
        Some(request) => return_stars(ask, &request, true).await,
        None => Ok(Answer::outcome("refused")),
    }
}

async fn return_stars(ask: &Ask<'_>, request: &Request, forced: bool) -> Result<Answer, FlowError> {
    let refused = |note| Ok(Answer::outcome("refused").tell(note));
    let Some(charge_id) = &request.charge_id else { return refused("note-refund-unknown") };
    let mut tx = ask.world.store.begin().await?;
    let act = json!({"act": "refund", "charge": charge_id, "request": request.number, "forced": forced});
    let reason = format!("question {}", request.number);
    let new = NewAct { key: &ask.key, admin: ask.user.id, act: &act, subject: Some(request.user_id), reason: &reason };
    if !tx.add_act(&new, Uuid::now_v7(), true, ask.now).await? {
        return Ok(Answer::outcome("asked"));
    }
    let wish = Wish { charge_id, by: ask.user.id, reason: &reason, forced };
    match ask_refund(&mut tx, &wish, ask.now).await? {
        Asked::Now(_) => {
            tx.close_request(request.number, Closed::Returned, ask.user.id, ask.now).await?;
            tx.commit().await?;
            Ok(Answer::outcome("asked").posts())
        }
        Asked::Spent { .. } => Ok(Answer::outcome("spent")),
        Asked::Unknown => refused("note-refund-unknown"),
        Asked::Returned(_) => refused("note-refund-returned"),
        Asked::UnderWay(_) => refused("note-refund-under-way"),
    }
}

async fn answer_question(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let Given::Text(text) = ask.given else { return Ok(Answer::outcome("closed")) };
    let answer: String = text.chars().take(MAX_ANSWER).collect();
    close(ask, Closed::Answered(&answer), "answered").await
}

async fn decline_question(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    close(ask, Closed::Declined, "declined").await
}

/// Closes the question and lets the person know.
async fn close(ask: &Ask<'_>, how: Closed<'_>, outcome: &'static str) -> Result<Answer, FlowError> {
    let allowed = ask.world.admins.contains(&ask.user.telegram_id);
    let Some(request) = remembered(ask).await?.filter(|_| allowed) else { return Ok(Answer::outcome("closed")) };
    let number = request.number;
    let mut tx = ask.world.store.begin().await?;
    let act = json!({"act": outcome, "request": number});
    let new = NewAct { key: &ask.key, admin: ask.user.id, act: &act, subject: Some(request.user_id), reason: "" };
    if !tx.add_act(&new, Uuid::now_v7(), true, ask.now).await? {
        return Ok(Answer::outcome(outcome));
    }
    if !tx.close_request(number, how, ask.user.id, ask.now).await? {
        return Ok(Answer::outcome("closed").tell("note-question-closed"));
    }
    let letter = match how {
        Closed::Answered(_) => Letter::Answered { request: number },
        _ => Letter::Declined { request: number },
    };
    tx.post(request.user_id, &format!("closed:{number}"), &letter, ask.now).await?;
    tx.commit().await?;
    Ok(Answer::outcome(outcome).posts())
}
