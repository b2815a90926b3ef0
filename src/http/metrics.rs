//! `/metrics`: everything that is counted, as Prometheus reads it.

use std::fmt::Write;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::beat::ALIVE;
use super::problem::Problem;
use super::site::Site;
use crate::conversation::Conversation;
use crate::database::Time;
use crate::meter::{self, BOUNDS, Counter, Family, Histogram};
use crate::store::status::Live;

const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) async fn metrics(State(site): State<Site>) -> Response {
    match render(&site).await {
        Ok(text) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
        Err(cause) => Problem::ours("read what the metrics tell", &cause).into_response(),
    }
}

async fn render(site: &Site) -> sqlx::Result<String> {
    let mut page = Page::default();
    of_the_door(&mut page, site);
    of_times(&mut page);
    of_the_database(&mut page, site).await?;
    of_the_process(&mut page, site);
    Ok(page.0)
}

fn of_the_door(page: &mut Page, site: &Site) {
    let counters = site.parts().telegram.counters();
    page.head("updates_total", "counter", "Updates, by what became of them");
    for (name, count) in &counters {
        page.line("updates_total", &[("event", name)], *count as f64);
    }
    let counted = site.talk().counters();
    page.head("conversation_total", "counter", "Presses of older screens and the like");
    let events = [
        ("stale_press", &counted.stale),
        ("repeated_update", &counted.repeated),
        ("raced_save", &counted.raced),
        ("lost_session", &counted.lost),
    ];
    for (event, counter) in events {
        page.line("conversation_total", &[("event", event)], Conversation::counted(counter) as f64);
    }
    page.family("dialogue_states_total", "How often people came into a state, and went on from it", &meter::STATES);
}

fn of_times(page: &mut Page) {
    page.histogram("update_seconds", "From an update's arrival until it was handled", &meter::UPDATE_SECONDS);
    page.histogram("sql_seconds", "Statements, the wait for a connection included", &meter::SQL_SECONDS);
    page.histogram("redis_seconds", "Calls of Redis, the wait for a connection included", &meter::REDIS_SECONDS);
    page.histograms("telegram_call_seconds", "Calls of the Bot API", &meter::TELEGRAM_SECONDS);
    page.histograms("provider_call_seconds", "Calls of AI providers", &meter::PROVIDER_SECONDS);
    page.histograms("http_seconds", "Answers of the HTTP server", &meter::HTTP_SECONDS);
}

async fn of_the_database(page: &mut Page, site: &Site) -> sqlx::Result<()> {
    let store = &site.talk().world().store;
    let now = chrono::Utc::now();
    let age = |since: Time| (now - since).num_milliseconds().max(0) as f64 / 1000.0;
    page.live("jobs", "Jobs", &store.live_by_state().await?, now);
    page.live("trainings", "Trainings of avatars", &store.live_trainings_by_state().await?, now);
    let deletions = store.erasures_open().await?;
    page.gauge("deletions", "Deletions that providers have not confirmed yet", deletions.count as f64);
    page.gauge("deletions_oldest_seconds", "How long ago the first was asked for", deletions.oldest.map_or(0.0, age));
    let backlog = store.backlog().await?;
    page.gauge("outbox_letters", "Letters that wait to be sent", backlog.count as f64);
    page.gauge("outbox_oldest_seconds", "How long the oldest of them waits", backlog.oldest.map_or(0.0, age));
    let money = store.money().await?;
    page.gauge("credits_available", "What people can spend", money.available as f64);
    page.gauge("credits_held", "What is held for jobs under way", money.held as f64);
    page.gauge("stars_received", "Stars that came in", money.stars as f64);
    page.gauge("stars_refunded", "Stars that were given back", money.stars_refunded as f64);
    let processes = store.processes(now - ALIVE).await?;
    page.gauge("processes", "Processes on this database", processes.len() as f64);
    let people = store.people(now - chrono::Duration::hours(24)).await?;
    page.gauge("people", "People who are known", people.all as f64);
    page.gauge("people_ordering", "People who ordered in the last 24 hours", people.ordering as f64);
    of_the_breakers(page, site, now).await
}

async fn of_the_breakers(page: &mut Page, site: &Site, now: Time) -> sqlx::Result<()> {
    let world = site.talk().world();
    let switched_on = world.orders.catalog().providers();
    let mut breakers = world.store.breakers().await?;
    breakers.retain(|it| switched_on.contains(&it.provider.as_str()));
    page.head("provider_failures", "gauge", "Submits in a row that a provider did not answer");
    for breaker in &breakers {
        page.line("provider_failures", &[("provider", &breaker.provider)], breaker.failures as f64);
    }
    page.head("provider_rests_seconds", "gauge", "How long a provider will still be left alone");
    for breaker in &breakers {
        let left = (breaker.rests_until - now).num_milliseconds().max(0) as f64 / 1000.0;
        page.line("provider_rests_seconds", &[("provider", &breaker.provider)], left);
    }
    Ok(())
}

