//! The settings of the HTTP face: our address in the world, and the keys that prove that something came from us.

use std::fmt;
use std::str::FromStr;

use anyhow::bail;
use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use sha2::Sha256;

use super::Secret;

/// The shortest secret that is worth its name.
const SHORTEST_SECRET: usize = 16;

/// The address under which the world reaches our HTTP server, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of one of our paths, which begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl FromStr for PublicUrl {
    type Err = anyhow::Error;

    fn from_str(value: &str) -> anyhow::Result<Self> {
        let Some(url) = reqwest::Url::parse(value).ok().filter(reqwest::Url::has_host) else {
            bail!("PUBLIC_URL is {value:?}, which is not an address; write https://bot.example.com, or remove it")
        };
        // For trying it on one machine; Telegram itself calls nothing but https.
        let is_local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if url.scheme() != "https" && !(url.scheme() == "http" && is_local) {
            bail!("PUBLIC_URL is {value:?}; it has to begin with https://")
        }
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            bail!("PUBLIC_URL is {value:?}; write nothing but https://, the name and, where there is one, a path")
        }
        Ok(Self(value.trim_end_matches('/').to_owned()))
    }
}

/// What proves that an address or a call is of our own making. Each purpose has a key of its own.
///
/// The same on every replica and after each start, so that what one process has signed, another one accepts.
#[derive(Clone)]
pub struct SigningKey(Hmac<Sha256>);

impl SigningKey {
    fn new(secret: &[u8]) -> anyhow::Result<Self> {
        let Ok(mac) = Hmac::new_from_slice(secret) else { bail!("WEBHOOK_SECRET cannot be used as a key") };
        Ok(Self(mac))
    }

    /// The key of one purpose; whoever knows it can tell nothing about the others.
    pub fn of(&self, purpose: &str) -> [u8; 32] {
        self.0.clone().chain_update(purpose).finalize().into_bytes().into()
    }

    /// The key of one purpose, as text that may stand in a header or an address.
    pub fn text_of(&self, purpose: &str) -> Secret {
        Secret::new(self.of(purpose).iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SigningKey(…)")
    }
}

/// What proves the data that Telegram signs for the Mini Apps of the bot with this token.
pub fn web_app_key(token: &str) -> [u8; 32] {
    // Any length makes a key.
    let mac = Hmac::<Sha256>::new_from_slice(b"WebAppData").map(|mac| mac.chain_update(token));
    mac.map_or([0; 32], |mac| mac.finalize().into_bytes().into())
}

/// Of the secret that was set; else of the bot's token, which every replica has and nobody else; else random.
pub(super) fn signing(secret: Option<&str>, token: Option<&Secret>) -> anyhow::Result<SigningKey> {
    match (secret, token) {
        (Some(secret), _) if secret.len() < SHORTEST_SECRET => {
            bail!(
                "WEBHOOK_SECRET is too short; write at least {SHORTEST_SECRET} characters, such as openssl rand -hex 32 gives"
            )
        }
        (Some(secret), _) => SigningKey::new(secret.as_bytes()),
        (None, Some(token)) => SigningKey::new(token.reveal().as_bytes()),
        (None, None) => SigningKey::new(&rand::rng().random::<[u8; 32]>()),
    }
}

/// The value itself is not repeated: it is a secret also when it is too short.
pub(super) fn status_token(value: &str) -> anyhow::Result<Secret> {
    if value.len() < SHORTEST_SECRET || !value.chars().all(|c| c.is_ascii_graphic()) {
        bail!(
            "STATUS_TOKEN is too short or holds strange characters; write at least {SHORTEST_SECRET} letters and digits, \
             such as openssl rand -hex 32 gives"
        );
    }
    Ok(Secret::new(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_joined_without_a_doubled_slash() {
        let url: PublicUrl = "https://bot.example/".parse().expect("it is one");
        assert_eq!(url.join("/telegram"), "https://bot.example/telegram");
        assert!("http://127.0.0.1:8080".parse::<PublicUrl>().is_ok(), "one may try it on one machine");
    }

    #[test]
    fn each_purpose_and_each_bot_has_a_key_of_its_own_that_stays() {
        let key = |token: &str| signing(None, Some(&Secret::new(token))).expect("it is a key");
        assert_eq!(key("1:a").of("hooks"), key("1:a").of("hooks"));
        assert_ne!(key("1:a").of("hooks"), key("1:a").of("results"));
        assert_ne!(key("1:a").of("hooks"), key("1:b").of("hooks"));
        let set = signing(Some("0123456789abcdef"), Some(&Secret::new("1:a"))).expect("it is a key");
        assert_ne!(set.of("hooks"), key("1:a").of("hooks"));
        assert_eq!(format!("{set:?}"), "SigningKey(…)");
    }
}
