//! Objections: their rows, the locks under which they are lodged, and what resolves them.
//!
//! Lodging holds the change's row for key share, so that a deciding gate waits for it or is waited for; resolving holds it for no key
//! update. Lock order: change (by id), objection, door. In time or late is decided in `domain/objection.rs`, never here.

mod correspondence;
mod exclusion;
mod link;
mod measure;
mod read;

pub use correspondence::{Added, Correspondence, correspondence, insert_correspondence};
pub use exclusion::{
    Exclusion, OnFile, Unconfirmed, confirm_exclusion, exclude, excluded, exclusions, name_of, unconfirmed,
};
pub use link::{Linked, came_earlier, link, unlinked_of};
pub use measure::{Measured, Standing, Version, measure, standings, terms_held};
pub use read::{
    Change, Enclosed, Filter, Objection, Receiver, Speaker, by_reference, enclosed, is_under, list, open_of,
    receivers, speaker, speaker_of, speakers_at,
};

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::door::DoorId;
use super::inbound::MessageId;
use super::{Error, Tx, exactly_one};
use crate::domain::change::{self, ChangeId};
use crate::domain::customer::CustomerId;
use crate::domain::ledger::Actor;
use crate::domain::objection::{Channel, Lapses, ObjectionId, Resolution, State, Timeliness};
use crate::domain::recipient::RecipientId;
use crate::domain::subprocessor::SubprocessorId;

/// A change that is objected to, as its lock found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objected {
    pub id: ChangeId,
    pub reference: String,
    pub state: change::State,
    pub subprocessor: SubprocessorId,
    pub subprocessor_name: String,
    pub kind: change::ChangeKind,
    pub effective_at: DateTime<Utc>,
    pub is_emergency: bool,
    pub took_effect_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct ObjectedRow {
    id: i64,
    reference: String,
    state: String,
    subprocessor_id: i64,
    subprocessor_name: String,
    kind: String,
    effective_at: DateTime<Utc>,
    is_emergency: bool,
    took_effect_at: Option<DateTime<Utc>>,
}

impl TryFrom<ObjectedRow> for Objected {
    type Error = Error;

    fn try_from(row: ObjectedRow) -> Result<Self, Error> {
        Ok(Self {
            id: ChangeId(row.id),
            reference: row.reference,
            state: row.state.parse().map_err(|why| Error::unreadable("change", &why))?,
            subprocessor: SubprocessorId(row.subprocessor_id),
            subprocessor_name: row.subprocessor_name,
            kind: row.kind.parse().map_err(|why| Error::unreadable("change", &why))?,
            effective_at: row.effective_at,
            is_emergency: row.is_emergency,
            took_effect_at: row.took_effect_at,
        })
    }
}

/// The columns of an [`Objected`].
macro_rules! objected {
    () => {
        "select id, reference, state, subprocessor_id, coalesce(facts #>> '{facts,name}', '') as subprocessor_name,
                kind, effective_at, emergency is not null as is_emergency, took_effect_at
         from change "
    };
}

/// Holds the changes for key share, by id: a gate that is deciding is waited for, one that comes later waits for us.
/// Look at facts in the NEXT statement.
pub async fn hold_changes(tx: &mut Tx, changes: &[ChangeId]) -> Result<Vec<Objected>, Error> {
    let rows: Vec<ObjectedRow> =
        sqlx::query_as(concat!(objected!(), "where id = any($1) order by id for key share"))
            .bind(changes.iter().map(|id| id.0).collect::<Vec<_>>())
            .fetch_all(tx.conn())
            .await?;
    rows.into_iter().map(Objected::try_from).collect()
}

/// Holds the changes of an objection for key share, by id, then the objection for update: two people who resolve it
/// queue, and the second one sees what the first did.
pub async fn lock(tx: &mut Tx, id: ObjectionId) -> Result<Vec<Objected>, Error> {
    let rows: Vec<ObjectedRow> = sqlx::query_as(concat!(
        objected!(),
        "where id in (select change_id from objection_change where objection_id = $1) order by id for key share"
    ))
    .bind(id.0)
    .fetch_all(tx.conn())
    .await?;
    hold(tx, id).await?;
    rows.into_iter().map(Objected::try_from).collect()
}

/// Holds the objection for update, its changes being held already: whoever adds to it queues. Look in the NEXT statement.
pub async fn hold(tx: &mut Tx, id: ObjectionId) -> Result<(), Error> {
    sqlx::query("select from objection where id = $1 for update").bind(id.0).execute(tx.conn()).await?;
    Ok(())
}

