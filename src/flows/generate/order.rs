//! Photos and paying: from a chosen template to a placed order.

use crate::domain::{PhotoId, TemplateKind};
use crate::flows::photos::{self, MAX_PHOTOS};
use crate::flows::topup::Memory as Topup;
use crate::flows::view::Picture;
use crate::flows::{Answer, Ask, FlowError, Item, Show};
use crate::media;
use crate::orders::{Order, Placed, Sitter};
use crate::text::Args;

use super::sitter::trained;
use super::{Memory, about, preview};

pub(super) async fn show_photo(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let memory: Memory = ask.recall()?;
    let Some(offer) = memory.offer(ask) else { return Ok(Show::default()) };
    let args = about(&offer.template, ask)
        .number("wanted", offer.template.photos.into())
        .number("got", memory.photos.len() as i64)
        .text("subject", offer.template.subject());
    Ok(Show { args, ..Show::default() })
}

/// The album on one sheet with numbers, and a button for each.
pub(super) async fn show_which(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let memory: Memory = ask.recall()?;
    let mut jpegs = Vec::new();
    let mut items = Vec::new();
    for photo in &memory.album {
        if let Some(jpeg) = ask.world.store.photo(ask.user.id, *photo).await? {
            jpegs.push(jpeg);
            items.push(Item { label: jpegs.len().to_string(), argument: photo.short() });
        }
    }
    let args = Args::default().number("count", items.len() as i64);
    let sheet = tokio::task::spawn_blocking(move || media::contact_sheet(&jpegs)).await.map_err(anyhow::Error::from)?;
    let jpeg = sheet.map_err(anyhow::Error::from)?;
    let picture = Some(Picture::Upload { key: String::new(), jpeg });
    Ok(Show { args, picture, items: [("pick", items)].into(), ..Show::default() })
}

pub(super) async fn show_confirm(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let memory: Memory = ask.recall()?;
    let Some(offer) = memory.offer(ask) else { return Ok(Show::default()) };
    let avatars = if offer.template.kind == TemplateKind::Avatar { trained(ask).await? } else { vec![] };
    let sitter = avatars.iter().find(|avatar| Some(avatar.id) == memory.avatar);
    let args = about(&offer.template, ask)
        .number("price", memory.price.unwrap_or(offer.template.price).get())
        .number("balance", ask.user.balance.get())
        .number("photos", memory.photos.len() as i64)
        .text("avatar", sitter.and_then(|avatar| avatar.name.clone()).unwrap_or_default())
        .text("worded", if memory.words.is_some() { "yes" } else { "no" })
        .text("words", memory.words.as_deref().unwrap_or_default());
    let mut hidden = Vec::new();
    if offer.template.photos == 0 {
        hidden.push("replace");
    }
    if !offer.template.wants_words() {
        hidden.push("rewrite");
    }
    if avatars.len() < 2 {
        hidden.push("other_avatar");
    }
    let picture = match own_photos(&memory, ask).await? {
        Some(picture) => Some(picture),
        None => preview(&offer.template, ask).await?,
    };
    Ok(Show { args, picture, hidden, ..Show::default() })
}

/// The person's photos, so that they see what they are about to order with. They are not remembered at Telegram.
async fn own_photos(memory: &Memory, ask: &Ask<'_>) -> Result<Option<Picture>, FlowError> {
    let mut jpegs = Vec::with_capacity(memory.photos.len());
    for photo in &memory.photos {
        jpegs.extend(ask.world.store.photo(ask.user.id, *photo).await?);
    }
    let jpeg = match jpegs.len() {
        0 => return Ok(None),
        1 => jpegs.swap_remove(0),
        _ => {
            let sheet = tokio::task::spawn_blocking(move || media::contact_sheet(&jpegs)).await;
            sheet.map_err(anyhow::Error::from)?.map_err(anyhow::Error::from)?
        }
    };
    Ok(Some(Picture::Upload { key: String::new(), jpeg }))
}

/// Words where a photo is expected.
pub(super) async fn want_photo(_: &Ask<'_>) -> Result<Answer, FlowError> {
    Ok(Answer::outcome("wanted").tell("note-photo-wanted"))
}

