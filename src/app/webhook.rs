//! `pixelai webhook`: how Telegram's updates come, looked at and changed by hand.

use anyhow::Context;

use crate::config::Config;
use crate::http;
use crate::telegram::{Client, webhook};

/// What to do with the webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookDeed {
    Set,
    Info,
    Delete,
}

/// Does it, and says what is so now.
///
/// # Errors
/// One sentence that names the setting that is missing, or what Telegram says.
pub async fn webhook(config: &Config, deed: WebhookDeed) -> anyhow::Result<String> {
    let token = config.token.as_ref().context("TELOXIDE_TOKEN is not set: get a token from @BotFather")?;
    let client = Client::new(&config.api_url, token.reveal())?;
    match deed {
        WebhookDeed::Set => {
            let url =
                config.public_url.as_ref().context("PUBLIC_URL is not set: write the https address of this bot")?;
            let secret = config.signing.text_of(http::TELEGRAM_PURPOSE);
            let url = url.join(http::TELEGRAM_PATH);
            webhook::set(&client, &url, secret.reveal()).await.context("Telegram did not set the webhook")?;
            Ok(format!("Telegram brings its updates to {url}"))
        }
        WebhookDeed::Delete => {
            webhook::delete(&client).await.context("Telegram did not delete the webhook")?;
            Ok("no webhook is set; what waits is kept for whoever polls".to_owned())
        }
        WebhookDeed::Info => {
            let info = webhook::info(&client).await.context("Telegram did not tell of the webhook")?;
            Ok(describe(&info))
        }
    }
}

fn describe(info: &webhook::WebhookInfo) -> String {
    let mut lines = vec![match info.url.as_str() {
        "" => "no webhook is set: updates are fetched by polling".to_owned(),
        url => format!("updates are brought to {url}"),
    }];
    lines.push(format!("waiting: {}", info.pending_update_count));
    if !info.allowed_updates.is_empty() {
        lines.push(format!("kinds: {}", info.allowed_updates.join(", ")));
    }
    if let Some(trouble) = &info.last_error_message {
        let at = info.last_error_date.and_then(|at| chrono::DateTime::from_timestamp(at, 0));
        let at = at.map_or_else(String::new, |at| format!(" at {}", at.format("%Y-%m-%d %H:%M:%S UTC")));
        lines.push(format!("last trouble{at}: {trouble}"));
    }
    lines.join("\n")
}
