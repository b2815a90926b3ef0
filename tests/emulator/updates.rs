//! Long polling, webhooks and presses.

use pixelai::emulator::{FaultKind, FaultRule};
use serde_json::{Value, json};

use super::support::start;

#[tokio::test]
async fn a_poll_waits_until_something_is_said() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "ru");
    let polling = tokio::spawn({
        let bot = bot.clone();
        async move { bot.updates(0).await }
    });
    while !emulator.requests().iter().any(|request| request.method == "getUpdates") {
        tokio::task::yield_now().await;
    }
    let id = anna.sends_text("/start promo_1");
    let updates = polling.await.unwrap();
    assert_eq!(updates.len(), 1);
    assert_eq!(updates[0]["update_id"], id);
    let message = &updates[0]["message"];
    assert_eq!(message["text"], "/start promo_1");
    assert_eq!(message["entities"], json!([{"type": "bot_command", "offset": 0, "length": 6}]));
    assert_eq!(message["from"]["language_code"], "ru");
    assert_eq!(
        message["chat"],
        json!({"id": anna.id(), "type": "private", "first_name": "Anna", "username": message["chat"]["username"]})
    );
}

#[tokio::test]
async fn an_offset_confirms_what_lies_before_it() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "ru");
    let ids: Vec<u64> = ["a", "b", "c", "d"].iter().map(|text| anna.sends_text(text)).collect();
    let got = |updates: Value| updates.as_array().unwrap().iter().map(|u| u["update_id"].as_u64().unwrap()).collect();
    let read: Vec<u64> = got(bot.ok("getUpdates", json!({})).await);
    assert_eq!(read, ids, "without an offset nothing is confirmed");
    let read: Vec<u64> = got(bot.ok("getUpdates", json!({"offset": ids[1], "limit": 2})).await);
    assert_eq!(read, ids[1..3]);
    let read: Vec<u64> = got(bot.ok("getUpdates", json!({"offset": -1})).await);
    assert_eq!(read, ids[3..], "a negative offset counts from the end");
    let read: Vec<u64> = got(bot.ok("getUpdates", json!({"offset": 0})).await);
    assert_eq!(read, ids[3..], "and forgets what lies before");
    bot.ok("getUpdates", json!({"offset": ids[3] + 1})).await;
    emulator.idle().await;
}

#[tokio::test]
async fn the_older_of_two_polls_ends_with_a_conflict() {
    let (emulator, bot) = start().await;
    let older = tokio::spawn({
        let bot = bot.clone();
        async move { bot.call("getUpdates", json!({"timeout": 30})).await }
    });
    while !emulator.requests().iter().any(|request| request.method == "getUpdates") {
        tokio::task::yield_now().await;
    }
    bot.ok("getUpdates", json!({"timeout": 0})).await;
    let answer = older.await.unwrap();
    assert_eq!(answer["error_code"], 409);
    assert!(answer["description"].as_str().unwrap().starts_with("Conflict: terminated by other getUpdates request"));
}

#[tokio::test]
async fn only_allowed_kinds_come_and_the_choice_is_remembered() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "ru");
    anna.sends_text("before");
    bot.ok("getUpdates", json!({"allowed_updates": ["my_chat_member"]})).await;
    anna.sends_text("after");
    anna.blocks(true);
    let updates = bot.updates(0).await;
    let kinds: Vec<_> =
        updates.iter().map(|u| u.as_object().unwrap().keys().find(|k| *k != "update_id").unwrap()).collect();
    assert_eq!(kinds, ["message", "my_chat_member"], "queued updates stay, later ones are sifted");
    assert_eq!(updates[1]["my_chat_member"]["new_chat_member"]["status"], "kicked");
}

#[tokio::test]
async fn a_press_is_answered_once() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    anna.sends_text("/start");
    bot.next_update().await;
    let keyboard = json!({"inline_keyboard": [[{"text": "Yes", "callback_data": "v1:yes"}]]});
    let sent = bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "Sure?", "reply_markup": keyboard})).await;
    assert_eq!(anna.presses("No").unwrap_err(), "no button contains “No”; there are: Yes");
    anna.presses("Yes").unwrap();
    let query = bot.next_update().await["callback_query"].clone();
    assert_eq!(query["data"], "v1:yes");
    assert_eq!(query["message"]["message_id"], sent["message_id"]);
    let answer = json!({"callback_query_id": query["id"], "text": "Done"});
    bot.ok("answerCallbackQuery", answer.clone()).await;
    assert_eq!(anna.sees_toast("Done").await.unwrap(), "Done");
    let stale = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    assert_eq!(bot.refused("answerCallbackQuery", answer).await, stale);
    anna.presses("Yes").unwrap();
    let query = bot.next_update().await["callback_query"].clone();
    let long = json!({"callback_query_id": query["id"], "text": "я".repeat(201)});
    assert_eq!(bot.refused("answerCallbackQuery", long).await, "Bad Request: MESSAGE_TOO_LONG");
    emulator.expire_presses();
    assert_eq!(bot.refused("answerCallbackQuery", json!({"callback_query_id": query["id"]})).await, stale);
}

