//! How long something takes, sorted into spans.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The upper ends of the spans, in seconds; what takes longer than the last one has a span of its own.
pub const BOUNDS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0];

/// Durations, counted by span.
#[derive(Debug, Default)]
pub struct Histogram {
    spans: [AtomicU64; BOUNDS.len() + 1],
    sum_micros: AtomicU64,
}

impl Histogram {
    pub const fn new() -> Self {
        Self { spans: [const { AtomicU64::new(0) }; BOUNDS.len() + 1], sum_micros: AtomicU64::new(0) }
    }

    pub fn observe(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        let span = BOUNDS.iter().position(|bound| seconds <= *bound).unwrap_or(BOUNDS.len());
        self.spans[span].fetch_add(1, Ordering::Relaxed);
        self.sum_micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Does something and notes how long it took.
    pub async fn time<T>(&self, deed: impl Future<Output = T>) -> T {
        let began = Instant::now();
        let done = deed.await;
        self.observe(began.elapsed());
        done
    }

    pub fn count(&self) -> u64 {
        self.spans.iter().map(|span| span.load(Ordering::Relaxed)).sum()
    }

    pub fn sum_seconds(&self) -> f64 {
        Duration::from_micros(self.sum_micros.load(Ordering::Relaxed)).as_secs_f64()
    }

    /// Under each bound, how many were no longer than it; last, all.
    pub fn cumulative(&self) -> [u64; BOUNDS.len() + 1] {
        let mut sum = 0;
        self.spans.each_ref().map(|span| {
            sum += span.load(Ordering::Relaxed);
            sum
        })
    }

    /// About how many seconds it takes at most in this share of the cases, read off between the bounds; `None` before
    /// there was any.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let below = self.cumulative();
        let rank = share * below[BOUNDS.len()] as f64;
        let at = below.iter().position(|count| *count > 0 && *count as f64 >= rank)?;
        let (from, to) =
            (if at == 0 { 0.0 } else { BOUNDS[at - 1] }, *BOUNDS.get(at).unwrap_or(&BOUNDS[BOUNDS.len() - 1]));
        let before = if at == 0 { 0 } else { below[at - 1] };
        let within = (rank - before as f64) / (below[at] - before).max(1) as f64;
        Some(from + (to - from).max(0.0) * within.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_falls_into_the_span_that_ends_with_it() {
        let histogram = Histogram::new();
        for millis in [1, 2, 250, 251, 90_000] {
            histogram.observe(Duration::from_millis(millis));
        }
        let below = histogram.cumulative();
        let up_to = |seconds: f64| below[BOUNDS.iter().position(|bound| *bound == seconds).unwrap()];
        assert_eq!((up_to(0.001), up_to(0.0025), up_to(0.25), up_to(0.5), up_to(60.0)), (1, 2, 3, 4, 4));
        assert_eq!((below[BOUNDS.len()], histogram.count()), (5, 5));
        assert!((histogram.sum_seconds() - 90.504).abs() < 1e-9);
    }

    #[test]
    fn a_quantile_lies_between_the_bounds_of_its_span() {
        let histogram = Histogram::new();
        assert_eq!(histogram.quantile(0.5), None);
        for _ in 0..99 {
            histogram.observe(Duration::from_millis(30));
        }
        histogram.observe(Duration::from_secs(4));
        let (half, last) = (histogram.quantile(0.5).unwrap(), histogram.quantile(1.0).unwrap());
        assert!((0.025..=0.05).contains(&half), "{half}");
        assert!((2.5..=5.0).contains(&last), "{last}");
    }
}
