//! A provider in the manner of DefAPI, whose tasks take the time that they are told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use rand::Rng;
use serde::Deserialize;
use serde_json::{Value, json};

/// A picture of a modest size: its check is the bot's own cost, and not what is measured here.
const SIDE: u32 = 64;

#[derive(Clone)]
pub struct Provider {
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    seconds: (u64, u64),
    calls: AtomicU64,
    out: AtomicU64,
    most_out: AtomicU64,
    tasks: AtomicU64,
    http: reqwest::Client,
    picture: Vec<u8>,
}

#[derive(Deserialize)]
struct Asked {
    task_id: String,
}

impl Provider {
    pub async fn start(seconds: (u64, u64)) -> anyhow::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let shared = Shared {
            seconds,
            calls: AtomicU64::new(0),
            out: AtomicU64::new(0),
            most_out: AtomicU64::new(0),
            tasks: AtomicU64::new(0),
            http: reqwest::Client::new(),
            picture: picture()?,
        };
        let provider = Self { url: format!("http://{}", listener.local_addr()?), shared: Arc::new(shared) };
        let router = Router::new()
            .route("/api/image/gen", post(submit))
            .route("/api/task/query", get(query))
            .route("/picture.jpg", get(fetch))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(provider)
    }

    pub fn calls(&self) -> u64 {
        self.shared.calls.load(Ordering::Relaxed)
    }

    pub fn most_out(&self) -> u64 {
        self.shared.most_out.load(Ordering::Relaxed)
    }

    fn count(&self) {
        self.shared.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Ends a task when its time has come, and says so to whom it may concern.
    async fn run(self, id: String, time: Duration, webhook: Option<String>) {
        let out = self.shared.out.fetch_add(1, Ordering::Relaxed) + 1;
        self.shared.most_out.fetch_max(out, Ordering::Relaxed);
        tokio::time::sleep(time).await;
        self.shared.out.fetch_sub(1, Ordering::Relaxed);
        if let Some(webhook) = webhook {
            let body =
                json!({ "task_id": id, "status": "success", "result": [], "status_reason": { "message": null } });
            // A provider sends it again; the bench shows by its delays if one was lost.
            let _ = self.shared.http.post(webhook).json(&body).send().await;
        }
    }
}

/// The task's id tells when it is done, so that whoever reads it later knows too.
async fn submit(State(provider): State<Provider>, Json(body): Json<Value>) -> Json<Value> {
    provider.count();
    let (least, most) = provider.shared.seconds;
    let time = Duration::from_millis(rand::rng().random_range(least * 1000..=most * 1000));
    let done = (chrono::Utc::now() + time).timestamp_millis();
    let id = format!("ta{:07}-{done}", provider.shared.tasks.fetch_add(1, Ordering::Relaxed));
    let webhook = body["callback_url"].as_str().map(str::to_owned);
    tokio::spawn(provider.run(id.clone(), time, webhook));
    Json(json!({ "code": 0, "message": "ok", "data": { "task_id": id } }))
}

async fn query(State(provider): State<Provider>, Query(asked): Query<Asked>) -> Json<Value> {
    provider.count();
    let done = asked.task_id.rsplit_once('-').and_then(|(_, millis)| millis.parse::<i64>().ok());
    let is_done = done.is_some_and(|done| done <= chrono::Utc::now().timestamp_millis());
    let (status, result) = match is_done {
        true => ("success", json!([{ "image": format!("{}/picture.jpg", provider.url) }])),
        false => ("in_progress", Value::Null),
    };
    let data = json!({ "task_id": asked.task_id, "status": status, "result": result, "consumed": "0.02" });
    Json(json!({ "code": 0, "message": "ok", "data": data }))
}

async fn fetch(State(provider): State<Provider>) -> (StatusCode, Vec<u8>) {
    provider.count();
    (StatusCode::OK, provider.shared.picture.clone())
}

fn picture() -> anyhow::Result<Vec<u8>> {
    let pixels = image::RgbImage::from_fn(SIDE, SIDE, |x, y| image::Rgb([(x * 3) as u8, (y * 3) as u8, 99]));
    let mut jpeg = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut jpeg, image::ImageFormat::Jpeg)?;
    Ok(jpeg.into_inner())
}
