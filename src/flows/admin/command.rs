//! What an admin has written, read without asking anybody: a command with its parts, or what is wrong with it.

use serde::{Deserialize, Serialize};

use crate::domain::{Credits, TelegramId, TemplateId};

/// The commands, in the order of Telegram's menu; the words are `command-<name>` or `admin-command-<name>`.
pub const COMMANDS: [&str; 10] =
    ["stats", "user", "grant", "take", "refund", "jobs", "templates", "ban", "unban", "maintenance"];
/// The most credits that one command moves: a slip of the finger must not flood the books.
const MAX_SUM: i64 = 1_000_000;
/// As long as a reason may be.
const MAX_REASON: usize = 300;

/// A command that can be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Help,
    Stats,
    User(Whom),
    Grant {
        whom: Whom,
        credits: Credits,
        reason: String,
    },
    Take {
        whom: Whom,
        credits: Credits,
        reason: String,
    },
    Refund {
        charge: String,
        forced: bool,
        reason: String,
    },
    Jobs,
    Templates,
    Template {
        id: TemplateId,
        change: Change,
    },
    Ban {
        whom: Whom,
        reason: String,
    },
    Unban {
        whom: Whom,
    },
    /// `None` asks how it stands.
    Maintenance(Option<bool>),
}

impl Command {
    /// Whether everybody has this command, and admins only more of it.
    pub fn is_help(&self) -> bool {
        *self == Self::Help
    }
}

/// A person, as an admin names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    Id(TelegramId),
    /// Without the `@`.
    Name(String),
}

/// What becomes of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    On,
    Off,
    Price(Credits),
    /// Its place on its shelf, from 1.
    Place(u32),
}

/// Why a command cannot be followed; each is a text `admin-flaw-<name>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    Incomplete,
    Whom,
    Number,
    /// Digits of another script.
    Digits,
    Negative,
    Zero,
    Fraction,
    TooMuch,
    Change,
}

impl Flaw {
    pub const ALL: [Self; 9] = [
        Self::Incomplete,
        Self::Whom,
        Self::Number,
        Self::Digits,
        Self::Negative,
        Self::Zero,
        Self::Fraction,
        Self::TooMuch,
        Self::Change,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::Whom => "whom",
            Self::Number => "number",
            Self::Digits => "digits",
            Self::Negative => "negative",
            Self::Zero => "zero",
            Self::Fraction => "fraction",
            Self::TooMuch => "too-much",
            Self::Change => "change",
        }
    }
}

/// A command that cannot be followed, with what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misuse {
    pub command: &'static str,
    pub flaw: Flaw,
}

/// Reads a message. `None`: not a command of admins.
pub fn parse(text: &str) -> Option<Result<Command, Misuse>> {
    let text = text.trim().strip_prefix('/').filter(|rest| !rest.starts_with(char::is_whitespace))?;
    let mut words = text.split_whitespace();
    let name = words.next()?.split('@').next()?.to_ascii_lowercase();
    if name == "help" {
        return Some(Ok(Command::Help));
    }
    let command = COMMANDS.into_iter().find(|command| *command == name)?;
    let rest: Vec<&str> = words.collect();
    Some(parts(command, &rest).map_err(|flaw| Misuse { command, flaw }))
}

