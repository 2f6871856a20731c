//! What a round of all the daemon's tasks costs when nothing is due: at ten thousand customers and at a million, beside a bare
//! `select $1`, in one run; and how many rows it reads.
//!
//! Behind it lie ten thousand changes that took effect, each told by a notice, the last of them owed to all customers and served by a
//! letter to each. Ten more are in notice, announced to the end. Uses the server of `FORENOTICE_TEST_DATABASE_URL` (a superuser's URL),
//! else starts one of its own.

mod settings;
mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use forenotice::actions::Context;
use forenotice::clock::Clock;
use forenotice::config::{self, Settings};
use forenotice::daemon::TASKS;
use forenotice::domain::access::Keys;
use forenotice::entropy::Entropy;
use forenotice::mail::events::Sns;
use forenotice::mail::relay::Post;
use forenotice::mail::templates::Templates;
use forenotice::store::Db;
use forenotice::store::bell::Bells;
use forenotice::store::freshness::Freshness;
use sqlx::{Connection, Executor, PgConnection};
use tokio_util::sync::CancellationToken;

use support::Ground;

const CUSTOMERS: [i64; 2] = [10_000, 1_000_000];
const ROUNDS: usize = 60;
const WARM_UP: usize = 5;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    support::on_a_server(|server| async move {
        let mut ground = Ground::new(&server, "idle", settings::CONFIG).await?;
        let done = measure(&mut ground).await;
        ground.clear().await?;
        done
    })
    .await
}

async fn measure(ground: &mut Ground) -> anyhow::Result<()> {
    let mut medians = Vec::new();
    for customers in CUSTOMERS {
        let database = ground.database(&format!("of_{customers}")).await?;
        fill(&database, customers).await?;
        let cx = context(&database)?;
        let mut conn = PgConnection::connect(&database).await?;
        let (mut rounds, mut bare, mut by_task) = (Vec::new(), Vec::new(), vec![Vec::new(); TASKS.len()]);
        let mut read = 0;
        for round in 0..ROUNDS + WARM_UP {
            if round == WARM_UP {
                read = rows_read(&mut conn).await?;
            }
            let began = Instant::now();
            let _: i64 = sqlx::query_scalar("select $1").bind(1_i64).fetch_one(&mut conn).await?;
            let asked = began.elapsed();
            let began = Instant::now();
            for (task, taken) in TASKS.iter().zip(&mut by_task) {
                let of_task = Instant::now();
                let report =
                    (task.run)(cx.clone()).await.map_err(|why| anyhow::anyhow!("{}: {why}", task.name))?;
                ensure!(
                    round < WARM_UP || report.done == 0,
                    "{} found something: {}",
                    task.name,
                    report.said
                );
                if round >= WARM_UP {
                    taken.push(of_task.elapsed());
                }
            }
            if round >= WARM_UP {
                rounds.push(began.elapsed());
                bare.push(asked);
            }
        }
        let read = rows_read(&mut conn).await? - read;
        let (round, bare) = (median(&mut rounds), median(&mut bare));
        let each = by_task.iter_mut().zip(TASKS).map(|(taken, task)| (median(taken), task.name)).max();
        let (longest, name) = each.context("no tasks")?;
        println!(
            "{customers:>9} customers: a round of {} tasks {:.2} ms = {:.0} bare selects of {:.3} ms; the longest, {name}, {:.2} ms; {:.1} rows read a round",
            TASKS.len(),
            ms(round),
            ms(round) / ms(bare),
            ms(bare),
            ms(longest),
            f64::from(i32::try_from(read)?) / f64::from(i32::try_from(ROUNDS)?),
        );
        medians.push(ms(round));
    }
    if let [few, many] = medians[..] {
        let peak_kib = support::peak(std::path::Path::new("/proc/self/status")).unwrap_or_default();
        println!(
            "ratio {} : {} customers = {:.2} (must not grow); peak memory {:.1} MiB",
            CUSTOMERS[1],
            CUSTOMERS[0],
            many / few,
            f64::from(peak_kib) / 1024.0
        );
    }
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn median(all: &mut [Duration]) -> Duration {
    all.sort_unstable();
    all[all.len() / 2]
}

/// Rows of our tables that were read since ever, by scan or by index, as Postgres counts them.
async fn rows_read(conn: &mut PgConnection) -> anyhow::Result<i64> {
    // Backends tell what they counted at most each second, when they are idle.
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok(sqlx::query_scalar(
        "select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint from pg_stat_user_tables",
    )
    .fetch_one(conn)
    .await?)
}

fn context(database: &str) -> anyhow::Result<Context> {
    let variables = [("FORENOTICE__DATABASE__URL".to_owned(), database.to_owned())].into_iter().collect();
    let loaded = config::parse(std::path::Path::new("forenotice.toml"), settings::CONFIG, &variables);
    let settings: Settings = loaded.map_err(|faults| anyhow::anyhow!("{faults}"))?.settings;
    Ok(Context {
        clock: Clock::System,
        entropy: Entropy::os(),
        db: Db::open(database, 4)?,
        policy: Arc::new(settings.policy.clone()),
        bells: Bells::default(),
        freshness: Freshness::default(),
        post: Post::of(&settings)?,
        keys: Keys::from_master(settings.ledger.key.bytes().context("no key")?),
        templates: Arc::new(Templates::embedded()?),
        settings: Arc::new(settings),
        sns: Sns::default(),
        taken: Arc::default(),
        stopping: CancellationToken::new(),
    })
}

async fn fill(database: &str, customers: i64) -> anyhow::Result<()> {
    let mut conn = PgConnection::connect(database).await?;
    // Without triggers and foreign keys: what is measured is reading.
    conn.execute("set session_replication_role = replica; set search_path = forenotice").await?;
    for statement in include_str!("idle.sql").split(";\n").filter(|statement| !statement.trim().is_empty()) {
        let filled = sqlx::query(sqlx::AssertSqlSafe(statement));
        let filled = if statement.contains("$1") { filled.bind(customers) } else { filled };
        filled.execute(&mut conn).await.with_context(|| statement.to_owned())?;
    }
    conn.execute("vacuum (analyze)").await?;
    conn.close().await?;
    Ok(())
}
