//! How fast a notice goes out, every delivery durable, beside a bare SMTP client that sends the same bytes over as many
//! connections to the same sink, in one run; and the daemon's peak memory.
//!
//! The real binary imports customers, schedules a change, and `serve` announces and delivers it to a sink in this process
//! that offers PIPELINING. A rate is letters over the time from the first connection's greeting to the last dot. The
//! bare client pipelines a letter a round trip, and knows nothing of databases. Turn by turn, so that whatever else the machine
//! does falls on both. `RTT_MS` lets every answer come that much later, `LETTERS` and `CONNECTIONS` say how many.

mod notice;
mod sink;
mod support;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use sqlx::{Connection, PgConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use notice::stop;
use sink::Sink;
use support::{Ground, peak};

const ROUNDS: usize = 3;
const GIVE_UP_AFTER: Duration = Duration::from_mins(15);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let number = |name: &str, default: u32| {
        std::env::var(name).map_or(Ok(default), |said| said.parse().with_context(|| format!("{name}={said}")))
    };
    let wanted = Wanted {
        letters: number("LETTERS", 20_000)?,
        connections: number("CONNECTIONS", 8)?,
        rtt: Duration::from_millis(number("RTT_MS", 0)?.into()),
    };
    support::on_a_server(|server| async move {
        let mut ground = Ground::new(&server, "mailing", notice::CONFIG).await?;
        let done = measure(&mut ground, &wanted).await;
        ground.clear().await?;
        done
    })
    .await
}

struct Wanted {
    letters: u32,
    connections: u32,
    rtt: Duration,
}

async fn measure(ground: &mut Ground, wanted: &Wanted) -> anyhow::Result<()> {
    let (mut mailings, mut bare, mut peak_kib) = (Vec::new(), Vec::new(), 0);
    for round in 0..ROUNDS {
        let (took, letter, peak) = mailing(ground, wanted, &format!("round_{round}")).await?;
        mailings.push(took);
        peak_kib = peak_kib.max(peak);
        bare.push(send_bare(wanted, letter).await?);
    }
    let rate = |took: &Duration| f64::from(wanted.letters) / took.as_secs_f64();
    let line = |what: &str, took: &mut Vec<Duration>| {
        took.sort_unstable();
        let (best, median) = (rate(&took[0]), rate(&took[took.len() / 2]));
        println!("{what:<44} median {median:>8.0} letters/s   best {best:>8.0}");
    };
    let ratios: Vec<f64> = mailings
        .iter()
        .zip(&bare)
        .map(|(mailing, bare)| bare.as_secs_f64() / mailing.as_secs_f64())
        .collect();
    println!(
        "{} letters, {} connections, {} ms round trip",
        wanted.letters,
        wanted.connections,
        wanted.rtt.as_millis()
    );
    line("forenotice serve, every delivery durable", &mut mailings);
    line("bare client, the same bytes", &mut bare);
    let mut sorted = ratios.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    println!("ratio of speeds, forenotice : bare = {:.2} (rounds {ratios:.2?})", sorted[sorted.len() / 2]);
    println!("peak memory of the daemon {:.1} MiB", f64::from(peak_kib) / 1024.0);
    Ok(())
}

/// One mailing by the real binary: how long it took, one of its letters, and the daemon's peak in KiB.
async fn mailing(
    ground: &mut Ground,
    wanted: &Wanted,
    name: &str,
) -> anyhow::Result<(Duration, Vec<u8>, u32)> {
    let database = ground.database(name).await?;
    let file = ground.customers(wanted.letters)?;
    let sink = Sink::start(wanted.rtt).await?;
    notice::import(ground, &database, &file)?;
    notice::schedule(ground, &database)?;
    let mut daemon = ground
        .forenotice(&database)
        .arg("serve")
        .env("FORENOTICE__SMTP__URL", format!("smtp://{}", sink.address))
        .env("FORENOTICE__SMTP__CONNECTIONS", wanted.connections.to_string())
        .spawn()
        .context("no daemon")?;
    let status = PathBuf::from(format!("/proc/{}/status", daemon.id()));
    let done = sink.wait_for(wanted.letters.into(), GIVE_UP_AFTER).await;
    let peak_kib = peak(&status).unwrap_or_default();
    let recorded = match &done {
        Ok(_) => wait_until_recorded(&database, wanted.letters).await,
        Err(_) => Ok(()),
    };
    stop(&mut daemon)?;
    recorded?;
    let (took, letter) = done?;
    Ok((took, letter, peak_kib))
}

