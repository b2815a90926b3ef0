//! The people: some walk about in the conversation, some order picture after picture.

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use bytes::Bytes;
use futures::future::try_join_all;
use pixelai::emulator::Person;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::Value;
use tokio::time::{Instant, sleep, sleep_until};

/// What a walker writes now and then.
const WORDS: [&str; 7] = ["/start", "/templates", "/balance", "/history", "/settings", "/help", "📂 Шаблоны"];
/// Buttons that lead out of the conversation's everyday: paying, deleting, and one that only shows a number.
const AVOIDED: [&str; 7] = ["pay", "pack", "exact", "delete", "delete_all", "position", "cancel_order"];
/// Buttons that people tap most.
const LIKED: [&str; 3] = ["next", "previous", "category"];
/// How much more they like them.
const LIKING: f64 = 4.0;
/// Of all that a walker does, what is written.
const WRITTEN: f64 = 0.1;
/// Templates in one category, at most.
const LONGEST_SHELF: usize = 8;
/// A picture that takes longer than this never comes.
const PICTURE_PATIENCE: Duration = Duration::from_secs(60);

/// How fast people act.
#[derive(Clone, Copy)]
pub enum Pace {
    /// As soon as the bot has answered.
    Unhurried,
    /// So many updates a second from all together.
    PerSecond(f64),
}

/// People who walk about.
pub struct Walks(Vec<Walker>);

/// How long each answer took, in one phase.
pub struct Taken {
    answers: Vec<Duration>,
    span: Duration,
}

struct Walker {
    person: Person,
    dice: SmallRng,
}

impl Walks {
    pub fn of(people: impl IntoIterator<Item = Person>) -> Self {
        let walker = |person: Person| Walker { dice: SmallRng::seed_from_u64(person.id() as u64), person };
        Self(people.into_iter().map(walker).collect())
    }

    /// Everybody walks for this long.
    pub async fn go(&mut self, pace: Pace, span: Duration) -> anyhow::Result<Taken> {
        let interval = match pace {
            Pace::Unhurried => Duration::ZERO,
            Pace::PerSecond(rate) => Duration::from_secs_f64(self.0.len() as f64 / rate.max(1.0)),
        };
        let begin = Instant::now();
        let end = begin + span;
        let walks = std::mem::take(&mut self.0).into_iter().map(|mut walker| {
            tokio::spawn(async move { walker.walk(interval, end).await.map(|answers| (walker, answers)) })
        });
        let mut answers = Vec::new();
        for walked in try_join_all(walks.collect::<Vec<_>>()).await? {
            let (walker, took) = walked?;
            self.0.push(walker);
            answers.extend(took);
        }
        answers.sort_unstable();
        Ok(Taken { answers, span: begin.elapsed() })
    }

    /// Everybody takes so many steps.
    pub async fn steps(&mut self, steps: u32) -> anyhow::Result<()> {
        for walker in &mut self.0 {
            for _ in 0..steps {
                walker.step().await?;
            }
        }
        Ok(())
    }
}

impl Taken {
    pub fn updates(&self) -> usize {
        self.answers.len()
    }

    pub fn per_second(&self) -> f64 {
        self.answers.len() as f64 / self.span.as_secs_f64()
    }

    /// Of a hundred answers, so many were at least as fast.
    pub fn percentile(&self, percent: usize) -> Duration {
        let at = (self.answers.len() * percent / 100).min(self.answers.len().saturating_sub(1));
        self.answers.get(at).copied().unwrap_or_default()
    }
}

impl Walker {
    async fn walk(&mut self, interval: Duration, end: Instant) -> anyhow::Result<Vec<Duration>> {
        let mut answers = Vec::new();
        // People do not act all at the same moment.
        let mut next = Instant::now() + interval.mul_f64(self.dice.random());
        while Instant::now().max(next) < end {
            sleep_until(next).await;
            answers.push(self.step().await?);
            next = (next + interval).max(Instant::now());
        }
        Ok(answers)
    }

    /// Does something and waits for the answer.
    async fn step(&mut self) -> anyhow::Result<Duration> {
        let begin = Instant::now();
        self.act()?;
        self.person.sees_next("").await.map_err(|seen| anyhow!(seen))?;
        Ok(begin.elapsed())
    }

    fn act(&mut self) -> anyhow::Result<()> {
        let shown = self.person.last();
        let mut buttons: Vec<(i64, String)> = shown.iter().flat_map(buttons_of).collect();
        buttons.retain(|(_, data)| !AVOIDED.contains(&name_of(data)));
        if buttons.is_empty() || self.dice.random_bool(WRITTEN) {
            self.person.sends_text(WORDS.choose(&mut self.dice).context("there are words")?);
            return Ok(());
        }
        let liking = |(_, data): &(i64, String)| if LIKED.contains(&name_of(data)) { LIKING } else { 1.0 };
        let (message, data) = buttons.choose_weighted(&mut self.dice, liking)?;
        self.person.presses_data(*message, data).map_err(|seen| anyhow!(seen))?;
        Ok(())
    }
}

