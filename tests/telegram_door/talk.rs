//! A conversation that does as the text says, and updates for it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use pixelai::conversation::incoming::{Checkout, Deed, Incoming, Person};
use pixelai::flows::view::View;
use pixelai::telegram::{Answer, Handled, Talk};
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

/// Notes what begins and ends. A deed `wait…` waits for [`Script::open`], `panic…` panics, `fail…` fails each time.
#[derive(Default)]
pub struct Script {
    noted: Mutex<Vec<String>>,
    changed: Notify,
    gates: Mutex<HashMap<String, Arc<Semaphore>>>,
    /// How many payments fail before one succeeds.
    pub failing_payments: AtomicU32,
}

impl Script {
    /// Lets the deed of this name go on, now or when it comes.
    pub fn open(&self, name: &str) {
        self.gate(name).add_permits(1);
    }

    pub fn noted(&self) -> Vec<String> {
        self.noted.lock().unwrap().clone()
    }

    pub async fn until_noted(&self, what: &str) {
        let wait = async {
            loop {
                let changed = self.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                if self.noted().iter().any(|noted| noted == what) {
                    return;
                }
                changed.await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(20), wait).await.is_err() {
            panic!("waited in vain for {what:?}; there were {:?}", self.noted());
        }
    }

    fn note(&self, what: String) {
        self.noted.lock().unwrap().push(what);
        self.changed.notify_waiters();
    }

    fn gate(&self, name: &str) -> Arc<Semaphore> {
        let mut gates = self.gates.lock().unwrap();
        gates.entry(name.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(0))).clone()
    }

    async fn act(&self, name: &str) -> anyhow::Result<Handled> {
        self.note(format!("begin {name}"));
        if name.starts_with("wait") {
            self.gate(name).acquire().await?.forget();
        }
        if name.starts_with("panic") {
            panic!("as the text said");
        }
        if name.starts_with("fail") {
            anyhow::bail!("as the text said");
        }
        self.note(format!("end {name}"));
        Ok(Handled::Done)
    }
}

#[async_trait]
impl Talk for Script {
    async fn handle(&self, incoming: Incoming, answer: &dyn Answer) -> anyhow::Result<Handled> {
        match incoming.deed {
            Deed::Text(text) => self.act(&text).await,
            Deed::Press { data, .. } => {
                let Some(deed) = data.strip_prefix("toast ") else { return self.act(&data).await };
                answer.answer(Some(deed.to_owned())).await;
                answer.answer(Some("too late".into())).await;
                self.act(deed).await
            }
            Deed::Paid(paid) => {
                let fewer = |left: u32| left.checked_sub(1);
                let failing = &self.failing_payments;
                anyhow::ensure!(failing.fetch_update(Relaxed, Relaxed, fewer).is_err(), "the database is away");
                self.act(&format!("paid {}", paid.charge_id)).await
            }
            _ => self.act("other").await,
        }
    }

    fn busy_toast(&self, _: &Person) -> String {
        "busy".into()
    }

    async fn checkout(&self, checkout: Checkout) -> Result<(), String> {
        match checkout.payload.as_str() {
            "panic" => panic!("as the payload said"),
            "expired" => Err("too late".into()),
            _ => Ok(()),
        }
    }

    fn private_only(&self, _: Option<&str>) -> String {
        "write to me alone".into()
    }

    fn trouble(&self, _: &Person) -> View {
        View { text: "trouble".into(), ..View::default() }
    }
}

pub fn text(id: i64, chat: i64, text: &str) -> String {
    message(id, chat, json!({"text": text}))
}

pub fn message(id: i64, chat: i64, content: Value) -> String {
    let kind = if chat > 0 { "private" } else { "group" };
    let mut message = json!({"message_id": 1, "date": 1, "chat": {"id": chat, "type": kind, "title": "t"},
        "from": person(chat.abs())});
    message.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
    json!({"update_id": id, "message": message}).to_string()
}

pub fn press(id: i64, chat: i64, data: &str) -> String {
    let press = json!({"id": format!("press {id}"), "from": person(chat), "chat_instance": "1", "data": data});
    json!({"update_id": id, "callback_query": press}).to_string()
}

pub fn checkout(id: i64, chat: i64, payload: &str) -> String {
    let query = json!({"id": format!("checkout {id}"), "from": person(chat), "currency": "XTR", "total_amount": 5,
        "invoice_payload": payload});
    json!({"update_id": id, "pre_checkout_query": query}).to_string()
}

pub fn payment(id: i64, chat: i64, charge: &str) -> String {
    let payment = json!({"currency": "XTR", "total_amount": 5, "invoice_payload": "order",
        "telegram_payment_charge_id": charge, "provider_payment_charge_id": ""});
    message(id, chat, json!({"successful_payment": payment}))
}

fn person(id: i64) -> Value {
    json!({"id": id, "is_bot": false, "first_name": "Anna"})
}
