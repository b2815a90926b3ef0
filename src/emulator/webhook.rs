//! Pushing updates to the bot's webhook, with retries.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::lock;
use super::queue::{Pending, Webhook};
use super::shared::Shared;

const ANSWER_LIMIT: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// What a `Retry-After` of the bot is honoured up to.
const LONGEST_ASKED_PAUSE: Duration = Duration::from_secs(3600);

/// Pushes until the server stops. The first retry is immediate, then after 2, 4, 8… seconds.
pub(super) async fn run(shared: Arc<Shared>) {
    let arrived = lock(&shared.world).queue.arrived.clone();
    let mut pushes = JoinSet::new();
    loop {
        let mut waiting = std::pin::pin!(arrived.notified());
        waiting.as_mut().enable();
        while pushes.try_join_next().is_some() {}
        let wake = match next(&shared, pushes.len()) {
            Next::Push(webhook, update) => {
                pushes.spawn(push(shared.clone(), webhook, update));
                continue;
            }
            Next::Wait(at) => at,
        };
        let pause = wake.map_or(Duration::from_secs(3600), |at| at.saturating_duration_since(Instant::now()));
        tokio::select! {
            () = waiting => {}
            () = tokio::time::sleep(pause) => {}
            () = shared.stop.cancelled() => return,
        }
    }
}

enum Next {
    Push(Webhook, Pending),
    Wait(Option<Instant>),
}

fn next(shared: &Shared, under_way: usize) -> Next {
    let mut world = lock(&shared.world);
    let Some(webhook) = world.queue.webhook.clone().filter(|webhook| under_way < webhook.max_connections) else {
        return Next::Wait(None);
    };
    match world.queue.next_push(Instant::now()) {
        Ok(update) => Next::Push(webhook, update),
        Err(wake) => Next::Wait(wake),
    }
}

async fn push(shared: Arc<Shared>, webhook: Webhook, update: Pending) {
    let mut request = shared.http.post(&webhook.url).timeout(ANSWER_LIMIT);
    if let Some(secret) = &webhook.secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    let request = request.header("Content-Type", "application/json").body(update.body.to_string());
    let (error, asked) = match request.send().await {
        Ok(response) if response.status().is_success() => (None, None),
        Ok(response) => {
            let asked = response.headers().get("Retry-After").and_then(|value| value.to_str().ok()?.parse().ok());
            (Some(format!("Wrong response from the webhook: {}", response.status())), asked)
        }
        Err(_) => (Some("Connection failed".to_owned()), None),
    };
    let mut world = lock(&shared.world);
    let same = |current: &&mut Webhook| current.serial == webhook.serial;
    if let (Some(error), Some(current)) = (&error, world.queue.webhook.as_mut().filter(same)) {
        current.last_error = Some((chrono::Utc::now().timestamp(), error.clone()));
    }
    let retry = error.map(|_| Instant::now() + pause(update.attempts, asked));
    world.queue.pushed(update.id, retry);
    world.changed.notify_one();
}

fn pause(attempts: u32, asked: Option<u64>) -> Duration {
    match (asked, attempts) {
        (Some(seconds), _) => Duration::from_secs(seconds).min(LONGEST_ASKED_PAUSE),
        (None, 0) => Duration::ZERO,
        (None, attempts) => Duration::from_secs(1 << attempts.min(6)).min(LONGEST_PAUSE),
    }
}
