//! What fills the variables of a text.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use fluent::{FluentArgs, FluentValue};

use super::formats;
use crate::domain::Language;

/// The values of a text's variables, in any language; how they look is decided when the text is formatted.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Args(Vec<(Cow<'static, str>, Value)>);

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(String),
    Html(String),
    Number(i64),
    Date(DateTime<Utc>),
    Day(DateTime<Utc>),
}

/// What the text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Html,
    Plain,
}

impl Args {
    /// Somebody's words, or a word that a selector chooses by; escaped in HTML.
    #[must_use]
    pub fn text(self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.with(name, Value::Text(value.into()))
    }

    /// A text that is already Telegram's HTML, such as one made by [`super::Texts::get`].
    #[must_use]
    pub fn html(self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.with(name, Value::Html(value.into()))
    }

    /// A whole number: chooses plurals, and is shown with its thousands grouped.
    #[must_use]
    pub fn number(self, name: impl Into<Cow<'static, str>>, value: i64) -> Self {
        self.with(name, Value::Number(value))
    }

    /// A date in full, such as “22 November 2026”, as it is in UTC.
    #[must_use]
    pub fn date(self, name: impl Into<Cow<'static, str>>, value: DateTime<Utc>) -> Self {
        self.with(name, Value::Date(value))
    }

    /// A day without its year, such as “22 Nov”, as it is in UTC.
    #[must_use]
    pub fn day(self, name: impl Into<Cow<'static, str>>, value: DateTime<Utc>) -> Self {
        self.with(name, Value::Day(value))
    }

    /// Both sets of values; where a name is in both, the value in `other` holds.
    #[must_use]
    pub fn merge(mut self, other: &Self) -> Self {
        self.0.extend(other.0.iter().cloned());
        self
    }

    fn with(mut self, name: impl Into<Cow<'static, str>>, value: Value) -> Self {
        self.0.push((name.into(), value));
        self
    }

    pub(super) fn to_fluent(&self, language: Language, form: Form) -> FluentArgs<'_> {
        let mut values = FluentArgs::with_capacity(self.0.len());
        for (name, value) in &self.0 {
            values.set(name.as_ref(), value.to_fluent(language, form));
        }
        values
    }
}

impl Value {
    fn to_fluent(&self, language: Language, form: Form) -> FluentValue<'_> {
        match self {
            Self::Text(text) if form == Form::Html => FluentValue::String(escape(text)),
            Self::Text(text) | Self::Html(text) => FluentValue::String(Cow::Borrowed(text)),
            Self::Number(number) => FluentValue::from(*number),
            Self::Date(date) => FluentValue::from(formats::date(language, *date)),
            Self::Day(date) => FluentValue::from(formats::day(language, *date)),
        }
    }
}

/// Escapes what Telegram's HTML gives a meaning, quotes too, so that a value may stand in an attribute of a tag.
fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}
