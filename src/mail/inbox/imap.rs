//! A mailbox at a provider, read over IMAP (RFC 3501): INBOX and \Junk, from where we left off, never changed.
//!
//! [`Mailbox::run`] reads every folder to its end, notes that it has, and waits by IDLE (RFC 2177) for more. How far a folder is read is kept
//! by a [`Shelf`] with its UIDVALIDITY: under another one everything is read again, and is one row by its fingerprint. What has not been
//! read holds the door's watermark back, also while the server is away. A mail that was asked for and did not come ends the reading there:
//! only what a second look shows to be gone is passed over.

mod session;

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::{Arrival, NotKept, What};
use crate::config::Imap;
use crate::mail::relay::{Roots, Tokens};
use session::{Fetched, Hole, Sent, Session, Waiting};

/// Mails that are fetched and committed together.
const GROUP_MAX: usize = 50;
const GROUP_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// IDLE is re-issued so often, far below the 29 minutes of RFC 2177: it tells of one folder only, and the gate waits for the others to be
/// read.
const TURN: Duration = Duration::from_mins(1);
/// After a connection that failed: doubled with each further one, up to the longest.
const AGAIN_FIRST: Duration = Duration::from_secs(1);
const AGAIN_LONGEST: Duration = Duration::from_mins(2);

/// How far a folder is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadTo {
    pub uid_validity: u32,
    pub uid: u32,
}

/// Where mails are kept, and how far each folder is read.
pub trait Shelf: Send + Sync {
    fn read_to(&self, folder: &str) -> impl Future<Output = Result<Option<ReadTo>, NotKept>> + Send;
    /// Commits the mails, then that the folder is read so far.
    fn keep(
        &self,
        folder: &str,
        mails: Vec<Arrival>,
        read_to: ReadTo,
    ) -> impl Future<Output = Result<(), NotKept>> + Send;
    fn now(&self) -> DateTime<Utc>;
}

/// Until when a mailbox is read to its end. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Watermark(Arc<Mutex<DateTime<Utc>>>);

impl Default for Watermark {
    /// It was never read.
    fn default() -> Self {
        Self(Arc::new(Mutex::new(DateTime::UNIX_EPOCH)))
    }
}

