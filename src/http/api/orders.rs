//! `POST /api/jobs/create`: an order, made once for each key of the caller's.

use axum::Json;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::MAX_PHOTOS;
use super::caller::Caller;
use super::photos::{checked, hex};
use crate::domain::{Credits, JobId, PhotoFlaw, PhotoId, TemplateId};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::orders::{Order, Placed};

const KEY: &str = "Idempotency-Key";
const LONGEST_KEY: usize = 255;
/// When somebody with too many pictures under way may try again, in seconds.
const AFTER_BUSY: u64 = 10;
/// Seconds until another try makes sense under maintenance.
const AFTER_MAINTENANCE: u64 = 300;

/// What is ordered, however it came.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    #[serde(default)]
    template: String,
    /// The price that the person saw, if the caller wants to be sure.
    price: Option<i64>,
    /// Kept earlier.
    #[serde(default, rename = "photos")]
    kept: Vec<PhotoId>,
    /// Sent along.
    #[serde(skip)]
    pub photos: Vec<Bytes>,
}

pub(super) async fn create(
    caller: Caller,
    State(site): State<Site>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let key = key(&headers)?;
    let form = Form::of(request).await?;
    let template = TemplateId(form.template.clone());
    let world = site.talk().world();
    let ours = |cause: sqlx::Error| Problem::ours("place an order of the API", &cause);
    let now = chrono::Utc::now();
    let offer = world.orders.catalog().offer(&template);
    if world.orders.catalog().template(&template).is_none() {
        return Err(unprocessable("unknown-template", "There is no such template."));
    }
    let order = world.store.api_order(caller.user, &key, &form.fingerprint(), now).await.map_err(ours)?;
    if order.fingerprint != form.fingerprint() {
        let detail = "This key was used for another order; take a new one.";
        return Err(unprocessable("idempotency-key-reused", detail));
    }
    let action = order.action();
    if let Some(job) = world.store.job_of_action(&action).await.map_err(ours)? {
        return Ok(accepted(&site, job, true));
    }
    let wanted = offer.as_ref().map_or(0, |offer| usize::from(offer.template.photos));
    if offer.is_some() && form.kept.len() + form.photos.len() != wanted {
        return Err(unprocessable("photos", &format!("This template takes {wanted} of them.")).with("wanted", wanted));
    }
    let mut photos = form.kept.clone();
    for photo in &form.photos {
        photos.push(checked(&site, caller.user, photo).await?);
    }
    let current = offer.map(|offer| offer.template.price);
    let price = form.price.map_or(current, |seen| Credits::new(seen).ok());
    let price = price.ok_or_else(|| unprocessable("retired", "This template is not to be had at the moment."))?;
    let order = Order { user: caller.user, key: &action, template: &template, photos: &photos, price };
    let placed = world.orders.place(&order, now).await.map_err(ours)?;
    match placed {
        Placed::Placed(job) => Ok(accepted(&site, job, false)),
        refused => Err(refusal(refused)),
    }
}

/// Whether a form comes; the name of a type is written as one likes.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("multipart/form-data"))
}

fn unprocessable(kind: &'static str, detail: &str) -> Problem {
    Problem::kind(StatusCode::UNPROCESSABLE_ENTITY, kind, detail)
}

fn refusal(refused: Placed) -> Problem {
    match refused {
        Placed::Short { missing } => {
            Problem::kind(StatusCode::PAYMENT_REQUIRED, "short-of-credits", "The balance is too small.")
                .with("missing", missing.get())
        }
        Placed::Repriced { price } => {
            Problem::kind(StatusCode::CONFLICT, "repriced", "The price has changed.").with("price", price.get())
        }
        Placed::Busy => Problem::kind(StatusCode::TOO_MANY_REQUESTS, "busy", "Too many pictures are under way.")
            .retry_after(AFTER_BUSY),
        Placed::Closed => {
            let detail = "No new orders are taken for a short while; what is under way will be finished.";
            Problem::kind(StatusCode::SERVICE_UNAVAILABLE, "maintenance", detail).retry_after(AFTER_MAINTENANCE)
        }
        Placed::PhotosGone => unprocessable("photos-gone", "A photo is not there any more; send it again."),
        Placed::Retired | Placed::AvatarGone | Placed::Placed(_) => {
            unprocessable("retired", "This template is not to be had at the moment.")
        }
    }
}

