//! What has begun to come in by a door and is not committed yet, by the instant of its first byte.
//!
//! A statement counts from its first byte, which is earlier than its commit. The daemon publishes [`InFlight::read_to`] in the door's row
//! each second; the gate decides for no later instant, so an objection under way is always weighed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::clock::Clock;

/// What is under way by one door. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct InFlight {
    since: Arc<Mutex<BTreeMap<DateTime<Utc>, usize>>>,
}

impl InFlight {
    /// Counts one in, at the clock's instant; it is under way until the guard is dropped.
    pub fn enter(&self, clock: &Clock) -> UnderWay {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock: else a watermark could be taken between our reading of the clock and our being counted.
        let arrived = clock.now();
        *since.entry(arrived).or_default() += 1;
        UnderWay { in_flight: self.clone(), arrived }
    }

    /// The instant before which everything that came in is done: the earliest under way, else `now`.
    ///
    /// `now` must have been read before this call, or what came in between would be vouched for.
    pub fn read_to(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        since.first_key_value().map_or(now, |(earliest, _)| now.min(*earliest))
    }

    fn leave(&self, arrived: DateTime<Utc>) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = since.get_mut(&arrived) {
            *count -= 1;
            if *count == 0 {
                since.remove(&arrived);
            }
        }
    }
}

/// Something under way; dropping it says that it is committed, or gone.
#[derive(Debug)]
pub struct UnderWay {
    in_flight: InFlight,
    arrived: DateTime<Utc>,
}

impl UnderWay {
    pub fn arrived(&self) -> DateTime<Utc> {
        self.arrived
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.in_flight.leave(self.arrived);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Simulated;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn clock(second: i64) -> Clock {
        Clock::Simulated(Simulated::at(at(second)))
    }

    #[test]
    fn nothing_under_way_vouches_for_now() {
        assert_eq!(InFlight::default().read_to(at(10)), at(10));
    }

    #[test]
    fn the_earliest_under_way_holds_the_watermark_until_all_of_its_instant_are_done() {
        let in_flight = InFlight::default();
        let first = in_flight.enter(&clock(3));
        let twin = in_flight.enter(&clock(3));
        let later = in_flight.enter(&clock(5));
        assert_eq!(in_flight.read_to(at(10)), at(3));
        drop(first);
        assert_eq!(in_flight.read_to(at(10)), at(3));
        drop(twin);
        assert_eq!(in_flight.read_to(at(10)), at(5));
        drop(later);
        assert_eq!(in_flight.read_to(at(10)), at(10));
    }

    #[test]
    fn what_came_after_the_clock_was_read_moves_nothing() {
        let in_flight = InFlight::default();
        let _under_way = in_flight.enter(&clock(12));
        assert_eq!(in_flight.read_to(at(10)), at(10));
    }
}
