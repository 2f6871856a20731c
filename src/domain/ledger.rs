//! The ledger: every act that matters, committed to for ever.
//!
//! An entry is canonical JSON (RFC 8785) and a 32-byte nonce; its commitment is SHA-256(nonce || JSON), its leaf
//! SHA-256(0x00 || commitment) (RFC 6962 2.1). The nonce keeps a guessable payload from being confirmed by its hash
//! once payload and nonce are erased. Order is given later, by the sealer.

mod actor;
mod event;

pub use actor::Actor;
pub use event::{Event, Recorded, RecordedTerms, Service};

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::change::ChangeId;
use super::customer::CustomerId;

/// One entry, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub kind: String,
    pub change: Option<ChangeId>,
    pub customer: Option<CustomerId>,
    pub payload: Vec<u8>,
    pub nonce: [u8; 32],
    pub leaf_hash: [u8; 32],
}

/// The act's entries, numbered as given. `seed` is 32 fresh random bytes; each entry's nonce is
/// HMAC-SHA256(seed, ordinal), so one draw serves any number of entries.
pub fn entries(
    seed: [u8; 32],
    at: DateTime<Utc>,
    actor: &Actor,
    events: &[Event],
) -> Result<Vec<Entry>, serde_json::Error> {
    events.iter().zip(0u32..).map(|(event, ordinal)| entry(nonce(seed, ordinal), at, actor, event)).collect()
}

fn entry(
    nonce: [u8; 32],
    at: DateTime<Utc>,
    actor: &Actor,
    event: &Event,
) -> Result<Entry, serde_json::Error> {
    let mut value = serde_json::to_value(event)?;
    let number = |field: &str| value.get(field).and_then(serde_json::Value::as_i64);
    let (change, customer) = (number("change").map(ChangeId), number("customer").map(CustomerId));
    let kind = value.get("kind").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    if let Some(object) = value.as_object_mut() {
        object.insert("at".to_owned(), serde_json::to_value(at)?);
        object.insert("actor".to_owned(), actor.to_string().into());
    }
    let payload = serde_json_canonicalizer::to_vec(&value)?;
    let leaf_hash = leaf_hash(&nonce, &payload);
    Ok(Entry { kind, change, customer, payload, nonce, leaf_hash })
}

/// SHA-256(0x00 || SHA-256(nonce || payload)).
pub fn leaf_hash(nonce: &[u8; 32], payload: &[u8]) -> [u8; 32] {
    let commitment = Sha256::new().chain_update(nonce).chain_update(payload).finalize();
    Sha256::new().chain_update([0]).chain_update(commitment).finalize().into()
}

fn nonce(seed: [u8; 32], ordinal: u32) -> [u8; 32] {
    // HMAC takes a key of any length; the error is only in the signature.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&seed) else { return seed };
    mac.update(&ordinal.to_be_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_canonical_names_its_change_and_hashes_as_documented() {
        let at = "2026-11-23T09:00:00Z".parse().unwrap();
        let held = Event::ChangeHeld { change: ChangeId(7), reasons: vec!["objection_open".into()] };
        let entries = entries([1; 32], at, &Actor::Daemon, &[held.clone(), held]).unwrap();
        assert_eq!(
            String::from_utf8(entries[0].payload.clone()).unwrap(),
            r#"{"actor":"daemon","at":"2026-11-23T09:00:00Z","change":7,"kind":"change_held","reasons":["objection_open"]}"#
        );
        assert_eq!((entries[0].change, entries[0].customer), (Some(ChangeId(7)), None));
        assert_ne!(entries[0].nonce, entries[1].nonce);
        assert_ne!(entries[0].leaf_hash, entries[1].leaf_hash);
    }
}
