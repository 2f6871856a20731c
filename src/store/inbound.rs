//! What came in by mail or by a relay's event: the raw bytes, once, and each door by which they were seen.
//!
//! [`receive_mail`](crate::actions::receive_mail) writes it, the pass that sorts mail reads it. The same mail by two doors, or twice by one,
//! is one message by its fingerprint; its instant is the earliest of its sightings, its recipients are theirs together.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

use super::door::DoorId;
use super::{Error, Single, Tx};
use crate::domain::ledger::Event;
use crate::domain::relay_event::EventRelay;

/// Of one mail, as one door saw it: whoever sends it ever again to others must not fill the database.
pub const RECIPIENTS_MAX: usize = 1_000;

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
    /// When its first byte was here, or at the first server of ours that has written so.
    pub received_at: DateTime<Utc>,
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

/// Numbers for mails to come; one that is not used is a gap.
pub async fn reserve(conn: &mut PgConnection, count: usize) -> Result<Vec<MessageId>, Error> {
    let ids: Vec<i64> =
        sqlx::query_scalar("select nextval('inbound_message_id_seq') from generate_series(1, $1)")
            .bind(i64::try_from(count).unwrap_or(i64::MAX))
            .fetch_all(conn)
            .await?;
    Ok(ids.into_iter().map(MessageId).collect())
}

/// A mail as its door saw it, under the number that it has if it was never seen, with what the ledger says of it then.
#[derive(Debug)]
pub struct First<'a> {
    pub id: MessageId,
    pub seen: Sighting<'a>,
    pub event: Event,
}

/// A token by which a relay proved what it brings.
#[derive(Clone, Debug)]
pub struct Proof {
    pub token: String,
    /// The fingerprint of what it proved: it proves nothing else.
    pub proved: [u8; 32],
    /// By then nobody would believe it any more.
    pub forget_at: DateTime<Utc>,
}

/// What became of a group.
#[derive(Debug)]
pub enum TakenIn {
    /// The numbers of those that were never seen; for the others see [`see_again`].
    Written(BTreeSet<MessageId>),
    /// Nothing is written: the door is not open.
    DoorClosed,
    /// Nothing is written: the token has proved something else before.
    TokenSpent,
}

