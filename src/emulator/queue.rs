//! Updates on their way to the bot: kept until they are confirmed, dropped when they are too old.
//!
//! Lifetimes are those of the official server: 24 hours for messages, 150 seconds for queries that wait for an answer.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Notify;

const QUERY_LIFETIME_SECONDS: i64 = 150;
const LIFETIME_SECONDS: i64 = 24 * 60 * 60;
/// Delivered updates that can be delivered again on request.
const REMEMBERED: usize = 1000;
/// Kinds that Telegram sends only to who names them.
const ASKED_FOR: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Queue {
    pending: VecDeque<Pending>,
    next_id: u64,
    pub allowed: Vec<String>,
    pub webhook: Option<Webhook>,
    /// Confirmed lately; the source of duplicates on request.
    #[serde(skip)]
    past: VecDeque<Pending>,
    /// To be handed out once more whatever the offset.
    #[serde(skip)]
    again: Vec<Pending>,
    /// Counts polls: a poll that sees a greater number than its own was superseded.
    #[serde(skip)]
    pub polls: u64,
    /// Second of the last look for what is too old.
    #[serde(skip)]
    swept: i64,
    #[serde(skip)]
    pub arrived: Arc<Notify>,
    #[serde(skip)]
    pub confirmed: Arc<Notify>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Pending {
    pub id: u64,
    /// The update as JSON; written once, sent as it is.
    pub body: Arc<str>,
    kind: String,
    content: Arc<str>,
    pub person: i64,
    at: i64,
    #[serde(skip)]
    pub attempts: u32,
    #[serde(skip)]
    pub in_flight: bool,
    #[serde(skip)]
    pub not_before: Option<Instant>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Webhook {
    pub url: String,
    pub secret: Option<String>,
    pub max_connections: usize,
    pub last_error: Option<(i64, String)>,
    /// Tells answers to an earlier webhook from answers to this one.
    pub serial: u64,
}

impl Queue {
    /// Queues an update and returns its id; the id is spent even when the bot did not ask for this kind.
    pub fn push(&mut self, kind: &str, content: &Value, person: i64) -> u64 {
        let content: Arc<str> = content.to_string().into();
        self.push_content(kind, content, person)
    }

    fn push_content(&mut self, kind: &str, content: Arc<str>, person: i64) -> u64 {
        self.next_id += 1;
        let id = self.next_id;
        if self.is_allowed(kind) {
            let body = format!("{{\"update_id\":{id},\"{kind}\":{content}}}").into();
            let (kind, at) = (kind.to_owned(), chrono::Utc::now().timestamp());
            let (attempts, in_flight, not_before) = (0, false, None);
            let update = Pending { id, body, kind, content, person, at, attempts, in_flight, not_before };
            self.pending.push_back(update);
            self.arrived.notify_waiters();
        }
        id
    }

    fn is_allowed(&self, kind: &str) -> bool {
        if self.allowed.is_empty() { !ASKED_FOR.contains(&kind) } else { self.allowed.iter().any(|name| name == kind) }
    }

    /// Confirms what `offset` confirms and returns up to `limit` updates from there on.
    pub fn take(&mut self, offset: i64, limit: usize) -> Vec<Pending> {
        self.drop_expired();
        if offset < 0 {
            let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            while self.pending.len() > keep {
                self.confirm_front();
            }
        }
        while self.pending.front().is_some_and(|first| i64::try_from(first.id).is_ok_and(|id| id < offset)) {
            self.confirm_front();
        }
        let batch: Vec<_> = self.pending.iter().take(limit.saturating_sub(self.again.len())).cloned().collect();
        // Nothing is handed out before what comes ahead of it in the queue: confirming it would confirm that unseen.
        let seen = batch.last().map_or(u64::MAX, |last| last.id);
        let (mut again, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.again).into_iter().partition(|update| update.id <= seen);
        self.again = later;
        again.extend(batch);
        again
    }

    fn confirm_front(&mut self) {
        if let Some(update) = self.pending.pop_front() {
            self.remember(update);
        }
        self.signal_confirmed();
    }

    fn remember(&mut self, update: Pending) {
        self.past.push_back(update);
        if self.past.len() > REMEMBERED {
            self.past.pop_front();
        }
    }

    fn signal_confirmed(&self) {
        if self.pending.is_empty() {
            self.confirmed.notify_waiters();
        }
    }

    /// Looks through the queue once a second at most.
    fn drop_expired(&mut self) {
        let now = chrono::Utc::now().timestamp();
        if std::mem::replace(&mut self.swept, now) == now {
            return;
        }
        let lifetime = |update: &Pending| match update.kind.as_str() {
            "callback_query" | "pre_checkout_query" => QUERY_LIFETIME_SECONDS,
            _ => LIFETIME_SECONDS,
        };
        if self.pending.iter().any(|update| update.at + lifetime(update) < now) {
            self.pending.retain(|update| update.at + lifetime(update) >= now);
            self.signal_confirmed();
        }
    }

    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    pub fn len(&self) -> usize {
        self.pending.len()
    }

    pub fn clear(&mut self) {
        self.pending.clear();
        self.signal_confirmed();
    }

    fn find(&self, id: Option<u64>) -> Option<Pending> {
        let mut newest_first = self.pending.iter().rev().chain(self.past.iter().rev());
        newest_first.find(|update| id.is_none_or(|id| update.id == id)).cloned()
    }

    /// Delivers an update once more under its own id, the newest without `id`; returns the id.
    pub fn redeliver(&mut self, id: Option<u64>) -> Option<u64> {
        let update = self.find(id)?;
        let id = update.id;
        if self.webhook.is_some() {
            self.pending.push_front(Pending { attempts: 0, in_flight: false, not_before: None, ..update });
        } else {
            self.again.push(update);
        }
        self.arrived.notify_waiters();
        Some(id)
    }

    /// Delivers the same content under a new id, as a second press would be; returns the new id.
    pub fn resend(&mut self, id: Option<u64>) -> Option<u64> {
        let update = self.find(id)?;
        Some(self.push_content(&update.kind, update.content, update.person))
    }

    /// The next update for a webhook: in order within a person and kind, in parallel otherwise.
    pub fn next_push(&mut self, now: Instant) -> Result<Pending, Option<Instant>> {
        self.drop_expired();
        let mut wake: Option<Instant> = None;
        let mut busy: Vec<(i64, String)> = Vec::new();
        for update in &mut self.pending {
            if busy.iter().any(|(person, kind)| *person == update.person && *kind == update.kind) {
                continue;
            }
            let waits = update.not_before.filter(|at| *at > now);
            if !update.in_flight && waits.is_none() {
                update.in_flight = true;
                return Ok(update.clone());
            }
            wake = [wake, waits].into_iter().flatten().min();
            busy.push((update.person, update.kind.clone()));
        }
        Err(wake)
    }

    /// Nothing waits any longer for its next try.
    pub fn try_now(&mut self) {
        for update in &mut self.pending {
            (update.attempts, update.not_before) = (0, None);
        }
    }

    /// Closes the delivery of one update to the webhook: done, or again at `retry`.
    pub fn pushed(&mut self, id: u64, retry: Option<Instant>) {
        let Some(index) = self.pending.iter().position(|update| update.id == id && update.in_flight) else { return };
        match retry {
            Some(at) => {
                let update = &mut self.pending[index];
                (update.in_flight, update.not_before, update.attempts) = (false, Some(at), update.attempts + 1);
            }
            None => {
                if let Some(update) = self.pending.remove(index) {
                    self.remember(update);
                }
                self.signal_confirmed();
            }
        }
        self.arrived.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_delivered_once_more_does_not_overtake_the_queue() {
        let mut queue = Queue::default();
        for text in ["one", "two", "three"] {
            queue.push("message", &Value::from(text), 7);
        }
        queue.redeliver(Some(3));
        let ids = |batch: Vec<Pending>| batch.into_iter().map(|update| update.id).collect::<Vec<_>>();
        assert_eq!(ids(queue.take(0, 2)), [1], "the third waits for the second");
        assert_eq!(ids(queue.take(2, 2)), [2]);
        assert_eq!(ids(queue.take(3, 2)), [3, 3]);
        assert_eq!(ids(queue.take(4, 2)), [0; 0], "and comes once");
        queue.redeliver(Some(1));
        assert_eq!(ids(queue.take(4, 2)), [1], "what is past comes at once");
    }
}
