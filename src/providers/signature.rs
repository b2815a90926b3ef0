//! Proofs that a webhook comes from whom it says: pure, over the raw bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, hmac, signature};

/// How far a webhook's time may be from ours, in seconds; an older one may be a replay.
const TOLERANCE: i64 = 300;

/// What fal signs a webhook with.
pub(super) struct FalHeaders<'a> {
    pub request_id: Option<&'a str>,
    pub user_id: Option<&'a str>,
    pub timestamp: Option<&'a str>,
    pub signature: Option<&'a str>,
}

/// ED25519 over the headers and the body's digest, by any of the keys.
pub(super) fn fal(headers: &FalHeaders<'_>, body: &[u8], keys: &[Vec<u8>], now: i64) -> Result<(), &'static str> {
    let FalHeaders { request_id: Some(request), user_id: Some(user), timestamp: Some(time), signature: Some(signed) } =
        headers
    else {
        return Err("a header is missing");
    };
    fresh(time, now)?;
    let signed = from_hex(signed).ok_or("the signature is not hexadecimal")?;
    let message = format!("{request}\n{user}\n{time}\n{}", to_hex(digest::digest(&digest::SHA256, body).as_ref()));
    let by = |key: &Vec<u8>| {
        signature::UnparsedPublicKey::new(&signature::ED25519, key).verify(message.as_bytes(), &signed).is_ok()
    };
    if keys.iter().any(by) { Ok(()) } else { Err("no key fits the signature") }
}

/// What Replicate signs a webhook with.
pub(super) struct ReplicateHeaders<'a> {
    pub id: Option<&'a str>,
    pub timestamp: Option<&'a str>,
    pub signature: Option<&'a str>,
}

/// HMAC-SHA256 over id, time and body, with the account's `whsec_…` secret; any of the listed signatures may fit.
pub(super) fn replicate(
    headers: &ReplicateHeaders<'_>,
    body: &[u8],
    secret: &str,
    now: i64,
) -> Result<(), &'static str> {
    let ReplicateHeaders { id: Some(id), timestamp: Some(time), signature: Some(signatures) } = headers else {
        return Err("a header is missing");
    };
    fresh(time, now)?;
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).map_err(|_| "the secret is none")?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let message = [id.as_bytes(), b".", time.as_bytes(), b".", body].concat();
    let fits = |listed: &str| {
        let tag = listed.strip_prefix("v1,").and_then(|tag| STANDARD.decode(tag).ok());
        tag.is_some_and(|tag| hmac::verify(&key, &message, &tag).is_ok())
    };
    if signatures.split_whitespace().any(fits) { Ok(()) } else { Err("no signature fits") }
}

fn fresh(timestamp: &str, now: i64) -> Result<(), &'static str> {
    let time: i64 = timestamp.parse().map_err(|_| "the time is not a number")?;
    if now.abs_diff(time) <= TOLERANCE.unsigned_abs() { Ok(()) } else { Err("it is too old, or of the future") }
}

pub(super) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests;
