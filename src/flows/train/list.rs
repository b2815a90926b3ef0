//! The avatars of a person: looking through them, renaming, deleting, and going on to a picture.

use crate::avatars::{MAX_AVATARS, MAX_PHOTOS, MIN_PHOTOS, PHOTO_DAYS};
use crate::domain::AvatarKind;
use crate::flows::generate::Memory as Order;
use crate::flows::view::Picture;
use crate::flows::{Answer, Ask, FlowError, Item, Show};
use crate::media;
use crate::store::avatars::Avatar;
use crate::text::Args;

use super::{Memory, about, avatar, gone};

/// How far an avatar is, as a word that texts choose by.
fn standing(avatar: &Avatar) -> &'static str {
    match (avatar.live_run, avatar.run_id) {
        (Some(_), _) => "training",
        (None, Some(_)) => "trained",
        (None, None) => "collecting",
    }
}

pub(super) async fn show_list(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let avatars = ask.world.store.avatars(ask.user.id).await?;
    let item = |avatar: &Avatar| {
        let args = about(avatar).text("state", standing(avatar)).number("max", MAX_PHOTOS as i64);
        Item { label: ask.world.texts.plain(ask.language, "train-item", &args), argument: avatar.id.short() }
    };
    let items: Vec<Item> = avatars.iter().map(item).collect();
    let count = items.len() as i64;
    let hidden = if count >= MAX_AVATARS { vec!["create"] } else { vec![] };
    let args = Args::default().number("count", count).number("limit", MAX_AVATARS);
    Ok(Show { args, items: [("avatar", items)].into(), hidden, ..Show::default() })
}

/// What it is and what it costs, with photos that work and photos that do not.
pub(super) async fn show_intro(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let catalog = ask.world.orders.catalog();
    let price = |kind| catalog.training(kind).map_or(0, |offer| offer.price.get());
    let args = Args::default()
        .number("price", price(AvatarKind::Other))
        .number("pet", price(AvatarKind::Pet))
        .number("min", MIN_PHOTOS as i64)
        .number("max", MAX_PHOTOS as i64);
    let picture = ask.world.uploads.drawn("train-examples:1".to_owned(), media::photo_advice).await?;
    Ok(Show { args, picture: Some(picture), ..Show::default() })
}

pub(super) async fn show_consent(_: &Ask<'_>) -> Result<Show, FlowError> {
    Ok(Show { args: Args::default().number("days", PHOTO_DAYS), ..Show::default() })
}

/// Opens the avatar of the pressed button, or the one that the dialogue is about, where it was left.
pub(super) async fn open_avatar(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let memory: Memory = ask.recall()?;
    let Some(id) = ask.argument().parse().ok().or(memory.avatar) else { return Ok(gone()) };
    let Some(avatar) = ask.world.store.avatar(ask.user.id, id).await? else { return Ok(gone()) };
    let memory = Memory { run: avatar.live_run, ..Memory::of(id) };
    let outcome = match standing(&avatar) {
        "collecting" if avatar.name.is_none() => "nameless",
        "collecting" if avatar.kind.is_none() => "kindless",
        standing => standing,
    };
    Ok(Answer::outcome(outcome).remember(&memory))
}

pub(super) async fn show_avatar(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let Some(avatar) = avatar(ask).await? else { return Ok(Show::default()) };
    let args = about(&avatar).date("date", avatar.trained_at.unwrap_or(ask.now));
    Ok(Show { args, ..Show::default() })
}

/// To the templates for avatars, with this one chosen.
pub(super) async fn sit(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let Some(avatar) = avatar(ask).await?.filter(|avatar| avatar.run_id.is_some()) else { return Ok(gone()) };
    match ask.world.orders.catalog().avatar_shelf() {
        Some(first) => Ok(Answer::outcome("seated").pass(&Order::with_avatar(avatar.id, &first.template))),
        None => Ok(Answer::outcome("gone").tell("note-empty-category")),
    }
}

pub(super) async fn show_delete(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let Some(avatar) = avatar(ask).await? else { return Ok(Show::default()) };
    Ok(Show { args: about(&avatar).text("state", standing(&avatar)), ..Show::default() })
}

/// Deletes it for good; a training under way is called off, and its price comes back.
pub(super) async fn delete_avatar(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let memory: Memory = ask.recall()?;
    if let Some(id) = memory.avatar {
        // Also when this very press had deleted it, and is delivered again.
        ask.world.avatars.delete(ask.user.id, id, ask.now).await?;
    }
    Ok(Answer::outcome("deleted").remember(&Memory::default()).tell("note-avatar-deleted").moves_balance().posts())
}

/// The photos side by side with their numbers; `None` where there are none.
pub(super) async fn sheet(ask: &Ask<'_>, avatar: &Avatar) -> Result<Option<Picture>, FlowError> {
    let photos: Vec<bytes::Bytes> = ask
        .world
        .store
        .avatar_thumbnails(avatar.id)
        .await?
        .into_iter()
        .map(|small| bytes::Bytes::from(small.thumbnail))
        .collect();
    if photos.is_empty() {
        return Ok(None);
    }
    let drawn =
        tokio::task::spawn_blocking(move || media::contact_sheet(&photos)).await.map_err(anyhow::Error::from)?;
    Ok(Some(Picture::Upload { key: String::new(), jpeg: drawn.map_err(anyhow::Error::from)? }))
}
