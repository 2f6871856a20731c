//! What came in by mail or by a relay's event: the raw bytes, once, and each door by which they were seen.
//!
//! [`receive_mail`](crate::actions::receive_mail) writes it, the pass that sorts mail reads it. The same mail by two doors, or twice by one,
//! is one message by its fingerprint; its instant is the earliest of its sightings, its recipients are theirs together.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

use super::door::DoorId;
use super::{Error, Tx};
use crate::domain::relay_event::EventRelay;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub i64);

/// A mail as a door saw it.
#[derive(Clone, Debug)]
pub struct Sighting<'a> {
    pub fingerprint: [u8; 32],
    pub raw: &'a [u8],
    /// Whose event it is; none: a mail.
    pub relay: Option<EventRelay>,
    /// That by which it proved the event, and may prove no other.
    pub relay_token: Option<&'a str>,
    /// When its first byte was here, or at the first server of ours that has written so.
    pub received_at: DateTime<Utc>,
    pub door: DoorId,
    /// The fields that servers put before it on its way.
    pub trace: &'a [u8],
    /// Some(""): the null sender. None: the door does not know.
    pub sender: Option<&'a str>,
    pub recipients: &'a [String],
}

/// What a further sighting says that was not known before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenAgain {
    pub message: MessageId,
    pub earlier: bool,
    pub more_recipients: bool,
}

/// Writes those that were never seen, each with its sighting; none at the place of one that was: see [`see_again`].
/// Of two with the same fingerprint one must be left out by the caller. Waits for whoever is writing the same mail.
pub async fn insert(tx: &mut Tx, sightings: &[Sighting<'_>]) -> Result<Vec<Option<MessageId>>, Error> {
    let written: Vec<(i64, Vec<u8>)> = sqlx::query_as(
        "with given as (
             select fingerprint, raw, relay, relay_token, received_at, door_id, trace, envelope_from,
                    string_to_array(envelope_to, E'\\n') as envelope_to
             from unnest($1::bytea[], $2::bytea[], $3::text[], $4::timestamptz[], $5::uuid[], $6::bytea[], $7::text[], $8::text[], $9::text[])
                  as g(fingerprint, raw, relay, received_at, door_id, trace, envelope_from, envelope_to, relay_token)
         ), message as (
             insert into inbound_message (fingerprint, raw, relay, relay_token, received_at)
             select fingerprint, raw, relay, relay_token, received_at from given order by fingerprint
             on conflict (fingerprint) do nothing
             returning id, fingerprint
         ), sighting as (
             insert into inbound_sighting (message_id, door_id, received_at, trace, envelope_from, envelope_to)
             select message.id, door_id, received_at, trace, envelope_from, envelope_to from message join given using (fingerprint)
         )
         select id, fingerprint from message",
    )
    .bind(sightings.iter().map(|seen| seen.fingerprint.as_slice()).collect::<Vec<_>>())
    .bind(sightings.iter().map(|seen| seen.raw).collect::<Vec<_>>())
    .bind(sightings.iter().map(|seen| seen.relay.map(EventRelay::as_str)).collect::<Vec<_>>())
    .bind(sightings.iter().map(|seen| seen.received_at).collect::<Vec<_>>())
    .bind(sightings.iter().map(|seen| seen.door.0).collect::<Vec<_>>())
    .bind(sightings.iter().map(|seen| seen.trace).collect::<Vec<_>>())
    .bind(sightings.iter().map(|seen| seen.sender).collect::<Vec<_>>())
    .bind(sightings.iter().map(|seen| seen.recipients.join("\n")).collect::<Vec<_>>())
    .bind(sightings.iter().map(|seen| seen.relay_token).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;
    let id_of = |seen: &Sighting<'_>| {
        written.iter().find(|(_, fingerprint)| *fingerprint == seen.fingerprint).map(|(id, _)| MessageId(*id))
    };
    Ok(sightings.iter().map(id_of).collect())
}

#[derive(FromRow)]
struct Known {
    id: i64,
    received_at: DateTime<Utc>,
    looked_at: bool,
    recipients: Vec<String>,
}

/// Adds a sighting to a message that is there. The message takes the earlier instant; if a pass has looked at it, it must look again
/// where that or a further recipient may change what it found.
pub async fn see_again(tx: &mut Tx, seen: &Sighting<'_>) -> Result<SeenAgain, Error> {
    sqlx::query("select from inbound_message where fingerprint = $1 for update")
        .bind(seen.fingerprint.as_slice())
        .execute(tx.conn())
        .await?;
    // In a statement of its own: it sees what whoever held the row has written.
    let known: Known = sqlx::query_as(
        "select id, received_at, state <> 'stored' as looked_at,
                coalesce((select array_agg(one) from inbound_sighting s, unnest(s.envelope_to) as one where s.message_id = m.id), '{}') as recipients
         from inbound_message m where fingerprint = $1",
    )
    .bind(seen.fingerprint.as_slice())
    .fetch_one(tx.conn())
    .await?;
    sqlx::query(
        "insert into inbound_sighting as s (message_id, door_id, received_at, trace, envelope_from, envelope_to)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (message_id, door_id) do update
         set received_at = least(s.received_at, excluded.received_at),
             envelope_to = s.envelope_to || array(select one from unnest(excluded.envelope_to) as one where one <> all (s.envelope_to))",
    )
    .bind(known.id)
    .bind(seen.door.0)
    .bind(seen.received_at)
    .bind(seen.trace)
    .bind(seen.sender)
    .bind(seen.recipients)
    .execute(tx.conn())
    .await?;
    let earlier = seen.received_at < known.received_at;
    let more_recipients = seen.recipients.iter().any(|one| !known.recipients.contains(one));
    if earlier || more_recipients {
        sqlx::query(
            "update inbound_message set received_at = least(received_at, $2), look_again = look_again or $3 where id = $1",
        )
        .bind(known.id)
        .bind(seen.received_at)
        .bind(known.looked_at)
        .execute(tx.conn())
        .await?;
    }
    Ok(SeenAgain { message: MessageId(known.id), earlier, more_recipients })
}

/// UIDVALIDITY of a mailbox's folder, and the UID up to which everything in it is committed; none: it was never read.
pub async fn folder_read_to(
    conn: &mut PgConnection,
    mailbox: &str,
    folder: &str,
) -> Result<Option<(i64, i64)>, Error> {
    let read_to = sqlx::query_as(
        "select uid_validity, read_to_uid from inbound_folder where mailbox = $1 and folder = $2",
    )
    .bind(mailbox)
    .bind(folder)
    .fetch_optional(conn)
    .await?;
    Ok(read_to)
}

/// Everything in the folder up to this UID is committed. Of two replicas the one that is further counts.
pub async fn note_folder_read(
    tx: &mut Tx,
    mailbox: &str,
    folder: &str,
    uid_validity: i64,
    uid: i64,
) -> Result<(), Error> {
    sqlx::query(
        "insert into inbound_folder as f (mailbox, folder, uid_validity, read_to_uid) values ($1, $2, $3, $4)
         on conflict (mailbox, folder) do update
         set uid_validity = excluded.uid_validity,
             read_to_uid = case when f.uid_validity = excluded.uid_validity
                                then greatest(f.read_to_uid, excluded.read_to_uid) else excluded.read_to_uid end",
    )
    .bind(mailbox)
    .bind(folder)
    .bind(uid_validity)
    .bind(uid)
    .execute(tx.conn())
    .await?;
    Ok(())
}
