//! The server itself: what it answers to what it does not know, and how it comes and goes.

use std::net::TcpListener;
use std::process::Command;

use reqwest::StatusCode;
use serde_json::Value;

use crate::bot::{Bot, BotOptions};
use crate::process::{House, pixelai};

#[tokio::test]
async fn what_is_not_there_and_what_is_not_done_are_problems() {
    let bot = Bot::start_with(BotOptions { http: true, ..BotOptions::default() }).await;
    let http = reqwest::Client::new();
    let unknown = http.get(bot.url("/../../etc/passwd")).send().await.expect("it answers");
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert_eq!(unknown.headers()["content-type"], "application/problem+json");
    let problem: Value = unknown.json().await.expect("it is JSON");
    assert_eq!(problem, serde_json::json!({"type": "about:blank", "title": "Not Found", "status": 404}));
    let undone = http.delete(bot.url("/healthz")).send().await.expect("it answers");
    assert_eq!(undone.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(undone.headers().contains_key("allow"));
    bot.shutdown().await;
}

#[tokio::test]
async fn a_restart_keeps_its_socket() {
    let mut bot = Bot::start_with(BotOptions { http: true, ..BotOptions::default() }).await;
    let before = bot.url("/healthz");
    bot.restart().await;
    assert_eq!(bot.url("/healthz"), before);
    let alive = reqwest::get(before).await.expect("it answers");
    assert_eq!(alive.status(), StatusCode::OK);
    bot.shutdown().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_with_its_mend() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it has an address").to_string();
    let house = House::new(&[("HTTP_ADDR", &address)]).await;
    let running = house.start();
    let status = running.ends().await;
    assert_eq!(status.code(), Some(1), "{}", house.log());
    let log = house.log();
    let said = log.lines().find(|line| line.starts_with("pixelai: ")).expect("it says why");
    assert!(said.contains(&address) && said.contains("HTTP_ADDR"), "{said}");
}

#[test]
fn a_command_that_needs_no_server_opens_none() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it has an address").to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let mut command: Command = pixelai(&folder, &["check"], &[("HTTP_ADDR", &address)]);
    assert!(command.status().expect("it starts").success());
}

#[tokio::test]
async fn a_container_can_ask_whether_it_lives_and_a_private_network_for_the_metrics() {
    let free = || TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address").to_string();
    let (address, metrics) = (free(), free());
    let settings =
        [("HTTP_ADDR", address.as_str()), ("METRICS_ADDR", metrics.as_str()), ("STATUS_TOKEN", "0123456789abcdef")];
    let house = House::new(&settings).await;
    let running = house.start();
    let up = async {
        while reqwest::get(format!("http://{address}/healthz")).await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), up).await.expect("it comes up");
    assert_eq!(house.says(&["health"]).await, "alive\n");
    let page = reqwest::get(format!("http://{metrics}/metrics")).await.expect("it answers");
    assert_eq!(page.status(), StatusCode::OK);
    let nothing_else = reqwest::get(format!("http://{metrics}/api/me")).await.expect("it answers");
    assert_eq!(nothing_else.status(), StatusCode::NOT_FOUND);
    let guarded = reqwest::get(format!("http://{address}/metrics")).await.expect("it answers");
    assert_eq!(guarded.status(), StatusCode::UNAUTHORIZED);
    assert!(running.stops().await.success());
    let folder = tempfile::tempdir().expect("a folder");
    let dead = pixelai(&folder, &["health"], &[("HTTP_ADDR", &address)]).output().expect("it starts");
    assert_eq!(dead.status.code(), Some(1));
}
