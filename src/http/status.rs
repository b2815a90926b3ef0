//! The details of the status page: numbers, and no row that names a person.

use std::collections::BTreeMap;

use chrono::Timelike;
use serde_json::{Value, json};

use super::beat::ALIVE;
use super::metrics::Process;
use super::site::Site;
use crate::conversation::Conversation;
use crate::database::Time;
use crate::meter;
use crate::store::Store;
use crate::store::providers::{Breaker, Stand};
use crate::store::status::{Ended, Hour, Live};

/// Ended jobs that the providers' lines are made from, at most.
const ENDED: i64 = 2000;
const HOURS: i64 = 24;

/// The calls that a provider's line counts: those for pictures, which are as quick as each other.
const CALLS: [&str; 4] = ["submit", "status", "cancel", "forget"];

/// What is shown to insiders.
pub(super) type Details = Value;

pub(super) async fn look(site: &Site) -> sqlx::Result<Details> {
    let store = &site.talk().world().store;
    let now = chrono::Utc::now();
    let day = now - chrono::Duration::hours(HOURS);
    let people = store.people(day).await?;
    let backlog = store.backlog().await?;
    let money = store.money().await?;
    Ok(json!({
        "people": {"all": people.all, "new": people.new, "ordering": people.ordering},
        "jobs": live(store.live_by_state().await?, now),
        "avatars": avatars(store, day, now).await?,
        "outbox": {"count": backlog.count, "oldest_seconds": seconds(backlog.oldest, now)},
        "money": {
            "available": money.available,
            "held": money.held,
            "stars": money.stars,
            "stars_refunded": money.stars_refunded,
        },
        "hours": hours(site, now).await?,
        "providers": providers(site, day, now).await?,
        "replicas": replicas(site, now).await?,
        "updates": updates(site),
        "sql_p95_seconds": meter::SQL_SECONDS.quantile(0.95),
        "telegram_p95_seconds": slowest(meter::TELEGRAM_SECONDS.members().iter().map(|(_, times)| times.quantile(0.95))),
        "process": Process::read().map(|process| json!({
            "memory_bytes": process.memory_bytes,
            "cpu_seconds": process.cpu_seconds,
            "open_files": process.open_files,
        })),
        "errors": meter::TROUBLES.newest_first().into_iter().map(|trouble| json!({
            "at": trouble.at,
            "level": trouble.level,
            "text": trouble.text,
        })).collect::<Vec<_>>(),
    }))
}

/// How long ago that was; nothing was never.
fn seconds(since: impl Into<Option<Time>>, now: Time) -> f64 {
    since.into().map_or(0.0, |since| (now - since).num_milliseconds().max(0) as f64 / 1000.0)
}

fn live(live: Vec<Live>, now: Time) -> Vec<Value> {
    let line = |it: Live| json!({"state": it.state, "count": it.count, "oldest_seconds": seconds(it.oldest, now)});
    live.into_iter().map(line).collect()
}

/// Trainings under way and those of the last day, and what providers have yet to delete.
async fn avatars(store: &Store, day: Time, now: Time) -> sqlx::Result<Value> {
    let deletions = store.erasures_open().await?;
    let ended: BTreeMap<String, i64> =
        store.trainings_ended(day).await?.into_iter().map(|ended| (ended.name, ended.count)).collect();
    let of = |name| ended.get(name).copied().unwrap_or_default();
    Ok(json!({
        "trainings": live(store.live_trainings_by_state().await?, now),
        "succeeded": of("succeeded"),
        "failed": of("failed"),
        "cancelled": of("cancelled"),
        "deletions": {"count": deletions.count, "oldest_seconds": seconds(deletions.oldest, now)},
    }))
}

async fn replicas(site: &Site, now: Time) -> sqlx::Result<Vec<Value>> {
    let processes = site.talk().world().store.processes(now - ALIVE).await?;
    let line = |process: crate::store::processes::Process| {
        let id = process.id.simple().to_string();
        json!({
            "id": id[id.len() - 6..],
            "version": process.version,
            "up_seconds": seconds(process.started_at, now),
            "own": process.id == site.id(),
        })
    };
    Ok(processes.into_iter().map(line).collect())
}

