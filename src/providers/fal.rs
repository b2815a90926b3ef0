//! fal.ai: models behind a queue.
//!
//! The queue ends every request as `COMPLETED`, failures too: success is told by the result alone. A job's addresses
//! come with the submit's answer, since they leave out a part of the model's name.

mod errors;
mod keys;
mod training;

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, Url};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::caller::{Answer, Caller};
use super::downloads::{Downloads, Reach};
use super::signature::{self, FalHeaders};
use super::{HookError, Notice, Provider, ProviderError, Status, Submission, Task, input};
use crate::config::Secret;
use crate::domain::Refusal;
use keys::Keys;

/// Photos up to this weight travel inside the request.
const MAX_INLINE: usize = 4_000_000;
/// Where an account manages what fal keeps, such as the files of a request.
const PLATFORM: &str = "https://api.fal.ai/v1";
/// Seconds for which fal keeps what goes up and what comes out: longer than any promise of ours.
const KEPT_SECONDS: u64 = 24 * 3600;

/// fal's queue as a provider.
pub struct Fal {
    queue: Caller,
    rest: Caller,
    /// Where what fal keeps can be deleted.
    platform: Caller,
    downloads: Downloads,
    keys: Keys,
}

/// Where a request can be asked about, as fal's answer says or as its rule does.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Places {
    status_url: String,
    response_url: String,
    cancel_url: String,
}

#[derive(Deserialize)]
struct Submitted {
    request_id: String,
    #[serde(default)]
    status_url: String,
    #[serde(default)]
    response_url: String,
    #[serde(default)]
    cancel_url: String,
}

#[derive(Deserialize)]
struct Standing {
    status: String,
    #[serde(default)]
    queue_position: Option<u32>,
    #[serde(default)]
    error: Option<Value>,
    #[serde(default)]
    error_type: Option<String>,
}

/// Of a model's output, what is a picture.
#[derive(Deserialize)]
struct Output {
    #[serde(default)]
    images: Option<Vec<File>>,
    #[serde(default)]
    image: Option<File>,
    #[serde(default)]
    has_nsfw_concepts: Option<Vec<bool>>,
}

#[derive(Deserialize)]
struct File {
    url: String,
}

#[derive(Deserialize)]
struct Upload {
    upload_url: String,
    file_url: String,
}

#[derive(Deserialize)]
struct Hook {
    request_id: String,
    status: String,
}

impl Fal {
    /// # Errors
    /// When the key holds what no header can, or the system's certificates cannot be read.
    pub fn new(queue: Url, rest: Url, key: &Secret) -> anyhow::Result<Self> {
        let downloads = Downloads::new(Reach::of(&queue))?;
        let rest = Caller::new(rest, "Key", key)?;
        let platform = Caller::new(Url::parse(PLATFORM)?, "Key", key)?;
        Ok(Self { queue: Caller::new(queue, "Key", key)?, keys: Keys::at(&rest), rest, platform, downloads })
    }

    /// With another address of the platform's API.
    ///
    /// # Errors
    /// As [`Fal::new`].
    pub fn with_platform(self, platform: Url, key: &Secret) -> anyhow::Result<Self> {
        Ok(Self { platform: Caller::new(platform, "Key", key)?, ..self })
    }

    /// Has fal's storage make room for a file: where it goes, and under which address it will be read.
    async fn place_for(&self, name: &str, kind: &str, kept: Option<u64>) -> Result<Upload, ProviderError> {
        let mut url = self.rest.url("storage/upload/initiate");
        url.query_pairs_mut().append_pair("storage_type", "fal-cdn-v3");
        let mut request = self.rest.request(Method::POST, url);
        if let Some(seconds) = kept {
            let lifetime = json!({ "expiration_duration_seconds": seconds }).to_string();
            request = request.header("X-Fal-Object-Lifecycle", lifetime);
        }
        let answer = self.rest.send(request.json(&json!({ "content_type": kind, "file_name": name }))).await?;
        if !answer.status.is_success() {
            return Err(errors::of(&self.rest, &answer));
        }
        answer.json().ok_or_else(|| ProviderError::unavailable(answer.unreadable()))
    }

