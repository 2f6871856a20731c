//! The mailbox of the demo and of the tests: a real SMTP server that keeps what it accepts in memory.
//!
//! [`Mailbox::start`] listens; a client speaks to a [session]; what it hands over becomes a [`Mail`], which tests wait
//! for ([`Mailbox::wait_for`], never a sleep) and people read on [pages]. [`Mailbox::arrange`] makes it fail as relays
//! do: see [`Fault`]. It is never a relay: nothing leaves it, and it forgets all when it is dropped.
//!
//! ```
//! # use forenotice::demo::mailbox::{Fault, Mailbox, Options, Reply, Times};
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let mailbox = Mailbox::start(Options::default()).await?;
//! mailbox.arrange(Fault::RefusesRecipient("gone@acme.example".into(), Reply::no_such_user()), Times::Always);
//! assert!(mailbox.smtp_url().starts_with("smtp://127.0.0.1:"));
//! assert!(mailbox.wait_for(0).await.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod fault;
mod pages;
mod session;

pub use fault::{Fault, Reply, Times};

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;

/// The largest mail taken, which is also what `SIZE` announces.
const MAIL_BYTES_MAX: usize = 10 * 1024 * 1024;

/// Where the mailbox listens and how much it keeps.
#[derive(Clone, Debug)]
pub struct Options {
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// What the mails' instants of arrival are read from.
    pub clock: Clock,
    /// Beyond this many mails, or this many bytes of them, the oldest are forgotten; they still count as received.
    pub mails_max: usize,
    pub bytes_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            clock: Clock::System,
            mails_max: 20_000,
            bytes_max: 512 * 1024 * 1024,
        }
    }
}

/// One mail as it was handed over: the envelope with its DSN wishes, and the bytes after dot-unstuffing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// 1 for the first mail that this mailbox ever accepted.
    pub serial: u64,
    pub received_at: DateTime<Utc>,
    pub envelope_from: String,
    pub envelope_to: Vec<Recipient>,
    /// `ENVID` of `MAIL FROM`, decoded.
    pub envelope_id: Option<String>,
    pub smtputf8: bool,
    pub bytes: Arc<[u8]>,
}

/// One accepted `RCPT TO`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    pub address: String,
    /// `ORCPT`, decoded, without its address type.
    pub original: Option<String>,
    /// `NOTIFY=FAILURE` was among the wishes.
    pub notify_failure: bool,
}

impl Mail {
    /// The first header of this name, unfolded and decoded; one that lists ids, as it stands.
    pub fn header(&self, name: &str) -> Option<String> {
        let message = mail_parser::MessageParser::default().parse(&self.bytes[..])?;
        let raw = message.header_raw(name)?;
        let unfolded = raw.split_whitespace().collect::<Vec<_>>().join(" ");
        let value = message.header(name).filter(|value| value.as_text_list().is_none_or(|ids| ids.len() < 2));
        let decoded = value.and_then(|value| value.as_text().map(str::to_owned));
        Some(decoded.unwrap_or(unfolded))
    }

    pub fn subject(&self) -> String {
        self.header("Subject").unwrap_or_default()
    }

    /// The text part, decoded; empty if there is none.
    pub fn text(&self) -> String {
        let message = mail_parser::MessageParser::default().parse(&self.bytes[..]);
        message.and_then(|message| message.body_text(0).map(Into::into)).unwrap_or_default()
    }

    /// The HTML part, decoded; empty if there is none.
    pub fn html(&self) -> String {
        let message = mail_parser::MessageParser::default().parse(&self.bytes[..]);
        message.and_then(|message| message.body_html(0).map(Into::into)).unwrap_or_default()
    }

    /// Whether `address` is among the envelope's recipients.
    pub fn is_to(&self, address: &str) -> bool {
        self.envelope_to.iter().any(|recipient| recipient.address.eq_ignore_ascii_case(address))
    }

    /// The first `http` or `https` link of the text part whose path begins with `path`, whole.
    ///
    /// `link("/object/")` finds `https://register.acme.example/object/AbC…`.
    pub fn link(&self, path: &str) -> Option<String> {
        pages::links(&self.text()).into_iter().find(|link| {
            let after_host =
                link.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
            after_host.is_some_and(|found| found.starts_with(path))
        })
    }
}

/// The running mailbox. Clones are handles to the same one; it stops when the last is dropped or at [`Mailbox::stop`].
#[derive(Clone, Debug)]
pub struct Mailbox {
    shared: Arc<Shared>,
    address: SocketAddr,
    listening: Arc<Mutex<Listening>>,
}

/// The token that ends the listener's task and all its sessions; cancelled when the last handle goes.
#[derive(Debug)]
struct Listening {
    ends: CancellationToken,
    ended: watch::Receiver<bool>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.ends.cancel();
    }
}

