//! The wiring: from settings to a running bot.

mod audit;
mod check;
mod demo;
mod door;
mod embedded;
mod health;
mod logs;
mod providers;
mod turns;
mod web;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::avatars::Avatars;
use crate::config::{Config, Secret, bot_id};
use crate::conversation::Conversation;
use crate::database::Database;
use crate::domain::{Language, TelegramId};
use crate::engine::Dialogues;
use crate::flows::admin;
use crate::flows::{Switches, Uploads, World};
use crate::http::{self, Listener};
use crate::orders::{Bell, Catalog, Orders};
use crate::poller::{Pace, Poller};
use crate::providers::hooks::Hooks;
use crate::providers::painter::{Painter, PainterOptions, parse_behaviours};
use crate::sessions::{RedisSessions, Sessions};
use crate::store::Store;
use crate::telegram::{self, Client, Counters, Courier, Dispatcher, Limits};
use crate::text::{Args, Texts};
use crate::wallet::Wallet;

pub use audit::{Audit, audit};
pub use check::{check, draw};
pub use demo::{Demo, DemoOptions};
pub use health::health;
pub use logs::start as start_logs;
pub use providers::check_providers;
pub use webhook::{WebhookDeed, webhook};

use door::Door;
use turns::Turns;
use web::Web;

/// Providers that a model may name; with `MOCK_AI=1` the painter plays them all.
const PROVIDERS: [&str; 4] = ["defapi", "fal", "replicate", "painter"];
/// Before the command menu of an admin who is not known to the bot yet is set again.
const MENU_PAUSE: Duration = Duration::from_secs(60);
/// How long the last letters and jobs may take after the door is closed.
const GRACE: Duration = Duration::from_secs(8);

/// Everything that was read from files: proven before anything runs.
pub struct Script {
    pub dialogues: Arc<Dialogues>,
    pub texts: Texts,
}

/// How a bot runs beyond its settings, as in tests with a Bot API server of their own; the default suits Telegram.
#[derive(Debug, Clone)]
pub struct AppOptions {
    /// How many messages may leave.
    pub limits: Limits,
    /// How often providers are asked.
    pub pace: Pace,
    /// What the HTTP server serves on; `None`: what the settings name.
    pub listener: Option<Listener>,
}

impl Default for AppOptions {
    fn default() -> Self {
        Self { limits: Limits::TELEGRAM, pace: Pace::default(), listener: None }
    }
}

/// A bot that is ready to run.
pub struct App {
    client: Client,
    dispatcher: Dispatcher,
    turns: Turns,
    conversation: Arc<Conversation>,
    poller: Poller,
    database: Database,
    script: Script,
    background: TaskTracker,
    web: Web,
    /// The bot's own, without the `@`.
    username: String,
}

impl App {
    /// [`build_with`](Self::build_with) what suits Telegram.
    ///
    /// # Errors
    /// One sentence that names the thing and the mend.
    pub async fn build(config: &Config, painters: &[Painter]) -> anyhow::Result<Self> {
        Self::build_with(config, painters, AppOptions::default()).await
    }

