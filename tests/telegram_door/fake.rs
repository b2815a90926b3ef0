//! A small Bot API server that does as a test tells it, and remembers what it was asked.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use pixelai::telegram::Client;
use serde_json::{Map, Value, json};
use tokio::sync::Notify;

pub const TOKEN: &str = "123456:very-secret";

/// One call that was made.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: String,
    pub fields: Value,
    pub files: Vec<File>,
}

#[derive(Debug, Clone)]
pub struct File {
    pub part: String,
    pub name: String,
    pub mime: String,
    pub bytes: Bytes,
}

/// What a call is answered, in place of the usual.
pub enum Reply {
    Result(Value),
    Refusal(u16, &'static str),
    Wait(u64),
    /// No envelope, as a proxy in trouble gives.
    Bare(u16),
}

#[derive(Clone)]
pub struct Fake {
    pub url: String,
    inner: Arc<Mutex<Inner>>,
    changed: Arc<Notify>,
}

#[derive(Default)]
struct Inner {
    updates: Vec<(i64, String)>,
    calls: Vec<Call>,
    replies: HashMap<&'static str, VecDeque<Reply>>,
    messages: i64,
    file: Bytes,
}

impl Fake {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let fake = Self { url, inner: Arc::default(), changed: Arc::default() };
        let app = Router::new()
            .route("/file/{bot}/{*path}", get(file))
            .route("/{bot}/{method}", post(call))
            .with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        fake
    }

    pub fn client(&self) -> Client {
        Client::new(&self.url, TOKEN).unwrap()
    }

    /// The next call of this method is answered so; several are answered in order.
    pub fn reply(&self, method: &'static str, reply: Reply) {
        self.inner.lock().unwrap().replies.entry(method).or_default().push_back(reply);
    }

    /// Has this update delivered by polling until it is confirmed.
    pub fn deliver(&self, id: i64, json: impl Into<String>) {
        self.inner.lock().unwrap().updates.push((id, json.into()));
        self.changed.notify_waiters();
    }

    pub fn holds_file(&self, bytes: impl Into<Bytes>) {
        self.inner.lock().unwrap().file = bytes.into();
    }

    pub fn calls(&self, method: &str) -> Vec<Call> {
        let inner = self.inner.lock().unwrap();
        inner.calls.iter().filter(|call| call.method == method).cloned().collect()
    }

    /// The methods called so far, in order, without those of polling.
    pub fn methods(&self) -> Vec<String> {
        let inner = self.inner.lock().unwrap();
        inner.calls.iter().map(|call| call.method.clone()).filter(|method| method != "GetUpdates").collect()
    }

    /// Waits until the calls of this method fulfil the condition, and returns them.
    pub async fn until(&self, method: &str, condition: impl Fn(&[Call]) -> bool) -> Vec<Call> {
        let wait = async {
            loop {
                let changed = self.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                let calls = self.calls(method);
                if condition(&calls) {
                    return calls;
                }
                changed.await;
            }
        };
        let Ok(calls) = tokio::time::timeout(Duration::from_secs(20), wait).await else {
            panic!("waited in vain for {method}; there were {:?}", self.calls(method));
        };
        calls
    }

    async fn updates(&self, fields: &Value) -> Value {
        let offset = fields["offset"].as_i64().unwrap_or(0);
        let limit = fields["limit"].as_u64().unwrap_or(100) as usize;
        let patience = Duration::from_secs(fields["timeout"].as_u64().unwrap_or(0));
        let end = tokio::time::Instant::now() + patience;
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let mut inner = self.inner.lock().unwrap();
                inner.updates.retain(|(id, _)| *id >= offset);
                let page = inner.updates.iter().take(limit);
                let page: Vec<Value> = page.map(|(_, json)| serde_json::from_str(json).unwrap()).collect();
                if !page.is_empty() {
                    return Value::Array(page);
                }
            }
            if tokio::time::timeout_at(end, changed).await.is_err() {
                return json!([]);
            }
        }
    }

    fn usual_result(&self, method: &str) -> Value {
        let mut inner = self.inner.lock().unwrap();
        inner.messages += 1;
        let id = 100 + inner.messages;
        match method {
            "SendPhoto" | "EditMessageMedia" => json!({"message_id": id, "photo": [
                {"file_id": "small", "width": 90, "height": 90}, {"file_id": "large", "width": 900, "height": 900}]}),
            "SendDocument" => json!({"message_id": id, "document": {"file_id": "document"}}),
            "SendMessage" | "SendInvoice" | "EditMessageText" | "EditMessageReplyMarkup" => json!({"message_id": id}),
            "GetWebhookInfo" => json!({"url": ""}),
            "GetFile" => json!({"file_id": "f", "file_unique_id": "u", "file_path": "photos/file 1.jpg"}),
            _ => json!(true),
        }
    }
}

async fn call(State(fake): State<Fake>, Path((bot, method)): Path<(String, String)>, request: Request) -> Response {
    assert_eq!(bot, format!("bot{TOKEN}"));
    let (fields, files) = read(request).await;
    let reply = {
        let mut inner = fake.inner.lock().unwrap();
        inner.calls.push(Call { method: method.clone(), fields: fields.clone(), files });
        inner.replies.get_mut(method.as_str()).and_then(VecDeque::pop_front)
    };
    fake.changed.notify_waiters();
    let refusal = |code: u16, body: Value| (StatusCode::from_u16(code).unwrap(), axum::Json(body)).into_response();
    match reply {
        Some(Reply::Result(result)) => axum::Json(json!({"ok": true, "result": result})).into_response(),
        Some(Reply::Refusal(code, text)) => {
            refusal(code, json!({"ok": false, "error_code": code, "description": text}))
        }
        Some(Reply::Wait(seconds)) => refusal(
            429,
            json!({"ok": false, "error_code": 429, "description": "Too Many Requests",
                "parameters": {"retry_after": seconds}}),
        ),
        Some(Reply::Bare(code)) => (StatusCode::from_u16(code).unwrap(), "<html>trouble</html>").into_response(),
        None => {
            let result = if method == "GetUpdates" { fake.updates(&fields).await } else { fake.usual_result(&method) };
            axum::Json(json!({"ok": true, "result": result})).into_response()
        }
    }
}

async fn file(State(fake): State<Fake>, Path((bot, path)): Path<(String, String)>) -> Response {
    assert_eq!((bot, path.as_str()), (format!("bot{TOKEN}"), "photos/file 1.jpg"));
    fake.inner.lock().unwrap().file.clone().into_response()
}

async fn read(request: Request) -> (Value, Vec<File>) {
    let kind = request.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
    if kind == "application/json" {
        let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
        return (serde_json::from_slice(&body).unwrap(), Vec::new());
    }
    let mut form = Multipart::from_request(request, &()).await.unwrap();
    let (mut fields, mut files) = (Map::new(), Vec::new());
    while let Some(field) = form.next_field().await.unwrap() {
        let part = field.name().unwrap().to_owned();
        match field.file_name().map(str::to_owned) {
            Some(name) => {
                let mime = field.content_type().unwrap().to_owned();
                files.push(File { part, name, mime, bytes: field.bytes().await.unwrap() });
            }
            None => drop(fields.insert(part, field.text().await.unwrap().into())),
        }
    }
    (Value::Object(fields), files)
}
