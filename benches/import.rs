//! How fast customers come in from CSV, beside a bare `COPY` of the very rows that the import wrote, in one run.
//!
//! The real binary imports into a database of its own; `COPY` puts the same rows into the same tables, with all their
//! keys, indexes and triggers, of another one. Turn by turn, so that whatever else the machine does falls on both. Memory
//! is the importing process's own peak (`VmHWM`), at a tenth of the rows and at all. Uses the server of
//! `FORENOTICE_TEST_DATABASE_URL` (a superuser's URL), else starts one of its own that keeps its promises (fsync).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use forenotice::demo::embedded_postgres::{Durability, Lifetime, Options, Postgres};
use forenotice::entropy::Entropy;
use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

const ROWS: [u32; 2] = [10_000, 100_000];
const ROUNDS: usize = 3;
/// In an order that foreign keys allow.
const TABLES: [&str; 6] = ["customer", "contract", "contract_terms", "recipient", "act", "ledger_entry"];
const ADMIN: &str = "bench@processor.example";
const PROBE_EVERY: Duration = Duration::from_millis(2);

const CONFIG: &str = r#"
environment = "test"
clock = "simulated:2026-11-23T09:00:00Z"
[site]
name = "Processor GmbH"
base_url = "http://localhost:8080"
dpo_address = "dpo@processor.example"
products = ["chat", "api"]
[smtp]
url = "smtp://127.0.0.1:1"
from = "Processor GmbH Privacy <privacy@processor.example>"
bounce_address = "{token}@bounces.processor.example"
tls = "none"
[inbound]
reply_address = "{token}@replies.processor.example"
[ledger]
key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
"#;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if let Ok(url) = std::env::var("FORENOTICE_TEST_DATABASE_URL") {
        return Bench::run(&url).await;
    }
    let options = Options { binaries: None, durability: Durability::Full, lifetime: Lifetime::Owner };
    let server = Postgres::start(&options, &Entropy::os()).await?;
    let done = Bench::run(&server.url("postgres")).await;
    server.stop().await?;
    done
}

struct Bench {
    server: url::Url,
    prefix: String,
    folder: tempfile::TempDir,
    admin: PgConnection,
    made: Vec<String>,
}

struct Imported {
    took: Duration,
    peak_kib: u32,
}

impl Bench {
    async fn run(server: &str) -> anyhow::Result<()> {
        let mut bench = Self {
            server: server.parse()?,
            prefix: format!("forenotice_bench_import_{}", std::process::id()),
            folder: tempfile::tempdir()?,
            admin: PgConnection::connect(server).await.context("no server")?,
            made: Vec::new(),
        };
        let done = bench.measure().await;
        for name in std::mem::take(&mut bench.made).iter().rev() {
            bench.admin.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await?;
        }
        done
    }

    async fn measure(&mut self) -> anyhow::Result<()> {
        std::fs::write(self.folder.path().join("forenotice.toml"), CONFIG)?;
        let template = self.database("template", "template0").await?;
        self.forenotice(&template).args(["migrate", "--admin", ADMIN]).output().context("migrate")?;
        let few = self.import_of(ROWS[0], "few").await?.1;
        let (mut imports, mut copies, mut peak) = (Vec::new(), Vec::new(), 0);
        for round in 0..ROUNDS {
            let (database, imported) = self.import_of(ROWS[1], &format!("import_{round}")).await?;
            peak = peak.max(imported.peak_kib);
            imports.push(imported.took);
            copies.push(self.copy_of(&database, round).await?);
        }
        report(few.peak_kib, peak, imports, copies);
        Ok(())
    }

    /// A database like another, with its URL.
    async fn database(&mut self, name: &str, like: &str) -> anyhow::Result<String> {
        let name = format!("{}_{name}", self.prefix);
        let like = if like == "template0" { like.to_owned() } else { format!("{}_{like}", self.prefix) };
        self.admin.execute(AssertSqlSafe(format!("create database {name} template {like}"))).await?;
        let mut url = self.server.clone();
        url.set_path(&name);
        self.made.push(name);
        Ok(url.into())
    }