/// Takes photos in whatever state they come: before a template is chosen they are kept, after that they count.
pub(super) async fn accept_photo(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let mut memory: Memory = ask.recall()?;
    let taken = photos::take(ask).await?;
    if taken.photos.is_empty() {
        return Ok(photos::tell_flaw(Answer::outcome("rejected"), taken.flaw));
    }
    // The price is noted when a template is taken, so without one there is none yet.
    let wanted = memory.price.and_then(|_| memory.offer(ask)).map(|offer| usize::from(offer.template.photos));
    let answer = match wanted {
        None => keep_for_later(&mut memory, taken.photos),
        Some(0) => Answer::outcome("enough").tell("note-no-photo-needed"),
        Some(wanted) if wanted <= 1 => one_of(&mut memory, taken.photos),
        Some(wanted) => several_of(&mut memory, taken.photos, wanted),
    };
    let answer = answer.remember(&memory);
    Ok(if taken.flaw.is_some() { photos::tell_flaw(answer, taken.flaw) } else { answer })
}

fn keep_for_later(memory: &mut Memory, photos: Vec<PhotoId>) -> Answer {
    memory.photos.extend(photos);
    let surplus = memory.photos.len().saturating_sub(MAX_PHOTOS);
    memory.photos.drain(..surplus);
    Answer::outcome("enough").tell("note-kept")
}

fn one_of(memory: &mut Memory, photos: Vec<PhotoId>) -> Answer {
    if photos.len() > 1 {
        memory.album = photos;
        return Answer::outcome("several");
    }
    memory.album.clear();
    memory.photos = photos;
    Answer::outcome("enough")
}

fn several_of(memory: &mut Memory, photos: Vec<PhotoId>, wanted: usize) -> Answer {
    // There were enough already, so these are meant instead.
    let anew = memory.photos.len() >= wanted;
    if anew {
        memory.photos.clear();
    }
    for photo in photos {
        if !memory.photos.contains(&photo) && memory.photos.len() < wanted {
            memory.photos.push(photo);
        }
    }
    if memory.photos.len() >= wanted {
        return Answer::outcome("enough");
    }
    // The screen says how many are here.
    let more = Answer::outcome("more");
    if anew { more.tell("note-photos-anew") } else { more }
}

pub(super) async fn pick_photo(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let mut memory: Memory = ask.recall()?;
    let picked = ask.argument().parse::<PhotoId>().ok().filter(|photo| memory.album.contains(photo));
    let Some(photo) = picked else { return Ok(Answer::outcome("gone").tell("note-photos-gone")) };
    memory.photos = vec![photo];
    memory.album.clear();
    Ok(Answer::outcome("picked").remember(&memory))
}

pub(super) async fn forget_photos(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let mut memory: Memory = ask.recall()?;
    memory.photos.clear();
    memory.album.clear();
    Ok(Answer::outcome("forgotten").remember(&memory))
}

/// Holds the price and puts the order in line, at the price that the person has seen.
pub(super) async fn place_order(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let mut memory: Memory = ask.recall()?;
    let retired = || Answer::outcome("retired").tell("note-retired");
    let (Some(template), Some(price)) = (memory.template.clone(), memory.price) else { return Ok(retired()) };
    let order = Order { user: ask.user.id, key: &ask.key, template: &template, photos: &memory.photos, price };
    let sitter = memory.avatar.map(|avatar| Sitter { avatar, words: memory.words.as_deref() });
    let shows_avatar = memory.offer(ask).is_some_and(|offer| offer.template.kind == TemplateKind::Avatar);
    Ok(match ask.world.orders.place_with(&order, sitter.filter(|_| shows_avatar), ask.now).await? {
        Placed::Placed(job) => {
            memory.job = Some(job);
            Answer::outcome("placed").remember(&memory).moves_balance()
        }
        Placed::Short { .. } => Answer::outcome("short").pass(&Topup::for_price(price)),
        Placed::Repriced { price } => {
            memory.price = Some(price);
            let args = Args::default().number("price", price.get());
            Answer::outcome("repriced").remember(&memory).tell_with("note-repriced", args)
        }
        Placed::Retired => retired(),
        Placed::PhotosGone => {
            memory.photos.clear();
            Answer::outcome("photos_gone").remember(&memory).tell("note-photos-gone")
        }
        Placed::AvatarGone => {
            memory.avatar = None;
            Answer::outcome("avatar_gone").remember(&memory).tell("note-avatar-gone")
        }
        Placed::Closed => Answer::outcome("busy").tell("note-maintenance"),
        Placed::Busy => {
            let args = Args::default().number("limit", crate::orders::MAX_LIVE_JOBS);
            Answer::outcome("busy").tell_with("note-busy", args)
        }
    })
}
