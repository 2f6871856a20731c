//! Asks for one customer and one subprocessor whether its data may go there: [`clearance::judge`] on what one snapshot says.
//!
//! Reads by the customer and by the subprocessor only, whatever the number of customers.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::Context;
use crate::config::Proof;
use crate::domain::change::{Change, ChangeId};
use crate::domain::clearance::{self, Answer, Case, Step};
use crate::domain::clearing::{self, Means};
use crate::domain::customer::CustomerId;
use crate::domain::gate::{self, OfCustomer};
use crate::domain::obligation::Standing;
use crate::domain::plan::{self, Candidate};
use crate::domain::register::{Version, on_day};
use crate::domain::subprocessor::{Meant, SubprocessorId, meant};
use crate::store::clearing::Obligation;
use crate::store::{self, Snapshot};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no customer is called {0}")]
    NoCustomer(String),
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// The answer, and the instant it is for.
#[derive(Clone, Debug)]
pub struct Said {
    pub at: DateTime<Utc>,
    pub answer: Answer,
    /// The names of those who may be meant, where nobody is called as asked.
    pub perhaps: Vec<String>,
}

/// Whether the data of the customer of that reference may go to the subprocessor of that name, id or legal entity at `at`; none = now, that is the
/// last moment that every door vouches for.
pub async fn ask(
    cx: &Context,
    customer: &str,
    subprocessor: &str,
    at: Option<DateTime<Utc>>,
) -> Result<Said, Error> {
    let now = cx.now().await?;
    let mut snapshot = cx.snapshot().await?;
    let vouched = store::door::decidable_until(snapshot.conn()).await?.unwrap_or(now).min(now);
    let at = at.unwrap_or(vouched);
    let found = store::customer::by_reference(snapshot.conn(), customer).await?;
    let customer = found.ok_or_else(|| Error::NoCustomer(customer.to_owned()))?.id;
    let (case, perhaps) = match called(&mut snapshot, subprocessor).await? {
        Meant::One(id) => {
            let on_file = OnFile::read(cx, &mut snapshot, customer, &[id], at).await?;
            (case(cx, &mut snapshot, &on_file, id).await?, Vec::new())
        }
        Meant::Perhaps(names) => (Case::default(), names),
    };
    Ok(Said { at, answer: clearance::judge(&case, at), perhaps })
}

/// By its name or id, or by its legal entity where that is one subprocessor's only.
async fn called(snapshot: &mut Snapshot, subprocessor: &str) -> Result<Meant, store::Error> {
    match store::subprocessor::called(snapshot.conn(), subprocessor).await? {
        Some(id) => Ok(Meant::One(id)),
        None => Ok(meant(&store::subprocessor::known_as(snapshot.conn()).await?, subprocessor)),
    }
}

/// [`ask`] for each of these subprocessors at once, in their order, as one snapshot says it: read together, but for the changes among them
/// whose letter serves the customer no more.
pub async fn for_each(
    cx: &Context,
    snapshot: &mut Snapshot,
    customer: CustomerId,
    subprocessors: &[SubprocessorId],
    at: DateTime<Utc>,
) -> Result<Vec<Answer>, store::Error> {
    let on_file = OnFile::read(cx, snapshot, customer, subprocessors, at).await?;
    let mut answers = Vec::with_capacity(subprocessors.len());
    for id in subprocessors {
        answers.push(clearance::judge(&case(cx, snapshot, &on_file, *id).await?, at));
    }
    Ok(answers)
}

/// What is on file of the customer, and of the subprocessors asked about.
struct OnFile {
    customer: CustomerId,
    at: DateTime<Utc>,
    versions: Vec<Version>,
    candidate: Option<Candidate>,
    excluded: BTreeMap<SubprocessorId, (DateTime<Utc>, Option<DateTime<Utc>>)>,
    changes: Vec<Change>,
    /// By change, as the three that follow; of those that are open.
    facts: BTreeMap<ChangeId, gate::Facts>,
    found: BTreeMap<ChangeId, OfCustomer>,
    owed: BTreeMap<ChangeId, Obligation>,
    served_still: BTreeSet<ChangeId>,
}

