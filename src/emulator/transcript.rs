//! A chat in plain lines, for people who read tests: what was said and done, without ids and times.

use serde_json::Value;

use super::markup;

/// One message; `edited` marks the new content of one that was there.
pub(super) fn message(message: &Value, from_bot: bool, edited: bool) -> String {
    let mut line = String::from(if from_bot { "<" } else { ">" });
    if edited {
        line.push_str(" (edited)");
    }
    let (media, text) = (media(message), text(message));
    for part in [media.as_str(), &text] {
        if !part.is_empty() {
            line.push(' ');
            line.push_str(part);
        }
    }
    let mut block = line.replace('\n', "\n  ");
    for row in markup::labels(&message["reply_markup"], "inline_keyboard") {
        block.push_str("\n  ");
        block.push_str(&row_of(&row));
    }
    block
}

/// An album, as its sender sees it: one line.
pub(super) fn album(messages: &[&Value]) -> String {
    let media: Vec<String> = messages.iter().map(|message| media(message)).collect();
    let caption = messages.iter().map(|message| text(message)).find(|text| !text.is_empty());
    [vec![">".to_owned()], media, caption.into_iter().collect()].concat().join(" ")
}

pub(super) fn deleted(message: &Value) -> String {
    let text = text(message);
    let shown = [media(message), text.lines().next().unwrap_or_default().to_owned()];
    let shown: Vec<&str> = shown.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    format!("< (deleted) {}", shown.join(" "))
}

/// A change of the reply keyboard.
pub(super) fn keyboard(keyboard: Option<&Value>) -> Option<String> {
    let Some(keyboard) = keyboard else { return Some("  (keyboard removed)".into()) };
    let rows: Vec<String> = markup::labels(keyboard, "keyboard").iter().map(|row| row_of(row)).collect();
    Some(format!("  (keyboard) {}", rows.join("\n             ")))
}

fn row_of(labels: &[String]) -> String {
    labels.iter().map(|label| format!("[{label}]")).collect::<Vec<_>>().join(" ")
}

fn text(message: &Value) -> String {
    let field = |key: &str| message[key].as_str();
    field("text").or_else(|| field("caption")).unwrap_or_default().to_owned()
}

fn media(message: &Value) -> String {
    const OTHER: [&str; 6] = ["sticker", "voice", "video", "location", "contact", "poll"];
    let from_bot = message["from"]["is_bot"] == true;
    if message.get("photo").is_some() {
        return if from_bot { "[picture]" } else { "[photo]" }.into();
    }
    if let Some(document) = message.get("document") {
        return format!("[file {}]", document["file_name"].as_str().unwrap_or("unnamed"));
    }
    if let Some(invoice) = message.get("invoice") {
        let field = |key: &str| invoice[key].as_str().unwrap_or_default();
        return format!("[invoice ⭐ {}] {} — {}", invoice["total_amount"], field("title"), field("description"));
    }
    OTHER.iter().find(|kind| message.get(**kind).is_some()).map(|kind| format!("[{kind}]")).unwrap_or_default()
}
