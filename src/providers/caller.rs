//! Calls of a provider's API: authorised, within time and size, and with troubles that tell no secret.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url, redirect};
use serde::de::DeserializeOwned;

use super::ProviderError;
use crate::config::Secret;

const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Between two pieces of an answer.
const READ_LIMIT: Duration = Duration::from_secs(20);
/// A whole call. Photos go up with it, so that it is not short.
const CALL_LIMIT: Duration = Duration::from_secs(45);
/// An answer is JSON; the longest ones hold a training's log.
const MAX_ANSWER: usize = 10_000_000;
/// Of a foreign text that goes into a log or to an admin.
const MAX_WORDS: usize = 300;

/// A provider's API under one address and one key. Cheap to clone; connections are shared.
#[derive(Clone)]
pub(super) struct Caller {
    http: Client,
    base: Url,
    /// The header's value, such as `Bearer …`.
    authorization: HeaderValue,
    secret: Secret,
}

/// What came back, whatever its status.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Nothing came back.
#[derive(Debug)]
pub(super) struct Trouble {
    /// The request may have arrived.
    sent: bool,
    reason: String,
}

impl Trouble {
    fn of(cause: reqwest::Error) -> Self {
        let sent = !cause.is_connect() && !cause.is_builder();
        let reason = match () {
            () if cause.is_timeout() => "no answer in time".to_owned(),
            () if cause.is_connect() => "no connection".to_owned(),
            // The address may hold a webhook's seal.
            () => format!("the call broke off ({})", cause.without_url()),
        };
        Self { sent, reason }
    }

    /// Of a call that starts something.
    pub(super) fn of_submit(self) -> ProviderError {
        if self.sent { ProviderError::Lost(self.reason) } else { ProviderError::unavailable(self.reason) }
    }
}

impl From<Trouble> for ProviderError {
    fn from(trouble: Trouble) -> Self {
        Self::unavailable(trouble.reason)
    }
}

impl Caller {
    /// `scheme` is the word before the key, such as `Bearer`.
    ///
    /// # Errors
    /// When the key holds what no header can, or the system's certificates cannot be read.
    pub(super) fn new(base: Url, scheme: &str, key: &Secret) -> anyhow::Result<Self> {
        let mut authorization = HeaderValue::from_str(&format!("{scheme} {}", key.reveal().trim()))
            .map_err(|_| anyhow::anyhow!("the key for {} holds characters that no key has; copy it again", base))?;
        authorization.set_sensitive(true);
        let http = Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .read_timeout(READ_LIMIT)
            .timeout(CALL_LIMIT)
            // A key must not follow where an answer points.
            .redirect(redirect::Policy::none())
            .pool_idle_timeout(Duration::from_secs(50))
            .pool_max_idle_per_host(128)
            .build()?;
        Ok(Self { http, base, authorization, secret: key.clone() })
    }

    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    /// An address below the base.
    pub(super) fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        let joined = format!("{}/{}", url.path().trim_end_matches('/'), path.trim_start_matches('/'));
        url.set_path(&joined);
        url
    }

    /// The address that an answer names, if it is at the host that the key belongs to.
    pub(super) fn trusted(&self, address: &str) -> Option<Url> {
        Url::parse(address).ok().filter(|url| url.origin() == self.base.origin())
    }

    /// A request that carries the key.
    pub(super) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.http.request(method, url).header(reqwest::header::AUTHORIZATION, self.authorization.clone())
    }

    /// A request without the key, for addresses that carry their own.
    pub(super) fn plain(&self, method: Method, url: Url) -> RequestBuilder {
        self.http.request(method, url)
    }

    pub(super) async fn get(&self, url: Url) -> Result<Answer, Trouble> {
        self.send(self.request(Method::GET, url)).await
    }

    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Answer, Trouble> {
        let response = request.send().await.map_err(Trouble::of)?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Answer { status, headers, body: bounded(response, MAX_ANSWER).await? })
    }

    /// A foreign text, short and without our key.
    pub(super) fn words(&self, text: &str) -> String {
        let text = text.replace(self.secret.reveal().trim(), "<key>");
        text.chars().take(MAX_WORDS).collect()
    }
}

/// What the header says of the length is not believed: the bytes are counted as they come.
async fn bounded(mut response: Response, limit: usize) -> Result<Bytes, Trouble> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(Trouble::of)? {
        if body.len() + chunk.len() > limit {
            return Err(Trouble { sent: true, reason: "the answer is too long".to_owned() });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

impl Answer {
    pub(super) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// An answer that should have been readable, for a log.
    pub(super) fn unreadable(&self) -> String {
        format!("status {} with an answer that cannot be read", self.status.as_u16())
    }

    /// Seconds to wait, as the header says.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let value = self.headers.get(RETRY_AFTER)?.to_str().ok()?;
        value.trim().parse().ok().map(Duration::from_secs)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the far side, or a proxy before it, is merely in trouble at the moment.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self.status.as_u16(), 408 | 425 | 429 | 500..=599)
    }

    /// Such a trouble in answer to a look.
    pub(super) fn passing(&self) -> ProviderError {
        let reason = format!("status {}", self.status.as_u16());
        ProviderError::Unavailable { reason, retry_after: self.retry_after() }
    }

    /// The same in answer to a submit: a gateway that gives up may have passed the request on.
    pub(super) fn passing_submit(&self) -> ProviderError {
        match self.status.as_u16() {
            408 | 502 | 504 => ProviderError::Lost(format!("status {}", self.status.as_u16())),
            _ => self.passing(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(base: &str) -> Caller {
        Caller::new(base.parse().unwrap(), "Bearer", &Secret::new("hush-hush\n")).unwrap()
    }

    #[test]
    fn a_path_is_put_below_the_base() {
        assert_eq!(caller("https://api.test/v1").url("/predictions").as_str(), "https://api.test/v1/predictions");
        assert_eq!(caller("https://api.test/").url("a/b").as_str(), "https://api.test/a/b");
    }

    #[test]
    fn the_key_goes_to_its_own_host_only() {
        let caller = caller("https://queue.fal.run");
        assert!(caller.trusted("https://queue.fal.run/x/requests/1").is_some());
        for foreign in
            ["https://evil.test/x", "http://queue.fal.run/x", "https://queue.fal.run.evil.test/", "no address"]
        {
            assert!(caller.trusted(foreign).is_none(), "{foreign}");
        }
    }

    #[test]
    fn foreign_words_are_short_and_without_the_key() {
        let words = caller("https://api.test").words(&format!("hush-hush is wrong {}", "x".repeat(1000)));
        assert!(words.starts_with("<key> is wrong") && words.chars().count() == MAX_WORDS);
    }

    #[tokio::test]
    async fn a_call_that_did_not_connect_was_not_sent() {
        // Nobody listens on port 1.
        let caller = caller("http://127.0.0.1:1");
        let trouble = caller.get(caller.url("x")).await.unwrap_err();
        assert_eq!(trouble.of_submit(), ProviderError::unavailable("no connection"));
    }
}
