//! What one server allows.

use std::time::Duration;

/// How many connections there may be, and how long each may dawdle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// At a time. For more to come, those that have been silent for longest are closed.
    pub connections: usize,
    /// How long the head of a request may take to arrive, and how long a connection is kept that says nothing.
    pub head: Duration,
    /// How long the other side may take nothing of an answer.
    pub write: Duration,
    /// How long open requests may take when the server stops.
    pub grace: Duration,
}

/// Files and sockets besides the connections: databases, providers, Telegram.
const RESERVE: u64 = 512;
/// One that has been spoken on takes some twenty kilobytes, so that all of them take no more than a tenth of a small
/// machine; proxies and browsers need far fewer.
const MOST: usize = 4096;
const FEWEST: usize = 64;

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: MOST,
            head: Duration::from_secs(30),
            write: Duration::from_secs(30),
            grace: Duration::from_secs(5),
        }
    }
}

impl Bounds {
    /// As many connections as the system allows files to this process, less what the rest of it needs. The limit is
    /// raised as far as the system lets us: its default is meant for programs that were written long ago.
    pub fn of_this_process() -> Self {
        let connections = raised_limit().map_or(MOST, fitting);
        if connections < MOST {
            tracing::warn!(
                connections,
                "few open files are allowed here (ulimit -n), so that few can connect at a time"
            );
        }
        Self { connections, ..Self::default() }
    }
}

/// How many of so many files connections may be.
fn fitting(files: u64) -> usize {
    usize::try_from(files.saturating_sub(RESERVE)).unwrap_or(MOST).clamp(FEWEST, MOST)
}

/// The limit of open files after raising it; `None` where there is none.
#[cfg(unix)]
fn raised_limit() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = MOST as u64 + RESERVE;
    let current = limit.current?;
    let raised = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    if raised <= current {
        return Some(current);
    }
    // Refused, it stays as it is.
    match setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum: limit.maximum }) {
        Ok(()) => Some(raised),
        Err(_) => Some(current),
    }
}

#[cfg(not(unix))]
fn raised_limit() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_to_the_rest() {
        assert_eq!(fitting(1024), 512);
        assert_eq!(fitting(1 << 20), MOST);
        assert_eq!(fitting(10), FEWEST);
        assert_eq!(fitting(u64::MAX), MOST);
    }
}
