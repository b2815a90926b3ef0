//! A question about a payment, and what an admin can do about it.

use pixelai::domain::Language;
use pixelai::emulator::PayResult;

use super::actor::unnumbered;
use super::{Actor, in_both_languages};
use crate::support::bot::{Bot, BotOptions};

/// The emulator's first person.
pub const ADMIN: i64 = 1_000_001;
const PACK: &str = "50\u{a0}⭐ →";

/// A bot with an admin who has pressed Start, and somebody with 55 bought credits.
async fn bot() -> Bot {
    Bot::start_with(BotOptions { admins: vec![ADMIN], ..BotOptions::default() }).await
}

async fn buys(ann: &Actor<'_>) {
    ann.writes("/topup").await;
    ann.presses(PACK, PACK).await;
    assert!(matches!(ann.pays().await, PayResult::Paid { .. }));
}

async fn asks(ann: &Actor<'_>) {
    ann.writes("/paysupport").await;
    ann.writes(ann.says("Please give it <back>", "Верните, <пожалуйста>")).await;
}

fn both(admin: &Actor<'_>, ann: &Actor<'_>) -> String {
    unnumbered(&format!("--- the admin ---\n{}\n--- Ann ---\n{}", admin.transcript(), ann.transcript()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_in_the_persons_chat() {
    in_both_languages!("question-answered", answered);
}

async fn answered(language: Language) -> String {
    let bot = bot().await;
    let admin = Actor::started(&bot, language).await;
    assert_eq!(admin.person.id(), ADMIN);
    let ann = Actor::started(&bot, language).await;
    asks(&ann).await;
    admin.presses("Answer", "Ответить").await;
    admin
        .writes(admin.says("There is no payment of yours & nothing is lost", "Платежей нет, и ничего не пропало"))
        .await;
    // The button stays, and says what has become of it.
    admin.presses("Answer", "Ответить").await;
    let told = both(&admin, &ann);
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn stars_go_back_by_the_button_under_the_question() {
    in_both_languages!("question-returned", returned);
}

async fn returned(language: Language) -> String {
    let bot = bot().await;
    let admin = Actor::started(&bot, language).await;
    let ann = Actor::started(&bot, language).await;
    buys(&ann).await;
    asks(&ann).await;
    admin.presses("Give the Stars back", "Вернуть звёзды").await;
    assert_eq!((ann.person.stars(), bot.balance(&ann.person).await), (500, 10));
    admin.presses("Give the Stars back", "Вернуть звёзды").await;
    assert_eq!(ann.person.stars(), 500);
    let told = both(&admin, &ann);
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_sum_is_asked_about_first() {
    in_both_languages!("question-large", large);
}

async fn large(language: Language) -> String {
    let bot = bot().await;
    let admin = Actor::started(&bot, language).await;
    let ann = Actor::started(&bot, language).await;
    bot.sql("UPDATE packs SET stars = 600, bonus = 100 WHERE stars = 50").await;
    bot.reload_catalog().await;
    ann.person.has_stars(1000);
    ann.writes("/topup").await;
    ann.presses("600\u{a0}⭐ →", "600\u{a0}⭐ →").await;
    assert!(matches!(ann.pays().await, PayResult::Paid { .. }));
    asks(&ann).await;
    admin.presses("Give the Stars back", "Вернуть звёзды").await;
    assert_eq!(ann.person.stars(), 400, "not before it is said twice");
    admin.presses("Give them back", "Да, вернуть").await;
    assert_eq!((ann.person.stars(), bot.balance(&ann.person).await), (1000, 10));
    let told = both(&admin, &ann);
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn spent_credits_are_asked_about_first_and_a_question_can_be_declined() {
    in_both_languages!("question-spent-and-declined", spent_and_declined);
}

async fn spent_and_declined(language: Language) -> String {
    let bot = bot().await;
    let admin = Actor::started(&bot, language).await;
    let ann = Actor::started(&bot, language).await;
    buys(&ann).await;
    ann.orders_cabin().await;
    ann.orders_cabin().await;
    ann.orders_cabin().await;
    asks(&ann).await;
    admin.presses("Give the Stars back", "Вернуть звёзды").await;
    admin.presses("Back", "Назад").await;
    admin.presses("Give the Stars back", "Вернуть звёзды").await;
    admin.presses("all the same", "Всё равно").await;
    assert_eq!((ann.person.stars(), bot.balance(&ann.person).await), (500, 0));
    asks(&ann).await;
    admin.presses("Answer", "Ответить").await;
    admin.presses("Decline", "отказать").await;
    let told = unnumbered(&format!("--- the admin ---\n{}", admin.transcript()));
    assert!(ann.transcript().contains(ann.says("We’ve looked into it", "Мы всё проверили")));
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_an_admin_gets_anywhere_with_these_buttons() {
    let bot = bot().await;
    let admin = Actor::started(&bot, Language::En).await;
    let ann = Actor::started(&bot, Language::En).await;
    buys(&ann).await;
    asks(&ann).await;
    let (message, _) = ann.newest_button().expect("a button");
    for data in ["k:give_back:1", "k:answer:1", "k:give_back:99", "k:answer:ю", "k:give_back"] {
        ann.person.presses_data(message, data).expect("it can be pressed");
        bot.quiet().await;
    }
    assert_eq!((ann.person.stars(), bot.balance(&ann.person).await), (450, 65));
    assert_eq!(bot.number("SELECT count(*) FROM admin_acts").await, 0);
    drop(admin);
    bot.shutdown().await;
}
