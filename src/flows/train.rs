//! Avatars: from consent over photos to a training, and what there is to do with a trained one.

mod collect;
mod list;
mod pay;

use serde::{Deserialize, Serialize};

use crate::domain::{AvatarId, Credits, RunId};
use crate::store::avatars::Avatar;
use crate::text::Args;

use super::{Answer, Ask, Flow, FlowError, ID_BYTES, action, screen};
use collect::*;
use list::*;
use pay::*;

/// Bytes of the longest name of a kind.
const KIND_BYTES: usize = 8;

pub static FLOW: Flow = Flow {
    dialogue: "train",
    actions: &[
        action!(open_avatar: nameless, kindless, collecting, training, trained, gone),
        action!(begin_avatar: begun, too_many),
        action!(name_avatar: named, unfit, gone),
        action!(choose_kind: chosen, gone),
        action!(add_photos: added, closed),
        action!(weigh_photos: enough, few, gone),
        action!(drop_photo: dropped, emptied, closed),
        action!(place_training: placed, short, repriced, few, shut, gone),
        action!(cancel_training: cancelled, late),
        action!(decline_photos: told),
        action!(sit: seated, gone),
        action!(delete_avatar: deleted),
    ],
    screens: &[
        screen!("train-list", show_list),
        screen!("train-intro", show_intro),
        screen!("train-consent", show_consent),
        screen!("train-kind", show_kind),
        screen!("train-photos", show_photos),
        screen!("train-pick", show_pick),
        screen!("train-confirm", show_confirm),
        screen!("train-training", show_training),
        screen!("train-avatar", show_avatar),
        screen!("train-rename", show_avatar),
        screen!("train-delete", show_delete),
    ],
    each: &[("avatar", ID_BYTES), ("kind", KIND_BYTES), ("drop", ID_BYTES)],
};

pub(super) const TEXTS: &[&str] = &[
    "train-item",
    "train-kind-man",
    "train-kind-woman",
    "train-kind-other",
    "train-kind-pet",
    "train-refused-same",
    "train-refused-full",
    "train-refused-too-small",
    "train-refused-too-many-pixels",
    "train-refused-too-heavy",
    "train-refused-not-a-picture",
    "train-refused-broken",
    "train-refused-unreachable",
    "note-avatar-refused-photos",
    "note-avatar-too-many",
    "note-avatar-name-unfit",
    "note-avatar-gone",
    "note-avatar-busy",
    "note-avatar-few",
    "note-avatar-shut",
    "note-avatar-late",
    "note-avatar-cancelled",
    "note-avatar-wait",
    "note-avatar-deleted",
    "note-avatar-repriced",
];

/// What this dialogue remembers. The rest stands in the database, so that it is there in another session too.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Memory {
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<AvatarId>,
    /// The price that the person has seen.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Credits>,
    /// The training that is watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
}

impl Memory {
    pub(super) fn of(avatar: AvatarId) -> Self {
        Self { avatar: Some(avatar), ..Self::default() }
    }
}

/// The avatar that the dialogue is about, if it still is there.
async fn avatar(ask: &Ask<'_>) -> Result<Option<Avatar>, FlowError> {
    let memory: Memory = ask.recall()?;
    match memory.avatar {
        Some(id) => Ok(ask.world.store.avatar(ask.user.id, id).await?),
        None => Ok(None),
    }
}

fn gone() -> Answer {
    Answer::outcome("gone").tell("note-avatar-gone")
}

/// What every screen about an avatar says of it.
fn about(avatar: &Avatar) -> Args {
    Args::default()
        .text("name", avatar.name.as_deref().unwrap_or_default())
        .text("named", if avatar.name.is_some() { "yes" } else { "no" })
        .text("kind", avatar.kind.map_or("", crate::domain::AvatarKind::name))
        .number("photos", avatar.photos)
}
