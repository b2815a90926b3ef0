//! Why a call to the Bot API failed, sorted by what the caller does about it.

use std::time::Duration;

use serde::Deserialize;

/// Why a call failed. No variant ever holds the token or an address with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Too much at once; the same call may be made again after the wait.
    #[error("too many requests, to be made again after {} s", retry_after.as_secs())]
    TooManyRequests { retry_after: Duration },
    /// This person cannot be written to: has blocked the bot, is gone, or never started it.
    #[error("the person cannot be written to: {0}")]
    Blocked(String),
    /// The message to edit or delete is not there, or cannot be changed like that.
    #[error("the message cannot be changed: {0}")]
    Gone(String),
    /// The message already looks like that.
    #[error("the message already looks like that")]
    NotModified,
    /// The press or checkout waited too long for its answer, or had it already.
    #[error("the query is too old to be answered")]
    TooOld,
    /// The same call will never succeed.
    #[error("the Bot API refused the call: {0}")]
    BadRequest(String),
    /// The token is not, or no longer, a bot's.
    #[error("the Bot API does not know this token")]
    Unauthorized,
    /// Another process polls with the token, or a webhook is set.
    #[error("conflict: {0}")]
    Conflict(String),
    /// The Bot API's own trouble, with its HTTP status.
    #[error("the Bot API is in trouble (status {0})")]
    Server(u16),
    /// No answer. Where it is ambiguous, the call may have been carried out.
    #[error("no answer from the Bot API: {reason}")]
    Network { ambiguous: bool, reason: String },
}

impl CallError {
    /// Whether the same call, which changes nothing when made twice, may succeed in a moment.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Server(_) | Self::Network { .. })
    }

    /// Whether the call was surely not carried out, but the same one may be in a moment.
    ///
    /// A 5xx counts as carried out perhaps: a proxy in front of the Bot API gives 502 and 504 for lost answers too.
    pub fn is_passing_and_undone(&self) -> bool {
        matches!(self, Self::Network { ambiguous: false, .. } | Self::Server(500 | 503))
    }

    /// For a request that brought no answer. The address, which holds the token, is taken out of the text.
    pub(super) fn network(error: reqwest::Error) -> Self {
        let ambiguous = !(error.is_connect() || error.is_builder());
        let error = error.without_url();
        let mut reason = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(deeper) = cause {
            reason = format!("{reason}: {deeper}");
            cause = deeper.source();
        }
        Self::Network { ambiguous, reason }
    }

    /// For an answer that the Bot API cannot have meant. The call may have been carried out.
    pub(super) fn unreadable(cause: &serde_json::Error) -> Self {
        Self::Network { ambiguous: true, reason: format!("the answer cannot be read: {cause}") }
    }

    /// Sorts an answer that is not `ok`, by its code and by the texts that the official server sends.
    pub(super) fn from_refusal(refusal: Refusal) -> Self {
        let Refusal { code, description, retry_after } = refusal;
        match code {
            429 => Self::TooManyRequests { retry_after: retry_after.unwrap_or(Duration::from_secs(1)) },
            401 => Self::Unauthorized,
            // A token that was never a bot's gives the bare text; an unknown method says more.
            404 if description == "Not Found" => Self::Unauthorized,
            403 => Self::Blocked(description),
            409 => Self::Conflict(description),
            500.. => Self::Server(code),
            _ => Self::from_description(description),
        }
    }

    fn from_description(description: String) -> Self {
        let lower = description.to_lowercase();
        let says = |texts: &[&str]| texts.iter().any(|text| lower.contains(text));
        if says(&["message is not modified"]) {
            Self::NotModified
        } else if says(&["query is too old", "query id is invalid", "query_id_invalid"]) {
            Self::TooOld
        } else if says(GONE) {
            Self::Gone(description)
        } else {
            Self::BadRequest(description)
        }
    }
}

/// What the official server says of a message that cannot be edited or deleted.
const GONE: &[&str] = &[
    "message to edit not found",
    "message to delete not found",
    "message can't be edited",
    "message can't be deleted",
    "message_id_invalid",
    "message identifier is not specified",
    "there is no text in the message to edit",
    "there is no caption in the message to edit",
    "there is no media in the message to edit",
];

/// An answer that is not `ok`.
pub(super) struct Refusal {
    pub code: u16,
    pub description: String,
    pub retry_after: Option<Duration>,
}

/// The envelope around every answer.
#[derive(Deserialize)]
pub(super) struct Envelope<T> {
    pub ok: bool,
    pub result: Option<T>,
    pub error_code: Option<u16>,
    pub description: Option<String>,
    pub parameters: Option<Parameters>,
}

/// What the envelope of a refusal says beside the text.
#[derive(Deserialize)]
pub(super) struct Parameters {
    pub retry_after: Option<u64>,
}

/// Why a file was not fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DownloadError {
    /// Larger than allowed here, or than the 20 MB that bots may fetch.
    #[error("the file is too large")]
    TooLarge,
    #[error(transparent)]
    Call(#[from] CallError),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(code: u16, description: &str) -> CallError {
        CallError::from_refusal(Refusal { code, description: description.into(), retry_after: None })
    }

    #[test]
    fn refusals_are_sorted_by_what_to_do_about_them() {
        let unmodified = "Bad Request: message is not modified: specified new message content and reply markup are \
                          exactly the same as a current content and reply markup of the message";
        assert_eq!(sorted(400, unmodified), CallError::NotModified);
        let old = "Bad Request: query is too old and response timeout expired or query ID is invalid";
        assert_eq!(sorted(400, old), CallError::TooOld);
        for gone in ["message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID"] {
            assert!(matches!(sorted(400, &format!("Bad Request: {gone}")), CallError::Gone(_)), "{gone}");
        }
        for blocked in ["bot was blocked by the user", "user is deactivated", "bot can't initiate conversation"] {
            assert!(matches!(sorted(403, &format!("Forbidden: {blocked}")), CallError::Blocked(_)), "{blocked}");
        }
        assert!(matches!(sorted(400, "Bad Request: BUTTON_DATA_INVALID"), CallError::BadRequest(_)));
        assert_eq!(sorted(404, "Not Found"), CallError::Unauthorized);
        assert!(matches!(sorted(404, "Not Found: method not found"), CallError::BadRequest(_)));
        assert_eq!(sorted(502, "Bad Gateway"), CallError::Server(502));
    }

    #[test]
    fn a_refusal_for_haste_without_a_time_waits_a_second() {
        assert_eq!(sorted(429, ""), CallError::TooManyRequests { retry_after: Duration::from_secs(1) });
    }
}
