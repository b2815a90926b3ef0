//! The real `pixelai demo`, as a person starts it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

/// A running demo, ended when dropped.
pub struct Demo {
    process: Child,
    /// Where the chat page is.
    pub url: String,
    pub folder: tempfile::TempDir,
    _output: BufReader<ChildStdout>,
}

impl Demo {
    /// Starts it on a free port; the painter takes `seconds` for a picture.
    pub fn start(seconds: u32) -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let log = File::create(folder.path().join("log")).expect("the folder is writable");
        let mut process = Command::new(env!("CARGO_BIN_EXE_pixelai"))
            .args(["demo", "--listen", "127.0.0.1:0", "--file"])
            .arg(folder.path().join("demo.db"))
            .current_dir(folder.path())
            .env("MOCK_AI_SECONDS", seconds.to_string())
            .env("NO_COLOR", "1")
            .env_remove("RUST_LOG")
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the demo starts");
        let mut output = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut greeting = String::new();
        output.read_line(&mut greeting).expect("the greeting is readable");
        let url = greeting.split_whitespace().find(|word| word.starts_with("http://")).map(str::to_owned);
        let url = url.unwrap_or_else(|| panic!("the demo did not say where it is: {greeting:?}"));
        Self { process, url, folder, _output: output }
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).expect("the log is readable")
    }

    /// A JPEG in a file, as a person has one on the disk.
    pub async fn photo(&self) -> PathBuf {
        let samples: serde_json::Value = serde_json::from_slice(&self.get("/api/samples").await).expect("it is JSON");
        let jpeg = self.get(samples[1]["url"].as_str().expect("there are samples")).await;
        assert!(jpeg.starts_with(b"\xff\xd8"), "a sample is a JPEG");
        let path = self.folder.path().join("holiday.jpg");
        fs::write(&path, jpeg).expect("the folder is writable");
        path
    }

    async fn get(&self, path: &str) -> Vec<u8> {
        let answer = reqwest::get(format!("{}{path}", self.url)).await.expect("the demo answers");
        answer.error_for_status().expect("it is there").bytes().await.expect("the answer is whole").to_vec()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
