//! Postgres clusters that a test may restart, kill, promote and fill up: run by `pg_ctl`, nobody else's.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use forenotice::demo::embedded_postgres::{Account, Binaries};
use tempfile::TempDir;
use tokio::process::Command;

use super::bent_clock;

/// Ends what was started in a directory when we are gone, however we went.
const JANITOR: &str = "read -r _; \"$1\" stop -D \"$2\" -m immediate >/dev/null 2>&1";

/// How a server is stopped.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    /// Sessions are ended in order.
    Fast,
    /// As if the process were killed: it recovers when it starts again.
    Immediate,
}

pub struct Cluster {
    place: PathBuf,
    port: u16,
    programs: PathBuf,
    account: Option<Account>,
    /// The library that bends its clock.
    bent_by: Option<PathBuf>,
    janitor: Child,
    // Removed after the server has stopped.
    _folder: Option<TempDir>,
}

impl Cluster {
    /// A running cluster of its own, with fsync off: processes die here, machines don't.
    pub async fn start() -> Self {
        let folder = private_folder();
        Self::start_in(folder.path().to_owned(), Some(folder), &[]).await
    }

    /// The same in a directory that the test has made, with these arguments to `initdb`.
    pub async fn start_in(place: PathBuf, folder: Option<TempDir>, initdb: &[&str]) -> Self {
        let cluster = Self::in_place(place, folder);
        cluster.make(initdb).await;
        cluster
    }

    /// A running cluster whose clock can be set.
    pub async fn bendable() -> Self {
        let folder = private_folder();
        let library = bent_clock::build_in(folder.path());
        let mut cluster = Self::in_place(folder.path().to_owned(), Some(folder));
        cluster.bent_by = Some(library);
        cluster.make(&[]).await;
        cluster
    }

    /// Its clock is off by so many seconds from now on.
    pub fn bend(&self, seconds: i64) {
        bent_clock::bend(&self.clock(), seconds);
    }

    fn clock(&self) -> PathBuf {
        self.place.join("clock")
    }

    async fn make(&self, initdb: &[&str]) {
        let mut arguments =
            vec!["--no-locale", "--encoding=UTF8", "--no-sync", "--auth=trust", "--username=postgres"];
        arguments.extend(initdb);
        self.run("initdb", &arguments).await;
        self.configure();
        self.again().await;
    }

    /// A running hot standby of this one.
    pub async fn standby(&self) -> Self {
        let folder = private_folder();
        let standby = Self::in_place(folder.path().to_owned(), Some(folder));
        let port = self.port.to_string();
        let arguments =
            ["-R", "-X", "stream", "-c", "fast", "-h", "127.0.0.1", "-p", &port, "-U", "postgres"];
        standby.run("pg_basebackup", &arguments).await;
        standby.configure();
        standby.again().await;
        standby
    }

    fn in_place(place: PathBuf, folder: Option<TempDir>) -> Self {
        let account = Account::for_server().unwrap();
        if let Some(account) = account {
            account.owns(&place).unwrap();
        }
        let found = Binaries::find(None, std::env::var_os("PATH").as_deref()).unwrap();
        // What lies on the search path may be a link to where all the programs are.
        let programs = fs::canonicalize(found.postgres).unwrap().parent().unwrap().to_owned();
        let mut janitor = std::process::Command::new("/bin/sh");
        janitor.args(["-c", JANITOR, "janitor"]).arg(programs.join("pg_ctl")).arg(place.join("data"));
        janitor.current_dir(&place).stdin(Stdio::piped());
        if let Some(account) = account {
            account.runs(&mut janitor);
        }
        let janitor = janitor.spawn().unwrap();
        Self { place, port: free_port(), programs, account, bent_by: None, janitor, _folder: folder }
    }

    /// What comes later in the file counts, also over what a base backup brought along.
    fn configure(&self) {
        let path = self.data().join("postgresql.conf");
        let settings = format!(
            "\nport = {}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\ntimezone = 'UTC'\n",
            self.port
        );
        fs::write(&path, fs::read_to_string(&path).unwrap() + &settings).unwrap();
    }

    /// The superuser's URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub async fn stop(&self, how: Stop) {
        let mode = match how {
            Stop::Fast => "fast",
            Stop::Immediate => "immediate",
        };
        self.run("pg_ctl", &["stop", "-w", "-m", mode]).await;
    }

    /// Starts it, or starts it again; returns when it takes connections.
    pub async fn again(&self) {
        let log = self.place.join("log");
        self.run("pg_ctl", &["start", "-w", "-t", "120", "-l", log.to_str().unwrap()]).await;
    }

    pub async fn promote(&self) {
        self.run("pg_ctl", &["promote", "-w"]).await;
    }

    /// Whether the server still runs: one that cannot write its log ends by itself.
    pub async fn runs(&self) -> bool {
        self.command("pg_ctl")
            .args(["status", "-D"])
            .arg(self.data())
            .output()
            .await
            .unwrap()
            .status
            .success()
    }

    /// How often its log has these words.
    pub fn said(&self, words: &str) -> usize {
        fs::read_to_string(self.place.join("log")).unwrap().matches(words).count()
    }

    fn data(&self) -> PathBuf {
        self.place.join("data")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = std::process::Command::new(self.programs.join(program));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").current_dir(&self.place);
        command.stdin(Stdio::null());
        if let Some(library) = &self.bent_by {
            command.env("LD_PRELOAD", library).env(bent_clock::CLOCK, self.clock());
        }
        if let Some(account) = self.account {
            account.runs(&mut command);
        }
        command.into()
    }

    async fn run(&self, program: &str, arguments: &[&str]) {
        // Into a file: the server keeps what it inherits open, and a pipe of ours would never end.
        let said = self.place.join("said");
        let file = fs::File::create(&said).unwrap();
        let mut command = self.command(program);
        command.args(arguments).arg("-D").arg(self.data()).stdout(file.try_clone().unwrap()).stderr(file);
        let status = command.status().await.unwrap();
        let log = || fs::read_to_string(self.place.join("log")).unwrap_or_default();
        assert!(status.success(), "{program} {arguments:?}: {}{}", fs::read_to_string(&said).unwrap(), log());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.janitor.stdin.take());
        let _ = self.janitor.wait();
    }
}

pub fn private_folder() -> TempDir {
    tempfile::Builder::new().prefix("forenotice-cluster-").tempdir().unwrap()
}

pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Has `command` run as that account.
pub fn as_server(command: &mut std::process::Command) {
    if let Some(account) = Account::for_server().unwrap() {
        account.runs(command);
    }
}

/// Hands a file or directory to the account that servers run as.
pub fn lend(path: &Path) {
    if let Some(account) = Account::for_server().unwrap() {
        account.owns(path).unwrap();
    }
}
