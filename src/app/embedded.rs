//! The dialogues, from the binary or from a folder.

use std::path::Path;

use anyhow::Context;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "dialogues"]
struct Files;

/// The dialogues that were built in, as path and text.
pub(super) fn dialogues() -> anyhow::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for path in Files::iter() {
        let file = Files::get(&path).with_context(|| format!("dialogues/{path} is gone"))?;
        let text =
            String::from_utf8(file.data.into_owned()).with_context(|| format!("dialogues/{path} is not text"))?;
        files.push((format!("dialogues/{path}"), text));
    }
    files.sort();
    Ok(files)
}

/// The dialogues in a folder.
pub(super) fn dialogues_in(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let name = folder.display();
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("cannot read the dialogues in {name}; check DIALOGUES_DIR"))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read the folder {name}"))?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let shown = path.display().to_string();
            let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {shown}"))?;
            files.push((shown, text));
        }
    }
    files.sort();
    Ok(files)
}
