//! Avatars and the photos that they are trained from.

use bytes::Bytes;
use sqlx::types::Json;

use crate::database::{Time, Tx, all, exec, one, optional};
use crate::domain::{ActionKey, AvatarId, AvatarKind, AvatarPhotoId, RunId, UserId};

use super::Store;

/// An avatar as its person sees it.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Avatar {
    pub id: AvatarId,
    pub user_id: UserId,
    pub name: Option<String>,
    pub kind: Option<AvatarKind>,
    pub trigger_word: String,
    /// The run whose weights are in use; `None` until one has succeeded.
    pub run_id: Option<RunId>,
    /// Who understands the weights.
    pub provider: Option<String>,
    /// How the provider finds the weights again.
    pub weights: Option<Json<serde_json::Value>>,
    pub trained_at: Option<Time>,
    /// The run under way.
    pub live_run: Option<RunId>,
    pub photos: i64,
}

macro_rules! avatar_columns {
    () => {
        "a.id, a.user_id, a.name, a.kind, a.trigger_word, a.run_id, a.provider, a.weights, a.trained_at, \
         (SELECT r.id FROM training_runs r WHERE r.avatar_id = a.id AND r.state IN ('queued', 'submitting', 'running')) \
         AS live_run, (SELECT count(*) FROM avatar_photos p WHERE p.avatar_id = a.id) AS photos"
    };
}

const AVATAR: &str = concat!(
    "SELECT ",
    avatar_columns!(),
    " FROM avatars a WHERE a.id = $1 AND a.user_id = $2 AND a.deleted_at IS NULL"
);

/// A new avatar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAvatar<'a> {
    pub id: AvatarId,
    pub user: UserId,
    pub key: &'a ActionKey,
    pub trigger_word: &'a str,
    /// The version of the text that the person agreed to.
    pub consent: &'a str,
}

/// A new photo of an avatar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPhoto<'a> {
    pub avatar: AvatarId,
    pub key: &'a ActionKey,
    /// Telegram's name of it.
    pub unique_id: &'a str,
    /// A coarse picture of its content.
    pub print: &'a [u8],
    pub thumbnail: &'a [u8],
    pub jpeg: &'a [u8],
}

/// What is known of a photo without opening it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct PhotoMark {
    pub id: AvatarPhotoId,
    pub key: String,
    pub unique_id: String,
    pub print: Vec<u8>,
}

/// A photo's small picture.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Thumbnail {
    pub id: AvatarPhotoId,
    pub thumbnail: Vec<u8>,
}

impl Store {
    /// The person's avatar of this id, unless it is deleted.
    pub async fn avatar(&self, user: UserId, id: AvatarId) -> sqlx::Result<Option<Avatar>> {
        optional!(self.db.read(), Avatar, AVATAR, id, user)
    }

    /// The person's avatars, the oldest first.
    pub async fn avatars(&self, user: UserId) -> sqlx::Result<Vec<Avatar>> {
        const SQL: &str = concat!(
            "SELECT ",
            avatar_columns!(),
            " FROM avatars a WHERE a.user_id = $1 AND a.deleted_at IS NULL ORDER BY a.created_at, a.id"
        );
        all!(self.db.read(), Avatar, SQL, user)
    }

    /// The name of an avatar, also of one that is gone.
    pub async fn avatar_name(&self, id: AvatarId) -> sqlx::Result<Option<String>> {
        let row: Option<(Option<String>,)> =
            optional!(self.db.read(), (Option<String>,), "SELECT name FROM avatars WHERE id = $1", id)?;
        Ok(row.and_then(|(name,)| name))
    }

    /// The small pictures of an avatar's photos, in the order in which they came.
    pub async fn avatar_thumbnails(&self, avatar: AvatarId) -> sqlx::Result<Vec<Thumbnail>> {
        all!(
            self.db.read(),
            Thumbnail,
            "SELECT id, thumbnail FROM avatar_photos WHERE avatar_id = $1 ORDER BY id",
            avatar,
        )
    }

