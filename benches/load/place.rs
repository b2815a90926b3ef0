//! Where the bot keeps everything: in a file, or on the servers that `TEST_POSTGRES_URL` and `TEST_REDIS_URL` name.

use anyhow::Context;
use redis::aio::MultiplexedConnection;
use tempfile::TempDir;

use super::database::Schema;

pub struct Place {
    pub folder: TempDir,
    servers: Option<Servers>,
}

struct Servers {
    schema: Schema,
    redis: String,
}

impl Place {
    pub async fn make() -> anyhow::Result<Self> {
        let servers = match (std::env::var("TEST_POSTGRES_URL"), std::env::var("TEST_REDIS_URL")) {
            (Ok(postgres), Ok(redis)) => Some(Servers { schema: Schema::make(postgres).await, redis }),
            _ => None,
        };
        Ok(Self { folder: tempfile::tempdir()?, servers })
    }

    pub fn name(&self) -> &'static str {
        if self.servers.is_some() { "PostgreSQL and Redis" } else { "SQLite in a file" }
    }

    /// What the bot's process is told of it.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        match &self.servers {
            None => vec![("DATABASE_URL", format!("sqlite://{}", self.folder.path().join("load.db").display()))],
            Some(Servers { schema, redis }) => vec![
                ("DATABASE_URL", schema.url()),
                ("REDIS_URL", redis.clone()),
                ("REDIS_PREFIX", schema.name().to_owned()),
            ],
        }
    }

    async fn redis(&self) -> anyhow::Result<Option<(MultiplexedConnection, &str)>> {
        let Some(servers) = &self.servers else { return Ok(None) };
        let client = redis::Client::open(servers.redis.as_str())?;
        Ok(Some((client.get_multiplexed_async_connection().await?, servers.schema.name())))
    }

    /// How many calls Redis has answered to the bot's sessions; what a script does inside is no call.
    pub async fn session_calls(&self) -> anyhow::Result<Option<u64>> {
        let Some((mut connection, _)) = self.redis().await? else { return Ok(None) };
        let stats: String = redis::cmd("INFO").arg("commandstats").query_async(&mut connection).await?;
        let calls = |command: &str| -> Option<u64> {
            let line = stats.lines().find(|line| line.starts_with(&format!("cmdstat_{command}:calls=")))?;
            line.split('=').nth(1)?.split(',').next()?.parse().ok()
        };
        Ok(Some(["hmget", "evalsha", "eval"].into_iter().filter_map(calls).sum()))
    }

    /// The bytes of each session's value, sorted.
    pub async fn session_sizes(&self) -> anyhow::Result<Vec<usize>> {
        let Some((mut connection, prefix)) = self.redis().await? else { return Ok(Vec::new()) };
        let pattern = format!("{prefix}:session:*");
        let keys: Vec<String> = redis::cmd("KEYS").arg(pattern).query_async(&mut connection).await?;
        let mut sizes = Vec::with_capacity(keys.len());
        for key in keys {
            let size = redis::cmd("HSTRLEN").arg(&key).arg("s").query_async(&mut connection).await;
            sizes.push(size.context("a session vanished")?);
        }
        sizes.sort_unstable();
        Ok(sizes)
    }
}
