//! `GET /api/pictures/{job}`: a finished picture, under an address that is signed and expires.
//!
//! Such an address is for an `<img>`, which shows no header; whoever has it may see the picture until it expires.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::database::Time;
use crate::domain::JobId;
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::store::jobs::Picture;

/// An address is good for one to two of these, so that it stays the same from one look to the next.
const HOUR: i64 = 3600;
/// What Telegram keeps of a picture is no larger.
const MAX_BYTES: usize = 20_000_000;

#[derive(Deserialize)]
pub(super) struct Proof {
    expires: i64,
    signature: String,
}

/// Where the picture can be fetched, and until when.
pub(super) fn address(site: &Site, job: JobId, now: Time) -> Value {
    let expires = (now.timestamp() / HOUR + 2) * HOUR;
    let signature: String = match mac(site, job, expires) {
        Some(mac) => mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect(),
        None => String::new(),
    };
    let path = format!("/api/pictures/{job}?expires={expires}&signature={signature}");
    let url = site.parts().public_url.as_ref().map_or_else(|| path.clone(), |public| public.join(&path));
    json!({ "url": url, "expires_at": chrono::DateTime::from_timestamp(expires, 0) })
}

fn mac(site: &Site, job: JobId, expires: i64) -> Option<Hmac<Sha256>> {
    let mac = Hmac::<Sha256>::new_from_slice(&site.parts().signing.of("pictures")).ok()?;
    Some(mac.chain_update(format!("{job}:{expires}")))
}

pub(super) async fn show(
    State(site): State<Site>,
    job: Result<Path<String>, PathRejection>,
    proof: Result<Query<Proof>, QueryRejection>,
) -> Result<Response, Problem> {
    let forged = || Problem::kind(StatusCode::FORBIDDEN, "bad-signature", "This address was not made by this bot.");
    let (Ok(Path(job)), Ok(Query(proof))) = (job, proof) else { return Err(forged()) };
    let job: JobId = job.parse().map_err(|_| forged())?;
    let signature = bytes_of(&proof.signature).ok_or_else(forged)?;
    mac(&site, job, proof.expires).ok_or_else(forged)?.verify_slice(&signature).map_err(|_| forged())?;
    let left = proof.expires - chrono::Utc::now().timestamp();
    if left <= 0 {
        return Err(Problem::kind(StatusCode::GONE, "expired", "This address has expired; ask for the job again."));
    }
    let gone = || Problem::kind(StatusCode::GONE, "picture-gone", "The picture is no longer kept.");
    let picture = site.talk().world().store.picture(job).await;
    let picture = picture.map_err(|cause| Problem::ours("read a picture for the API", &cause))?.ok_or_else(gone)?;
    let bytes = content(&site, picture).await.ok_or_else(gone)?;
    let kind = image::guess_format(&bytes).map_or("application/octet-stream", |format| format.to_mime_type());
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CACHE_CONTROL, format!("private, max-age={left}, immutable")),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// What we keep, or else what Telegram does.
async fn content(site: &Site, picture: Picture) -> Option<Bytes> {
    if let Some(bytes) = picture.bytes {
        return Some(bytes.into());
    }
    let name = picture.document_id.or(picture.file_id)?;
    site.talk().world().files.download(&name, MAX_BYTES).await.ok()
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok());
    (hex.len() == 64).then(|| digits.collect()).flatten()
}
