//! How texts are chosen, filled in and read from disk.

use std::fs;

use chrono::{DateTime, TimeZone, Utc};

use super::*;

fn texts() -> Texts {
    Texts::embedded().expect("the built texts are readable")
}

/// Texts made of one file in English and one in Russian.
fn texts_of(en: &str, ru: &str) -> Result<Texts, TextError> {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for (language, text) in [("en", en), ("ru", ru)] {
        fs::create_dir(dir.path().join(language)).expect("a folder");
        fs::write(dir.path().join(language).join("all.ftl"), text).expect("a file");
    }
    Texts::from_dir(dir.path())
}

fn november() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 23, 59, 59).single().expect("a date")
}

#[test]
fn russian_counts_credits_as_russians_do() {
    let texts = texts();
    let paid = |credits| texts.get(Language::Ru, "note-paid", &Args::default().number("credits", credits));
    assert_eq!(paid(1), "Спасибо! 1\u{a0}кредит уже на балансе.");
    assert_eq!(paid(2), "Спасибо! 2\u{a0}кредита уже на балансе.");
    assert_eq!(paid(5), "Спасибо! 5\u{a0}кредитов уже на балансе.");
    assert_eq!(paid(21), "Спасибо! 21\u{a0}кредит уже на балансе.");
    assert_eq!(paid(111), "Спасибо! 111\u{a0}кредитов уже на балансе.");
}

#[test]
fn english_counts_credits_as_the_english_do() {
    let texts = texts();
    let paid = |credits| texts.get(Language::En, "note-paid", &Args::default().number("credits", credits));
    assert_eq!(paid(1), "Thank you! 1\u{a0}credit is on your balance.");
    assert_eq!(paid(21), "Thank you! 21\u{a0}credits are on your balance.");
}

#[test]
fn thousands_are_grouped_in_each_language() {
    let texts = texts();
    let menu = |language| texts.get(language, "menu", &Args::default().text("name", "Ann").number("balance", 1250));
    assert!(menu(Language::En).contains("1,250\u{a0}credits"), "{}", menu(Language::En));
    assert!(menu(Language::Ru).contains("1\u{a0}250\u{a0}кредитов"), "{}", menu(Language::Ru));
}

#[test]
fn dates_are_written_as_each_language_writes_them() {
    let texts = texts_of("on = { $date }", "on = { $date }").expect("texts");
    let date = |language| texts.get(language, "on", &Args::default().date("date", november()));
    let day = |language| texts.get(language, "on", &Args::default().day("date", november()));
    assert_eq!(date(Language::En), "22 November 2026");
    assert_eq!(date(Language::Ru), "22 ноября 2026\u{202f}г.");
    assert_eq!(day(Language::En), "22 Nov");
    assert_eq!(day(Language::Ru), "22 нояб.");
}

#[test]
fn somebodys_words_are_escaped_in_html_and_only_there() {
    let texts = texts_of("hello = <b>{ $name }</b>", "hello = <b>{ $name }</b>").expect("texts");
    let args = Args::default().text("name", "<Tom> & \"Co\"");
    assert_eq!(texts.get(Language::En, "hello", &args), "<b>&lt;Tom&gt; &amp; &quot;Co&quot;</b>");
    assert_eq!(texts.plain(Language::En, "hello", &args), "<b><Tom> & \"Co\"</b>");
    let done = Args::default().html("name", "<i>Tom</i>");
    assert_eq!(texts.get(Language::En, "hello", &done), "<b><i>Tom</i></b>");
}

#[test]
fn a_label_is_the_screens_own_or_the_shared_one() {
    let texts = texts();
    let none = Args::default();
    assert_eq!(texts.label(Language::En, "settings", "back", &none), "🏠 Menu");
    assert_eq!(texts.label(Language::En, "settings-language", "back", &none), "← Back");
    assert_eq!(
        texts.label(Language::Ru, "topup-invoice", "pay", &Args::default().number("stars", 1250)),
        "Заплатить 1\u{a0}250\u{a0}⭐"
    );
}

#[test]
fn a_missing_text_is_said_in_english_or_by_its_id() {
    let texts = texts_of("only-english = Hello\nboth = Yes", "both = Да").expect("texts");
    assert_eq!(texts.get(Language::Ru, "only-english", &Args::default()), "Hello");
    assert_eq!(texts.get(Language::Ru, "nowhere", &Args::default()), "nowhere");
    assert_eq!(texts.attribute(Language::Ru, "both", "nothing", &Args::default()), None);
}

