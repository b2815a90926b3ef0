//! `GET /api/templates/{template}/preview`: the gallery picture of a template, as the chat shows it.
//!
//! It is for an `<img>`, which shows no header, and tells nothing of anybody. Painted when first asked for, and then
//! kept: there are only as many as templates.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use super::photos::hex;
use crate::domain::{Template, TemplateId};
use crate::http::etag;
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::media;

/// How long a browser need not ask again, in seconds; then it asks with the tag.
const LASTS: u32 = 3600;

/// The pictures that were painted, each with the tag of the style that it shows.
#[derive(Default)]
pub(in crate::http) struct Previews(Mutex<HashMap<TemplateId, Painting>>);

struct Painting {
    tag: String,
    /// Painted once, however many ask meanwhile.
    jpeg: Arc<OnceCell<Bytes>>,
}

impl Previews {
    fn of(&self, template: &TemplateId, tag: &str) -> Arc<OnceCell<Bytes>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Painting { tag: tag.to_owned(), jpeg: Arc::default() };
        let painting = all.entry(template.clone()).or_insert_with(fresh);
        if painting.tag != tag {
            *painting = fresh();
        }
        painting.jpeg.clone()
    }
}

/// Where the picture of a template is.
pub(super) fn address(site: &Site, template: &TemplateId) -> String {
    let path = format!("/api/templates/{template}/preview");
    site.parts().public_url.as_ref().map_or_else(|| path.clone(), |public| public.join(&path))
}

pub(super) async fn show(
    State(site): State<Site>,
    template: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let unknown = || Problem::kind(StatusCode::NOT_FOUND, "unknown-template", "There is no such template.");
    let Ok(Path(template)) = template else { return Err(unknown()) };
    let template = site.talk().world().orders.catalog().template(&TemplateId(template)).ok_or_else(unknown)?;
    let tag = tag(&template);
    let mut response = if etag::shows(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let jpeg = painted(&site, &template, &tag).await?;
        ([(header::CONTENT_TYPE, "image/jpeg"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], jpeg).into_response()
    };
    etag::put(&mut response, &tag, &format!("public, max-age={LASTS}"));
    // A Mini App of another address may show it.
    let anywhere = HeaderValue::from_static("cross-origin");
    response.headers_mut().insert("cross-origin-resource-policy", anywhere);
    Ok(response)
}

/// Changes with the style, and with the build: another one may paint otherwise.
fn tag(template: &Template) -> String {
    let digest = Sha256::digest(format!("{}\n{}", env!("CARGO_PKG_VERSION"), template.style));
    format!("\"{}\"", hex(&digest[..12]))
}

async fn painted(site: &Site, template: &Template, tag: &str) -> Result<Bytes, Problem> {
    let ours = |cause: &dyn std::fmt::Display| Problem::ours("paint a preview", cause);
    let style: media::Style = serde_json::from_value(template.style.clone()).map_err(|cause| ours(&cause))?;
    let (site, jpeg) = (site.clone(), site.previews().of(&template.id, tag));
    // Goes on when whoever asked is gone or was told to come again, so that the next one finds it.
    let painting = tokio::spawn(async move {
        let paint = || async {
            // As for photos: only so many at a time.
            let _turn = site.decoding().acquire().await.map_err(|cause| ours(&cause))?;
            tokio::task::spawn_blocking(move || media::preview(&style)).await.map_err(|cause| ours(&cause))
        };
        jpeg.get_or_try_init(paint).await.cloned()
    });
    painting.await.map_err(|cause| ours(&cause))?
}
