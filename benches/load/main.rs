//! Simulated people against the bot: `cargo bench --bench load -- [people] [seconds]`.
//!
//! The emulated Telegram and the people live in this process. The bot is this program once more, in a process of its
//! own, so that its processor time and memory can be read alone. It keeps everything in a file, or on servers: see
//! `place.rs`. What is measured is printed; nothing is asserted.

mod bot;
#[path = "../../tests/suite/support/database.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod database;
mod gauge;
mod people;
mod place;

use std::time::{Duration, Instant};

use anyhow::Context;
use pixelai::emulator::{Emulator, Options, Person};
use pixelai::media;

use bot::Bot;
use people::{Buyer, Pace, Walks};
use place::Place;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PEOPLE: usize = 100;
const SECONDS: u64 = 8;
/// Painting takes whole processors, so a few buyers are enough.
const BUYERS: usize = 16;
/// Updates of the run that counts statements and calls.
const COUNTED: u32 = 1500;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let Some(order) = bot::Order::read(&arguments) {
        return bot::serve(&order).await;
    }
    let number = |at: usize| arguments.get(at).map(|text| text.parse::<u64>().context("[people] [seconds]"));
    let people = number(0).transpose()?.map_or(PEOPLE, |people| people.max(1) as usize);
    let span = Duration::from_secs(number(1).transpose()?.unwrap_or(SECONDS).max(1));
    let place = Place::make().await?;
    let emulator = Emulator::start(Options { token: bot::TOKEN.into(), ..Options::default() }).await?;
    let processors = gauge::processors();
    println!("{people} people, {} s a phase, {processors} processors, {}", span.as_secs(), place.name());
    measure(&emulator, &place, people, span).await?;
    count().await?;
    emulator.shutdown().await;
    Ok(())
}

async fn measure(emulator: &Emulator, place: &Place, people: usize, span: Duration) -> anyhow::Result<()> {
    let bot = Bot::start(&emulator.url(), place, false)?;
    // Every gallery picture is painted and uploaded once, which is no part of an update's usual cost.
    people::tour(newcomer(emulator)).await?;
    let mut walks = Walks::of((0..people).map(|_| newcomer(emulator)));
    walks.go(Pace::Unhurried, Duration::from_secs(2)).await?;
    row("peak memory, gallery painted", format!("{:.0} MiB", bot.gauge().peak_mib()));

    let (full, before) = (Pace::Unhurried, bot.gauge());
    let taken = walks.go(full, span).await?;
    let saturation = taken.per_second();
    row("updates a second at saturation", format!("{saturation:.0}"));
    row("CPU of the bot per update, saturated", micros(bot.gauge().cpu_since(&before), taken.updates()));

    let before = bot.gauge();
    let taken = walks.go(Pace::PerSecond(saturation / 2.0), span).await?;
    row("updates a second at half load", format!("{:.0}", taken.per_second()));
    row("CPU of the bot per update, half load", micros(bot.gauge().cpu_since(&before), taken.updates()));
    row("update to answer, p50", millis(taken.percentile(50)));
    row("update to answer, p99", millis(taken.percentile(99)));
    row("peak memory, conversation", format!("{:.0} MiB", bot.gauge().peak_mib()));

    let before = bot.gauge();
    let photo = media::samples().swap_remove(0).jpeg;
    let buyers: Vec<Buyer> = (0..BUYERS.min(people)).map(|_| Buyer::new(newcomer(emulator), photo.clone())).collect();
    // Whoever has begun an order sees it through, so the time is what it really took.
    let began = Instant::now();
    let jobs = people::buy(buyers, span).await?;
    row("jobs a second, painting included", format!("{:.1}", f64::from(jobs) / began.elapsed().as_secs_f64()));
    row("CPU of the bot per job", millis(bot.gauge().cpu_since(&before) / jobs.max(1)));
    row("peak memory, painting", format!("{:.0} MiB", bot.gauge().peak_mib()));
    if let Some(longest) = place.session_sizes().await?.last() {
        row("bytes of a session in Redis, the longest", longest.to_string());
    }
    bot.stop().map(drop)
}

/// Once more at walking pace, with a bot that counts its statements: counting is not free.
async fn count() -> anyhow::Result<()> {
    // Another one, since an emulator remembers only so many calls; and what was uploaded there is unknown here.
    let emulator = &Emulator::start(Options { token: bot::TOKEN.into(), ..Options::default() }).await?;
    let place = Place::make().await?;
    let bot = Bot::start(&emulator.url(), &place, true)?;
    let mut walks = Walks::of([newcomer(emulator)]);
    let calls = || emulator.requests().iter().filter(|request| request.method != "getUpdates").count();
    walks.steps(20).await?;
    // What has already been counted of the start, and of the first steps, is small beside what follows.
    let (before, sessions_before) = (calls(), place.session_calls().await?);
    walks.steps(COUNTED).await?;
    let made = calls().saturating_sub(before);
    let sessions = place.session_calls().await?.zip(sessions_before).map(|(now, before)| now.saturating_sub(before));
    let statements = bot.stop()?.context("the bot did not say how many statements it ran")?;
    row("calls to Telegram per update", format!("{:.2}", made as f64 / f64::from(COUNTED)));
    if let Some(sessions) = sessions {
        row("calls to Redis per update", format!("{:.2}", sessions as f64 / f64::from(COUNTED)));
    }
    row("SQL statements per update", format!("{:.2}", statements as f64 / f64::from(COUNTED + 20)));
    Ok(())
}

fn newcomer(emulator: &Emulator) -> Person {
    emulator.person("Walker", if emulator.people().len().is_multiple_of(2) { "en" } else { "ru" })
}

fn row(name: &str, value: String) {
    println!("{name:<40} {value:>12}");
}

fn micros(time: Duration, updates: usize) -> String {
    format!("{:.0} µs", time.as_secs_f64() * 1e6 / updates.max(1) as f64)
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
