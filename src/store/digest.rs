//! What the DPO's digest and the operator's status say of letters that wait or failed.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::postgres::types::PgInterval;
use sqlx::{FromRow, PgConnection};

use super::Error;
use crate::domain::delivery::Lane;

const SHOWN_MAX: i64 = 100;

/// Letters that wait for the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    pub letters: u64,
    /// The first instant after which one of them would be too late.
    pub latest_at: Option<DateTime<Utc>>,
}

/// Letters of open batches that wait, over all notices.
pub async fn waiting(conn: &mut PgConnection) -> Result<Waiting, Error> {
    let (letters, latest_at): (i64, Option<DateTime<Utc>>) = sqlx::query_as(
        "select count(*), min(d.latest_at) from batch b
         join delivery d on d.id >= b.id * 1024 and d.id < (b.id + 1) * 1024 and d.state = 'queued'
         where b.open",
    )
    .fetch_one(conn)
    .await?;
    Ok(Waiting { letters: u64::try_from(letters).unwrap_or_default(), latest_at })
}

/// An objection that is not resolved.
#[derive(Debug, Clone, FromRow)]
pub struct OpenObjection {
    pub reference: String,
    pub change_ref: String,
    pub customer: String,
    pub in_time: bool,
    pub answer_due_on: NaiveDate,
    /// Nobody has answered it yet.
    pub unanswered: bool,
    pub lapses_at: Option<DateTime<Utc>>,
}

impl OpenObjection {
    /// Whether its answer should have gone by the day before `today`.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.unanswered && self.answer_due_on < today
    }
}

/// The objections not resolved, those to be answered first on top.
pub async fn open_objections(conn: &mut PgConnection) -> Result<Vec<OpenObjection>, Error> {
    let rows = sqlx::query_as(
        "select o.reference, c.reference as change_ref, coalesce(k.name, o.address, '') as customer, x.in_time, o.answer_due_on,
                o.state in ('lodged', 'acknowledged') as unanswered, o.lapses_at
         from objection o join objection_change x on x.objection_id = o.id join change c on c.id = x.change_id
         left join customer k on k.id = o.customer_id
         where o.state <> 'resolved' and x.resolved_at is null order by o.answer_due_on, o.id limit $1",
    )
    .bind(SHOWN_MAX)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// A letter that the relay refused for good.
#[derive(Debug, Clone, FromRow)]
pub struct Failed {
    pub customer: String,
    pub address: String,
    pub code: Option<i16>,
    pub words: String,
}

/// The letters of notices that failed since an instant, by the relay's refusal; and for as long as nothing else is on its way to a
/// customer who is owed the notice, all that it lost.
pub async fn failures_since(conn: &mut PgConnection, since: DateTime<Utc>) -> Result<Vec<Failed>, Error> {
    let rows = sqlx::query_as(
        "with lost as (
             select d.id from delivery d where d.failed_at >= $1 and d.state = 'failed' and d.notice_id is not null
             union
             select d.id from obligation o
             join change c on c.id = o.change_id and c.state in ('in_notice', 'held')
             join notice_change x on x.change_id = o.change_id
             join notice n on n.id = x.notice_id and n.kind = 'announcement' and n.barrier_at is not null and n.cancelled_at is null
             join recipient r on r.customer_id = o.customer_id
             join delivery d on d.notice_id = n.id and d.recipient_id = r.id and (d.state = 'failed' or d.bounced_at is not null)
             where o.state = 'owed'
               and not exists (select from recipient p join delivery q on q.notice_id = n.id and q.recipient_id = p.id
                               where p.customer_id = o.customer_id and q.state = 'queued'))
         select k.name as customer, coalesce(r.address, '') as address,
                case when d.bounced_at is null then d.relay_code end as code,
                case when d.bounced_at is null then coalesce(d.relay_words, '') else coalesce(r.suppressed_why, 'it came back') end as words
         from lost join delivery d on d.id = lost.id
         join customer k on k.id = d.customer_id join recipient r on r.id = d.recipient_id
         order by k.name, d.id limit $2",
    )
    .bind(since)
    .bind(SHOWN_MAX)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// A change with letters that wait although their last lawful instant is near.
#[derive(Debug, Clone)]
pub struct Risk {
    pub reference: String,
    pub subprocessor: String,
    pub waiting: u64,
    pub latest_at: DateTime<Utc>,
    /// When the last of them will be out as letters go now; none where none goes.
    pub out_at: Option<DateTime<Utc>>,
}

type RiskRow = (String, String, i64, DateTime<Utc>, Option<DateTime<Utc>>);

impl From<RiskRow> for Risk {
    fn from((reference, subprocessor, waiting, latest_at, out_at): RiskRow) -> Self {
        Self {
            reference,
            subprocessor,
            waiting: u64::try_from(waiting).unwrap_or_default(),
            latest_at,
            out_at,
        }
    }
}

/// How fast the queue drains at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drain {
    pub now: DateTime<Utc>,
    /// How long a batch takes, whose letters may be as many as it holds; none where nothing goes at the moment.
    pub per_batch: Option<TimeDelta>,
}

/// The changes whose announcement has letters waiting that must be accepted before `until`, or before their turn comes: those
/// with the least slack go first.
pub async fn at_risk(
    conn: &mut PgConnection,
    until: DateTime<Utc>,
    drain: Drain,
) -> Result<Vec<Risk>, Error> {
    let rows: Vec<RiskRow> = sqlx::query_as(
        "with queue as (
             select id, notice_id, latest_at, $2 + row_number() over (order by latest_at, id) * $3 as out_at
             from batch where open and lane = $4)
         select c.reference, c.facts #>> '{facts,name}', count(*), min(d.latest_at), max(q.out_at)
         from queue q
         join delivery d on d.id >= q.id * 1024 and d.id < (q.id + 1) * 1024 and d.state = 'queued'
              and d.latest_at < greatest($1, q.out_at)
         join notice n on n.id = q.notice_id and n.kind = 'announcement'
         join notice_change nc on nc.notice_id = n.id join change c on c.id = nc.change_id
         where q.latest_at < greatest($1, q.out_at) group by c.id order by c.id",
    )
    .bind(until)
    .bind(drain.now)
    .bind(drain.per_batch.map(interval).transpose()?)
    .bind(Lane::Mailing.number())
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Risk::from).collect())
}

fn interval(length: TimeDelta) -> Result<PgInterval, Error> {
    PgInterval::try_from(length).map_err(|error| Error::Database(sqlx::Error::Encode(error)))
}