    /// The photos' ids and bytes, in the order in which they came.
    pub async fn avatar_photo_sizes(&self, avatar: AvatarId) -> sqlx::Result<Vec<(AvatarPhotoId, i64)>> {
        all!(
            self.db.read(),
            (AvatarPhotoId, i64),
            "SELECT id, CAST(length(jpeg) AS BIGINT) FROM avatar_photos WHERE avatar_id = $1 ORDER BY id",
            avatar,
        )
    }

    /// One photo's bytes, if it is still kept.
    pub async fn avatar_photo(&self, id: AvatarPhotoId) -> sqlx::Result<Option<Bytes>> {
        let row: Option<(Vec<u8>,)> =
            optional!(self.db.read(), (Vec<u8>,), "SELECT jpeg FROM avatar_photos WHERE id = $1", id)?;
        Ok(row.map(|(jpeg,)| Bytes::from(jpeg)))
    }

    /// The key of the action that added the photo of this name at Telegram, if it is among an avatar's photos.
    pub async fn avatar_photo_key(&self, avatar: AvatarId, unique_id: &str) -> sqlx::Result<Option<String>> {
        let row: Option<(String,)> = optional!(
            self.db.read(),
            (String,),
            "SELECT key FROM avatar_photos WHERE avatar_id = $1 AND unique_id = $2 LIMIT 1",
            avatar,
            unique_id,
        )?;
        Ok(row.map(|(key,)| key))
    }

    /// Removes the photos of avatars that nobody has touched since `before`, except those in training.
    pub async fn remove_old_avatar_photos(&self, before: Time) -> sqlx::Result<u64> {
        exec!(
            self.db.write(),
            "DELETE FROM avatar_photos WHERE avatar_id IN (SELECT a.id FROM avatars a WHERE a.touched_at < $1 \
             AND NOT EXISTS (SELECT 1 FROM training_runs r WHERE r.avatar_id = a.id \
             AND r.state IN ('queued', 'submitting', 'running')))",
            before,
        )
    }

    /// Another address of the weights that `run` made, for as long as they are the ones in use.
    pub async fn move_weights(&self, avatar: AvatarId, run: RunId, weights: &serde_json::Value) -> sqlx::Result<bool> {
        let written = exec!(
            self.db.write(),
            "UPDATE avatars SET weights = $3 WHERE id = $1 AND run_id = $2 AND deleted_at IS NULL",
            avatar,
            run,
            Json(weights),
        )?;
        Ok(written == 1)
    }
}

impl Tx {
    pub async fn avatar(&mut self, user: UserId, id: AvatarId) -> sqlx::Result<Option<Avatar>> {
        optional!(*self, Avatar, AVATAR, id, user)
    }

    /// The avatar that this action has made.
    pub async fn avatar_by_key(&mut self, key: &ActionKey) -> sqlx::Result<Option<AvatarId>> {
        let row: Option<(AvatarId,)> = optional!(*self, (AvatarId,), "SELECT id FROM avatars WHERE key = $1", key)?;
        Ok(row.map(|(id,)| id))
    }

    pub async fn count_avatars(&mut self, user: UserId) -> sqlx::Result<i64> {
        let (count,): (i64,) =
            one!(*self, (i64,), "SELECT count(*) FROM avatars WHERE user_id = $1 AND deleted_at IS NULL", user,)?;
        Ok(count)
    }

