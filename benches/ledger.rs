//! How fast the ledger is on PostgreSQL: `TEST_POSTGRES_URL=postgres://… cargo bench --bench ledger -- [seconds]`.
//!
//! 64 clients hold and capture the price of a job, each in a transaction of its own as an order and its end are: first
//! on a thousand accounts, then all on one. What is measured is printed; nothing is asserted but that the books balance.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use pixelai::database::Database;
use pixelai::domain::{Credits, JobId, TelegramId, UserId};
use pixelai::store::Store;
use pixelai::store::ledger::Posted;
use pixelai::store::users::Profile;
use pixelai::wallet::{self, Wallet};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CLIENTS: usize = 64;
const ACCOUNTS: i64 = 1000;
const SECONDS: u64 = 5;
/// Enough for any run.
const PURSE: i64 = 1_000_000_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        println!("TEST_POSTGRES_URL is not set: nothing is measured");
        return Ok(());
    };
    let seconds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(SECONDS);
    let span = Duration::from_secs(seconds);
    let schema = format!("bench_{}", uuid::Uuid::new_v4().simple());
    run(&server, &format!("CREATE SCHEMA {schema}")).await?;
    let measured = measure(&server, &schema, span).await;
    run(&server, &format!("DROP SCHEMA {schema} CASCADE")).await?;
    measured
}

async fn run(server: &str, sql: &str) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(server).await.context("TEST_POSTGRES_URL cannot be reached")?;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await?;
    Ok(connection.close().await?)
}

async fn measure(server: &str, schema: &str, span: Duration) -> anyhow::Result<()> {
    let joint = if server.contains('?') { '&' } else { '?' };
    let database = Database::connect(&format!("{server}{joint}options[search_path]={schema}")).await?;
    database.migrate().await?;
    let store = Store::new(database.clone());
    let wallet = Wallet::new(store.clone(), Credits::new(PURSE)?);
    let mut people = Vec::new();
    for number in 1..=ACCOUNTS {
        let profile =
            Profile { telegram_id: TelegramId(number), first_name: "Ann", username: None, language_code: None };
        people.push(wallet.welcome(&profile, chrono::Utc::now()).await?);
    }
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{CLIENTS} clients, {} s a run, {processors} processors", span.as_secs());
    trade(&store, "1,000 accounts", people.clone(), span).await?;
    trade(&store, "one hot account", people[..1].to_vec(), span).await?;
    let faults: Vec<String> = store.audit_ledger().await?;
    ensure!(faults.is_empty(), "the books do not balance: {faults:#?}");
    database.close().await;
    Ok(())
}

/// Has all clients hold and capture on these accounts for a while, and prints how often they could.
async fn trade(store: &Store, name: &str, people: Vec<UserId>, span: Duration) -> anyhow::Result<()> {
    let (people, done) = (Arc::new(people), Arc::new(AtomicU64::new(0)));
    let begin = Instant::now();
    let client = |number: usize| {
        let (store, people, done) = (store.clone(), people.clone(), done.clone());
        tokio::spawn(async move {
            let mut turn = number;
            while begin.elapsed() < span {
                hold_and_capture(&store, people[turn % people.len()]).await?;
                done.fetch_add(1, Ordering::Relaxed);
                turn += CLIENTS;
            }
            anyhow::Ok(())
        })
    };
    let clients: Vec<_> = (0..CLIENTS).map(client).collect();
    for client in clients {
        client.await??;
    }
    let pairs = done.load(Ordering::Relaxed) as f64 / begin.elapsed().as_secs_f64();
    println!("{name:<16} {pairs:>8.0} hold+capture a second ({:.0} transactions)", pairs * 2.0);
    Ok(())
}

async fn hold_and_capture(store: &Store, user: UserId) -> anyhow::Result<()> {
    let (job, price, now) = (JobId::new(), Credits::new(1)?, chrono::Utc::now());
    let mut tx = store.begin().await?;
    ensure!(wallet::hold(&mut tx, user, job, price, now).await? == Posted::Now, "the purse is empty");
    tx.commit().await?;
    let mut tx = store.begin().await?;
    wallet::capture(&mut tx, user, job, price, now).await?;
    Ok(tx.commit().await?)
}
