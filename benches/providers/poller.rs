//! The bot's poller in a process of its own: this program, started again with other arguments.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use async_trait::async_trait;
use bytes::Bytes;
use pixelai::app::Script;
use pixelai::avatars::Avatars;
use pixelai::config::{Config, Env, Secret};
use pixelai::conversation::{Conversation, Outbound, SendError};
use pixelai::database::{Database, Time};
use pixelai::domain::{ActionKey, Credits, SizedPhoto, TelegramId, TemplateId};
use pixelai::flows::view::{OldScreen, Place, Sent, Shown, ShownKind, View};
use pixelai::flows::{FetchError, Files, Switches, Uploads, World};
use pixelai::http::hooks::{Desk, routes};
use pixelai::orders::{Bell, Catalog, Order as Placing, Orders, Placed};
use pixelai::poller::{Pace, Poller};
use pixelai::providers::hooks::Hooks;
use pixelai::providers::{DefApi, Providers};
use pixelai::sessions::Sessions;
use pixelai::store::Store;
use pixelai::store::users::Profile;
use pixelai::wallet::{Movement, Stars, StarsError, Wallet};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The first argument of this process.
pub const MARK: &str = "poller";
const TEMPLATE: &str = "xmas_cabin";
const PRICE: i64 = 5;
const LOOK: Duration = Duration::from_millis(500);

/// What the process is to do.
pub struct Order {
    url: String,
    folder: PathBuf,
    jobs: i64,
    webhooks: bool,
}

impl Order {
    pub fn read(arguments: &[String]) -> Option<Self> {
        let [mark, url, folder, jobs, webhooks] = arguments else { return None };
        let order = Self {
            url: url.clone(),
            folder: folder.into(),
            jobs: jobs.parse().ok()?,
            webhooks: webhooks.parse().ok()?,
        };
        (mark == MARK).then_some(order)
    }
}

/// Places the jobs, says so, takes them to their end, and says how long each was done before that was written.
pub async fn serve(order: Order) -> anyhow::Result<()> {
    let database = Database::connect(&format!("sqlite://{}", order.folder.join("bench.db").display())).await?;
    database.migrate().await?;
    let store = Store::new(database);
    let provider = Arc::new(DefApi::new(order.url.parse()?, &Secret::new("dk-bench"))?);
    let providers = Providers::new([provider as Arc<dyn pixelai::providers::Provider>]);
    let catalog = Catalog::load(&store, HashSet::from(["defapi".to_owned()])).await?;
    let bell = Arc::new(Bell::default());
    let orders = Orders::new(store.clone(), Arc::new(catalog), bell.clone());
    let talk = Arc::new(conversation(&store, &orders, &bell)?);
    place(&talk, order.jobs).await?;
    let mut poller =
        Poller::new(talk.clone(), providers.clone(), Arc::new(NoStars), bell, Pace::default(), TaskTracker::new());
    if order.webhooks {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let hooks = Hooks::new(&format!("http://{}", listener.local_addr()?), b"bench");
        poller.hooks = Some(hooks.clone());
        let router = routes(Desk { talk: talk.clone(), providers, hooks });
        tokio::spawn(async move { axum::serve(listener, router).await });
    }
    println!("ready");
    let stop = CancellationToken::new();
    let running = tokio::spawn(poller.run(stop.clone()));
    while ended(&store).await? < order.jobs {
        tokio::time::sleep(LOOK).await;
    }
    println!("{}", delays(&store).await?);
    stop.cancel();
    running.await?;
    Ok(())
}

