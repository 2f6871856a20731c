//! Where one customer stands with many changes at once: what its clearance for a whole register is read from.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{FromRow, PgConnection};

use super::Error;
use super::clearing::{Obligation, ObligationRow};
use crate::domain::change::ChangeId;
use crate::domain::customer::CustomerId;

#[derive(FromRow)]
struct OwedRow {
    change_id: i64,
    #[sqlx(flatten)]
    row: ObligationRow,
}

/// What is owed to the customer for these changes, or was.
pub async fn owed(
    conn: &mut PgConnection,
    customer: CustomerId,
    changes: &[ChangeId],
) -> Result<BTreeMap<ChangeId, Obligation>, Error> {
    let ids: Vec<i64> = changes.iter().map(|id| id.0).collect();
    let rows: Vec<OwedRow> = sqlx::query_as(
        "select change_id, contract_id, state, exempt_why, consent, window_shuts, served_by, served_at, notice_started_at,
                earliest_by_notice, window_closes_at, clear_at, in_force_at, told_until
         from obligation where customer_id = $1 and change_id = any($2)",
    )
    .bind(customer.0)
    .bind(ids)
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(|OwedRow { change_id, row }| Ok((ChangeId(change_id), row.read()?))).collect()
}

/// Those of the changes for which the letter that served the customer serves it still: as
/// [`clearing::facts`](super::clearing::facts) has it, where another letter may do.
pub async fn served_still(
    conn: &mut PgConnection,
    customer: CustomerId,
    changes: &[ChangeId],
    proven: bool,
) -> Result<BTreeSet<ChangeId>, Error> {
    let ids: Vec<i64> = changes.iter().map(|id| id.0).collect();
    let served: Vec<i64> = sqlx::query_scalar(
        "select o.change_id
         from obligation o
         join delivery d on d.id = o.served_by
         join recipient r on r.id = d.recipient_id and r.customer_id = o.customer_id
         join notice n on n.id = d.notice_id and n.kind = 'announcement' and n.cancelled_at is null
         join notice_change nc on nc.notice_id = n.id and nc.change_id = o.change_id
         where o.customer_id = $1 and o.change_id = any($2) and o.state = 'served'
           and d.state = 'accepted' and d.bounced_at is null and (d.delayed_at is null or d.received_at is not null)
           and (not $3 or d.received_at is not null)
           and greatest(d.accepted_at, n.barrier_at) >= (select max(a.barrier_at) from notice a join notice_change ac on ac.notice_id = a.id
                                 where ac.change_id = o.change_id and a.kind = 'announcement' and a.cancelled_at is null)",
    )
    .bind(customer.0)
    .bind(ids)
    .bind(proven)
    .fetch_all(conn)
    .await?;
    Ok(served.into_iter().map(ChangeId).collect())
}
