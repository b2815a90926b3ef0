//! The first minute: start, the menu, pages of words.

use pixelai::domain::Language;

use super::{Actor, in_both_languages};
use crate::support::bot::Bot;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_starts_is_greeted_with_a_menu_and_credits() {
    in_both_languages!("start", start);
}

async fn start(language: Language) -> String {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, language).await;
    ann.writes("/help").await;
    ann.presses("Terms", "Условия").await;
    ann.writes("/privacy").await;
    ann.presses("Menu", "Меню").await;
    ann.presses("Avatars", "Аватары").await;
    ann.presses("Balance", "Баланс").await;
    ann.presses("History", "История").await;
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

/// An old reply keyboard stays on the screen after the language was changed elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn the_menu_is_understood_in_the_other_language() {
    in_both_languages!("menu-in-the-other-language", other_language);
}

async fn other_language(language: Language) -> String {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, language).await;
    ann.writes(ann.says("💎 Баланс", "💎 Balance")).await;
    ann.writes(ann.says("⚙️ Настройки", "⚙️ Settings")).await;
    let told = ann.transcript();
    bot.shutdown().await;
    told
}
