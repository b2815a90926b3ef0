//! From a template to a picture: the straight way, its turnings, and calling it off.

use pixelai::domain::Language;
use pixelai::providers::painter::Behaviour;

use super::{Actor, in_both_languages};
use crate::support::bot::{Bot, BotOptions};

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_paid_from_the_balance() {
    in_both_languages!("order", order);
}

async fn order(language: Language) -> String {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, language).await;
    ann.presses("Templates", "Шаблоны").await;
    ann.presses("Christmas", "Новый год").await;
    ann.presses("▶", "▶").await;
    ann.presses("◀", "◀").await;
    ann.presses("I want this one", "Выбираю этот").await;
    ann.sends_photo(1).await;
    ann.presses("Make it", "Создать").await;
    assert_eq!(bot.balance(&ann.person).await, 5);
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_sent_first_is_used_for_the_template_chosen_then() {
    in_both_languages!("photo-first", photo_first);
}

async fn photo_first(language: Language) -> String {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, language).await;
    ann.sends_photo(1).await;
    ann.presses("Art", "Искусство").await;
    ann.presses("I want this one", "Выбираю этот").await;
    ann.presses("Make it", "Создать").await;
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_that_are_here_stay_when_templates_is_tapped_again() {
    in_both_languages!("photo-kept", photo_kept);
}

async fn photo_kept(language: Language) -> String {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, language).await;
    ann.sends_photo(1).await;
    ann.writes(ann.says("📂 Templates", "📂 Шаблоны")).await;
    ann.presses("Art", "Искусство").await;
    ann.writes("/templates").await;
    ann.presses("Christmas", "Новый год").await;
    ann.presses("I want this one", "Выбираю этот").await;
    ann.writes("/templates").await;
    ann.presses("Christmas", "Новый год").await;
    ann.presses("I want this one", "Выбираю этот").await;
    ann.presses("Make it", "Создать").await;
    let photo = bot.number("SELECT count(*) FROM photos").await;
    assert_eq!((photo, bot.balance(&ann.person).await), (1, 5));
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_called_off_and_its_price_comes_back() {
    in_both_languages!("cancelled", cancelled);
}

async fn cancelled(language: Language) -> String {
    let bot = Bot::start().await;
    bot.painters_will(&Behaviour::Stall);
    let ann = Actor::started(&bot, language).await;
    ann.reaches_confirmation().await;
    ann.taps("Make it", "Создать");
    bot.quiet_but_for_jobs().await;
    assert_eq!(bot.balance(&ann.person).await, 5);
    ann.presses("Cancel", "Отменить").await;
    assert_eq!(bot.balance(&ann.person).await, 10);
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_calls_an_order_off_as_the_button_does_also_from_the_menu() {
    in_both_languages!("cancelled-by-command", cancelled_by_command);
}

async fn cancelled_by_command(language: Language) -> String {
    let bot = Bot::start().await;
    bot.painters_will(&Behaviour::Stall);
    let ann = Actor::started(&bot, language).await;
    ann.reaches_confirmation().await;
    ann.taps("Make it", "Создать");
    bot.quiet_but_for_jobs().await;
    ann.writes("/cancel").await;
    assert_eq!(bot.balance(&ann.person).await, 10);
    assert_eq!(bot.number("SELECT count(*) FROM generation_jobs WHERE state = 'cancelled'").await, 1);
    // The next order is left for the menu and for another page; both times it is found again.
    ann.reaches_confirmation().await;
    for deed in ["/start", "/cancel", "/balance", "/cancel"] {
        if deed == "/start" {
            ann.taps("Make it", "Создать");
            bot.quiet_but_for_jobs().await;
            // Otherwise its progress comes in between, and takes the place of what is said above it.
            bot.rest_jobs().await;
        }
        ann.person.sends_text(deed);
        bot.quiet_but_for_jobs().await;
        assert_eq!(bot.balance(&ann.person).await, 5, "{deed}");
    }
    ann.writes("/cancel").await;
    assert_eq!(bot.balance(&ann.person).await, 10);
    assert_eq!(bot.number("SELECT count(*) FROM generation_jobs WHERE state = 'cancelled'").await, 2);
    // With nothing left it leads to the menu, as it does from a page that has nothing to call off.
    ann.writes("/cancel").await;
    ann.chooses_cabin().await;
    ann.writes("/cancel").await;
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_is_repriced_or_retired_before_paying_is_not_charged() {
    in_both_languages!("repriced-and-retired", repriced_and_retired);
}

async fn repriced_and_retired(language: Language) -> String {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, language).await;
    ann.reaches_confirmation().await;
    bot.sql("UPDATE templates SET price = 6 WHERE id = 'xmas_cabin'").await;
    bot.reload_catalog().await;
    ann.presses("Make it", "Создать").await;
    bot.sql("UPDATE templates SET enabled = FALSE WHERE id = 'xmas_cabin'").await;
    bot.reload_catalog().await;
    ann.presses("Make it", "Создать").await;
    assert_eq!(bot.balance(&ann.person).await, 10);
    assert_eq!(bot.number("SELECT count(*) FROM generation_jobs").await, 0);
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fourth_order_at_a_time_waits() {
    in_both_languages!("busy", busy);
}

async fn busy(language: Language) -> String {
    let bot = Bot::start_with(BotOptions { start_balance: Some(100), ..BotOptions::default() }).await;
    bot.painters_will(&Behaviour::Stall);
    let ann = Actor::started(&bot, language).await;
    for _ in 0..4 {
        ann.person.sends_text("/templates");
        bot.quiet_but_for_jobs().await;
        for (english, russian) in [("Christmas", "Новый год"), ("I want this one", "Выбираю этот")] {
            ann.taps(english, russian);
            bot.quiet_but_for_jobs().await;
        }
        ann.person.sends_photo(crate::support::bot::photo(1));
        bot.quiet_but_for_jobs().await;
        ann.taps("Make it", "Создать");
        bot.quiet_but_for_jobs().await;
    }
    assert_eq!(bot.number("SELECT count(*) FROM generation_jobs").await, 3);
    let told = ann.transcript();
    bot.shutdown().await;
    told
}
