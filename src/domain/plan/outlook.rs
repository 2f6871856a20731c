//! How the earliest lawful day comes about: the last customer's, or the first's where each starts by itself; and when
//! that is for one of them.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::{Entitled, latest_service_at};
use crate::domain::calendar::{Timing, earliest_effective_on};
use crate::domain::change::{ChangeKind, Draft};
use crate::domain::customer::{GoLive, Policy};
use crate::domain::zone::Zone;

pub(super) struct Outlook<'a> {
    pub earliest: NaiveDate,
    /// Those whose terms make it that day.
    pub decisive: Vec<&'a Entitled>,
    pub without_them: Option<NaiveDate>,
    /// Where each starts by itself: when the last of them can.
    pub for_all_on: Option<NaiveDate>,
}

pub(super) fn outlook<'a>(
    drafts: &[Draft],
    entitled: &'a [Entitled],
    policy: &Policy,
    now: DateTime<Utc>,
) -> Outlook<'a> {
    let today = policy.zone.day_of(now);
    // A slip is mended from the day on which it is seen; everything else lies ahead.
    let slips = drafts.iter().all(|draft| draft.kind == ChangeKind::Correction);
    let first = if slips { today } else { today + Days::new(1) };
    let with_reserve = |day: NaiveDate| (day + Days::new(policy.safety_days.into())).max(first);
    let lawful: Vec<NaiveDate> = entitled.iter().map(|customer| lawful_day(customer, policy, now)).collect();
    let each = start_for_each(drafts, policy);
    let latest = lawful.iter().copied().max();
    let decides = if each { lawful.iter().copied().min() } else { latest };
    let decisive = entitled.iter().zip(&lawful).filter(|(_, day)| Some(**day) == decides);
    let others = lawful.iter().copied().filter(|day| Some(*day) != decides);
    Outlook {
        earliest: decides.map_or(first, with_reserve),
        decisive: decisive.map(|(customer, _)| customer).collect(),
        without_them: if each { others.min() } else { others.max() }.map(with_reserve),
        for_all_on: latest.filter(|_| each).map(with_reserve),
    }
}

/// Whether each customer starts by itself, all that is announced together alike.
pub(super) fn start_for_each(drafts: &[Draft], policy: &Policy) -> bool {
    policy.go_live == GoLive::PerCustomer && drafts.iter().all(|draft| draft.kind.may_start_for_each())
}

/// The earliest lawful day in the policy's zone for one customer, were its letter accepted at `accepted_at`.
pub(super) fn lawful_day(customer: &Entitled, policy: &Policy, accepted_at: DateTime<Utc>) -> NaiveDate {
    earliest_effective_on(customer.gating().periods(accepted_at).clear_at, &policy.zone)
}

/// The day on which a change starts for one customer who is clear at `clear_at`, where each starts by itself: never
/// before the day announced. In the policy's zone.
pub fn own_start(announced_on: NaiveDate, clear_at: DateTime<Utc>, zone: &Zone) -> NaiveDate {
    announced_on.max(earliest_effective_on(clear_at, zone))
}

/// The last instant at which a letter accepted by the relay lets one customer start as planned: with all on `effective_on`,
/// or, where `each` starts by itself, no later than if it were accepted `now`. None left: now.
pub fn latest_letter_at(
    customer: &Entitled,
    effective_on: NaiveDate,
    each: bool,
    zone: &Zone,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let gating: Timing = customer.gating();
    let day = if each { own_start(effective_on, gating.periods(now).clear_at, zone) } else { effective_on };
    latest_service_at(&gating, zone.first_instant(day)).unwrap_or(now)
}
