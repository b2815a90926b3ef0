//! Replicate: predictions by name or by version, files, and webhooks under one secret of the account.

use axum::body::Body;
use axum::http::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Value, json};

use super::schema::flaws;
use super::{Call, Mock, Phase, Reply, example};

/// The headers of a webhook of this id.
pub(super) fn signed(id: &str, body: &[u8], time: i64) -> Vec<(String, String)> {
    let secret = example("replicate/webhook_secret.response.json")["body"]["key"].as_str().expect("a key").to_owned();
    let key = STANDARD.decode(secret.trim_start_matches("whsec_")).expect("base64");
    let message = [format!("{id}.{time}.").as_bytes(), body].concat();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &message);
    vec![
        ("webhook-id".to_owned(), id.to_owned()),
        ("webhook-timestamp".to_owned(), time.to_string()),
        ("webhook-signature".to_owned(), format!("v1,{}", STANDARD.encode(tag.as_ref()))),
    ]
}

pub(super) fn answer(mock: &Mock, call: &Call) -> Option<Response<Body>> {
    let path = call.uri.path().strip_prefix("/v1/")?;
    mock.expect(call.header("authorization") == Some("Bearer r8_TEST"), "the token is missing");
    let parts: Vec<&str> = path.split('/').collect();
    Some(match (call.method.as_str(), parts.as_slice()) {
        ("POST", ["predictions"]) => create(mock, call, "schemas_version_prediction_request", None),
        ("POST", ["models", owner, name, "predictions"]) => {
            create(mock, call, "schemas_prediction_request", Some(&format!("{owner}/{name}")))
        }
        ("GET", ["predictions", id]) => prediction(mock, id),
        ("POST", ["predictions", id, "cancel"]) => {
            if let Some(task) = mock.script().tasks.get_mut(*id) {
                task.cancelled = true;
            }
            mock.example("replicate/prediction_canceled.response.json", id)
        }
        ("GET", ["models", "acme", "pixelai-avatars"]) => mock.example("replicate/model_create.response.json", ""),
        ("POST", ["models", owner, name, "versions", version, "trainings"]) => {
            train(mock, call, &format!("{owner}/{name}"), version)
        }
        ("GET", ["trainings"]) => list(mock),
        ("GET", ["trainings", id]) => training(mock, id),
        ("POST", ["trainings", id, "cancel"]) => {
            if let Some(task) = mock.script().tasks.get_mut(*id) {
                task.cancelled = true;
            }
            mock.example("replicate/prediction_canceled.response.json", id)
        }
        ("DELETE", ["models", "acme", "person-1", "versions", _]) => super::answer(202, "application/json", ""),
        ("POST", ["files"]) => {
            let form = call.header("content-type").is_some_and(|kind| kind.starts_with("multipart/form-data"));
            let body = String::from_utf8_lossy(&call.body);
            let named = body.contains("name=\"content\"") && body.contains("filename=");
            let named = named && (body.contains("image/jpeg") || body.contains("application/zip"));
            mock.expect(form && named, "a file without its name or kind");
            mock.example("replicate/file_create.response.json", "")
        }
        ("DELETE", ["files", _]) => super::answer(204, "application/json", ""),
        ("GET", ["account"]) => {
            mock.told(Phase::Look, "").unwrap_or_else(|| mock.example("replicate/account.response.json", ""))
        }
        ("GET", ["webhooks", "default", "secret"]) => mock.example("replicate/webhook_secret.response.json", ""),
        _ => {
            mock.expect(false, format!("no such call: {} {path}", call.method));
            super::answer(404, "application/json", "{}")
        }
    })
}

/// What the models of the table take, by their own names.
fn known(model: &str) -> Option<(&'static [&'static str], &'static str)> {
    Some(match model {
        "google/nano-banana" => (&["prompt", "image_input", "aspect_ratio", "output_format"], "image_input"),
        "black-forest-labs/flux-kontext-pro" => {
            (&["prompt", "input_image", "aspect_ratio", "output_format"], "input_image")
        }
        _ => return None,
    })
}

