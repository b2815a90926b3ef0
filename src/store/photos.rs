//! People's photos, until they have served.

use bytes::Bytes;

use crate::database::{Time, Tx, exec, one, optional};
use crate::domain::{PhotoId, SizedPhoto, UserId};

use super::Store;

impl Store {
    /// Keeps a photo. The same photo of the same person (by Telegram's `file_unique_id`) is kept once.
    pub async fn keep_photo(
        &self,
        user: UserId,
        unique_id: &str,
        photo: &SizedPhoto,
        now: Time,
    ) -> sqlx::Result<PhotoId> {
        let (id,): (PhotoId,) = one!(
            self.db.write(),
            (PhotoId,),
            "INSERT INTO photos (id, user_id, unique_id, jpeg, width, height, used_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (user_id, unique_id) DO UPDATE SET used_at = excluded.used_at RETURNING id",
            PhotoId::new(),
            user,
            unique_id,
            photo.jpeg.as_ref(),
            i32::try_from(photo.width).unwrap_or(i32::MAX),
            i32::try_from(photo.height).unwrap_or(i32::MAX),
            now,
        )?;
        Ok(id)
    }

    /// The photo of this person that Telegram knows under this name, if it is still kept.
    pub async fn kept_photo(&self, user: UserId, unique_id: &str) -> sqlx::Result<Option<PhotoId>> {
        let row: Option<(PhotoId,)> = optional!(
            self.db.read(),
            (PhotoId,),
            "SELECT id FROM photos WHERE user_id = $1 AND unique_id = $2",
            user,
            unique_id,
        )?;
        Ok(row.map(|(id,)| id))
    }

    /// The bytes of a photo, if it is still kept. The owner is asked for, so that no id opens another person's photo.
    pub async fn photo(&self, user: UserId, id: PhotoId) -> sqlx::Result<Option<Bytes>> {
        let row: Option<(Vec<u8>,)> =
            optional!(self.db.read(), (Vec<u8>,), "SELECT jpeg FROM photos WHERE id = $1 AND user_id = $2", id, user)?;
        Ok(row.map(|(jpeg,)| Bytes::from(jpeg)))
    }

    /// Removes photos that were last used before `before`, except those of jobs under way. Answers how many.
    pub async fn remove_old_photos(&self, before: Time) -> sqlx::Result<u64> {
        exec!(
            self.db.write(),
            "DELETE FROM photos WHERE used_at < $1 AND user_id NOT IN (SELECT user_id FROM generation_jobs \
             WHERE state IN ('queued', 'submitting', 'running'))",
            before,
        )
    }
}

impl Tx {
    /// Marks a photo as used now; false when it is gone or not theirs.
    pub async fn use_photo(&mut self, user: UserId, id: PhotoId, now: Time) -> sqlx::Result<bool> {
        let used = exec!(*self, "UPDATE photos SET used_at = $3 WHERE id = $1 AND user_id = $2", id, user, now)?;
        Ok(used == 1)
    }

    pub async fn forget_photos(&mut self, user: UserId) -> sqlx::Result<u64> {
        exec!(*self, "DELETE FROM photos WHERE user_id = $1", user)
    }
}
