//! The settings, read once from the environment.
//!
//! A variable that is set but unreadable stops the start with a sentence that names it: a typo must not go unseen.

mod providers;
mod web;

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::domain::{Credits, TelegramId};

pub use providers::ProviderConfig;
pub use web::{PublicUrl, SigningKey, web_app_key};

/// The variables that are ours.
pub const SETTINGS: [&str; 29] = [
    "TELOXIDE_TOKEN",
    "TELOXIDE_API_URL",
    "DATABASE_URL",
    "REDIS_URL",
    "REDIS_PREFIX",
    "REDIS_POOL_SIZE",
    "MOCK_AI",
    "MOCK_AI_SECONDS",
    "MOCK_AI_FAULTS",
    "MOCK_AI_DIR",
    "LEASE_SECONDS",
    "ADMIN_IDS",
    "START_BALANCE",
    "DIALOGUES_DIR",
    "LOCALES_DIR",
    "LOG_FORMAT",
    "HTTP_ADDR",
    "METRICS_ADDR",
    "PUBLIC_URL",
    "STATUS_TOKEN",
    "WEBHOOK_SECRET",
    "DEFAPI_KEY",
    "DEFAPI_URL",
    "FAL_KEY",
    "FAL_QUEUE_URL",
    "FAL_REST_URL",
    "FAL_API_URL",
    "REPLICATE_API_TOKEN",
    "REPLICATE_URL",
];

/// The environment as a value, so that a test can hand over its own.
#[derive(Debug, Clone, Default)]
pub struct Env(HashMap<String, String>);

impl Env {
    /// The process's environment, on top of what a `.env` file in the working directory says.
    ///
    /// # Errors
    /// When there is a `.env` that cannot be read.
    pub fn of_process() -> anyhow::Result<Self> {
        match dotenvy::dotenv() {
            Ok(_) => {}
            Err(cause) if cause.not_found() => {}
            // dotenvy's own message quotes the line, which may hold a secret.
            Err(dotenvy::Error::LineParse(_, column)) => {
                bail!(".env has a line that cannot be read (at its column {column}); write NAME=value")
            }
            Err(cause) => return Err(cause).context("cannot read .env; check its rights or remove it"),
        }
        Self::readable(std::env::vars_os())
    }

    /// Foreign variables may hold anything; ours have to be text.
    fn readable(variables: impl Iterator<Item = (OsString, OsString)>) -> anyhow::Result<Self> {
        let mut readable = HashMap::new();
        for (name, value) in variables {
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => {
                    readable.insert(name, value);
                }
                Err(_) if SETTINGS.contains(&name.as_str()) => bail!("{name} is not UTF-8; write it anew or remove it"),
                Err(_) => {}
            }
        }
        Ok(Self(readable))
    }

    pub fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// A variable's value; set to nothing counts as unset.
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    fn parsed<T: FromStr>(&self, name: &str, expected: &str) -> anyhow::Result<Option<T>>
    where
        T::Err: fmt::Display,
    {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.parse() {
            Ok(parsed) => Ok(Some(parsed)),
            Err(cause) => bail!("{name} is {value:?}, which is not {expected} ({cause}); correct or remove it"),
        }
    }

    /// `1` or `0`.
    fn flag(&self, name: &str) -> anyhow::Result<bool> {
        match self.get(name) {
            None | Some("0" | "false") => Ok(false),
            Some("1" | "true") => Ok(true),
            Some(other) => bail!("{name} is {other:?}; write 1 or 0"),
        }
    }
}

