//! How long the gate's verdict takes at ten thousand and at a million obligations, beside a bare `select $1`, in one run.
//!
//! Uses the server of `FORENOTICE_TEST_DATABASE_URL` (a superuser's URL), else starts one of its own. The gate is open, so that
//! every probe runs to its end; both changes lie in the same tables. `--full` adds ten million.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use chrono::{DateTime, Utc};
use forenotice::demo::embedded_postgres::{Durability, Lifetime, Options, Postgres};
use forenotice::domain::change::ChangeId;
use forenotice::entropy::Entropy;
use forenotice::store::migrate::{self, Order};
use forenotice::store::{Db, gate};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

const CALLS: usize = 300;
const WARM_UP: usize = 20;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let sizes: &[i64] = if std::env::args().any(|argument| argument == "--full") {
        &[10_000, 1_000_000, 10_000_000]
    } else {
        &[10_000, 1_000_000]
    };
    if let Ok(url) = std::env::var("FORENOTICE_TEST_DATABASE_URL") {
        return on_server(&url, sizes).await;
    }
    let options = Options { binaries: None, durability: Durability::None, lifetime: Lifetime::Owner };
    let server = Postgres::start(&options, &Entropy::os()).await?;
    let done = on_server(&server.url("postgres"), sizes).await;
    server.stop().await?;
    done
}

async fn on_server(server: &str, sizes: &[i64]) -> anyhow::Result<()> {
    let name = format!("forenotice_bench_gate_{}", std::process::id());
    let mut admin = PgConnection::connect(server).await.context("no server")?;
    admin.execute(AssertSqlSafe(format!("create database {name}"))).await?;
    let mut url = url::Url::parse(server)?;
    url.set_path(&name);
    let done = measure(url.as_str(), sizes).await;
    admin.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await?;
    done
}

async fn measure(url: &str, sizes: &[i64]) -> anyhow::Result<()> {
    let at: DateTime<Utc> = "2027-01-15T00:00:00Z".parse()?;
    migrate::migrate(Order { url, serve_url: url, origin: "bench.example", now: at }).await?;
    fill(url, sizes).await?;
    let db = Db::open(url, 1)?;
    let mut conn = db.pool().acquire().await?;
    let mut timings = vec![Vec::with_capacity(CALLS); sizes.len() + 1];
    // Turn by turn, so that whatever else the machine does falls on all of them alike.
    for call in 0..CALLS + WARM_UP {
        for (place, timing) in timings.iter_mut().enumerate() {
            let started = Instant::now();
            match place.checked_sub(1) {
                None => {
                    let _: i64 = sqlx::query_scalar("select $1").bind(1_i64).fetch_one(&mut *conn).await?;
                }
                Some(place) => {
                    let change = ChangeId(i64::try_from(place)? + 1);
                    ensure!(
                        gate::shut_by(&mut conn, change, at).await?.is_empty(),
                        "the gate should be open"
                    );
                }
            }
            if call >= WARM_UP {
                timing.push(started.elapsed());
            }
        }
    }
    report(sizes, timings);
    Ok(())
}

fn report(sizes: &[i64], mut timings: Vec<Vec<Duration>>) {
    for timing in &mut timings {
        timing.sort_unstable();
    }
    let median = |timing: &[Duration]| timing[timing.len() / 2].as_secs_f64() * 1000.0;
    let line = |what: &str, timing: &[Duration]| {
        let (best, p99) =
            (timing[0].as_secs_f64() * 1000.0, timing[timing.len() * 99 / 100].as_secs_f64() * 1000.0);
        println!("{what:<28} median {:.3} ms   best {best:.3} ms   p99 {p99:.3} ms", median(timing));
    };
    line("select $1", &timings[0]);
    for (size, timing) in sizes.iter().zip(&timings[1..]) {
        line(&format!("gate at {size} obligations"), timing);
    }
    for (size, timing) in sizes.iter().zip(&timings[1..]).skip(1) {
        println!("ratio {size} : {} = {:.2} (must not grow)", sizes[0], median(timing) / median(&timings[1]));
    }
}

/// One change for each size, every customer served and clear; forty more open changes beside them.
async fn fill(url: &str, sizes: &[i64]) -> anyhow::Result<()> {
    let mut conn = PgConnection::connect(url).await?;
    // Without triggers and foreign keys: what is measured is reading.
    conn.execute("set session_replication_role = replica; set search_path = forenotice").await?;
    conn.execute(include_str!("gate.sql")).await?;
    for (size, change) in sizes.iter().zip(1_i64..) {
        let rows = "insert into obligation (change_id, customer_id, contract_id, state, served_by, served_at, notice_started_at,
                                            earliest_by_notice, window_closes_at, clear_at)
            select $1, n, n, 'served', n + 1024, '2026-11-24T08:00Z', '2026-11-24T08:00Z', '2026-12-24T23:00Z'::timestamptz
                   + n % 1000 * interval '1 minute', '2026-12-24T23:00Z', '2026-12-24T23:00Z'::timestamptz + n % 1000 * interval '1 minute'
            from generate_series(1, $2::bigint) n";
        sqlx::query(rows).bind(change).bind(*size).execute(&mut conn).await?;
    }
    conn.execute("vacuum (analyze)").await?;
    conn.close().await?;
    Ok(())
}