/// Writes those that were never seen, each with its sighting and its entry of the ledger, and the token that proved them. The door is
/// held against whoever fences it.
///
/// Of two with the same fingerprint one must be left out, and all stand in the order of their fingerprints: so whoever writes some of
/// them too waits, and is no deadlock. The numbers stand in a query of their own, so that Postgres cannot count them: it would plan
/// anew each time it finds a few.
pub async fn take_in(
    act: &mut Single,
    door: DoorId,
    proof: Option<&Proof>,
    firsts: &[First<'_>],
) -> Result<TakenIn, Error> {
    let entries = act.entries(&firsts.iter().map(|first| first.event.clone()).collect::<Vec<_>>())?;
    let (now, actor) = (act.now, act.actor.to_string());
    let seen = || firsts.iter().map(|first| &first.seen);
    let (open, believed, written): (bool, bool, Vec<i64>) = sqlx::query_as(
        "with held as (
             select from door where id = $1 and state = 'open' for key share
         ), token as (
             insert into relay_token as t (token, proved, forget_at)
             select $16::text, $17::bytea, $18::timestamptz from held where $16::text is not null
             on conflict (token) do update set forget_at = t.forget_at where t.proved = excluded.proved
             returning true
         ), believed as (
             select from held where $16::text is null or exists (select from token)
         ), message as (
             insert into inbound_message (id, fingerprint, raw, relay, received_at) overriding system value
             select id, fingerprint, raw, relay, received_at
             from unnest((select $2::bigint[]), $3::bytea[], $4::bytea[], $5::text[], $6::timestamptz[])
                  as g(id, fingerprint, raw, relay, received_at)
             where exists (select from believed)
             on conflict (fingerprint) do nothing
             returning id
         ), first as (
             select g.* from message join unnest((select $2::bigint[]), $6::timestamptz[], $7::bytea[], $8::text[], $9::text[],
                                                 $10::text[], $11::bytea[], $12::bytea[], $13::bytea[])
                  with ordinality as g(id, received_at, trace, envelope_from, envelope_to, kind, leaf_hash, nonce, payload, place)
                  using (id)
         ), sighting as (
             insert into inbound_sighting (message_id, door_id, received_at, trace, envelope_from, envelope_to)
             select id, $1, received_at, trace, envelope_from, string_to_array(envelope_to, E'\\n') from first
         ), one as (
             insert into act (at, actor, entries) select $14, $15, count(*) from message having count(*) > 0 returning id
         ), entry as (
             insert into ledger_entry (act_id, ordinal, kind, leaf_hash, nonce, payload)
             select one.id, row_number() over (order by place) - 1, kind, leaf_hash, nonce, payload from one, first
         )
         select exists (select from held), exists (select from believed), array(select id from message)",
    )
    .bind(door.0)
    .bind(firsts.iter().map(|first| first.id.0).collect::<Vec<_>>())
    .bind(seen().map(|seen| seen.fingerprint.as_slice()).collect::<Vec<_>>())
    .bind(seen().map(|seen| seen.raw).collect::<Vec<_>>())
    .bind(seen().map(|seen| seen.relay.map(EventRelay::as_str)).collect::<Vec<_>>())
    .bind(seen().map(|seen| seen.received_at).collect::<Vec<_>>())
    .bind(seen().map(|seen| seen.trace).collect::<Vec<_>>())
    .bind(seen().map(|seen| seen.sender).collect::<Vec<_>>())
    .bind(seen().map(|seen| seen.recipients.join("\n")).collect::<Vec<_>>())
    .bind(entries.iter().map(|entry| entry.kind.as_str()).collect::<Vec<_>>())
    .bind(entries.iter().map(|entry| entry.leaf_hash.as_slice()).collect::<Vec<_>>())
    .bind(entries.iter().map(|entry| entry.nonce.as_slice()).collect::<Vec<_>>())
    .bind(entries.iter().map(|entry| entry.payload.as_slice()).collect::<Vec<_>>())
    .bind(now)
    .bind(actor)
    .bind(proof.map(|proof| proof.token.as_str()))
    .bind(proof.map(|proof| proof.proved.as_slice()))
    .bind(proof.map(|proof| proof.forget_at))
    .fetch_one(act.conn())
    .await?;
    Ok(match (open, believed) {
        (false, _) => TakenIn::DoorClosed,
        (true, false) => TakenIn::TokenSpent,
        (true, true) => TakenIn::Written(written.into_iter().map(MessageId).collect()),
    })
}

/// Forgets some tokens that nobody would believe any more.
pub async fn forget_tokens(act: &mut Single) -> Result<(), Error> {
    let now = act.now;
    sqlx::query(
        "delete from relay_token where token in
             (select token from relay_token where forget_at <= $1 order by forget_at limit 1000 for update skip locked)",
    )
    .bind(now)
    .execute(act.conn())
    .await?;
    Ok(())
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
pub async fn see_again(tx: &mut Tx, door: DoorId, seen: &Sighting<'_>) -> Result<SeenAgain, Error> {
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
             envelope_to = (s.envelope_to || array(select one from unnest(excluded.envelope_to) as one where one <> all (s.envelope_to)))[:$7]",
    )
    .bind(known.id)
    .bind(door.0)
    .bind(seen.received_at)
    .bind(seen.trace)
    .bind(seen.sender)
    .bind(seen.recipients)
    .bind(i32::try_from(RECIPIENTS_MAX).unwrap_or(i32::MAX))
    .execute(tx.conn())
    .await?;
    let earlier = seen.received_at < known.received_at;
    let more_recipients = known.recipients.len() < RECIPIENTS_MAX
        && seen.recipients.iter().any(|one| !known.recipients.contains(one));
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
