//! The fan-out of a notice: batches, deliveries and obligations of a range of customers, in one statement.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

use super::{Error, Tx};
use crate::domain::change::ChangeId;
use crate::domain::customer::{ContractId, CustomerId};
use crate::domain::entitlement::unspoken;
use crate::domain::notice::NoticeId;
use crate::domain::obligation::{Consent, ExemptWhy};
use crate::domain::plan::Entitled;
use crate::domain::recipient::RecipientId;

/// Places that a batch's id leaves for its deliveries' ids.
pub const PLACES: i64 = 1024;
/// Letters of one notice that are leased together.
pub const LETTERS_PER_BATCH: usize = 512;

/// A letter to be sent, before it has an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Letter {
    pub recipient: RecipientId,
    pub customer: CustomerId,
    /// After it the notice would be too late for this customer.
    pub latest_at: DateTime<Utc>,
}

/// What is owed to one customer for one change from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    pub change: ChangeId,
    pub customer: CustomerId,
    pub contract: Option<ContractId>,
    pub consent: Consent,
}

impl Owed {
    /// Notice of the change, by the contract that decides; what it has said so far is not known.
    pub fn to(change: ChangeId, entitled: &Entitled) -> Self {
        let consent = unspoken(entitled.authorisation);
        Self { change, customer: entitled.customer, contract: entitled.contract, consent }
    }
}

/// Ids for so many new batches.
pub async fn batch_ids(tx: &mut Tx, count: usize) -> Result<Vec<i64>, Error> {
    let count = i64::try_from(count).map_err(|why| Error::unreadable("number of batches", &why))?;
    let ids = sqlx::query_scalar(
        "select nextval(pg_get_serial_sequence('batch', 'id')) from generate_series(1, $1)",
    )
    .bind(count)
    .fetch_all(tx.conn())
    .await?;
    Ok(ids)
}

/// Inserts the letters of a notice in batches, at most [`LETTERS_PER_BATCH`] each; what a restart sends twice is
/// there once. `batches` are the letters of each batch under its id; all letters of a customer lie in one.
pub async fn insert_letters(
    tx: &mut Tx,
    notice: NoticeId,
    due_at: DateTime<Utc>,
    batches: &[(i64, &[Letter])],
) -> Result<u64, Error> {
    let (mut batch_ids, mut ids, mut placed) = (Vec::new(), Vec::new(), Vec::new());
    for (batch, letters) in batches {
        for (place, letter) in (0..PLACES).zip(letters.iter()) {
            batch_ids.push(*batch);
            ids.push(batch * PLACES + place);
            placed.push(*letter);
        }
    }
    let done = sqlx::query(
        "with letter as (
             select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[])
                 as l(batch_id, id, recipient_id, customer_id, latest_at)),
         queued as (
             insert into batch (id, lane, notice_id, due_at, latest_at) overriding system value
             select batch_id, 1, $6, $7, min(latest_at) from letter group by batch_id)
         insert into delivery (id, notice_id, recipient_id, customer_id, latest_at, due_at)
         select id, $6, recipient_id, customer_id, latest_at, $7 from letter
         on conflict (notice_id, recipient_id) do nothing",
    )
    .bind(batch_ids)
    .bind(ids)
    .bind(placed.iter().map(|letter| letter.recipient.0).collect::<Vec<_>>())
    .bind(placed.iter().map(|letter| letter.customer.0).collect::<Vec<_>>())
    .bind(placed.iter().map(|letter| letter.latest_at).collect::<Vec<_>>())
    .bind(notice.0)
    .bind(due_at)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// What becomes of what is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    Stays,
    /// It ends; until when a letter told the customer that it may object, [stays told](crate::domain::obligation::Told).
    Ends,
    /// A new announcement starts everything again.
    Void,
}

