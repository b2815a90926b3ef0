//! PostgreSQL and Redis of a test's own, to be stopped, restarted and emptied under the bot.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::process::Servers;

/// Servers that nobody else uses; gone with this value.
pub struct Private {
    folder: TempDir,
    binaries: PathBuf,
    postgres_port: u16,
    redis_port: u16,
}

impl Private {
    /// `None` where the programs are not installed; `scripts/test` sees to it that they are.
    pub fn start() -> Option<Self> {
        let binaries = postgres_binaries()?;
        Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().ok()?;
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let servers = Self { folder, binaries, postgres_port: free_port(), redis_port: free_port() };
        run(Command::new("chmod").arg("755").arg(servers.folder.path()));
        if is_root() {
            run(Command::new("chown").arg("nobody:nogroup").arg(servers.folder.path()));
        }
        run(servers.program("initdb").args(["-U", "pixelai", "--auth=trust", "--encoding=UTF8", "--locale=C"]));
        servers.start_postgres();
        servers.start_redis();
        Some(servers)
    }

    pub fn addresses(&self) -> Servers {
        Servers {
            postgres: format!("postgres://pixelai@127.0.0.1:{}/postgres", self.postgres_port),
            redis: format!("redis://127.0.0.1:{}", self.redis_port),
        }
    }

    fn start_postgres(&self) {
        let options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200",
            self.postgres_port,
            self.folder.path().display()
        );
        run(self
            .program("pg_ctl")
            .args(["-w", "-s", "start", "-l"])
            .arg(self.path("postgres.log"))
            .args(["-o", &options]));
    }

    /// Ends every connection and transaction on the spot, as a crash does, and comes back.
    pub fn restart_postgres(&self) {
        run(self.program("pg_ctl").args(["-m", "immediate", "-s", "stop"]));
        self.start_postgres();
    }

    /// On what it has kept.
    pub fn start_redis(&self) {
        let port = self.redis_port.to_string();
        run(as_server(&self.folder, Path::new("redis-server"))
            .args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--daemonize", "yes"])
            .arg("--dir")
            .arg(self.folder.path())
            .arg("--logfile")
            .arg(self.path("redis.log")));
    }

    pub async fn stop_redis(&self) {
        let client = redis::Client::open(self.addresses().redis).expect("it is an address");
        let Ok(mut connection) = client.get_multiplexed_async_connection().await else { return };
        // It does not answer any more, which is the answer.
        let _ = redis::cmd("SHUTDOWN").query_async::<()>(&mut connection).await;
    }

    pub async fn empty_redis(&self) {
        let client = redis::Client::open(self.addresses().redis).expect("it is an address");
        let mut connection = client.get_multiplexed_async_connection().await.expect("Redis answers");
        redis::cmd("FLUSHALL").query_async::<()>(&mut connection).await.expect("Redis is emptied");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// One of PostgreSQL's programs, on this server's data.
    fn program(&self, name: &str) -> Command {
        let mut command = as_server(&self.folder, &self.binaries.join(name));
        command.arg("-D").arg(self.path("data"));
        command
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        let _ = self.program("pg_ctl").args(["-m", "immediate", "-s", "stop"]).stdout(Stdio::null()).status();
        let port = self.redis_port.to_string();
        let _ = Command::new("redis-cli").args(["-p", &port, "shutdown", "nosave"]).stderr(Stdio::null()).status();
    }
}

/// Servers refuse to run as root.
fn as_server(folder: &TempDir, program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]).arg(program);
    command.env("HOME", folder.path()).current_dir(folder.path());
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id(1) is there").stdout;
    String::from_utf8_lossy(&id).trim() == "0"
}

/// Debian's newest, or those on the path.
fn postgres_binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists()).max();
    debian.or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|bin| bin.join("initdb").exists())
    })
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

fn run(command: &mut Command) {
    let output = command.stdout(Stdio::null()).stderr(Stdio::piped()).output().expect("the program is there");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
