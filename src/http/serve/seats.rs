//! Seats for connections: only so many, and whoever has been silent for longest makes room for the next one.
//!
//! So that ten thousand connections that say nothing keep nobody out who has something to say.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Whoever has just come, or was just answered, may keep the seat for at least as long.
const SHORTEST: Duration = Duration::from_secs(1);
/// Between two looks for a seat while everybody is being answered.
const LOOK: Duration = Duration::from_millis(50);

pub(super) struct Seats {
    free: Arc<Semaphore>,
    silent: Arc<Mutex<Silent>>,
}

/// The connections on which nothing is asked at the moment.
#[derive(Default)]
struct Silent {
    turn: u64,
    /// By when they fell silent.
    by_turn: BTreeMap<u64, (Instant, Arc<Notify>)>,
}

/// What a connection sits on.
pub(super) struct Seat {
    silent: Arc<Mutex<Silent>>,
    /// Its turn among the silent, if it is one of them.
    turn: Mutex<Option<u64>>,
    leave: Arc<Notify>,
    _permit: OwnedSemaphorePermit,
}

/// Something was asked, and the answer is under way.
pub(super) struct Busy(Arc<Seat>);

impl Seats {
    pub(super) fn new(many: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(many)), silent: Arc::default() }
    }

    /// A seat, as soon as there is one.
    pub(super) async fn take(&self) -> Arc<Seat> {
        loop {
            if let Ok(permit) = self.free.clone().try_acquire_owned() {
                let seat = Seat {
                    silent: self.silent.clone(),
                    turn: Mutex::default(),
                    leave: Arc::default(),
                    _permit: permit,
                };
                seat.falls_silent();
                return Arc::new(seat);
            }
            let again = self.send_one_away();
            tokio::select! {
                // It is taken above.
                permit = self.free.acquire() => drop(permit),
                () = tokio::time::sleep(again) => {}
            }
        }
    }

    /// Has the one leave that was silent for longest; answers when to try again.
    fn send_one_away(&self) -> Duration {
        let mut silent = lock(&self.silent);
        let Some(first) = silent.by_turn.first_entry() else { return LOOK };
        let left = SHORTEST.saturating_sub(first.get().0.elapsed());
        if left.is_zero() {
            let (_, leave) = first.remove();
            leave.notify_one();
        }
        left.max(LOOK)
    }
}

impl Seat {
    /// Returns when the connection has to make room.
    pub(super) async fn is_wanted(&self) {
        loop {
            self.leave.notified().await;
            // Whoever was asked something at the last moment stays.
            if lock(&self.turn).is_some() {
                return;
            }
        }
    }

    /// Nobody is sent away from now on until the answer is out.
    pub(super) fn is_asked(self: &Arc<Self>) -> Busy {
        self.speaks();
        Busy(self.clone())
    }

    fn speaks(&self) {
        let turn = lock(&self.turn).take();
        if let Some(turn) = turn {
            lock(&self.silent).by_turn.remove(&turn);
        }
    }

    fn falls_silent(&self) {
        let turn = {
            let mut silent = lock(&self.silent);
            silent.turn += 1;
            let turn = silent.turn;
            silent.by_turn.insert(turn, (Instant::now(), self.leave.clone()));
            turn
        };
        *lock(&self.turn) = Some(turn);
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.falls_silent();
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.speaks();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn is_wanted(seat: &Arc<Seat>) -> bool {
        tokio::time::timeout(Duration::from_millis(1), seat.is_wanted()).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn the_most_silent_one_makes_room_and_nobody_who_is_being_answered() {
        let seats = Arc::new(Seats::new(3));
        let (first, second, third) = (seats.take().await, seats.take().await, seats.take().await);
        let asked = first.is_asked();
        let began = Instant::now();
        let next = tokio::spawn({
            let seats = seats.clone();
            async move { seats.take().await }
        });
        second.is_wanted().await;
        assert!(began.elapsed() >= SHORTEST, "everybody may stay for a moment");
        assert!(!is_wanted(&first).await && !is_wanted(&third).await);
        drop(second);
        let fourth = next.await.expect("there is room");
        // Who was answered last stays longest.
        drop(asked);
        tokio::time::sleep(SHORTEST).await;
        let fifth = tokio::spawn(async move { seats.take().await });
        third.is_wanted().await;
        assert!(!is_wanted(&first).await && !is_wanted(&fourth).await);
        drop(third);
        fifth.await.expect("there is room");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_asked_at_the_last_moment_stays() {
        let seats = Seats::new(1);
        let seat = seats.take().await;
        tokio::time::sleep(SHORTEST).await;
        seats.send_one_away();
        let asked = seat.is_asked();
        assert!(!is_wanted(&seat).await);
        drop(asked);
        assert!(!is_wanted(&seat).await);
        tokio::time::sleep(SHORTEST).await;
        seats.send_one_away();
        assert!(is_wanted(&seat).await, "but not for ever");
    }

    #[tokio::test(start_paused = true)]
    async fn while_everybody_is_being_answered_the_next_one_waits() {
        let seats = Seats::new(2);
        let (first, second) = (seats.take().await, seats.take().await);
        let (one, two) = (first.is_asked(), second.is_asked());
        assert!(tokio::time::timeout(Duration::from_secs(3600), seats.take()).await.is_err());
        assert!(!is_wanted(&first).await && !is_wanted(&second).await);
        drop((one, first));
        seats.take().await;
        drop((two, second));
        assert_eq!(lock(&seats.silent).by_turn.len(), 0, "who has gone is forgotten");
    }
}
