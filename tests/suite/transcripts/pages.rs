//! Settings, deleting one's data, and questions about payments.

use pixelai::domain::Language;
use pixelai::providers::painter::Behaviour;

use super::{Actor, in_both_languages};
use crate::support::bot::{Bot, BotOptions};

#[tokio::test(flavor = "multi_thread")]
async fn the_language_is_changed_and_everything_speaks_it() {
    in_both_languages!("language", change_language);
}

async fn change_language(language: Language) -> String {
    let bot = Bot::start().await;
    let ann = Actor::started(&bot, language).await;
    ann.presses("Settings", "Настройки").await;
    ann.presses("Language", "Язык").await;
    ann.presses("Русский", "English").await;
    ann.writes("/balance").await;
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_deletes_their_data_gets_back_what_is_held() {
    in_both_languages!("delete", delete);
}

async fn delete(language: Language) -> String {
    let bot = Bot::start().await;
    bot.painters_will(&Behaviour::Stall);
    let ann = Actor::started(&bot, language).await;
    ann.reaches_confirmation().await;
    ann.taps("Make it", "Создать");
    bot.quiet_but_for_jobs().await;
    ann.person.sends_text("/settings");
    bot.quiet_but_for_jobs().await;
    ann.taps("Delete my data", "Удалить мои данные");
    bot.quiet_but_for_jobs().await;
    ann.presses("Delete for good", "Удалить навсегда").await;
    assert_eq!(bot.balance(&ann.person).await, 10);
    assert_eq!(bot.number("SELECT count(*) FROM photos").await, 0);
    ann.presses("Menu", "Меню").await;
    let told = ann.transcript();
    bot.shutdown().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_about_a_payment_reaches_an_admin() {
    in_both_languages!("paysupport", paysupport);
}

async fn paysupport(language: Language) -> String {
    // The emulator numbers its people; the first one is the admin.
    let probe = Bot::start().await;
    let admin_id = probe.person("Olga", "en").id();
    probe.shutdown().await;
    let bot = Bot::start_with(BotOptions { admins: vec![admin_id], ..BotOptions::default() }).await;
    let admin = bot.person("Olga", language.code());
    assert_eq!(admin.id(), admin_id, "the emulator's first person");
    let ann = Actor::started(&bot, language).await;
    ann.writes("/paysupport").await;
    ann.writes(ann.says("I paid & <b>nothing</b> came", "Заплатила & <b>ничего</b> не пришло")).await;
    admin.sends_text("/start");
    bot.quiet().await;
    ann.writes(ann.says("I paid & <b>nothing</b> came", "Заплатила & <b>ничего</b> не пришло")).await;
    let told = format!("{}\n--- the admin ---\n{}", ann.transcript(), admin.transcript());
    let id = ann.person.id().to_string();
    bot.shutdown().await;
    told.replace(&id, "(id)")
}
