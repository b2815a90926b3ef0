//! Proving the dialogues against the code and the texts, and drawing them.

use std::sync::Arc;

use anyhow::bail;

use crate::config::Config;
use crate::engine::{self, Dialogues, Flaw};
use crate::flows;
use crate::text::Texts;

use super::{Script, embedded};

impl Script {
    /// Reads dialogues and texts, and refuses them if there is any flaw.
    ///
    /// # Errors
    /// All flaws, each with file, line and mend.
    pub fn proven(config: &Config) -> anyhow::Result<Self> {
        let texts = match &config.locales_dir {
            Some(folder) => Texts::from_dir(folder)?,
            None => Texts::embedded()?,
        };
        let files = match &config.dialogues_dir {
            Some(folder) => embedded::dialogues_in(folder)?,
            None => embedded::dialogues()?,
        };
        let dialogues = match Dialogues::parse(&files) {
            Ok(dialogues) => dialogues,
            Err(flaws) => bail!(report(&flaws)),
        };
        let flaws = engine::check(&dialogues, &flows::vocabulary(), &texts.index());
        if !flaws.is_empty() {
            bail!(report(&flaws));
        }
        Ok(Self { dialogues: Arc::new(dialogues), texts })
    }
}

fn report(flaws: &[Flaw]) -> String {
    let lines: Vec<String> = flaws.iter().map(ToString::to_string).collect();
    let noun = if flaws.len() == 1 { "flaw" } else { "flaws" };
    format!("{} {noun} in the dialogues:\n{}", flaws.len(), lines.join("\n"))
}

/// Says what was proven.
///
/// # Errors
/// All flaws.
pub fn check(config: &Config) -> anyhow::Result<String> {
    let script = Script::proven(config)?;
    let states: usize = script.dialogues.all().map(|dialogue| dialogue.states().len()).sum();
    Ok(format!("{} dialogues with {states} states: no flaws", script.dialogues.all().count()))
}

/// The drawings of all dialogues: Mermaid in Markdown, or one DOT graph.
///
/// # Errors
/// All flaws: what is drawn is what would run.
pub fn draw(config: &Config, dot: bool) -> anyhow::Result<String> {
    let script = Script::proven(config)?;
    if dot {
        return Ok(engine::dot(&script.dialogues));
    }
    let drawing = |dialogue: &engine::Dialogue| {
        format!("### {}\n\n```mermaid\n{}\n```\n", dialogue.name, engine::mermaid(dialogue).trim_end())
    };
    Ok(script.dialogues.all().map(drawing).collect::<Vec<_>>().join("\n"))
}
