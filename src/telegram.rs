//! The door to Telegram.
//!
//! An update comes in by polling (or, with the same inside, by a webhook), is given its meaning (`translate`), waits for
//! its turn (`dispatch`) and reaches the conversation through [`Talk`]. What the conversation has to show leaves through
//! the [`Courier`]. An update is handled at least once: it is confirmed to Telegram only after that, so that whatever is
//! behind the door must take a second delivery calmly.

mod answer;
mod client;
mod compose;
pub mod counters;
mod courier;
mod cut;
mod dispatch;
mod error;
mod limiter;
mod mark;
pub mod polling;
pub mod profile;
mod queues;
mod salvage;
pub mod stars;
mod talk;
mod translate;
mod tree;
pub mod webhook;

pub use client::{Client, Upload, attached};
pub use counters::Counters;
pub use courier::Courier;
pub use cut::{cut_html, cut_plain};
pub use dispatch::{Completion, Dispatcher};
pub use error::{CallError, DownloadError};
pub use limiter::{Limits, Rate};
pub use talk::{Answer, Handled, Talk};
pub use translate::Ignored;
