//! What several processes on one database share: leases, calls about new work, limits, migrations, and who may read.

use std::time::{Duration, Instant};

use pixelai::database::{Database, Engine};
use pixelai::domain::{Letter, TelegramId};
use pixelai::emulator::{Emulator, Options};
use pixelai::flows::view::{OldScreen, Place, View};
use pixelai::store::Store;
use pixelai::telegram::{Client, Courier, Limits, Rate};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use uuid::Uuid;

use crate::support::database::{Schema, engines};
use crate::support::shop::{Shop, profile, shops};
use crate::support::{at_once, now, seconds};

const UPDATES: &str = "updates";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_want_a_lease_one_gets_it() {
    for fresh in engines().await {
        let taken = at_once(8, |_| {
            let store = fresh.store.clone();
            async move { store.take_lease(UPDATES, Uuid::new_v4(), now(), now() + seconds(60)).await.unwrap() }
        })
        .await;
        assert_eq!(taken.into_iter().filter(|taken| *taken).count(), 1);
    }
}

#[tokio::test]
async fn a_lease_is_renewed_by_its_holder_and_taken_by_others_once_it_is_over_or_given_back() {
    for fresh in engines().await {
        let (a, b, at) = (Uuid::new_v4(), Uuid::new_v4(), now());
        let take = |who, at| fresh.store.take_lease(UPDATES, who, at, at + seconds(6));
        assert!(take(a, at).await.unwrap());
        assert!(take(a, at + seconds(5)).await.unwrap());
        assert!(!take(b, at + seconds(8)).await.unwrap(), "it was renewed until 11");
        assert!(take(b, at + seconds(11)).await.unwrap());
        assert!(!take(a, at + seconds(12)).await.unwrap());
        fresh.store.release_lease(UPDATES, a).await.unwrap();
        assert!(!take(a, at + seconds(12)).await.unwrap(), "only its holder gives it back");
        fresh.store.release_lease(UPDATES, b).await.unwrap();
        assert!(take(a, at + seconds(12)).await.unwrap());
    }
}

/// Shops on PostgreSQL; none where there is no server.
async fn postgres() -> Option<Shop> {
    shops().await.into_iter().find(|shop| shop.fresh.engine() == Engine::Postgres)
}

#[tokio::test]
async fn new_work_is_called_out_to_every_process() {
    let Some(shop) = postgres().await else { return };
    let user = shop.person(7).await;
    let mut news = shop.fresh.store.database().listen().await.unwrap().expect("PostgreSQL calls out");
    let mut others = shop.fresh.store.database().listen().await.unwrap().expect("PostgreSQL calls out");
    shop.placed(user, "order").await;
    let mut tx = shop.fresh.store.begin().await.unwrap();
    tx.post(user, "letter", &Letter::Refunded { stars: 5 }, now()).await.unwrap();
    tx.commit().await.unwrap();
    let holder = Uuid::new_v4();
    shop.fresh.store.take_lease(UPDATES, holder, now(), now() + seconds(6)).await.unwrap();
    shop.fresh.store.release_lease(UPDATES, holder).await.unwrap();
    for news in [&mut news, &mut others] {
        for kind in ["jobs", "mail", "leases"] {
            assert_eq!(news.next().await.unwrap().as_deref(), Some(kind));
        }
    }
}

#[tokio::test]
async fn a_file_calls_nothing_out() {
    for fresh in engines().await.into_iter().filter(|fresh| fresh.engine() == Engine::Sqlite) {
        assert!(fresh.store.database().listen().await.unwrap().is_none());
    }
}

