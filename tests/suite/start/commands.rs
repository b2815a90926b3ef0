//! What the commands do when nothing is wrong, and what the audit finds when something is.

use std::fs;
use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::{folder, run, success};

const FILE: (&str, &str) = ("DATABASE_URL", "sqlite://bot.db");
const BEGIN: &str = "<!-- drawings: begin -->";
const END: &str = "<!-- drawings: end -->";

#[test]
fn check_says_what_was_proven() {
    let said = success(&folder(), &["check"], &[]);
    assert!(said.contains("dialogues with") && said.contains("no flaws"), "{said}");
}

#[test]
fn graph_draws_every_dialogue() {
    let folder = folder();
    let (mermaid, dot) = (success(&folder, &["graph"], &[]), success(&folder, &["graph", "--dot"], &[]));
    assert!(dot.trim_start().starts_with("digraph"), "{dot}");
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("dialogues")).expect("readable") {
        let file = entry.expect("readable").path();
        let name = file.file_stem().expect("it has a name").to_string_lossy().into_owned();
        assert!(mermaid.contains(&format!("### {name}\n\n```mermaid\nstateDiagram-v2")), "{name}: {mermaid}");
        assert!(dot.contains(&name), "{name}: {dot}");
    }
}

#[test]
fn the_drawings_in_the_architecture_are_those_of_the_dialogues() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    let page = fs::read_to_string(page).expect("ARCHITECTURE.md is there");
    let (_, rest) = page.split_once(BEGIN).expect("ARCHITECTURE.md has the mark of the drawings' begin");
    let (drawings, _) = rest.split_once(END).expect("ARCHITECTURE.md has the mark of the drawings' end");
    let drawn = success(&folder(), &["graph"], &[]);
    assert!(drawings.trim() == drawn.trim(), "the drawings in ARCHITECTURE.md are stale; run scripts/drawings");
}

#[test]
fn migrating_twice_changes_nothing() {
    let folder = folder();
    let first = success(&folder, &["migrate"], &[FILE]);
    assert_eq!(first, "the database is up to date\n");
    assert_eq!(success(&folder, &["migrate"], &[FILE]), first);
}

#[test]
fn the_audit_of_a_new_database_finds_the_books_in_order() {
    assert_eq!(success(&folder(), &["audit"], &[FILE]), "the books are in order\n");
}

#[tokio::test]
async fn the_audit_names_what_does_not_add_up() {
    let folder = folder();
    let folder = tokio::task::spawn_blocking(move || {
        success(&folder, &["migrate"], &[FILE]);
        folder
    });
    let folder = folder.await.expect("no panic");
    let options = SqliteConnectOptions::new().filename(folder.path().join("bot.db"));
    let mut connection = options.connect().await.expect("the database opens");
    let person = "INSERT INTO users (id, telegram_id, first_name, created_at) \
                  VALUES (x'0000000000000000000000000000aaaa', 7, 'Ann', '2026-01-01T00:00:00Z')";
    let money = "INSERT INTO accounts (id, user_id, kind, balance) VALUES \
                 (x'0000000000000000000000000000bbbb', x'0000000000000000000000000000aaaa', 'available', 11), \
                 (x'0000000000000000000000000000cccc', x'0000000000000000000000000000aaaa', 'held', 0)";
    for statement in [person, money] {
        sqlx::query(statement).execute(&mut connection).await.expect("the row is added");
    }
    connection.close().await.expect("it closes");
    let output = tokio::task::spawn_blocking(move || run(&folder, &["audit"], &[FILE])).await.expect("no panic");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let account = "account 00000000-0000-0000-0000-00000000bbbb says 11, but its entries sum to 0";
    assert_eq!(said.trim_end(), account);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("Stars were not compared") && told.ends_with("pixelai: 1 fault in the books\n"), "{told}");
}
