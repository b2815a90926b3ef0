//! A headless Chromium and the driver that steers it, gone when their owner is dropped, also by a panic.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use pixelai::domain::Language;
use serde_json::{Value, json};

/// What chromedriver says once it listens.
const STARTED: &str = "started successfully on port";
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(5);

/// What the page is looked at with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    Desktop,
    Phone,
}

/// What the system prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    Light,
    Dark,
}

/// A chromedriver of our own, on a port that was free.
struct Driver {
    process: Child,
    port: u16,
    /// Kept open, so that the driver can go on writing.
    _output: BufReader<ChildStdout>,
}

/// One browser window.
pub struct Chromium {
    pub client: Client,
    driver: Driver,
    session: String,
    http: reqwest::Client,
    _profile: tempfile::TempDir,
}

impl Chromium {
    pub async fn open(device: Device, colours: Colours, language: Language) -> Self {
        let browser = program(&["chromium", "chromium-browser"]);
        let driver = Driver::start(&program(&["chromedriver"]));
        let profile = tempfile::tempdir().expect("there is room for a profile");
        let capabilities = capabilities(&browser, profile.path(), device, language);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(serde_json::from_value(capabilities).expect("they are an object"))
            .connect(&driver.url())
            .await
            .expect("chromedriver opens Chromium; is their version the same?");
        let session = client.session_id().await.expect("it answers").expect("there is a session");
        let chromium = Self { client, driver, session, http: reqwest::Client::new(), _profile: profile };
        chromium.prefer(colours).await;
        chromium
    }

    async fn prefer(&self, colours: Colours) {
        let value = if colours == Colours::Dark { "dark" } else { "light" };
        // What glides could be missed by a click; without motion everything is where it is.
        let features = json!([
            {"name": "prefers-color-scheme", "value": value},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        let params = json!({"cmd": "Emulation.setEmulatedMedia", "params": {"features": features}});
        self.ask("goog/cdp/execute", &params).await;
    }

    /// What the browser has complained of since the last time: uncaught errors, `console.error`, failed requests.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.ask("se/log", &json!({"type": "browser"})).await;
        let entries = log.as_array().cloned().unwrap_or_default();
        let severe = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        severe.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// A command of chromedriver's that WebDriver does not know.
    async fn ask(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}/session/{}/{path}", self.driver.url(), self.session);
        let answer = self.http.post(url).body(body.to_string()).send().await.expect("chromedriver answers");
        let text = answer.text().await.expect("the answer is whole");
        let answer: Value = serde_json::from_str(&text).expect("it is JSON");
        assert!(answer["value"]["error"].is_null(), "{path}: {answer}");
        answer["value"].clone()
    }
}

impl Driver {
    fn start(program: &PathBuf) -> Self {
        let port = free_port();
        let mut process = Command::new(program)
            .arg(format!("--port={port}"))
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut output = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut said = String::new();
        while !said.contains(STARTED) {
            let read = output.read_line(&mut said).expect("chromedriver's output is readable");
            assert!(read > 0, "chromedriver has ended: {said}");
        }
        Self { process, port, _output: output }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Has the driver close its browsers, which a kill would leave behind.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(SHUTDOWN_PATIENCE))?;
        write!(stream, "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        stream.read_to_end(&mut Vec::new())?;
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.shut_down();
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A port that is free for both families, below those that the system hands out.
///
/// Left to itself, chromedriver takes any free port of IPv6 and then ends, because the same number is often taken for IPv4
/// by one of the many servers and connections of the tests beside it.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 12_000 + u16::try_from(std::process::id() % 4_000).unwrap_or_default();
    let free = |address: &str, port: u16| TcpListener::bind((address, port)).is_ok();
    let has_ipv6 = free("::1", 0);
    loop {
        let port = first + NEXT.fetch_add(1, Ordering::Relaxed);
        if free("127.0.0.1", port) && (!has_ipv6 || free("::1", port)) {
            return port;
        }
    }
}

/// The first of `names` that is on the PATH.
fn program(names: &[&str]) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let found =
        names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|it| it.is_file());
    found.unwrap_or_else(|| panic!("{} is not installed; run the tests with scripts/test, which installs it", names[0]))
}

fn capabilities(browser: &std::path::Path, profile: &std::path::Path, device: Device, language: Language) -> Value {
    let mut arguments: Vec<String> = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--window-size=1180,960",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    arguments.push(format!("--lang={}", language.code()));
    let mut options = json!({
        "binary": browser,
        "args": arguments,
        "prefs": {"intl.accept_languages": language.code()},
    });
    if device == Device::Phone {
        let metrics = json!({"width": 390, "height": 780, "pixelRatio": 2.0, "touch": true, "mobile": true});
        options["mobileEmulation"] = json!({"deviceMetrics": metrics});
    }
    json!({"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}})
}
