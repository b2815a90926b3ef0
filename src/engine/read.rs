//! Reads definitions: from TOML to dialogues, or to all that is wrong with it.

mod state;
mod target;

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use toml_edit::{Array, Document, Item, TableLike, Value};

use super::dialogue::{Branch, Dialogue, Dialogues, Names, ROOT, State};
use super::event::{Input, is_name};
use super::flaw::{Flaw, suggest};

/// What the dialogues of these files are, or what is wrong with them.
pub(super) fn dialogues(files: &[(String, String)]) -> Result<Dialogues, Vec<Flaw>> {
    let mut flaws = Vec::new();
    let mut all: Vec<Dialogue> = Vec::new();
    for (file, source) in files {
        let mut reader = Reader::new(file, source);
        if let Some(dialogue) = reader.dialogue() {
            match all.iter().find(|other| other.name == dialogue.name) {
                Some(other) => {
                    let what = format!("there are two dialogues `{}`, also in {}", dialogue.name, other.file);
                    reader.flaw(0, what, "rename one of the files");
                }
                None => all.push(dialogue),
            }
        }
        reader.flaws.sort();
        flaws.append(&mut reader.flaws);
    }
    let dialogues = Dialogues::new(all);
    if dialogues.is_none() && flaws.is_empty() {
        let what = format!("there is no dialogue `{ROOT}`, in which every conversation starts");
        flaws.push(Flaw { file: "dialogues".to_owned(), line: 0, what, mend: format!("add the file `{ROOT}.toml`") });
    }
    dialogues.filter(|_| flaws.is_empty()).ok_or(flaws)
}

/// Reads one file. What it cannot read becomes a flaw and is left out, so that one reading finds all flaws.
struct Reader<'a> {
    file: &'a str,
    source: &'a str,
    is_root: bool,
    flaws: Vec<Flaw>,
}

/// A key of a table with what stands there.
struct Entry<'t> {
    name: &'t str,
    line: usize,
    item: &'t Item,
}

impl<'a> Reader<'a> {
    fn new(file: &'a str, source: &'a str) -> Self {
        // Editors on Windows put this mark before the text.
        let source = source.strip_prefix('\u{feff}').unwrap_or(source);
        Self { file, source, is_root: false, flaws: Vec::new() }
    }

    fn dialogue(&mut self) -> Option<Dialogue> {
        let name = Path::new(self.file).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if !is_name(name) {
            self.flaw(0, format!("`{name}` cannot be the name of a dialogue"), NAME_MEND);
            return None;
        }
        self.is_root = name == ROOT;
        let document = match Document::parse(self.source) {
            Ok(document) => document,
            Err(error) => {
                let line = self.line(error.span());
                let what = format!("this is not TOML: {}", error.message().replace('\n', ", "));
                self.flaw(line, what, "correct the line; https://toml.io shows how TOML is written");
                return None;
            }
        };
        let mut draft = Draft::default();
        for entry in self.entries(document.as_table()) {
            self.top_level(&entry, &mut draft);
        }
        self.finish(name, draft)
    }

    fn top_level(&mut self, entry: &Entry, draft: &mut Draft) {
        match entry.name {
            "start" => draft.start = self.name(entry.item, entry.line).map(|start| (start, entry.line)),
            "commands" if self.is_root => draft.commands = self.names(entry),
            "menu_buttons" if self.is_root => draft.menu = self.rows(entry),
            "keepsakes" if self.is_root => draft.keepsakes = self.names(entry),
            "everywhere" if self.is_root => draft.everywhere = self.everywhere(entry),
            "commands" | "menu_buttons" | "keepsakes" | "everywhere" => {
                let what = format!("only the root dialogue has `{}`", entry.name);
                self.flaw(entry.line, what, format!("move it to `{ROOT}.toml`, or take it out"));
            }
            name => match entry.item.as_table_like() {
                Some(table) => draft.states.extend(self.state(entry, table)),
                None => {
                    let mut known = vec!["start"];
                    if self.is_root {
                        known.extend(["commands", "menu_buttons", "keepsakes", "everywhere"]);
                    }
                    let mend = format!("{}; a state is a table, `[{name}]`", suggest(name, known));
                    self.flaw(entry.line, format!("unknown key `{name}`"), mend);
                }
            },
        }
    }

    fn everywhere(&mut self, entry: &Entry) -> Vec<Branch> {
        let mut everywhere = Vec::new();
        for entry in self.table(entry) {
            match entry.name {
                "on" => everywhere = self.events(&entry),
                name => self.unknown_key(name, entry.line, &["on"]),
            }
        }
        everywhere
    }

    fn finish(&mut self, name: &str, draft: Draft) -> Option<Dialogue> {
        let Draft { start, states, commands, menu, keepsakes, everywhere } = draft;
        let index: HashMap<_, _> = states.iter().enumerate().map(|(at, state)| (state.name.clone(), at)).collect();
        let renamed = states.iter().enumerate();
        let renamed = renamed.flat_map(|(at, state)| state.renamed.iter().map(move |(old, _)| (old.clone(), at)));
        let renamed = renamed.collect();
        let Some((start, line)) = start else {
            if self.flaws.is_empty() {
                self.flaw(1, "the dialogue does not say where it starts", "add `start = \"<state>\"` at the top");
            }
            return None;
        };
        if !index.contains_key(&start) {
            let mend = suggest(&start, index.keys().map(String::as_str));
            self.flaw(line, format!("`start` names the unknown state `{start}`"), mend);
            return None;
        }
        let (name, file) = (name.to_owned(), self.file.to_owned());
        Some(Dialogue { name, file, start, states, index, renamed, commands, menu, keepsakes, everywhere })
    }

