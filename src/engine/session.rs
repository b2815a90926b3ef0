//! What is remembered of one chat: where it stands in the dialogues, and what each of them remembers.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::ser::SerializeTuple;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How many dialogues can be under way in one session, the root included. A call beyond it goes home.
pub const MAX_DEPTH: usize = 8;

/// What one dialogue remembers; only its own flow reads and writes it.
pub type Memory = serde_json::Map<String, serde_json::Value>;

/// Names one session for good. Written in base 36.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(pub u64);

impl fmt::Display for SessionId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        base36(self.0, out)
    }
}

/// Where one chat stands.
///
/// Stored as `[id, revision, shown, [frame, …]]`, since it is read and written with every event.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub id: SessionId,
    /// Raised by one with every move; wraps.
    pub revision: u32,
    /// The revision at which the screen now in the chat was shown.
    pub shown: u32,
    /// The dialogues under way, each called by the one before; the first is the root. Never empty.
    pub frames: Vec<Frame>,
}

impl Session {
    /// The dialogue that the person is in now.
    ///
    /// # Panics
    /// When `frames` is empty, which neither [`step`](super::step()) nor reading a stored session lets through.
    pub fn top(&self) -> &Frame {
        self.frames.last().expect("a session has at least its root frame")
    }

    /// What the buttons of the screen now in the chat carry.
    pub fn nonce(&self) -> Nonce {
        let SessionId(id) = self.id;
        Nonce { session: (id ^ (id >> 32)) as u32, shown: self.shown }
    }
}

impl Serialize for Session {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.id, self.revision, self.shown, &self.frames).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Session {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (id, revision, shown, frames) = Deserialize::deserialize(deserializer)?;
        let session = Self { id, revision, shown, frames };
        if session.frames.is_empty() { Err(D::Error::custom("a session without frames")) } else { Ok(session) }
    }
}

/// One dialogue under way.
///
/// Stored as `[dialogue, state, call, memory]` without what is empty at the end.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    pub dialogue: String,
    pub state: String,
    /// Where this dialogue called the next one: the event, the outcomes and the results on the way to the call, such
    /// as `pay.short`. An event of `[everywhere]` stands with a `*` before it, an `after` as `@after`.
    pub call: Option<String>,
    pub memory: Memory,
}

impl Serialize for Frame {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let length = match (&self.call, self.memory.is_empty()) {
            (_, false) => 4,
            (Some(_), true) => 3,
            (None, true) => 2,
        };
        let mut tuple = serializer.serialize_tuple(length)?;
        tuple.serialize_element(&self.dialogue)?;
        tuple.serialize_element(&self.state)?;
        if length > 2 {
            tuple.serialize_element(&self.call)?;
        }
        if length > 3 {
            tuple.serialize_element(&self.memory)?;
        }
        tuple.end()
    }
}

impl<'de> Deserialize<'de> for Frame {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements;
        impl<'de> Visitor<'de> for Elements {
            type Value = Frame;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a dialogue, a state, and perhaps a call and a memory")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Frame, A::Error> {
                let missing = |at| A::Error::invalid_length(at, &self);
                Ok(Frame {
                    dialogue: elements.next_element()?.ok_or_else(|| missing(0))?,
                    state: elements.next_element()?.ok_or_else(|| missing(1))?,
                    call: elements.next_element()?.flatten(),
                    memory: elements.next_element()?.unwrap_or_default(),
                })
            }
        }
        deserializer.deserialize_seq(Elements)
    }
}

/// Tells the buttons of one screen from those of every other, so that a press of an older screen is known as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Nonce {
    /// The session's id, folded.
    pub session: u32,
    /// [`Session::shown`] of the screen.
    pub shown: u32,
}

impl Nonce {
    /// Bytes of the longest nonce: two numbers of seven digits and a dot.
    pub const MAX_BYTES: usize = 15;
}

impl fmt::Display for Nonce {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        base36(self.session.into(), out)?;
        out.write_str(".")?;
        base36(self.shown.into(), out)
    }
}

