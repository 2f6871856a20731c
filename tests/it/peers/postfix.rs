//! Postfix as the relay: an instance of the test's own, whose queue is counted.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use forenotice::actions::deliver;
use forenotice::mail::relay::{Encryption, Post, Route};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::faults::mailing::{Contact, DPO, Mailing};

const PROGRAM: &str = "/usr/sbin/postfix";
const LETTERS: usize = 500;
/// The customer whose address Postfix does not know.
const GONE: usize = 250;

/// A Postfix that keeps every mail in its queue; it ends with the test.
pub struct Postfix {
    folder: TempDir,
    pub port: u16,
}

/// What forenotice knows of a letter.
#[derive(sqlx::FromRow)]
struct Row {
    address: String,
    state: String,
    attempts: i16,
    wire_id: Option<String>,
    message_hash: Option<Vec<u8>>,
}

#[derive(Debug, Deserialize)]
struct Queued {
    queue_id: String,
    sender: String,
    recipients: Vec<QueuedFor>,
}

#[derive(Debug, Deserialize)]
struct QueuedFor {
    address: String,
}

/// Why Postfix cannot run here, if it cannot.
pub fn obstacle() -> Option<&'static str> {
    if !rustix::process::geteuid().is_root() {
        return Some("Postfix's master runs as root only");
    }
    let another = !Path::new(PROGRAM).exists() && Path::new("/usr/sbin/sendmail").exists();
    another.then_some("this machine has another mail server, which Postfix would replace")
}

impl Postfix {
    /// One from which nothing leaves; it does not know this address.
    fn that_keeps_all_but(refused: &str) -> Self {
        Self::with(&format!(
            "smtpd_relay_restrictions = check_recipient_access inline:{{ {{ {refused} = 550 5.1.1 no such user }} }}, permit_mynetworks, reject
# What was taken stays in the queue, where it is counted.
defer_transports = smtp
"
        ))
    }

    /// One with these settings as well.
    pub fn with(settings: &str) -> Self {
        assert!(Path::new(PROGRAM).exists(), "Postfix is missing; script/bootstrap installs it");
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let postfix = Self { folder, port };
        // Its processes give up root and must still reach what is theirs.
        fs::set_permissions(postfix.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["etc", "spool", "data"] {
            fs::create_dir(postfix.path(name)).unwrap();
        }
        let user = number_of("postfix");
        chown(postfix.path("data"), Some(user), None).unwrap();
        fs::write(postfix.path("etc/main.cf"), postfix.main_cf(settings)).unwrap();
        let program = postfix.path("receive");
        fs::write(postfix.path("etc/master.cf"), master_cf(port, &program)).unwrap();
        let started = postfix.control("start");
        assert!(started.status.success(), "{started:?}: {:?}", fs::read_to_string(postfix.path("log")));
        postfix
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn main_cf(&self, settings: &str) -> String {
        let folder = self.folder.path().display();
        format!(
            "compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = relay.example
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
{settings}"
        )
    }

    fn control(&self, command: &str) -> Output {
        // Its daemons keep what they inherit: no pipe of ours.
        let done = Command::new(PROGRAM)
            .arg("-c")
            .arg(self.path("etc"))
            .arg(command)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .and_then(std::process::Child::wait_with_output);
        done.unwrap()
    }

    pub fn ask(&self, program: &str, arguments: &[&str]) -> String {
        let output = Command::new(program).arg("-c").arg(self.path("etc")).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The mails in its queue by recipient. That none is there twice is part of it.
    fn queue(&self) -> BTreeMap<String, Queued> {
        let listed = self.ask("/usr/sbin/postqueue", &["-j"]);
        let mut queue = BTreeMap::new();
        for line in listed.lines() {
            let mail: Queued = serde_json::from_str(line).unwrap();
            let [recipient] = &mail.recipients[..] else { panic!("{mail:?}") };
            let twice = queue.insert(recipient.address.clone(), mail);
            assert!(twice.is_none(), "a second copy: {twice:?}");
        }
        queue
    }

    /// A queued mail as it was handed over: without the field that Postfix put before it, its lines ended by CRLF.
    fn content(&self, id: &str) -> String {
        let kept = self.ask("/usr/sbin/postcat", &["-bh", "-q", id]);
        let begin = kept.lines().skip(1).take_while(|line| line.starts_with([' ', '\t'])).count() + 1;
        assert!(kept.starts_with("Received: "), "{kept}");
        kept.lines().skip(begin).fold(String::new(), |content, line| content + line + "\r\n")
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.control("stop");
    }
}

/// `receive`: what the transport `forenotice` runs for each mail.
fn master_cf(port: u16, receive: &Path) -> String {
    let receive = receive.display();
    format!(
        "127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
forenotice unix - n n - - pipe flags=q user=nobody null_sender= argv={receive} --from=${{sender}} --to=${{recipient}}
"
    )
}

pub fn number_of(name: &str) -> u32 {
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let line = users.lines().find(|line| line.split(':').next() == Some(name)).unwrap();
    line.split(':').nth(2).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_mailing_lies_in_postfixs_queue_once_a_letter_under_the_id_it_said() {
    if let Some(obstacle) = obstacle() {
        crate::support::left_out(obstacle);
        return;
    }
    let gone = format!("dpo@customer{GONE:03}.example");
    let postfix = Postfix::that_keeps_all_but(&gone);
    let names: Vec<String> = (0..LETTERS).map(|n| format!("customer{n:03}")).collect();
    let customers: Vec<(&str, &[Contact])> =
        names.iter().map(|name| (name.as_str(), [DPO].as_slice())).collect();
    let mut mailing = Mailing::to(&customers).await;
    let url = format!("smtp://127.0.0.1:{}", postfix.port);
    let route = Route { encryption: Encryption::None, ..Route::parse(&url).unwrap() };
    mailing.world.cx.post = Post::new(route);
    deliver::mailings(&mailing.world.cx).await.unwrap();

    let rows: Vec<Row> = sqlx::query_as(
        "select r.address, d.state, d.attempts, w.id as wire_id, d.message_hash
         from delivery d join recipient r on r.id = d.recipient_id left join wire_id w on w.delivery_id = d.id",
    )
    .fetch_all(mailing.world.cx.db.pool())
    .await
    .unwrap();
    assert_eq!(rows.len(), LETTERS);
    let mut queue = postfix.queue();
    assert_eq!(queue.len(), LETTERS - 1);
    for (place, row) in rows.into_iter().enumerate() {
        let Row { address, state, attempts, wire_id, message_hash } = row;
        if address == gone {
            assert_eq!((state.as_str(), attempts, wire_id), ("failed", 1, None));
            continue;
        }
        let mail = queue.remove(&address).unwrap();
        assert_eq!((state.as_str(), attempts, wire_id.as_ref()), ("accepted", 1, Some(&mail.queue_id)));
        assert!(mail.sender.starts_with("b-"), "{address} was sent by {}", mail.sender);
        if place % 50 == 0 {
            let content = postfix.content(&mail.queue_id);
            assert_eq!(Sha256::digest(&content).to_vec(), message_hash.unwrap(), "{address}: {content}");
        }
    }
    assert!(queue.is_empty());
    let gone = "select count(*) from recipient where suppressed_at is not null";
    assert_eq!(mailing.count(gone).await, 1);
    mailing.world.finish().await;
}
