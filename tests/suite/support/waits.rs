//! The tests' clock, and waiting for what is bound to come.

use std::sync::Arc;
use std::time::Duration;

use chrono::SubsecRound;
use pixelai::database::Time;
use tokio::sync::Barrier;

/// How long a test waits for what is bound to come, on a slow machine too.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The clock, with no more digits than every store keeps.
pub fn now() -> Time {
    chrono::Utc::now().trunc_subsecs(3)
}

pub fn seconds(count: i64) -> chrono::Duration {
    chrono::Duration::seconds(count)
}

/// Does something `times` times, all released at one moment, each in a task of its own.
pub async fn at_once<T, D>(times: usize, deed: impl Fn(usize) -> D) -> Vec<T>
where
    T: Send + 'static,
    D: Future<Output = T> + Send + 'static,
{
    let gate = Arc::new(Barrier::new(times));
    let start = |number| {
        let (gate, deed) = (gate.clone(), deed(number));
        tokio::spawn(async move {
            gate.wait().await;
            deed.await
        })
    };
    let tasks: Vec<_> = (0..times).map(start).collect();
    let mut results = Vec::with_capacity(times);
    for task in tasks {
        results.push(task.await.expect("no task panics"));
    }
    results
}

/// Looks again and again until there is something.
///
/// # Panics
/// When it does not come.
pub async fn awaited<T, L: Future<Output = Option<T>>>(what: &str, look: impl Fn() -> L) -> T {
    let waiting = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("never came: {what}"))
}