fn create(mock: &Mock, call: &Call, schema: &str, model: Option<&str>) -> Response<Body> {
    let body = call.json();
    let schemas = example("replicate-schemas.json");
    for flaw in flaws(&schemas[schema], &body) {
        mock.expect(false, format!("{schema}: {flaw}"));
    }
    match model.map(known) {
        None => {}
        Some(None) => mock.expect(false, format!("no such model: {model:?}")),
        Some(Some((parameters, photos))) => {
            mock.expect_only(&body["input"], parameters);
            let format = body["input"]["output_format"].as_str();
            mock.expect(format.is_none_or(|format| ["jpg", "png"].contains(&format)), "no such output_format");
            match &body["input"][photos] {
                Value::Array(list) => list.iter().for_each(|photo| mock.expect_photo(photo)),
                photo => mock.expect_photo(photo),
            }
        }
    }
    let limit = call.header("cancel-after").and_then(|limit| limit.strip_suffix('s')?.parse::<u64>().ok());
    mock.expect(limit.is_some_and(|limit| limit >= 5), "no Cancel-After that is one");
    let webhook = body["webhook"].as_str().map(str::to_owned);
    match mock.next(Phase::Submit) {
        None => mock.example("replicate/prediction_starting.response.json", &mock.begin(webhook)),
        Some(Reply::Lost) => {
            let id = mock.begin(webhook);
            mock.reply(Reply::Lost, &id)
        }
        Some(other) => mock.reply(other, ""),
    }
}

fn train(mock: &Mock, call: &Call, trainer: &str, version: &str) -> Response<Body> {
    let body = call.json();
    let schemas = example("replicate-schemas.json");
    for flaw in flaws(&schemas["schemas_training_request"], &body) {
        mock.expect(false, format!("schemas_training_request: {flaw}"));
    }
    mock.expect(trainer == "ostris/flux-dev-lora-trainer", format!("no such trainer: {trainer}"));
    mock.expect(body["destination"] == "acme/pixelai-avatars", "the destination is not there");
    match mock.train(body["webhook"].as_str().map(str::to_owned), version, &body["input"]) {
        Ok(id) => mock.example("replicate/training_starting.response.json", &id),
        Err(other) => *other,
    }
}

/// The newest first, as far as it shows any.
fn list(mock: &Mock) -> Response<Body> {
    let shown = if mock.script().lists_nothing { Default::default() } else { mock.tasks() };
    let entry = |(id, task): (String, super::Task)| {
        let super::Training { version, input, created_at } = task.training?;
        Some(json!({"id": id, "status": "processing", "version": version, "input": input, "created_at": created_at}))
    };
    let results: Vec<Value> = shown.into_iter().rev().filter_map(entry).collect();
    super::answer(200, "application/json", json!({"next": null, "previous": null, "results": results}).to_string())
}

fn training(mock: &Mock, id: &str) -> Response<Body> {
    let name = match mock.look(id) {
        None => return super::answer(404, "application/json", r#"{"detail":"not found","status":404}"#),
        Some(..=1) => "training_starting",
        Some(2) => "training_processing",
        Some(_) => "training_succeeded",
    };
    let mut response = mock.example(&format!("replicate/{name}.response.json"), id);
    *response.status_mut() = axum::http::StatusCode::OK;
    response
}

fn prediction(mock: &Mock, id: &str) -> Response<Body> {
    if let Some(told) = mock.told(Phase::Look, id) {
        return told;
    }
    let name = match mock.look(id) {
        None => return super::answer(404, "application/json", r#"{"detail":"not found","status":404}"#),
        Some(..=1) => "prediction_starting",
        Some(2) => "prediction_processing",
        Some(_) => "prediction_succeeded_nano_banana",
    };
    let mut response = mock.example(&format!("replicate/{name}.response.json"), id);
    *response.status_mut() = axum::http::StatusCode::OK;
    response
}
