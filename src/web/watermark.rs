//! What this process's web door has read: everything that reached it before `read_to` is answered, so committed.
//!
//! A statement counts from the first byte of its request, which is earlier than its commit. The daemon publishes
//! [`InFlight::read_to`] in this replica's row of `door` each second; the gate decides for no later instant, so an
//! objection under way is always weighed. [`serve`](super::serve) counts a request in when its first byte is read; its
//! instant is its [`Arrived`] extension.

mod line;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Extension;
use axum::body::HttpBody as _;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use chrono::{DateTime, Utc};

use crate::clock::Clock;
pub use line::{Begun, Line};

/// When the first byte of this request was here. Later checks measure against it, never against their own time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived(pub DateTime<Utc>);

/// The requests under way that may change something, by the instant of each one's first byte.
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

/// The outermost layer: stamps the request with the instant of its first byte and keeps it counted until it is answered.
///
/// A request that only reads cannot shut a gate: from here on it is not counted, so a slow reader holds nothing up.
pub async fn note_arrival(Extension(line): Extension<Line>, mut request: Request, next: Next) -> Response {
    let Begun { under_way, last } = line.begun(request.body().size_hint().exact());
    request.extensions_mut().insert(Arrived(under_way.arrived()));
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let under_way = (!reads).then_some(under_way);
    let mut response = next.run(request).await;
    drop(under_way);
    if last {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
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
