//! The bot in a process of its own: this program, started again with other arguments.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use pixelai::app::{self, App, AppOptions};
use pixelai::config::{Config, Env};
use pixelai::telegram::Limits;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context as LayerContext, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use super::gauge::Gauge;
use super::place::Place;

pub const TOKEN: &str = "1000000:emulator";
/// The first argument of the bot's process.
const MARK: &str = "bot";
/// The third argument of a bot that counts.
const COUNT: &str = "count";

/// A bot that runs beside us; killed if it is dropped before it was stopped.
pub struct Bot(Child);

impl Bot {
    pub fn start(url: &str, place: &Place, counts: bool) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(MARK).arg(url).arg(place.folder.path()).stdout(Stdio::piped());
        command.envs(place.settings());
        if counts {
            command.arg(COUNT);
        }
        Ok(Self(command.spawn().context("the bot's process does not start")?))
    }

    pub fn gauge(&self) -> Gauge {
        Gauge::read(self.0.id())
    }

    /// Asks it to end and waits; how many statements it ran, if it counted.
    pub fn stop(mut self) -> anyhow::Result<Option<u64>> {
        Command::new("kill").arg(self.0.id().to_string()).status().context("there is no `kill`")?;
        let mut said = String::new();
        if let Some(mut output) = self.0.stdout.take() {
            output.read_to_string(&mut said)?;
        }
        self.0.wait()?;
        Ok(said.trim().parse().ok())
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a bot's process is told.
pub struct Order {
    url: String,
    folder: PathBuf,
    counts: bool,
}

impl Order {
    /// `None`: this process is not the bot.
    pub fn read(arguments: &[String]) -> Option<Self> {
        match arguments {
            [mark, url, folder, rest @ ..] if mark == MARK => {
                let counts = rest.first().is_some_and(|word| word == COUNT);
                Some(Self { url: url.clone(), folder: folder.into(), counts })
            }
            _ => None,
        }
    }
}

/// Is the bot, until SIGTERM.
pub async fn serve(order: &Order) -> anyhow::Result<()> {
    let statements = Arc::new(AtomicU64::new(0));
    if order.counts {
        let targets = Targets::new().with_target("sqlx::query", tracing::Level::DEBUG);
        tracing_subscriber::registry().with(Statements(statements.clone()).with_filter(targets)).init();
    } else {
        app::start_logs(false);
    }
    let beside = |name: &str| order.folder.join(name).display().to_string();
    let setting = |name: &str| std::env::var(name).unwrap_or_default();
    let config = Config::from_env(&Env::of([
        ("TELOXIDE_TOKEN", TOKEN),
        ("TELOXIDE_API_URL", &order.url),
        ("DATABASE_URL", &setting("DATABASE_URL")),
        ("REDIS_URL", &setting("REDIS_URL")),
        ("REDIS_PREFIX", &setting("REDIS_PREFIX")),
        ("MOCK_AI", "1"),
        ("MOCK_AI_SECONDS", "0"),
        ("MOCK_AI_DIR", &beside("painter")),
        ("START_BALANCE", "1000000"),
        ("HTTP_ADDR", "off"),
    ]))?;
    let painters = app::painters(&config)?;
    let app = App::build_with(&config, &painters, AppOptions { limits: Limits::NONE, ..AppOptions::default() }).await?;
    let stop = CancellationToken::new();
    let running = app.run(stop.clone());
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::spawn(async move {
        terminate.recv().await;
        stop.cancel();
    });
    running.await?;
    if order.counts {
        println!("{}", statements.load(Ordering::Relaxed));
    }
    Ok(())
}

/// Counts what sqlx reports as run.
struct Statements(Arc<AtomicU64>);

impl<S: tracing::Subscriber> Layer<S> for Statements {
    fn on_event(&self, _: &tracing::Event<'_>, _: LayerContext<'_, S>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