/// The last 24 hours, each with all that is drawn of it.
async fn hours(site: &Site, now: Time) -> sqlx::Result<Vec<Value>> {
    let store = &site.talk().world().store;
    let this = now.with_minute(0).and_then(|it| it.with_second(0)).and_then(|it| it.with_nanosecond(0)).unwrap_or(now);
    let first = this - chrono::Duration::hours(HOURS - 1);
    let counted =
        [store.ended_by_hour(first).await?, store.stars_by_hour(first).await?, store.people_by_hour(first).await?];
    let count = |hour: &str, name: &str| -> i64 {
        let fits = |it: &&Hour| it.hour == hour && it.name == name;
        counted.iter().flatten().filter(fits).map(|it| it.count).sum()
    };
    let hour = |back: i64| {
        let hour = (first + chrono::Duration::hours(back)).format("%Y-%m-%dT%H").to_string();
        let of = |name| count(&hour, name);
        json!({
            "succeeded": of("succeeded"),
            "failed": of("failed"),
            "cancelled": of("cancelled"),
            "stars": of("stars"),
            "people": of("people"),
            "hour": hour,
        })
    };
    Ok((0..HOURS).map(hour).collect())
}

/// A line for each provider that is switched on, or had jobs all the same.
async fn providers(site: &Site, day: Time, now: Time) -> sqlx::Result<Vec<Value>> {
    let world = site.talk().world();
    let ended = world.store.ended(day, ENDED).await?;
    let breakers = world.store.breakers().await?;
    let mut by_name: BTreeMap<&str, Vec<&Ended>> = BTreeMap::new();
    for name in world.orders.catalog().providers() {
        by_name.entry(name).or_default();
    }
    for job in &ended {
        by_name.entry(&job.provider).or_default().push(job);
    }
    let line = |(name, jobs): (&str, Vec<&Ended>)| {
        let mut line = provider(name, &jobs);
        line["breaker"] = breaker(breakers.iter().find(|it| it.provider == name), now);
        line
    };
    Ok(by_name.into_iter().map(line).collect())
}

/// Whether it is given jobs now, and why not.
fn breaker(breaker: Option<&Breaker>, now: Time) -> Value {
    // One that has no row has no limits and cannot be left alone.
    let stand = breaker.map_or(Stand::Takes, |it| it.stands(now));
    let (state, until) = match stand {
        Stand::Takes => ("takes", None),
        Stand::Stumbles => ("stumbles", None),
        Stand::Rests(until) => ("rests", Some(until)),
        Stand::Trial => ("trial", None),
    };
    json!({
        "state": state,
        "until": until,
        "failures": breaker.map_or(0, |it| it.failures),
        "trouble": breaker.filter(|_| stand != Stand::Takes).and_then(|it| it.trouble.as_deref()),
    })
}

/// How its jobs ended, and how it answers this process.
fn provider(name: &str, jobs: &[&Ended]) -> Value {
    let mut seconds: Vec<f64> = jobs
        .iter()
        .filter(|job| job.state == "succeeded")
        .map(|job| (job.finished_at - job.created_at).num_milliseconds() as f64 / 1000.0)
        .collect();
    seconds.sort_unstable_by(f64::total_cmp);
    // A photo that nobody can work with is not the provider's failure.
    let own_fault = |job: &&&Ended| job.state == "failed" && is_ours(job.failure.as_deref());
    let judged = seconds.len() + jobs.iter().filter(own_fault).count();
    let calls = meter::PROVIDER_SECONDS.members();
    let of = |failed: bool| {
        let fits = move |provider: &str, call: &str, how: &str| {
            provider == name && CALLS.contains(&call) && (how != "ok") == failed
        };
        calls.iter().filter(move |([provider, call, how], _)| fits(provider, call, how))
    };
    json!({
        "name": name,
        "jobs": jobs.len(),
        "share": (judged > 0).then(|| seconds.len() as f64 / judged as f64),
        "p50_seconds": at(&seconds, 0.5),
        "p95_seconds": at(&seconds, 0.95),
        "calls": of(false).chain(of(true)).map(|(_, times)| times.count()).sum::<u64>(),
        "calls_failed": of(true).map(|(_, times)| times.count()).sum::<u64>(),
        "call_p95_seconds": slowest(of(false).map(|(_, times)| times.quantile(0.95))),
    })
}

/// Every failure but those that only the person can mend.
fn is_ours(failure: Option<&str>) -> bool {
    matches!(failure, Some("unavailable" | "deadline"))
}

/// The value below which this share of the sorted ones lies.
fn at(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get((last as f64 * share).round() as usize).copied()
}

fn slowest(seconds: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    seconds.flatten().max_by(f64::total_cmp)
}

fn updates(site: &Site) -> Value {
    let counters = site.parts().telegram.counters();
    let of = |name: &str| counters.iter().find(|(known, _)| known == name).map_or(0, |(_, count)| *count);
    let counted = site.talk().counters();
    json!({
        "count": of("updates"),
        "p50_seconds": meter::UPDATE_SECONDS.quantile(0.5),
        "p95_seconds": meter::UPDATE_SECONDS.quantile(0.95),
        "stale": Conversation::counted(&counted.stale),
        "repeated": of("repeated"),
        "broken": of("panics") + of("given_up"),
    })
}
