//! Servers that answer as the three services do: with the examples of the contracts, and with their oddities when told.
//!
//! Each request is checked for its key, path and body; what is wrong with it is remembered and fails the test.

mod defapi;
mod fal;
mod replicate;
mod schema;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use pixelai::config::{ProviderConfig, Secret};
use pixelai::providers::{DefApi, Fal, Provider, Replicate};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub use fal::Signer;

/// Which service is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    DefApi,
    Fal,
    Replicate,
}

impl Service {
    pub const ALL: [Self; 3] = [Self::DefApi, Self::Fal, Self::Replicate];

    /// As it stands in the `models` table.
    pub fn name(self) -> &'static str {
        match self {
            Self::DefApi => "defapi",
            Self::Fal => "fal",
            Self::Replicate => "replicate",
        }
    }

    pub fn key(self) -> &'static str {
        match self {
            Self::DefApi => "dk-00000000test",
            Self::Fal => "KEYID:KEYSECRET",
            Self::Replicate => "r8_TEST",
        }
    }

    /// A model of it that takes one photo.
    pub fn model(self) -> &'static str {
        match self {
            Self::DefApi => "google/nano-banana",
            Self::Fal => "fal-ai/flux-pro/kontext",
            Self::Replicate => "black-forest-labs/flux-kontext-pro",
        }
    }
}

