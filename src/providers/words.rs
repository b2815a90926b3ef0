//! What providers say in plain English, where they have no code for it.

use crate::domain::Refusal;

/// Why the input is refused, if that is what the words say.
///
/// Only used on the reason of a task that failed for good, so that a word too much does no harm: the money goes back
/// either way.
pub(super) fn refusal(words: &str) -> Option<Refusal> {
    let words = words.to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if says(&["no face", "face not", "face detect", "detect a face", "detect face"]) {
        Some(Refusal::NoFace)
    } else if says(&NOT_ALLOWED) {
        Some(Refusal::NotAllowed)
    } else if says(&["too small", "resolution is too low"]) {
        Some(Refusal::TooSmall)
    } else if says(&["image is too large", "image too large", "file is too large", "file too large"]) {
        Some(Refusal::TooLarge)
    } else if says(&["cannot identify image", "invalid image", "unsupported image", "load image", "decode image"]) {
        Some(Refusal::Unreadable)
    } else {
        None
    }
}

const NOT_ALLOWED: [&str; 16] = [
    "nsfw",
    "(e005)",
    "flagged",
    "sensitive",
    "safety",
    "content polic",
    "content_polic",
    "usage polic",
    "violat",
    "prohibited",
    "moderation",
    "inappropriate",
    "not allowed",
    "blocked by",
    "sexual",
    "official returned empty content",
];

/// The last ` 45%|` that a progress bar left in the logs.
pub(super) fn progress(logs: &str) -> Option<f32> {
    let before = &logs[..logs.rfind("%|")?];
    let digits = before.len() - before.bytes().rev().take_while(u8::is_ascii_digit).count();
    let percent: u32 = before[digits..].parse().ok()?;
    (percent <= 100).then_some(percent as f32 / 100.0)
}

/// Whether the words are about money on the account.
pub(super) fn are_about_balance(words: &str) -> bool {
    let words = words.to_lowercase();
    ["insufficient", "balance", "quota", "credit", "billing", "payment"].iter().any(|part| words.contains(part))
}

/// Whether the words are about the key.
pub(super) fn are_about_key(words: &str) -> bool {
    let words = words.to_lowercase();
    ["unauthor", "api key", "apikey", "invalid token", "authentication"].iter().any(|part| words.contains(part))
}

/// Whether the words ask for patience.
pub(super) fn ask_for_patience(words: &str) -> bool {
    let words = words.to_lowercase();
    ["rate limit", "too many", "throttled", "overloaded", "busy", "try again later", "high demand"]
        .iter()
        .any(|part| words.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_off_the_last_bar() {
        assert_eq!(progress("  0%|          | 0/28\n 46%|####6     | 13/28"), Some(0.46));
        assert_eq!(progress("100%|##########| 28/28"), Some(1.0));
        for logs in ["", "no bar", "%|", "1000%|", "é%|"] {
            assert_eq!(progress(logs), None, "{logs}");
        }
    }

    #[test]
    fn known_sentences_have_their_reason() {
        let cases = [
            ("NSFW content detected. Try running it again, or try a different prompt.", Some(Refusal::NotAllowed)),
            (
                "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
                Some(Refusal::NotAllowed),
            ),
            ("Could not detect a face in the picture", Some(Refusal::NoFace)),
            ("The image is too small: 200x200", Some(Refusal::TooSmall)),
            ("cannot identify image file", Some(Refusal::Unreadable)),
            ("CUDA out of memory (E1001)", None),
            ("made-up reason", None),
        ];
        for (words, expected) in cases {
            assert_eq!(refusal(words), expected, "{words}");
        }
    }
}
