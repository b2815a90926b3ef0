//! The status page, in a real browser and as others see it.

use std::path::PathBuf;
use std::time::Duration;

use futures::StreamExt;
use pixelai::domain::Language;
use reqwest::{Client, StatusCode, redirect};
use serde_json::{Value, json};

use crate::bot::{Bot, BotOptions, photo};
use crate::chromium::{Chromium, Colours, Device};

const TOKEN: &str = "0123456789abcdef-status";
const PATIENCE: Duration = Duration::from_secs(60);

/// A day of orders, Stars, people and trainings, made from one order, and providers in every kind of trouble.
const A_DAY: [&str; 9] = [
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 420) \
     INSERT INTO generation_jobs (id, user_id, key, template_id, model, photos, price, state, failure, model_until, \
     deadline_at, created_at, finished_at) SELECT randomblob(16), user_id, 'day:' || i, template_id, \
     CASE i % 3 WHEN 0 THEN 'nano_banana' WHEN 1 THEN 'flux_kontext' ELSE model END, photos, price, \
     CASE WHEN i % 23 = 0 THEN 'failed' WHEN i % 41 = 0 THEN 'cancelled' ELSE 'succeeded' END, \
     CASE WHEN i % 23 = 0 THEN 'unavailable' END, model_until, deadline_at, \
     strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '-' || (i * 86000 / 421 + 12 + i % 40 + (i * i) % 7000) || ' seconds'), \
     strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '-' || (i * 86000 / 421 + (i * i) % 7000) || ' seconds') \
     FROM n, (SELECT * FROM generation_jobs WHERE key NOT LIKE 'day:%' LIMIT 1)",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) \
     INSERT INTO users (id, telegram_id, first_name, created_at) SELECT randomblob(16), 900000 + i, 'P', \
     strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '-' || (i * 1400 + (i * i * 31) % 9000) || ' seconds') FROM n",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 70) \
     INSERT INTO payments (charge_id, user_id, stars, credits, created_at) SELECT 'day:' || i, \
     (SELECT user_id FROM generation_jobs LIMIT 1), 25 + (i % 4) * 25, 25, \
     strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '-' || (i * 1200 + (i * i * 17) % 8000) || ' seconds') FROM n",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) \
     INSERT INTO outbox (id, user_id, key, letter, due_at, created_at) SELECT randomblob(16), user_id, 'day:' || i, \
     '{}', '2100-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00' FROM n, (SELECT user_id FROM generation_jobs LIMIT 1)",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) \
     INSERT INTO avatars (id, user_id, key, trigger_word, consent, consented_at, touched_at, created_at) \
     SELECT randomblob(16), user_id, 'day:' || i, 'day', '1', '2026-01-01T00:00:00+00:00', '2100-01-01T00:00:00+00:00', \
     '2026-01-01T00:00:00+00:00' FROM n, (SELECT user_id FROM generation_jobs LIMIT 1)",
    "INSERT INTO training_runs (id, user_id, avatar_id, key, trainer, price, state, trainer_until, deadline_at, created_at, \
     finished_at) SELECT randomblob(16), user_id, id, key, (SELECT alias FROM trainers ORDER BY alias LIMIT 1), 1, \
     CASE WHEN key <= 'day:1' THEN 'queued' WHEN key <= 'day:3' THEN 'running' WHEN key = 'day:4' THEN 'failed' \
     ELSE 'succeeded' END, '2100-01-01T00:00:00+00:00', '2100-01-01T00:00:00+00:00', \
     strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '-700 seconds'), CASE WHEN key >= 'day:4' THEN \
     strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '-60 seconds') END FROM avatars WHERE key LIKE 'day:%'",
    "UPDATE providers SET failures = 3, trouble = 'silent' WHERE name = 'defapi'",
    "UPDATE providers SET failures = 11, trouble = 'silent', rests_until = (unixepoch() + 250) * 1000 WHERE name = 'fal'",
    "UPDATE providers SET trouble = 'balance', rests_until = (unixepoch() - 1) * 1000 WHERE name = 'replicate'",
];