impl OnFile {
    async fn read(
        cx: &Context,
        snapshot: &mut Snapshot,
        customer: CustomerId,
        subprocessors: &[SubprocessorId],
        at: DateTime<Utc>,
    ) -> Result<Self, store::Error> {
        let day = cx.policy.zone.day_of(at);
        let proven = cx.settings.notice.proof == Proof::Received;
        let conn = snapshot.conn();
        let changes = store::change::about(conn, subprocessors).await?;
        let ids: Vec<ChangeId> = changes.iter().map(|change| change.id).collect();
        let open: Vec<&Change> = changes.iter().filter(|change| change.state.is_open()).collect();
        Ok(Self {
            customer,
            at,
            versions: store::subprocessor::versions(conn).await?,
            candidate: store::entitlement::candidates_of(conn, day, &[customer]).await?.pop(),
            excluded: store::objection::excluded(conn, customer).await?,
            facts: store::gate::facts_of(conn, &open).await?,
            found: store::gate::of_customer(conn, customer, &ids).await?,
            owed: store::clearance::owed(conn, customer, &ids).await?,
            served_still: store::clearance::served_still(conn, customer, &ids, proven).await?,
            changes,
        })
    }
}

async fn case(
    cx: &Context,
    snapshot: &mut Snapshot,
    of: &OnFile,
    id: SubprocessorId,
) -> Result<Case, store::Error> {
    let day = cx.policy.zone.day_of(of.at);
    let listed = on_day(&of.versions, day).into_iter().find(|version| version.subprocessor_id == id);
    let changes: Vec<&Change> = of.changes.iter().filter(|change| change.subprocessor_id == id).collect();
    let facts = listed.map(|version| &version.facts).or(changes.last().map(|change| &change.draft.facts));
    let covers = |candidate: &Candidate| {
        let products = facts.map(|facts| facts.products.0.as_slice()).unwrap_or_default();
        candidate.contracts.iter().any(|contract| contract.covers(products, day))
    };
    let mut steps = Vec::with_capacity(changes.len());
    for change in changes {
        steps.push(step(cx, snapshot, change, of).await?);
    }
    Ok(Case {
        excluded: of.excluded.get(&id).copied(),
        listed: listed.map(|version| version.change.clone()),
        covered: of.candidate.as_ref().is_some_and(covers),
        steps,
    })
}

async fn step(
    cx: &Context,
    snapshot: &mut Snapshot,
    change: &Change,
    of: &OnFile,
) -> Result<Step, store::Error> {
    let mut customer = of.found.get(&change.id).cloned().unwrap_or_default();
    let entitles = |candidate: &Candidate| {
        let standing = candidate.standing(&change.draft, Some(change.subprocessor_id), &cx.policy, of.at);
        matches!(standing, plan::Standing::Entitled(entitled) if entitled.contract.is_some())
    };
    customer.entitled = change.state.is_open() && of.candidate.as_ref().is_some_and(entitles);
    let owed = of.owed.get(&change.id);
    let service_lost = match owed {
        Some(owed) if matches!(owed.standing, Standing::Served(_)) => {
            !of.served_still.contains(&change.id)
                && !is_served(cx, snapshot, change, of.customer, owed).await?
        }
        Some(_) | None => false,
    };
    let in_force_at = owed.and_then(|owed| owed.in_force_at);
    let facts = of.facts.get(&change.id).cloned();
    Ok(Step { change: change.clone(), facts, customer, in_force_at, service_lost })
}

/// Whether something still serves a customer that was served.
async fn is_served(
    cx: &Context,
    snapshot: &mut Snapshot,
    change: &Change,
    customer: CustomerId,
    owed: &Obligation,
) -> Result<bool, store::Error> {
    let Some((_, announced_at)) = store::notice::begun_announcement(snapshot.conn(), change.id).await? else {
        return Ok(true);
    };
    let letters = (owed.served_by, cx.settings.notice.proof == Proof::Received);
    let facts = store::clearing::facts(snapshot.conn(), change.id, customer, announced_at, letters).await?;
    let announced_on = cx.policy.zone.day_of(announced_at);
    // The customer's contracts count as they were when its books were closed.
    let weighed_at = match owed.in_force_at.or(change.took_effect_at) {
        Some(closed_at) => closed_at,
        None => cx.now().await?,
    };
    let today = cx.policy.zone.day_of(weighed_at);
    let asked = clearing::Asked {
        draft: &change.draft,
        versions: &facts.versions,
        deciding: owed.contract,
        announced_on,
        signed_by: cx.policy.counts_signed_by(announced_on, today),
        today,
    };
    let (_, yes_at) = clearing::consent(&asked.contracts(), &facts.said);
    let means = Means { letters: facts.letters, other: facts.service, yes_at, waived: facts.waived };
    Ok(means.serve())
}
