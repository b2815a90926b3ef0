//! The jobs API for other front ends, such as a Mini App: the same orders and the same wallet as the chat.
//!
//! Who asks is proven by Telegram's `initData`, before a byte of a body is read; a person sees only what is theirs. The
//! description that programs read is `openapi.json`, and a test holds it against the routes.

mod caller;
mod jobs;
mod me;
mod orders;
mod photos;
mod pictures;
mod previews;
mod rate;
mod templates;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::limits;
use super::site::Site;
use crate::domain::PhotoFlaw;

pub(super) use previews::Previews;
pub(super) use rate::Rates;

/// Photos of one order at most, as in the chat.
const MAX_PHOTOS: usize = 4;
/// What stands around photos in a form.
const FORM_BYTES: usize = 64 * 1024;

pub(super) fn routes() -> Router<Site> {
    let uploads = Router::new()
        .route("/api/jobs/create", post(orders::create))
        .route("/api/photos", post(photos::keep))
        .layer(DefaultBodyLimit::max(MAX_PHOTOS * PhotoFlaw::MAX_BYTES + FORM_BYTES))
        .layer(from_fn_with_state(limits::UPLOAD, limits::within));
    Router::new()
        .route("/api/jobs/{job}", get(jobs::show))
        .route("/api/templates", get(templates::list))
        .route("/api/templates/{template}/preview", get(previews::show))
        .route("/api/me", get(me::show))
        .route("/api/pictures/{job}", get(pictures::show))
        .route("/api/openapi.json", get(document))
        .layer(from_fn_with_state(limits::PROMPT, limits::within))
        .merge(uploads)
}

async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], include_str!("api/openapi.json")).into_response()
}
