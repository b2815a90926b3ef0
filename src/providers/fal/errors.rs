//! What fal's error answers mean.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::Refusal;
use crate::providers::caller::{Answer, Caller};
use crate::providers::{Fault, ProviderError, words};

/// `detail` is a sentence, or a list of what is wrong with the input.
#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    detail: Value,
    #[serde(default)]
    error_type: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    msg: String,
    #[serde(default)]
    loc: Vec<Value>,
}

/// In answer to a submit.
pub(super) fn of_submit(caller: &Caller, answer: &Answer) -> ProviderError {
    match answer.status.as_u16() {
        // Made by a proxy, which may have passed the request on; fal's own answers carry its id for the request.
        408 | 502 | 503 | 504 if answer.header("x-fal-request-id").is_none() && answer.json::<Body>().is_none() => {
            ProviderError::Lost(format!("status {}", answer.status.as_u16()))
        }
        404 => ProviderError::set_up(Fault::Model, "fal does not know the model"),
        _ => of(caller, answer),
    }
}

/// In answer to anything.
pub(super) fn of(caller: &Caller, answer: &Answer) -> ProviderError {
    let body: Option<Body> = answer.json();
    let said = body.as_ref().map_or(String::new(), |body| caller.words(&sentence(&body.detail)));
    match answer.status.as_u16() {
        401 => ProviderError::set_up(Fault::Key, format!("fal does not accept the key: {said}")),
        402 => ProviderError::set_up(Fault::Balance, format!("fal wants money: {said}")),
        403 if said.contains("locked") || words::are_about_balance(&said) => {
            ProviderError::set_up(Fault::Balance, format!("fal has locked the account: {said}"))
        }
        403 => ProviderError::set_up(Fault::Key, format!("fal forbids it: {said}")),
        // It did not begin in the time that we gave it; another try would wait in the same line.
        504 if answer.header("x-fal-request-timeout-type") == Some("user") => {
            ProviderError::failed("it did not begin in time")
        }
        413 => ProviderError::Refused(Refusal::TooLarge),
        400 | 422 => match body.as_ref().and_then(|body| items(&body.detail)) {
            Some(items) => {
                items.into_iter().next().map_or_else(|| ProviderError::failed(said), |item| of_item(caller, &item))
            }
            None => match words::refusal(&said) {
                Some(refusal) => ProviderError::Refused(refusal),
                None => ProviderError::failed(said),
            },
        },
        _ if answer.is_passing() => {
            let kind = body.and_then(|body| body.error_type).unwrap_or_default();
            let reason = format!("status {} {kind} {said}", answer.status.as_u16());
            ProviderError::Unavailable { reason, retry_after: answer.retry_after() }
        }
        _ => ProviderError::failed(format!("status {} {said}", answer.status.as_u16())),
    }
}

/// A request that the queue calls completed, with an error.
pub(super) fn broken_off(kind: &str, said: &str) -> ProviderError {
    match kind {
        // Its time was up: ours, or the model's own.
        "request_timeout" | "generation_timeout" => ProviderError::failed(format!("{kind}: {said}")),
        _ if kind.starts_with("runner_") || kind.ends_with("_timeout") || kind == "internal_error" => {
            ProviderError::Interrupted(format!("{kind}: {said}"))
        }
        _ => match words::refusal(said) {
            Some(refusal) => ProviderError::Refused(refusal),
            None => ProviderError::failed(format!("{kind}: {said}")),
        },
    }
}

fn items(detail: &Value) -> Option<Vec<Item>> {
    detail.as_array().map(|items| items.iter().filter_map(|item| Item::deserialize(item).ok()).collect())
}

fn sentence(detail: &Value) -> String {
    match (detail, items(detail)) {
        (Value::String(sentence), _) => sentence.clone(),
        (_, Some(items)) => items.into_iter().map(|item| item.msg).collect::<Vec<_>>().join("; "),
        _ => String::new(),
    }
}

fn of_item(caller: &Caller, item: &Item) -> ProviderError {
    let said = caller.words(&format!("{} {}: {}", item.kind, place(&item.loc), item.msg));
    match item.kind.as_str() {
        "content_policy_violation" => ProviderError::Refused(Refusal::NotAllowed),
        "face_detection_error" => ProviderError::Refused(Refusal::NoFace),
        "image_too_small" => ProviderError::Refused(Refusal::TooSmall),
        "image_too_large" | "file_too_large" => ProviderError::Refused(Refusal::TooLarge),
        "image_load_error" | "file_download_error" | "unsupported_image_format" => {
            ProviderError::Refused(Refusal::Unreadable)
        }
        // The model's own fault, or one beneath it; another model may do better.
        "no_media_generated"
        | "internal_server_error"
        | "generation_timeout"
        | "downstream_service_error"
        | "downstream_service_unavailable" => ProviderError::failed(said),
        // What is left says that our request is not as the model wants it.
        _ => ProviderError::set_up(Fault::Model, format!("fal does not take the request: {said}")),
    }
}

fn place(loc: &[Value]) -> String {
    let part = |part: &Value| part.as_str().map_or_else(|| part.to_string(), str::to_owned);
    loc.iter().map(part).collect::<Vec<_>>().join(".")
}
