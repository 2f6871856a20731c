//! How fast pages are served, beside an axum handler that returns the same bytes without a database, in one run.
//!
//! The real binary serves a register of 100 subprocessors with 500 changes behind it and one announced, whose letters it has sent to a sink;
//! a bare client asks over connections that stay open. Turn by turn, so that whatever else the machine does falls on both. `CONNECTIONS`,
//! `REQUESTS` and `ROUNDS` say otherwise. Uses the server of `FORENOTICE_TEST_DATABASE_URL` (a superuser's URL), else starts one of its own
//! that keeps its promises (fsync).

mod customers;
mod given;
mod notice;
mod settings;
mod sink;
mod support;
mod waiting;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use forenotice::domain::access::{Keys, LinkPurpose};
use sqlx::{Connection, Executor, PgConnection};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use given::number;
use sink::{Manners, Sink};
use support::{Ground, peak};
use waiting::{GIVE_UP_AFTER, wait_until};

const REGISTER: &str = include_str!("../tests/fixtures/register-of-500-changes.sql");

/// One page, as it is asked for.
struct Row {
    what: &'static str,
    path: String,
    header: Option<(&'static str, String)>,
    at_least: f64,
    requests: usize,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    support::on_a_server(|server| async move {
        let mut ground = Ground::new(&server, "pages", settings::CONFIG).await?;
        let done = measure(&mut ground).await;
        ground.clear().await?;
        done
    })
    .await
}

async fn measure(ground: &mut Ground) -> anyhow::Result<()> {
    let (connections, requests, rounds) =
        (number("CONNECTIONS", 16), number("REQUESTS", 20_000), number("ROUNDS", 3).max(1));
    let database = ground.database("site").await?;
    let mut conn = PgConnection::connect(&database).await?;
    conn.execute(REGISTER).await?;
    let file = customers::file(ground.folder.path(), 4)?;
    notice::import(ground, &database, &file)?;
    notice::schedule(ground, &database)?;
    let sink = Sink::start(Manners { rtt: Duration::ZERO, pipelining: true }).await?;
    let mut site = Served::start(ground, &database, &sink).await?;
    sink.wait_for(1, GIVE_UP_AFTER).await?;
    wait_until(&database, "select count(*) from delivery where state = 'accepted' and recipient_id = 1", 1)
        .await?;
    let letter: i64 =
        sqlx::query_scalar("select id from delivery where recipient_id = 1").fetch_one(&mut conn).await?;
    let master = hex::decode("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")?;
    let keys = Keys::from_master(master.as_slice().try_into()?);
    let object = format!("/object/{}", keys.link(LinkPurpose::Object, letter, 0));
    let etag =
        ask(site.address, "/", None).await?.headers.get("etag").context("no etag")?.to_str()?.to_owned();
    let row =
        |what, path: &str, header, at_least| Row { what, path: path.to_owned(), header, at_least, requests };
    let rows = [
        row("register", "/", None, 0.8),
        row("register, gzip", "/", Some(("accept-encoding", "gzip".to_owned())), 0.8),
        row("register.json", "/register.json", None, 0.8),
        row("register, known already (304)", "/", Some(("if-none-match", etag)), 0.8),
        Row { requests: requests / 10, ..row("objection page", &object, None, 0.4) },
    ];
    println!(
        "{connections} connections, {requests} requests (a tenth of them for the objection page), {rounds} rounds"
    );
    for row in rows {
        let answer = ask(site.address, &row.path, row.header.as_ref()).await?;
        let bare = bare(&answer)?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            ours.push(load(site.address, &row, connections).await?);
            theirs.push(load(bare, &row, connections).await?);
        }
        let [ours, theirs] = [ours, theirs].map(|mut took| {
            took.sort_unstable();
            #[expect(clippy::cast_precision_loss, reason = "some thousands")]
            let speed = row.requests as f64 / took[took.len() / 2].as_secs_f64();
            speed
        });
        println!(
            "{:<32} {:>7} bytes   {ours:>8.0}/s   bare handler {theirs:>8.0}/s   ratio {:.2} (at least {:.2})",
            row.what,
            answer.body.len(),
            ours / theirs,
            row.at_least
        );
    }
    let status = PathBuf::from(format!("/proc/{}/status", site.child.id()));
    println!("peak memory {:.1} MiB", f64::from(peak(&status).unwrap_or_default()) / 1024.0);
    notice::stop(&mut site.child)
}

