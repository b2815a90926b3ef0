//! Replicate trains LoRAs of FLUX into versions of a private model of ours, which is made first and then shared by all.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Account, Details, File, Replicate, errors};
use crate::providers::caller::Answer;
use crate::providers::training::{Album, Found, Sought, Standing, Trained, Trainer, TrainingOrder};
use crate::providers::zip::Zip;
use crate::providers::{Fault, ProviderError, Task, words};

/// The model whose versions are people's likenesses. An account may have a thousand models, and a model any number of
/// versions.
const DESTINATION: &str = "pixelai-avatars";
/// A model has to name some; its trained versions run on their trainer's.
const HARDWARE: &str = "gpu-t4";
/// How far Replicate's clock may be behind ours.
const CLOCKS_APART: Duration = Duration::from_secs(10);
/// An archive on its way up.
const TRANSFER_LIMIT: Duration = Duration::from_secs(600);

/// The newest trainings of the account, the newest first.
#[derive(Deserialize)]
struct Listing {
    results: Vec<Listed>,
}

/// One of them, as far as it tells whose it is.
#[derive(Deserialize)]
struct Listed {
    id: String,
    status: String,
    created_at: DateTime<Utc>,
    #[serde(default)]
    version: String,
    #[serde(default)]
    input: Value,
}

impl Listed {
    /// One that has come to nothing is not what is sought: another one is wanted in its place.
    fn is(&self, sought: &Sought<'_>) -> bool {
        let version = sought.model.split_once(':').map_or("", |(_, version)| version);
        let alive = !matches!(self.status.as_str(), "failed" | "canceled" | "aborted");
        alive
            && self.version == version
            && self.input["trigger_word"] == sought.trigger
            && self.created_at + CLOCKS_APART >= sought.since
    }

    /// The archive that it was given, which is deleted once it has served.
    fn archive(&self) -> Option<String> {
        let address = self.input["input_images"].as_str()?;
        Some(address.rsplit_once("/files/")?.1.to_owned())
    }
}

#[derive(Deserialize)]
struct Training {
    id: String,
    status: String,
    #[serde(default)]
    output: Option<Output>,
    #[serde(default)]
    error: Value,
    #[serde(default)]
    logs: Option<String>,
}

/// `weights` is an address that may be gone within an hour; the version stays.
#[derive(Deserialize)]
struct Output {
    version: String,
}

/// How Replicate finds weights.
#[derive(serde::Serialize, Deserialize)]
pub(super) struct Weights {
    pub version: String,
}

#[async_trait]
impl Trainer for Replicate {
    fn provider(&self) -> &'static str {
        "replicate"
    }

    async fn begin(&self, order: &TrainingOrder, photos: Arc<dyn Album>) -> Result<Task, ProviderError> {
        let destination = self.destination().await?;
        let (file, archive) = self.upload_archive(photos).await?;
        match self.train(order, &destination, &archive).await {
            Ok(training) => Ok(Task { id: training.id, details: json!(Details { files: vec![file] }) }),
            Err(cause) => {
                if !matches!(cause, ProviderError::Lost(_)) {
                    self.remove(&[file]).await;
                }
                Err(cause)
            }
        }
    }

    async fn find(&self, sought: &Sought<'_>) -> Result<Found, ProviderError> {
        let answer = self.caller.get(self.caller.url("trainings")).await?;
        if !answer.status.is_success() {
            return Err(errors::of(&self.caller, &answer));
        }
        let listing: Listing = answer.json().ok_or_else(|| ProviderError::unavailable(answer.unreadable()))?;
        let Some(found) = listing.results.iter().find(|training| training.is(sought)) else {
            return Ok(Found::Nothing);
        };
        let files = found.archive().into_iter().collect();
        Ok(Found::Task(Task { id: found.id.clone(), details: json!(Details { files }) }))
    }

    async fn standing(&self, task: &Task) -> Result<Standing, ProviderError> {
        let training = self.training(task).await?.ok_or(ProviderError::Unknown)?;
        match (training.status.as_str(), training.output) {
            ("starting", _) => Ok(Standing::Queued),
            ("succeeded", Some(Output { version })) => {
                Ok(Standing::Trained(Trained { weights: json!(Weights { version }), file: None }))
            }
            ("succeeded", None) => Err(ProviderError::failed("a training that succeeded without a version")),
            ("failed", _) => Err(errors::of_task(&self.caller, &training.error)),
            (ended @ ("canceled" | "aborted"), _) => Err(ProviderError::failed(format!("it was {ended}"))),
            _ => Ok(Standing::Running { progress: training.logs.as_deref().and_then(words::progress) }),
        }
    }

    async fn call_off(&self, task: &Task) -> Result<(), ProviderError> {
        let request = self.caller.request(Method::POST, self.caller.url(&format!("trainings/{}/cancel", task.id)));
        self.ended_or_gone(self.caller.send(request).await?)
    }

    async fn tidy(&self, task: &Task) -> Result<(), ProviderError> {
        let details = Details::deserialize(&task.details).unwrap_or_default();
        self.remove(&details.files).await;
        Ok(())
    }

    /// Deletes the version, and with it all pictures that were made with it.
    async fn erase(&self, task: Option<&Task>, weights: Option<&Value>) -> Result<(), ProviderError> {
        let known = weights.and_then(|weights| Weights::deserialize(weights).ok()).map(|weights| weights.version);
        let version = match (known, task) {
            (Some(version), _) => Some(version),
            (None, Some(task)) => {
                self.training(task).await?.and_then(|found| found.output).map(|output| output.version)
            }
            (None, None) => None,
        };
        let Some(version) = version else { return Ok(()) };
        let Some((model, hash)) = version.split_once(':') else { return Ok(()) };
        let url = self.caller.url(&format!("models/{model}/versions/{hash}"));
        let answer = self.caller.send(self.caller.request(Method::DELETE, url)).await?;
        self.ended_or_gone(answer)
    }
}

