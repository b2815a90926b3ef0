//! The program as a child process: started, killed, started again; its database looked into from outside.

use std::fs::{File, OpenOptions};
use std::io::Cursor;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use pixelai::database::Database;
use pixelai::emulator::{Emulator, Options};
use tempfile::TempDir;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::database::Schema;

/// Houses at a time, over all tests of this binary.
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
    database_url: String,
    /// Where its tables are, unless they are in a file.
    _schema: Option<Schema>,
    _room: SemaphorePermit<'static>,
}

/// The servers that several processes share.
pub struct Servers {
    pub postgres: String,
    pub redis: String,
}

impl Servers {
    /// Those that `scripts/test` has started; `None` where there are none.
    pub fn of_tests() -> Option<Self> {
        let (postgres, redis) = (std::env::var("TEST_POSTGRES_URL").ok()?, std::env::var("TEST_REDIS_URL").ok()?);
        Some(Self { postgres, redis })
    }
}

impl House {
    /// Everything in one file, with these settings beside the usual ones: the painter at full speed, and leases of a
    /// second.
    pub async fn new(settings: &[(&str, &str)]) -> Self {
        Self::build(None, settings).await
    }

    /// The same on PostgreSQL and Redis, for several processes.
    pub async fn on(servers: &Servers, settings: &[(&str, &str)]) -> Self {
        Self::build(Some(servers), settings).await
    }

    async fn build(servers: Option<&Servers>, settings: &[(&str, &str)]) -> Self {
        let room = ROOM.acquire().await.expect("it is never closed");
        let token = "4242:test";
        let options = Options { token: token.into(), bot_username: "test_bot".into(), ..Options::default() };
        let emulator = Emulator::start(options).await.expect("the emulator starts");
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let schema = match servers {
            Some(servers) => Some(Schema::make(servers.postgres.clone()).await),
            None => None,
        };
        let file = || format!("sqlite://{}", folder.path().join("bot.db").display());
        let database_url = schema.as_ref().map_or_else(file, Schema::url);
        let url = emulator.url();
        let mut usual = vec![
            ("TELOXIDE_TOKEN", token),
            ("TELOXIDE_API_URL", url.as_str()),
            ("DATABASE_URL", database_url.as_str()),
            ("MOCK_AI", "1"),
            ("MOCK_AI_SECONDS", "0"),
            ("MOCK_AI_DIR", "painter"),
            ("LEASE_SECONDS", "1"),
            ("HTTP_ADDR", "off"),
            ("RUST_LOG", "warn,pixelai=debug"),
        ];
        if let (Some(servers), Some(schema)) = (servers, &schema) {
            usual.extend([("REDIS_URL", servers.redis.as_str()), ("REDIS_PREFIX", schema.name())]);
        }
        let all = usual.iter().chain(settings).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let settings = all.collect();
        Self { emulator, folder, settings, database_url, _schema: schema, _room: room }
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

    /// Starts the bot with these settings on top.
    #[allow(dead_code, reason = "for the tests over HTTP, which are another binary")]
    pub fn start_with(&self, settings: &[(&str, &str)]) -> Running {
        let mut command = self.command(&["run"]);
        command.envs(settings.iter().copied());
        self.spawn(command)
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

    /// What a command prints that succeeds.
    #[allow(dead_code, reason = "for the tests over HTTP, which are another binary")]
    pub async fn says(&self, args: &[&str]) -> String {
        let mut command = self.command(args);
        let output = tokio::task::spawn_blocking(move || command.output()).await.expect("no panic");
        let output = output.expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it is text")
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
        let database = self.database().await;
        let number = count(&database, sql).await;
        database.close().await;
        number
    }

    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// Waits until a statement answers this number; a process has to be running.
    pub async fn until(&self, sql: &'static str, number: i64) {
        let database = self.database().await;
        let there = tokio::time::timeout(PATIENCE, async {
            while count(&database, sql).await != number {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        let in_time = there.await.is_ok();
        database.close().await;
        assert!(in_time, "never {number}: {sql}; the log:\n{}", self.log());
    }

    async fn database(&self) -> Database {
        Database::connect(&self.database_url).await.expect("the database opens")
    }

    /// Waits until no job, training, deletion and letter has anything left to do; a process has to be running.
    pub async fn settled(&self) {
        const LEFT: &str = "SELECT (SELECT count(*) FROM generation_jobs WHERE run_at IS NOT NULL) \
                            + (SELECT count(*) FROM training_runs WHERE run_at IS NOT NULL) \
                            + (SELECT count(*) FROM erasures WHERE run_at IS NOT NULL) \
                            + (SELECT count(*) FROM outbox WHERE due_at IS NOT NULL) \
                            + (SELECT count(*) FROM refunds WHERE due_at IS NOT NULL)";
        let database = self.database().await;
        let settled = tokio::time::timeout(PATIENCE, async {
            // Another process does the work; there is nothing to be woken by.
            while count(&database, LEFT).await > 0 {
                tokio::time::sleep(Duration::from_millis(30)).await;
            }
        });
        let in_time = settled.await.is_ok();
        database.close().await;
        assert!(in_time, "a job or a letter is stuck; the log:\n{}", self.log());
    }

    /// The tasks that the painter was given.
    pub fn tasks(&self) -> usize {
        let entries = std::fs::read_dir(self.folder.path().join("painter"));
        let names = entries.into_iter().flatten().map(|entry| entry.expect("readable").file_name());
        names.filter(|name| name.to_string_lossy().ends_with(".json")).count()
    }
}

async fn count(database: &Database, sql: &'static str) -> i64 {
    let number = match database {
        Database::Sqlite { read, .. } => sqlx::query_scalar(sql).fetch_one(read).await,
        Database::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await,
    };
    number.expect("the statement runs")
}

/// Several processes of one house, each started again when it dies, as a platform does.
pub struct Fleet<'a> {
    house: &'a House,
    replicas: Vec<Running>,
    deaths: usize,
}

impl<'a> Fleet<'a> {
    /// A process for each of these, which will be killed at its point, if it gets there so many times.
    pub fn start(house: &'a House, points: &[Option<String>]) -> Self {
        let start = |point: &Option<String>| match point {
            Some(point) => house.start_to_die_at(point),
            None => house.start(),
        };
        Self { house, replicas: points.iter().map(start).collect(), deaths: 0 }
    }

    /// Starts anew what has died, for as long as it is polled.
    pub async fn keep(&mut self) {
        loop {
            for replica in &mut self.replicas {
                if let Some(status) = replica.has_ended() {
                    assert_eq!(status.signal(), Some(SIGKILL), "it ended otherwise:\n{}", self.house.log());
                    *replica = self.house.start();
                    self.deaths += 1;
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Asks all of them to end, and waits for that. Answers how many had died before.
    pub async fn stops(self) -> usize {
        for mut replica in self.replicas {
            if replica.has_ended().is_none() {
                let status = replica.stops().await;
                assert!(status.success() || status.signal() == Some(SIGKILL), "{status}:\n{}", self.house.log());
            }
        }
        self.deaths
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
        // Until it was waited for, its number is its own.
        let sent = Command::new("kill").args([&format!("-{name}"), &id]).status().expect("kill(1) is there");
        assert!(sent.success(), "signal {name} was not sent");
    }

    /// How it has ended, if it has.
    pub fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.as_mut().expect("it was not waited for").try_wait().expect("it can be waited for")
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
