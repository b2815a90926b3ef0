//! Shelves and gallery: finding a template.

use std::sync::Arc;

use crate::domain::TemplateKind;
use crate::flows::photos::MAX_PHOTOS;
use crate::flows::{Answer, Ask, FlowError, Item, Show};
use crate::orders::Offer;
use crate::text::Args;

use super::sitter::seat;
use super::{Memory, about, preview};

pub(super) async fn show_categories(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let memory: Memory = ask.recall()?;
    let item = |category: crate::domain::Category| Item {
        label: format!("{} {}", category.emoji, category.title.get(ask.language)),
        argument: category.id,
    };
    let items = ask.world.orders.catalog().categories().into_iter().map(item).collect();
    let args = Args::default().number("photos", memory.photos.len() as i64);
    let hidden = if ask.world.store.newest_live_job(ask.user.id).await?.is_none() { vec!["order"] } else { vec![] };
    Ok(Show { args, items: [("category", items)].into(), hidden, ..Show::default() })
}

pub(super) async fn show_gallery(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let memory: Memory = ask.recall()?;
    let shelf = shelf(&memory, ask);
    let at = position(&memory, &shelf);
    let Some(offer) = shelf.get(at) else { return Ok(Show::default()) };
    let args = about(&offer.template, ask)
        .number("number", at as i64 + 1)
        .number("total", shelf.len() as i64)
        .number("photos", offer.template.photos.into());
    let hidden = if shelf.len() > 1 { vec![] } else { vec!["previous", "position", "next"] };
    Ok(Show { args, picture: preview(&offer.template, ask).await?, hidden, ..Show::default() })
}

/// Back to the shelves with nothing chosen but the photos that were sent.
pub(super) async fn begin_again(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let Memory { photos, album, .. } = ask.recall()?;
    let photos = if photos.is_empty() { album } else { photos };
    let newest = photos.len().saturating_sub(MAX_PHOTOS);
    Ok(Answer::outcome("begun").remember(&Memory::with_photos(photos[newest..].to_vec())))
}

pub(super) async fn open_category(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let mut memory: Memory = ask.recall()?;
    memory.category = Some(ask.argument().to_owned());
    memory.template = shelf(&memory, ask).first().map(|offer| offer.template.id.clone());
    if memory.template.is_none() {
        return Ok(Answer::outcome("empty").tell("note-empty-category"));
    }
    Ok(Answer::outcome("opened").remember(&memory))
}

pub(super) async fn previous_template(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    turn(ask, |at, total| (at + total - 1) % total)
}

pub(super) async fn next_template(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    turn(ask, |at, total| (at + 1) % total)
}

/// Goes along the shelf; behind the last comes the first.
fn turn(ask: &Ask<'_>, to: impl Fn(usize, usize) -> usize) -> Result<Answer, FlowError> {
    let mut memory: Memory = ask.recall()?;
    let shelf = shelf(&memory, ask);
    if shelf.is_empty() {
        return Ok(Answer::outcome("empty").tell("note-empty-category"));
    }
    let at = to(position(&memory, &shelf), shelf.len());
    memory.template = shelf.get(at).map(|offer| offer.template.id.clone());
    Ok(Answer::outcome("shown").remember(&memory))
}

/// Takes the template that is shown; photos that were sent before are used if there are enough.
pub(super) async fn choose_template(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let mut memory: Memory = ask.recall()?;
    let Some(offer) = memory.offer(ask) else { return Ok(Answer::outcome("retired").tell("note-retired")) };
    memory.price = Some(offer.template.price);
    memory.album.clear();
    if offer.template.kind == TemplateKind::Avatar {
        return seat(ask, memory, &offer.template).await;
    }
    let wanted = usize::from(offer.template.photos);
    if memory.photos.len() < wanted {
        return Ok(Answer::outcome("chosen").remember(&memory));
    }
    if memory.photos.len() > wanted && wanted == 1 {
        memory.album = std::mem::take(&mut memory.photos);
        return Ok(Answer::outcome("several").remember(&memory));
    }
    // The newest ones are what the person has in mind.
    memory.photos.drain(..memory.photos.len() - wanted);
    Ok(Answer::outcome("ready").remember(&memory))
}

fn shelf(memory: &Memory, ask: &Ask<'_>) -> Vec<Arc<Offer>> {
    ask.world.orders.catalog().shelf(memory.category.as_deref().unwrap_or_default())
}

/// Where on the shelf the person is; at its beginning when what they looked at is gone.
fn position(memory: &Memory, shelf: &[Arc<Offer>]) -> usize {
    shelf.iter().position(|offer| Some(&offer.template.id) == memory.template.as_ref()).unwrap_or(0)
}
