//! The next contact of a customer whose letter was refused, and the address that takes no more letters.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::customer::CustomerId;
use crate::domain::delivery::{DeliveryId, Lane};
use crate::domain::notice::NoticeId;
use crate::domain::recipient::RecipientId;
use crate::store::{Error, Tx};

/// The contact asked next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    pub delivery: DeliveryId,
    pub recipient: RecipientId,
}

/// What is left to do for a customer after one of its letters of a notice has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Another letter of the notice waits for the relay or has been accepted, and has not come back.
    OthersRemain,
    /// The next contact has a letter of its own now.
    Asked(Asked),
    /// Nobody is left.
    NobodyLeft,
}

/// For the letter to a contact who is asked when it is too late, or nearly so.
const LATE_GETS: TimeDelta = TimeDelta::days(1);

/// Asks a customer's next contact where every letter of this notice to it has failed: privacy contacts first, then
/// the other roles by rank. It waits behind no mailing, and nobody is asked twice. Who is asked late gets a day all the same: one
/// greylisting would end it.
pub async fn ask_next_contact(
    tx: &mut Tx,
    notice: NoticeId,
    customer: CustomerId,
    latest_at: DateTime<Utc>,
) -> Result<Rest, Error> {
    if rest(tx, notice, customer).await? == Rest::OthersRemain {
        return Ok(Rest::OthersRemain);
    }
    let now = tx.now();
    let asked: Option<(i64, i64)> = sqlx::query_as(include_str!("../sql/ask_next_contact.sql"))
        .bind(notice.0)
        .bind(customer.0)
        .bind(now)
        .bind(latest_at.max(now + LATE_GETS))
        .bind(Lane::Single.number())
        .fetch_optional(tx.conn())
        .await?;
    Ok(asked.map_or(Rest::NobodyLeft, |(delivery, recipient)| {
        Rest::Asked(Asked { delivery: DeliveryId(delivery), recipient: RecipientId(recipient) })
    }))
}

/// The same, asking nobody: another address is no remedy for the letter's own fault. Where the customer has a notice address, no
/// other can serve.
pub async fn rest(tx: &mut Tx, notice: NoticeId, customer: CustomerId) -> Result<Rest, Error> {
    let others: bool = sqlx::query_scalar(
        "select exists (select from delivery d join recipient r on r.id = d.recipient_id and r.customer_id = $2
                        where d.notice_id = $1 and d.customer_id = $2
                          and d.state in ('queued', 'accepted') and d.bounced_at is null
                          and (r.notice_address
                               or not exists (select from recipient o where o.customer_id = $2 and o.notice_address)))",
    )
    .bind(notice.0)
    .bind(customer.0)
    .fetch_one(tx.conn())
    .await?;
    Ok(if others { Rest::OthersRemain } else { Rest::NobodyLeft })
}

/// Suppresses an address: no letter goes there any more. False: it was suppressed before.
pub async fn suppress(tx: &mut Tx, recipient: RecipientId, why: &str) -> Result<bool, Error> {
    let now = tx.now();
    let done = sqlx::query(
        "update recipient set suppressed_at = $2, suppressed_why = $3 where id = $1 and suppressed_at is null",
    )
    .bind(recipient.0)
    .bind(now)
    .bind(why)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Letters go there again. False: they did.
pub async fn restore(tx: &mut Tx, recipient: RecipientId) -> Result<bool, Error> {
    let done = sqlx::query(
        "update recipient set suppressed_at = null, suppressed_why = null where id = $1 and suppressed_at is not null",
    )
    .bind(recipient.0)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A subscriber who cannot be reached is owed nothing: only contracts hold a change back. Returns the changes.
pub async fn exempt_undeliverable_subscriber(
    tx: &mut Tx,
    notice: NoticeId,
    customer: CustomerId,
) -> Result<Vec<i64>, Error> {
    let changes = sqlx::query_scalar(
        "update obligation o set state = 'exempt', exempt_why = 'undeliverable_subscriber'
         from notice_change n, customer c
         where n.notice_id = $1 and o.change_id = n.change_id and o.customer_id = $2 and o.state = 'owed'
           and c.id = o.customer_id and c.kind = 'subscriber'
         returning o.change_id",
    )
    .bind(notice.0)
    .bind(customer.0)
    .fetch_all(tx.conn())
    .await?;
    Ok(changes)
}
