//! Receives mail: the one way through which every door stores what it was given, raw, before it says yes.
//!
//! [`receive`] commits what came by one door, all of it or nothing; [`Intake`] gathers what comes at the same time, so that many
//! connections share a commit. The pass that sorts mail finds the rows. Promise: what was answered with yes is in the database with the
//! instant of its first byte; the same mail twice is one row.

mod event;
mod intake;
mod shelf;

pub use event::{EventError, receive_events};
pub use intake::Intake;
pub use shelf::Room;

pub use crate::mail::events::{Head, NotAuthentic, admitted, is_secret};
pub use crate::mail::inbox::{Arrival, What};

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Context;
use crate::domain::ledger::{Actor, Event};
use crate::domain::relay_event::EventRelay;
use crate::mail::triage;
use crate::store::door::{self, DoorId, Kind};
use crate::store::inbound::{self, First, MessageId, Proof, SeenAgain, Sighting, TakenIn};
use crate::store::{self, Single, Tx};

/// The task that looks at what is stored here.
const NEXT: &str = "sort_mail";
/// How often a group is tried that met a deadlock or waited for a lock in vain.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(50);
/// A local part of 64, an at sign and a domain of 255 (RFC 5321, 4.5.3.1), and some that are longer.
const ADDRESS_CHARS_MAX: usize = 1_000;

/// What became of an arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    New(MessageId),
    Seen(SeenAgain),
}

/// Nothing is stored; whoever brought it must keep it and come again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("this door was silent and is closed; a new one opens in a moment")]
    DoorClosed,
    #[error("the token that should prove this has proved something else")]
    TokenSpent,
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Begin(#[from] super::Error),
}

/// An arrival with what is computed of it outside the transaction.
#[derive(Debug)]
struct Prepared {
    arrival: Arrival,
    fingerprint: [u8; 32],
    sha256: String,
    trace: Vec<u8>,
    received_at: DateTime<Utc>,
}

impl Prepared {
    fn of(mut arrival: Arrival, trusted_hops: usize) -> Self {
        let at = arrival.first_byte_at;
        let (fingerprint, trace, received_at) = match &arrival.what {
            What::Mail => {
                let hops = if arrival.by_our_server { trusted_hops } else { 0 };
                let earlier = triage::received_by_us(&arrival.raw, hops);
                let received_at = earlier.map_or(at, |earlier| earlier.min(at));
                (triage::fingerprint(&arrival.raw), triage::trace(&arrival.raw), received_at)
            }
            What::Event { relay, id } => (of_event(*relay, id), Vec::new(), at),
        };
        let sha256 = hex::encode(Sha256::digest(&arrival.raw));
        arrival.sender = arrival.sender.map(|sender| storable(&sender));
        arrival.recipients =
            arrival.recipients.iter().take(inbound::RECIPIENTS_MAX).map(|one| storable(one)).collect();
        Self { arrival, fingerprint, sha256, trace, received_at }
    }

    fn sighting(&self) -> Sighting<'_> {
        let relay = match &self.arrival.what {
            What::Mail => None,
            What::Event { relay, .. } => Some(*relay),
        };
        Sighting {
            fingerprint: self.fingerprint,
            raw: &self.arrival.raw,
            relay,
            received_at: self.received_at,
            trace: &self.trace,
            sender: self.arrival.sender.as_deref(),
            recipients: &self.arrival.recipients,
        }
    }
}

/// An event is known by its id at its relay, whatever else is said of it when it comes again.
fn of_event(relay: EventRelay, id: &str) -> [u8; 32] {
    Sha256::new().chain_update(relay.as_str()).chain_update([0]).chain_update(id).finalize().into()
}

/// An address as text that Postgres and a list of lines can hold. Nothing that is an address changes by it.
fn storable(address: &str) -> String {
    let plain = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    address.chars().take(ADDRESS_CHARS_MAX).map(plain).collect()
}

/// Commits what came by this door. After an error some of it may be in: whoever brought it comes again, and it is the same row.
pub async fn receive(cx: &Context, door: DoorId, arrivals: Vec<Arrival>) -> Result<Vec<Became>, Error> {
    receive_proved(cx, door, None, arrivals).await
}

/// [`receive`], where nothing is taken in by a token that has proved something else.
async fn receive_proved(
    cx: &Context,
    door: DoorId,
    proof: Option<&Proof>,
    arrivals: Vec<Arrival>,
) -> Result<Vec<Became>, Error> {
    let hops = cx.settings.inbound.trusted_hops;
    let prepared: Vec<Prepared> = arrivals.into_iter().map(|arrival| Prepared::of(arrival, hops)).collect();
    store_group(cx, door, &Numbers::default(), proof, &prepared.iter().collect::<Vec<_>>()).await
}

