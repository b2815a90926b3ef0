//! What PIXEL AI says, in every language: Fluent texts from `locales/<language>/*.ftl`.
//!
//! Everything is parsed once, at the start; formatting a message afterwards parses nothing. A message is asked for
//! as Telegram's HTML ([`Texts::get`]) or as plain text ([`Texts::plain`], [`Texts::label`]), because buttons,
//! toasts and invoices know no markup and would show an `&amp;` as it stands.

mod args;
mod formats;
mod index;
mod load;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use fluent::concurrent::FluentBundle;
use fluent::{FluentError, FluentResource};
use tracing::error;

use crate::domain::Language;
use crate::engine::LocaleIndex;

pub use args::Args;
pub use load::TextError;

use args::Form;

/// The texts of every language. A clone is a pointer to the same texts.
#[derive(Clone)]
pub struct Texts(Arc<Catalogue>);

struct Catalogue {
    /// In the order of [`Language::ALL`].
    locales: Vec<Locale>,
    /// Names of menu buttons by [`bare`] label.
    menu: HashMap<String, String>,
}

/// The texts of one language.
struct Locale {
    bundle: FluentBundle<FluentResource>,
    index: LocaleIndex,
}

impl Texts {
    /// The texts that were in `locales/` when the program was built.
    ///
    /// # Errors
    /// [`TextError`], though never in a build that passed its tests.
    pub fn embedded() -> Result<Self, TextError> {
        Self::from_sources(load::embedded()?)
    }

    /// The texts in `dir/<language>/*.ftl`.
    ///
    /// # Errors
    /// [`TextError`] when a folder or file cannot be read or a text cannot be parsed; it names the place and the mend.
    pub fn from_dir(dir: &Path) -> Result<Self, TextError> {
        Self::from_sources(load::from_dir(dir)?)
    }

    fn from_sources(sources: Vec<(Language, Vec<load::Source>)>) -> Result<Self, TextError> {
        let locales: Vec<Locale> =
            sources.into_iter().map(|(language, files)| load::locale(language, files)).collect::<Result<_, _>>()?;
        let menu = locales.iter().flat_map(menu_of).collect();
        Ok(Self(Arc::new(Catalogue { locales, menu })))
    }

    /// A message as Telegram's HTML, its text arguments escaped.
    ///
    /// A missing id can only be a fault of the build; it is logged and answered with the English text, or the id.
    pub fn get(&self, language: Language, id: &str, args: &Args) -> String {
        self.message(language, id, args, Form::Html)
    }

    /// A message as plain text, nothing escaped: for toasts, invoices, commands' descriptions, menu buttons.
    pub fn plain(&self, language: Language, id: &str, args: &Args) -> String {
        self.message(language, id, args, Form::Plain)
    }

    /// An attribute of a message as plain text, or nothing where the message or the attribute does not exist.
    pub fn attribute(&self, language: Language, id: &str, attribute: &str, args: &Args) -> Option<String> {
        self.locale(language).format(language, id, Some(attribute), args, Form::Plain)
    }

    /// The label of a button, as plain text: attribute `<screen>.<button>`, else message `button-<button>`.
    pub fn label(&self, language: Language, screen: &str, button: &str, args: &Args) -> String {
        self.attribute(language, screen, button, args)
            .unwrap_or_else(|| self.plain(language, &format!("button-{button}"), args))
    }

    /// The name of the menu button (`menu-<name>`) that has this label in any language.
    ///
    /// Clients add or drop variation selectors of emoji, so neither these nor outer spaces make a difference.
    pub fn menu_button(&self, label: &str) -> Option<String> {
        self.0.menu.get(&bare(label)).cloned()
    }

    /// Which messages there are, with their variables, a language an item.
    pub fn index(&self) -> Vec<LocaleIndex> {
        self.0.locales.iter().map(|locale| locale.index.clone()).collect()
    }

    fn locale(&self, language: Language) -> &Locale {
        // `load` hands over every language in the order of `ALL`, which is the order of the enum.
        &self.0.locales[language as usize]
    }

    fn message(&self, language: Language, id: &str, args: &Args, form: Form) -> String {
        if let Some(text) = self.locale(language).format(language, id, None, args, form) {
            return text;
        }
        error!(text.id = id, language = language.code(), "the text `{id}` does not exist in `{}`", language.code());
        self.locale(Language::En).format(Language::En, id, None, args, form).unwrap_or_else(|| id.to_owned())
    }
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Texts({} languages)", self.0.locales.len())
    }
}

impl Locale {
    fn format(&self, language: Language, id: &str, attribute: Option<&str>, args: &Args, form: Form) -> Option<String> {
        let (text, faults) = self.fill(language, id, attribute, args, form)?;
        if !faults.is_empty() {
            error!(text.id = id, language = language.code(), error = ?faults, "the text `{id}` could not be filled in");
        }
        Some(text)
    }

    /// The text and what went wrong with it, such as a variable without a value.
    fn fill(
        &self,
        language: Language,
        id: &str,
        attribute: Option<&str>,
        args: &Args,
        form: Form,
    ) -> Option<(String, Vec<FluentError>)> {
        let message = self.bundle.get_message(id)?;
        let pattern = match attribute {
            Some(name) => message.get_attribute(name)?.value(),
            None => message.value()?,
        };
        let values = args.to_fluent(language, form);
        let mut faults = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&values), &mut faults);
        // An empty list at the end of a message leaves the blank line that stands before it.
        Some((text.trim_end().to_owned(), faults))
    }
}

/// The menu buttons of a locale: bare label and name.
fn menu_of(locale: &Locale) -> Vec<(String, String)> {
    let language = Language::from_code(&locale.index.language).unwrap_or(Language::En);
    let names = locale.index.messages.keys().filter_map(|id| id.strip_prefix("menu-"));
    let buttons = names.filter_map(|name| {
        let label = locale.format(language, &format!("menu-{name}"), None, &Args::default(), Form::Plain)?;
        Some((bare(&label), name.to_owned()))
    });
    buttons.collect()
}

/// A label without outer spaces and without variation selectors.
fn bare(label: &str) -> String {
    label.trim().chars().filter(|c| !matches!(c, '\u{FE0E}' | '\u{FE0F}')).collect()
}

#[cfg(test)]
mod locale_tests;
#[cfg(test)]
mod tests;
