//! How fast mail comes in by LMTP, each mail committed before its 250, beside plain inserts of the same bytes by as many connections, in
//! one run.
//!
//! The real binary listens in the role `receive`; a bare client hands over mails as an MTA does, one transaction a mail, pipelined as far as
//! LMTP allows. The baseline inserts the same bytes into a table with a key and nothing else, a commit each. Turn by turn, so that whatever
//! else the machine does falls on both; over 16, 32 and 64 connections. `CONNECTIONS`, `MAILS` and `ROUNDS` say otherwise. Uses the server
//! of `FORENOTICE_TEST_DATABASE_URL` (a superuser's URL), else starts one of its own that keeps its promises (fsync).

mod given;
mod support;

use std::path::PathBuf;
use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use sqlx::{Connection, Executor, PgConnection};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use given::number;
use support::{Ground, peak};

const CONFIG: &str = r#"
environment = "test"
[site]
name = "Processor GmbH"
base_url = "http://localhost:8080"
dpo_address = "dpo@processor.example"
[smtp]
url = "smtp://127.0.0.1:1"
from = "Processor GmbH Privacy <privacy@processor.example>"
bounce_address = "{token}@bounces.processor.example"
tls = "none"
[inbound]
reply_address = "{token}@replies.processor.example"
[admin]
listen = "127.0.0.1:0"
[ledger]
key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
"#;

/// An MTA has as many open to one destination as it has mails for it: Postfix up to 20, two of them 40.
const CONNECTIONS: &[usize] = &[16, 32, 64];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    support::on_a_server(|server| async move {
        let mut ground = Ground::new(&server, "inbound", CONFIG).await?;
        let done = measure(&mut ground).await;
        ground.clear().await?;
        done
    })
    .await
}

async fn measure(ground: &mut Ground) -> anyhow::Result<()> {
    let (mails, rounds) = (number("MAILS", 20_000), number("ROUNDS", 3));
    let given = number("CONNECTIONS", 0);
    let one = [given];
    let all: &[usize] = if given > 0 { &one } else { CONNECTIONS };
    for connections in all {
        by(ground, *connections, mails, rounds).await?;
    }
    Ok(())
}

async fn by(ground: &mut Ground, connections: usize, mails: usize, rounds: usize) -> anyhow::Result<()> {
    let database = ground.database(&format!("room{connections}")).await?;
    let listener = Listener::start(ground, &database).await?;
    let status = PathBuf::from(format!("/proc/{}/status", listener.child.id()));
    let (mut taken, mut inserted, mut bytes) = (Vec::new(), Vec::new(), 0);
    for round in 0..rounds {
        let batch: Arc<Vec<Vec<u8>>> = Arc::new((0..mails).map(|n| mail(round * mails + n)).collect());
        bytes = batch.iter().map(Vec::len).sum::<usize>();
        taken.push(hand_over(&listener, &batch, connections).await?);
        inserted.push(insert(&database, &batch, connections).await?);
    }
    let mut conn = PgConnection::connect(&database).await?;
    let count: i64 =
        sqlx::query_scalar("select count(*) from forenotice.inbound_message").fetch_one(&mut conn).await?;
    ensure!(usize::try_from(count)? == rounds * mails, "{count} of {} mails are in", rounds * mails);
    println!(
        "{mails} mails of {} bytes on average, {connections} connections, {rounds} rounds",
        bytes / mails
    );
    let by_lmtp = report("committed through the LMTP listener", mails, taken);
    let plain = report("plain inserts of the same bytes", mails, inserted);
    println!("ratio of speeds, listener : inserts = {:.2} (at least 0.70)", by_lmtp / plain);
    println!("peak memory {:.1} MiB", f64::from(peak(&status).unwrap_or_default()) / 1024.0);
    Ok(())
}

fn report(what: &str, mails: usize, mut took: Vec<Duration>) -> f64 {
    took.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let speed = |took: Duration| mails as f64 / took.as_secs_f64();
    let (median, best) = (speed(took[took.len() / 2]), speed(took[0]));
    println!("{what:<36} median {median:>7.0} mails/s   best {best:>7.0}");
    median
}

