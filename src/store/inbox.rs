//! The inbox: mail that came in, what it was taken for, and what it holds back.
//!
//! [`inbound`](super::inbound) writes it as it comes; the pass that sorts mail, the person who rules on it and the pass that lodges
//! objections write here. Lock order: the message first, then change, batch, letter, obligation.

mod letter;
mod read;

pub use letter::{
    Named, bounced_before, by_wire_id, contacts_at, customers_at, in_force_by, mark_answered, mark_bounced,
    mark_complained, mark_delayed, mark_present, mark_received, named, newest_to, settle_doubt,
};
pub use read::{Asked, Filter, Item, asked_by, by_id, first_door, last_mail_of, list, names, raw};

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::inbound::MessageId;
use super::{Error, Tx, exactly_one};
use crate::domain::change::ChangeId;
use crate::domain::customer::CustomerId;
use crate::domain::delivery::DeliveryId;
use crate::domain::inbound::{Class, Reading, Rule};
use crate::domain::inbox::Ruling;
use crate::domain::ledger::Actor;
use crate::domain::objection::ObjectionId;
use crate::domain::recipient::RecipientId;

/// A mail that no pass has looked at, or that must be looked at again.
#[derive(Clone, Debug, FromRow)]
pub struct Unsorted {
    pub raw: Vec<u8>,
    /// Whose event it is; none: a mail.
    pub relay: Option<String>,
    pub received_at: DateTime<Utc>,
    /// It was sorted before: another door saw it earlier, or at one more of our addresses.
    pub again: bool,
    pub sender: Option<String>,
    pub recipients: Vec<String>,
    /// It is on file as an objection, or as part of one.
    pub is_on_file: bool,
    /// Somebody has said what it is, and that stays.
    pub ruling: Option<String>,
    /// What a pass found in it before.
    #[sqlx(json(nullable))]
    pub findings: Option<Reading>,
}

impl Unsorted {
    /// It was said what it is, or is on file.
    pub fn is_decided(&self) -> bool {
        self.is_on_file || self.ruling.is_some()
    }

    /// An objection that is not on file yet.
    pub fn is_to_lodge(&self) -> bool {
        !self.is_on_file && self.ruling.as_deref() == Some(Ruling::Objection.as_str())
    }
}

/// The mails to sort, the oldest first.
pub async fn unsorted(conn: &mut PgConnection, limit: i64) -> Result<Vec<MessageId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "(select id from inbound_message where state = 'stored' order by received_at, id limit $1)
         union all
         (select id from inbound_message where look_again order by received_at, id limit $1)",
    )
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(MessageId).collect())
}

/// Locks a mail to be sorted and reads it; none: somebody else sorts it, or has.
pub async fn take(tx: &mut Tx, id: MessageId) -> Result<Option<Unsorted>, Error> {
    let held = sqlx::query(
        "select from inbound_message where id = $1 and (state = 'stored' or look_again) for update skip locked",
    )
    .bind(id.0)
    .fetch_optional(tx.conn())
    .await?;
    if held.is_none() {
        return Ok(None);
    }
    let mail = sqlx::query_as(
        "select m.raw, m.relay, m.received_at, m.look_again as again, m.objection_id is not null as is_on_file, m.ruling, m.findings,
                (select s.envelope_from from inbound_sighting s where s.message_id = m.id and s.envelope_from is not null
                 order by s.received_at limit 1) as sender,
                coalesce((select array_agg(distinct one) from inbound_sighting s, unnest(s.envelope_to) as one
                          where s.message_id = m.id), '{}') as recipients
         from inbound_message m where m.id = $1",
    )
    .bind(id.0)
    .fetch_one(tx.conn())
    .await?;
    Ok(Some(mail))
}

/// What a mail was taken for.
#[derive(Debug)]
pub struct Sorted<'a> {
    pub class: Class,
    pub rule: Option<Rule>,
    pub delivery: Option<DeliveryId>,
    pub customer: Option<CustomerId>,
    pub recipient: Option<RecipientId>,
    pub findings: &'a Reading,
    /// A person must look, or an objection is to be lodged.
    pub waits: bool,
    /// The mail says so itself.
    pub ruling: Option<Ruling>,
    /// What it is lodged against, once it is an objection.
    pub about: &'a [ChangeId],
}

