//! Recipients: a customer's contact or a subscriber. An address never changes: another one is another recipient.
//!
//! A contact is owed notice by contract and cannot unsubscribe into silence; a subscriber leaves with one click.

mod address;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::customer::CustomerId;

pub use address::{AddressFault, parse_address, same_address_key};

id!(RecipientId);

/// The role whose contacts all get the letter at once; contacts of other roles are asked in order of rank.
pub const PRIVACY_ROLE: &str = "privacy";

/// Why a customer's letters would not go as they should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreached {
    #[error("nobody to write to; every address of it is dead or forgotten")]
    Nobody,
    #[error("no privacy contact; its letters go to one of the others by rank")]
    NoPrivacyContact,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    pub id: RecipientId,
    pub customer_id: CustomerId,
    /// Empty once forgotten.
    pub address: String,
    pub name: String,
    pub language: String,
    pub role: String,
    pub rank: i16,
    /// If a customer has one, only letters to it serve.
    pub notice_address: bool,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub suppressed_why: Option<String>,
    pub link_epoch: i16,
}

/// A contact as whoever addresses a letter sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    pub recipient: RecipientId,
    pub customer: CustomerId,
    pub role: String,
    pub notice_address: bool,
}

impl Addressee {
    /// Whether letters go to it at once, and its word alone is the customer's where that opens the gate: a yes, or an objection taken
    /// back.
    pub fn speaks_for_customer(&self) -> bool {
        self.role == PRIVACY_ROLE || self.notice_address
    }
}

/// Whom a customer's letter goes to at once: all its privacy contacts and notice addresses; where it has none that can
/// be reached, the first of the others. `addressees` come by customer, then rank.
pub fn addressed(
    customer: CustomerId,
    addressees: &[Addressee],
) -> impl Iterator<Item = RecipientId> + use<'_> {
    let start = addressees.partition_point(|a| a.customer < customer);
    let end = addressees.partition_point(|a| a.customer <= customer);
    let own = &addressees[start..end];
    let first_of_others = if own.iter().any(Addressee::speaks_for_customer) { None } else { own.first() };
    own.iter().filter(|a| a.speaks_for_customer()).chain(first_of_others).map(|a| a.recipient)
}

impl Recipient {
    pub fn addressee(&self) -> Addressee {
        Addressee {
            recipient: self.id,
            customer: self.customer_id,
            role: self.role.clone(),
            notice_address: self.notice_address,
        }
    }

    /// Whether a letter may be sent to it.
    pub fn reachable(&self) -> bool {
        self.suppressed_why.is_none() && !self.address.is_empty()
    }
}
