//! A private Postgres for the demo and the tests: the system's own programs, started by us.
//!
//! [`Postgres::start`] finds `initdb` and `postgres`, makes a cluster in a private temporary directory as an account
//! that is not root, listens on a Unix socket and on a free loopback port, and returns once the server answers. A
//! shell beside it ([`SUPERVISE`]) stops the server and removes the directory when the [`Postgres`] is dropped or
//! this process dies, however it dies. Nothing of it survives; a database worth keeping is not made here.

mod account;
mod binaries;

pub use account::Account;
pub use binaries::Binaries;

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sqlx::{Connection, PgConnection};

use crate::entropy::{Entropy, NoEntropy};

/// The shell program that outlives us by a moment; it says what it does.
const SUPERVISE: &str = include_str!("supervise.sh");

/// The superuser of the cluster.
const SUPERUSER: &str = "postgres";

/// Connections that the server takes: enough for tests that run side by side, each with several daemons.
const CONNECTIONS_MAX: u16 = 300;

/// A port that was free can be taken before the server has it; then another is tried.
const PORTS_TRIED_MAX: u8 = 3;

/// How often a starting server is asked whether it answers, and how many times before we give up: 30 seconds.
const PATIENCE: Duration = Duration::from_millis(25);
const QUESTIONS_MAX: u32 = 1_200;

/// How much of the server's log is repeated when it does not start.
const LOG_LINES_REPEATED: usize = 5;

/// What the server may forget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Every commit is on disk before it is answered, as in production.
    Full,
    /// Nothing is forced to disk: three times as quick, and all is lost with the machine's power.
    None,
}

/// When the server stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// With the [`Postgres`] value or the process that holds it.
    Owner,
    /// Five seconds after the last process has let go of its lock on `lock` (a `flock`, shared); then the file
    /// `published` is removed first, so that nobody finds a server that is about to stop.
    WhileLocked { lock: PathBuf, published: PathBuf },
}

/// How to start the server.
#[derive(Clone, Debug)]
pub struct Options {
    /// The directory that holds `initdb` and `postgres`; `None` looks where they usually are.
    pub binaries: Option<PathBuf>,
    pub durability: Durability,
    pub lifetime: Lifetime,
}

/// A running server. Dropping it stops it and removes all that it wrote.
#[derive(Debug)]
pub struct Postgres {
    supervisor: Option<Child>,
    directory: PathBuf,
    port: u16,
    password: String,
}

impl Postgres {
    /// Makes a cluster and starts the server; returns once it answers. Takes about a second.
    pub async fn start(options: &Options, entropy: &Entropy) -> Result<Self, Error> {
        let binaries = Binaries::find(options.binaries.as_deref(), std::env::var_os("PATH").as_deref())?;
        let account = Account::for_server()?;
        let cluster = Cluster { directory: private_directory(account)?, binaries, account };
        let made = match cluster.make(options.durability, entropy).await {
            Ok(password) => cluster.start(options, password).await,
            Err(error) => Err(error),
        };
        if made.is_err() {
            // The supervisor removes it too where one was started; both may.
            let _ = std::fs::remove_dir_all(&cluster.directory);
        }
        made
    }

    /// The superuser's URL of `database`, over loopback.
    pub fn url(&self, database: &str) -> String {
        url(&self.password, self.port, database)
    }

    /// The superuser's URL of `database`, over the Unix socket: only this account and root get that far.
    pub fn socket_url(&self, database: &str) -> String {
        let directory = self.directory.display().to_string().replace('/', "%2F");
        format!("postgres://{SUPERUSER}@{directory}:{}/{database}", self.port)
    }

    /// Stops the server and waits until all that it wrote is removed.
    pub async fn stop(mut self) -> Result<(), Error> {
        let stopped = tokio::task::spawn_blocking(move || self.close()).await;
        stopped.map_err(|join| Error::Io { doing: "wait for the server to stop", source: join.into() })?
    }

    /// Leaves the server to its [`Lifetime::WhileLocked`].
    pub fn leave_to_its_lock(mut self) {
        self.supervisor = None;
    }