/// A statement to be written down.
#[derive(Debug)]
pub struct New<'a> {
    pub id: ObjectionId,
    pub reference: &'a str,
    pub customer: Option<CustomerId>,
    pub recipient: Option<RecipientId>,
    pub address: Option<&'a str>,
    pub on_behalf_of: Option<&'a str>,
    pub channel: Channel,
    pub door: Option<DoorId>,
    pub message: Option<MessageId>,
    pub statement: &'a str,
    pub grounds: &'a [String],
    pub condition: Option<&'a str>,
    pub received_at: DateTime<Utc>,
    pub answer_due_on: NaiveDate,
    pub lapses: Option<Lapses>,
    /// When the daemon looks at it next.
    pub next_look_at: Option<DateTime<Utc>>,
    /// SHA-256 of the letter on paper, kept before.
    pub file: Option<[u8; 32]>,
}

/// The next number; gaps are allowed, for a counter row would queue all objections behind one another.
pub async fn next_id(tx: &mut Tx) -> Result<ObjectionId, Error> {
    Ok(ObjectionId(sqlx::query_scalar("select nextval('objection_no')").fetch_one(tx.conn()).await?))
}

/// Inserts an objection as `lodged`, entered at `tx.now()`.
pub async fn insert(tx: &mut Tx, new: &New<'_>) -> Result<(), Error> {
    let now = tx.now();
    sqlx::query(
        "insert into objection (id, reference, customer_id, recipient_id, address, on_behalf_of, channel, door_id, statement, grounds,
                                condition, received_at, entered_at, state, answer_due_on, lapses_at, lapse_then, next_look_at, file_hash, message_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'lodged', $14, $15, $16, $17, $18, $19)",
    )
    .bind(new.id.0)
    .bind(new.reference)
    .bind(new.customer.map(|id| id.0))
    .bind(new.recipient.map(|id| id.0))
    .bind(new.address)
    .bind(new.on_behalf_of)
    .bind(new.channel.as_str())
    .bind(new.door.map(|id| id.0))
    .bind(new.statement)
    .bind(new.grounds)
    .bind(new.condition)
    .bind(new.received_at)
    .bind(now)
    .bind(new.answer_due_on)
    .bind(new.lapses.map(|lapses| lapses.at))
    .bind(new.lapses.map(|lapses| lapses.then.as_str()))
    .bind(new.next_look_at)
    .bind(new.file.as_ref().map(<[u8; 32]>::as_slice))
    .bind(new.message.map(|id| id.0))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whose an objection is; each has one open against a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    Customer(CustomerId),
    /// An address that the DPO has linked to no customer. On file it has one open too; written down by hand it is a case of its own.
    Unlinked(Option<RecipientId>),
}

impl Party {
    pub fn customer(self) -> Option<CustomerId> {
        match self {
            Self::Customer(id) => Some(id),
            Self::Unlinked(_) => None,
        }
    }

    fn unlinked(self) -> Option<RecipientId> {
        match self {
            Self::Customer(_) => None,
            Self::Unlinked(id) => id,
        }
    }
}

/// What one objection says against one change.
#[derive(Debug)]
pub struct Against {
    pub objection: ObjectionId,
    pub change: ChangeId,
    pub party: Party,
    pub received_at: DateTime<Utc>,
    pub deadline_at: Option<DateTime<Utc>>,
    pub timeliness: Timeliness,
    /// In time although it came after the effect.
    pub after_start: bool,
}

/// Inserts it. False: this party already has an open objection against this change, which the statement joins.
pub async fn insert_against(tx: &mut Tx, against: &Against) -> Result<bool, Error> {
    let done = sqlx::query(
        "insert into objection_change (objection_id, change_id, customer_id, recipient_id, received_at, deadline_at, in_time, after_start)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
    )
    .bind(against.objection.0)
    .bind(against.change.0)
    .bind(against.party.customer().map(|id| id.0))
    .bind(against.party.unlinked().map(|id| id.0))
    .bind(against.received_at)
    .bind(against.deadline_at)
    .bind(against.timeliness == Timeliness::InTime)
    .bind(against.after_start)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Marks the place to which [`back_to_mark`] returns.
pub async fn mark(tx: &mut Tx) -> Result<(), Error> {
    sqlx::query("savepoint lodging").execute(tx.conn()).await?;
    Ok(())
}

/// Takes back what was written since [`mark`]: the app's role may delete no objection, not even a moment old.
pub async fn back_to_mark(tx: &mut Tx) -> Result<(), Error> {
    sqlx::query("rollback to savepoint lodging").execute(tx.conn()).await?;
    Ok(())
}

/// From `from` to `to`, where nobody was faster.
pub async fn move_state(tx: &mut Tx, id: ObjectionId, from: State, to: State) -> Result<(), Error> {
    let done = sqlx::query("update objection set state = $3 where id = $1 and state = $2")
        .bind(id.0)
        .bind(from.as_str())
        .bind(to.as_str())
        .execute(tx.conn())
        .await?;
    exactly_one(&done, "objection")
}

/// How one objection against one change is resolved.
#[derive(Debug)]
pub struct Resolved<'a> {
    pub objection: ObjectionId,
    pub change: ChangeId,
    pub resolution: &'a Resolution,
    /// None: the terms' time was over, nobody decided.
    pub resolver: Option<i64>,
    /// From here on it stands in nobody's way; none = not yet known.
    pub clear_at: Option<DateTime<Utc>>,
}

