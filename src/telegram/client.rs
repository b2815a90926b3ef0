//! Calls of the Bot API, typed by teloxide's payloads.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use teloxide::payloads::{GetFile, GetMe};
use teloxide::requests::Payload;
use teloxide::types::{FileId, Me};

use crate::meter;

use super::error::{CallError, DownloadError, Envelope, Refusal};

/// Someone waits with a finger on the screen, or for a checkout that dies after ten seconds.
const ANSWER_LIMIT: Duration = Duration::from_secs(3);
const CALL_LIMIT: Duration = Duration::from_secs(10);
const TRANSFER_LIMIT: Duration = Duration::from_secs(60);
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Beyond the long poll's own time: the way there and back.
const POLL_MARGIN: Duration = Duration::from_secs(10);

/// A thin client of the Bot API; cheap to clone, connections are shared.
///
/// The methods and their parameters are teloxide's payload types. Its `Bot` is not used, because it sleeps ten seconds
/// on every 5xx before it returns (more than a checkout has), gives uploads and long polls one time limit, hides the
/// error code behind texts that no longer match the server's, and prints the token in its `Debug`.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    address: Arc<Address>,
}

struct Address {
    api_url: String,
    token: String,
    /// When the Bot API last answered anything.
    heard: Mutex<Option<Instant>>,
}

/// A file of a multipart call. The payload names it as `attach://<part>`, see [`attached`].
#[derive(Clone)]
pub struct Upload {
    pub part: &'static str,
    pub file_name: String,
    /// Such as `image/jpeg`.
    pub mime: &'static str,
    pub bytes: Bytes,
}

/// The payload's word for a file that comes along under this part's name.
pub fn attached(part: &str) -> teloxide::types::InputFile {
    teloxide::types::InputFile::file_id(FileId(format!("attach://{part}")))
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Client").field("api_url", &self.address.api_url).finish_non_exhaustive()
    }
}

impl Client {
    /// A client for the bot with this token. `api_url` is the server's root, such as `https://api.telegram.org`.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn new(api_url: &str, token: &str) -> Result<Self, CallError> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .pool_idle_timeout(Duration::from_secs(50))
            .pool_max_idle_per_host(64)
            .build()
            .map_err(CallError::network)?;
        let api_url = api_url.trim_end_matches('/').to_owned();
        let address = Address { api_url, token: token.to_owned(), heard: Mutex::default() };
        Ok(Self { http, address: Arc::new(address) })
    }

    /// Makes the call once, as JSON, and reads the answer as teloxide's type for it.
    pub async fn call<P>(&self, payload: &P) -> Result<P::Output, CallError>
    where
        P: Payload + Serialize,
        P::Output: DeserializeOwned,
    {
        self.call_for(payload).await
    }

    /// As [`Client::call`], but reads of the answer only what `T` asks for.
    ///
    /// A message that was sent is sent, even if the answer holds something that teloxide's types cannot read.
    pub async fn call_for<P: Payload + Serialize, T: DeserializeOwned>(&self, payload: &P) -> Result<T, CallError> {
        let request = self.http.post(self.method_url(P::NAME)).timeout(time_limit(payload)).json(payload);
        self.ask(P::NAME, request).await
    }

    /// Makes a call that brings files along, once, as `multipart/form-data`.
    pub async fn upload<P: Payload + Serialize, T: DeserializeOwned>(
        &self,
        payload: &P,
        files: &[Upload],
    ) -> Result<T, CallError> {
        let form = form_of(payload, files)?;
        let request = self.http.post(self.method_url(P::NAME)).timeout(TRANSFER_LIMIT).multipart(form);
        self.ask(P::NAME, request).await
    }

    /// Who the bot is: proves the token.
    pub async fn get_me(&self) -> Result<Me, CallError> {
        self.call(&GetMe::new()).await
    }

    /// How long ago the Bot API last gave an answer to anything; `None` when it never has.
    pub fn silent_for(&self) -> Option<Duration> {
        self.address.heard.lock().unwrap_or_else(PoisonError::into_inner).map(|heard| heard.elapsed())
    }

    /// Fetches a file that a person sent, of at most `limit` bytes.
    ///
    /// The file's address holds the token, so that it never leaves this function.
    pub async fn download(&self, file_id: &str, limit: u64) -> Result<Bytes, DownloadError> {
        let found: FoundFile = match self.call_for(&GetFile::new(FileId(file_id.to_owned()))).await {
            Err(CallError::BadRequest(text)) if text.contains("file is too big") => {
                return Err(DownloadError::TooLarge);
            }
            answer => answer?,
        };
        if found.file_size.is_some_and(|size| size > limit) {
            return Err(DownloadError::TooLarge);
        }
        let path = found.file_path.ok_or_else(|| CallError::BadRequest("the file has no path".into()))?;
        let request = self.http.get(self.file_url(&path)?).timeout(TRANSFER_LIMIT);
        let response = request.send().await.map_err(CallError::network)?;
        if !response.status().is_success() {
            return Err(self
                .read::<serde::de::IgnoredAny>(response)
                .await
                .err()
                .unwrap_or(CallError::Server(500))
                .into());
        }
        bounded_body(response, limit).await
    }

    fn method_url(&self, method: &str) -> String {
        format!("{}/bot{}/{method}", self.address.api_url, self.address.token)
    }

    fn file_url(&self, path: &str) -> Result<reqwest::Url, CallError> {
        let root = format!("{}/file/bot{}", self.address.api_url, self.address.token);
        let mut url = reqwest::Url::parse(&root)
            .map_err(|cause| CallError::BadRequest(format!("the Bot API's address cannot be read: {cause}")))?;
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(path.split('/'));
        }
        Ok(url)
    }

    async fn ask<T: DeserializeOwned>(&self, method: &str, request: RequestBuilder) -> Result<T, CallError> {
        let began = Instant::now();
        let answer = match request.send().await {
            Ok(response) => self.read(response).await,
            Err(cause) => Err(CallError::network(cause)),
        };
        // A long poll takes as long as nothing happens, which tells nothing.
        if method != "GetUpdates" {
            let outcome = match &answer {
                Ok(_) => "ok",
                Err(CallError::Network { .. } | CallError::Server(_)) => "lost",
                Err(_) => "refused",
            };
            meter::TELEGRAM_SECONDS.of([method, outcome]).observe(began.elapsed());
        }
        answer
    }

    async fn read<T: DeserializeOwned>(&self, response: Response) -> Result<T, CallError> {
        let status = response.status();
        let header_wait = retry_after_header(&response);
        let body = response.bytes().await.map_err(CallError::network)?;
        let answer = serde_json::from_slice::<Envelope<T>>(&body);
        if answer.is_ok() {
            *self.address.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
        let refusal = match answer {
            Ok(Envelope { ok: true, result: Some(result), .. }) => return Ok(result),
            Ok(envelope) => Refusal {
                code: envelope.error_code.unwrap_or(status.as_u16()),
                description: self.redacted(envelope.description.unwrap_or_default()),
                retry_after: envelope.parameters.and_then(|more| more.retry_after).map(Duration::from_secs),
            },
            Err(cause) if status.is_success() => return Err(CallError::unreadable(&cause)),
            Err(_) => Refusal { code: status.as_u16(), description: proxy_words(status), retry_after: None },
        };
        Err(CallError::from_refusal(Refusal { retry_after: refusal.retry_after.or(header_wait), ..refusal }))
    }

    /// A proxy may quote the address in its error text.
    fn redacted(&self, text: String) -> String {
        if self.address.token.is_empty() { text } else { text.replace(&self.address.token, "<token>") }
    }
}

