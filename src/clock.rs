//! Business time. Everything that asks "what time is it?" asks a [`Clock`]; nothing else reads one.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

/// The source of business time: the system's clock, or the simulated one of demo and tests.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    Simulated(Simulated),
}

impl Clock {
    /// The instant now, to the microsecond, which is what Postgres keeps.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => to_micros(system_now()),
            Self::Simulated(simulated) => simulated.now(),
        }
    }

    /// The simulated clock, if that is what this one is.
    pub fn simulated(&self) -> Option<&Simulated> {
        match self {
            Self::System => None,
            Self::Simulated(simulated) => Some(simulated),
        }
    }
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
