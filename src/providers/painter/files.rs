//! The painter's tasks as files: what to do, from what, how it ended.
//!
//! `<id>.json` comes last at the beginning and `<id>.jpg` or `<id>.end.json` is the end; each appears whole or not at
//! all. `<id>.cancelled` is a mark of its own, so that nothing is ever read, changed and written back.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Behaviour;
use crate::domain::{ModelAlias, Refusal};

/// How long a task is kept after its time.
const KEPT: Duration = Duration::from_secs(3600);

/// What a task is to become.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Record {
    /// The name under which the painter took it.
    pub provider: String,
    pub alias: ModelAlias,
    pub style: serde_json::Value,
    pub seed: u64,
    /// How many photos lie beside it.
    pub photos: usize,
    pub started_at: SystemTime,
    pub ready_at: SystemTime,
    pub behaviour: Behaviour,
    /// It becomes a likeness, not a picture.
    #[serde(default)]
    pub training: bool,
}

/// What came of a painting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Ending {
    #[serde(skip)]
    Painted(Bytes),
    Refused(Refusal),
    Failed(String),
}

pub(super) struct Files {
    directory: PathBuf,
}

impl Files {
    pub fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    fn path(&self, id: Uuid, rest: &str) -> PathBuf {
        self.directory.join(format!("{id}.{rest}"))
    }

    /// Stores a task with its photos.
    pub fn begin(&self, id: Uuid, record: &Record, photos: &[Bytes]) -> io::Result<()> {
        fs::create_dir_all(&self.directory)?;
        for (index, photo) in photos.iter().enumerate() {
            self.write(id, &format!("{index}.in"), photo)?;
        }
        self.write(id, "json", &serde_json::to_vec(record)?)
    }

    /// The task, or `None` where there is none.
    pub fn record(&self, id: Uuid) -> io::Result<Option<Record>> {
        let Some(bytes) = read(&self.path(id, "json"))? else { return Ok(None) };
        Ok(Some(serde_json::from_slice(&bytes)?))
    }

    pub fn photos(&self, id: Uuid, count: usize) -> io::Result<Vec<Bytes>> {
        (0..count).map(|index| fs::read(self.path(id, &format!("{index}.in"))).map(Bytes::from)).collect()
    }

    /// Stores how a painting ended.
    pub fn end(&self, id: Uuid, ending: &Ending) -> io::Result<()> {
        match ending {
            Ending::Painted(picture) => self.write(id, "jpg", picture),
            other => self.write(id, "end.json", &serde_json::to_vec(other)?),
        }
    }

    pub fn ending(&self, id: Uuid) -> io::Result<Option<Ending>> {
        if let Some(picture) = read(&self.path(id, "jpg"))? {
            return Ok(Some(Ending::Painted(picture.into())));
        }
        let Some(bytes) = read(&self.path(id, "end.json"))? else { return Ok(None) };
        Ok(Some(serde_json::from_slice(&bytes)?))
    }

    /// Removes all files of a task.
    pub fn remove(&self, id: Uuid) -> io::Result<()> {
        if !self.directory.exists() {
            return Ok(());
        }
        for entry in fs::read_dir(&self.directory)? {
            let path = entry?.path();
            if owner(&path) == Some(id) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    pub fn cancel(&self, id: Uuid) -> io::Result<()> {
        self.write(id, "cancelled", b"")
    }

    pub fn is_cancelled(&self, id: Uuid) -> bool {
        self.path(id, "cancelled").exists()
    }

    /// Removes every task that was over an hour ago. What cannot be removed stays until the next time.
    pub fn sweep(&self, now: SystemTime) {
        let Ok(entries) = fs::read_dir(&self.directory) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            // Foreign files, which have no id for a name, are left alone.
            if owner(&path).is_some_and(|id| self.is_over(id, now)) {
                let _ = fs::remove_file(path);
            }
        }
    }

    fn is_over(&self, id: Uuid, now: SystemTime) -> bool {
        let begun = id.get_timestamp().map_or(SystemTime::UNIX_EPOCH, |at| {
            let (seconds, nanoseconds) = at.to_unix();
            SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds)
        });
        // The id alone clears most of them, without a look inside; the rest may have been set to end late.
        if begun + KEPT > now {
            return false;
        }
        self.record(id).ok().flatten().is_none_or(|record| record.ready_at + KEPT <= now)
    }

    /// Writes a file that others see whole or not at all.
    fn write(&self, id: Uuid, rest: &str, bytes: &[u8]) -> io::Result<()> {
        let draft = self.path(id, &format!("{}.draft", Uuid::new_v4().simple()));
        let mut file = fs::File::create(&draft)?;
        file.write_all(bytes)?;
        fs::rename(&draft, self.path(id, rest))
    }
}

/// The task that a file belongs to.
fn owner(path: &Path) -> Option<Uuid> {
    let name = path.file_name()?.to_str()?;
    name.split('.').next()?.parse().ok()
}

/// The file's bytes, or `None` where there is none.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