/// What the page says of each provider.
const BREAKERS: &str = "const said = [...document.querySelectorAll('#providers [data-breaker]')].map((it) => it.textContent);
    return said.length === 4
        && said[0] === 'takes orders, though 3 submits in a row were not answered'
        && /^rests until \\d\\d:\\d\\d:\\d\\d, for another \\d+ (s|min): 11 submits in a row were not answered$/.test(said[1])
        && said[2] === 'takes orders'
        && said[3].startsWith('has rested, the next order shows whether it is well again: its account is out of money')";

/// A bot that has had a day.
async fn after_a_day() -> Bot {
    let bot = Bot::start_with(BotOptions { http: true, ..BotOptions::default() }).await;
    let ann = bot.person("Ann", "en");
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
    for statement in A_DAY {
        bot.sql(statement).await;
    }
    bot
}

async fn script(browser: &Chromium, code: &str) -> Value {
    browser.client.execute(code, vec![]).await.expect("the script runs")
}

async fn wait(browser: &Chromium, what: &str, code: &str) {
    let there = async {
        while script(browser, code).await != json!(true) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, there).await.unwrap_or_else(|_| panic!("never came: {what}"));
}

async fn screenshot(browser: &Chromium, name: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    std::fs::create_dir_all(&folder).expect("target/ is writable");
    let png = browser.client.screenshot().await.expect("the browser takes pictures");
    std::fs::write(folder.join(format!("status-{name}.png")), png).expect("target/ is writable");
}

