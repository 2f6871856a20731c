//! Ends a contract: from the day after its last one its customer is owed nothing under it any more.
//!
//! An open change that the ended contract alone concerned is settled at once if the last day is over; of one that lies
//! ahead, what is owed stays owed until then, and the daemon settles it on the day (`settlement`).

use chrono::NaiveDate;

use super::Context;
use crate::domain::ledger::{Actor, Event};
use crate::store::{self, customer};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no customer has the reference {reference:?}{}", like(similar))]
    Unknown { reference: String, similar: Vec<String> },
    #[error("{customer} has no contract {contract:?}; it has {}", known.join(", "))]
    NoSuchContract { customer: String, contract: String, known: Vec<String> },
    #[error("{customer} has several contracts: say which with --contract: {}", known.join(", "))]
    WhichContract { customer: String, known: Vec<String> },
    #[error("{customer} has no contract")]
    NoContract { customer: String },
    #[error("{contract} was signed on {signed_on}; it cannot end before, on {on}")]
    BeforeItBegan { contract: String, signed_on: NaiveDate, on: NaiveDate },
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Begin(#[from] super::Error),
}

fn like(similar: &[String]) -> String {
    if similar.is_empty() { String::new() } else { format!("; similar: {}", similar.join(", ")) }
}

/// Writes the last day of a customer's contract: of its only one, where none is named. Returns the contract's reference.
pub async fn end_contract(
    cx: &Context,
    actor: Actor,
    reference: &str,
    contract: Option<&str>,
    last_day: NaiveDate,
) -> Result<String, Error> {
    let mut tx = cx.begin(actor).await?;
    store::entitlement::lock_shared(&mut tx).await?;
    let Some(known) = customer::by_reference(tx.conn(), reference).await? else {
        let similar = customer::references_like(tx.conn(), reference).await?;
        return Err(Error::Unknown { reference: reference.to_owned(), similar });
    };
    let mut contracts = customer::contract_versions(tx.conn(), known.id).await?;
    contracts.dedup_by(|one, other| one.contract.id == other.contract.id);
    let references =
        || contracts.iter().map(|version| version.contract.reference.clone()).collect::<Vec<_>>();
    let customer = || known.reference.clone();
    let chosen = match (contract, contracts.as_slice()) {
        (_, []) => return Err(Error::NoContract { customer: customer() }),
        (None, [only]) => &only.contract,
        (None, _) => return Err(Error::WhichContract { customer: customer(), known: references() }),
        (Some(wanted), several) => {
            let found = several.iter().find(|version| version.contract.reference == wanted);
            let none = || Error::NoSuchContract {
                customer: customer(),
                contract: wanted.to_owned(),
                known: references(),
            };
            &found.ok_or_else(none)?.contract
        }
    };
    if last_day < chosen.signed_on {
        return Err(Error::BeforeItBegan {
            contract: chosen.reference.clone(),
            signed_on: chosen.signed_on,
            on: last_day,
        });
    }
    customer::end_contract(&mut tx, chosen.id, last_day).await?;
    let settled = cx.settle(&mut tx, &[known.id]).await?;
    let ended = Event::ContractEnded { customer: known.id, contract: chosen.reference.clone(), last_day };
    tx.commit([ended].into_iter().chain(settled)).await?;
    cx.bells.ring("take_effect");
    Ok(chosen.reference.clone())
}
