//! DefAPI: Google's image models behind one envelope.
//!
//! An error can come with HTTP 200 (`code` is not 0), a task is unknown for a moment after its submit, and a success
//! without a picture means that the model's rules stood against it. Its webhooks are not signed.

use async_trait::async_trait;
use reqwest::header::HeaderMap;
use reqwest::{Method, Url};
use serde::Deserialize;
use serde_json::Value;

use super::caller::{Answer, Caller};
use super::downloads::{Downloads, Reach};
use super::{Fault, HookError, Notice, Provider, ProviderError, Status, Submission, Task, input, words};
use crate::config::Secret;
use crate::domain::Refusal;

/// DefAPI's API as a provider.
pub struct DefApi {
    caller: Caller,
    downloads: Downloads,
}

/// What every answer is wrapped in.
#[derive(Deserialize)]
struct Envelope<T> {
    code: i64,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    detail: Option<Value>,
    #[serde(default = "nothing")]
    data: Option<T>,
}

fn nothing<T>() -> Option<T> {
    None
}

#[derive(Deserialize)]
struct Submitted {
    task_id: String,
}

/// A task as a query and a webhook tell it.
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    task_id: String,
    status: String,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    status_reason: Option<Reason>,
}

#[derive(Deserialize)]
struct Reason {
    #[serde(default)]
    message: Option<String>,
}

#[derive(Deserialize)]
struct Account {
    #[serde(default)]
    credit: Value,
}

impl DefApi {
    /// # Errors
    /// When the key holds what no header can, or the system's certificates cannot be read.
    pub fn new(base: Url, key: &Secret) -> anyhow::Result<Self> {
        let downloads = Downloads::new(Reach::of(&base))?;
        Ok(Self { caller: Caller::new(base, "Bearer", key)?, downloads })
    }

    /// The envelope's content, or what its error means.
    fn open<T: for<'de> Deserialize<'de>>(&self, answer: &Answer) -> Result<T, ProviderError> {
        let Some(envelope) = answer.json::<Envelope<T>>() else {
            return Err(match answer.status.as_u16() {
                401 | 403 => ProviderError::set_up(Fault::Key, "DefAPI does not accept the key"),
                200 => ProviderError::unavailable(answer.unreadable()),
                _ => ProviderError::failed(answer.unreadable()),
            });
        };
        match envelope.data {
            Some(data) if envelope.code == 0 && answer.status.is_success() => Ok(data),
            _ => Err(self.refused(answer, &said(envelope.message, envelope.detail))),
        }
    }

    /// DefAPI publishes no table of its codes, so the words decide.
    fn refused(&self, answer: &Answer, said: &str) -> ProviderError {
        let reason = || self.caller.words(said);
        match answer.status.as_u16() {
            401 => ProviderError::set_up(Fault::Key, format!("DefAPI does not accept the key: {}", reason())),
            402 => ProviderError::set_up(Fault::Balance, format!("DefAPI wants money: {}", reason())),
            _ if words::are_about_key(said) => {
                ProviderError::set_up(Fault::Key, format!("DefAPI does not accept the key: {}", reason()))
            }
            _ if words::ask_for_patience(said) => {
                ProviderError::Unavailable { reason: reason(), retry_after: answer.retry_after() }
            }
            _ if words::are_about_balance(said) => {
                ProviderError::set_up(Fault::Balance, format!("DefAPI wants money: {}", reason()))
            }
            403 => ProviderError::set_up(Fault::Key, format!("DefAPI forbids it: {}", reason())),
            _ => match words::refusal(said) {
                Some(refusal) => ProviderError::Refused(refusal),
                None => ProviderError::failed(reason()),
            },
        }
    }

    /// What a task that has ended came to.
    async fn ended(&self, told: Told) -> Result<Status, ProviderError> {
        let reason = told.status_reason.and_then(|reason| reason.message).unwrap_or_default();
        if is_failure(&told.status) {
            return Err(match words::refusal(&reason) {
                Some(refusal) => ProviderError::Refused(refusal),
                None => ProviderError::failed(format!("it failed: {}", self.caller.words(&reason))),
            });
        }
        match image_of(&told.result) {
            Some(address) => Ok(Status::Succeeded { picture: self.downloads.picture(address, None).await? }),
            // The model gave nothing, or words instead of a picture: its rules stood against it.
            None => Err(ProviderError::Refused(Refusal::NotAllowed)),
        }
    }
}

