//! What happens twice counts once: double taps, and updates that are delivered again.

use pixelai::domain::Language;

use super::Actor;
use crate::support::bot::Bot;

async fn one_order(bot: &Bot, ann: &Actor<'_>) {
    bot.quiet().await;
    assert_eq!(bot.number("SELECT count(*) FROM generation_jobs").await, 1);
    assert_eq!(bot.number("SELECT count(*) FROM ledger_transactions WHERE kind = 'hold'").await, 1);
    assert_eq!(bot.balance(&ann.person).await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_tap_orders_once() {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, Language::En).await;
    ann.reaches_confirmation().await;
    let (message, data) = ann.button("Make it").expect("a button");
    for _ in 0..3 {
        ann.person.presses_data(message, &data).expect("the message is there");
    }
    one_order(&bot, &ann).await;
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_that_telegram_delivers_again_changes_nothing() {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, Language::En).await;
    ann.reaches_confirmation().await;
    let press = ann.presses("Make it", "Создать").await;
    one_order(&bot, &ann).await;
    let before = ann.transcript();
    assert!(bot.emulator.resend(press).is_some());
    one_order(&bot, &ann).await;
    assert!(bot.emulator.redeliver(press));
    one_order(&bot, &ann).await;
    assert!(!ann.transcript().trim_start_matches(&before).contains("Christmas cabin"), "{}", ann.transcript());
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_telegram_delivers_again_changes_nothing() {
    let mut bot = Bot::start().await;
    let person = bot.person("Ann", "en");
    let start = person.sends_text("/start");
    bot.quiet().await;
    let before = bot.number("SELECT count(*) FROM ledger_entries").await;
    bot.restart().await;
    assert!(bot.emulator.redeliver(start));
    bot.quiet().await;
    assert_eq!(bot.number("SELECT count(*) FROM ledger_entries").await, before);
    assert_eq!(bot.number("SELECT count(*) FROM users").await, 1);
    bot.shutdown().await;
}
