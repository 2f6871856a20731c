//! `[smtp.dkim]`: the keys with which we sign letters ourselves, read and tried before anything runs.

use ring::signature::{Ed25519KeyPair, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;

use super::Mailbox;
use super::parse::text;
use super::reader::{Noted, Reader, Why, masked};
use super::source::Raw;

/// Who signs, and with what: the key that every receiver can check stands first.
#[derive(Debug)]
pub struct Dkim {
    /// In A-labels.
    pub domain: String,
    pub keys: Vec<DkimKey>,
}

#[derive(Debug)]
pub struct DkimKey {
    /// Where the public half stands in DNS: `selector._domainkey.domain`.
    pub selector: String,
    pub pair: KeyPair,
}

#[derive(Debug)]
pub enum KeyPair {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// The keys of `[smtp.dkim]`; none of them: the relay signs, or nobody.
pub(super) fn dkim(r: &mut Reader) -> Result<Option<Dkim>, Noted> {
    let domain = r.optional("smtp.dkim.domain", domain)?;
    let selector_of_rsa = r.optional("smtp.dkim.selector", selector)?;
    let rsa = r.secret("smtp.dkim.key", rsa, masked)?;
    let selector_of_ed25519 = r.optional("smtp.dkim.ed25519_selector", selector)?;
    let ed25519 = r.secret("smtp.dkim.ed25519_key", ed25519, masked)?;
    let nothing = domain.is_none() && selector_of_rsa.is_none() && rsa.is_none();
    if nothing && selector_of_ed25519.is_none() && ed25519.is_none() {
        return Ok(None);
    }
    let mut needed = |key: &str, what: &str| r.fault(key, format!("missing: {what}"), None);
    let domain =
        domain.ok_or_else(|| needed("smtp.dkim.domain", "the domain in whose name letters are signed"));
    let selector_of_rsa = selector_of_rsa
        .ok_or_else(|| needed("smtp.dkim.selector", "under which name the public key stands in DNS"));
    let rsa = rsa.ok_or_else(|| {
        needed(
            "smtp.dkim.key",
            "the RSA key, as in key_file = \"dkim.pem\"; large receivers check no other kind",
        )
    });
    let second = match (selector_of_ed25519, ed25519) {
        (None, None) => Ok(None),
        (Some(selector), Some(pair)) => Ok(Some(DkimKey { selector, pair })),
        (None, Some(_)) => Err(needed("smtp.dkim.ed25519_selector", "a selector of its own")),
        (Some(_), None) => Err(needed("smtp.dkim.ed25519_key", "the key that belongs to the selector")),
    };
    let first = DkimKey { selector: selector_of_rsa?, pair: rsa? };
    let (domain, second) = (domain?, second?);
    if second.as_ref().is_some_and(|second| second.selector == first.selector) {
        let why = "two keys under one selector; give the Ed25519 key its own";
        return Err(r.fault("smtp.dkim.ed25519_selector", why, r.origin_of("smtp.dkim.ed25519_selector")));
    }
    Ok(Some(Dkim { domain, keys: std::iter::once(first).chain(second).collect() }))
}

/// Why a signature of this domain would not count for letters from there: DMARC wants one organisation (RFC 7489, 3.1.1).
pub(super) fn unaligned(dkim: &Dkim, key: &str, from: &Mailbox) -> Option<String> {
    let (_, of_from) = from.address.rsplit_once('@')?;
    let of_from = idna::domain_to_ascii(of_from).unwrap_or_else(|_| of_from.to_owned());
    let below = |domain: &str, parent: &str| {
        domain.strip_suffix(parent).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let aligned = below(&of_from, &dkim.domain) || below(&dkim.domain, &of_from);
    (!aligned).then(|| {
        format!(
            "{:?} is neither above nor below {of_from}, the domain of {key}: receivers would not count it",
            dkim.domain
        )
    })
}

impl Dkim {
    /// A domain as it stands in `smtp.dkim.domain`, in A-labels; an error says what is wrong with it.
    pub fn parse_domain(text: &str) -> Result<String, String> {
        match idna::domain_to_ascii_strict(text) {
            Ok(domain) if domain.contains('.') => Ok(domain),
            _ => Err(format!("{text:?} is no domain, as in \"processor.example\"")),
        }
    }

    /// A selector as it stands in `smtp.dkim.selector`, in small letters.
    pub fn parse_selector(text: &str) -> Result<String, String> {
        let label = |label: &str| {
            let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
            !label.is_empty() && label.len() <= 63 && label.chars().all(inner)
        };
        if text.split('.').all(label) {
            return Ok(text.to_ascii_lowercase());
        }
        Err(format!("{text:?} is no selector: letters, digits and hyphens, as in \"fn2026b\""))
    }
}

impl KeyPair {
    /// A key of either kind in PEM; an error says what is wrong with it and never quotes it.
    pub fn from_pem(pem: &str) -> Result<Self, String> {
        rsa(pem).or_else(|not_rsa| ed25519(pem).map_err(|_| not_rsa)).map_err(|Why(why)| why)
    }
}

fn domain(raw: &Raw) -> Result<String, Why> {
    Dkim::parse_domain(&text(raw)?).map_err(Why)
}

fn selector(raw: &Raw) -> Result<String, Why> {
    Dkim::parse_selector(&text(raw)?).map_err(Why)
}

fn rsa(pem: &str) -> Result<KeyPair, Why> {
    let pair = match private_key(pem)? {
        PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
        _ => return Err(Why("is an EC key; give an RSA key".to_owned())),
    };
    pair.map(KeyPair::Rsa).map_err(|error| match error.to_string().as_str() {
        "TooSmall" => Why("has fewer than 2048 bits; receivers do not trust it".to_owned()),
        "TooLarge" => Why("has more than 4096 bits; receivers need not check it".to_owned()),
        "WrongAlgorithm" => {
            Why("is no RSA key; an Ed25519 key belongs under smtp.dkim.ed25519_key".to_owned())
        }
        other => Why(format!("is no RSA key that can sign: {other}")),
    })
}

fn ed25519(pem: &str) -> Result<KeyPair, Why> {
    let PrivateKeyDer::Pkcs8(der) = private_key(pem)? else {
        return Err(Why("is no Ed25519 key; an RSA key belongs under smtp.dkim.key".to_owned()));
    };
    // What OpenSSL writes holds no public half to check the private one by.
    Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der())
        .map(KeyPair::Ed25519)
        .map_err(|error| Why(format!("is no Ed25519 key that can sign: {error}")))
}

/// Never quotes the text.
fn private_key(pem: &str) -> Result<PrivateKeyDer<'static>, Why> {
    PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| {
        let hint = if pem.contains("ENCRYPTED") {
            "it is encrypted; take its passphrase off"
        } else {
            "PEM begins with -----BEGIN PRIVATE KEY-----"
        };
        Why(format!("holds no private key in PEM: {hint}"))
    })
}
