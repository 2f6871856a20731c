//! Silence under specific authorisation: whose time to say yes is over, and the exclusions that follow from it.
//!
//! Whoever writes here holds the change's row, so that no gate decides meanwhile. An exclusion that silence led to stands while an
//! obligation says so (`silent`, `excluded`); [`end_unfounded`] ends the others.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

use super::{Error, Tx};
use crate::domain::change::ChangeId;
use crate::domain::customer::CustomerId;
use crate::domain::obligation::Consent;
use crate::domain::subprocessor::SubprocessorId;
use crate::domain::zone::Zone;

/// An instant that every door vouches for, and when its day began in the policy's zone: a window that runs until the effect
/// ends with a day.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub at: DateTime<Utc>,
    pub day_starts_at: DateTime<Utc>,
}

impl Moment {
    pub fn of(at: DateTime<Utc>, zone: &Zone) -> Self {
        Self { at, day_starts_at: zone.first_instant(zone.day_of(at)) }
    }
}

/// Of change `c`, the obligations `o` that end in silence by `$1`, an instant of the day that began at `$2`: served, no yes, the time over. An objection that is open is a word,
/// and nobody has been silent about a plan that is being announced anew.
macro_rules! over {
    () => {
        "o.change_id = c.id and o.state = 'served' and o.consent = 'awaited' and o.in_force_at is null
         and (o.window_closes_at <= $1 or (o.window_closes_at is null and c.effective_at <= $1 and o.clear_at <= $2))
         and not exists (select from objection_change x where x.change_id = c.id and x.customer_id = o.customer_id
                         and x.counts and x.resolved_at is null)
         and not exists (select from notice_change nc join notice n on n.id = nc.notice_id where nc.change_id = c.id
                         and n.kind = 'announcement' and n.fanned_out_at is null and n.cancelled_at is null)"
    };
}

/// The open changes about which somebody has been silent until the end of its time at `at`, by id.
pub async fn changes(conn: &mut PgConnection, moment: Moment) -> Result<Vec<ChangeId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(concat!(
        "select c.id from change c where c.state in ('scheduled', 'in_notice', 'held') and exists (select from obligation o where ",
        over!(),
        ") order by c.id"
    ))
    .bind(moment.at)
    .bind(moment.day_starts_at)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(ChangeId).collect())
}

/// At most `limit` of those who have been silent about one change, by id.
pub async fn found(
    conn: &mut PgConnection,
    change: ChangeId,
    moment: Moment,
    limit: i64,
) -> Result<Vec<CustomerId>, Error> {
    let ids: Vec<i64> = sqlx::query_scalar(concat!(
        "select o.customer_id from change c join obligation o on ",
        over!(),
        " where c.id = $3 order by o.customer_id limit $4"
    ))
    .bind(moment.at)
    .bind(moment.day_starts_at)
    .bind(change.0)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(CustomerId).collect())
}

/// The first instant after `after` at which somebody's time to say yes to an open change ends by a day of its own.
pub async fn next_end(conn: &mut PgConnection, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Error> {
    let at = sqlx::query_scalar(
        "select min(ends_at) from change c, lateral (
             select min(o.window_closes_at) as ends_at from obligation o
             where o.change_id = c.id and o.state = 'served' and o.consent = 'awaited' and o.window_closes_at > $1) ahead
         where c.state in ('scheduled', 'in_notice', 'held')",
    )
    .bind(after)
    .fetch_one(conn)
    .await?;
    Ok(at)
}

/// A customer that silence keeps out.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct KeptOut {
    customer_id: i64,
    pub reference: String,
    /// What kept it out before, by an objection, is confirmed; else it is to be confirmed.
    pub confirmed: bool,
}

impl KeptOut {
    pub fn customer(&self) -> CustomerId {
        CustomerId(self.customer_id)
    }
}

