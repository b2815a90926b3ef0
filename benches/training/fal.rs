//! fal, as far as a training goes: takes archives, is done at once, hands out weights.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Json;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt, stream};
use serde_json::{Value, json};

/// Bytes of a likeness, in pieces.
const WEIGHTS: u64 = 90_000_000;
const PIECE: u64 = 1_000_000;

#[derive(Default)]
struct Counted {
    taken: AtomicU64,
    handed_out: AtomicU64,
    requests: AtomicU64,
}

pub struct Fal {
    pub url: String,
    counted: Arc<Counted>,
}

impl Fal {
    pub async fn start() -> anyhow::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let counted: Arc<Counted> = Arc::default();
        let (own, kept) = (url.clone(), counted.clone());
        let router = axum::Router::new().fallback(move |request| answer(own.clone(), kept.clone(), request));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { url, counted })
    }

    pub fn gigabytes_in(&self) -> f64 {
        self.counted.taken.load(Ordering::Relaxed) as f64 / 1e9
    }

    pub fn gigabytes_out(&self) -> f64 {
        self.counted.handed_out.load(Ordering::Relaxed) as f64 / 1e9
    }
}

async fn answer(own: String, counted: Arc<Counted>, request: Request) -> Response {
    let (method, path) = (request.method().as_str().to_owned(), request.uri().path().to_owned());
    match (method.as_str(), path.as_str()) {
        ("POST", "/storage/upload/initiate") => {
            Json(json!({ "upload_url": format!("{own}/put"), "file_url": format!("{own}/file") })).into_response()
        }
        ("PUT", "/put") => {
            let mut body = request.into_body().into_data_stream();
            while let Some(Ok(bytes)) = body.next().await {
                counted.taken.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            }
            Json(Value::Null).into_response()
        }
        ("GET", "/weights") => weights(counted),
        ("HEAD", "/weights") => ().into_response(),
        ("POST", model) if model.starts_with("/fal-ai/") => {
            let at = format!("{own}{model}/requests/{}", counted.requests.fetch_add(1, Ordering::Relaxed));
            let id = at.rsplit('/').next().unwrap_or_default().to_owned();
            Json(json!({ "status": "IN_QUEUE", "request_id": id, "queue_position": 0, "response_url": at,
                "status_url": format!("{at}/status"), "cancel_url": format!("{at}/cancel") }))
            .into_response()
        }
        ("GET", status) if status.ends_with("/status") => {
            Json(json!({ "status": "COMPLETED", "logs": null, "metrics": {} })).into_response()
        }
        ("GET", _) => Json(json!({ "diffusers_lora_file": { "url": format!("{own}/weights") } })).into_response(),
        _ => Json(Value::Null).into_response(),
    }
}

fn weights(counted: Arc<Counted>) -> Response {
    let pieces = stream::iter(0..WEIGHTS / PIECE).map(move |_| {
        counted.handed_out.fetch_add(PIECE, Ordering::Relaxed);
        Ok::<_, std::convert::Infallible>(Bytes::from(vec![7; PIECE as usize]))
    });
    Response::new(Body::from_stream(pieces))
}
