//! The people's API, as the chat page uses it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use pixelai::emulator::{Knob, Options, Other};
use serde_json::{Value, json};

use super::support::{start, start_with};

#[tokio::test]
async fn people_are_added_and_listed() {
    let (_emulator, bot) = start().await;
    let (_, anna) = bot.post("/api/people", json!({"first_name": "Анна", "language_code": "ru"})).await;
    assert_eq!(anna["id"], 1_000_001);
    assert_eq!(anna["stars"], 500);
    let (_, boris) = bot.post("/api/people", json!({"first_name": "Boris", "language_code": "en"})).await;
    assert_eq!(bot.get("/api/people").await, json!([anna, boris]));
    let (status, error) = bot.post("/api/people", json!({"first_name": " ", "language_code": "en"})).await;
    assert_eq!(status, 400);
    assert!(error["error"].is_string());
}

#[tokio::test]
async fn a_chat_is_read_as_a_whole() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    let path = format!("/api/people/{}", anna.id());
    let (status, _) = bot.post(&format!("{path}/text"), json!({"text": "/start"})).await;
    assert_eq!(status, 200);
    bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "Hi"})).await;
    assert_eq!(bot.get("/api/people").await[0]["unread"], 1);
    let chat = bot.get(&format!("{path}/chat")).await;
    assert_eq!(chat["bot"]["username"], "test_bot");
    assert_eq!(chat["messages"].as_array().unwrap().len(), 2);
    assert_eq!(chat["messages"][1]["text"], "Hi");
    assert_eq!((&chat["keyboard"], &chat["blocked"], &chat["stars"]), (&Value::Null, &json!(false), &json!(500)));
    assert_eq!(bot.get("/api/people").await[0]["unread"], 0, "reading the chat marks it read");
    assert_eq!(bot.get("/api/people/5/chat").await["error"], "there is no such person");
}

#[tokio::test]
async fn events_tell_what_happens() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    let path = format!("/api/people/{}", anna.id());
    let mut stream = bot.client.get(format!("{}{path}/events", bot.root)).send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    anna.sends_text("/start");
    bot.ok("sendChatAction", json!({"chat_id": anna.id(), "action": "typing"})).await;
    let keyboard = json!({"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]});
    let sent = bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "Hi", "reply_markup": keyboard})).await;
    let message_id = sent["message_id"].clone();
    let menu = json!({"keyboard": [["Menu"]]});
    bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "Menu", "reply_markup": menu})).await;
    let (_, pressed) = bot.post(&format!("{path}/press"), json!({"message_id": message_id, "data": "go"})).await;
    bot.ok("answerCallbackQuery", json!({"callback_query_id": pressed["press_id"], "text": "Ok"})).await;
    bot.ok("editMessageText", json!({"chat_id": anna.id(), "message_id": message_id, "text": "Edited"})).await;
    bot.ok("deleteMessage", json!({"chat_id": anna.id(), "message_id": message_id})).await;
    bot.post(&format!("{path}/stars"), json!({"amount": 25})).await;
    bot.post(&format!("{path}/language"), json!({"language_code": "ru"})).await;
    let mut text = String::new();
    while !text.contains("event: person") || !text.ends_with("\n\n") {
        text.push_str(std::str::from_utf8(&stream.chunk().await.unwrap().unwrap()).unwrap());
    }
    let events: Vec<(&str, Value)> = text
        .split("\n\n")
        .filter_map(|event| event.strip_prefix("event: ")?.split_once("\ndata: "))
        .map(|(name, data)| (name, serde_json::from_str(data).unwrap()))
        .collect();
    let names: Vec<_> = events.iter().map(|(name, _)| *name).collect();
    let expected =
        ["message", "action", "message", "message", "keyboard", "answer", "edited", "deleted", "purse", "person"];
    assert_eq!(names, expected);
    assert_eq!(events[1].1, json!({"action": "typing"}));
    assert_eq!(events[5].1, json!({"press_id": pressed["press_id"], "text": "Ok", "show_alert": false}));
    assert_eq!(events[7].1, json!({"message_id": message_id}));
    assert_eq!(events[8].1, json!({"stars": 525}));
    assert_eq!(events[9].1["language_code"], "ru");
}

