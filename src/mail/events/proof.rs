//! That a body comes from the relay: each signs or logs in by its own way. Comparisons take the same time whatever is wrong.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use sha2::Sha256;

use crate::config::Events;
use crate::domain::relay_event::EventRelay;

/// So old a Mailgun signature may be: an event that could not be taken comes again for eight hours with its first signature.
const MAILGUN_AGE_MAX: TimeDelta = TimeDelta::hours(9);
/// So long a token is remembered: longer than any clock and any request that is under way would have it believed.
const MAILGUN_REMEMBERED: TimeDelta = TimeDelta::hours(10);
/// So far Mailgun's clock may be ahead of ours.
const MAILGUN_AHEAD_MAX: TimeDelta = TimeDelta::minutes(5);
const SENDGRID_SIGNATURE: &str = "x-twilio-email-event-webhook-signature";
const SENDGRID_TIMESTAMP: &str = "x-twilio-email-event-webhook-timestamp";

/// The fields of the request's head, their names in lower case.
pub type Head = BTreeMap<String, String>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAuthentic {
    #[error("no events of this relay are taken; set its key in [inbound.events]")]
    NotConfigured,
    #[error("it is not proved that this comes from the relay")]
    NotProved,
}

/// What the head alone shows: whether events of this relay are taken at all, and whether whoever brings one has logged in.
pub fn admitted(relay: EventRelay, events: &Events, head: &Head) -> Result<(), NotAuthentic> {
    let configured = match relay {
        EventRelay::Postmark => {
            let login = events.postmark_login.as_ref().ok_or(NotAuthentic::NotConfigured)?;
            return basic(login, head).then_some(()).ok_or(NotAuthentic::NotProved);
        }
        EventRelay::Sendgrid => events.sendgrid_public_key.is_some(),
        EventRelay::Mailgun => events.mailgun_signing_key.is_some(),
        EventRelay::Ses => !events.ses_topics.is_empty(),
    };
    configured.then_some(()).ok_or(NotAuthentic::NotConfigured)
}

/// What proved a body once, and may prove no other while anybody would believe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub token: String,
    pub forget_at: DateTime<Utc>,
}

/// Ok: the relay sent this body. Some: the token that proved it.
pub fn authentic(
    relay: EventRelay,
    events: &Events,
    head: &Head,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Token>, NotAuthentic> {
    admitted(relay, events, head)?;
    let (token, proved) = match relay {
        EventRelay::Postmark => (None, true),
        EventRelay::Sendgrid => {
            let key = events.sendgrid_public_key.as_ref().ok_or(NotAuthentic::NotConfigured)?;
            (None, sendgrid(key, head, body))
        }
        EventRelay::Mailgun => {
            let key = events.mailgun_signing_key.as_ref().ok_or(NotAuthentic::NotConfigured)?;
            let token = mailgun(key, body, now);
            let proved = token.is_some();
            (token, proved)
        }
        // By its certificate, which must be had first: `Sns` does.
        EventRelay::Ses => (None, false),
    };
    if proved { Ok(token) } else { Err(NotAuthentic::NotProved) }
}

/// RFC 7617.
fn basic(login: &SecretString, head: &Head) -> bool {
    let given = head.get("authorization").and_then(|value| {
        let (scheme, encoded) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("basic").then(|| BASE64_STANDARD.decode(encoded.trim()).ok()).flatten()
    });
    given.is_some_and(|given| is_secret(login, &given))
}

/// Whether `given` is the secret.
pub fn is_secret(secret: &SecretString, given: &[u8]) -> bool {
    // By their codes under a key, so that neither content nor length shows in the time it takes.
    let code = |bytes: &[u8]| {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"forenotice: compared by code").ok()?;
        mac.update(bytes);
        Some(mac)
    };
    match (code(secret.expose_secret().as_bytes()), code(given)) {
        (Some(ours), Some(theirs)) => theirs.verify(&ours.finalize().into_bytes()).is_ok(),
        _ => false,
    }
}

/// ECDSA on P-256 over timestamp and body.
fn sendgrid(key: &[u8], head: &Head, body: &[u8]) -> bool {
    let (Some(signature), Some(timestamp)) = (head.get(SENDGRID_SIGNATURE), head.get(SENDGRID_TIMESTAMP))
    else {
        return false;
    };
    let Ok(signature) = BASE64_STANDARD.decode(signature) else { return false };
    let signed = [timestamp.as_bytes(), body].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key).verify(&signed, &signature).is_ok()
}

#[derive(Deserialize)]
struct Signed {
    signature: MailgunSignature,
}

#[derive(Deserialize)]
struct MailgunSignature {
    timestamp: String,
    token: String,
    signature: String,
}

/// HMAC-SHA256 over timestamp and token. It does not cover the event, so the token may prove one only.
fn mailgun(key: &SecretString, body: &[u8], now: DateTime<Utc>) -> Option<Token> {
    let Signed { signature: MailgunSignature { timestamp, token, signature } } =
        serde_json::from_slice(body).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes()).ok()?;
    mac.update(timestamp.as_bytes());
    mac.update(token.as_bytes());
    mac.verify_slice(&hex::decode(signature).ok()?).ok()?;
    let at = DateTime::from_timestamp(timestamp.parse().ok()?, 0)?;
    let is_believed = (-MAILGUN_AHEAD_MAX..=MAILGUN_AGE_MAX).contains(&(now - at));
    is_believed.then(|| Token { token, forget_at: at + MAILGUN_REMEMBERED })
}
