//! Answering a press without waiting for Telegram.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use teloxide::payloads::AnswerCallbackQuery;
use teloxide::types::CallbackQueryId;
use tracing::debug;

use super::client::Client;
use super::cut::cut_plain;
use super::error::CallError;
use super::talk::Answer;

/// As long as a toast may be, in UTF-16 units.
const TOAST_LIMIT: usize = 200;

/// The answer that one press gets.
pub struct PressAnswer {
    client: Client,
    query: String,
    answered: AtomicBool,
}

impl PressAnswer {
    /// The answer to the press of this id.
    pub fn new(client: Client, query: String) -> Self {
        Self { client, query, answered: AtomicBool::new(false) }
    }

    /// Sends the answer on its way, unless there was one before.
    pub fn fire(&self, toast: Option<String>) {
        if self.answered.swap(true, Ordering::Relaxed) {
            return;
        }
        let mut payload = AnswerCallbackQuery::new(CallbackQueryId(self.query.clone()));
        payload.text = toast.map(|text| cut_plain(&text, TOAST_LIMIT).into_owned());
        let client = self.client.clone();
        tokio::spawn(async move {
            if let Err(cause) = answer_with_one_retry(&client, &payload).await {
                debug!(error = %cause, "could not answer a press");
            }
        });
    }
}

async fn answer_with_one_retry(client: &Client, payload: &AnswerCallbackQuery) -> Result<(), CallError> {
    let settled = |answer: Result<_, CallError>| match answer {
        // Too old includes answered already: nothing is left to do.
        Ok(serde::de::IgnoredAny) | Err(CallError::TooOld) => Ok(()),
        Err(cause) => Err(cause),
    };
    match settled(client.call_for(payload).await) {
        Err(cause) if cause.is_passing() => settled(client.call_for(payload).await),
        outcome => outcome,
    }
}

#[async_trait]
impl Answer for PressAnswer {
    async fn answer(&self, toast: Option<String>) {
        self.fire(toast);
    }
}

/// For a deed that is no press.
pub struct NoAnswer;

#[async_trait]
impl Answer for NoAnswer {
    async fn answer(&self, _toast: Option<String>) {}
}
