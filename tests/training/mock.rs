//! A server that answers by a script and remembers what it was asked; and an album to train from.

use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use axum::{Json, Router};
use bytes::Bytes;
use pixelai::domain::{AvatarKind, RunId, TrainerAlias};
use pixelai::providers::Task;
use pixelai::providers::training::{Album, Likeness, Pieces, TrainingOrder};
use serde_json::{Value, json};

/// What the server was asked.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: String,
    pub path: String,
    pub query: String,
    pub authorization: String,
    pub kind: String,
    pub length: Option<u64>,
    pub body: Bytes,
}

impl Call {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// `GET /path`.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// What it answers.
pub enum Reply {
    Json(u16, Value),
    Bytes(Bytes),
}

type Script = Box<dyn Fn(&str, &Call) -> Reply + Send + Sync>;

pub struct Mock {
    pub url: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Mock {
    /// `script` is given the server's own address and the call.
    pub async fn start(script: impl Fn(&str, &Call) -> Reply + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
        let (script, kept, own): (Arc<Script>, _, _) = (Arc::new(Box::new(script)), calls.clone(), url.clone());
        let answer = move |request: Request| {
            let (script, kept, own) = (script.clone(), kept.clone(), own.clone());
            async move {
                let call = read(request).await;
                let reply = script(&own, &call);
                kept.lock().expect("no test panics here").push(call);
                match reply {
                    Reply::Bytes(bytes) => Response::new(Body::from(bytes)),
                    Reply::Json(status, value) => {
                        let mut response = axum::response::IntoResponse::into_response(Json(value));
                        *response.status_mut() = status.try_into().expect("a status");
                        response
                    }
                }
            }
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
        Self { url, calls }
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("no test panics here").clone()
    }

    /// The calls as lines, in their order.
    pub fn lines(&self) -> Vec<String> {
        self.calls().iter().map(Call::line).collect()
    }

    /// The newest call of this line.
    pub fn call(&self, line: &str) -> Call {
        let found = self.calls().into_iter().rev().find(|call| call.line() == line);
        found.unwrap_or_else(|| panic!("nobody asked {line}: {:?}", self.lines()))
    }
}

async fn read(request: Request) -> Call {
    let (parts, body) = request.into_parts();
    let header =
        |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    Call {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        authorization: header("authorization"),
        kind: header("content-type"),
        length: header("content-length").parse().ok(),
        body: to_bytes(body, usize::MAX).await.unwrap_or_default(),
    }
}

pub fn not_asked_for(call: &Call) -> Reply {
    Reply::Json(500, json!({"detail": format!("nobody expected {}", call.line())}))
}

/// Photos of so many bytes each.
pub struct Photos(Vec<Bytes>, Vec<u64>);

impl Photos {
    pub fn new(count: usize, size: usize) -> Arc<Self> {
        let photos: Vec<Bytes> = (0..count).map(|number| Bytes::from(vec![number as u8; size])).collect();
        Arc::new(Self(photos, vec![size as u64; count]))
    }
}

#[async_trait]
impl Album for Photos {
    fn sizes(&self) -> &[u64] {
        &self.1
    }

    async fn photo(&self, index: usize) -> io::Result<Bytes> {
        self.0.get(index).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// Weights kept in two pieces; remembers where they are said to have moved.
#[derive(Default)]
pub struct Kept {
    pub moved: Mutex<Option<Value>>,
}

#[async_trait]
impl Pieces for Kept {
    async fn piece(&self, index: usize) -> io::Result<Option<Bytes>> {
        Ok([&b"wei"[..], b"ghts"].get(index).map(|piece| Bytes::from_static(piece)))
    }

    async fn moved(&self, weights: &Value) {
        *self.moved.lock().expect("no test panics here") = Some(weights.clone());
    }
}

pub fn likeness(weights: Value, file: Arc<Kept>) -> Likeness {
    Likeness { trigger: "PXQW7K".to_owned(), weights, file }
}

pub fn order(model: &str, parameters: Value) -> TrainingOrder {
    TrainingOrder {
        run: RunId::new(),
        attempt: 1,
        alias: TrainerAlias("trainer".to_owned()),
        model: model.to_owned(),
        parameters,
        kind: AvatarKind::Woman,
        trigger: "PXQW7K".to_owned(),
        time_limit: std::time::Duration::from_secs(1800),
        webhook: Some("https://bot.test/hooks/x?a=b".to_owned()),
    }
}

pub fn task(id: &str, details: Value) -> Task {
    Task { id: id.to_owned(), details }
}