/// A bounce of the usual length and longer ones, no two the same.
fn mail(n: usize) -> Vec<u8> {
    let lines = 20 + (n * 7) % 120;
    let mut text = format!(
        "Return-Path: <>\r\nReceived: from mx.customer.example by mail.processor.example with ESMTPS id {n:x};\r\n\tTue, 24 Nov 2026 10:00:00 +0000\r\n\
         From: Mail Delivery System <mailer-daemon@customer.example>\r\nTo: b-x@bounces.processor.example\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{n}@customer.example>\r\n\r\n"
    );
    for line in 0..lines {
        text.push_str(&format!(
            "{line:>4} The mail system could not deliver letter {n} to its recipient.\r\n"
        ));
    }
    text.into_bytes()
}

struct Listener {
    child: Child,
    port: u16,
}

impl Drop for Listener {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Listener {
    async fn start(ground: &Ground, database: &str) -> anyhow::Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let child = ground
            .forenotice(database)
            .args(["serve", "--roles", "receive"])
            .env("FORENOTICE__INBOUND__LISTEN", format!("127.0.0.1:{port}"))
            .stdout(std::process::Stdio::null())
            .spawn()
            .context("no binary")?;
        let listener = Self { child, port };
        let patience = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            ensure!(Instant::now() < patience, "nothing listens");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(listener)
    }
}

/// Each connection takes every n-th mail.
async fn hand_over(
    listener: &Listener,
    mails: &Arc<Vec<Vec<u8>>>,
    connections: usize,
) -> anyhow::Result<Duration> {
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for own in 0..connections {
        let (port, mails) = (listener.port, Arc::clone(mails));
        clients.spawn(async move {
            let mut client = BufReader::new(TcpStream::connect(("127.0.0.1", port)).await?);
            client.get_ref().set_nodelay(true)?;
            hear(&mut client, 1, "220").await?;
            client.write_all(b"LHLO mx.processor.example\r\n").await?;
            hear(&mut client, 1, "250").await?;
            for mail in mails.iter().skip(own).step_by(connections) {
                client
                    .write_all(b"MAIL FROM:<>\r\nRCPT TO:<b-x@bounces.processor.example>\r\nDATA\r\n")
                    .await?;
                hear(&mut client, 2, "250").await?;
                hear(&mut client, 1, "354").await?;
                client.write_all(&[mail, b".\r\n".as_slice()].concat()).await?;
                hear(&mut client, 1, "250").await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = clients.join_next().await {
        done??;
    }
    Ok(started.elapsed())
}

async fn hear(client: &mut BufReader<TcpStream>, replies: usize, code: &str) -> anyhow::Result<()> {
    for _ in 0..replies {
        loop {
            let mut line = String::new();
            client.read_line(&mut line).await?;
            ensure!(line.starts_with(code), "{line:?} instead of {code}");
            if line.as_bytes().get(3) == Some(&b' ') {
                break;
            }
        }
    }
    Ok(())
}

async fn insert(database: &str, mails: &Arc<Vec<Vec<u8>>>, connections: usize) -> anyhow::Result<Duration> {
    let mut admin = PgConnection::connect(database).await?;
    admin
        .execute(
            "drop table if exists public.plain;
             create table public.plain (id bigint generated always as identity primary key, raw bytea not null)",
        )
        .await?;
    let mut clients = Vec::new();
    for _ in 0..connections {
        clients.push(PgConnection::connect(database).await?);
    }
    let started = Instant::now();
    let mut inserting = JoinSet::new();
    for (own, mut conn) in clients.into_iter().enumerate() {
        let mails = Arc::clone(mails);
        inserting.spawn(async move {
            for mail in mails.iter().skip(own).step_by(connections) {
                sqlx::query("insert into public.plain (raw) values ($1)")
                    .bind(mail)
                    .execute(&mut conn)
                    .await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = inserting.join_next().await {
        done??;
    }
    Ok(started.elapsed())
}
