//! How fast a notice is fanned out into batches, letters and obligations, beside a bare `COPY` of the very rows that were written, in
//! one run; and when the first letter has gone.
//!
//! The real binary announces (`serve --roles schedule,send`, its letters to a sink in this process). The time is that between the
//! barrier and the last range, by the rows; `COPY` puts the same rows into the same tables with all their keys, indexes
//! and triggers. Turn by turn, so that whatever else the machine does falls on both. `LETTERS` says how many.

mod notice;
mod settings;
mod sink;
mod customers;
mod support;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use futures_util::TryStreamExt as _;
use sqlx::{Connection, Executor, PgConnection};

use sink::{Manners, Sink};
use support::{Ground, peak};

const ROUNDS: usize = 3;
const GIVE_UP_AFTER: Duration = Duration::from_mins(10);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// In an order that foreign keys allow.
const TABLES: [&str; 3] = ["batch", "delivery", "obligation"];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let letters = std::env::var("LETTERS").map_or(Ok(100_000), |said| said.parse())?;
    support::on_a_server(|server| async move {
        let mut ground = Ground::new(&server, "fan_out", settings::CONFIG).await?;
        let done = measure(&mut ground, letters).await;
        ground.clear().await?;
        done
    })
    .await
}

async fn measure(ground: &mut Ground, letters: u32) -> anyhow::Result<()> {
    let customers = ground.database("customers").await?;
    let file = customers::file(ground.folder.path(), letters)?;
    notice::import(ground, &customers, &file)?;
    let like = customers.rsplit_once('/').map(|(_, name)| name).context("no database")?;
    let (mut ours, mut copies, mut firsts, mut peak_kib_max) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for round in 0..ROUNDS {
        let database = ground.create(&format!("round_{round}"), like).await?;
        let FanOut { took, first, peak_kib } = fan_out(ground, &database).await?;
        ours.push(took);
        firsts.push(first);
        peak_kib_max = peak_kib_max.max(peak_kib);
        copies.push(copy_again(&database).await?);
    }
    let ratios: Vec<f64> =
        ours.iter().zip(&copies).map(|(ours, copy)| copy.as_secs_f64() / ours.as_secs_f64()).collect();
    let median = |mut all: Vec<f64>| {
        all.sort_unstable_by(f64::total_cmp);
        all[all.len() / 2]
    };
    let seconds = |all: &[Duration]| median(all.iter().map(Duration::as_secs_f64).collect());
    println!("{letters} customers, one letter and one obligation each");
    println!("fan-out by the daemon                median {:.2} s", seconds(&ours));
    println!("COPY of what it wrote, same tables   median {:.2} s", seconds(&copies));
    println!("ratio of speeds, fan-out : COPY = {:.2} (rounds {ratios:.2?})", median(ratios.clone()));
    println!("first letter taken by the relay      median {:.2} s after the barrier", seconds(&firsts));
    println!("peak memory of the daemon {:.1} MiB", f64::from(peak_kib_max) / 1024.0);
    Ok(())
}

struct FanOut {
    took: Duration,
    /// From the barrier until the relay had the first letter.
    first: Duration,
    peak_kib: u32,
}

async fn fan_out(ground: &mut Ground, database: &str) -> anyhow::Result<FanOut> {
    notice::schedule(ground, database)?;
    let sink = Sink::start(Manners::default()).await?;
    let mut daemon = ground
        .forenotice(database)
        .args(["serve", "--roles", "schedule,send"])
        .env("FORENOTICE__SMTP__URL", format!("smtp://{}", sink.address))
        .spawn()
        .context("no daemon")?;
    let status = PathBuf::from(format!("/proc/{}/status", daemon.id()));
    let some_letter = sink.wait_for(1, GIVE_UP_AFTER).await;
    let done = match some_letter {
        Ok(_) => fanned_out(database).await,
        Err(error) => Err(error),
    };
    let peak_kib = peak(&status).unwrap_or_default();
    notice::stop(&mut daemon)?;
    let (took, first) = done?;
    Ok(FanOut { took, first, peak_kib })
}

/// How long the fan-out took, and after how long the relay had the first letter.
async fn fanned_out(database: &str) -> anyhow::Result<(Duration, Duration)> {
    let mut conn = PgConnection::connect(database).await?;
    let started = Instant::now();
    loop {
        let done: Option<(f64, f64)> = sqlx::query_as(
            "select extract(epoch from fanned_out_at - barrier_at)::float8,
                    extract(epoch from (select min(accepted_at) from forenotice.delivery) - barrier_at)::float8
             from forenotice.notice where fanned_out_at is not null
                  and exists (select from forenotice.delivery where state = 'accepted')",
        )
        .fetch_optional(&mut conn)
        .await?;
        if let Some((took, first)) = done {
            return Ok((Duration::try_from_secs_f64(took)?, Duration::try_from_secs_f64(first.max(0.0))?));
        }
        if started.elapsed() > GIVE_UP_AFTER {
            bail!("nothing was fanned out in {GIVE_UP_AFTER:?}");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// `COPY` of the rows that the fan-out wrote into the same tables, emptied, in one transaction.
async fn copy_again(database: &str) -> anyhow::Result<Duration> {
    let mut conn = PgConnection::connect(database).await?;
    let mut data = Vec::new();
    for table in TABLES {
        let rows = conn
            .copy_out_raw(&format!("copy forenotice.{table} to stdout"))
            .await?
            .try_fold(Vec::new(), |mut all, piece| async move {
                all.extend_from_slice(&piece);
                Ok(all)
            })
            .await?;
        data.push(rows);
    }
    conn.execute("truncate forenotice.batch, forenotice.delivery, forenotice.obligation cascade").await?;
    let started = Instant::now();
    conn.execute("begin").await?;
    for (table, rows) in TABLES.iter().zip(&data) {
        let mut copy = conn.copy_in_raw(&format!("copy forenotice.{table} from stdin")).await?;
        copy.send(rows.as_slice()).await?;
        copy.finish().await?;
    }
    conn.execute("commit").await?;
    Ok(started.elapsed())
}
