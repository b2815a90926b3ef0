//! What a person chooses, and the models behind it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Credits, Language, ModelAlias, TemplateId};

/// One text in every language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Localized {
    pub en: String,
    pub ru: String,
}

impl Template {
    /// What its photos show, as far as advice on them depends on it: `car`, `pet` or `person`.
    pub fn subject(&self) -> &'static str {
        match self.style.get("sample").and_then(|sample| sample.as_str()) {
            Some("car") => "car",
            Some("pet") => "pet",
            _ => "person",
        }
    }
}

impl Localized {
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Ru => &self.ru,
        }
    }
}

/// A shelf of templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Short name, such as `cars`.
    pub id: String,
    pub emoji: String,
    pub title: Localized,
}

/// What a template works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TemplateKind {
    /// The person's photos.
    Photo,
    /// The person's trained avatar.
    Avatar,
}

/// A picture that can be ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub id: TemplateId,
    pub category: String,
    pub kind: TemplateKind,
    pub title: Localized,
    pub description: Localized,
    /// What the model is told, in English.
    pub prompt: String,
    pub model: ModelAlias,
    pub price: Credits,
    /// How many photos it needs, 1 to 4; none where it works on an avatar.
    pub photos: u8,
    /// Hints for the built-in painter and the preview: colours, frame, caption.
    pub style: serde_json::Value,
}

impl Template {
    /// Stands in a prompt for the avatar.
    const SUBJECT: &str = "{subject}";
    /// Stands in a prompt for what the person asks for in their own words.
    const WORDS: &str = "{words}";

    /// Whether the person says in their own words what they would like to see.
    pub fn wants_words(&self) -> bool {
        self.prompt.contains(Self::WORDS)
    }

    /// The prompt about this subject (an avatar's trigger word and what it is), in the person's words.
    pub fn prompt_about(&self, subject: &str, words: &str) -> String {
        // The words come last, so that nothing in them is taken for a placeholder.
        self.prompt.replace(Self::SUBJECT, subject).replacen(Self::WORDS, words, 1)
    }
}

/// A provider's model under our own name.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub alias: ModelAlias,
    pub provider: String,
    /// The provider's own name of the model.
    pub provider_model: String,
    /// Sent along with every request, as the provider defines it.
    pub parameters: serde_json::Value,
    /// How long one attempt may take before the fallback is tried.
    pub time_limit: Duration,
    pub fallback: Option<ModelAlias>,
    /// Under which parameter it takes photos; `None` when it takes none.
    pub photo_input: Option<PhotoInput>,
    /// How many it takes at most.
    pub max_photos: u8,
    /// What one picture costs us, in millionths of a US dollar, where that is known.
    pub cost_micros: Option<i64>,
}

/// How a model is given photos.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoInput {
    /// The provider's name of the parameter.
    pub name: String,
    /// Whether it takes a list of them, or a single one.
    pub many: bool,
}
