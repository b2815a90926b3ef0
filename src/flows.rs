//! What the dialogues do and show: a file a dialogue, with its actions and its screens' data.
//!
//! An action is an async function that ends in one of the outcomes that it declares; a screen is one that gathers what
//! its text and keyboard need. Which of them run when stands in `dialogues/`, and their words in `locales/`.

pub mod admin;
mod answer;
mod ask;
mod generate;
mod history;
mod letters;
mod menu;
mod photos;
mod progress;
mod settings;
mod support;
mod topup;
mod train;
mod uploads;
pub mod view;

use futures::future::BoxFuture;

use crate::engine::{ActionSpec, EachSpec, Vocabulary};

pub use answer::{Answer, FlowError, Item, Show, Told};
pub use ask::{Ask, FetchError, Files, Given, IncomingPhoto, Switches, World};
pub use letters::letter;
pub use menu::{ORIGINAL_DAYS, PHOTO_HOURS};
pub use uploads::Uploads;

type Run = for<'a> fn(&'a Ask<'a>) -> BoxFuture<'a, Result<Answer, FlowError>>;
type Gather = for<'a> fn(&'a Ask<'a>) -> BoxFuture<'a, Result<Show, FlowError>>;

/// A deed that a transition names, with the outcomes that it can end in.
pub struct Action {
    pub name: &'static str,
    pub outcomes: &'static [&'static str],
    pub run: Run,
}

/// A screen that needs more than its words.
pub struct Screen {
    /// Its Fluent id.
    pub name: &'static str,
    pub gather: Gather,
}

/// One dialogue's side in code.
pub struct Flow {
    pub dialogue: &'static str,
    pub actions: &'static [Action],
    pub screens: &'static [Screen],
    /// Buttons made from items, with the bytes of their longest argument.
    pub each: &'static [(&'static str, usize)],
}

macro_rules! action {
    ($run:ident: $($outcome:ident),+) => {
        $crate::flows::Action {
            name: stringify!($run),
            outcomes: &[$(stringify!($outcome)),+],
            run: |ask| Box::pin($run(ask)),
        }
    };
}
macro_rules! screen {
    ($name:literal, $gather:ident) => {
        $crate::flows::Screen { name: $name, gather: |ask| Box::pin($gather(ask)) }
    };
}
use {action, screen};

/// Every flow.
pub static FLOWS: [&Flow; 7] =
    [&menu::FLOW, &generate::FLOW, &train::FLOW, &topup::FLOW, &history::FLOW, &settings::FLOW, &support::FLOW];

/// Bytes of an id in callback data.
const ID_BYTES: usize = 32;

/// The action of this name, of this dialogue.
pub fn action_of(dialogue: &str, name: &str) -> Option<&'static Action> {
    let flow = FLOWS.iter().find(|flow| flow.dialogue == dialogue)?;
    flow.actions.iter().find(|action| action.name == name)
}

/// What gathers the data of a screen; screens without one are words only.
pub fn screen_of(dialogue: &str, name: &str) -> Option<&'static Screen> {
    let flow = FLOWS.iter().find(|flow| flow.dialogue == dialogue)?;
    flow.screens.iter().find(|screen| screen.name == name)
}

/// What the code offers to the dialogues, for the linter.
pub fn vocabulary() -> Vocabulary {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let actions = FLOWS.iter().flat_map(|flow| {
        flow.actions.iter().map(move |action| ActionSpec {
            dialogue: flow.dialogue.to_owned(),
            name: action.name.to_owned(),
            outcomes: owned(action.outcomes),
        })
    });
    let each = FLOWS.iter().flat_map(|flow| {
        flow.each.iter().map(move |(name, max)| EachSpec {
            dialogue: flow.dialogue.to_owned(),
            name: (*name).to_owned(),
            max_argument: *max,
        })
    });
    Vocabulary {
        actions: actions.collect(),
        signals: owned(&["paid", "finished", "trained"]),
        each: each.collect(),
        keepsake_argument: ID_BYTES,
        texts: texts_used(),
    }
}

/// Every Fluent id that code names, besides screens, buttons, commands and menu labels.
fn texts_used() -> Vec<String> {
    let fixed = [
        menu::TEXTS,
        generate::TEXTS,
        train::TEXTS,
        topup::TEXTS,
        history::TEXTS,
        settings::TEXTS,
        support::TEXTS,
        admin::TEXTS,
        letters::TEXTS,
        photos::TEXTS,
        SHARED_TEXTS,
    ];
    let failures = crate::domain::Failure::ALL.map(|failure| format!("failure-{}", failure.name()));
    let trainings = crate::domain::Failure::ALL.map(|failure| format!("training-failure-{}", failure.name()));
    let refusals = crate::wallet::CheckoutRefusal::ALL.map(|refusal| refusal.text().to_owned());
    let admins = admin::more_texts();
    let named = fixed.concat().into_iter().map(str::to_owned);
    named.chain(failures).chain(trainings).chain(refusals).chain(admins).collect()
}

/// What the rooms above name.
const SHARED_TEXTS: &[&str] = &[
    "note-unexpected-text",
    "note-unexpected-photo",
    "note-unexpected-sticker",
    "note-unexpected-voice",
    "note-unexpected-video",
    "note-unexpected-file",
    "note-unexpected-anything",
    "note-unknown-command",
    "note-lost",
    "toast-stale",
    "toast-unknown",
    "toast-busy",
    "error-trouble",
    "error-private-only",
    "checkout-closed",
    "bot-description",
    "bot-short-description",
];
