//! The way of a job over PostgreSQL: `cargo bench --bench jobs -- [orders] [finished rows]`.
//!
//! `TEST_POSTGRES_URL` names the server. The provider answers at once, so that what is measured is ours: how soon a job
//! that another process has placed is picked up, and how many go from order to delivered letter in a second; then the
//! same with many finished rows and a long transaction open. What is measured is printed; nothing is asserted.

#[path = "../../tests/suite/support/database.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod database;
#[path = "../../tests/suite/support/provider.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod provider;
#[path = "../../tests/suite/support/shop.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod shop;
#[path = "../../tests/suite/support/stars.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod stars;
#[path = "../../tests/suite/support/studio.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod studio;
#[path = "../../tests/suite/support/waits.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod waits;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use pixelai::database::Engine;
use pixelai::domain::UserId;
use pixelai::orders::{Bell, Catalog, Order, Orders, Placed};
use pixelai::wallet::Wallet;
use sqlx::{Connection, PgConnection};

use database::engines;
use shop::{PRICE, PROVIDERS, Shop, TEMPLATE, credits, key, profile, template};
use studio::Studio;
use waits::{awaited, now};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ORDERS: usize = 2000;
const FINISHED: usize = 1_000_000;
/// Orders whose pick-up is timed, one after another.
const TIMED: usize = 300;
/// People who order at the same time.
const CLIENTS: usize = 64;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let number = |at: usize, usual: usize| {
        let given = arguments.get(at).map(|text| text.parse::<usize>().context("[orders] [finished rows]"));
        given.transpose().map(|given| given.unwrap_or(usual).max(1))
    };
    let (orders, finished) = (number(0, ORDERS)?, number(1, FINISHED)?);
    let fresh = engines().await.into_iter().find(|fresh| fresh.engine() == Engine::Postgres);
    let fresh = fresh.context("set TEST_POSTGRES_URL to a PostgreSQL server")?;
    let mut studio = Studio::over(fresh).await;
    studio.first.paints_at_once();
    studio.start();
    let counter = Counter::of(&studio.shop).await?;
    println!("{:<46} {:>12}", "", "empty table");
    counter.measure(&studio, orders).await?;

    studio.shop.fresh.run(finished_rows(finished)).await?;
    studio.shop.fresh.run("ANALYZE generation_jobs").await?;
    let mut long = PgConnection::connect(&std::env::var("TEST_POSTGRES_URL")?).await?;
    let mut open = long.begin().await?;
    sqlx::query("SELECT count(*), pg_current_xact_id() FROM pg_class").execute(&mut *open).await?;
    println!("{:<46} {:>12}", "", format!("{finished} finished rows, a long transaction open"));
    counter.measure(&studio, orders).await?;
    open.rollback().await?;
    studio.close().await;
    Ok(())
}

/// Where orders are placed: as in another process, no bell of the workers is rung.
struct Counter {
    orders: Orders,
    people: Vec<UserId>,
}

impl Counter {
    async fn of(shop: &Shop) -> anyhow::Result<Self> {
        let store = shop.fresh.store.clone();
        let catalog = Catalog::load(&store, PROVIDERS.map(str::to_owned).into()).await?;
        let orders = Orders::new(store, Arc::new(catalog), Arc::new(Bell::default()));
        let mut people = Vec::with_capacity(CLIENTS);
        let wallet = Wallet::new(shop.fresh.store.clone(), credits(1_000_000));
        for number in 0..CLIENTS {
            people.push(wallet.welcome(&profile(number as i64 + 1), now()).await?);
        }
        Ok(Self { orders, people })
    }

    async fn measure(&self, studio: &Studio, orders: usize) -> anyhow::Result<()> {
        let mut taken = self.pick_ups(studio).await?;
        taken.sort_unstable();
        let at = |percent: usize| taken[(taken.len() * percent / 100).min(taken.len() - 1)];
        row("job of another process picked up, idle, p50", millis(at(50)));
        row("job of another process picked up, idle, p99", millis(at(99)));
        let began = Instant::now();
        let done = self.many(studio, orders).await?;
        row("jobs a second, order to delivered letter", format!("{:.0}", done as f64 / began.elapsed().as_secs_f64()));
        Ok(())
    }

    /// How long it took from each order's commit to its submit, with nothing else going on.
    async fn pick_ups(&self, studio: &Studio) -> anyhow::Result<Vec<Duration>> {
        let mut heard = studio.first.hears_submits();
        let mut taken = Vec::with_capacity(TIMED);
        for number in 0..TIMED {
            self.order(studio, self.people[number % CLIENTS], &format!("timed:{}", uuid::Uuid::now_v7())).await?;
            let placed = Instant::now();
            let submitted = heard.recv().await.context("the workers are gone")?;
            taken.push(submitted.saturating_duration_since(placed));
            idle(studio).await;
        }
        Ok(taken)
    }

    /// So many orders by all people at once, until every letter is delivered.
    async fn many(&self, studio: &Studio, orders: usize) -> anyhow::Result<usize> {
        let each = orders.div_ceil(CLIENTS);
        let clients = self.people.iter().map(|person| async move {
            for _ in 0..each {
                while !self.order(studio, *person, &format!("many:{}", uuid::Uuid::now_v7())).await? {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
            anyhow::Ok(())
        });
        futures::future::try_join_all(clients).await?;
        idle(studio).await;
        Ok(each * CLIENTS)
    }

    /// False: they have as many under way as they may.
    async fn order(&self, studio: &Studio, user: UserId, name: &str) -> anyhow::Result<bool> {
        let photo = studio.shop.photo(user).await;
        let (key, template) = (key(name), template(TEMPLATE));
        let order = Order { user, key: &key, template: &template, photos: &[photo], price: credits(PRICE) };
        match self.orders.place(&order, now()).await? {
            Placed::Placed(_) => Ok(true),
            Placed::Busy => Ok(false),
            other => anyhow::bail!("an order was answered with {other:?}"),
        }
    }
}

/// Waits until no job and no letter is left.
async fn idle(studio: &Studio) {
    const LEFT: &str = "SELECT (SELECT count(*) FROM generation_jobs WHERE run_at IS NOT NULL) \
                        + (SELECT count(*) FROM outbox WHERE due_at IS NOT NULL)";
    while studio.shop.fresh.number(LEFT).await > 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn finished_rows(count: usize) -> String {
    format!(
        "INSERT INTO generation_jobs (id, user_id, key, template_id, model, photos, price, state, model_until, \
         deadline_at, created_at, finished_at, delivered_at) \
         SELECT gen_random_uuid(), (SELECT id FROM users LIMIT 1), 'old:' || n, 'xmas_cabin', 'nano_banana', '[]', 5, \
         'succeeded', now(), now(), now() - n * interval '1 second', now() - n * interval '1 second', now() \
         FROM generate_series(1, {count}) n"
    )
}

fn row(name: &str, value: String) {
    println!("{name:<46} {value:>12}");
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
