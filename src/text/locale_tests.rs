//! What must hold of every text in every language.

use chrono::DateTime;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Resource};
use fluent_syntax::parser;

use super::*;

/// Latin words that a Russian text may hold.
const LATIN_IN_RUSSIAN: [&str; 12] = [
    "PIXEL", "AI", "Telegram", "JPEG", "PNG", "WebP", "English", // What admins type.
    "on", "off", "price", "place", "force",
];
/// Cyrillic words that an English text may hold.
const CYRILLIC_IN_ENGLISH: [&str; 1] = ["Русский"];
/// Numbers that choose every plural of both languages, and a long one.
const NUMBERS: [i64; 8] = [0, 1, 2, 5, 21, 111, -1, 1250];

fn texts() -> Texts {
    Texts::embedded().expect("the built texts are readable")
}

/// Sample values for all variables that any text has.
fn sample(number: i64) -> Vec<Args> {
    let numbers = [
        "balance",
        "held",
        "amount",
        "photo_hours",
        "original_days",
        "stars",
        "photos",
        "price",
        "number",
        "total",
        "wanted",
        "got",
        "count",
        "ahead",
        "percent",
        "seconds",
        "missing",
        "credits",
        "bonus",
        "page",
        "pages",
        "limit",
        "width",
        "height",
        "min",
        "megapixels",
        "max",
        "pet",
        "days",
        "avatar_days",
        "minutes",
        "left",
        "people",
        "back",
    ];
    let words = [
        "name",
        "entries",
        "payments",
        "title",
        "description",
        "bar",
        "language",
        "person",
        "text",
        "reason",
        "provider",
        "bot",
        "charge",
        "emoji",
        "avatar",
        "words",
        "lines",
    ];
    let args = numbers.into_iter().fold(Args::default(), |args, name| args.number(name, number));
    let args = words.into_iter().fold(args, |args, name| args.text(name, "Ёж & Co"));
    let args = args.date("date", DateTime::UNIX_EPOCH);
    let kinds =
        ["grant", "topup", "hold", "capture", "void", "refund", "take", "training", "man", "woman", "pet", "other"];
    let states = [
        "queued",
        "painting",
        "finishing",
        "training",
        "trained",
        "collecting",
        "returned",
        "answered",
        "declined",
        "succeeded",
        "chosen",
    ];
    let choices = kinds.iter().zip(states.iter().cycle());
    let yes_and_no = ["yes", "no"].iter().cycle();
    let subjects = ["car", "pet", "person"].iter().cycle();
    choices
        .zip(yes_and_no.zip(subjects))
        .map(|((kind, state), (yes, subject))| {
            let args = args.clone().text("kind", *kind).text("state", *state).text("subject", *subject);
            args.text("named", *yes).text("worded", *yes).text("late", *yes).text("whose", *yes)
        })
        .collect()
}

/// Calls `check` with every message (attribute `None`) and attribute, in every language, filled in every way.
fn for_each_text(mut check: impl FnMut(Language, &str, Option<&str>, &str)) {
    let texts = texts();
    for language in Language::ALL {
        let locale = texts.locale(language);
        for (id, message) in &locale.index.messages {
            let attributes = message.attributes.keys().map(|name| Some(name.as_str()));
            for attribute in attributes.chain([None]) {
                let form = if attribute.is_some() || is_plain(id) { Form::Plain } else { Form::Html };
                for args in NUMBERS.into_iter().flat_map(sample) {
                    let (text, faults) = locale.fill(language, id, attribute, &args, form).expect("a text");
                    assert!(faults.is_empty(), "{language:?} {id} {attribute:?}: {faults:?}");
                    check(language, id, attribute, &text);
                }
            }
        }
    }
}

/// Whether people see this message where there is no markup.
fn is_plain(id: &str) -> bool {
    let beginnings = ["button-", "menu-", "keepsake-", "command-", "toast-", "checkout-", "topup-invoice-", "bot-"];
    ["topup-pack", "train-item"].contains(&id) || beginnings.iter().any(|beginning| id.starts_with(beginning))
}

fn is_label(id: &str, attribute: Option<&str>) -> bool {
    attribute.is_some() || id == "topup-pack" || ["button-", "menu-", "keepsake-"].iter().any(|b| id.starts_with(b))
}

#[test]
fn both_languages_have_the_same_messages_attributes_and_variables() {
    let shape = |locale: &LocaleIndex| {
        let messages = locale.messages.iter();
        let shape = messages.map(|(id, m)| (id.clone(), (m.variables.clone(), m.attributes.clone())));
        shape.collect::<std::collections::BTreeMap<_, _>>()
    };
    let index = texts().index();
    let (en, ru) = (shape(&index[0]), shape(&index[1]));
    for (id, wanted) in &en {
        assert_eq!(ru.get(id), Some(wanted), "`{id}` differs in Russian");
    }
    let only_russian: Vec<_> = ru.keys().filter(|id| !en.contains_key(*id)).collect();
    assert!(only_russian.is_empty(), "{only_russian:?} are missing in English");
}

