//! A person of one language who waits after every deed until the bot has done its part.

use std::sync::LazyLock;

use pixelai::domain::Language;
use pixelai::emulator::{PayResult, Person};
use pixelai::text::{Args, Texts};
use serde_json::Value;

use crate::support::bot::{self, Bot};

/// The same chat is held in each of these.
pub const BOTH: [Language; 2] = [Language::En, Language::Ru];

/// Runs a scenario in English and in Russian, and compares the chats with the snapshots `<name>@<language>`.
macro_rules! in_both_languages {
    ($name:literal, $scenario:expr) => {
        for language in $crate::transcripts::actor::BOTH {
            let told = $scenario(language).await;
            insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
                insta::assert_snapshot!(format!("{}@{}", $name, language.code()), told);
            });
        }
    };
}
pub(crate) use in_both_languages;

/// A person, their language and the bot that they talk with.
pub struct Actor<'a> {
    pub bot: &'a Bot,
    pub person: Person,
    language: Language,
}

impl<'a> Actor<'a> {
    pub fn new(bot: &'a Bot, language: Language) -> Self {
        let name = if language == Language::Ru { "Аня" } else { "Ann" };
        Self { bot, person: bot.person(name, language.code()), language }
    }

    /// Somebody who has pressed Start.
    pub async fn started(bot: &'a Bot, language: Language) -> Self {
        let actor = Self::new(bot, language);
        actor.writes("/start").await;
        actor
    }

    /// The words of this actor's language.
    pub fn says<'w>(&self, english: &'w str, russian: &'w str) -> &'w str {
        if self.language == Language::Ru { russian } else { english }
    }

    pub async fn writes(&self, text: &str) -> u64 {
        let update = self.person.sends_text(text);
        self.bot.quiet().await;
        update
    }

    /// Presses the button whose label contains these words of the actor's language.
    pub async fn presses(&self, english: &str, russian: &str) -> u64 {
        let update = self.taps(english, russian);
        self.bot.quiet().await;
        update
    }

    /// The same, without waiting.
    pub fn taps(&self, english: &str, russian: &str) -> u64 {
        let label = self.says(english, russian);
        self.person.presses(label).unwrap_or_else(|trouble| panic!("{trouble}\n{}", self.person.transcript()))
    }

    pub async fn sends_photo(&self, number: u8) -> u64 {
        let update = self.person.sends_photo(bot::photo(number));
        self.bot.quiet().await;
        update
    }

    pub async fn sends_album(&self, numbers: impl IntoIterator<Item = u8>) {
        self.person.sends_photos(numbers.into_iter().map(bot::photo));
        self.bot.quiet().await;
    }

    pub async fn pays(&self) -> PayResult {
        let paid = self.person.pays().await;
        self.bot.quiet().await;
        paid
    }

    pub async fn sends_file(&self, name: &str, mime: &str, bytes: Vec<u8>) {
        self.person.sends_file(name, mime, bytes);
        self.bot.quiet().await;
    }

    /// To the template of two photos, 14 credits.
    pub async fn chooses_paris(&self) {
        self.writes("/templates").await;
        self.presses("Travel", "Путешествия").await;
        self.presses("◀", "◀").await;
        self.presses("I want this one", "Выбираю этот").await;
    }

    /// From the menu to the confirmation of the first Christmas template, 5 credits.
    pub async fn reaches_confirmation(&self) {
        self.chooses_cabin().await;
        self.sends_photo(1).await;
    }

    pub async fn chooses_cabin(&self) {
        self.writes("/templates").await;
        self.presses("Christmas", "Новый год").await;
        self.presses("I want this one", "Выбираю этот").await;
    }

    /// The same, and on to a finished picture.
    pub async fn orders_cabin(&self) {
        self.reaches_confirmation().await;
        self.presses("Make it", "Создать").await;
    }

    /// Sends bytes as a photo, whatever they are.
    pub async fn sends_picture(&self, bytes: Vec<u8>) {
        self.person.sends_photo(bytes);
        self.bot.quiet().await;
    }

    /// The newest button: its message and what it carries.
    pub fn newest_button(&self) -> Option<(i64, String)> {
        self.button("")
    }

