//! A bot that is nothing but HTTP requests, and pictures to send.

use std::io::Cursor;

use pixelai::emulator::{Emulator, Options};
use serde_json::{Value, json};

pub const TOKEN: &str = "4242:test";

/// The bot's side of an emulator.
#[derive(Clone)]
pub struct Bot {
    pub root: String,
    pub client: reqwest::Client,
}

/// An emulator with a bot; everything in memory.
pub async fn start() -> (Emulator, Bot) {
    start_with(Options::default()).await
}

pub async fn start_with(options: Options) -> (Emulator, Bot) {
    let emulator = Emulator::start(Options { token: TOKEN.into(), bot_username: "test_bot".into(), ..options });
    let emulator = emulator.await.expect("the emulator starts");
    let bot = Bot { root: emulator.url(), client: reqwest::Client::new() };
    (emulator, bot)
}

impl Bot {
    pub fn address(&self, method: &str) -> String {
        format!("{}/bot{TOKEN}/{method}", self.root)
    }

    /// The whole answer, whatever its status.
    pub async fn call(&self, method: &str, params: Value) -> Value {
        let response = self.client.post(self.address(method)).json(&params).send().await.expect("an answer");
        response.json().await.expect("JSON")
    }

    /// The result of a call that must succeed.
    pub async fn ok(&self, method: &str, params: Value) -> Value {
        let mut answer = self.call(method, params).await;
        assert_eq!(answer["ok"], true, "{method}: {answer}");
        answer["result"].take()
    }

    /// The description of a call that must fail.
    pub async fn refused(&self, method: &str, params: Value) -> String {
        let answer = self.call(method, params).await;
        assert_eq!(answer["ok"], false, "{method}: {answer}");
        answer["description"].as_str().expect("a description").to_owned()
    }

    /// Updates from `offset` on, waiting for at least one.
    pub async fn updates(&self, offset: i64) -> Vec<Value> {
        let params = json!({"offset": offset, "timeout": 20});
        self.ok("getUpdates", params).await.as_array().expect("a list").clone()
    }

    /// The one update that waits, confirmed.
    pub async fn next_update(&self) -> Value {
        let update = self.updates(0).await.remove(0);
        let offset = update["update_id"].as_i64().expect("an id") + 1;
        self.ok("getUpdates", json!({"offset": offset, "timeout": 0})).await;
        update
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let response = self.client.post(format!("{}{path}", self.root)).json(&body).send().await.expect("an answer");
        (response.status().as_u16(), response.json().await.expect("JSON"))
    }

    pub async fn get(&self, path: &str) -> Value {
        let response = self.client.get(format!("{}{path}", self.root)).send().await.expect("an answer");
        response.json().await.expect("JSON")
    }
}

/// A JPEG of this size.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encode(width, height, image::ImageFormat::Jpeg)
}

pub fn png(width: u32, height: u32) -> Vec<u8> {
    encode(width, height, image::ImageFormat::Png)
}

fn encode(width: u32, height: u32, format: image::ImageFormat) -> Vec<u8> {
    let shade = |x: u32, y: u32| image::Rgb([(x % 251) as u8, (y % 241) as u8, 120]);
    let mut bytes = Vec::new();
    image::RgbImage::from_fn(width, height, shade).write_to(&mut Cursor::new(&mut bytes), format).expect("encodes");
    bytes
}