/// Every letter is on record as accepted once.
async fn wait_until_recorded(database: &str, letters: u32) -> anyhow::Result<()> {
    let mut conn = PgConnection::connect(database).await?;
    let started = Instant::now();
    loop {
        let accepted: i64 = sqlx::query_scalar(
            "select count(*) from forenotice.delivery where state = 'accepted' and recipient_id is not null",
        )
        .fetch_one(&mut conn)
        .await?;
        if accepted == i64::from(letters) {
            return Ok(());
        }
        if started.elapsed() > Duration::from_secs(30) {
            bail!("{accepted} of {letters} letters are on record");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The letter, so many times, to a sink like the one before.
async fn send_bare(wanted: &Wanted, letter: Vec<u8>) -> anyhow::Result<Duration> {
    let sink = Sink::start(wanted.rtt).await?;
    let letter = std::sync::Arc::new(letter);
    let mut tasks = tokio::task::JoinSet::new();
    for connection in 0..wanted.connections {
        let share =
            wanted.letters / wanted.connections + u32::from(connection < wanted.letters % wanted.connections);
        tasks.spawn(session(sink.address, share, std::sync::Arc::clone(&letter)));
    }
    let (took, _) = sink.wait_for(wanted.letters.into(), GIVE_UP_AFTER).await?;
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(took)
}

/// One connection of the bare client: the next letter's commands go behind each letter's dot.
async fn session(
    to: std::net::SocketAddr,
    letters: u32,
    letter: std::sync::Arc<Vec<u8>>,
) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(to).await?;
    stream.set_nodelay(true)?;
    let mut replies = Replies::default();
    replies.read(&mut stream, 1).await?;
    stream.write_all(b"EHLO bench.example\r\n").await?;
    replies.read(&mut stream, 1).await?;
    let group = |n: u32| format!("MAIL FROM:<b@bounces.example>\r\nRCPT TO:<c{n}@example.test>\r\nDATA\r\n");
    if letters == 0 {
        return Ok(());
    }
    stream.write_all(group(0).as_bytes()).await?;
    replies.read(&mut stream, 3).await?;
    for n in 1..=letters {
        let mut burst = letter.as_ref().clone();
        burst.extend_from_slice(b"\r\n.\r\n");
        let more = n < letters;
        if more {
            burst.extend_from_slice(group(n).as_bytes());
        }
        stream.write_all(&burst).await?;
        replies.read(&mut stream, if more { 4 } else { 1 }).await?;
    }
    Ok(())
}

/// The replies of one session; each must be positive.
#[derive(Default)]
struct Replies {
    unread: Vec<u8>,
}

impl Replies {
    async fn read(&mut self, stream: &mut TcpStream, count: usize) -> anyhow::Result<()> {
        let mut seen = 0;
        while seen < count {
            while let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                ensure!(
                    line.len() > 4 && (line[0] == b'2' || line[0] == b'3'),
                    "{:?}",
                    String::from_utf8_lossy(&line)
                );
                if line[3] == b' ' {
                    seen += 1;
                }
                if seen == count {
                    return Ok(());
                }
            }
            if stream.read_buf(&mut self.unread).await? == 0 {
                bail!("the sink hung up");
            }
        }
        Ok(())
    }
}