    fn close(&mut self) -> Result<(), Error> {
        let Some(mut supervisor) = self.supervisor.take() else { return Ok(()) };
        // The end of its standard input is the supervisor's sign to stop.
        drop(supervisor.stdin.take());
        supervisor
            .wait()
            .map(|_| ())
            .map_err(|source| Error::Io { doing: "wait for the server to stop", source })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Nobody is left to tell; the supervisor stops the server by itself.
        let _ = self.close();
    }
}

/// A cluster's directory, and with what and as whom it is served.
struct Cluster {
    directory: PathBuf,
    binaries: Binaries,
    account: Option<Account>,
}

impl Cluster {
    /// Runs `initdb`; returns the superuser's password.
    async fn make(&self, durability: Durability, entropy: &Entropy) -> Result<String, Error> {
        self.binaries
            .check_version(&self.run(self.command(&self.binaries.postgres).arg("--version")).await?)?;

        let password = hex::encode(entropy.bytes::<16>()?);
        let password_file = self.directory.join("password");
        std::fs::write(&password_file, &password)
            .map_err(|source| Error::Io { doing: "write the password file", source })?;
        if let Some(account) = self.account {
            account.owns(&password_file)?;
        }

        let mut initdb = self.command(&self.binaries.initdb);
        initdb.args(["--no-locale", "--encoding=UTF8", "--no-instructions", "--username", SUPERUSER]);
        initdb.args(["--auth-local=trust", "--auth-host=scram-sha-256"]);
        initdb.arg("--pwfile").arg(&password_file).arg("--pgdata").arg(self.directory.join("data"));
        if durability == Durability::None {
            initdb.arg("--no-sync");
        }
        self.run(&mut initdb).await?;
        Ok(password)
    }

    async fn start(&self, options: &Options, password: String) -> Result<Postgres, Error> {
        let mut tried = 0;
        loop {
            tried += 1;
            match self.start_once(options, &password).await {
                Err(Error::DoesNotStart { log })
                    if log.contains("could not bind") && tried < PORTS_TRIED_MAX => {}
                done => return done,
            }
        }
    }

    async fn start_once(&self, options: &Options, password: &str) -> Result<Postgres, Error> {
        let port = free_port()?;
        let (lock, published) = match &options.lifetime {
            Lifetime::Owner => (Path::new(""), Path::new("")),
            Lifetime::WhileLocked { lock, published } => (lock.as_path(), published.as_path()),
        };
        let mut supervise = self.command(Path::new("/bin/sh"));
        supervise.args(["-c", SUPERVISE, "supervise"]).arg(&self.directory).arg(lock).arg(published);
        supervise.arg(&self.binaries.postgres).arg("-D").arg(self.directory.join("data"));
        for setting in settings(port, &self.directory, options.durability) {
            supervise.args(["-c", &setting]);
        }
        // A group of its own: Ctrl-C on our terminal is for us, who then stop the server in order.
        supervise.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        if lock != Path::new("") {
            supervise.stdin(Stdio::null());
        }
        let supervisor = supervise
            .spawn()
            .map_err(|source| Error::Io { doing: "start the shell that runs the server", source })?;
        let server = Postgres {
            supervisor: Some(supervisor),
            directory: self.directory.clone(),
            port,
            password: password.to_owned(),
        };
        self.answers(&server).await?;
        Ok(server)
    }

    /// Waits until the server answers a connection.
    async fn answers(&self, server: &Postgres) -> Result<(), Error> {
        let exited = self.directory.join("exited");
        for _ in 0..QUESTIONS_MAX {
            if let Ok(connection) = PgConnection::connect(&server.url(SUPERUSER)).await {
                return connection.close().await.map_err(|source| Error::Unusable { source });
            }
            if exited.exists() {
                break;
            }
            tokio::time::sleep(PATIENCE).await;
        }
        Err(Error::DoesNotStart { log: last_lines(&self.directory.join("postgres.log")) })
    }