    /// Connects to everything and proves what can be proven.
    ///
    /// # Errors
    /// One sentence that names the thing and the mend.
    pub async fn build_with(config: &Config, painters: &[Painter], options: AppOptions) -> anyhow::Result<Self> {
        let script = Script::proven(config)?;
        let token = config.token.as_ref().context(
            "TELOXIDE_TOKEN is not set: get a token from @BotFather, or try everything without one: pixelai demo",
        )?;
        let database = open(config).await?;
        let store = Store::new(database.clone());
        let providers = providers::providers(config, painters)?;
        let trainers = providers::trainers(config, painters)?;
        let names = providers.names().map(str::to_owned).collect();
        let catalog = Arc::new(Catalog::load(&store, names).await?);
        if catalog.categories().is_empty() {
            return Err(providers::nothing_to_offer(&providers));
        }
        let client = Client::new(&config.api_url, token.reveal())?;
        let background = TaskTracker::new();
        background.close();
        let courier = Courier::with_limits(client.clone(), options.limits)
            .shared_through(store.clone())
            .tracked_by(background.clone());
        let bell = Arc::new(Bell::default());
        let world = world(config, token, &store, catalog, &bell, &script, &client);
        let sessions = sessions(config, &database).await?;
        let out = Arc::new(courier.clone());
        let conversation = Conversation::new(script.dialogues.clone(), world, sessions, out, bell.clone());
        let conversation = Arc::new(conversation);
        let me =
            client.get_me().await.context("Telegram does not accept the bot; check TELOXIDE_TOKEN and the network")?;
        let door = Arc::new(Door::new(conversation.clone(), me.username().to_owned()));
        let dispatcher = Dispatcher::new(door, client.clone(), courier, me.username(), Arc::new(Counters::default()));
        let pace = Pace { lease: config.lease, ..options.pace };
        let turns = Turns::new(store, bell.clone(), pace.lease);
        let mut poller =
            Poller::new(conversation.clone(), providers, Arc::new(client.clone()), bell, pace, background.clone());
        poller.hooks = config.public_url.as_ref().map(|url| Hooks::new(url.as_str(), &config.signing.of("hooks")));
        poller.trainers = trainers;
        let web = Web::new(config, options.listener)?;
        let username = me.username().to_owned();
        Ok(Self { client, dispatcher, turns, conversation, poller, database, script, background, web, username })
    }

    /// Runs until `stop`: then takes no more updates, ends what has begun, and returns.
    ///
    /// # Errors
    /// When Telegram no longer knows the token.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let closing = CancellationToken::new();
        let site = self.web.site(&self.conversation, &self.client, &self.dispatcher, &self.username, stop.clone());
        let beat = tokio::spawn(http::beat(site.clone(), closing.clone()));
        let web = self.web.serve(&site, self.hooks(), &closing);
        telegram::profile::publish(&self.client, &self.profiles()).await;
        let menus = tokio::spawn(admins_menus(self.client.clone(), self.admins_commands()));
        let background = CancellationToken::new();
        let poller = tokio::spawn(self.poller.clone().run(background.clone()));
        tracing::info!("the bot is running");
        let ended = match self.web.webhook() {
            Some((url, secret)) => {
                let secret = secret.reveal().to_owned();
                telegram::webhook::run(self.client, self.dispatcher, url, secret, stop).await
            }
            None => self.turns.fetch(&self.client, &self.dispatcher, &stop).await,
        };
        background.cancel();
        menus.abort();
        let rest = async {
            let _ = poller.await;
            self.background.wait().await;
        };
        if tokio::time::timeout(GRACE, rest).await.is_err() {
            tracing::warn!("some work did not end in time; it goes on after the next start");
        }
        closing.cancel();
        web.ended().await;
        let _ = beat.await;
        self.database.close().await;
        Ok(ended?)
    }

    /// What the providers' webhooks are answered with, where the world can reach us.
    fn hooks(&self) -> axum::Router {
        let Some(hooks) = self.poller.hooks.clone() else { return axum::Router::new() };
        let providers = self.poller.providers.clone();
        http::hooks::routes(http::hooks::Desk { talk: self.conversation.clone(), providers, hooks })
    }

    pub fn conversation(&self) -> &Arc<Conversation> {
        &self.conversation
    }

    /// What wakes the loops, for whoever changes the database behind the bot's back.
    pub fn bell(&self) -> &Arc<Bell> {
        &self.poller.bell
    }

    /// What is under way besides the handling of updates: steps of jobs, letters, timers, leftovers being removed.
    pub fn background(&self) -> &TaskTracker {
        &self.background
    }

    /// What Telegram shows of the bot, in every language; English also where there is none of its own.
    fn profiles(&self) -> Vec<telegram::profile::Profile> {
        let of = |language: Language, code: Option<&str>| telegram::profile::Profile {
            language_code: code.map(str::to_owned),
            commands: self.commands(language),
            description: self.script.texts.plain(language, "bot-description", &Args::default()),
            short_description: self.script.texts.plain(language, "bot-short-description", &Args::default()),
        };
        vec![of(Language::En, None), of(Language::Ru, Some(Language::Ru.code()))]
    }

    /// What each admin sees, in every language: their own commands first, and then everybody's.
    fn admins_commands(&self) -> Vec<AdminsMenu> {
        let of = |admin: TelegramId, language: Language, code: Option<&'static str>| {
            let does =
                |name: &str| self.script.texts.plain(language, &format!("command-{name}-admin"), &Args::default());
            let mut list: Vec<_> = admin::COMMANDS.into_iter().map(|name| (name.to_owned(), does(name))).collect();
            let theirs = |(name, _): &(String, String)| !admin::COMMANDS.contains(&name.as_str());
            list.extend(self.commands(language).into_iter().filter(theirs));
            AdminsMenu { admin, code, list }
        };
        let admins = self.conversation.world().admins.iter();
        let menus =
            admins.flat_map(|id| [of(*id, Language::En, None), of(*id, Language::Ru, Some(Language::Ru.code()))]);
        menus.collect()
    }

    fn commands(&self, language: Language) -> Vec<(String, String)> {
        let does = |name: &str| self.script.texts.plain(language, &format!("command-{name}"), &Args::default());
        self.script.dialogues.root().commands().map(|name| (name.to_owned(), does(name))).collect()
    }
}

