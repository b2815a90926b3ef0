//! Photos and files that people send.

use std::sync::Arc;

use axum::extract::{Json, Multipart, Path, State};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::super::people::{self, Attachment};
use super::super::shared::Shared;
use super::super::{Sample, lock};
use super::{Answer, Refusal};

const PHOTO_BYTES_LIMIT: usize = 25 * 1024 * 1024;
const ALBUM_LIMIT: usize = 10;
pub(super) const ALBUM_BYTES_LIMIT: usize = PHOTO_BYTES_LIMIT * ALBUM_LIMIT + 1024 * 1024;
const CAPTION_LIMIT: usize = 1024;

#[derive(Default)]
struct Form {
    files: Vec<(String, String, Bytes)>,
    as_file: bool,
    caption: String,
}

pub(super) async fn photos(State(shared): State<Arc<Shared>>, Path(id): Path<i64>, parts: Multipart) -> Answer {
    people::check(&lock(&shared.world), id)?;
    let form = read(parts).await?;
    let mut attachments = Vec::new();
    for (name, mime, bytes) in form.files {
        attachments.push(attachment(&shared, name, mime, bytes, form.as_file).await);
    }
    let updates = people::attach(&mut lock(&shared.world), id, attachments, &form.caption)?;
    Ok(Json(json!({"update_ids": updates})))
}

#[derive(Deserialize)]
pub(super) struct SampleChoice {
    name: String,
    #[serde(default)]
    as_file: bool,
}

pub(super) async fn sample(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<i64>,
    Json(choice): Json<SampleChoice>,
) -> Answer {
    people::check(&lock(&shared.world), id)?;
    let sample: Option<&Sample> = shared.samples.iter().find(|sample| sample.name == choice.name);
    let sample = sample.ok_or_else(|| Refusal::not_found("there is no such sample"))?;
    let mut attachments = Vec::with_capacity(1 + sample.more.len());
    for jpeg in std::iter::once(&sample.jpeg).chain(&sample.more) {
        let (name, mime) = (format!("{}.jpg", sample.name), "image/jpeg".to_owned());
        attachments.push(attachment(&shared, name, mime, jpeg.clone(), choice.as_file).await);
    }
    let mut updates = Vec::with_capacity(attachments.len());
    while !attachments.is_empty() {
        let album = attachments.drain(..attachments.len().min(ALBUM_LIMIT)).collect();
        updates.extend(people::attach(&mut lock(&shared.world), id, album, "")?);
    }
    Ok(Json(json!({"update_ids": updates})))
}

/// As the apps do: what cannot be a photo goes as a file.
async fn attachment(shared: &Shared, name: String, mime: String, bytes: Bytes, as_file: bool) -> Attachment {
    if !as_file && let Ok(picture) = shared.pictures.clone().decode_apart(bytes.clone()).await {
        return Attachment::Photo(picture);
    }
    Attachment::File { name, mime, bytes }
}

async fn read(mut parts: Multipart) -> Result<Form, Refusal> {
    let broken = |error: axum::extract::multipart::MultipartError| Refusal(error.status(), error.body_text());
    let mut form = Form::default();
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        match part.name() {
            Some("photo") => {
                let name = part.file_name().unwrap_or("photo.jpg").to_owned();
                let mime = part.content_type().unwrap_or("application/octet-stream").to_owned();
                let bytes = part.bytes().await.map_err(broken)?;
                if bytes.len() > PHOTO_BYTES_LIMIT {
                    return Err(Refusal::bad("a photo may have 25 MB at most"));
                }
                form.files.push((name, mime, bytes));
            }
            Some("as_file") => {
                form.as_file = matches!(part.text().await.map_err(broken)?.as_str(), "true" | "1" | "on")
            }
            Some("caption") => form.caption = part.text().await.map_err(broken)?,
            _ => return Err(Refusal::bad("the form has only photo, as_file and caption")),
        }
    }
    if !(1..=ALBUM_LIMIT).contains(&form.files.len()) {
        return Err(Refusal::bad("send 1 to 10 photos"));
    }
    form.caption = form.caption.chars().take(CAPTION_LIMIT).collect();
    Ok(form)
}
