//! Letters that wait at a recipient's server: until when it said that it would try, and of which nothing was heard until then.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::{Error, Tx};
use crate::domain::delivery::DeliveryId;

/// Looked at in one act.
const LETTERS_MAX: i64 = 1_000;

/// The letter's server tries until then; the latest that it said counts.
pub async fn note(tx: &mut Tx, letter: DeliveryId, tried_until: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query(
        "insert into delayed_letter as l (delivery_id, tried_until) values ($1, $2)
         on conflict (delivery_id) do update set tried_until = excluded.tried_until, asked_at = null
         where l.tried_until < excluded.tried_until",
    )
    .bind(letter.0)
    .bind(tried_until)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A letter of which nothing was heard until its time was over, and whose customer has had no other.
#[derive(Debug, Clone, FromRow)]
pub struct Unheard {
    pub delivery: i64,
    /// The change that waits for it.
    pub reference: String,
    pub subprocessor: String,
    pub customer: String,
    pub address: String,
}

/// Takes the letters whose time is over, once; of these the ones that an open change waits for, by change.
pub async fn take_unheard(tx: &mut Tx) -> Result<Vec<Unheard>, Error> {
    let now = tx.now();
    let rows = sqlx::query_as(
        "with over as (
             update delayed_letter set asked_at = $1
             where delivery_id in (select delivery_id from delayed_letter where asked_at is null and tried_until <= $1
                                   order by tried_until limit $2 for update skip locked)
             returning delivery_id)
         select d.id as delivery, c.reference, c.facts #>> '{facts,name}' as subprocessor, k.name as customer,
                coalesce(r.address, '') as address
         from over join delivery d on d.id = over.delivery_id and d.received_at is null and d.bounced_at is null
         join notice n on n.id = d.notice_id and n.kind = 'announcement'
         join notice_change nc on nc.notice_id = n.id
         join change c on c.id = nc.change_id and c.state in ('scheduled', 'in_notice', 'held')
         join obligation o on o.change_id = c.id and o.customer_id = d.customer_id and o.state = 'owed'
         join customer k on k.id = d.customer_id left join recipient r on r.id = d.recipient_id
         order by c.id, d.id",
    )
    .bind(now)
    .bind(LETTERS_MAX)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
