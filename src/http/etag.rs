//! Answers that are sent once and then only confirmed.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// JSON under a tag of its content; `304` for whoever shows that tag.
pub(super) fn json(headers: &HeaderMap, value: &Value) -> Response {
    let body = value.to_string();
    let digest = Sha256::digest(&body);
    let tag: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}\"");
    let mut response = if shows(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    };
    put(&mut response, &tag, "private, no-cache");
    response
}

/// Whether the caller has what stands under this tag.
pub(super) fn shows(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|list| list.split(',')).any(|it| {
        let it = it.trim();
        it == "*" || it.strip_prefix("W/").unwrap_or(it) == tag
    })
}

/// Puts an answer under a tag; `kept` says for how long and by whom it may be kept.
pub(super) fn put(response: &mut Response, tag: &str, kept: &str) {
    // Hexadecimal digits in quotes are a header's value, and so are our own words.
    for (name, value) in [(header::ETAG, tag), (header::CACHE_CONTROL, kept)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
}