/// The daemon with its site.
struct Served {
    child: Child,
    address: SocketAddr,
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    async fn start(ground: &Ground, database: &str, sink: &Sink) -> anyhow::Result<Self> {
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut serve = ground.forenotice(database);
        serve.arg("serve").env("FORENOTICE__SMTP__URL", format!("smtp://{}", sink.address));
        serve.env("FORENOTICE__WEB__LISTEN", address.to_string()).stdout(std::process::Stdio::null());
        let served = Self { child: serve.spawn().context("no daemon")?, address };
        let patience = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(address).await.is_err() {
            ensure!(Instant::now() < patience, "nothing listens");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(served)
    }
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

/// A server that knows one answer, on threads of its own.
fn bare(answer: &Answer) -> anyhow::Result<SocketAddr> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let (status, body) = (StatusCode::from_u16(answer.status)?, answer.body.clone());
    let mut headers = answer.headers.clone();
    for of_the_connection in ["date", "content-length", "transfer-encoding", "connection"] {
        headers.remove(of_the_connection);
    }
    let headers = Arc::new(headers);
    std::thread::spawn(move || -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async move {
            let handler = move || {
                let (headers, body) = (Arc::clone(&headers), body.clone());
                async move {
                    let mut response = Response::new(Body::from(body));
                    *response.status_mut() = status;
                    *response.headers_mut() = HeaderMap::clone(&headers);
                    response
                }
            };
            let router = Router::new().fallback(handler);
            axum::serve(tokio::net::TcpListener::from_std(listener)?, router).await?;
            Ok(())
        })
    });
    Ok(address)
}

/// That many requests, each connection its share, one at a time.
async fn load(to: SocketAddr, row: &Row, connections: usize) -> anyhow::Result<Duration> {
    let request: Arc<str> = request(&row.path, row.header.as_ref()).into();
    let started = Instant::now();
    let mut clients = JoinSet::new();
    for own in 0..connections {
        let share = row.requests / connections + usize::from(own < row.requests % connections);
        let request = Arc::clone(&request);
        clients.spawn(async move {
            let mut stream = connect(to).await?;
            for _ in 0..share {
                stream.write_all(request.as_bytes()).await?;
                let answer = hear(&mut stream).await?;
                ensure!(matches!(answer.status, 200 | 304), "{}", answer.status);
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = clients.join_next().await {
        done??;
    }
    Ok(started.elapsed())
}

async fn ask(to: SocketAddr, path: &str, header: Option<&(&'static str, String)>) -> anyhow::Result<Answer> {
    let mut stream = connect(to).await?;
    stream.write_all(request(path, header).as_bytes()).await?;
    let answer = hear(&mut stream).await?;
    ensure!(matches!(answer.status, 200 | 304), "{path}: {}", answer.status);
    Ok(answer)
}

async fn connect(to: SocketAddr) -> anyhow::Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(to).await?;
    stream.set_nodelay(true)?;
    Ok(BufReader::with_capacity(64 * 1024, stream))
}

fn request(path: &str, header: Option<&(&'static str, String)>) -> String {
    let header = header.map(|(name, value)| format!("{name}: {value}\r\n")).unwrap_or_default();
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{header}\r\n")
}

/// One answer with a stated length, or none.
async fn hear(stream: &mut BufReader<TcpStream>) -> anyhow::Result<Answer> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let status: u16 = line.split(' ').nth(1).context("no status")?.parse()?;
    let mut headers = HeaderMap::new();
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.append(name.parse::<HeaderName>()?, HeaderValue::from_str(value.trim())?);
    }
    let mut body = Vec::new();
    if headers.get("transfer-encoding").is_some() {
        loop {
            line.clear();
            stream.read_line(&mut line).await?;
            let length = usize::from_str_radix(line.trim_end(), 16)?;
            let before = body.len();
            body.resize(before + length + 2, 0);
            stream.read_exact(&mut body[before..]).await?;
            body.truncate(before + length);
            if length == 0 {
                break;
            }
        }
    } else if let Some(length) = headers.get("content-length") {
        body.resize(length.to_str()?.parse()?, 0);
        stream.read_exact(&mut body).await?;
    }
    Ok(Answer { status, headers, body: body.into() })
}