    /// Puts a file into fal's storage; the address under which models read it.
    async fn upload(&self, name: &str, kind: &'static str, bytes: Bytes) -> Result<String, ProviderError> {
        let upload = self.place_for(name, kind, Some(KEPT_SECONDS)).await?;
        let place = Url::parse(&upload.upload_url)
            .map_err(|_| ProviderError::unavailable("the address for an upload cannot be read"))?;
        let request = self.rest.plain(Method::PUT, place).header(CONTENT_TYPE, kind).body(bytes);
        let answer = self.rest.send(request).await?;
        if answer.status.is_success() { Ok(upload.file_url) } else { Err(errors::of(&self.rest, &answer)) }
    }

    /// The photos as the model takes them: inside the request, or by address when they are heavy.
    async fn photos(&self, submission: &Submission) -> Result<Vec<String>, ProviderError> {
        if input::weight(submission) <= MAX_INLINE {
            return Ok(submission.photos.iter().map(|photo| input::data_address(photo)).collect());
        }
        let mut addresses = Vec::with_capacity(submission.photos.len());
        for photo in &submission.photos {
            addresses.push(self.upload("photo.jpg", "image/jpeg", photo.clone()).await?);
        }
        Ok(addresses)
    }

    /// The addresses of a request, by fal's rule: those of the app, without the rest of the model's name.
    fn places(&self, model: &str, id: &str) -> Places {
        let of = |ending: &str| self.queue.url(&format!("{}/requests/{id}{ending}", app_of(model))).to_string();
        Places { status_url: of("/status"), response_url: of(""), cancel_url: of("/cancel") }
    }

    /// The task that a submit has started, with the addresses of fal's answer as far as they are fal's.
    fn task_of(&self, model: &str, submitted: Submitted) -> Task {
        let ruled = self.places(model, &submitted.request_id);
        let told = |address: String, ruled: String| {
            if self.queue.trusted(&address).is_some() { address } else { ruled }
        };
        let places = Places {
            status_url: told(submitted.status_url, ruled.status_url),
            response_url: told(submitted.response_url, ruled.response_url),
            cancel_url: told(submitted.cancel_url, ruled.cancel_url),
        };
        Task { id: submitted.request_id, details: json!(places) }
    }

    /// The stored addresses, as long as they lead to the host that the key belongs to.
    fn stored(&self, task: &Task, which: fn(&Places) -> &str) -> Result<Url, ProviderError> {
        let places = Places::deserialize(&task.details).map_err(|_| ProviderError::Unknown)?;
        self.queue.trusted(which(&places)).ok_or(ProviderError::Unknown)
    }

    /// What the request came to, which only its result tells.
    async fn result(&self, task: &Task) -> Result<Status, ProviderError> {
        let answer = self.queue.get(self.stored(task, |places| &places.response_url)?).await?;
        match answer.status.as_u16() {
            200 => self.picture(&answer).await,
            404 | 410 => Err(ProviderError::failed("the result is not kept any more")),
            _ => Err(errors::of(&self.queue, &answer)),
        }
    }

    async fn picture(&self, answer: &Answer) -> Result<Status, ProviderError> {
        let output: Output = answer.json().ok_or_else(|| ProviderError::failed(answer.unreadable()))?;
        if output.has_nsfw_concepts.is_some_and(|flags| flags.first() == Some(&true)) {
            return Err(ProviderError::Refused(Refusal::NotAllowed));
        }
        let first = output.images.and_then(|images| images.into_iter().next()).or(output.image);
        let file = first.ok_or_else(|| ProviderError::failed("a success without a picture"))?;
        Ok(Status::Succeeded { picture: self.downloads.picture(&file.url, None).await? })
    }
}

