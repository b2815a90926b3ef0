//! Telegram's webhook: the whole bot over it, forged and broken deliveries, and the change from polling and back.

use std::time::Duration;

use pixelai::emulator::Person;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

use crate::bot::{Bot, BotOptions, photo};
use crate::process::House;

const SECRET_HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";

async fn brought() -> Bot {
    let bot = Bot::start_with(BotOptions { webhook: true, ..BotOptions::default() }).await;
    is_set(&bot).await;
    bot
}

/// Waits until Telegram knows of the webhook.
async fn is_set(bot: &Bot) {
    let set = async {
        while ask(bot, "getWebhookInfo").await["url"] == "" {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), set).await.expect("the webhook is set");
}

/// Asks the Bot API as the bot would.
async fn ask(bot: &Bot, method: &str) -> Value {
    let url = format!("{}/bot{}/{method}", bot.emulator.url(), bot.emulator.token());
    let answer: Value = reqwest::get(url).await.expect("it answers").json().await.expect("it is JSON");
    answer["result"].clone()
}

/// The secret that the bot has agreed on with Telegram.
fn secret(bot: &Bot) -> String {
    let requests = bot.emulator.requests();
    let set = requests.iter().rev().find(|request| request.method == "setWebhook").expect("the webhook was set");
    set.params["secret_token"].as_str().expect("there is a secret").to_owned()
}

async fn deliver(bot: &Bot, secret: Option<&str>, kind: &str, body: impl Into<reqwest::Body>) -> Response {
    let mut request = Client::new().post(bot.url("/telegram")).header("Content-Type", kind).body(body);
    if let Some(secret) = secret {
        request = request.header(SECRET_HEADER, secret);
    }
    request.send().await.expect("it answers")
}

