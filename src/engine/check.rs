//! What could go wrong with dialogues, found before anything runs.

mod buttons;
mod names;
mod texts;
mod ways;

use std::collections::{BTreeMap, BTreeSet};

use super::dialogue::{Dialogue, Dialogues, State, Target, command_of};
use super::flaw::Flaw;
use super::session::Nonce;

/// What the code offers to the definitions.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    pub actions: Vec<ActionSpec>,
    /// Names of the signals that the code sends.
    pub signals: Vec<String>,
    pub each: Vec<EachSpec>,
    /// Bytes of the longest argument that a keepsake carries.
    pub keepsake_argument: usize,
    /// Fluent ids that the code uses by itself.
    pub texts: Vec<String>,
}

/// An action that the code of a dialogue has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionSpec {
    pub dialogue: String,
    pub name: String,
    /// All that it can come to.
    pub outcomes: Vec<String>,
}

/// Items that the code of a dialogue supplies to an `each` key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EachSpec {
    pub dialogue: String,
    pub name: String,
    /// Bytes of the longest argument.
    pub max_argument: usize,
}

/// The texts of one language, as far as [`check`] looks at them.
#[derive(Debug, Clone, Default)]
pub struct LocaleIndex {
    /// The folder's name in `locales/`.
    pub language: String,
    pub messages: BTreeMap<String, MessageIndex>,
}

/// One Fluent message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageIndex {
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// Names of the variables in the message's own text, without the `$`.
    pub variables: BTreeSet<String>,
    /// The same for each attribute.
    pub attributes: BTreeMap<String, BTreeSet<String>>,
}

/// Everything that is wrong with `dialogues`, given what the code offers and what the locales say; by file and line.
pub fn check(dialogues: &Dialogues, vocabulary: &Vocabulary, locales: &[LocaleIndex]) -> Vec<Flaw> {
    let mut checker = Checker { dialogues, vocabulary, flaws: Vec::new() };
    for dialogue in dialogues.all() {
        checker.names(dialogue);
        checker.stays(dialogue);
        checker.renames(dialogue);
        checker.ways(dialogue);
        checker.buttons(dialogue);
    }
    checker.unused_code();
    checker.root_names();
    checker.texts(locales);
    let Checker { mut flaws, .. } = checker;
    flaws.sort();
    flaws.dedup();
    flaws
}

struct Checker<'a> {
    dialogues: &'a Dialogues,
    vocabulary: &'a Vocabulary,
    flaws: Vec<Flaw>,
}

impl Checker<'_> {
    fn flaw(&mut self, file: &str, line: usize, what: impl Into<String>, mend: impl Into<String>) {
        self.flaws.push(Flaw { file: file.to_owned(), line, what: what.into(), mend: mend.into() });
    }

    fn is_signal(&self, name: &str) -> bool {
        self.vocabulary.signals.iter().any(|signal| signal == name)
    }
}

/// Every target of a state, those within others included.
fn targets(state: &State) -> impl Iterator<Item = &Target> {
    let after = state.after.iter().map(|after| &after.target);
    state.on.iter().map(|branch| &branch.target).chain(after).flat_map(Target::walk)
}

/// The same without what takes a command, which nobody sees.
fn visible_targets(state: &State) -> impl Iterator<Item = &Target> {
    let after = state.after.iter().map(|after| &after.target);
    let on = state.on.iter().filter(|branch| command_of(&branch.name).is_none());
    on.map(|branch| &branch.target).chain(after).flat_map(Target::walk)
}

/// Every target of a dialogue.
fn all_targets(dialogue: &Dialogue) -> impl Iterator<Item = &Target> {
    let everywhere = dialogue.everywhere.iter().flat_map(|branch| branch.target.walk());
    dialogue.states.iter().flat_map(targets).chain(everywhere)
}

#[cfg(test)]
mod tests;