    fn flaw(&mut self, line: usize, what: impl Into<String>, mend: impl Into<String>) {
        self.flaws.push(Flaw { file: self.file.to_owned(), line, what: what.into(), mend: mend.into() });
    }

    fn unknown_key(&mut self, name: &str, line: usize, known: &[&str]) {
        self.flaw(line, format!("unknown key `{name}`"), suggest(name, known.iter().copied()));
    }

    /// The line of a place in the source, from 1.
    fn line(&self, span: Option<Range<usize>>) -> usize {
        let before = span.and_then(|span| self.source.as_bytes().get(..span.start)).unwrap_or_default();
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }

    fn entries<'t>(&self, table: &'t dyn TableLike) -> Vec<Entry<'t>> {
        let keys = table.iter().filter_map(|(name, _)| table.get_key_value(name));
        keys.map(|(key, item)| Entry { name: key.get(), line: self.line(key.span()), item }).collect()
    }

    /// The entries of a table, or a flaw and none.
    fn table<'t>(&mut self, entry: &Entry<'t>) -> Vec<Entry<'t>> {
        match entry.item.as_table_like() {
            Some(table) => self.entries(table),
            None => {
                self.wrong_type(entry.name, entry.line, "a table");
                Vec::new()
            }
        }
    }

    fn array<'t>(&mut self, entry: &Entry<'t>) -> Option<&'t Array> {
        let array = entry.item.as_array();
        if array.is_none() {
            self.wrong_type(entry.name, entry.line, "a list");
        }
        array
    }

    fn wrong_type(&mut self, name: &str, line: usize, wanted: &str) {
        self.flaw(line, format!("`{name}` is not {wanted}"), format!("make it {wanted}"));
    }

    fn text(&mut self, entry: &Entry) -> Option<String> {
        let text = entry.item.as_str();
        if text.is_none() {
            self.wrong_type(entry.name, entry.line, "a text in quotes");
        }
        text.map(str::to_owned)
    }

    /// A text that can name something.
    fn name(&mut self, item: &Item, line: usize) -> Option<String> {
        match item.as_value() {
            Some(value) => self.name_of(value, line),
            None => self.not_a_name("a table", line),
        }
    }

    fn name_of(&mut self, value: &Value, line: usize) -> Option<String> {
        match value.as_str() {
            Some(text) if is_name(text) => Some(text.to_owned()),
            Some(text) => self.not_a_name(&format!("`{text}`"), line),
            None => self.not_a_name(&format!("a value of type {}", value.type_name()), line),
        }
    }

    fn not_a_name(&mut self, found: &str, line: usize) -> Option<String> {
        self.flaw(line, format!("{found} stands where a name is wanted"), NAME_MEND);
        None
    }

    /// A key that names something of the conversation.
    fn key_name(&mut self, entry: &Entry) -> Option<String> {
        if is_name(entry.name) {
            Some(entry.name.to_owned())
        } else {
            self.not_a_name(&format!("`{}`", entry.name), entry.line)
        }
    }

    fn names(&mut self, entry: &Entry) -> Names {
        let array = self.array(entry);
        array.map(|array| self.names_of(array)).unwrap_or_default()
    }

    fn names_of(&mut self, array: &Array) -> Names {
        let mut names = Names::new();
        for value in array {
            let line = self.line(value.span());
            names.extend(self.name_of(value, line).map(|name| (name, line)));
        }
        names
    }

    fn rows(&mut self, entry: &Entry) -> Vec<Names> {
        let rows = self.array_of_rows(entry);
        rows.into_iter().map(|row| self.names_of(row)).collect()
    }

    /// The rows of a keyboard.
    fn array_of_rows<'t>(&mut self, entry: &Entry<'t>) -> Vec<&'t Array> {
        let mut rows = Vec::new();
        for value in self.array(entry).into_iter().flatten() {
            match value.as_array() {
                Some(row) => rows.push(row),
                None => {
                    let line = self.line(value.span());
                    self.wrong_type(entry.name, line, "a list of rows, each a list of buttons");
                }
            }
        }
        rows
    }
}

/// A dialogue as far as it has been read.
#[derive(Default)]
struct Draft {
    start: Option<(String, usize)>,
    states: Vec<State>,
    commands: Names,
    menu: Vec<Names>,
    keepsakes: Names,
    everywhere: Vec<Branch>,
}

/// What the definition language keeps for itself: no button or signal can have such a name.
fn is_input(name: &str) -> bool {
    Input::ALL.iter().any(|input| input.name() == name)
}

const NAME_MEND: &str = "use a letter, then letters, digits, `_` and `-`";

#[cfg(test)]
mod tests;
