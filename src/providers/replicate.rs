//! Replicate: models as predictions.
//!
//! Official models are called by name, all others by version. A prediction's data is gone an hour after its end, so a
//! success can have no output any more.

mod errors;
mod training;

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, Url};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;

use super::caller::Caller;
use super::downloads::{Downloads, Reach};
use super::signature::{self, ReplicateHeaders};
use super::{HookError, Notice, Provider, ProviderError, Status, Submission, Task, input, words};
use crate::config::Secret;

/// A photo up to this size travels inside the request, as Replicate advises.
const MAX_INLINE: usize = 256_000;

/// Replicate's API as a provider.
pub struct Replicate {
    caller: Caller,
    downloads: Downloads,
    authorization: HeaderValue,
    /// What the account's webhooks are signed with.
    webhook_secret: OnceCell<String>,
    /// The model whose versions are people's likenesses, once it is known to be there.
    destination: OnceCell<String>,
}

#[derive(Deserialize)]
struct Prediction {
    id: String,
    status: String,
    #[serde(default)]
    output: Value,
    #[serde(default)]
    error: Value,
    #[serde(default)]
    logs: Option<String>,
    #[serde(default)]
    data_removed: bool,
}

#[derive(Deserialize)]
struct File {
    id: String,
    urls: FileUrls,
}

#[derive(Deserialize)]
struct FileUrls {
    get: String,
}

#[derive(Deserialize)]
struct Account {
    username: String,
}

#[derive(Deserialize)]
struct WebhookSecret {
    key: String,
}

/// What is kept of a task besides its id.
#[derive(Default, serde::Serialize, Deserialize)]
struct Details {
    /// Photos that were uploaded for it.
    #[serde(default)]
    files: Vec<String>,
}

impl Replicate {
    /// # Errors
    /// When the token holds what no header can, or the system's certificates cannot be read.
    pub fn new(base: Url, token: &Secret) -> anyhow::Result<Self> {
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", token.reveal().trim()))?;
        authorization.set_sensitive(true);
        let downloads = Downloads::new(Reach::of(&base))?;
        let caller = Caller::new(base, "Bearer", token)?;
        Ok(Self { caller, downloads, authorization, webhook_secret: OnceCell::new(), destination: OnceCell::new() })
    }

    /// Uploads a file for a day at most; its id and the address under which models read it.
    async fn upload(&self, name: &str, kind: &str, bytes: Bytes) -> Result<(String, String), ProviderError> {
        let part = Part::stream(bytes).file_name(name.to_owned()).mime_str(kind);
        let part = part.map_err(|_| ProviderError::failed("the file's kind is none"))?;
        let request = self.caller.request(Method::POST, self.caller.url("files"));
        let answer = self.caller.send(request.multipart(Form::new().part("content", part))).await?;
        if !answer.status.is_success() {
            return Err(errors::of(&self.caller, &answer));
        }
        let file: File = answer.json().ok_or_else(|| ProviderError::unavailable(answer.unreadable()))?;
        Ok((file.id, file.urls.get))
    }

    /// The photos as the model takes them, and the ids of those that were uploaded.
    async fn photos(&self, submission: &Submission) -> Result<(Vec<String>, Vec<String>), ProviderError> {
        let (mut addresses, mut files) = (Vec::new(), Vec::new());
        for photo in &submission.photos {
            if photo.len() <= MAX_INLINE {
                addresses.push(input::data_address(photo));
                continue;
            }
            let (id, address) = self.upload("photo.jpg", "image/jpeg", photo.clone()).await?;
            addresses.push(address);
            files.push(id);
        }
        Ok((addresses, files))
    }

    async fn remove(&self, files: &[String]) {
        for id in files {
            let request = self.caller.request(Method::DELETE, self.caller.url(&format!("files/{id}")));
            // It expires by itself within a day.
            let _ = self.caller.send(request).await;
        }
    }

    async fn create(&self, submission: &Submission, photos: Vec<String>) -> Result<Prediction, ProviderError> {
        // A likeness is a version of its own.
        let trained = submission.likeness.as_ref().map(|likeness| training::Weights::deserialize(&likeness.weights));
        let model = match trained {
            Some(Ok(weights)) => weights.version,
            Some(Err(_)) => return Err(ProviderError::failed("weights that are not Replicate's")),
            None => submission.model.clone(),
        };
        let (path, mut body) = target(&model);
        body.insert("input".to_owned(), input::of(submission, photos).into());
        if let Some(webhook) = &submission.webhook {
            body.insert("webhook".to_owned(), webhook.clone().into());
            // The beginning is told too: it brings the id if our own answer is lost.
            body.insert("webhook_events_filter".to_owned(), json!(["start", "completed"]));
        }
        let request = self
            .caller
            .request(Method::POST, self.caller.url(&path))
            .header("Cancel-After", format!("{}s", submission.time_limit.as_secs().max(5)))
            .json(&body);
        let answer = self.caller.send(request).await.map_err(|trouble| trouble.of_submit())?;
        if !answer.status.is_success() {
            return Err(errors::of_submit(&self.caller, &answer));
        }
        answer.json().ok_or_else(|| ProviderError::Lost(answer.unreadable()))
    }

    async fn succeeded(&self, prediction: Prediction) -> Result<Status, ProviderError> {
        let Some(address) = picture_of(&prediction.output) else {
            let why =
                if prediction.data_removed { "the result is not kept any more" } else { "a success without a picture" };
            return Err(ProviderError::failed(why));
        };
        let key = Some((&self.authorization, is_replicates as fn(&Url) -> bool));
        Ok(Status::Succeeded { picture: self.downloads.picture(address, key).await? })
    }
}

