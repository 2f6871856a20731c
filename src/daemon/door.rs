//! A replica's doors: what each reads, and until when it vouches for it.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::store::door::{self as row, DoorId};
use crate::store::{self, Tx};

/// Until when a door vouches: given an instant read before, the earliest statement under way, else that instant; a mailbox's, when it was
/// last read to its end.
#[derive(Clone)]
pub struct ReadTo(pub(super) Arc<dyn Fn(DateTime<Utc>) -> DateTime<Utc> + Send + Sync>);

impl ReadTo {
    pub fn new(read_to: impl Fn(DateTime<Utc>) -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read_to))
    }
}

impl fmt::Debug for ReadTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReadTo")
    }
}

/// A door of this replica.
#[derive(Clone, Debug)]
pub(super) struct Door {
    pub id: DoorId,
    pub kind: row::Kind,
    pub settle: TimeDelta,
    pub read_to: ReadTo,
    /// What it reads, where the gate waits for that also while nobody does.
    pub source: Option<Source>,
}

/// What a door reads, by a name that it has in every replica.
#[derive(Clone, Debug)]
pub struct Source {
    pub(super) id: DoorId,
    name: String,
}

impl Door {
    pub async fn stand_for_source(&self, tx: &mut Tx, read_to: DateTime<Utc>) -> Result<(), store::Error> {
        let Some(Source { id, name }) = &self.source else { return Ok(()) };
        row::stand_for(tx, *id, self.kind, name, self.settle, read_to).await
    }
}

impl Source {
    pub fn named(name: String) -> Self {
        let digest = Sha256::digest(&name);
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        Self { id: DoorId(Uuid::from_bytes(id)), name }
    }
}
