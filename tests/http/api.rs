//! The jobs API: the same orders and wallet as the chat, each order once, and nobody sees what is another's.

use pixelai::config::web_app_key;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use super::document;
use crate::bot::{Bot, BotOptions, photo, picture};

pub const TOKEN: &str = "424242:test";

/// What Telegram hands to a Mini App that this person opens.
pub fn init_data(id: i64, name: &str, age_seconds: i64, token: &str) -> String {
    let user = json!({"id": id, "first_name": name, "language_code": "en"}).to_string();
    let date = (chrono::Utc::now().timestamp() - age_seconds).to_string();
    let lines = format!("auth_date={date}\nquery_id=AAH\nuser={user}");
    let hash = hmac(&web_app_key(token), &lines);
    let escaped: String = user.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("query_id=AAH&user={escaped}&auth_date={date}&hash={hash}")
}

fn hmac(key: &[u8], text: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mac = Hmac::<sha2::Sha256>::new_from_slice(key).expect("a key").chain_update(text);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A front end that somebody has opened.
pub struct App<'a> {
    bot: &'a Bot,
    shows: String,
}

impl<'a> App<'a> {
    pub fn of(bot: &'a Bot, id: i64, name: &str) -> Self {
        Self { bot, shows: init_data(id, name, 5, TOKEN) }
    }

    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        Client::new().request(method, self.bot.url(path)).header("Authorization", format!("tma {}", self.shows))
    }

    /// The answer as the document describes it.
    async fn get(&self, path: &str) -> Value {
        let answer = self.ask(Method::GET, path).send().await.expect("it answers");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        document::described("get", path, answer).await
    }

    async fn orders(&self, key: &str, template: &str, photos: &[Vec<u8>]) -> Response {
        let form = photos.iter().fold(Form::new().text("template", template.to_owned()), |form, jpeg| {
            form.part("photo", Part::bytes(jpeg.clone()).file_name("me.jpg").mime_str("image/jpeg").expect("a type"))
        });
        let request = self.ask(Method::POST, "/api/jobs/create").header("Idempotency-Key", key).multipart(form);
        request.send().await.expect("it answers")
    }

    /// The job once it is at its end.
    async fn ends(&self, job: &str) -> Value {
        let path = format!("/api/jobs/{job}");
        let ended = async {
            loop {
                let job = self.get(&path).await;
                if !matches!(job["state"].as_str(), Some("queued" | "running")) {
                    return job;
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(60), ended).await.expect("the job ends")
    }
}

/// What a person can order, and a job of theirs that is done.
pub async fn ordered_and_done(bot: &Bot, person: i64) -> (Value, Value) {
    let app = App::of(bot, person, "Owen");
    let shelves = app.get("/api/templates").await;
    let accepted = body(app.orders("first", "xmas_cabin", &[photo(1)]).await).await;
    let job = app.ends(accepted["id"].as_str().expect("an id")).await;
    assert_eq!(job["state"], "succeeded", "{job}");
    (shelves, job)
}

/// Waits for a preview that a busy machine takes long to paint, so that no call is told to come again.
pub async fn painted(bot: &Bot, address: &str) {
    let painted = async {
        while reqwest::get(bot.url(address)).await.expect("it answers").status() == StatusCode::SERVICE_UNAVAILABLE {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(120), painted).await.expect("it is painted");
}

async fn body(answer: Response) -> Value {
    answer.json().await.expect("it is JSON")
}

async fn problem(answer: Response, status: StatusCode, kind: &str) -> Value {
    assert_eq!(answer.status(), status);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let problem = body(answer).await;
    assert_eq!(problem["type"], format!("/problems/{kind}"), "{problem}");
    problem
}

async fn start() -> Bot {
    Bot::start_with(BotOptions { http: true, ..BotOptions::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ordered_here_is_told_in_the_chat_and_seen_from_both() {
    let bot = start().await;
    let ann = bot.person("Ann", "en");
    ann.sends_text("/start");
    ann.sees("Hi, Ann").await.expect("the menu");
    let app = App::of(&bot, ann.id(), "Ann");
    assert_eq!(app.get("/api/me").await["balance"], 10);
    let templates = app.get("/api/templates").await;
    let cabin = &templates["categories"][0]["templates"][0];
    let (template, price) = (cabin["id"].as_str().expect("an id"), cabin["price"].as_i64().expect("a price"));
    let accepted = app.orders("first", template, &[photo(1)]).await;
    assert_eq!(accepted.status(), StatusCode::ACCEPTED);
    let job = document::described("post", "/api/jobs/create", accepted).await;
    let job = app.ends(job["id"].as_str().expect("an id")).await;
    assert_eq!(job["state"], "succeeded", "{job}");
    ann.sees("is ready").await.expect("the picture is in the chat too");
    assert_eq!(app.get("/api/me").await["balance"], 10 - price);
    assert_eq!(bot.balance(&ann).await, 10 - price);
    let url = job["result"]["url"].as_str().expect("an address");
    let picture = reqwest::get(bot.url(url)).await.expect("it answers");
    assert_eq!(picture.status(), StatusCode::OK);
    assert_eq!(picture.headers()["content-type"], "image/jpeg");
    assert!(picture.bytes().await.expect("whole").starts_with(&[0xff, 0xd8]));
    bot.quiet().await;
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_template_has_a_preview_that_is_fetched_once() {
    let bot = start().await;
    let shelves = App::of(&bot, 511, "Kay").get("/api/templates").await;
    let categories = shelves["categories"].as_array().expect("shelves");
    let templates = categories.iter().flat_map(|it| it["templates"].as_array().expect("templates"));
    let addresses: Vec<&str> = templates.map(|it| it["preview"].as_str().expect("an address")).collect();
    assert!(addresses.len() >= 12, "{addresses:?}");
    let mut seen = std::collections::HashSet::new();
    for address in &addresses {
        painted(&bot, address).await;
        // Shown by an `<img>`, which proves nothing of who looks.
        let picture = reqwest::get(bot.url(address)).await.expect("it answers");
        assert_eq!(
            (picture.status(), picture.headers()["content-type"].as_bytes()),
            (StatusCode::OK, &b"image/jpeg"[..])
        );
        assert!(picture.headers()["cache-control"].to_str().expect("text").starts_with("public, max-age="));
        let tag = picture.headers()["etag"].clone();
        let jpeg = picture.bytes().await.expect("whole");
        let pixels = image::load_from_memory(&jpeg).expect("a picture");
        assert_eq!((pixels.width(), pixels.height()), (800, 1000), "{address}");
        assert!(seen.insert(jpeg), "{address} is no other one's");
        let again = Client::new().get(bot.url(address)).header("If-None-Match", &tag).send().await.expect("it answers");
        assert_eq!((again.status(), &again.headers()["etag"]), (StatusCode::NOT_MODIFIED, &tag));
    }
    // Another style is another picture.
    let etag = async || reqwest::get(bot.url(addresses[0])).await.expect("it answers").headers()["etag"].clone();
    let before = etag().await;
    bot.sql("UPDATE templates SET style = '{\"scene\": \"royal\"}'").await;
    bot.reload_catalog().await;
    assert_ne!(etag().await, before);
    for odd in ["nothing", "..%2f..%2fetc", "%00", "%ff"] {
        let answer = reqwest::get(bot.url(&format!("/api/templates/{odd}/preview"))).await.expect("it answers");
        assert!(
            matches!(answer.status(), StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST),
            "{odd}: {}",
            answer.status()
        );
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{odd}");
    }
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_is_one_order_however_often_and_at_once() {
    let bot = start().await;
    let app = App::of(&bot, 501, "Ben");
    let photos = [photo(1)];
    let calls = (0..6).map(|_| app.orders("again", "xmas_cabin", &photos));
    let mut bodies = Vec::new();
    for answer in futures::future::join_all(calls).await {
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        bodies.push(body(answer).await);
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{bodies:?}");
    let again = app.orders("again", "xmas_cabin", &photos).await;
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(body(again).await, bodies[0]);
    problem(
        app.orders("again", "xmas_cabin", &[photo(2)]).await,
        StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency-key-reused",
    )
    .await;
    // Keys are the person's own.
    let other = App::of(&bot, 502, "Cat").orders("again", "xmas_cabin", &photos).await;
    assert_eq!(other.status(), StatusCode::ACCEPTED);
    assert_ne!(body(other).await, bodies[0]);
    assert_eq!(bot.number("SELECT count(*) FROM generation_jobs").await, 2);
    bot.emulator.clone().shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_was_kept_can_be_ordered_with() {
    let bot = start().await;
    let app = App::of(&bot, 503, "Dan");
    let form = || Form::new().part("photo", Part::bytes(photo(3)).file_name("me.jpg"));
    let kept = app.ask(Method::POST, "/api/photos").multipart(form()).send().await.expect("it answers");
    assert_eq!(kept.status(), StatusCode::CREATED);
    let kept = document::described("post", "/api/photos", kept).await;
    let same = app.ask(Method::POST, "/api/photos").multipart(form()).send().await.expect("it answers");
    assert_eq!(body(same).await, kept, "the same photo is kept once");
    let order = json!({"template": "xmas_cabin", "photos": [kept["id"]]});
    let create =
        |app: &App, key: &str| app.ask(Method::POST, "/api/jobs/create").header("Idempotency-Key", key).json(&order);
    // Another person's photo is no photo of theirs.
    let theirs = create(&App::of(&bot, 504, "Eve"), "k").send().await.expect("it answers");
    problem(theirs, StatusCode::UNPROCESSABLE_ENTITY, "photos-gone").await;
    let mine = create(&app, "k").send().await.expect("it answers");
    assert_eq!(mine.status(), StatusCode::ACCEPTED);
    bot.emulator.clone().shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_asked_for_with_its_tag_and_only_by_its_owner() {
    let bot = Bot::start_with(BotOptions {
        http: true,
        painting: Some(std::time::Duration::from_secs(600)),
        ..BotOptions::default()
    })
    .await;
    let app = App::of(&bot, 505, "Fay");
    let job = body(app.orders("k", "xmas_cabin", &[photo(1)]).await).await;
    let path = format!("/api/jobs/{}", job["id"].as_str().expect("an id"));
    let first = app.ask(Method::GET, &path).send().await.expect("it answers");
    assert_eq!(first.headers()["retry-after"], "3");
    let tag = first.headers()["etag"].clone();
    let seen = document::described("get", "/api/jobs/{job}", first).await;
    assert!(matches!(seen["state"].as_str(), Some("queued" | "running")), "{seen}");
    bot.until("SELECT count(*) FROM generation_jobs WHERE state = 'running'", 1).await;
    let running = app.ask(Method::GET, &path).header("If-None-Match", &tag).send().await.expect("it answers");
    let tag = running.headers()["etag"].clone();
    let confirmed = app.ask(Method::GET, &path).header("If-None-Match", tag).send().await.expect("it answers");
    // Progress may have moved in between; then the tag has too.
    assert!(matches!(confirmed.status(), StatusCode::NOT_MODIFIED | StatusCode::OK));
    let eve = App::of(&bot, 506, "Eve");
    let theirs = eve.ask(Method::GET, &path).send().await.expect("it answers");
    let theirs = problem(theirs, StatusCode::NOT_FOUND, "unknown-job").await;
    let none = format!("/api/jobs/{}", uuid::Uuid::new_v4());
    let none = eve.ask(Method::GET, &none).send().await.expect("it answers");
    assert_eq!(problem(none, StatusCode::NOT_FOUND, "unknown-job").await, theirs, "nothing tells one from the other");
    let odd = eve.ask(Method::GET, "/api/jobs/..%2f..%2fetc").send().await.expect("it answers");
    problem(odd, StatusCode::NOT_FOUND, "unknown-job").await;
    bot.sql("UPDATE generation_jobs SET run_at = NULL").await;
    bot.emulator.clone().shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_a_picture_is_signed_and_expires() {
    let bot = start().await;
    let app = App::of(&bot, 507, "Gil");
    let job = body(app.orders("k", "xmas_cabin", &[photo(1)]).await).await;
    let job = app.ends(job["id"].as_str().expect("an id")).await;
    let url = job["result"]["url"].as_str().expect("an address").to_owned();
    let status = async |url: &str| reqwest::get(bot.url(url)).await.expect("it answers").status();
    assert_eq!(status(&url).await, StatusCode::OK);
    let (path, _) = url.split_once('?').expect("it is signed");
    let expires = url.split(['=', '&']).nth(1).expect("it expires").to_owned();
    let later = url.replace(&expires, &format!("{}", expires.parse::<i64>().expect("a time") + 3600));
    let another = url.replace(job["id"].as_str().expect("an id"), &uuid::Uuid::new_v4().to_string());
    for forged in [path, &later, &another, &url[..url.len() - 2], &format!("{path}?expires=x&signature=y")] {
        assert_eq!(status(forged).await, StatusCode::FORBIDDEN, "{forged}");
    }
    bot.emulator.clone().shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_cannot_be_is_refused_with_a_reason() {
    let bot = start().await;
    let app = App::of(&bot, 508, "Hal");
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    problem(app.orders("a", "nothing", &[photo(1)]).await, unprocessable, "unknown-template").await;
    problem(app.orders("b", "xmas_cabin", &[]).await, unprocessable, "photos").await;
    problem(app.orders("c", "xmas_cabin", &[photo(1), photo(2)]).await, unprocessable, "photos").await;
    let five: Vec<Vec<u8>> = (0..5).map(photo).collect();
    problem(app.orders("d", "xmas_cabin", &five).await, unprocessable, "photos").await;
    let flaw =
        problem(app.orders("e", "xmas_cabin", &[b"no picture".to_vec()]).await, unprocessable, "bad-photo").await;
    assert_eq!(flaw["flaw"], "not-a-picture");
    let flaw = problem(app.orders("f", "xmas_cabin", &[picture(40, 40, 1)]).await, unprocessable, "bad-photo").await;
    assert_eq!(flaw["flaw"], "too-small");
    problem(app.orders("", "xmas_cabin", &[photo(1)]).await, StatusCode::BAD_REQUEST, "idempotency-key").await;
    problem(app.orders(&"k".repeat(256), "xmas_cabin", &[photo(1)]).await, StatusCode::BAD_REQUEST, "idempotency-key")
        .await;
    let seen = app.ask(Method::POST, "/api/jobs/create").header("Idempotency-Key", "g");
    let seen = seen
        .multipart(Form::new().text("template", "xmas_cabin").text("price", "1").part("photo", Part::bytes(photo(1))));
    let repriced = problem(seen.send().await.expect("it answers"), StatusCode::CONFLICT, "repriced").await;
    assert_eq!(repriced["price"], 5);
    // A call that was refused may be made again with its key.
    let again = app.orders("f2", "xmas_cabin", &[photo(1)]).await;
    assert_eq!(again.status(), StatusCode::ACCEPTED);
    assert_eq!(app.orders("h", "xmas_cabin", &[photo(1)]).await.status(), StatusCode::ACCEPTED);
    let short =
        problem(app.orders("i", "xmas_cabin", &[photo(1)]).await, StatusCode::PAYMENT_REQUIRED, "short-of-credits")
            .await;
    assert_eq!(short["missing"], 5);
    bot.emulator.clone().shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_proven_gets_nothing_and_sends_nothing() {
    let bot = start().await;
    let shown = [
        None,
        Some("tma".to_owned()),
        Some("tma user=%7B%7D&hash=00".to_owned()),
        Some(format!("Bearer {}", init_data(1, "Eve", 5, TOKEN))),
        Some(format!("tma {}", init_data(1, "Eve", 5, "424242:other"))),
        Some(format!("tma {}", init_data(1, "Eve", 25 * 3600, TOKEN))),
        Some(format!("tma {}x", init_data(1, "Eve", 5, TOKEN))),
    ];
    let paths = [(Method::GET, "/api/me"), (Method::GET, "/api/templates"), (Method::POST, "/api/jobs/create")];
    for shown in &shown {
        for (method, path) in &paths {
            // No byte of the body is waited for.
            let mut request = Client::new().request(method.clone(), bot.url(path)).header("Idempotency-Key", "k");
            if let Some(shown) = shown {
                request = request.header("Authorization", shown);
            }
            problem(request.send().await.expect("it answers"), StatusCode::UNAUTHORIZED, "unproven").await;
        }
    }
    assert_eq!(bot.number("SELECT count(*) FROM users").await, 0);
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_too_often_is_told_when_to_come_back() {
    let bot = start().await;
    let app = App::of(&bot, 509, "Ira");
    let calls = (0..60).map(|_| app.ask(Method::GET, "/api/me").send());
    let answers = futures::future::join_all(calls).await;
    let refused: Vec<Response> = answers
        .into_iter()
        .map(|answer| answer.expect("it answers"))
        .filter(|it| it.status() != StatusCode::OK)
        .collect();
    assert!(!refused.is_empty());
    for answer in refused {
        assert_eq!(answer.headers()["retry-after"], "1");
        problem(answer, StatusCode::TOO_MANY_REQUESTS, "too-many-calls").await;
    }
    App::of(&bot, 510, "Joe").get("/api/me").await;
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_banned_gets_nothing_and_maintenance_takes_no_orders() {
    let bot = start().await;
    let ann = bot.person("Ann", "en");
    ann.sends_text("/start");
    bot.quiet().await;
    let app = App::of(&bot, ann.id(), "Ann");
    bot.sql("INSERT INTO settings (name, value, changed_at) VALUES ('maintenance', 'on', '2026-01-01T00:00:00+00:00')")
        .await;
    let closed = app.orders("one", "xmas_cabin", &[photo(1)]).await;
    problem(closed, StatusCode::SERVICE_UNAVAILABLE, "maintenance").await;
    bot.sql("UPDATE users SET banned_at = '2026-01-01T00:00:00+00:00'").await;
    for path in ["/api/me", "/api/templates"] {
        let refused = app.ask(Method::GET, path).send().await.expect("it answers");
        problem(refused, StatusCode::FORBIDDEN, "banned").await;
    }
    assert_eq!(bot.balance(&ann).await, 10);
    bot.shutdown().await;
}
