//! The room as a mailbox sees it: its mails are committed like any door's, then how far its folder is read.

use chrono::{DateTime, Utc};

use super::{Error, receive};
use crate::actions::{self, Context};
use crate::domain::ledger::Actor;
use crate::mail::inbox::imap::{ReadTo, Shelf};
use crate::mail::inbox::{Arrival, NotKept};
use crate::store::door::DoorId;
use crate::store::{self, inbound};

#[derive(Clone, Debug)]
pub struct Room {
    cx: Context,
    door: DoorId,
    /// `user@host`: the same folder of another mailbox is another.
    mailbox: String,
}

impl Room {
    pub fn of(cx: &Context, door: DoorId, mailbox: String) -> Self {
        Self { cx: cx.clone(), door, mailbox }
    }

    async fn look_up(&self, folder: &str) -> Result<Option<ReadTo>, store::Error> {
        let mut snapshot = self.cx.snapshot().await?;
        let read_to = inbound::folder_read_to(snapshot.conn(), &self.mailbox, folder).await?;
        let narrow = |number: i64| u32::try_from(number).unwrap_or_default();
        Ok(read_to.map(|(validity, uid)| ReadTo { uid_validity: narrow(validity), uid: narrow(uid) }))
    }

    async fn note(&self, folder: &str, read_to: ReadTo) -> Result<(), actions::Error> {
        let mut tx = self.cx.begin(Actor::Daemon).await?;
        let (validity, uid) = (read_to.uid_validity.into(), read_to.uid.into());
        inbound::note_folder_read(&mut tx, &self.mailbox, folder, validity, uid).await?;
        tx.commit_unrecorded().await?;
        Ok(())
    }
}

impl Shelf for Room {
    async fn read_to(&self, folder: &str) -> Result<Option<ReadTo>, NotKept> {
        self.look_up(folder).await.map_err(|error| NotKept { why: error.to_string() })
    }

    async fn keep(&self, folder: &str, mails: Vec<Arrival>, read_to: ReadTo) -> Result<(), NotKept> {
        let kept = async {
            if !mails.is_empty() {
                receive(&self.cx, self.door, mails).await?;
            }
            // If we die before this they are read again, and are the same rows.
            self.note(folder, read_to).await.map_err(Error::Begin)
        };
        kept.await.map_err(|error| NotKept { why: error.to_string() })
    }

    fn now(&self) -> DateTime<Utc> {
        self.cx.clock.now()
    }
}
