//! Reads where a transition leads.

use toml_edit::TableLike;

use super::{Entry, Reader};
use crate::engine::dialogue::{Branch, Go, HOME, STAY, Target, command_of};
use crate::engine::event::is_name;

impl Reader<'_> {
    /// A name with where it leads.
    pub(super) fn branch(&mut self, entry: &Entry) -> Option<Branch> {
        // Whether a command can stand here is for the linter to say.
        let name = match command_of(entry.name) {
            Some(command) if is_name(command) => entry.name.to_owned(),
            _ => self.key_name(entry)?,
        };
        let target = self.target(entry)?;
        Some(Branch { name, line: entry.line, target })
    }

    pub(super) fn target(&mut self, entry: &Entry) -> Option<Target> {
        let go = match entry.item.as_table_like() {
            None if entry.item.is_str() => {
                let name = self.name(entry.item, entry.line)?;
                match name.as_str() {
                    HOME => Go::Home,
                    STAY => Go::Stay,
                    _ => Go::State(name),
                }
            }
            Some(table) if table.contains_key("do") => self.action(table)?,
            Some(table) if table.contains_key("call") => self.call(table)?,
            Some(table) if table.contains_key("return") => self.give_back(table)?,
            _ => {
                let mend = "write a state's name in quotes, \"home\", or one of `{ do = … }`, `{ call = … }`, \
                            `{ return = … }`";
                self.flaw(entry.line, format!("`{}` does not say where it leads", entry.name), mend);
                return None;
            }
        };
        Some(Target { go, line: entry.line })
    }

    fn action(&mut self, table: &dyn TableLike) -> Option<Go> {
        let (mut action, mut outcomes) = (None, Vec::new());
        for entry in self.entries(table) {
            match entry.name {
                "do" => action = self.name(entry.item, entry.line),
                _ => outcomes.extend(self.branch(&entry)),
            }
        }
        Some(Go::Do { action: action?, outcomes })
    }

    fn call(&mut self, table: &dyn TableLike) -> Option<Go> {
        let (mut dialogue, mut at, mut results) = (None, None, Vec::new());
        for entry in self.entries(table) {
            match entry.name {
                "call" => dialogue = self.name(entry.item, entry.line),
                "at" => at = self.name(entry.item, entry.line),
                _ => results.extend(self.branch(&entry)),
            }
        }
        Some(Go::Call { dialogue: dialogue?, at, results })
    }

    fn give_back(&mut self, table: &dyn TableLike) -> Option<Go> {
        let mut result = None;
        for entry in self.entries(table) {
            match entry.name {
                "return" => result = self.name(entry.item, entry.line),
                name => self.unknown_key(name, entry.line, &["return"]),
            }
        }
        Some(Go::Return(result?))
    }
}
