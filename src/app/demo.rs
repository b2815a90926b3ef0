//! The whole of PIXEL AI in one process: a Bot API server with a chat page, the bot, a database file, the painter.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use clap::Args;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, DEFAULT_ADDRESS, Secret};
use crate::domain::TelegramId;
use crate::emulator::{self, Emulator, Knob, Options, Sample};
use crate::http::Listener;
use crate::media;
use crate::providers::painter::{Behaviour, Painter};

use super::{App, AppOptions, open, painters};

/// No secret: whoever can reach the demo may play with it.
const TOKEN: &str = "424242:demo";
const USERNAME: &str = "pixelai_demo_bot";
const NAME: &str = "PIXEL AI";

/// How the demo runs.
#[derive(Debug, Clone, Args)]
pub struct DemoOptions {
    /// Where the chat page listens
    #[arg(long, default_value_t = DEFAULT_ADDRESS)]
    pub listen: SocketAddr,
    /// Keep everything in this database file, and go on with it the next time
    #[arg(long)]
    pub file: Option<PathBuf>,
}

/// A running demo.
pub struct Demo {
    config: Config,
    emulator: Emulator,
    painters: Vec<Painter>,
    restart: Arc<Notify>,
    /// Of the bot's own pages; stays open while the bot restarts.
    listener: Option<Listener>,
    /// Holds what nobody asked to keep; removed at the end.
    _folder: Option<Folder>,
}

/// A folder that goes with whoever holds it.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Demo {
    /// Starts the Bot API server and prepares everything for the bot.
    ///
    /// # Errors
    /// One sentence that names the thing and the mend.
    pub async fn start(config: Config, options: DemoOptions) -> anyhow::Result<Self> {
        let (file, folder) = match options.file {
            Some(file) => (file, None),
            None => {
                let folder = Folder(temporary_folder()?);
                (folder.0.join("demo.db"), Some(folder))
            }
        };
        let beside = |ending: &str| with_ending(&file, ending);
        let mut config = Config {
            token: Some(Secret::new(TOKEN)),
            database_url: format!("sqlite://{}", file.display()),
            redis_url: None,
            mock_ai: true,
            mock_ai_dir: beside("painter"),
            ..config
        };
        // Questions about payments have to reach somebody.
        let admin = config.admins.is_empty();
        if admin {
            config.admins.push(TelegramId(emulator::ADMIN));
        }
        // Before the address is said: whoever opens the page finds a bot.
        open(&config).await?.close().await;
        let painters = painters(&config)?;
        let restart = Arc::new(Notify::new());
        let ring = restart.clone();
        let emulator = Emulator::start(Options {
            token: TOKEN.to_owned(),
            bot_username: USERNAME.to_owned(),
            bot_name: NAME.to_owned(),
            listen: options.listen,
            samples: samples().await?,
            knobs: vec![knob(&painters)],
            restart: Some(Arc::new(move || ring.notify_one())),
            admin,
            state_file: Some(beside("telegram.json")),
            ..Options::default()
        })
        .await?;
        config.api_url = emulator.url();
        config.public_url = None;
        let listener = status_listener(&config, &emulator.url())?;
        Ok(Self { config, emulator, painters, restart, listener, _folder: folder })
    }

    /// What is said once it runs.
    pub fn greeting(&self) -> String {
        let status = match &self.listener {
            Some(listener) => format!(" How it goes is shown at http://{}.", listener.address()),
            None => String::new(),
        };
        format!("PIXEL AI is at {} – open it in a browser.{status} Ctrl-C ends it.", self.emulator.url())
    }

    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// Runs the bot until `stop`, anew each time that the page asks for a restart.
    ///
    /// # Errors
    /// When the bot cannot start.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        while !stop.is_cancelled() {
            let options = AppOptions { listener: self.listener.clone(), ..AppOptions::default() };
            let app = App::build_with(&self.config, &self.painters, options).await?;
            let once = stop.child_token();
            let mut running = tokio::spawn(app.run(once.clone()));
            tokio::select! {
                ended = &mut running => return ended.context("the bot has died")?,
                () = self.restart.notified() => {
                    once.cancel();
                    running.await.context("the bot has died")??;
                }
            }
        }
        self.emulator.shutdown().await;
        Ok(())
    }
}

/// The port that `HTTP_ADDR` names; else the one after the chat page's; else any that is free.
fn status_listener(config: &Config, chat_page: &str) -> anyhow::Result<Option<Listener>> {
    match config.http_addr {
        None => Ok(None),
        Some(address) if address != DEFAULT_ADDRESS => Ok(Some(Listener::bind(address)?)),
        Some(_) => {
            let beside = |port| SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port);
            let port = chat_page.rsplit(':').next().and_then(|port| port.parse::<u16>().ok());
            let next = port.and_then(|port| Listener::bind(beside(port.checked_add(1)?)).ok());
            Ok(Some(next.map_or_else(|| Listener::bind(beside(0)), Ok)?))
        }
    }
}

fn temporary_folder() -> anyhow::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("pixelai-demo-{}", uuid::Uuid::now_v7().simple()));
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make the folder {}; name a file with --file", folder.display()))?;
    Ok(folder)
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

async fn samples() -> anyhow::Result<Vec<Sample>> {
    let (drawn, sitting) = tokio::task::spawn_blocking(|| (media::samples(), media::sitting())).await?;
    let sample = |drawn: media::Sample| Sample {
        name: drawn.name.to_owned(),
        title_en: drawn.title_en.to_owned(),
        title_ru: drawn.title_ru.to_owned(),
        jpeg: drawn.jpeg,
        more: Vec::new(),
    };
    let mut sitting = sitting.into_iter();
    let dozen = Sample {
        name: "dozen".to_owned(),
        title_en: "A dozen photos, for an avatar".to_owned(),
        title_ru: "Дюжина фото, для аватара".to_owned(),
        jpeg: sitting.next().unwrap_or_default(),
        more: sitting.collect(),
    };
    Ok(drawn.into_iter().map(sample).chain([dozen]).collect())
}

/// What the page can have the painters do.
const MOODS: [&str; 6] = ["paint", "fail", "stall", "refuse:no_face", "unavailable", "late:20s"];

/// Lets the page choose how the painters behave, whatever the model.
fn knob(painters: &[Painter]) -> Knob {
    let mood = Arc::new(Mutex::new(MOODS[0].to_owned()));
    let painters = painters.to_vec();
    let shown = mood.clone();
    Knob {
        name: "painter".to_owned(),
        title: "Painter · Художник".to_owned(),
        options: MOODS.map(str::to_owned).to_vec(),
        get: Arc::new(move || shown.lock().unwrap_or_else(PoisonError::into_inner).clone()),
        set: Arc::new(move |chosen| {
            let Ok(behaviour) = chosen.parse::<Behaviour>() else { return };
            for painter in &painters {
                painter.behave_always(behaviour.clone());
            }
            chosen.clone_into(&mut mood.lock().unwrap_or_else(PoisonError::into_inner));
        }),
    }
}
