//! From an update to its handler: in order within a chat, in parallel between chats, money ahead of all.

use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dptree::deps;
use futures::FutureExt;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tracing::{Instrument, debug, error, warn};

use super::answer::{NoAnswer, PressAnswer};
use super::client::Client;
use super::counters::Counters;
use super::courier::Courier;
use super::queues::{Admission, Queues};
use super::talk::{Answer, Talk};
use super::translate::{self, Meaning};
use super::tree::{Door, Tree, tree};
use crate::conversation::incoming::{Incoming, Person};
use crate::flows::view::{OldScreen, Place};
use crate::meter;

/// Handlers that run at the same time, payments and checkouts not counted.
const CONCURRENCY: usize = 64;
/// A handler that takes longer has failed: whatever it waits for must not hold its chat for ever.
const HANDLE_LIMIT: Duration = Duration::from_secs(60);
/// Attempts at a deed that is not about money.
const DEED_TRIES: u32 = 3;
/// Before the second attempt; grows fivefold before the next.
const DEED_BACK_OFF: Duration = Duration::from_millis(200);
/// Before the second attempt at a payment; doubles up to the limit.
const PAYMENT_BACK_OFF: Duration = Duration::from_millis(500);
const PAYMENT_BACK_OFF_LIMIT: Duration = Duration::from_secs(30);

/// Resolves to `Ok` when the update has been handled, and to `Err` when it has not and must be delivered again.
pub type Completion = oneshot::Receiver<()>;

/// Takes updates in and has them handled. Cheap to clone.
///
/// teloxide's own dispatcher is not used: it confirms an update before it is handled, lets one flooded chat hold up
/// every other and the checkouts, and dies with a handler that panics.
#[derive(Clone)]
pub struct Dispatcher(Arc<Inner>);

struct Inner {
    door: Arc<Door>,
    tree: Tree,
    /// The bot's own, without the `@`.
    username: String,
    queues: Queues<Job>,
    permits: Semaphore,
    tasks: TaskTracker,
}

/// One update on its way.
struct Job {
    update_id: i64,
    meaning: Meaning,
    press: Option<Arc<PressAnswer>>,
    arrived: Instant,
    done: oneshot::Sender<()>,
}

/// What one run of a handler came to.
enum Attempt {
    Done,
    Failed(anyhow::Error),
    Panicked,
}

impl Dispatcher {
    /// A dispatcher for the bot of this username (without the `@`).
    pub fn new(
        talk: Arc<dyn Talk>,
        client: Client,
        courier: Courier,
        username: impl Into<String>,
        counters: Arc<Counters>,
    ) -> Self {
        let door = Arc::new(Door { talk, client, courier, counters, groups: super::tree::Groups::default() });
        Self(Arc::new(Inner {
            door,
            tree: tree(),
            username: username.into(),
            queues: Queues::default(),
            permits: Semaphore::new(CONCURRENCY),
            tasks: TaskTracker::new(),
        }))
    }

    /// Takes in one update, as the JSON that Telegram sent. Never waits; what becomes of it, the completion says.
    pub fn submit(&self, json: &str) -> Completion {
        let (done, completion) = oneshot::channel();
        let counters = self.counters();
        counters.updates.add_one();
        let Some(update_id) = translate::update_id(json) else {
            counters.unreadable.add_one();
            // To be delivered such a thing again helps nobody.
            let _ = done.send(());
            return completion;
        };
        let meaning = translate::meaning(json, update_id, &self.0.username);
        let press = match &meaning {
            Meaning::Press { query, .. } | Meaning::StrayPress { query } => {
                Some(Arc::new(PressAnswer::new(self.0.door.client.clone(), query.clone())))
            }
            _ => None,
        };
        self.place(Job { update_id, meaning, press, arrived: Instant::now(), done });
        completion
    }

    /// The counters that this dispatcher keeps.
    pub fn counters(&self) -> &Counters {
        &self.0.door.counters
    }

    /// Waits until everything that was taken in has been handled; `false` when that took longer than `limit`.
    pub async fn drain(&self, limit: Duration) -> bool {
        self.0.tasks.close();
        timeout(limit, self.0.tasks.wait()).await.is_ok()
    }

    /// What has an order waits in its chat's queue; the rest, and money above all, waits for nobody.
    fn place(&self, job: Job) {
        let (Meaning::Deed(incoming) | Meaning::Press { incoming, .. }) = &job.meaning else {
            let inner = self.0.clone();
            self.0.tasks.spawn(async move { inner.run(job).await });
            return;
        };
        let chat = incoming.person.id;
        match self.0.queues.admit(chat, job) {
            Admission::Queued => {}
            Admission::Start(job) => {
                let inner = self.0.clone();
                self.0.tasks.spawn(async move {
                    let mut next = Some(job);
                    while let Some(job) = next {
                        inner.run(job).await;
                        next = inner.queues.next(chat);
                    }
                });
            }
            Admission::ChatIsFull(job) => self.0.turn_away(job),
            // Dropping the job says that it was not handled.
            Admission::AllIsFull(_) => self.counters().refused.add_one(),
        }
    }
}

impl Inner {
    /// Whoever floods a chat is told so on a press, and otherwise left unheard.
    fn turn_away(&self, job: Job) {
        self.door.counters.floods.add_one();
        if let (Some(press), Some(incoming)) = (&job.press, job.incoming()) {
            let toast = || self.door.talk.busy_toast(&incoming.person);
            press.fire(std::panic::catch_unwind(AssertUnwindSafe(toast)).ok());
        }
        job.finish();
    }

