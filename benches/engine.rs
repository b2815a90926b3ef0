//! What one update costs in pure code: stepping, reading, writing, and finding the words.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use pixelai::app::Script;
use pixelai::config::{Config, Env};
use pixelai::domain::Language;
use pixelai::engine::{
    Act, Dialogues, Event, Moved, Nonce, Outcome, Session, SessionId, Step, check, parse_press, press_data, step,
};
use pixelai::flows;
use pixelai::text::{Args, Texts};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn script() -> Script {
    let config = Config::from_env(&Env::default()).expect("the defaults are readable");
    Script::proven(&config).expect("the dialogues have no flaw")
}

fn moved(step: Step) -> Moved {
    match step {
        Step::Moved(moved) => moved,
        other => panic!("the session did not move: {other:?}"),
    }
}

fn act(step: Step) -> Act {
    match step {
        Step::Act(act) => act,
        other => panic!("no action is asked for: {other:?}"),
    }
}

fn command(name: &str) -> Event {
    Event::Everywhere { name: name.to_owned() }
}

fn press(session: &Session, button: &str) -> Event {
    Event::Press { nonce: session.nonce(), button: button.to_owned(), argument: None }
}

fn outcome(name: &str) -> Outcome {
    let memory = json!({"category": "cars", "template": "cars_neon", "price": 5, "photos": ["0193e7c07a6a7e2f9b9c6a1d6e0f4b21"]});
    Outcome { name: name.to_owned(), memory: memory.as_object().cloned(), pass: None }
}

/// Somebody who has a template and a photo and only has to pay.
fn before_paying(dialogues: &Dialogues) -> Session {
    let fresh = dialogues.begin(SessionId(0x5eed));
    let shelves = moved(step(dialogues, &fresh, &command("templates"))).session;
    let chosen = act(step(dialogues, &shelves, &press(&shelves, "category"))).resume(dialogues, outcome("opened"));
    let gallery = moved(chosen).session;
    moved(act(step(dialogues, &gallery, &press(&gallery, "choose"))).resume(dialogues, outcome("ready"))).session
}

fn stepping(criterion: &mut Criterion) {
    let dialogues = &*script().dialogues;
    let session = &before_paying(dialogues);
    let (pay, shelves) = (press(session, "pay"), press(session, "shelves"));
    let old = Event::Press { nonce: Nonce { session: 1, shown: 1 }, button: "pay".to_owned(), argument: None };
    criterion.bench_function("step/press", |timer| timer.iter(|| step(dialogues, session, &shelves)));
    criterion.bench_function("step/command", |timer| timer.iter(|| step(dialogues, session, &command("balance"))));
    criterion.bench_function("step/stale press", |timer| timer.iter(|| step(dialogues, session, &old)));
    criterion.bench_function("step/press, act, resume", |timer| {
        timer.iter(|| act(step(dialogues, session, &pay)).resume(dialogues, outcome("placed")));
    });
}

fn reading(criterion: &mut Criterion) {
    let script = script();
    let session = before_paying(&script.dialogues);
    let data = press_data(session.nonce(), "category", Some("christmas"));
    let stored = serde_json::to_string(&session).expect("a session is JSON");
    criterion.bench_function("read/callback data", |timer| timer.iter(|| parse_press(black_box(&data))));
    criterion.bench_function("read/session", |timer| {
        timer.iter(|| serde_json::from_str::<Session>(black_box(&stored)).expect("it was just written"));
    });
    criterion.bench_function("write/session", |timer| timer.iter(|| serde_json::to_string(black_box(&session))));
    let (vocabulary, index) = (flows::vocabulary(), script.texts.index());
    criterion.bench_function("check/all dialogues", |timer| {
        timer.iter(|| check(&script.dialogues, &vocabulary, &index));
    });
}

fn words(criterion: &mut Criterion) {
    let texts = Texts::embedded().expect("the texts can be read");
    let gallery = Args::default()
        .text("title", "Neon & chrome")
        .text("description", "Your car <at night>, wet asphalt, neon on the bonnet")
        .number("price", 1250)
        .number("number", 2)
        .number("total", 12)
        .number("photos", 1);
    let privacy = Args::default().number("photo_hours", 48).number("original_days", 30);
    for language in Language::ALL {
        let code = language.code();
        let mut text = |name: &str, id: &str, args: &Args| {
            criterion.bench_function(&format!("text/{name}, {code}"), |timer| {
                timer.iter(|| texts.get(language, id, args));
            });
        };
        text("the longest", "privacy", &privacy);
        text("gallery", "generate-gallery", &gallery);
        text("terms", "terms", &Args::default());
        criterion.bench_function(&format!("text/a gallery's labels, {code}"), |timer| {
            let buttons = ["previous", "position", "next", "choose", "shelves", "home"];
            timer.iter(|| buttons.map(|button| texts.label(language, "generate-gallery", button, &gallery)));
        });
    }
}

fn quick() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(900))
        .sample_size(30)
        .without_plots()
}

criterion_group!(name = engine; config = quick(); targets = stepping, reading, words);
criterion_main!(engine);
