//! Linking: what an address said while it was nobody's becomes a customer's, from its first instant.
//!
//! A shutting fact: the changes are held first, the objections next, then we look. Promise: an objection in time counts from the moment it is
//! linked, and nothing that was said is lost where the customer has objected already.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

use super::{Added, Measured, Objected, Party, hold, insert_correspondence, measure, open_of};
use crate::domain::change::ChangeId;
use crate::domain::customer::{CustomerId, Policy};
use crate::domain::ledger::Event;
use crate::domain::objection::{ObjectionId, Timeliness, Voice, lapse_of_all};
use crate::store::{Error, Tx};

/// What became of one statement against one change.
#[derive(Clone, Debug)]
pub struct Linked {
    pub objection: String,
    pub change: Objected,
    pub customer: CustomerId,
    pub received_at: DateTime<Utc>,
    pub measured: Measured,
    /// The customer had this one open already: the words were added to it.
    pub joined: Option<String>,
}

impl Linked {
    pub fn event(&self) -> Event {
        Event::ObjectionLinked {
            objection: self.objection.clone(),
            change: self.change.id,
            customer: self.customer,
            timeliness: self.measured.timeliness,
            joined: self.joined.clone(),
        }
    }
}

/// The open objections of an address that are nobody's yet, oldest first.
pub async fn unlinked_of(conn: &mut PgConnection, address: &str) -> Result<Vec<ObjectionId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "select id from objection where lower(address) = lower($1) and customer_id is null and state <> 'resolved' order by id",
    )
    .bind(address)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(ObjectionId).collect())
}

#[derive(FromRow)]
struct Unlinked {
    reference: String,
    statement: String,
    address: Option<String>,
    received_at: DateTime<Utc>,
    changes: Vec<i64>,
}

/// Makes these objections the customer's, as far as they are nobody's and open. The caller commits [`Linked::event`] of each, and
/// tells the DPO of those that are found after the effect ([`Measured::is_found_after_effect`]).
pub async fn link(
    tx: &mut Tx,
    objections: &[ObjectionId],
    customer: CustomerId,
    policy: &Policy,
) -> Result<Vec<Linked>, Error> {
    let ids: Vec<i64> = objections.iter().map(|id| id.0).collect();
    let changes: Vec<i64> =
        sqlx::query_scalar("select distinct change_id from objection_change where objection_id = any($1)")
            .bind(&ids)
            .fetch_all(tx.conn())
            .await?;
    let changes: Vec<ChangeId> = changes.into_iter().map(ChangeId).collect();
    let changes = super::hold_changes(tx, &changes).await?;
    let mut linked = Vec::new();
    for id in objections {
        hold(tx, *id).await?;
        linked.extend(link_one(tx, *id, customer, &changes, policy).await?);
    }
    Ok(linked)
}

async fn link_one(
    tx: &mut Tx,
    id: ObjectionId,
    customer: CustomerId,
    changes: &[Objected],
    policy: &Policy,
) -> Result<Vec<Linked>, Error> {
    let row: Option<Unlinked> = sqlx::query_as(
        "select o.reference, o.statement, o.address, o.received_at,
                array(select x.change_id from objection_change x where x.objection_id = o.id and x.resolved_at is null
                      order by x.change_id) as changes
         from objection o where o.id = $1 and o.customer_id is null and o.state <> 'resolved'",
    )
    .bind(id.0)
    .fetch_optional(tx.conn())
    .await?;
    let Some(unlinked) = row else { return Ok(Vec::new()) };
    let named: Vec<Objected> =
        changes.iter().filter(|change| unlinked.changes.contains(&change.id.0)).cloned().collect();
    let measured = measure(tx.conn(), &named, Some(customer), unlinked.received_at, policy).await?;
    let mut linked = Vec::with_capacity(named.len());
    for (change, measured) in named.into_iter().zip(measured) {
        let joined = match open_of(tx.conn(), change.id, Party::Customer(customer)).await? {
            Some(open) => {
                hold(tx, open.id()).await?;
                join(tx, id, open.id(), &unlinked, &measured).await?;
                Some(open.reference)
            }
            None => {
                take_over(tx, id, customer, &measured).await?;
                None
            }
        };
        let (objection, received_at) = (unlinked.reference.clone(), unlinked.received_at);
        linked.push(Linked { objection, change, customer, received_at, measured, joined });
    }
    settle(tx, id, customer, &linked).await?;
    Ok(linked)
}

async fn take_over(
    tx: &mut Tx,
    id: ObjectionId,
    customer: CustomerId,
    measured: &Measured,
) -> Result<(), Error> {
    sqlx::query(
        "update objection_change set customer_id = $3, deadline_at = $4, in_time = $5, after_start = $6
         where objection_id = $1 and change_id = $2 and resolved_at is null",
    )
    .bind(id.0)
    .bind(measured.change.0)
    .bind(customer.0)
    .bind(measured.deadline_at)
    .bind(measured.timeliness == Timeliness::InTime)
    .bind(measured.after_start)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Adds the words to the objection that the customer has open; what reached us earlier counts from then.
async fn join(
    tx: &mut Tx,
    id: ObjectionId,
    open: ObjectionId,
    unlinked: &Unlinked,
    measured: &Measured,
) -> Result<(), Error> {
    let who = unlinked.address.as_deref().unwrap_or("somebody");
    let who = format!("{who} ({})", unlinked.reference);
    let said = Added::by(Voice::Theirs, Some(&who), &unlinked.statement);
    insert_correspondence(tx, open, unlinked.received_at, &said).await?;
    came_earlier(tx, open, unlinked.received_at, measured).await?;
    let now = tx.now();
    sqlx::query(
        "update objection_change set joined_id = $3, resolved_at = $4, clear_at = $4
         where objection_id = $1 and change_id = $2 and resolved_at is null",
    )
    .bind(id.0)
    .bind(measured.change.0)
    .bind(open.0)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Of two statements of one customer the one in time counts: a late objection turns timely by what had reached us before, or reaches us
/// when no deadline runs any more, and one that came after an emergency's start by what came before it. Call with the change held.
pub async fn came_earlier(
    tx: &mut Tx,
    open: ObjectionId,
    received_at: DateTime<Utc>,
    measured: &Measured,
) -> Result<(), Error> {
    if measured.timeliness == Timeliness::Late {
        return Ok(());
    }
    sqlx::query(
        "update objection_change set received_at = least(received_at, $3), deadline_at = $4, in_time = true, after_start = $5
         where objection_id = $1 and change_id = $2 and resolved_at is null and (not in_time or (after_start and not $5))",
    )
    .bind(open.0)
    .bind(measured.change.0)
    .bind(received_at)
    .bind(measured.deadline_at)
    .bind(measured.after_start)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The objection itself: whose it is, and when its time is over by the customer's terms. It is over now where all went to others.
async fn settle(tx: &mut Tx, id: ObjectionId, customer: CustomerId, linked: &[Linked]) -> Result<(), Error> {
    let lapses = lapse_of_all(linked.iter().map(|one| one.measured.lapses));
    let now = tx.now();
    sqlx::query(
        "update objection set customer_id = $2, lapses_at = $3, lapse_then = $4, next_look_at = $5,
                state = case when exists (select from objection_change x where x.objection_id = $1 and x.resolved_at is null)
                        then state else 'resolved' end
         where id = $1",
    )
    .bind(id.0)
    .bind(customer.0)
    .bind(lapses.map(|lapses| lapses.at))
    .bind(lapses.map(|lapses| lapses.then.as_str()))
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(())
}
