//! The conversation engine: what a dialogue is, and how one event moves a session through it.
//!
//! Nothing here waits, reads a clock or touches a network. [`Dialogues`] are read from the files in `dialogues/`, a
//! [`Session`] says where one chat stands in them, and [`step()`] goes one event on. Where a transition runs an action,
//! `step` stops with an [`Act`]; whoever ran the action goes on with [`Act::resume`].

mod check;
mod dialogue;
mod event;
mod flaw;
mod graph;
mod read;
mod session;
mod step;

pub use check::{ActionSpec, EachSpec, LocaleIndex, MessageIndex, Vocabulary, check};
pub use dialogue::{After, Branch, Dialogue, Dialogues, Go, Key, State, Target};
pub use event::{Event, Input, keepsake_data, parse_press, press_data};
pub use flaw::Flaw;
pub use graph::{dot, mermaid};
pub use session::{Frame, MAX_DEPTH, Memory, Nonce, NotANonce, Session, SessionId};
pub use step::{Act, Moved, Note, Outcome, Show, Step, Timer, step};
