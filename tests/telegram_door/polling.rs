//! What is fetched, what is confirmed, and what is delivered again.

use std::sync::Arc;

use pixelai::telegram::polling::{PollingError, run};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::dispatching::dispatcher;
use crate::fake::{Call, Fake, Reply};
use crate::talk::{Script, payment, text};

struct Polling {
    shutdown: CancellationToken,
    running: JoinHandle<Result<(), PollingError>>,
}

fn start(fake: &Fake, script: &Arc<Script>) -> Polling {
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(run(fake.client(), dispatcher(fake, script), shutdown.clone()));
    Polling { shutdown, running }
}

impl Polling {
    async fn stop(self) -> Result<(), PollingError> {
        self.shutdown.cancel();
        self.running.await.unwrap()
    }
}

fn offset(call: &Call) -> Option<i64> {
    call.fields["offset"].as_i64()
}

async fn confirmed(fake: &Fake, wanted: i64) {
    fake.until("GetUpdates", |calls| calls.iter().any(|call| offset(call) == Some(wanted))).await;
}

#[tokio::test]
async fn the_kinds_of_updates_are_always_named() {
    let fake = Fake::start().await;
    let polling = start(&fake, &Arc::default());
    let calls = fake.until("GetUpdates", |calls| !calls.is_empty()).await;
    let expected = json!({"limit": 100, "timeout": 30,
        "allowed_updates": ["message", "callback_query", "pre_checkout_query", "my_chat_member"]});
    assert_eq!(calls[0].fields, expected);
    polling.stop().await.unwrap();
}

#[tokio::test]
async fn the_offset_never_passes_what_is_not_handled() {
    let (fake, script) = (Fake::start().await, Arc::new(Script::default()));
    fake.deliver(1, text(1, 7, "wait"));
    fake.deliver(2, text(2, 8, "quick"));
    let polling = start(&fake, &script);
    script.until_noted("end quick").await;
    // The slow chat stops nobody else's updates from being fetched, and nothing is handled twice.
    fake.deliver(3, text(3, 9, "later"));
    script.until_noted("end later").await;
    let calls = fake.until("GetUpdates", |calls| calls.len() >= 4).await;
    assert!(calls.iter().all(|call| offset(call).is_none_or(|offset| offset <= 1)), "{calls:?}");
    script.open("wait");
    confirmed(&fake, 4).await;
    polling.stop().await.unwrap();
    let mut noted = script.noted();
    noted.retain(|noted| noted.starts_with("begin"));
    assert_eq!(noted, ["begin wait", "begin quick", "begin later"]);
}

#[tokio::test]
async fn what_a_crash_interrupted_is_delivered_again() {
    let fake = Fake::start().await;
    let crashing = Arc::new(Script::default());
    fake.deliver(1, payment(1, 7, "early"));
    fake.deliver(2, text(2, 7, "wait"));
    let polling = start(&fake, &crashing);
    crashing.until_noted("begin wait").await;
    crashing.until_noted("end paid early").await;
    confirmed(&fake, 2).await;
    polling.running.abort();

    let script = Arc::new(Script::default());
    script.open("wait");
    let polling = start(&fake, &script);
    script.until_noted("end wait").await;
    polling.stop().await.unwrap();
    assert_eq!(script.noted(), ["begin wait", "end wait"]);
}

#[tokio::test]
async fn stopping_waits_for_what_is_in_flight_and_confirms_it() {
    let (fake, script) = (Fake::start().await, Arc::new(Script::default()));
    fake.deliver(1, text(1, 7, "wait"));
    let polling = start(&fake, &script);
    script.until_noted("begin wait").await;
    polling.shutdown.cancel();
    script.open("wait");
    polling.stop().await.unwrap();
    let last = fake.calls("GetUpdates").pop().unwrap().fields;
    assert_eq!((&last["offset"], &last["timeout"], &last["limit"]), (&json!(2), &json!(0), &json!(1)));
}

#[tokio::test]
async fn an_update_that_nobody_understands_takes_no_other_with_it() {
    let (fake, script) = (Fake::start().await, Arc::new(Script::default()));
    fake.deliver(1, r#"{"update_id": 1, "message": {"message_id": "no number"}}"#);
    fake.deliver(2, r#"{"update_id": 2, "subscription": {"state": "active"}}"#);
    fake.deliver(3, text(3, 7, "fine"));
    let polling = start(&fake, &script);
    script.until_noted("end fine").await;
    confirmed(&fake, 4).await;
    polling.stop().await.unwrap();
}

#[tokio::test]
async fn trouble_while_fetching_passes() {
    let (fake, script) = (Fake::start().await, Arc::new(Script::default()));
    fake.reply("GetUpdates", Reply::Bare(502));
    fake.reply("GetUpdates", Reply::Refusal(409, "Conflict: terminated by other getUpdates request"));
    fake.deliver(1, text(1, 7, "fine"));
    let polling = start(&fake, &script);
    script.until_noted("end fine").await;
    polling.stop().await.unwrap();
}

#[tokio::test]
async fn a_token_that_is_not_known_ends_it() {
    let fake = Fake::start().await;
    fake.reply("GetWebhookInfo", Reply::Refusal(401, "Unauthorized"));
    let polling = start(&fake, &Arc::default());
    assert_eq!(polling.running.await.unwrap(), Err(PollingError::Unauthorized));
}

#[tokio::test]
async fn a_webhook_is_removed_and_nothing_that_waits_is_dropped() {
    let fake = Fake::start().await;
    fake.reply("GetWebhookInfo", Reply::Result(json!({"url": "https://old.example"})));
    let polling = start(&fake, &Arc::default());
    fake.until("GetUpdates", |calls| !calls.is_empty()).await;
    assert_eq!(fake.calls("DeleteWebhook")[0].fields.get("drop_pending_updates"), Some(&json!(false)));
    polling.stop().await.unwrap();
}

#[tokio::test]
async fn a_full_window_waits_for_the_slow_one_and_goes_on() {
    let (fake, script) = (Fake::start().await, Arc::new(Script::default()));
    fake.deliver(1, text(1, 1, "wait"));
    for id in 2..=150 {
        fake.deliver(id, text(id, id, &format!("quick {id}")));
    }
    let polling = start(&fake, &script);
    script.until_noted("end quick 100").await;
    assert!(fake.calls("GetUpdates").iter().all(|call| offset(call).is_none_or(|offset| offset <= 1)));
    script.open("wait");
    script.until_noted("end quick 150").await;
    confirmed(&fake, 151).await;
    polling.stop().await.unwrap();
}

#[tokio::test]
async fn a_flood_of_updates_is_taken_page_by_page() {
    let (fake, script) = (Fake::start().await, Arc::new(Script::default()));
    for id in 1..=250 {
        fake.deliver(id, text(id, id, "one of many"));
    }
    let polling = start(&fake, &script);
    confirmed(&fake, 251).await;
    polling.stop().await.unwrap();
    assert_eq!(script.noted().iter().filter(|noted| *noted == "end one of many").count(), 250);
}
