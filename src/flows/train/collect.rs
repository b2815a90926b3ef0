//! Consent, name, kind and photos.

use crate::avatars::{Added, Begun, MAX_AVATARS, MAX_PHOTOS, MIN_PHOTOS, PHOTO_DAYS, Photo};
use crate::domain::{ActionKey, AvatarId, AvatarKind, PhotoFlaw, SizedPhoto};
use crate::flows::photos::{self, Trouble};
use crate::flows::{Answer, Ask, FlowError, Given, IncomingPhoto, Item, Show};
use crate::media;
use crate::text::Args;

use super::list::sheet;
use super::{Memory, about, avatar, gone};

/// The most letters of a name; it stands on buttons.
const MAX_NAME: usize = 24;
/// Pixels of a small picture's longer side.
const THUMBNAIL: u32 = 360;

/// The person agrees: from here on the avatar stands in the database, with the text's version and the time.
pub(super) async fn begin_avatar(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    Ok(match ask.world.avatars.begin(ask.user.id, &ask.key, ask.now).await? {
        Begun::Begun(id) => Answer::outcome("begun").remember(&Memory::of(id)),
        Begun::TooMany => {
            Answer::outcome("too_many").tell_with("note-avatar-too-many", Args::default().number("limit", MAX_AVATARS))
        }
    })
}

pub(super) async fn name_avatar(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let memory: Memory = ask.recall()?;
    let Some(id) = memory.avatar else { return Ok(gone()) };
    let Some(name) = tidy_name(ask.given) else {
        let args = Args::default().number("max", MAX_NAME as i64);
        return Ok(Answer::outcome("unfit").tell_with("note-avatar-name-unfit", args));
    };
    let found = ask.world.avatars.describe(ask.user.id, id, Some(&name), None).await?;
    Ok(if found { Answer::outcome("named") } else { gone() })
}

/// One line of up to [`MAX_NAME`] letters, or nothing.
fn tidy_name(given: &Given) -> Option<String> {
    let Given::Text(text) = given else { return None };
    let words: Vec<&str> = text.split(|letter: char| letter.is_whitespace() || letter.is_control()).collect();
    let name = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    (1..=MAX_NAME).contains(&name.chars().count()).then_some(name)
}

pub(super) async fn show_kind(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let item = |kind: AvatarKind| Item {
        label: ask.world.texts.plain(ask.language, &format!("train-kind-{}", kind.name()), &Args::default()),
        argument: kind.name().to_owned(),
    };
    let args = avatar(ask).await?.as_ref().map(about).unwrap_or_default();
    Ok(Show { args, items: [("kind", AvatarKind::ALL.map(item).to_vec())].into(), ..Show::default() })
}

pub(super) async fn choose_kind(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let memory: Memory = ask.recall()?;
    let (Some(id), Some(kind)) = (memory.avatar, AvatarKind::from_name(ask.argument())) else { return Ok(gone()) };
    let found = ask.world.avatars.describe(ask.user.id, id, None, Some(kind)).await?;
    Ok(if found { Answer::outcome("chosen") } else { gone() })
}

pub(super) async fn show_photos(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let Some(avatar) = avatar(ask).await? else { return Ok(Show::default()) };
    let mut hidden = Vec::new();
    if avatar.photos < MIN_PHOTOS as i64 {
        hidden.push("enough");
    }
    if avatar.photos == 0 {
        hidden.push("take_out");
    }
    if avatar.run_id.is_some() {
        // A trained avatar is deleted where it is looked at.
        hidden.push("delete");
    }
    let args = about(&avatar)
        .number("min", MIN_PHOTOS as i64)
        .number("max", MAX_PHOTOS as i64)
        .number("missing", (MIN_PHOTOS as i64 - avatar.photos).max(0))
        .number("days", PHOTO_DAYS);
    Ok(Show { args, hidden, ..Show::default() })
}

