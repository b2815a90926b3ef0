//! Who waits for whom, and what becomes of failures.

use std::sync::Arc;

use pixelai::telegram::{Counters, Courier, Dispatcher};
use serde_json::json;

use crate::fake::{Fake, Reply};
use crate::talk::{Script, checkout, message, payment, press, text};

pub struct Door {
    pub fake: Fake,
    pub script: Arc<Script>,
    pub dispatcher: Dispatcher,
}

impl Door {
    pub async fn open() -> Self {
        let fake = Fake::start().await;
        let script = Arc::new(Script::default());
        let dispatcher = dispatcher(&fake, &script);
        Self { fake, script, dispatcher }
    }

    fn count(&self, name: &str) -> u64 {
        self.dispatcher.counters().snapshot().get(name)
    }
}

pub fn dispatcher(fake: &Fake, script: &Arc<Script>) -> Dispatcher {
    let client = fake.client();
    let courier = Courier::new(client.clone());
    Dispatcher::new(script.clone(), client, courier, "pixel_bot", Arc::new(Counters::default()))
}

#[tokio::test]
async fn a_chat_is_handled_in_order_and_others_in_the_meantime() {
    let door = Door::open().await;
    let first = door.dispatcher.submit(&text(1, 7, "wait 1"));
    let second = door.dispatcher.submit(&text(2, 7, "2"));
    let other = door.dispatcher.submit(&text(3, 8, "other"));
    other.await.unwrap();
    assert!(!door.script.noted().contains(&"begin 2".to_owned()));
    door.script.open("wait 1");
    first.await.unwrap();
    second.await.unwrap();
    let noted: Vec<String> = door.script.noted().into_iter().filter(|noted| !noted.contains("other")).collect();
    assert_eq!(noted, ["begin wait 1", "end wait 1", "begin 2", "end 2"]);
}

#[tokio::test]
async fn money_overtakes_a_flooded_chat() {
    let door = Door::open().await;
    let mut waiting = Vec::new();
    for id in 0..40 {
        waiting.push(door.dispatcher.submit(&text(id, 7, "wait")));
    }
    door.dispatcher.submit(&checkout(50, 7, "order")).await.unwrap();
    door.dispatcher.submit(&payment(51, 7, "charge")).await.unwrap();
    assert_eq!(door.fake.calls("AnswerPreCheckoutQuery")[0].fields["ok"], true);
    assert!(!door.script.noted().contains(&"end wait".to_owned()));
    for _ in 0..40 {
        door.script.open("wait");
    }
    for completion in waiting {
        completion.await.unwrap();
    }
    assert!(door.dispatcher.drain(std::time::Duration::from_secs(20)).await);
}

#[tokio::test]
async fn a_flooded_chat_is_told_on_a_press_and_drops_the_rest() {
    let door = Door::open().await;
    drop(door.dispatcher.submit(&text(0, 7, "wait")));
    for id in 1..=32 {
        drop(door.dispatcher.submit(&text(id, 7, "queued")));
    }
    door.dispatcher.submit(&text(33, 7, "dropped")).await.unwrap();
    door.dispatcher.submit(&press(34, 7, "dropped")).await.unwrap();
    assert_eq!(door.count("floods"), 2);
    let answers = door.fake.until("AnswerCallbackQuery", |calls| calls.len() == 1).await;
    assert_eq!(answers[0].fields, json!({"callback_query_id": "press 34", "text": "busy"}));
    door.script.open("wait");
    assert!(door.dispatcher.drain(std::time::Duration::from_secs(20)).await);
    let noted = door.script.noted();
    assert_eq!(noted.iter().filter(|noted| *noted == "end queued").count(), 32);
    assert!(!noted.contains(&"begin dropped".to_owned()));
}

#[tokio::test]
async fn a_panic_is_answered_and_the_chat_goes_on() {
    let door = Door::open().await;
    let panicking = door.dispatcher.submit(&text(1, 7, "panic"));
    let next = door.dispatcher.submit(&text(2, 7, "next"));
    panicking.await.unwrap();
    next.await.unwrap();
    assert_eq!(door.fake.calls("SendMessage")[0].fields["text"], "trouble");
    assert_eq!(door.script.noted(), ["begin panic", "begin next", "end next"]);
    assert_eq!((door.count("panics"), door.count("given_up")), (1, 1));
}