/// Writes what a mail was taken for. Who has ruled on it stays: what is new of one that is an objection waits to be lodged.
pub async fn sort(tx: &mut Tx, id: MessageId, sorted: &Sorted<'_>) -> Result<(), Error> {
    let now = tx.now();
    let done = sqlx::query(
        "update inbound_message
         set class = $2, matched_by = $3, delivery_id = $4, customer_id = $5, recipient_id = $6, findings = $7, look_again = false, about = nullif($11::bigint[], '{}'),
             state = $8, ruling = coalesce(ruling, $9), ruled_by = case when ruling is null and $9 is not null then 'daemon' else ruled_by end,
             ruled_at = case when ruling is null and $9 is not null then $10 else ruled_at end
         where id = $1",
    )
    .bind(id.0)
    .bind(sorted.class.as_str())
    .bind(sorted.rule.map(Rule::as_str))
    .bind(sorted.delivery.map(|id| id.0))
    .bind(sorted.customer.map(|id| id.0))
    .bind(sorted.recipient.map(|id| id.0))
    .bind(Json(sorted.findings))
    .bind(if sorted.waits { "untriaged" } else { "done" })
    .bind(sorted.ruling.map(Ruling::as_str))
    .bind(now)
    .bind(sorted.about.iter().map(|id| id.0).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    exactly_one(&done, "mail")
}

/// What another door has seen of it is taken in.
pub async fn looked_again(tx: &mut Tx, id: MessageId) -> Result<(), Error> {
    let done = sqlx::query("update inbound_message set look_again = false where id = $1")
        .bind(id.0)
        .execute(tx.conn())
        .await?;
    exactly_one(&done, "mail")
}

/// From now on the mail holds these changes back: for one customer, or, where it is nobody's or several customers', for all. Call with the
/// changes held.
pub async fn hold(
    tx: &mut Tx,
    id: MessageId,
    changes: &[ChangeId],
    customer: Option<CustomerId>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into inbound_hold (message_id, change_id, customer_id)
         select $1, change_id, $3 from unnest($2::bigint[]) as c(change_id)
         on conflict (message_id, change_id) do update
         set customer_id = case when inbound_hold.released_at is null and inbound_hold.customer_id is distinct from excluded.customer_id
                                then null else excluded.customer_id end,
             released_at = null",
    )
    .bind(id.0)
    .bind(changes.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(customer.map(|id| id.0))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The mail holds nothing back any more. Returns the changes that it held.
pub async fn release(tx: &mut Tx, id: MessageId) -> Result<Vec<ChangeId>, Error> {
    let now = tx.now();
    let held: Vec<i64> = sqlx::query_scalar(
        "update inbound_hold set released_at = $2 where message_id = $1 and released_at is null returning change_id",
    )
    .bind(id.0)
    .bind(now)
    .fetch_all(tx.conn())
    .await?;
    Ok(held.into_iter().map(ChangeId).collect())
}

/// The changes that customers had been told of when the mail came and that are still to take effect, locked for key share. Look at their
/// facts in the NEXT statement.
pub async fn hold_open_at(
    tx: &mut Tx,
    at: DateTime<Utc>,
    customer: Option<CustomerId>,
) -> Result<Vec<ChangeId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select id from change
         where state in ('scheduled', 'in_notice', 'held') and published_at <= $1
           and ($2::bigint is null or exists (select from obligation o where o.change_id = change.id and o.customer_id = $2
                                              and o.state <> 'exempt'))
         order by id for key share",
    )
    .bind(at)
    .bind(customer.map(|id| id.0))
    .fetch_all(tx.conn())
    .await?;
    Ok(ids.into_iter().map(ChangeId).collect())
}

/// A mail that waits for a person, or whose objection is not lodged yet.
#[derive(Clone, Debug, FromRow)]
pub struct Waiting {
    pub received_at: DateTime<Utc>,
    pub class: String,
    pub ruling: Option<String>,
    pub delivery_id: Option<i64>,
    pub customer_id: Option<i64>,
    pub recipient_id: Option<i64>,
    #[sqlx(json)]
    pub findings: Reading,
    /// What it holds back.
    pub changes: Vec<i64>,
    /// What it is about, open or not; empty: it does not say.
    pub about: Vec<i64>,
}

/// Locks a mail that waits and reads it; none: it does not wait any more.
pub async fn lock_waiting(tx: &mut Tx, id: MessageId) -> Result<Option<Waiting>, Error> {
    sqlx::query("select from inbound_message where id = $1 for update").bind(id.0).execute(tx.conn()).await?;
    let mail = sqlx::query_as(
        "select received_at, class, ruling, delivery_id, customer_id, recipient_id, findings,
                array(select change_id from inbound_hold where message_id = id and released_at is null order by change_id) as changes,
                coalesce(about, '{}') as about
         from inbound_message where id = $1 and state = 'untriaged'",
    )
    .bind(id.0)
    .fetch_optional(tx.conn())
    .await?;
    Ok(mail)
}