/// A person each, since nobody may have many pictures under way.
async fn place(talk: &Conversation, jobs: i64) -> anyhow::Result<()> {
    let world = talk.world();
    let template = TemplateId(TEMPLATE.to_owned());
    for number in 0..jobs {
        let now = chrono::Utc::now();
        let profile =
            Profile { telegram_id: TelegramId(number), first_name: "Ada", username: None, language_code: None };
        let user = world.wallet.welcome(&profile, now).await?;
        let photo = SizedPhoto { jpeg: Bytes::from(vec![7; 20_000]), width: 600, height: 800 };
        let photo = world.store.keep_photo(user, "unique", &photo, now).await?;
        let (key, price) = (ActionKey(format!("order:{number}")), Credits::new(PRICE)?);
        let order = Placing { user, key: &key, template: &template, photos: &[photo], price };
        if !matches!(world.orders.place(&order, now).await?, Placed::Placed(_)) {
            bail!("an order could not be placed");
        }
    }
    Ok(())
}

async fn ended(store: &Store) -> anyhow::Result<i64> {
    let Database::Sqlite { read, .. } = store.database() else { bail!("the bench runs on SQLite") };
    let sql = "SELECT count(*) FROM generation_jobs WHERE state IN ('succeeded', 'failed', 'cancelled')";
    Ok(sqlx::query_scalar(sql).fetch_one(read).await?)
}

async fn delays(store: &Store) -> anyhow::Result<String> {
    let Database::Sqlite { read, .. } = store.database() else { bail!("the bench runs on SQLite") };
    let sql = "SELECT task, finished_at FROM generation_jobs WHERE state = 'succeeded'";
    let rows: Vec<(String, Time)> = sqlx::query_as(sql).fetch_all(read).await?;
    let mut delays = Vec::with_capacity(rows.len());
    for (task, finished) in rows {
        let task: serde_json::Value = serde_json::from_str(&task)?;
        let id = task["id"].as_str().context("a task has an id")?;
        let done: i64 = id.rsplit_once('-').context("an id tells its time")?.1.parse()?;
        delays.push(finished.timestamp_millis() - done);
    }
    delays.sort_unstable();
    let at = |share: usize| delays.get(delays.len() * share / 100).copied().unwrap_or_default();
    Ok(format!("{} ms / {} ms ({} pictures)", at(50), at(99), delays.len()))
}

fn conversation(store: &Store, orders: &Orders, bell: &Arc<Bell>) -> anyhow::Result<Conversation> {
    let script = Script::proven(&Config::from_env(&Env::default())?)?;
    let world = World {
        store: store.clone(),
        wallet: Wallet::new(store.clone(), Credits::new(PRICE)?),
        orders: orders.clone(),
        avatars: Avatars::new(store.clone(), orders.clone(), bell.clone()),
        texts: Arc::new(script.texts.clone()),
        uploads: Uploads::new(store.clone(), 1),
        files: Arc::new(NoFiles),
        admins: Vec::new(),
        switches: Switches::default(),
    };
    let sessions = Sessions::in_database(store.database().clone());
    Ok(Conversation::new(script.dialogues, world, sessions, Arc::new(Nowhere::default()), bell.clone()))
}

/// Nobody sends a photo here.
struct NoFiles;

#[async_trait]
impl Files for NoFiles {
    async fn download(&self, _: &str, _: usize) -> Result<Bytes, FetchError> {
        Err(FetchError::Unreachable)
    }
}

/// Nobody pays here.
struct NoStars;

#[async_trait]
impl Stars for NoStars {
    async fn movements(&self, _: u32) -> Result<Vec<Movement>, StarsError> {
        Ok(Vec::new())
    }

    async fn give_back(&self, _: TelegramId, _: &str) -> Result<(), StarsError> {
        Ok(())
    }
}

/// Takes every message.
#[derive(Default)]
struct Nowhere(AtomicI32);

#[async_trait]
impl Outbound for Nowhere {
    async fn deliver(&self, _: TelegramId, _: &View, _: &Place) -> Result<Sent, SendError> {
        let message_id = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(Sent { shown: Shown { message_id, kind: ShownKind::Text }, file_id: None })
    }

    fn retire(&self, _: TelegramId, _: Shown, _: OldScreen) {}

    async fn busy(&self, _: TelegramId) {}
}
