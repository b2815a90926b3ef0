//! Stars between purses and the bot: begun by a person, agreed to by the bot, written in the ledger.

use serde_json::{Map, Value, json};
use tokio::sync::oneshot;

use super::world::{Checkout, Invoice, PayResult, Post, World};

pub(super) enum Charge {
    Unknown,
    Refunded,
    Paid { amount: i64, payload: String },
}

/// A payment under way: the query's id, and where its end is told.
pub(super) struct Begun {
    pub query_id: String,
    pub done: oneshot::Receiver<PayResult>,
}

/// Asks the bot whether the payment may go on. `Err` when it ended before the bot was asked.
pub(super) fn begin(world: &mut World, person_id: i64, invoice: Option<Invoice>) -> Result<Begun, PayResult> {
    let serial = world.serial();
    let (Some(person), Some(invoice)) = (world.people.get_mut(&person_id), invoice) else {
        return Err(PayResult::NoInvoice);
    };
    person.acted = person.version;
    if person.stars < invoice.amount {
        person.write(format!("> (too few Stars for ⭐ {})", invoice.amount));
        return Err(PayResult::Poor);
    }
    person.write(format!("> (pays ⭐ {})", invoice.amount));
    let query_id = format!("{}{serial:06}", 7_000_000 + person_id);
    let query = json!({
        "id": query_id, "from": person.user(), "currency": "XTR", "total_amount": invoice.amount,
        "invoice_payload": invoice.payload,
    });
    let (sender, done) = oneshot::channel();
    world.checkouts.insert(query_id.clone(), Checkout { person: person_id, invoice, done: sender });
    world.queue.push("pre_checkout_query", &query, person_id);
    world.changed.notify_one();
    Ok(Begun { query_id, done })
}

/// Gives up on a payment that the bot did not answer in time.
pub(super) fn time_out(world: &mut World, query_id: &str) {
    if let Some(checkout) = world.checkouts.remove(query_id)
        && let Some(person) = world.people.get_mut(&checkout.person)
    {
        person.version += 1;
        person.write("< (payment timed out)".into());
    }
}

/// Carries out the bot's word on a payment.
pub(super) fn settle(world: &mut World, checkout: Checkout, verdict: Result<(), String>) {
    let amount = checkout.invoice.amount;
    let charge_id = format!("stxCharge{:08}", world.serial());
    let Some(person) = world.people.get_mut(&checkout.person) else { return };
    let result = match verdict {
        Err(error) => {
            person.version += 1;
            person.write(format!("< (payment refused) {error}"));
            PayResult::Refused { error }
        }
        Ok(()) if person.stars < amount => PayResult::Poor,
        Ok(()) => {
            person.set_stars(person.stars - amount);
            pay(world, checkout.person, &checkout.invoice, &charge_id);
            PayResult::Paid { charge_id }
        }
    };
    // The person may have gone; the payment stands all the same.
    let _ = checkout.done.send(result);
    world.changed.notify_one();
}

fn pay(world: &mut World, person_id: i64, invoice: &Invoice, charge_id: &str) {
    world.ledger.push(transaction(world, person_id, charge_id, invoice.amount, &invoice.payload, "source"));
    let content = json!({
        "currency": "XTR", "total_amount": invoice.amount, "invoice_payload": invoice.payload,
        "telegram_payment_charge_id": charge_id, "provider_payment_charge_id": format!("{person_id}_{charge_id}"),
    });
    service(world, person_id, "successful_payment", content);
}

/// Gives the Stars of a charge back; works for people who have blocked the bot too.
pub(super) fn refund(world: &mut World, person_id: i64, charge_id: &str, amount: i64, payload: &str) {
    world.ledger.push(transaction(world, person_id, charge_id, amount, payload, "receiver"));
    if let Some(person) = world.people.get_mut(&person_id) {
        person.set_stars(person.stars + amount);
        person.write(format!("< (refund ⭐ {amount})"));
    }
    let content = json!({
        "currency": "XTR", "total_amount": amount, "invoice_payload": payload,
        "telegram_payment_charge_id": charge_id,
    });
    service(world, person_id, "refunded_payment", content);
    world.changed.notify_one();
}

/// A service message, which the bot gets as an update.
fn service(world: &mut World, person_id: i64, key: &str, content: Value) {
    let fields = Map::from_iter([(key.to_owned(), content)]);
    let post = Post { written: false, ..Post::default() };
    if let Some(message) = world.post(person_id, false, fields, post) {
        world.queue.push("message", &message, person_id);
    }
}

/// A refund reuses the id of the payment; only the side that the partner stands on differs.
fn transaction(world: &World, person_id: i64, charge_id: &str, amount: i64, payload: &str, side: &str) -> Value {
    let user = world.people.get(&person_id).map(|person| person.user());
    let partner =
        json!({"type": "user", "transaction_type": "invoice_payment", "user": user, "invoice_payload": payload});
    json!({"id": charge_id, "amount": amount, "date": chrono::Utc::now().timestamp(), side: partner})
}

/// What has become of a charge of this person.
pub(super) fn charge(world: &World, person_id: i64, charge_id: &str) -> Charge {
    let of_charge = world.ledger.iter().filter(|entry| entry["id"] == charge_id);
    let mut paid = None;
    for entry in of_charge {
        if entry.get("receiver").is_some() {
            return Charge::Refunded;
        }
        paid = Some(entry).filter(|entry| entry["source"]["user"]["id"] == person_id);
    }
    paid.map_or(Charge::Unknown, |entry| Charge::Paid {
        amount: entry["amount"].as_i64().unwrap_or(0),
        payload: entry["source"]["invoice_payload"].as_str().unwrap_or_default().to_owned(),
    })
}

/// The bot's Stars: what came in less what was given back.
pub(super) fn balance(world: &World) -> i64 {
    let signed = world.ledger.iter().map(|entry| {
        let amount = entry["amount"].as_i64().unwrap_or(0);
        if entry.get("source").is_some() { amount } else { -amount }
    });
    signed.sum()
}
