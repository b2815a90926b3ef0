//! What was uploaded: `file_id`s, the paths they are fetched by, and the bytes.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::ApiError;
use super::pictures::{Picture, SMALLER_SIDES, digest, fit};

/// What a bot may fetch with `getFile`.
const DOWNLOAD_LIMIT: u64 = 20 * 1024 * 1024;
/// Bytes of all files in memory.
const CONTENTS_LIMIT: usize = 1024 * 1024 * 1024;
/// The type of an upload whose sender names none.
const UNKNOWN_MIME: &str = "application/octet-stream";

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Files {
    entries: HashMap<String, Entry>,
    paths: HashMap<String, String>,
    next: u64,
    #[serde(skip)]
    contents: Contents,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Entry {
    pub unique_id: String,
    pub path: String,
    pub mime: String,
    pub blob: u64,
    /// Bytes; unknown for a size that nobody has asked for yet.
    pub size: Option<u64>,
    /// Longer side that the blob has to be shrunk to, for the smaller sizes of a photo.
    pub side: Option<u32>,
    /// The value that goes into a message which sends this file again.
    pub message: Value,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) enum Kind {
    Photo,
    Document,
    Other,
}

/// Bytes of files by their digest; equal files are kept once, the oldest go when there are too many.
#[derive(Debug, Default)]
pub(super) struct Contents {
    blobs: HashMap<u64, Bytes>,
    order: VecDeque<u64>,
    total: usize,
}

impl Contents {
    pub fn keep(&mut self, blob: u64, bytes: Bytes) {
        if self.blobs.contains_key(&blob) {
            return;
        }
        self.total += bytes.len();
        self.order.push_back(blob);
        self.blobs.insert(blob, bytes);
        while self.total > CONTENTS_LIMIT
            && self.order.len() > 1
            && let Some(oldest) = self.order.pop_front()
        {
            self.total -= self.blobs.remove(&oldest).map_or(0, |bytes| bytes.len());
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (u64, &Bytes)> {
        self.blobs.iter().map(|(blob, bytes)| (*blob, bytes))
    }
}

impl Files {
    /// Keeps a photo and returns its `PhotoSize` list, smallest first.
    pub fn add_photo(&mut self, picture: &Picture) -> Value {
        let blob = self.keep(picture.jpeg.clone());
        let serial = self.serial();
        let longest = picture.width.max(picture.height);
        let smaller = SMALLER_SIDES.into_iter().filter(|side| *side < longest).map(Some);
        let mut sizes = Vec::new();
        for (index, side) in smaller.chain([None]).enumerate() {
            let (width, height) = fit(picture.width, picture.height, side.unwrap_or(longest));
            let size = if side.is_none() { Some(picture.jpeg.len() as u64) } else { None };
            let (id, unique_id) = (format!("AgAC{serial:08}s{index}"), format!("AQAD{serial:08}s{index}"));
            let mut value = json!({"file_id": id, "file_unique_id": unique_id, "width": width, "height": height});
            if let Some(size) = size {
                value["file_size"] = size.into();
            }
            sizes.push(value);
            let path = format!("photos/file_{serial}_{index}.jpg");
            let (mime, message) = ("image/jpeg".into(), Value::Null);
            self.insert(id, Entry { unique_id, path, mime, blob, size, side, message, kind: Kind::Photo });
        }
        let sizes = Value::Array(sizes);
        for size in sizes.as_array().into_iter().flatten() {
            if let Some(entry) = size["file_id"].as_str().and_then(|id| self.entries.get_mut(id)) {
                entry.message = sizes.clone();
            }
        }
        sizes
    }

    /// Keeps a document untouched and returns its `Document`. As at Telegram, the file's name tells what an upload is
    /// whose sender does not.
    pub fn add_document(&mut self, name: &str, mime: &str, bytes: Bytes) -> Value {
        let mime = if mime == UNKNOWN_MIME || mime.is_empty() { mime_of(name) } else { mime };
        self.add(Kind::Document, name, mime, bytes, json!({"file_name": name, "mime_type": mime}))
    }

    /// Keeps a file of another kind (a voice, a sticker, …); `fields` are what its object has beyond the file's own.
    pub fn add_other(&mut self, name: &str, mime: &str, bytes: Bytes, fields: Value) -> Value {
        self.add(Kind::Other, name, mime, bytes, fields)
    }

    fn add(&mut self, kind: Kind, name: &str, mime: &str, bytes: Bytes, mut value: Value) -> Value {
        let size = bytes.len() as u64;
        let blob = self.keep(bytes);
        let serial = self.serial();
        let (id, unique_id) = (format!("BQAC{serial:08}"), format!("AgAD{serial:08}"));
        let extension = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or("bin");
        let extension: String = extension.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
        let path = format!("documents/file_{serial}.{extension}");
        value["file_id"] = id.clone().into();
        value["file_unique_id"] = unique_id.clone().into();
        value["file_size"] = size.into();
        let (mime, message) = (mime.to_owned(), value.clone());
        self.insert(id, Entry { unique_id, path, mime, blob, size: Some(size), side: None, message, kind });
        value
    }

    fn keep(&mut self, bytes: Bytes) -> u64 {
        let blob = digest(&bytes);
        self.contents.keep(blob, bytes);
        blob
    }

    /// Contents by digest; they are kept beside the state, not in it.
    pub fn contents(&mut self) -> &mut Contents {
        &mut self.contents
    }

    fn insert(&mut self, id: String, entry: Entry) {
        self.paths.insert(entry.path.clone(), id.clone());
        self.entries.insert(id, entry);
    }

    fn serial(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// What a message carries that sends the file of `id` again.
    pub fn again(&self, id: &str, kind: Kind) -> Result<Value, ApiError> {
        match self.entries.get(id) {
            Some(entry) if entry.kind == kind => Ok(entry.message.clone()),
            Some(entry) => Err(ApiError::bad(format!("can't use file of type {:?} as {kind:?}", entry.kind))),
            None => Err(ApiError::bad("wrong file identifier/HTTP URL specified")),
        }
    }

    /// The `File` of `getFile`.
    pub fn describe(&self, id: &str) -> Result<Value, ApiError> {
        let entry = self.entries.get(id).ok_or_else(|| ApiError::bad("invalid file_id"))?;
        if entry.size.is_some_and(|size| size > DOWNLOAD_LIMIT) {
            return Err(ApiError::bad("file is too big"));
        }
        let mut file = json!({"file_id": id, "file_unique_id": entry.unique_id, "file_path": entry.path});
        if let Some(size) = entry.size {
            file["file_size"] = size.into();
        }
        Ok(file)
    }

    pub fn entry(&self, id: &str) -> Option<(Entry, Bytes)> {
        let entry = self.entries.get(id)?;
        Some((entry.clone(), self.contents.blobs.get(&entry.blob)?.clone()))
    }

    pub fn by_path(&self, path: &str) -> Option<String> {
        self.paths.get(path).cloned()
    }

    /// Keeps the smaller copy that was made when somebody asked for it.
    pub fn set_shrunk(&mut self, id: &str, bytes: Bytes) {
        let size = bytes.len() as u64;
        let blob = self.keep(bytes);
        if let Some(entry) = self.entries.get_mut(id) {
            (entry.blob, entry.size, entry.side) = (blob, Some(size), None);
        }
    }
}

/// What a file's name says of its content.
fn mime_of(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("gif") => "image/gif",
        Some("pdf") => "application/pdf",
        Some("txt") => "text/plain",
        _ => UNKNOWN_MIME,
    }
}
