//! `/metrics`: who may read it, and that it tells what happened.

use reqwest::StatusCode;

use crate::bot::{Bot, BotOptions, photo};

const TOKEN: &str = "0123456789abcdef-status";

async fn get(bot: &Bot, headers: &[(&str, &str)]) -> (StatusCode, String) {
    let request = headers
        .iter()
        .fold(reqwest::Client::new().get(bot.url("/metrics")), |request, (name, value)| request.header(*name, *value));
    let answer = request.send().await.expect("it answers");
    (answer.status(), answer.text().await.expect("it is text"))
}

/// The value of the line that begins so.
fn value(page: &str, line: &str) -> f64 {
    let found = page.lines().find_map(|it| it.strip_prefix(line)?.strip_prefix(' '));
    found.unwrap_or_else(|| panic!("no {line} in\n{page}")).parse().expect("a number")
}

#[tokio::test]
async fn it_tells_what_happened() {
    let bot = Bot::start_with(BotOptions { http: true, ..BotOptions::default() }).await;
    let ann = bot.person("Ann", "en");
    ann.sends_text("/start");
    ann.sees("Hi, Ann").await.expect("the menu");
    ann.sends_text("/templates");
    ann.sees("What shall we make?").await.expect("the shelves");
    ann.presses("Christmas").expect("a shelf");
    ann.sees("cabin").await.expect("the gallery");
    ann.presses("I want").expect("the button");
    ann.sees("Send a photo").await.expect("the question");
    ann.sends_photo(photo(1));
    ann.sees("Shall we make it?").await.expect("the price");
    ann.presses("Make it").expect("the button");
    ann.sees("is ready").await.expect("the picture");
    bot.quiet().await;
    let (status, page) = get(&bot, &[]).await;
    assert_eq!(status, StatusCode::OK);
    assert!(value(&page, "pixelai_updates_total{event=\"updates\"}") >= 6.0);
    assert!(value(&page, "pixelai_update_seconds_count") >= 6.0);
    assert!(value(&page, "pixelai_sql_seconds_count") > 6.0);
    assert!(value(&page, "pixelai_telegram_call_seconds_count{method=\"SendMessage\",outcome=\"ok\"}") >= 1.0);
    let entered = "pixelai_dialogue_states_total{dialogue=\"generate\",state=\"confirm\",way=\"entered\"}";
    let left = "pixelai_dialogue_states_total{dialogue=\"generate\",state=\"confirm\",way=\"left\"}";
    assert!(value(&page, entered) >= 1.0 && value(&page, left) >= 1.0);
    assert_eq!(value(&page, "pixelai_jobs{state=\"queued\"}"), 0.0);
    assert_eq!(value(&page, "pixelai_trainings{state=\"running\"}"), 0.0);
    assert_eq!(value(&page, "pixelai_deletions"), 0.0);
    assert_eq!(value(&page, "pixelai_provider_failures{provider=\"fal\"}"), 0.0);
    assert_eq!(value(&page, "pixelai_provider_rests_seconds{provider=\"fal\"}"), 0.0);
    assert_eq!(value(&page, "pixelai_outbox_letters"), 0.0);
    assert_eq!(value(&page, "pixelai_credits_held"), 0.0);
    assert_eq!(value(&page, "pixelai_people"), 1.0);
    assert_eq!(value(&page, "pixelai_processes"), 1.0);
    assert_eq!(value(&page, "pixelai_people_ordering"), 1.0);
    assert!(value(&page, "process_resident_memory_bytes") > 1e6);
    bot.shutdown().await;
}