impl Watermark {
    pub fn read_to(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rise(&self, to: DateTime<Utc>) {
        let mut read_to = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *read_to = to.max(*read_to);
    }
}

#[derive(Debug, thiserror::Error)]
enum Away {
    #[error("{at}: {why}")]
    Server { at: &'static str, why: String },
    #[error(transparent)]
    NotKept(#[from] NotKept),
}

#[derive(Debug)]
pub struct Mailbox {
    imap: Imap,
    bytes_max: usize,
    roots: Roots,
    tokens: Tokens,
    watermark: Watermark,
}

impl Mailbox {
    pub fn new(imap: Imap, bytes_max: usize) -> Self {
        let (roots, tokens) = (Roots::default(), Tokens::default());
        Self { imap, bytes_max, roots, tokens, watermark: Watermark::default() }
    }

    pub fn watermark(&self) -> Watermark {
        self.watermark.clone()
    }

    /// Reads until `stopping`. Each conversation has a task of its own: one that panics is one that failed.
    pub async fn run(self, room: impl Shelf + 'static, stopping: CancellationToken) {
        let (mailbox, room) = (Arc::new(self), Arc::new(room));
        let mut again = AGAIN_FIRST;
        let mut told = None;
        while !stopping.is_cancelled() {
            let before = mailbox.watermark.read_to();
            let mut conversation = tokio::spawn({
                let (mailbox, room) = (mailbox.clone(), room.clone());
                async move {
                    let Err(away) = mailbox.converse(&*room).await;
                    away
                }
            });
            let away = tokio::select! {
                () = stopping.cancelled() => {
                    conversation.abort();
                    let _ = conversation.await;
                    return;
                }
                ended = &mut conversation => {
                    ended.unwrap_or_else(|panic| Away::Server { at: "reading", why: panic.to_string() })
                }
            };
            let ended = away.to_string();
            if mailbox.watermark.read_to() > before {
                again = AGAIN_FIRST;
                told = None;
            }
            if told.as_ref() == Some(&ended) {
                debug!("still: the mailbox cannot be read: {ended}");
            } else {
                warn!("the mailbox {} cannot be read and is tried again: {ended}", mailbox.imap.host);
                told = Some(ended);
            }
            tokio::select! {
                () = stopping.cancelled() => return,
                () = sleep(again) => {}
            }
            again = (again * 2).min(AGAIN_LONGEST);
        }
    }

    /// One connection, until it fails.
    async fn converse(&self, room: &impl Shelf) -> Result<std::convert::Infallible, Away> {
        let mut session = Session::open(&self.imap, &self.roots, &self.tokens).await?;
        let folders = session.folders(&self.imap.folders).await?;
        info!("reading the folders {} of the mailbox {}", folders.join(", "), self.imap.host);
        loop {
            let began = room.now();
            // The first is the one that is watched, so it is opened last.
            for folder in folders.iter().rev() {
                self.read(&mut session, folder, room).await?;
            }
            self.watermark.rise(began);
            session = session.wait(TURN).await?;
        }
    }

    /// Reads one folder to its end, in the order in which mails came.
    async fn read(&self, session: &mut Session, folder: &str, room: &impl Shelf) -> Result<(), Away> {
        let uid_validity = session.examine(folder).await?;
        let read_to = room.read_to(folder).await?;
        let from = match read_to {
            Some(read_to) if read_to.uid_validity == uid_validity => read_to.uid,
            Some(_) => {
                warn!("the folder {folder} has numbered its mails anew; all of it is read again");
                0
            }
            None => 0,
        };
        let mut reached = from;
        let mut waiting = session.sizes_after(from).await?.into_iter().peekable();
        while waiting.peek().is_some() {
            let (mut group, mut bytes) = (Vec::new(), 0);
            while let Some(next) = waiting.next_if(|next| {
                group.is_empty()
                    || group.len() < GROUP_MAX && bytes + u64::from(next.bytes) <= GROUP_BYTES_MAX
            }) {
                bytes += u64::from(next.bytes);
                group.push(next);
            }
            let Fetched { mails, broken } = self.fetch(session, &group).await;
            let asked = || group.iter().map(|mail| mail.uid);
            let came = |uid: &u32| mails.binary_search_by_key(uid, |mail| mail.uid).is_ok();
            let missing: Vec<u32> = asked().filter(|uid| !came(uid)).collect();
            let hole = session.hole(&missing, broken).await;
            let whole = |uid: &u32| hole.as_ref().is_none_or(|hole| *uid < hole.uid);
            reached = asked().filter(whole).max().unwrap_or(reached);
            // What came behind a mail that did not is kept too, and comes again.
            let mails = arrivals(mails, room.now());
            room.keep(folder, mails, ReadTo { uid_validity, uid: reached }).await?;
            if let Some(Hole { away, .. }) = hole {
                return Err(away);
            }
        }
        Ok(())
    }

    async fn fetch(&self, session: &mut Session, group: &[Waiting]) -> Fetched {
        let fits = |mail: &Waiting| usize::try_from(mail.bytes).is_ok_and(|bytes| bytes <= self.bytes_max);
        let (whole, too_large): (Vec<Waiting>, Vec<Waiting>) = group.iter().copied().partition(fits);
        let mut fetched = session.fetch(&whole, "BODY.PEEK[]").await;
        if !too_large.is_empty() && fetched.broken.is_none() {
            // Of what is too large its head is kept: a person must see that it came.
            warn!(
                "{} mails are larger than inbound.megabytes_max: only their heads are kept",
                too_large.len()
            );
            let heads = session.fetch(&too_large, "BODY.PEEK[HEADER]").await;
            fetched.mails.extend(heads.mails);
            fetched.mails.sort_by_key(|mail| mail.uid);
            fetched.broken = heads.broken;
        }
        fetched
    }
}

fn arrivals(mails: Vec<Sent>, now: DateTime<Utc>) -> Vec<Arrival> {
    let arrival = |Sent { raw, came, .. }: Sent| Arrival {
        what: What::Mail,
        raw,
        first_byte_at: came.map_or(now, |came| came.min(now)),
        by_our_server: true,
        sender: None,
        recipients: Vec::new(),
    };
    mails.into_iter().map(arrival).collect()
}

#[cfg(test)]
mod tests;
