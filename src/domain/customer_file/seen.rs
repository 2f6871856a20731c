//! The rows of one file held against one another: a contact twice, a contract that says two things.
//!
//! Only fingerprints of 64 bits are kept, some hundred bytes a row, so that a file of a million rows is read in the
//! memory of its fingerprints, not of its text. At a million rows two that differ look alike once in ten million files.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use super::super::recipient::{PRIVACY_ROLE, same_address_key};
use super::Row;

/// The columns that say the same in every row of one contract; from [`TERMS_FROM`] on they are its terms.
const SHARED: [&str; 8] = [
    "customer",
    "products",
    "customer_since",
    "clause",
    "notice_days",
    "objection_days",
    "time_zone",
    "terms",
];

const TERMS_FROM: usize = 4;

/// What an earlier row says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Clash {
    #[error("record {earlier} says otherwise for the same contract; one contract has one {column}")]
    Contract { column: &'static str, earlier: u32 },
    /// Only the terms differ.
    #[error(
        "record {earlier} says otherwise for the same contract; one contract has one {column}; until that is mended, \
         the reading longer for the customer holds"
    )]
    Terms { column: &'static str, earlier: u32 },
    #[error("record {earlier} gives this customer another name")]
    Name { earlier: u32 },
}

/// What became of a row among those before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    First,
    /// The same contact of the same contract: (the earlier record, whether all else is the same too).
    Repeats {
        earlier: u32,
        otherwise_same: bool,
    },
    /// The address is a contact of another customer, too; allowed, but said.
    SharesAddress {
        earlier: u32,
    },
}

/// What the file has said so far.
#[derive(Debug, Default)]
pub struct Seen {
    contracts: HashMap<u64, (u32, [u16; SHARED.len()])>,
    names: HashMap<u64, (u32, u32)>,
    /// Customers to whom the file gives a privacy contact or a notice address.
    reached: HashSet<u64>,
    contacts: HashMap<u64, u32>,
    addresses: HashMap<u64, (u32, u32)>,
}

impl Seen {
    /// Takes the row into account, or says which earlier one it contradicts.
    pub fn place(&mut self, record: u32, row: &Row) -> Result<Place, (&'static str, Clash)> {
        let contract = row.contract.as_deref().unwrap_or_default();
        let address = same_address_key(&row.contact.address);
        let (customer_key, contract_key) = (key(&[&row.reference]), key(&[&row.reference, contract]));
        let who = key(&[&row.reference, contract, &address]);
        let clash = self.clash(customer_key, contract_key, row);
        if let Some(&earlier) = self.contacts.get(&who) {
            return Ok(Place::Repeats { earlier, otherwise_same: clash.is_none() });
        }
        if let Some(clash) = clash {
            return Err(clash);
        }
        self.contacts.insert(who, record);
        if row.contact.role == PRIVACY_ROLE || row.contact.notice_address {
            self.reached.insert(customer_key);
        }
        self.contracts.entry(contract_key).or_insert_with(|| (record, shared(row)));
        self.names.entry(customer_key).or_insert((record, half(key(&[&row.customer]))));
        Ok(match self.addresses.entry(key(&[&address])) {
            Entry::Occupied(known) if known.get().1 != half(customer_key) => {
                Place::SharesAddress { earlier: known.get().0 }
            }
            Entry::Occupied(_) => Place::First,
            Entry::Vacant(free) => {
                free.insert((record, half(customer_key)));
                Place::First
            }
        })
    }

    /// Whether the file has given that customer somebody who gets its letters at once.
    pub fn has_privacy_contact(&self, reference: &str) -> bool {
        self.reached.contains(&key(&[reference]))
    }

    /// Whether the file has named that customer.
    pub fn knows(&self, reference: &str) -> bool {
        self.names.contains_key(&key(&[reference]))
    }

    fn clash(&self, customer_key: u64, contract_key: u64, row: &Row) -> Option<(&'static str, Clash)> {
        if let Some((earlier, name)) = self.names.get(&customer_key)
            && *name != half(key(&[&row.customer]))
        {
            return Some(("customer", Clash::Name { earlier: *earlier }));
        }
        let (earlier, known) = self.contracts.get(&contract_key)?;
        let differing = known.iter().zip(shared(row)).position(|(known, now)| *known != now)?;
        let (column, earlier) = (SHARED[differing], *earlier);
        let clash = if differing >= TERMS_FROM {
            Clash::Terms { column, earlier }
        } else {
            Clash::Contract { column, earlier }
        };
        Some((column, clash))
    }
}

fn shared(row: &Row) -> [u16; SHARED.len()] {
    let terms = &row.terms;
    let texts = [
        row.customer.clone(),
        row.products.join(";"),
        row.since.map(|day| day.to_string()).unwrap_or_default(),
        row.clause.clone().unwrap_or_default(),
        terms.notice.n.map(|n| n.get().to_string()).unwrap_or_default(),
        format!("{:?}", terms.objection),
        terms.time_zone.as_ref().map(|zone| zone.name().to_owned()).unwrap_or_default(),
        format!("{terms:?}"),
    ];
    // The last 16 bits: two that differ look alike once in 65,536, and then the terms as a whole still differ.
    texts.map(|text| (key(&[&text]) & 0xFFFF) as u16)
}

fn half(key: u64) -> u32 {
    (key >> 32) as u32
}

fn key(parts: &[&str]) -> u64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut first = [0; 8];
    first.copy_from_slice(&hash.finalize()[..8]);
    u64::from_be_bytes(first)
}