impl Mailbox {
    pub async fn start(options: Options) -> Result<Self, Error> {
        let listener = bind(options.listen).await?;
        let address = listener.local_addr().map_err(|source| Error { address: options.listen, source })?;
        let shared = Arc::new(Shared {
            options,
            kept: Mutex::new(Kept::default()),
            arranged: Mutex::new(Vec::new()),
            received: watch::Sender::new(0),
        });
        let listening = Arc::new(Mutex::new(listen(listener, &shared)));
        Ok(Self { shared, address, listening })
    }

    pub fn smtp_address(&self) -> SocketAddr {
        self.address
    }

    /// For `smtp.url`; it goes with `smtp.tls = "none"`.
    pub fn smtp_url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// The mails that are kept, in the order of arrival.
    pub fn mails(&self) -> Vec<Mail> {
        self.shared.kept().mails.iter().cloned().collect()
    }

    /// The kept mails that went to `address`, in the order of arrival.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails().into_iter().filter(|mail| mail.is_to(address)).collect()
    }

    /// Waits until `count` mails in all have been received since the start, then returns those kept.
    pub async fn wait_for(&self, count: u64) -> Vec<Mail> {
        let mut received = self.shared.received.subscribe();
        // The sender lives in `self`, so the wait can only end by the count.
        let _ = received.wait_for(|received| *received >= count).await;
        self.mails()
    }

    /// Forgets the mails kept so far; the count of those received goes on.
    pub fn clear(&self) {
        let mut kept = self.shared.kept();
        kept.mails.clear();
        kept.bytes = 0;
    }

    /// From now on the mailbox fails like this. Arranged faults are looked through in order; the first that fits acts.
    pub fn arrange(&self, fault: Fault, times: Times) {
        self.shared.arranged().push((fault, times));
    }

    /// Mends everything that was arranged.
    pub fn mend(&self) {
        self.shared.arranged().clear();
    }

    /// Closes the port and every session: connections are refused until [`Mailbox::come_back`].
    pub async fn go_away(&self) {
        let mut ended = {
            let listening = self.listening.lock().unwrap_or_else(PoisonError::into_inner);
            listening.ends.cancel();
            listening.ended.clone()
        };
        // An error means that the task is gone, which is what we wait for.
        let _ = ended.wait_for(|ended| *ended).await;
    }

    /// Listens again on the same port.
    pub async fn come_back(&self) -> Result<(), Error> {
        let listener = bind(self.address).await?;
        *self.listening.lock().unwrap_or_else(PoisonError::into_inner) = listen(listener, &self.shared);
        Ok(())
    }

    /// Ends for good, though other handles may remain.
    pub async fn stop(self) {
        self.go_away().await;
    }

    /// The pages on which a person reads the mails, to be served under the root of a host.
    pub fn pages(&self) -> axum::Router {
        pages::router(self.clone())
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|source| Error { address, source })
}

fn listen(listener: TcpListener, shared: &Arc<Shared>) -> Listening {
    let ends = CancellationToken::new();
    let (tell_ended, ended) = watch::channel(false);
    let (shared, stop) = (Arc::clone(shared), ends.clone());
    tokio::spawn(async move {
        // Dropping the set ends every session at once.
        let mut sessions = JoinSet::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some(_) = sessions.join_next() => {}
                Ok((stream, _)) = listener.accept() => {
                    sessions.spawn(session::serve(stream, Arc::clone(&shared)));
                }
            }
        }
        sessions.shutdown().await;
        drop(listener);
        tell_ended.send_replace(true);
    });
    Listening { ends, ended }
}

/// What all sessions share.
#[derive(Debug)]
struct Shared {
    options: Options,
    kept: Mutex<Kept>,
    arranged: Mutex<Vec<(Fault, Times)>>,
    received: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    mails: VecDeque<Mail>,
    bytes: usize,
}

impl Shared {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn arranged(&self) -> MutexGuard<'_, Vec<(Fault, Times)>> {
        self.arranged.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first arranged fault for which `fits` gives something; one of its times is used up.
    fn strike<T>(&self, fits: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        self.arranged().iter_mut().find_map(|(fault, times)| fits(fault).filter(|_| times.use_up()))
    }

    /// Keeps `mail` under the next serial, at the instant now; returns the serial.
    fn keep(&self, mail: Mail) -> u64 {
        let mut kept = self.kept();
        let serial = *self.received.borrow() + 1;
        kept.bytes += mail.bytes.len();
        kept.mails.push_back(Mail { serial, received_at: self.options.clock.now(), ..mail });
        while kept.mails.len() > self.options.mails_max || kept.bytes > self.options.bytes_max {
            let Some(oldest) = kept.mails.pop_front() else { break };
            kept.bytes -= oldest.bytes.len();
        }
        self.received.send_replace(serial);
        serial
    }
}

/// The mailbox cannot listen.
#[derive(Debug, thiserror::Error)]
#[error("the mailbox cannot listen on {address}; choose another port or end what uses it")]
pub struct Error {
    address: SocketAddr,
    source: std::io::Error,
}

#[cfg(test)]
mod tests;
