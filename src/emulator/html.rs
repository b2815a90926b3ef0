//! `parse_mode=HTML`: tags into entities, with the errors that Telegram gives.
//!
//! Offsets and lengths of entities are in UTF-16 units, those in errors in bytes of the source.
//! The rules are those of TDLib's `parse_html` and <https://core.telegram.org/bots/api#html-style>.

use serde_json::{Value, json};

struct Open {
    tag: String,
    /// The attribute that the entity needs: a link, a language, an emoji's id.
    argument: Option<String>,
    offset: usize,
}

/// Text without tags, and its entities ordered as Telegram orders them. `Err` ends the “can't parse entities: …” line.
pub(super) fn parse(source: &str) -> Result<(String, Vec<Value>), String> {
    let mut parser = Parser { source, at: 0, text: String::new(), length: 0, open: Vec::new(), entities: Vec::new() };
    parser.run()?;
    let mut entities = parser.entities;
    entities.sort_by_key(|entity| {
        let number = |key: &str| entity[key].as_u64().unwrap_or(0);
        (number("offset"), std::cmp::Reverse(number("length")))
    });
    Ok((parser.text, entities))
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
    text: String,
    /// UTF-16 units of `text`.
    length: usize,
    open: Vec<Open>,
    entities: Vec<Value>,
}

impl Parser<'_> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(next) = self.rest().chars().next() {
            match next {
                '<' if self.rest().starts_with("</") => self.end_tag()?,
                '<' => self.start_tag()?,
                '&' => {
                    let (decoded, length) = reference(self.rest());
                    self.at += length;
                    self.push(decoded);
                }
                other => {
                    self.at += other.len_utf8();
                    self.push(other);
                }
            }
        }
        match self.open.last() {
            Some(open) => Err(format!("Can't find end tag corresponding to start tag \"{}\"", open.tag)),
            None => Ok(()),
        }
    }

    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    fn push(&mut self, character: char) {
        self.text.push(character);
        self.length += character.len_utf16();
    }

    fn start_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        let Some(end) = closing_angle(self.rest()) else {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        };
        let inside = self.rest()[1..end].to_owned();
        self.at += end + 1;
        let (name, attributes) = match inside.find(char::is_whitespace) {
            Some(space) => inside.split_at(space),
            None => (inside.as_str(), ""),
        };
        let tag = name.to_ascii_lowercase();
        let attributes = read_attributes(attributes, &tag, begin)?;
        let get = |name: &str| attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let argument = match tag.as_str() {
            "b" | "strong" | "i" | "em" | "u" | "ins" | "s" | "strike" | "del" | "tg-spoiler" | "pre" => None,
            "span" if get("class").as_deref() == Some("tg-spoiler") => None,
            "span" => return Err(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}")),
            "a" => get("href"),
            "code" => get("class").and_then(|class| class.strip_prefix("language-").map(str::to_owned)),
            "blockquote" => get("expandable"),
            "tg-emoji" => get("emoji-id"),
            _ => return Err(format!("Unsupported start tag \"{tag}\" at byte offset {begin}")),
        };
        self.open.push(Open { tag, argument, offset: self.length });
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        let Some(end) = self.rest().find('>') else { return Err(format!("Unclosed end tag at byte offset {begin}")) };
        let name = self.rest()[2..end].trim().to_ascii_lowercase();
        self.at += end + 1;
        let Some(open) = self.open.pop() else { return Err(format!("Unexpected end tag at byte offset {begin}")) };
        if !name.is_empty() && name != open.tag {
            let expected = open.tag;
            return Err(format!(
                "Unmatched end tag at byte offset {begin}, expected \"</{expected}>\", found \"</{name}>\""
            ));
        }
        self.close(open);
        Ok(())
    }

    fn close(&mut self, open: Open) {
        let (offset, length) = (open.offset, self.length - open.offset);
        if length == 0 {
            return;
        }
        let plain = |kind: &str| json!({"type": kind, "offset": offset, "length": length});
        let with = |kind: &str, key: &str, value: &str| {
            let mut entity = plain(kind);
            entity[key] = value.into();
            entity
        };
        let entity = match (open.tag.as_str(), open.argument) {
            ("b" | "strong", _) => plain("bold"),
            ("i" | "em", _) => plain("italic"),
            ("u" | "ins", _) => plain("underline"),
            ("s" | "strike" | "del", _) => plain("strikethrough"),
            ("tg-spoiler" | "span", _) => plain("spoiler"),
            ("blockquote", Some(_)) => plain("expandable_blockquote"),
            ("blockquote", None) => plain("blockquote"),
            ("tg-emoji", Some(id)) => with("custom_emoji", "custom_emoji_id", &id),
            ("a", Some(link)) => with("text_link", "url", &link),
            ("code", Some(language)) if self.open.last().is_some_and(|outer| outer.tag == "pre") => {
                with("pre", "language", &language)
            }
            ("code", _) => plain("code"),
            ("pre", _) => {
                let same = |entity: &Value| {
                    entity["offset"] == offset && entity["length"] == length && entity.get("language").is_some()
                };
                if self.entities.last().is_some_and(same) {
                    return;
                }
                plain("pre")
            }
            // A link without an address is only its text.
            _ => return,
        };
        self.entities.push(entity);
    }
}

/// Where the tag that begins here ends, quotes minded.
fn closing_angle(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (index, character) in tag.char_indices() {
        match (quote, character) {
            (None, '>') => return Some(index),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    None
}

fn read_attributes(source: &str, tag: &str, begin: usize) -> Result<Vec<(String, String)>, String> {
    let mut attributes = Vec::new();
    let mut rest = source.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        if name.is_empty() {
            return Err(format!("Empty attribute name in the tag \"{tag}\" at byte offset {begin}"));
        }
        rest = rest[end..].trim_start();
        let Some(after) = rest.strip_prefix('=') else {
            attributes.push((name, String::new()));
            continue;
        };
        let after = after.trim_start();
        let (value, next) = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let Some(end) = after[1..].find(quote) else {
                    return Err(format!("Unclosed start tag \"{tag}\" at byte offset {begin}"));
                };
                (&after[1..=end], &after[end + 2..])
            }
            _ => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
        };
        attributes.push((name, unescape(value)));
        rest = next.trim_start();
    }
    Ok(attributes)
}

fn unescape(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(next) = rest.chars().next() {
        let (character, length) = if next == '&' { reference(rest) } else { (next, next.len_utf8()) };
        out.push(character);
        rest = &rest[length..];
    }
    out
}

/// The character that the reference at the start means, and its length in bytes; an unknown one is a plain `&`.
fn reference(source: &str) -> (char, usize) {
    for (name, character) in [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&quot;", '"')] {
        if source.starts_with(name) {
            return (character, name.len());
        }
    }
    let digits = source.strip_prefix("&#").and_then(|rest| rest.split_once(';')).map(|(digits, _)| digits);
    let code = digits.and_then(|digits| match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    });
    match (code.and_then(char::from_u32), digits) {
        (Some(character), Some(digits)) if character != '\0' => (character, digits.len() + 3),
        _ => ('&', 1),
    }
}
