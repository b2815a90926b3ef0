//! The command line: what it says and how it ends when something is wrong, and what each command does when nothing is.

mod commands;
mod databases;
mod demo;
mod settings;

use std::process::Output;

use tempfile::TempDir;

use crate::support::process::pixelai;

/// What is enough for `run` to get to Telegram.
const TOKEN: (&str, &str) = ("TELOXIDE_TOKEN", "4242:test");
const MOCK: (&str, &str) = ("MOCK_AI", "1");

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder for temporary files")
}

fn run(folder: &TempDir, args: &[&str], settings: &[(&str, &str)]) -> Output {
    pixelai(folder, args, settings).output().expect("the program starts")
}

/// What it says when it refuses, which is for people: no panic, no repetition, one line unless it lists flaws.
fn refusal(folder: &TempDir, args: &[&str], settings: &[(&str, &str)]) -> String {
    let output = run(folder, args, settings);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("pixelai: "), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

/// It says all of `parts`, in one line.
fn assert_refuses(folder: &TempDir, args: &[&str], settings: &[(&str, &str)], parts: &[&str]) {
    let said = refusal(folder, args, settings);
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    for part in parts {
        assert!(said.contains(part), "“{part}” is missing in: {said}");
        assert_eq!(said.matches(part).count(), 1, "“{part}” stands twice in: {said}");
    }
}

/// What a command prints when all is well.
fn success(folder: &TempDir, args: &[&str], settings: &[(&str, &str)]) -> String {
    let output = run(folder, args, settings);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it is text")
}
