//! Whole chats as people see them, in both languages: each is kept as a snapshot, to be read.

mod actor;
mod admin;
mod avatars;
mod failures;
mod ordering;
mod pages;
mod paying;
mod photos;
mod pictures;
mod sessions;
mod start;
mod support;
mod twice;

pub use actor::Actor;
use actor::in_both_languages;
