//! A person in the hands of a test: does what people do, and waits for what they would see.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::markup;
use super::people::{self, Attachment, Other};
use super::world::{PayResult, PersonState, Stored, World};
use super::{Emulator, api, lock};

/// How long a person waits for something to appear.
const PATIENCE: Duration = Duration::from_secs(20);

/// A person who talks with the bot. Cheap to clone.
///
/// Acting while the bot is blocked unblocks it first, as the apps do on “Restart”.
#[derive(Clone)]
pub struct Person {
    pub(super) emulator: Emulator,
    pub(super) id: i64,
}

impl Person {
    /// Telegram's id of the person, which is also that of the private chat.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Sends a text and returns the id of the update; 0 for a text of nothing but white space.
    pub fn sends_text(&self, text: &str) -> u64 {
        self.acting(|world| people::text(world, self.id, text).unwrap_or(0))
    }

    /// Sends a photo, decoded on the caller's thread; what cannot be one goes as a file, as the apps do.
    pub fn sends_photo(&self, jpeg: impl Into<Bytes>) -> u64 {
        self.sends_photos([jpeg]).pop().unwrap_or(0)
    }

    /// Sends photos, several as an album; returns the ids of the updates.
    pub fn sends_photos<B: Into<Bytes>>(&self, jpegs: impl IntoIterator<Item = B>) -> Vec<u64> {
        let attachments = jpegs.into_iter().map(|jpeg| self.photo(jpeg.into())).collect();
        self.acting(|world| people::attach(world, self.id, attachments, "").unwrap_or_default())
    }

    /// Sends a photo with a caption.
    pub fn sends_captioned_photo(&self, jpeg: impl Into<Bytes>, caption: &str) -> u64 {
        let attachments = vec![self.photo(jpeg.into())];
        self.acting(|world| people::attach(world, self.id, attachments, caption).unwrap_or_default()).pop().unwrap_or(0)
    }

    /// Sends a file as it is.
    pub fn sends_file(&self, name: &str, mime: &str, bytes: impl Into<Bytes>) -> u64 {
        let file = Attachment::File { name: name.into(), mime: mime.into(), bytes: bytes.into() };
        let updates = self.acting(|world| people::attach(world, self.id, vec![file], "").unwrap_or_default());
        updates.first().copied().unwrap_or(0)
    }

    /// Sends something that is neither text nor photo; 0 when there is nothing to edit.
    pub fn sends_other(&self, kind: Other) -> u64 {
        self.acting(|world| people::other(world, self.id, kind).unwrap_or(0))
    }

    fn photo(&self, jpeg: Bytes) -> Attachment {
        match self.emulator.shared.pictures.decode(&jpeg) {
            Ok(picture) => Attachment::Photo(picture),
            Err(_) => Attachment::File { name: "photo.jpg".into(), mime: "image/jpeg".into(), bytes: jpeg },
        }
    }

    /// Presses the button whose label contains `label`, on the newest message that has one; a label of the reply
    /// keyboard is sent as text. Returns the id of the update. `Err` lists the labels that there are.
    pub fn presses(&self, label: &str) -> Result<u64, String> {
        match self.reading(|person| find_button(person, label))? {
            Button::Inline { message_id, data } => self.presses_data(message_id, &data),
            Button::Text(text) => Ok(self.sends_text(&text)),
        }
    }

    /// Presses with this data on this message, whether or not its keyboard has such a button.
    pub fn presses_data(&self, message_id: i64, data: &str) -> Result<u64, String> {
        let pressed = self.acting(|world| people::press(world, self.id, message_id, data));
        pressed.map(|(_, update_id)| update_id).map_err(|error| error.to_string())
    }

    /// Pays the newest invoice and waits for the end.
    pub async fn pays(&self) -> PayResult {
        let invoice = self.acting(|world| people::invoice(world, self.id, None));
        api::complete(&self.emulator.shared, self.id, invoice).await
    }

    /// Pays the invoice of this message, which may be an old one.
    pub async fn pays_message(&self, message_id: i64) -> PayResult {
        let invoice = self.acting(|world| people::invoice(world, self.id, Some(message_id)));
        api::complete(&self.emulator.shared, self.id, invoice).await
    }

    /// Blocks or unblocks the bot.
    pub fn blocks(&self, blocked: bool) {
        people::block(&mut lock(&self.emulator.shared.world), self.id, blocked);
    }

    /// Stars in the purse.
    pub fn stars(&self) -> i64 {
        self.reading(|person| person.stars)
    }

    /// Fills the purse to exactly so many Stars.
    pub fn has_stars(&self, stars: i64) {
        let mut world = lock(&self.emulator.shared.world);
        if let Some(person) = world.people.get_mut(&self.id) {
            person.set_stars(stars);
        }
    }

