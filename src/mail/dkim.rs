//! DKIM by us (RFC 6376, RFC 8463): signatures that stand before a letter, for relays that do not sign.
//!
//! The same letter, date and key give the same signature, so a second try sends the same bytes. A letter's recorded hash is
//! that of the letter below the signatures: keys are withdrawn after some months, and what was sent can be made again and
//! checked for years. Signing takes a core for a millisecond, so it happens off the runtime's threads.

pub mod keys;
mod receiver;

use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::rand::SystemRandom;
use ring::signature::RSA_PKCS1_SHA256;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

pub use self::receiver::{Receiver, Trouble, Verdict};

use super::compose::Composed;
use super::relay::profile;
use crate::config::{Dkim, DkimKey, KeyPair, Settings};

/// Signed once more than they are there, so that none can be added (RFC 6376, 5.4.2 and 8.15).
const SEALED: &[&str] = &[
    "From",
    "Reply-To",
    "Subject",
    "Date",
    "To",
    "Cc",
    "Message-ID",
    "References",
    "In-Reply-To",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
];
/// Signed where they are there.
const SIGNED: &[&str] = &["List-Id", "Auto-Submitted", "Feedback-ID", "X-Forenotice-Delivery"];
const LINE_OCTETS_MAX: usize = 76;

#[derive(Debug, thiserror::Error)]
#[error("the letter could not be signed with the key of selector {selector}")]
pub struct CannotSign {
    selector: String,
}

/// Signs letters in the name of one domain.
#[derive(Debug)]
pub struct Signer {
    dkim: Arc<Dkim>,
    /// Headers that the relay replaces.
    replaced: &'static [&'static str],
    /// One a core.
    seats: Arc<Semaphore>,
}

impl Signer {
    /// None: these settings leave signing to the relay.
    pub fn of(settings: &Settings) -> Option<Self> {
        let dkim = settings.smtp.dkim.as_ref()?;
        Some(Self::new(Arc::clone(dkim), profile::replaced_headers(settings.smtp.profile)))
    }

    pub(super) fn new(dkim: Arc<Dkim>, replaced: &'static [&'static str]) -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        Self { dkim, replaced, seats: Arc::new(Semaphore::new(cores)) }
    }

    /// The header lines to send before the letter: a `DKIM-Signature` for each key.
    pub async fn sign(&self, letter: &Composed) -> Result<String, CannotSign> {
        let (head, body) = parts(&letter.bytes);
        let headers = headers(&head);
        let body_hash = BASE64_STANDARD.encode(Sha256::digest(relaxed_body(body)));
        let names = self.names(&headers);
        let drafts: Vec<Draft> = self
            .dkim
            .keys
            .iter()
            .map(|key| {
                Draft::of(key, &self.dkim.domain, &names, &headers, &body_hash, letter.date.timestamp())
            })
            .collect();
        let dkim = Arc::clone(&self.dkim);
        let seat = Arc::clone(&self.seats).acquire_owned().await;
        let signed = spawn_blocking(move || {
            let _seat = seat;
            dkim.keys.iter().zip(drafts).map(|(key, draft)| draft.signed(key)).collect::<Result<String, _>>()
        });
        let selector = || self.dkim.keys.first().map(|key| key.selector.clone()).unwrap_or_default();
        signed.await.unwrap_or_else(|_| Err(CannotSign { selector: selector() }))
    }

    /// The names for `h=`: each as often as it is there, those that are sealed once more.
    fn names(&self, headers: &[(&str, &str)]) -> Vec<&'static str> {
        let there = |name: &str| headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name)).count();
        let sealed = SEALED.iter().map(|name| (*name, there(name) + 1));
        let signed = SIGNED.iter().map(|name| (*name, there(name)));
        sealed
            .chain(signed)
            .filter(|(name, _)| !self.replaced.contains(name))
            .flat_map(|(name, times)| std::iter::repeat_n(name, times))
            .collect()
    }
}

/// A signature but for its value.
struct Draft {
    header: String,
    /// What is signed (RFC 6376, 3.7).
    input: String,
}