    /// Writes a new avatar. False: one with its key is there already.
    pub async fn add_avatar(&mut self, avatar: &NewAvatar<'_>, now: Time) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "INSERT INTO avatars (id, user_id, key, trigger_word, consent, consented_at, touched_at, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $6, $6) ON CONFLICT (key) DO NOTHING",
            avatar.id,
            avatar.user,
            avatar.key,
            avatar.trigger_word,
            avatar.consent,
            now,
        )?;
        Ok(written == 1)
    }

    /// What the avatar is called, and what it is; `None` leaves it as it is. False: there is no such avatar.
    pub async fn describe_avatar(
        &mut self,
        user: UserId,
        id: AvatarId,
        name: Option<&str>,
        kind: Option<AvatarKind>,
    ) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "UPDATE avatars SET name = COALESCE($3, name), kind = COALESCE($4, kind) \
             WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL",
            id,
            user,
            name,
            kind,
        )?;
        Ok(written == 1)
    }

    /// The avatar's photos are wanted for some time from now.
    pub async fn touch_avatar(&mut self, id: AvatarId, now: Time) -> sqlx::Result<()> {
        exec!(*self, "UPDATE avatars SET touched_at = $2 WHERE id = $1", id, now)?;
        Ok(())
    }

    /// What is known of an avatar's photos, in the order in which they came.
    pub async fn photo_marks(&mut self, avatar: AvatarId) -> sqlx::Result<Vec<PhotoMark>> {
        all!(
            *self,
            PhotoMark,
            "SELECT id, key, unique_id, print FROM avatar_photos WHERE avatar_id = $1 ORDER BY id",
            avatar,
        )
    }

    pub async fn add_avatar_photo(&mut self, photo: &NewPhoto<'_>, now: Time) -> sqlx::Result<()> {
        exec!(
            *self,
            "INSERT INTO avatar_photos (id, avatar_id, key, unique_id, print, thumbnail, jpeg, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            AvatarPhotoId::new(),
            photo.avatar,
            photo.key,
            photo.unique_id,
            photo.print,
            photo.thumbnail,
            photo.jpeg,
            now,
        )?;
        Ok(())
    }

    pub async fn remove_avatar_photo(&mut self, avatar: AvatarId, photo: AvatarPhotoId) -> sqlx::Result<bool> {
        let gone = exec!(*self, "DELETE FROM avatar_photos WHERE id = $1 AND avatar_id = $2", photo, avatar)?;
        Ok(gone == 1)
    }

    /// From now on pictures are made with the weights of this run.
    pub async fn use_weights(
        &mut self,
        avatar: AvatarId,
        run: RunId,
        provider: &str,
        weights: &serde_json::Value,
        now: Time,
    ) -> sqlx::Result<bool> {
        let written = exec!(
            *self,
            "UPDATE avatars SET run_id = $2, provider = $3, weights = $4, trained_at = $5, touched_at = $5 \
             WHERE id = $1 AND deleted_at IS NULL",
            avatar,
            run,
            provider,
            Json(weights),
            now,
        )?;
        Ok(written == 1)
    }

    /// The avatars of a person that are not deleted.
    pub async fn avatar_ids(&mut self, user: UserId) -> sqlx::Result<Vec<AvatarId>> {
        let rows: Vec<(AvatarId,)> = all!(
            *self,
            (AvatarId,),
            "SELECT id FROM avatars WHERE user_id = $1 AND deleted_at IS NULL ORDER BY id",
            user,
        )?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Removes all that is kept here of an avatar: photos, weights, name. Answers how many photos there were.
    pub async fn clear_avatar(&mut self, id: AvatarId, now: Time) -> sqlx::Result<u64> {
        let photos = exec!(*self, "DELETE FROM avatar_photos WHERE avatar_id = $1", id)?;
        exec!(
            *self,
            "DELETE FROM weight_pieces WHERE run_id IN (SELECT id FROM training_runs WHERE avatar_id = $1)",
            id,
        )?;
        exec!(
            *self,
            "UPDATE avatars SET name = NULL, kind = NULL, run_id = NULL, provider = NULL, weights = NULL, \
             deleted_at = $2 WHERE id = $1",
            id,
            now,
        )?;
        exec!(*self, "UPDATE generation_jobs SET words = NULL WHERE avatar_id = $1", id)?;
        Ok(photos)
    }
}
