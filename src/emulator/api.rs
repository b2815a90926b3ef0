//! The people's door: the JSON over HTTP that the chat page lives on.

mod demo;
mod events;
mod uploads;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, Json, Path, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::people::{self, CannotAct, Other};
use super::shared::Shared;
use super::world::{PayResult, PersonState};
use super::{bot, lock, methods, payments};

const PEOPLE_LIMIT: usize = 1000;
const MESSAGES_SHOWN: usize = 200;
/// Telegram cancels a payment whose pre-checkout query got no answer in this time.
pub(super) const PRE_CHECKOUT_LIMIT: Duration = Duration::from_secs(10);
const JSON_LIMIT: usize = 64 * 1024;

type App = State<Arc<Shared>>;

/// An answer in the 4xx range.
pub(super) struct Refusal(StatusCode, String);

impl Refusal {
    fn bad(error: impl Into<String>) -> Refusal {
        Refusal(StatusCode::BAD_REQUEST, error.into())
    }

    fn not_found(error: impl Into<String>) -> Refusal {
        Refusal(StatusCode::NOT_FOUND, error.into())
    }
}

impl From<CannotAct> for Refusal {
    fn from(reason: CannotAct) -> Refusal {
        let status = match reason {
            CannotAct::NoPerson | CannotAct::NoMessage(_) => StatusCode::NOT_FOUND,
            CannotAct::Blocked => StatusCode::CONFLICT,
            CannotAct::Data | CannotAct::Empty | CannotAct::NothingToEdit => StatusCode::BAD_REQUEST,
        };
        Refusal(status, reason.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

type Answer = Result<Json<Value>, Refusal>;

pub(super) fn routes() -> Router<Arc<Shared>> {
    let small = Router::new()
        .route("/api/people", get(people_list).post(add_person))
        .route("/api/people/{id}/chat", get(chat))
        .route("/api/people/{id}/events", get(events::stream))
        .route("/api/people/{id}/text", post(text))
        .route("/api/people/{id}/sample", post(uploads::sample))
        .route("/api/people/{id}/other", post(other))
        .route("/api/people/{id}/press", post(press))
        .route("/api/people/{id}/pay", post(pay))
        .route("/api/people/{id}/stars", post(stars))
        .route("/api/people/{id}/language", post(language))
        .route("/api/people/{id}/block", post(block))
        .route("/api/photo/{file_id}", get(photo))
        .merge(demo::routes())
        .layer(DefaultBodyLimit::max(JSON_LIMIT));
    let photos = Router::new()
        .route("/api/people/{id}/photos", post(uploads::photos))
        .layer(DefaultBodyLimit::max(uploads::ALBUM_BYTES_LIMIT));
    let unknown = Router::new().route("/api/{*path}", any(unknown));
    let routes = small.merge(photos).merge(unknown);
    routes.layer(middleware::map_response(as_json)).layer(middleware::from_fn(same_origin))
}

async fn unknown() -> Refusal {
    Refusal::not_found("there is nothing at this address")
}

/// What axum itself refuses (a body that is no JSON, an id that is no number) is told in JSON too.
async fn as_json(response: Response) -> Response {
    let is_json = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let status = response.status();
    if !status.is_client_error() || is_json {
        return response;
    }
    let text = to_bytes(response.into_body(), JSON_LIMIT).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let reason = if text.is_empty() { status.canonical_reason().unwrap_or("refused") } else { text.as_ref() };
    Refusal(status, reason.to_owned()).into_response()
}

/// Other sites that are open in the same browser must not act for the people here.
async fn same_origin(request: Request<Body>, next: Next) -> Response {
    let headers = request.headers();
    let text = |value: Option<&HeaderValue>| value.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let origin = text(headers.get(header::ORIGIN));
    let host = text(headers.get(header::HOST)).unwrap_or_default();
    let foreign = origin.is_some_and(|origin| origin.split_once("://").map(|(_, rest)| rest) != Some(host.as_str()));
    if foreign && !request.method().is_safe() {
        return Refusal(StatusCode::FORBIDDEN, "requests from other sites are refused".into()).into_response();
    }
    next.run(request).await
}

fn with_person<T>(shared: &Shared, id: i64, act: impl FnOnce(&mut PersonState) -> T) -> Result<T, Refusal> {
    let mut world = lock(&shared.world);
    let person = world.people.get_mut(&id).ok_or(CannotAct::NoPerson)?;
    let result = act(person);
    world.changed.notify_one();
    Ok(result)
}

async fn people_list(State(shared): App) -> Json<Value> {
    let world = lock(&shared.world);
    Json(world.people.values().map(PersonState::summary).collect())
}

#[derive(Deserialize)]
struct NewPerson {
    first_name: String,
    language_code: String,
}

async fn add_person(State(shared): App, body: Json<NewPerson>) -> Answer {
    let (name, language) = (body.first_name.trim(), body.language_code.trim());
    if !(1..=64).contains(&name.chars().count()) {
        return Err(Refusal::bad("a first name has 1 to 64 characters"));
    }
    check_language(language)?;
    let mut world = lock(&shared.world);
    if world.people.len() >= PEOPLE_LIMIT {
        return Err(Refusal::bad(format!("there are {PEOPLE_LIMIT} people already")));
    }
    let id = world.add_person(name, language);
    Ok(Json(world.people.get(&id).map(PersonState::summary).unwrap_or_default()))
}

fn check_language(code: &str) -> Result<(), Refusal> {
    let legal = (2..=16).contains(&code.len()) && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if legal { Ok(()) } else { Err(Refusal::bad("a language code is an IETF tag such as ru or pt-br")) }
}

async fn chat(State(shared): App, Path(id): Path<i64>) -> Answer {
    let mut world = lock(&shared.world);
    let bot = world.bot_user();
    let language = world.people.get(&id).ok_or(CannotAct::NoPerson)?.language_code.clone();
    let commands = methods::commands_of(&world, id, &language);
    let person = world.people.get_mut(&id).ok_or(CannotAct::NoPerson)?;
    person.unread = 0;
    let skipped = person.messages.len().saturating_sub(MESSAGES_SHOWN);
    let messages: Vec<&Value> = person.messages.values().skip(skipped).map(|message| &*message.value).collect();
    Ok(Json(json!({
        "bot": bot, "messages": messages, "keyboard": person.keyboard, "commands": commands, "stars": person.stars,
        "language_code": person.language_code, "blocked": person.blocked,
    })))
}

#[derive(Deserialize)]
struct Text {
    text: String,
}

async fn text(State(shared): App, Path(id): Path<i64>, body: Json<Text>) -> Answer {
    let update_id = people::text(&mut lock(&shared.world), id, &body.text)?;
    Ok(Json(json!({"update_id": update_id})))
}

#[derive(Deserialize)]
struct OtherKind {
    kind: Other,
}

async fn other(State(shared): App, Path(id): Path<i64>, body: Json<OtherKind>) -> Answer {
    let update_id = people::other(&mut lock(&shared.world), id, body.kind)?;
    Ok(Json(json!({"update_id": update_id})))
}

#[derive(Deserialize)]
struct PressedButton {
    message_id: i64,
    data: String,
}

async fn press(State(shared): App, Path(id): Path<i64>, body: Json<PressedButton>) -> Answer {
    let (press_id, update_id) = people::press(&mut lock(&shared.world), id, body.message_id, &body.data)?;
    Ok(Json(json!({"press_id": press_id, "update_id": update_id})))
}

/// What is paid: the invoice of a message, or a link made by `createInvoiceLink`.
#[derive(Deserialize)]
struct Payment {
    message_id: Option<i64>,
    link: Option<String>,
}

async fn pay(State(shared): App, Path(id): Path<i64>, body: Json<Payment>) -> Answer {
    let invoice = {
        let world = lock(&shared.world);
        people::check(&world, id)?;
        match (&body.link, body.message_id) {
            (Some(link), _) => world.invoice_links.get(link).cloned(),
            (None, Some(message_id)) => people::invoice(&world, id, Some(message_id)),
            (None, None) => None,
        }
    };
    Ok(Json(match complete(&shared, id, invoice).await {
        PayResult::Paid { .. } => json!({"status": "paid"}),
        PayResult::Refused { error } => json!({"status": "refused", "error": error}),
        PayResult::TimedOut => json!({"status": "timeout"}),
        PayResult::Poor => json!({"status": "poor"}),
        PayResult::NoInvoice => return Err(Refusal::not_found("there is no such invoice")),
    }))
}

/// Pays and waits for the end, ten seconds at most.
pub(super) async fn complete(shared: &Shared, id: i64, invoice: Option<super::world::Invoice>) -> PayResult {
    let begun = payments::begin(&mut lock(&shared.world), id, invoice);
    let begun = match begun {
        Ok(begun) => begun,
        Err(result) => return result,
    };
    match tokio::time::timeout(PRE_CHECKOUT_LIMIT, begun.done).await {
        Ok(Ok(result)) => result,
        _ => {
            payments::time_out(&mut lock(&shared.world), &begun.query_id);
            PayResult::TimedOut
        }
    }
}

#[derive(Deserialize)]
struct Stars {
    amount: i64,
}

/// Adds Stars to the purse; a negative amount takes some out, to nothing at the least.
async fn stars(State(shared): App, Path(id): Path<i64>, body: Json<Stars>) -> Answer {
    with_person(&shared, id, |person| {
        person.set_stars(person.stars.saturating_add(body.amount).clamp(0, 1_000_000_000));
        Json(json!({"stars": person.stars}))
    })
}

#[derive(Deserialize)]
struct Language {
    language_code: String,
}

async fn language(State(shared): App, Path(id): Path<i64>, body: Json<Language>) -> Answer {
    check_language(&body.language_code)?;
    with_person(&shared, id, |person| {
        person.language_code = body.language_code.clone();
        let summary = person.summary();
        person.publish("person", || summary.to_string());
        Json(summary)
    })
}

#[derive(Deserialize)]
struct Block {
    blocked: bool,
}

async fn block(State(shared): App, Path(id): Path<i64>, body: Json<Block>) -> Answer {
    let mut world = lock(&shared.world);
    people::block(&mut world, id, body.blocked);
    let person = world.people.get(&id).ok_or(CannotAct::NoPerson)?;
    Ok(Json(person.summary()))
}

#[derive(Deserialize)]
struct Download {
    download: Option<String>,
}

/// A file's bytes for the page; whatever is no plain picture is only ever saved, never shown.
async fn photo(State(shared): App, Path(id): Path<String>, query: Query<Download>) -> Result<Response, Refusal> {
    const SHOWN: [&str; 4] = ["image/jpeg", "image/png", "image/webp", "image/gif"];
    let file = bot::content(&shared, &id).await;
    let (mime, bytes) = file.ok_or_else(|| Refusal::not_found("there is no such file"))?;
    let name = query.download.as_deref().map(file_name);
    let disposition = match &name {
        Some(name) => format!("attachment; filename=\"{name}\""),
        None if SHOWN.contains(&mime.as_str()) => "inline".into(),
        None => "attachment".into(),
    };
    let kind = HeaderValue::from_str(&mime).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut response = (bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400"));
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

fn file_name(asked: &str) -> String {
    let legal = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ');
    asked.chars().filter(legal).take(100).collect()
}
