//! From which day on a change applies, in the policy's zone: to everybody, or to one customer that starts by itself. Planned, until it has
//! begun: what was held begins on another day than was planned.

use chrono::NaiveDate;

use crate::domain::plan::own_start;
use crate::domain::zone::Zone;
use crate::store::page::{Duty, PublicChange};

pub fn day(change: &PublicChange, zone: &Zone) -> NaiveDate {
    change.took_effect_at.map_or(change.effective_on, |at| zone.day_of(at))
}

/// The day for one customer: where each starts by itself, its own, as its letter has it.
pub fn own_day(change: &PublicChange, duty: Option<&Duty>, zone: &Zone) -> NaiveDate {
    let began_at = duty.and_then(|duty| duty.in_force_at).into_iter().chain(change.took_effect_at).min();
    let clear_at = duty.and_then(|duty| duty.clear_at).filter(|_| change.is_for_each());
    match (began_at, clear_at) {
        (Some(at), _) => zone.day_of(at),
        (None, Some(at)) => own_start(change.effective_on, at, zone),
        (None, None) => change.effective_on,
    }
}
