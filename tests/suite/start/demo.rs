//! The demo: its address, its end, and going on where it was.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{assert_refuses, folder};
use crate::support::process::{Running, photo, pixelai};

/// How long a person of these stories waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A demo and somebody's hands in its page.
struct Demo {
    process: Running,
    url: String,
    client: reqwest::Client,
}

impl Demo {
    async fn start(folder: &TempDir, seconds: &str) -> Self {
        let args = ["demo", "--listen", "127.0.0.1:0", "--file", "demo.db"];
        let settings = [("MOCK_AI_SECONDS", seconds), ("LEASE_SECONDS", "1")];
        let mut command = pixelai(folder, &args, &settings);
        let log = std::fs::File::create(folder.path().join("log.txt")).expect("the log can be made");
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("the program starts");
        let stdout = child.stdout.take().expect("it is piped");
        let process = Running::of(child);
        let greeting = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line).map(|_| line)
        });
        let greeting = greeting.await.expect("no panic").expect("it says something");
        let url = greeting.split_whitespace().find(|word| word.starts_with("http://"));
        let url = url.unwrap_or_else(|| panic!("no address in “{greeting}”")).to_owned();
        Self { process, url, client: reqwest::Client::new() }
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.client.get(format!("{}{path}", self.url)).send().await.expect("the page answers");
        answer.json().await.expect("it answers JSON")
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.client.post(format!("{}{path}", self.url)).json(&body);
        let answer = request.send().await.expect("the page answers");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.expect("it answers JSON")
    }

    async fn writes(&self, person: i64, text: &str) {
        self.post(&format!("/api/people/{person}/text"), json!({ "text": text })).await;
    }

    async fn messages(&self, person: i64) -> Vec<Value> {
        let chat = self.get(&format!("/api/people/{person}/chat")).await;
        chat["messages"].as_array().expect("a chat has messages").clone()
    }

    /// Waits for a message of the bot with this text.
    async fn sees(&self, person: i64, text: &str) -> Value {
        let seen = tokio::time::timeout(PATIENCE, async {
            loop {
                let messages = self.messages(person).await;
                if let Some(message) = messages.iter().rev().find(|message| words(message).contains(text)) {
                    return message.clone();
                }
                // The page itself listens to a stream; a look now and then is enough here.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        match seen.await {
            Ok(message) => message,
            Err(_) => panic!("“{text}” was not seen in {:#?}", self.messages(person).await),
        }
    }

    /// Presses a button of this message.
    async fn presses(&self, person: i64, message: &Value, label: &str) {
        let rows = message["reply_markup"]["inline_keyboard"].as_array().cloned().unwrap_or_default();
        let buttons = rows.iter().flat_map(|row| row.as_array().into_iter().flatten());
        let button = buttons.clone().find(|button| button["text"].as_str().is_some_and(|text| text.contains(label)));
        let button = button.unwrap_or_else(|| panic!("no {label} in {message:#}"));
        let body = json!({ "message_id": message["message_id"], "data": button["callback_data"] });
        self.post(&format!("/api/people/{person}/press"), body).await;
    }

    async fn sends_photo(&self, person: i64) {
        let part = reqwest::multipart::Part::bytes(photo()).file_name("me.jpg").mime_str("image/jpeg").expect("a type");
        let form = reqwest::multipart::Form::new().part("photo", part);
        let address = format!("{}/api/people/{person}/photos", self.url);
        let answer = self.client.post(address).multipart(form).send().await.expect("the page answers");
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap_or_default());
    }
}

fn words(message: &Value) -> &str {
    message["text"].as_str().or(message["caption"].as_str()).unwrap_or_default()
}

#[tokio::test]
async fn it_prints_its_address_and_ends_on_either_signal() {
    for signal in ["TERM", "INT"] {
        let folder = folder();
        let demo = Demo::start(&folder, "0").await;
        let page = demo.client.get(&demo.url).send().await.expect("the page answers");
        assert!(page.status().is_success());
        demo.process.signal(signal);
        assert_eq!(demo.process.ends().await.code(), Some(0), "after SIG{signal}");
    }
}

#[tokio::test]
async fn on_the_same_file_it_goes_on_where_it_was() {
    let folder = folder();
    let demo = Demo::start(&folder, "3").await;
    let person = demo.post("/api/people", json!({ "first_name": "Ann", "language_code": "en" })).await;
    let person = person["id"].as_i64().expect("people have numbers");
    demo.writes(person, "/start").await;
    demo.sees(person, "On your balance: 10\u{a0}credits").await;
    demo.writes(person, "/templates").await;
    let categories = demo.sees(person, "What shall we make?").await;
    demo.presses(person, &categories, "Christmas").await;
    let gallery = demo.sees(person, "Christmas cabin").await;
    demo.presses(person, &gallery, "I want this one").await;
    demo.sees(person, "Send a photo").await;
    demo.sends_photo(person).await;
    let price = demo.sees(person, "Shall we make it?").await;
    demo.presses(person, &price, "Make it").await;
    demo.sees(person, "The picture will come here by itself").await;
    let before = demo.messages(person).await;
    assert_eq!(demo.process.stops().await.code(), Some(0));

    let again = Demo::start(&folder, "3").await;
    let people = again.get("/api/people").await;
    assert!(people.as_array().is_some_and(|people| people.iter().any(|one| one["id"] == person)), "{people}");
    let ids = |messages: &[Value]| messages.iter().map(|message| message["message_id"].clone()).collect::<Vec<_>>();
    let after = ids(&again.messages(person).await);
    let kept = ids(&before[..before.len() - 1]);
    assert!(kept.iter().all(|id| after.contains(id)), "{kept:?} is not all in {after:?}");
    let picture = again.sees(person, "is ready ✨").await;
    assert!(picture.get("photo").is_some(), "{picture:#}");
    again.writes(person, "/start").await;
    again.sees(person, "On your balance: 5\u{a0}credits").await;
    assert_eq!(again.process.stops().await.code(), Some(0));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it has an address").to_string();
    let parts = [address.as_str(), "choose another port"];
    assert_refuses(&folder(), &["demo", "--listen", &address], &[], &parts);
}
