//! How fast messages may leave: Telegram's limits, kept before it has to remind us.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::TelegramId;
use crate::store::Store;
use crate::store::sends::Filled;

/// Chats that have been quiet for long enough are forgotten once there are this many.
const CHATS_BEFORE_CLEANING: usize = 1_000;

/// How many new messages may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub overall: Rate,
    pub per_chat: Rate,
}

/// One message in each interval in the long run, and so many at once after a rest; at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub interval: Duration,
    pub burst: u32,
}

impl Limits {
    /// What Telegram's FAQ names: about 30 messages a second overall, one a second in a chat, "short bursts" allowed.
    pub const TELEGRAM: Self = Self {
        overall: Rate { interval: Duration::from_millis(34), burst: 30 },
        per_chat: Rate { interval: Duration::from_secs(1), burst: 5 },
    };
    /// No limit of ours, for a server that has none; a 429 is heeded all the same.
    pub const NONE: Self = Self {
        overall: Rate { interval: Duration::ZERO, burst: 1 },
        per_chat: Rate { interval: Duration::ZERO, burst: 1 },
    };
}

/// Keeps the limits on new messages for all who send. Edits and answers do not count.
///
/// Both limits are leaky buckets, kept as the moment at which a bucket will have run dry. Processes that share a database
/// fill the same buckets; what those say is taken over here, so that a chat that has to wait is not asked for again.
#[derive(Debug)]
pub(super) struct Limiter {
    limits: Limits,
    buckets: Mutex<Buckets>,
    shared: Option<Store>,
}

#[derive(Debug, Default)]
struct Buckets {
    overall: Option<Instant>,
    chats: HashMap<TelegramId, Instant>,
}

impl Rate {
    /// How long a message has to wait now, in a bucket that runs dry at `dry`.
    fn wait(&self, dry: Option<Instant>, now: Instant) -> Duration {
        dry.map_or(Duration::ZERO, |dry| dry.saturating_duration_since(now).saturating_sub(self.tolerated()))
    }

    /// How full the bucket may be before a message has to wait.
    fn tolerated(&self) -> Duration {
        self.interval * self.burst.saturating_sub(1)
    }

    /// When the bucket runs dry once this message is in it as well.
    fn filled(&self, dry: Option<Instant>, now: Instant) -> Instant {
        dry.map_or(now, |dry| dry.max(now)) + self.interval
    }
}

