//! Access: the derived secrets that a letter carries, and what each of them lets its bearer do.
//!
//! A *mail token* (`r-4k7m2q9w5gzt1m8c0y`) stands in addresses and headers and brings a reply, a bounce or an objection
//! back to its delivery; a *link* stands in a URL and opens one page for one recipient. Both are MACs over a purpose
//! and an id: nothing is stored, so a letter can be composed again years later, and one purpose never opens another.
//! [`compose`](crate::mail::compose) and the actions make them, the pages and the inbox read them.
//!
//! Promise: what [`Keys`] did not make, `Keys` does not accept; a retired key makes nothing more but verifies for ever.

mod link;
mod mail_token;

pub use link::{Link, LinkPurpose};
pub use mail_token::{MailPurpose, MailToken, MailTokens, TokenError};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use self::mail_token::Permutation;

type HmacSha256 = Hmac<Sha256>;

/// The installation's keys: the one that makes tokens, and those before it, which still verify.
///
/// ```
/// # use forenotice::domain::access::{Keys, MailPurpose};
/// # use forenotice::domain::delivery::DeliveryId;
/// let keys = Keys::from_master(&[7; 32]);
/// let token = keys.mail_token(MailPurpose::Reply, DeliveryId(1_024_001))?;
/// assert_eq!(token.len(), 20);
/// assert_eq!(keys.read_mail_token(&token.to_uppercase()), Some((MailPurpose::Reply, DeliveryId(1_024_001))));
/// # Ok::<(), forenotice::domain::access::TokenError>(())
/// ```
#[derive(Clone)]
pub struct Keys {
    current: Key,
    retired: Vec<Key>,
}

impl Keys {
    /// Keys whose first and only version is derived from `master`.
    pub fn from_master(master: &[u8; 32]) -> Self {
        Self { current: Key::derive(1, master), retired: Vec::new() }
    }

    /// Puts a newer `master` in charge: it makes every token from here on, the former keys go on verifying theirs.
    /// Versions past 255 start again at 1, and by then nobody holds a letter of the first.
    #[must_use]
    pub fn rotated(self, master: &[u8; 32]) -> Self {
        let version = self.current.version.checked_add(1).unwrap_or(1);
        let mut retired = vec![self.current];
        retired.extend(self.retired);
        Self { current: Key::derive(version, master), retired }
    }

    /// What tells the current key from every other, and nothing about it: kept with the installation.
    pub fn mark(&self) -> [u8; 32] {
        self.current.mark
    }

    /// The current key, then the retired ones from the newest to the oldest.
    fn newest_first(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.retired)
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys(version {}, {} retired)", self.current.version, self.retired.len())
    }
}

/// One version of the keys: a subkey for each use, so that no two uses ever see the same key.
#[derive(Clone)]
struct Key {
    version: u8,
    permutation: Permutation,
    mail_mac: HmacSha256,
    link_mac: HmacSha256,
    mark: [u8; 32],
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key(version {})", self.version)
    }
}

impl Key {
    fn derive(version: u8, master: &[u8; 32]) -> Self {
        Self {
            version,
            permutation: Permutation::new(&subkey(master, b"forenotice 1 mail serial permutation")),
            mail_mac: keyed(&subkey(master, b"forenotice 1 mail token")),
            link_mac: keyed(&subkey(master, b"forenotice 1 link")),
            mark: subkey(master, b"forenotice 1 key mark"),
        }
    }
}

fn keyed(key: &[u8; 32]) -> HmacSha256 {
    // A key of a whole block is what HMAC does with a shorter one (RFC 2104, section 2), and it cannot be refused.
    let mut block = hmac::digest::Key::<HmacSha256>::default();
    block[..key.len()].copy_from_slice(key);
    HmacSha256::new(&block)
}

fn subkey(master: &[u8; 32], label: &[u8]) -> [u8; 32] {
    keyed(master).chain_update(label).finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::DeliveryId;

    #[test]
    fn a_retired_key_goes_on_verifying_and_the_new_one_makes_other_tokens() {
        let old = Keys::from_master(&[1; 32]);
        let token = old.mail_token(MailPurpose::Bounce, DeliveryId(77)).unwrap();
        let link = old.link(LinkPurpose::Object, 77, 0);

        let both = old.rotated(&[2; 32]);

        assert_eq!(both.read_mail_token(&token), Some((MailPurpose::Bounce, DeliveryId(77))));
        let opened = both.open_link(&link).unwrap();
        assert!(both.verify_link(&opened, 0));
        assert_ne!(both.mail_token(MailPurpose::Bounce, DeliveryId(77)).unwrap(), token);
        assert_ne!(both.link(LinkPurpose::Object, 77, 0), link);
    }

    #[test]
    fn keys_of_another_installation_accept_nothing() {
        let ours = Keys::from_master(&[1; 32]);
        let theirs = Keys::from_master(&[2; 32]);
        let token = theirs.mail_token(MailPurpose::Bounce, DeliveryId(77)).unwrap();
        assert_eq!(ours.read_mail_token(&token), None);
        let link = ours.open_link(&theirs.link(LinkPurpose::Object, 77, 0)).unwrap();
        assert!(!ours.verify_link(&link, 0));
    }

    #[test]
    fn debug_output_shows_no_key() {
        assert_eq!(format!("{:?}", Keys::from_master(&[9; 32])), "Keys(version 1, 0 retired)");
    }
}
