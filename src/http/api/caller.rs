//! Who asks: proven by what Telegram has signed for its Mini Apps.

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

use crate::database::Time;
use crate::domain::{Language, TelegramId, UserId};
use crate::http::problem::Problem;
use crate::http::site::Site;
use crate::store::users::{Profile, User};

/// How long what Telegram has signed proves who asks.
const LIFETIME_SECONDS: i64 = 24 * 3600;
/// Clocks differ.
const AHEAD_SECONDS: i64 = 60;
/// Telegram's own is far shorter.
const LONGEST: usize = 4096;

/// The person who asks, known to us.
pub(super) struct Caller {
    pub user: UserId,
    pub first_name: String,
    pub language: Language,
    pub balance: i64,
}

/// What Telegram says of a person.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct TelegramUser {
    id: i64,
    first_name: String,
    username: Option<String>,
    language_code: Option<String>,
    #[serde(default)]
    is_bot: bool,
}

impl FromRequestParts<Site> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let shown = shown(&parts.headers)
            .ok_or_else(|| unproven("Show Telegram's initData: Authorization: tma <initData>."))?;
        let telegram = proven(shown, &site.parts().web_app_key, chrono::Utc::now())?;
        site.rates().admit(TelegramId(telegram.id))?;
        let user = known(site, &telegram).await.map_err(|cause| Problem::ours("find who calls the API", &cause))?;
        if user.banned_at.is_some() {
            return Err(Problem::kind(StatusCode::FORBIDDEN, "banned", "This person may not use the bot any more."));
        }
        Ok(Self { user: user.id, language: user.language(), balance: user.balance.get(), first_name: user.first_name })
    }
}

fn shown(headers: &HeaderMap) -> Option<&str> {
    let (scheme, data) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("tma").then_some(data.trim())
}

fn unproven(detail: &str) -> Problem {
    Problem::kind(StatusCode::UNAUTHORIZED, "unproven", detail)
}

/// Who it is that Telegram speaks for.
fn proven(init_data: &str, key: &[u8; 32], now: Time) -> Result<TelegramUser, Problem> {
    let forged = || unproven("This initData is not what Telegram has signed for this bot.");
    if init_data.len() > LONGEST {
        return Err(forged());
    }
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in form_urlencoded(init_data).ok_or_else(forged)? {
        // One name with two values would let the check read another one than we do.
        if fields.insert(name, value).is_some() {
            return Err(forged());
        }
    }
    let hash = fields.remove("hash").and_then(|hash| from_hex(&hash)).ok_or_else(forged)?;
    let lines: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| forged())?;
    mac.chain_update(lines.join("\n")).verify_slice(&hash).map_err(|_| forged())?;
    let signed_at: i64 = fields.get("auth_date").and_then(|date| date.parse().ok()).ok_or_else(forged)?;
    let age = now.timestamp().saturating_sub(signed_at);
    if !(-AHEAD_SECONDS..=LIFETIME_SECONDS).contains(&age) {
        return Err(unproven("This initData is too old; open the app again."));
    }
    let user: TelegramUser = fields.get("user").and_then(|user| serde_json::from_str(user).ok()).ok_or_else(forged)?;
    if user.is_bot { Err(forged()) } else { Ok(user) }
}

/// The pairs of a query string, decoded; `None` when it is none.
fn form_urlencoded(text: &str) -> Option<Vec<(String, String)>> {
    text.split('&')
        .map(|pair| pair.split_once('=').and_then(|(name, value)| Some((decoded(name)?, decoded(value)?))))
        .collect()
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let (digits, tail) = rest.split_at_checked(2)?;
                bytes.push(u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?);
                rest = tail;
            }
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).ok()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok());
    (text.len() == 64).then(|| digits.collect()).flatten()
}

/// As we know them; whoever is new is welcomed as in the chat.
async fn known(site: &Site, telegram: &TelegramUser) -> anyhow::Result<User> {
    let world = site.talk().world();
    let id = TelegramId(telegram.id);
    if let Some(user) = world.store.user_by_telegram(id).await? {
        return Ok(user);
    }
    let profile = Profile {
        telegram_id: id,
        first_name: &telegram.first_name,
        username: telegram.username.as_deref(),
        language_code: telegram.language_code.as_deref(),
    };
    let id = world.wallet.welcome(&profile, chrono::Utc::now()).await?;
    world.store.user(id).await?.ok_or_else(|| anyhow::anyhow!("a person who was just made known is gone"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::web_app_key;

    /// Made once with `@telegram-apps/init-data-node`'s way of signing, for the token `5768337691:test`.
    fn signed(pairs: &[(&str, &str)], token: &str) -> String {
        let mut lines: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        lines.sort();
        let mac = Hmac::<Sha256>::new_from_slice(&web_app_key(token)).unwrap().chain_update(lines.join("\n"));
        let hash: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let escaped = |value: &str| value.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let pairs = pairs.iter().map(|(name, value)| format!("{name}={}", escaped(value)));
        pairs.chain([format!("hash={hash}")]).collect::<Vec<_>>().join("&")
    }

    fn now() -> Time {
        chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    const USER: (&str, &str) = ("user", r#"{"id":42,"first_name":"Ann & +","language_code":"ru"}"#);

    #[test]
    fn what_telegram_has_signed_proves_who_asks() {
        let data = signed(&[("auth_date", "1799999000"), USER, ("signature", "abc"), ("query_id", "q")], "1:a");
        let user = proven(&data, &web_app_key("1:a"), now()).expect("it is proven");
        assert_eq!((user.id, user.first_name.as_str()), (42, "Ann & +"));
    }

    #[test]
    fn what_is_forged_old_or_of_another_bot_proves_nothing() {
        let right = signed(&[("auth_date", "1799999000"), USER], "1:a");
        let key = web_app_key("1:a");
        let forged = [
            String::new(),
            "hash=".to_owned(),
            right.replace("%34%32", "%34%33"),
            right.replace("hash=", "hash=00"),
            format!("{right}&user=%7B%22id%22%3A1%7D"),
            format!("{right}&extra=1"),
            signed(&[("auth_date", "1799999000"), USER], "1:b"),
            signed(&[("auth_date", "1799000000"), USER], "1:a"),
            signed(&[("auth_date", "1800000100"), USER], "1:a"),
            signed(&[USER], "1:a"),
            signed(&[("auth_date", "1799999000")], "1:a"),
            signed(&[("auth_date", "1799999000"), ("user", r#"{"id":1,"first_name":"b","is_bot":true}"#)], "1:a"),
            "a".repeat(LONGEST + 1),
            right.replace('%', "%%"),
        ];
        for data in forged {
            let problem = proven(&data, &key, now()).expect_err(&data);
            assert_eq!((problem.status, problem.kind), (StatusCode::UNAUTHORIZED, Some("unproven")));
        }
        assert!(proven(&right, &key, now()).is_ok());
    }
}
