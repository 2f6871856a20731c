//! How fast customers come in from CSV, beside a bare `COPY` of the very rows that the import wrote, in one run.
//!
//! The real binary imports into a database of its own; `COPY` puts the same rows into the same tables, with all their
//! keys, indexes and triggers, of another one. Turn by turn, so that whatever else the machine does falls on both. Memory
//! is the importing process's own peak (`VmHWM`), at a tenth of the rows and at all. Uses the server of
//! `FORENOTICE_TEST_DATABASE_URL` (a superuser's URL), else starts one of its own that keeps its promises (fsync).

mod customers;
mod support;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures_util::TryStreamExt as _;
use sqlx::{Connection, Executor, PgConnection};

use support::{ADMIN, Ground, peak};

const ROWS: [u32; 2] = [10_000, 100_000];
const ROUNDS: usize = 3;
/// In an order that foreign keys allow.
const TABLES: [&str; 6] = ["customer", "contract", "contract_terms", "recipient", "act", "ledger_entry"];
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
    support::on_a_server(|server| async move {
        let mut bench = Bench { ground: Ground::new(&server, "import", CONFIG).await? };
        let done = bench.measure().await;
        bench.ground.clear().await?;
        done
    })
    .await
}

struct Bench {
    ground: Ground,
}

struct Imported {
    took: Duration,
    peak_kib: u32,
}

impl Bench {
    async fn measure(&mut self) -> anyhow::Result<()> {
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

    /// Imports that many rows into a database of its own.
    async fn import_of(&mut self, rows: u32, name: &str) -> anyhow::Result<(String, Imported)> {
        let database = self.ground.database(name).await?;
        let file = customers::file(self.ground.folder.path(), rows)?;
        let started = Instant::now();
        let mut child = self
            .ground
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
        let target = self.ground.database(&format!("copy_{round}")).await?;
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
