//! What a finished picture is good for: once more, another template, the original, the list of all.

use pixelai::domain::Language;

use super::{Actor, in_both_languages};
use crate::support::bot::{Bot, BotOptions};

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_picture_leads_on() {
    in_both_languages!("keepsakes", keepsakes);
}

async fn keepsakes(language: Language) -> String {
    let bot = Bot::start_with(BotOptions { start_balance: Some(20), ..BotOptions::default() }).await;
    let ann = Actor::started(&bot, language).await;
    ann.orders_cabin().await;
    ann.presses("Original", "Оригинал").await;
    ann.presses("Once more", "Ещё раз").await;
    ann.presses("Make it", "Создать").await;
    ann.presses("Another template", "Другой шаблон").await;
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_pictures_is_turned_and_sends_them_again() {
    in_both_languages!("history", history);
}

async fn history(language: Language) -> String {
    let bot = Bot::start_with(BotOptions { start_balance: Some(60), ..BotOptions::default() }).await;
    let ann = Actor::started(&bot, language).await;
    ann.orders_cabin().await;
    for _ in 0..5 {
        ann.presses("Once more", "Ещё раз").await;
        ann.presses("Make it", "Создать").await;
    }
    let before = ann.transcript().len();
    ann.writes("/history").await;
    ann.presses("Older", "Старше").await;
    ann.presses("6", "6").await;
    ann.presses("Newer", "Новее").await;
    ann.presses("Menu", "Меню").await;
    let told = ann.transcript()[before..].to_owned();
    bot.shutdown().await;
    told
}
