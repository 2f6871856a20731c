//! New keys, and the public half of a key as DNS has it (RFC 6376, 3.6.1; RFC 8463, 4).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use mail_auth::dkim::generate::DkimKeyPair;
use pem_rfc7468::{LineEnding, encode_string};
use ring::signature::KeyPair as _;
use rustls::pki_types::alg_id;
use rustls::sign::public_key_to_spki;

use crate::config::KeyPair;

/// What every receiver must be able to check, and no more than DNS answers take well (RFC 8301, 3.2).
const RSA_BITS: usize = 2048;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Rsa,
    Ed25519,
}

#[derive(Debug, thiserror::Error)]
#[error("no key could be made: {0}")]
pub struct NoKey(String);

/// A new private key in PEM, as `smtp.dkim` reads it.
pub fn generate(algorithm: Algorithm) -> Result<String, NoKey> {
    let (pair, label) = match algorithm {
        Algorithm::Rsa => (DkimKeyPair::generate_rsa(RSA_BITS), "RSA PRIVATE KEY"),
        Algorithm::Ed25519 => (DkimKeyPair::generate_ed25519(), "PRIVATE KEY"),
    };
    let pair = pair.map_err(|why| NoKey(why.to_string()))?;
    encode_string(label, LineEnding::LF, pair.private_key()).map_err(|why| NoKey(why.to_string()))
}

/// The name under which a selector's record stands, without the last dot.
pub fn name(selector: &str, domain: &str) -> String {
    format!("{selector}._domainkey.{domain}")
}

/// The TXT record of this key's public half.
pub fn record(pair: &KeyPair) -> String {
    let (kind, public) = match pair {
        KeyPair::Rsa(pair) => {
            ("rsa", public_key_to_spki(&alg_id::RSA_ENCRYPTION, pair.public_key().as_ref()).to_vec())
        }
        KeyPair::Ed25519(pair) => ("ed25519", pair.public_key().as_ref().to_vec()),
    };
    format!("v=DKIM1; k={kind}; p={}", BASE64_STANDARD.encode(public))
}

/// A TXT record as zone files have it: a string holds no more than 255 octets (RFC 1035, 3.3).
pub fn zone_line(name: &str, record: &str) -> String {
    let strings: Vec<String> =
        record.as_bytes().chunks(255).map(|part| format!("\"{}\"", String::from_utf8_lossy(part))).collect();
    format!("{name}. IN TXT {}", strings.join(" "))
}
