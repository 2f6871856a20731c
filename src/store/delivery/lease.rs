//! Leases: a batch belongs to one sender for a while, by the database's clock.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::postgres::types::PgInterval;
use sqlx::{FromRow, PgConnection};

use crate::domain::delivery::{BatchId, Lane};
use crate::domain::notice::NoticeId;
use crate::store::{Error, Tx};

/// A batch in our hands until its lease runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub batch: BatchId,
    pub lane: Lane,
    pub notice: Option<NoticeId>,
    /// The fence: results under another number change nothing but acceptances.
    pub lease_no: i32,
    /// The `Date` of what this lease composes. Kept from the lease before where that one ran out, for its letters
    /// may have left with it.
    pub composed_at: DateTime<Utc>,
    /// The lease before ran out: nobody knows which of its letters left.
    pub taken_over: bool,
}

#[derive(FromRow)]
struct LeaseRow {
    id: i64,
    notice_id: Option<i64>,
    lease_no: i32,
    composed_at: DateTime<Utc>,
    taken_over: bool,
}

/// Leases up to `limit` open batches of `lane` that are due at `tx.now()`, those with the least slack first. Batches
/// under a running lease are skipped, not waited for; so are those of announcements unless `announcements` may leave. A lease
/// that ends later than any lasts was taken by a clock that has been set back since: its holder renews it soon, or is dead.
pub async fn lease_due(
    tx: &mut Tx,
    lane: Lane,
    announcements: bool,
    lease: Duration,
    limit: i64,
) -> Result<Vec<Lease>, Error> {
    let now = tx.now();
    let rows: Vec<LeaseRow> = sqlx::query_as(
        "with due as (
             select id, leased_until is not null as taken_over from batch
             where open and lane = $1 and due_at <= $2
               and (leased_until is null or leased_until not between clock_timestamp() and clock_timestamp() + 2 * $4::interval)
               and ($5 or not exists (select from notice where notice.id = notice_id and kind = 'announcement'))
             order by latest_at, id limit $3 for update skip locked)
         update batch set leased_until = clock_timestamp() + $4, lease_no = lease_no + 1,
                composed_at = case when leased_until is null then $2 else coalesce(composed_at, $2) end
         from due where batch.id = due.id
         returning batch.id, notice_id, lease_no, composed_at, taken_over",
    )
    .bind(lane.number())
    .bind(now)
    .bind(limit)
    .bind(interval(lease))
    .bind(announcements)
    .fetch_all(tx.conn())
    .await?;
    let leased = |row: LeaseRow| Lease {
        batch: BatchId(row.id),
        lane,
        notice: row.notice_id.map(NoticeId),
        lease_no: row.lease_no,
        composed_at: row.composed_at,
        taken_over: row.taken_over,
    };
    Ok(rows.into_iter().map(leased).collect())
}

/// After a lease that ran out: its letters that were due may have left, so their bytes stay as they were.
pub async fn doubt_queued(tx: &mut Tx, lease: &Lease) -> Result<u64, Error> {
    let now = tx.now();
    let (first, end) = lease.batch.range();
    let done = sqlx::query(
        "update delivery set in_doubt = true, composed_at = coalesce(composed_at, $4)
         where id >= $1 and id < $2 and state = 'queued' and due_at <= $3 and not in_doubt",
    )
    .bind(first)
    .bind(end)
    .bind(now)
    .bind(lease.composed_at)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Holds the batch for another `lease` from now. False: somebody else has it meanwhile.
pub async fn renew(tx: &mut Tx, held: &Lease, lease: Duration) -> Result<bool, Error> {
    let done = sqlx::query(
        "update batch set leased_until = clock_timestamp() + $3 where id = $1 and lease_no = $2 and leased_until is not null",
    )
    .bind(held.batch.0)
    .bind(held.lease_no)
    .bind(interval(lease))
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How a batch in our hands stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Standing {
    /// Nobody else has leased it.
    pub ours: bool,
    /// Its notice has been cancelled meanwhile.
    pub cancelled: bool,
}

/// Asked again and again while the batch's letters leave.
pub async fn standing(conn: &mut PgConnection, held: &Lease) -> Result<Standing, Error> {
    let standing = sqlx::query_as(
        "select lease_no = $2 as ours, n.cancelled_at is not null as cancelled
         from batch left join notice n on n.id = batch.notice_id where batch.id = $1",
    )
    .bind(held.batch.0)
    .bind(held.lease_no)
    .fetch_optional(conn)
    .await?;
    Ok(standing.unwrap_or(Standing { ours: false, cancelled: false }))
}

/// Gives the batch back: closed where no letter of it is queued any more, else due when its next letter is, and not
/// before `not_before`. How a reader was is kept for letters in doubt alone. False: somebody else has it meanwhile.
pub async fn give_back(tx: &mut Tx, held: &Lease, not_before: Option<DateTime<Utc>>) -> Result<bool, Error> {
    let (first, end) = held.batch.range();
    let given = sqlx::query(
        "with rest as (select min(due_at) as due_at from delivery where id >= $3 and id < $4 and state = 'queued'),
         given as (
             update batch set leased_until = null, open = rest.due_at is not null,
                    due_at = greatest(coalesce(rest.due_at, batch.due_at), $5)
             from rest where batch.id = $1 and lease_no = $2
             returning batch.id),
         kept as (
             delete from letter_reader k using given, delivery d
             where k.delivery_id >= $3 and k.delivery_id < $4 and d.id = k.delivery_id and not (d.state = 'queued' and d.in_doubt))
         select from given",
    )
    .bind(held.batch.0)
    .bind(held.lease_no)
    .bind(first)
    .bind(end)
    .bind(not_before)
    .fetch_optional(tx.conn())
    .await?;
    Ok(given.is_some())
}

/// Cancels the queued letters of a batch whose notice was cancelled. Those in doubt stay marked so: they may be out,
/// and a follow-up goes there too.
pub async fn cancel_rest(tx: &mut Tx, held: &Lease) -> Result<u64, Error> {
    let (first, end) = held.batch.range();
    let done = sqlx::query(
        "with fence as (select from batch where id = $1 and lease_no = $2 for update)
         update delivery set state = 'cancelled'
         where id >= $3 and id < $4 and state = 'queued' and exists (select from fence)",
    )
    .bind(held.batch.0)
    .bind(held.lease_no)
    .bind(first)
    .bind(end)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

fn interval(length: Duration) -> PgInterval {
    let microseconds = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
    PgInterval { months: 0, days: 0, microseconds }
}
