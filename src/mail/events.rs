//! Events of relays: who may bring them, which there are in a body, and what one says.
//!
//! [`authentic`] checks the whole body as it came (what SNS brings, [`Sns`], which must ask for a certificate), [`split`] finds the events in it that are kept, each with its bytes and its id, and
//! [`read`] makes of one of them what the rest of the house understands. Order is not to be trusted, and an event may come twice.

mod mailgun;
mod postmark;
mod proof;
mod sendgrid;
mod ses;
mod sns;

pub use proof::{Head, NotAuthentic, Token, admitted, authentic, is_secret};
pub use sns::{Fetch, Proved, Sns, SnsError};

use chrono::{DateTime, Utc};
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::domain::relay_event::{EventRelay, RelayEvent};

/// One event in a body, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The relay's: the same however often it comes.
    pub id: String,
    pub raw: Vec<u8>,
}

/// The events in a body, without those that say that somebody opened, clicked or left. What cannot be read is one event: it is kept, and
/// a person sees it.
pub fn split(relay: EventRelay, body: &[u8]) -> Vec<Event> {
    let whole = || vec![Event { id: by_content(body), raw: body.to_vec() }];
    let parts: Vec<&RawValue> = match relay {
        EventRelay::Sendgrid => match serde_json::from_slice(body) {
            Ok(parts) => parts,
            Err(_) => return whole(),
        },
        EventRelay::Postmark | EventRelay::Mailgun | EventRelay::Ses => match serde_json::from_slice(body) {
            Ok(one) => vec![one],
            Err(_) => return whole(),
        },
    };
    let kept = parts.into_iter().filter_map(|part| {
        let raw = part.get().as_bytes().to_vec();
        let event: Value = serde_json::from_str(part.get()).unwrap_or_default();
        let known = match relay {
            EventRelay::Sendgrid => sendgrid::id(&event),
            EventRelay::Postmark => postmark::id(&event),
            EventRelay::Mailgun => mailgun::id(&event),
            EventRelay::Ses => ses::id(&event),
        };
        match known {
            Id::Known(id) => Some(Event { id, raw }),
            Id::Unknown => Some(Event { id: by_content(&raw), raw }),
            Id::OfNoConcern => None,
        }
    });
    kept.collect()
}

/// What one event says; none: nothing that we know.
pub fn read(relay: EventRelay, raw: &[u8]) -> Option<RelayEvent> {
    let event: Value = serde_json::from_slice(raw).ok()?;
    match relay {
        EventRelay::Sendgrid => sendgrid::read(&event),
        EventRelay::Postmark => postmark::read(&event),
        EventRelay::Mailgun => mailgun::read(&event),
        EventRelay::Ses => ses::read(&event),
    }
}

/// By what an event is told from another.
enum Id {
    Known(String),
    /// It has none: by its bytes.
    Unknown,
    /// Somebody opened, clicked or left: it is not kept.
    OfNoConcern,
}

/// The id of what has none.
pub fn by_content(raw: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(raw)))
}

/// A text at a JSON pointer, without NUL, which Postgres holds nowhere; a number counts as one.
fn text(event: &Value, pointer: &str) -> Option<String> {
    match event.pointer(pointer)? {
        Value::String(text) => Some(text.replace('\0', "")).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn bare_id(id: &str) -> String {
    id.trim().trim_matches(['<', '>']).to_owned()
}

/// Seconds since 1970, whole or broken.
fn unix(event: &Value, pointer: &str) -> Option<DateTime<Utc>> {
    let value = event.pointer(pointer)?;
    let seconds = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
    #[expect(clippy::cast_possible_truncation, reason = "beyond i64 there is no instant, and none is made")]
    DateTime::from_timestamp_micros((seconds * 1e6) as i64)
}

/// The first enhanced status in words, as in `550 5.1.1 no such user`.
fn status_in(words: &str) -> Option<String> {
    let is_status = |word: &&str| {
        let mut numbers = word.split('.');
        let class = numbers.next().is_some_and(|class| matches!(class, "2" | "4" | "5"));
        let rest: Vec<&str> = numbers.collect();
        class
            && rest.len() == 2
            && rest.iter().all(|n| matches!(n.len(), 1..=3) && n.bytes().all(|b| b.is_ascii_digit()))
    };
    words.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).find(is_status).map(str::to_owned)
}

#[cfg(test)]
mod tests;
