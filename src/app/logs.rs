//! Where log lines go, and which.
//!
//! No line holds a token, an address of a photo or what a person has written. Ours do not by the way they are written;
//! the libraries that see these things on their way are held back here, whatever `RUST_LOG` asks for.

use std::fmt::{Debug, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::meter;

/// They carry requests, statements and messages, and print them when asked for more than their warnings.
const CARRIERS: [&str; 14] = [
    "axum",
    "bb8",
    "fantoccini",
    "h2",
    "hyper",
    "hyper_util",
    "multer",
    "mio",
    "redis",
    "reqwest",
    "rustls",
    "sqlx",
    "teloxide",
    "tower",
];

/// Starts logging to standard error; `RUST_LOG` says what, our own news when it is unset.
pub fn start(json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,pixelai=info"));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if json { lines.json().boxed() } else { lines.with_target(false).boxed() };
    tracing_subscriber::registry()
        .with(filter)
        .with(lines.with_filter(filter_fn(may_be_told)))
        .with(Troubles.with_filter(filter_fn(is_trouble)))
        .init();
}

/// Of those that carry what is not ours to tell, only warnings.
fn may_be_told(of: &Metadata<'_>) -> bool {
    let root = of.target().split("::").next().unwrap_or_default();
    *of.level() <= Level::WARN || !CARRIERS.contains(&root)
}

fn is_trouble(of: &Metadata<'_>) -> bool {
    of.is_event() && *of.level() <= Level::WARN && of.target().starts_with("pixelai")
}

/// Keeps the last warnings and errors for the status page.
struct Troubles;

impl<S: Subscriber> Layer<S> for Troubles {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Text::default();
        event.record(&mut text);
        let text = if text.error.is_empty() { text.message } else { format!("{}: {}", text.message, text.error) };
        meter::TROUBLES.note(event.metadata().level().as_str(), &text);
    }
}

/// What is read of an event.
#[derive(Default)]
struct Text {
    message: String,
    error: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            "error" => write!(self.error, "{value:?}"),
            _ => Ok(()),
        };
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.message.push_str(value),
            "error" => self.error.push_str(value),
            _ => {}
        }
    }
}
