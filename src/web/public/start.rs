//! From which day on a change applies: to everybody, or to one customer that starts by itself.

use chrono::NaiveDate;

use crate::domain::plan::own_start;
use crate::domain::zone::Zone;
use crate::store::page::{Duty, PublicChange};

/// The day for one customer, in the policy's zone: where each starts by itself, its own, as its letter has it.
pub fn own_day(change: &PublicChange, duty: Option<&Duty>, zone: &Zone) -> NaiveDate {
    let clear_at = duty.and_then(|duty| duty.clear_at).filter(|_| change.is_for_each());
    clear_at.map_or(change.effective_on, |at| own_start(change.effective_on, at, zone))
}