/// What a letter told stays in the row: the end of the window, the last one ever told, and beside a window until the effect the sign that
/// it was told.
macro_rules! what_was_told {
    () => {
        "window_closes_at = case when not $6 then obligation.window_closes_at end,
         told_until = case when not $6 then obligation.told_until end,
         notice_started_at = case when not $6 and (obligation.state <> 'served' or obligation.served_by is not null)
             then obligation.notice_started_at end"
    };
}

/// Writes what is owed from now on.
pub async fn insert_owed(tx: &mut Tx, owed: &[Owed], before: Before) -> Result<(), Error> {
    sqlx::query(concat!(
        "insert into obligation (change_id, customer_id, contract_id, state, consent, next_look_at)
         select o.change_id, o.customer_id, o.contract_id, 'owed', o.consent,
                case when change.go_live = 'per_customer' then change.effective_at end
         from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) as o(change_id, customer_id, contract_id, consent)
         join change on change.id = o.change_id
         order by o.change_id, o.customer_id
         on conflict (change_id, customer_id) do update
         set state = 'owed', contract_id = excluded.contract_id, consent = excluded.consent, exempt_why = null,
             window_shuts = true, served_by = null, served_at = null, earliest_by_notice = null, clear_at = null,
             next_look_at = excluded.next_look_at, ",
        what_was_told!(),
        " where $5 and obligation.in_force_at is null"
    ))
    .bind(owed.iter().map(|o| o.change.0).collect::<Vec<_>>())
    .bind(owed.iter().map(|o| o.customer.0).collect::<Vec<_>>())
    .bind(owed.iter().map(|o| o.contract.map(|id| id.0)).collect::<Vec<_>>())
    .bind(owed.iter().map(|o| o.consent.as_str()).collect::<Vec<_>>())
    .bind(before != Before::Stays)
    .bind(before == Before::Void)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Nothing is owed to one customer for one change, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exempt {
    pub change: ChangeId,
    pub customer: CustomerId,
    pub contract: Option<ContractId>,
    pub why: ExemptWhy,
}

/// Writes to whom nothing is owed.
pub async fn insert_exempt(tx: &mut Tx, exempt: &[Exempt], before: Before) -> Result<(), Error> {
    if exempt.is_empty() {
        return Ok(());
    }
    sqlx::query(concat!(
        "insert into obligation (change_id, customer_id, contract_id, state, exempt_why, next_look_at)
         select o.change_id, o.customer_id, o.contract_id, 'exempt', o.why,
                case when change.go_live = 'per_customer' then change.effective_at end
         from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) as o(change_id, customer_id, contract_id, why)
         join change on change.id = o.change_id
         order by o.change_id, o.customer_id
         on conflict (change_id, customer_id) do update
         set state = 'exempt', exempt_why = excluded.exempt_why, served_by = null, served_at = null,
             earliest_by_notice = null, clear_at = null, next_look_at = excluded.next_look_at, ",
        what_was_told!(),
        " where $5 and obligation.in_force_at is null"
    ))
    .bind(exempt.iter().map(|e| e.change.0).collect::<Vec<_>>())
    .bind(exempt.iter().map(|e| e.customer.0).collect::<Vec<_>>())
    .bind(exempt.iter().map(|e| e.contract.map(|id| id.0)).collect::<Vec<_>>())
    .bind(exempt.iter().map(|e| e.why.as_str()).collect::<Vec<_>>())
    .bind(before != Before::Stays)
    .bind(before == Before::Void)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What an earlier announcement of `changes` left owed or served to customers with an id in `(after, up_to]`, with the contract that
