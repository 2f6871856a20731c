//! Business time. Everything that asks "what time is it?" asks a [`Clock`]; nothing else reads one.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};

/// The system's clock may be corrected by so much at once; a greater step is not believed until the database agrees.
const STEP_MAX: TimeDelta = TimeDelta::seconds(1);

/// The source of business time: the system's clock, or the simulated one of demo and tests.
///
/// The system's clock may be set while letters are under way: until the database has agreed with what it says since
/// ([`Clock::agree`]), time runs on from what it said before, so that nothing is dated by a clock that is wrong.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    Simulated(Simulated),
}

impl Clock {
    /// The instant now, to the microsecond, which is what Postgres keeps.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => to_micros(steady(|steady| steady.now(system_now(), Instant::now()))),
            Self::Simulated(simulated) => simulated.now(),
        }
    }

    /// What the system's clock says, right or wrong: to be compared with the database's.
    pub fn system_now() -> DateTime<Utc> {
        to_micros(system_now())
    }

    /// The database agrees with the system's clock: time runs on from what that says.
    pub fn agree() {
        steady(|steady| steady.since = Some((system_now(), Instant::now())));
    }

    /// The simulated clock, if that is what this one is.
    pub fn simulated(&self) -> Option<&Simulated> {
        match self {
            Self::System => None,
            Self::Simulated(simulated) => Some(simulated),
        }
    }
}

/// The system's clock without its steps.
#[derive(Debug)]
struct Steady {
    /// What it said when it was last agreed on, and when that was, by the clock that nobody sets.
    since: Option<(DateTime<Utc>, Instant)>,
}

impl Steady {
    fn now(&mut self, system: DateTime<Utc>, monotonic: Instant) -> DateTime<Utc> {
        let (agreed, at) = *self.since.get_or_insert((system, monotonic));
        let passed = TimeDelta::from_std(monotonic.saturating_duration_since(at)).unwrap_or(TimeDelta::MAX);
        match agreed.checked_add_signed(passed) {
            Some(expected) if (system - expected).abs() > STEP_MAX => expected,
            _ => system,
        }
    }
}

/// A process has one clock, as its machine has.
fn steady<T>(with: impl FnOnce(&mut Steady) -> T) -> T {
    static STEADY: Mutex<Steady> = Mutex::new(Steady { since: None });
    with(&mut STEADY.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A clock that stands still until it is set. The instant lives in the database; this is its copy in one process.
#[derive(Clone, Debug)]
pub struct Simulated {
    micros: Arc<AtomicI64>,
}

impl Simulated {
    pub fn at(instant: DateTime<Utc>) -> Self {
        Self { micros: Arc::new(AtomicI64::new(instant.timestamp_micros())) }
    }

    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros.load(Ordering::SeqCst)).unwrap_or(DateTime::UNIX_EPOCH)
    }

    pub fn set(&self, instant: DateTime<Utc>) {
        self.micros.store(instant.timestamp_micros(), Ordering::SeqCst);
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}

fn to_micros(instant: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(instant.timestamp_micros()).unwrap_or(instant)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_that_is_set_is_not_believed_and_one_that_is_corrected_is() {
        let (start, began) = (DateTime::UNIX_EPOCH, Instant::now());
        let seconds = TimeDelta::seconds;
        let mut steady = Steady { since: None };
        let mut now = |system, passed| steady.now(system, began + Duration::from_secs(passed));
        assert_eq!(now(start, 0), start);
        assert_eq!(now(start + seconds(11), 10), start + seconds(11));
        assert_eq!(now(start + seconds(3_610), 10), start + seconds(10));
        assert_eq!(now(start - seconds(3_590), 12), start + seconds(12));
        assert_eq!(now(start + seconds(13), 13), start + seconds(13));
        steady.since = Some((start + seconds(3_620), began + Duration::from_secs(20)));
        assert_eq!(
            steady.now(start + seconds(3_621), began + Duration::from_secs(21)),
            start + seconds(3_621)
        );
    }
}
