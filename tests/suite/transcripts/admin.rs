//! Admins' commands, right and wrong, and what the others see of them.

use pixelai::domain::Language;
use pixelai::emulator::PayResult;
use pixelai::providers::painter::Behaviour;

use super::actor::unnumbered;
use super::support::ADMIN;
use super::{Actor, in_both_languages};
use crate::support::bot::{Bot, BotOptions};

const PACK: &str = "50\u{a0}⭐ →";

async fn bot() -> Bot {
    Bot::start_with(BotOptions { admins: vec![ADMIN], ..BotOptions::default() }).await
}

/// An admin, and somebody who has pressed Start.
async fn both(bot: &Bot, language: Language) -> (Actor<'_>, Actor<'_>) {
    let admin = Actor::started(bot, language).await;
    assert_eq!(admin.person.id(), ADMIN);
    (admin, Actor::started(bot, language).await)
}

fn told(admin: &Actor<'_>, ann: &Actor<'_>) -> String {
    unnumbered(&format!("--- the admin ---\n{}\n--- Ann ---\n{}", admin.transcript(), ann.transcript()))
}

#[tokio::test(flavor = "multi_thread")]
async fn credits_are_given_and_taken() {
    in_both_languages!("admin-grant", grant);
}

async fn grant(language: Language) -> String {
    let bot = bot().await;
    let (admin, ann) = both(&bot, language).await;
    let id = ann.person.id();
    let update = admin.writes(&format!("/grant {id} 5 “<for> your patience”")).await;
    // Delivered again, it is answered in the same words, and done once.
    assert!(bot.emulator.redeliver(update));
    let answers = || {
        let says = |message: &serde_json::Value| message["text"].as_str().is_some_and(|text| text.contains("15"));
        admin.person.messages().iter().filter(|message| says(message)).count()
    };
    crate::support::awaited("the second answer", async || (answers() == 2).then_some(())).await;
    bot.quiet().await;
    assert_eq!(bot.balance(&ann.person).await, 15);
    admin.writes(&format!("/take {id} 7")).await;
    admin.writes(&format!("/take {id} 9")).await;
    admin.writes(&format!("/grant {id} 501")).await;
    assert_eq!(bot.balance(&ann.person).await, 8);
    admin.presses("Yes", "Да").await;
    assert_eq!(bot.balance(&ann.person).await, 509);
    admin.writes(&format!("/take {id} 509")).await;
    admin.presses("No", "Нет").await;
    admin.writes(&format!("/user {id}")).await;
    assert_eq!(bot.balance(&ann.person).await, 509);
    assert_eq!(bot.number("SELECT count(*) FROM admin_acts WHERE state = 'done'").await, 3);
    assert_eq!(bot.number("SELECT count(*) FROM admin_acts WHERE state = 'dropped'").await, 1);
    let said = told(&admin, &ann);
    bot.shutdown().await;
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_done_once_however_often_it_is_pressed() {
    let bot = bot().await;
    let (admin, ann) = both(&bot, Language::En).await;
    admin.writes(&format!("/grant {} 600", ann.person.id())).await;
    let (message, yes) = admin.button("Yes").expect("a question");
    let (_, no) = admin.button("No").expect("a question");
    for data in [&yes, &yes, &no, &yes] {
        admin.person.presses_data(message, data).expect("it can be pressed");
        bot.quiet().await;
        assert_eq!(bot.balance(&ann.person).await, 610);
    }
    // A button is worth nothing in other hands.
    ann.person.presses_data(ann.person.last().expect("a message")["message_id"].as_i64().unwrap(), &yes).unwrap();
    bot.quiet().await;
    assert_eq!(ann.person.toasts().len(), 1);
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typo_is_answered_with_the_right_use() {
    in_both_languages!("admin-misuse", misuse);
}

async fn misuse(language: Language) -> String {
    let bot = bot().await;
    let (admin, ann) = both(&bot, language).await;
    let id = ann.person.id();
    for command in [
        "/grant".to_owned(),
        "/grant @nobody 5".to_owned(),
        "/grant ann 5".to_owned(),
        format!("/grant {id} -5"),
        format!("/grant {id} 0"),
        format!("/grant {id} 1.5"),
        format!("/grant {id} ٥٠"),
        format!("/grant {id} 99999999999999999999"),
        format!("/take {id} much"),
        "/user".to_owned(),
        "/refund".to_owned(),
        "/templates xmas_cabin away".to_owned(),
        "/templates nowhere off".to_owned(),
        "/ban".to_owned(),
        format!("/ban {ADMIN}"),
        "/unban @".to_owned(),
        "/maintenance perhaps".to_owned(),
    ] {
        admin.writes(&command).await;
    }
    assert_eq!(bot.balance(&ann.person).await, 10);
    assert_eq!(bot.number("SELECT count(*) FROM admin_acts").await, 0);
    let said = unnumbered(&admin.transcript());
    bot.shutdown().await;
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn to_everybody_else_these_commands_are_unknown() {
    in_both_languages!("admin-unknown-to-others", unknown);
}

async fn unknown(language: Language) -> String {
    let bot = bot().await;
    let (admin, ann) = both(&bot, language).await;
    for command in ["/grant 1000002 5", "/stats", "/maintenance on"] {
        ann.writes(command).await;
    }
    assert_eq!(bot.balance(&ann.person).await, 10);
    admin.writes("/help").await;
    let said = told(&admin, &ann);
    bot.shutdown().await;
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_goes_back_by_its_number() {
    in_both_languages!("admin-refund", refund);
}

async fn refund(language: Language) -> String {
    let bot = bot().await;
    let (admin, ann) = both(&bot, language).await;
    ann.writes("/topup").await;
    ann.presses(PACK, PACK).await;
    let PayResult::Paid { charge_id: first } = ann.pays().await else { panic!("not paid") };
    ann.writes("/topup").await;
    ann.presses(PACK, PACK).await;
    let PayResult::Paid { charge_id: second } = ann.pays().await else { panic!("not paid") };
    admin.writes("/refund nothing").await;
    // Whoever has blocked the bot gets their Stars all the same.
    ann.person.blocks(true);
    bot.quiet().await;
    admin.writes(&format!("/refund {first} bought by mistake")).await;
    assert_eq!(ann.person.stars(), 450);
    admin.writes(&format!("/refund {first}")).await;
    admin.writes(&format!("/take {} 20", ann.person.id())).await;
    admin.writes(&format!("/refund {second}")).await;
    assert_eq!(ann.person.stars(), 450);
    admin.presses("Yes", "Да").await;
    assert_eq!((ann.person.stars(), bot.balance(&ann.person).await), (500, 0));
    // Telegram's note about a refund comes in nobody's name, and does not mean that they are back.
    let user = bot.user(&ann.person).await;
    assert_eq!((user.language(), user.blocked_at.is_some()), (language, true));
    let said = unnumbered(&admin.transcript());
    bot.shutdown().await;
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_banned_gets_one_short_answer() {
    in_both_languages!("admin-ban", ban);
}

async fn ban(language: Language) -> String {
    let bot = bot().await;
    let (admin, ann) = both(&bot, language).await;
    ann.writes("/topup").await;
    ann.presses(PACK, PACK).await;
    admin.writes(&format!("/ban {} spam", ann.person.id())).await;
    ann.writes("/start").await;
    ann.presses("Another pack", "Другой набор").await;
    assert!(matches!(ann.pays().await, PayResult::Refused { .. }));
    admin.writes(&format!("/unban {}", ann.person.id())).await;
    ann.writes("/start").await;
    let said = told(&admin, &ann);
    bot.shutdown().await;
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn under_maintenance_no_order_is_taken_and_what_is_under_way_is_finished() {
    in_both_languages!("admin-maintenance", maintenance);
}

async fn maintenance(language: Language) -> String {
    let bot = bot().await;
    let (admin, ann) = both(&bot, language).await;
    ann.reaches_confirmation().await;
    admin.writes("/maintenance").await;
    admin.writes("/maintenance on").await;
    ann.presses("Make it", "Создать").await;
    assert_eq!(bot.number("SELECT count(*) FROM generation_jobs").await, 0);
    ann.writes("/topup").await;
    ann.presses(PACK, PACK).await;
    assert!(matches!(ann.pays().await, PayResult::Paid { .. }));
    admin.writes("/maintenance off").await;
    ann.orders_cabin().await;
    assert_eq!(bot.number("SELECT count(*) FROM generation_jobs WHERE state = 'succeeded'").await, 1);
    let said = told(&admin, &ann);
    bot.shutdown().await;
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_are_switched_priced_and_moved() {
    in_both_languages!("admin-templates", templates);
}

async fn templates(language: Language) -> String {
    let bot = bot().await;
    let (admin, ann) = both(&bot, language).await;
    ann.reaches_confirmation().await;
    admin.writes("/templates").await;
    admin.writes("/templates xmas_cabin price 7").await;
    ann.presses("Make it", "Создать").await;
    admin.writes("/templates xmas_cabin place 2").await;
    admin.writes("/templates xmas_cabin off").await;
    ann.presses("Make it", "Создать").await;
    admin.writes("/templates xmas_cabin on").await;
    let said = told(&admin, &ann);
    bot.shutdown().await;
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_in_trouble_are_repeated_or_cancelled() {
    in_both_languages!("admin-jobs", jobs);
}

async fn jobs(language: Language) -> String {
    let bot = bot().await;
    let (admin, ann) = both(&bot, language).await;
    admin.writes("/jobs").await;
    bot.painters_will(&Behaviour::Fail);
    ann.orders_cabin().await;
    bot.painters_will(&Behaviour::Paint);
    admin.writes("/jobs").await;
    admin.presses("↻ 1", "↻ 1").await;
    assert_eq!(bot.number("SELECT count(*) FROM generation_jobs WHERE state = 'succeeded'").await, 1);
    assert_eq!(bot.balance(&ann.person).await, 10);
    // The house pays once.
    admin.presses("↻ 1", "↻ 1").await;
    bot.painters_will(&Behaviour::Stall);
    ann.reaches_confirmation().await;
    ann.taps("Make it", "Создать");
    bot.until("SELECT count(*) FROM generation_jobs WHERE state = 'running'", 1).await;
    bot.quiet_but_for_jobs().await;
    bot.sql("UPDATE generation_jobs SET created_at = '2026-01-01T00:00:00+00:00' WHERE state = 'running'").await;
    admin.person.sends_text("/jobs");
    bot.quiet_but_for_jobs().await;
    admin.taps("✕ 1", "✕ 1");
    bot.quiet().await;
    assert_eq!(bot.balance(&ann.person).await, 10);
    let said = without_minutes(&told(&admin, &ann));
    bot.shutdown().await;
    said
}

/// How long ago something was depends on the day of the test.
fn without_minutes(told: &str) -> String {
    let lines = told.lines().map(|line| match line.rsplit_once(" · ") {
        Some((before, ago)) if ago.ends_with("ago") || ago.ends_with("назад") => format!("{before} · (time ago)"),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statistics_say_how_it_goes() {
    in_both_languages!("admin-stats", stats);
}

async fn stats(language: Language) -> String {
    let bot = bot().await;
    let (admin, ann) = both(&bot, language).await;
    admin.writes("/stats").await;
    ann.writes("/topup").await;
    ann.presses(PACK, PACK).await;
    let PayResult::Paid { charge_id } = ann.pays().await else { panic!("not paid") };
    ann.orders_cabin().await;
    bot.painters_will(&Behaviour::Fail);
    ann.orders_cabin().await;
    admin.writes(&format!("/refund {charge_id} force")).await;
    bot.sql("UPDATE generation_jobs SET finished_at = created_at").await;
    admin.writes("/stats").await;
    let charts = admin.person.messages().iter().filter(|message| message.get("photo").is_some()).count();
    assert_eq!(charts, 2);
    let said = unnumbered(&admin.transcript());
    bot.shutdown().await;
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_menu_of_an_admin_has_more_in_it() {
    let mut bot = bot().await;
    let (admin, ann) = both(&bot, Language::Ru).await;
    drop((admin, ann));
    // Telegram knows the admin now.
    bot.restart().await;
    bot.quiet().await;
    let scoped = || {
        let requests = bot.emulator.requests();
        let scoped =
            requests.into_iter().filter(|it| it.method == "setMyCommands" && it.params["scope"]["chat_id"] == ADMIN);
        scoped.map(|it| (it.params["language_code"].clone(), it.params["commands"].clone())).collect::<Vec<_>>()
    };
    let menus = crate::support::awaited("the menus", async || Some(scoped()).filter(|menus| menus.len() == 2)).await;
    for (language, commands) in menus {
        let names: Vec<&str> = commands.as_array().unwrap().iter().filter_map(|it| it["command"].as_str()).collect();
        assert!(names.contains(&"grant") && names.contains(&"start"), "{language}: {names:?}");
        assert_eq!(names.iter().filter(|name| **name == "templates").count(), 1);
    }
    bot.shutdown().await;
}