fn of_the_process(page: &mut Page, site: &Site) {
    page.head("build_info", "gauge", "The version that runs");
    page.line("build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    let started = site.started().timestamp_millis() as f64 / 1000.0;
    page.raw("process_start_time_seconds", "gauge", "When the process started, since 1970", started);
    if let Some(process) = Process::read() {
        page.raw("process_resident_memory_bytes", "gauge", "Memory in use", process.memory_bytes);
        page.raw("process_cpu_seconds_total", "counter", "Processor time used", process.cpu_seconds);
        page.raw("process_open_fds", "gauge", "Open files and sockets", process.open_files);
    }
}

/// What Linux tells of this process.
pub(super) struct Process {
    pub memory_bytes: f64,
    pub cpu_seconds: f64,
    pub open_files: f64,
}

impl Process {
    /// `None` on other systems.
    pub(super) fn read() -> Option<Self> {
        // Linux counts in these for programs, whatever its kernel counts in.
        const TICKS_PER_SECOND: f64 = 100.0;
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        // The name stands in parentheses and may hold anything.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
        Some(Self {
            memory_bytes: kilobytes.split_whitespace().next()?.parse::<f64>().ok()? * 1024.0,
            cpu_seconds: (ticks(11)? + ticks(12)?) / TICKS_PER_SECOND,
            open_files: std::fs::read_dir("/proc/self/fd").ok()?.count() as f64,
        })
    }
}

/// A page of the Prometheus text format. Every name begins with the program's.
#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP pixelai_{name} {help}.\n# TYPE pixelai_{name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let _ = writeln!(self.0, "pixelai_{name}{} {value}", braces(labels));
    }

    /// What is not at its end, by state: how many, and how old the oldest is.
    fn live(&mut self, name: &str, what: &str, live: &[Live], now: Time) {
        self.head(name, "gauge", &format!("{what} that are not at their end, by state"));
        for state in ["queued", "submitting", "running"] {
            let count = live.iter().find(|it| it.state == state).map_or(0, |it| it.count);
            self.line(name, &[("state", state)], count as f64);
        }
        let oldest = format!("{name}_oldest_seconds");
        self.head(&oldest, "gauge", "How long ago the oldest of them was ordered");
        for it in live {
            let age = (now - it.oldest).num_milliseconds().max(0) as f64 / 1000.0;
            self.line(&oldest, &[("state", &it.state)], age);
        }
    }

    fn gauge(&mut self, name: &str, help: &str, value: f64) {
        self.head(name, "gauge", help);
        self.line(name, &[], value);
    }

    /// A name that Prometheus itself has given.
    fn raw(&mut self, name: &str, kind: &str, help: &str, value: f64) {
        let _ = writeln!(self.0, "# HELP {name} {help}.\n# TYPE {name} {kind}\n{name} {value}");
    }

    fn family<const N: usize>(&mut self, name: &str, help: &str, family: &Family<Counter, N>) {
        self.head(name, "counter", help);
        for (labels, counter) in family.members() {
            self.line(name, &pairs(&family.names(), &labels), counter.get() as f64);
        }
    }

    fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) {
        self.head(name, "histogram", help);
        self.spans(name, &[], histogram);
    }

    fn histograms<const N: usize>(&mut self, name: &str, help: &str, family: &Family<Histogram, N>) {
        self.head(name, "histogram", help);
        for (labels, histogram) in family.members() {
            self.spans(name, &pairs(&family.names(), &labels), &histogram);
        }
    }

    fn spans(&mut self, name: &str, labels: &[(&str, &str)], histogram: &Histogram) {
        let below = histogram.cumulative();
        let bounds = BOUNDS.iter().map(f64::to_string).chain(["+Inf".to_owned()]);
        for (bound, count) in bounds.zip(below) {
            let labels: Vec<(&str, &str)> = labels.iter().copied().chain([("le", bound.as_str())]).collect();
            self.line(&format!("{name}_bucket"), &labels, count as f64);
        }
        self.line(&format!("{name}_sum"), labels, histogram.sum_seconds());
        self.line(&format!("{name}_count"), labels, below[BOUNDS.len()] as f64);
    }
}

fn pairs<'a, const N: usize>(names: &[&'a str; N], values: &'a [String; N]) -> Vec<(&'a str, &'a str)> {
    names.iter().copied().zip(values.iter().map(String::as_str)).collect()
}

fn braces(labels: &[(&str, &str)]) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let escaped = |value: &str| value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
    let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    format!("{{{}}}", pairs.join(","))
}
