//! What the relay said of the letters of one lease, and what it serves.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::lease::Lease;
use crate::domain::change::ChangeId;
use crate::domain::customer::CustomerId;
use crate::domain::delivery::{DeliveryId, State};
use crate::domain::notice::NoticeId;
use crate::domain::obligation::{Clearance, Told};
use crate::domain::recipient::RecipientId;
use crate::store::{Error, Tx};

/// What became of one letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub delivery: DeliveryId,
    pub fate: Fate,
    /// Who said it.
    pub relay: Arc<str>,
    pub code: Option<u16>,
    pub words: String,
    pub composed_at: DateTime<Utc>,
    /// None: nothing was composed.
    pub message_hash: Option<[u8; 32]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Accepted {
        at: DateTime<Utc>,
    },
    /// Again then; `in_doubt`: it may be out already.
    Again {
        at: DateTime<Utc>,
        counted: bool,
        in_doubt: bool,
    },
    Failed {
        /// The address is dead.
        suppress: bool,
        ask_next: bool,
    },
}

/// A letter whose row took in what was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub delivery: DeliveryId,
    pub notice: Option<NoticeId>,
    pub recipient: Option<RecipientId>,
    pub customer: Option<CustomerId>,
    pub state: State,
    pub attempts: i16,
    pub latest_at: DateTime<Utc>,
    pub accepted_at: Option<DateTime<Utc>>,
    /// A report of its arrival was there before the acceptance.
    pub received_at: Option<DateTime<Utc>>,
    /// A bounce was there before the acceptance: it serves nobody.
    pub bounced: bool,
}

#[derive(FromRow)]
struct RecordedRow {
    id: i64,
    notice_id: Option<i64>,
    recipient_id: Option<i64>,
    customer_id: Option<i64>,
    state: String,
    attempts: i16,
    latest_at: DateTime<Utc>,
    accepted_at: Option<DateTime<Utc>>,
    received_at: Option<DateTime<Utc>>,
    bounced: bool,
}

/// Records what was heard of the letters of one lease. An acceptance is a fact and counts whoever has the batch by
/// now, an earlier one more than a later one; anything else counts under the running lease only. Returns the letters
/// that took it in. Locks batch, then letters.
pub async fn record(tx: &mut Tx, lease: &Lease, heard: &[Heard]) -> Result<Vec<Recorded>, Error> {
    let accepted = |h: &Heard| matches!(h.fate, Fate::Accepted { .. });
    let at = |h: &Heard| match h.fate {
        Fate::Accepted { at } | Fate::Again { at, .. } => Some(at),
        Fate::Failed { .. } => None,
    };
    // An arrival that was reported has no reply, and was no attempt.
    let counted = |h: &Heard| {
        i16::from(match h.fate {
            Fate::Accepted { .. } => h.code.is_some(),
            Fate::Again { counted, .. } => counted,
            Fate::Failed { .. } => true,
        })
    };
    let in_doubt = |h: &Heard| matches!(h.fate, Fate::Again { in_doubt: true, .. });
    let code = |h: &Heard| h.code.and_then(|code| i16::try_from(code).ok());
    let now = tx.now();
    let rows: Vec<RecordedRow> = sqlx::query_as(include_str!("../sql/record.sql"))
        .bind(heard.iter().map(|h| h.delivery.0).collect::<Vec<_>>())
        .bind(heard.iter().map(accepted).collect::<Vec<_>>())
        .bind(heard.iter().map(at).collect::<Vec<_>>())
        .bind(heard.iter().map(counted).collect::<Vec<_>>())
        .bind(heard.iter().map(in_doubt).collect::<Vec<_>>())
        .bind(heard.iter().map(code).collect::<Vec<_>>())
        .bind(heard.iter().map(|h| h.words.as_str()).collect::<Vec<_>>())
        .bind(heard.iter().map(|h| h.composed_at).collect::<Vec<_>>())
        .bind(heard.iter().map(|h| h.message_hash.map(|hash| hash.to_vec())).collect::<Vec<_>>())
        .bind(heard.iter().map(|h| &*h.relay).collect::<Vec<_>>())
        .bind(lease.batch.0)
        .bind(lease.lease_no)
        .bind(now)
        .fetch_all(tx.conn())
        .await?;
    rows.into_iter().map(RecordedRow::read).collect()
}

impl RecordedRow {
    fn read(self) -> Result<Recorded, Error> {
        Ok(Recorded {
            delivery: DeliveryId(self.id),
            notice: self.notice_id.map(NoticeId),
            recipient: self.recipient_id.map(RecipientId),
            customer: self.customer_id.map(CustomerId),
            state: self.state.parse().map_err(|why| Error::unreadable("state of a letter", &why))?,
            attempts: self.attempts,
            latest_at: self.latest_at,
            accepted_at: self.accepted_at,
            received_at: self.received_at,
            bounced: self.bounced,
        })
    }
}

/// What a letter serves: one customer's notice of one change, with the instants it leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    pub change: ChangeId,
    pub customer: CustomerId,
    pub delivery: DeliveryId,
    pub clearance: Clearance,
    /// What it says of the time to object.
    pub told: Told,
}