/// Sends `each` messages to the chat through each of the couriers, all at once, and tells how long that took.
async fn sent_through(couriers: &[Courier], chats: &[i64], each: usize) -> Duration {
    let start = Instant::now();
    let mut sending = Vec::new();
    for (courier, chat) in couriers.iter().zip(chats) {
        for _ in 0..each {
            let (courier, chat) = (courier.clone(), TelegramId(*chat));
            sending.push(tokio::spawn(async move {
                let view = View { text: "hi".to_owned(), ..View::default() };
                let place = Place::New { after: None, then: OldScreen::StripButtons };
                courier.deliver(chat, &view, &place).await.expect("it is sent");
            }));
        }
    }
    for sent in sending {
        sent.await.expect("no panic");
    }
    start.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_share_the_limits_on_messages() {
    let Some(shop) = postgres().await else { return };
    let options = Options { token: "4242:test".into(), bot_username: "test_bot".into(), ..Options::default() };
    let emulator = Emulator::start(options).await.expect("the emulator starts");
    let (ann, ben) = (emulator.person("Ann", "en"), emulator.person("Ben", "en"));
    for person in [&ann, &ben] {
        person.sends_text("/start");
    }
    let rate = |millis| Rate { interval: Duration::from_millis(millis), burst: 1 };
    let couriers = |overall, per_chat| -> Vec<Courier> {
        let client = Client::new(&emulator.url(), "4242:test").expect("a client");
        let limits = Limits { overall: rate(overall), per_chat: rate(per_chat) };
        let courier = || Courier::with_limits(client.clone(), limits).shared_through(shop.fresh.store.clone());
        vec![courier(), courier()]
    };
    // Ten messages with nine pauses between them, whoever sends them; two that only know of themselves need half.
    let in_a_chat = sent_through(&couriers(1, 100), &[ann.id(), ann.id()], 5).await;
    assert!(in_a_chat >= Duration::from_millis(900), "{in_a_chat:?}");
    let overall = sent_through(&couriers(100, 1), &[ann.id(), ben.id()], 5).await;
    assert!(overall >= Duration::from_millis(900), "{overall:?}");
    emulator.shutdown().await;
}

#[tokio::test]
async fn a_pause_that_telegram_asks_of_one_process_holds_for_all() {
    let Some(shop) = postgres().await else { return };
    let store = &shop.fresh.store;
    let chat = TelegramId(7);
    store.pause_sends(chat, Duration::from_secs(30)).await.unwrap();
    let second = Duration::from_secs(1);
    let filled = store.fill_send_buckets(chat, second, second).await.unwrap().expect("PostgreSQL shares");
    assert!(filled.in_chat > Duration::from_secs(25) && filled.in_chat <= Duration::from_secs(31), "{filled:?}");
    assert!(filled.overall <= second, "{filled:?}");
    let other = store.fill_send_buckets(TelegramId(8), second, second).await.unwrap().expect("PostgreSQL shares");
    assert!(other.in_chat <= second, "{other:?}");
    assert_eq!(store.remove_dry_buckets(now() + seconds(60)).await.unwrap(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_that_start_at_once_migrate_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut urls = vec![format!("sqlite://{}", folder.path().join("new.db").display())];
    let schema = match std::env::var("TEST_POSTGRES_URL") {
        Ok(server) => Some(Schema::make(server).await),
        Err(_) => None,
    };
    urls.extend(schema.as_ref().map(Schema::url));
    for url in urls {
        at_once(4, |_| {
            let url = url.clone();
            async move {
                let database = Database::connect(&url).await.expect("it opens");
                database.migrate().await.expect("it is brought up to date");
                assert!(!Store::new(database.clone()).models().await.expect("the tables are there").is_empty());
                database.close().await;
            }
        })
        .await;
    }
}

/// What a platform such as Supabase does to a schema: everybody who is logged in has every right on every table, and
/// only row-level security stands between them and the rows.
struct Platform {
    server: String,
    schema: String,
}

impl Platform {
    async fn make(server: String) -> Self {
        let schema = format!("test_{}", Uuid::new_v4().simple());
        let platform = Self { server, schema };
        platform
            .admin(
                "CREATE ROLE {s}_service LOGIN PASSWORD 'x'; CREATE ROLE {s}_anon LOGIN PASSWORD 'x'; \
                 GRANT {s}_service TO CURRENT_USER; CREATE SCHEMA {s} AUTHORIZATION {s}_service; \
                 GRANT USAGE ON SCHEMA {s} TO {s}_anon; ALTER DEFAULT PRIVILEGES FOR ROLE {s}_service IN SCHEMA {s} \
                 GRANT ALL ON TABLES TO {s}_anon",
            )
            .await;
        platform
    }

    async fn admin(&self, sql: &str) {
        let mut connection = PgConnection::connect(&self.server).await.expect("the server can be reached");
        let sql = AssertSqlSafe(sql.replace("{s}", &self.schema));
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("the server's owner may do that");
    }

    fn url(&self, role: &str) -> String {
        let host = self.server.split_once('@').expect("the address names a role").1;
        let joint = if host.contains('?') { '&' } else { '?' };
        format!("postgres://{0}_{role}:x@{host}{joint}options[search_path]={0}", self.schema)
    }

    async fn remove(self) {
        self.admin("DROP SCHEMA {s} CASCADE; DROP OWNED BY {s}_service, {s}_anon; DROP ROLE {s}_service, {s}_anon")
            .await;
    }
}

#[tokio::test]
async fn a_role_that_is_not_the_services_reads_and_writes_no_row() {
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else { return };
    let platform = Platform::make(server).await;
    let database = Database::connect(&platform.url("service")).await.expect("the service may connect");
    database.migrate().await.expect("the service owns the schema");
    // The service itself works under the policies too: it is no superuser, and they are forced on owners.
    let shop_wallet = pixelai::wallet::Wallet::new(Store::new(database.clone()), crate::support::shop::credits(10));
    shop_wallet.welcome(&profile(7), now()).await.expect("the service may write");
    assert_eq!(Store::new(database.clone()).count_users().await.expect("the service may read"), 1);

    let mut anon = PgConnection::connect(&platform.url("anon")).await.expect("anon may connect");
    let tables: Vec<String> = sqlx::query(
        "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')",
    )
    .fetch_all(&mut anon)
    .await
    .expect("names are no secret")
    .iter()
    .map(|row| row.get(0))
    .collect();
    assert!(tables.len() > 15, "{tables:?}");
    for table in &tables {
        let seen = format!("SELECT count(*) FROM {table}");
        let seen: i64 = sqlx::query_scalar(AssertSqlSafe(seen)).fetch_one(&mut anon).await.expect("it may ask");
        assert_eq!(seen, 0, "anon reads {table}");
        let deleted = sqlx::query(AssertSqlSafe(format!("DELETE FROM {table}"))).execute(&mut anon).await;
        assert!(deleted.map_or(true, |done| done.rows_affected() == 0), "anon deletes from {table}");
        // A copy of each row that there could be: refused by the policy, or there is none to copy.
        let forced: (bool, bool) = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = '{table}'::regclass"
        )))
        .fetch_one(&mut anon)
        .await
        .expect("that is no secret");
        assert_eq!(forced, (true, true), "{table} has no row-level security that is forced");
        let policies: Vec<(String, Vec<String>)> = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT policyname::text, roles::text[] FROM pg_policies WHERE schemaname = current_schema() AND tablename = '{table}'"
        )))
        .fetch_all(&mut anon)
        .await
        .expect("that is no secret");
        let service = vec![("service".to_owned(), vec![format!("{}_service", platform.schema)])];
        assert_eq!(policies, service, "{table} lets somebody else in");
    }
    let written = sqlx::query("INSERT INTO sessions (chat_id, version, value, expires_at) VALUES (1, 1, '', now())")
        .execute(&mut anon)
        .await;
    assert!(written.unwrap_err().to_string().contains("row-level security"));
    anon.close().await.expect("the connection closes");
    database.close().await;
    platform.remove().await;
}