/// The same for the first call and for each repetition.
fn accepted(site: &Site, job: JobId, repeated: bool) -> Response {
    let path = format!("/api/jobs/{job}");
    let url = site.parts().public_url.as_ref().map_or_else(|| path.clone(), |public| public.join(&path));
    let mut response = (StatusCode::ACCEPTED, Json(json!({ "id": job, "url": url }))).into_response();
    if let Ok(location) = HeaderValue::from_str(&path) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    if repeated {
        response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    response
}

fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let missing = || {
        let detail = "Name the order with an Idempotency-Key of your own, such as a UUID, of at most 255 characters.";
        Problem::kind(StatusCode::BAD_REQUEST, "idempotency-key", detail)
    };
    let key = headers.get(KEY).and_then(|key| key.to_str().ok()).map(str::trim).unwrap_or_default();
    if key.is_empty() || key.len() > LONGEST_KEY { Err(missing()) } else { Ok(key.to_owned()) }
}

impl Form {
    /// From a form with the photos in it, or from JSON that names kept ones.
    async fn of(request: Request) -> Result<Self, Problem> {
        if is_form(request.headers()) {
            let form = Multipart::from_request(request, &()).await;
            return Self::read(form.map_err(|it| Problem::of(it.status()).detail(it.body_text()))?).await;
        }
        let Json(form) = Json::<Self>::from_request(request, &())
            .await
            .map_err(|rejection| Problem::of(rejection.status()).detail(rejection.body_text()))?;
        Ok(form)
    }

    pub(super) async fn read(mut parts: Multipart) -> Result<Self, Problem> {
        let mut form = Self::default();
        while let Some(field) = parts.next_field().await.map_err(unreadable)? {
            match field.name().unwrap_or_default() {
                "template" => form.template = text(field).await?,
                "price" => {
                    let price = text(field).await?;
                    form.price =
                        Some(price.parse().map_err(|_| unprocessable("price", "The price is a whole number."))?);
                }
                "photo" if form.photos.len() == MAX_PHOTOS => {
                    return Err(unprocessable("photos", "These are too many."));
                }
                "photo" => form.photos.push(photo(field).await?),
                other => {
                    let detail = format!("There is no part {:?}.", other.chars().take(40).collect::<String>());
                    return Err(unprocessable("unknown-part", &detail));
                }
            }
        }
        Ok(form)
    }

    /// Tells one order from another.
    fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(format!("{}\n{:?}\n{:?}\n", self.template, self.price, self.kept));
        for photo in &self.photos {
            digest.update(Sha256::digest(photo));
        }
        hex(&digest.finalize())
    }
}

async fn text(field: Field<'_>) -> Result<String, Problem> {
    let text = field.text().await.map_err(unreadable)?;
    if text.len() > 100 { Err(unprocessable("too-long", "A part of the form is too long.")) } else { Ok(text) }
}

/// Counted as it comes, so that no photo takes more memory than one may have.
async fn photo(mut field: Field<'_>) -> Result<Bytes, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
        if bytes.len() + chunk.len() > PhotoFlaw::MAX_BYTES {
            let detail = "A photo may have 20 megabytes at most.";
            return Err(Problem::kind(StatusCode::PAYLOAD_TOO_LARGE, "bad-photo", detail).with("flaw", "too-heavy"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

fn unreadable(cause: MultipartError) -> Problem {
    Problem::of(cause.status()).detail(cause.body_text())
}