/// A value that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TELOXIDE_TOKEN`: the bot's token from BotFather.
    pub token: Option<Secret>,
    /// `TELOXIDE_API_URL`: another Bot API server than Telegram's.
    pub api_url: String,
    /// `DATABASE_URL`: `sqlite://file` or `postgres://…`; `sqlite://pixelai.db` when unset.
    pub database_url: String,
    /// `REDIS_URL`: `redis://…` keeps the sessions there; in the database when unset.
    pub redis_url: Option<Secret>,
    /// `REDIS_PREFIX`: before every key in Redis, so that others can share the server; `pixelai` when unset.
    pub redis_prefix: String,
    /// `REDIS_POOL_SIZE`: connections to Redis at most, 16 when unset.
    pub redis_pool_size: u32,
    /// `MOCK_AI`: `1` has every model played by the built-in painter.
    pub mock_ai: bool,
    /// `MOCK_AI_SECONDS`: how long the painter takes, 6 when unset.
    pub mock_ai_seconds: u64,
    /// `MOCK_AI_FAULTS`: what the painter does by model alias, such as `nano_banana=stall`.
    pub mock_ai_faults: String,
    /// `MOCK_AI_DIR`: where the painter keeps its tasks; the system's folder for temporary files when unset.
    pub mock_ai_dir: PathBuf,
    /// `LEASE_SECONDS`: how long claimed work waits for a process that died, 15 when unset; work that goes on renews it.
    pub lease: Duration,
    /// `ADMIN_IDS`: Telegram ids, comma-separated.
    pub admins: Vec<TelegramId>,
    /// `START_BALANCE`: credits of a new person, 10 when unset.
    pub start_balance: Credits,
    /// `DIALOGUES_DIR`: read the dialogues from there instead of from the binary.
    pub dialogues_dir: Option<PathBuf>,
    /// `LOCALES_DIR`: read the texts from there instead of from the binary.
    pub locales_dir: Option<PathBuf>,
    /// `LOG_FORMAT`: `json` for machines, else for people.
    pub log_json: bool,
    /// `HTTP_ADDR`: where the HTTP server listens, `127.0.0.1:8080` when unset; `None` (written `off`) for none at all.
    pub http_addr: Option<SocketAddr>,
    /// `METRICS_ADDR`: where nothing but `/metrics` is served, to whoever asks; for a private network.
    pub metrics_addr: Option<SocketAddr>,
    /// `PUBLIC_URL`: under which address the world reaches that server. Telegram then brings its updates there.
    pub public_url: Option<PublicUrl>,
    /// `STATUS_TOKEN`: who shows it sees the details; only this machine does when unset.
    pub status_token: Option<Secret>,
    /// What our own addresses and Telegram's calls are signed with: made of `WEBHOOK_SECRET`, or else of the token.
    pub signing: SigningKey,
    /// The AI providers' keys and addresses.
    pub providers: ProviderConfig,
}

/// Where the HTTP server listens unless told otherwise; in the demo that is the chat page.
pub const DEFAULT_ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

impl Config {
    /// # Errors
    /// One sentence that names the variable and the mend.
    pub fn from_env(env: &Env) -> anyhow::Result<Self> {
        let start_balance = env.parsed::<i64>("START_BALANCE", "a whole number")?.unwrap_or(10);
        let api_url = env.get("TELOXIDE_API_URL").unwrap_or("https://api.telegram.org").to_owned();
        if let Err(cause) = api_url.parse::<reqwest::Url>() {
            bail!("TELOXIDE_API_URL is {api_url:?}, which is not an address ({cause}); write https://…, or remove it");
        }
        let token = env.get("TELOXIDE_TOKEN").map(token).transpose()?;
        Ok(Self {
            signing: web::signing(env.get("WEBHOOK_SECRET"), token.as_ref())?,
            token,
            api_url,
            database_url: env.get("DATABASE_URL").unwrap_or("sqlite://pixelai.db").to_owned(),
            redis_url: env.get("REDIS_URL").map(Secret::new),
            redis_prefix: env.get("REDIS_PREFIX").unwrap_or("pixelai").to_owned(),
            redis_pool_size: env.parsed("REDIS_POOL_SIZE", "a whole number above 0")?.map_or(16, NonZeroU32::get),
            mock_ai: env.flag("MOCK_AI")?,
            mock_ai_seconds: env.parsed("MOCK_AI_SECONDS", "a whole number of seconds")?.unwrap_or(6),
            mock_ai_faults: env.get("MOCK_AI_FAULTS").unwrap_or_default().to_owned(),
            mock_ai_dir: env
                .get("MOCK_AI_DIR")
                .map_or_else(|| std::env::temp_dir().join("pixelai-painter"), PathBuf::from),
            lease: lease(env)?,
            admins: env.get("ADMIN_IDS").map(admins).transpose()?.unwrap_or_default(),
            start_balance: Credits::new(start_balance)
                .with_context(|| format!("START_BALANCE is {start_balance}; write a whole number from 0"))?,
            dialogues_dir: env.get("DIALOGUES_DIR").map(PathBuf::from),
            locales_dir: env.get("LOCALES_DIR").map(PathBuf::from),
            log_json: match env.get("LOG_FORMAT") {
                None | Some("text") => false,
                Some("json") => true,
                Some(other) => bail!("LOG_FORMAT is {other:?}; write text or json"),
            },
            http_addr: match env.get("HTTP_ADDR") {
                Some("off") => None,
                _ => Some(
                    env.parsed("HTTP_ADDR", "an address such as 127.0.0.1:8080, or off")?.unwrap_or(DEFAULT_ADDRESS),
                ),
            },
            metrics_addr: env.parsed("METRICS_ADDR", "an address such as 127.0.0.1:9091")?,
            public_url: env.get("PUBLIC_URL").map(str::parse).transpose()?,
            status_token: env.get("STATUS_TOKEN").map(web::status_token).transpose()?,
            providers: ProviderConfig::from_env(env)?,
        })
    }
}

