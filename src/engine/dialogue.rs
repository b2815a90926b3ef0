//! A dialogue as it was read: its states, and where each event leads.

use std::collections::HashMap;
use std::time::Duration;

use super::flaw::Flaw;
use super::read;
use super::session::{Frame, Memory, Session, SessionId};
use super::step::{Moved, Note};

/// The name of the dialogue that every conversation starts in.
pub(super) const ROOT: &str = "menu";
/// The target, and the button, that lead back to the root's start.
pub(super) const HOME: &str = "home";
/// Leaves the session as it was; see [`Go::Stay`].
pub(super) const STAY: &str = "stay";

/// All definitions. There is always a root, and every dialogue's start exists; that everything else which a definition
/// names exists too is for [`check`](super::check()) to say.
#[derive(Debug, Clone)]
pub struct Dialogues {
    /// Sorted by name.
    all: Vec<Dialogue>,
    index: HashMap<String, usize>,
    root: usize,
}

impl Dialogues {
    /// Reads definitions. `files` are paths, as they are to be shown to people, with their sources; a dialogue's name
    /// is its file's stem.
    ///
    /// # Errors
    /// All flaws that keep the files from being understood, in the order of files and lines.
    pub fn parse(files: &[(String, String)]) -> Result<Self, Vec<Flaw>> {
        read::dialogues(files)
    }

    /// `None` when there is no root.
    pub(super) fn new(mut all: Vec<Dialogue>) -> Option<Self> {
        all.sort_by(|a, b| a.name.cmp(&b.name));
        let index: HashMap<_, _> = all.iter().enumerate().map(|(at, dialogue)| (dialogue.name.clone(), at)).collect();
        let root = *index.get(ROOT)?;
        Some(Self { all, index, root })
    }

    pub fn get(&self, dialogue: &str) -> Option<&Dialogue> {
        self.index.get(dialogue).map(|at| &self.all[*at])
    }

    pub fn state(&self, dialogue: &str, state: &str) -> Option<&State> {
        self.get(dialogue)?.state(state)
    }

    /// The dialogue that calls the others.
    pub fn root(&self) -> &Dialogue {
        &self.all[self.root]
    }

    /// Every dialogue, by name.
    pub fn all(&self) -> impl Iterator<Item = &Dialogue> {
        self.all.iter()
    }

    /// A new session at the root's start. Its screen has not been shown yet.
    pub fn begin(&self, id: SessionId) -> Session {
        Session { id, revision: 0, shown: 0, frames: vec![self.first_frame()] }
    }

    /// Back to the root's start with nothing remembered and a word of explanation, e.g. when a flow cannot read its
    /// memory.
    pub fn reset(&self, session: &Session, note: Note) -> Moved {
        let fresh = Session { frames: vec![self.first_frame()], ..session.clone() };
        Moved::onto(self, fresh, Some(note))
    }

    pub(super) fn first_frame(&self) -> Frame {
        let root = self.root();
        Frame { dialogue: root.name.clone(), state: root.start.clone(), call: None, memory: Memory::new() }
    }
}

/// One file of `dialogues/`.
#[derive(Debug, Clone)]
pub struct Dialogue {
    pub name: String,
    /// The path as it is shown to people.
    pub file: String,
    /// The state that a call without `at` enters; exists.
    pub start: String,
    /// In the file's order.
    pub(super) states: Vec<State>,
    /// States by name.
    pub(super) index: HashMap<String, usize>,
    /// States by the names they once had.
    pub(super) renamed: HashMap<String, usize>,
    pub(super) commands: Names,
    pub(super) menu: Vec<Names>,
    pub(super) keepsakes: Names,
    /// What works in every state of every dialogue; only the root has any.
    pub(super) everywhere: Vec<Branch>,
}

/// Names with the lines that they stand in.
pub(super) type Names = Vec<(String, usize)>;

impl Dialogue {
    pub fn state(&self, name: &str) -> Option<&State> {
        self.index.get(name).map(|at| &self.states[*at])
    }

    /// The state of this name, or the one that had this name in an older build.
    pub(super) fn adopt(&self, name: &str) -> Option<&State> {
        self.state(name).or_else(|| self.renamed.get(name).map(|at| &self.states[*at]))
    }

    /// In the file's order.
    pub fn states(&self) -> &[State] {
        &self.states
    }

    pub fn is_root(&self) -> bool {
        self.name == ROOT
    }

    /// Telegram's command menu, in its order. Only the root has commands, menu buttons and keepsakes.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        self.commands.iter().map(|(name, _)| name.as_str())
    }

    /// The keyboard under the input field, row by row.
    pub fn menu(&self) -> impl Iterator<Item = impl Iterator<Item = &str>> {
        self.menu.iter().map(|row| row.iter().map(|(name, _)| name.as_str()))
    }

    /// Buttons of messages that stay in the chat for good.
    pub fn keepsakes(&self) -> impl Iterator<Item = &str> {
        self.keepsakes.iter().map(|(name, _)| name.as_str())
    }

    /// Where each command, menu button and keepsake leads from every state of every dialogue.
    pub fn everywhere(&self) -> &[Branch] {
        &self.everywhere
    }

    /// What stands at a site of this dialogue, see [`Frame::call`].
    pub(super) fn at_site<'a>(&'a self, state: &'a State, site: &str) -> Option<&'a Target> {
        let mut parts = site.split('.');
        let event = parts.next()?;
        let first = match event.strip_prefix(EVERYWHERE_SITE) {
            Some(event) => find(&self.everywhere, event)?,
            None if event == AFTER_SITE => &state.after.as_ref()?.target,
            None => state.on(event)?,
        };
        parts.try_fold(first, |target, name| find(target.branches(), name))
    }
}

