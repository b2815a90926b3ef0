//! The program as a child process: started, killed, started again; its database looked into from outside.

use std::fs::{File, OpenOptions};
use std::io::Cursor;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use pixelai::emulator::{Emulator, Options};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use tempfile::TempDir;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Processes at a time, over all tests of this binary.
static ROOM: Semaphore = Semaphore::const_new(4);
/// How long a process may take to come to its end, on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(60);
const SIGKILL: i32 = 9;

/// The program in an environment of nothing but `settings`.
pub fn pixelai(folder: &TempDir, args: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pixelai"));
    command.args(args).env_clear().current_dir(folder.path()).stdin(Stdio::null());
    for name in ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "LLVM_PROFILE_FILE"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(settings.iter().copied());
    command
}

/// A bot's Telegram and folder, which outlive its processes.
pub struct House {
    pub emulator: Emulator,
    folder: TempDir,
    settings: Vec<(String, String)>,
    _room: SemaphorePermit<'static>,
}

impl House {
    /// With these settings beside the usual ones: the painter at full speed, and leases of a second.
    pub async fn new(settings: &[(&str, &str)]) -> Self {
        let room = ROOM.acquire().await.expect("it is never closed");
        let token = "4242:test";
        let options = Options { token: token.into(), bot_username: "test_bot".into(), ..Options::default() };
        let emulator = Emulator::start(options).await.expect("the emulator starts");
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let url = emulator.url();
        let usual = [
            ("TELOXIDE_TOKEN", token),
            ("TELOXIDE_API_URL", url.as_str()),
            ("DATABASE_URL", "sqlite://bot.db"),
            ("MOCK_AI", "1"),
            ("MOCK_AI_SECONDS", "0"),
            ("MOCK_AI_DIR", "painter"),
            ("LEASE_SECONDS", "1"),
            ("HTTP_ADDR", "off"),
            ("RUST_LOG", "warn,pixelai=debug"),
        ];
        let all = usual.iter().chain(settings).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let settings = all.collect();
        Self { emulator, folder, settings, _room: room }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = pixelai(&self.folder, args, &[]);
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts the bot.
    pub fn start(&self) -> Running {
        self.spawn(self.command(&["run"]))
    }

    /// Starts the bot, which will be killed when it gets to this point for the first time.
    pub fn start_to_die_at(&self, point: &str) -> Running {
        let mut command = self.command(&["run"]);
        command.env("PIXELAI_CRASH_AT", point);
        self.spawn(command)
    }

    fn spawn(&self, mut command: Command) -> Running {
        let log = OpenOptions::new().create(true).append(true).open(self.log_path()).expect("the log can be opened");
        let child = command.stdout(Stdio::null()).stderr(log).spawn().expect("the program starts");
        Running { child: Some(child), log: self.log_path() }
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("log.txt")
    }

    /// What all processes so far have logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// Whether `pixelai audit` finds the books in order, and what it says.
    pub async fn audit(&self) -> (bool, String) {
        let mut command = self.command(&["audit"]);
        let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic");
        let output = output.expect("the program starts");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    /// The one number that a statement answers.
    pub async fn number(&self, sql: &'static str) -> i64 {
        let pool = self.pool().await;
        let number = sqlx::query_scalar(sql).fetch_one(&pool).await.expect("the statement runs");
        pool.close().await;
        number
    }

    async fn pool(&self) -> SqlitePool {
        let options = SqliteConnectOptions::new().filename(self.folder.path().join("bot.db"));
        SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("the database opens")
    }

    /// Waits until no job and no letter has anything left to do; a process has to be running.
    pub async fn settled(&self) {
        const LEFT: &str = "SELECT (SELECT count(*) FROM generation_jobs WHERE run_at IS NOT NULL) \
                            + (SELECT count(*) FROM outbox WHERE due_at IS NOT NULL)";
        let pool = self.pool().await;
        let settled = tokio::time::timeout(PATIENCE, async {
            // Another process does the work; there is nothing to be woken by.
            while sqlx::query_scalar::<_, i64>(LEFT).fetch_one(&pool).await.expect("the statement runs") > 0 {
                tokio::time::sleep(Duration::from_millis(30)).await;
            }
        });
        let in_time = settled.await.is_ok();
        pool.close().await;
        assert!(in_time, "a job or a letter is stuck; the log:\n{}", self.log());
    }

    /// The tasks that the painter was given.
    pub fn tasks(&self) -> usize {
        let entries = std::fs::read_dir(self.folder.path().join("painter"));
        let names = entries.into_iter().flatten().map(|entry| entry.expect("readable").file_name());
        names.filter(|name| name.to_string_lossy().ends_with(".json")).count()
    }
}

/// A process; killed when dropped.
pub struct Running {
    child: Option<Child>,
    log: PathBuf,
}

impl Running {
    /// For a process that was started elsewhere.
    pub fn of(child: Child) -> Self {
        Self { child: Some(child), log: PathBuf::new() }
    }

    /// Kills it on the spot.
    pub async fn kill(self) {
        self.signal("KILL");
        assert_eq!(self.ends().await.signal(), Some(SIGKILL));
    }

    /// Waits until it has been killed at its point.
    pub async fn dies(self) {
        let log = self.log.clone();
        let status = self.ends().await;
        let log = std::fs::read_to_string(log).unwrap_or_default();
        assert_eq!(status.signal(), Some(SIGKILL), "it ended otherwise ({status}):\n{log}");
    }

    /// Asks it to end, and waits for that.
    pub async fn stops(self) -> ExitStatus {
        self.signal("TERM");
        self.ends().await
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let id = self.child.as_ref().expect("it was not waited for").id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &id]).status().expect("kill(1) is there");
        assert!(sent.success(), "signal {name} was not sent");
    }

    /// Waits for its end.
    pub async fn ends(mut self) -> ExitStatus {
        let mut child = self.child.take().expect("it was not waited for");
        let id = child.id().to_string();
        let end = tokio::task::spawn_blocking(move || child.wait());
        match tokio::time::timeout(PATIENCE, end).await {
            Ok(status) => status.expect("no panic").expect("it can be waited for"),
            Err(_) => {
                let _ = Command::new("kill").args(["-KILL", &id]).status();
                panic!("the process did not end:\n{}", std::fs::read_to_string(&self.log).unwrap_or_default());
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A photo that is just large enough.
pub fn photo() -> Vec<u8> {
    static PHOTO: OnceLock<Vec<u8>> = OnceLock::new();
    let draw = || {
        let shade = |x: u32, y: u32| image::Rgb([(x % 251) as u8, (y % 241) as u8, 120]);
        let mut jpeg = Cursor::new(Vec::new());
        let photo = image::RgbImage::from_fn(520, 520, shade);
        photo.write_to(&mut jpeg, image::ImageFormat::Jpeg).expect("it encodes");
        jpeg.into_inner()
    };
    PHOTO.get_or_init(draw).clone()
}

/// A file with this content.
pub fn write(folder: &TempDir, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::io::Write::write_all(&mut File::create(&path).expect("the file can be made"), content).expect("written");
    path
}
