//! Single letters: one letter for one occasion (receipt, answer, confirmation, alert, digest), queued as a delivery
//! in a batch of its own, so that it never waits behind a mailing.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use sqlx::types::Json;

use super::{Error, Tx};
use crate::domain::customer::CustomerId;
use crate::domain::delivery::DeliveryId;
use crate::domain::recipient::RecipientId;

/// Whom a single letter goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To<'a> {
    OnFile {
        recipient: RecipientId,
        customer: CustomerId,
    },
    /// Somebody not on file: the DPO, or an address that asked to be confirmed.
    Address(&'a str),
}

/// What `delivery.facts` of a single letter holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen<L> {
    /// Set where the delivery names no recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    pub letter: L,
}

/// Whether a letter with this key was ever queued.
pub async fn is_known(conn: &mut PgConnection, key: &str) -> Result<bool, Error> {
    let known = sqlx::query_scalar("select exists (select from delivery where letter_key = $1)")
        .bind(key)
        .fetch_one(conn)
        .await?;
    Ok(known)
}

/// Queues a letter, due now, unless one with this key is there: then none.
pub async fn queue<L: Serialize + Sync>(
    tx: &mut Tx,
    key: &str,
    to: To<'_>,
    letter: &L,
    latest_at: DateTime<Utc>,
) -> Result<Option<DeliveryId>, Error> {
    let (recipient, customer, address) = match to {
        To::OnFile { recipient, customer } => (Some(recipient.0), Some(customer.0), None),
        To::Address(address) => (None, None, Some(address.to_owned())),
    };
    let facts = Frozen { address, letter };
    let now = tx.now();
    let id: Option<i64> = sqlx::query_scalar(
        "with place as (
             select nextval(pg_get_serial_sequence('batch', 'id')) as id
             where not exists (select from delivery where letter_key = $1)),
         letter as (
             insert into delivery (id, recipient_id, customer_id, letter_key, facts, latest_at, due_at)
             select id * 1024, $2, $3, $1, $4, $5, $6 from place
             on conflict (letter_key) where letter_key is not null do nothing
             returning id),
         queued as (
             insert into batch (id, lane, due_at, latest_at) overriding system value
             select id / 1024, 0, $6, $5 from letter)
         select id from letter",
    )
    .bind(key)
    .bind(recipient)
    .bind(customer)
    .bind(Json(&facts))
    .bind(latest_at)
    .bind(now)
    .fetch_optional(tx.conn())
    .await?;
    Ok(id.map(DeliveryId))
}
