//! The post that comes in: the [`listener`] takes it from mail servers, [`imap`] from a mailbox; neither keeps anything itself.
//!
//! An [`Arrival`] is handed to a [`Keep`], which answers once it is committed; only then does a door say yes.

pub mod imap;
pub mod listener;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};
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
    /// A server of ours brought it: the Received fields that such servers write are not its sender's.
    pub by_our_server: bool,
    /// Some(""): the null sender. None: the door does not know.
    pub sender: Option<String>,
    /// The envelope's; none where the door does not know.
    pub recipients: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Mail,
    /// An event of a relay, known by its id there.
    Event {
        relay: EventRelay,
        id: String,
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
