//! A provider that answers as a test's script says, and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use pixelai::domain::Refusal;
use pixelai::providers::{Fault, Provider, ProviderError, Status, Submission, Task};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// One answer of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// A submit starts a task.
    Task,
    /// A submit starts a task, but answers only when [`Scripted::let_go`] is called.
    HeldTask,
    Queued(u32),
    Running,
    Picture,
    BlackPicture,
    Garbage,
    Unavailable(Option<Duration>),
    Failed,
    Refused(Refusal),
    Unknown,
    SetUp,
}

#[derive(Default)]
struct Script {
    submits: VecDeque<Reply>,
    looks: VecDeque<Reply>,
    after_cancel: Option<Reply>,
    /// In place of [`Reply::Running`], once the script is over.
    usual_look: Option<Reply>,
    cancelled: bool,
    calls: Vec<String>,
}

/// Once its script is over, a submit starts a task and a task goes on running.
pub struct Scripted {
    name: &'static str,
    script: Mutex<Script>,
    gate: Semaphore,
    /// Hears of each submit as it comes in.
    heard: Mutex<Option<UnboundedSender<Instant>>>,
}

impl Scripted {
    pub fn new(name: &'static str) -> Arc<Self> {
        Arc::new(Self { name, script: Mutex::default(), gate: Semaphore::new(0), heard: Mutex::default() })
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().expect("no test panics while it holds the script")
    }

    /// What the next submits are answered with.
    pub fn on_submit<const N: usize>(&self, replies: [Reply; N]) {
        self.script().submits.extend(replies);
    }

    /// What the next looks at a task are answered with.
    pub fn on_look<const N: usize>(&self, replies: [Reply; N]) {
        self.script().looks.extend(replies);
    }

    /// From now on each task has its picture at the first look, and nobody notes the calls.
    pub fn paints_at_once(&self) {
        self.script().usual_look = Some(Reply::Picture);
    }

    /// When each submit comes in, from now on.
    pub fn hears_submits(&self) -> UnboundedReceiver<Instant> {
        let (heard, hears) = unbounded_channel();
        *self.heard.lock().expect("no test panics while it holds the channel") = Some(heard);
        hears
    }

    /// What every look is answered with once a task was cancelled: too late, perhaps.
    pub fn after_cancel(&self, reply: Reply) {
        self.script().after_cancel = Some(reply);
    }

    /// Lets held submits answer.
    pub fn let_go(&self) {
        self.gate.add_permits(100);
    }

    /// `submit <alias> <attempt>`, `look <task>`, `cancel <task>`, in order.
    pub fn calls(&self) -> Vec<String> {
        self.script().calls.clone()
    }

    /// The calls that begin so.
    pub fn calls_to(&self, what: &str) -> Vec<String> {
        self.calls().into_iter().filter(|call| call.starts_with(what)).collect()
    }

    fn note(&self, call: String) {
        let mut script = self.script();
        if script.usual_look.is_none() {
            script.calls.push(call);
        }
    }
}

#[async_trait]
impl Provider for Scripted {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn submit(&self, submission: &Submission) -> Result<Task, ProviderError> {
        self.note(format!("submit {} {}", submission.alias, submission.attempt));
        if let Some(heard) = &*self.heard.lock().expect("no test panics while it holds the channel") {
            // Whoever listened has heard enough.
            let _ = heard.send(Instant::now());
        }
        let reply = self.script().submits.pop_front().unwrap_or(Reply::Task);
        if reply == Reply::HeldTask {
            self.gate.acquire().await.expect("the gate is never closed").forget();
        }
        let id = format!("{}-{}", self.name, submission.attempt);
        trouble(reply).map_or(Ok(Task { id, details: serde_json::Value::Null }), Err)
    }

    async fn status(&self, task: &Task) -> Result<Status, ProviderError> {
        self.note(format!("look {}", task.id));
        let mut script = self.script();
        let late = script.after_cancel.filter(|_| script.cancelled);
        let reply = late.or_else(|| script.looks.pop_front()).or(script.usual_look).unwrap_or(Reply::Running);
        match (reply, trouble(reply)) {
            (_, Some(trouble)) => Err(trouble),
            (Reply::Queued(ahead), None) => Ok(Status::Queued { ahead: Some(ahead) }),
            (Reply::Picture, None) => Ok(Status::Succeeded { picture: picture() }),
            (Reply::BlackPicture, None) => {
                Ok(Status::Succeeded { picture: pixelai::media::black().expect("it is encoded") })
            }
            (Reply::Garbage, None) => Ok(Status::Succeeded { picture: Bytes::from_static(b"<html>502</html>") }),
            _ => Ok(Status::Running { progress: Some(0.5) }),
        }
    }

    async fn cancel(&self, task: &Task) -> Result<(), ProviderError> {
        self.note(format!("cancel {}", task.id));
        self.script().cancelled = true;
        Ok(())
    }
}

/// A picture that passes for one.
pub fn picture() -> Bytes {
    pixelai::media::samples().remove(0).jpeg
}

fn trouble(reply: Reply) -> Option<ProviderError> {
    Some(match reply {
        Reply::Unavailable(retry_after) => ProviderError::Unavailable { reason: "503".to_owned(), retry_after },
        Reply::Failed => ProviderError::Failed("out of memory".to_owned()),
        Reply::Refused(refusal) => ProviderError::Refused(refusal),
        Reply::Unknown => ProviderError::Unknown,
        Reply::SetUp => ProviderError::SetUp { fault: Fault::Model, reason: "no such model".to_owned() },
        _ => return None,
    })
}