#[test]
fn a_missing_value_leaves_the_rest_of_the_text_readable() {
    let texts = texts_of("hi = Hi, { $name }!", "hi = Привет, { $name }!").expect("texts");
    assert_eq!(texts.get(Language::En, "hi", &Args::default()), "Hi, {$name}!");
}

#[test]
fn the_later_value_of_a_merge_holds() {
    let texts = texts_of("n = { $a }{ $b }", "n = { $a }{ $b }").expect("texts");
    let args = Args::default().number("a", 1).number("b", 2).merge(&Args::default().number("b", 3));
    assert_eq!(texts.get(Language::En, "n", &args), "13");
}

#[test]
fn a_menu_button_is_known_in_either_language() {
    let texts = texts();
    assert_eq!(texts.menu_button("📂 Templates").as_deref(), Some("templates"));
    assert_eq!(texts.menu_button("📂 Шаблоны").as_deref(), Some("templates"));
    assert_eq!(texts.menu_button("Шаблоны"), None);
}

#[test]
fn a_menu_button_is_known_without_its_variation_selector_and_with_spaces() {
    let texts = texts();
    assert_eq!(texts.menu_button("⚙️ Настройки").as_deref(), Some("settings"));
    assert_eq!(texts.menu_button(" ⚙ Настройки \n").as_deref(), Some("settings"));
    assert_eq!(texts.menu_button("🖼\u{fe0f} History").as_deref(), Some("history"));
}

#[test]
fn the_index_knows_where_a_message_stands_and_what_it_wants() {
    let en = "# A note\n-brand = X\n\nfirst = { -brand } { $a }\nsecond =\n    { $n ->\n        [0] none\n       *[other] { first }\n    }\n    .button = { $b } { third.part }\nthird = T\n    .part = { NUMBER($c) }\n";
    let index = &texts_of(en, en).expect("texts").index()[0];
    assert_eq!(index.language, "en");
    let second = &index.messages["second"];
    assert!(second.file.ends_with("en/all.ftl"));
    assert_eq!(second.line, 5);
    assert_eq!(second.variables.iter().collect::<Vec<_>>(), ["a", "n"]);
    assert_eq!(second.attributes["button"].iter().collect::<Vec<_>>(), ["b", "c"]);
}

#[test]
fn a_broken_text_stops_the_start_with_its_place() {
    let fault = texts_of("good = Good\n\nbad = { $open\n", "good = Да").expect_err("a fault").to_string();
    assert!(fault.contains("en/all.ftl:3: "), "{fault}");
}

#[test]
fn a_message_that_stands_twice_stops_the_start_with_both_places() {
    let fault = texts_of("a = A\nb = B\na = C\n", "a = A").expect_err("a fault").to_string();
    assert!(fault.contains("en/all.ftl:3: `a` stands already in ") && fault.contains("en/all.ftl:1;"), "{fault}");
    let term = texts_of("-t = A\n-t = B\n", "a = A").expect_err("a fault").to_string();
    assert!(term.contains("en/all.ftl:2: `-t` stands already in "), "{term}");
}

#[test]
fn a_language_without_texts_or_without_readers_stops_the_start() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for language in ["en", "ru"] {
        fs::create_dir(dir.path().join(language)).expect("a folder");
    }
    fs::write(dir.path().join("en/all.ftl"), "a = A").expect("a file");
    let missing = Texts::from_dir(dir.path()).expect_err("a fault").to_string();
    assert!(missing.contains("ru: holds no .ftl file"), "{missing}");
    fs::create_dir(dir.path().join("de")).expect("a folder");
    let unknown = Texts::from_dir(dir.path()).expect_err("a fault").to_string();
    assert!(unknown.contains("de: is no language that PIXEL AI speaks (en, ru)"), "{unknown}");
}

#[test]
fn texts_are_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    let texts = texts();
    shared(&texts);
    let other = texts.clone();
    let there = std::thread::spawn(move || other.get(Language::Ru, "note-kept", &Args::default()));
    assert_eq!(there.join().expect("the thread"), texts.get(Language::Ru, "note-kept", &Args::default()));
}
