//! The two SQL engines behind one door: pools, transactions, migrations, and macros that run a statement on either.
//!
//! A statement is written once wherever both engines accept the text; [`Database::engine`] picks where they do not.
//! SQLite writes through one connection of its own, so that writers queue in order instead of polling for the lock.

mod columns;
mod macros;
mod migrations;
mod news;

use std::str::FromStr;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Postgres, Sqlite, Transaction};

pub use columns::UnknownName;
pub(crate) use macros::{all, exec, fetch, one, optional};
pub use news::News;

/// A moment, in UTC.
pub type Time = chrono::DateTime<chrono::Utc>;

/// How long a writer waits for another process's lock on an SQLite file.
const SQLITE_BUSY: Duration = Duration::from_secs(5);
/// Before the next look at a file that another process holds.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 16;
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Which engine a [`Database`] speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A connected database. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Database {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Postgres(PgPool),
}

/// A transaction on either engine; rolled back when dropped.
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// What a statement runs on; made by [`On::on`].
pub enum Target<'a> {
    SqlitePool(&'a SqlitePool),
    SqliteTx(&'a mut sqlx::SqliteConnection),
    PostgresPool(&'a PgPool),
    PostgresTx(&'a mut sqlx::PgConnection),
}

/// Something that a statement can run on.
pub trait On {
    fn on(&mut self) -> Target<'_>;
}

/// The pool that reads; on SQLite it never waits for a writer.
pub struct Read<'a>(pub &'a Database);
/// The pool that writes single statements.
pub struct Write<'a>(pub &'a Database);

impl On for Read<'_> {
    fn on(&mut self) -> Target<'_> {
        match self.0 {
            Database::Sqlite { read, .. } => Target::SqlitePool(read),
            Database::Postgres(pool) => Target::PostgresPool(pool),
        }
    }
}

impl On for Write<'_> {
    fn on(&mut self) -> Target<'_> {
        match self.0 {
            Database::Sqlite { write, .. } => Target::SqlitePool(write),
            Database::Postgres(pool) => Target::PostgresPool(pool),
        }
    }
}

impl On for Tx {
    fn on(&mut self) -> Target<'_> {
        match self {
            Self::Sqlite(tx) => Target::SqliteTx(tx),
            Self::Postgres(tx) => Target::PostgresTx(tx),
        }
    }
}

impl Database {
    /// Connects to `sqlite://path` (made when missing) or `postgres://…`.
    ///
    /// # Errors
    /// One sentence that names the database (without its password) and the mend.
    pub async fn connect(url: &str) -> anyhow::Result<Self> {
        if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Self::connect_postgres(url).await
        } else {
            bail!("DATABASE_URL must begin with sqlite:// or postgres://; for a file write sqlite://pixelai.db")
        }
    }

    async fn open_sqlite(url: &str) -> anyhow::Result<Self> {
        let options = SqliteConnectOptions::from_str(url)
            .with_context(|| format!("DATABASE_URL {url} is not an SQLite address; write sqlite://pixelai.db"))?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // In WAL mode this is safe against a killed process; a power cut can cost the last moments, whole
            // transactions at a time.
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(SQLITE_BUSY)
            .optimize_on_close(true, None);
        // Before the pools, whose own time limit could hide the reason.
        prove_sound(&options).await.map_err(|cause| sqlite_trouble(url, cause))?;
        let trouble = || format!("cannot open the database {url}");
        let pool = || SqlitePoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT).test_before_acquire(false);
        let write = pool().max_connections(1).connect_with(options.clone()).await.with_context(trouble)?;
        let read = pool().max_connections(SQLITE_READERS).connect_with(options).await.with_context(trouble)?;
        Ok(Self::Sqlite { write, read })
    }

    async fn connect_postgres(url: &str) -> anyhow::Result<Self> {
        let options = PgConnectOptions::from_str(url).map_err(|_| {
            // sqlx's own message could repeat the password.
            anyhow::anyhow!("DATABASE_URL is not a PostgreSQL address; write postgres://user:password@host/database")
        })?;
        let place = format!("{}:{}/{}", options.get_host(), options.get_port(), options.get_database().unwrap_or(""));
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .connect_with(options)
            .await
            .with_context(|| format!("cannot reach PostgreSQL at {place}; check DATABASE_URL and that it runs"))?;
        Ok(Self::Postgres(pool))
    }

    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Begins a transaction that is going to write. On SQLite it takes the write lock at once, since a reader that
    /// turns into a writer half-way can fail.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        match self {
            Self::Sqlite { write, .. } => Ok(Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?)),
            Self::Postgres(pool) => Ok(Tx::Postgres(pool.begin().await?)),
        }
    }

    pub fn read(&self) -> Read<'_> {
        Read(self)
    }

    pub fn write(&self) -> Write<'_> {
        Write(self)
    }

    /// Proves that the database answers.
    pub async fn ping(&self) -> sqlx::Result<()> {
        let _: (i64,) = one!(self.read(), (i64,), "SELECT CAST(1 AS BIGINT)")?;
        Ok(())
    }

    /// Lets the connections finish and closes them; a later statement fails.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// A file that is no database, or a damaged one, shows itself here and not at the first person's order.
///
/// Of processes that make one new file at once, SQLite refuses all but the first without waiting: those try again, for
/// as long as they would wait for a lock.
async fn prove_sound(options: &SqliteConnectOptions) -> Result<(), Trouble> {
    let began = Instant::now();
    loop {
        match look_over(options).await {
            Err(Trouble::Sql(cause)) if is_busy(&cause) && began.elapsed() < SQLITE_BUSY => {}
            outcome => return outcome,
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

async fn look_over(options: &SqliteConnectOptions) -> Result<(), Trouble> {
    let mut connection = options.connect().await?;
    let sound: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&mut connection).await?;
    connection.close().await?;
    if sound == "ok" { Ok(()) } else { Err(Trouble::Damaged(sound)) }
}

/// Why an SQLite file cannot be used.
enum Trouble {
    Damaged(String),
    Sql(sqlx::Error),
}

impl From<sqlx::Error> for Trouble {
    fn from(cause: sqlx::Error) -> Self {
        Self::Sql(cause)
    }
}

/// One sentence with the mend, by SQLite's result codes (<https://sqlite.org/rescode.html>), of which the low byte
/// tells the kind.
fn sqlite_trouble(url: &str, cause: Trouble) -> anyhow::Error {
    let cause = match cause {
        Trouble::Damaged(what) => {
            return anyhow!("the database {url} is damaged ({what}); restore it from a backup or name another file");
        }
        Trouble::Sql(cause) => cause,
    };
    match sqlite_code(&cause) {
        Some(5 | 6) => anyhow!("another program holds the database {url}; stop it, or name another file"),
        Some(8) => anyhow!("the database {url} cannot be written; mend its rights and those of its folder"),
        Some(11) => anyhow!("the database {url} is damaged; restore it from a backup or name another file"),
        Some(14) => {
            anyhow!("cannot open the database {url}; check that its folder exists and that both may be written")
        }
        Some(26) => anyhow!("{url} is a file of another kind, not an SQLite database; name another file"),
        _ => anyhow::Error::new(cause).context(format!("cannot open the database {url}")),
    }
}

/// The low byte of SQLite's result code.
fn sqlite_code(cause: &sqlx::Error) -> Option<u32> {
    Some(cause.as_database_error()?.code()?.parse::<u32>().ok()? & 0xff)
}

fn is_busy(cause: &sqlx::Error) -> bool {
    matches!(sqlite_code(cause), Some(5 | 6))
}

impl Tx {
    pub async fn commit(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }
}
