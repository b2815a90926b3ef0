//! Every screen of every dialogue, shown by Telegram in both languages: whole, and within its limits.

use pixelai::app::Script;
use pixelai::config::{Config, Env};
use pixelai::database::Database;
use pixelai::domain::Language;
use pixelai::emulator::{Other, Person};
use pixelai::providers::painter::Behaviour;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::bot::{Bot, BotOptions, hero, photo};
use crate::transcripts::Actor;

/// Telegram's limit for text under a picture; the longest text is four times that.
const CAPTION: usize = 1024;
const CALLBACK_DATA: usize = 64;
/// The second person.
const ADMIN: i64 = 1_000_002;

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_is_shown_whole_in_both_languages() {
    let script = Script::proven(&Config::from_env(&Env::default()).expect("the defaults")).expect("no flaws");
    for language in [Language::En, Language::Ru] {
        let options = BotOptions { start_balance: Some(11), admins: vec![ADMIN], ..BotOptions::default() };
        let bot = Bot::start_with(options).await;
        let ann = Actor::new(&bot, language);
        // Without an admin there would be nobody to ask.
        Actor::started(&bot, language).await;
        let memories = Memories::made_by(&bot, &ann).await;
        let mut shown = String::new();
        for dialogue in script.dialogues.all() {
            for state in dialogue.states().iter().filter(|state| state.screen.is_some()) {
                let name = format!("{}.{}", dialogue.name, state.name);
                put(&bot, &ann.person, (&dialogue.name, &state.name), memories.of(&dialogue.name)).await;
                ann.person.sends_other(Other::Sticker);
                bot.quiet_but_for_jobs().await;
                check(&name, &ann.person, language);
                let screen = ann.transcript();
                let screen = screen.rsplit("> [sticker]\n").next().unwrap_or_default();
                assert!(!screen.contains("note-"), "{name}: {screen}");
                shown.push_str(&format!("=== {name}\n{screen}\n"));
            }
        }
        bot.shutdown().await;
        insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(format!("screens@{}", language.code()), shown);
        });
    }
}

/// What a dialogue remembers when its screens have everything to show.
struct Memories {
    generate: Value,
    topup: Value,
    train: Value,
}

impl Memories {
    /// An order under way, an album, an invoice and a question.
    async fn made_by(bot: &Bot, ann: &Actor<'_>) -> Self {
        ann.writes("/start").await;
        ann.orders_cabin().await;
        ann.writes("/topup").await;
        ann.presses("25\u{a0}⭐ →", "25\u{a0}⭐ →").await;
        bot.painters_will(&Behaviour::Stall);
        ann.presses("Once more", "Ещё раз").await;
        ann.person.sends_photo(photo(2));
        bot.quiet().await;
        ann.taps("Make it", "Создать");
        bot.quiet_but_for_jobs().await;
        bot.rest_jobs().await;
        bot.sql("UPDATE trainings SET price = 1").await;
        bot.reload_catalog().await;
        ann.person.sends_text("/avatars");
        for (english, russian) in [("avatar", "аватар"), ("Go on", "Дальше"), ("I agree", "Принимаю")]
        {
            bot.quiet_but_for_jobs().await;
            ann.taps(english, russian);
        }
        bot.quiet_but_for_jobs().await;
        ann.person.sends_text("Ann");
        bot.quiet_but_for_jobs().await;
        ann.taps("A woman", "Женщина");
        bot.quiet_but_for_jobs().await;
        ann.person.sends_photos((1..=10).map(hero));
        bot.quiet_but_for_jobs().await;
        ann.taps("Enough", "Хватит");
        bot.quiet_but_for_jobs().await;
        ann.taps("Train ·", "Обучить ·");
        bot.quiet_but_for_jobs().await;
        bot.rest_jobs().await;
        ann.person.sends_text("/paysupport");
        bot.quiet_but_for_jobs().await;
        ann.person.sends_text(ann.says("I paid twice", "Я заплатила дважды"));
        bot.quiet_but_for_jobs().await;
        let avatars = ids(bot, "SELECT id FROM avatars").await;
        let runs = ids(bot, "SELECT id FROM training_runs").await;
        let photos = ids(bot, "SELECT id FROM photos").await;
        let job = ids(bot, "SELECT id FROM generation_jobs WHERE state = 'running' OR state = 'queued'").await;
        let invoices = ids(bot, "SELECT id FROM invoices").await;
        Self {
            generate: json!({
                "c": "xmas", "t": "xmas_cabin", "r": 5, "p": photos[..1], "a": photos, "job": job[0],
            }),
            topup: json!({"n": 30, "i": invoices[0]}),
            train: json!({"a": avatars[0], "r": 1, "run": runs[0]}),
        }
    }

    fn of(&self, dialogue: &str) -> Value {
        match dialogue {
            "generate" => self.generate.clone(),
            "train" => self.train.clone(),
            "topup" => self.topup.clone(),
            "support" => json!({"q": 1}),
            _ => json!({}),
        }
    }
}

async fn ids(bot: &Bot, query: &'static str) -> Vec<Uuid> {
    match bot.store().database() {
        Database::Sqlite { read, .. } => sqlx::query_scalar(query).fetch_all(read).await,
        Database::Postgres(pool) => sqlx::query_scalar(query).fetch_all(pool).await,
    }
    .expect("ids")
}

/// Has a person's chat stand in this state.
async fn put(bot: &Bot, person: &Person, (dialogue, state): (&str, &str), memory: Value) {
    let top = json!([dialogue, state, null, memory]);
    let frames = if dialogue == "menu" { json!([top]) } else { json!([["menu", "menu", "*templates"], top]) };
    let value = json!({"s": [1, 1, 1, frames]}).to_string();
    let Database::Sqlite { write, .. } = bot.store().database() else { panic!("the tests' database is SQLite") };
    let sql = "UPDATE sessions SET value = $1, version = version + 1 WHERE chat_id = $2";
    let written = sqlx::query(sql).bind(value).bind(person.id()).execute(write).await;
    assert_eq!(written.expect("a session").rows_affected(), 1);
}

fn check(name: &str, person: &Person, language: Language) {
    let messages = person.messages();
    let screen = messages.iter().rev().find(|message| message["from"]["is_bot"] == true).expect("a screen");
    let text = ["text", "caption"].iter().find_map(|key| screen[*key].as_str()).unwrap_or_default();
    for leftover in ["{", "}", "&amp;", "&lt;", "<b>", "\u{2068}"] {
        assert!(!text.contains(leftover), "{name} in {language:?} shows {leftover:?}: {text}");
    }
    if screen.get("photo").is_some() {
        let units = text.encode_utf16().count();
        assert!(units < CAPTION, "{name} in {language:?} has {units} characters under its picture");
    }
    let rows = screen["reply_markup"]["inline_keyboard"].as_array().into_iter().flatten();
    for button in rows.filter_map(Value::as_array).flatten() {
        let label = button["text"].as_str().unwrap_or_default();
        assert!(!label.is_empty() && !label.contains('{'), "{name} in {language:?}: the button {label:?}");
        let data = button["callback_data"].as_str().unwrap_or_default();
        assert!(data.len() <= CALLBACK_DATA, "{name}: {data} is too long");
    }
}
