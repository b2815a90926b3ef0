//! `GET /api/me`: the person and what they can spend.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::caller::Caller;

pub(super) async fn show(caller: Caller) -> Response {
    let me = json!({
        "first_name": caller.first_name,
        "language": caller.language.code(),
        "balance": caller.balance,
    });
    ([(header::CACHE_CONTROL, "no-store")], Json(me)).into_response()
}
