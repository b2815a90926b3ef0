//! Whether every button does something, and everything that a person can do has a button.

use std::collections::BTreeSet;

use super::{Checker, Nonce};
use crate::engine::dialogue::{Branch, Dialogue, HOME, Key, Names, State, command_of};
use crate::engine::event::Input;
use crate::engine::flaw::suggest;

/// The most that Telegram lets a button carry.
const CALLBACK_DATA_BYTES: usize = 64;
/// The most letters of a command, <https://core.telegram.org/bots/api#botcommand>.
const COMMAND_LETTERS: usize = 32;

impl Checker<'_> {
    pub(super) fn buttons(&mut self, dialogue: &Dialogue) {
        for state in &dialogue.states {
            let mut seen = BTreeSet::new();
            for (key, line) in state.keys() {
                if !seen.insert(key.name()) {
                    let what = format!("`{}` has two buttons `{}`", state.name, key.name());
                    self.flaw(&dialogue.file, line, what, "take one out, or give it another name");
                }
                self.key(dialogue, state, key, line);
            }
            for branch in &state.on {
                self.handler(dialogue, state, branch);
            }
        }
    }

    fn key(&mut self, dialogue: &Dialogue, state: &State, key: &Key, line: usize) {
        let (file, name) = (&dialogue.file, key.name());
        if self.is_signal(name) {
            let what = format!("the button `{name}` of `{}` has the name of a signal", state.name);
            self.flaw(file, line, what, "give the button another name");
        }
        let handled = name == HOME || matches!(key, Key::Pay(_)) || state.on(name).is_some();
        if !handled {
            let what = format!("the button `{name}` of `{}` does nothing", state.name);
            self.flaw(file, line, what, format!("add `on.{name} = …` to `[{}]`", state.name));
        }
        let argument = match key {
            Key::Button(_) => 0,
            Key::Each { button, .. } => match self.argument_of(dialogue, button, line) {
                Some(bytes) => 1 + bytes,
                None => return,
            },
            Key::Pay(_) => return,
        };
        self.fits(file, line, name, Nonce::MAX_BYTES + 1 + name.len() + argument);
    }

    /// Bytes of the longest argument of an `each` key.
    fn argument_of(&mut self, dialogue: &Dialogue, button: &str, line: usize) -> Option<usize> {
        let known = || self.vocabulary.each.iter().filter(|spec| spec.dialogue == dialogue.name);
        let bytes = known().find(|spec| spec.name == button).map(|spec| spec.max_argument);
        if bytes.is_none() {
            let mend = suggest(button, known().map(|spec| spec.name.as_str()));
            self.flaw(
                &dialogue.file,
                line,
                format!("the code supplies no items for `{{ each = \"{button}\" }}`"),
                mend,
            );
        }
        bytes
    }

    fn fits(&mut self, file: &str, line: usize, name: &str, bytes: usize) {
        if bytes > CALLBACK_DATA_BYTES {
            let what = format!("the data of the button `{name}` can take {bytes} bytes, and Telegram carries 64");
            let over = bytes - CALLBACK_DATA_BYTES;
            self.flaw(file, line, what, format!("shorten its name or its argument by {over} bytes"));
        }
    }

    fn handler(&mut self, dialogue: &Dialogue, state: &State, branch: &Branch) {
        let name = branch.name.as_str();
        if let Some(command) = command_of(name) {
            return self.command_handler(dialogue, state, branch, command);
        }
        let is_input = Input::ALL.iter().any(|input| input.name() == name);
        if is_input || self.is_signal(name) || state.has_button(name) {
            return;
        }
        if state.keys().any(|(key, _)| matches!(key, Key::Pay(pay) if pay == name)) {
            let what = format!("`on.{name}` waits for a pay button, whose press never arrives");
            return self.flaw(&dialogue.file, branch.line, what, "take it out, and hear the signal of the payment");
        }
        let buttons = state.keyboard.iter().flatten().map(Key::name).filter(|button| *button != HOME);
        let signals = self.vocabulary.signals.iter().map(String::as_str);
        let known = buttons.chain(signals).chain(Input::ALL.map(Input::name));
        let mend = format!("{}, or put the button into the keyboard", suggest(name, known));
        let what =
            format!("`on.{name}` of `{}` is neither a button of its keyboard, nor a signal, nor an input", state.name);
        self.flaw(&dialogue.file, branch.line, what, mend);
    }

    /// A command that a state takes before `[everywhere]` does has to be one.
    fn command_handler(&mut self, dialogue: &Dialogue, state: &State, branch: &Branch, command: &str) {
        let root = self.dialogues.root();
        if root.commands().all(|known| known != command) {
            let what = format!("`on.\"/{command}\"` of `{}` waits for a command that there is not", state.name);
            let mend = format!("{}, or add it to `commands` in {}", suggest(command, root.commands()), root.file);
            self.flaw(&dialogue.file, branch.line, what, mend);
        }
    }

    /// Commands, menu buttons and keepsakes against `[everywhere]`.
    pub(super) fn root_names(&mut self) {
        let root = self.dialogues.root();
        let menu: Names = root.menu.iter().flatten().cloned().collect();
        for (kind, names) in [("command", &root.commands), ("menu button", &menu), ("keepsake", &root.keepsakes)] {
            let mut seen = BTreeSet::new();
            for (name, line) in names {
                if !seen.insert(name) {
                    self.flaw(&root.file, *line, format!("the {kind} `{name}` stands there twice"), "take one out");
                }
                if !root.everywhere.iter().any(|branch| branch.name == *name) {
                    let what = format!("the {kind} `{name}` does nothing");
                    self.flaw(&root.file, *line, what, format!("add `on.{name} = …` to `[everywhere]`"));
                }
            }
        }
        self.command_names(root);
        for (name, line) in &root.keepsakes {
            self.fits(&root.file, *line, name, "k:".len() + name.len() + 1 + self.vocabulary.keepsake_argument);
        }
        let known = || root.commands.iter().chain(&menu).chain(&root.keepsakes).map(|(name, _)| name.as_str());
        for branch in root.everywhere.iter().filter(|branch| known().all(|name| name != branch.name)) {
            let what =
                format!("`on.{}` everywhere is neither a command, nor a menu button, nor a keepsake", branch.name);
            let mend = format!("{}, or add it to one of the lists", suggest(&branch.name, known()));
            self.flaw(&root.file, branch.line, what, mend);
        }
    }

    fn command_names(&mut self, root: &Dialogue) {
        let fits = |name: &str| {
            let letters = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
            letters && name.len() <= COMMAND_LETTERS
        };
        for (name, line) in root.commands.iter().filter(|(name, _)| !fits(name)) {
            let what = format!("Telegram takes no command `{name}`");
            self.flaw(&root.file, *line, what, "use up to 32 of the characters a–z, 0–9 and `_`");
        }
    }
}
