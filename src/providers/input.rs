//! What a model is given: its parameters, the prompt, and photos as the provider takes them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::Submission;

/// A photo inside the request itself.
pub(super) fn data_address(jpeg: &[u8]) -> String {
    format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg))
}

/// The bytes of all photos together.
pub(super) fn weight(submission: &Submission) -> usize {
    submission.photos.iter().map(bytes::Bytes::len).sum()
}

/// The model's input: its parameters, then the prompt and the photos under the model's own name for them.
pub(super) fn of(submission: &Submission, photos: Vec<String>) -> Map<String, Value> {
    let mut input = match &submission.parameters {
        Value::Object(parameters) => parameters.clone(),
        _ => Map::new(),
    };
    input.insert("prompt".to_owned(), submission.prompt.clone().into());
    if let Some(place) = &submission.photo_input {
        let mut photos = photos.into_iter();
        if place.many {
            input.insert(place.name.clone(), photos.collect::<Vec<_>>().into());
        } else if let Some(photo) = photos.next() {
            input.insert(place.name.clone(), photo.into());
        }
    }
    input
}
