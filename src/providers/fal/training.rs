//! fal trains LoRAs of FLUX on a zip of photos; what comes out is a file of weights that `flux-lora` reads.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, Method, Url};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Fal, File, KEPT_SECONDS, Standing as QueueStanding, Submitted, Upload, errors};
use crate::providers::training::{Album, Likeness, Pieces, Standing, Trained, Trainer, TrainingOrder};
use crate::providers::zip::Zip;
use crate::providers::{ProviderError, Task, words};

/// An archive, or a file of weights, on its way.
const TRANSFER_LIMIT: Duration = Duration::from_secs(600);

/// Of a training's result, where the weights are.
#[derive(Deserialize)]
struct Output {
    diffusers_lora_file: File,
}

/// How fal finds weights.
#[derive(Serialize, Deserialize)]
struct Weights {
    url: String,
}

#[derive(Deserialize)]
struct Logs {
    #[serde(default)]
    logs: Option<Vec<Line>>,
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    message: String,
}

#[async_trait]
impl Trainer for Fal {
    fn provider(&self) -> &'static str {
        "fal"
    }

    async fn begin(&self, order: &TrainingOrder, photos: Arc<dyn Album>) -> Result<Task, ProviderError> {
        let zip = Zip::of(photos.as_ref(), caption(order).as_deref());
        let length = zip.length();
        let archive =
            self.upload_stream("photos.zip", "application/zip", length, zip.stream(photos), Some(KEPT_SECONDS)).await?;
        let mut url = self.queue.url(&order.model);
        if let Some(webhook) = &order.webhook {
            url.query_pairs_mut().append_pair("fal_webhook", webhook);
        }
        let request = self.queue.request(Method::POST, url).json(&input(order, &archive));
        let answer = self.queue.send(request).await.map_err(|trouble| trouble.of_submit())?;
        if !answer.status.is_success() {
            return Err(errors::of_submit(&self.queue, &answer));
        }
        let submitted: Submitted = answer.json().ok_or_else(|| ProviderError::Lost(answer.unreadable()))?;
        Ok(self.task_of(&order.model, submitted))
    }

    async fn standing(&self, task: &Task) -> Result<Standing, ProviderError> {
        let mut url = self.stored(task, |places| &places.status_url)?;
        url.query_pairs_mut().append_pair("logs", "1");
        let answer = self.queue.get(url).await?;
        if answer.status.as_u16() == 404 {
            return Err(ProviderError::Unknown);
        }
        if !answer.status.is_success() {
            return Err(errors::of(&self.queue, &answer));
        }
        let standing: QueueStanding = answer.json().ok_or_else(|| ProviderError::unavailable(answer.unreadable()))?;
        match standing.status.as_str() {
            "IN_QUEUE" => Ok(Standing::Queued),
            "COMPLETED" => match standing.error {
                None | Some(Value::Null) => self.trained(task).await,
                Some(error) => {
                    let kind = standing.error_type.unwrap_or_default();
                    Err(errors::broken_off(&kind, &self.queue.words(&error.to_string())))
                }
            },
            _ => {
                let lines = answer.json::<Logs>().and_then(|logs| logs.logs).unwrap_or_default();
                let progress = lines.iter().rev().find_map(|line| words::progress(&line.message));
                Ok(Standing::Running { progress })
            }
        }
    }

    async fn call_off(&self, task: &Task) -> Result<(), ProviderError> {
        crate::providers::Provider::cancel(self, task).await
    }

    /// The archive was uploaded for a day, and fal has no call to delete it sooner.
    async fn tidy(&self, _: &Task) -> Result<(), ProviderError> {
        Ok(())
    }

    /// Deletes a request's input and output with all files in the latter. It takes an admin's key.
    async fn erase(&self, task: Option<&Task>, _: Option<&Value>) -> Result<(), ProviderError> {
        let Some(task) = task else { return Ok(()) };
        let url = self.platform.url(&format!("models/requests/{}/payloads", task.id));
        let answer = self.platform.send(self.platform.request(Method::DELETE, url)).await?;
        match answer.status.as_u16() {
            200..=299 | 404 | 410 => Ok(()),
            _ => Err(errors::of(&self.platform, &answer)),
        }
    }
}

