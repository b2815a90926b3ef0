//! From choosing a template to a picture under way.

mod choose;
mod order;
mod sitter;
mod working;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::{AvatarId, Credits, JobId, PhotoId, Template, TemplateId};
use crate::orders::Offer;
use crate::text::Args;

use super::view::Picture;
use super::{Ask, Flow, FlowError, ID_BYTES, action, screen};
use choose::*;
use order::*;
use sitter::*;
use working::*;

/// Bytes of the longest id of a category.
const CATEGORY_BYTES: usize = 32;

pub static FLOW: Flow = Flow {
    dialogue: "generate",
    actions: &[
        action!(begin_again: begun),
        action!(open_category: opened, empty),
        action!(previous_template: shown, empty),
        action!(next_template: shown, empty),
        action!(choose_template: chosen, ready, several, whose, words, avatarless, retired),
        action!(want_photo: wanted),
        action!(accept_photo: enough, more, several, rejected),
        action!(pick_photo: picked, gone),
        action!(forget_photos: forgotten),
        action!(pick_avatar: picked, words, gone),
        action!(take_words: taken, unfit, retired),
        action!(place_order: placed, short, repriced, retired, photos_gone, avatar_gone, busy),
        action!(open_order: opened, gone),
        action!(cancel_order: cancelled, late),
    ],
    screens: &[
        screen!("generate-categories", show_categories),
        screen!("generate-gallery", show_gallery),
        screen!("generate-photo", show_photo),
        screen!("generate-which", show_which),
        screen!("generate-whose", show_whose),
        screen!("generate-words", show_words),
        screen!("generate-confirm", show_confirm),
        screen!("generate-working", show_working),
    ],
    each: &[("category", CATEGORY_BYTES), ("pick", ID_BYTES), ("avatar", ID_BYTES)],
};

pub(super) const TEXTS: &[&str] = &[
    "note-empty-category",
    "note-retired",
    "note-kept",
    "note-repriced",
    "note-photos-gone",
    "note-busy",
    "note-photo-wanted",
    "note-photos-anew",
    "note-late",
    "note-cancelled",
    "note-no-avatar",
    "note-avatar-gone",
    "note-no-photo-needed",
    "note-words-short",
    "note-words-long",
    "note-words-refused",
];

/// What this dialogue remembers; kept small, since it is stored with every step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Memory {
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateId>,
    /// The price that the person has seen.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Credits>,
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoId>,
    /// An album from which one is to be picked.
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    pub album: Vec<PhotoId>,
    /// Whom a template for avatars is to show.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<AvatarId>,
    /// What the person asks for in their own words.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
}

impl Memory {
    pub(super) fn with_photos(photos: Vec<PhotoId>) -> Self {
        Self { photos, ..Self::default() }
    }

    /// Watching this order.
    pub(super) fn of_job(job: JobId) -> Self {
        Self { job: Some(job), ..Self::default() }
    }

    /// An order of this template, at the price of this moment.
    pub(super) fn of_template(template: &Template) -> Self {
        Self {
            category: Some(template.category.clone()),
            template: Some(template.id.clone()),
            price: Some(template.price),
            ..Self::default()
        }
    }

    /// Looking for a template for this avatar, beginning with `first`.
    pub(super) fn with_avatar(avatar: AvatarId, first: &Template) -> Self {
        Self {
            category: Some(first.category.clone()),
            template: Some(first.id.clone()),
            avatar: Some(avatar),
            ..Self::default()
        }
    }

    /// What is being ordered, if it still can be.
    fn offer(&self, ask: &Ask<'_>) -> Option<Arc<Offer>> {
        ask.world.orders.catalog().offer(self.template.as_ref()?)
    }
}

/// What every screen about a template says of it.
fn about(template: &Template, ask: &Ask<'_>) -> Args {
    Args::default()
        .text("title", template.title.get(ask.language))
        .text("description", template.description.get(ask.language))
        .number("price", template.price.get())
}

async fn preview(template: &Template, ask: &Ask<'_>) -> Result<Option<Picture>, FlowError> {
    Ok(Some(ask.world.uploads.preview(template).await?))
}
