//! Settings that cannot be read, dialogues and texts with flaws, and a token that Telegram does not know.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use pixelai::emulator::{Emulator, Options};
use tempfile::TempDir;

use super::{MOCK, TOKEN, assert_refuses, folder, refusal, run, success};
use crate::support::process::{pixelai, write};

#[test]
fn a_setting_that_cannot_be_read_is_named_with_its_mend() {
    let cases = [
        ("START_BALANCE", "ten", "a whole number"),
        ("START_BALANCE", "-1", "a whole number from 0"),
        ("ADMIN_IDS", "1,@bob", "Telegram ids with commas between"),
        ("MOCK_AI", "yes", "write 1 or 0"),
        ("MOCK_AI_SECONDS", "1.5", "a whole number of seconds"),
        ("LEASE_SECONDS", "0", "from 1 to 3600"),
        ("LEASE_SECONDS", "soon", "a whole number of seconds"),
        ("TELOXIDE_TOKEN", "abc", "copy it again from BotFather"),
        ("TELOXIDE_API_URL", "nowhere", "write https://"),
        ("LOG_FORMAT", "xml", "write text or json"),
        ("HTTP_ADDR", "8080", "an address such as 127.0.0.1:8080"),
        ("PUBLIC_URL", "http://bot.example", "begin with https://"),
        ("STATUS_TOKEN", "short", "at least 16"),
        ("DATABASE_URL", "mysql://localhost", "must begin with sqlite:// or postgres://"),
        ("DIALOGUES_DIR", "nowhere", "check DIALOGUES_DIR"),
        ("LOCALES_DIR", "nowhere", "check LOCALES_DIR"),
        ("MOCK_AI_FAULTS", "stall", "model=behaviour"),
        ("FAL_KEY", "id secret", "copy the key again"),
        ("REPLICATE_URL", "nowhere", "write https://"),
    ];
    let folder = folder();
    for (name, value, mend) in cases {
        let settings = [TOKEN, MOCK, (name, value)];
        let said = refusal(&folder, &["run"], &settings);
        assert!(said.contains(name) && said.contains(mend), "{name}={value}: {said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0, "a refused start has left something behind");
}

#[test]
fn a_setting_that_is_no_text_is_named() {
    let folder = folder();
    let mut command = pixelai(&folder, &["check"], &[]);
    let output = command.env("START_BALANCE", std::ffi::OsStr::from_bytes(b"\xff")).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("START_BALANCE is not UTF-8"), "{said}");
    let foreign = pixelai(&folder, &["check"], &[]).env("ELSE", std::ffi::OsStr::from_bytes(b"\xff")).status();
    assert!(foreign.expect("it starts").success(), "a foreign variable is nobody's business");
}

#[test]
fn a_line_of_env_that_cannot_be_read_is_not_repeated() {
    let folder = folder();
    write(&folder, ".env", b"TELOXIDE_TOKEN 4242:hush\n");
    let said = refusal(&folder, &["run"], &[]);
    assert!(said.contains(".env") && said.contains("write NAME=value"), "{said}");
    assert!(!said.contains("hush"), "{said}");
}

#[test]
fn without_a_token_the_demo_is_named() {
    let parts = ["TELOXIDE_TOKEN is not set", "@BotFather", "pixelai demo"];
    assert_refuses(&folder(), &["run"], &[MOCK], &parts);
}

#[test]
fn without_a_provider_the_painter_is_named() {
    let settings = [TOKEN, ("RUST_LOG", "error")];
    assert_refuses(&folder(), &["run"], &settings, &["no AI provider is set up", "FAL_KEY", "MOCK_AI=1"]);
}

#[test]
fn an_unknown_command_is_refused_with_usage() {
    let output = run(&folder(), &["rum"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Usage"));
}

#[tokio::test]
async fn a_token_that_telegram_does_not_know_is_refused_and_not_repeated() {
    let options = Options { token: "1000:other".into(), ..Options::default() };
    let emulator = Emulator::start(options).await.expect("the emulator starts");
    let (folder, url) = (folder(), emulator.url());
    let said = tokio::task::spawn_blocking(move || {
        let settings = [("TELOXIDE_TOKEN", "4242:hush"), MOCK, ("TELOXIDE_API_URL", url.as_str())];
        refusal(&folder, &["run"], &settings)
    });
    let said = said.await.expect("no panic");
    assert!(said.contains("TELOXIDE_TOKEN") && !said.contains("hush"), "{said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    assert_eq!(said.matches("TELOXIDE_TOKEN").count(), 1, "{said}");
}

/// The project's own files, to be spoilt.
fn copy(folder: &TempDir, name: &str) {
    fn below(from: &Path, to: &Path) {
        fs::create_dir_all(to).expect("the folder can be made");
        for entry in fs::read_dir(from).expect("readable") {
            let entry = entry.expect("readable");
            let to = to.join(entry.file_name());
            if entry.path().is_dir() {
                below(&entry.path(), &to);
            } else {
                fs::copy(entry.path(), to).expect("copied");
            }
        }
    }
    below(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name), &folder.path().join(name));
}

/// Answers the line, from 1, of what was replaced.
fn spoil(folder: &TempDir, file: &str, from: &str, to: &str) -> usize {
    let path = folder.path().join(file);
    let text = fs::read_to_string(&path).expect("readable");
    let at = text.find(from).unwrap_or_else(|| panic!("{file} has no {from}"));
    fs::write(&path, text.replacen(from, to, 1)).expect("written");
    text[..at].lines().count() + usize::from(text[..at].ends_with('\n') || at == 0)
}

#[test]
fn a_flawed_dialogue_is_named_with_file_line_and_mend() {
    let folder = folder();
    copy(&folder, "dialogues");
    let line = spoil(&folder, "dialogues/generate.toml", "on.shelves  = \"categories\"", "on.shelves  = \"shelfs\"");
    for command in ["check", "graph", "run"] {
        let said = refusal(&folder, &[command], &[TOKEN, MOCK, ("DIALOGUES_DIR", "dialogues")]);
        assert!(said.contains(&format!("dialogues/generate.toml:{line}")), "line {line}: {said}");
        assert!(said.contains("shelfs"), "{said}");
        assert!(said.contains("1 flaw "), "{said}");
    }
}

#[test]
fn a_dialogue_that_is_no_toml_is_named_with_file_and_line() {
    let folder = folder();
    copy(&folder, "dialogues");
    let line = spoil(&folder, "dialogues/topup.toml", "[invoice]", "[invoice");
    let said = refusal(&folder, &["check"], &[("DIALOGUES_DIR", "dialogues")]);
    assert!(said.contains(&format!("dialogues/topup.toml:{line}")), "line {line}: {said}");
}

#[test]
fn a_missing_text_is_named_with_its_language() {
    let folder = folder();
    copy(&folder, "locales");
    spoil(&folder, "locales/ru/menu.ftl", "\nhelp =", "\nhilfe =");
    let said = refusal(&folder, &["check"], &[("LOCALES_DIR", "locales")]);
    assert!(said.contains("`help`") && said.contains("ru"), "{said}");
}

#[test]
fn own_dialogues_and_texts_without_flaws_are_taken() {
    let folder = folder();
    copy(&folder, "dialogues");
    copy(&folder, "locales");
    let settings = [("DIALOGUES_DIR", "dialogues"), ("LOCALES_DIR", "locales")];
    assert_eq!(success(&folder, &["check"], &settings), success(&folder, &["check"], &[]));
}
