//! Lets a late objection in: the DPO's grace. It counts from then on and shuts the gate, which waits for it or is waited for.

use super::Context;
use crate::domain::ledger::{Actor, Event};
use crate::store::{self, objection};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("only a person of the processor may do this; say who acts with --as")]
    NobodyActs,
    #[error("{reference} belongs to no customer yet: link it first")]
    NotLinked { reference: String },
    #[error(
        "{change} is in force: nothing can be held for {reference} any more; answer it, and mend it by a further change"
    )]
    InForce { reference: String, change: String },
    #[error("{reference} is resolved; it stays as it ended")]
    Resolved { reference: String },
    #[error("{reference} counts already")]
    Counts { reference: String },
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Begin(#[from] super::Error),
}

/// Admits the objection against every change to which it came late.
pub async fn admit(cx: &Context, actor: Actor, reference: &str) -> Result<(), Error> {
    let Actor::Account { id: by, .. } = actor else { return Err(Error::NobodyActs) };
    let mut tx = cx.begin(actor).await?;
    let id = objection::by_reference(tx.conn(), reference).await?.id();
    let changes = objection::lock(&mut tx, id).await?;
    let known = objection::by_reference(tx.conn(), reference).await?;
    let reference = || known.reference.clone();
    let Some(customer) = known.customer() else { return Err(Error::NotLinked { reference: reference() }) };
    if known.state == "resolved" {
        return Err(Error::Resolved { reference: reference() });
    }
    let measured =
        objection::measure(tx.conn(), &changes, Some(customer), known.received_at, &cx.policy).await?;
    let in_force = changes.iter().zip(&measured).find(|(_, measured)| measured.in_force_at.is_some());
    if let Some((change, _)) = in_force {
        return Err(Error::InForce { reference: reference(), change: change.reference.clone() });
    }
    if !objection::admit(&mut tx, id, by).await? {
        return Err(Error::Counts { reference: reference() });
    }
    let late = known.changes.iter().filter(|line| !line.in_time && line.resolved_at.is_none());
    let events: Vec<Event> = late
        .map(|line| Event::ObjectionAdmitted {
            objection: known.reference.clone(),
            change: line.id(),
            customer,
        })
        .collect();
    tx.commit(events).await?;
    Ok(())
}