async fn orders(person: &Person) {
    person.sends_text("/start");
    person.sees("Hi, ").await.expect("the menu");
    person.sends_text("/templates");
    person.sees("What shall we make?").await.expect("the shelves");
    person.presses("Christmas").expect("a shelf");
    person.sees("cabin").await.expect("the gallery");
    person.presses("I want").expect("the button");
    person.sees("Send a photo").await.expect("the question");
    person.sends_photo(photo(1));
    person.sees("Shall we make it?").await.expect("the price");
    person.presses("Make it").expect("the button");
    person.sees("is ready").await.expect("the picture");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_story_goes_over_a_webhook() {
    let bot = brought().await;
    let ann = bot.person("Ann", "en");
    orders(&ann).await;
    ann.sends_text("/topup");
    ann.sees("Top up").await.expect("the packs");
    let packs = ann.last().expect("a message");
    let pack = packs["reply_markup"]["inline_keyboard"][0][0]["text"].as_str().expect("a pack").to_owned();
    ann.presses(&pack).expect("a pack");
    ann.sees_invoice().await.expect("an invoice");
    let before = bot.balance(&ann).await;
    ann.pays().await;
    bot.quiet().await;
    assert!(bot.balance(&ann).await > before);
    let info = ask(&bot, "getWebhookInfo").await;
    assert_eq!(info["url"], bot.url("/telegram"));
    assert_eq!(info["pending_update_count"], 0);
    assert_eq!(info["allowed_updates"], json!(["message", "callback_query", "pre_checkout_query", "my_chat_member"]));
    assert!(!bot.emulator.requests().iter().any(|request| request.method == "getUpdates"));
    bot.shutdown().await;
}

#[tokio::test]
async fn a_forged_delivery_does_nothing() {
    let bot = brought().await;
    let right = secret(&bot);
    let update = json!({"update_id": 1, "message": {"message_id": 1, "date": 0, "text": "/start",
        "chat": {"id": 77, "type": "private", "first_name": "Eve"},
        "from": {"id": 77, "is_bot": false, "first_name": "Eve"}}})
    .to_string();
    let almost = format!("{}x", &right[..right.len() - 1]);
    for wrong in [None, Some(""), Some(almost.as_str()), Some(&right[..10])] {
        let answer = deliver(&bot, wrong, "application/json", update.clone()).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{wrong:?}");
    }
    assert_eq!(bot.number("SELECT count(*) FROM users").await, 0);
    let answer = deliver(&bot, Some(&right), "application/json; charset=utf-8", update).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(bot.number("SELECT count(*) FROM users").await, 1);
    // The chat is none that the emulator knows; its complaints are of no interest here.
    bot.emulator.clone().shutdown().await;
}

#[tokio::test]
async fn a_broken_delivery_has_the_right_status_and_harms_nobody() {
    let bot = brought().await;
    let right = secret(&bot);
    let status = async |kind: &str, body: Vec<u8>| deliver(&bot, Some(&right), kind, body).await.status();
    assert_eq!(status("text/plain", b"{}".to_vec()).await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(status("application/json", vec![0xff, 0xfe]).await, StatusCode::BAD_REQUEST);
    assert_eq!(status("application/json", vec![b' '; 1024 * 1024 + 1]).await, StatusCode::PAYLOAD_TOO_LARGE);
    // To be brought such a thing again helps nobody.
    assert_eq!(status("application/json", b"not json".to_vec()).await, StatusCode::OK);
    assert_eq!(status("application/json", b"{\"update_id\": 7}".to_vec()).await, StatusCode::OK);
    let ann = bot.person("Ann", "en");
    ann.sends_text("/start");
    ann.sees("Hi, Ann").await.expect("the bot goes on");
    bot.shutdown().await;
}

#[tokio::test]
async fn who_fetches_its_updates_has_no_such_route() {
    let bot = Bot::start_with(BotOptions { http: true, ..BotOptions::default() }).await;
    if ask(&bot, "getWebhookInfo").await["url"] == "" {
        let answer = deliver(&bot, Some("anything"), "application/json", "{}").await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_is_confirmed_only_once_it_is_handled() {
    let bot = brought().await;
    let ann = bot.person("Ann", "en");
    ann.sends_text("/topup");
    ann.sees("Top up").await.expect("the packs");
    let packs = ann.last().expect("a message");
    let pack = packs["reply_markup"]["inline_keyboard"][0][0]["text"].as_str().expect("a pack").to_owned();
    ann.presses(&pack).expect("a pack");
    ann.sees_invoice().await.expect("an invoice");
    bot.quiet().await;
    bot.sql("ALTER TABLE ledger_entries RENAME TO elsewhere").await;
    ann.pays().await;
    // It is tried again and again meanwhile, and Telegram still has it.
    let retried = async {
        loop {
            let page = reqwest::get(bot.url("/metrics")).await.expect("it answers").text().await.expect("it is text");
            let line = page.lines().find(|line| line.starts_with("pixelai_updates_total{event=\"retries\"}"));
            if line.is_some_and(|line| !line.ends_with(" 0")) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), retried).await.expect("the payment is tried again");
    assert_eq!(ask(&bot, "getWebhookInfo").await["pending_update_count"], 1);
    bot.sql("ALTER TABLE elsewhere RENAME TO ledger_entries").await;
    bot.quiet().await;
    assert_eq!(bot.number("SELECT count(*) FROM payments").await, 1);
    assert_eq!(ask(&bot, "getWebhookInfo").await["pending_update_count"], 0);
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_polling_to_a_webhook_and_back_nothing_is_lost() {
    let mut bot = Bot::start_with(BotOptions { http: true, ..BotOptions::default() }).await;
    let people: Vec<Person> = (0..6).map(|number| bot.person(&format!("P{number}"), "en")).collect();
    for (round, brought) in [true, false, true, false].into_iter().enumerate() {
        bot.stop().await;
        for person in &people {
            person.sends_text(&format!("/start {round}"));
        }
        bot.updates_are_brought(brought);
        bot.run().await;
        for person in &people {
            person.sees_next("Hi, ").await.expect("the update that waited is answered");
        }
        bot.quiet().await;
        let url = ask(&bot, "getWebhookInfo").await["url"].clone();
        assert_eq!(url == "", !brought, "{url}");
    }
    let dropped = bot.emulator.requests().into_iter().any(|request| request.params["drop_pending_updates"] == true);
    assert!(!dropped, "waiting updates were dropped");
    bot.shutdown().await;
}

#[tokio::test]
async fn an_end_leaves_the_webhook_to_the_next_process() {
    let mut bot = brought().await;
    bot.stop().await;
    assert_eq!(ask(&bot, "getWebhookInfo").await["url"], bot.url("/telegram"));
    let ann = bot.person("Ann", "en");
    ann.sends_text("/start");
    bot.run().await;
    ann.sees("Hi, Ann").await.expect("what came in between is brought");
    bot.shutdown().await;
}

#[tokio::test]
async fn the_command_sets_shows_and_deletes_it() {
    let house = House::new(&[("PUBLIC_URL", "https://bot.example/ai/"), ("WEBHOOK_SECRET", "0123456789abcdef")]).await;
    let set = house.says(&["webhook", "set"]).await;
    assert_eq!(set.trim(), "Telegram brings its updates to https://bot.example/ai/telegram");
    let info = house.says(&["webhook", "info"]).await;
    assert!(info.contains("updates are brought to https://bot.example/ai/telegram"), "{info}");
    assert!(info.contains("kinds: message, callback_query, pre_checkout_query, my_chat_member"), "{info}");
    let delete = house.says(&["webhook", "delete"]).await;
    assert!(delete.contains("no webhook is set"), "{delete}");
    let info = house.says(&["webhook", "info"]).await;
    assert!(info.contains("no webhook is set"), "{info}");
    let requests = house.emulator.requests();
    let set = requests.iter().find(|request| request.method == "setWebhook").expect("it was set");
    let secret = set.params["secret_token"].as_str().expect("there is a secret");
    assert!(!secret.contains("0123456789abcdef") && secret.len() == 64, "the setting itself goes to nobody");
}
