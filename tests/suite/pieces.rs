//! Albums that arrive in pieces at two replicas of one bot, on one PostgreSQL and one Redis: every photo counts once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use pixelai::app::{App, AppOptions};
use pixelai::config::{Config, Env, Secret};
use pixelai::emulator::{Emulator, Options, Person};
use pixelai::http::Listener;
use pixelai::poller::Pace;
use pixelai::providers::painter::{Painter, PainterOptions};
use pixelai::telegram::Limits;
use serde_json::Value;
use sqlx::PgPool;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::awaited;
use crate::support::bot::hero;
use crate::support::database::Schema;
use crate::support::process::Servers;

const TOKEN: &str = "424242:test";
/// The button of the counter that goes on to the price.
const ENOUGH: &str = "Enough";

/// What stands before the replicas, and gives each update to another one than the last.
struct Balancer {
    replicas: Vec<SocketAddr>,
    turn: AtomicUsize,
    taken: Vec<AtomicUsize>,
    client: reqwest::Client,
}

async fn forward(State(balancer): State<Arc<Balancer>>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    let chosen = balancer.turn.fetch_add(1, Ordering::SeqCst) % balancer.replicas.len();
    balancer.taken[chosen].fetch_add(1, Ordering::SeqCst);
    let request =
        balancer.client.post(format!("http://{}{uri}", balancer.replicas[chosen])).headers(headers).body(body);
    request.send().await.map_or(StatusCode::BAD_GATEWAY, |answer| answer.status())
}

/// Two whole bots that share everything a bot keeps.
struct Replicas {
    emulator: Emulator,
    balancer: Arc<Balancer>,
    database: PgPool,
    stop: CancellationToken,
    running: Vec<JoinHandle<anyhow::Result<()>>>,
    _folder: tempfile::TempDir,
    _schema: Schema,
}

impl Replicas {
    /// `None` where there are no servers.
    async fn start() -> Option<Self> {
        let servers = Servers::of_tests()?;
        let schema = Schema::make(servers.postgres).await;
        let folder = tempfile::tempdir().expect("a folder");
        let options = Options { token: TOKEN.into(), bot_username: "test_bot".into(), ..Options::default() };
        let emulator = Emulator::start(options).await.expect("the emulator starts");
        let local = SocketAddr::from(([127, 0, 0, 1], 0));
        let listeners = [(); 2].map(|()| Listener::bind(local).expect("a free port"));
        let balancer = Arc::new(Balancer {
            replicas: listeners.iter().map(Listener::address).collect(),
            turn: AtomicUsize::new(0),
            taken: vec![AtomicUsize::new(0), AtomicUsize::new(0)],
            client: reqwest::Client::new(),
        });
        let door = tokio::net::TcpListener::bind(local).await.expect("a free port");
        let config = Config {
            token: Some(Secret::new(TOKEN)),
            api_url: emulator.url(),
            database_url: schema.url(),
            redis_url: Some(Secret::new(servers.redis)),
            redis_prefix: schema.name().to_owned(),
            mock_ai: true,
            http_addr: None,
            public_url: Some(format!("http://{}", door.local_addr().expect("bound")).parse().expect("an address")),
            ..Config::from_env(&Env::default()).expect("the defaults")
        };
        let router = Router::new().fallback(forward).with_state(balancer.clone());
        tokio::spawn(async move { axum::serve(door, router).await });
        let painting =
            PainterOptions { duration: Duration::ZERO, ..PainterOptions::new(folder.path().join("painter")) };
        let painters = ["defapi", "fal", "replicate", "painter"].map(|name| Painter::new(name, painting.clone()));
        let (stop, mut running) = (CancellationToken::new(), Vec::new());
        for listener in listeners {
            let options = AppOptions { limits: Limits::NONE, pace: Pace::default(), listener: Some(listener) };
            let app = App::build_with(&config, &painters, options).await.expect("the bot starts");
            running.push(tokio::spawn(app.run(stop.clone())));
        }
        let database = PgPool::connect(&schema.url()).await.expect("the server answers");
        Some(Self { emulator, balancer, database, stop, running, _folder: folder, _schema: schema })
    }