/// Not two numbers in base 36.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a nonce")]
pub struct NotANonce;

impl FromStr for Nonce {
    type Err = NotANonce;

    fn from_str(text: &str) -> Result<Self, NotANonce> {
        let (session, shown) = text.split_once('.').ok_or(NotANonce)?;
        Ok(Self { session: from_base36(session)?, shown: from_base36(shown)? })
    }
}

/// Exactly what [`base36`] writes: `u32::from_str_radix` alone would take signs, capitals and leading zeros too.
fn from_base36(digits: &str) -> Result<u32, NotANonce> {
    let canonical = digits.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
        && (digits == "0" || !digits.starts_with('0'));
    if canonical { u32::from_str_radix(digits, 36).map_err(|_| NotANonce) } else { Err(NotANonce) }
}

fn base36(mut number: u64, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    // 36^13 is above u64::MAX.
    let mut text = [0_u8; 13];
    let mut start = text.len();
    loop {
        start -= 1;
        text[start] = DIGITS[(number % 36) as usize];
        number /= 36;
        if number == 0 {
            break;
        }
    }
    text[start..].iter().try_for_each(|digit| fmt::Write::write_char(out, char::from(*digit)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn frame(dialogue: &str, state: &str, call: Option<&str>, memory: serde_json::Value) -> Frame {
        let memory = memory.as_object().cloned().unwrap_or_default();
        Frame { dialogue: dialogue.to_owned(), state: state.to_owned(), call: call.map(str::to_owned), memory }
    }

    fn in_the_middle_of_an_order() -> Session {
        let memory = json!({
            "category": "christmas", "template": "xmas_cabin", "photos": ["0199d8f2a4b87c3e9d1f6a5b4c3d2e1f"],
        });
        Session {
            id: SessionId(u64::MAX),
            revision: u32::MAX,
            shown: u32::MAX,
            frames: vec![
                frame("menu", "menu", Some("*templates"), json!({})),
                frame("generate", "confirm", None, memory),
            ],
        }
    }

    #[test]
    fn a_session_in_the_middle_of_an_order_is_small_and_comes_back_whole() {
        let session = in_the_middle_of_an_order();
        let stored = serde_json::to_string(&session).unwrap();
        assert_eq!(
            stored,
            "[18446744073709551615,4294967295,4294967295,[[\"menu\",\"menu\",\"*templates\"],[\"generate\",\
             \"confirm\",null,{\"category\":\"christmas\",\"photos\":[\"0199d8f2a4b87c3e9d1f6a5b4c3d2e1f\"],\
             \"template\":\"xmas_cabin\"}]]]"
        );
        assert!(stored.len() < 300, "{} bytes", stored.len());
        assert_eq!(serde_json::from_str::<Session>(&stored).unwrap(), session);
    }

    #[test]
    fn a_session_without_frames_or_with_foreign_ones_is_refused() {
        for stored in ["[1,0,0,[]]", "[1,0,0,[[\"menu\"]]]", "[1,0,0,[[\"menu\",\"menu\",null,{},5]]]", "{}"] {
            assert!(serde_json::from_str::<Session>(stored).is_err(), "{stored}");
        }
    }

    #[test]
    fn a_nonce_is_short_and_is_read_only_as_it_was_written() {
        let longest = Nonce { session: u32::MAX, shown: u32::MAX };
        assert_eq!(longest.to_string().len(), Nonce::MAX_BYTES);
        assert_eq!(longest.to_string().parse(), Ok(longest));
        assert_eq!(Nonce { session: 0, shown: 35 }.to_string(), "0.z");
        for foreign in ["", ".", "1.", "1", "+1.2", "A.1", "01.2", "1.2.3", "zzzzzzz.1"] {
            assert_eq!(foreign.parse::<Nonce>(), Err(NotANonce), "{foreign}");
        }
    }

    #[test]
    fn the_longest_session_id_is_written_whole() {
        assert_eq!(SessionId(u64::MAX).to_string(), "3w5e11264sgsf");
        assert_eq!(SessionId(0).to_string(), "0");
    }
}
