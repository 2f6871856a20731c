//! What comes in: five doors, one room.

pub mod killed;
pub mod listener;
mod flood;
mod heard;
mod loops;
mod machines;
mod one_room;
mod pipe;
pub mod probes;
mod ses;
mod sorted;
mod split;
mod web;
mod weighed;
mod wrapped;

use chrono::{DateTime, Utc};
use forenotice::mail::inbox::{Arrival, What};
use forenotice::store::door::{self, DoorId, Kind};
use sqlx::FromRow;

use crate::support::World;

/// What lies in the room, one row a mail.
#[derive(Debug, PartialEq, Eq, FromRow)]
pub struct Stored {
    pub raw: Vec<u8>,
    received_at: DateTime<Utc>,
    state: String,
    look_again: bool,
    doors: i64,
    pub senders: Vec<Option<String>>,
    pub recipients: Vec<String>,
}

pub async fn stored(world: &World) -> Vec<Stored> {
    sqlx::query_as(
        "select raw, m.received_at, state, look_again, count(*) as doors, array_agg(envelope_from) as senders,
                array(select one from inbound_sighting s, unnest(s.envelope_to) as one where s.message_id = m.id order by one) as recipients
         from inbound_message m join inbound_sighting on message_id = m.id group by m.id order by m.id",
    )
    .fetch_all(world.cx.db.pool())
    .await
    .unwrap()
}

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().unwrap()
}

pub fn mail(subject: &str) -> Vec<u8> {
    format!(
        "From: Jane Roe <jane@acme.example>\r\nTo: r-x@replies.processor.example\r\nSubject: {subject}\r\n\
         Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{subject}@acme.example>\r\n\r\nNo.\r\n"
    )
    .into_bytes()
}

fn arrival(raw: Vec<u8>, first_byte_at: &str, to: &[&str]) -> Arrival {
    Arrival {
        what: What::Mail,
        raw,
        first_byte_at: at(first_byte_at),
        by_our_server: true,
        sender: Some("jane@acme.example".to_owned()),
        recipients: to.iter().map(|to| (*to).to_owned()).collect(),
    }
}

pub async fn open_door(world: &World, number: u128) -> DoorId {
    let id = DoorId(uuid::Uuid::from_u128(number));
    let mut tx = world.cx.begin(forenotice::domain::ledger::Actor::Daemon).await.unwrap();
    door::open(&mut tx, id, Kind::Listener, "listener", chrono::TimeDelta::zero()).await.unwrap();
    tx.commit_unrecorded().await.unwrap();
    id
}