#[tokio::test]
async fn a_failing_deed_is_tried_three_times_and_then_answered() {
    let door = Door::open().await;
    door.dispatcher.submit(&text(1, 7, "fail")).await.unwrap();
    assert_eq!(door.script.noted(), ["begin fail", "begin fail", "begin fail"]);
    assert_eq!(door.fake.calls("SendMessage")[0].fields["text"], "trouble");
    assert_eq!((door.count("retries"), door.count("given_up")), (2, 1));
}

#[tokio::test]
async fn a_payment_is_tried_until_it_is_taken() {
    let door = Door::open().await;
    door.script.failing_payments.store(2, std::sync::atomic::Ordering::Relaxed);
    door.dispatcher.submit(&payment(1, 7, "charge")).await.unwrap();
    assert_eq!(door.script.noted(), ["begin paid charge", "end paid charge"]);
    assert_eq!(door.count("retries"), 2);
    assert!(door.fake.calls("SendMessage").is_empty());
}

#[tokio::test]
async fn a_press_is_answered_exactly_once() {
    let door = Door::open().await;
    door.dispatcher.submit(&press(1, 7, "toast saved")).await.unwrap();
    door.dispatcher.submit(&press(2, 7, "mute")).await.unwrap();
    door.dispatcher.submit(&press(3, 7, "panic")).await.unwrap();
    let mut answers: Vec<_> = door.fake.until("AnswerCallbackQuery", |calls| calls.len() == 3).await;
    answers.sort_by_key(|call| call.fields["callback_query_id"].to_string());
    let answers: Vec<_> = answers.into_iter().map(|call| call.fields).collect();
    let expected = [
        json!({"callback_query_id": "press 1", "text": "saved"}),
        json!({"callback_query_id": "press 2"}),
        json!({"callback_query_id": "press 3"}),
    ];
    assert_eq!(answers, expected);
}

#[tokio::test]
async fn a_press_is_answered_while_its_slow_work_goes_on() {
    let door = Door::open().await;
    let slow = door.dispatcher.submit(&press(1, 7, "toast wait"));
    door.fake.until("AnswerCallbackQuery", |calls| calls.len() == 1).await;
    assert!(!door.script.noted().contains(&"end wait".to_owned()));
    door.script.open("wait");
    slow.await.unwrap();
}

#[tokio::test]
async fn a_checkout_is_always_answered() {
    let door = Door::open().await;
    for (id, payload) in [(1, "order"), (2, "expired"), (3, "panic")] {
        door.dispatcher.submit(&checkout(id, 7, payload)).await.unwrap();
    }
    let answers: Vec<_> = door.fake.calls("AnswerPreCheckoutQuery").into_iter().map(|call| call.fields).collect();
    let expected = [
        json!({"pre_checkout_query_id": "checkout 1", "ok": true}),
        json!({"pre_checkout_query_id": "checkout 2", "ok": false, "error_message": "too late"}),
        json!({"pre_checkout_query_id": "checkout 3", "ok": false, "error_message": "busy"}),
    ];
    assert_eq!(answers, expected);
}

#[tokio::test]
async fn a_yes_to_a_checkout_that_met_trouble_is_said_again() {
    let door = Door::open().await;
    door.fake.reply("AnswerPreCheckoutQuery", Reply::Bare(502));
    door.dispatcher.submit(&checkout(1, 7, "order")).await.unwrap();
    assert_eq!(door.fake.calls("AnswerPreCheckoutQuery").len(), 2);
}

#[tokio::test]
async fn a_group_is_told_once_where_to_talk() {
    let door = Door::open().await;
    for id in 1..=3 {
        door.dispatcher.submit(&message(id, -9, json!({"text": "/start@pixel_bot"}))).await.unwrap();
    }
    let told = door.fake.calls("SendMessage");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].fields, json!({"chat_id": -9, "text": "write to me alone"}));
    assert_eq!(door.count("ignored_group"), 2);
}

#[tokio::test]
async fn what_nobody_understands_is_counted_and_counts_as_handled() {
    let door = Door::open().await;
    door.dispatcher.submit("[]").await.unwrap();
    door.dispatcher.submit(r#"{"update_id": 1, "news": {}}"#).await.unwrap();
    assert_eq!((door.count("unreadable"), door.count("ignored_unknown")), (1, 1));
}
