//! One event of one chat, from what came in to what goes out: load, step, act, save, show.
//!
//! The order of these is what makes a crash harmless. An action carries the key of the session's revision, so running it
//! again finds its row; the save is compare-and-set, so whoever loses steps again on what the other one saved; and what
//! was saved but not shown is shown when the update is delivered again.

mod arrivals;
mod desk;
mod mail;
mod outbound;
mod place;
mod record;
mod screen;
mod turn;

pub mod incoming;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::Language;
use crate::engine::Dialogues;
use crate::flows::World;
use crate::flows::view::View;
use crate::orders::Bell;
use crate::sessions::Sessions;
use crate::text::Args;

pub use mail::Delivery;
pub use outbound::{Answer, NoAnswer, Outbound, SendError};

/// The conversations with everybody.
pub struct Conversation {
    dialogues: Arc<Dialogues>,
    world: World,
    sessions: Sessions,
    out: Arc<dyn Outbound>,
    bell: Arc<Bell>,
    counters: Counters,
}

/// What happened since the start.
#[derive(Debug, Default)]
pub struct Counters {
    /// Presses of older screens, double taps among them.
    pub stale: AtomicU64,
    /// Updates that had been handled before.
    pub repeated: AtomicU64,
    /// Saves that lost against another one.
    pub raced: AtomicU64,
    /// Sessions that this build could not read or place.
    pub lost: AtomicU64,
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Conversation {
    pub fn new(
        dialogues: Arc<Dialogues>,
        world: World,
        sessions: Sessions,
        out: Arc<dyn Outbound>,
        bell: Arc<Bell>,
    ) -> Self {
        Self { dialogues, world, sessions, out, bell, counters: Counters::default() }
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The last word when something of ours is broken.
    pub fn trouble(&self, language: Language) -> View {
        View { text: self.text(language, "error-trouble"), ..View::default() }
    }

    /// A text without variables, as Telegram's HTML.
    pub fn text(&self, language: Language, id: &str) -> String {
        self.world.texts.get(language, id, &Args::default())
    }

    /// A text without variables, for where there is no HTML.
    pub fn plain(&self, language: Language, id: &str) -> String {
        self.world.texts.plain(language, id, &Args::default())
    }
}
