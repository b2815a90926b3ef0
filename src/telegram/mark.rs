//! How far the updates have been handled: what may be confirmed to Telegram, and what is known already.

use std::collections::BTreeSet;

/// The low-water mark of handled updates.
///
/// Telegram's confirmation is one number: everything below it is never delivered again. Updates are handled out of
/// order, so the number stays below the first that is not handled, and what was handled above it is remembered, because
/// Telegram delivers it again.
#[derive(Debug, Default)]
pub(super) struct Mark {
    /// Everything below has been handled; `None` before the first update.
    offset: Option<i64>,
    in_flight: BTreeSet<i64>,
    /// Came back unhandled, and waits to be delivered again.
    returned: BTreeSet<i64>,
    /// Handled, but above something that is not.
    handled: BTreeSet<i64>,
}

impl Mark {
    /// What `getUpdates` may confirm.
    pub fn offset(&self) -> Option<i64> {
        self.offset
    }

    /// Whether this update is to be handled now; if so, it is in flight from here on.
    pub fn begin(&mut self, id: i64) -> bool {
        // Telegram never repeats what was confirmed. A lower number is a new one: after a quiet week it may start anew.
        if self.offset.is_some_and(|offset| id < offset) {
            self.handled.clear();
        }
        if self.handled.contains(&id) || !self.in_flight.insert(id) {
            return false;
        }
        self.returned.remove(&id);
        self.offset = Some(self.offset.map_or(id, |offset| offset.min(id)));
        true
    }

    /// The update has come to its end; unless it was handled, it is to be delivered again.
    pub fn end(&mut self, id: i64, handled: bool) {
        if !self.in_flight.remove(&id) {
            // Overtaken.
            return;
        }
        if handled {
            self.handled.insert(id)
        } else {
            self.returned.insert(id)
        };
        self.advance();
    }

    /// Gives up holding the offset for the first in flight, and tells which that was.
    pub fn overtake(&mut self) -> Option<i64> {
        let first = self.in_flight.pop_first();
        self.advance();
        first
    }

    /// How many are in flight.
    pub fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// How many updates Telegram would deliver again before anything new.
    pub fn window(&self) -> usize {
        self.in_flight.len() + self.returned.len() + self.handled.len()
    }

    fn advance(&mut self) {
        let first_open = self.in_flight.first().into_iter().chain(self.returned.first()).min().copied();
        let last_handled = self.handled.last().map(|id| id + 1);
        let Some(offset) = first_open.or(last_handled) else { return };
        self.offset = self.offset.max(Some(offset));
        self.handled = self.handled.split_off(&offset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_waits_for_the_first_that_is_not_handled() {
        let mut mark = Mark::default();
        for id in [10, 11, 12] {
            assert!(mark.begin(id));
        }
        mark.end(11, true);
        mark.end(12, true);
        assert_eq!((mark.offset(), mark.window()), (Some(10), 3));
        mark.end(10, true);
        assert_eq!((mark.offset(), mark.window()), (Some(13), 0));
    }

    #[test]
    fn what_is_known_is_not_begun_twice() {
        let mut mark = Mark::default();
        assert!(mark.begin(10) && mark.begin(11));
        mark.end(11, true);
        assert!(!mark.begin(10) && !mark.begin(11));
    }

    #[test]
    fn what_came_back_unhandled_holds_the_offset_and_is_begun_again() {
        let mut mark = Mark::default();
        assert!(mark.begin(10) && mark.begin(11));
        mark.end(10, false);
        mark.end(11, true);
        assert_eq!(mark.offset(), Some(10));
        assert!(mark.begin(10));
        mark.end(10, true);
        assert_eq!(mark.offset(), Some(12));
    }

    #[test]
    fn numbers_that_start_anew_are_taken() {
        let mut mark = Mark::default();
        assert!(mark.begin(1_000));
        mark.end(1_000, true);
        assert!(mark.begin(5));
        mark.end(5, true);
        assert_eq!(mark.offset(), Some(6));
    }

    #[test]
    fn what_was_overtaken_holds_nothing_and_may_still_end() {
        let mut mark = Mark::default();
        assert!(mark.begin(10) && mark.begin(11));
        mark.end(11, true);
        assert_eq!(mark.overtake(), Some(10));
        assert_eq!(mark.offset(), Some(12));
        mark.end(10, false);
        assert_eq!((mark.offset(), mark.window()), (Some(12), 0));
    }

    #[test]
    fn gaps_in_the_numbers_hold_nothing_up() {
        let mut mark = Mark::default();
        assert!(mark.begin(10) && mark.begin(40));
        mark.end(10, true);
        mark.end(40, true);
        assert_eq!(mark.offset(), Some(41));
    }
}
