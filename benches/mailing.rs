//! How fast a notice goes out, every delivery durable, beside a bare SMTP client that sends the same bytes over as many
//! connections to the same sink, in one run; and the daemon's peak memory.
//!
//! The real binary imports customers and schedules a change; `serve` delivers it to a sink in this process that offers PIPELINING.
//! Twice: with the letters queued already, as a claim-send-mark loop would find them, and from the announcement on, while it is
//! still being fanned out. A rate is letters over the time from the first connection's greeting to the last dot. The
//! bare client pipelines a letter a round trip, and knows nothing of databases; Postfix's `smtp-source`, where it is there, sends letters
//! command by command, as long as ours and, as the blueprint's reference has them, of 7,600 octets. Turn by turn, so that whatever else the machine does falls on all. `RTT_MS` lets every answer come that much later, `LETTERS`, `CONNECTIONS`, `REPLICAS` and `ROUNDS` say
//! how many, `PIPELINING=0` that the sink offers none (and the bare client uses none). `DKIM=1`: the daemon signs each letter (RSA, 2,048 bits),
//! and so does the bare client before it hands one over. `IDLE_TRANSACTION=1`: somebody's transaction sees the database all the while
//! as it was before.

mod notice;
mod settings;
mod sink;
mod customers;
mod support;
mod waiting;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use sqlx::{Connection, Executor, PgConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use notice::stop;
use sink::{Manners, Sink};
use support::{Ground, peak};
use waiting::{GIVE_UP_AFTER, wait_until};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let number = |name: &str, default: u32| {
        std::env::var(name).map_or(Ok(default), |said| said.parse().with_context(|| format!("{name}={said}")))
    };
    let wanted = Wanted {
        letters: number("LETTERS", 20_000)?,
        connections: number("CONNECTIONS", 8)?,
        replicas: number("REPLICAS", 1)?,
        signing: (number("DKIM", 0)? != 0).then(signing_key).transpose()?,
        idle_transaction: number("IDLE_TRANSACTION", 0)? != 0,
        rounds: number("ROUNDS", 3)?.max(1),
        sink: Manners {
            rtt: Duration::from_millis(number("RTT_MS", 0)?.into()),
            pipelining: number("PIPELINING", 1)? != 0,
        },
    };
    support::on_a_server(|server| async move {
        let mut ground = Ground::new(&server, "mailing", settings::CONFIG).await?;
        let done = measure(&mut ground, &wanted).await;
        ground.clear().await?;
        done
    })
    .await
}

struct Wanted {
    letters: u32,
    connections: u32,
    replicas: u32,
    rounds: u32,
    signing: Option<Arc<RsaKeyPair>>,
    idle_transaction: bool,
    sink: Manners,
}

/// The length of the letters of the blueprint's reference.
const REFERENCE_OCTETS: usize = 7_600;
const DKIM_KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/dkim/rsa.pem");

fn signing_key() -> anyhow::Result<Arc<RsaKeyPair>> {
    match forenotice::config::KeyPair::from_pem(&std::fs::read_to_string(DKIM_KEY)?) {
        Ok(forenotice::config::KeyPair::Rsa(pair)) => Ok(Arc::new(pair)),
        _ => bail!("{DKIM_KEY} holds no RSA key"),
    }
}

/// When the letters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    Before,
    Meanwhile,
}

/// What one mailing was like.
struct Mailing {
    took: Duration,
    letter: Vec<u8>,
    peak_kib: u32,
    /// Of all daemons, their start included.
    cpu: Duration,
    /// Rate of its last tenth by that of its first.
    steadiness: f64,
}