/// Deadlocks and lost waits are tried again from the start; nothing half-done remains.
async fn store_group(
    cx: &Context,
    door: DoorId,
    numbers: &Numbers,
    proof: Option<&Proof>,
    group: &[&Prepared],
) -> Result<Vec<Became>, Error> {
    let mut tries = 1;
    loop {
        match once(cx, door, numbers, proof, group).await {
            Err(Error::Store(error)) if error.is_transient() && tries < TRIES => {
                tokio::time::sleep(PAUSE * tries).await;
                tries += 1;
            }
            Ok(became) => {
                cx.bells.ring(NEXT);
                return Ok(became);
            }
            Err(error) => return Err(error),
        }
    }
}

async fn once(
    cx: &Context,
    door: DoorId,
    numbers: &Numbers,
    proof: Option<&Proof>,
    group: &[&Prepared],
) -> Result<Vec<Became>, Error> {
    let mut new = take_in(cx, door, numbers, proof, group).await?;
    let mut became = Vec::with_capacity(group.len());
    let mut again = None;
    let mut events = Vec::new();
    for one in group {
        if let Some(id) = new.remove(&one.fingerprint) {
            became.push(Became::New(id));
            continue;
        }
        let tx = match &mut again {
            Some(tx) => tx,
            None => again.insert(begin_by(cx, door).await?),
        };
        let seen = inbound::see_again(tx, door, &one.sighting()).await?;
        let earlier = seen.earlier;
        events.extend(
            earlier.then(|| Event::MailCameEarlier { message: seen.message.0, received_at: one.received_at }),
        );
        became.push(Became::Seen(seen));
    }
    if let Some(tx) = again {
        tx.commit(events).await?;
    }
    Ok(became)
}

/// Writes what was never seen, and returns its numbers by fingerprint.
async fn take_in(
    cx: &Context,
    door: DoorId,
    numbers: &Numbers,
    proof: Option<&Proof>,
    group: &[&Prepared],
) -> Result<BTreeMap<[u8; 32], MessageId>, Error> {
    let firsts: BTreeMap<[u8; 32], &Prepared> =
        group.iter().map(|one| (one.fingerprint, *one)).rev().collect();
    let mut act = cx.single(Actor::Daemon).await?;
    let ids = numbers.take(&mut act, firsts.len()).await?;
    let firsts: Vec<First<'_>> = firsts
        .into_values()
        .zip(ids)
        .map(|(one, id)| First { id, seen: one.sighting(), event: one.received(id) })
        .collect();
    let new = match inbound::take_in(&mut act, door, proof, &firsts).await? {
        TakenIn::Written(new) => new,
        TakenIn::DoorClosed => return Err(Error::DoorClosed),
        TakenIn::TokenSpent => return Err(Error::TokenSpent),
    };
    let of_new = firsts.iter().filter(|first| new.contains(&first.id));
    Ok(of_new.map(|first| (first.seen.fingerprint, first.id)).collect())
}

async fn begin_by(cx: &Context, door: DoorId) -> Result<Tx, Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    if door::hold_open(&mut tx, door).await? { Ok(tx) } else { Err(Error::DoorClosed) }
}

impl Prepared {
    fn received(&self, id: MessageId) -> Event {
        Event::MailReceived { message: id.0, received_at: self.received_at, sha256: self.sha256.clone() }
    }
}

/// Numbers that this door has in reserve for what comes by it.
#[derive(Debug, Default)]
struct Numbers {
    left: Mutex<Vec<MessageId>>,
    /// How many are asked for at once.
    at_once: usize,
}

impl Numbers {
    fn asked_for_by(at_once: usize) -> Self {
        Self { at_once, ..Self::default() }
    }

    async fn take(&self, act: &mut Single, count: usize) -> Result<Vec<MessageId>, store::Error> {
        if let Some(ids) = self.of_left(count) {
            return Ok(ids);
        }
        let mut more = inbound::reserve(act.conn(), count.max(self.at_once)).await?;
        let ids = more.drain(..count.min(more.len())).collect();
        self.lock().extend(more);
        Ok(ids)
    }

    fn of_left(&self, count: usize) -> Option<Vec<MessageId>> {
        let mut left = self.lock();
        (left.len() >= count).then(|| left.drain(..count).collect())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<MessageId>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a door that lives as long as one mail: from now on the gate waits for it. Its instant is that of the first byte.
pub async fn open_door(cx: &Context, name: &str) -> Result<(DoorId, DateTime<Utc>), super::Error> {
    let id = DoorId(Uuid::from_bytes(cx.entropy.bytes()?));
    let mut tx = cx.begin(Actor::Daemon).await?;
    let now = tx.now();
    door::open(&mut tx, id, Kind::Pipe, name, TimeDelta::zero()).await?;
    tx.commit_unrecorded().await?;
    Ok((id, now))
}

/// What came by the door is committed, or was refused.
pub async fn close_door(cx: &Context, door: DoorId) -> Result<(), super::Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    door::close(&mut tx, door).await?;
    tx.commit_unrecorded().await?;
    Ok(())
}
