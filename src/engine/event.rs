//! What can happen to a session, and how a button says so.

use super::session::Nonce;

/// The first part of a keepsake's data. It has no dot, as a nonce has.
const KEEPSAKE: &str = "k";

/// Something that happens to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A tap on a button of a screen.
    Press {
        nonce: Nonce,
        button: String,
        argument: Option<String>,
    },
    /// A tap on a button of a message that stays in the chat for good.
    Keepsake {
        button: String,
        argument: Option<String>,
    },
    /// A command or a menu button, already recognised.
    Everywhere {
        name: String,
    },
    Input(Input),
    /// Something that no dialogue takes, such as a sticker.
    Unusual,
    /// News from outside the chat. It is heard only where the state has a transition for it and, when it is `about`
    /// something, the memory of the dialogue on top has that key with that text.
    Signal {
        name: String,
        about: Option<(String, String)>,
    },
    /// The time of the state's `after` is over.
    Elapsed,
}

/// What a person sends that a state can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Input {
    Text,
    Photo,
}

impl Input {
    pub const ALL: [Self; 2] = [Self::Text, Self::Photo];

    /// The name of its transition in a definition.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Photo => "photo",
        }
    }
}

/// The callback data of a button: `<nonce>:<button>[:<argument>]`.
pub fn press_data(nonce: Nonce, button: &str, argument: Option<&str>) -> String {
    match argument {
        Some(argument) => format!("{nonce}:{button}:{argument}"),
        None => format!("{nonce}:{button}"),
    }
}

/// The callback data of a keepsake: `k:<button>:<argument>`.
pub fn keepsake_data(button: &str, argument: &str) -> String {
    format!("{KEEPSAKE}:{button}:{argument}")
}

/// Reads what a button carried. It comes from the client, so it can be anything: `None` for data that is not ours.
pub fn parse_press(data: &str) -> Option<Event> {
    let mut parts = data.splitn(3, ':');
    let screen = parts.next()?;
    let button = parts.next().filter(|button| is_name(button))?.to_owned();
    let argument = parts.next().map(str::to_owned);
    if screen == KEEPSAKE {
        return Some(Event::Keepsake { button, argument });
    }
    Some(Event::Press { nonce: screen.parse().ok()?, button, argument })
}

/// Whether `text` can name something in a definition: what Fluent takes as an identifier, so that it can be part of
/// one, and never with the dots and colons that sites and callback data are divided by.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: Nonce = Nonce { session: 1000, shown: 36 };

    #[test]
    fn a_button_comes_back_as_it_was_written() {
        let press = |button: &str, argument: Option<&str>| Event::Press {
            nonce: NONCE,
            button: button.to_owned(),
            argument: argument.map(str::to_owned),
        };
        assert_eq!(press_data(NONCE, "pay", None), "rs.10:pay");
        assert_eq!(parse_press("rs.10:pay"), Some(press("pay", None)));
        assert_eq!(parse_press(&press_data(NONCE, "pack", Some("a:b"))), Some(press("pack", Some("a:b"))));
    }

    #[test]
    fn a_keepsake_comes_back_as_it_was_written() {
        let again = Event::Keepsake { button: "again".to_owned(), argument: Some("7".to_owned()) };
        assert_eq!(keepsake_data("again", "7"), "k:again:7");
        assert_eq!(parse_press("k:again:7"), Some(again));
        let bare = Event::Keepsake { button: "another".to_owned(), argument: None };
        assert_eq!(parse_press("k:another"), Some(bare));
    }

    #[test]
    fn foreign_data_is_nobodys_press() {
        for data in ["", ":", "::", "k", "k:", "pay", "v1:pay", "rs.10", "rs.10:", "rs.10:на", "rs.10:*start", "k:a.b"]
        {
            assert_eq!(parse_press(data), None, "{data}");
        }
    }
}
