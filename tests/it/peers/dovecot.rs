//! Dovecot as the provider of a mailbox: an instance of the test's own, whose mails are files.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chrono::{DateTime, Utc};
use forenotice::actions::receive_mail::Room;
use forenotice::mail::inbox::imap::{Mailbox, Watermark};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::postfix::number_of;
use crate::faults::fleet::full;
use crate::inbound::killed::{Doors, subjects};
use crate::inbound::{mail, open_door, stored};
use crate::support::{World, left_out};

const PROGRAM: &str = "/usr/sbin/dovecot";
pub(super) const PATIENCE: Duration = Duration::from_mins(1);
pub(super) const USER: &str = "objections@processor.example";
const PASSWORD: &str = "0123456789abcdef";

pub(super) fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/tls/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Ends with the test.
pub(super) struct Dovecot {
    folder: TempDir,
    pub(super) port: u16,
    running: Option<Child>,
    delivered: usize,
}

pub(super) const BY_PASSWORD: &str = "passdb {
  driver = static
  args = password=0123456789abcdef
}
";

/// Whether there is a Dovecot here; says why not.
pub(super) fn is_here() -> bool {
    let obstacle = if rustix::process::geteuid().is_root() {
        (!Path::new(PROGRAM).exists()).then_some("it is missing; script/bootstrap installs it where it may")
    } else {
        Some("its master runs as root here only")
    };
    if let Some(obstacle) = obstacle {
        left_out(&format!("Dovecot: {obstacle}"));
    }
    obstacle.is_none()
}

impl Dovecot {
    fn start() -> Self {
        Self::speaking("imap", |_| format!("ssl = no\ndisable_plaintext_auth = no\n{BY_PASSWORD}"))
    }

    /// By TLS from the start, under this certificate of the fixtures; `login`: how it is logged in to.
    pub(super) fn encrypted(certificate: &str, login: impl FnOnce(&Path) -> String) -> Self {
        let (certificate, key) = (fixture(certificate), fixture("relay.key"));
        Self::speaking("imaps", |folder| {
            format!("ssl = required\nssl_cert = <{certificate}\nssl_key = <{key}\n{}", login(folder))
        })
    }

