//! Photos and weights in the database, opened one piece at a time for whoever trains and paints.

use std::io;

use async_trait::async_trait;
use bytes::Bytes;

use crate::domain::{AvatarId, AvatarPhotoId, RunId};
use crate::providers::training::{Album, Pieces};
use crate::store::Store;

/// An avatar's photos as they were when it was opened.
pub(in crate::poller) struct StoredAlbum {
    store: Store,
    photos: Vec<AvatarPhotoId>,
    sizes: Vec<u64>,
}

impl StoredAlbum {
    pub(super) async fn open(store: &Store, avatar: AvatarId) -> sqlx::Result<Self> {
        let found = store.avatar_photo_sizes(avatar).await?;
        let (photos, sizes) = found.into_iter().map(|(id, size)| (id, u64::try_from(size).unwrap_or(0))).unzip();
        Ok(Self { store: store.clone(), photos, sizes })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.photos.is_empty()
    }
}

#[async_trait]
impl Album for StoredAlbum {
    fn sizes(&self) -> &[u64] {
        &self.sizes
    }

    async fn photo(&self, index: usize) -> io::Result<Bytes> {
        let id = self.photos.get(index).ok_or(io::ErrorKind::NotFound)?;
        let found = self.store.avatar_photo(*id).await.map_err(io::Error::other)?;
        found.ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// The weights that a run has left.
pub(in crate::poller) struct StoredWeights {
    pub(in crate::poller) store: Store,
    pub(in crate::poller) avatar: AvatarId,
    pub(in crate::poller) run: RunId,
}

#[async_trait]
impl Pieces for StoredWeights {
    async fn piece(&self, index: usize) -> io::Result<Option<Bytes>> {
        let Ok(index) = i32::try_from(index) else { return Ok(None) };
        let piece = self.store.weight_piece(self.run, index).await.map_err(io::Error::other)?;
        Ok(piece.map(Bytes::from))
    }

    async fn moved(&self, weights: &serde_json::Value) {
        // Where this fails the next picture hands them over once more.
        if let Err(cause) = self.store.move_weights(self.avatar, self.run, weights).await {
            tracing::warn!(run.id = %self.run, error = %cause, "could not note where weights have moved");
        }
    }
}
