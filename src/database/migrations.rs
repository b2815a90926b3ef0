//! The numbered, embedded steps that make a database what this build needs.
//!
//! `migrations/NNNN_name.sql` serves both engines; `NNNN_name.sqlite.sql` and `NNNN_name.postgres.sql` one each.

use anyhow::{Context, anyhow};
use rust_embed::RustEmbed;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::SqlitePool;
use sqlx::{AssertSqlSafe, SqlSafeStr};

use super::{Database, Engine, LOOK_AGAIN, Read, all};

#[derive(RustEmbed)]
#[folder = "migrations"]
struct Files;

impl Database {
    /// Applies what has not been applied yet. A process that starts while another one is at it waits.
    ///
    /// # Errors
    /// When a step fails (nothing of it stays), or the database has been changed by a newer build.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        let migrator = Migrator::with_migrations(steps(self.engine())?);
        let done = match self {
            Self::Sqlite { write, .. } => run_on_file(&migrator, write).await,
            Self::Postgres(pool) => migrator.run(pool).await,
        };
        done.map_err(|cause| match cause {
            MigrateError::VersionMissing(step) | MigrateError::VersionTooNew(step, _) => anyhow!(
                "the database was last used by a newer version of pixelai (this one does not know its step {step}); run \
                 that version, or name another database in DATABASE_URL"
            ),
            MigrateError::VersionMismatch(step) => anyhow!(
                "step {step} of the database is not the one that this version of pixelai knows; run the version that \
                 made it, or name another database in DATABASE_URL"
            ),
            cause => anyhow::Error::new(cause).context("cannot bring the database up to date; nothing was lost"),
        })
    }

    /// How many steps of this build the database has not seen yet.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn missing_steps(&self) -> anyhow::Result<usize> {
        let applied: Vec<(i64,)> =
            all!(Read(self), (i64,), "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version")?;
        let is_missing = |step: &&Migration| !applied.contains(&(step.version,));
        Ok(steps(self.engine())?.iter().filter(is_missing).count())
    }
}

/// A file has no lock that a second process could wait for, so two may begin the same step. SQLite lets one of them do
/// it; the other one fails, and finds it done when it looks again.
async fn run_on_file(migrator: &Migrator, pool: &SqlitePool) -> Result<(), MigrateError> {
    let mut tries_left = migrator.iter().count();
    loop {
        match migrator.run(pool).await {
            Err(MigrateError::ExecuteMigration(..) | MigrateError::Execute(_)) if tries_left > 0 => tries_left -= 1,
            outcome => return outcome,
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// The steps for one engine, in order.
fn steps(engine: Engine) -> anyhow::Result<Vec<Migration>> {
    let (mine, other) = match engine {
        Engine::Sqlite => (".sqlite", ".postgres"),
        Engine::Postgres => (".postgres", ".sqlite"),
    };
    let mut steps = Vec::new();
    for path in Files::iter() {
        let Some(stem) = path.strip_suffix(".sql") else { continue };
        if stem.ends_with(other) {
            continue;
        }
        let (number, name) = stem.split_once('_').with_context(|| format!("migrations/{path} has no number"))?;
        let version = number.parse().with_context(|| format!("migrations/{path} has no number"))?;
        let file = Files::get(&path).with_context(|| format!("migrations/{path} is gone"))?;
        let sql =
            String::from_utf8(file.data.into_owned()).with_context(|| format!("migrations/{path} is not text"))?;
        let description = name.trim_end_matches(mine).to_owned();
        // The text is our own, embedded at build time.
        let sql = AssertSqlSafe(sql).into_sql_str();
        steps.push(Migration::new(version, description.into(), MigrationType::Simple, sql, false));
    }
    steps.sort();
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_engines_take_the_same_steps() {
        let numbers = |engine| -> Vec<(i64, String)> {
            let steps = steps(engine).expect("the embedded steps are readable");
            steps.iter().map(|step| (step.version, step.description.to_string())).collect()
        };
        assert_eq!(numbers(Engine::Sqlite), numbers(Engine::Postgres));
        assert!(!numbers(Engine::Sqlite).is_empty());
    }
}
