//! The route that Telegram brings its updates to: answered with 200 once an update has been handled.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use super::problem::Problem;
use super::site::Site;

/// Below our public address.
pub const PATH: &str = "/telegram";
/// The key of what Telegram shows to us is made for this purpose.
pub const PURPOSE: &str = "telegram";
/// Carries what was agreed on with `setWebhook`.
const SECRET: &str = "X-Telegram-Bot-Api-Secret-Token";
/// Telegram's largest updates are far smaller.
pub(super) const BODY_LIMIT: usize = 1024 * 1024;
/// After so many seconds Telegram may bring it again.
const AGAIN: u64 = 1;

pub(super) async fn take(State(site): State<Site>, request: Request) -> Response {
    // Only where Telegram was told of us.
    let Some(secret) = &site.parts().webhook_secret else {
        return Problem::of(StatusCode::NOT_FOUND).into_response();
    };
    if !is_from_telegram(request.headers(), secret.reveal()) {
        return Problem::of(StatusCode::UNAUTHORIZED).into_response();
    }
    // What begins now would be cut off; another process takes it.
    if site.parts().stopping.is_cancelled() {
        return later();
    }
    if !is_json(request.headers()) {
        return Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE).into_response();
    }
    let body = match Bytes::from_request(request, &()).await {
        Ok(body) => body,
        Err(rejection) => return Problem::of(rejection.status()).into_response(),
    };
    let Ok(json) = str::from_utf8(&body) else { return Problem::of(StatusCode::BAD_REQUEST).into_response() };
    if site.parts().telegram.take(json).await { StatusCode::OK.into_response() } else { later() }
}

fn later() -> Response {
    Problem::of(StatusCode::SERVICE_UNAVAILABLE).retry_after(AGAIN).into_response()
}

/// Takes as long for a nearly right secret as for any other of its length.
fn is_from_telegram(headers: &HeaderMap, secret: &str) -> bool {
    headers.get(SECRET).is_some_and(|shown| bool::from(shown.as_bytes().ct_eq(secret.as_bytes())))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
