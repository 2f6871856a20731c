//! The requests of one connection, told apart by where in its stream of bytes each begins.
//!
//! Hyper says that a request is here once its head is complete. What counts is its first byte, so the bytes are counted as
//! they are read: the head is followed to its empty line, and the length of the body says where the next request begins.

use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::Clock;
use crate::in_flight::{InFlight, UnderWay};

/// One connection's bytes, seen from where they are read and from where requests are answered. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Line(Arc<Mutex<Stream>>);

#[derive(Debug)]
struct Stream {
    in_flight: InFlight,
    clock: Clock,
    /// Bytes so far.
    read: u64,
    /// Where the next request begins; none after one that is the connection's last.
    begins: Option<u64>,
    head: Head,
    /// The request whose head is coming.
    coming: Option<UnderWay>,
}

/// A request whose head is complete.
#[derive(Debug)]
pub struct Begun {
    pub under_way: UnderWay,
    /// Nobody can tell where a further request would begin: the connection must end with this one's answer.
    pub last: bool,
}

impl Line {
    pub fn new(in_flight: InFlight, clock: Clock) -> Self {
        let (head, coming) = (Head::default(), None);
        Self(Arc::new(Mutex::new(Stream { in_flight, clock, read: 0, begins: Some(0), head, coming })))
    }

    /// These bytes have come.
    pub fn read(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).read(bytes);
    }

    /// The head is complete; a body of this length follows, where that is known.
    pub fn begun(&self, body: Option<u64>) -> Begun {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).begun(body)
    }
}

impl Stream {
    fn read(&mut self, bytes: &[u8]) {
        let before = self.read;
        self.read += bytes.len() as u64;
        let Some(begins) = self.begins else { return };
        let skipped = usize::try_from(begins.saturating_sub(before)).unwrap_or(usize::MAX);
        let Some(fresh) = bytes.get(skipped..).filter(|fresh| !fresh.is_empty()) else { return };
        if self.coming.is_none() {
            self.coming = Some(self.in_flight.enter(&self.clock));
        }
        self.head.follow(fresh, before.max(begins));
    }

    fn begun(&mut self, body: Option<u64>) -> Begun {
        let under_way = self.coming.take().unwrap_or_else(|| self.in_flight.enter(&self.clock));
        let ends = std::mem::take(&mut self.head).ends.zip(body).map(|(head, body)| head + body);
        // What came in one breath with this request and lies behind it was not followed.
        self.begins = ends.filter(|ends| self.read <= *ends);
        Begun { under_way, last: self.begins.is_none() }
    }
}

/// Looks for the empty line that ends a head. As hyper does, it passes over empty lines before it and takes bare newlines.
#[derive(Debug, Default)]
struct Head {
    started: bool,
    in_line: bool,
    ends: Option<u64>,
}

impl Head {
    /// Follows the head through `bytes`, the first of which is at `position`.
    fn follow(&mut self, bytes: &[u8], position: u64) {
        if self.ends.is_some() {
            return;
        }
        for (at, byte) in (position..).zip(bytes) {
            match byte {
                b'\r' => {}
                b'\n' if self.started && !self.in_line => {
                    self.ends = Some(at + 1);
                    return;
                }
                b'\n' => self.in_line = false,
                _ => (self.started, self.in_line) = (true, true),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::clock::Simulated;

    struct Wire {
        line: Line,
        in_flight: InFlight,
        clock: Simulated,
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    impl Wire {
        fn new() -> Self {
            let (in_flight, clock) = (InFlight::default(), Simulated::at(at(0)));
            Self { line: Line::new(in_flight.clone(), Clock::Simulated(clock.clone())), in_flight, clock }
        }

        fn read(&self, second: i64, bytes: &str) {
            self.clock.set(at(second));
            self.line.read(bytes.as_bytes());
        }

        fn holds_at(&self) -> DateTime<Utc> {
            self.in_flight.read_to(at(1000))
        }
    }

    #[test]
    fn a_request_counts_from_its_first_byte_however_slowly_the_rest_comes() {
        let wire = Wire::new();
        assert_eq!(wire.holds_at(), at(1000));
        for (second, bytes) in [(1, "P"), (2, "OST / HTTP/1.1\r\nHost: x\r"), (3, "\n\r\n"), (4, "ab")] {
            wire.read(second, bytes);
            assert_eq!(wire.holds_at(), at(1));
        }
        let begun = wire.line.begun(Some(4));
        assert_eq!((begun.under_way.arrived(), begun.last), (at(1), false));
        wire.read(5, "cd");
        assert_eq!(wire.holds_at(), at(1));
        drop(begun);
        assert_eq!(wire.holds_at(), at(1000));
    }

    #[test]
    fn the_next_request_of_a_connection_counts_from_its_own_first_byte() {
        let wire = Wire::new();
        wire.read(1, "GET / HTTP/1.1\r\n\r\n");
        drop(wire.line.begun(Some(0)));
        wire.read(7, "\r\nPOST / HTTP/1.1\n\n");
        let post = wire.line.begun(Some(3));
        assert_eq!((post.under_way.arrived(), post.last), (at(7), false));
        // The tail of its body, and in the same breath the next one.
        wire.read(8, "abcGET");
        drop(post);
        assert_eq!(wire.holds_at(), at(8));
        wire.read(9, " / HTTP/1.1\r\n\r\n");
        let get = wire.line.begun(Some(0));
        assert_eq!((get.under_way.arrived(), get.last), (at(8), false));
    }

    #[test]
    fn a_request_after_which_nobody_can_tell_where_the_next_begins_is_the_last() {
        let chunked = Wire::new();
        chunked.read(1, "POST / HTTP/1.1\r\n\r\n");
        assert!(chunked.line.begun(None).last);
        chunked.read(2, "0\r\n\r\n");
        assert_eq!(chunked.holds_at(), at(1000));

        let hurried = Wire::new();
        hurried.read(1, "GET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\n\r\n");
        assert!(hurried.line.begun(Some(0)).last);
    }
}
