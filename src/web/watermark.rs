//! What this process's web door has read: everything that reached it before `read_to` is answered, so committed.
//!
//! A statement counts from the first byte of its request, which is earlier than its commit. The daemon publishes
//! [`InFlight::read_to`] in this replica's row of `door` each second; the gate decides for no later instant, so an
//! objection under way is always weighed. The instant a request came in is its [`Arrived`] extension.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use super::Site;
use super::error::PageError;
use crate::clock::Clock;

/// When the first bytes of this request were here. Later checks measure against it, never against their own time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived(pub DateTime<Utc>);

/// The requests under way that may change something, by the instant each came in.
#[derive(Clone, Debug, Default)]
pub struct InFlight {
    since: Arc<Mutex<BTreeMap<DateTime<Utc>, usize>>>,
}

impl InFlight {
    /// Counts a request in, at the clock's instant; it is under way until the guard is dropped.
    pub fn enter(&self, clock: &Clock) -> UnderWay {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock: else a watermark could be taken between our reading of the clock and our being counted.
        let arrived = clock.now();
        *since.entry(arrived).or_default() += 1;
        UnderWay { in_flight: self.clone(), arrived }
    }

    /// The instant before which everything that came in is done: the earliest request under way, else `now`.
    ///
    /// `now` must have been read before this call, or a request that came in between would be vouched for.
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

/// A request under way; dropping it says that it is answered or gone.
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

/// The outermost layer: stamps the request with its instant and keeps it counted until it is answered.
///
/// A request that only reads cannot shut a gate and is not counted, so a slow reader holds nothing up.
pub async fn note_arrival(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let clock = &site.cx().clock;
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !reads && clock.simulated().is_some() {
        // A simulated clock lives in the database and may have been moved elsewhere; if that is away, so are we.
        if let Err(away) = site.cx().now().await {
            return PageError::from(away).into_response();
        }
    }
    let under_way = (!reads).then(|| site.door().in_flight.enter(clock));
    let arrived = under_way.as_ref().map_or_else(|| clock.now(), UnderWay::arrived);
    request.extensions_mut().insert(Arrived(arrived));
    let response = next.run(request).await;
    drop(under_way);
    response
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
    fn the_earliest_request_under_way_holds_the_watermark_until_all_of_its_instant_are_done() {
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
    fn a_request_that_came_after_the_clock_was_read_moves_nothing() {
        let in_flight = InFlight::default();
        let _under_way = in_flight.enter(&clock(12));
        assert_eq!(in_flight.read_to(at(10)), at(10));
    }
}
