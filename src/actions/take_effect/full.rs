//! A gate about to open, derived in full: every customer's standing and who is entitled, by the rule on values.
//!
//! In one snapshot and in ranges of customers, before the change's row is locked: what happens after it is seen by the
//! look under the lock. It is held against what the indexes say in the same snapshot.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::super::{Context, Error};
use crate::domain::change::{Change, ChangeId};
use crate::domain::gate::{self, Disagreement, Reason};
use crate::domain::plan::{Candidate, Standing};
use crate::store::entitlement::{self, CUSTOMERS_PER_RANGE};
use crate::store::{self, Snapshot};

/// Whether the gate of a change whose day has come is open, by its indexes and derived in full; an error where the
/// two do not say the same. Only an opening is worth the work: what is shut by index is shut.
pub(super) async fn is_open(cx: &Context, id: ChangeId) -> Result<bool, Error> {
    let now = cx.now().await?;
    let mut snapshot = cx.snapshot().await?;
    let change = store::change::by_id(snapshot.conn(), id).await?;
    let at = store::door::decidable_until(snapshot.conn()).await?.unwrap_or(change.effective_at).min(now);
    if !change.state.is_open() || at < change.effective_at {
        return Ok(false);
    }
    let found = store::gate::shut_by(snapshot.conn(), id, at).await?;
    if !found.is_empty() {
        return Ok(false);
    }
    let (derived, whom) = derive(cx, &mut snapshot, &change, at).await?;
    if derived.is_empty() {
        return Ok(true);
    }
    Err(Disagreement { reference: change.reference, at, found, derived, whom }.into())
}

/// The reasons that shut the gate, and the first customer in whose way there is one.
async fn derive(
    cx: &Context,
    snapshot: &mut Snapshot,
    change: &Change,
    at: DateTime<Utc>,
) -> Result<(BTreeSet<Reason>, Option<String>), Error> {
    let facts = store::gate::facts(snapshot.conn(), change).await?;
    let mut reasons = gate::shut_for_all(&facts, at);
    let mut whom = None;
    let told_on = cx.policy.zone.day_of(change.published_at.unwrap_or(at));
    let mut after = 0;
    while let Some(end) = entitlement::range_end(snapshot.conn(), after, CUSTOMERS_PER_RANGE).await? {
        let candidates = entitlement::candidates(snapshot.conn(), told_on, after, end).await?;
        let mut customers = store::gate::customers(snapshot.conn(), change.id, after, end).await?;
        for candidate in candidates.iter().filter(|candidate| was_entitled(cx, candidate, change, at)) {
            customers.entry(candidate.customer).or_default().entitled = true;
        }
        for (id, customer) in &customers {
            let mut its = gate::shut_for_one(customer, at);
            if !its.is_empty() && whom.is_none() {
                let named = candidates.iter().find(|candidate| candidate.customer == *id);
                whom = Some(named.map_or_else(|| id.to_string(), |named| named.reference.clone()));
            }
            reasons.append(&mut its);
        }
        after = end;
    }
    Ok((reasons, whom))
}

/// Whether a contract entitled the customer when the change was announced, and still does. Of what was over by then
/// everybody is told and nothing is owed.
fn was_entitled(cx: &Context, candidate: &Candidate, change: &Change, at: DateTime<Utc>) -> bool {
    let subject = Some(change.subprocessor_id);
    let by_contract = |instant| match candidate.standing(&change.draft, subject, &cx.policy, instant) {
        Standing::Entitled(entitled) => entitled.contract.is_some(),
        Standing::Exempt { .. } | Standing::Informed | Standing::Unconcerned => false,
    };
    !change.was_told_afterwards() && change.published_at.is_some_and(by_contract) && by_contract(at)
}