fn parts(command: &str, rest: &[&str]) -> Result<Command, Flaw> {
    Ok(match command {
        "stats" => Command::Stats,
        "jobs" => Command::Jobs,
        "user" => Command::User(whom(rest.first())?),
        "grant" | "take" => {
            let (whom, credits) = (whom(rest.first())?, sum(rest.get(1).ok_or(Flaw::Incomplete)?, MAX_SUM)?);
            let reason = reason(rest.get(2..));
            match command {
                "grant" => Command::Grant { whom, credits, reason },
                _ => Command::Take { whom, credits, reason },
            }
        }
        "refund" => {
            let charge = rest.first().ok_or(Flaw::Incomplete)?.to_string();
            let forced = rest.get(1).is_some_and(|word| word.eq_ignore_ascii_case("force"));
            Command::Refund { charge, forced, reason: reason(rest.get(1 + usize::from(forced)..)) }
        }
        "templates" if rest.is_empty() => Command::Templates,
        "templates" => Command::Template { id: TemplateId(rest[0].to_owned()), change: change(&rest[1..])? },
        "ban" => Command::Ban { whom: whom(rest.first())?, reason: reason(rest.get(1..)) },
        "unban" => Command::Unban { whom: whom(rest.first())? },
        _ => Command::Maintenance(match rest.first().map(|word| word.to_lowercase()).as_deref() {
            None => None,
            Some("on") => Some(true),
            Some("off") => Some(false),
            Some(_) => return Err(Flaw::Change),
        }),
    })
}

fn whom(word: Option<&&str>) -> Result<Whom, Flaw> {
    let word = word.ok_or(Flaw::Incomplete)?;
    if let Some(name) = word.strip_prefix('@') {
        let fits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        return if fits { Ok(Whom::Name(name.to_owned())) } else { Err(Flaw::Whom) };
    }
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    let id = word.parse().ok().filter(|id| digits && *id > 0);
    id.map(|id| Whom::Id(TelegramId(id))).ok_or(Flaw::Whom)
}

/// A whole number from 1 to `most`, in plain digits.
fn sum(word: &str, most: i64) -> Result<Credits, Flaw> {
    let unsigned = word.strip_prefix(['-', '−', '–']);
    let bare = unsigned.unwrap_or(word);
    if !bare.is_empty() && bare.chars().all(char::is_numeric) && !bare.is_ascii() {
        return Err(Flaw::Digits);
    }
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(bare) {
        let fraction = bare.split(['.', ',']).all(plain) && bare.contains(['.', ',']);
        return Err(if fraction { Flaw::Fraction } else { Flaw::Number });
    }
    if unsigned.is_some() {
        return Err(Flaw::Negative);
    }
    match bare.parse::<i64>() {
        Ok(0) => Err(Flaw::Zero),
        Ok(amount) if amount <= most => Credits::new(amount).map_err(|_| Flaw::TooMuch),
        // More digits than a number holds is too much as well.
        _ => Err(Flaw::TooMuch),
    }
}

fn change(words: &[&str]) -> Result<Change, Flaw> {
    let number = |most| sum(words.get(1).ok_or(Flaw::Incomplete)?, most);
    match words.first().map(|word| word.to_lowercase()).as_deref() {
        None => Err(Flaw::Incomplete),
        Some("on") => Ok(Change::On),
        Some("off") => Ok(Change::Off),
        Some("price") => Ok(Change::Price(number(10_000)?)),
        Some("place") => Ok(Change::Place(u32::try_from(number(1000)?.get()).map_err(|_| Flaw::TooMuch)?)),
        Some(_) => Err(Flaw::Change),
    }
}