impl Draft {
    fn of(
        key: &DkimKey,
        domain: &str,
        names: &[&str],
        headers: &[(&str, &str)],
        body_hash: &str,
        at: i64,
    ) -> Self {
        let algorithm = match key.pair {
            KeyPair::Rsa(_) => "rsa-sha256",
            KeyPair::Ed25519(_) => "ed25519-sha256",
        };
        let value = format!(
            " v=1; a={algorithm}; c=relaxed/relaxed; t={at};\r\n d={domain};\r\n s={};\r\n {}\r\n bh={body_hash};\r\n b=",
            key.selector,
            listed(names)
        );
        let mut input = String::new();
        let mut used: Vec<usize> = Vec::new();
        for name in names {
            // Of several headers of a name the lowest is signed first (5.4.2); what is not there adds nothing.
            let lowest = headers.iter().enumerate().rev();
            let found =
                lowest.filter(|(at, _)| !used.contains(at)).find(|(_, h)| h.0.eq_ignore_ascii_case(name));
            if let Some((at, (name, value))) = found {
                used.push(at);
                relaxed_header(&mut input, name, value);
                input.push_str("\r\n");
            }
        }
        relaxed_header(&mut input, "DKIM-Signature", &value);
        Self { header: format!("DKIM-Signature:{value}"), input }
    }

    fn signed(self, key: &DkimKey) -> Result<String, CannotSign> {
        let signature = match &key.pair {
            KeyPair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), self.input.as_bytes(), &mut signature)
                    .map_err(|_| CannotSign { selector: key.selector.clone() })?;
                signature
            }
            // Of the hash, not of what was hashed (RFC 8463, 3).
            KeyPair::Ed25519(pair) => pair.sign(&Sha256::digest(self.input.as_bytes())).as_ref().to_vec(),
        };
        let (mut header, value) = (self.header, BASE64_STANDARD.encode(signature));
        let mut room = LINE_OCTETS_MAX - " b=".len();
        let mut rest = value.as_str();
        while rest.len() > room {
            let (line, more) = rest.split_at(room);
            header.push_str(line);
            header.push_str("\r\n ");
            (rest, room) = (more, LINE_OCTETS_MAX - 1);
        }
        header.push_str(rest);
        header.push_str("\r\n");
        Ok(header)
    }
}

/// `h=` with its names, folded behind their colons.
fn listed(names: &[&str]) -> String {
    let mut list = "h=".to_owned();
    let mut line = " h=".len();
    for (place, name) in names.iter().enumerate() {
        if place > 0 {
            list.push(':');
            line += 1;
        }
        if line + name.len() + 1 > LINE_OCTETS_MAX {
            list.push_str("\r\n ");
            line = 1;
        }
        list.push_str(name);
        line += name.len();
    }
    list.push(';');
    list
}

/// Headers with their last line end, and body.
fn parts(bytes: &[u8]) -> (std::borrow::Cow<'_, str>, &[u8]) {
    let end = memchr::memmem::find(bytes, b"\r\n\r\n").map_or(bytes.len(), |at| at + 2);
    let (head, rest) = bytes.split_at(end);
    (String::from_utf8_lossy(head), rest.get(2..).unwrap_or_default())
}

/// Name and value of each header, the value still folded.
fn headers(head: &str) -> Vec<(&str, &str)> {
    let mut headers = Vec::new();
    let mut begin = 0;
    for (end, _) in head.match_indices("\r\n") {
        // A line that begins with a blank goes on with the one before it.
        if head[end + 2..].starts_with([' ', '\t']) {
            continue;
        }
        headers.extend(head[begin..end].split_once(':'));
        begin = end + 2;
    }
    headers
}

/// RFC 6376, 3.4.2, without the line end.
fn relaxed_header(out: &mut String, name: &str, value: &str) {
    out.push_str(&name.trim_end().to_ascii_lowercase());
    out.push(':');
    for (place, word) in value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).enumerate() {
        if place > 0 {
            out.push(' ');
        }
        out.push_str(word);
    }
}

/// RFC 6376, 3.4.4.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut written = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut blank = false;
        for byte in line {
            if matches!(byte, b' ' | b'\t') {
                blank = true;
                continue;
            }
            if std::mem::take(&mut blank) {
                out.push(b' ');
            }
            out.push(*byte);
        }
        let empty = line.iter().all(|byte| matches!(byte, b' ' | b'\t'));
        out.extend_from_slice(b"\r\n");
        if !empty {
            written = out.len();
        }
    }
    // Empty lines at the end do not count.
    out.truncate(written);
    out
}

#[cfg(test)]
mod tests;
