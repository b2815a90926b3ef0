//! What the Bot API answers when it refuses.

use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct ApiError {
    pub code: u16,
    pub description: String,
    pub retry_after: Option<u32>,
}

impl ApiError {
    pub fn new(code: u16, description: impl Into<String>) -> ApiError {
        ApiError { code, description: description.into(), retry_after: None }
    }

    pub fn bad(what: impl std::fmt::Display) -> ApiError {
        ApiError::new(400, format!("Bad Request: {what}"))
    }

    pub fn blocked() -> ApiError {
        ApiError::new(403, "Forbidden: bot was blocked by the user")
    }

    pub fn too_many(seconds: u32) -> ApiError {
        let description = format!("Too Many Requests: retry after {seconds}");
        ApiError { code: 429, description, retry_after: Some(seconds) }
    }

    pub fn stale_query() -> ApiError {
        ApiError::bad("query is too old and response timeout expired or query ID is invalid")
    }

    /// The error envelope of the Bot API.
    pub fn envelope(&self) -> Value {
        let mut body = json!({"ok": false, "error_code": self.code, "description": self.description});
        if let Some(seconds) = self.retry_after {
            body["parameters"] = json!({"retry_after": seconds});
        }
        body
    }
}
