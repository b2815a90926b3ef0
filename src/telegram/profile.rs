//! What Telegram shows of the bot before the first word: its commands and descriptions.

use teloxide::payloads::{
    GetMyCommands, GetMyDescription, GetMyShortDescription, SetMyCommands, SetMyDescription, SetMyShortDescription,
};
use teloxide::types::{BotCommand, BotCommandScope, ChatId, Recipient};
use tracing::warn;

use serde::de::IgnoredAny;

use super::client::Client;
use super::error::CallError;
use crate::domain::TelegramId;

/// The bot's face in one language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// A two-letter code; `None` for everybody whose language has no profile of its own.
    pub language_code: Option<String>,
    /// Each command, without the slash, with its description of at most 256 characters.
    pub commands: Vec<(String, String)>,
    /// Shown in the empty chat; at most 512 characters.
    pub description: String,
    /// Shown on the bot's page; at most 120 characters.
    pub short_description: String,
}

/// Makes Telegram show these profiles. What it shows already is left alone, because setting it is strictly limited;
/// a failure is logged and changes nothing else.
pub async fn publish(client: &Client, profiles: &[Profile]) {
    for profile in profiles {
        let language = profile.language_code.as_deref().unwrap_or("any");
        let outcomes = [
            ("commands", commands(client, profile).await),
            ("description", description(client, profile).await),
            ("short description", short_description(client, profile).await),
        ];
        for (what, outcome) in outcomes {
            if let Err(cause) = outcome {
                warn!(error = %cause, language, "could not set the bot's {what}");
            }
        }
    }
}

/// The commands that one person sees, instead of everybody's.
///
/// # Errors
/// Also while the person has not written to the bot yet, who is then unknown to it.
pub async fn publish_for(
    client: &Client,
    person: TelegramId,
    language_code: Option<&str>,
    list: &[(String, String)],
) -> Result<(), CallError> {
    let scope = BotCommandScope::Chat { chat_id: Recipient::Id(ChatId(person.0)) };
    set_commands(client, Some(scope), language_code, list).await
}

async fn commands(client: &Client, profile: &Profile) -> Result<(), CallError> {
    set_commands(client, None, profile.language_code.as_deref(), &profile.commands).await
}

async fn set_commands(
    client: &Client,
    scope: Option<BotCommandScope>,
    language_code: Option<&str>,
    list: &[(String, String)],
) -> Result<(), CallError> {
    let wanted: Vec<_> = list.iter().map(|(name, does)| BotCommand::new(name, does)).collect();
    let mut question = GetMyCommands::new();
    question.scope = scope.clone();
    question.language_code = language_code.map(str::to_owned);
    if client.call(&question).await? == wanted {
        return Ok(());
    }
    let mut payload = SetMyCommands::new(wanted);
    payload.scope = scope;
    payload.language_code = language_code.map(str::to_owned);
    client.call_for::<_, IgnoredAny>(&payload).await.map(drop)
}

async fn description(client: &Client, profile: &Profile) -> Result<(), CallError> {
    let mut question = GetMyDescription::new();
    question.language_code = profile.language_code.clone();
    if client.call(&question).await?.description == profile.description {
        return Ok(());
    }
    let mut payload = SetMyDescription::new();
    payload.description = Some(profile.description.clone());
    payload.language_code = profile.language_code.clone();
    client.call_for::<_, IgnoredAny>(&payload).await.map(drop)
}

async fn short_description(client: &Client, profile: &Profile) -> Result<(), CallError> {
    let mut question = GetMyShortDescription::new();
    question.language_code = profile.language_code.clone();
    if client.call(&question).await?.short_description == profile.short_description {
        return Ok(());
    }
    let mut payload = SetMyShortDescription::new();
    payload.short_description = Some(profile.short_description.clone());
    payload.language_code = profile.language_code.clone();
    client.call_for::<_, IgnoredAny>(&payload).await.map(drop)
}
