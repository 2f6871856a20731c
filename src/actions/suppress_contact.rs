//! The DPO's word that a contact gets no further letter, and that it gets them again.
//!
//! What it has had stays: who was served by its letter is served. A letter that waits for it fails, and the next contact is asked.

use super::Context;
use crate::domain::ledger::{Actor, Event};
use crate::domain::recipient::Recipient;
use crate::store::delivery::contact;
use crate::store::{self, Tx, customer, recipient};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no customer has the reference {reference:?}")]
    NoCustomer { reference: String },
    #[error("{customer} has no contact {address:?}; it has {}", known.join(", "))]
    NoContact { customer: String, address: String, known: Vec<String> },
    #[error(
        "{address} is the only one at {customer} whom a notice can reach, and {customer} is owed notice by contract"
    )]
    LastOne { customer: String, address: String },
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Begin(#[from] super::Error),
}

/// No letter goes to this contact from now on. Done twice it is done once. Refused for the last contact whom a notice can reach while a
/// contract runs: its customer would hold up every change.
pub async fn suppress(
    cx: &Context,
    actor: Actor,
    reference: &str,
    address: &str,
    reason: &str,
) -> Result<(), Error> {
    let mut tx = cx.begin(actor).await?;
    store::entitlement::lock_shared(&mut tx).await?;
    let (named, contacts) = found(&mut tx, reference, address).await?;
    let today = cx.policy.zone.day_of(tx.now());
    let terms = customer::contract_versions(tx.conn(), named.customer_id).await?;
    let is_owed =
        terms.iter().any(|version| version.contract.ended_on.is_none_or(|last_day| last_day >= today));
    let has_notice_address = contacts.iter().any(|contact| contact.notice_address);
    let serves = |contact: &Recipient| contact.reachable() && (contact.notice_address || !has_notice_address);
    if is_owed && serves(&named) && !contacts.iter().any(|other| other.id != named.id && serves(other)) {
        return Err(Error::LastOne { customer: reference.to_owned(), address: named.address });
    }
    if !contact::suppress(&mut tx, named.id, reason).await? {
        return Ok(tx.rollback().await?);
    }
    let (customer, recipient) = (named.customer_id, named.id);
    tx.commit([Event::RecipientSuppressed { customer, recipient, why: reason.to_owned() }]).await?;
    Ok(())
}

/// Letters go to this contact again, of whatever announced it has had none yet. Of what failed meanwhile nothing is sent again.
pub async fn restore(cx: &Context, actor: Actor, reference: &str, address: &str) -> Result<(), Error> {
    let mut tx = cx.begin(actor).await?;
    store::entitlement::lock_shared(&mut tx).await?;
    let (named, _) = found(&mut tx, reference, address).await?;
    if !contact::restore(&mut tx, named.id).await? {
        return Ok(tx.rollback().await?);
    }
    let settled = cx.settle(&mut tx, &[named.customer_id]).await?;
    let restored = Event::RecipientRestored { customer: named.customer_id, recipient: named.id };
    tx.commit([restored].into_iter().chain(settled)).await?;
    cx.bells.ring("deliver");
    Ok(())
}

/// The contact, and all of its customer's.
async fn found(tx: &mut Tx, reference: &str, address: &str) -> Result<(Recipient, Vec<Recipient>), Error> {
    let known = customer::by_reference(tx.conn(), reference).await?;
    let known = known.ok_or_else(|| Error::NoCustomer { reference: reference.to_owned() })?;
    let contacts = recipient::of_customer(tx.conn(), known.id).await?;
    let named =
        contacts.iter().find(|contact| contact.address.to_lowercase() == address.trim().to_lowercase());
    let named = named.cloned().ok_or_else(|| Error::NoContact {
        customer: reference.to_owned(),
        address: address.to_owned(),
        known: contacts.iter().map(|contact| contact.address.clone()).collect(),
    })?;
    Ok((named, contacts))
}