/// Takes the photos of one message or album. As long as all goes well, the counter changes where it stands.
pub(super) async fn add_photos(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let Some(before) = avatar(ask).await? else { return Ok(Answer::outcome("closed").tell("note-avatar-gone")) };
    let mut refused = Vec::new();
    for (index, photo) in ask.photos().iter().enumerate() {
        match add(ask, before.id, index, photo).await? {
            Ok(Added::Added) => {}
            Ok(Added::Closed) => return Ok(Answer::outcome("closed").tell("note-avatar-busy")),
            Ok(Added::Same) => refused.push(reason(ask, index, "same", Args::default())),
            Ok(Added::Full) => {
                refused.push(reason(ask, index, "full", Args::default().number("max", MAX_PHOTOS as i64)));
                break;
            }
            Err(trouble) => refused.push(reason_of(ask, index, trouble)),
        }
    }
    let now = avatar(ask).await?.map_or(0, |avatar| avatar.photos);
    if !refused.is_empty() {
        let args = Args::default().html("lines", refused.join("\n"));
        return Ok(Answer::outcome("added").tell_with("note-avatar-refused-photos", args));
    }
    // At the two moments when something new can be done the counter comes to the end of the chat.
    let turning = [MIN_PHOTOS, MAX_PHOTOS].map(|number| number as i64);
    let turns = turning.iter().any(|number| before.photos < *number && now >= *number);
    let answer = Answer::outcome("added");
    Ok(if turns { answer } else { answer.in_place() })
}

/// One photo: fetched, checked, normalised, compared with the others. Each has a key of its own, so that a second
/// delivery of the same album finds its photos. It is the update's, not the session's: several albums at once take
/// their turns anew on what the others have saved, and must not take their own photos for copies then.
async fn add(
    ask: &Ask<'_>,
    avatar: AvatarId,
    index: usize,
    photo: &IncomingPhoto,
) -> Result<Result<Added, Trouble>, FlowError> {
    let key = match ask.updates.get(index) {
        Some(update) => ActionKey(format!("update:{update}")),
        None => ActionKey(format!("{}/{index}", ask.key)),
    };
    if let Some(known) = ask.world.store.avatar_photo_key(avatar, &photo.unique_id).await? {
        return Ok(Ok(if known == key.0 { Added::Added } else { Added::Same }));
    }
    let prepare = |sized: SizedPhoto| {
        let print = media::print(&sized.jpeg)?;
        let thumbnail = media::thumbnail(&sized, THUMBNAIL).ok()?;
        Some((sized, print, thumbnail))
    };
    let (sized, print, thumbnail) = match photos::fetch(ask, photo, prepare).await? {
        Ok(Some(prepared)) => prepared,
        Ok(None) => return Ok(Err(Trouble::Flaw(PhotoFlaw::Broken))),
        Err(trouble) => return Ok(Err(trouble)),
    };
    let photo = Photo { unique_id: photo.unique_id.clone(), jpeg: sized.jpeg, thumbnail, print };
    Ok(Ok(ask.world.avatars.add_photo(ask.user.id, avatar, &key, &photo, ask.now).await?))
}

/// A line that says which photo was not taken, and why.
fn reason(ask: &Ask<'_>, index: usize, name: &str, args: Args) -> String {
    let number = if ask.photos().len() > 1 { index as i64 + 1 } else { 0 };
    ask.world.texts.get(ask.language, &format!("train-refused-{name}"), &args.number("number", number))
}

fn reason_of(ask: &Ask<'_>, index: usize, trouble: Trouble) -> String {
    let Trouble::Flaw(flaw) = trouble else { return reason(ask, index, "unreachable", Args::default()) };
    let args = match flaw {
        PhotoFlaw::TooSmall { width, height } => {
            Args::default().number("width", width.into()).number("height", height.into())
        }
        _ => Args::default(),
    };
    reason(ask, index, flaw.name(), args.number("min", PhotoFlaw::MIN_SIDE.into()))
}

pub(super) async fn show_pick(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let Some(avatar) = avatar(ask).await? else { return Ok(Show::default()) };
    let photos = ask.world.store.avatar_thumbnails(avatar.id).await?;
    let item = |(index, photo): (usize, &crate::store::avatars::Thumbnail)| Item {
        label: (index + 1).to_string(),
        argument: photo.id.short(),
    };
    let items = photos.iter().enumerate().map(item).collect();
    let picture = sheet(ask, &avatar).await?;
    Ok(Show { args: about(&avatar), picture, items: [("drop", items)].into(), ..Show::default() })
}

pub(super) async fn drop_photo(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    let Some(before) = avatar(ask).await? else { return Ok(Answer::outcome("closed").tell("note-avatar-gone")) };
    if before.live_run.is_some() {
        return Ok(Answer::outcome("closed").tell("note-avatar-busy"));
    }
    if let Ok(photo) = ask.argument().parse() {
        ask.world.avatars.drop_photo(ask.user.id, before.id, photo, ask.now).await?;
    }
    let left = avatar(ask).await?.map_or(0, |avatar| avatar.photos);
    Ok(Answer::outcome(if left == 0 { "emptied" } else { "dropped" }))
}
