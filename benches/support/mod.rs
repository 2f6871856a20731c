//! What the benches stand on: a server, databases of one migrated template, the real binary, a file of customers.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
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

    /// A file of that many customers, one contact each.
    pub fn customers(&self, rows: u32) -> anyhow::Result<PathBuf> {
        let file = self.folder.path().join(format!("{rows}.csv"));
        write_file(&file, rows)?;
        Ok(file)
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

/// One contact a row, one customer a contact, terms as they come.
fn write_file(file: &Path, rows: u32) -> anyhow::Result<()> {
    let mut text =
        "reference,customer,contact_name,email,language,products,customer_since,notice_days,objection_days,\
        convention,time_zone,holidays\r\n"
            .to_owned();
    for n in 1..=rows {
        let one_of = |words: &[&'static str], salt: u32| {
            words[(n.wrapping_mul(2_654_435_761) >> salt) as usize % words.len()]
        };
        writeln!(
            text,
            "G-{n:06},Customer {n:06} {},{},dpo{n}@c{}.example,{},{},20{}-{:02}-{:02},{},{},{},{},{}\r",
            one_of(&["Ltd", "GmbH", "SA", "K.K.", "Þjón AB"], 3),
            one_of(&["Ann", "Jürgen", "Zoë", "村上", "\"O'Neil, Pat\""], 5),
            n % 5000,
            one_of(&["en", "de", "fr", "ja"], 7),
            one_of(&["chat", "api", "chat;api"], 9),
            20 + n % 6,
            1 + n % 12,
            1 + n % 28,
            one_of(&["", "10", "14", "30", "45", "60"], 11),
            one_of(&["", "", "10", "14", "30"], 13),
            one_of(&["", "clear_days", "calendar_days", "eu_1182_71", "working_days"], 15),
            one_of(&["UTC", "Europe/Berlin", "Europe/London", "America/New_York", "Asia/Tokyo"], 17),
            one_of(&["", "DE-BY", "GB-ENG", "FR"], 19),
        )?;
    }
    Ok(std::fs::write(file, text)?)
}
