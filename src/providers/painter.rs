//! The built-in painter: a provider that needs no key, and that plays any other provider while `MOCK_AI` is set.
//!
//! It really paints, after a while and with progress, and can be told to misbehave by model ([`Behaviour`]). Its tasks
//! are files in one directory, so they outlive the process and are shared by several.

mod behaviour;
mod files;
mod likeness;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use uuid::Uuid;

pub use behaviour::{Behaviour, parse_behaviours};
use files::{Ending, Files, Record};

use super::{Provider, ProviderError, Status, Submission, Task};
use crate::domain::{ModelAlias, Refusal};
use crate::media::{self, PaintError, Style};

/// The first share of a task's duration is spent in line.
const IN_LINE: f32 = 0.2;

/// How often one process looks for old tasks to remove.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// How a painter works.
#[derive(Debug, Clone)]
pub struct PainterOptions {
    /// Where tasks are kept; made when missing. Several painters may share it.
    pub directory: PathBuf,
    /// From a submit to its picture, at least; zero for as soon as it is painted.
    pub duration: Duration,
    /// How models behave that do not simply paint.
    pub behaviours: Vec<(ModelAlias, Behaviour)>,
}

impl PainterOptions {
    /// Six seconds a picture, as fast providers take, and no faults.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), duration: Duration::from_secs(6), behaviours: Vec::new() }
    }
}

/// Paints by itself, under its own or another provider's name. Clones share everything.
#[derive(Clone)]
pub struct Painter {
    name: &'static str,
    shared: Arc<Shared>,
}

struct Shared {
    files: Files,
    duration: Duration,
    behaviours: Mutex<HashMap<ModelAlias, Behaviour>>,
    /// Of models that have none of their own.
    usual: Mutex<Behaviour>,
    /// The tasks that this process is painting; a receiver ends when its painting does.
    painting: Mutex<HashMap<Uuid, watch::Receiver<()>>>,
    swept: Mutex<Option<Instant>>,
}

impl Painter {
    /// A painter that answers to `name`, as it stands in the `models` table.
    pub fn new(name: &'static str, options: PainterOptions) -> Self {
        let shared = Shared {
            files: Files::new(options.directory),
            duration: options.duration,
            behaviours: Mutex::new(options.behaviours.into_iter().collect()),
            usual: Mutex::default(),
            painting: Mutex::default(),
            swept: Mutex::default(),
        };
        Self { name, shared: Arc::new(shared) }
    }

    /// From now on tasks of the model `alias` behave so; those under way go on as they began.
    pub fn behave(&self, alias: &ModelAlias, behaviour: Behaviour) {
        lock(&self.shared.behaviours).insert(alias.clone(), behaviour);
    }

    /// The same for all models that have no behaviour of their own.
    pub fn behave_always(&self, behaviour: Behaviour) {
        *lock(&self.shared.usual) = behaviour;
    }

    fn behaviour(&self, alias: &ModelAlias) -> Behaviour {
        let own = lock(&self.shared.behaviours).get(alias).cloned();
        own.unwrap_or_else(|| lock(&self.shared.usual).clone())
    }

    fn record(&self, submission: &Submission, behaviour: Behaviour) -> Record {
        let started_at = SystemTime::now();
        Record {
            provider: self.name.to_owned(),
            alias: submission.alias.clone(),
            style: submission.style.clone(),
            // Another attempt at the same job gives another picture.
            seed: submission.job.0.as_u64_pair().1 ^ u64::from(submission.attempt),
            photos: submission.photos.len(),
            started_at,
            ready_at: behaviour.ready_at(started_at, self.shared.duration, submission.time_limit),
            behaviour,
            training: false,
        }
    }

    /// Paints in the background unless this process is at it, and hands over what ends with the painting.
    fn paint(&self, id: Uuid, record: Record) -> watch::Receiver<()> {
        let mut painting = lock(&self.shared.painting);
        if let Some(ended) = painting.get(&id) {
            return ended.clone();
        }
        let (running, ended) = watch::channel(());
        painting.insert(id, ended.clone());
        let shared = self.shared.clone();
        spawn_blocking(move || {
            let finished = std::panic::AssertUnwindSafe(|| make(&shared.files, id, &record));
            let ending = std::panic::catch_unwind(finished)
                .unwrap_or_else(|_| Ending::Failed("the painter panicked".to_owned()));
            if let Err(error) = shared.files.end(id, &ending) {
                tracing::warn!(%id, %error, "a painted picture could not be stored");
            }
            lock(&shared.painting).remove(&id);
            drop(running);
        });
        ended
    }

    /// Stores a task with its photos, and looks for old ones every now and then.
    async fn store(&self, record: &Record, photos: Vec<Bytes>) -> Result<Uuid, ProviderError> {
        let (id, stored) = (Uuid::now_v7(), record.clone());
        let sweep = self.shared.sweep_is_due();
        let store = move |files: &Files| {
            if sweep {
                files.sweep(SystemTime::now());
            }
            files.begin(id, &stored, &photos)
        };
        self.shared.blocking(store).await?;
        Ok(id)
    }

    /// Waits for the picture of a task whose time has come, painting it again if its process died.
    async fn ending(&self, id: Uuid, record: Record) -> Result<Ending, ProviderError> {
        for _ in 0..2 {
            if let Some(ending) = self.shared.blocking(move |files| files.ending(id)).await? {
                return Ok(ending);
            }
            // Errs when the painting has ended, which is what is waited for.
            let _ = self.paint(id, record.clone()).changed().await;
        }
        let ending = self.shared.blocking(move |files| files.ending(id)).await?;
        ending.ok_or_else(|| unavailable("the picture could not be stored"))
    }
}

