//! The command line.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use pixelai::app::{self, App, Demo, DemoOptions, WebhookDeed};
use pixelai::config::{Config, Env};
use tokio_util::sync::CancellationToken;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// PIXEL AI: a Telegram bot that sells AI pictures.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the bot (the default)
    Run,
    /// Try everything in a chat page, without token, server or key
    Demo(DemoOptions),
    /// Bring the database up to date
    Migrate,
    /// Prove the dialogues against the code and the texts
    Check {
        /// Ask each AI provider that is set up for its account as well; the calls cost nothing
        #[arg(long)]
        providers: bool,
    },
    /// Draw the dialogues, as Mermaid or as DOT
    Graph {
        /// One DOT graph instead of Mermaid in Markdown
        #[arg(long)]
        dot: bool,
    },
    /// Prove the books: sums, balances, holds, payments, refunds, and Stars against Telegram's
    Audit,
    /// Ask the bot on this machine whether it lives
    Health,
    /// See or change whether Telegram brings its updates to us
    Webhook {
        #[command(subcommand)]
        deed: Webhook,
    },
}

#[derive(Subcommand)]
enum Webhook {
    /// Have Telegram bring its updates to PUBLIC_URL (the bot does so at its start)
    Set,
    /// Say what Telegram knows of the webhook, and its last trouble with it
    Info,
    /// Take it away; what waits is kept
    Delete,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command.unwrap_or(Command::Run)) {
        Ok(code) => code,
        Err(cause) => {
            eprintln!("pixelai: {cause:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let config = Config::from_env(&Env::of_process()?)?;
    match command {
        Command::Run => {
            app::start_logs(config.log_json);
            let painters = app::painters(&config)?;
            App::build(&config, &painters).await?.run(stop_signal()?).await?;
        }
        Command::Demo(options) => {
            app::start_logs(config.log_json);
            let demo = Demo::start(config, options).await?;
            // Before it says that it runs: whoever reads that may end it at once.
            let stop = stop_signal()?;
            say(&demo.greeting())?;
            demo.run(stop).await?;
        }
        Command::Migrate => {
            app::open(&config).await?.close().await;
            say("the database is up to date")?;
        }
        Command::Check { providers } => {
            say(&app::check(&config)?)?;
            if providers {
                say(&app::check_providers(&config).await?)?;
            }
        }
        Command::Graph { dot } => say(&app::draw(&config, dot)?)?,
        Command::Audit => return audit(&config).await,
        Command::Health => say(&app::health(&config).await?)?,
        Command::Webhook { deed } => {
            let deed = match deed {
                Webhook::Set => WebhookDeed::Set,
                Webhook::Info => WebhookDeed::Info,
                Webhook::Delete => WebhookDeed::Delete,
            };
            say(&app::webhook(&config, deed).await?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints a line. That nobody reads on, as `pixelai graph | head` does, is no error.
fn say(line: &str) -> io::Result<()> {
    match writeln!(io::stdout(), "{line}") {
        Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

/// Ctrl-C or SIGTERM.
fn stop_signal() -> anyhow::Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        token.cancel();
    });
    Ok(stop)
}

async fn audit(config: &Config) -> anyhow::Result<ExitCode> {
    let app::Audit { faults, stars_compared } = app::audit(config).await?;
    for fault in &faults {
        say(fault)?;
    }
    if !stars_compared {
        eprintln!("pixelai: Stars were not compared with Telegram's, since TELOXIDE_TOKEN is not set");
    }
    if faults.is_empty() {
        say("the books are in order")?;
        return Ok(ExitCode::SUCCESS);
    }
    let noun = if faults.len() == 1 { "fault" } else { "faults" };
    eprintln!("pixelai: {} {noun} in the books", faults.len());
    Ok(ExitCode::FAILURE)
}
