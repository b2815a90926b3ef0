//! A request of the bot in any of the four ways that Telegram takes: query string, form, JSON, multipart.

use std::collections::HashMap;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Multipart, Query};
use axum::http::{Request, header};
use serde_json::{Map, Value};

use super::error::ApiError;
use super::methods::Upload;

/// Room for the greatest upload and what goes with it.
pub(super) const BODY_LIMIT: usize = 60 * 1024 * 1024;

#[derive(Default)]
pub(super) struct Raw {
    pub params: Map<String, Value>,
    pub uploads: HashMap<String, Upload>,
}

pub(super) async fn read(request: Request<Body>) -> Result<Raw, ApiError> {
    let mut raw = Raw::default();
    if request.uri().query().is_some()
        && let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(request.uri())
    {
        raw.params.extend(pairs.into_iter().map(|(name, value)| (name, Value::String(value))));
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "multipart/form-data" => read_multipart(request, &mut raw).await?,
        "application/json" => {
            let body = read_body(request).await?;
            if !body.is_empty() {
                let object: Map<String, Value> =
                    serde_json::from_slice(&body).map_err(|_| ApiError::bad("can't parse JSON object"))?;
                raw.params.extend(object);
            }
        }
        "application/x-www-form-urlencoded" => {
            let form = axum::Form::<Vec<(String, String)>>::from_request(request, &()).await;
            let axum::Form(pairs) = form.map_err(|_| ApiError::bad("can't parse the form"))?;
            raw.params.extend(pairs.into_iter().map(|(name, value)| (name, Value::String(value))));
        }
        _ => {}
    }
    Ok(raw)
}

async fn read_body(request: Request<Body>) -> Result<bytes::Bytes, ApiError> {
    to_bytes(request.into_body(), BODY_LIMIT).await.map_err(|_| ApiError::new(413, "Request Entity Too Large"))
}

/// Parts with a file name are uploads; one named like a parameter stands for that parameter.
async fn read_multipart(request: Request<Body>, raw: &mut Raw) -> Result<(), ApiError> {
    let broken = |_| ApiError::bad("can't parse multipart/form-data");
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| ApiError::bad("boundary is missing"))?;
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        let Some(file_name) = part.file_name().map(str::to_owned) else {
            raw.params.insert(name, Value::String(part.text().await.map_err(broken)?));
            continue;
        };
        let mime = part.content_type().unwrap_or("application/octet-stream").to_owned();
        let bytes = part.bytes().await.map_err(|_| ApiError::new(413, "Request Entity Too Large"))?;
        if FILE_PARAMETERS.contains(&name.as_str()) {
            raw.params.insert(name.clone(), format!("attach://{name}").into());
        }
        raw.uploads.insert(name, Upload { name: file_name, mime, bytes });
    }
    Ok(())
}

/// Parameters that a file part can stand for by its name alone.
const FILE_PARAMETERS: [&str; 11] = [
    "photo",
    "document",
    "audio",
    "video",
    "animation",
    "voice",
    "video_note",
    "sticker",
    "thumbnail",
    "certificate",
    "live_photo",
];
