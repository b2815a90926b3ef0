//! Everything that the emulated Telegram remembers, and the few moves that change a chat.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::{Notify, broadcast, oneshot};

use super::files::Files;
use super::markup::Markup;
use super::queue::Queue;
use super::transcript;

/// Messages kept in one chat; the oldest go first.
const MESSAGES_LIMIT: usize = 2000;
const TRANSCRIPT_LIMIT: usize = 5000;
pub(super) const FIRST_PERSON: i64 = 1_000_001;
const PURSE_AT_FIRST: i64 = 500;
/// Events that a slow listener of a chat may lag behind.
const EVENTS_BUFFER: usize = 256;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct World {
    pub bot: Bot,
    pub people: BTreeMap<i64, PersonState>,
    pub queue: Queue,
    pub files: Files,
    /// Every payment and refund, oldest first, as `StarTransaction`s.
    pub ledger: Vec<Value>,
    pub invoice_links: HashMap<String, Invoice>,
    pub commands: BTreeMap<String, Vec<Value>>,
    /// Names and descriptions by `kind/language`.
    pub texts: BTreeMap<String, String>,
    last_message: i64,
    last_serial: u64,
    #[serde(skip)]
    pub presses: HashMap<String, Press>,
    #[serde(skip)]
    pub checkouts: HashMap<String, Checkout>,
    /// Told about every change, for saving.
    #[serde(skip)]
    pub changed: Arc<Notify>,
}

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(super) struct Bot {
    pub id: i64,
    pub first_name: String,
    pub username: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PersonState {
    pub id: i64,
    pub first_name: String,
    pub username: String,
    pub language_code: String,
    pub stars: i64,
    pub blocked: bool,
    /// Has written once; a bot cannot begin a conversation.
    pub started: bool,
    pub unread: u32,
    pub keyboard: Option<Value>,
    pub messages: BTreeMap<i64, Stored>,
    pub transcript: Vec<String>,
    pub toasts: Vec<String>,
    /// Counts changes of this chat.
    pub version: u64,
    /// `version` at the person's last action.
    pub acted: u64,
    #[serde(skip)]
    pub live: Live,
}

#[derive(Debug, Default)]
pub(super) struct Live {
    pub changed: Arc<Notify>,
    events: Option<broadcast::Sender<Event>>,
}

/// What a chat page is told: the event's name and its JSON.
pub(super) type Event = (&'static str, Arc<str>);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Stored {
    /// A Bot API `Message`.
    pub value: Arc<Value>,
    pub from_bot: bool,
    pub touched: u64,
    pub invoice: Option<Invoice>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Invoice {
    pub title: String,
    pub payload: String,
    pub amount: i64,
}

/// A callback query that waits for its answer.
#[derive(Debug)]
pub(super) struct Press {
    pub person: i64,
    pub at: Instant,
}

/// A payment that waits for the bot's word.
#[derive(Debug)]
pub(super) struct Checkout {
    pub person: i64,
    pub invoice: Invoice,
    pub done: oneshot::Sender<PayResult>,
}

/// How a payment ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayResult {
    /// The Stars went over; the charge is the handle for a refund.
    Paid { charge_id: String },
    /// The bot refused in its answer to the pre-checkout query, with these words.
    Refused { error: String },
    /// The bot did not answer the pre-checkout query within ten seconds.
    TimedOut,
    /// The purse holds too few Stars; the bot was not asked.
    Poor,
    /// There is no invoice to pay.
    NoInvoice,
}

impl World {
    pub fn add_person(&mut self, first_name: &str, language_code: &str) -> i64 {
        let id = self.people.keys().next_back().map_or(FIRST_PERSON, |last| last + 1);
        let letters = first_name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        let letters = if letters.is_empty() { "person".to_owned() } else { letters };
        let person = PersonState {
            id,
            first_name: first_name.to_owned(),
            username: format!("{letters}_{id}"),
            language_code: language_code.to_owned(),
            stars: PURSE_AT_FIRST,
            blocked: false,
            started: false,
            unread: 0,
            keyboard: None,
            messages: BTreeMap::new(),
            transcript: Vec::new(),
            toasts: Vec::new(),
            version: 0,
            acted: 0,
            live: Live::default(),
        };
        self.people.insert(id, person);
        self.changed.notify_one();
        id
    }

    pub fn bot_user(&self) -> Value {
        json!({"id": self.bot.id, "is_bot": true, "first_name": self.bot.first_name, "username": self.bot.username})
    }

    /// A number that no other call gets, for identifiers.
    pub fn serial(&mut self) -> u64 {
        self.last_serial += 1;
        self.last_serial
    }

    /// Completes `fields` to a new message of the chat, keeps it and tells who listens.
    pub fn post(
        &mut self,
        chat: i64,
        from_bot: bool,
        mut fields: Map<String, Value>,
        post: Post,
    ) -> Option<Arc<Value>> {
        let bot = self.bot_user();
        let person = self.people.get_mut(&chat)?;
        self.last_message += 1;
        fields.insert("message_id".into(), self.last_message.into());
        fields.insert("date".into(), chrono::Utc::now().timestamp().into());
        fields.insert("chat".into(), person.chat());
        fields.insert("from".into(), if from_bot { bot } else { person.user() });
        if let Markup::Inline(keyboard) = &post.markup {
            fields.insert("reply_markup".into(), keyboard.clone());
        }
        let value = Arc::new(Value::Object(fields));
        if from_bot && !person.is_watched() {
            person.unread = person.unread.saturating_add(1);
        }
        person.started |= !from_bot;
        person.version += 1;
        let stored = Stored { value: value.clone(), from_bot, touched: person.version, invoice: post.invoice };
        person.messages.insert(self.last_message, stored);
        while person.messages.len() > MESSAGES_LIMIT {
            person.messages.pop_first();
        }
        if post.written {
            person.write(transcript::message(&value, from_bot, false));
        }
        person.publish("message", || value.to_string());
        person.set_keyboard(post.markup);
        self.changed.notify_one();
        Some(value)
    }

    /// Replaces a message of the bot; the new content is final.
    pub fn replace(&mut self, chat: i64, message_id: i64, mut fields: Map<String, Value>) -> Option<Arc<Value>> {
        let person = self.people.get_mut(&chat)?;
        let stored = person.messages.get_mut(&message_id)?;
        fields.insert("edit_date".into(), chrono::Utc::now().timestamp().into());
        person.version += 1;
        stored.value = Arc::new(Value::Object(fields));
        stored.touched = person.version;
        let (value, from_bot) = (stored.value.clone(), stored.from_bot);
        person.write(transcript::message(&value, from_bot, true));
        person.publish("edited", || value.to_string());
        self.changed.notify_one();
        Some(value)
    }

    pub fn delete(&mut self, chat: i64, message_id: i64) -> bool {
        let Some(person) = self.people.get_mut(&chat) else { return false };
        let Some(stored) = person.messages.remove(&message_id) else { return false };
        person.version += 1;
        person.write(transcript::deleted(&stored.value));
        person.publish("deleted", || json!({"message_id": message_id}).to_string());
        self.changed.notify_one();
        true
    }

    /// Ids up to this one were given to messages, some of which may be gone.
    pub fn last_message(&self) -> i64 {
        self.last_message
    }
}

/// What goes with a new message beside its fields.
pub(super) struct Post {
    pub markup: Markup,
    pub invoice: Option<Invoice>,
    /// Whether the transcript shows it; service messages have lines of their own.
    pub written: bool,
}

impl Default for Post {
    fn default() -> Post {
        Post { markup: Markup::None, invoice: None, written: true }
    }
}

impl PersonState {
    pub fn user(&self) -> Value {
        json!({
            "id": self.id, "is_bot": false, "first_name": self.first_name, "username": self.username,
            "language_code": self.language_code,
        })
    }

    pub fn chat(&self) -> Value {
        json!({"id": self.id, "type": "private", "first_name": self.first_name, "username": self.username})
    }

    /// The row of the list of people.
    pub fn summary(&self) -> Value {
        json!({
            "id": self.id, "first_name": self.first_name, "username": self.username,
            "language_code": self.language_code, "stars": self.stars, "blocked": self.blocked, "unread": self.unread,
        })
    }

    pub fn write(&mut self, line: String) {
        if self.transcript.len() >= TRANSCRIPT_LIMIT {
            self.transcript.drain(..TRANSCRIPT_LIMIT / 10);
        }
        self.transcript.push(line);
        self.live.changed.notify_waiters();
    }

    pub fn set_stars(&mut self, stars: i64) {
        self.stars = stars;
        self.publish("purse", || json!({"stars": stars}).to_string());
    }

    /// Tells the open pages; nothing is serialised when there are none.
    pub fn publish(&mut self, name: &'static str, data: impl FnOnce() -> String) {
        let Some(events) = &self.live.events else { return };
        if events.receiver_count() == 0 {
            self.live.events = None;
        } else {
            // A failure means that the last page has just gone.
            let _ = events.send((name, data().into()));
        }
    }

    /// Whether a page is open on this chat.
    fn is_watched(&self) -> bool {
        self.live.events.as_ref().is_some_and(|events| events.receiver_count() > 0)
    }

    pub fn listen(&mut self) -> broadcast::Receiver<Event> {
        self.live.events.get_or_insert_with(|| broadcast::channel(EVENTS_BUFFER).0).subscribe()
    }

    fn set_keyboard(&mut self, markup: Markup) {
        let keyboard = match markup {
            Markup::Keyboard(keyboard) => Some(keyboard),
            Markup::Remove => None,
            Markup::None | Markup::Inline(_) | Markup::Force => return,
        };
        if self.keyboard != keyboard {
            if let Some(rows) = transcript::keyboard(keyboard.as_ref()) {
                self.write(rows);
            }
            self.keyboard = keyboard;
            let data = self.keyboard.clone();
            self.publish("keyboard", || data.unwrap_or(Value::Null).to_string());
        }
    }
}
