//! Reads one state: what it shows and what it hears.

use std::time::Duration;

use toml_edit::{InlineTable, TableLike, Value};

use super::{Entry, Reader, is_input};
use crate::engine::dialogue::{After, Branch, HOME, Key, ROOT, STAY, State};
use crate::engine::event::is_name;

impl Reader<'_> {
    pub(super) fn state(&mut self, entry: &Entry, table: &dyn TableLike) -> Option<State> {
        let name = self.key_name(entry)?;
        if name == STAY {
            let mend = format!("choose another name: `{STAY}` means that nothing changes");
            self.flaw(entry.line, format!("no state can be called `{STAY}`"), mend);
            return None;
        }
        if name == HOME {
            let mend = format!("choose another name: `{HOME}` is the start of `{ROOT}.toml`, wherever it is named");
            self.flaw(entry.line, format!("no state can be called `{HOME}`"), mend);
            return None;
        }
        let mut state = State {
            name,
            screen: None,
            menu: false,
            fleeting: false,
            keyboard: Vec::new(),
            after: None,
            on: Vec::new(),
            renamed: Vec::new(),
            line: entry.line,
            screen_line: entry.line,
            key_lines: Vec::new(),
        };
        let mut keyboard_line = None;
        for entry in self.entries(table) {
            match entry.name {
                "screen" => {
                    state.screen = self.screen(&entry);
                    state.screen_line = entry.line;
                }
                "menu" => state.menu = self.menu(&entry),
                "fleeting" => state.fleeting = self.fleeting(&entry),
                "keyboard" => {
                    (state.keyboard, state.key_lines) = self.keyboard(&entry);
                    keyboard_line = Some(entry.line);
                }
                "renamed" => state.renamed = self.names(&entry),
                "on" => state.on = self.events(&entry),
                "after" => state.after = self.after(&entry),
                name => self.unknown_key(
                    name,
                    entry.line,
                    &["screen", "menu", "fleeting", "keyboard", "renamed", "on", "after"],
                ),
            }
        }
        self.fits_together(&state, keyboard_line);
        Some(state)
    }

    fn fits_together(&mut self, state: &State, keyboard_line: Option<usize>) {
        let name = &state.name;
        if state.menu
            && let Some(line) = keyboard_line
        {
            let what = format!("`{name}` has a keyboard under its message and the menu under the input field");
            self.flaw(line, what, "a message carries only one of the two: take out `keyboard` or `menu`");
        }
        if state.fleeting && state.screen.is_none() {
            self.flaw(state.line, format!("`{name}` is fleeting but shows nothing"), "give the state a `screen`");
        }
        let line = keyboard_line.or(state.menu.then_some(state.line));
        if let (None, Some(line)) = (&state.screen, line) {
            self.flaw(line, format!("`{name}` has buttons but shows nothing"), "give the state a `screen`");
        }
    }

    fn screen(&mut self, entry: &Entry) -> Option<String> {
        let text = self.text(entry)?;
        if is_name(&text) { Some(text) } else { self.not_a_name(&format!("`{text}`"), entry.line) }
    }

    fn menu(&mut self, entry: &Entry) -> bool {
        if !self.is_root {
            let mend = format!("take it out, or move the state to `{ROOT}.toml`");
            self.flaw(entry.line, "only a state of the root dialogue carries the menu", mend);
        }
        entry.item.as_bool().unwrap_or_else(|| {
            self.wrong_type("menu", entry.line, "`true` or `false`");
            false
        })
    }

    fn fleeting(&mut self, entry: &Entry) -> bool {
        entry.item.as_bool().unwrap_or_else(|| {
            self.wrong_type("fleeting", entry.line, "`true` or `false`");
            false
        })
    }

    fn keyboard(&mut self, entry: &Entry) -> (Vec<Vec<Key>>, Vec<usize>) {
        let mut lines = Vec::new();
        let mut keyboard: Vec<Vec<Key>> = Vec::new();
        for row in self.array_of_rows(entry) {
            let mut keys = Vec::new();
            for value in row {
                let line = self.line(value.span());
                let Some(key) = self.key(value, line) else { continue };
                if matches!(key, Key::Pay(_)) && !lines.is_empty() {
                    let what = format!("the pay button `{}` is not the first of its keyboard", key.name());
                    self.flaw(line, what, "put it first: Telegram takes an invoice in no other order");
                }
                keys.push(key);
                lines.push(line);
            }
            keyboard.push(keys);
        }
        (keyboard, lines)
    }

    fn key(&mut self, value: &Value, line: usize) -> Option<Key> {
        let key = match value.as_inline_table() {
            None => Key::Button(self.name_of(value, line)?),
            Some(table) if table.contains_key("pay") => self.pay_key(table, line)?,
            Some(table) => self.each_key(table, line)?,
        };
        let name = key.name();
        if is_input(name) || (name == HOME && !matches!(key, Key::Button(_))) {
            self.flaw(line, format!("no button of this kind can be called `{name}`"), "choose another name");
            return None;
        }
        Some(key)
    }

    fn pay_key(&mut self, table: &InlineTable, line: usize) -> Option<Key> {
        let mut pay = None;
        for entry in self.entries(table) {
            match entry.name {
                "pay" => pay = self.name(entry.item, entry.line),
                name => self.unknown_key(name, line, &["pay"]),
            }
        }
        pay.map(Key::Pay)
    }

    fn each_key(&mut self, table: &InlineTable, line: usize) -> Option<Key> {
        let (mut button, mut columns) = (None, None);
        for entry in self.entries(table) {
            match entry.name {
                "each" => button = self.name(entry.item, entry.line),
                "columns" => columns = self.columns(&entry),
                name => self.unknown_key(name, line, &["each", "columns", "pay"]),
            }
        }
        if !table.contains_key("each") || !table.contains_key("columns") {
            let mend = "write `{ each = \"<name>\", columns = <1 to 8> }` or `{ pay = \"<name>\" }`";
            self.flaw(line, "a key of the keyboard is incomplete", mend);
        }
        Some(Key::Each { button: button?, columns: columns? })
    }

    /// Telegram shows at most eight buttons in a row.
    fn columns(&mut self, entry: &Entry) -> Option<u8> {
        let columns = entry.item.as_integer().and_then(|columns| u8::try_from(columns).ok());
        let columns = columns.filter(|columns| (1..=8).contains(columns));
        if columns.is_none() {
            self.wrong_type("columns", entry.line, "a whole number from 1 to 8");
        }
        columns
    }

    pub(super) fn events(&mut self, entry: &Entry) -> Vec<Branch> {
        let mut events = Vec::new();
        for entry in self.table(entry) {
            if entry.name == HOME {
                let mend = "take the line out; the button goes home by itself";
                self.flaw(entry.line, "`home` needs no transition", mend);
                continue;
            }
            events.extend(self.branch(&entry));
        }
        events
    }

    fn after(&mut self, entry: &Entry) -> Option<After> {
        let (mut time, mut target) = (None, None);
        for entry in self.table(entry) {
            match entry.name {
                "time" => time = Some(self.time(&entry)),
                "to" => target = Some(self.target(&entry)),
                name => self.unknown_key(name, entry.line, &["time", "to"]),
            }
        }
        if time.is_none() || target.is_none() {
            let mend = "write `after = { time = \"30m\", to = \"<state>\" }`";
            self.flaw(entry.line, "`after` needs a `time` and a `to`", mend);
        }
        Some(After { time: time??, target: target?? })
    }

    fn time(&mut self, entry: &Entry) -> Option<Duration> {
        let text = self.text(entry)?;
        let time = duration(&text);
        if time.is_none() {
            let mend = "write a whole number above 0 with `s`, `m`, `h` or `d`, such as \"30m\", up to a year";
            self.flaw(entry.line, format!("`{text}` is not a time"), mend);
        }
        time
    }
}

/// A whole number of seconds, minutes, hours or days, up to a year.
fn duration(text: &str) -> Option<Duration> {
    const DAY: u64 = 24 * 60 * 60;
    let unit = text.chars().last()?;
    let number = text.strip_suffix(unit)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => DAY,
        _ => return None,
    };
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = number.parse().ok().filter(|_| digits)?;
    let seconds = number.checked_mul(seconds).filter(|seconds| (1..=365 * DAY).contains(seconds))?;
    Some(Duration::from_secs(seconds))
}