async fn looks(bot: &Bot, device: Device, colours: Colours, name: &str) {
    let browser = Chromium::open(device, colours, Language::En).await;
    browser.client.goto(&bot.url("/")).await.expect("the page opens");
    wait(&browser, "it is up", "return document.getElementById('state').dataset.state === 'up'").await;
    wait(&browser, "the details", "return document.querySelectorAll('#orders .bar').length === 24").await;
    let filled = "return document.querySelectorAll('#orders [data-kind=succeeded]').length > 12
        && document.querySelectorAll('#stars [data-kind=stars]').length > 12
        && document.querySelectorAll('#providers tbody tr').length === 4
        && document.querySelectorAll('#parts .ok').length === 4
        && document.querySelectorAll('.tile').length === 4
        && !document.body.innerText.includes('undefined') && !document.body.innerText.includes('NaN')";
    wait(&browser, "the day is drawn", filled).await;
    wait(&browser, "the breakers", BREAKERS).await;
    let trainings = "return [...document.querySelectorAll('#avatars dd')].map((it) => it.textContent).join('|')";
    let trainings = script(&browser, trainings).await;
    assert_eq!(trainings, json!("1|2|12 min|5|1, 0|0"), "{name}");
    let fits = script(&browser, "return document.documentElement.scrollWidth <= innerWidth").await;
    assert_eq!(fits, json!(true), "{name}: the page is wider than the screen");
    let dark = script(&browser, "return getComputedStyle(document.body).backgroundColor").await;
    assert_eq!(dark == json!("rgb(14, 16, 22)"), colours == Colours::Dark, "{name}: {dark}");
    let before = script(&browser, "return document.getElementById('facts').textContent").await;
    assert!(before.as_str().is_some_and(|facts| facts.contains("@pixelai_bot")), "{before}");
    screenshot(&browser, name).await;
    script(&browser, "document.getElementById('providers').closest('section').scrollIntoView()").await;
    screenshot(&browser, &format!("{name}-providers")).await;
    // Live: what changes is drawn without a reload.
    bot.sql("DELETE FROM outbox WHERE key = 'day:1'").await;
    bot.sql(
        "INSERT INTO users (id, telegram_id, first_name, created_at) VALUES (randomblob(16), abs(random()), 'N', \
             strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now'))",
    )
    .await;
    let people = bot.number("SELECT count(*) FROM users").await;
    let seen = format!("return document.querySelector('.tile p').textContent.includes('{people} in all')");
    wait(&browser, "the new person", &seen).await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.client.clone().close().await.expect("the browser closes");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_live_on_every_screen_by_day_and_night() {
    let bot = after_a_day().await;
    looks(&bot, Device::Desktop, Colours::Light, "desktop-light").await;
    looks(&bot, Device::Phone, Colours::Dark, "phone-dark").await;
    looks(&bot, Device::Desktop, Colours::Dark, "desktop-dark").await;
    looks(&bot, Device::Phone, Colours::Light, "phone-light").await;
    bot.sql("DELETE FROM outbox WHERE key LIKE 'day:%'").await;
    bot.emulator.clone().shutdown().await;
}

/// The first event of the page.
async fn first_event(bot: &Bot, cookie: Option<&str>) -> Value {
    let mut request = Client::new().get(bot.url("/events"));
    if let Some(cookie) = cookie {
        request = request.header("Cookie", cookie);
    }
    let answer = request.send().await.expect("it answers");
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let (mut stream, mut text) = (answer.bytes_stream(), String::new());
    while !text.ends_with("\n\n") {
        let chunk = stream.next().await.expect("an event comes").expect("it is whole");
        text.push_str(str::from_utf8(&chunk).expect("text"));
    }
    serde_json::from_str(text.trim().strip_prefix("data: ").expect("data")).expect("it is JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_token_nothing_is_told_but_whether_it_is_up() {
    let options = BotOptions { http: true, status_token: Some(TOKEN), ..BotOptions::default() };
    let bot = Bot::start_with(options).await;
    let outside = first_event(&bot, None).await;
    assert_eq!(
        (&outside["ready"], &outside["inside"], &outside["has_token"]),
        (&json!(true), &json!(false), &json!(true))
    );
    let told: Vec<&String> = outside.as_object().expect("an object").keys().collect();
    assert_eq!(told, ["bot", "has_token", "inside", "now", "parts", "ready", "started_at", "version"]);

    let http = Client::builder().redirect(redirect::Policy::none()).build().expect("a client");
    let wrong = http.get(bot.url("/?token=0123456789abcdef-statuz")).send().await.expect("it answers");
    assert!(wrong.status().is_redirection() && !wrong.headers().contains_key("set-cookie"));
    let right = http.get(bot.url(&format!("/?token={TOKEN}"))).send().await.expect("it answers");
    assert_eq!(right.status(), StatusCode::SEE_OTHER);
    assert_eq!(right.headers()["location"], "./");
    let cookie = right.headers()["set-cookie"].to_str().expect("text").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains(TOKEN), "{cookie}");
    let cookie = cookie.split(';').next().expect("a pair").to_owned();
    assert!(first_event(&bot, Some(&cookie)).await["inside"].is_object());
    let forged = format!("{}0", &cookie[..cookie.len() - 1]);
    if forged != cookie {
        assert_eq!(first_event(&bot, Some(&forged)).await["inside"], false);
    }
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_are_guarded_and_open_looks_do_not_hold_up_the_end() {
    let bot = Bot::start_with(BotOptions { http: true, ..BotOptions::default() }).await;
    let page = reqwest::get(bot.url("/")).await.expect("it answers");
    assert!(page.headers()["content-security-policy"].to_str().expect("text").contains("default-src 'self'"));
    let tag = page.headers()["etag"].clone();
    let again = Client::new().get(bot.url("/")).header("If-None-Match", tag).send().await.expect("it answers");
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    for odd in
        ["/page/../status.rs", "/page/..%2f..%2fhttp.rs", "/page/%2e%2e/site.rs", "/page//etc/passwd", "/page/x.js"]
    {
        assert_eq!(reqwest::get(bot.url(odd)).await.expect("it answers").status(), StatusCode::NOT_FOUND, "{odd}");
    }
    let looking = Client::new().get(bot.url("/events")).send().await.expect("it answers");
    bot.shutdown().await;
    let rest = looking.bytes().await;
    assert!(rest.is_ok(), "the stream ends in order: {rest:?}");
}
