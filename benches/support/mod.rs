//! What the benches stand on: a server, databases of one migrated template, the real binary.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use forenotice::demo::embedded_postgres::{Durability, Lifetime, Options, Postgres};
use forenotice::entropy::Entropy;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

pub const ADMIN: &str = "bench@processor.example";

/// Runs on the server of `FORENOTICE_TEST_DATABASE_URL` (a superuser's URL), else on one of its own that keeps its promises
/// (fsync).
pub async fn on_a_server<F>(bench: impl FnOnce(String) -> F) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>>,
{
    if let Ok(url) = std::env::var("FORENOTICE_TEST_DATABASE_URL") {
        return bench(url).await;
    }
    let options = Options { binaries: None, durability: Durability::Full, lifetime: Lifetime::Owner };
    let server = Postgres::start(&options, &Entropy::os()).await?;
    let done = bench(server.url("postgres")).await;
    server.stop().await?;
    done
}

pub struct Ground {
    server: url::Url,
    prefix: String,
    pub folder: tempfile::TempDir,
    admin: PgConnection,
    made: Vec<String>,
}

impl Ground {
    /// A folder with this configuration, and a template that is migrated.
    pub async fn new(server: &str, bench: &str, config: &str) -> anyhow::Result<Self> {
        let mut ground = Self {
            server: server.parse()?,
            prefix: format!("forenotice_bench_{bench}_{}", std::process::id()),
            folder: tempfile::tempdir()?,
            admin: PgConnection::connect(server).await.context("no server")?,
            made: Vec::new(),
        };
        std::fs::write(ground.folder.path().join("forenotice.toml"), config)?;
        let template = ground.create("template", "template0").await?;
        ground.forenotice(&template).args(["migrate", "--admin", ADMIN]).output().context("migrate")?;
        Ok(ground)
    }

    /// Another database like the template, with its URL.
    pub async fn database(&mut self, name: &str) -> anyhow::Result<String> {
        let template = format!("{}_template", self.prefix);
        self.create(name, &template).await
    }

    /// A database like that one, which nobody uses.
    pub async fn create(&mut self, name: &str, like: &str) -> anyhow::Result<String> {
        let name = format!("{}_{name}", self.prefix);
        self.admin.execute(AssertSqlSafe(format!("create database {name} template {like}"))).await?;
        let mut url = self.server.clone();
        url.set_path(&name);
        self.made.push(name);
        Ok(url.into())
    }

    pub fn forenotice(&self, database: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_forenotice"));
        command
            .current_dir(self.folder.path())
            .env("FORENOTICE_CONFIG", self.folder.path().join("forenotice.toml"))
            .env("FORENOTICE__DATABASE__URL", database)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command
    }

    pub async fn clear(mut self) -> anyhow::Result<()> {
        for name in self.made.iter().rev() {
            self.admin.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await?;
        }
        Ok(())
    }
}

/// The greatest resident size so far of the process with this `/proc/PID/status`, in KiB.
pub fn peak(status: &Path) -> Option<u32> {
    let status = std::fs::read_to_string(status).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