/// Somebody looks at every template of every category once.
pub async fn tour(person: Person) -> anyhow::Result<()> {
    let visitor = Buyer::new(person, Bytes::new());
    visitor.person.sends_text("/templates");
    visitor.answer().await?;
    for at in 0.. {
        let shelves = visitor.person.last().context("the bot is silent")?;
        let mut categories = buttons_of(&shelves).filter(|(_, data)| name_of(data) == "category");
        let Some((message, data)) = categories.nth(at) else { return Ok(()) };
        visitor.person.presses_data(message, &data).map_err(|seen| anyhow!(seen))?;
        visitor.answer().await?;
        for _ in 0..LONGEST_SHELF {
            if visitor.press("next").is_ok() {
                visitor.answer().await?;
            }
        }
        visitor.press("shelves")?;
        visitor.answer().await?;
    }
    Ok(())
}

/// Somebody who orders the same picture again and again.
pub struct Buyer {
    person: Person,
    photo: Bytes,
}

/// All of them order for this long; how many pictures came.
pub async fn buy(buyers: Vec<Buyer>, span: Duration) -> anyhow::Result<u32> {
    let end = Instant::now() + span;
    let orders = buyers.into_iter().map(|buyer| tokio::spawn(async move { buyer.buy_until(end).await }));
    let counts = try_join_all(orders.collect::<Vec<_>>()).await?;
    counts.into_iter().sum()
}

impl Buyer {
    pub fn new(person: Person, photo: Bytes) -> Self {
        Self { person, photo }
    }

    async fn buy_until(self, end: Instant) -> anyhow::Result<u32> {
        self.person.sends_text("/templates");
        self.answer().await?;
        let mut pictures = 0;
        let mut last = String::new();
        while Instant::now() < end {
            self.reach_payment().await?;
            self.press("pay")?;
            last = self.picture_after(&last).await?;
            pictures += 1;
            self.press("again")?;
            self.answer().await?;
        }
        Ok(pictures)
    }

    /// From wherever they are to the screen with the Pay button.
    async fn reach_payment(&self) -> anyhow::Result<()> {
        for _ in 0..10 {
            let shown = self.person.last().context("the bot is silent")?;
            let there = |name: &str| buttons_of(&shown).any(|(_, data)| name_of(&data) == name);
            if there("pay") {
                return Ok(());
            }
            match ["category", "choose"].into_iter().find(|name| there(name)) {
                Some(name) => self.press(name)?,
                None => drop(self.person.sends_photo(self.photo.clone())),
            }
            self.answer().await?;
        }
        bail!("there is no way to pay in:\n{}", self.person.transcript())
    }

    async fn answer(&self) -> anyhow::Result<()> {
        self.person.sees_next("").await.map(drop).map_err(|seen| anyhow!(seen))
    }

    fn press(&self, name: &str) -> anyhow::Result<()> {
        let shown = self.person.last().context("the bot is silent")?;
        let (message, data) =
            buttons_of(&shown).find(|(_, data)| name_of(data) == name).with_context(|| format!("no button {name}"))?;
        self.person.presses_data(message, &data).map(drop).map_err(|seen| anyhow!(seen))
    }

    /// Waits for a finished picture that is not the one before; what its button carries.
    async fn picture_after(&self, last: &str) -> anyhow::Result<String> {
        let end = Instant::now() + PICTURE_PATIENCE;
        while Instant::now() < end {
            let shown = self.person.last().context("the bot is silent")?;
            let again = buttons_of(&shown).find(|(_, data)| name_of(data) == "again");
            if let Some((_, data)) = again.filter(|(_, data)| data != last) {
                return Ok(data);
            }
            sleep(Duration::from_millis(5)).await;
        }
        bail!("no picture came in:\n{}", self.person.transcript())
    }
}

/// The buttons under a message: its number, and what each carries.
fn buttons_of(message: &Value) -> impl Iterator<Item = (i64, String)> {
    let rows = message["reply_markup"]["inline_keyboard"].as_array().into_iter().flatten();
    let buttons = rows.flat_map(|row| row.as_array().into_iter().flatten());
    let id = message["message_id"].as_i64().unwrap_or(0);
    buttons.filter_map(move |button| Some((id, button["callback_data"].as_str()?.to_owned())))
}

/// Of `<nonce>:<button>[:<argument>]`, the button.
fn name_of(data: &str) -> &str {
    data.split(':').nth(1).unwrap_or_default()
}
