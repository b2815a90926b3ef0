//! When to look at a task again: seldom while nothing can have come of it, often when it is about to be done.
//!
//! What this costs grows with the looks, so that thousands of tasks may be out at once: a task is looked at a dozen
//! times, however many others there are.

use std::time::Duration;

use super::Pace;
use crate::store::jobs::UsualTime;

/// The longest pause, in the slowest pauses, while a webhook is bound to tell.
const TOLD: u32 = 3;

/// The pause before the next look at a task that has been out for `waited`.
pub(super) fn pause(pace: Pace, waited: Duration, usual: Option<UsualTime>, told: bool) -> Duration {
    let Pace { first, slowest, .. } = pace;
    if told {
        return (waited / 2).clamp((first * 4).min(slowest * TOLD), slowest * TOLD);
    }
    let Some(UsualTime { early, middle }) = usual else { return (waited / 10).clamp(first, slowest) };
    // Nine of ten are not done before this.
    let begin = early.mul_f64(0.9);
    if waited < begin {
        // A few looks show the place in line; the last of them comes as the first tasks end.
        let seldom = waited.clamp(first, slowest * 2);
        return seldom.min(begin - waited).max(first);
    }
    if waited < middle * 2 {
        // A quick model is worth a quick look.
        let least = (middle / 20).clamp(first, first * 2);
        return ((waited - begin) / 4).clamp(least, (slowest * 3 / 5).max(least));
    }
    (waited / 10).clamp(first, slowest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The looks at a task that takes `seconds`, and how long after its end the last one comes.
    fn looks(seconds: u64, usual: Option<(u64, u64)>, told: bool) -> (u32, Duration) {
        let usual = usual.map(|(early, middle)| UsualTime {
            early: Duration::from_secs(early),
            middle: Duration::from_secs(middle),
        });
        let (mut at, mut count) = (Pace::default().first, 1);
        while at < Duration::from_secs(seconds) {
            at += pause(Pace::default(), at, usual, told);
            count += 1;
        }
        (count, at - Duration::from_secs(seconds))
    }

    #[test]
    fn a_task_is_not_looked_at_often() {
        for seconds in 30..60 {
            let (count, late) = looks(seconds, Some((33, 45)), false);
            assert!(count <= 20, "{seconds} s: {count} looks");
            assert!(late <= Duration::from_secs(3), "{seconds} s: {late:?} late");
        }
    }

    #[test]
    fn what_is_told_by_a_webhook_is_hardly_looked_at() {
        let (count, _) = looks(60, Some((33, 45)), true);
        assert!(count <= 8, "{count}");
    }

    #[test]
    fn a_task_of_unknown_length_is_looked_at_soon() {
        assert_eq!(looks(3, None, false), (3, Duration::ZERO));
        assert!(looks(300, None, false).1 <= Pace::default().slowest);
    }
}
