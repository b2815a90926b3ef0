//! Collecting what a likeness is trained from: consent, name, kind, photos.

use bytes::Bytes;
use rand::Rng;

use crate::database::Time;
use crate::domain::{ActionKey, AvatarId, AvatarKind, AvatarPhotoId, UserId};
use crate::media;
use crate::store::avatars::{NewAvatar, NewPhoto};

use super::{Avatars, CONSENT, MAX_AVATARS, MAX_PHOTOS};

/// Letters and digits that nobody mistakes for a word.
const TRIGGER_ALPHABET: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ23456789";
const TRIGGER_LENGTH: usize = 6;

/// What came of beginning an avatar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// Also when the same action had begun it before.
    Begun(AvatarId),
    /// They have [`MAX_AVATARS`].
    TooMany,
}

/// A checked photo on its way to an avatar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// Telegram's name of it.
    pub unique_id: String,
    pub jpeg: Bytes,
    pub thumbnail: Bytes,
    pub print: Vec<u8>,
}

/// What came of adding a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// Also when the same action had added it before.
    Added,
    /// The same photo is there already, whatever its size or compression.
    Same,
    /// There are [`MAX_PHOTOS`].
    Full,
    /// A training is under way, or the avatar is gone.
    Closed,
}

impl Avatars {
    /// Begins an avatar with the person's consent, once per action.
    pub async fn begin(&self, user: UserId, key: &ActionKey, now: Time) -> sqlx::Result<Begun> {
        let mut tx = self.store.begin().await?;
        tx.lock_available(user).await?;
        if let Some(id) = tx.avatar_by_key(key).await? {
            return Ok(Begun::Begun(id));
        }
        if tx.count_avatars(user).await? >= MAX_AVATARS {
            return Ok(Begun::TooMany);
        }
        let id = AvatarId::new();
        tx.add_avatar(&NewAvatar { id, user, key, trigger_word: &trigger_word(), consent: CONSENT }, now).await?;
        tx.commit().await?;
        Ok(Begun::Begun(id))
    }

    /// Names it, or says what it is. False: there is no such avatar.
    pub async fn describe(
        &self,
        user: UserId,
        avatar: AvatarId,
        name: Option<&str>,
        kind: Option<AvatarKind>,
    ) -> sqlx::Result<bool> {
        let mut tx = self.store.begin().await?;
        let found = tx.describe_avatar(user, avatar, name, kind).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// Adds a photo, once per action and content.
    pub async fn add_photo(
        &self,
        user: UserId,
        avatar: AvatarId,
        key: &ActionKey,
        photo: &Photo,
        now: Time,
    ) -> sqlx::Result<Added> {
        let mut tx = self.store.begin().await?;
        // Photos of one person come in one after the other, on whatever replica.
        tx.lock_available(user).await?;
        match tx.avatar(user, avatar).await? {
            Some(found) if found.live_run.is_none() => {}
            _ => return Ok(Added::Closed),
        }
        let marks = tx.photo_marks(avatar).await?;
        let same = |mark: &&crate::store::avatars::PhotoMark| {
            mark.unique_id == photo.unique_id || media::same_photo(&mark.print, &photo.print)
        };
        if let Some(mark) = marks.iter().find(same) {
            return Ok(if mark.key == key.as_str() { Added::Added } else { Added::Same });
        }
        if marks.len() >= MAX_PHOTOS {
            return Ok(Added::Full);
        }
        let new = NewPhoto {
            avatar,
            key,
            unique_id: &photo.unique_id,
            print: &photo.print,
            thumbnail: &photo.thumbnail,
            jpeg: &photo.jpeg,
        };
        tx.add_avatar_photo(&new, now).await?;
        tx.touch_avatar(avatar, now).await?;
        tx.commit().await?;
        Ok(Added::Added)
    }

    /// Takes a photo out again. False: it was not there, or a training is under way.
    pub async fn drop_photo(
        &self,
        user: UserId,
        avatar: AvatarId,
        photo: AvatarPhotoId,
        now: Time,
    ) -> sqlx::Result<bool> {
        let mut tx = self.store.begin().await?;
        tx.lock_available(user).await?;
        match tx.avatar(user, avatar).await? {
            Some(found) if found.live_run.is_none() => {}
            _ => return Ok(false),
        }
        let dropped = tx.remove_avatar_photo(avatar, photo).await?;
        tx.touch_avatar(avatar, now).await?;
        tx.commit().await?;
        Ok(dropped)
    }
}

/// A word that no model knows anything about.
fn trigger_word() -> String {
    let mut dice = rand::rng();
    let letter = |_| char::from(TRIGGER_ALPHABET[dice.random_range(0..TRIGGER_ALPHABET.len())]);
    (0..TRIGGER_LENGTH).map(letter).collect()
}