#[async_trait]
impl Provider for Replicate {
    fn name(&self) -> &'static str {
        "replicate"
    }

    async fn submit(&self, submission: &Submission) -> Result<Task, ProviderError> {
        let (photos, files) = self.photos(submission).await?;
        match self.create(submission, photos).await {
            Ok(prediction) => Ok(Task { id: prediction.id, details: json!(Details { files }) }),
            Err(cause) => {
                if !matches!(cause, ProviderError::Lost(_)) {
                    self.remove(&files).await;
                }
                Err(cause)
            }
        }
    }

    async fn status(&self, task: &Task) -> Result<Status, ProviderError> {
        let answer = self.caller.get(self.caller.url(&format!("predictions/{}", task.id))).await?;
        if answer.status.as_u16() == 404 {
            return Err(ProviderError::Unknown);
        }
        if !answer.status.is_success() {
            return Err(errors::of(&self.caller, &answer));
        }
        let prediction: Prediction = answer.json().ok_or_else(|| ProviderError::unavailable(answer.unreadable()))?;
        match prediction.status.as_str() {
            "starting" => Ok(Status::Queued { ahead: None }),
            "succeeded" => self.succeeded(prediction).await,
            "failed" => Err(errors::of_task(&self.caller, &prediction.error)),
            "canceled" | "aborted" => Err(ProviderError::failed(format!("it was {}", prediction.status))),
            _ => Ok(Status::Running { progress: prediction.logs.as_deref().and_then(words::progress) }),
        }
    }

    async fn cancel(&self, task: &Task) -> Result<(), ProviderError> {
        let request = self.caller.request(Method::POST, self.caller.url(&format!("predictions/{}/cancel", task.id)));
        let answer = self.caller.send(request).await?;
        match answer.status.as_u16() {
            // What has ended cannot be cancelled, which is no error.
            200..=299 | 409 | 422 => Ok(()),
            404 => Err(ProviderError::Unknown),
            _ => Err(errors::of(&self.caller, &answer)),
        }
    }

    async fn forget(&self, task: &Task) {
        let details = Details::deserialize(&task.details).unwrap_or_default();
        self.remove(&details.files).await;
    }

    fn reports(&self) -> bool {
        true
    }

    async fn notice(&self, headers: &HeaderMap, body: &[u8]) -> Result<Notice, HookError> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let signed = ReplicateHeaders {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp"),
            signature: header("webhook-signature"),
        };
        let secret = self.webhook_secret.get_or_try_init(|| self.fetch_secret()).await?;
        signature::replicate(&signed, body, secret, chrono::Utc::now().timestamp()).map_err(HookError::Forged)?;
        let prediction: Prediction = serde_json::from_slice(body).map_err(|_| HookError::Unreadable)?;
        let over = !matches!(prediction.status.as_str(), "starting" | "processing");
        Ok(Notice { event: signed.id.unwrap_or_default().to_owned(), task: prediction.id, over })
    }

    async fn account(&self) -> Result<String, ProviderError> {
        let answer = self.caller.get(self.caller.url("account")).await?;
        if !answer.status.is_success() {
            return Err(errors::of(&self.caller, &answer));
        }
        let account: Account = answer.json().ok_or_else(|| ProviderError::unavailable(answer.unreadable()))?;
        Ok(format!("account {}", account.username))
    }
}

impl Replicate {
    async fn fetch_secret(&self) -> Result<String, HookError> {
        let unproven = || HookError::Unproven("Replicate's secret cannot be fetched".to_owned());
        let answer = self.caller.get(self.caller.url("webhooks/default/secret")).await.map_err(|_| unproven())?;
        let secret: Option<WebhookSecret> = answer.json().filter(|_| answer.status.is_success());
        secret.map(|secret| secret.key).ok_or_else(unproven)
    }
}

/// Where a prediction with this model is created, and what its body begins with.
///
/// `owner/name` is an official model; `owner/name:version` and a bare version are any other's.
fn target(model: &str) -> (String, Map<String, Value>) {
    if model.contains(':') || !model.contains('/') {
        let body = Map::from_iter([("version".to_owned(), Value::from(model))]);
        return ("predictions".to_owned(), body);
    }
    (format!("models/{model}/predictions"), Map::new())
}

/// The output is one address or a list of them, by model.
fn picture_of(output: &Value) -> Option<&str> {
    match output {
        Value::Array(outputs) => outputs.first()?.as_str(),
        single => single.as_str(),
    }
}

/// Hosts that the token may be shown to.
fn is_replicates(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    matches!(host, "replicate.delivery" | "api.replicate.com") && url.scheme() == "https"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_models_go_by_name_and_others_by_version() {
        assert_eq!(target("google/nano-banana"), ("models/google/nano-banana/predictions".to_owned(), Map::new()));
        for version in ["acme/person-1:00ff", "00ff"] {
            let (path, body) = target(version);
            assert_eq!((path.as_str(), &body["version"]), ("predictions", &json!(version)));
        }
    }

    #[test]
    fn the_token_is_shown_to_replicate_only() {
        let is = |url: &str| is_replicates(&Url::parse(url).unwrap());
        assert!(is("https://replicate.delivery/x/out.jpg"));
        assert!(!is("http://replicate.delivery/x") && !is("https://replicate.delivery.evil.test/x"));
    }
}
