//! How a model is told to behave, for tests and for the demo.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::domain::{ModelAlias, Refusal};

/// What becomes of a model's tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Behaviour {
    #[default]
    Paint,
    /// Ends without a picture.
    Fail,
    /// Runs for ever.
    Stall,
    /// Ends with a refusal of the input.
    Refuse(Refusal),
    /// Succeeds, and takes this much longer.
    Slow(Duration),
    /// Succeeds this much after the time that it was given is over, and does not listen when it is told to stop.
    Late(Duration),
    /// Cannot even be submitted to.
    Unavailable,
    /// Succeeds with bytes that are no picture.
    Garbage,
    /// Succeeds with a black picture, as some providers censor.
    Black,
}

impl Behaviour {
    /// When what was begun at `start` is ready, if it takes `usual` and was given `limit`.
    pub(super) fn ready_at(&self, start: SystemTime, usual: Duration, limit: Duration) -> SystemTime {
        match self {
            Self::Slow(more) => start + usual + *more,
            Self::Late(late) => start + usual.max(limit) + *late,
            _ => start + usual,
        }
    }

    /// Whether it ends when it is told to.
    pub(super) fn listens(&self) -> bool {
        !matches!(self, Self::Late(_))
    }

    /// Whether a picture has to be made.
    pub(super) fn paints(&self) -> bool {
        matches!(self, Self::Paint | Self::Slow(_) | Self::Late(_) | Self::Black)
    }
}

impl FromStr for Behaviour {
    type Err = String;

    /// `paint`, `fail`, `stall`, `refuse:no_face`, `slow:5s`, `late:30s`, `unavailable`, `garbage` or `black`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (word, detail) = text.split_once(':').map_or((text, None), |(word, detail)| (word, Some(detail)));
        match (word, detail) {
            ("paint", None) => Ok(Self::Paint),
            ("fail", None) => Ok(Self::Fail),
            ("stall", None) => Ok(Self::Stall),
            ("unavailable", None) => Ok(Self::Unavailable),
            ("garbage", None) => Ok(Self::Garbage),
            ("black", None) => Ok(Self::Black),
            ("refuse", Some(detail)) => refusal(detail).map(Self::Refuse),
            ("slow", Some(detail)) => duration(detail).map(Self::Slow),
            ("late", Some(detail)) => duration(detail).map(Self::Late),
            _ => Err(format!(
                "`{text}` is no behaviour; known are paint, fail, stall, refuse:no_face (or not_allowed, too_small, too_large, \
                 unreadable), slow:5s, late:30s, unavailable, garbage and black"
            )),
        }
    }
}

/// Reads a list such as `nano_banana=stall,flux_kontext=refuse:no_face`; an empty text is an empty list.
pub fn parse_behaviours(text: &str) -> Result<Vec<(ModelAlias, Behaviour)>, String> {
    text.split(',').map(str::trim).filter(|pair| !pair.is_empty()).map(pair).collect()
}

fn pair(text: &str) -> Result<(ModelAlias, Behaviour), String> {
    let Some((alias, behaviour)) = text.split_once('=') else {
        return Err(format!("`{text}` should read `model=behaviour`, such as `nano_banana=stall`"));
    };
    let alias = alias.trim();
    if alias.is_empty() {
        return Err(format!("`{text}` names no model before the `=`"));
    }
    Ok((ModelAlias(alias.to_owned()), behaviour.trim().parse()?))
}

fn refusal(text: &str) -> Result<Refusal, String> {
    serde_json::from_value(serde_json::Value::from(text)).map_err(|_| {
        format!("`{text}` is no refusal; known are no_face, not_allowed, too_small, too_large and unreadable")
    })
}

fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| format!("`{text}` is no time such as `30s`"))?;
    match &text[digits.len()..] {
        "ms" if number <= 86_400_000 => Ok(Duration::from_millis(number)),
        "s" if number <= 86_400 => Ok(Duration::from_secs(number)),
        "m" if number <= 1_440 => Ok(Duration::from_secs(number * 60)),
        _ => Err(format!("`{text}` is no time up to a day such as `500ms`, `30s` or `2m`")),
    }
}
