//! The letter that a mail names, whose address it came from, and what is written on the letter's row.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

use crate::domain::change::ChangeId;
use crate::domain::customer::CustomerId;
use crate::domain::delivery::DeliveryId;
use crate::domain::notice::NoticeId;
use crate::domain::recipient::RecipientId;
use crate::store::{Error, Tx};

/// A letter of ours that a mail names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub delivery: DeliveryId,
    pub notice: Option<NoticeId>,
    pub announces: bool,
    pub changes: Vec<ChangeId>,
    pub recipient: Option<RecipientId>,
    pub customer: Option<CustomerId>,
    pub customer_name: String,
    pub is_subscriber: bool,
    pub address: Option<String>,
    pub language: String,
    pub latest_at: DateTime<Utc>,
    /// A single letter of a case: a receipt, an answer.
    pub objection: Option<String>,
    /// To the DPO or to ourselves: an alarm, a digest, a test.
    pub is_ours: bool,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    notice_id: Option<i64>,
    announces: bool,
    changes: Vec<i64>,
    recipient_id: Option<i64>,
    customer_id: Option<i64>,
    customer_name: String,
    is_subscriber: bool,
    address: Option<String>,
    language: String,
    latest_at: DateTime<Utc>,
    objection: Option<String>,
    is_ours: bool,
}

/// The letter with this id; none: a token of ours whose letter is gone.
pub async fn named(conn: &mut PgConnection, delivery: DeliveryId) -> Result<Option<Named>, Error> {
    let row: Option<Row> = sqlx::query_as(
        "select d.id, d.notice_id, coalesce(n.kind = 'announcement', false) as announces,
                array(select change_id from notice_change where notice_id = d.notice_id order by change_id) as changes,
                d.recipient_id, d.customer_id, coalesce(c.name, '') as customer_name,
                coalesce(c.kind = 'subscriber', false) as is_subscriber,
                coalesce(r.address, d.facts ->> 'address') as address, coalesce(r.language, 'en') as language, d.latest_at,
                d.facts -> 'letter' ->> 'objection_ref' as objection,
                coalesce(d.facts -> 'letter' ->> 'letter' in ('alert', 'digest', 'test', 'probe'), false) as is_ours
         from delivery d left join notice n on n.id = d.notice_id left join customer c on c.id = d.customer_id
         left join recipient r on r.id = d.recipient_id
         where d.id = $1",
    )
    .bind(delivery.0)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Named {
        delivery: DeliveryId(row.id),
        notice: row.notice_id.map(NoticeId),
        announces: row.announces,
        changes: row.changes.into_iter().map(ChangeId).collect(),
        recipient: row.recipient_id.map(RecipientId),
        customer: row.customer_id.map(CustomerId),
        customer_name: row.customer_name,
        is_subscriber: row.is_subscriber,
        address: row.address,
        language: row.language,
        latest_at: row.latest_at,
        objection: row.objection,
        is_ours: row.is_ours,
    }))
}

/// The letter to which a relay gave this id; a Message-ID of its making begins with the id it said (`id@email.amazonses.com`).
pub async fn by_wire_id(conn: &mut PgConnection, id: &str) -> Result<Option<DeliveryId>, Error> {
    let local = id.split('@').next().unwrap_or(id);
    let found: Option<i64> = sqlx::query_scalar(
        "select delivery_id from wire_id where id in ($1, $2) order by id = $1 desc limit 1",
    )
    .bind(id)
    .bind(local)
    .fetch_optional(conn)
    .await?;
    Ok(found.map(DeliveryId))
}

/// The newest letter to this address that a relay has taken since.
pub async fn newest_to(
    conn: &mut PgConnection,
    address: &str,
    since: DateTime<Utc>,
) -> Result<Option<DeliveryId>, Error> {
    let found: Option<i64> = sqlx::query_scalar(
        "select d.id from recipient r
         cross join lateral (select nc.notice_id from obligation o join notice_change nc on nc.change_id = o.change_id
                             where o.customer_id = r.customer_id) n
         join delivery d on d.notice_id = n.notice_id and d.recipient_id = r.id
         where lower(r.address) = lower($1) and d.accepted_at >= $2
         order by d.accepted_at desc, d.id desc limit 1",
    )
    .bind(address)
    .bind(since)
    .fetch_optional(conn)
    .await?;
    Ok(found.map(DeliveryId))
}

/// The contacts with this address, else the subscribers: (recipient, customer). One address may be several customers'.
pub async fn contacts_at(
    conn: &mut PgConnection,
    address: &str,
    limit: i64,
) -> Result<Vec<(RecipientId, CustomerId)>, Error> {
    let rows: Vec<(i64, i64)> = sqlx::query_as(
        "select r.id, c.id from recipient r join customer c on c.id = r.customer_id
         where lower(r.address) = lower($1)
           and (c.kind <> 'subscriber' or not exists (select from recipient other join customer oc on oc.id = other.customer_id
                                                      where lower(other.address) = lower($1) and oc.kind <> 'subscriber'))
         order by r.id limit $2",
    )
    .bind(address)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(recipient, customer)| (RecipientId(recipient), CustomerId(customer))).collect())
}

