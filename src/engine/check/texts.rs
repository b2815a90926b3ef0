//! Whether everything that is said has its words, the same in every language.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checker, LocaleIndex, MessageIndex};
use crate::engine::dialogue::{Dialogue, Key, State};
use crate::engine::flaw::suggest;

/// Words that are missing: the language, the message, and the attribute if it is one.
type Gaps = BTreeSet<(String, String, Option<String>)>;

/// Where words are asked for.
struct Use<'a> {
    file: &'a str,
    line: usize,
    /// What the words are, as part of a sentence.
    kind: String,
}

impl Checker<'_> {
    pub(super) fn texts(&mut self, locales: &[LocaleIndex]) {
        let mut gaps = Gaps::new();
        for locale in locales {
            self.texts_used(locale, &mut gaps);
        }
        self.locales_agree(locales, &gaps);
    }

    fn texts_used(&mut self, locale: &LocaleIndex, gaps: &mut Gaps) {
        let root = self.dialogues.root();
        let menu: Vec<_> = root.menu.iter().flatten().cloned().collect();
        let lists = [
            ("command", "command", &root.commands),
            ("menu", "menu button", &menu),
            ("keepsake", "keepsake", &root.keepsakes),
        ];
        for (prefix, kind, names) in lists {
            for (name, line) in names {
                let used = Use { file: &root.file, line: *line, kind: format!("{kind} `{name}`") };
                self.message(locale, &format!("{prefix}-{name}"), used, gaps);
            }
        }
        for dialogue in self.dialogues.all() {
            for state in &dialogue.states {
                self.texts_of(locale, dialogue, state, gaps);
            }
        }
        for id in &self.vocabulary.texts {
            let file = format!("locales/{}", locale.language);
            let used = Use { file: &file, line: 0, kind: "code".to_owned() };
            self.message(locale, id, used, gaps);
        }
    }

    fn texts_of(&mut self, locale: &LocaleIndex, dialogue: &Dialogue, state: &State, gaps: &mut Gaps) {
        let Some(screen) = &state.screen else { return };
        let used = Use { file: &dialogue.file, line: state.screen_line, kind: format!("screen of `{}`", state.name) };
        self.message(locale, screen, used, gaps);
        for (key, line) in state.keys().filter(|(key, _)| !matches!(key, Key::Each { .. })) {
            let name = key.name();
            let attribute = locale.messages.get(screen).is_some_and(|message| message.attributes.contains_key(name));
            let id = format!("button-{name}");
            if !attribute && !locale.messages.contains_key(&id) {
                let what = format!("the button `{name}` of `{}` has no label in `{}`", state.name, locale.language);
                let mend = format!("add the attribute `.{name}` to `{screen}`, or the message `{id}`");
                self.flaw(&dialogue.file, line, what, mend);
                gaps.insert((locale.language.clone(), screen.clone(), Some(name.to_owned())));
                gaps.insert((locale.language.clone(), id, None));
            }
        }
    }

    fn message(&mut self, locale: &LocaleIndex, id: &str, used: Use, gaps: &mut Gaps) {
        if locale.messages.contains_key(id) {
            return;
        }
        let what = format!("the {} has no text `{id}` in `{}`", used.kind, locale.language);
        let near = suggest(id, locale.messages.keys().map(String::as_str));
        // A list of all texts would help nobody.
        let near = Some(near).filter(|near| near.starts_with("write")).map(|near| format!(", or {near}"));
        let mend = format!("add the message `{id}` to locales/{}{}", locale.language, near.unwrap_or_default());
        self.flaw(used.file, used.line, what, mend);
        gaps.insert((locale.language.clone(), id.to_owned(), None));
    }

    /// Every message in every language, with the same attributes and variables. The first language that has a message
    /// is what the others are held against.
    fn locales_agree(&mut self, locales: &[LocaleIndex], gaps: &Gaps) {
        let mut models: BTreeMap<&str, (&LocaleIndex, &MessageIndex)> = BTreeMap::new();
        for locale in locales {
            for (id, message) in &locale.messages {
                models.entry(id).or_insert((locale, message));
            }
        }
        for (id, (first, model)) in models {
            for locale in locales.iter().filter(|locale| locale.language != first.language) {
                match locale.messages.get(id) {
                    Some(message) => self.messages_agree(id, (first, model), (locale, message), gaps),
                    None if gaps.contains(&(locale.language.clone(), id.to_owned(), None)) => {}
                    None => {
                        let what = format!("`{id}` is in `{}`, but not in `{}`", first.language, locale.language);
                        let mend = format!("add it to locales/{}, or take it out", locale.language);
                        self.flaw(&model.file, model.line, what, mend);
                    }
                }
            }
        }
    }

    fn messages_agree(
        &mut self,
        id: &str,
        (first, model): (&LocaleIndex, &MessageIndex),
        (locale, message): (&LocaleIndex, &MessageIndex),
        gaps: &Gaps,
    ) {
        self.variables_agree(id, (first, &model.variables), (locale, message, &message.variables));
        for (name, variables) in &model.attributes {
            match message.attributes.get(name) {
                Some(others) => {
                    self.variables_agree(&format!("{id}.{name}"), (first, variables), (locale, message, others));
                }
                None => self.attribute_missing(id, name, model, (first, locale), gaps),
            }
        }
        for name in message.attributes.keys().filter(|name| !model.attributes.contains_key(*name)) {
            self.attribute_missing(id, name, message, (locale, first), gaps);
        }
    }

    fn attribute_missing(
        &mut self,
        id: &str,
        name: &str,
        at: &MessageIndex,
        (there, here): (&LocaleIndex, &LocaleIndex),
        gaps: &Gaps,
    ) {
        if !gaps.contains(&(here.language.clone(), id.to_owned(), Some(name.to_owned()))) {
            let what = format!("`{id}.{name}` is in `{}`, but not in `{}`", there.language, here.language);
            let mend = format!("add it to `{id}` in locales/{}, or take it out", here.language);
            self.flaw(&at.file, at.line, what, mend);
        }
    }

    fn variables_agree(
        &mut self,
        id: &str,
        (first, expected): (&LocaleIndex, &BTreeSet<String>),
        (locale, message, found): (&LocaleIndex, &MessageIndex, &BTreeSet<String>),
    ) {
        if expected != found {
            let (here, there) = (spelled(found), spelled(expected));
            let what = format!("`{id}` uses {here} in `{}`, but {there} in `{}`", locale.language, first.language);
            self.flaw(&message.file, message.line, what, "use the same variables in both");
        }
    }
}

fn spelled(variables: &BTreeSet<String>) -> String {
    if variables.is_empty() {
        return "no variable".to_owned();
    }
    variables.iter().map(|name| format!("${name}")).collect::<Vec<_>>().join(", ")
}