/// Stands before the event's name in the site of a transition from `[everywhere]`.
pub(super) const EVERYWHERE_SITE: char = '*';
/// Stands before a command's name in a state that takes it first, as it does where a person types it.
pub(super) const COMMAND_MARK: char = '/';
/// Stands for the event in the site of an `after`.
pub(super) const AFTER_SITE: &str = "@after";

/// One state of a dialogue.
#[derive(Debug, Clone)]
pub struct State {
    pub name: String,
    /// The Fluent id of what is shown; a state without one is silent.
    pub screen: Option<String>,
    /// Whether the screen carries the keyboard under the input field.
    pub menu: bool,
    /// Whether the screen makes no sense any more once something else follows it, such as progress.
    pub fleeting: bool,
    /// The buttons under the screen, in rows.
    pub keyboard: Vec<Vec<Key>>,
    /// What happens by itself after a while.
    pub after: Option<After>,
    /// Where each event leads, in the file's order. An event is a button, an input, a signal, or `/name` for a command
    /// that this state takes before `[everywhere]` does.
    pub on: Vec<Branch>,
    /// Names that the state had in older builds.
    pub(super) renamed: Names,
    pub(super) line: usize,
    pub(super) screen_line: usize,
    /// The line of each element of `keyboard`, flattened.
    pub(super) key_lines: Vec<usize>,
}

impl State {
    /// Where an event leads.
    pub fn on(&self, event: &str) -> Option<&Target> {
        find(&self.on, event)
    }

    /// Where the state itself leads a command, before `[everywhere]` does. With its site.
    pub(super) fn on_command(&self, name: &str) -> Option<(&str, &Target)> {
        let branch = self.on.iter().find(|branch| command_of(&branch.name) == Some(name))?;
        Some((&branch.name, &branch.target))
    }

    /// Whether the screen has a button of this name that can be pressed; a pay button cannot.
    pub fn has_button(&self, name: &str) -> bool {
        self.keyboard.iter().flatten().any(|key| match key {
            Key::Button(button) | Key::Each { button, .. } => button == name,
            Key::Pay(_) => false,
        })
    }

    /// Every element of the keyboard with its line.
    pub(super) fn keys(&self) -> impl Iterator<Item = (&Key, usize)> {
        self.keyboard.iter().flatten().zip(self.key_lines.iter().copied())
    }
}

/// An element of a state's keyboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    Button(String),
    /// One button for each item that the flow supplies, in rows of `columns`.
    Each {
        button: String,
        columns: u8,
    },
    /// The pay button of an invoice. Telegram handles it; a press never arrives.
    Pay(String),
}

impl Key {
    pub fn name(&self) -> &str {
        match self {
            Self::Button(name) | Self::Each { button: name, .. } | Self::Pay(name) => name,
        }
    }
}

/// What happens by itself when a person stays in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    pub time: Duration,
    pub target: Target,
}

/// Where something leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub go: Go,
    pub line: usize,
}

impl Target {
    /// The outcomes of an action, or the results of a call.
    pub fn branches(&self) -> &[Branch] {
        match &self.go {
            Go::Do { outcomes: branches, .. } | Go::Call { results: branches, .. } => branches,
            Go::State(_) | Go::Home | Go::Stay | Go::Return(_) => &[],
        }
    }

    /// This target and all within it, outermost first.
    pub(super) fn walk(&self) -> Vec<&Target> {
        let mut all = vec![self];
        let mut next = 0;
        while let Some(target) = all.get(next).copied() {
            all.extend(target.branches().iter().map(|branch| &branch.target));
            next += 1;
        }
        all
    }
}

/// The ways that a transition can lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Go {
    /// A state of the same dialogue.
    State(String),
    /// The root's start; the stack is unwound.
    Home,
    /// Nowhere: the session is as it was before the event. For what `[everywhere]` does beside the conversation.
    Stay,
    /// Run an action of this dialogue; its outcome decides.
    Do { action: String, outcomes: Vec<Branch> },
    /// Enter another dialogue, at its start or at a state; its result decides.
    Call { dialogue: String, at: Option<String>, results: Vec<Branch> },
    /// Back to whoever called this dialogue.
    Return(String),
}

/// The command that an event's name in a state stands for: `cancel` of `/cancel`.
pub(super) fn command_of(event: &str) -> Option<&str> {
    event.strip_prefix(COMMAND_MARK)
}

/// A named way: an event, an outcome or a result, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    pub name: String,
    pub line: usize,
    pub target: Target,
}

/// The target of the branch of this name.
pub(super) fn find<'a>(branches: &'a [Branch], name: &str) -> Option<&'a Target> {
    branches.iter().find(|branch| branch.name == name).map(|branch| &branch.target)
}