#[async_trait]
impl Provider for DefApi {
    fn name(&self) -> &'static str {
        "defapi"
    }

    async fn submit(&self, submission: &Submission) -> Result<Task, ProviderError> {
        let photos = submission.photos.iter().map(|photo| input::data_address(photo)).collect();
        let mut body = input::of(submission, photos);
        body.insert("model".to_owned(), submission.model.clone().into());
        if let Some(webhook) = &submission.webhook {
            body.insert("callback_url".to_owned(), webhook.clone().into());
        }
        let path = if submission.model.starts_with("openai/") { "api/gpt-image/gen" } else { "api/image/gen" };
        let request = self.caller.request(Method::POST, self.caller.url(path)).json(&body);
        let answer = self.caller.send(request).await.map_err(|trouble| trouble.of_submit())?;
        if answer.is_passing() {
            return Err(answer.passing_submit());
        }
        // It was taken, by whatever gave this answer.
        if answer.status.is_success() && answer.json::<Envelope<Value>>().is_none() {
            return Err(ProviderError::Lost(answer.unreadable()));
        }
        let submitted: Submitted = self.open(&answer)?;
        Ok(Task { id: submitted.task_id, details: Value::Null })
    }

    async fn status(&self, task: &Task) -> Result<Status, ProviderError> {
        let mut url = self.caller.url("api/task/query");
        url.query_pairs_mut().append_pair("task_id", &task.id);
        let answer = self.caller.get(url).await?;
        if answer.is_passing() {
            return Err(answer.passing());
        }
        if answer.status.as_u16() == 404 {
            return Err(ProviderError::Unknown);
        }
        let told = self.open::<Told>(&answer)?;
        match told.status.as_str() {
            "pending" | "submitted" => Ok(Status::Queued { ahead: None }),
            status if is_failure(status) || is_success(status) => self.ended(told).await,
            // A word that is new to us is no reason to give up.
            _ => Ok(Status::Running { progress: None }),
        }
    }

    /// DefAPI has no way to call a task off.
    async fn cancel(&self, _task: &Task) -> Result<(), ProviderError> {
        Ok(())
    }

    fn reports(&self) -> bool {
        true
    }

    async fn notice(&self, _headers: &HeaderMap, body: &[u8]) -> Result<Notice, HookError> {
        let told: Told = serde_json::from_slice(body).map_err(|_| HookError::Unreadable)?;
        if told.task_id.is_empty() {
            return Err(HookError::Unreadable);
        }
        let over = is_failure(&told.status) || is_success(&told.status);
        Ok(Notice { event: format!("{}:{}", told.task_id, told.status), task: told.task_id, over })
    }

    async fn account(&self) -> Result<String, ProviderError> {
        let answer = self.caller.get(self.caller.url("api/user")).await?;
        if answer.is_passing() {
            return Err(answer.passing());
        }
        Ok(match self.open::<Account>(&answer)?.credit {
            Value::String(credit) => format!("credit {credit}"),
            Value::Number(credit) => format!("credit {credit}"),
            _ => "credit unknown".to_owned(),
        })
    }
}

fn is_success(status: &str) -> bool {
    matches!(status, "success" | "succeeded" | "completed")
}

fn is_failure(status: &str) -> bool {
    matches!(status, "failed" | "error")
}

fn said(message: Option<String>, detail: Option<Value>) -> String {
    let detail = match detail {
        Some(Value::String(detail)) => detail,
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    format!("{} {detail}", message.unwrap_or_default()).trim().to_owned()
}

/// A result is a list or a single object, by model; an entry without a picture holds words.
fn image_of(result: &Value) -> Option<&str> {
    let image =
        |entry: &Value| entry.get("image").and_then(Value::as_str).filter(|address| !address.is_empty()).is_some();
    let entry = match result {
        Value::Array(entries) => entries.iter().find(|entry| image(entry))?,
        single => Some(single).filter(|entry| image(entry))?,
    };
    entry.get("image")?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_picture_is_found_in_every_shape_of_result() {
        for result in [
            json!([{ "image": "https://a.test/1.png" }]),
            json!([{ "text": "Here you are" }, { "image": "https://a.test/1.png" }]),
            json!({ "image": "https://a.test/1.png" }),
        ] {
            assert_eq!(image_of(&result), Some("https://a.test/1.png"), "{result}");
        }
        for result in [json!([]), json!(null), json!([{ "text": "I cannot" }]), json!({ "image": "" }), json!("x")] {
            assert_eq!(image_of(&result), None, "{result}");
        }
    }
}