/// The rest of the message, out of its quotes if it stands in some.
fn reason(words: Option<&[&str]>) -> String {
    let text = words.unwrap_or_default().join(" ");
    let quotes = [('"', '"'), ('\'', '\''), ('“', '”'), ('«', '»'), ('„', '“')];
    let inner = quotes.iter().find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close));
    inner.unwrap_or(&text).chars().take(MAX_REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(whom: Whom, credits: i64, reason: &str) -> Option<Result<Command, Misuse>> {
        let credits = Credits::new(credits).unwrap();
        Some(Ok(Command::Grant { whom, credits, reason: reason.to_owned() }))
    }

    #[test]
    fn people_are_named_by_username_or_number() {
        let ann = || Whom::Name("ann_1".to_owned());
        assert_eq!(parse("/grant @ann_1 50"), grant(ann(), 50, ""));
        assert_eq!(parse(" /GRANT@pixelai_bot  @ann_1  50 "), grant(ann(), 50, ""));
        assert_eq!(parse("/grant 1234567 1 a prize"), grant(Whom::Id(TelegramId(1_234_567)), 1, "a prize"));
        for quoted in ["\"for you\"", "“for you”", "«for you»", "'for you'"] {
            assert_eq!(parse(&format!("/grant @ann_1 50 {quoted}")), grant(ann(), 50, "for you"));
        }
        for odd in ["ann", "@", "@ann!", "@анна", "-5", "0", "99999999999999999999", "١٢٣", "1.5"] {
            let expected = Misuse { command: "user", flaw: Flaw::Whom };
            assert_eq!(parse(&format!("/user {odd}")), Some(Err(expected)), "{odd}");
        }
    }

    #[test]
    fn a_sum_is_a_whole_number_in_plain_digits() {
        let cases = [
            ("0", Flaw::Zero),
            ("000", Flaw::Zero),
            ("-5", Flaw::Negative),
            ("−5", Flaw::Negative),
            ("-0", Flaw::Negative),
            ("1.5", Flaw::Fraction),
            ("1,000", Flaw::Fraction),
            ("-1.5", Flaw::Fraction),
            ("٥٠", Flaw::Digits),
            ("５０", Flaw::Digits),
            ("½", Flaw::Digits),
            ("1000001", Flaw::TooMuch),
            ("99999999999999999999999999", Flaw::TooMuch),
            ("fifty", Flaw::Number),
            ("5e3", Flaw::Number),
            ("+5", Flaw::Number),
            ("1.", Flaw::Number),
            ("@ann", Flaw::Number),
            ("-", Flaw::Number),
        ];
        for (word, flaw) in cases {
            for command in ["grant", "take"] {
                assert_eq!(parse(&format!("/{command} @ann {word}")), Some(Err(Misuse { command, flaw })), "{word}");
            }
        }
        assert_eq!(parse("/grant @ann 0001000000"), grant(Whom::Name("ann".to_owned()), 1_000_000, ""));
    }

    #[test]
    fn what_is_missing_or_foreign_is_a_misuse_of_its_command() {
        let cases = [
            ("/grant", "grant", Flaw::Incomplete),
            ("/take @ann", "take", Flaw::Incomplete),
            ("/user", "user", Flaw::Incomplete),
            ("/refund", "refund", Flaw::Incomplete),
            ("/ban", "ban", Flaw::Incomplete),
            ("/templates xmas", "templates", Flaw::Incomplete),
            ("/templates xmas price", "templates", Flaw::Incomplete),
            ("/templates xmas away", "templates", Flaw::Change),
            ("/templates xmas price 0", "templates", Flaw::Zero),
            ("/templates xmas place 1001", "templates", Flaw::TooMuch),
            ("/maintenance perhaps", "maintenance", Flaw::Change),
        ];
        for (text, command, flaw) in cases {
            assert_eq!(parse(text), Some(Err(Misuse { command, flaw })), "{text}");
        }
        for foreign in ["", "grant @ann 5", "/", "/start", "/grants", "/ grant @ann 5", "hello"] {
            assert_eq!(parse(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn the_other_commands_are_read_whole() {
        let id = || TemplateId("xmas".to_owned());
        let refund =
            |forced, reason: &str| Command::Refund { charge: "stx/A=".to_owned(), forced, reason: reason.to_owned() };
        let cases = [
            ("/refund stx/A=", refund(false, "")),
            ("/refund stx/A= asked for it", refund(false, "asked for it")),
            ("/refund stx/A= Force asked", refund(true, "asked")),
            ("/templates", Command::Templates),
            ("/templates xmas OFF", Command::Template { id: id(), change: Change::Off }),
            ("/templates xmas place 2", Command::Template { id: id(), change: Change::Place(2) }),
            ("/maintenance", Command::Maintenance(None)),
            ("/maintenance On", Command::Maintenance(Some(true))),
            ("/help", Command::Help),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), Some(Ok(expected)), "{text}");
        }
    }
}