/// Telegram's command menu of one admin in one language.
struct AdminsMenu {
    admin: TelegramId,
    code: Option<&'static str>,
    list: Vec<(String, String)>,
}

/// Sets the admins' command menus. Telegram knows nobody who has not pressed Start, so that this is tried again.
async fn admins_menus(client: Client, mut menus: Vec<AdminsMenu>) {
    while !menus.is_empty() {
        let mut left = Vec::new();
        for menu in menus {
            if let Err(cause) = telegram::profile::publish_for(&client, menu.admin, menu.code, &menu.list).await {
                tracing::debug!(error = %cause, "could not set an admin's commands yet");
                left.push(menu);
            }
        }
        menus = left;
        tokio::time::sleep(MENU_PAUSE).await;
    }
}

/// Connects to the database and brings it up to date.
///
/// # Errors
/// One sentence that names the database and the mend.
pub async fn open(config: &Config) -> anyhow::Result<Database> {
    let database = Database::connect(&config.database_url).await?;
    database.migrate().await?;
    Ok(database)
}

/// Where the chats' states are kept.
async fn sessions(config: &Config, database: &Database) -> anyhow::Result<Sessions> {
    let Some(url) = &config.redis_url else { return Ok(Sessions::in_database(database.clone())) };
    let redis = RedisSessions::connect(url.reveal(), config.redis_pool_size).await.context(
        "cannot use REDIS_URL; check the address and that Redis runs, or remove it to keep sessions in the database",
    )?;
    Ok(Sessions::in_redis(redis.under(&config.redis_prefix)))
}

/// The painters that play the providers, if the settings want that.
///
/// # Errors
/// When `MOCK_AI_FAULTS` cannot be read.
pub fn painters(config: &Config) -> anyhow::Result<Vec<Painter>> {
    if !config.mock_ai {
        return Ok(Vec::new());
    }
    let behaviours = parse_behaviours(&config.mock_ai_faults)
        .map_err(|cause| anyhow::anyhow!("MOCK_AI_FAULTS is not readable: {cause}"))?;
    let options = PainterOptions {
        duration: Duration::from_secs(config.mock_ai_seconds),
        behaviours,
        ..PainterOptions::new(&config.mock_ai_dir)
    };
    Ok(PROVIDERS.into_iter().map(|name| Painter::new(name, options.clone())).collect())
}

fn world(
    config: &Config,
    token: &Secret,
    store: &Store,
    catalog: Arc<Catalog>,
    bell: &Arc<Bell>,
    script: &Script,
    client: &Client,
) -> World {
    let orders = Orders::new(store.clone(), catalog, bell.clone());
    World {
        store: store.clone(),
        wallet: Wallet::new(store.clone(), config.start_balance),
        avatars: Avatars::new(store.clone(), orders.clone(), bell.clone()),
        orders,
        texts: Arc::new(script.texts.clone()),
        uploads: Uploads::new(store.clone(), bot_id(token)),
        files: Arc::new(client.clone()),
        admins: config.admins.clone(),
        switches: Switches::default(),
    }
}