async fn measure(ground: &mut Ground, wanted: &Wanted) -> anyhow::Result<()> {
    let customers = ground.database("customers").await?;
    let file = customers::file(ground.folder.path(), wanted.letters)?;
    notice::import(ground, &customers, &file)?;
    let like = customers.rsplit_once('/').map(|(_, name)| name.to_owned()).context("no database")?;
    let (mut queued, mut whole, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    let (mut source, mut reference) = (Vec::new(), Vec::new());
    for round in 0..wanted.rounds {
        let database = ground.create(&format!("queued_{round}"), &like).await?;
        queued.push(mailing(ground, wanted, &database, Written::Before).await?);
        let database = ground.create(&format!("whole_{round}"), &like).await?;
        let mailing = mailing(ground, wanted, &database, Written::Meanwhile).await?;
        bare.push(send_bare(wanted, mailing.letter.clone()).await?);
        source.extend(smtp_source(wanted, mailing.letter.len()).await?);
        reference.extend(smtp_source(wanted, REFERENCE_OCTETS).await?);
        whole.push(mailing);
    }
    let Wanted { letters, connections, replicas, sink, .. } = wanted;
    let pipelining = if sink.pipelining { "PIPELINING" } else { "no PIPELINING" };
    let octets = whole.first().map_or(0, |mailing| mailing.letter.len());
    println!(
        "{letters} letters of {octets} octets, {replicas} replicas, {connections} connections each, {} ms round trip, {pipelining}",
        sink.rtt.as_millis()
    );
    let rates = |all: &[Duration]| -> Vec<f64> {
        all.iter().map(|took| f64::from(*letters) / took.as_secs_f64()).collect()
    };
    let baselines: Vec<(&str, Vec<f64>)> = [
        ("bare client, the same bytes", rates(&bare)),
        ("smtp-source, as many octets", rates(&source)),
        ("smtp-source, 7,600 octets", rates(&reference)),
    ]
    .into_iter()
    .filter(|(_, rates)| !rates.is_empty())
    .collect();
    for (what, rates) in &baselines {
        println!("{what:<48} median {:>8.0} letters/s", median(rates));
    }
    for (what, mailings) in
        [("forenotice serve, letters queued before", queued), ("the same, while they are queued", whole)]
    {
        let took: Vec<Duration> = mailings.iter().map(|mailing| mailing.took).collect();
        let ours: Vec<f64> = rates(&took);
        let steadiness: Vec<f64> = mailings.iter().map(|mailing| mailing.steadiness).collect();
        let peak_kib = mailings.iter().map(|mailing| mailing.peak_kib).max().unwrap_or_default();
        println!("{what:<48} median {:>8.0} letters/s", median(&ours));
        for (baseline, rates) in &baselines {
            let ratios: Vec<f64> = ours.iter().zip(rates).map(|(ours, theirs)| ours / theirs).collect();
            println!("    : {baseline} = {:.2} (rounds {ratios:.2?})", median(&ratios));
        }
        let cpu: Vec<f64> =
            mailings.iter().map(|mailing| mailing.cpu.as_secs_f64() * 1e6 / f64::from(*letters)).collect();
        println!(
            "    last tenth : first = {:.2}   peak memory of a daemon {:.1} MiB   {:.0} us of its processor time a letter",
            median(&steadiness),
            f64::from(peak_kib) / 1024.0,
            median(&cpu),
        );
    }
    Ok(())
}

fn median(all: &[f64]) -> f64 {
    let mut sorted = all.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// One mailing by the real binary.
async fn mailing(
    ground: &Ground,
    wanted: &Wanted,
    database: &str,
    written: Written,
) -> anyhow::Result<Mailing> {
    notice::schedule(ground, database)?;
    let sink = Sink::start(wanted.sink).await?;
    let mut idle = PgConnection::connect(database).await?;
    if wanted.idle_transaction {
        idle.execute("begin isolation level repeatable read; select from forenotice.customer limit 1")
            .await?;
    }
    let serve = |roles: &str| {
        let mut serve = ground.forenotice(database);
        serve.args(["serve", "--roles", roles]);
        serve.env("FORENOTICE__SMTP__URL", format!("smtp://{}", sink.address));
        serve.env("FORENOTICE__SMTP__CONNECTIONS", wanted.connections.to_string());
        if wanted.signing.is_some() {
            serve.env("FORENOTICE__SMTP__DKIM__DOMAIN", "processor.example");
            serve.env("FORENOTICE__SMTP__DKIM__SELECTOR", "bench");
            serve.env("FORENOTICE__SMTP__DKIM__KEY_FILE", DKIM_KEY);
        }
        serve.spawn().context("no daemon")
    };
    if written == Written::Before {
        let mut scheduler = serve("schedule")?;
        let done = wait_until(database, "select count(fanned_out_at) from notice", 1).await;
        stop(&mut scheduler)?;
        done?;
    }
    let mut daemons = Vec::new();
    for replica in 0..wanted.replicas {
        let schedules = replica == 0 && written == Written::Meanwhile;
        daemons.push(serve(if schedules { "schedule,send" } else { "send" })?);
    }
    let done = sink.wait_for(wanted.letters.into(), GIVE_UP_AFTER).await;
    let peak_kib = daemons
        .iter()
        .filter_map(|daemon| peak(&PathBuf::from(format!("/proc/{}/status", daemon.id()))))
        .max()
        .unwrap_or_default();
    let cpu = daemons.iter().filter_map(|daemon| processor_time(daemon.id())).sum();
    let recorded = match &done {
        Ok(_) => wait_until(database, ACCEPTED, wanted.letters.into()).await,
        Err(_) => Ok(()),
    };
    for daemon in &mut daemons {
        stop(daemon)?;
    }
    recorded?;
    idle.close().await?;
    let (took, letter) = done?;
    Ok(Mailing { took, letter, peak_kib, cpu, steadiness: steadiness(database).await? })
}

/// Every letter is on record as accepted once.
const ACCEPTED: &str = "select count(*) from delivery where state = 'accepted' and recipient_id is not null";

async fn steadiness(database: &str) -> anyhow::Result<f64> {
    let mut conn = PgConnection::connect(database).await?;
    Ok(sqlx::query_scalar(
        "select (extract(epoch from at[2] - at[1]) / extract(epoch from at[4] - at[3]))::float8
         from (select percentile_disc(array[0, 0.1, 0.9, 1]) within group (order by accepted_at) as at
               from forenotice.delivery where state = 'accepted' and recipient_id is not null) tenths",
    )
    .fetch_one(&mut conn)
    .await?)
}

/// The letter, so many times, to a sink like the one before.
async fn send_bare(wanted: &Wanted, letter: Vec<u8>) -> anyhow::Result<Duration> {
    let sink = Sink::start(wanted.sink).await?;
    let letter = Arc::new(letter);
    let mut tasks = tokio::task::JoinSet::new();
    for connection in 0..wanted.connections {
        let share =
            wanted.letters / wanted.connections + u32::from(connection < wanted.letters % wanted.connections);
        let signing = wanted.signing.clone();
        tasks.spawn(session(sink.address, share, wanted.sink.pipelining, Arc::clone(&letter), signing));
    }
    let (took, _) = sink.wait_for(wanted.letters.into(), GIVE_UP_AFTER).await?;
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(took)
}

/// Postfix's client over as many connections; none where it is not installed.
async fn smtp_source(wanted: &Wanted, octets: usize) -> anyhow::Result<Option<Duration>> {
    let sink = Sink::start(wanted.sink).await?;
    let (connections, letters) = (wanted.connections.to_string(), wanted.letters.to_string());
    let octets = octets.to_string();
    let mut source = tokio::process::Command::new("/usr/sbin/smtp-source");
    source.args([
        "-d",
        "-s",
        &connections,
        "-m",
        &letters,
        "-l",
        &octets,
        "-f",
        "b@sender.test",
        "-t",
        "c@example.test",
    ]);
    let mut source = match source.arg(sink.address.to_string()).spawn() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        started => started?,
    };
    let (took, _) = sink.wait_for(wanted.letters.into(), GIVE_UP_AFTER).await?;
    source.wait().await?;
    Ok(Some(took))
}

/// One connection of the bare client. Where it may pipeline, the next letter's commands go behind each letter's dot.
async fn session(
    to: std::net::SocketAddr,
    letters: u32,
    pipelining: bool,
    letter: Arc<Vec<u8>>,
    signing: Option<Arc<RsaKeyPair>>,
) -> anyhow::Result<()> {
    let sign = || {
        let Some(pair) = &signing else { return Ok(()) };
        let mut signature = vec![0; pair.public().modulus_len()];
        let signed = pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &letter, &mut signature);
        signed.map_err(|_| anyhow::anyhow!("the key signs nothing"))
    };
    let mut stream = TcpStream::connect(to).await?;
    stream.set_nodelay(true)?;
    let mut replies = Replies::default();
    replies.read(&mut stream, 1).await?;
    stream.write_all(b"EHLO bench.example\r\n").await?;
    replies.read(&mut stream, 1).await?;
    let group = |n: u32| {
        [
            "MAIL FROM:<b@bounces.example>\r\n".to_owned(),
            format!("RCPT TO:<c{n}@example.test>\r\n"),
            "DATA\r\n".to_owned(),
        ]
    };
    let mut content = letter.as_ref().clone();
    content.extend_from_slice(b"\r\n.\r\n");
    if !pipelining {
        for n in 0..letters {
            for command in group(n) {
                stream.write_all(command.as_bytes()).await?;
                replies.read(&mut stream, 1).await?;
            }
            sign()?;
            stream.write_all(&content).await?;
            replies.read(&mut stream, 1).await?;
        }
        return Ok(());
    }
    if letters > 0 {
        stream.write_all(group(0).concat().as_bytes()).await?;
        replies.read(&mut stream, 3).await?;
    }
    for n in 1..=letters {
        sign()?;
        let mut burst = content.clone();
        let more = n < letters;
        if more {
            burst.extend_from_slice(group(n).concat().as_bytes());
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

/// The processor time of a process so far.
fn processor_time(process: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the name, which may hold anything: user and system time in hundredths of a second are the 12th and 13th.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}
