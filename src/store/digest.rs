//! What the DPO's digest and the operator's status say of letters that wait or failed.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{FromRow, PgConnection};

use super::Error;

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

/// The letters of notices that failed since an instant, by the relay's refusal.
pub async fn failures_since(conn: &mut PgConnection, since: DateTime<Utc>) -> Result<Vec<Failed>, Error> {
    let rows = sqlx::query_as(
        "select k.name as customer, coalesce(r.address, '') as address, d.relay_code as code,
                coalesce(d.relay_words, '') as words
         from notice n join delivery d on d.notice_id = n.id
         join customer k on k.id = d.customer_id join recipient r on r.id = d.recipient_id
         where n.due_at >= $1 and d.state = 'failed' order by k.name, d.id limit $2",
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
}

/// The changes whose announcement has letters waiting that must be accepted before `until`.
pub async fn at_risk(conn: &mut PgConnection, until: DateTime<Utc>) -> Result<Vec<Risk>, Error> {
    let rows: Vec<(String, String, i64, DateTime<Utc>)> = sqlx::query_as(
        "select c.reference, c.facts #>> '{facts,name}', count(*), min(d.latest_at)
         from batch b
         join delivery d on d.id >= b.id * 1024 and d.id < (b.id + 1) * 1024 and d.state = 'queued' and d.latest_at < $1
         join notice n on n.id = b.notice_id and n.kind = 'announcement'
         join notice_change nc on nc.notice_id = n.id join change c on c.id = nc.change_id
         where b.open and b.latest_at < $1 group by c.id order by c.id",
    )
    .bind(until)
    .fetch_all(conn)
    .await?;
    let risk = |(reference, subprocessor, waiting, latest_at)| Risk {
        reference,
        subprocessor,
        waiting: u64::try_from(waiting).unwrap_or_default(),
        latest_at,
    };
    Ok(rows.into_iter().map(risk).collect())
}