#[async_trait]
impl Provider for Fal {
    fn name(&self) -> &'static str {
        "fal"
    }

    async fn submit(&self, submission: &Submission) -> Result<Task, ProviderError> {
        let mut body = input::of(submission, self.photos(submission).await?);
        if let Some(likeness) = &submission.likeness {
            body.insert("loras".to_owned(), json!([{ "path": self.weights(likeness).await?, "scale": 1 }]));
        }
        let mut url = self.queue.url(&submission.model);
        if let Some(webhook) = &submission.webhook {
            url.query_pairs_mut().append_pair("fal_webhook", webhook);
        }
        let request = self
            .queue
            .request(Method::POST, url)
            // What has not begun by then never will.
            .header("X-Fal-Request-Timeout", submission.time_limit.as_secs().max(2))
            .header(
                "X-Fal-Object-Lifecycle-Preference",
                json!({ "expiration_duration_seconds": KEPT_SECONDS }).to_string(),
            )
            .json(&body);
        let answer = self.queue.send(request).await.map_err(|trouble| trouble.of_submit())?;
        if !answer.status.is_success() {
            return Err(errors::of_submit(&self.queue, &answer));
        }
        let submitted: Submitted = answer.json().ok_or_else(|| ProviderError::Lost(answer.unreadable()))?;
        Ok(self.task_of(&submission.model, submitted))
    }

    async fn status(&self, task: &Task) -> Result<Status, ProviderError> {
        let answer = self.queue.get(self.stored(task, |places| &places.status_url)?).await?;
        if answer.status.as_u16() == 404 {
            return Err(ProviderError::Unknown);
        }
        if !answer.status.is_success() {
            return Err(errors::of(&self.queue, &answer));
        }
        let standing: Standing = answer.json().ok_or_else(|| ProviderError::unavailable(answer.unreadable()))?;
        match standing.status.as_str() {
            "IN_QUEUE" => Ok(Status::Queued { ahead: standing.queue_position }),
            "COMPLETED" => match standing.error {
                None | Some(Value::Null) => self.result(task).await,
                Some(error) => {
                    let kind = standing.error_type.unwrap_or_default();
                    Err(errors::broken_off(&kind, &self.queue.words(&error.to_string())))
                }
            },
            _ => Ok(Status::Running { progress: None }),
        }
    }

    async fn cancel(&self, task: &Task) -> Result<(), ProviderError> {
        let url = self.stored(task, |places| &places.cancel_url)?;
        let answer = self.queue.send(self.queue.request(Method::PUT, url)).await?;
        match answer.status.as_u16() {
            200..=299 | 400 => Ok(()),
            404 => Err(ProviderError::Unknown),
            _ => Err(errors::of(&self.queue, &answer)),
        }
    }

    fn task(&self, model: &str, id: &str) -> Task {
        Task { id: id.to_owned(), details: json!(self.places(model, id)) }
    }

    fn reports(&self) -> bool {
        true
    }

    async fn notice(&self, headers: &HeaderMap, body: &[u8]) -> Result<Notice, HookError> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let signed = FalHeaders {
            request_id: header("x-fal-webhook-request-id"),
            user_id: header("x-fal-webhook-user-id"),
            timestamp: header("x-fal-webhook-timestamp"),
            signature: header("x-fal-webhook-signature"),
        };
        let now = chrono::Utc::now().timestamp();
        self.keys.prove(|keys| signature::fal(&signed, body, keys, now)).await?;
        let hook: Hook = serde_json::from_slice(body).map_err(|_| HookError::Unreadable)?;
        Ok(Notice { event: format!("{}:{}", hook.request_id, hook.status), task: hook.request_id, over: true })
    }

    /// fal has no call for the account; a token for its storage is free, and refused to an account that is locked.
    async fn account(&self) -> Result<String, ProviderError> {
        let mut url = self.rest.url("storage/auth/token");
        url.query_pairs_mut().append_pair("storage_type", "fal-cdn-v3");
        let answer = self.rest.send(self.rest.request(Method::POST, url).json(&json!({}))).await?;
        if answer.status.is_success() { Ok("the key works".to_owned()) } else { Err(errors::of(&self.rest, &answer)) }
    }
}

/// `owner/app` of `owner/app/more`; two namespaces stand before it.
fn app_of(model: &str) -> String {
    let parts: Vec<&str> = model.split('/').filter(|part| !part.is_empty()).collect();
    let count = if matches!(parts.first(), Some(&("workflows" | "comfy"))) { 3 } else { 2 };
    parts.into_iter().take(count).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requests_addresses_leave_out_the_rest_of_the_models_name() {
        for (model, app) in [
            ("fal-ai/nano-banana/edit", "fal-ai/nano-banana"),
            ("fal-ai/flux-lora", "fal-ai/flux-lora"),
            ("fal-ai/flux-pro/kontext/multi", "fal-ai/flux-pro"),
            ("workflows/acme/party/run", "workflows/acme/party"),
            ("comfy/acme/party", "comfy/acme/party"),
        ] {
            assert_eq!(app_of(model), app);
        }
    }
}
