//! A client says anything, in pieces of any size: the same mails come out, and the same replies.
#![no_main]

use chrono::DateTime;
use forenotice::clock::{Clock, Simulated};
use forenotice::in_flight::InFlight;
use forenotice::mail::inbox::listener::Arrive;
use forenotice::mail::inbox::listener::fuzzing::mails_of;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (size, said) = input;
    let at_once = mails_of(said.chunks(said.len().max(1)), arrive());
    let in_pieces = mails_of(said.chunks(usize::from(size).max(1)), arrive());
    assert_eq!(at_once, in_pieces, "where a packet ends must not matter");
    let ends = said.windows(5).filter(|bytes| *bytes == b"\r\n.\r\n").count();
    // DATA's own CRLF ends an empty mail's first line.
    let empty = said
        .to_ascii_uppercase()
        .windows(9)
        .filter(|bytes| bytes.starts_with(b"DATA") && bytes.ends_with(b"\n.\r\n"))
        .count();
    assert!(at_once.0.len() <= ends + empty, "a mail ended by something else");
});

fn arrive() -> Arrive {
    let (in_flight, clock) = (InFlight::default(), Clock::Simulated(Simulated::at(DateTime::UNIX_EPOCH)));
    Arrive::new(move || in_flight.enter(&clock))
}
