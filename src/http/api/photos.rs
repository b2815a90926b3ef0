//! `POST /api/photos`: a photo for an order to come, through the same checks as one that is sent in the chat.

use axum::Json;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::caller::Caller;
use super::orders;
use crate::domain::{PhotoFlaw, PhotoId, UserId};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::media;

pub(super) async fn keep(caller: Caller, State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    if !orders::is_form(request.headers()) {
        return Err(Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE).detail("Send a form, multipart/form-data."));
    }
    let form =
        Multipart::from_request(request, &()).await.map_err(|it| Problem::of(it.status()).detail(it.body_text()))?;
    let form = orders::Form::read(form).await?;
    let [photo] = form.photos.as_slice() else {
        return Err(Problem::kind(StatusCode::UNPROCESSABLE_ENTITY, "photos", "Send one photo, as the part `photo`."));
    };
    let id = checked(&site, caller.user, photo).await?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))).into_response())
}

/// Checks, normalises and keeps a photo; the same one again is the same.
pub(super) async fn checked(site: &Site, user: UserId, photo: &Bytes) -> Result<PhotoId, Problem> {
    let store = &site.talk().world().store;
    let unique_id = format!("api:{}", hex(&Sha256::digest(photo)));
    let ours = |cause: sqlx::Error| Problem::ours("keep a photo of the API", &cause);
    if let Some(id) = store.kept_photo(user, &unique_id).await.map_err(ours)? {
        return Ok(id);
    }
    // Unpacked photos are large; only so many are in memory at a time.
    let permit = site.decoding().acquire().await.map_err(|cause| Problem::ours("wait for a turn", &cause))?;
    let bytes = photo.clone();
    let normalised = tokio::task::spawn_blocking(move || media::normalise(&bytes)).await;
    drop(permit);
    let sized = normalised.map_err(|cause| Problem::ours("look at a photo", &cause))?.map_err(flawed)?;
    store.keep_photo(user, &unique_id, &sized, chrono::Utc::now()).await.map_err(ours)
}

fn flawed(flaw: PhotoFlaw) -> Problem {
    let flaw_name = match flaw {
        PhotoFlaw::TooSmall { .. } => "too-small",
        PhotoFlaw::TooManyPixels { .. } => "too-many-pixels",
        PhotoFlaw::TooHeavy => "too-heavy",
        PhotoFlaw::NotAPicture => "not-a-picture",
        PhotoFlaw::Broken => "broken",
    };
    Problem::kind(StatusCode::UNPROCESSABLE_ENTITY, "bad-photo", format!("The photo cannot be used: {flaw}."))
        .with("flaw", flaw_name)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