/// Of teloxide's `File`, what a download needs; the path is missing where the server has not fetched the file.
#[derive(serde::Deserialize)]
struct FoundFile {
    file_size: Option<u64>,
    file_path: Option<String>,
}

fn time_limit<P: Payload>(payload: &P) -> Duration {
    match P::NAME {
        "AnswerCallbackQuery" | "AnswerPreCheckoutQuery" | "SendChatAction" => ANSWER_LIMIT,
        "GetUpdates" => payload.timeout_hint().unwrap_or_default() + POLL_MARGIN,
        _ => CALL_LIMIT,
    }
}

fn proxy_words(status: StatusCode) -> String {
    // No envelope, so no Bot API: the status is all there is to say. "Not Found" alone would mean a wrong token.
    format!("status {status} without an answer of the Bot API")
}

fn retry_after_header(response: &Response) -> Option<Duration> {
    let value = response.headers().get(reqwest::header::RETRY_AFTER)?;
    value.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

/// In a form every value is text, and what is not text by itself is its JSON.
fn form_of<P: Serialize>(payload: &P, files: &[Upload]) -> Result<Form, CallError> {
    let unreadable = |cause: String| CallError::BadRequest(format!("the payload makes no form: {cause}"));
    let fields = match serde_json::to_value(payload).map_err(|cause| unreadable(cause.to_string()))? {
        serde_json::Value::Object(fields) => fields,
        _ => return Err(unreadable("it is no object".into())),
    };
    let mut form = Form::new();
    for (name, value) in fields {
        form = match value {
            serde_json::Value::Null => form,
            serde_json::Value::String(text) => form.text(name, text),
            other => form.text(name, other.to_string()),
        };
    }
    for file in files {
        let length = file.bytes.len() as u64;
        let part = Part::stream_with_length(Body::from(file.bytes.clone()), length).file_name(file.file_name.clone());
        form = form.part(Cow::Borrowed(file.part), part.mime_str(file.mime).map_err(CallError::network)?);
    }
    Ok(form)
}

/// What the header says is not believed: the bytes are counted as they come.
async fn bounded_body(mut response: Response, limit: u64) -> Result<Bytes, DownloadError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(CallError::network)? {
        if (body.len() + chunk.len()) as u64 > limit {
            return Err(DownloadError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "123456:very-secret";

    #[test]
    fn the_token_is_not_printed() {
        let client = Client::new("http://127.0.0.1:1/", TOKEN).unwrap();
        assert_eq!(format!("{client:?}"), r#"Client { api_url: "http://127.0.0.1:1", .. }"#);
    }

    #[tokio::test]
    async fn an_error_of_the_network_tells_no_token_and_that_nothing_was_sent() {
        // Nobody listens on port 1.
        let client = Client::new("http://127.0.0.1:1", TOKEN).unwrap();
        let error = client.get_me().await.unwrap_err();
        assert!(matches!(error, CallError::Network { ambiguous: false, .. }), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }

    #[test]
    fn a_path_cannot_climb_out_of_the_bots_files() {
        let client = Client::new("http://host", TOKEN).unwrap();
        let url = client.file_url("photos/../../file ?.jpg").unwrap();
        assert_eq!(url.as_str(), "http://host/file/bot123456:very-secret/photos/file%20%3F.jpg");
    }
}
