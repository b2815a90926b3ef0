//! The bot's door: `/bot<token>/<method>` and `/file/bot<token>/<path>`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::connection::Scissors;
use super::error::ApiError;
use super::faults::FaultKind;
use super::methods::{self, Call};
use super::pictures::{Picture, shrink};
use super::request;
use super::shared::{Record, Shared};
use super::world::World;
use super::{lock, schema::schema};

/// The longest that a poll waits, whatever it asks for.
const POLL_LIMIT_SECONDS: u64 = 50;
/// What Telegram fetches of a photo given by its address.
const PHOTO_BY_URL_LIMIT: usize = 5 * 1024 * 1024;

pub(super) async fn method(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    Path((bot, name)): Path<(String, String)>,
    request: Request<Body>,
) -> Response {
    if let Err(error) = check_token(&shared, &bot) {
        return refuse(&error);
    }
    let call = match read(&shared, &name, request).await {
        Ok(call) => call,
        Err(error) => return refuse(&error),
    };
    let fault = lock(&shared.faults).meet(&call.method);
    let late = match fault {
        Some(FaultKind::Status429 { retry_after }) => return refuse(&ApiError::too_many(retry_after)),
        Some(FaultKind::Status502) => return (StatusCode::BAD_GATEWAY, "<h1>502 Bad Gateway</h1>").into_response(),
        Some(FaultKind::Blocked) => return refuse(&ApiError::blocked()),
        Some(FaultKind::DropBefore) => {
            scissors.cut();
            return StatusCode::OK.into_response();
        }
        Some(FaultKind::DropAfterProcessing) => {
            scissors.cut();
            None
        }
        Some(FaultKind::Slow { millis }) => Some(Duration::from_millis(millis)),
        None => None,
    };
    let response = run(&shared, call).await.unwrap_or_else(|error| refuse(&error));
    if let Some(late) = late {
        tokio::time::sleep(late).await;
    }
    response
}

async fn run(shared: &Arc<Shared>, mut call: Call) -> Result<Response, ApiError> {
    if call.method == "getUpdates" {
        return get_updates(shared, &call).await;
    }
    limit_rate(shared, &call)?;
    call.pictures = decode_photos(shared, &call).await?;
    let result = methods::call(&mut lock(&shared.world), &call)?;
    Ok(json_response(StatusCode::OK, json!({"ok": true, "result": result}).to_string()))
}

/// The path's first part is `bot<token>`.
fn check_token(shared: &Shared, bot: &str) -> Result<(), ApiError> {
    match bot.strip_prefix("bot") {
        Some(token) if token == shared.token => Ok(()),
        Some(_) => Err(ApiError::new(401, "Unauthorized")),
        None => Err(ApiError::new(404, "Not Found")),
    }
}

/// Reads the request, holds it against the Bot API and writes it down.
async fn read(shared: &Shared, name: &str, request: Request<Body>) -> Result<Call, ApiError> {
    let Some(method) = schema().method(name) else {
        shared.violation(format!("{name}: no such method"));
        return Err(ApiError::new(404, "Not Found"));
    };
    let raw = request::read(request).await.inspect_err(|error| shared.violation(format!("{name}: {error:?}")))?;
    let params = schema().read(method, raw.params).map_err(|error| {
        shared.violation(format!("{}: {error}", method.name));
        ApiError::bad(error)
    })?;
    let params = Arc::new(params);
    let chat_id = params.get("chat_id").and_then(Value::as_i64);
    shared.record(Record { method: method.name.clone(), params: params.clone(), chat_id, at: Instant::now() });
    Ok(Call { method: method.name.clone(), params, uploads: raw.uploads, pictures: HashMap::new() })
}

fn limit_rate(shared: &Shared, call: &Call) -> Result<(), ApiError> {
    const LIMITED: [&str; 3] = ["send", "copy", "edit"];
    let limited = LIMITED.iter().any(|prefix| call.method.starts_with(prefix)) && call.method != "sendChatAction";
    match (&shared.limiter, call.chat_id()) {
        (Some(limiter), Some(chat)) if limited => lock(limiter).take(chat).map_err(ApiError::too_many),
        _ => Ok(()),
    }
}

/// Decodes every photo that the call brings, away from the lock and the async threads.
async fn decode_photos(shared: &Arc<Shared>, call: &Call) -> Result<HashMap<String, Arc<Picture>>, ApiError> {
    let mut sources: Vec<&str> = Vec::new();
    match call.method.as_str() {
        "sendPhoto" => sources.extend(call.str("photo")),
        "sendMediaGroup" => sources.extend(call.list("media").iter().filter_map(photo_source)),
        "editMessageMedia" => sources.extend(call.params.get("media").and_then(photo_source)),
        _ => {}
    }
    let mut pictures = HashMap::new();
    for source in sources {
        let bytes = if let Some(part) = source.strip_prefix("attach://") {
            call.uploads.get(part).map(|upload| upload.bytes.clone())
        } else if source.starts_with("http://") || source.starts_with("https://") {
            Some(fetch(shared, source).await?)
        } else {
            None
        };
        if let Some(bytes) = bytes {
            pictures.insert(source.to_owned(), shared.pictures.clone().decode_apart(bytes).await?);
        }
    }
    Ok(pictures)
}

