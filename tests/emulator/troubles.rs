//! Faults on request, rate limits, and a state that outlives the server.

use pixelai::emulator::{Emulator, FaultKind, FaultRule, Options};
use serde_json::json;

use super::support::{TOKEN, jpeg, start, start_with};

#[tokio::test]
async fn too_many_requests_name_the_pause_twice() {
    let (emulator, bot) = start().await;
    emulator.fault(FaultRule::once("getMe", FaultKind::Status429 { retry_after: 7 }));
    let response = bot.client.get(bot.address("getMe")).send().await.unwrap();
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "7");
    let body: serde_json::Value = response.json().await.unwrap();
    assert_eq!(body["parameters"]["retry_after"], 7);
    assert_eq!(body["description"], "Too Many Requests: retry after 7");
    bot.ok("getMe", json!({})).await;
}

#[tokio::test]
async fn a_bad_gateway_answers_no_json() {
    let (emulator, bot) = start().await;
    emulator.fault(FaultRule::times("*", 2, FaultKind::Status502));
    for _ in 0..2 {
        let response = bot.client.get(bot.address("getMe")).send().await.unwrap();
        assert_eq!(response.status(), 502);
        assert!(response.json::<serde_json::Value>().await.is_err());
    }
    bot.ok("getMe", json!({})).await;
}

#[tokio::test]
async fn a_dropped_answer_may_have_been_a_deed() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    anna.sends_text("/start");
    for (kind, seen) in [(FaultKind::DropBefore, 1), (FaultKind::DropAfterProcessing, 2)] {
        emulator.fault(FaultRule::once("sendMessage", kind));
        let send = bot.client.post(bot.address("sendMessage")).json(&json!({"chat_id": anna.id(), "text": "x"}));
        assert!(send.send().await.is_err(), "no answer at all");
        assert_eq!(anna.messages().len(), seen);
    }
    bot.ok("getMe", json!({})).await;
}

#[tokio::test]
async fn a_person_who_blocks_the_bot_is_out_of_reach() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    anna.sends_text("/start");
    anna.blocks(true);
    let answer = bot.call("sendMessage", json!({"chat_id": anna.id(), "text": "x"})).await;
    assert_eq!(answer["error_code"], 403);
    assert_eq!(answer["description"], "Forbidden: bot was blocked by the user");
    anna.sends_text("back");
    let updates = bot.updates(0).await;
    let status = |index: usize| updates[index]["my_chat_member"]["new_chat_member"]["status"].clone();
    assert_eq!((status(1), status(2)), (json!("kicked"), json!("member")));
    bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "x"})).await;
}

#[tokio::test]
async fn a_block_can_be_feigned() {
    let (emulator, bot) = start().await;
    let anna = emulator.person("Anna", "en");
    anna.sends_text("/start");
    emulator.fault(FaultRule::once("sendmessage", FaultKind::Blocked));
    bot.ok("getMe", json!({})).await;
    let error = bot.refused("sendMessage", json!({"chat_id": anna.id(), "text": "x"})).await;
    assert_eq!(error, "Forbidden: bot was blocked by the user");
    bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "x"})).await;
    emulator.fault(FaultRule::times("*", 9, FaultKind::Status502));
    emulator.clear_faults();
    bot.ok("getMe", json!({})).await;
}

#[tokio::test]
async fn faults_are_set_and_cleared_over_http() {
    let (_emulator, bot) = start().await;
    let rule = json!({"method": "getMe", "times": 3, "kind": "status429", "retry_after": 1});
    let (status, faults) = bot.post("/api/faults", rule.clone()).await;
    assert_eq!((status, &faults["rules"][0]), (200, &rule));
    assert_eq!(bot.call("getMe", json!({})).await["error_code"], 429);
    assert_eq!(bot.get("/api/faults").await["rules"][0]["times"], 2);
    bot.client.delete(format!("{}/api/faults", bot.root)).send().await.unwrap();
    bot.ok("getMe", json!({})).await;
    assert_eq!(bot.post("/api/faults", json!({"kind": "shuffle", "seed": 4})).await.1["shuffle"], 4);
}

#[tokio::test]
async fn sending_too_fast_is_refused_when_limits_are_on() {
    let (emulator, bot) = start_with(Options { rate_limits: true, ..Options::default() }).await;
    let anna = emulator.person("Anna", "en");
    anna.sends_text("/start");
    let mut answers = Vec::new();
    for n in 0..7 {
        answers.push(bot.call("sendMessage", json!({"chat_id": anna.id(), "text": n.to_string()})).await);
    }
    assert!(answers[..5].iter().all(|answer| answer["ok"] == true), "a burst is let through");
    assert!(answers[5..].iter().any(|answer| answer["error_code"] == 429));
}

#[tokio::test]
async fn everything_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let state_file = Some(folder.path().join("demo.json"));
    let options = || Options { state_file: state_file.clone(), ..Options::default() };
    let (emulator, bot) = start_with(options()).await;
    let anna = emulator.person("Anna", "en");
    anna.sends_text("/start");
    bot.next_update().await;
    let sent = bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "Hello"})).await;
    let unconfirmed = anna.sends_photo(jpeg(300, 300));
    let file_id = anna.last().unwrap()["photo"][1]["file_id"].clone();
    let (transcript, messages) = (anna.transcript(), anna.messages());
    emulator.shutdown().await;

    let (emulator, bot) = start_with(options()).await;
    let anna = emulator.people().remove(0);
    assert_eq!(anna.transcript(), transcript);
    assert_eq!(anna.messages(), messages);
    let updates = bot.updates(0).await;
    assert_eq!(updates[0]["update_id"], unconfirmed);
    assert_eq!(emulator.file(file_id.as_str().unwrap()).unwrap(), jpeg(300, 300));
    let next = bot.ok("sendMessage", json!({"chat_id": anna.id(), "text": "Again"})).await;
    assert!(next["message_id"].as_i64() > sent["message_id"].as_i64());
    assert!(anna.sends_text("more") > unconfirmed);
    assert!(emulator.person("Boris", "ru").id() > anna.id());
}

#[tokio::test]
async fn a_taken_port_and_a_broken_state_are_named_with_a_mend() {
    let (emulator, _bot) = start().await;
    let listen = emulator.url().trim_start_matches("http://").parse().unwrap();
    let error = Emulator::start(Options { listen, ..Options::default() }).await.err().unwrap().to_string();
    assert!(error.contains(&listen.to_string()) && error.contains("another port"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    std::fs::write(&path, "{").unwrap();
    let options = Options { token: TOKEN.into(), state_file: Some(path.clone()), ..Options::default() };
    let error = Emulator::start(options).await.err().unwrap().to_string();
    assert!(error.contains(&path.display().to_string()) && error.contains("move the file away"), "{error}");
}
