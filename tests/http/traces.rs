//! What is logged of an order on its whole way is tied together by ids: update, job, call of a provider.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use crate::bot::{Bot, BotOptions, photo};

const WORDS: &str = "words of my own 9182";

/// A span of ours, or an event within one.
#[derive(Debug, Clone, Default)]
struct Entry {
    /// Of a span.
    name: String,
    /// The span that it stands in.
    within: Option<u64>,
    is_ours: bool,
    fields: BTreeMap<String, String>,
}

impl Visit for Entry {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name().to_owned(), value.to_owned());
    }
}

#[derive(Default)]
struct Kept {
    spans: BTreeMap<u64, Entry>,
    events: Vec<Entry>,
}

/// Keeps the spans and events of this thread's bot.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Kept>>);

impl Recorder {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().expect("no test panics while it holds the record")
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let name = attributes.metadata().name().to_owned();
        let within = context.span(id).and_then(|span| span.parent()).map(|parent| parent.id().into_u64());
        let is_ours = attributes.metadata().target().starts_with("pixelai");
        let mut span = Entry { name, within, is_ours, ..Entry::default() };
        attributes.record(&mut span);
        self.kept().spans.insert(id.into_u64(), span);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        if let Some(span) = self.kept().spans.get_mut(&id.into_u64()) {
            values.record(span);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if !event.metadata().target().starts_with("pixelai") {
            return;
        }
        let within = context.event_span(event).map(|span| span.id().into_u64());
        let mut entry = Entry { within, is_ours: true, ..Entry::default() };
        event.record(&mut entry);
        self.kept().events.push(entry);
    }
}

impl Kept {
    /// The spans that something stands in, the nearest first.
    fn around(&self, entry: &Entry) -> Vec<&Entry> {
        let nearest = entry.within.and_then(|id| self.spans.get(&id));
        std::iter::successors(nearest, |span| span.within.and_then(|id| self.spans.get(&id))).collect()
    }

    fn named(&self, name: &str) -> Vec<&Entry> {
        self.spans.values().filter(|span| span.name == name).collect()
    }
}

/// Orders a picture, and says by which update.
async fn orders(bot: &Bot, name: &str, number: u8) -> u64 {
    let person = bot.person(name, "en");
    person.sends_text("/templates");
    person.sees("What shall we make?").await.expect("the shelves");
    person.presses("Christmas").expect("a shelf");
    person.sees("cabin").await.expect("the gallery");
    person.presses("I want").expect("the button");
    person.sees("Send a photo").await.expect("the question");
    person.sends_captioned_photo(photo(number), WORDS);
    person.sees("Shall we make it?").await.expect("the price");
    let update = person.presses("Make it").expect("the button");
    person.sees("is ready").await.expect("the picture");
    update
}

/// One thread, so that the recorder hears this bot alone and all of it.
#[tokio::test]
async fn an_order_can_be_followed_from_the_update_to_the_provider() {
    let recorder = Recorder::default();
    let _here = tracing::subscriber::set_default(tracing_subscriber::registry().with(recorder.clone()));
    let bot = Bot::start_with(BotOptions { http: true, ..BotOptions::default() }).await;
    let updates = [orders(&bot, "Annabella", 1).await, orders(&bot, "Benedict", 2).await];
    bot.quiet().await;
    bot.shutdown().await;
    let kept = recorder.kept();
    let jobs = updates.map(|update| ordered_by(&kept, update));
    assert_ne!(jobs[0], jobs[1]);
    for job in &jobs {
        follow(&kept, job);
    }
    assert_eq!(kept.named("call").iter().filter(|call| call.fields["call"] == "submit").count(), jobs.len());
    assert!(
        !kept.named("letter").is_empty() && kept.named("letter").iter().all(|it| it.fields.contains_key("mail.id"))
    );
    nothing_private(&kept);
}

/// The job that was put in line while this update was handled, by one span and in no other one's.
fn ordered_by(kept: &Kept, update: u64) -> String {
    let of_update = |span: &&Entry| span.name == "update" && span.fields["update.id"] == update.to_string();
    assert_eq!(kept.spans.values().filter(of_update).count(), 1, "update {update} has one span");
    let placed = |event: &&Entry| event.fields["message"].ends_with("is in line");
    let within = |event: &&Entry| kept.around(event).iter().any(&of_update);
    let events: Vec<&Entry> = kept.events.iter().filter(placed).filter(within).collect();
    assert_eq!(events.len(), 1, "update {update} placed one order: {events:?}");
    events[0].fields["job.id"].clone()
}

/// A job has its spans, and in them the calls of its provider.
fn follow(kept: &Kept, job: &str) {
    let of_job = |span: &&Entry| span.name == "job" && span.fields["job.id"] == job;
    assert!(kept.spans.values().any(|span| of_job(&span)), "job {job} has a span");
    let within = |call: &&&Entry| kept.around(call).iter().any(&of_job);
    let calls = kept.named("call");
    let calls: Vec<&&Entry> = calls.iter().filter(within).collect();
    let of = |what: &str| -> Vec<&Entry> {
        calls.iter().filter(|call| call.fields["call"] == what).map(|call| **call).collect()
    };
    let (submits, looks) = (of("submit"), of("status"));
    assert!(submits.len() == 1 && !looks.is_empty(), "{calls:?}");
    for call in submits.iter().chain(&looks) {
        let field = |name: &str| call.fields.get(name).map(String::as_str);
        assert_eq!(
            (field("provider"), field("model"), field("outcome")),
            (Some("defapi"), Some("nano_banana"), Some("ok"))
        );
        assert_eq!(field("task.id"), submits[0].fields.get("task.id").map(String::as_str), "they are about one task");
        assert_eq!(kept.around(call).iter().filter(|span| span.name == "job").count(), 1, "a call is of one job");
    }
    assert!(submits[0].fields.contains_key("task.id"));
}

fn nothing_private(kept: &Kept) {
    let all = kept.spans.values().filter(|span| span.is_ours).chain(&kept.events);
    for (name, value) in all.flat_map(|entry| &entry.fields) {
        for private in [WORDS, "Annabella", "Benedict", "424242:test", "photos/"] {
            assert!(!value.contains(private), "{name} tells “{private}”: {value}");
        }
    }
}
