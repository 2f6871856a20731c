//! The real binary: `forenotice serve` from its first line to its last.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};

use crate::support::postgres::Database;

const PATIENCE: Duration = Duration::from_mins(1);

const CONFIG: &str = r#"
environment = "test"
clock = "simulated:2026-11-23T09:00:00Z"
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
[web]
listen = "127.0.0.1:0"
[admin]
listen = "127.0.0.1:0"
[ledger]
key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
"#;

/// A running daemon; killed if the test ends before it.
struct Serving {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
    _folder: tempfile::TempDir,
}

impl Serving {
    fn start(database_url: &str, roles: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("forenotice.toml");
        std::fs::write(&config, CONFIG).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_forenotice"))
            .args(["serve", "--roles", roles, "--config"])
            .arg(&config)
            .env("FORENOTICE__DATABASE__URL", database_url)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, said, _folder: folder }
    }

    /// The address that it prints after `label`.
    async fn address(&mut self, label: &str) -> String {
        let line = tokio::time::timeout(PATIENCE, self.said.next_line()).await.unwrap().unwrap().unwrap();
        line.strip_prefix(label)
            .unwrap_or_else(|| panic!("{line:?} is not about {label:?}"))
            .trim()
            .to_owned()
    }

    async fn stop(mut self) -> Option<i32> {
        let pid = Pid::from_raw(self.child.id().unwrap().try_into().unwrap()).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
        tokio::time::timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap().code()
    }
}

async fn get(address: &str, path: &str) -> String {
    let host = address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Asks until the answer has `part`; what never has, fails.
async fn get_until(address: &str, path: &str, part: &str) -> String {
    let ask = async {
        loop {
            let answer = get(address, path).await;
            if answer.contains(part) {
                return answer;
            }
        }
    };
    tokio::time::timeout(PATIENCE, ask).await.unwrap_or_else(|_| panic!("{path} never answered {part}"))
}

#[tokio::test]
async fn a_daemon_serves_is_ready_and_stops_cleanly() {
    let database = Database::new().await;
    let mut serving = Serving::start(&database.url(), "web,schedule,send");
    let admin = serving.address("admin:").await;
    let site = serving.address("site:").await;

    let ready = get_until(&admin, "/readyz", "HTTP/1.1 200").await;
    assert!(
        ready.contains(r#""roles":{"schedule":{"ready":true},"send":{"ready":true},"web":{"ready":true}}"#),
        "{ready}"
    );
    assert!(get(&site, "/").await.contains("Processor GmbH"));
    assert!(get(&admin, "/clock").await.ends_with(r#"{"now":"2026-11-23T09:00:00Z"}"#));
    get_until(&admin, "/metrics", "forenotice_passes_total{task=\"announce\"").await;

    assert_eq!(serving.stop().await, Some(0));
}

#[tokio::test]
async fn a_daemon_without_a_schema_waits_for_it_and_says_so() {
    let database = Database::new().await;
    let mut url = url::Url::parse(&database.url()).unwrap();
    // There is such a database on every server, and nobody migrates it.
    url.set_path("postgres");
    let mut serving = Serving::start(url.as_str(), "schedule");
    let admin = serving.address("admin:").await;

    let waiting = get(&admin, "/readyz").await;
    assert!(waiting.starts_with("HTTP/1.1 503") && waiting.contains("run `forenotice migrate`"), "{waiting}");
    assert!(get(&admin, "/healthz").await.starts_with("HTTP/1.1 200"));

    assert_eq!(serving.stop().await, Some(0));
}
