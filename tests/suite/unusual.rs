//! Anything at all that people can send: answered kindly, and never fatal.

use pixelai::emulator::{Other, Person};
use serde_json::Value;

use crate::support::bot::{Bot, photo};

/// What the bot has said since, edits and toasts included.
async fn answered(bot: &Bot, person: &Person, what: &str, act: impl FnOnce(&Person) -> u64) {
    let before = person.transcript().len() + person.toasts().len();
    act(person);
    bot.quiet().await;
    let transcript = person.transcript();
    let told = transcript.get(before.min(transcript.len())..).unwrap_or_default();
    assert!(
        told.contains("\n< ") || told.starts_with("< ") || !person.toasts().is_empty(),
        "{what}: silence\n{transcript}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_person_sends_is_answered() {
    let bot = Bot::start().await;
    let ann = bot.person("<b>Ann</b> & \u{202e}co", "en");
    let kinds = [Other::Sticker, Other::Voice, Other::Video, Other::Location, Other::Contact, Other::Poll];
    for kind in kinds {
        answered(&bot, &ann, &format!("{kind:?} first"), |ann| ann.sends_other(kind)).await;
    }
    for state in ["/start", "/templates", "/topup", "/paysupport", "/settings"] {
        ann.sends_text(state);
        bot.quiet().await;
        for kind in kinds {
            answered(&bot, &ann, &format!("{kind:?} in {state}"), |ann| ann.sends_other(kind)).await;
        }
    }
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_person_writes_is_answered() {
    let bot = Bot::start().await;
    let ann = bot.person("Ann", "en");
    let long = "word ".repeat(819);
    let texts = [
        "hello",
        "🙂🙂🙂",
        "<b>bold</b> & <script>",
        "שלום, \u{202e}reversed",
        "/nonsense",
        "/",
        "/start@pixelai_bot deep-link",
        "/START",
        "{ $name }",
        long.as_str(),
    ];
    for text in texts {
        answered(&bot, &ann, text, |ann| ann.sends_text(text)).await;
    }
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_labels_are_shown_as_they_are() {
    let bot = Bot::start().await;
    let ann = bot.person("<b>Ann</b> & {co}", "en");
    ann.sends_text("/start");
    bot.quiet().await;
    assert!(ann.transcript().contains("Hi, <b>Ann</b> & {co}!"), "{}", ann.transcript());
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forwarded_album_is_taken_as_photos() {
    let bot = Bot::start().await;
    let ann = bot.person("Ann", "en");
    ann.sends_text("/start");
    bot.quiet().await;
    answered(&bot, &ann, "a forwarded album", |ann| ann.sends_other(Other::ForwardAlbum)).await;
    answered(&bot, &ann, "a captioned photo", |ann| ann.sends_captioned_photo(photo(1), "/start")).await;
    bot.shutdown().await;
}

/// What was edited was answered when it was new.
#[tokio::test(flavor = "multi_thread")]
async fn an_edited_message_is_ignored_on_purpose() {
    let bot = Bot::start().await;
    let ann = bot.person("Ann", "en");
    ann.sends_text("/start");
    bot.quiet().await;
    let before = bot_messages(&ann);
    ann.sends_other(Other::Edited);
    bot.quiet().await;
    assert_eq!(bot_messages(&ann), before);
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_presses_are_answered_and_do_nothing() {
    let bot = Bot::start().await;
    let ann = bot.person("Ann", "en");
    ann.sends_text("/help");
    bot.quiet().await;
    let message = ann.last().expect("a message")["message_id"].as_i64().expect("an id");
    let long = "x".repeat(64);
    for data in ["x", "::::", "0:0:pay", "\u{1f642}", "' OR 1=1", long.as_str()] {
        let before = ann.toasts().len();
        ann.presses_data(message, data).expect("a press");
        bot.quiet().await;
        let answers = bot.emulator.requests();
        let answered = answers.iter().filter(|request| request.method == "answerCallbackQuery").count();
        assert!(answered > 0 && ann.toasts().len() >= before, "{data}");
    }
    assert_eq!(bot.balance(&ann).await, 10);
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_persons_flood_leaves_the_others_served() {
    let bot = Bot::start().await;
    let (flooder, ann) = (bot.person("Flo", "en"), bot.person("Ann", "en"));
    for number in 0..200 {
        flooder.sends_text(&format!("message {number}"));
    }
    ann.sends_text("/start");
    ann.sees("Hi, Ann!").await.expect("a greeting in spite of the flood");
    bot.quiet().await;
    flooder.sends_text("/balance");
    flooder.sees_next("You have").await.expect("the flooder is not shut out for good");
    bot.shutdown().await;
}

fn bot_messages(person: &Person) -> Vec<Value> {
    person.messages().into_iter().filter(|message| message["from"]["is_bot"] == true).collect()
}
