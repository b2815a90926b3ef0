//! The languages that PIXEL AI speaks.

use serde::{Deserialize, Serialize};

/// A language with a full set of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    En,
    Ru,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::En, Self::Ru];

    /// The two-letter code, which is also the folder's name in `locales/`.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }

    /// Exactly one of our codes, as [`Language::code`] writes it.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The language for Telegram's `User.language_code`, an optional IETF tag such as `ru` or `pt-br`.
    ///
    /// Ukrainian, Belarusian and Kazakh phones get Russian, which their owners read more often than English.
    pub fn from_telegram(tag: Option<&str>) -> Self {
        let primary = tag.and_then(|tag| tag.split(['-', '_']).next()).unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "ru" | "uk" | "be" | "kk" => Self::Ru,
            _ => Self::En,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regional_tag_is_its_language() {
        assert_eq!(Language::from_telegram(Some("ru-RU")), Language::Ru);
        assert_eq!(Language::from_telegram(Some("pt-br")), Language::En);
        assert_eq!(Language::from_telegram(None), Language::En);
    }
}