/// Resolves it as of `tx.now()`.
pub async fn resolve(tx: &mut Tx, resolved: &Resolved<'_>) -> Result<(), Error> {
    let now = tx.now();
    let done = sqlx::query(
        "update objection_change set outcome = $3, resolution = $4, resolver_id = $5, approver_id = null, resolved_at = $6, clear_at = $7
         where objection_id = $1 and change_id = $2 and resolved_at is null",
    )
    .bind(resolved.objection.0)
    .bind(resolved.change.0)
    .bind(resolved.resolution.outcome().as_str())
    .bind(Json(resolved.resolution))
    .bind(resolved.resolver)
    .bind(now)
    .bind(resolved.clear_at)
    .execute(tx.conn())
    .await?;
    exactly_one(&done, "objection")
}

/// Lets a late objection in: it counts from now on. Call with the changes held. False: nothing of it is late and open.
pub async fn admit(tx: &mut Tx, id: ObjectionId, by: i64) -> Result<bool, Error> {
    let done = sqlx::query(
        "update objection_change set admitted_by = $2
         where objection_id = $1 and not in_time and admitted_by is null and resolved_at is null",
    )
    .bind(id.0)
    .bind(by)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The open objections of which something falls due at `now`, longest due first.
pub async fn due(conn: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> Result<Vec<String>, Error> {
    let references = sqlx::query_scalar(
        "select reference from objection where state <> 'resolved' and next_look_at <= $1 order by next_look_at, id limit $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(references)
}

/// When the daemon looks at it next; none = nothing of it falls due any more.
pub async fn set_next_look(tx: &mut Tx, id: ObjectionId, at: Option<DateTime<Utc>>) -> Result<(), Error> {
    sqlx::query("update objection set next_look_at = $2 where id = $1")
        .bind(id.0)
        .bind(at)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes down a resolution that waits for a second person: the outcome without its instant.
pub async fn propose(
    tx: &mut Tx,
    objection: ObjectionId,
    change: ChangeId,
    resolution: &Resolution,
    resolver: i64,
) -> Result<(), Error> {
    let done = sqlx::query(
        "update objection_change set outcome = $3, resolution = $4, resolver_id = $5
         where objection_id = $1 and change_id = $2 and resolved_at is null",
    )
    .bind(objection.0)
    .bind(change.0)
    .bind(resolution.outcome().as_str())
    .bind(Json(resolution))
    .bind(resolver)
    .execute(tx.conn())
    .await?;
    exactly_one(&done, "objection")
}

/// The second person's yes to a resolution proposed, as of `tx.now()`. Errs with `objection_not_upheld_by_two` where that is the first.
pub async fn approve(
    tx: &mut Tx,
    objection: ObjectionId,
    change: ChangeId,
    approver: i64,
    clear_at: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    let now = tx.now();
    let done = sqlx::query(
        "update objection_change set approver_id = $3, resolved_at = $4, clear_at = $5
         where objection_id = $1 and change_id = $2 and resolved_at is null and outcome is not null",
    )
    .bind(objection.0)
    .bind(change.0)
    .bind(approver)
    .bind(now)
    .bind(clear_at)
    .execute(tx.conn())
    .await?;
    exactly_one(&done, "objection")
}

/// Resolves whatever is open against a change that is withdrawn, as of `tx.now()`; returns the references of the objections.
/// Call with the change locked.
pub async fn close_as_change_withdrawn(tx: &mut Tx, change: ChangeId) -> Result<Vec<String>, Error> {
    let now = tx.now();
    let resolver = match tx.actor() {
        Actor::Account { id, .. } => Some(*id),
        Actor::Daemon | Actor::Link { .. } | Actor::Public => None,
    };
    let resolution = Resolution::ChangeWithdrawn { reason: "the change was withdrawn".to_owned() };
    let closed: Vec<i64> = sqlx::query_scalar(
        "update objection_change set outcome = $2, resolution = $3, resolver_id = $4, approver_id = null, resolved_at = $5, clear_at = $5
         where change_id = $1 and resolved_at is null returning objection_id",
    )
    .bind(change.0)
    .bind(resolution.outcome().as_str())
    .bind(Json(&resolution))
    .bind(resolver)
    .bind(now)
    .fetch_all(tx.conn())
    .await?;
    let references = sqlx::query_scalar(
        "update objection set state = 'resolved' where id = any($1) and not exists (
             select from objection_change x where x.objection_id = objection.id and x.resolved_at is null)
         returning reference",
    )
    .bind(closed)
    .fetch_all(tx.conn())
    .await?;
    Ok(references)
}
