//! Exclusions: customers whose data never goes to a subprocessor, because that is how their objection was settled, or because they said
//! nothing where a yes was asked for ([`silence`](crate::store::silence)).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};

use crate::domain::change::ChangeId;
use crate::domain::customer::CustomerId;
use crate::domain::objection::ObjectionId;
use crate::domain::subprocessor::SubprocessorId;
use crate::store::{Error, Tx};

/// An exclusion to be written.
#[derive(Debug)]
pub struct Exclusion<'a> {
    pub customer: CustomerId,
    pub subprocessor: SubprocessorId,
    pub objection: ObjectionId,
    pub why: &'a str,
    /// The switch, region or plan that makes it so, and who says so; none = still to be confirmed.
    pub confirmed: Option<(&'a str, i64)>,
}

/// Excludes the customer from `tx.now()` on. One already on file is taken over; what was confirmed stays so unless it ended.
pub async fn exclude(tx: &mut Tx, exclusion: &Exclusion<'_>) -> Result<(), Error> {
    let now = tx.now();
    sqlx::query(
        "insert into exclusion (customer_id, subprocessor_id, objection_id, since, why, how, confirmer_id, confirmed_at)
         values ($1, $2, $3, $4, $5, $6, $7, case when $6::text is not null then $4 end)
         on conflict (customer_id, subprocessor_id) do update set objection_id = excluded.objection_id, why = excluded.why,
             since = case when exclusion.until is null then exclusion.since else excluded.since end, until = null,
             how = case when exclusion.until is null then coalesce(excluded.how, exclusion.how) else excluded.how end,
             confirmer_id = case when excluded.how is null and exclusion.until is null then exclusion.confirmer_id
                            else excluded.confirmer_id end,
             confirmed_at = case when excluded.how is null and exclusion.until is null then exclusion.confirmed_at
                            else excluded.confirmed_at end",
    )
    .bind(exclusion.customer.0)
    .bind(exclusion.subprocessor.0)
    .bind(exclusion.objection.0)
    .bind(now)
    .bind(exclusion.why)
    .bind(exclusion.confirmed.map(|(how, _)| how))
    .bind(exclusion.confirmed.map(|(_, confirmer)| confirmer))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// An exclusion as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize)]
pub struct OnFile {
    pub customer: String,
    pub subprocessor: String,
    /// The objection that led to it; none: silence under specific authorisation, or agreed.
    pub objection: Option<String>,
    pub since: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
    pub why: String,
    pub how: Option<String>,
    /// Who said that it is so; none: nobody yet, and its objection or silence shuts the gate.
    pub confirmed_by: Option<String>,
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// What a subprocessor is called: as its latest facts, or the change that brings it, call it.
macro_rules! called {
    () => {
        "coalesce((select facts ->> 'name' from subprocessor_version v where v.subprocessor_id = e.subprocessor_id
                   order by valid_from desc limit 1),
                  (select facts #>> '{facts,name}' from change where change.subprocessor_id = e.subprocessor_id
                   order by change.id desc limit 1), subprocessor.slug) as subprocessor"
    };
}

/// The exclusions that wait to be confirmed, oldest first; `all`: those confirmed and those that ended as well.
pub async fn exclusions(conn: &mut PgConnection, all: bool, limit: i64) -> Result<Vec<OnFile>, Error> {
    let rows = sqlx::query_as(concat!(
        "select customer.reference as customer, ",
        called!(),
        ", objection.reference as objection, e.since, e.until, e.why, e.how, account.email as confirmed_by, e.confirmed_at
         from exclusion e join customer on customer.id = e.customer_id join subprocessor on subprocessor.id = e.subprocessor_id
         left join objection on objection.id = e.objection_id left join account on account.id = e.confirmer_id
         where $1 or (e.confirmed_at is null and e.until is null) order by e.since, e.customer_id, e.subprocessor_id limit $2"
    ))
    .bind(all)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// The subprocessors from which the customer is excluded, confirmed or not: since when, and until when.
pub async fn excluded(
    conn: &mut PgConnection,
    customer: CustomerId,
) -> Result<BTreeMap<SubprocessorId, (DateTime<Utc>, Option<DateTime<Utc>>)>, Error> {
    let rows: Vec<(i64, DateTime<Utc>, Option<DateTime<Utc>>)> =
        sqlx::query_as("select subprocessor_id, since, until from exclusion where customer_id = $1")
            .bind(customer.0)
            .fetch_all(conn)
            .await?;
    Ok(rows.into_iter().map(|(id, since, until)| (SubprocessorId(id), (since, until))).collect())
}

/// What a subprocessor is called where its exclusions are confirmed.
pub async fn name_of(conn: &mut PgConnection, subprocessor: SubprocessorId) -> Result<String, Error> {
    let name = sqlx::query_scalar(concat!(
        "select ",
        called!(),
        " from (select $1::bigint as subprocessor_id) e join subprocessor on subprocessor.id = e.subprocessor_id"
    ))
    .bind(subprocessor.0)
    .fetch_one(conn)
    .await?;
    Ok(name)
}

/// An exclusion that nobody has confirmed yet: its objection or silence still shuts the gate.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Unconfirmed {
    pub customer_id: i64,
    pub subprocessor_id: i64,
    pub subprocessor: String,
    pub legal_entity: String,
}

