//! The words of the business as values: ids, credits, languages, templates, jobs.
//!
//! Nothing here reads a clock, a network or a database, and no framework's type is named.

mod avatar;
mod credits;
mod ids;
mod job;
mod language;
mod letter;
mod photo;
mod template;

pub use avatar::{AvatarKind, Trainer, Training};
pub use credits::{Credits, NotCredits};
pub use ids::{
    ActionKey, AvatarId, AvatarPhotoId, ErasureId, InvoiceId, JobId, MailId, ModelAlias, PhotoId, RunId, TelegramId,
    TemplateId, TrainerAlias, UserId,
};
pub use job::{Failure, JobState, Refusal};
pub use language::Language;
pub use letter::{Letter, Unmatched};
pub use photo::{PhotoFlaw, SizedPhoto};
pub use template::{Category, Localized, Model, PhotoInput, Template, TemplateKind};