/// The customers that have a contact at this mail domain.
pub async fn customers_at(
    conn: &mut PgConnection,
    domain: &str,
    limit: i64,
) -> Result<Vec<CustomerId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select distinct c.id from recipient r join customer c on c.id = r.customer_id and c.kind = 'contract'
         where lower(split_part(r.address, '@', -1)) = lower($1) order by c.id limit $2",
    )
    .bind(domain)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(CustomerId).collect())
}

macro_rules! marks {
    ($($(#[$doc:meta])* $name:ident: $set:literal where $which:literal;)+) => {$(
        $(#[$doc])*
        ///
        /// False: that was known.
        pub async fn $name(tx: &mut Tx, letter: DeliveryId, at: DateTime<Utc>) -> Result<bool, Error> {
            let done = sqlx::query(concat!("update delivery set ", $set, " where id = $1 and (", $which, ")"))
                .bind(letter.0)
                .bind(at)
                .execute(tx.conn())
                .await?;
            Ok(done.rows_affected() == 1)
        }
    )+};
}

marks! {
    /// The letter did not arrive, or was dropped.
    mark_bounced: "bounced_at = least(bounced_at, $2)" where "bounced_at is null or bounced_at > $2";
    /// It waits at a server that is not ours, unless its arrival was proved.
    mark_delayed: "delayed_at = least(delayed_at, $2)" where "delayed_at is null and received_at is null";
    /// The recipient's server has it since then.
    mark_received: "received_at = least(received_at, greatest(accepted_at, $2))" where "received_at is null or received_at > greatest(accepted_at, $2)";
    /// A machine at the recipient's answered; so its server has it.
    mark_present: "present_at = least(present_at, $2), received_at = least(received_at, $2)" where "present_at is null or present_at > $2";
    /// A person answered; so its server has it.
    mark_answered: "answered_at = least(answered_at, $2), received_at = least(received_at, $2)" where "answered_at is null or answered_at > $2";
    /// Somebody said that it was not wanted.
    mark_complained: "complained_at = least(complained_at, $2)" where "complained_at is null or complained_at > $2";
}

/// A letter of which we do not know whether a relay took it has arrived: it is due now, and who looks at it hands nothing over. False:
/// a relay's answer is on record.
pub async fn settle_doubt(tx: &mut Tx, letter: DeliveryId) -> Result<bool, Error> {
    let now = tx.now();
    let done = sqlx::query(
        "with held as (
             update batch set open = true, due_at = case when open then least(due_at, $3) else $3 end
             where id = $2 and exists (select from delivery where id = $1 and (state = 'queued' or state = 'failed' and in_doubt))
             returning id)
         update delivery d set state = 'queued', failed_at = null, due_at = least(d.due_at, $3) from held
         where d.id = $1 and (d.state = 'queued' or d.state = 'failed' and d.in_doubt)",
    )
    .bind(letter.0)
    .bind(letter.batch().0)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The changes in force for this customer by this letter, and by no other that has not come back.
pub async fn in_force_by(
    conn: &mut PgConnection,
    letter: DeliveryId,
    customer: CustomerId,
) -> Result<Vec<ChangeId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select o.change_id from obligation o join change on change.id = o.change_id
         join notice_change nc on nc.change_id = o.change_id join delivery d on d.id = $1 and d.notice_id = nc.notice_id
         where o.customer_id = $2 and o.state = 'served' and o.served_by = $1
           and coalesce(change.took_effect_at, o.in_force_at) is not null
           and not exists (select from delivery other where other.notice_id = d.notice_id and other.customer_id = $2 and other.id <> $1
                           and other.state = 'accepted' and other.bounced_at is null
                           and other.recipient_id in (select id from recipient where customer_id = $2))
         order by o.change_id",
    )
    .bind(letter.0)
    .bind(customer.0)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(ChangeId).collect())
}

/// Whether another letter to the same recipient has bounced: a second sign that its address is dead.
pub async fn bounced_before(
    conn: &mut PgConnection,
    recipient: RecipientId,
    letter: DeliveryId,
) -> Result<bool, Error> {
    let before = sqlx::query_scalar(
        "select exists (
             select from recipient r join obligation o on o.customer_id = r.customer_id
             join notice_change nc on nc.change_id = o.change_id
             join delivery d on d.notice_id = nc.notice_id and d.recipient_id = r.id
             where r.id = $1 and d.id <> $2 and d.bounced_at is not null)",
    )
    .bind(recipient.0)
    .bind(letter.0)
    .fetch_one(conn)
    .await?;
    Ok(before)
}