/// decided.
pub async fn owed_before(
    conn: &mut PgConnection,
    changes: &[ChangeId],
    after: i64,
    up_to: i64,
) -> Result<BTreeMap<(ChangeId, CustomerId), Option<ContractId>>, Error> {
    let rows: Vec<(i64, i64, Option<i64>)> = sqlx::query_as(
        "select change_id, customer_id, contract_id from obligation
         where change_id = any($1) and customer_id > $2 and customer_id <= $3 and state <> 'exempt' and in_force_at is null",
    )
    .bind(changes.iter().map(|change| change.0).collect::<Vec<_>>())
    .bind(after)
    .bind(up_to)
    .fetch_all(conn)
    .await?;
    let entry = |(change, customer, contract): (i64, i64, Option<i64>)| {
        ((ChangeId(change), CustomerId(customer)), contract.map(ContractId))
    };
    Ok(rows.into_iter().map(entry).collect())
}

#[derive(FromRow)]
struct ToldRow {
    recipient_id: i64,
    customer_id: i64,
}

/// The recipients of customers with an id in `(after, up_to]` who had, or may have had, a letter of an announcement of one of
/// `changes`, also of one that was given anew, and whom it concerns: of changes announced together, each has followers of its own.
pub async fn told(
    conn: &mut PgConnection,
    changes: &[ChangeId],
    after: i64,
    up_to: i64,
) -> Result<Vec<(RecipientId, CustomerId)>, Error> {
    let rows: Vec<ToldRow> = sqlx::query_as(
        "select distinct d.recipient_id, d.customer_id from delivery d
         join recipient r on r.id = d.recipient_id and r.suppressed_at is null and r.address is not null
         where d.notice_id in (select n.id from notice n join notice_change x on x.notice_id = n.id
                               where x.change_id = any($1) and n.kind = 'announcement')
           and (d.state = 'accepted' or d.in_doubt)
           and d.recipient_id in (select id from recipient where customer_id > $2 and customer_id <= $3)
           and (exists (select from obligation o where o.customer_id = d.customer_id and o.change_id = any($1))
                or not exists (select from obligation o join notice_change n on n.change_id = o.change_id
                               where n.notice_id = d.notice_id and o.customer_id = d.customer_id))
         order by d.customer_id, d.recipient_id",
    )
    .bind(changes.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(after)
    .bind(up_to)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (RecipientId(row.recipient_id), CustomerId(row.customer_id))).collect())
}

/// At most `limit` of [`told`] whose customer may still object to one of `changes` until an instant in `[from, to)`, and
/// has said nothing to it yet.
pub async fn to_remind(
    conn: &mut PgConnection,
    announcement: NoticeId,
    changes: &[ChangeId],
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    (after, up_to): (i64, i64),
    limit: i64,
) -> Result<Vec<(RecipientId, CustomerId)>, Error> {
    let rows: Vec<ToldRow> = sqlx::query_as(
        "select distinct d.recipient_id, d.customer_id
         from obligation o
         join change c on c.id = o.change_id
         join recipient r on r.customer_id = o.customer_id and r.suppressed_at is null and r.address is not null
         join delivery d on d.notice_id = $1 and d.recipient_id = r.id and (d.state = 'accepted' or d.in_doubt)
         where o.change_id = any($2) and o.state = 'served' and o.consent in ('silence', 'awaited')
           and coalesce(o.window_closes_at, c.effective_at) >= $3 and coalesce(o.window_closes_at, c.effective_at) < $4
           and o.customer_id > $5 and o.customer_id <= $6
           and not exists (select from objection_change x where x.change_id = o.change_id and x.customer_id = o.customer_id)
         order by d.customer_id, d.recipient_id limit $7",
    )
    .bind(announcement.0)
    .bind(changes.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(from)
    .bind(to)
    .bind(after)
    .bind(up_to)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (RecipientId(row.recipient_id), CustomerId(row.customer_id))).collect())
}

/// Whether [`to_remind`] would find anybody.
pub async fn anyone_to_remind(
    conn: &mut PgConnection,
    announcement: NoticeId,
    changes: &[ChangeId],
    deadlines: (DateTime<Utc>, DateTime<Utc>),
) -> Result<bool, Error> {
    Ok(!to_remind(conn, announcement, changes, deadlines, (0, i64::MAX), 1).await?.is_empty())
}
