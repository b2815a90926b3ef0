//! Named points at which a test has the process killed.
//!
//! `PIXELAI_CRASH_AT=saved` kills it with SIGKILL when it gets to `saved` for the first time, `saved:3` for the third.
//! Release builds have no such points.

/// Dies here, if this is where a test wants it.
#[inline]
pub fn point(name: &'static str) {
    #[cfg(debug_assertions)]
    armed::check(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

#[cfg(debug_assertions)]
mod armed {
    use std::process::ExitStatus;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    static ARMED: LazyLock<Option<(String, u32)>> = LazyLock::new(|| {
        let setting = std::env::var("PIXELAI_CRASH_AT").ok()?;
        let (name, times) = setting.split_once(':').unwrap_or((&setting, "1"));
        Some((name.to_owned(), times.parse().ok()?))
    });
    static PASSED: AtomicU32 = AtomicU32::new(0);

    pub(super) fn check(name: &str) {
        let Some((armed, times)) = &*ARMED else { return };
        if armed == name && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *times {
            // No destructor runs and nothing is flushed, as when a machine takes the process away.
            let killed = std::process::Command::new("kill").args(["-9", &std::process::id().to_string()]).status();
            // The signal needs a moment; nothing may happen after this point.
            while killed.as_ref().is_ok_and(ExitStatus::success) {
                std::thread::park();
            }
            std::process::abort();
        }
    }
}
