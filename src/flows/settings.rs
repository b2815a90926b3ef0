//! Language, and deleting what is kept of a person.

use crate::domain::Language;
use crate::text::Args;

use super::{Answer, Ask, Flow, FlowError, Show, action, screen};

pub static FLOW: Flow = Flow {
    dialogue: "settings",
    actions: &[action!(speak_english: done), action!(speak_russian: done), action!(delete_data: deleted)],
    screens: &[screen!("settings", show_settings), screen!("settings-delete", show_delete)],
    each: &[],
};

pub(super) const TEXTS: &[&str] = &["language-name", "note-language-changed"];

async fn show_settings(ask: &Ask<'_>) -> Result<Show, FlowError> {
    let name = ask.world.texts.plain(ask.language, "language-name", &Args::default());
    Ok(Show { args: Args::default().text("language", name), ..Show::default() })
}

async fn show_delete(ask: &Ask<'_>) -> Result<Show, FlowError> {
    Ok(Show { args: Args::default().number("balance", ask.user.balance.get()), ..Show::default() })
}

async fn speak_english(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    speak(ask, Language::En).await
}

async fn speak_russian(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    speak(ask, Language::Ru).await
}

async fn speak(ask: &Ask<'_>, language: Language) -> Result<Answer, FlowError> {
    ask.world.store.set_language(ask.user.id, language).await?;
    let mut answer = Answer::outcome("done").tell("note-language-changed");
    answer.language = Some(language);
    Ok(answer)
}

/// Removes photos, pictures, history and names, and calls off what is under way. The books stay.
async fn delete_data(ask: &Ask<'_>) -> Result<Answer, FlowError> {
    ask.world.orders.forget(ask.user.id, ask.now).await?;
    Ok(Answer::outcome("deleted").moves_balance())
}