/// What a call is answered with instead of the usual.
#[derive(Debug, Clone)]
pub enum Reply {
    /// An example of the contracts.
    Example(&'static str),
    Json(u16, Value),
    /// A proxy's page.
    Page(u16),
    /// The task is made, but a gateway gives up before the answer is there.
    Lost,
    /// A file instead of the picture.
    File(&'static str, Bytes),
    Redirect(&'static str),
}

/// In which call something goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Submit,
    Look,
    /// fal only: the result is a call of its own.
    Result,
    File,
}

#[derive(Default)]
struct Script {
    replies: BTreeMap<Phase, VecDeque<Reply>>,
    tasks: BTreeMap<String, Task>,
    /// Every task goes on until told otherwise.
    endless: bool,
    /// The list of trainings shows none.
    lists_nothing: bool,
    calls: Vec<String>,
    violations: Vec<String>,
}

#[derive(Debug, Clone, Default)]
pub struct Task {
    pub looks: u32,
    pub webhook: Option<String>,
    pub cancelled: bool,
    /// What a training was asked for; `None` of a picture.
    pub training: Option<Training>,
}

/// As a list of trainings shows it.
#[derive(Debug, Clone)]
pub struct Training {
    pub version: String,
    pub input: Value,
    pub created_at: String,
}

/// One service on a port of its own. Clones share everything.
#[derive(Clone)]
pub struct Mock(Arc<Inner>);

struct Inner {
    service: Service,
    url: OnceLock<String>,
    script: Mutex<Script>,
}

/// A request as a service sees it.
struct Call {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    fn query(&self, name: &str) -> Option<String> {
        let url = reqwest::Url::parse(&format!("http://host{}", self.uri)).ok()?;
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

impl Mock {
    pub async fn start(service: Service) -> Self {
        let mock = Self(Arc::new(Inner { service, url: OnceLock::new(), script: Mutex::default() }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has one");
        mock.0.url.set(format!("http://{address}")).expect("it is set once");
        let router = Router::new().fallback(handle).with_state(mock.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        mock
    }

    pub fn url(&self) -> &str {
        self.0.url.get().expect("it has started")
    }

    /// The settings that switch this service on, and no other.
    pub fn settings(&self) -> ProviderConfig {
        let base = |path: &str| format!("{}{path}", self.url()).parse().expect("it is an address");
        let key = |of: Service| (of == self.0.service).then(|| Secret::new(of.key()));
        ProviderConfig {
            defapi_key: key(Service::DefApi),
            defapi_url: base(""),
            fal_key: key(Service::Fal),
            fal_queue_url: base(""),
            fal_rest_url: base(""),
            fal_api_url: base(""),
            replicate_token: key(Service::Replicate),
            replicate_url: base("/v1"),
        }
    }

    /// The real client, talking to this service.
    pub fn client(&self) -> Arc<dyn Provider> {
        let ProviderConfig { defapi_url, fal_queue_url, fal_rest_url, replicate_url, .. } = self.settings();
        let key = Secret::new(self.0.service.key());
        match self.0.service {
            Service::DefApi => Arc::new(DefApi::new(defapi_url, &key).expect("a client")),
            Service::Fal => Arc::new(Fal::new(fal_queue_url, fal_rest_url, &key).expect("a client")),
            Service::Replicate => Arc::new(Replicate::new(replicate_url, &key).expect("a client")),
        }
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.script.lock().expect("no test panics while it holds the script")
    }

    /// What the next calls of this kind are answered with.
    pub fn on(&self, phase: Phase, replies: impl IntoIterator<Item = Reply>) {
        self.script().replies.entry(phase).or_default().extend(replies);
    }

    /// Whether tasks go on for ever, from now on.
    pub fn endless(&self, endless: bool) {
        self.script().endless = endless;
    }

    /// A task comes to its end, whatever was seen of it.
    pub fn finishes(&self, id: &str) {
        if let Some(task) = self.script().tasks.get_mut(id) {
            task.looks = 2;
        }
    }

    /// Has the list of trainings show none, from now on.
    pub fn lists_nothing(&self) {
        self.script().lists_nothing = true;
    }

    /// Method and path of every call, in order.
    pub fn calls(&self, method: &str) -> Vec<String> {
        self.script().calls.iter().filter(|call| call.starts_with(method)).cloned().collect()
    }

    pub fn tasks(&self) -> BTreeMap<String, Task> {
        self.script().tasks.clone()
    }

    /// # Panics
    /// When a request was not as the service wants it.
    pub fn assert_sound(&self) {
        let violations = self.script().violations.clone();
        assert!(violations.is_empty(), "{:?}: {violations:#?}", self.0.service);
    }

    fn expect(&self, holds: bool, what: impl Into<String>) {
        if !holds {
            self.script().violations.push(what.into());
        }
    }

    fn next(&self, phase: Phase) -> Option<Reply> {
        self.script().replies.get_mut(&phase)?.pop_front()
    }

    /// A new task, with the id that this service would give it.
    fn begin(&self, webhook: Option<String>) -> String {
        let mut script = self.script();
        let number = script.tasks.len() + 1;
        let id = match self.0.service {
            Service::DefApi => format!("ta{number:06}-1111-4222-8333-444444444444"),
            Service::Fal => format!("{number:08}-1111-4222-8333-444444444444"),
            Service::Replicate => format!("aaaa{number:04}bbbb2222cccc3333dd"),
        };
        script.tasks.insert(id.clone(), Task { webhook, ..Task::default() });
        id
    }

    /// A new training; `None` when its answer is another one, which then is given.
    fn train(&self, webhook: Option<String>, version: &str, input: &Value) -> Result<String, Box<Response<Body>>> {
        let begin = || {
            let id = self.begin(webhook);
            let created_at = chrono::Utc::now().to_rfc3339();
            let training = Training { version: version.to_owned(), input: input.clone(), created_at };
            self.script().tasks.entry(id.clone()).or_default().training = Some(training);
            id
        };
        match self.next(Phase::Submit) {
            None => Ok(begin()),
            Some(Reply::Lost) => {
                let id = begin();
                Err(Box::new(self.reply(Reply::Lost, &id)))
            }
            Some(other) => Err(Box::new(self.reply(other, ""))),
        }
    }

    fn is_training(&self, id: &str) -> bool {
        self.script().tasks.get(id).is_some_and(|task| task.training.is_some())
    }

    /// The looks at a task so far, this one included; `None` for a foreign task. An endless one stays at two.
    fn look(&self, id: &str) -> Option<u32> {
        let mut script = self.script();
        let endless = script.endless;
        let task = script.tasks.get_mut(id)?;
        task.looks += 1;
        Some(if endless { task.looks.min(2) } else { task.looks })
    }

    /// Answers as told, if something was told for this call.
    fn told(&self, phase: Phase, id: &str) -> Option<Response<Body>> {
        self.next(phase).map(|reply| self.reply(reply, id))
    }

    fn reply(&self, reply: Reply, id: &str) -> Response<Body> {
        match reply {
            Reply::Example(name) => self.example(name, id),
            Reply::Json(status, body) => answer(status, "application/json", body.to_string()),
            Reply::Page(status) => answer(status, "text/html", "<html><h1>Bad gateway</h1></html>"),
            Reply::Lost => answer(504, "text/html", "<html>the gateway gave up</html>"),
            Reply::File(kind, bytes) => answer(200, kind, bytes),
            Reply::Redirect(to) => {
                let response = Response::builder().status(302).header("location", to);
                response.body(Body::empty()).expect("a response")
            }
        }
    }

    /// An example of the contracts, about this task and at this address.
    fn example(&self, name: &str, id: &str) -> Response<Body> {
        let example = example(name);
        let status = example["http_status"].as_u64().expect("it has a status") as u16;
        let mut response = answer(status, "application/json", self.localised(&example["body"], id));
        for (name, value) in example["headers"].as_object().expect("it has headers") {
            let name = axum::http::HeaderName::from_bytes(name.as_bytes()).expect("a header");
            response.headers_mut().insert(name, value.as_str().expect("a text").parse().expect("a value"));
        }
        response
    }

    /// The body of an example with our own ids and addresses.
    pub fn localised(&self, body: &Value, id: &str) -> String {
        let ids = [
            "00000000-1111-4222-8333-444444444444",
            "ta000000-1111-4222-8333-444444444444",
            "aaaa1111bbbb2222cccc3333dd",
            "tttt1111uuuu2222vvvv3333ww",
        ];
        let hosts = [
            "https://queue.fal.run",
            "https://v3b.fal.media",
            "https://cdn.example.test",
            "https://replicate.delivery",
        ];
        let text = ids.into_iter().fold(body.to_string(), |text, example| text.replace(example, id));
        let text = hosts.into_iter().fold(text, |text, host| text.replace(host, self.url()));
        text.replace("https://api.replicate.com", self.url())
    }

    /// Posts a webhook as the service would; the status it is answered with.
    pub async fn posts(&self, url: &str, headers: &[(String, String)], body: impl Into<reqwest::Body>) -> u16 {
        let mut request = reqwest::Client::new().post(url).timeout(Duration::from_secs(20));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response = request.header("content-type", "application/json").body(body).send().await;
        response.expect("the webhook is answered").status().as_u16()
    }

    /// The webhook that this task asked for, with a body and the headers that prove it.
    pub fn webhook(&self, id: &str) -> (String, Vec<(String, String)>, String) {
        let url = self.tasks()[id].webhook.clone().expect("it asked for a webhook");
        let name = match self.0.service {
            Service::DefApi => "defapi/callback_success.request.json",
            Service::Fal => "fal/webhook_ok.request.json",
            Service::Replicate if self.is_training(id) => "replicate/training_succeeded.response.json",
            Service::Replicate => "replicate/webhook_completed.request.json",
        };
        let body = self.localised(&example(name)["body"], id);
        let headers = self.signed(id, &body);
        (url, headers, body)
    }

    /// What the service signs a body with, now.
    pub fn signed(&self, id: &str, body: &str) -> Vec<(String, String)> {
        let now = chrono::Utc::now().timestamp();
        match self.0.service {
            Service::DefApi => Vec::new(),
            Service::Fal => Signer::own().headers(id, body.as_bytes(), now),
            Service::Replicate => replicate::signed(&format!("msg_{id}"), body.as_bytes(), now),
        }
    }
}

async fn handle(State(mock): State<Mock>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 100_000_000).await.unwrap_or_default();
    let call = Call { method: parts.method, uri: parts.uri, headers: parts.headers, body };
    mock.script().calls.push(format!("{} {}", call.method, call.uri.path()));
    let answered = match mock.0.service {
        Service::DefApi => defapi::answer(&mock, &call),
        Service::Fal => fal::answer(&mock, &call),
        Service::Replicate => replicate::answer(&mock, &call),
    };
    answered.unwrap_or_else(|| mock.file(&call))
}

impl Mock {
    /// Whatever is no call is a file.
    fn file(&self, call: &Call) -> Response<Body> {
        self.expect(
            [Method::GET, Method::HEAD].contains(&call.method),
            format!("no such call: {} {}", call.method, call.uri),
        );
        self.expect(call.header("authorization").is_none(), "a file's host was shown the key");
        self.told(Phase::File, "").unwrap_or_else(|| answer(200, "image/jpeg", crate::provider::picture()))
    }

    /// A photo inside a request.
    fn expect_photo(&self, photo: &Value) {
        let data = photo.as_str().and_then(|photo| photo.strip_prefix("data:image/jpeg;base64,"));
        let is_own = photo.as_str().is_some_and(|photo| photo.starts_with(self.url()));
        self.expect(is_own || data.is_some_and(|data| !data.is_empty()), format!("no photo: {photo}"));
    }

    /// All parameters are known to the model.
    fn expect_only(&self, body: &Value, known: &[&str]) {
        let fields = body.as_object().cloned().unwrap_or_default();
        for name in fields.keys() {
            self.expect(known.contains(&name.as_str()), format!("the model knows no {name}"));
        }
        let prompt = body["prompt"].as_str().unwrap_or_default();
        self.expect(!prompt.is_empty(), "there is no prompt");
    }
}

fn answer(status: u16, kind: &str, body: impl Into<Body>) -> Response<Body> {
    let response = Response::builder().status(StatusCode::from_u16(status).expect("a status"));
    response.header("content-type", kind).body(body.into()).expect("a response")
}

pub fn example(name: &str) -> Value {
    let path = format!("{}/tests/providers/examples/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|cause| panic!("{path}: {cause}"));
    serde_json::from_str(&text).unwrap_or_else(|cause| panic!("{path}: {cause}"))
}

/// An error in the manner of problem details.
pub fn problem(status: u16, detail: &str) -> Reply {
    Reply::Json(status, json!({ "detail": detail, "status": status }))
}
