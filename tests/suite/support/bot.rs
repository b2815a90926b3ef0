//! A whole bot in the process: an emulated Telegram, the app, a fresh database, and people who talk with it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pixelai::app::{App, AppOptions};
use pixelai::config::{Config, Env, ProviderConfig, Secret};
use pixelai::conversation::Conversation;
use pixelai::database::Database;
use pixelai::domain::{Credits, TelegramId};
use pixelai::emulator::{Emulator, Options, Person};
use pixelai::http::Listener;
use pixelai::orders::Bell;
use pixelai::poller::Pace;
use pixelai::providers::painter::{Behaviour, Painter, PainterOptions};
use pixelai::store::Store;
use pixelai::store::users::User;
use pixelai::telegram::Limits;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const TOKEN: &str = "424242:test";
const PROVIDERS: [&str; 4] = ["defapi", "fal", "replicate", "painter"];
/// How long a bot may take until everything is done, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at whether everything is done.
const LOOK: Duration = Duration::from_millis(4);
/// What is still being done: live jobs and trainings, ended ones that are to be looked at now, letters, timers, albums.
const PENDING: &str = "SELECT \
    (SELECT count(*) FROM generation_jobs WHERE state IN ('queued', 'submitting', 'running') AND NOT $2) \
    + (SELECT count(*) FROM training_runs WHERE state IN ('queued', 'submitting', 'running') AND NOT $2) \
    + (SELECT count(*) FROM training_runs WHERE state IN ('succeeded', 'failed', 'cancelled') AND run_at <= $1) \
    + (SELECT count(*) FROM erasures WHERE run_at <= $1) \
    + (SELECT count(*) FROM generation_jobs WHERE state IN ('succeeded', 'failed', 'cancelled') AND run_at <= $1) \
    + (SELECT count(*) FROM outbox WHERE due_at <= $1) \
    + (SELECT count(*) FROM refunds WHERE due_at <= $1) \
    + (SELECT count(*) FROM sessions WHERE due_at <= $1) \
    + (SELECT count(*) FROM album_parts)";

/// What a bot begins with.
#[derive(Debug, Clone, Default)]
pub struct BotOptions {
    /// 10 when `None`, as in production.
    pub start_balance: Option<i64>,
    /// Telegram ids.
    pub admins: Vec<i64>,
    /// `None`: a fresh SQLite file.
    pub database_url: Option<String>,
    /// `None`: the painters play all providers.
    pub providers: Option<ProviderConfig>,
    /// `None`: a picture is there as soon as it is painted.
    pub painting: Option<Duration>,
    /// Whether it has an HTTP server, on a port that is free.
    pub http: bool,
    /// Whether Telegram brings it its updates; they are fetched otherwise. `TEST_DOOR=webhook` has every bot do so.
    pub webhook: bool,
    /// Who shows it sees the details.
    pub status_token: Option<&'static str>,
}

/// A bot that runs.
pub struct Bot {
    pub emulator: Emulator,
    /// What plays the providers, in a restarted bot too.
    pub painters: Vec<Painter>,
    config: Config,
    /// Stays open over restarts.
    listener: Option<Listener>,
    running: Option<Running>,
    _folder: TempDir,
}

struct Running {
    conversation: Arc<Conversation>,
    background: TaskTracker,
    bell: Arc<Bell>,
    stop: CancellationToken,
    ended: JoinHandle<anyhow::Result<()>>,
}

impl Bot {
    pub async fn start() -> Self {
        Self::start_with(BotOptions::default()).await
    }

