//! A freshly migrated database for each test, on each engine under test.
//!
//! SQLite always, in a file of its own; PostgreSQL where `TEST_POSTGRES_URL` names a server, in a schema of its own.

use pixelai::database::{Database, Engine};
use pixelai::store::Store;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;

/// A database that goes away with this value.
pub struct Fresh {
    pub store: Store,
    _place: Place,
}

enum Place {
    File {
        _folder: TempDir,
    },
    Schema {
        _schema: Schema,
    },
    /// Somebody else's.
    Shared,
}

/// A schema of its own on a PostgreSQL server; dropped with this value.
pub struct Schema {
    server: String,
    name: String,
}

/// One database of each engine under test.
pub async fn engines() -> Vec<Fresh> {
    let mut engines = vec![Fresh::file().await];
    if let Ok(server) = std::env::var("TEST_POSTGRES_URL") {
        engines.push(Fresh::schema(server).await);
    }
    engines
}

impl Fresh {
    pub async fn file() -> Self {
        let folder = TempDir::new().expect("a folder can be made");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        Self::migrated(&url, Place::File { _folder: folder }).await
    }

    async fn schema(server: String) -> Self {
        let schema = Schema::make(server).await;
        Self::migrated(&schema.url(), Place::Schema { _schema: schema }).await
    }

    async fn migrated(url: &str, place: Place) -> Self {
        let database = Database::connect(url).await.expect("the database can be reached");
        database.migrate().await.expect("every migration applies");
        // Seen when a test fails, so that one knows on which engine.
        println!("on {:?}", database.engine());
        Self { store: Store::new(database), _place: place }
    }

    /// The same database, as another process would use it; it goes away with the first.
    pub fn beside(&self) -> Self {
        Self { store: self.store.clone(), _place: Place::Shared }
    }

    pub fn engine(&self) -> Engine {
        self.store.database().engine()
    }

    /// Runs a statement past the store's functions; answers how many rows it touched.
    pub async fn run(&self, sql: impl Into<String>) -> sqlx::Result<u64> {
        let sql = AssertSqlSafe(sql.into());
        match self.store.database() {
            Database::Sqlite { write, .. } => Ok(sqlx::raw_sql(sql).execute(write).await?.rows_affected()),
            Database::Postgres(pool) => Ok(sqlx::raw_sql(sql).execute(pool).await?.rows_affected()),
        }
    }

    /// The one number that a query answers.
    pub async fn number(&self, sql: impl Into<String>) -> i64 {
        let sql = AssertSqlSafe(sql.into());
        let found = match self.store.database() {
            Database::Sqlite { write, .. } => sqlx::query_scalar(sql).fetch_one(write).await,
            Database::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await,
        };
        found.expect("the query answers a number")
    }

    /// An id as this engine writes it in a statement.
    pub fn literal(&self, id: Uuid) -> String {
        match self.engine() {
            Engine::Sqlite => format!("x'{}'", id.simple()),
            Engine::Postgres => format!("'{id}'::uuid"),
        }
    }

    /// The books, which have to be in order.
    pub async fn assert_books_in_order(&self) {
        let faults = self.store.audit().await.expect("the books can be read");
        assert!(faults.is_empty(), "{:?}: {faults:#?}", self.engine());
    }
}

impl Schema {
    pub async fn make(server: String) -> Self {
        let name = format!("test_{}", Uuid::new_v4().simple());
        let mut connection = PgConnection::connect(&server).await.expect("the server can be reached");
        let create = format!("CREATE SCHEMA {name}");
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut connection).await.expect("a schema can be made");
        connection.close().await.expect("the connection closes");
        Self { server, name }
    }

    /// The server's address, with everything happening in this schema.
    pub fn url(&self) -> String {
        let joint = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{joint}options[search_path]={}", self.server, self.name)
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let remove = async {
                let mut connection = PgConnection::connect(&server).await?;
                let sql = format!("SET lock_timeout = '5s'; DROP SCHEMA {name} CASCADE");
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await
            };
            runtime.map(|runtime| runtime.block_on(remove))
        });
        // A schema that stays costs nothing but room.
        drop(dropping.join());
    }
}