    /// The newest button with these words in its label.
    pub fn button(&self, label: &str) -> Option<(i64, String)> {
        self.person.messages().iter().rev().find_map(|message| {
            let rows = message["reply_markup"]["inline_keyboard"].as_array()?;
            let mut buttons = rows.iter().filter_map(Value::as_array).flatten();
            let found = buttons.find(|button| button["text"].as_str().is_some_and(|text| text.contains(label)))?;
            Some((message["message_id"].as_i64()?, found["callback_data"].as_str()?.to_owned()))
        })
    }

    /// The newest invoice.
    pub fn invoice(&self) -> Option<i64> {
        let messages = self.person.messages();
        let invoice = messages.iter().rev().find(|message| message.get("invoice").is_some())?;
        invoice["message_id"].as_i64()
    }

    /// The chat, with what a clock decides left out.
    pub fn transcript(&self) -> String {
        steady(&self.person.transcript())
    }
}

/// How far an order is when somebody looks depends on the machine: its progress becomes `(progress)` and its further
/// edits are left out. Days become `(day)`, and a message that only lost its buttons is one line.
pub fn steady(transcript: &str) -> String {
    let mut told: Vec<String> = Vec::new();
    for block in blocks(transcript) {
        if let Some(bar) = block.iter().position(|line| line.contains(['▓', '░'])) {
            let working = format!("{}\n  (progress)", block[..bar.saturating_sub(2)].join("\n"));
            let working = working.replacen("< (edited) ", "< ", 1);
            if !told.contains(&working) {
                told.push(working);
            }
            continue;
        }
        let block: Vec<String> = block.into_iter().map(without_day).collect();
        let content = block.join("\n").replacen("< (edited) ", "", 1);
        let lost_its_buttons = block[0].starts_with("< (edited)")
            && !block.iter().any(|line| line.starts_with("  ["))
            && told.iter().any(|before| before.contains(&content));
        if lost_its_buttons {
            told.push(block[0].replacen("(edited)", "(without buttons now)", 1));
        } else {
            told.push(block.join("\n"));
        }
    }
    in_order(told).join("\n") + "\n"
}

/// What follows one deed of the person, in one order: a toast, and taking old messages or buttons away, are requests of
/// their own beside the answer, and may come before or after it.
fn in_order(told: Vec<String>) -> Vec<String> {
    let rank = |block: &String| match block {
        deed if deed.starts_with("> ") => 0,
        toast if toast.starts_with("< (toast)") => 1,
        retired if retired.starts_with("< (deleted)") || retired.starts_with("< (without buttons now)") => 3,
        _ => 2,
    };
    let mut ordered: Vec<String> = Vec::with_capacity(told.len());
    for deed in told.chunk_by(|_, next| !next.starts_with("> ")) {
        let mut deed = deed.to_vec();
        deed.sort_by_key(|block| (rank(block), if rank(block) == 3 { block.clone() } else { String::new() }));
        ordered.extend(deed);
    }
    ordered
}

fn blocks(transcript: &str) -> Vec<Vec<&str>> {
    let mut blocks: Vec<Vec<&str>> = Vec::new();
    for line in transcript.lines() {
        match blocks.last_mut() {
            Some(block) if line.starts_with("  ") => block.push(line),
            _ => blocks.push(vec![line]),
        }
    }
    blocks
}

fn without_day(line: &str) -> String {
    let today = chrono::Utc::now();
    // What a button carries differs with each session.
    let mut line = if line.starts_with("> (press data") { "> (press data)".to_owned() } else { line.to_owned() };
    for language in BOTH {
        for args in [Args::default().date("date", today), Args::default().day("date", today)] {
            let entry = TEXTS.get(language, "history-entry", &args.number("number", 1).text("title", "-"));
            let day = entry.rsplit(" · ").next().unwrap_or_default();
            line = line.replace(day, "(day)");
        }
    }
    line
}

/// A chat without Telegram's numbers of payments and people.
pub fn unnumbered(told: &str) -> String {
    let mut told = told.to_owned();
    for (mark, digits) in [("stxCharge", 8), ("100000", 1)] {
        while let Some(at) = told.find(mark) {
            let end = (at + mark.len() + digits).min(told.len());
            told.replace_range(at..end, if digits == 8 { "(charge)" } else { "(id)" });
        }
    }
    told
}

static TEXTS: LazyLock<Texts> = LazyLock::new(|| Texts::embedded().expect("the texts are readable"));