    /// All messages of the chat as Bot API `Message`s, oldest first.
    pub fn messages(&self) -> Vec<Value> {
        self.reading(|person| person.messages.values().map(|message| Value::clone(&message.value)).collect())
    }

    /// The newest message of the chat.
    pub fn last(&self) -> Option<Value> {
        self.reading(|person| person.messages.values().next_back().map(|message| Value::clone(&message.value)))
    }

    /// The texts of the answers to presses so far.
    pub fn toasts(&self) -> Vec<String> {
        self.reading(|person| person.toasts.clone())
    }

    /// Waits until a message of the bot contains `text`, and returns it; one that is there already will do.
    ///
    /// `Err` after twenty seconds, with the transcript.
    pub async fn sees(&self, text: &str) -> Result<Value, String> {
        self.until(text, |person| newest(person, 0, |message| contains(message, text))).await
    }

    /// The same, of messages sent or edited after the person's last action.
    pub async fn sees_next(&self, text: &str) -> Result<Value, String> {
        self.until(text, |person| newest(person, person.acted, |message| contains(message, text))).await
    }

    /// Waits for a picture that was sent, or put into a message, after the person's last action.
    pub async fn sees_photo(&self) -> Result<Value, String> {
        self.until("[picture]", |person| newest(person, person.acted, |message| message.get("photo").is_some())).await
    }

    /// Waits for a file that was sent after the person's last action.
    pub async fn sees_file(&self) -> Result<Value, String> {
        self.until("[file]", |person| newest(person, person.acted, |message| message.get("document").is_some())).await
    }

    /// Waits for an invoice that was sent after the person's last action.
    pub async fn sees_invoice(&self) -> Result<Value, String> {
        self.until("[invoice]", |person| newest(person, person.acted, |message| message.get("invoice").is_some())).await
    }

    /// Waits until an answer to a press contains `text`.
    pub async fn sees_toast(&self, text: &str) -> Result<String, String> {
        self.until(text, |person| person.toasts.iter().rev().find(|toast| toast.contains(text)).cloned()).await
    }

    /// The chat in plain lines, without ids and times.
    pub fn transcript(&self) -> String {
        self.reading(|person| person.transcript.iter().map(|line| format!("{line}\n")).collect())
    }

    /// The bytes of a message's photo in its largest size, or of its document.
    pub fn content(&self, message: &Value) -> Option<Bytes> {
        let largest = message["photo"].as_array().and_then(|sizes| sizes.last());
        let file = largest.unwrap_or(&message["document"]);
        self.emulator.file(file["file_id"].as_str()?)
    }

    async fn until<T>(&self, what: &str, look: impl Fn(&PersonState) -> Option<T>) -> Result<T, String> {
        let changed = self.reading(|person| person.live.changed.clone());
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                let mut waiting = std::pin::pin!(changed.notified());
                waiting.as_mut().enable();
                if let Some(found) = self.reading(&look) {
                    return found;
                }
                waiting.await;
            }
        });
        found.await.map_err(|_| format!("“{what}” was not seen in:\n{}", self.transcript()))
    }

    /// The person is never removed, so it is always there.
    fn reading<T>(&self, read: impl FnOnce(&PersonState) -> T) -> T {
        read(&lock(&self.emulator.shared.world).people[&self.id])
    }

    fn acting<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        let mut world = lock(&self.emulator.shared.world);
        people::block(&mut world, self.id, false);
        act(&mut world)
    }
}

enum Button {
    Inline { message_id: i64, data: String },
    Text(String),
}

fn find_button(person: &PersonState, label: &str) -> Result<Button, String> {
    let mut labels = Vec::new();
    for (message_id, stored) in person.messages.iter().rev().filter(|(_, message)| message.from_bot) {
        for button in markup::inline_buttons(&stored.value["reply_markup"]) {
            let text = button["text"].as_str().unwrap_or_default();
            match button["callback_data"].as_str() {
                Some(data) if text.contains(label) => {
                    return Ok(Button::Inline { message_id: *message_id, data: data.to_owned() });
                }
                _ => labels.push(text.to_owned()),
            }
        }
    }
    for text in person.keyboard.iter().flat_map(|keyboard| markup::labels(keyboard, "keyboard")).flatten() {
        if text.contains(label) {
            return Ok(Button::Text(text));
        }
        labels.push(text);
    }
    Err(format!("no button contains “{label}”; there are: {}", labels.join(" | ")))
}

fn newest(person: &PersonState, after: u64, fits: impl Fn(&Value) -> bool) -> Option<Value> {
    let fresh = |message: &&Stored| message.from_bot && message.touched > after;
    let mut messages = person.messages.values().rev().filter(fresh);
    messages.find(|message| fits(&message.value)).map(|message| Value::clone(&message.value))
}

fn contains(message: &Value, text: &str) -> bool {
    ["text", "caption"].iter().any(|key| message[*key].as_str().is_some_and(|body| body.contains(text)))
}
