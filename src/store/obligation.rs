//! Obligations as pages and commands show them. Deliver serves them, the gate reads them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};

use super::Error;
use crate::domain::change::ChangeId;

/// The instant at which the last of the customers served so far stands in nobody's way; none = nobody is served.
pub async fn clear_on(conn: &mut PgConnection, change: ChangeId) -> Result<Option<DateTime<Utc>>, Error> {
    let at =
        sqlx::query_scalar("select max(clear_at) from obligation where change_id = $1 and state = 'served'")
            .bind(change.0)
            .fetch_one(conn)
            .await?;
    Ok(at)
}

/// Where one customer stands with one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct OfCustomer {
    pub reference: String,
    pub name: String,
    pub state: String,
    pub clear_at: Option<DateTime<Utc>>,
    pub window_closes_at: Option<DateTime<Utc>>,
}

/// The customers of a change by reference, behind the one called `after`.
pub async fn of_change(
    conn: &mut PgConnection,
    change: ChangeId,
    after: &str,
    limit: i64,
) -> Result<Vec<OfCustomer>, Error> {
    let rows = sqlx::query_as(
        "select c.reference, c.name, o.state, o.clear_at, o.window_closes_at
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

/// The deliveries of a change's notices by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, FromRow)]
pub struct Counts {
    pub queued: i64,
    pub accepted: i64,
    pub failed: i64,
    pub cancelled: i64,
}

/// How many letters of a change's notices stand where.
pub async fn counts(conn: &mut PgConnection, change: ChangeId) -> Result<Counts, Error> {
    let counts = sqlx::query_as(
        "select count(*) filter (where d.state = 'queued') as queued, count(*) filter (where d.state = 'accepted') as accepted,
                count(*) filter (where d.state = 'failed') as failed, count(*) filter (where d.state = 'cancelled') as cancelled
         from notice_change nc join delivery d on d.notice_id = nc.notice_id where nc.change_id = $1",
    )
    .bind(change.0)
    .fetch_one(conn)
    .await?;
    Ok(counts)
}

/// A letter of a change that the relay refused for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Failure {
    pub address: String,
    pub customer: String,
    pub code: Option<i16>,
    pub text: String,
}

/// The failed letters of a change, oldest first.
pub async fn failures(conn: &mut PgConnection, change: ChangeId, limit: i64) -> Result<Vec<Failure>, Error> {
    let rows = sqlx::query_as(
        "select coalesce(r.address, '') as address, c.reference as customer, d.relay_code as code,
                coalesce(d.relay_words, '') as text
         from notice_change nc join delivery d on d.notice_id = nc.notice_id
         join recipient r on r.id = d.recipient_id join customer c on c.id = d.customer_id
         where nc.change_id = $1 and d.state = 'failed' order by d.id limit $2",
    )
    .bind(change.0)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