impl Unconfirmed {
    pub fn customer(&self) -> CustomerId {
        CustomerId(self.customer_id)
    }

    pub fn subprocessor(&self) -> SubprocessorId {
        SubprocessorId(self.subprocessor_id)
    }
}

/// Those of this customer, by its reference.
pub async fn unconfirmed(conn: &mut PgConnection, customer: &str) -> Result<Vec<Unconfirmed>, Error> {
    let rows = sqlx::query_as(concat!(
        "select e.customer_id, e.subprocessor_id, ",
        called!(),
        ", coalesce((select facts ->> 'legal_entity' from subprocessor_version v where v.subprocessor_id = e.subprocessor_id
                     order by valid_from desc limit 1),
                    (select facts #>> '{facts,legal_entity}' from change where change.subprocessor_id = e.subprocessor_id
                     order by change.id desc limit 1), '') as legal_entity",
        " from exclusion e join customer on customer.id = e.customer_id join subprocessor on subprocessor.id = e.subprocessor_id
         where e.confirmed_at is null and e.until is null and customer.reference = $1"
    ))
        .bind(customer)
        .fetch_all(conn)
        .await?;
    Ok(rows)
}

/// Confirms an exclusion and clears the objections and the silence that waited for it; returns their changes. None: there is no such
/// exclusion open.
///
/// Opens gates, so it needs no lock of the changes: missing it would only hold one that could have gone.
pub async fn confirm_exclusion(
    tx: &mut Tx,
    customer: CustomerId,
    subprocessor: SubprocessorId,
    how: &str,
    confirmer: i64,
) -> Result<Option<Vec<ChangeId>>, Error> {
    let now = tx.now();
    // The obligations first: whoever asks the customer again takes them in this order too.
    let silent: Vec<i64> = sqlx::query_scalar(
        "update obligation o set consent = 'excluded' from change
         where change.id = o.change_id and change.subprocessor_id = $2 and o.customer_id = $1 and o.consent = 'silent' and o.state <> 'exempt'
         returning o.change_id",
    )
    .bind(customer.0)
    .bind(subprocessor.0)
    .fetch_all(tx.conn())
    .await?;
    let done = sqlx::query(
        "update exclusion set how = $3, confirmer_id = $4, confirmed_at = $5
         where customer_id = $1 and subprocessor_id = $2 and confirmed_at is null and until is null",
    )
    .bind(customer.0)
    .bind(subprocessor.0)
    .bind(how)
    .bind(confirmer)
    .bind(now)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    let mut changes: Vec<i64> = sqlx::query_scalar(
        "update objection_change x set clear_at = $3 from change
         where change.id = x.change_id and x.customer_id = $1 and x.outcome = 'accommodated' and x.resolved_at is not null
           and x.clear_at is null and change.subprocessor_id = $2
         returning x.change_id",
    )
    .bind(customer.0)
    .bind(subprocessor.0)
    .bind(now)
    .fetch_all(tx.conn())
    .await?;
    changes.extend(silent);
    changes.sort_unstable();
    changes.dedup();
    Ok(Some(changes.into_iter().map(ChangeId).collect()))
}