    fn speaking(protocol: &str, settings: impl FnOnce(&Path) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut dovecot = Self { folder, port, running: None, delivered: 0 };
        for name in [
            "mail",
            "mail/cur",
            "mail/new",
            "mail/tmp",
            "mail/.Junk",
            "mail/.Junk/cur",
            "mail/.Junk/new",
            "mail/.Junk/tmp",
        ] {
            fs::create_dir(dovecot.path(name)).unwrap();
            chown(dovecot.path(name), Some(number_of("nobody")), None).unwrap();
        }
        let settings = dovecot.settings(protocol) + &settings(dovecot.folder.path());
        fs::write(dovecot.path("dovecot.conf"), settings).unwrap();
        dovecot.again();
        dovecot
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn settings(&self, protocol: &str) -> String {
        let (folder, port) = (self.folder.path().display(), self.port);
        let other = if protocol == "imap" { "imaps" } else { "imap" };
        format!(
            "protocols = imap
base_dir = {folder}/run
log_path = {folder}/log
listen = 127.0.0.1
first_valid_uid = 1
mail_location = maildir:{folder}/mail
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}
}}
namespace inbox {{
  inbox = yes
  mailbox Junk {{
    special_use = \\Junk
    auto = subscribe
  }}
}}
service imap-login {{
  inet_listener {protocol} {{
    port = {port}
  }}
  inet_listener {other} {{
    port = 0
  }}
}}
"
        )
    }

    fn again(&mut self) {
        let child = Command::new(PROGRAM)
            .args(["-F", "-c"])
            .arg(self.path("dovecot.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.running = Some(child.unwrap());
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.running.take() {
            let pid = rustix::process::Pid::from_child(&child);
            rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
            child.wait().unwrap();
        }
    }

    /// What it has said.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// As a delivery agent does: written elsewhere, then moved to where it is seen.
    pub(super) fn deliver(&mut self, folder: &str, content: &[u8]) {
        self.delivered += 1;
        let name = format!("{}.test", self.delivered);
        let (written, seen) =
            (self.path(&format!("mail/tmp/{name}")), self.path(&format!("mail/{folder}new/{name}")));
        fs::write(&written, content).unwrap();
        chown(&written, Some(number_of("nobody")), None).unwrap();
        fs::rename(written, seen).unwrap();
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A world that reads the mailbox.
struct Reading {
    world: World,
    watermark: Watermark,
    stopping: CancellationToken,
    running: JoinHandle<()>,
}

impl Reading {
    async fn of(dovecot: &Dovecot, world: World, door: u128) -> Self {
        let imap = world.cx.settings.inbound.imap.clone().unwrap();
        let room =
            Room::of(&world.cx, open_door(&world, door).await, format!("{}@{}", imap.user(), imap.host));
        assert_eq!(imap.port, dovecot.port);
        let mailbox = Mailbox::new(imap, world.cx.settings.inbound.bytes_max);
        let (watermark, stopping) = (mailbox.watermark(), CancellationToken::new());
        let running = tokio::spawn(mailbox.run(room, stopping.clone()));
        Self { world, watermark, stopping, running }
    }

    async fn come(&self, count: usize) {
        let all_there = async {
            while stored(&self.world).await.len() < count {
                sleep(Duration::from_millis(50)).await;
            }
        };
        let there = timeout(PATIENCE, all_there).await;
        assert!(there.is_ok(), "{} of {count} came", stored(&self.world).await.len());
    }

    async fn read_past(&self, instant: DateTime<Utc>) {
        let read = async {
            while self.watermark.read_to() < instant {
                sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(PATIENCE, read).await.expect("the mailbox is not read to its end");
    }

    async fn stop(self) -> World {
        self.stopping.cancel();
        timeout(PATIENCE, self.running).await.unwrap().unwrap();
        self.world
    }
}

async fn world(dovecot: &Dovecot) -> World {
    let url = format!("imap://127.0.0.1:{}", dovecot.port);
    let settings = [
        ("inbound.imap.url", url.as_str()),
        ("inbound.imap.user", USER),
        ("inbound.imap.password", PASSWORD),
        ("inbound.megabytes_max", "1"),
    ];
    World::without_probes("2026-11-24T12:00Z", &settings).await
}

#[tokio::test]
async fn inbox_and_junk_are_read_to_their_end_once_and_what_comes_later_when_it_comes() {
    if !is_here() {
        return;
    }
    let mut dovecot = Dovecot::start();
    for n in 0..200 {
        dovecot.deliver("", &mail(&format!("s{n}")));
    }
    dovecot.deliver(".Junk/", &mail("taken for junk"));
    dovecot.deliver("", &[mail("huge").as_slice(), &vec![b'x'; 1024 * 1024]].concat());
    let reading = Reading::of(&dovecot, world(&dovecot).await, 1).await;
    let now = reading.world.now().await;
    reading.read_past(now).await;
    let rows = stored(&reading.world).await;
    assert_eq!(rows.len(), 202);
    // Of what is too large the head; line ends as on the wire.
    assert!(rows.iter().any(|row| row.raw.starts_with(b"From: Jane")
        && row.raw.len() < 1_000
        && !row.raw.ends_with(b"No.\r\n")));
    assert_eq!(rows.iter().filter(|row| row.raw == mail("taken for junk")).count(), 1);

    // By IDLE: long before the turn is over.
    dovecot.deliver("", &mail("later"));
    reading.come(203).await;

    // Another process goes on where this one left off; a lost connection, and a server that is away, are waited for.
    let world = reading.stop().await;
    let before = read_to(&world).await;
    let reading = Reading::of(&dovecot, world, 2).await;
    reading.read_past(now).await;
    assert_eq!(read_to(&reading.world).await, before);
    dovecot.stop();
    dovecot.deliver("", &mail("while it was away"));
    dovecot.again();
    reading.come(204).await;

    // All is numbered anew: it is read again, and nothing is there twice.
    let world = reading.stop().await;
    dovecot.stop();
    fs::remove_file(dovecot.path("mail/dovecot-uidlist")).unwrap();
    fs::remove_file(dovecot.path("mail/dovecot-uidvalidity")).ok();
    for name in ["dovecot.index", "dovecot.index.log", "dovecot.index.cache"] {
        fs::remove_file(dovecot.path(&format!("mail/{name}"))).ok();
    }
    // UIDVALIDITY is made of the second.
    sleep(Duration::from_millis(1_100)).await;
    dovecot.again();
    let reading = Reading::of(&dovecot, world, 3).await;
    reading.read_past(now).await;
    let after = read_to(&reading.world).await;
    assert_ne!(after, before);
    dovecot.deliver("", &mail("last"));
    reading.come(205).await;
    let world = reading.stop().await;
    assert_eq!(stored(&world).await.len(), 205);
    world.finish().await;
}

/// A mailbox with 2,000 unread mails of 16 kB; with `FORENOTICE_FULL=1` 10,000.
async fn full_of_unread() -> Option<(Dovecot, World, usize)> {
    if !is_here() {
        return None;
    }
    let mut dovecot = Dovecot::start();
    let count = if full() { 10_000 } else { 2_000 };
    let words = "These are the words of somebody who has much to say.\r\n".repeat(300);
    for n in 0..count {
        dovecot.deliver("", &[mail(&format!("s{n}")).as_slice(), words.as_bytes()].concat());
    }
    Some((dovecot, World::without_probes("2026-11-24T12:00Z", &[]).await, count))
}

/// The mailbox as the real binary is told of it.
fn doors(dovecot: &Dovecot, world: &World) -> Doors {
    Doors::open(world, &by_password(&format!("imap://127.0.0.1:{}", dovecot.port)))
}

pub(super) fn by_password(url: &str) -> [(&'static str, String); 3] {
    [
        ("FORENOTICE__INBOUND__IMAP__URL", url.to_owned()),
        ("FORENOTICE__INBOUND__IMAP__USER", USER.to_owned()),
        ("FORENOTICE__INBOUND__IMAP__PASSWORD", PASSWORD.to_owned()),
    ]
}

pub(super) async fn count(world: &World) -> usize {
    let count: i64 = sqlx::query_scalar("select count(*) from inbound_message")
        .fetch_one(world.cx.db.pool())
        .await
        .unwrap();
    usize::try_from(count).unwrap()
}

pub(super) async fn reach(world: &World, some: usize) {
    let reached = async {
        while count(world).await < some {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE * 5, reached).await.expect("the mailbox is not read on");
}

#[tokio::test]
async fn a_mailbox_full_of_unread_mail_is_read_in_memory_that_does_not_grow_with_it() {
    let Some((dovecot, world, unread)) = full_of_unread().await else { return };
    let began = std::time::Instant::now();
    let doors = doors(&dovecot, &world);
    reach(&world, unread).await;
    let status = fs::read_to_string(format!("/proc/{}/status", doors.pid().as_raw_nonzero())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u32 = peak.split_whitespace().next().unwrap().parse().unwrap();
    println!("{unread} mails in {:.1} s, peak {} MiB", began.elapsed().as_secs_f64(), peak / 1024);
    assert!(peak < 96 * 1024, "{peak} KiB");
}

/// 5 kills; with `FORENOTICE_FULL=1` 20.
#[tokio::test]
async fn a_process_that_is_killed_while_it_reads_leaves_no_mail_out_and_none_doubled() {
    let Some((dovecot, world, unread)) = full_of_unread().await else { return };
    let mut doors = doors(&dovecot, &world);
    let kills = if full() { 20 } else { 5 };
    for kill in 1..=kills {
        reach(&world, unread * kill / (kills + 1)).await;
        doors.kill().await;
        doors.again(&world);
    }
    reach(&world, unread).await;
    doors.kill().await;
    assert_eq!(subjects(&world).await, (0..unread).map(|n| format!("s{n}")).collect());
}

async fn read_to(world: &World) -> Vec<(String, i64, i64)> {
    sqlx::query_as("select folder, uid_validity, read_to_uid from inbound_folder order by folder")
        .fetch_all(world.cx.db.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_mailbox_that_cannot_be_read_vouches_for_nothing() {
    let Err(unused) = std::net::TcpStream::connect("127.0.0.1:9") else { return };
    assert_eq!(unused.kind(), std::io::ErrorKind::ConnectionRefused);
    let settings = [
        ("inbound.imap.url", "imap://127.0.0.1:9"),
        ("inbound.imap.user", "x"),
        ("inbound.imap.password", PASSWORD),
    ];
    let world = World::without_probes("2026-11-24T12:00Z", &settings).await;
    let mailbox = Mailbox::new(world.cx.settings.inbound.imap.clone().unwrap(), 1_000);
    let watermark = mailbox.watermark();
    let stopping = CancellationToken::new();
    let room = Room::of(&world.cx, open_door(&world, 1).await, "x".to_owned());
    let running = tokio::spawn(mailbox.run(room, stopping.clone()));
    sleep(Duration::from_millis(300)).await;
    assert_eq!(watermark.read_to(), DateTime::UNIX_EPOCH);
    stopping.cancel();
    timeout(PATIENCE, running).await.unwrap().unwrap();
}
