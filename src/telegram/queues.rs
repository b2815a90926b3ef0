//! Who waits for whom: in order within a chat, in parallel between chats, with bounds on both.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::TelegramId;

/// How many may wait in one chat behind the one that is being handled.
pub(super) const CHAT_BOUND: usize = 32;
/// How many may be inside in all.
pub(super) const TOTAL_BOUND: usize = 2_000;

/// The chats' queues. A chat is known only while it has work, so that nothing is left of it afterwards.
pub(super) struct Queues<T>(Mutex<Inner<T>>);

struct Inner<T> {
    /// A chat that is here has a worker.
    chats: HashMap<TelegramId, VecDeque<T>>,
    /// Everything admitted and not yet finished.
    inside: usize,
}

/// What became of something that wanted in.
pub(super) enum Admission<T> {
    /// The chat was idle: the caller starts its worker with this.
    Start(T),
    /// The chat's worker will come to it.
    Queued,
    ChatIsFull(T),
    AllIsFull(T),
}

impl<T> Default for Queues<T> {
    fn default() -> Self {
        Self(Mutex::new(Inner { chats: HashMap::new(), inside: 0 }))
    }
}

impl<T> Queues<T> {
    pub fn admit(&self, chat: TelegramId, item: T) -> Admission<T> {
        let mut inner = self.lock();
        if inner.inside >= TOTAL_BOUND {
            return Admission::AllIsFull(item);
        }
        let admission = match inner.chats.get_mut(&chat) {
            Some(queue) if queue.len() >= CHAT_BOUND => return Admission::ChatIsFull(item),
            Some(queue) => {
                queue.push_back(item);
                Admission::Queued
            }
            None => {
                inner.chats.insert(chat, VecDeque::new());
                Admission::Start(item)
            }
        };
        inner.inside += 1;
        admission
    }

    /// The chat's worker has finished one; here is its next. After `None` the worker must end.
    pub fn next(&self, chat: TelegramId) -> Option<T> {
        let mut inner = self.lock();
        inner.inside -= 1;
        let next = inner.chats.get_mut(&chat).and_then(VecDeque::pop_front);
        if next.is_none() {
            inner.chats.remove(&chat);
        }
        next
    }

    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        // Nothing in here panics between two halves of a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAT: TelegramId = TelegramId(7);

    #[test]
    fn a_chat_hands_out_its_work_in_order_and_is_then_forgotten() {
        let queues = Queues::default();
        assert!(matches!(queues.admit(CHAT, 1), Admission::Start(1)));
        assert!(matches!(queues.admit(CHAT, 2), Admission::Queued));
        assert!(matches!(queues.admit(CHAT, 3), Admission::Queued));
        assert_eq!([queues.next(CHAT), queues.next(CHAT), queues.next(CHAT)], [Some(2), Some(3), None]);
        let inner = queues.lock();
        assert!(inner.chats.is_empty() && inner.inside == 0);
    }

    #[test]
    fn a_full_chat_leaves_room_for_others() {
        let queues = Queues::default();
        for item in 0..=CHAT_BOUND {
            assert!(matches!(queues.admit(CHAT, item), Admission::Start(_) | Admission::Queued));
        }
        assert!(matches!(queues.admit(CHAT, 99), Admission::ChatIsFull(99)));
        assert!(matches!(queues.admit(TelegramId(8), 1), Admission::Start(1)));
    }

    #[test]
    fn a_full_house_admits_again_when_one_has_finished() {
        let queues = Queues::default();
        for chat in 0..TOTAL_BOUND {
            assert!(matches!(queues.admit(TelegramId(chat as i64), 0), Admission::Start(_)));
        }
        assert!(matches!(queues.admit(TelegramId(-1), 0), Admission::AllIsFull(_)));
        queues.next(TelegramId(0));
        assert!(matches!(queues.admit(TelegramId(-1), 0), Admission::Start(_)));
    }
}
