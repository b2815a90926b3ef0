//! The painter trains too: what it learns of a hero is a few of their photos, and it paints from one of these.

use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::{Buf, BufMut, Bytes, BytesMut};
use futures::StreamExt;
use futures::stream;
use tokio::task::spawn_blocking;

use super::files::Record;
use super::{Behaviour, Painter, parse, unavailable, waiting};
use crate::domain::{ModelAlias, Refusal, SizedPhoto};
use crate::media;
use crate::providers::training::{Album, Likeness, Standing, Trained, Trainer, TrainingOrder};
use crate::providers::{ProviderError, Status, Task};

/// Photos that a likeness remembers.
const REMEMBERED: usize = 4;
/// Pixels of their longer side.
const SIDE: u32 = 1024;
/// A training takes this many times as long as a picture.
const PATIENCE: u32 = 2;

#[async_trait]
impl Trainer for Painter {
    fn provider(&self) -> &'static str {
        self.name
    }

    async fn begin(&self, order: &TrainingOrder, photos: Arc<dyn Album>) -> Result<Task, ProviderError> {
        let alias = ModelAlias(order.alias.0.clone());
        let behaviour = self.behaviour(&alias);
        if behaviour == Behaviour::Unavailable {
            return Err(unavailable("told to be"));
        }
        let remembered = remember(photos.as_ref()).await?;
        let started_at = SystemTime::now();
        let record = Record {
            provider: self.name.to_owned(),
            alias,
            style: serde_json::Value::Null,
            seed: 0,
            photos: remembered.len(),
            started_at,
            ready_at: behaviour.ready_at(started_at, self.shared.duration * PATIENCE, order.time_limit),
            behaviour,
            training: true,
        };
        let id = self.store(&record, remembered).await?;
        Ok(Task { id: id.to_string(), details: serde_json::Value::Null })
    }

    async fn standing(&self, task: &Task) -> Result<Standing, ProviderError> {
        let id = parse(task)?;
        let found = self.shared.blocking(move |files| Ok((files.record(id)?, files.is_cancelled(id)))).await?;
        let (Some(record), cancelled) = found else { return Err(ProviderError::Unknown) };
        if !record.training {
            return Err(ProviderError::Unknown);
        }
        if cancelled {
            return Err(ProviderError::Failed("cancelled".to_owned()));
        }
        match waiting(&record, SystemTime::now()) {
            Some(Status::Running { progress }) => return Ok(Standing::Running { progress }),
            Some(_) => return Ok(Standing::Queued),
            None => {}
        }
        match record.behaviour {
            Behaviour::Fail | Behaviour::Garbage => Err(ProviderError::Failed("told to fail".to_owned())),
            Behaviour::Refuse(refusal) => Err(ProviderError::Refused(refusal)),
            _ => {
                let count = record.photos;
                let photos = self.shared.blocking(move |files| files.photos(id, count)).await?;
                let file = stream::once(async move { Ok(pack(&photos)) }).boxed();
                Ok(Standing::Trained(Trained { weights: serde_json::json!({ "likeness": task.id }), file: Some(file) }))
            }
        }
    }

    async fn call_off(&self, task: &Task) -> Result<(), ProviderError> {
        crate::providers::Provider::cancel(self, task).await
    }

    async fn tidy(&self, _: &Task) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn erase(&self, task: Option<&Task>, _: Option<&serde_json::Value>) -> Result<(), ProviderError> {
        let Some(id) = task.and_then(|task| parse(task).ok()) else { return Ok(()) };
        self.shared.blocking(move |files| files.remove(id)).await
    }
}

/// Small copies of some of the photos, from all over the album.
async fn remember(photos: &dyn Album) -> Result<Vec<Bytes>, ProviderError> {
    let count = photos.sizes().len();
    if count == 0 {
        return Err(ProviderError::Refused(Refusal::Unreadable));
    }
    let wanted = count.min(REMEMBERED);
    let mut remembered = Vec::with_capacity(wanted);
    for number in 0..wanted {
        let jpeg = photos.photo(number * count / wanted).await.map_err(|cause| unavailable(cause.to_string()))?;
        let small = move || media::thumbnail(&SizedPhoto { jpeg, width: 0, height: 0 }, SIDE);
        let small = spawn_blocking(small).await.map_err(|_| unavailable("it was cut short"))?;
        remembered.push(small.map_err(|_| ProviderError::Refused(Refusal::Unreadable))?);
    }
    Ok(remembered)
}

/// The photo that a picture of this seed is painted from.
pub(super) async fn photos(likeness: &Likeness, seed: u64) -> Result<Vec<Bytes>, ProviderError> {
    let mut file = BytesMut::new();
    let mut index = 0;
    while let Some(piece) = likeness.file.piece(index).await.map_err(|cause| unavailable(cause.to_string()))? {
        file.extend_from_slice(&piece);
        index += 1;
    }
    let remembered = unpack(file.freeze()).map_err(|cause| ProviderError::Failed(cause.to_string()))?;
    let chosen = (seed % remembered.len() as u64) as usize;
    Ok(remembered.into_iter().skip(chosen).take(1).collect())
}

/// Each photo behind its length.
fn pack(photos: &[Bytes]) -> Bytes {
    let mut packed = BytesMut::new();
    for photo in photos {
        packed.put_u32(u32::try_from(photo.len()).unwrap_or(u32::MAX));
        packed.put_slice(photo);
    }
    packed.freeze()
}

/// The photos again, at least one.
fn unpack(mut packed: Bytes) -> io::Result<Vec<Bytes>> {
    let broken = || io::Error::new(io::ErrorKind::InvalidData, "a likeness that cannot be read");
    let mut photos = Vec::new();
    while packed.has_remaining() {
        let length = packed.try_get_u32().map_err(|_| broken())? as usize;
        if packed.len() < length {
            return Err(broken());
        }
        photos.push(packed.split_to(length));
    }
    if photos.is_empty() { Err(broken()) } else { Ok(photos) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_out_and_what_was_torn_does_not() {
        let photos = vec![Bytes::from_static(b"one"), Bytes::from_static(b""), Bytes::from_static(b"three")];
        let packed = pack(&photos);
        assert_eq!(unpack(packed.clone()).expect("it is whole"), photos);
        for torn in [packed.slice(..packed.len() - 1), packed.slice(..2), Bytes::new()] {
            assert!(unpack(torn).is_err());
        }
    }
}
