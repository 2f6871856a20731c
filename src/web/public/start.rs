//! From which day on a change applies, in the policy's zone: to everybody, or to one customer that starts by itself. Planned, until it has
//! begun: what was held begins on another day than was planned.

use chrono::NaiveDate;

use crate::domain::change::State;
use crate::domain::plan::own_start;
use crate::domain::zone::Zone;
use crate::store::page::{Duty, PublicChange};

/// The day of its entry, though it be held.
pub fn day(change: &PublicChange, zone: &Zone) -> NaiveDate {
    change.took_effect_at.map_or(change.effective_on, |at| zone.day_of(at))
}

/// [`day`], if it is one to rely on. None: held, its day has come, and no other is known before it is moved.
pub fn known_day(change: &PublicChange, zone: &Zone) -> Option<NaiveDate> {
    (change.state != State::Held).then(|| day(change, zone))
}

/// [`known_day`] for one customer: where each starts by itself, its own, as its letter has it. None too where others have begun and its
/// own day is over: something of its own keeps it back.
pub fn own_day(
    change: &PublicChange,
    duty: Option<&Duty>,
    zone: &Zone,
    today: NaiveDate,
) -> Option<NaiveDate> {
    let began_at = duty.and_then(|duty| duty.in_force_at).into_iter().chain(change.took_effect_at).min();
    if let Some(at) = began_at {
        return Some(zone.day_of(at));
    }
    let clear_at = duty.and_then(|duty| duty.clear_at).filter(|_| change.is_for_each());
    let planned = known_day(change, zone)?;
    let own = clear_at.map_or(planned, |at| own_start(planned, at, zone));
    (today <= own || change.in_force_for_some().is_none()).then_some(own)
}