/// `<bot id>:<secret>`. The value itself is not repeated: it is a secret also when it is mistyped.
fn token(value: &str) -> anyhow::Result<Secret> {
    let looks_right = value.split_once(':').is_some_and(|(id, secret)| id.parse::<i64>().is_ok() && !secret.is_empty());
    if !looks_right {
        bail!("TELOXIDE_TOKEN does not look like a bot's token (123456:ABC…); copy it again from BotFather");
    }
    Ok(Secret::new(value))
}

/// The bot's own id is the first part of its token.
pub fn bot_id(token: &Secret) -> i64 {
    token.reveal().split(':').next().and_then(|id| id.parse().ok()).unwrap_or_default()
}

/// Shorter than a second the renewals would be the work; longer than an hour a crash would not be mended at all.
fn lease(env: &Env) -> anyhow::Result<Duration> {
    match env.parsed::<u64>("LEASE_SECONDS", "a whole number of seconds")? {
        None => Ok(Duration::from_secs(15)),
        Some(seconds @ 1..=3600) => Ok(Duration::from_secs(seconds)),
        Some(other) => bail!("LEASE_SECONDS is {other}; write a whole number from 1 to 3600"),
    }
}

fn admins(list: &str) -> anyhow::Result<Vec<TelegramId>> {
    let id = |part: &str| match part.trim().parse() {
        Ok(id) => Ok(TelegramId(id)),
        Err(_) => bail!("ADMIN_IDS holds {part:?}; write Telegram ids with commas between, such as 1234567,7654321"),
    };
    list.split(',').map(id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_required() {
        let config = Config::from_env(&Env::default()).expect("the defaults are readable");
        assert_eq!(config.start_balance.get(), 10);
        assert_eq!(config.database_url, "sqlite://pixelai.db");
        assert!(config.token.is_none() && !config.mock_ai);
    }

    #[test]
    fn an_unreadable_variable_is_named_with_its_mend() {
        let cases = [
            ("START_BALANCE", "ten", "START_BALANCE is \"ten\""),
            ("START_BALANCE", "-1", "START_BALANCE is -1"),
            ("ADMIN_IDS", "1,@bob", "ADMIN_IDS holds \"@bob\""),
            ("MOCK_AI", "yes", "MOCK_AI is \"yes\"; write 1 or 0"),
            ("TELOXIDE_TOKEN", "abc", "TELOXIDE_TOKEN does not look like"),
            ("TELOXIDE_API_URL", "nowhere", "TELOXIDE_API_URL is \"nowhere\""),
            ("LOG_FORMAT", "xml", "LOG_FORMAT is \"xml\""),
            ("LEASE_SECONDS", "0", "LEASE_SECONDS is 0"),
            ("MOCK_AI_SECONDS", "1.5", "MOCK_AI_SECONDS is \"1.5\""),
            ("HTTP_ADDR", "8080", "HTTP_ADDR is \"8080\""),
            ("PUBLIC_URL", "bot.example", "PUBLIC_URL is \"bot.example\""),
            ("PUBLIC_URL", "http://bot.example", "begin with https://"),
            ("STATUS_TOKEN", "short", "STATUS_TOKEN is too short"),
            ("WEBHOOK_SECRET", "short", "WEBHOOK_SECRET is too short"),
        ];
        for (name, value, expected) in cases {
            let error = Config::from_env(&Env::of([(name, value)])).expect_err(name).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_token_is_never_shown() {
        let env = Env::of([("TELOXIDE_TOKEN", "123:hush")]);
        let config = Config::from_env(&env).expect("it is a token");
        assert!(!format!("{config:?}").contains("hush"));
    }
}
