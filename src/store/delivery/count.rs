//! How far letters are: of one change for `deliveries`, of everything for `status`.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

use crate::domain::change::ChangeId;
use crate::store::Error;

/// The letters of a change's notices by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Counts {
    pub queued: i64,
    pub accepted: i64,
    pub failed: i64,
    pub cancelled: i64,
}

pub async fn of_change(conn: &mut PgConnection, change: ChangeId) -> Result<Counts, Error> {
    let counts = sqlx::query_as(
        "select count(*) filter (where d.state = 'queued') as queued,
                count(*) filter (where d.state = 'accepted') as accepted,
                count(*) filter (where d.state = 'failed') as failed,
                count(*) filter (where d.state = 'cancelled') as cancelled
         from notice_change n join delivery d on d.notice_id = n.notice_id where n.change_id = $1",
    )
    .bind(change.0)
    .fetch_one(conn)
    .await?;
    Ok(counts)
}

/// A letter that failed or waits after a refusal, with the relay's words.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Trouble {
    pub customer: String,
    pub address: Option<String>,
    pub state: String,
    pub code: Option<i16>,
    pub words: Option<String>,
    pub attempts: i16,
    /// Of a letter that waits: when it is tried again.
    pub due_at: DateTime<Utc>,
}

/// The letters of a change that failed or wait after a refusal, the newest first.
pub async fn troubles(conn: &mut PgConnection, change: ChangeId, limit: i64) -> Result<Vec<Trouble>, Error> {
    let rows = sqlx::query_as(
        "select c.reference as customer, r.address, d.state, d.relay_code as code, d.relay_words as words, d.attempts,
                d.due_at
         from notice_change n join delivery d on d.notice_id = n.notice_id
         join customer c on c.id = d.customer_id left join recipient r on r.id = d.recipient_id
         where n.change_id = $1 and (d.state = 'failed' or d.state = 'queued' and d.attempts > 0)
         order by d.id desc limit $2",
    )
    .bind(change.0)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// What one customer is owed for a change, and when it stands in nobody's way.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OfCustomer {
    pub reference: String,
    pub state: String,
    pub served_at: Option<DateTime<Utc>>,
    pub clear_at: Option<DateTime<Utc>>,
    pub window_closes_at: Option<DateTime<Utc>>,
}

/// The customers of a change by reference, at most `limit` after `after`.
pub async fn by_customer(
    conn: &mut PgConnection,
    change: ChangeId,
    after: &str,
    limit: i64,
) -> Result<Vec<OfCustomer>, Error> {
    let rows = sqlx::query_as(
        "select c.reference, o.state, o.served_at, o.clear_at, o.window_closes_at
         from obligation o join customer c on c.id = o.customer_id
         where o.change_id = $1 and c.reference > $2 order by c.reference limit $3",
    )
    .bind(change.0)
    .bind(after)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// What waits for the relay over all: how many letters, and the first instant after which one would be too late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Waiting {
    pub letters: i64,
    pub batches: i64,
    pub latest_at: Option<DateTime<Utc>>,
    /// When the next of them is tried.
    pub due_at: Option<DateTime<Utc>>,
}

pub async fn waiting(conn: &mut PgConnection) -> Result<Waiting, Error> {
    let waiting = sqlx::query_as(
        "select count(d.id) as letters, count(distinct b.id) as batches, min(d.latest_at) as latest_at,
                min(greatest(d.due_at, b.due_at)) as due_at
         from batch b left join delivery d on d.id >= b.id * 1024 and d.id < (b.id + 1) * 1024 and d.state = 'queued'
         where b.open",
    )
    .fetch_one(conn)
    .await?;
    Ok(waiting)
}

/// Of one change that is open: letters that still wait and the first instant after which one would be too late.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AtRisk {
    pub change_id: i64,
    pub letters: i64,
    pub latest_at: DateTime<Utc>,
}

/// The changes with letters that wait although they would be too late after `before`, the nearest first.
pub async fn at_risk(conn: &mut PgConnection, before: DateTime<Utc>) -> Result<Vec<AtRisk>, Error> {
    let rows = sqlx::query_as(
        "select n.change_id, count(*) as letters, min(d.latest_at) as latest_at
         from batch b join notice_change n on n.notice_id = b.notice_id
         join notice on notice.id = b.notice_id and notice.kind = 'announcement' and notice.cancelled_at is null
         join delivery d on d.id >= b.id * 1024 and d.id < (b.id + 1) * 1024 and d.state = 'queued'
         where b.open and b.latest_at < $1 and d.latest_at < $1
         group by n.change_id order by min(d.latest_at)",
    )
    .bind(before)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// When the next batch is due; none: nothing waits.
pub async fn next_due(conn: &mut PgConnection) -> Result<Option<DateTime<Utc>>, Error> {
    let due = sqlx::query_scalar("select min(due_at) from batch where open").fetch_one(conn).await?;
    Ok(due)
}
