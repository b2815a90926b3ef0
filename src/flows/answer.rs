//! What an action or a screen answers.

use std::collections::HashMap;

use serde::Serialize;

use crate::domain::Language;
use crate::engine::{Memory, Outcome};
use crate::text::Args;

use super::view::{Invoice, Picture};

/// Why a flow could not do its part.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The dialogue's memory was written by another build and cannot be read; the person starts over.
    #[error("the dialogue's memory cannot be read")]
    Memory(#[source] serde_json::Error),
    /// Trying again later may help.
    #[error("the database does not answer")]
    Database(#[from] sqlx::Error),
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] anyhow::Error),
}

/// A sentence above the next screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub id: &'static str,
    pub args: Args,
}

/// How an action ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    outcome: &'static str,
    memory: Option<Memory>,
    pass: Option<Memory>,
    pub told: Option<Told>,
    /// The person chose another language; the next screen speaks it.
    pub language: Option<Language>,
    /// The person may have more or fewer credits than before.
    pub moves_balance: bool,
    /// It has written down letters or refunds, which go out once the next screen is there.
    pub posts: bool,
    /// The next screen takes the place of the one that is there, also after something that the person sent.
    pub in_place: bool,
}

impl Answer {
    /// Ends in `outcome`, one of those that the action declares.
    pub fn outcome(outcome: &'static str) -> Self {
        Self {
            outcome,
            memory: None,
            pass: None,
            told: None,
            language: None,
            moves_balance: false,
            posts: false,
            in_place: false,
        }
    }

    /// Replaces the dialogue's memory.
    #[must_use]
    pub fn remember(mut self, memory: &impl Serialize) -> Self {
        self.memory = Some(to_memory(memory));
        self
    }

    /// What the dialogue that this outcome calls begins with.
    #[must_use]
    pub fn pass(mut self, memory: &impl Serialize) -> Self {
        self.pass = Some(to_memory(memory));
        self
    }

    /// The action has written down letters or refunds.
    #[must_use]
    pub fn posts(self) -> Self {
        Self { posts: true, ..self }
    }

    /// Changes the screen where it stands: for a counter that would otherwise come again with every photo.
    #[must_use]
    pub fn in_place(self) -> Self {
        Self { in_place: true, ..self }
    }

    /// Puts the text `id` above the next screen.
    #[must_use]
    pub fn tell(self, id: &'static str) -> Self {
        self.tell_with(id, Args::default())
    }

    #[must_use]
    pub fn tell_with(mut self, id: &'static str, args: Args) -> Self {
        self.told = Some(Told { id, args });
        self
    }

    /// Says that credits were held, given back or booked, so that what comes next shows the new balance.
    #[must_use]
    pub fn moves_balance(self) -> Self {
        Self { moves_balance: true, ..self }
    }

    /// The engine's part of the answer.
    pub fn into_outcome(self) -> Outcome {
        Outcome { name: self.outcome.to_owned(), memory: self.memory, pass: self.pass }
    }
}

/// Memories are plain structs of strings, numbers and lists, which always make an object.
fn to_memory(memory: &impl Serialize) -> Memory {
    match serde_json::to_value(memory) {
        Ok(serde_json::Value::Object(memory)) => memory,
        _ => Memory::new(),
    }
}

/// One button made from an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub label: String,
    /// Comes back with the press.
    pub argument: String,
}

/// What a screen needs besides its words.
#[derive(Debug, Clone, Default)]
pub struct Show {
    pub args: Args,
    pub picture: Option<Picture>,
    /// For each `each` key, its items.
    pub items: HashMap<&'static str, Vec<Item>>,
    /// Buttons that make no sense at the moment.
    pub hidden: Vec<&'static str>,
    pub invoice: Option<Invoice>,
}