    async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.database).await.expect("a number")
    }

    async fn says(&self, person: &Person, text: &str) {
        person.sends_text(text);
        self.at_rest().await;
    }

    async fn presses(&self, person: &Person, label: &str) {
        person.presses(label).unwrap_or_else(|trouble| panic!("{trouble}\n{}", person.transcript()));
        self.at_rest().await;
    }

    /// Everything that was sent has been handled, albums too.
    async fn at_rest(&self) {
        self.emulator.idle().await;
        let parts = "SELECT count(*) FROM album_parts";
        awaited("the albums", async || (self.number(parts).await == 0).then_some(())).await;
        // The last album's screen may still be on its way.
        tokio::time::sleep(Duration::from_millis(300)).await;
        self.emulator.idle().await;
    }

    async fn shutdown(self) {
        self.stop.cancel();
        for running in self.running {
            running.await.expect("no panic").expect("it ends in order");
        }
        assert_eq!(self.emulator.violations(), Vec::<String>::new());
        self.database.close().await;
        self.emulator.shutdown().await;
    }
}

/// Messages that still have a button of this label.
fn with_button(person: &Person, label: &str) -> Vec<Value> {
    let has = |message: &Value| {
        let rows = message["reply_markup"]["inline_keyboard"].as_array().cloned().unwrap_or_default();
        rows.iter()
            .filter_map(Value::as_array)
            .flatten()
            .any(|it| it["text"].as_str().is_some_and(|it| it.contains(label)))
    };
    person.messages().into_iter().filter(has).collect()
}

/// Through consent, name and kind to the photos.
async fn begins_an_avatar(bots: &Replicas) -> Person {
    let ann = bots.emulator.person("Ann", "en");
    for text in ["/start", "/avatars"] {
        bots.says(&ann, text).await;
    }
    for label in ["avatar", "Go on", "I agree"] {
        bots.presses(&ann, label).await;
    }
    bots.says(&ann, "Ann").await;
    bots.presses(&ann, "A woman").await;
    ann
}

/// All photos that were sent are there once, and one counter says so.
async fn counted(bots: &Replicas, ann: &Person, photos: i64) {
    let chat = ann.transcript();
    assert_eq!(bots.number("SELECT count(*) FROM avatar_photos").await, photos, "{chat}");
    assert_eq!(bots.number("SELECT count(DISTINCT unique_id) FROM avatar_photos").await, photos, "{chat}");
    assert!(!chat.contains("already here"), "a photo was taken for its own copy:\n{chat}");
    let counters = with_button(ann, ENOUGH);
    assert_eq!(counters.len(), 1, "{chat}");
    let says = counters[0]["text"].as_str().unwrap_or_default().replace('\u{a0}', " ");
    assert!(says.contains(&format!("{photos} of 20 photos")), "{says}\n{chat}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_album_in_pieces_at_two_replicas_is_counted_once_by_one_counter() {
    let Some(bots) = Replicas::start().await else { return };
    let ann = begins_an_avatar(&bots).await;
    let before: Vec<usize> = bots.balancer.taken.iter().map(|taken| taken.load(Ordering::SeqCst)).collect();
    ann.sends_photos((1..=10).map(hero));
    bots.at_rest().await;
    for (taken, before) in bots.balancer.taken.iter().zip(before) {
        assert_eq!(taken.load(Ordering::SeqCst) - before, 5, "half of the pieces came here");
    }
    counted(&bots, &ann, 10).await;
    // A single photo after the album goes into the same counter.
    ann.sends_photo(hero(11));
    bots.at_rest().await;
    counted(&bots, &ann, 11).await;
    bots.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn albums_handled_by_both_replicas_at_once_lose_no_photo_and_repeat_none() {
    let Some(bots) = Replicas::start().await else { return };
    let ann = begins_an_avatar(&bots).await;
    for album in 0..4_u8 {
        ann.sends_photos((1..=5).map(|number| hero(album * 5 + number)));
    }
    bots.at_rest().await;
    counted(&bots, &ann, 20).await;
    bots.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_forty_photos_at_once_twenty_are_kept_and_one_counter_says_so() {
    let Some(bots) = Replicas::start().await else { return };
    let ann = begins_an_avatar(&bots).await;
    for album in 0..4_u8 {
        ann.sends_photos((1..=10).map(|number| hero(album * 10 + number)));
    }
    bots.at_rest().await;
    counted(&bots, &ann, 20).await;
    let chat = ann.transcript().replace('\u{a0}', " ");
    assert!(chat.contains("20 is the most"), "{chat}");
    bots.shutdown().await;
}