#[tokio::test]
async fn it_tells_of_trainings_and_of_providers_that_are_left_alone() {
    let bot = Bot::start_with(BotOptions { http: true, ..BotOptions::default() }).await;
    bot.person("Ann", "en").sends_text("/start");
    bot.quiet().await;
    for statement in [
        "INSERT INTO avatars (id, user_id, key, trigger_word, consent, consented_at, touched_at, created_at) \
         SELECT randomblob(16), id, 'a', 'a', '1', created_at, '2100-01-01T00:00:00+00:00', created_at FROM users",
        "INSERT INTO training_runs (id, user_id, avatar_id, key, trainer, price, state, trainer_until, deadline_at, \
         created_at) SELECT randomblob(16), user_id, id, key, (SELECT alias FROM trainers LIMIT 1), 1, 'running', \
         touched_at, touched_at, strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '-700 seconds') FROM avatars",
        "UPDATE providers SET failures = 9, trouble = 'silent', rests_until = (unixepoch() + 250) * 1000 WHERE name = 'fal'",
    ] {
        assert_eq!(bot.sql(statement).await, 1, "{statement}");
    }
    let (_, page) = get(&bot, &[]).await;
    assert_eq!(value(&page, "pixelai_trainings{state=\"running\"}"), 1.0);
    assert_eq!(value(&page, "pixelai_trainings{state=\"queued\"}"), 0.0);
    assert!((700.0..800.0).contains(&value(&page, "pixelai_trainings_oldest_seconds{state=\"running\"}")), "{page}");
    assert_eq!(value(&page, "pixelai_provider_failures{provider=\"fal\"}"), 9.0);
    assert!((100.0..=250.0).contains(&value(&page, "pixelai_provider_rests_seconds{provider=\"fal\"}")), "{page}");
    // Nobody holds anything for it.
    bot.sql("DELETE FROM training_runs").await;
    bot.shutdown().await;
}

/// Every line is one of the text format, and every sample stands below its type.
#[tokio::test]
async fn it_keeps_to_the_text_format() {
    let bot = Bot::start_with(BotOptions { http: true, ..BotOptions::default() }).await;
    bot.person("Ann", "en").sends_text("/start");
    bot.quiet().await;
    let (_, page) = get(&bot, &[]).await;
    let mut of = "";
    for line in page.lines() {
        match line.strip_prefix("# TYPE ") {
            Some(typed) => of = typed.split(' ').next().expect("a name"),
            None if line.starts_with("# HELP ") => {}
            None => {
                let (name, number) = line.rsplit_once(' ').expect("a value");
                assert!(name.starts_with(of) && !of.is_empty(), "{line} below {of}");
                assert!(number.parse::<f64>().is_ok(), "{line}");
            }
        }
    }
    bot.shutdown().await;
}

#[tokio::test]
async fn with_a_token_only_who_shows_it_is_answered() {
    let options = BotOptions { http: true, status_token: Some(TOKEN), ..BotOptions::default() };
    let bot = Bot::start_with(options).await;
    let bearer = format!("Bearer {TOKEN}");
    assert_eq!(get(&bot, &[("Authorization", &bearer)]).await.0, StatusCode::OK);
    for wrong in ["Bearer 0123456789abcdef-statuz", "Bearer ", "Basic 0123456789abcdef-status", TOKEN] {
        let (status, body) = get(&bot, &[("Authorization", wrong)]).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{wrong}");
        assert!(!body.contains("pixelai_") && !body.contains(TOKEN), "{body}");
    }
    assert_eq!(get(&bot, &[]).await.0, StatusCode::UNAUTHORIZED);
    bot.shutdown().await;
}

#[tokio::test]
async fn without_a_token_nobody_is_answered_who_comes_from_elsewhere() {
    let bot = Bot::start_with(BotOptions { http: true, ..BotOptions::default() }).await;
    assert_eq!(get(&bot, &[]).await.0, StatusCode::OK);
    for elsewhere in [("X-Forwarded-For", "203.0.113.7"), ("Forwarded", "for=203.0.113.7"), ("Host", "evil.example")] {
        assert_eq!(get(&bot, &[elsewhere]).await.0, StatusCode::UNAUTHORIZED, "{elsewhere:?}");
    }
    assert_eq!(get(&bot, &[("Host", "127.evil.example")]).await.0, StatusCode::UNAUTHORIZED);
    bot.shutdown().await;
}
