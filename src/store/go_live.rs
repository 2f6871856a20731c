//! Go-live per customer: who still waits for its start, and who has started.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};

use super::{Error, Tx};
use crate::domain::change::ChangeId;
use crate::domain::customer::CustomerId;
use crate::domain::subprocessor::SubprocessorId;

/// The customers behind `after` for whom the change has not started, by id.
pub async fn waiting(
    conn: &mut PgConnection,
    change: ChangeId,
    after: i64,
    limit: i64,
) -> Result<Vec<CustomerId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select customer_id from obligation where change_id = $1 and next_look_at is not null and customer_id > $2
         order by customer_id limit $3",
    )
    .bind(change.0)
    .bind(after)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(CustomerId).collect())
}

/// Those of `customers` whom it is settled to keep out of the subprocessor, confirmed or not.
pub async fn excluded(
    conn: &mut PgConnection,
    subprocessor: SubprocessorId,
    customers: &[CustomerId],
    at: DateTime<Utc>,
) -> Result<BTreeSet<CustomerId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select customer_id from exclusion
         where subprocessor_id = $1 and customer_id = any($2) and (until is null or until > $3)",
    )
    .bind(subprocessor.0)
    .bind(customers.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(at)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(CustomerId).collect())
}

/// The change is in force for these customers as of `at`: what it owed them is closed. Under the change's lock; the
/// database looks at each of them once more.
pub async fn put_in_force(
    tx: &mut Tx,
    change: ChangeId,
    customers: &[CustomerId],
    at: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "update obligation set in_force_at = $3, next_look_at = null
         where change_id = $1 and customer_id = any($2) and in_force_at is null",
    )
    .bind(change.0)
    .bind(customers.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(at)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The change never starts for these customers.
pub async fn stop_waiting(tx: &mut Tx, change: ChangeId, customers: &[CustomerId]) -> Result<(), Error> {
    sqlx::query("update obligation set next_look_at = null where change_id = $1 and customer_id = any($2)")
        .bind(change.0)
        .bind(customers.iter().map(|id| id.0).collect::<Vec<_>>())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// It may start for these customers after all: nothing keeps them out any more.
pub async fn wait_again(tx: &mut Tx, change: ChangeId, customers: &[CustomerId]) -> Result<(), Error> {
    sqlx::query(
        "update obligation o set next_look_at = c.effective_at from change c
         where o.change_id = $1 and o.customer_id = any($2) and c.id = o.change_id and c.go_live = 'per_customer'
           and c.state in ('scheduled', 'in_notice', 'held') and o.in_force_at is null and o.next_look_at is null",
    )
    .bind(change.0)
    .bind(customers.iter().map(|id| id.0).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// For how many customers a change has started, and how many wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromRow)]
pub struct Counts {
    pub in_force: i64,
    pub waiting: i64,
}

pub async fn counts(conn: &mut PgConnection, change: ChangeId) -> Result<Counts, Error> {
    Ok(sqlx::query_as(
        "select count(*) filter (where in_force_at is not null) as in_force,
                count(*) filter (where next_look_at is not null) as waiting
         from obligation where change_id = $1",
    )
    .bind(change.0)
    .fetch_one(conn)
    .await?)
}
