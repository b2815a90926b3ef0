//! What a person may ask for in their own words.
//!
//! The providers' filters judge pictures; this keeps what is plainly against the terms from being sent at all. Whoever
//! needs more than a list puts another [`Moderator`] in its place.

use async_trait::async_trait;

/// The most letters of a wish.
pub const MAX_WORDS: usize = 300;
/// Fewer say nothing.
const MIN_WORDS: usize = 3;

/// Why words are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("too few words")]
    TooShort,
    #[error("more than {MAX_WORDS} letters")]
    TooLong,
    /// Against the terms of use.
    #[error("not allowed")]
    NotAllowed,
}

/// Says whether words may go into a prompt.
#[async_trait]
pub trait Moderator: Send + Sync {
    /// # Errors
    /// Why not.
    async fn judge(&self, words: &str) -> Result<(), Unfit>;
}

/// Judges by short lists of words in both languages.
#[derive(Debug, Clone, Copy)]
pub struct WordList;

/// Words that have no place in a picture here, and beginnings of such words.
const WORDS: [&str; 9] = ["nude", "nudes", "gore", "rape", "nazi", "голый", "голая", "голые", "голой"];
const BEGINNINGS: [&str; 22] = [
    "naked",
    "nudity",
    "topless",
    "porn",
    "nsfw",
    "erotic",
    "genital",
    "behead",
    "dismember",
    "swastika",
    "hitler",
    "lolita",
    "обнаж",
    "порно",
    "эроти",
    "топлес",
    "генитал",
    "изнасил",
    "расчлен",
    "обезглав",
    "свастик",
    "гитлер",
];

#[async_trait]
impl Moderator for WordList {
    async fn judge(&self, words: &str) -> Result<(), Unfit> {
        let lower = words.to_lowercase();
        let mut each = lower.split(|letter: char| !letter.is_alphanumeric());
        let refused = |word: &str| WORDS.contains(&word) || BEGINNINGS.iter().any(|start| word.starts_with(start));
        if each.any(refused) {
            return Err(Unfit::NotAllowed);
        }
        Ok(())
    }
}

/// One line without control characters, neither too short nor too long.
pub(super) fn tidy(words: &str) -> Result<String, Unfit> {
    let line: Vec<&str> = words.split(|letter: char| letter.is_whitespace() || letter.is_control()).collect();
    let line = line.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match line.chars().count() {
        ..MIN_WORDS => Err(Unfit::TooShort),
        MIN_WORDS..=MAX_WORDS => Ok(line),
        _ => Err(Unfit::TooLong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_one_line() {
        assert_eq!(tidy("  me \n as\tan\u{0}astronaut "), Ok("me as an astronaut".to_owned()));
        assert_eq!(tidy(" a "), Err(Unfit::TooShort));
        assert_eq!(tidy(&"я".repeat(MAX_WORDS + 1)), Err(Unfit::TooLong));
        assert!(tidy(&"я".repeat(MAX_WORDS)).is_ok());
    }

    #[tokio::test]
    async fn what_is_against_the_terms_is_refused_and_what_only_sounds_so_is_not() {
        for refused in ["me NAKED on a beach", "Я, обнажённая, у моря", "a photo, gore everywhere"] {
            assert_eq!(WordList.judge(refused).await, Err(Unfit::NotAllowed), "{refused}");
        }
        for fine in ["a gorgeous grape garden", "у голубого моря с голубями", "the Nazaré lighthouse"]
        {
            assert_eq!(WordList.judge(fine).await, Ok(()), "{fine}");
        }
    }
}
