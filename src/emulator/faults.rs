//! Troubles on request, and the rate limits.

use std::collections::HashMap;
use std::time::Instant;

use serde::{Deserialize, Serialize};

/// A fault that the next matching requests of the bot meet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultRule {
    /// A method as the documentation writes it, in any case, or `*`.
    #[serde(default = "any_method")]
    pub method: String,
    /// How many requests meet it.
    #[serde(default = "once")]
    pub times: u32,
    #[serde(flatten)]
    pub kind: FaultKind,
}

/// What happens to a request. In JSON: `{"kind": "status429", "retry_after": 3}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// `429 Too Many Requests`, nothing done.
    Status429 { retry_after: u32 },
    /// `502 Bad Gateway` with a body that is no JSON, nothing done.
    Status502,
    /// Done, answered so many milliseconds late.
    Slow { millis: u64 },
    /// Done, but the connection closes without an answer.
    DropAfterProcessing,
    /// Not done, and the connection closes without an answer.
    DropBefore,
    /// `403 Forbidden: bot was blocked by the user`, nothing done.
    Blocked,
}

fn any_method() -> String {
    "*".into()
}

fn once() -> u32 {
    1
}

impl FaultRule {
    /// One request to `method` (or `*`) meets `kind`.
    pub fn once(method: &str, kind: FaultKind) -> FaultRule {
        FaultRule { method: method.into(), times: 1, kind }
    }

    /// So many requests to `method` (or `*`) meet `kind`.
    pub fn times(method: &str, times: u32, kind: FaultKind) -> FaultRule {
        FaultRule { method: method.into(), times, kind }
    }
}

#[derive(Debug, Default)]
pub(super) struct Faults {
    pub rules: Vec<FaultRule>,
    /// Order of updates within a poll's answer; the seed moves on with every answer.
    pub shuffle: Option<u64>,
}

impl Faults {
    /// The fault that this request meets, used up by one.
    pub fn meet(&mut self, method: &str) -> Option<FaultKind> {
        let fits = |rule: &FaultRule| rule.method == "*" || rule.method.eq_ignore_ascii_case(method);
        let index = self.rules.iter().position(|rule| rule.times > 0 && fits(rule))?;
        let rule = &mut self.rules[index];
        rule.times -= 1;
        let kind = rule.kind.clone();
        self.rules.retain(|rule| rule.times > 0);
        Some(kind)
    }
}

/// Telegram's sending limits: about one message a second to a chat with short bursts, thirty a second in all.
#[derive(Debug)]
pub(super) struct Limiter {
    all: Bucket,
    chats: HashMap<i64, Bucket>,
}

const CHAT_BURST: f64 = 5.0;
const CHAT_PER_SECOND: f64 = 1.0;
const ALL_PER_SECOND: f64 = 30.0;

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Limiter {
    pub fn new() -> Limiter {
        Limiter { all: Bucket { tokens: ALL_PER_SECOND, at: Instant::now() }, chats: HashMap::new() }
    }

    /// Takes a token for a message to `chat`; `Err` says after how many seconds there will be one.
    pub fn take(&mut self, chat: i64) -> Result<(), u32> {
        let now = Instant::now();
        let chat = self.chats.entry(chat).or_insert(Bucket { tokens: CHAT_BURST, at: now });
        chat.refill(now, CHAT_PER_SECOND, CHAT_BURST);
        self.all.refill(now, ALL_PER_SECOND, ALL_PER_SECOND);
        for (bucket, rate) in [(&*chat, CHAT_PER_SECOND), (&self.all, ALL_PER_SECOND)] {
            if bucket.tokens < 1.0 {
                return Err((((1.0 - bucket.tokens) / rate).ceil() as u32).max(1));
            }
        }
        chat.tokens -= 1.0;
        self.all.tokens -= 1.0;
        Ok(())
    }
}

impl Bucket {
    fn refill(&mut self, now: Instant, rate: f64, most: f64) {
        self.tokens = (self.tokens + now.duration_since(self.at).as_secs_f64() * rate).min(most);
        self.at = now;
    }
}
