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