impl Shared {
    /// Runs file work away from the async threads.
    async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Files) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, ProviderError> {
        let shared = self.clone();
        match spawn_blocking(move || work(&shared.files)).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(unavailable(format!("its directory: {error}"))),
            Err(_) => Err(unavailable("its file work was cut short")),
        }
    }

    /// Whether it is time to look for old tasks.
    fn sweep_is_due(&self) -> bool {
        let mut swept = lock(&self.swept);
        let due = swept.is_none_or(|at| at.elapsed() >= SWEEP_INTERVAL);
        if due {
            *swept = Some(Instant::now());
        }
        due
    }
}

#[async_trait]
impl Provider for Painter {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn submit(&self, submission: &Submission) -> Result<Task, ProviderError> {
        let behaviour = self.behaviour(&submission.alias);
        if behaviour == Behaviour::Unavailable {
            return Err(unavailable("told to be"));
        }
        let mut record = self.record(submission, behaviour);
        let photos = match &submission.likeness {
            Some(likeness) => likeness::photos(likeness, record.seed).await?,
            None => submission.photos.clone(),
        };
        record.photos = photos.len();
        let id = self.store(&record, photos).await?;
        if record.behaviour.paints() {
            self.paint(id, record);
        }
        Ok(Task { id: id.to_string(), details: serde_json::Value::Null })
    }

    async fn status(&self, task: &Task) -> Result<Status, ProviderError> {
        let id = parse(task)?;
        let found = self.shared.blocking(move |files| Ok((files.record(id)?, files.is_cancelled(id)))).await?;
        let (Some(record), cancelled) = found else { return Err(ProviderError::Unknown) };
        if record.training {
            return Err(ProviderError::Unknown);
        }
        if cancelled {
            return Err(ProviderError::Failed("cancelled".to_owned()));
        }
        if let Some(waiting) = waiting(&record, SystemTime::now()) {
            return Ok(waiting);
        }
        let picture = match record.behaviour {
            Behaviour::Fail => return Err(ProviderError::Failed("told to fail".to_owned())),
            Behaviour::Refuse(refusal) => return Err(ProviderError::Refused(refusal)),
            Behaviour::Garbage => Bytes::from_static(b"this is no picture"),
            _ => match self.ending(id, record).await? {
                Ending::Painted(picture) => picture,
                Ending::Refused(refusal) => return Err(ProviderError::Refused(refusal)),
                Ending::Failed(reason) => return Err(ProviderError::Failed(reason)),
            },
        };
        Ok(Status::Succeeded { picture })
    }

    async fn cancel(&self, task: &Task) -> Result<(), ProviderError> {
        let id = parse(task)?;
        let now = SystemTime::now();
        let cancel = move |files: &Files| {
            let Some(record) = files.record(id)? else { return Ok(false) };
            let ended = waiting(&record, now).is_none();
            if ended || !record.behaviour.listens() { Ok(true) } else { files.cancel(id).map(|()| true) }
        };
        if self.shared.blocking(cancel).await? { Ok(()) } else { Err(ProviderError::Unknown) }
    }
}

/// How a task stands before its time has come; `None` afterwards.
fn waiting(record: &Record, now: SystemTime) -> Option<Status> {
    let stalled = record.behaviour == Behaviour::Stall;
    if now >= record.ready_at && !stalled {
        return None;
    }
    let whole = record.ready_at.duration_since(record.started_at).unwrap_or_default().as_secs_f32();
    let spent = now.duration_since(record.started_at).unwrap_or_default().as_secs_f32();
    let share = if whole > 0.0 { spent / whole } else { 1.0 };
    if share < IN_LINE {
        // Three ahead at first, none just before its turn.
        return Some(Status::Queued { ahead: Some(((1.0 - share / IN_LINE) * 3.999) as u32) });
    }
    let done = (share - IN_LINE) / (1.0 - IN_LINE);
    // What stalls creeps towards nine tenths and stays there.
    let progress = if stalled { 0.9 * done / (done + 1.0) } else { done * 0.99 };
    Some(Status::Running { progress: Some(progress) })
}

/// Paints what `record` asks for.
fn make(files: &Files, id: Uuid, record: &Record) -> Ending {
    let photos = match files.photos(id, record.photos) {
        Ok(photos) => photos,
        Err(error) => return Ending::Failed(format!("the stored photos: {error}")),
    };
    if record.behaviour == Behaviour::Black {
        return painted(media::black());
    }
    let style =
        if record.style.is_null() { Ok(Style::default()) } else { serde_json::from_value(record.style.clone()) };
    match style {
        Ok(style) => painted(media::paint(&style, &photos, record.seed)),
        Err(error) => Ending::Failed(format!("the template's style: {error}")),
    }
}

fn painted(picture: Result<Bytes, PaintError>) -> Ending {
    match picture {
        Ok(picture) => Ending::Painted(picture),
        Err(PaintError::Unreadable | PaintError::NoPhotos) => Ending::Refused(Refusal::Unreadable),
        Err(PaintError::Encoding(error)) => Ending::Failed(error.to_string()),
    }
}

fn parse(task: &Task) -> Result<Uuid, ProviderError> {
    task.id.parse().map_err(|_| ProviderError::Unknown)
}

fn unavailable(reason: impl Into<String>) -> ProviderError {
    ProviderError::Unavailable { reason: format!("the painter: {}", reason.into()), retry_after: None }
}

/// A panic elsewhere leaves these maps whole: each change to them is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
