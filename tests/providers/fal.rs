//! fal.ai: a queue whose addresses leave out a part of the model's name, a storage, and signed webhooks.

use axum::body::Body;
use axum::http::Response;
use ring::digest::{SHA256, digest};
use ring::signature::Ed25519KeyPair;
use serde_json::Value;

use super::{Call, Mock, Phase, Reply, example};

/// Signs webhooks with a key of its own.
pub struct Signer(Ed25519KeyPair);

impl Signer {
    /// With the key that the service publishes: that of the contracts' vector.
    pub fn own() -> Self {
        let seed: Vec<u8> = (0..32).collect();
        Self(Ed25519KeyPair::from_seed_unchecked(&seed).expect("a key pair"))
    }

    /// With a key that nobody has published.
    pub fn foreign() -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[9; 32]).expect("a key pair"))
    }

    pub fn headers(&self, id: &str, body: &[u8], time: i64) -> Vec<(String, String)> {
        let message = format!("{id}\nuser-0001\n{time}\n{}", hex(digest(&SHA256, body).as_ref()));
        let signature = hex(self.0.sign(message.as_bytes()).as_ref());
        let header = |name: &str, value: &str| (format!("x-fal-webhook-{name}"), value.to_owned());
        vec![
            header("request-id", id),
            header("user-id", "user-0001"),
            header("timestamp", &time.to_string()),
            header("signature", &signature),
        ]
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn answer(mock: &Mock, call: &Call) -> Option<Response<Body>> {
    let path = call.uri.path();
    if path == "/.well-known/jwks.json" {
        let vector = example("fal/webhook_signature_vector.json");
        return Some(super::answer(200, "application/json", vector["jwks"].to_string()));
    }
    if let ("PUT", Some(_)) = (call.method.as_str(), path.strip_prefix("/upload/")) {
        mock.expect(call.header("authorization").is_none(), "an upload's address was shown the key");
        let kind = call.header("content-type").unwrap_or_default();
        mock.expect(["image/jpeg", "application/zip"].contains(&kind), format!("an upload of the kind {kind:?}"));
        return Some(super::answer(200, "text/plain", ""));
    }
    let is_call = !["GET", "HEAD"].contains(&call.method.as_str()) || path.contains("/requests/");
    if !is_call {
        return None;
    }
    mock.expect(call.header("authorization") == Some("Key KEYID:KEYSECRET"), "the key is missing");
    match (call.method.as_str(), path) {
        ("DELETE", path) if path.starts_with("/models/requests/") && path.ends_with("/payloads") => {
            Some(super::answer(200, "application/json", r#"{"cdn_delete_results":[]}"#))
        }
        ("POST", "/storage/auth/token") => Some(mock.told(Phase::Look, "").unwrap_or_else(|| {
            super::answer(
                200,
                "application/json",
                r#"{"token":"t","token_type":"Bearer","base_url":"https://v3.fal.media"}"#,
            )
        })),
        ("POST", "/storage/upload/initiate") => {
            mock.expect(call.query("storage_type").as_deref() == Some("fal-cdn-v3"), "no storage_type");
            Some(mock.example("fal/storage_initiate.response.json", ""))
        }
        ("POST", "/fal-ai/flux-lora-portrait-trainer") => Some(train(mock, call)),
        ("POST", _) => Some(submit(mock, call)),
        _ => Some(request(mock, call)),
    }
}

/// What the models of the table take, by their own names.
fn known(model: &str) -> Option<(&'static [&'static str], &'static str)> {
    Some(match model {
        "fal-ai/nano-banana/edit" => (
            &["prompt", "image_urls", "num_images", "output_format", "aspect_ratio", "seed", "limit_generations"],
            "image_urls",
        ),
        "fal-ai/flux-pro/kontext" => {
            (&["prompt", "image_url", "aspect_ratio", "num_images", "output_format", "seed"], "image_url")
        }
        "fal-ai/flux-pro/kontext/multi" => {
            (&["prompt", "image_urls", "aspect_ratio", "num_images", "output_format", "seed"], "image_urls")
        }
        "fal-ai/flux-lora" => (
            &[
                "prompt",
                "loras",
                "image_size",
                "num_images",
                "num_inference_steps",
                "guidance_scale",
                "enable_safety_checker",
                "output_format",
                "seed",
            ],
            "",
        ),
        _ => return None,
    })
}

fn submit(mock: &Mock, call: &Call) -> Response<Body> {
    let (model, body) = (call.uri.path().trim_matches('/'), call.json());
    match known(model) {
        None => mock.expect(false, format!("no such model: {model}")),
        Some((parameters, photos)) => {
            mock.expect_only(&body, parameters);
            match &body[photos] {
                Value::Array(list) => list.iter().for_each(|photo| mock.expect_photo(photo)),
                Value::Null => mock.expect(photos.is_empty(), format!("{model} wants {photos}")),
                photo => mock.expect_photo(photo),
            }
        }
    }
    mock.expect(body.get("fal_webhook").is_none(), "fal_webhook belongs into the query");
    let limit = call.header("x-fal-request-timeout").and_then(|limit| limit.parse::<u64>().ok());
    mock.expect(limit.is_some_and(|limit| limit > 1), "no time to start in");
    let webhook = call.query("fal_webhook");
    match mock.next(Phase::Submit) {
        None => mock.example("fal/submit_ok.response.json", &mock.begin(webhook)),
        Some(Reply::Lost) => {
            let id = mock.begin(webhook);
            mock.reply(Reply::Lost, &id)
        }
        Some(other) => mock.reply(other, ""),
    }
}

fn train(mock: &Mock, call: &Call) -> Response<Body> {
    let (model, input) = (call.uri.path().trim_matches('/'), call.json());
    let archive = input["images_data_url"].as_str().unwrap_or_default();
    mock.expect(archive.ends_with(".zip"), format!("{model} wants an archive, not {archive:?}"));
    mock.expect(input["trigger_phrase"].is_string(), format!("{model} wants a trigger_phrase"));
    match mock.train(call.query("fal_webhook"), model, &input) {
        Ok(id) => mock.example("fal/submit_ok.response.json", &id),
        Err(other) => *other,
    }
}

/// `/owner/app/requests/<id>` and what is below it: with a further part of the model's name there is nothing.
fn request(mock: &Mock, call: &Call) -> Response<Body> {
    let parts: Vec<&str> = call.uri.path().trim_matches('/').split('/').collect();
    let &[_, _, "requests", id, ref rest @ ..] = parts.as_slice() else {
        mock.expect(false, format!("no address of a request: {}", call.uri));
        return mock.example("fal/error_404_unknown_request.response.json", "");
    };
    match (call.method.as_str(), rest) {
        ("PUT", ["cancel"]) => {
            let mut script = mock.script();
            match script.tasks.get_mut(id) {
                Some(task) => task.cancelled = true,
                None => {
                    drop(script);
                    return mock.example("fal/error_404_unknown_request.response.json", "");
                }
            }
            drop(script);
            mock.example("fal/cancel_accepted.response.json", id)
        }
        ("GET", ["status"]) => status(mock, id),
        ("GET", [] | ["response"]) => {
            let name = if mock.is_training(id) { "flux_lora_portrait_trainer" } else { "nano_banana_edit" };
            let result = || mock.example(&format!("fal/result_{name}.response.json"), id);
            mock.told(Phase::Result, id).unwrap_or_else(result)
        }
        _ => {
            mock.expect(false, format!("no such call: {} {}", call.method, call.uri));
            mock.example("fal/error_404_unknown_request.response.json", "")
        }
    }
}

fn status(mock: &Mock, id: &str) -> Response<Body> {
    if let Some(told) = mock.told(Phase::Look, id) {
        return told;
    }
    let name = match mock.look(id) {
        None => return mock.example("fal/error_404_unknown_request.response.json", ""),
        Some(..=1) => "status_in_queue",
        Some(2) => "status_in_progress",
        Some(_) => "status_completed",
    };
    mock.example(&format!("fal/{name}.response.json"), id)
}
