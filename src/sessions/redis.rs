//! Sessions in Redis: a hash for each chat, and a sorted set of timers.
//!
//! `pixelai:session:<chat>` holds `v` (the version), `s` (the value), `m` (the screen) and `d` (when the timer fires, in
//! milliseconds); it expires by itself. `pixelai:timers` holds the chats by the time of their timer. Each change is one
//! script, so that it happens whole, and one round trip.

use std::time::{Duration, Instant};

use bb8_redis::RedisConnectionManager;
use bb8_redis::bb8::{ManageConnection, Pool, RunError};
use chrono::DateTime;
use redis::aio::MultiplexedConnection;
use redis::{RedisError, Script};

use crate::database::Time;
use crate::domain::TelegramId;
use crate::meter;

use super::{EXPIRY, Loaded, Saved};

/// Before everything that is kept in Redis, so that other programs can share it.
const PREFIX: &str = "pixelai";
/// The longest that a person waits for Redis before they are told.
const CALL_LIMIT: Duration = Duration::from_secs(2);

/// Why Redis did not answer. Its address, which can hold a password, is in none of them.
#[derive(Debug, thiserror::Error)]
pub enum RedisTrouble {
    #[error("Redis does not answer")]
    Call(#[from] RedisError),
    #[error("no connection to Redis became free in time")]
    NoConnection,
    #[error("Redis does not answer in time")]
    Late,
}

impl From<RunError<RedisError>> for RedisTrouble {
    fn from(cause: RunError<RedisError>) -> Self {
        match cause {
            RunError::User(cause) => Self::Call(cause),
            RunError::TimedOut => Self::NoConnection,
        }
    }
}

/// Sessions in Redis. Cheap to clone.
#[derive(Clone)]
pub struct RedisSessions {
    pool: Pool<Lines>,
    scripts: &'static Scripts,
    /// `<prefix>:session:`, before a chat's id.
    session: String,
    timers: String,
}

impl std::fmt::Debug for RedisSessions {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("RedisSessions")
    }
}

/// Makes connections that know when they are dead.
///
/// The pool's own manager never calls a connection broken, so that after a restart of Redis each call would have to ask
/// first whether its connection lives: a round trip more for every update.
struct Lines(RedisConnectionManager);

struct Line {
    connection: MultiplexedConnection,
    broken: bool,
}

impl ManageConnection for Lines {
    type Connection = Line;
    type Error = RedisError;

    async fn connect(&self) -> Result<Line, RedisError> {
        Ok(Line { connection: self.0.connect().await?, broken: false })
    }

    async fn is_valid(&self, line: &mut Line) -> Result<(), RedisError> {
        self.0.is_valid(&mut line.connection).await
    }

    fn has_broken(&self, line: &mut Line) -> bool {
        line.broken
    }
}

struct Scripts {
    save: Script,
    note_screen: Script,
    claim_due: Script,
    forget: Script,
}

