//! Deliveries: queued by whoever has something to say, leased by batches, told what the relay said.
//!
//! [`fan_out`](super::fan_out) and [`letter::queue`](super::letter::queue) write them, [`lease`] hands batches to a sender,
//! [`letter`] reads what a sender needs to compose them, [`record`] writes what became of them and serves
//! obligations, [`contact`] asks the next one where an address refused.
//! The lease is the batch's, not the letter's, and is fenced by its number: a late result of an older lease changes
//! nothing but an acceptance, which is a fact. Leases run on the database's clock, everything else on the caller's.

pub mod contact;
pub mod lease;
pub mod letter;
pub mod record;
