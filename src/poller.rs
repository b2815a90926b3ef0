//! What goes on by itself: jobs and trainings at the providers, letters, timers, albums, deletions, refunds, Stars, and
//! housekeeping.
//!
//! Each loop claims what is due under a lease, does it, and sleeps until it is rung or the next thing is due. A process
//! that dies leaves rows whose lease runs out, and another one goes on with them.

mod albums;
mod books;
mod calls;
mod coach;
mod counter;
mod erasing;
mod housekeeping;
mod jobs;
mod lease;
mod letters;
mod looks;
mod news;
mod pace;
mod refunds;
mod timers;
mod training;
mod usual;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::conversation::Conversation;
use crate::database::Time;
use crate::orders::Bell;
use crate::providers::Providers;
use crate::providers::hooks::Hooks;
use crate::providers::training::Trainers;
use crate::wallet::Stars;

pub use pace::Pace;
use usual::Usual;

/// The longest that a loop sleeps without looking, should nobody have rung for what another process has left.
const LONGEST_SLEEP: Duration = Duration::from_secs(10);
/// After an error of the database, before the next look.
const AFTER_TROUBLE: Duration = Duration::from_secs(1);

/// Everything that the loops need. Cheap to clone.
#[derive(Clone)]
pub struct Poller {
    pub talk: Arc<Conversation>,
    pub providers: Providers,
    pub trainers: Trainers,
    pub stars: Arc<dyn Stars>,
    pub bell: Arc<Bell>,
    pub pace: Pace,
    /// Where providers are to report; `None` when the world cannot reach us.
    pub hooks: Option<Hooks>,
    /// What has been claimed and is being done.
    pub tasks: TaskTracker,
    usual: Arc<Usual>,
}

impl Poller {
    pub fn new(
        talk: Arc<Conversation>,
        providers: Providers,
        stars: Arc<dyn Stars>,
        bell: Arc<Bell>,
        pace: Pace,
        tasks: TaskTracker,
    ) -> Self {
        let (trainers, usual) = (Trainers::default(), Arc::default());
        Self { talk, providers, trainers, stars, bell, pace, hooks: None, tasks, usual }
    }

    /// Runs until `stop`; what has been claimed is finished first.
    pub async fn run(self, stop: CancellationToken) {
        tokio::join!(
            self.run_jobs(&stop),
            self.run_letters(&stop),
            self.run_timers(&stop),
            self.run_albums(&stop),
            self.run_trainings(&stop),
            self.run_erasures(&stop),
            self.run_refunds(&stop),
            self.run_books(&stop),
            self.run_housekeeping(&stop),
            self.run_news(&stop),
        );
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Sleeps until the bell rings, `next` comes, or it is time for a look anyway. False: stop.
async fn sleep_until(bell: &Notify, next: Option<Time>, stop: &CancellationToken) -> bool {
    let until_next = next.map(|at| (at - chrono::Utc::now()).to_std().unwrap_or_default());
    let pause = until_next.map_or(LONGEST_SLEEP, |pause| pause.min(LONGEST_SLEEP));
    tokio::select! {
        () = stop.cancelled() => false,
        () = bell.notified() => true,
        () = tokio::time::sleep(pause) => true,
    }
}

/// Sleeps after something went wrong that is not ours to mend. False: stop.
async fn sleep_after(trouble: &anyhow::Error, what: &'static str, stop: &CancellationToken) -> bool {
    tracing::error!(error = format!("{trouble:#}"), "could not {what}; trying again");
    tokio::select! {
        () = stop.cancelled() => false,
        () = tokio::time::sleep(AFTER_TROUBLE) => true,
    }
}
