//! Templates for avatars: whom the picture shows, and what of in the person's own words.

use crate::avatars::{MAX_WORDS, Unfit};
use crate::domain::{AvatarId, Template};
use crate::flows::{Answer, Ask, FlowError, Given, Item, Show};
use crate::store::avatars::Avatar;
use crate::text::Args;

use super::{Memory, about};

/// The person's trained avatars.
pub(super) async fn trained(ask: &Ask<'_>) -> Result<Vec<Avatar>, FlowError> {
    let avatars = ask.world.store.avatars(ask.user.id).await?;
    Ok(avatars.into_iter().filter(|avatar| avatar.run_id.is_some()).collect())
}

/// Takes a template for avatars: with the avatar that was chosen before, or the only one there is.
pub(super) async fn seat(ask: &Ask<'_>, mut memory: Memory, template: &Template) -> Result<Answer, FlowError> {
    let avatars = trained(ask).await?;
    let chosen = |id: AvatarId| avatars.iter().any(|avatar| avatar.id == id);
    memory.avatar = match (memory.avatar.filter(|id| chosen(*id)), avatars.as_slice()) {
        (Some(id), _) => Some(id),
        (None, []) => return Ok(Answer::outcome("avatarless").tell("note-no-avatar")),
        (None, [only]) => Some(only.id),
        (None, _) => None,
    };
    memory.photos.clear();
    memory.words = None;
    let outcome = match memory.avatar {
        None => "whose",
        Some(_) if template.wants_words() => "words",
        Some(_) => "ready",
    };
    Ok(Answer::outcome(outcome).remember(&memory))
}

pub(super) async fn show_whose(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let memory: Memory = ask.recall()?;
    let item = |avatar: Avatar| Item { label: avatar.name.unwrap_or_default(), argument: avatar.id.short() };
    let items = trained(ask).await?.into_iter().map(item).collect();
    let args = memory.offer(ask).map(|offer| about(&offer.template, ask)).unwrap_or_default();
    Ok(Show { args, items: [("avatar", items)].into(), ..Show::default() })
}

pub(super) async fn pick_avatar(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let mut memory: Memory = ask.recall()?;
    let picked = ask.argument().parse::<AvatarId>().ok();
    memory.avatar = trained(ask).await?.iter().map(|avatar| avatar.id).find(|id| Some(*id) == picked);
    if memory.avatar.is_none() {
        return Ok(Answer::outcome("gone").tell("note-avatar-gone"));
    }
    let wordless = memory.words.is_none() && memory.offer(ask).is_some_and(|offer| offer.template.wants_words());
    Ok(Answer::outcome(if wordless { "words" } else { "picked" }).remember(&memory))
}

pub(super) async fn show_words(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let memory: Memory = ask.recall()?;
    let args = memory.offer(ask).map(|offer| about(&offer.template, ask)).unwrap_or_default();
    Ok(Show { args: args.number("max", MAX_WORDS as i64), ..Show::default() })
}

/// Takes the person's own words, if they fit.
pub(super) async fn take_words(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let mut memory: Memory = ask.recall()?;
    if memory.offer(ask).is_none() {
        return Ok(Answer::outcome("retired").tell("note-retired"));
    }
    let Given::Text(text) = ask.given else { return Ok(Answer::outcome("unfit").tell("note-words-short")) };
    match ask.world.avatars.fit_words(text).await {
        Ok(words) => {
            memory.words = Some(words);
            Ok(Answer::outcome("taken").remember(&memory))
        }
        Err(Unfit::TooShort) => Ok(Answer::outcome("unfit").tell("note-words-short")),
        Err(Unfit::TooLong) => {
            let args = Args::default().number("max", MAX_WORDS as i64);
            Ok(Answer::outcome("unfit").tell_with("note-words-long", args))
        }
        Err(Unfit::NotAllowed) => Ok(Answer::outcome("unfit").tell("note-words-refused")),
    }
}
