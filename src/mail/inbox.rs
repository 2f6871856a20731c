//! The post that comes in: the [`listener`] takes it from mail servers, [`imap`] from a mailbox; neither keeps anything itself.
//!
//! An [`Arrival`] is handed to a [`Keep`], which answers once it is committed; only then does a door say yes.

pub mod imap;
pub mod listener;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use mail_parser::{HeaderName, MessageParser};
use tokio::sync::OwnedSemaphorePermit;

use crate::domain::relay_event::EventRelay;
use crate::in_flight::UnderWay;

/// What came by a door, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub what: What,
    pub raw: Vec<u8>,
    /// When its first byte was here.
    pub first_byte_at: DateTime<Utc>,
    /// Some(""): the null sender. None: the door does not know.
    pub sender: Option<String>,
    /// The envelope's; none where the door does not know.
    pub recipients: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Mail,
    /// An event of a relay, known by its id there; proved by a token, where the relay has such.
    Event {
        relay: EventRelay,
        id: String,
        token: Option<String>,
    },
}

/// It is not kept now, and may be later: whoever brought it must keep it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct NotKept {
    pub why: String,
}

/// What an arrival holds until it is committed or refused, also when nobody waits for that any more: its place among what is under way,
/// and its bytes' place in memory.
#[derive(Debug, Default)]
pub struct Held {
    pub under_way: Option<UnderWay>,
    pub bytes: Option<OwnedSemaphorePermit>,
}

/// Being kept.
pub type Keeping = Pin<Box<dyn Future<Output = Result<(), NotKept>> + Send>>;

/// Commits what came in.
#[derive(Clone)]
pub struct Keep(Arc<dyn Fn(Arrival, Held) -> Keeping + Send + Sync>);

impl Keep {
    pub fn new(keep: impl Fn(Arrival, Held) -> Keeping + Send + Sync + 'static) -> Self {
        Self(Arc::new(keep))
    }

    /// Ok: it is committed.
    pub async fn keep(&self, arrival: Arrival, held: Held) -> Result<(), NotKept> {
        (self.0)(arrival, held).await
    }
}

impl fmt::Debug for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keep")
    }
}

/// The earliest instant at which one of our own servers says it had the mail: `trusted_hops` Received fields from the top are theirs.
pub fn received_by_us(raw: &[u8], trusted_hops: usize) -> Option<DateTime<Utc>> {
    if trusted_hops == 0 {
        return None;
    }
    let mail = MessageParser::default().parse_headers(raw)?;
    let hops = mail.header_values(HeaderName::Received).take(trusted_hops);
    let instants =
        hops.filter_map(|hop| DateTime::from_timestamp(hop.as_received()?.date?.to_timestamp(), 0));
    instants.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_servers_say_when_a_mail_was_here() {
        let raw = b"Received: from mx.processor.example by lists.processor.example with LMTP id 2; Mon, 23 Nov 2026 10:00:07 +0100\r\n\
            Received: from out.customer.example (out.customer.example [192.0.2.7])\r\n\tby mx.processor.example with ESMTPS id 1\r\n\
            \tfor <r-x@replies.processor.example>; Mon, 23 Nov 2026 08:59:58 +0000 (UTC)\r\n\
            Received: by 2002:a05:600c:4f0f with SMTP id x; Sun, 22 Nov 2026 00:00:00 +0000\r\n\
            Subject: No\r\n\r\nNo.\r\n";
        let hops = |trusted| received_by_us(raw, trusted).map(|at| at.to_rfc3339());
        assert_eq!(hops(0), None);
        assert_eq!(hops(1).as_deref(), Some("2026-11-23T09:00:07+00:00"));
        assert_eq!(hops(2).as_deref(), Some("2026-11-23T08:59:58+00:00"));
        assert_eq!(received_by_us(b"Subject: no hop\r\n\r\n", 2), None);
        assert_eq!(received_by_us(b"Received: whenever\r\n\r\n", 2), None);
    }
}