    pub async fn start_with(options: BotOptions) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let emulator = Emulator::start(Options {
            token: TOKEN.into(),
            bot_username: "pixelai_bot".into(),
            bot_name: "PIXEL AI".into(),
            ..Options::default()
        });
        let emulator = emulator.await.expect("the emulator starts");
        let file = format!("sqlite://{}", folder.path().join("test.db").display());
        let mut config = Config {
            token: Some(Secret::new(TOKEN)),
            api_url: emulator.url(),
            database_url: options.database_url.unwrap_or(file),
            mock_ai: options.providers.is_none(),
            http_addr: None,
            status_token: options.status_token.map(Secret::new),
            admins: options.admins.into_iter().map(TelegramId).collect(),
            start_balance: Credits::new(options.start_balance.unwrap_or(10)).expect("a balance from 0"),
            ..Config::from_env(&Env::default()).expect("the defaults")
        };
        if let Some(providers) = options.providers {
            config.providers = providers;
        }
        let painting = PainterOptions {
            duration: options.painting.unwrap_or_default(),
            ..PainterOptions::new(folder.path().join("painter"))
        };
        let names = PROVIDERS.into_iter().filter(|_| config.mock_ai);
        let painters = names.map(|name| Painter::new(name, painting.clone())).collect();
        let local = SocketAddr::from(([127, 0, 0, 1], 0));
        let webhook = options.webhook || std::env::var("TEST_DOOR").is_ok_and(|door| door == "webhook");
        let listener = (options.http || webhook).then(|| Listener::bind(local).expect("a free port"));
        let mut bot = Self { emulator, painters, config, listener, running: None, _folder: folder };
        bot.updates_are_brought(webhook);
        bot.run().await;
        bot
    }

    /// A person who has not written yet. They have 500 Stars.
    pub fn person(&self, first_name: &str, language_code: &str) -> Person {
        self.emulator.person(first_name, language_code)
    }

    /// How every picture ordered from now on turns out.
    pub fn painters_will(&self, behaviour: &Behaviour) {
        for painter in &self.painters {
            painter.behave_always(behaviour.clone());
        }
    }

    /// From its next start on: whether Telegram brings its updates, or it fetches them.
    pub fn updates_are_brought(&mut self, brought: bool) {
        self.config.public_url = brought.then(|| self.url("").parse().expect("an address of this machine"));
    }

    /// The address of a path of its HTTP server.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.listener.as_ref().expect("it has an HTTP server").address())
    }

    pub fn conversation(&self) -> &Arc<Conversation> {
        &self.running().conversation
    }

    pub fn store(&self) -> &Store {
        &self.conversation().world().store
    }

    /// Waits until everything is done: updates, jobs, letters, albums, due timers, and what follows from them.
    pub async fn quiet(&self) {
        self.settled(false).await;
    }

    /// The same, except for jobs under way.
    pub async fn quiet_but_for_jobs(&self) {
        self.settled(true).await;
    }

    async fn settled(&self, but_for_jobs: bool) {
        let settled = async {
            loop {
                self.emulator.idle().await;
                // Work outlasts its row, and may leave another one: so the rows are counted on both sides of it.
                let seen = self.emulator.requests().len();
                if self.pending(but_for_jobs).await == 0
                    && self.running().background.is_empty()
                    && self.pending(but_for_jobs).await == 0
                    && self.is_as_before(seen)
                {
                    return;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        if tokio::time::timeout(PATIENCE, settled).await.is_err() {
            let chats: Vec<String> = self.emulator.people().iter().map(Person::transcript).collect();
            panic!("the bot does not come to rest:\n{}", chats.join("\n"));
        }
    }

    /// Whether nothing but fetching has been asked of Telegram since.
    fn is_as_before(&self, seen: usize) -> bool {
        self.emulator.requests().iter().skip(seen).all(|request| request.method == "getUpdates")
    }

    async fn pending(&self, but_for_jobs: bool) -> i64 {
        let now = chrono::Utc::now();
        let count = match self.store().database() {
            Database::Sqlite { read, .. } => {
                sqlx::query_scalar(PENDING).bind(now).bind(but_for_jobs).fetch_one(read).await
            }
            Database::Postgres(pool) => sqlx::query_scalar(PENDING).bind(now).bind(but_for_jobs).fetch_one(pool).await,
        };
        count.expect("the database answers")
    }

    /// Changes what is stored, behind the bot's back; the number of rows.
    pub async fn sql(&self, statement: &'static str) -> u64 {
        match self.store().database() {
            Database::Sqlite { write, .. } => {
                sqlx::query(statement).execute(write).await.expect("a statement").rows_affected()
            }
            Database::Postgres(pool) => {
                sqlx::query(statement).execute(pool).await.expect("a statement").rows_affected()
            }
        }
    }

    /// Has nobody look at the jobs and trainings under way any more: news of one would edit whatever screen stands there
    /// just then. With another fence, a worker that is at it writes nothing.
    pub async fn rest_jobs(&self) {
        self.sql(
            "UPDATE generation_jobs SET fence = fence + 1, run_at = '2999-01-01T00:00:00+00:00' WHERE run_at IS NOT NULL",
        )
        .await;
        self.sql(
            "UPDATE training_runs SET fence = fence + 1, run_at = '2999-01-01T00:00:00+00:00' WHERE run_at IS NOT NULL",
        )
        .await;
        self.quiet_but_for_jobs().await;
    }

    /// A number from the database.
    pub async fn number(&self, query: &'static str) -> i64 {
        let found = match self.store().database() {
            Database::Sqlite { read, .. } => sqlx::query_scalar(query).fetch_one(read).await,
            Database::Postgres(pool) => sqlx::query_scalar(query).fetch_one(pool).await,
        };
        found.expect("a number")
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        let query = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let found = match self.store().database() {
            Database::Sqlite { read, .. } => sqlx::query_scalar(query).fetch_one(read).await,
            Database::Postgres(pool) => sqlx::query_scalar(query).fetch_one(pool).await,
        };
        found.expect("a number")
    }

    /// Waits until the database holds this number.
    pub async fn until(&self, query: &'static str, number: i64) {
        let there = async {
            while self.number(query).await != number {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(PATIENCE, there).await.unwrap_or_else(|_| panic!("never {number}: {query}"));
    }

    /// Has the catalog read from the database again, as the housekeeping does every now and then.
    pub async fn reload_catalog(&self) {
        self.conversation().world().orders.catalog().reload(self.store()).await.expect("the catalog is sound");
    }

    /// What is stored of a person who has written.
    pub async fn user(&self, person: &Person) -> User {
        let found = self.store().user_by_telegram(TelegramId(person.id())).await.expect("the database answers");
        found.expect("the person is known")
    }

    /// What a person can spend.
    pub async fn balance(&self, person: &Person) -> i64 {
        self.user(person).await.balance.get()
    }

    /// Has every timer that is set fire now.
    pub async fn fire_timers(&self) {
        let sessions = self.conversation().sessions();
        assert!(sessions.next_due().await.expect("the database answers").is_some(), "no timer is set");
        self.sql("UPDATE sessions SET due_at = '2020-01-01T00:00:00+00:00' WHERE due_at IS NOT NULL").await;
        self.running().bell.timers.notify_one();
        self.quiet_but_for_jobs().await;
    }

    /// Has every job that waits for its next step take it now.
    pub fn ring_jobs(&self) {
        self.running().bell.jobs.notify_one();
    }

    /// The same for trainings.
    pub fn ring_trainings(&self) {
        self.running().bell.training.notify_one();
    }

    /// Ends the bot in order, and starts it on what it has left.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.run().await;
    }

    /// Ends everything, and checks that the bot kept to the Bot API and the books are right.
    pub async fn shutdown(mut self) {
        let flaws = self.store().audit().await.expect("the database answers");
        assert!(flaws.is_empty(), "the ledger is wrong: {flaws:?}");
        self.stop().await;
        assert_eq!(self.emulator.violations(), Vec::<String>::new());
        self.emulator.clone().shutdown().await;
    }

    /// Starts it on what it has left.
    pub async fn run(&mut self) {
        // As fast as a bot can be that asks often enough; the first look comes after the screen is there.
        let pace = Pace {
            first: Duration::from_millis(120),
            slowest: Duration::from_millis(200),
            back_off: Duration::from_millis(20),
            ..Pace::default()
        };
        let options = AppOptions { limits: Limits::NONE, pace, listener: self.listener.clone() };
        let app = App::build_with(&self.config, &self.painters, options).await.expect("the bot starts");
        let stop = CancellationToken::new();
        self.running = Some(Running {
            conversation: app.conversation().clone(),
            background: app.background().clone(),
            bell: app.bell().clone(),
            stop: stop.clone(),
            ended: tokio::spawn(app.run(stop)),
        });
    }

    /// Ends it in order; updates wait at Telegram meanwhile.
    pub async fn stop(&mut self) {
        let Some(running) = self.running.take() else { return };
        running.stop.cancel();
        running.ended.await.expect("the bot does not panic").expect("the bot ends in order");
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("the bot runs")
    }
}

/// A photo that is accepted; another number is another photo.
pub fn photo(number: u8) -> Vec<u8> {
    picture(600, 800, number)
}

/// A JPEG of this size.
pub fn picture(width: u32, height: u32, number: u8) -> Vec<u8> {
    let shade = |x: u32, y: u32| image::Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, number]);
    let mut jpeg = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbImage::from_fn(width, height, shade);
    pixels.write_to(&mut jpeg, image::ImageFormat::Jpeg).expect("a JPEG");
    jpeg.into_inner()
}

/// A photo of a hero; those of other numbers show something else.
pub fn hero(number: u8) -> Vec<u8> {
    let (columns, rows) = (6, 8);
    let shade = |x: u32, y: u32| {
        let block = (x / 100) % columns + (y / 100) % rows * columns;
        let mixed = (block + 1).wrapping_mul(2_654_435_761).wrapping_add(u32::from(number).wrapping_mul(0x9e37_79b1));
        let mixed = mixed ^ (mixed >> 13);
        image::Rgb([(mixed >> 24) as u8, (mixed >> 16) as u8, (mixed >> 8) as u8])
    };
    let mut jpeg = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbImage::from_fn(columns * 100, rows * 100, shade);
    pixels.write_to(&mut jpeg, image::ImageFormat::Jpeg).expect("a JPEG");
    jpeg.into_inner()
}