    fn forenotice(&self, database: &str) -> Command {
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

    /// Imports that many rows into a database of its own.
    async fn import_of(&mut self, rows: u32, name: &str) -> anyhow::Result<(String, Imported)> {
        let database = self.database(name, "template").await?;
        let file = self.folder.path().join(format!("{rows}.csv"));
        write_file(&file, rows)?;
        let started = Instant::now();
        let mut child = self
            .forenotice(&database)
            .args(["customers", "import", "--as", ADMIN])
            .arg(&file)
            .spawn()
            .context("no binary")?;
        let status = PathBuf::from(format!("/proc/{}/status", child.id()));
        let mut peak_kib = 0;
        while child.try_wait()?.is_none() {
            peak_kib = peak_kib.max(peak(&status).unwrap_or_default());
            tokio::time::sleep(PROBE_EVERY).await;
        }
        let took = started.elapsed();
        let mut conn = PgConnection::connect(&database).await?;
        let count: i64 =
            sqlx::query_scalar("select count(*) from forenotice.recipient").fetch_one(&mut conn).await?;
        ensure!(count == i64::from(rows), "{count} of {rows} rows are in");
        Ok((database, Imported { took, peak_kib }))
    }

    /// `COPY` of the rows of that database into a fresh one, all in one transaction.
    async fn copy_of(&mut self, from: &str, round: usize) -> anyhow::Result<Duration> {
        let mut source = PgConnection::connect(from).await?;
        let mut data = Vec::new();
        for table in TABLES {
            let copy = format!("copy forenotice.{table} to stdout");
            data.push(
                source
                    .copy_out_raw(&copy)
                    .await?
                    .try_fold(Vec::new(), |mut all, piece| async move {
                        all.extend_from_slice(&piece);
                        Ok(all)
                    })
                    .await?,
            );
        }
        let target = self.database(&format!("copy_{round}"), "template").await?;
        let mut target = PgConnection::connect(&target).await?;
        // The migration's own act is in both; the ledger's guard is away only while it goes.
        target
            .execute(
                "begin;
                 alter table forenotice.act disable trigger user;
                 alter table forenotice.ledger_entry disable trigger user;
                 truncate forenotice.act, forenotice.ledger_entry;
                 alter table forenotice.act enable trigger user;
                 alter table forenotice.ledger_entry enable trigger user;
                 commit",
            )
            .await?;
        let started = Instant::now();
        target.execute("begin").await?;
        for (table, rows) in TABLES.iter().zip(&data) {
            let mut copy = target.copy_in_raw(&format!("copy forenotice.{table} from stdin")).await?;
            copy.send(rows.as_slice()).await?;
            copy.finish().await?;
        }
        target.execute("commit").await?;
        Ok(started.elapsed())
    }
}

fn peak(status: &Path) -> Option<u32> {
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

fn report(few_kib: u32, many_kib: u32, mut imports: Vec<Duration>, mut copies: Vec<Duration>) {
    imports.sort_unstable();
    copies.sort_unstable();
    let rows = f64::from(ROWS[1]);
    let line = |what: &str, took: &[Duration]| {
        let (best, median) = (took[0].as_secs_f64(), took[took.len() / 2].as_secs_f64());
        println!("{what:<34} median {median:.2} s   best {best:.2} s   {:>7.0} rows/s", rows / median);
        median
    };
    let import = line(&format!("import of {} rows", ROWS[1]), &imports);
    let copy = line("COPY of what it wrote, same tables", &copies);
    println!("ratio of speeds, import : COPY = {:.2} (aim 0.30, at least 0.10)", copy / import);
    println!(
        "peak memory {:.1} MiB at {} rows, {:.1} MiB at {}",
        f64::from(few_kib) / 1024.0,
        ROWS[0],
        f64::from(many_kib) / 1024.0,
        ROWS[1]
    );
}