    /// Handles one update to its end, whatever that is. Never panics, so that a chat's worker goes on.
    async fn run(&self, job: Job) {
        let span = tracing::info_span!("update", update.id = job.update_id);
        let handled = async {
            match &job.meaning {
                Meaning::Payment(_) => self.insist(&job).await,
                Meaning::Deed(incoming) | Meaning::Press { incoming, .. } => self.try_deed(&job, incoming).await,
                _ => drop(self.attempt(&job).await),
            }
            debug!(milliseconds = job.arrived.elapsed().as_millis() as u64, "an update was handled");
        };
        handled.instrument(span).await;
        job.finish();
    }

    /// A payment is tried for as long as the process lives; what is left then, Telegram delivers again.
    async fn insist(&self, job: &Job) {
        let mut back_off = PAYMENT_BACK_OFF;
        loop {
            match self.attempt(job).await {
                Attempt::Done => return,
                Attempt::Failed(cause) => warn!(update.id = job.update_id, error = %cause, "a payment waits"),
                Attempt::Panicked => {}
            }
            self.door.counters.retries.add_one();
            sleep(back_off).await;
            back_off = (back_off * 2).min(PAYMENT_BACK_OFF_LIMIT);
        }
    }

    async fn try_deed(&self, job: &Job, incoming: &Incoming) {
        let mut back_off = DEED_BACK_OFF;
        for attempt in 1..=DEED_TRIES {
            let permit = self.permits.acquire().await;
            let outcome = self.attempt(job).await;
            drop(permit);
            match outcome {
                Attempt::Done => return,
                // The same code on the same deed would panic again.
                Attempt::Panicked => break,
                Attempt::Failed(cause) if attempt == DEED_TRIES => {
                    error!(update.id = job.update_id, error = %cause, "gave up on an update");
                }
                Attempt::Failed(cause) => {
                    warn!(update.id = job.update_id, error = %cause, "an update is tried again");
                    self.door.counters.retries.add_one();
                    sleep(back_off).await;
                    back_off *= 5;
                }
            }
        }
        self.door.counters.given_up.add_one();
        self.say_trouble(&incoming.person).await;
    }

    /// Runs the handler once.
    async fn attempt(&self, job: &Job) -> Attempt {
        let answer: Arc<dyn Answer> = match &job.press {
            Some(press) => press.clone(),
            None => Arc::new(NoAnswer),
        };
        let run = self.tree.dispatch(deps![self.door.clone(), job.meaning.clone(), answer]);
        match timeout(HANDLE_LIMIT, AssertUnwindSafe(run).catch_unwind()).await {
            Ok(Ok(ControlFlow::Break(Ok(())) | ControlFlow::Continue(_))) => Attempt::Done,
            Ok(Ok(ControlFlow::Break(Err(cause)))) => Attempt::Failed(cause),
            Ok(Err(_panic)) => {
                self.door.counters.panics.add_one();
                error!(update.id = job.update_id, "a handler panicked");
                Attempt::Panicked
            }
            Err(_elapsed) => Attempt::Failed(anyhow::anyhow!("the handler took longer than {HANDLE_LIMIT:?}")),
        }
    }

    async fn say_trouble(&self, person: &Person) {
        let say = async {
            let view = self.door.talk.trouble(person);
            let place = Place::New { after: None, then: OldScreen::StripButtons };
            if let Err(cause) = self.door.courier.deliver(person.id, &view, &place).await {
                debug!(error = %cause, "could not tell of a trouble");
            }
        };
        if AssertUnwindSafe(say).catch_unwind().await.is_err() {
            self.door.counters.panics.add_one();
        }
    }
}

impl Job {
    fn incoming(&self) -> Option<&Incoming> {
        match &self.meaning {
            Meaning::Deed(incoming) | Meaning::Payment(incoming) | Meaning::Press { incoming, .. } => Some(incoming),
            _ => None,
        }
    }

    /// Stops the button from spinning, if nothing has yet, and reports the update as handled.
    fn finish(self) {
        if let Some(press) = self.press {
            press.fire(None);
        }
        meter::UPDATE_SECONDS.observe(self.arrived.elapsed());
        // Nobody may be waiting any more; then nobody needs to know.
        let _ = self.done.send(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_gets_all_that_it_asks_for() {
        let meaning = Meaning::Ignored(translate::Ignored::Unknown);
        let answer: Arc<dyn Answer> = Arc::new(NoAnswer);
        let mut provided = deps![meaning, answer];
        provided.insert_container(door_only());
        dptree::type_check(tree().sig(), &provided, &[]);
    }

    fn door_only() -> dptree::di::DependencyMap {
        let client = Client::new("http://127.0.0.1:1", "1:x").unwrap();
        let courier = Courier::new(client.clone());
        let door = Door {
            talk: Arc::new(Silent),
            client,
            courier,
            counters: Arc::default(),
            groups: super::super::tree::Groups::default(),
        };
        deps![Arc::new(door)]
    }

    struct Silent;

    #[async_trait::async_trait]
    impl Talk for Silent {
        async fn handle(&self, _: Incoming, _: &dyn Answer) -> anyhow::Result<super::super::talk::Handled> {
            Ok(super::super::talk::Handled::Done)
        }
        fn busy_toast(&self, _: &Person) -> String {
            String::new()
        }
        async fn checkout(&self, _: crate::conversation::incoming::Checkout) -> Result<(), String> {
            Ok(())
        }
        fn private_only(&self, _: Option<&str>) -> String {
            String::new()
        }
        fn trouble(&self, _: &Person) -> crate::flows::view::View {
            crate::flows::view::View::default()
        }
    }
}