#[tokio::test]
async fn a_press_on_a_deleted_message_carries_an_inaccessible_one() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    anna.sends_text("/start");
    bot.next_update().await;
    let sent = bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "Old"})).await;
    let message_id = sent["message_id"].as_i64().unwrap();
    bot.ok("deleteMessage", json!({"chat_id": anna.id(), "message_id": message_id})).await;
    anna.presses_data(message_id, "v0:gone").unwrap();
    let message = bot.next_update().await["callback_query"]["message"].clone();
    assert_eq!(message["date"], 0);
    assert_eq!(message["message_id"], message_id);
    assert!(anna.presses_data(99_999, "x").is_err());
}

#[tokio::test]
async fn an_update_is_delivered_twice_on_request() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    let id = anna.sends_text("once");
    let offset = id + 1;
    bot.next_update().await;
    assert!(emulator.redeliver(id));
    let again = bot.updates(offset as i64).await;
    assert_eq!(again[0]["update_id"], id, "the same id, whatever the offset");
    let new = emulator.resend(id).unwrap();
    let double = bot.updates(offset as i64).await;
    assert_eq!(double[0]["update_id"], new);
    assert_eq!(double[0]["message"], again[0]["message"]);
}

#[tokio::test]
async fn updates_come_shuffled_under_a_seed() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    let ids: Vec<u64> = (0..20).map(|n| anna.sends_text(&n.to_string())).collect();
    let read = |updates: Vec<Value>| updates.iter().map(|u| u["update_id"].as_u64().unwrap()).collect::<Vec<_>>();
    emulator.shuffle_updates(Some(7));
    let first = read(bot.updates(0).await);
    emulator.shuffle_updates(Some(7));
    let second = read(bot.updates(0).await);
    assert_eq!(first, second);
    assert_ne!(first, ids);
    let mut sorted = first;
    sorted.sort_unstable();
    assert_eq!(sorted, ids);
}

mod webhook {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI32, Ordering};

    use axum::Router;
    use axum::extract::State;
    use axum::http::{HeaderMap, StatusCode};
    use axum::routing::post;
    use tokio::sync::mpsc;

    use super::*;

    type Seen = (Option<String>, String);

    #[derive(Clone)]
    struct Receiver {
        failures: Arc<AtomicI32>,
        seen: mpsc::UnboundedSender<Seen>,
    }

    async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> StatusCode {
        let secret = headers.get("X-Telegram-Bot-Api-Secret-Token").map(|value| value.to_str().unwrap().to_owned());
        receiver.seen.send((secret, body)).unwrap();
        let fails = receiver.failures.fetch_sub(1, Ordering::SeqCst) > 0;
        if fails { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
    }

    /// A webhook that fails the first `failures` deliveries.
    async fn receiver(failures: i32) -> (String, mpsc::UnboundedReceiver<Seen>) {
        let (sender, seen) = mpsc::unbounded_channel();
        let receiver = Receiver { failures: Arc::new(failures.into()), seen: sender };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().route("/hook", post(receive)).with_state(receiver);
        tokio::spawn(async move { axum::serve(listener, router).await });
        (url, seen)
    }

    #[tokio::test]
    async fn a_webhook_is_pushed_to_with_its_secret_until_it_accepts() {
        let (emulator, bot) = start().await;
        let (url, mut seen) = receiver(1).await;
        let anna = emulator.person("Anna", "en");
        bot.ok("setWebhook", json!({"url": url, "secret_token": "s3cret", "max_connections": 10})).await;
        assert_eq!(bot.call("getUpdates", json!({})).await["error_code"], 409);
        let id = anna.sends_text("hi");
        for _ in 0..2 {
            let (secret, body) = seen.recv().await.unwrap();
            assert_eq!(secret.as_deref(), Some("s3cret"));
            assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["update_id"], id);
        }
        emulator.idle().await;
        let info = bot.ok("getWebhookInfo", json!({})).await;
        assert_eq!(info["pending_update_count"], 0);
        assert_eq!(info["url"], url);
        assert!(info["last_error_message"].as_str().unwrap().contains("503"));
        bot.ok("deleteWebhook", json!({})).await;
        anna.sends_text("by poll again");
        assert_eq!(bot.updates(0).await.len(), 1);
    }
}

#[tokio::test]
async fn a_slow_answer_still_comes() {
    let (emulator, bot) = start().await;
    emulator.fault(FaultRule::once("GETME", FaultKind::Slow { millis: 20 }));
    assert_eq!(bot.ok("getMe", json!({})).await["id"], 4242);
}