impl Limiter {
    pub fn new(limits: Limits) -> Self {
        Self { limits, buckets: Mutex::default(), shared: None }
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The same, together with the other processes on this database. Without limits there is nothing to share.
    #[must_use]
    pub fn shared_through(self, store: Store) -> Self {
        let shares = store.shares_sends() && self.limits != Limits::NONE;
        Self { shared: shares.then_some(store), ..self }
    }

    /// Waits for the turn of a message to this chat.
    ///
    /// # Errors
    /// When the turn would come later than `patience`: the wait that it would take. No turn is used up then.
    pub async fn turn(&self, chat: TelegramId, patience: Duration) -> Result<(), Duration> {
        let mut wait = self.reserve(chat, patience, Instant::now())?;
        if let Some(filled) = self.fill_shared(chat).await {
            wait = wait.max(self.take_over(chat, filled, Instant::now()));
            if wait > patience {
                return Err(wait);
            }
        }
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    /// Lets nothing out to this chat before `pause` is over, as Telegram asked.
    pub async fn pause(&self, chat: TelegramId, pause: Duration) {
        self.pause_at(chat, pause, Instant::now());
        if let Some(store) = &self.shared {
            let until = pause + self.limits.per_chat.tolerated();
            if let Err(cause) = store.pause_sends(chat, until).await {
                tracing::debug!(error = %cause, "could not tell other processes of a pause");
            }
        }
    }

    /// Without the database each process keeps the limits by itself, and Telegram reminds us of what is beyond them.
    async fn fill_shared(&self, chat: TelegramId) -> Option<Filled> {
        let Limits { overall, per_chat } = self.limits;
        match self.shared.as_ref()?.fill_send_buckets(chat, overall.interval, per_chat.interval).await {
            Ok(filled) => filled,
            Err(cause) => {
                tracing::debug!(error = %cause, "could not share the limits of sending");
                None
            }
        }
    }

    /// How long the message that has just been put into the shared buckets has to wait.
    fn take_over(&self, chat: TelegramId, filled: Filled, now: Instant) -> Duration {
        let Limits { overall, per_chat } = self.limits;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let all = now + filled.overall;
        buckets.overall = Some(buckets.overall.map_or(all, |dry| dry.max(all)));
        let in_chat = buckets.chats.entry(chat).or_insert(now);
        *in_chat = (*in_chat).max(now + filled.in_chat);
        let wait = |rate: Rate, filled: Duration| filled.saturating_sub(rate.interval).saturating_sub(rate.tolerated());
        wait(overall, filled.overall).max(wait(per_chat, filled.in_chat))
    }

    fn pause_at(&self, chat: TelegramId, pause: Duration, now: Instant) {
        let until = now + pause + self.limits.per_chat.tolerated();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let dry = buckets.chats.entry(chat).or_insert(until);
        *dry = (*dry).max(until);
    }

    fn reserve(&self, chat: TelegramId, patience: Duration, now: Instant) -> Result<Duration, Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.chats.len() >= CHATS_BEFORE_CLEANING {
            buckets.chats.retain(|_, dry| *dry > now);
        }
        let Limits { overall, per_chat } = self.limits;
        let in_chat = buckets.chats.get(&chat).copied();
        let wait = overall.wait(buckets.overall, now).max(per_chat.wait(in_chat, now));
        if wait > patience {
            return Err(wait);
        }
        buckets.overall = Some(overall.filled(buckets.overall, now));
        buckets.chats.insert(chat, per_chat.filled(in_chat, now));
        Ok(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    /// A sender that waits its turns one after another, on a clock of its own.
    struct Sender {
        limiter: Limiter,
        start: Instant,
        now: Instant,
    }

    impl Sender {
        fn new() -> Self {
            let start = Instant::now();
            Self { limiter: Limiter::new(Limits::TELEGRAM), start, now: start }
        }

        /// Sends one message, and tells after how long it left.
        fn sends_to(&mut self, chat: i64) -> Duration {
            self.now += self.limiter.reserve(TelegramId(chat), PATIENCE, self.now).unwrap();
            self.now - self.start
        }
    }

    #[test]
    fn a_chat_gets_a_short_burst_and_then_a_message_a_second() {
        let mut sender = Sender::new();
        let left_at: Vec<u64> = (0..8).map(|_| sender.sends_to(1).as_secs()).collect();
        assert_eq!(left_at, [0, 0, 0, 0, 0, 1, 2, 3]);
    }

    #[test]
    fn all_chats_together_get_about_thirty_a_second() {
        let mut sender = Sender::new();
        let last = (0..120).map(|chat| sender.sends_to(chat)).last();
        let Rate { interval, burst } = Limits::TELEGRAM.overall;
        assert_eq!(last, Some(interval * (120 - burst)));
    }

    #[test]
    fn without_limits_only_a_pause_holds() {
        let mut sender = Sender { limiter: Limiter::new(Limits::NONE), ..Sender::new() };
        assert!((0..1_000).all(|_| sender.sends_to(1).is_zero()));
        sender.limiter.pause_at(TelegramId(1), Duration::from_secs(7), sender.now);
        assert_eq!(sender.sends_to(1), Duration::from_secs(7));
    }

    #[test]
    fn a_pause_holds_one_chat_and_no_other() {
        let mut sender = Sender::new();
        sender.limiter.pause_at(TelegramId(1), Duration::from_secs(7), sender.now);
        assert_eq!(sender.sends_to(2), Duration::ZERO);
        assert_eq!(sender.sends_to(1), Duration::from_secs(7));
    }

    #[test]
    fn a_turn_too_far_away_is_refused_and_not_used_up() {
        let sender = Sender::new();
        let pause = Duration::from_secs(60);
        sender.limiter.pause_at(TelegramId(1), pause, sender.now);
        for _ in 0..3 {
            assert_eq!(sender.limiter.reserve(TelegramId(1), PATIENCE, sender.now), Err(pause));
        }
    }

    #[test]
    fn quiet_chats_are_forgotten() {
        let mut sender = Sender::new();
        for chat in 0..3_000 {
            sender.sends_to(chat);
        }
        assert!(sender.limiter.buckets.lock().unwrap().chats.len() <= CHATS_BEFORE_CLEANING);
    }
}
