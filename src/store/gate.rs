//! What the gate reads, found by index probes over the instants that services left behind.

mod facts;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use super::{Error, Tx, door};
use crate::domain::change::ChangeId;
use crate::domain::gate::Reason;

pub use facts::{customers, facts, facts_of, of_customer};

/// The reasons that shut the gate of a change at an instant. Under a lock: call it in the statement AFTER the one
/// that took the change's row.
pub async fn shut_by(
    conn: &mut PgConnection,
    change: ChangeId,
    at: DateTime<Utc>,
) -> Result<BTreeSet<Reason>, Error> {
    let words: Vec<String> =
        sqlx::query_scalar("select gate_shut_by($1, $2)").bind(change.0).bind(at).fetch_all(conn).await?;
    words.iter().map(|word| word.parse().map_err(|why| Error::unreadable("gate's reason", &why))).collect()
}

/// The reasons that shut the gate at an instant that may lie ahead, as they are known at `now`. Nobody vouches for what is to come, and
/// each door is a moment short: that mail may lie unread is said only where it may by now.
pub async fn shut_as_known(
    conn: &mut PgConnection,
    change: ChangeId,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<BTreeSet<Reason>, Error> {
    let mut reasons = shut_by(&mut *conn, change, at).await?;
    if reasons.contains(&Reason::InboundBehind) {
        let vouched = door::decidable_until(&mut *conn).await?.unwrap_or(now).min(now);
        let known = if now - vouched < door::READ_WITHIN { vouched } else { now };
        if known < at && !shut_by(conn, change, known).await?.contains(&Reason::InboundBehind) {
            reasons.remove(&Reason::InboundBehind);
        }
    }
    Ok(reasons)
}

/// Keeps an answer of the gate that decided something, with what every door had read.
pub async fn insert_verdict(
    tx: &mut Tx,
    change: ChangeId,
    at: DateTime<Utc>,
    reasons: &BTreeSet<Reason>,
) -> Result<(), Error> {
    let now = tx.now();
    sqlx::query(
        "insert into verdict (change_id, at, decided_at, open, reasons, doors)
         select $1, $2, $3, $4, $5, coalesce((select jsonb_agg(jsonb_build_object('door', name, 'kind', kind,
                'read_to', read_to) order by name) from door where state = 'open'), '[]')",
    )
    .bind(change.0)
    .bind(at)
    .bind(now)
    .bind(reasons.is_empty())
    .bind(Json(reasons))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A customer whom a reason concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Concerned {
    pub reference: String,
    pub name: String,
    /// When it stands in the way no longer, where that is an instant already known.
    pub until: Option<DateTime<Utc>>,
    /// Where its authorisation is missing: `awaited` or `refused`; where its exclusion is: `silent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<String>,
}

/// How many customers a reason concerns, and the first hundred of them by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Concern {
    pub reason: Reason,
    pub count: i64,
    pub customers: Vec<Concerned>,
}

/// How many facts `$from` finds, and the customers of the first of them by name.
macro_rules! statements {
    ($from:literal, $until:literal) => {
        statements!($from, $until, "null::text")
    };
    ($from:literal, $until:literal, $consent:literal) => {
        (
            concat!("select count(*) ", $from),
            concat!(
                "select c.reference, c.name, x.until, x.consent from (select f.customer_id, ",
                $until,
                " as until, ",
                $consent,
                " as consent ",
                $from,
                ") x join customer c on c.id = x.customer_id order by c.name, c.id limit $3"
            ),
        )
    };
}

const CONCERNED_MAX: i64 = 100;

/// Whom a reason concerns. Reasons that lie with nobody's terms concern nobody.
pub async fn concern(
    conn: &mut PgConnection,
    change: ChangeId,
    reason: Reason,
    at: DateTime<Utc>,
) -> Result<Concern, Error> {
    let (counting, naming) = match reason {
        Reason::NoticeMissing => statements!(
            "from obligation f where f.change_id = $1 and f.state = 'owed' and $2::timestamptz is not null",
            "null::timestamptz"
        ),
        Reason::NoticeShort => statements!(
            "from obligation f where f.change_id = $1 and f.state = 'served' and f.earliest_by_notice > $2",
            "f.earliest_by_notice"
        ),
        Reason::WindowOpen => statements!(
            "from obligation f where f.change_id = $1 and f.state = 'served' and f.window_shuts and f.window_closes_at > $2",
            "f.window_closes_at"
        ),
        Reason::ConsentMissing => statements!(
            "from obligation f where f.change_id = $1 and f.consent in ('awaited', 'refused') and f.state <> 'exempt' and $2::timestamptz is not null",
            "null::timestamptz",
            "f.consent"
        ),
        Reason::ObjectionOpen => statements!(
            "from objection_change f where f.change_id = $1 and f.counts and f.resolved_at is null and $2::timestamptz is not null",
            "null::timestamptz"
        ),
        Reason::RemedyRunning => statements!(
            "from (select customer_id, clear_at, null::text as consent from objection_change
                   where change_id = $1 and counts and resolved_at is not null and (clear_at is null or clear_at > $2)
                   union all
                   select customer_id, null, consent from obligation
                   where change_id = $1 and consent = 'silent' and state <> 'exempt') f",
            "f.clear_at",
            "f.consent"
        ),
        Reason::ReplyUntriaged => statements!(
            "from (select distinct customer_id from inbound_hold
                   where change_id = $1 and released_at is null and $2::timestamptz is not null) f",
            "null::timestamptz"
        ),
        Reason::InboundBehind | Reason::ApprovalMissing | Reason::PredecessorOpen => {
            return Ok(Concern { reason, count: 0, customers: Vec::new() });
        }
    };
    let count = sqlx::query_scalar(counting).bind(change.0).bind(at).fetch_one(&mut *conn).await?;
    let customers =
        sqlx::query_as(naming).bind(change.0).bind(at).bind(CONCERNED_MAX).fetch_all(&mut *conn).await?;
    Ok(Concern { reason, count, customers })
}
