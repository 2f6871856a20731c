//! How many mails the DPO was told of in an hour: who writes without end must not make us write without end.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Error, Tx};
use crate::domain::customer::CustomerId;

/// The row of all customers together.
const ALL: i64 = 0;

/// Counts one more, and says how many it are with it in this hour: of this customer, and of all.
pub async fn count(
    tx: &mut Tx,
    hour: DateTime<Utc>,
    customer: Option<CustomerId>,
) -> Result<(i32, i32), Error> {
    let mut told = Vec::with_capacity(2);
    // One after the other: whoever counts for another customer waits for the last only.
    for of in [customer.map(|customer| customer.0), Some(ALL)] {
        let Some(of) = of else { continue };
        let count: i32 = sqlx::query_scalar(
            "insert into mail_told as m (hour, customer_id, told) values ($1, $2, 1)
             on conflict (hour, customer_id) do update set told = m.told + 1 returning told",
        )
        .bind(hour)
        .bind(of)
        .fetch_one(tx.conn())
        .await?;
        told.push(count);
    }
    let of_all = told.pop().unwrap_or_default();
    if of_all == 1 {
        sqlx::query("delete from mail_told where hour < $1")
            .bind(hour - TimeDelta::days(1))
            .execute(tx.conn())
            .await?;
    }
    Ok((told.pop().unwrap_or_default(), of_all))
}
