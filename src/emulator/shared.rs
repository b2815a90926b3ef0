//! What the doors of the emulator have in common.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use super::faults::{Faults, Limiter};
use super::pictures::Pictures;
use super::world::World;
use super::{Knob, Sample, lock};

/// Requests remembered for assertions; the oldest go first.
const REQUESTS_LIMIT: usize = 20_000;
const VIOLATIONS_LIMIT: usize = 1000;

pub(super) struct Shared {
    pub token: String,
    pub url: String,
    pub world: Mutex<World>,
    pub faults: Mutex<Faults>,
    pub limiter: Option<Mutex<Limiter>>,
    pub pictures: Arc<Pictures>,
    pub samples: Vec<Sample>,
    pub knobs: Vec<Knob>,
    pub restart: Option<Arc<dyn Fn() + Send + Sync>>,
    pub admin: bool,
    pub http: reqwest::Client,
    /// Ends polls, event streams and the server.
    pub stop: CancellationToken,
    pub requests: Mutex<VecDeque<Record>>,
    pub violations: Mutex<Vec<String>>,
}

#[derive(Debug, Clone)]
pub(super) struct Record {
    pub method: String,
    pub params: Arc<Map<String, Value>>,
    pub chat_id: Option<i64>,
    pub at: Instant,
}

impl Shared {
    pub fn record(&self, record: Record) {
        let mut requests = lock(&self.requests);
        if requests.len() >= REQUESTS_LIMIT {
            requests.pop_front();
        }
        requests.push_back(record);
    }

    pub fn violation(&self, what: String) {
        tracing::warn!(what, "a request breaks the Bot API");
        let mut violations = lock(&self.violations);
        if violations.len() < VIOLATIONS_LIMIT {
            violations.push(what);
        }
    }
}
