//! `/healthz` and `/readyz`: alive, ready, and what is said when a part is not.

use reqwest::StatusCode;
use serde_json::Value;

use crate::bot::{Bot, BotOptions};

async fn ready(bot: &Bot) -> (StatusCode, Value) {
    let answer = reqwest::get(bot.url("/readyz")).await.expect("it answers");
    (answer.status(), answer.json().await.expect("it is JSON"))
}

#[tokio::test]
async fn a_bot_that_runs_is_alive_and_ready() {
    let bot = Bot::start_with(BotOptions { http: true, ..BotOptions::default() }).await;
    let alive = reqwest::get(bot.url("/healthz")).await.expect("it answers");
    assert_eq!(alive.status(), StatusCode::OK);
    let (status, body) = ready(&bot).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    for part in ["database", "migrations", "sessions", "telegram"] {
        assert_eq!(body["parts"][part]["ok"], true, "{part}: {body}");
    }
    bot.shutdown().await;
}

#[tokio::test]
async fn a_step_that_the_database_lacks_makes_it_unready_but_not_dead() {
    let bot = Bot::start_with(BotOptions { http: true, ..BotOptions::default() }).await;
    bot.sql("DELETE FROM _sqlx_migrations WHERE version = 2").await;
    let (status, body) = ready(&bot).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body["ready"], false);
    assert_eq!(body["parts"]["database"]["ok"], true, "{body}");
    let trouble = body["parts"]["migrations"]["trouble"].as_str().expect("it says why");
    assert!(trouble.contains("pixelai migrate"), "{trouble}");
    let alive = reqwest::get(bot.url("/healthz")).await.expect("it answers");
    assert_eq!(alive.status(), StatusCode::OK);
    bot.shutdown().await;
}

#[tokio::test]
async fn without_its_sessions_it_is_unready_and_tells_no_details_of_the_database() {
    let bot = Bot::start_with(BotOptions { http: true, ..BotOptions::default() }).await;
    bot.sql("ALTER TABLE sessions RENAME TO elsewhere").await;
    let (status, body) = ready(&bot).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body["parts"]["sessions"]["trouble"], "the store of sessions does not answer");
    assert!(!body.to_string().contains("no such table"), "{body}");
    bot.sql("ALTER TABLE elsewhere RENAME TO sessions").await;
    bot.shutdown().await;
}