fn photo_source(media: &Value) -> Option<&str> {
    if media["type"] == "photo" { media["media"].as_str() } else { None }
}

async fn fetch(shared: &Shared, url: &str) -> Result<bytes::Bytes, ApiError> {
    let failed = |_| ApiError::bad("failed to get HTTP URL content");
    let response = shared.http.get(url).send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    let bytes = response.bytes().await.map_err(failed)?;
    if bytes.len() > PHOTO_BY_URL_LIMIT { Err(ApiError::bad("failed to get HTTP URL content")) } else { Ok(bytes) }
}

async fn get_updates(shared: &Shared, call: &Call) -> Result<Response, ApiError> {
    let offset = call.i64("offset").unwrap_or(0);
    let limit = usize::try_from(call.i64("limit").unwrap_or(100)).unwrap_or(100).clamp(1, 100);
    let seconds = u64::try_from(call.i64("timeout").unwrap_or(0)).unwrap_or(0).min(POLL_LIMIT_SECONDS);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(seconds);
    let (arrived, poll) = begin_poll(shared, call)?;
    loop {
        let mut waiting = std::pin::pin!(arrived.notified());
        waiting.as_mut().enable();
        let batch = {
            let mut world = lock(&shared.world);
            if world.queue.polls != poll {
                return Err(superseded(&world));
            }
            let batch = world.queue.take(offset, limit);
            world.changed.notify_one();
            batch
        };
        if !batch.is_empty() {
            return Ok(updates(shared, batch.iter().map(|update| update.body.as_ref()).collect()));
        }
        tokio::select! {
            () = waiting => {}
            () = tokio::time::sleep_until(deadline) => return Ok(updates(shared, Vec::new())),
            () = shared.stop.cancelled() => return Ok(updates(shared, Vec::new())),
        }
    }
}

/// Supersedes older polls; returns what to wait on and this poll's number.
fn begin_poll(shared: &Shared, call: &Call) -> Result<(Arc<Notify>, u64), ApiError> {
    let queue = &mut lock(&shared.world).queue;
    if queue.webhook.is_some() {
        let conflict = "Conflict: can't use getUpdates method while webhook is active; \
                        use deleteWebhook to delete the webhook first";
        return Err(ApiError::new(409, conflict));
    }
    if let Some(allowed) = call.params.get("allowed_updates") {
        queue.allowed = methods::allowed_updates(allowed);
    }
    queue.polls += 1;
    // An older poll that still waits ends with a conflict.
    queue.arrived.notify_waiters();
    Ok((queue.arrived.clone(), queue.polls))
}

/// The answer to a poll that another request has ended.
fn superseded(world: &World) -> ApiError {
    ApiError::new(
        409,
        match world.queue.webhook {
            Some(_) => "Conflict: terminated by setWebhook request",
            None => "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
        },
    )
}

fn updates(shared: &Shared, mut bodies: Vec<&str>) -> Response {
    if let Some(seed) = &mut lock(&shared.faults).shuffle {
        bodies.shuffle(&mut StdRng::seed_from_u64(*seed));
        *seed = seed.wrapping_add(1);
    }
    json_response(StatusCode::OK, format!("{{\"ok\":true,\"result\":[{}]}}", bodies.join(",")))
}

pub(super) async fn file(State(shared): State<Arc<Shared>>, Path((bot, path)): Path<(String, String)>) -> Response {
    if let Err(error) = check_token(&shared, &bot) {
        return refuse(&error);
    }
    let id = lock(&shared.world).files.by_path(&path);
    match id {
        Some(id) => content(&shared, &id).await.map_or_else(not_found, |(_, bytes)| bytes.into_response()),
        None => not_found(),
    }
}

fn not_found() -> Response {
    refuse(&ApiError::new(404, "Not Found"))
}

/// A file's media type and bytes; a smaller size of a photo is made when it is first asked for.
pub(super) async fn content(shared: &Arc<Shared>, id: &str) -> Option<(String, bytes::Bytes)> {
    let (entry, bytes) = lock(&shared.world).files.entry(id)?;
    let Some(side) = entry.side else { return Some((entry.mime, bytes)) };
    let small = tokio::task::spawn_blocking(move || shrink(&bytes, side)).await.ok()?;
    lock(&shared.world).files.set_shrunk(id, small.clone());
    Some((entry.mime, small))
}

fn refuse(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.code).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = json_response(status, error.envelope().to_string());
    if let Some(seconds) = error.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn json_response(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
