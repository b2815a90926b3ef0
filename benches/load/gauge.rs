//! What Linux knows of a process: its processor time and its memory.

use std::time::Duration;

/// `USER_HZ`, which is 100 on every Linux that Rust's standard library runs on.
const TICK: Duration = Duration::from_millis(10);

/// A reading.
pub struct Gauge {
    cpu: Duration,
    peak_kib: u64,
}

impl Gauge {
    /// Reads the process of this id; zeros where there is no `/proc`.
    pub fn read(process: u32) -> Self {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // The second field is the program's name in brackets and may hold spaces.
        let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect::<Vec<_>>());
        let fields = fields.unwrap_or_default();
        let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
        // utime and stime, the 14th and 15th field of all.
        Self { cpu: TICK * (ticks(11) + ticks(12)), peak_kib: peak.unwrap_or(0) }
    }

    /// User and system time since an earlier reading.
    pub fn cpu_since(&self, before: &Gauge) -> Duration {
        self.cpu.saturating_sub(before.cpu)
    }

    /// The most memory that was ever resident.
    pub fn peak_mib(&self) -> f64 {
        self.peak_kib as f64 / 1024.0
    }
}

pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
