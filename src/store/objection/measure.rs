//! What a statement is measured by: the deadline promised to the customer, since when the change is in force for it, and the time its terms
//! give to settle. The rules are `domain/objection.rs`; here the facts meet them, for whoever lodges and whoever links.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::{FromRow, PgConnection};

use super::Objected;
use crate::domain::change::ChangeId;
use crate::domain::customer::{CustomerId, Policy, Terms};
use crate::domain::objection::{Lapses, Reach, Timeliness, lapse, timeliness};
use crate::domain::zone::Zone;
use crate::store::Error;

/// Where a customer stands with a change, and what the contract that decides says.
#[derive(Clone, Debug, FromRow)]
pub struct Standing {
    pub change_id: i64,
    /// While nothing serves the customer, no deadline runs, whatever it was told before.
    pub window_closes_at: Option<DateTime<Utc>>,
    pub in_force_at: Option<DateTime<Utc>>,
    /// Its data do not go there: an exclusion, confirmed or not, keeps it out.
    pub kept_out: bool,
    notice_started_at: Option<DateTime<Utc>>,
    /// Oldest first.
    #[sqlx(json)]
    versions: Vec<Version>,
}

/// Terms of a contract, and from when on they hold.
#[derive(Clone, Debug, Deserialize)]
pub struct Version {
    valid_from: NaiveDate,
    terms: Terms,
}

impl Standing {
    /// The terms of the notice day; while nothing is served, those of `day`.
    pub fn terms(&self, policy: &Policy, day: NaiveDate) -> Terms {
        let held = terms_held(&self.versions, self.notice_started_at, &policy.zone, day);
        held.cloned().unwrap_or_default()
    }
}

/// Of a contract's versions, the oldest first, the terms of the day on which the notice began; while nothing is served, those of `day`.
pub fn terms_held<'a>(
    versions: &'a [Version],
    notice_started_at: Option<DateTime<Utc>>,
    zone: &Zone,
    day: NaiveDate,
) -> Option<&'a Terms> {
    let day = notice_started_at.map_or(day, |at| zone.day_of(at));
    let held = versions.iter().rfind(|version| version.valid_from <= day);
    held.or(versions.first()).map(|version| &version.terms)
}

/// The customer's standing with each of these changes; none with a change that owes it nothing.
pub async fn standings(
    conn: &mut PgConnection,
    changes: &[ChangeId],
    customer: CustomerId,
) -> Result<Vec<Standing>, Error> {
    let rows = sqlx::query_as(
        "select o.change_id, o.in_force_at, case when o.state = 'served' then o.window_closes_at end as window_closes_at,
                case when o.state = 'served' then o.notice_started_at end as notice_started_at,
                exists (select from exclusion e join change c on c.id = o.change_id where e.customer_id = o.customer_id
                        and e.subprocessor_id = c.subprocessor_id and e.until is null) as kept_out,
                (select coalesce(json_agg(json_build_object('valid_from', t.valid_from, 'terms', t.terms) order by t.valid_from), '[]')
                 from contract_terms t where t.contract_id = o.contract_id) as versions
         from obligation o where o.change_id = any($1) and o.customer_id = $2",
    )
    .bind(changes.iter().map(|id| id.0).collect::<Vec<_>>())
    .bind(customer.0)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// A statement measured against one change.
#[derive(Clone, Debug)]
pub struct Measured {
    pub change: ChangeId,
    pub deadline_at: Option<DateTime<Utc>>,
    pub in_force_at: Option<DateTime<Utc>>,
    pub timeliness: Timeliness,
    /// In time although it came after the effect: the terms let the window of this emergency run on.
    pub after_start: bool,
    /// An exclusion keeps the customer out already.
    pub kept_out: bool,
    pub zone: Zone,
    pub lapses: Option<Lapses>,
}

impl Measured {
    /// It came in time and before the effect, and the change is in force all the same.
    pub fn is_found_after_effect(&self) -> bool {
        self.timeliness == Timeliness::InTime && self.in_force_at.is_some() && !self.after_start
    }
}

/// Measures what reached us at `received_at` for `customer` against each of the changes.
pub async fn measure(
    conn: &mut PgConnection,
    changes: &[Objected],
    customer: Option<CustomerId>,
    received_at: DateTime<Utc>,
    policy: &Policy,
) -> Result<Vec<Measured>, Error> {
    let ids: Vec<ChangeId> = changes.iter().map(|change| change.id).collect();
    let standings = match customer {
        Some(customer) => standings(conn, &ids, customer).await?,
        None => Vec::new(),
    };
    let received_on = policy.zone.day_of(received_at);
    let of = |change: &Objected| {
        let standing = standings.iter().find(|standing| standing.change_id == change.id.0);
        let terms = standing.map(|standing| standing.terms(policy, received_on)).unwrap_or_default();
        let deadline_at = standing.and_then(|standing| standing.window_closes_at);
        let effects = [change.took_effect_at, standing.and_then(|standing| standing.in_force_at)];
        let in_force_at = effects.into_iter().flatten().min();
        let timeliness =
            timeliness(received_at, deadline_at, in_force_at, Reach::of(&terms, change.is_emergency));
        let after_effect = in_force_at.is_some_and(|effect| received_at >= effect);
        Measured {
            change: change.id,
            deadline_at,
            in_force_at,
            timeliness,
            after_start: after_effect && timeliness == Timeliness::InTime,
            kept_out: standing.is_some_and(|standing| standing.kept_out),
            zone: terms.time_zone.clone().unwrap_or_else(|| policy.zone.clone()),
            lapses: lapse(received_at, &terms, policy),
        }
    };
    Ok(changes.iter().map(of).collect())
}
