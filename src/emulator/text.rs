//! Texts and captions as a request gives them: parsed, trimmed and held against their limits.

use serde_json::{Map, Value, json};

use super::error::ApiError;
use super::html;

/// UTF-16 units of a message's text, after its entities are parsed.
const TEXT_LIMIT: usize = 4096;
/// UTF-16 units of a caption, after its entities are parsed.
const CAPTION_LIMIT: usize = 1024;

#[derive(Debug, Default, PartialEq)]
pub(super) struct Formatted {
    pub text: String,
    pub entities: Vec<Value>,
}

/// The required `text` of `params`.
pub(super) fn text(params: &Map<String, Value>) -> Result<Formatted, ApiError> {
    let formatted = read(params, "text", "entities")?;
    if formatted.text.is_empty() {
        return Err(ApiError::bad("message text is empty"));
    }
    if utf16(&formatted.text) > TEXT_LIMIT {
        return Err(ApiError::bad("message is too long"));
    }
    Ok(formatted)
}

/// The optional `caption` of `params`, which may also be an `InputMedia…` object.
pub(super) fn caption(params: &Map<String, Value>) -> Result<Formatted, ApiError> {
    let formatted = read(params, "caption", "caption_entities")?;
    if utf16(&formatted.text) > CAPTION_LIMIT {
        return Err(ApiError::bad("message caption is too long"));
    }
    Ok(formatted)
}

impl Formatted {
    /// Puts the text into a message under `text_key`, with the entities beside it; empty text leaves no trace.
    pub fn write(self, fields: &mut Map<String, Value>, text_key: &str, entities_key: &str) {
        if self.text.is_empty() {
            return;
        }
        fields.insert(text_key.into(), self.text.into());
        if !self.entities.is_empty() {
            fields.insert(entities_key.into(), self.entities.into());
        }
    }

    /// Text as a person types it: only commands are marked.
    pub fn typed(text: &str) -> Formatted {
        trim(text.to_owned(), commands(text))
    }
}

pub(super) fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

fn read(params: &Map<String, Value>, text_key: &str, entities_key: &str) -> Result<Formatted, ApiError> {
    let source = params.get(text_key).and_then(Value::as_str).unwrap_or_default();
    let mode = params.get("parse_mode").and_then(Value::as_str).unwrap_or_default();
    let given = params.get(entities_key).and_then(Value::as_array).filter(|entities| !entities.is_empty());
    let (text, mut entities) = match (mode.to_ascii_lowercase().as_str(), given) {
        (_, Some(entities)) => (source.to_owned(), entities.clone()),
        ("", None) => (source.to_owned(), Vec::new()),
        ("html", None) => {
            html::parse(source).map_err(|error| ApiError::bad(format!("can't parse entities: {error}")))?
        }
        ("markdown" | "markdownv2", None) => {
            return Err(ApiError::bad(format!("not emulated: parse_mode {mode}; send HTML")));
        }
        _ => return Err(ApiError::bad("unsupported parse_mode")),
    };
    let overlaps = |command: &Value| entities.iter().any(|entity| intersects(entity, command));
    let found: Vec<Value> = commands(&text).into_iter().filter(|command| !overlaps(command)).collect();
    entities.extend(found);
    entities.sort_by_key(|entity| span(entity).0);
    Ok(trim(text, entities))
}

fn span(entity: &Value) -> (usize, usize) {
    let number = |key: &str| entity[key].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
    (number("offset"), number("length"))
}

fn intersects(one: &Value, other: &Value) -> bool {
    let ((a, a_length), (b, b_length)) = (span(one), span(other));
    a < b + b_length && b < a + a_length
}

/// Telegram cuts white space at both ends and moves the entities along.
fn trim(text: String, entities: Vec<Value>) -> Formatted {
    let kept = text.trim();
    if kept.len() == text.len() {
        return Formatted { text, entities };
    }
    let cut = utf16(&text[..text.len() - text.trim_start().len()]);
    let length = utf16(kept);
    let entities = entities.into_iter().filter_map(|mut entity| {
        let (offset, size) = span(&entity);
        let begin = offset.max(cut) - cut;
        let end = (offset + size).max(cut) - cut;
        let end = end.min(length);
        entity["offset"] = begin.into();
        entity["length"] = end.saturating_sub(begin).into();
        (end > begin).then_some(entity)
    });
    Formatted { entities: entities.collect(), text: kept.to_owned() }
}

/// `/command` and `/command@bot` at the start of the text or after white space.
fn commands(text: &str) -> Vec<Value> {
    let (mut found, mut offset, mut before) = (Vec::new(), 0, ' ');
    for (index, character) in text.char_indices() {
        if character == '/' && before.is_whitespace() {
            let rest = &text[index + 1..];
            let name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '@';
            let length = rest.find(|c| !name(c)).unwrap_or(rest.len());
            if (1..=64).contains(&length) && !rest.starts_with('@') && !rest[length..].starts_with('/') {
                found.push(json!({"type": "bot_command", "offset": offset, "length": length + 1}));
            }
        }
        offset += character.len_utf16();
        before = character;
    }
    found
}