impl Replicate {
    /// `None`: Replicate does not know it.
    async fn training(&self, task: &Task) -> Result<Option<Training>, ProviderError> {
        let answer = self.caller.get(self.caller.url(&format!("trainings/{}", task.id))).await?;
        match answer.status.as_u16() {
            404 => Ok(None),
            200..=299 => answer.json().map(Some).ok_or_else(|| ProviderError::unavailable(answer.unreadable())),
            _ => Err(errors::of(&self.caller, &answer)),
        }
    }

    fn ended_or_gone(&self, answer: Answer) -> Result<(), ProviderError> {
        match answer.status.as_u16() {
            200..=299 | 404 | 409 | 410 => Ok(()),
            _ => Err(errors::of(&self.caller, &answer)),
        }
    }

    /// The model that likenesses become versions of; made when it is not there.
    async fn destination(&self) -> Result<String, ProviderError> {
        self.destination.get_or_try_init(|| self.make_destination()).await.cloned()
    }

    async fn make_destination(&self) -> Result<String, ProviderError> {
        let answer = self.caller.get(self.caller.url("account")).await?;
        if !answer.status.is_success() {
            return Err(errors::of(&self.caller, &answer));
        }
        let account: Account = answer.json().ok_or_else(|| ProviderError::unavailable(answer.unreadable()))?;
        let name = format!("{}/{DESTINATION}", account.username);
        let found = self.caller.get(self.caller.url(&format!("models/{name}"))).await?;
        match found.status.as_u16() {
            200..=299 => return Ok(name),
            404 => {}
            _ => return Err(errors::of(&self.caller, &found)),
        }
        let model = json!({
            "owner": account.username,
            "name": DESTINATION,
            "visibility": "private",
            "hardware": HARDWARE,
            "description": "Likenesses of people, a version each.",
        });
        let request = self.caller.request(Method::POST, self.caller.url("models")).json(&model);
        let made = self.caller.send(request).await?;
        match made.status.as_u16() {
            200..=299 => Ok(name),
            // Another process was faster by a moment.
            409 | 422 if String::from_utf8_lossy(&made.body).contains("already exists") => Ok(name),
            _ => Err(errors::of(&self.caller, &made)),
        }
    }

    /// Uploads the photos for a day at most; the file's id, and the address under which the trainer reads it.
    async fn upload_archive(&self, photos: Arc<dyn Album>) -> Result<(String, String), ProviderError> {
        let zip = Zip::of(photos.as_ref(), None);
        let length = zip.length();
        let part = Part::stream_with_length(Body::wrap_stream(zip.stream(photos)), length);
        // Without name and kind Replicate takes it for something else.
        let part = part.file_name("photos.zip").mime_str("application/zip");
        let part = part.map_err(|_| ProviderError::failed("the archive's kind is none"))?;
        let request = self.caller.request(Method::POST, self.caller.url("files")).timeout(TRANSFER_LIMIT);
        let answer = self.caller.send(request.multipart(Form::new().part("content", part))).await?;
        if !answer.status.is_success() {
            return Err(errors::of(&self.caller, &answer));
        }
        let file: File = answer.json().ok_or_else(|| ProviderError::unavailable(answer.unreadable()))?;
        Ok((file.id, file.urls.get))
    }

    async fn train(&self, order: &TrainingOrder, destination: &str, archive: &str) -> Result<Training, ProviderError> {
        let Some((trainer, version)) = order.model.split_once(':') else {
            return Err(ProviderError::set_up(Fault::Model, "a trainer of Replicate's is owner/name:version"));
        };
        let mut input = order.parameters.as_object().cloned().unwrap_or_default();
        input.insert("input_images".to_owned(), archive.into());
        input.insert("trigger_word".to_owned(), order.trigger.clone().into());
        if input.get("autocaption") == Some(&Value::Bool(true)) {
            let prefix = format!("a photo of {} {}, ", order.trigger, order.kind.noun());
            input.insert("autocaption_prefix".to_owned(), prefix.into());
        }
        let url = self.caller.url(&format!("models/{trainer}/versions/{version}/trainings"));
        let mut body = json!({ "destination": destination, "input": input });
        if let Some(webhook) = &order.webhook {
            body["webhook"] = webhook.clone().into();
            // The beginning is told too: it brings the id if our own answer is lost.
            body["webhook_events_filter"] = json!(["start", "completed"]);
        }
        let request = self.caller.request(Method::POST, url).json(&body);
        let answer = self.caller.send(request).await.map_err(|trouble| trouble.of_submit())?;
        if !answer.status.is_success() {
            return Err(errors::of_submit(&self.caller, &answer));
        }
        answer.json().ok_or_else(|| ProviderError::Lost(answer.unreadable()))
    }
}