    /// A command in the cluster's directory, as the server's account, without our environment: a `PGPORT` or
    /// `PGDATA` of ours is not meant for this server.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").current_dir(&self.directory);
        if let Some(account) = self.account {
            account.runs(&mut command);
        }
        command
    }

    /// Runs `command` to its end; its standard output, or an error with its standard error.
    async fn run(&self, command: &mut Command) -> Result<String, Error> {
        let program = PathBuf::from(command.get_program());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child =
            command.spawn().map_err(|source| Error::CannotRun { program: program.clone(), source })?;
        let output = tokio::task::spawn_blocking(move || child.wait_with_output()).await;
        let output = output.map_err(std::io::Error::from).flatten();
        let output = output.map_err(|source| Error::CannotRun { program: program.clone(), source })?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let words = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ");
        Err(Error::Failed { program, words })
    }
}

fn settings(port: u16, socket_directory: &Path, durability: Durability) -> Vec<String> {
    let mut settings = vec![
        format!("port={port}"),
        format!("unix_socket_directories={}", socket_directory.display()),
        format!("max_connections={CONNECTIONS_MAX}"),
        "listen_addresses=127.0.0.1".to_owned(),
        "timezone=UTC".to_owned(),
    ];
    if durability == Durability::None {
        settings
            .extend(["fsync", "synchronous_commit", "full_page_writes"].map(|name| format!("{name}=off")));
    }
    settings
}

fn url(password: &str, port: u16, database: &str) -> String {
    format!("postgres://{SUPERUSER}:{password}@127.0.0.1:{port}/{database}")
}

/// A new directory that only the server's account (and root) may enter.
fn private_directory(account: Option<Account>) -> Result<PathBuf, Error> {
    let directory = tempfile::Builder::new()
        .prefix("forenotice-postgres-")
        .tempdir()
        .map_err(|source| Error::Io { doing: "make a temporary directory", source })?
        .keep();
    if let Some(account) = account {
        account.owns(&directory)?;
    }
    Ok(directory)
}

fn free_port() -> Result<u16, Error> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let address = listener.and_then(|listener| listener.local_addr());
    address.map(|address| address.port()).map_err(|source| Error::Io { doing: "find a free port", source })
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES_REPEATED)..].join("; ")
}

/// Why there is no Postgres.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no PostgreSQL server on this machine: `initdb` and `postgres` are not both in {tried}")]
    NotFound { tried: String },
    #[error("{} is too old: PostgreSQL {wanted} or newer is needed, it says \"{said}\"", program.display())]
    TooOld { program: PathBuf, said: String, wanted: u32 },
    #[error(
        "PostgreSQL refuses to run as root, and there is neither a `postgres` nor a `nobody` account to lend it"
    )]
    OnlyRoot,
    #[error("{} cannot be run", program.display())]
    CannotRun { program: PathBuf, source: std::io::Error },
    #[error("{} failed: {words}", program.display())]
    Failed { program: PathBuf, words: String },
    #[error("the PostgreSQL server does not start; the end of its log: {log}")]
    DoesNotStart { log: String },
    #[error("the PostgreSQL server answers, but not usably")]
    Unusable { source: sqlx::Error },
    #[error("cannot {doing}")]
    Io { doing: &'static str, source: std::io::Error },
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
}

impl Error {
    /// The way out.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotFound { .. } | Self::TooOld { .. } => {
                "run script/bootstrap, or `apt-get install postgresql`, or name the directory of the programs"
            }
            Self::OnlyRoot => {
                "run this as an ordinary user, or make one for the server: `useradd --system postgres`"
            }
            Self::CannotRun { .. } | Self::Failed { .. } => {
                "run the program by hand to see more; the server's account must be able to read and run it"
            }
            Self::DoesNotStart { .. } | Self::Unusable { .. } => {
                "look for a full disk, little memory or a server of another version behind the same programs"
            }
            Self::Io { .. } | Self::NoEntropy(_) => {
                "the temporary directory must be writable, and enterable by the server's account (see TMPDIR)"
            }
        }
    }
}

#[cfg(test)]
mod tests;
