//! The process behind the doors is killed while mail comes in: what it said yes to is there, and nothing is there twice.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use forenotice::entropy::Entropy;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::mail;
use crate::faults::fleet::full;
use crate::support::World;
use crate::support::command::Running;

const PATIENCE: Duration = Duration::from_mins(5);
const CONNECTIONS: usize = 8;

/// Numbers of the mails that were answered with yes.
type Answered = Arc<Mutex<BTreeSet<usize>>>;

/// The real binary with this role's doors, killed and started again by whoever holds it.
pub struct Doors {
    settings: Vec<(String, String)>,
    running: Option<Running>,
}

impl Doors {
    pub fn open(world: &World, settings: &[(&str, String)]) -> Self {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let mut doors = Self { settings: settings.collect(), running: None };
        doors.again(world);
        doors
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.running.as_ref().unwrap().child.id().unwrap().try_into().unwrap()).unwrap()
    }

    pub async fn kill(&mut self) {
        kill_process(self.pid(), Signal::KILL).unwrap();
        self.running.take().unwrap().ended().await;
    }

    /// As systemd does.
    pub async fn stop(mut self) {
        kill_process(self.pid(), Signal::TERM).unwrap();
        let ended = self.running.take().unwrap().ended().await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }

    pub fn again(&mut self, world: &World) {
        let mut settings: Vec<(&str, &str)> =
            self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        // Nobody reads what it says.
        settings.push(("FORENOTICE__TELEMETRY__LOG_FILTER", "error"));
        settings.push(("FORENOTICE__ADMIN__LISTEN", "127.0.0.1:0"));
        self.running = Some(world.running(&["serve", "--roles", "receive"], &settings));
    }
}

impl Drop for Doors {
    fn drop(&mut self) {
        if self.running.is_some() {
            // It may have ended by itself.
            let _ = kill_process(self.pid(), Signal::KILL);
        }
    }
}

/// What is stored, and what the ledger says of it, one entry for each.
pub async fn subjects(world: &World) -> BTreeSet<String> {
    // Of one instant: what a process had begun before it was killed may still be committed.
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "select id, substring(convert_from(raw, 'UTF8') from 'Subject: ([^\r\n]*)') from inbound_message",
    )
    .fetch_all(snapshot.conn())
    .await
    .unwrap();
    let entries: Vec<i64> = sqlx::query_scalar(
        "select (convert_from(payload, 'UTF8')::json ->> 'message')::bigint from ledger_entry where kind = 'mail_received'",
    )
    .fetch_all(snapshot.conn())
    .await
    .unwrap();
    assert_eq!(entries.len(), rows.len());
    assert_eq!(entries.into_iter().collect::<BTreeSet<_>>(), rows.iter().map(|(id, _)| *id).collect());
    let count = rows.len();
    let subjects: BTreeSet<String> = rows.into_iter().map(|(_, subject)| subject).collect();
    assert_eq!(subjects.len(), count, "a mail is there twice");
    subjects
}

/// Hands over the mails with these numbers, each as often as it takes, as a server with a queue does.
async fn hand_over(to: SocketAddr, numbers: Vec<usize>, answered: Answered) {
    let mut left = numbers.into_iter().peekable();
    while left.peek().is_some() {
        let talk = async {
            let mut client = BufReader::new(TcpStream::connect(to).await?);
            hears(&mut client, "220").await?;
            client.write_all(b"LHLO mx.processor.example\r\n").await?;
            hears(&mut client, "250").await?;
            while let Some(number) = left.peek().copied() {
                client
                    .write_all(b"MAIL FROM:<>\r\nRCPT TO:<b-x@bounces.processor.example>\r\nDATA\r\n")
                    .await?;
                for code in ["250", "250", "354"] {
                    hears(&mut client, code).await?;
                }
                client.write_all(&[mail(&format!("s{number}")), b".\r\n".to_vec()].concat()).await?;
                hears(&mut client, "250").await?;
                answered.lock().unwrap().insert(number);
                left.next();
            }
            std::io::Result::Ok(())
        };
        if talk.await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    }
}

pub(super) async fn hears(client: &mut BufReader<TcpStream>, code: &str) -> std::io::Result<()> {
    loop {
        let mut line = String::new();
        client.read_line(&mut line).await?;
        if !line.starts_with(code) {
            return Err(std::io::Error::other(line));
        }
        if line.as_bytes().get(3) == Some(&b' ') {
            return Ok(());
        }
    }
}

/// 6 kills within 1,200 mails; with `FORENOTICE_FULL=1` 40 within 12,000.
#[tokio::test]
async fn a_listener_that_is_killed_loses_no_mail_that_it_said_yes_to() {
    let (kills, mails) = if full() { (40, 12_000) } else { (6, 1_200) };
    let world = World::on("2026-11-24T12:00Z").await;
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut doors = Doors::open(&world, &[("FORENOTICE__INBOUND__LISTEN", address.to_string())]);
    let answered = Answered::default();
    let mut clients = JoinSet::new();
    for own in 0..CONNECTIONS {
        let numbers = (0..mails).skip(own).step_by(CONNECTIONS).collect();
        clients.spawn(hand_over(address, numbers, answered.clone()));
    }
    let entropy = Entropy::os();
    for kill in 1..=kills {
        // At some instant of a share of the mails.
        let some = mails * kill / (kills + 1);
        let reached = async {
            while answered.lock().unwrap().len() < some {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, reached).await.expect("no mail comes in");
        let [chance, ..] = entropy.bytes::<1>().unwrap();
        sleep(Duration::from_micros(u64::from(chance) * 50)).await;
        doors.kill().await;
        let said_yes: BTreeSet<String> =
            answered.lock().unwrap().iter().map(|number| format!("s{number}")).collect();
        let stored = subjects(&world).await;
        assert!(said_yes.is_subset(&stored), "lost: {:?}", said_yes.difference(&stored));
        doors.again(&world);
    }
    timeout(PATIENCE, clients.join_all()).await.expect("no mail comes in");
    doors.kill().await;
    assert_eq!(subjects(&world).await, (0..mails).map(|number| format!("s{number}")).collect());
}
