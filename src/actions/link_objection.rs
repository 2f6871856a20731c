//! Says whose an objection is that came from an address nobody knew: it counts for that customer from its first instant.
//!
//! One objection at a time here; whoever links an address as a whole calls `store::objection::link` with all of its own.

use super::Context;
use crate::domain::ledger::{Actor, Event};
use crate::domain::objection::Timeliness;
use crate::store::objection::{self, Linked};
use crate::store::{self};

/// Whose it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub reference: String,
    pub customer: String,
    pub timeliness: Timeliness,
    /// The objections of the customer to which it was added.
    pub joined: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("only a person of the processor may do this; say who acts with --as")]
    NobodyActs,
    #[error("{reference} is {customer}'s already")]
    Linked { reference: String, customer: String },
    #[error("{reference} is resolved; it stays as it ended")]
    Resolved { reference: String },
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Begin(#[from] super::Error),
}

/// Links it to the customer called `customer`.
pub async fn link(cx: &Context, actor: Actor, reference: &str, customer: &str) -> Result<Done, Error> {
    if !matches!(actor, Actor::Account { .. }) {
        return Err(Error::NobodyActs);
    }
    let mut tx = cx.begin(actor).await?;
    let known = objection::by_reference(tx.conn(), reference).await?;
    if let Some(customer) = known.customer {
        return Err(Error::Linked { reference: known.reference, customer });
    }
    let whose = objection::speaker_of(tx.conn(), customer, None).await?;
    let id = whose.linked_to.or(whose.of);
    let id = id.ok_or_else(|| store::Error::NotFound { what: "customer", key: customer.to_owned() })?;
    let linked = objection::link(&mut tx, &[known.id()], id, &cx.policy).await?;
    if linked.is_empty() {
        return Err(Error::Resolved { reference: known.reference });
    }
    for one in &linked {
        if let Some(since) = one.measured.in_force_at.filter(|_| one.measured.is_found_after_effect()) {
            let found = one.joined.as_deref().unwrap_or(&one.objection);
            cx.alert_found_after_effect(&mut tx, found, &one.change, &whose.customer_name, since).await?;
        }
    }
    let events: Vec<Event> = linked.iter().map(Linked::event).collect();
    tx.commit(events).await?;
    cx.bells.ring("deliver");
    let late = linked.iter().any(|one| one.measured.timeliness == Timeliness::Late);
    Ok(Done {
        reference: known.reference,
        customer: whose.customer_name,
        timeliness: if late { Timeliness::Late } else { Timeliness::InTime },
        joined: linked.into_iter().filter_map(|one| one.joined).collect(),
    })
}
