//! Says whose an objection is that came from an address nobody knew: it counts for that customer from its first instant.
//!
//! One objection at a time here; [`link_subscriber`](super::link_subscriber) links an address with all that it has said.

use super::Context;
use crate::domain::customer::CustomerId;
use crate::domain::ledger::{Actor, Event};
use crate::domain::objection::{ObjectionId, Timeliness};
use crate::store::objection::{self, Linked};
use crate::store::{self, Tx};

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
    let linked = cx.link_objections(&mut tx, &[known.id()], id, &whose.customer_name).await?;
    if linked.is_empty() {
        return Err(Error::Resolved { reference: known.reference });
    }
    let events: Vec<Event> = linked.iter().map(Linked::event).collect();
    tx.commit(events).await?;
    cx.bells.ring("deliver");
    let in_time = linked.iter().any(|one| one.measured.timeliness == Timeliness::InTime);
    Ok(Done {
        reference: known.reference,
        customer: whose.customer_name,
        timeliness: if in_time { Timeliness::InTime } else { Timeliness::Late },
        joined: linked.into_iter().filter_map(|one| one.joined).collect(),
    })
}

impl Context {
    /// Makes these objections the customer's, and tells the DPO of those that surface after the effect. The caller commits
    /// [`Linked::event`] of each.
    pub(super) async fn link_objections(
        &self,
        tx: &mut Tx,
        objections: &[ObjectionId],
        customer: CustomerId,
        name: &str,
    ) -> Result<Vec<Linked>, store::Error> {
        let linked = objection::link(tx, objections, customer, &self.policy).await?;
        for one in &linked {
            if let Some(since) = one.measured.in_force_at.filter(|_| one.measured.is_found_after_effect()) {
                let found = one.joined.as_deref().unwrap_or(&one.objection);
                self.alert_found_after_effect(tx, found, &one.change, name, since).await?;
            }
        }
        Ok(linked)
    }
}