/// Whoever may says what the mail is. An objection waits until it is lodged, anything else is done.
pub async fn rule(tx: &mut Tx, id: MessageId, ruling: Ruling, by: &Actor) -> Result<(), Error> {
    let now = tx.now();
    let done = sqlx::query(
        "update inbound_message set ruling = $2, ruled_by = $3, ruled_at = $4, state = case when $2 = 'objection' then state else 'done' end
         where id = $1 and state = 'untriaged'",
    )
    .bind(id.0)
    .bind(ruling.as_str())
    .bind(by.to_string())
    .bind(now)
    .execute(tx.conn())
    .await?;
    exactly_one(&done, "mail")
}

/// Whose it is, as a person says: whoever was taken for its author is not.
pub async fn assign(tx: &mut Tx, id: MessageId, customer: CustomerId) -> Result<(), Error> {
    let done = sqlx::query("update inbound_message set customer_id = $2, recipient_id = null where id = $1")
        .bind(id.0)
        .bind(customer.0)
        .execute(tx.conn())
        .await?;
    exactly_one(&done, "mail")
}

/// It waits for a person again: what was said of it cannot be done.
pub async fn unrule(tx: &mut Tx, id: MessageId) -> Result<(), Error> {
    let done = sqlx::query(
        "update inbound_message set ruling = null, ruled_by = null, ruled_at = null where id = $1 and state = 'untriaged'",
    )
    .bind(id.0)
    .execute(tx.conn())
    .await?;
    exactly_one(&done, "mail")
}

/// As [`unrule`], of one that was done.
pub async fn reopen(tx: &mut Tx, id: MessageId) -> Result<(), Error> {
    let done = sqlx::query(
        "update inbound_message set state = 'untriaged', ruling = null, ruled_by = null, ruled_at = null where id = $1",
    )
    .bind(id.0)
    .execute(tx.conn())
    .await?;
    exactly_one(&done, "mail")
}

/// Of these changes those to which this customer can still object; of nobody's, those that are not withdrawn.
pub async fn open_to_objection(
    tx: &mut Tx,
    changes: &[ChangeId],
    customer: Option<CustomerId>,
) -> Result<Vec<ChangeId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select id from change
         where id = any($1) and state in ('scheduled', 'in_notice', 'held', 'effective')
           and ($2::bigint is null or exists (select from obligation o where o.change_id = change.id and o.customer_id = $2))
         order by id",
    )
    .bind(changes.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(customer.map(|id| id.0))
    .fetch_all(tx.conn())
    .await?;
    Ok(ids.into_iter().map(ChangeId).collect())
}

/// The changes with these references.
pub async fn changes_called(conn: &mut PgConnection, references: &[String]) -> Result<Vec<ChangeId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar("select id from change where reference = any($1) order by id")
        .bind(references)
        .fetch_all(conn)
        .await?;
    Ok(ids.into_iter().map(ChangeId).collect())
}

/// The mails that are objections and not lodged, the oldest first.
pub async fn to_lodge(conn: &mut PgConnection, limit: i64) -> Result<Vec<MessageId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select id from inbound_message where ruling = 'objection' and state = 'untriaged' order by received_at, id limit $1",
    )
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(MessageId).collect())
}

/// An objection that a mail is, or is part of.
#[derive(Clone, Debug, FromRow)]
pub struct Case {
    pub id: i64,
    pub customer_id: Option<i64>,
    pub received_at: DateTime<Utc>,
    pub changes: Vec<i64>,
}

/// The objections that the mail is, or is part of.
pub async fn cases(conn: &mut PgConnection, id: MessageId) -> Result<Vec<Case>, Error> {
    let cases = sqlx::query_as(
        "select o.id, o.customer_id, o.received_at,
                array(select change_id from objection_change where objection_id = o.id order by change_id) as changes
         from objection o
         where o.id in (select id from objection where message_id = $1
                        union select objection_id from correspondence where message_id = $1)
         order by o.id",
    )
    .bind(id.0)
    .fetch_all(conn)
    .await?;
    Ok(cases)
}

/// Whether the mail is this objection, or part of it.
pub async fn is_in_case(conn: &mut PgConnection, id: MessageId, case: ObjectionId) -> Result<bool, Error> {
    let is_in = sqlx::query_scalar(
        "select exists (select from objection where id = $2 and message_id = $1)
             or exists (select from correspondence where objection_id = $2 and message_id = $1)",
    )
    .bind(id.0)
    .bind(case.0)
    .fetch_one(conn)
    .await?;
    Ok(is_in)
}

/// The mail is on file as this objection, or as part of it.
pub async fn lodged(tx: &mut Tx, id: MessageId, objection: Option<ObjectionId>) -> Result<(), Error> {
    let done = sqlx::query("update inbound_message set state = 'done', objection_id = $2 where id = $1")
        .bind(id.0)
        .bind(objection.map(|id| id.0))
        .execute(tx.conn())
        .await?;
    exactly_one(&done, "mail")
}
