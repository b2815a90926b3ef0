//! What is stored of a chat: the session, and the newest updates that it has handled.

use serde::{Deserialize, Serialize};

use crate::database::Time;
use crate::engine::Session;
use crate::flows::view::{Shown, ShownKind};
use crate::sessions::Loaded;

/// How many updates are remembered; Telegram re-delivers the newest.
const SEEN: usize = 10;

/// A chat's state, as it is stored: compact JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    #[serde(rename = "s")]
    pub session: Session,
    /// Update ids, the newest last.
    #[serde(rename = "u", default, skip_serializing_if = "Vec::is_empty")]
    seen: Vec<i64>,
}

/// What was found when a chat was loaded.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Known {
    /// `None`: nothing is stored, or it cannot be read.
    pub record: Option<Record>,
    /// Something is stored, but this build cannot read it.
    pub unreadable: bool,
    pub version: Option<i64>,
    /// The message that shows the current screen.
    pub screen: Option<Shown>,
    pub due_at: Option<Time>,
}

impl Known {
    pub(super) fn of(loaded: Option<Loaded>) -> Self {
        let Some(loaded) = loaded else {
            return Self { record: None, unreadable: false, version: None, screen: None, due_at: None };
        };
        let record = serde_json::from_str(&loaded.value).ok();
        Self {
            unreadable: record.is_none(),
            record,
            version: Some(loaded.version),
            screen: loaded.screen.as_deref().and_then(read_shown),
            due_at: loaded.due_at,
        }
    }

    /// Whether one of these updates has been handled before.
    pub(super) fn has_seen(&self, updates: &[i64]) -> bool {
        self.record.as_ref().is_some_and(|record| updates.iter().any(|update| record.seen.contains(update)))
    }

    /// What to store: the session, after these updates.
    pub(super) fn next(&self, session: Session, updates: &[i64]) -> Record {
        let before = self.record.as_ref().map(|record| record.seen.as_slice()).unwrap_or_default();
        let mut seen: Vec<i64> = before.iter().chain(updates).copied().collect();
        seen.drain(..seen.len().saturating_sub(SEEN));
        Record { session, seen }
    }
}

/// `123t`: the message's number and what it is.
pub(super) fn write_shown(shown: Shown) -> String {
    let kind = match shown.kind {
        ShownKind::Text => 't',
        ShownKind::Photo => 'p',
        ShownKind::Other => 'o',
    };
    format!("{}{kind}", shown.message_id)
}

fn read_shown(text: &str) -> Option<Shown> {
    let (number, kind) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let kind = match kind {
        "t" => ShownKind::Text,
        "p" => ShownKind::Photo,
        "o" => ShownKind::Other,
        _ => return None,
    };
    Some(Shown { message_id: number.parse().ok()?, kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_message_is_read_as_it_was_written() {
        for kind in [ShownKind::Text, ShownKind::Photo, ShownKind::Other] {
            let shown = Shown { message_id: 2_147_483_647, kind };
            assert_eq!(read_shown(&write_shown(shown)), Some(shown));
        }
        for foreign in ["", "t", "12", "12x", "ю"] {
            assert_eq!(read_shown(foreign), None, "{foreign}");
        }
    }
}
