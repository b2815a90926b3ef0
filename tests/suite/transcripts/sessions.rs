//! Sessions that are old, foreign or overtaken: the person goes on, and money is never touched.

use pixelai::domain::Language;
use pixelai::providers::painter::Behaviour;

use super::{Actor, in_both_languages};
use crate::support::bot::Bot;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_another_build_ends_in_the_menu_with_a_word() {
    in_both_languages!("foreign-session", foreign);
}

async fn foreign(language: Language) -> String {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, language).await;
    ann.reaches_confirmation().await;
    bot.sql("UPDATE sessions SET value = 'not even JSON'").await;
    ann.presses("Make it", "Создать").await;
    ann.chooses_cabin().await;
    bot.sql("UPDATE sessions SET value = replace(value, '\"photo\"', '\"a_state_of_old\"')").await;
    ann.sends_photo(1).await;
    ann.chooses_cabin().await;
    bot.sql("UPDATE sessions SET value = replace(value, '\"t\":\"xmas_cabin\"', '\"t\":[1]')").await;
    ann.sends_photo(2).await;
    assert_eq!(bot.balance(&ann.person).await, 10);
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_has_expired_begins_anew() {
    in_both_languages!("expired-session", expired);
}

async fn expired(language: Language) -> String {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, language).await;
    ann.reaches_confirmation().await;
    bot.sql("UPDATE sessions SET expires_at = '2020-01-01T00:00:00+00:00'").await;
    ann.presses("Make it", "Создать").await;
    assert_eq!(bot.balance(&ann.person).await, 10);
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_is_left_by_itself_when_its_time_is_over() {
    in_both_languages!("timer", timer);
}

async fn timer(language: Language) -> String {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, language).await;
    ann.chooses_cabin().await;
    bot.fire_timers().await;
    assert_eq!(bot.number("SELECT count(*) FROM sessions WHERE due_at IS NOT NULL").await, 0);
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_of_an_older_screen_shows_the_current_one() {
    in_both_languages!("stale-press", stale);
}

async fn stale(language: Language) -> String {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, language).await;
    ann.writes("/help").await;
    let (message, data) = ann.newest_button().expect("a button");
    ann.writes("/balance").await;
    ann.person.presses_data(message, &data).expect("the message is still there");
    bot.quiet().await;
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_unblocks_the_bot_gets_the_picture_that_was_ready() {
    in_both_languages!("blocked", blocked);
}

async fn blocked(language: Language) -> String {
    let bot = Bot::start().await;
    bot.painters_will(&Behaviour::Slow(std::time::Duration::from_secs(1)));
    let ann = Actor::started(&bot, language).await;
    ann.reaches_confirmation().await;
    ann.taps("Make it", "Создать");
    bot.quiet_but_for_jobs().await;
    ann.person.blocks(true);
    bot.quiet().await;
    assert_eq!(bot.number("SELECT count(*) FROM generation_jobs WHERE state = 'succeeded'").await, 1);
    ann.person.blocks(false);
    bot.quiet().await;
    assert_eq!(bot.balance(&ann.person).await, 5);
    let told = ann.transcript();
    bot.shutdown().await;
    told
}
