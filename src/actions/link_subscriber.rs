//! Says whose an address is: the subscriber with it speaks for that customer from now on, and what the address said while it
//! was nobody's becomes the customer's, from its first instant.
//!
//! Nothing else moves: the subscriber gets its letters as before, and the customer is owed its own (chapter 9, 16).

use super::Context;
use crate::domain::ledger::{Actor, Event};
use crate::domain::objection::Timeliness;
use crate::store::objection::{self, Linked};
use crate::store::{self, change, subscriber};

/// Whose it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub customer: String,
    /// Not: what the address says from now on has to be linked again.
    pub is_subscriber: bool,
    pub objections: Vec<Counted>,
}

/// An objection that was nobody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub reference: String,
    pub change: String,
    pub timeliness: Timeliness,
    /// The objection of the customer to which it was added.
    pub joined: Option<String>,
}

impl From<Linked> for Counted {
    fn from(linked: Linked) -> Self {
        Self {
            reference: linked.objection,
            change: linked.change.reference,
            timeliness: linked.measured.timeliness,
            joined: linked.joined,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("only a person of the processor may do this; say who acts with --as")]
    NobodyActs,
    #[error("{reference} is a subscriber, not a customer")]
    NotACustomer { reference: String },
    #[error("{address} is no subscriber, and nothing it said waits for a customer")]
    NothingToLink { address: String },
    #[error("{address} is {customer}'s already, with all that it said")]
    Linked { address: String, customer: String },
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Begin(#[from] super::Error),
}

/// Links the address to the customer called `customer`.
pub async fn link(cx: &Context, actor: Actor, address: &str, customer: &str) -> Result<Done, Error> {
    if !matches!(actor, Actor::Account { .. }) {
        return Err(Error::NobodyActs);
    }
    let mut tx = cx.begin(actor).await?;
    // Whoever is lodging holds its changes: it is waited for, or finds the address linked.
    change::lock_all_open(&mut tx).await?;
    let whose = objection::speaker_of(tx.conn(), customer, None).await?;
    if whose.is_subscriber {
        return Err(Error::NotACustomer { reference: customer.to_owned() });
    }
    let id = whose.of.ok_or_else(|| store::Error::NotFound { what: "customer", key: customer.to_owned() })?;
    let known = subscriber::by_address(tx.conn(), address).await?;
    let mut events = Vec::new();
    if let Some(known) = &known
        && subscriber::link(&mut tx, known.customer, id).await?
    {
        events.push(Event::SubscriberLinked { subscriber: known.customer, customer: id });
    }
    let said = objection::unlinked_of(tx.conn(), address).await?;
    let linked = cx.link_objections(&mut tx, &said, id, &whose.customer_name).await?;
    events.extend(linked.iter().map(Linked::event));
    if events.is_empty() {
        let address = address.to_owned();
        return Err(match known {
            Some(_) => Error::Linked { address, customer: whose.customer_name },
            None => Error::NothingToLink { address },
        });
    }
    tx.commit(events).await?;
    cx.bells.ring("deliver");
    Ok(Done {
        customer: whose.customer_name,
        is_subscriber: known.is_some(),
        objections: linked.into_iter().map(Counted::from).collect(),
    })
}