/// Serves what is owed; the earliest service of a customer counts, books closed by an effect stay closed. `served`
/// holds each (change, customer) once. A yes said before the service clears at once. Returns what was served.
pub async fn serve(tx: &mut Tx, served: &[Served]) -> Result<Vec<(ChangeId, CustomerId)>, Error> {
    let rows: Vec<(i64, i64)> = sqlx::query_as(include_str!("../sql/serve.sql"))
        .bind(served.iter().map(|s| s.change.0).collect::<Vec<_>>())
        .bind(served.iter().map(|s| s.customer.0).collect::<Vec<_>>())
        .bind(served.iter().map(|s| s.delivery.0).collect::<Vec<_>>())
        .bind(served.iter().map(|s| s.clearance.served_at).collect::<Vec<_>>())
        .bind(served.iter().map(|s| s.clearance.notice_started_at).collect::<Vec<_>>())
        .bind(served.iter().map(|s| s.clearance.earliest_by_notice).collect::<Vec<_>>())
        .bind(served.iter().map(|s| s.clearance.window_closes_at).collect::<Vec<_>>())
        .bind(served.iter().map(|s| s.clearance.window_shuts).collect::<Vec<_>>())
        .fetch_all(tx.conn())
        .await?;
    Ok(rows.into_iter().map(|(change, customer)| (ChangeId(change), CustomerId(customer))).collect())
}

/// Keeps what letters told that serve nobody, another one of the customer having come first: a deadline printed is a promise.
pub async fn keep_told(tx: &mut Tx, letters: &[Served]) -> Result<(), Error> {
    let letters: Vec<&Served> = letters.iter().filter(|letter| letter.told != Told::Nothing).collect();
    if letters.is_empty() {
        return Ok(());
    }
    // A longer window shuts the gate: whoever decides is waited for, and what is decided stays.
    let open: Vec<i64> = sqlx::query_scalar(
        "select id from change where id = any($1) and took_effect_at is null order by id for key share",
    )
    .bind(letters.iter().map(|letter| letter.change.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;
    sqlx::query(
        "with told as (
             select change_id, customer_id, max(day) as day, bool_or(day is null) as until_effect
             from unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) as letter(change_id, customer_id, day)
             where change_id = any($4) group by change_id, customer_id)
         update obligation o
         set window_closes_at = case when not until_effect then day end,
             told_until = greatest(told_until, window_closes_at, day),
             earliest_by_notice = case when until_effect and window_shuts
                                       then greatest(earliest_by_notice, window_closes_at, day) else earliest_by_notice end,
             clear_at = case when window_shuts then greatest(earliest_by_notice, window_closes_at, day) else clear_at end
         from told
         where o.change_id = told.change_id and o.customer_id = told.customer_id and o.state = 'served' and o.in_force_at is null
           and o.window_closes_at is not null and (until_effect or day > o.window_closes_at)",
    )
    .bind(letters.iter().map(|letter| letter.change.0).collect::<Vec<_>>())
    .bind(letters.iter().map(|letter| letter.customer.0).collect::<Vec<_>>())
    .bind(letters.iter().map(|letter| letter.told.day()).collect::<Vec<_>>())
    .bind(open)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps the ids that relays gave our letters, as (letter, relay, id); an id that one gives twice stays with the first.
pub async fn keep_wire_ids(tx: &mut Tx, ids: &[(DeliveryId, &str, &str)]) -> Result<(), Error> {
    sqlx::query(
        "insert into wire_id (relay, id, delivery_id) select relay, id, delivery_id
         from unnest($1::text[], $2::text[], $3::bigint[]) as w(relay, id, delivery_id)
         on conflict (relay, id) do nothing",
    )
    .bind(ids.iter().map(|(_, relay, _)| *relay).collect::<Vec<_>>())
    .bind(ids.iter().map(|(_, _, id)| *id).collect::<Vec<_>>())
    .bind(ids.iter().map(|(delivery, _, _)| delivery.0).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Letters are composed with the lease's `Date` from now on: written before they leave, so that another sender makes the
/// same bytes. False: they are in doubt, or another sender's by now, and must not leave with it.
pub async fn compose_anew(tx: &mut Tx, held: &Lease, letters: &[DeliveryId]) -> Result<bool, Error> {
    let done = sqlx::query(
        "with fence as (select from batch where id = $3 and lease_no = $4 for update)
         update delivery set composed_at = $2
         where id = any($1) and state = 'queued' and not in_doubt and exists (select from fence)",
    )
    .bind(letters.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(held.composed_at)
    .bind(held.batch.0)
    .bind(held.lease_no)
    .execute(tx.conn())
    .await?;
    Ok(usize::try_from(done.rows_affected()).is_ok_and(|written| written == letters.len()))
}

/// Changes whose first announcement the relay has accepted: in notice from now on. Locks them; call it before any
/// batch or letter is locked. Returns those that moved.
pub async fn put_in_notice(tx: &mut Tx, changes: &[ChangeId]) -> Result<Vec<ChangeId>, Error> {
    let moved: Vec<i64> = sqlx::query_scalar(
        "with locked as (select id from change where id = any($1) and state = 'scheduled' order by id for no key update)
         update change set state = 'in_notice', version = version + 1 from locked where change.id = locked.id
         returning change.id",
    )
    .bind(changes.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(tx.conn())
    .await?;
    Ok(moved.into_iter().map(ChangeId).collect())
}
