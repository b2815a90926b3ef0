//! Numbers and dates as each language writes them, by the rules of Unicode's CLDR.

use chrono::{DateTime, Datelike, Utc};
use fluent::FluentValue;
use icu_datetime::DateTimeFormatter;
use icu_datetime::fieldsets::{MD, YMD};
use icu_datetime::input::Date;
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::{Locale, locale};

use crate::domain::Language;

/// The formatters of one language; making one takes far longer than using it.
struct Formats {
    number: DecimalFormatter,
    date: DateTimeFormatter<YMD>,
    day: DateTimeFormatter<MD>,
}

thread_local! {
    // A set a thread, because ICU's formatters share their data without locks and so cannot cross threads.
    static ENGLISH: Option<Formats> = Formats::load(locale!("en-GB"));
    static RUSSIAN: Option<Formats> = Formats::load(locale!("ru"));
}

impl Formats {
    /// Nothing where the data compiled into the program lacks the locale; then plain forms are shown.
    fn load(locale: Locale) -> Option<Self> {
        Some(Self {
            number: DecimalFormatter::try_new((&locale).into(), Default::default()).ok()?,
            date: DateTimeFormatter::try_new((&locale).into(), YMD::long()).ok()?,
            day: DateTimeFormatter::try_new((&locale).into(), MD::medium()).ok()?,
        })
    }

    /// Uses the formatters of a language, if there are any.
    fn with<T>(language: Language, use_them: impl FnOnce(&Self) -> Option<T>) -> Option<T> {
        match language {
            // British dates, “22 November 2026”: most readers of English are not American, and nobody misreads them.
            Language::En => ENGLISH.with(|formats| use_them(formats.as_ref()?)),
            Language::Ru => RUSSIAN.with(|formats| use_them(formats.as_ref()?)),
        }
    }
}

/// A number with its thousands grouped.
pub(super) fn number(language: Language, value: i64) -> String {
    let written = Formats::with(language, |formats| Some(formats.number.format(&Decimal::from(value)).to_string()));
    written.unwrap_or_else(|| value.to_string())
}

/// A date with its year, as it is in UTC.
pub(super) fn date(language: Language, value: DateTime<Utc>) -> String {
    let written = Formats::with(language, |formats| {
        let date = Date::try_new_iso(value.year(), value.month() as u8, value.day() as u8).ok()?;
        Some(formats.date.format(&date).to_string())
    });
    written.unwrap_or_else(|| value.format("%Y-%m-%d").to_string())
}

/// A date without its year, as it is in UTC.
pub(super) fn day(language: Language, value: DateTime<Utc>) -> String {
    let written = Formats::with(language, |formats| {
        let date = Date::try_new_iso(value.year(), value.month() as u8, value.day() as u8).ok()?;
        Some(formats.day.format(&date).to_string())
    });
    written.unwrap_or_else(|| value.format("%m-%d").to_string())
}

/// How a bundle of this language writes whole numbers; anything else it writes as Fluent does.
pub(super) fn written(language: Language, value: &FluentValue<'_>) -> Option<String> {
    match value {
        FluentValue::Number(n) if n.options.use_grouping && n.value.fract() == 0.0 => {
            Some(number(language, n.value as i64))
        }
        _ => None,
    }
}
