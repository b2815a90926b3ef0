//! Pictures that do not come about: the reason is told and the money goes back.

use std::time::Duration;

use pixelai::domain::{Language, Refusal};
use pixelai::providers::painter::Behaviour;

use super::{Actor, in_both_languages};
use crate::support::bot::Bot;

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_is_explained_and_costs_nothing() {
    in_both_languages!("failures", failures);
}

async fn failures(language: Language) -> String {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, language).await;
    ann.reaches_confirmation().await;
    let behaviours = [
        Behaviour::Refuse(Refusal::NoFace),
        Behaviour::Refuse(Refusal::NotAllowed),
        Behaviour::Refuse(Refusal::TooSmall),
        Behaviour::Refuse(Refusal::TooLarge),
        Behaviour::Refuse(Refusal::Unreadable),
        Behaviour::Fail,
        Behaviour::Unavailable,
        Behaviour::Garbage,
        Behaviour::Black,
    ];
    for behaviour in &behaviours {
        bot.painters_will(behaviour);
        ann.presses("Make it", "Создать").await;
        assert_eq!(bot.balance(&ann.person).await, 10, "after {behaviour:?}");
        if matches!(behaviour, Behaviour::Refuse(_) | Behaviour::Black) {
            // The same photo would be refused again.
            ann.presses("Another photo", "Другое фото").await;
            ann.sends_photo(2).await;
        } else {
            ann.presses("Once more", "Ещё раз").await;
        }
    }
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_comes_after_its_deadline_is_a_gift() {
    in_both_languages!("gift", gift);
}

async fn gift(language: Language) -> String {
    let bot = Bot::start().await;
    // There is nobody to hand over to, and two seconds to do it in.
    bot.sql("UPDATE models SET time_limit_seconds = 2, fallback = NULL").await;
    bot.reload_catalog().await;
    bot.painters_will(&Behaviour::Late(Duration::from_secs(1)));
    let ann = Actor::started(&bot, language).await;
    ann.reaches_confirmation().await;
    ann.presses("Make it", "Создать").await;
    assert_eq!(bot.number("SELECT count(*) FROM generation_jobs WHERE failure = 'deadline'").await, 1);
    assert_eq!((bot.balance(&ann.person).await, bot.count("pictures").await), (10, 0));
    // The worker looks for it once a minute; here as often as it takes.
    let there = async {
        while bot.number("SELECT count(*) FROM pictures").await == 0 {
            bot.sql("UPDATE generation_jobs SET run_at = created_at").await;
            bot.ring_jobs();
            bot.quiet().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), there).await.expect("the late picture is found");
    assert_eq!(bot.balance(&ann.person).await, 10);
    let told = ann.transcript();
    bot.shutdown().await;
    told
}
