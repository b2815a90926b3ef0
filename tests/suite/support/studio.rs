//! The poller at work: over a shop, with scripted providers, and a recorder where Telegram would be.

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use pixelai::app::Script;
use pixelai::avatars::Avatars;
use pixelai::config::{Config, Env};
use pixelai::conversation::{Conversation, Outbound, SendError};
use pixelai::domain::{JobId, JobState, TelegramId};
use pixelai::flows::view::{OldScreen, Picture, Place, Sent, Shown, ShownKind, View};
use pixelai::flows::{FetchError, Files, Switches, Uploads, World};
use pixelai::poller::{Pace, Poller};
use pixelai::providers::hooks::Hooks;
use pixelai::providers::{Provider, Providers};
use pixelai::sessions::Sessions;
use pixelai::store::jobs::Job;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::awaited;
use super::database::{Fresh, engines};
use super::provider::Scripted;
use super::shop::{PROVIDERS, Shop};
use super::stars::Till;

/// The admin's Telegram id.
pub const ADMIN: i64 = 900;

/// As fast as a test wants it.
const PACE: Pace = Pace {
    first: Duration::from_millis(2),
    slowest: Duration::from_millis(10),
    back_off: Duration::from_millis(2),
    lease: Duration::from_secs(15),
    books: Duration::from_secs(300),
    books_grace: Duration::ZERO,
};

/// Takes every message, unless the person has blocked us, and remembers it.
#[derive(Default)]
pub struct Recorder {
    pub blocked: AtomicBool,
    numbers: AtomicI32,
    sent: Mutex<Vec<(TelegramId, View)>>,
}

impl Recorder {
    pub fn sent(&self) -> Vec<(TelegramId, View)> {
        self.sent.lock().expect("no test panics while it holds the record").clone()
    }

    /// The messages that carry a picture which was made, not one of the gallery.
    pub fn pictures(&self) -> Vec<Bytes> {
        let picture = |(_, view): (TelegramId, View)| match view.picture {
            Some(Picture::Upload { jpeg, .. }) => Some(jpeg),
            _ => None,
        };
        self.sent().into_iter().filter_map(picture).collect()
    }
}

#[async_trait]
impl Outbound for Recorder {
    async fn deliver(&self, chat: TelegramId, view: &View, _: &Place) -> Result<Sent, SendError> {
        if self.blocked.load(Ordering::SeqCst) {
            return Err(SendError::Blocked);
        }
        self.sent.lock().expect("no test panics while it holds the record").push((chat, view.clone()));
        let message_id = self.numbers.fetch_add(1, Ordering::SeqCst) + 1;
        let (kind, file_id) = match &view.picture {
            Some(Picture::Upload { key, .. }) => (ShownKind::Photo, Some((key.clone(), format!("file:{message_id}")))),
            _ => (ShownKind::Text, None),
        };
        Ok(Sent { shown: Shown { message_id, kind }, file_id })
    }

    fn retire(&self, _: TelegramId, _: Shown, _: OldScreen) {}

    async fn busy(&self, _: TelegramId) {}
}

/// Nobody sends a photo here.
struct NoFiles;

#[async_trait]
impl Files for NoFiles {
    async fn download(&self, _: &str, _: usize) -> Result<Bytes, FetchError> {
        Err(FetchError::Unreachable)
    }
}

pub struct Studio {
    pub shop: Shop,
    /// Of [`super::shop::MODEL`].
    pub first: Arc<Scripted>,
    /// Of [`super::shop::FALLBACK`].
    pub second: Arc<Scripted>,
    pub out: Arc<Recorder>,
    pub talk: Arc<Conversation>,
    /// Where Telegram's Stars would be.
    pub till: Arc<Till>,
    poller: Poller,
    stop: CancellationToken,
    running: Option<JoinHandle<()>>,
}

/// A studio over each engine under test; nothing runs yet.
pub async fn studios() -> Vec<Studio> {
    let mut studios = Vec::new();
    for fresh in engines().await {
        studios.push(Studio::over(fresh).await);
    }
    studios
}

impl Studio {
    pub async fn over(fresh: Fresh) -> Self {
        let [first, second] = PROVIDERS.map(Scripted::new);
        let providers = Providers::new([first.clone() as Arc<dyn Provider>, second.clone()]);
        Self { first, second, ..Self::with(fresh, providers, None).await }
    }

    /// The same with other providers, which report to `hooks`.
    pub async fn with(fresh: Fresh, providers: Providers, hooks: Option<Hooks>) -> Self {
        let shop = Shop::with(fresh, providers.names().map(str::to_owned).collect()).await;
        let [first, second] = PROVIDERS.map(Scripted::new);
        let out = Arc::new(Recorder::default());
        let talk = Arc::new(conversation(&shop, out.clone()));
        let till = Arc::new(Till::default());
        let tasks = tokio_util::task::TaskTracker::new();
        let mut poller = Poller::new(talk.clone(), providers, till.clone(), shop.bell.clone(), PACE, tasks);
        poller.hooks = hooks;
        Self { shop, first, second, out, talk, till, poller, stop: CancellationToken::new(), running: None }
    }

    /// Starts the loops.
    pub fn start(&mut self) {
        self.running = Some(tokio::spawn(self.poller.clone().run(self.stop.clone())));
    }

    /// Starts the loops a second time, as another process would; they end when the studio is closed.
    pub fn another_poller(&self) -> JoinHandle<()> {
        tokio::spawn(self.poller.clone().run(self.stop.clone()))
    }

    /// Stops the loops and waits for what they have begun; then the books have to be in order.
    pub async fn close(mut self) {
        self.stop.cancel();
        if let Some(running) = self.running.take() {
            running.await.expect("the loops end by themselves");
        }
        self.shop.fresh.assert_books_in_order().await;
    }

    /// The job once it stands so.
    pub async fn job_in(&self, id: JobId, state: JobState) -> Job {
        awaited(&format!("{id} {state:?}"), async || {
            let job = self.shop.job(id).await;
            (job.state == state).then_some(job)
        })
        .await
    }

    /// Waits until a provider was called so.
    pub async fn called(&self, provider: &Scripted, call: &str) {
        awaited(call, async || (!provider.calls_to(call).is_empty()).then_some(())).await;
    }

    /// Waits until `count` letters have been sent.
    pub async fn sent_letters(&self, count: i64) {
        let sent = "SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL";
        awaited("letters", async || (self.shop.fresh.number(sent).await == count).then_some(())).await;
    }

    /// Makes the loops look at what a test has changed in the tables.
    pub fn ring(&self) {
        self.shop.bell.jobs.notify_one();
        self.shop.bell.mail.notify_one();
        self.shop.bell.refunds.notify_one();
        self.shop.bell.books.notify_one();
    }
}

fn conversation(shop: &Shop, out: Arc<Recorder>) -> Conversation {
    let config = Config::from_env(&Env::default()).expect("nothing is required");
    let script = Script::proven(&config).expect("the dialogues have no flaw");
    let store = shop.fresh.store.clone();
    let world = World {
        store: store.clone(),
        wallet: shop.wallet.clone(),
        orders: shop.orders.clone(),
        avatars: Avatars::new(store.clone(), shop.orders.clone(), shop.bell.clone()),
        texts: Arc::new(script.texts.clone()),
        uploads: Uploads::new(store.clone(), 1),
        files: Arc::new(NoFiles),
        admins: vec![TelegramId(ADMIN)],
        switches: Switches::default(),
    };
    let sessions = Sessions::in_database(store.database().clone());
    Conversation::new(script.dialogues, world, sessions, out, shop.bell.clone())
}
