//! Databases that cannot be used, each for its own reason; none of them is changed.

use std::fs;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;

use super::{assert_refuses, folder, refusal, success};
use crate::support::process::write;

const FILE: (&str, &str) = ("DATABASE_URL", "sqlite://bot.db");

async fn connect(folder: &TempDir) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(folder.path().join("bot.db")).create_if_missing(true);
    options.connect().await.expect("the database opens")
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let settings = [("DATABASE_URL", "sqlite://nowhere/bot.db")];
    let parts = ["cannot open the database sqlite://nowhere/bot.db", "check that its folder exists"];
    assert_refuses(&folder(), &["migrate"], &settings, &parts);
}

#[test]
fn a_file_of_another_kind_is_left_alone() {
    let folder = folder();
    let letter = b"Dear diary, this is no database, however long it gets. ".repeat(40);
    let path = write(&folder, "bot.db", &letter);
    assert_refuses(&folder, &["migrate"], &[FILE], &["sqlite://bot.db", "not an SQLite database", "name another file"]);
    assert_eq!(fs::read(path).expect("it is still there"), letter);
}

#[test]
fn a_damaged_database_is_refused_before_anything_is_done() {
    let folder = folder();
    success(&folder, &["migrate"], &[FILE]);
    let path = folder.path().join("bot.db");
    let mut bytes = fs::read(&path).expect("readable");
    let pages = bytes.len() / 4096;
    assert!(pages > 10, "it has {pages} pages");
    for page in 2..pages {
        bytes[page * 4096..page * 4096 + 200].fill(0xa5);
    }
    fs::write(&path, &bytes).expect("written");
    let said = refusal(&folder, &["migrate"], &[FILE]);
    assert!(said.contains("damaged") && said.contains("restore it from a backup"), "{said}");
    assert_eq!(fs::read(&path).expect("readable"), bytes);
}

#[tokio::test]
async fn a_database_that_another_program_holds_is_named() {
    let folder = folder();
    let mut holder = connect(&folder).await;
    sqlx::query("CREATE TABLE theirs (id INTEGER)").execute(&mut holder).await.expect("it is empty");
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut holder).await.expect("nobody else holds it");
    let (folder, said) = tokio::task::spawn_blocking(move || {
        let said = refusal(&folder, &["migrate"], &[FILE]);
        (folder, said)
    })
    .await
    .expect("no panic");
    assert!(said.contains("another program holds the database sqlite://bot.db"), "{said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    sqlx::query("ROLLBACK").execute(&mut holder).await.expect("it is still held");
    holder.close().await.expect("it closes");
    tokio::task::spawn_blocking(move || success(&folder, &["migrate"], &[FILE])).await.expect("free again");
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let locked = folder.path().join("locked");
    fs::create_dir(&locked).expect("the folder can be made");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).expect("its rights can be set");
    if fs::write(locked.join("probe"), b"").is_ok() {
        eprintln!("skipped: this user (root?) may write everywhere, so there is no read-only folder to test with");
        return;
    }
    let settings = [("DATABASE_URL", "sqlite://locked/bot.db")];
    assert_refuses(&folder, &["migrate"], &settings, &["sqlite://locked/bot.db", "may be written"]);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let folder = folder();
    let folder = tokio::task::spawn_blocking(move || {
        success(&folder, &["migrate"], &[FILE]);
        folder
    });
    let folder = folder.await.expect("no panic");
    let mut future = connect(&folder).await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (9999, 'of the future', TRUE, x'00', 0)";
    sqlx::query(newer).execute(&mut future).await.expect("the row is added");
    future.close().await.expect("it closes");
    let parts = ["a newer version of pixelai", "step 9999", "run that version"];
    tokio::task::spawn_blocking(move || assert_refuses(&folder, &["migrate"], &[FILE], &parts))
        .await
        .expect("no panic");
}
