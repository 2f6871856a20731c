//! Links: the secret part of a personal URL (`/object/{token}`).
//!
//! The token says its key's version, its purpose and its id in the clear and proves them by a MAC of 128 bits, which
//! also covers the recipient's link epoch: raising the epoch revokes every link of that recipient.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::Mac;

use super::{HmacSha256, Key, Keys};

const MAC_BYTES: usize = 16;
const HEAD_BYTES: usize = 2;
const ID_BYTES_MAX: usize = 8;

/// The page a link opens, and whose id it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkPurpose {
    /// The personal objection page; id of a delivery.
    Object,
    /// The letter as a page; id of a delivery.
    Letter,
    /// One-click unsubscribe; id of a recipient.
    Unsubscribe,
    /// The second step of a subscription; id of the delivery that asked for it.
    Confirm,
    /// A subscriber's settings, a contact's successor; id of a recipient.
    Manage,
    /// The register as it concerns one customer; id of a recipient.
    Mine,
    /// Says what a reply is; id of the delivery that asks.
    Reply,
}

impl LinkPurpose {
    pub const ALL: [Self; 7] =
        [Self::Object, Self::Letter, Self::Unsubscribe, Self::Confirm, Self::Manage, Self::Mine, Self::Reply];

    fn code(self) -> u8 {
        match self {
            Self::Object => 1,
            Self::Letter => 2,
            Self::Unsubscribe => 3,
            Self::Confirm => 4,
            Self::Manage => 5,
            Self::Mine => 6,
            Self::Reply => 7,
        }
    }

    /// The first segment of the path that takes this kind of link: `object` in `/object/{token}`.
    pub fn path(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Letter => "letter",
            Self::Unsubscribe => "unsubscribe",
            Self::Confirm => "confirm",
            Self::Manage => "manage",
            Self::Mine => "mine",
            Self::Reply => "reply",
        }
    }
}

/// A link as read: a claim, until [`Keys::verify_link`] has found it genuine for the recipient's epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub purpose: LinkPurpose,
    pub id: i64,
    key_version: u8,
    mac: [u8; MAC_BYTES],
}

impl Keys {
    /// The secret part of the URL for `purpose` and `id`, base64url, 26 to 35 characters. The same each time.
    pub fn link(&self, purpose: LinkPurpose, id: i64, epoch: i16) -> String {
        let mac = self.current.link_mac(purpose, id, epoch).finalize().into_bytes();
        let id = id.to_be_bytes();
        let leading_zeros = id.iter().take_while(|byte| **byte == 0).count();
        let mut token = vec![self.current.version, purpose.code()];
        token.extend(&id[leading_zeros..]);
        token.extend(&mac[..MAC_BYTES]);
        BASE64_URL_SAFE_NO_PAD.encode(token)
    }

    /// What `token` claims to be, if it has the form of a link. Nothing is proven yet: look up the epoch of the
    /// recipient it names, then ask [`Keys::verify_link`].
    pub fn open_link(&self, token: &str) -> Option<Link> {
        const CHARACTERS_MAX: usize = (HEAD_BYTES + ID_BYTES_MAX + MAC_BYTES).div_ceil(3) * 4;
        if token.len() > CHARACTERS_MAX {
            return None;
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (claim, mac) = bytes.split_last_chunk::<MAC_BYTES>()?;
        let &[key_version, code, ref short_id @ ..] = claim else { return None };
        let purpose = LinkPurpose::ALL.into_iter().find(|purpose| purpose.code() == code)?;
        if short_id.len() > ID_BYTES_MAX || short_id.first() == Some(&0) {
            return None;
        }
        let mut id = [0; ID_BYTES_MAX];
        id[ID_BYTES_MAX - short_id.len()..].copy_from_slice(short_id);
        Some(Link { purpose, id: i64::from_be_bytes(id), key_version, mac: *mac })
    }

    /// Whether one of our keys made `link` for this `epoch`. Takes the same time wherever the MACs differ.
    pub fn verify_link(&self, link: &Link, epoch: i16) -> bool {
        self.newest_first()
            .filter(|key| key.version == link.key_version)
            .any(|key| key.link_mac(link.purpose, link.id, epoch).verify_truncated_left(&link.mac).is_ok())
    }
}

impl Key {
    fn link_mac(&self, purpose: LinkPurpose, id: i64, epoch: i16) -> HmacSha256 {
        self.link_mac
            .clone()
            .chain_update([self.version, purpose.code()])
            .chain_update(id.to_be_bytes())
            .chain_update(epoch.to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys() -> Keys {
        Keys::from_master(&[42; 32])
    }

    fn purpose() -> impl Strategy<Value = LinkPurpose> {
        proptest::sample::select(LinkPurpose::ALL.to_vec())
    }

    #[test]
    fn links_do_not_change_between_versions_of_the_program() {
        insta::assert_snapshot!(keys().link(LinkPurpose::Object, 1_048_577, 0), @"AQEQAAEc7GbiIUtuq0AwJeX1j4sh");
    }

    #[test]
    fn raising_the_epoch_revokes_the_link() {
        let link = keys().open_link(&keys().link(LinkPurpose::Manage, 12, 0)).unwrap();
        assert!(keys().verify_link(&link, 0));
        assert!(!keys().verify_link(&link, 1));
    }

    proptest! {
        #[test]
        fn every_link_opens_to_what_it_was_made_for(purpose in purpose(), id: i64, epoch: i16) {
            let link = keys().open_link(&keys().link(purpose, id, epoch)).unwrap();
            prop_assert_eq!((link.purpose, link.id), (purpose, id));
            prop_assert!(keys().verify_link(&link, epoch));
        }

        #[test]
        fn a_link_with_one_character_changed_is_refused(
            purpose in purpose(), id in 0_i64..1 << 40, at: prop::sample::Index, to in "[A-Za-z0-9_-]",
        ) {
            let token = keys().link(purpose, id, 3);
            let at = at.index(token.len());
            let changed = format!("{}{to}{}", &token[..at], &token[at + 1..]);
            prop_assume!(changed != token);
            prop_assert!(!keys().open_link(&changed).is_some_and(|link| keys().verify_link(&link, 3)));
        }

        #[test]
        fn a_link_never_opens_another_page(made in purpose(), asked in purpose(), id: i64) {
            prop_assume!(made != asked);
            let mut link = keys().open_link(&keys().link(made, id, 0)).unwrap();
            link.purpose = asked;
            prop_assert!(!keys().verify_link(&link, 0));
        }

        #[test]
        fn no_text_makes_the_reader_fail(text in ".{0,80}") {
            if let Some(link) = keys().open_link(&text) {
                prop_assert!(!keys().verify_link(&link, 0));
            }
        }
    }
}
