//! Which meaning goes to which handler, and the handlers.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dptree::{Endpoint, case};
use futures::FutureExt;
use serde::de::IgnoredAny;
use teloxide::payloads::AnswerPreCheckoutQuery;
use teloxide::types::PreCheckoutQueryId;
use tokio::time::{Instant, timeout};
use tracing::{debug, error, warn};

use super::client::Client;
use super::counters::Counters;
use super::courier::Courier;
use super::error::CallError;
use super::talk::{Answer, Handled, Talk};
use super::translate::{Ignored, Meaning};
use crate::conversation::incoming::{Checkout, Incoming};
use crate::crash;

/// Of the ten seconds that a checkout lives, what the conversation may take; the rest is for the answer's way.
const CHECKOUT_LIMIT: Duration = Duration::from_secs(5);
/// A yes that was lost on the way is said again.
const CHECKOUT_TRIES: u32 = 3;
/// A group is told once in this time where to talk to the bot.
const GROUP_INTERVAL: Duration = Duration::from_secs(60);
/// Groups whose interval is over are forgotten once there are this many.
const GROUPS_BEFORE_CLEANING: usize = 500;

/// What the handlers work with.
pub(super) struct Door {
    pub talk: Arc<dyn Talk>,
    pub client: Client,
    pub courier: Courier,
    pub counters: Arc<Counters>,
    pub groups: Groups,
}

pub(super) type Tree = Endpoint<'static, anyhow::Result<()>>;

/// The way of an update. Its dependencies are an `Arc<Door>`, a [`Meaning`] and an `Arc<dyn Answer>`.
pub(super) fn tree() -> Tree {
    dptree::entry()
        .branch(case![Meaning::Checkout { query, checkout }].endpoint(on_checkout))
        .branch(case![Meaning::Payment(incoming)].endpoint(on_deed))
        .branch(case![Meaning::Press { query, incoming }].endpoint(on_press))
        .branch(case![Meaning::Deed(incoming)].endpoint(on_deed))
        .branch(case![Meaning::GroupCall { chat, language_code }].endpoint(on_group_call))
        .branch(case![Meaning::StrayPress { query }].endpoint(on_stray_press))
        .branch(case![Meaning::Ignored(kind)].endpoint(on_ignored))
}

async fn on_deed(door: Arc<Door>, incoming: Arc<Incoming>, answer: Arc<dyn Answer>) -> anyhow::Result<()> {
    match door.talk.handle(Incoming::clone(&incoming), &*answer).await? {
        Handled::Done => {}
        Handled::Repeated => door.counters.repeated.add_one(),
    }
    Ok(())
}

async fn on_press(
    door: Arc<Door>,
    (_query, incoming): (String, Arc<Incoming>),
    answer: Arc<dyn Answer>,
) -> anyhow::Result<()> {
    on_deed(door, incoming, answer).await
}

/// A tap on a button in a chat that nobody talks in only has to stop spinning.
async fn on_stray_press(door: Arc<Door>, _query: String, answer: Arc<dyn Answer>) -> anyhow::Result<()> {
    answer.answer(None).await;
    door.counters.ignore(Ignored::Group);
    Ok(())
}

async fn on_ignored(door: Arc<Door>, kind: Ignored) -> anyhow::Result<()> {
    door.counters.ignore(kind);
    Ok(())
}

async fn on_group_call(door: Arc<Door>, (chat, language_code): (i64, Option<String>)) -> anyhow::Result<()> {
    if !door.groups.may_tell(chat, Instant::now()) {
        door.counters.ignore(Ignored::Group);
        return Ok(());
    }
    let text = door.talk.private_only(language_code.as_deref());
    if let Err(cause) = door.courier.tell_group(chat, &text).await {
        debug!(error = %cause, "could not tell a group where to talk to the bot");
    }
    Ok(())
}

/// Always answers, because no answer is a cancelled payment: what takes too long or panics is a no for now.
async fn on_checkout(door: Arc<Door>, (query, checkout): (String, Arc<Checkout>)) -> anyhow::Result<()> {
    let asked = AssertUnwindSafe(door.talk.checkout(Checkout::clone(&checkout))).catch_unwind();
    let verdict = match timeout(CHECKOUT_LIMIT, asked).await {
        Ok(Ok(verdict)) => verdict,
        Ok(Err(_panic)) => {
            door.counters.panics.add_one();
            error!("the handler of a checkout panicked");
            Err(door.talk.busy_toast(&checkout.person))
        }
        Err(_elapsed) => {
            warn!("a checkout was not decided in time");
            Err(door.talk.busy_toast(&checkout.person))
        }
    };
    let mut payload = AnswerPreCheckoutQuery::new(PreCheckoutQueryId(query), verdict.is_ok());
    payload.error_message = verdict.err();
    crash::point("checkout-decided");
    answer_checkout(&door, &payload).await;
    crash::point("checkout-answered");
    Ok(())
}

async fn answer_checkout(door: &Door, payload: &AnswerPreCheckoutQuery) {
    for attempt in 1..=CHECKOUT_TRIES {
        match door.client.call_for::<_, IgnoredAny>(payload).await {
            Ok(_) | Err(CallError::TooOld) => return,
            Err(cause) if attempt < CHECKOUT_TRIES && cause.is_passing() => door.counters.retries.add_one(),
            Err(cause) => return warn!(error = %cause, "could not answer a checkout"),
        }
    }
}

/// When each group was last told where to talk to the bot.
#[derive(Default)]
pub(super) struct Groups(Mutex<HashMap<i64, Instant>>);

impl Groups {
    fn may_tell(&self, chat: i64, now: Instant) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= GROUPS_BEFORE_CLEANING {
            told.retain(|_, last| now.duration_since(*last) < GROUP_INTERVAL);
        }
        let due = told.get(&chat).is_none_or(|last| now.duration_since(*last) >= GROUP_INTERVAL);
        if due {
            told.insert(chat, now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_told_once_a_minute() {
        let groups = Groups::default();
        let start = Instant::now();
        let tells = [0, 30, 59, 60, 61].map(|seconds| groups.may_tell(-5, start + Duration::from_secs(seconds)));
        assert_eq!(tells, [true, false, false, true, false]);
        assert!(groups.may_tell(-6, start));
    }
}