static SCRIPTS: std::sync::LazyLock<Scripts> = std::sync::LazyLock::new(|| Scripts {
    // A chat without a hash has version 0. Losing the race is answered with 0 and changes nothing.
    save: Script::new(
        "local version = tonumber(redis.call('HGET', KEYS[1], 'v') or '0')
         if version ~= tonumber(ARGV[1]) then return 0 end
         redis.call('HSET', KEYS[1], 'v', version + 1, 's', ARGV[2])
         redis.call('PEXPIRE', KEYS[1], ARGV[4])
         if ARGV[3] == '' then
             redis.call('HDEL', KEYS[1], 'd')
             redis.call('ZREM', KEYS[2], ARGV[5])
         else
             redis.call('HSET', KEYS[1], 'd', ARGV[3])
             redis.call('ZADD', KEYS[2], ARGV[3], ARGV[5])
         end
         return 1",
    ),
    // Only beside a session: a hash that holds nothing else would never expire.
    note_screen: Script::new(
        "if redis.call('HEXISTS', KEYS[1], 'v') == 1 then redis.call('HSET', KEYS[1], 'm', ARGV[1]) end",
    ),
    // A timer whose session has expired is dropped here.
    claim_due: Script::new(
        "local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
         local claimed = {}
         for _, chat in ipairs(due) do
             local session = ARGV[4] .. chat
             if redis.call('HEXISTS', session, 'v') == 1 then
                 redis.call('HSET', session, 'd', ARGV[2])
                 redis.call('ZADD', KEYS[1], ARGV[2], chat)
                 claimed[#claimed + 1] = chat
             else
                 redis.call('ZREM', KEYS[1], chat)
             end
         end
         return claimed",
    ),
    forget: Script::new("redis.call('DEL', KEYS[1]); redis.call('ZREM', KEYS[2], ARGV[1])"),
});

fn millis(time: Time) -> i64 {
    time.timestamp_millis()
}

impl RedisSessions {
    /// Connects to `redis://…` or `rediss://…` with at most `connections` connections.
    ///
    /// # Errors
    /// When the address is not one of Redis, or nobody answers there.
    pub async fn connect(url: &str, connections: u32) -> Result<Self, RedisTrouble> {
        let manager = RedisConnectionManager::new(url)?;
        let pool = Pool::builder()
            .max_size(connections)
            .connection_timeout(CALL_LIMIT)
            .test_on_check_out(false)
            .build_unchecked(Lines(manager));
        let sessions = Self { pool, scripts: &SCRIPTS, session: String::new(), timers: String::new() }.under(PREFIX);
        sessions.ping().await?;
        Ok(sessions)
    }

    /// The same server, but keys of another prefix.
    #[must_use]
    pub fn under(self, prefix: &str) -> Self {
        Self { session: format!("{prefix}:session:"), timers: format!("{prefix}:timers"), ..self }
    }

    fn session_key(&self, chat: TelegramId) -> String {
        format!("{}{chat}", self.session)
    }

    /// Whether Redis answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), RedisTrouble> {
        self.ask(async |line| redis::cmd("PING").query_async::<()>(line).await).await
    }

    pub(super) async fn load(&self, chat: TelegramId) -> Result<Option<Loaded>, RedisTrouble> {
        type Fields = (Option<String>, Option<i64>, Option<String>, Option<i64>);
        let mut call = redis::cmd("HMGET");
        call.arg(self.session_key(chat)).arg(&["s", "v", "m", "d"]);
        let (value, version, screen, due): Fields = self.ask(async |line| call.query_async(line).await).await?;
        let due_at = due.and_then(DateTime::from_timestamp_millis);
        Ok(value.zip(version).map(|(value, version)| Loaded { value, version, screen, due_at }))
    }

    pub(super) async fn save(
        &self,
        chat: TelegramId,
        value: &str,
        version: Option<i64>,
        due_at: Option<Time>,
    ) -> Result<Saved, RedisTrouble> {
        let due = due_at.map(|at| millis(at).to_string()).unwrap_or_default();
        let mut call = self.scripts.save.key(self.session_key(chat));
        call.key(self.timers.as_str())
            .arg(version.unwrap_or(0))
            .arg(value)
            .arg(due)
            .arg(u64::try_from(EXPIRY.as_millis()).unwrap_or(u64::MAX))
            .arg(chat.0);
        let saved: i64 = self.ask(async |line| call.invoke_async(line).await).await?;
        Ok(if saved == 1 { Saved::Yes } else { Saved::Lost })
    }

    pub(super) async fn note_screen(&self, chat: TelegramId, screen: &str) -> Result<(), RedisTrouble> {
        let mut call = self.scripts.note_screen.key(self.session_key(chat));
        call.arg(screen);
        self.ask(async |line| call.invoke_async(line).await).await
    }

    pub(super) async fn claim_due(
        &self,
        now: Time,
        lease_until: Time,
        limit: i64,
    ) -> Result<Vec<TelegramId>, RedisTrouble> {
        let mut call = self.scripts.claim_due.key(self.timers.as_str());
        call.arg(millis(now)).arg(millis(lease_until)).arg(limit).arg(self.session.as_str());
        let chats: Vec<i64> = self.ask(async |line| call.invoke_async(line).await).await?;
        Ok(chats.into_iter().map(TelegramId).collect())
    }

    pub(super) async fn next_due(&self) -> Result<Option<Time>, RedisTrouble> {
        let mut call = redis::cmd("ZRANGE");
        call.arg(self.timers.as_str()).arg(0).arg(0).arg("WITHSCORES");
        let first: Vec<(i64, f64)> = self.ask(async |line| call.query_async(line).await).await?;
        // Milliseconds since 1970 are far below what a float holds exactly.
        Ok(first.first().and_then(|(_, at)| DateTime::from_timestamp_millis(*at as i64)))
    }

    pub(super) async fn forget(&self, chat: TelegramId) -> Result<(), RedisTrouble> {
        let mut call = self.scripts.forget.key(self.session_key(chat));
        call.key(self.timers.as_str()).arg(chat.0);
        self.ask(async |line| call.invoke_async(line).await).await
    }

    /// Makes a call within its time. The connection counts as broken until the call has been answered, so that one that
    /// failed or was given up half-way is replaced.
    async fn ask<T>(
        &self,
        call: impl AsyncFnOnce(&mut MultiplexedConnection) -> Result<T, RedisError>,
    ) -> Result<T, RedisTrouble> {
        let began = Instant::now();
        let mut line = self.pool.get().await?;
        line.broken = true;
        let answer = tokio::time::timeout(CALL_LIMIT, call(&mut line.connection)).await;
        meter::REDIS_SECONDS.observe(began.elapsed());
        let answer = answer.map_err(|_| RedisTrouble::Late)?;
        line.broken = answer.is_err();
        Ok(answer?)
    }
}
