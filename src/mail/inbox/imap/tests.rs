//! A server that does not send all it was asked for: what it kept back is neither passed over nor vouched for.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use secrecy::SecretString;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::*;
use crate::config::ImapLogin;

const PATIENCE: Duration = Duration::from_secs(20);

/// What is wrong with a server that has the mails 1 to 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ill {
    Not,
    /// It does not tell its folders.
    Folders,
    /// It does not list the mails.
    Sizes,
    /// It says NO behind mail 2.
    Refuses,
    /// It hangs up behind mail 2.
    HangsUp,
    /// It says OK without mail 3, which is there.
    LeavesOut,
    /// It says OK without mail 3, which has been deleted.
    Gone,
}

fn answer(ill: Ill, tag: &str, command: &str) -> String {
    let ok = format!("{tag} OK done\r\n");
    let lines = |uids: &[u32], say: &dyn Fn(u32) -> String| {
        uids.iter().map(|uid| format!("* {uid} FETCH ({})\r\n", say(*uid))).collect::<Vec<_>>().concat()
    };
    let body =
        |uid: u32| format!("UID {uid} INTERNALDATE \" 1-Nov-2026 10:00:00 +0000\" BODY[] {{4}}\r\nm {uid}\n");
    if command.starts_with("CAPABILITY") {
        format!("* CAPABILITY IMAP4rev1\r\n{ok}")
    } else if command.starts_with("LIST") {
        if ill == Ill::Folders {
            return format!("{tag} NO not now\r\n");
        }
        format!("* LIST (\\Junk) \"/\" Spam\r\n* LIST () \"/\" INBOX\r\n{ok}")
    } else if command.starts_with("EXAMINE \"Spam\"") {
        format!("* OK [UIDVALIDITY 8] here\r\n{ok}")
    } else if command.starts_with("EXAMINE") {
        format!("* OK [UIDVALIDITY 7] here\r\n{ok}")
    } else if command.contains("RFC822.SIZE") {
        match ill {
            Ill::Sizes => format!("{tag} NO [UNAVAILABLE] not now\r\n"),
            _ => lines(&[1, 2, 3, 4], &|uid| format!("UID {uid} RFC822.SIZE 4")) + &ok,
        }
    } else if command.contains("BODY.PEEK[]") {
        match ill {
            Ill::Refuses => lines(&[1, 2], &body) + &format!("{tag} NO some could not be fetched\r\n"),
            Ill::HangsUp => lines(&[1, 2], &body),
            Ill::LeavesOut | Ill::Gone => lines(&[1, 2, 4], &body) + &ok,
            _ => lines(&[1, 2, 3, 4], &body) + &ok,
        }
    } else if command.contains("(UID)") {
        match ill {
            Ill::Gone => ok,
            Ill::LeavesOut => lines(&[3], &|uid| format!("UID {uid}")) + &ok,
            _ => lines(&[3, 4], &|uid| format!("UID {uid}")) + &ok,
        }
    } else {
        ok
    }
}

async fn server(ill: Ill) -> u16 {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = socket.accept().await {
            let (said, mut say) = stream.split();
            say.write_all(b"* OK here\r\n").await.unwrap();
            let mut lines = BufReader::new(said).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let (tag, command) = line.split_once(' ').unwrap();
                say.write_all(answer(ill, tag, command).as_bytes()).await.unwrap();
                if ill == Ill::HangsUp && command.contains("BODY.PEEK[]") {
                    break;
                }
            }
        }
    });
    port
}

#[derive(Default)]
struct Kept(Mutex<(Vec<String>, Option<ReadTo>)>, AtomicBool);

impl Shelf for Kept {
    async fn read_to(&self, _: &str) -> Result<Option<ReadTo>, NotKept> {
        assert!(!self.1.swap(false, Ordering::Relaxed), "a fault of ours");
        Ok(self.0.lock().unwrap().1)
    }

    async fn keep(&self, _: &str, mails: Vec<Arrival>, read_to: ReadTo) -> Result<(), NotKept> {
        let mut kept = self.0.lock().unwrap();
        kept.0.extend(mails.iter().map(|mail| String::from_utf8_lossy(&mail.raw).trim().to_owned()));
        kept.1 = Some(read_to);
        Ok(())
    }

    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }
}

async fn mailbox(ill: Ill) -> Mailbox {
    let folders = if ill == Ill::Folders { Vec::new() } else { vec!["INBOX".to_owned()] };
    let imap = Imap {
        host: "127.0.0.1".to_owned(),
        port: server(ill).await,
        encrypted: false,
        login: ImapLogin::Password { user: "x".to_owned(), password: SecretString::from("x") },
        folders,
    };
    Mailbox::new(imap, 1_000)
}

/// The mails that are kept, how far the folder counts as read, and whether the mailbox vouches for anything.
async fn read_once(ill: Ill) -> (String, Option<u32>, bool) {
    let mailbox = mailbox(ill).await;
    let (shelf, watermark) = (Kept::default(), mailbox.watermark());
    let vouches = || watermark.read_to() > DateTime::UNIX_EPOCH;
    let risen = async {
        while !vouches() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    let read = async {
        tokio::select! {
            _ = mailbox.converse(&shelf) => {}
            () = risen => {}
        }
    };
    timeout(PATIENCE, read).await.unwrap();
    let (mails, read_to) = shelf.0.into_inner().unwrap();
    (mails.join(", "), read_to.map(|read_to| read_to.uid), vouches())
}

#[tokio::test]
async fn what_was_asked_for_and_did_not_come_is_neither_passed_over_nor_vouched_for() {
    let kept = |mails: &str, read_to, vouches| (mails.to_owned(), read_to, vouches);
    assert_eq!(read_once(Ill::Not).await, kept("m 1, m 2, m 3, m 4", Some(4), true));
    assert_eq!(read_once(Ill::Folders).await, kept("", None, false));
    assert_eq!(read_once(Ill::Sizes).await, kept("", None, false));
    assert_eq!(read_once(Ill::Refuses).await, kept("m 1, m 2", Some(2), false));
    assert_eq!(read_once(Ill::HangsUp).await, kept("m 1, m 2", Some(2), false));
    // What came behind it is kept all the same: nobody knows when the server will send the one.
    assert_eq!(read_once(Ill::LeavesOut).await, kept("m 1, m 2, m 4", Some(2), false));
    assert_eq!(read_once(Ill::Gone).await, kept("m 1, m 2, m 4", Some(4), true));
}

#[tokio::test]
async fn a_panic_does_not_end_the_reading() {
    let mailbox = mailbox(Ill::Not).await;
    let (watermark, stopping) = (mailbox.watermark(), CancellationToken::new());
    let shelf = Kept::default();
    shelf.1.store(true, Ordering::Relaxed);
    let running = tokio::spawn(mailbox.run(shelf, stopping.clone()));
    let risen = async {
        while watermark.read_to() == DateTime::UNIX_EPOCH {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, risen).await.unwrap();
    stopping.cancel();
    timeout(PATIENCE, running).await.unwrap().unwrap();
}
