//! What an error looks like: problem details, RFC 9457.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// Why a call was refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub status: StatusCode,
    /// What kind of problem it is, for programs; `None` where the status says it all.
    pub kind: Option<&'static str>,
    /// What is the matter with this very call, for people.
    pub detail: Option<String>,
    /// After how many seconds trying again makes sense.
    pub retry_after: Option<u64>,
    /// More members, by the kind.
    pub more: Map<String, Value>,
}

impl Problem {
    /// One that its status describes.
    pub fn of(status: StatusCode) -> Self {
        Self { status, kind: None, detail: None, retry_after: None, more: Map::new() }
    }

    /// One of a kind that programs tell apart.
    pub fn kind(status: StatusCode, kind: &'static str, detail: impl Into<String>) -> Self {
        Self { kind: Some(kind), detail: Some(detail.into()), ..Self::of(status) }
    }

    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    pub fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// Something of ours is broken. The cause is logged here, and told to nobody.
    pub fn ours(what: &'static str, cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(error = %cause, "could not {what}");
        Self::of(StatusCode::SERVICE_UNAVAILABLE).detail("Something of ours does not answer; try again.").retry_after(2)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = self.more;
        // A kind is a name below our own address, which need not lead anywhere.
        body.insert("type".into(), self.kind.map_or("about:blank".into(), |kind| format!("/problems/{kind}").into()));
        body.insert("title".into(), title(self.kind, self.status).into());
        body.insert("status".into(), json!(self.status.as_u16()));
        if let Some(detail) = self.detail {
            body.insert("detail".into(), detail.into());
        }
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

fn title(kind: Option<&str>, status: StatusCode) -> String {
    match kind {
        None => status.canonical_reason().unwrap_or("Error").to_owned(),
        Some(kind) => {
            let words = kind.replace('-', " ");
            let mut letters = words.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    }
}

pub(super) async fn not_found() -> Problem {
    Problem::of(StatusCode::NOT_FOUND)
}

pub(super) async fn method_not_allowed() -> Problem {
    Problem::of(StatusCode::METHOD_NOT_ALLOWED)
}
