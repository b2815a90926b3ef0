//! A Bot API server in the process, with a chat page, for the demo and for tests.
//!
//! One port serves the bot (`/bot<token>/<method>`, `/file/bot<token>/<path>`), the people (`/api/…`) and the page
//! (`/`). What it does follows <https://core.telegram.org/bots/api> and the official server; every request is held
//! against the Bot API's own list of methods and parameters. It knows nothing else of this crate.

mod api;
mod bot;
mod connection;
mod error;
mod faults;
mod files;
mod html;
mod markup;
mod methods;
mod page;
mod payments;
mod people;
mod persist;
mod person;
mod pictures;
mod queue;
mod request;
mod schema;
mod server;
mod shared;
mod text;
mod transcript;
mod webhook;
mod world;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use serde_json::{Map, Value};

pub use faults::{FaultKind, FaultRule};
pub use people::Other;
pub use person::Person;
pub use server::StartError;
pub use world::PayResult;

use server::Server;
use shared::Shared;

/// What an emulator is made of.
pub struct Options {
    /// The bot's token; any other is answered with 401. Digits before a colon are the bot's id.
    pub token: String,
    /// Without `@`.
    pub bot_username: String,
    /// Shown until the bot calls `setMyName`.
    pub bot_name: String,
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Photos for people who have none at hand.
    pub samples: Vec<Sample>,
    /// Switches for the page.
    pub knobs: Vec<Knob>,
    /// What the page's restart button does.
    pub restart: Option<Arc<dyn Fn() + Send + Sync>>,
    /// Whether a page that finds nobody makes somebody to look after the bot as well: the person [`ADMIN`].
    pub admin: bool,
    /// Where everything is kept between runs; without it, in memory only. Files lie in a folder beside it.
    pub state_file: Option<PathBuf>,
    /// Whether Telegram's sending limits hold: a message a second to a chat after a burst of five, thirty in all.
    pub rate_limits: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            token: "1000000:emulator".into(),
            bot_username: "emulated_bot".into(),
            bot_name: "Bot".into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            samples: Vec::new(),
            knobs: Vec::new(),
            restart: None,
            admin: false,
            state_file: None,
            rate_limits: false,
        }
    }
}

/// Who looks after the bot, where [`Options::admin`] wants one: the second person that is ever made.
pub const ADMIN: i64 = world::FIRST_PERSON + 1;

/// A photo for people who have none at hand.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Letters, digits, `-` and `_`; part of the address.
    pub name: String,
    pub title_en: String,
    pub title_ru: String,
    pub jpeg: Bytes,
    /// Sent along with it, in albums; the page shows the first photo alone.
    pub more: Vec<Bytes>,
}

/// A switch for the page.
#[derive(Clone)]
pub struct Knob {
    /// Letters, digits, `-` and `_`; part of the address.
    pub name: String,
    /// What the page calls it.
    pub title: String,
    /// The values that it can have.
    pub options: Vec<String>,
    /// The value that it has now.
    pub get: Arc<dyn Fn() -> String + Send + Sync>,
    /// Called only with one of `options`.
    pub set: Arc<dyn Fn(&str) + Send + Sync>,
}

/// A request that the bot made and that kept to the Bot API.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// As the documentation writes it: `sendMessage`.
    pub method: String,
    /// With the types of the documentation, whatever way they came.
    pub params: Value,
    /// Of the parameter, when it is a number.
    pub chat_id: Option<i64>,
    /// When it was read, before it was carried out.
    pub at: Instant,
}

/// A running emulator. Cheap to clone; the server stops with the last clone (and the last [`Person`]).
#[derive(Clone)]
pub struct Emulator {
    shared: Arc<Shared>,
    server: Arc<Server>,
}

impl Emulator {
    /// Reads the state, if there is any, and begins to serve.
    pub async fn start(options: Options) -> Result<Emulator, StartError> {
        let (shared, server) = server::start(options).await?;
        Ok(Emulator { shared, server: Arc::new(server) })
    }

    /// `http://127.0.0.1:PORT`, the root of the Bot API and the address of the page.
    pub fn url(&self) -> String {
        self.shared.url.clone()
    }

    /// The token that the bot has to give.
    pub fn token(&self) -> &str {
        &self.shared.token
    }

    /// Adds a person, with 500 Stars, who has not written to the bot yet.
    pub fn person(&self, first_name: &str, language_code: &str) -> Person {
        let id = lock(&self.shared.world).add_person(first_name, language_code);
        Person { emulator: self.clone(), id }
    }

    /// The people that there are, oldest first.
    pub fn people(&self) -> Vec<Person> {
        let ids: Vec<i64> = lock(&self.shared.world).people.keys().copied().collect();
        ids.into_iter().map(|id| Person { emulator: self.clone(), id }).collect()
    }

    /// What the bot asked for that the Bot API does not have.
    pub fn violations(&self) -> Vec<String> {
        lock(&self.shared.violations).clone()
    }

    /// The bot's requests so far, oldest first; the newest 20 000.
    pub fn requests(&self) -> Vec<Recorded> {
        let requests = lock(&self.shared.requests);
        let recorded = requests.iter().cloned().map(|record| {
            let shared::Record { method, params, chat_id, at } = record;
            Recorded { method, params: Value::Object(Map::clone(&params)), chat_id, at }
        });
        recorded.collect()
    }

    /// Makes coming requests of the bot meet a fault.
    pub fn fault(&self, rule: FaultRule) {
        lock(&self.shared.faults).rules.push(rule);
    }

    /// Takes back every fault, the shuffling of updates too.
    pub fn clear_faults(&self) {
        *lock(&self.shared.faults) = Default::default();
    }

    /// Shuffles the updates within each answer to `getUpdates`; `None` ends it.
    pub fn shuffle_updates(&self, seed: Option<u64>) {
        lock(&self.shared.faults).shuffle = seed;
    }

    /// Delivers an update once more under its own id, as Telegram may; false when it is forgotten.
    pub fn redeliver(&self, update_id: u64) -> bool {
        lock(&self.shared.world).queue.redeliver(Some(update_id)).is_some()
    }

    /// Delivers an update's content once more under a new id, as a double press would; the new id.
    pub fn resend(&self, update_id: u64) -> Option<u64> {
        lock(&self.shared.world).queue.resend(Some(update_id))
    }

    /// Makes every unanswered press too old to be answered.
    pub fn expire_presses(&self) {
        lock(&self.shared.world).presses.clear();
    }

    /// Payments and refunds, oldest first, as the Bot API's `StarTransaction`s.
    pub fn star_transactions(&self) -> Vec<Value> {
        lock(&self.shared.world).ledger.clone()
    }

    /// The bytes behind a `file_id`; of a smaller size of a photo, those of the largest.
    pub fn file(&self, file_id: &str) -> Option<Bytes> {
        lock(&self.shared.world).files.entry(file_id).map(|(_, bytes)| bytes)
    }

    /// Waits until the bot has confirmed every update.
    pub async fn idle(&self) {
        let confirmed = lock(&self.shared.world).queue.confirmed.clone();
        loop {
            let mut waiting = std::pin::pin!(confirmed.notified());
            waiting.as_mut().enable();
            if lock(&self.shared.world).queue.is_empty() {
                return;
            }
            waiting.await;
        }
    }

    /// Stops the server and saves the state, for all clones.
    pub async fn shutdown(self) {
        self.server.stop(&self.shared).await;
    }
}

/// A panic elsewhere leaves the data usable: no change here spans more than one call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