/// Excludes them from `tx.now()` on, by reference. An exclusion already on file is taken as it is.
pub async fn exclude(
    tx: &mut Tx,
    change: ChangeId,
    subprocessor: SubprocessorId,
    customers: &[CustomerId],
    why: &str,
) -> Result<Vec<KeptOut>, Error> {
    let now = tx.now();
    let rows = sqlx::query_as(
        "with silent as (select unnest($3::bigint[]) as customer_id),
         filed as (
             insert into exclusion (customer_id, subprocessor_id, since, why)
             select customer_id, $2, $4, $5 from silent order by customer_id
             on conflict (customer_id, subprocessor_id) do update
             set objection_id = null, since = excluded.since, until = null, why = excluded.why, how = null, confirmer_id = null,
                 confirmed_at = null
             where exclusion.until is not null),
         written as (
             update obligation o
             set consent = case when exists (select from exclusion e where e.customer_id = o.customer_id and e.subprocessor_id = $2
                                             and e.until is null and e.confirmed_at is not null) then 'excluded' else 'silent' end
             from silent where o.change_id = $1 and o.customer_id = silent.customer_id and o.consent = 'awaited'
             returning o.customer_id, o.consent)
         select c.id as customer_id, c.reference, written.consent = 'excluded' as confirmed
         from written join customer c on c.id = written.customer_id order by c.reference",
    )
    .bind(change.0)
    .bind(subprocessor.0)
    .bind(customers.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(now)
    .bind(why)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Asks those again whose time runs until the effect, the change having moved to a later one. What is confirmed stays.
pub async fn ask_again(tx: &mut Tx, change: ChangeId) -> Result<(), Error> {
    sqlx::query(
        "update obligation set consent = 'awaited'
         where change_id = $1 and consent = 'silent' and state <> 'exempt' and window_closes_at is null",
    )
    .bind(change.0)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Asks everybody again who was silent: the plan is another one, and nobody has been silent about that.
pub async fn ask_anew(tx: &mut Tx, change: ChangeId) -> Result<(), Error> {
    sqlx::query(
        "update obligation set consent = 'awaited'
         where change_id = $1 and consent in ('silent', 'excluded') and state <> 'exempt'",
    )
    .bind(change.0)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A yes under a change that is in force without the customer: its books stay closed, and its silence no longer keeps it out.
pub async fn hear_yes(
    tx: &mut Tx,
    change: ChangeId,
    customer: CustomerId,
    consent: Consent,
) -> Result<(), Error> {
    sqlx::query(
        "update obligation set consent = $3 where change_id = $1 and customer_id = $2 and consent = 'excluded'",
    )
    .bind(change.0)
    .bind(customer.0)
    .bind(consent.as_str())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends, at `tx.now()`, the exclusions from a subprocessor that silence led to and that no obligation speaks for any more; returns
/// whose they were. `customers`: of these only; none = of everybody.
pub async fn end_unfounded(
    tx: &mut Tx,
    subprocessor: SubprocessorId,
    customers: Option<&[CustomerId]>,
) -> Result<Vec<CustomerId>, Error> {
    let now = tx.now();
    let ids: Vec<i64> = sqlx::query_scalar(
        "update exclusion e set until = $3
         where e.subprocessor_id = $1 and e.objection_id is null and e.until is null and ($2::bigint[] is null or e.customer_id = any($2))
           and not exists (select from obligation o join change c on c.id = o.change_id
                           where o.customer_id = e.customer_id and c.subprocessor_id = e.subprocessor_id
                             and o.consent in ('silent', 'excluded') and o.state <> 'exempt'
                             and c.state not in ('withdrawn', 'discarded'))
         returning e.customer_id",
    )
    .bind(subprocessor.0)
    .bind(customers.map(|customers| customers.iter().map(|id| id.0).collect::<Vec<_>>()))
    .bind(now)
    .fetch_all(tx.conn())
    .await?;
    Ok(ids.into_iter().map(CustomerId).collect())
}