#[test]
fn both_languages_keep_a_message_in_the_same_file() {
    let index = texts().index();
    for (id, message) in &index[0].messages {
        assert_eq!(index[1].messages[id].file, message.file.replace("/en/", "/ru/"), "`{id}`");
    }
}

#[test]
fn every_text_is_filled_in_and_says_something() {
    for_each_text(|language, id, attribute, text| {
        let list_only = text.trim().is_empty();
        assert!(!list_only, "{language:?} {id} {attribute:?} is empty");
        assert!(!text.contains("{$") && !text.contains("\n\n\n"), "{language:?} {id} {attribute:?}: {text}");
    });
}

#[test]
fn labels_fit_on_a_button() {
    for_each_text(|language, id, attribute, text| {
        if is_label(id, attribute) {
            assert!(text.chars().count() <= 40, "{language:?} {id} {attribute:?}: {text}");
            assert!(!text.contains('\n'), "{language:?} {id} {attribute:?} has more than one line");
        }
    });
}

/// The Bot API's limits: setMyDescription, setMyShortDescription, setMyCommands, sendInvoice, answerCallbackQuery,
/// captions and messages.
#[test]
fn texts_fit_where_telegram_shows_them() {
    for_each_text(|language, id, _, text| {
        let limit = match id {
            "bot-description" => 512,
            "bot-short-description" => 120,
            "topup-invoice-title" => 32,
            "topup-invoice-description" => 255,
            _ if id.starts_with("toast-") || id.starts_with("checkout-") => 200,
            _ if id.starts_with("command-") => 256,
            _ if id.starts_with("letter-") || id == "generate-gallery" => 1024,
            _ => 4096,
        };
        let length = text.encode_utf16().count();
        assert!(length <= limit, "{language:?} {id} has {length} of {limit} characters: {text}");
    });
}

#[test]
fn markup_is_telegrams_and_stands_only_where_it_is_read() {
    for_each_text(|language, id, attribute, text| {
        if attribute.is_some() || is_plain(id) {
            assert!(!text.contains('<') && !text.contains("&amp;"), "{language:?} {id} {attribute:?}: {text}");
        } else {
            assert_eq!(open_tags(text), Vec::<&str>::new(), "{language:?} {id}: {text}");
        }
    });
}

/// The tags that are opened and not closed; a foreign or misplaced tag counts as open.
fn open_tags(html: &str) -> Vec<&str> {
    let mut open = Vec::new();
    for piece in html.split('<').skip(1) {
        let tag = piece.split('>').next().unwrap_or_default();
        match tag.strip_prefix('/') {
            Some(name) if open.last() == Some(&name) => {
                open.pop();
            }
            _ => open.push(tag),
        }
    }
    let known = ["b", "i", "code", "blockquote"];
    open.extend(html.split('<').skip(1).filter_map(|piece| piece.split('>').next()).filter(|tag| {
        let name = tag.trim_start_matches('/');
        !known.contains(&name)
    }));
    open
}

#[test]
fn no_language_slips_into_the_other() {
    for (language, files) in load::embedded().expect("the built texts are readable") {
        for file in files {
            let resource = parser::parse(file.text.as_str()).expect("a text that parses");
            for word in words(&resource) {
                let foreign = match language {
                    Language::En => word.chars().any(is_cyrillic) && !CYRILLIC_IN_ENGLISH.contains(&word.as_str()),
                    Language::Ru => {
                        word.chars().any(|c| c.is_ascii_alphabetic()) && !LATIN_IN_RUSSIAN.contains(&word.as_str())
                    }
                };
                assert!(!foreign, "{}: “{word}” is not of this language", file.name);
            }
        }
    }
}

fn is_cyrillic(c: char) -> bool {
    ('\u{400}'..='\u{52f}').contains(&c)
}

/// The words of all texts, without tags and commands.
fn words(resource: &Resource<&str>) -> Vec<String> {
    let mut text = String::new();
    for entry in &resource.body {
        match entry {
            Entry::Message(message) => {
                message.value.iter().for_each(|value| collect(value, &mut text));
                for attribute in &message.attributes {
                    text.push('\n');
                    collect(&attribute.value, &mut text);
                }
                text.push('\n');
            }
            Entry::Term(term) => collect(&term.value, &mut text),
            _ => {}
        }
    }
    let without_tags: String = text.split('<').map(|piece| piece.rsplit('>').next().unwrap_or_default()).collect();
    let tokens = without_tags.split_whitespace().filter(|token| !token.starts_with('/'));
    let words = tokens.flat_map(|token| token.split(|c: char| !c.is_alphabetic()));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn collect(pattern: &Pattern<&str>, text: &mut String) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => text.push_str(value),
            PatternElement::Placeable { expression } => collect_expression(expression, text),
        }
    }
}

fn collect_expression(expression: &Expression<&str>, text: &mut String) {
    match expression {
        Expression::Select { variants, .. } => {
            for variant in variants {
                text.push('\n');
                collect(&variant.value, text);
            }
        }
        Expression::Inline(InlineExpression::StringLiteral { value }) => text.push_str(value),
        Expression::Inline(_) => text.push(' '),
    }
}
