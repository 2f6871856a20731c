//! A customer's written waiver of one reason that it stands in the gate's way by, and the second person's yes to it.

use super::{Case, Done, Error, account, customer_called, words};
use crate::actions::{Attachment, Context};
use crate::domain::clearing::{Waivable, applies};
use crate::domain::ledger::{Actor, Event};
use crate::store;
use crate::store::clearing::Stands;

/// What is to be overridden, for whom and why.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    pub customer: &'a str,
    pub reason: Waivable,
    pub justification: &'a str,
}

/// Keeps the waiver; it counts once a second person [`approve`]s. Refused where the reason does not stand in the way.
pub async fn propose(
    cx: &Context,
    actor: Actor,
    change: &str,
    asked: &Asked<'_>,
    waiver: &Attachment,
) -> Result<Done, Error> {
    let proposer = account(&actor)?;
    let justification = words("justification", asked.justification)?;
    let mut tx = cx.begin(actor).await?;
    let customer = customer_called(&mut tx, asked.customer).await?;
    let case = Case::lock(&mut tx, change, customer, asked.customer).await?;
    stands_in_the_way(&case, asked.reason, &tx)?;
    let hash = waiver.keep(&mut tx).await?;
    let of = (case.change.id, customer);
    store::clearing::propose_waiver(&mut tx, of, asked.reason, justification, hash, proposer).await?;
    let served = case.served().map(|clearance| (case.owed.served_by, clearance));
    let stands = Stands { served, consent: case.owed.consent, window_shuts: true, notice_waived_at: None };
    let done = Done { waits_for_approval: true, ..case.done(&stands) };
    tx.commit([Event::OverrideProposed {
        change: case.change.id,
        customer,
        reason: asked.reason,
        justification: justification.to_owned(),
        waiver: hex::encode(hash),
    }])
    .await?;
    Ok(done)
}

fn stands_in_the_way(case: &Case, reason: Waivable, tx: &store::Tx) -> Result<(), Error> {
    if applies(reason, case.served().as_ref(), tx.now()) {
        return Ok(());
    }
    let change = case.change.reference.clone();
    Err(Error::DoesNotApply { reason, change, customer: case.name.clone() })
}

/// The second person's yes: the reason is gone for that customer from now on.
pub async fn approve(
    cx: &Context,
    actor: Actor,
    change: &str,
    customer: &str,
    reason: Waivable,
) -> Result<Done, Error> {
    let approver = account(&actor)?;
    let mut tx = cx.begin(actor).await?;
    let id = customer_called(&mut tx, customer).await?;
    let case = Case::lock(&mut tx, change, id, customer).await?;
    let proposer = store::clearing::proposer(tx.conn(), case.change.id, id, reason).await?;
    let Some(proposer) = proposer else {
        let change = case.change.reference.clone();
        return Err(Error::NothingToApprove { reason, change, customer: case.name });
    };
    if proposer == approver {
        return Err(Error::SameApprover);
    }
    stands_in_the_way(&case, reason, &tx)?;
    store::clearing::approve_waiver(&mut tx, case.change.id, id, reason, approver).await?;
    let stands = case.settle(cx, &mut tx).await?;
    let done = case.done(&stands);
    tx.commit([Event::OverrideApproved {
        change: case.change.id,
        customer: id,
        reason,
        clear_at: done.clear_at,
    }])
    .await?;
    cx.bells.ring("take_effect");
    Ok(done)
}