#[tokio::test]
async fn messages_of_every_other_kind_arrive() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    let kinds =
        [("sticker", Other::Sticker), ("voice", Other::Voice), ("video", Other::Video), ("location", Other::Location)];
    for (key, kind) in kinds.into_iter().chain([("contact", Other::Contact), ("poll", Other::Poll)]) {
        anna.sends_other(kind);
        assert!(bot.next_update().await["message"].get(key).is_some(), "{key}");
    }
    assert_eq!(anna.sends_other(Other::Edited), 0, "there is nothing to edit");
    anna.sends_text("first");
    bot.next_update().await;
    let path = format!("/api/people/{}/other", anna.id());
    assert_eq!(bot.post(&path, json!({"kind": "edited"})).await.0, 200);
    assert_eq!(bot.next_update().await["edited_message"]["text"], "first (edited)");
    bot.post(&path, json!({"kind": "forward_album"})).await;
    let album = bot.updates(0).await;
    assert_eq!(album[0]["message"]["media_group_id"], album[1]["message"]["media_group_id"]);
    assert_eq!(album[0]["message"]["forward_origin"]["type"], "hidden_user");
}

#[tokio::test]
async fn who_has_blocked_the_bot_cannot_write_from_the_page() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    let path = format!("/api/people/{}", anna.id());
    bot.post(&format!("{path}/block"), json!({"blocked": true})).await;
    let (status, error) = bot.post(&format!("{path}/text"), json!({"text": "hi"})).await;
    assert_eq!(status, 409, "{error}");
    assert_eq!(bot.post(&format!("{path}/block"), json!({"blocked": false})).await.1["blocked"], false);
    assert_eq!(bot.post(&format!("{path}/text"), json!({"text": "hi"})).await.0, 200);
}

#[tokio::test]
async fn knobs_turn_within_their_options() {
    let value = Arc::new(Mutex::new("normal".to_owned()));
    let (get, set) = (value.clone(), value.clone());
    let knob = Knob {
        name: "ai".into(),
        title: "AI".into(),
        options: vec!["normal".into(), "fails".into()],
        get: Arc::new(move || get.lock().unwrap().clone()),
        set: Arc::new(move |value| *set.lock().unwrap() = value.into()),
    };
    let (_emulator, bot) = start_with(Options { knobs: vec![knob], ..Options::default() }).await;
    let row = json!([{"name": "ai", "title": "AI", "options": ["normal", "fails"], "value": "normal"}]);
    assert_eq!(bot.get("/api/knobs").await, row);
    assert_eq!(bot.post("/api/knobs/ai", json!({"value": "fails"})).await.1["value"], "fails");
    assert_eq!(*value.lock().unwrap(), "fails");
    assert_eq!(bot.post("/api/knobs/ai", json!({"value": "odd"})).await.0, 400);
}

#[tokio::test]
async fn a_restart_is_offered_only_where_there_is_one() {
    let (_emulator, bot) = start().await;
    assert_eq!(bot.get("/api/info").await["restart"], false);
    assert_eq!(bot.post("/api/restart", json!({})).await.0, 404);
    let count = Arc::new(AtomicU32::new(0));
    let hook = count.clone();
    let restart: Arc<dyn Fn() + Send + Sync> = Arc::new(move || {
        hook.fetch_add(1, Ordering::SeqCst);
    });
    let (_emulator, bot) = start_with(Options { restart: Some(restart), ..Options::default() }).await;
    assert_eq!(bot.get("/api/info").await["restart"], true);
    assert_eq!(bot.post("/api/restart", json!({})).await.0, 200);
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_page_is_served_and_other_sites_cannot_act() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    let page = bot.client.get(&bot.root).send().await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'self'") && !policy.contains("http"), "{policy}");
    let address = format!("{}/api/people/{}/text", bot.root, anna.id());
    let foreign = bot.client.post(&address).header("Origin", "https://evil.example").json(&json!({"text": "x"}));
    assert_eq!(foreign.send().await.unwrap().status(), 403);
    let own = bot.client.post(&address).header("Origin", &bot.root).json(&json!({"text": "x"}));
    assert_eq!(own.send().await.unwrap().status(), 200);
    assert!(bot.get("/api/nothing").await["error"].is_string());
}

#[tokio::test]
async fn every_refusal_is_json() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    let path = format!("/api/people/{}", anna.id());
    assert!(bot.post(&format!("{path}/press"), json!({"message_id": "x"})).await.1["error"].is_string());
    assert!(bot.post("/api/people/nobody/text", json!({"text": "x"})).await.1["error"].is_string());
    let (status, error) = bot.post(&format!("{path}/chat"), json!({})).await;
    assert_eq!((status, error), (405, json!({"error": "Method Not Allowed"})));
    assert_eq!(bot.post(&format!("{path}/text"), json!({"text": "x".repeat(70_000)})).await.0, 413);
}

#[tokio::test]
async fn a_long_text_arrives_in_parts() {
    let (emulator, bot) = start().await;
    emulator.person("Anna", "en").sends_text(&"😀".repeat(2049));
    let parts = bot.updates(0).await;
    assert_eq!(parts[0]["message"]["text"], "😀".repeat(2048));
    assert_eq!(parts[1]["message"]["text"], "😀");
}
