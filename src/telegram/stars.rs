//! Telegram's book of Stars, read with types of our own.
//!
//! teloxide's types fail a whole page on one transaction of a kind that they do not know. Here each transaction is read
//! by itself, and what cannot be read is a movement of an unknown kind.

use chrono::DateTime;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use teloxide::payloads::{GetStarTransactions, RefundStarPayment};
use teloxide::types::{TelegramTransactionId, UserId};

use super::client::Client;
use super::error::CallError;
use crate::domain::TelegramId;
use crate::wallet::{Movement, Partner};

/// As many as one call may bring.
const PAGE: u8 = 100;

#[derive(Deserialize)]
struct Page {
    transactions: Vec<Value>,
}

#[derive(Deserialize)]
struct Transaction {
    id: String,
    amount: i64,
    date: i64,
    source: Option<Side>,
    receiver: Option<Side>,
}

/// `TransactionPartner` of the Bot API; which fields there are depends on the type.
#[derive(Deserialize)]
struct Side {
    r#type: String,
    transaction_type: Option<String>,
    user: Option<Person>,
    invoice_payload: Option<String>,
}

#[derive(Deserialize)]
struct Person {
    id: i64,
    #[serde(default)]
    first_name: String,
    username: Option<String>,
    language_code: Option<String>,
}

/// The movements after the first `skip`, oldest first; at most a hundred.
pub async fn movements(client: &Client, skip: u32) -> Result<Vec<Movement>, CallError> {
    let mut payload = GetStarTransactions::new();
    payload.offset = Some(skip);
    payload.limit = Some(PAGE);
    let page: Page = client.call_for(&payload).await?;
    Ok(page.transactions.into_iter().zip(skip..).map(|(value, number)| read(value, number)).collect())
}

/// Gives a payment back. That it is back already is fine.
pub async fn refund(client: &Client, payer: TelegramId, charge_id: &str) -> Result<(), CallError> {
    let payer = UserId(payer.0.unsigned_abs());
    let payload = RefundStarPayment::new(payer, TelegramTransactionId(charge_id.to_owned()));
    match client.call_for::<_, IgnoredAny>(&payload).await {
        Ok(_) => Ok(()),
        Err(CallError::BadRequest(text)) if text.contains("CHARGE_ALREADY_REFUNDED") => Ok(()),
        Err(cause) => Err(cause),
    }
}

fn read(value: Value, number: u32) -> Movement {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let whole = |key: &str| value.get(key).and_then(Value::as_i64).unwrap_or_default();
    let unreadable = Movement {
        id: text("id").unwrap_or_else(|| format!("number {number}")),
        stars: whole("amount"),
        at: DateTime::from_timestamp(whole("date"), 0).unwrap_or(DateTime::UNIX_EPOCH),
        incoming: value.get("receiver").is_none(),
        partner: Partner::Other("unreadable".to_owned()),
    };
    let Ok(transaction) = Transaction::deserialize(value) else { return unreadable };
    let Transaction { id, amount, date, source, receiver } = transaction;
    let incoming = receiver.is_none();
    let at = DateTime::from_timestamp(date, 0).unwrap_or(DateTime::UNIX_EPOCH);
    let partner = source.or(receiver).map_or(Partner::Other("nobody".to_owned()), partner);
    Movement { id, stars: amount, at, incoming, partner }
}

fn partner(side: Side) -> Partner {
    let Side { r#type: kind, transaction_type, user, invoice_payload } = side;
    match (kind.as_str(), transaction_type.as_deref(), user) {
        // Older servers name no type of the transaction.
        ("user", None | Some("invoice_payment"), Some(user)) => Partner::Payer {
            person: TelegramId(user.id),
            first_name: user.first_name,
            username: user.username,
            language_code: user.language_code,
            payload: invoice_payload.unwrap_or_default(),
        },
        ("user", Some(what), _) => Partner::Other(what.to_owned()),
        ("fragment" | "telegram_ads" | "telegram_api", ..) => Partner::Owner,
        _ => Partner::Other(kind),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_payment_and_its_refund_are_told_apart() {
        let side = json!({
            "type": "user", "transaction_type": "invoice_payment", "invoice_payload": "order",
            "user": {"id": 7, "is_bot": false, "first_name": "Ann", "language_code": "ru"},
        });
        let payer = Partner::Payer {
            person: TelegramId(7),
            first_name: "Ann".to_owned(),
            username: None,
            language_code: Some("ru".to_owned()),
            payload: "order".to_owned(),
        };
        let paid = read(json!({"id": "a", "amount": 50, "date": 1_700_000_000, "source": side}), 0);
        assert!(paid.incoming && paid.stars == 50 && paid.at.timestamp() == 1_700_000_000);
        assert_eq!(paid.partner, payer);
        let back = read(json!({"id": "a", "amount": 50, "date": 1_700_000_001, "receiver": side}), 1);
        assert!(!back.incoming && back.id == "a");
        assert_eq!(back.partner, payer);
    }

    #[test]
    fn what_is_new_to_us_is_a_movement_all_the_same() {
        let other = |kind: &str| Partner::Other(kind.to_owned());
        let gift = json!({"type": "user", "transaction_type": "gift_purchase", "user": {"id": 7}, "gift": {}});
        let cases = [
            (json!({"id": "a", "amount": 1, "date": 1, "receiver": gift}), other("gift_purchase")),
            (
                json!({"id": "a", "amount": 1, "date": 1, "source": {"type": "affiliate_program"}}),
                other("affiliate_program"),
            ),
            (json!({"id": "a", "amount": 1, "date": 1, "receiver": {"type": "fragment"}}), Partner::Owner),
            (json!({"id": "a", "amount": 1, "date": 1, "source": {"type": "telegram_ads"}}), Partner::Owner),
            (json!({"id": "a", "amount": 1, "date": 1}), other("nobody")),
            (json!({"id": "a", "amount": "1", "date": 1, "source": {"type": "user"}}), other("unreadable")),
            (json!({"id": "a", "amount": 1, "date": 1, "source": {"type": 7}}), other("unreadable")),
        ];
        for (value, expected) in cases {
            let movement = read(value.clone(), 3);
            assert_eq!((movement.partner, movement.id.as_str()), (expected, "a"), "{value}");
        }
        assert_eq!(read(json!("?"), 3).id, "number 3");
    }
}