impl Fal {
    /// What a training came to, which only its result tells.
    async fn trained(&self, task: &Task) -> Result<Standing, ProviderError> {
        let answer = self.queue.get(self.stored(task, |places| &places.response_url)?).await?;
        match answer.status.as_u16() {
            200 => {}
            404 | 410 => return Err(ProviderError::failed("the result is not kept any more")),
            _ => return Err(errors::of(&self.queue, &answer)),
        }
        let output: Output = answer.json().ok_or_else(|| ProviderError::failed(answer.unreadable()))?;
        let url = output.diffusers_lora_file.url;
        // fal keeps the file as the account says, so that a copy of our own is the one to rely on.
        let file = self.downloads.file(&url, TRANSFER_LIMIT).await?;
        Ok(Standing::Trained(Trained { weights: json!(Weights { url }), file: Some(file) }))
    }

    /// Puts a stream into fal's storage; the address under which models read it.
    async fn upload_stream(
        &self,
        name: &str,
        kind: &'static str,
        length: u64,
        stream: BoxStream<'static, std::io::Result<Bytes>>,
        kept: Option<u64>,
    ) -> Result<String, ProviderError> {
        let upload: Upload = self.place_for(name, kind, kept).await?;
        let place = Url::parse(&upload.upload_url)
            .map_err(|_| ProviderError::unavailable("the address for an upload cannot be read"))?;
        let request = self
            .rest
            .plain(Method::PUT, place)
            .header(CONTENT_TYPE, kind)
            .header(CONTENT_LENGTH, length)
            .timeout(TRANSFER_LIMIT)
            .body(Body::wrap_stream(stream));
        let answer = self.rest.send(request).await?;
        if answer.status.is_success() { Ok(upload.file_url) } else { Err(errors::of(&self.rest, &answer)) }
    }

    /// The address of a likeness's weights: where fal has them, or where they are put again from our own copy.
    pub(super) async fn weights(&self, likeness: &Likeness) -> Result<String, ProviderError> {
        let Weights { url } =
            Weights::deserialize(&likeness.weights).map_err(|_| ProviderError::failed("weights that are not fal's"))?;
        if self.downloads.is_there(&url).await? {
            return Ok(url);
        }
        let length = length_of(likeness.file.as_ref()).await?;
        if length == 0 {
            return Err(ProviderError::failed("the weights are gone"));
        }
        let kind = "application/octet-stream";
        let url =
            self.upload_stream("weights.safetensors", kind, length, stream_of(likeness.file.clone()), None).await?;
        likeness.file.moved(&json!(Weights { url: url.clone() })).await;
        Ok(url)
    }
}

/// The training's input: the archive under fal's own name for it, and the trigger under the trainer's.
fn input(order: &TrainingOrder, archive: &str) -> Map<String, Value> {
    let mut input = order.parameters.as_object().cloned().unwrap_or_default();
    let trigger = if is_portrait(order) { "trigger_phrase" } else { "trigger_word" };
    input.insert("images_data_url".to_owned(), archive.into());
    input.insert(trigger.to_owned(), order.trigger.clone().into());
    input
}

fn is_portrait(order: &TrainingOrder) -> bool {
    order.model.contains("portrait")
}

/// The fast trainer reads a caption beside each photo; the portrait trainer writes its own.
fn caption(order: &TrainingOrder) -> Option<String> {
    (!is_portrait(order)).then(|| format!("a photo of {} {}", order.trigger, order.kind.noun()))
}

async fn length_of(file: &dyn Pieces) -> Result<u64, ProviderError> {
    let (mut length, mut index) = (0, 0);
    while let Some(piece) = file.piece(index).await.map_err(|cause| ProviderError::unavailable(cause.to_string()))? {
        length += piece.len() as u64;
        index += 1;
    }
    Ok(length)
}

fn stream_of(file: Arc<dyn Pieces>) -> BoxStream<'static, std::io::Result<Bytes>> {
    stream::try_unfold((file, 0), |(file, index)| async move {
        let piece = file.piece(index).await?;
        Ok(piece.map(|piece| (piece, (file, index + 1))))
    })
    .boxed()
}
