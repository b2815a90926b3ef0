//! The world in a file, and the files' contents in a folder beside it.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;

use super::lock;
use super::shared::Shared;
use super::world::World;

/// Changes that come close together are saved together.
const PAUSE: Duration = Duration::from_millis(300);

pub(super) struct Saver {
    path: PathBuf,
    /// Contents that the folder already has; also keeps two saves from running at once.
    saved: Mutex<HashSet<u64>>,
}

/// Reads what an earlier run saved; nothing when there was none.
pub(super) fn load(path: &Path) -> io::Result<Option<World>> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut world: World = serde_json::from_slice(&text)?;
    if let Ok(folder) = std::fs::read_dir(folder(path)) {
        for entry in folder {
            let entry = entry?;
            let name = entry.file_name();
            if let Some(blob) = name.to_str().and_then(|name| u64::from_str_radix(name, 16).ok()) {
                world.files.contents().keep(blob, std::fs::read(entry.path())?.into());
            }
        }
    }
    Ok(Some(world))
}

impl Saver {
    pub fn new(path: PathBuf) -> Saver {
        Saver { path, saved: Mutex::default() }
    }

    /// Saves everything; the state's file changes as a whole or not at all.
    pub fn save(&self, shared: &Shared) -> io::Result<()> {
        let mut saved = lock(&self.saved);
        let (text, blobs) = {
            let mut world = lock(&shared.world);
            let new = world.files.contents().iter().filter(|(blob, _)| !saved.contains(blob));
            let blobs: Vec<(u64, Bytes)> = new.map(|(blob, bytes)| (blob, bytes.clone())).collect();
            (serde_json::to_vec(&*world)?, blobs)
        };
        let folder = folder(&self.path);
        if !blobs.is_empty() {
            std::fs::create_dir_all(&folder)?;
        }
        for (blob, bytes) in blobs {
            let path = folder.join(format!("{blob:016x}"));
            if !path.exists() {
                write_whole(&path, &bytes)?;
            }
            saved.insert(blob);
        }
        write_whole(&self.path, &text)
    }
}

/// Saves after changes, until the server stops; the last save is the caller's.
pub(super) async fn run(shared: Arc<Shared>, saver: Arc<Saver>) {
    let changed = lock(&shared.world).changed.clone();
    loop {
        tokio::select! {
            () = changed.notified() => {}
            () = shared.stop.cancelled() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = shared.stop.cancelled() => return,
        }
        let (shared, saver) = (shared.clone(), saver.clone());
        let saving = tokio::task::spawn_blocking(move || saver.save(&shared));
        if let Ok(Err(error)) = saving.await {
            tracing::warn!(%error, "the emulator's state could not be saved");
        }
    }
}

fn folder(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".files");
    name.into()
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let temporary = PathBuf::from(name);
    let mut file = std::fs::File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(temporary, path)
}
