//! Answers objections and ends them: what the DPO does, and the second person where two are asked for.
//!
//! An answer leaves the objection open. A resolution says from which instant it stands in nobody's way (`domain/objection.rs`):
//!
//! | outcome | the gate |
//! |---|---|
//! | `mitigated`, `withdrawn`, `not_entitled`, `change_withdrawn` | opens at once |
//! | `accommodated` with `how` (the switch, region or plan) | opens at once: the exclusion is confirmed with it |
//! | `accommodated` without | `remedy_running` until [`confirm_exclusion`] |
//! | `terminated`, `lapsed` and `not_upheld` with a last day | `remedy_running` until that day is over |
//! | `lapsed` where the change then counts as accepted | opens at once; the daemon says so by itself ([`run_once`]) |
//! | `not_upheld` | `objection_open` until a second person [`approve`]s |
//!
//! A held change is asked about again by the policy's own day; nothing here puts it into effect.

mod attend;
mod letter;
mod take_back;
mod terms;

pub use attend::run_once;
pub use take_back::take_back;
pub use terms::Forbidden;

use sha2::{Digest as _, Sha256};

pub use super::Attachment;
use super::Context;
use crate::domain::ledger::{Actor, Event};
use crate::domain::objection::{Act, Asked, AskedTooLittle, IllegalAct, Resolution, State, Voice};
use crate::domain::subprocessor::same_name;
use crate::store::objection::{Added, Exclusion, Objected, Objection, Resolved, Unconfirmed};
use crate::store::{self, Tx, objection};

/// Where the objection stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub reference: String,
    pub state: State,
    /// A second person must approve before it counts.
    pub waits_for_approval: bool,
    /// The exclusion is still to be confirmed.
    pub waits_for_exclusion: bool,
    /// The addresses that are written to.
    pub letters_to: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{reference}: {source}")]
    Illegal { reference: String, source: IllegalAct },
    #[error(transparent)]
    AskedTooLittle(#[from] AskedTooLittle),
    #[error("only a person of the processor may do this; say who acts with --as")]
    NobodyActs,
    #[error(
        "{reference} is taken back by the link of a contact who speaks for the customer, and by nobody else's"
    )]
    NotTheirs { reference: String },
    #[error("an answer needs words")]
    NoWords,
    #[error(
        "how {customer} is kept from {subprocessor} is empty: name the switch, region or plan that does it"
    )]
    HowUnsaid { customer: String, subprocessor: String },
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("{reference} waits for nobody's approval")]
    NothingToApprove { reference: String },
    #[error("{reference} was resolved by you; another person must approve it")]
    SameApprover { reference: String },
    #[error("{customer} has no exclusion from {subprocessor} that waits to be confirmed")]
    NothingToConfirm {
        customer: String,
        subprocessor: String,
        /// From whom the customer's exclusion does wait.
        waiting: Vec<String>,
    },
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Begin(#[from] super::Error),
}

fn account(actor: &Actor) -> Result<i64, Error> {
    match actor {
        Actor::Account { id, .. } => Ok(*id),
        Actor::Daemon | Actor::Link { .. } | Actor::Public => Err(Error::NobodyActs),
    }
}

fn legal(known: &Objection, act: Act) -> Result<(State, State), Error> {
    let from: State = known.state.parse().map_err(|why| store::Error::unreadable("objection", &why))?;
    let to =
        from.after(act).map_err(|source| Error::Illegal { reference: known.reference.clone(), source })?;
    Ok((from, to))
}

/// The objection, locked with its changes, as it is now.
async fn locked(tx: &mut Tx, reference: &str) -> Result<(Objection, Vec<Objected>), Error> {
    let id = objection::by_reference(tx.conn(), reference).await?.id();
    let changes = objection::lock(tx, id).await?;
    Ok((objection::by_reference(tx.conn(), reference).await?, changes))
}

/// Answers in the DPO's own words; the objection stays open.
pub async fn answer(cx: &Context, actor: Actor, reference: &str, words: &str) -> Result<Done, Error> {
    account(&actor)?;
    let words = words.trim();
    if words.is_empty() {
        return Err(Error::NoWords);
    }
    let mut tx = cx.begin(actor).await?;
    let (known, changes) = locked(&mut tx, reference).await?;
    let (from, to) = legal(&known, Act::Answer)?;
    let now = tx.now();
    let said =
        objection::insert_correspondence(&mut tx, known.id(), now, &Added::by(Voice::Ours, None, words))
            .await?;
    let letters_to = letter::queue(cx, &mut tx, &known, &changes, &format!("{said}"), words, None).await?;
    objection::move_state(&mut tx, known.id(), from, to).await?;
    tx.commit([Event::ObjectionAnswered {
        objection: known.reference.clone(),
        customer: known.customer(),
        words: words.to_owned(),
    }])
    .await?;
    cx.bells.ring("deliver");
    Ok(Done {
        reference: known.reference,
        state: to,
        waits_for_approval: false,
        waits_for_exclusion: false,
        letters_to,
    })
}

/// Ends the objection against every change it names, or proposes how to, where a second person must agree.
pub async fn resolve(
    cx: &Context,
    actor: Actor,
    reference: &str,
    mut asked: Asked,
    attachment: Option<&Attachment>,
) -> Result<Done, Error> {
    let resolver = account(&actor)?;
    let hash: Option<[u8; 32]> = attachment.map(|file| Sha256::digest(&file.bytes).into());
    asked.attached = hash.map(hex::encode);
    let resolution = asked.resolution()?;
    let mut tx = cx.begin(actor).await?;
    store::entitlement::lock_shared(&mut tx).await?;
    let (known, changes) = locked(&mut tx, reference).await?;
    legal(&known, Act::Resolve)?;
    terms::allow(cx, &mut tx, &known, &changes, &resolution).await?;
    if let (Some(hash), Some(file)) = (hash, attachment) {
        store::notice::keep_file(&mut tx, hash, &file.name, &file.bytes).await?;
    }
    if resolution.outcome().needs_two() {
        propose(cx, tx, known, &resolution, resolver).await
    } else {
        end(cx, tx, known, &changes, resolution, Some(resolver)).await
    }
}

async fn propose(
    cx: &Context,
    mut tx: Tx,
    known: Objection,
    resolution: &Resolution,
    resolver: i64,
) -> Result<Done, Error> {
    for line in known.changes.iter().filter(|line| line.resolved_at.is_none()) {
        objection::propose(&mut tx, known.id(), line.id(), resolution, resolver).await?;
    }
    let state = match legal(&known, Act::Review) {
        Ok((from, to)) => {
            objection::move_state(&mut tx, known.id(), from, to).await?;
            to
        }
        // Under review already.
        Err(_) => State::UnderReview,
    };
    tx.commit([Event::ResolutionProposed {
        objection: known.reference.clone(),
        customer: known.customer(),
        resolution: resolution.clone(),
    }])
    .await?;
    cx.bells.ring("deliver");
    Ok(Done {
        reference: known.reference,
        state,
        waits_for_approval: true,
        waits_for_exclusion: false,
        letters_to: Vec::new(),
    })
}

async fn end(
    cx: &Context,
    mut tx: Tx,
    known: Objection,
    changes: &[Objected],
    resolution: Resolution,
    resolver: Option<i64>,
) -> Result<Done, Error> {
    let clear_at = resolution.clear_at(tx.now(), &cx.policy.zone);
    for line in known.changes.iter().filter(|line| line.resolved_at.is_none()) {
        let ended = Resolved {
            objection: known.id(),
            change: line.id(),
            resolution: &resolution,
            resolver,
            clear_at,
        };
        objection::resolve(&mut tx, &ended).await?;
    }
    let settled = exclude(cx, &mut tx, &known, changes, &resolution, resolver).await?;
    finish(cx, tx, known, changes, resolution, settled).await
}

/// Whoever is accommodated is excluded from every subprocessor that the objection is about, and, once that is confirmed, owed nothing
/// more of it.
async fn exclude(
    cx: &Context,
    tx: &mut Tx,
    known: &Objection,
    changes: &[Objected],
    resolution: &Resolution,
    resolver: Option<i64>,
) -> Result<Vec<Event>, Error> {
    let (Resolution::Accommodated { reason, how }, Some(customer), Some(resolver)) =
        (resolution, known.customer(), resolver)
    else {
        return Ok(Vec::new());
    };
    for change in changes {
        let exclusion = Exclusion {
            customer,
            subprocessor: change.subprocessor,
            objection: known.id(),
            why: reason,
            confirmed: how.as_deref().map(|how| (how, resolver)),
        };
        objection::exclude(tx, &exclusion).await?;
    }
    if how.is_some() { Ok(cx.settle(tx, &[customer]).await?) } else { Ok(Vec::new()) }
}

/// Tells the customer, closes the objection, and commits.
async fn finish(
    cx: &Context,
    mut tx: Tx,
    known: Objection,
    changes: &[Objected],
    resolution: Resolution,
    settled: Vec<Event>,
) -> Result<Done, Error> {
    let (from, to) = legal(&known, Act::Resolve)?;
    objection::move_state(&mut tx, known.id(), from, to).await?;
    let words = resolution.said_by_us().unwrap_or_default().to_owned();
    let outcome = Some(resolution.clone());
    let letters_to = letter::queue(cx, &mut tx, &known, changes, "resolved", &words, outcome).await?;
    let now = tx.now();
    let waits_for_exclusion = resolution.clear_at(now, &cx.policy.zone).is_none();
    let resolved = changes.iter().map(|change| Event::ObjectionResolved {
        objection: known.reference.clone(),
        change: change.id,
        customer: known.customer(),
        resolution: resolution.clone(),
        clear_at: resolution.clear_at(now, &cx.policy.zone),
    });
    tx.commit(resolved.chain(settled)).await?;
    cx.bells.ring("deliver");
    cx.bells.ring("take_effect");
    Ok(Done {
        reference: known.reference,
        state: to,
        waits_for_approval: false,
        waits_for_exclusion,
        letters_to,
    })
}

/// The second person's yes to a resolution that waits for one.
pub async fn approve(cx: &Context, actor: Actor, reference: &str) -> Result<Done, Error> {
    let approver = account(&actor)?;
    let mut tx = cx.begin(actor).await?;
    let (known, changes) = locked(&mut tx, reference).await?;
    let nothing = || Error::NothingToApprove { reference: known.reference.clone() };
    let waiting: Vec<_> = known.changes.iter().filter(|line| line.resolved_at.is_none()).collect();
    let resolution = waiting.first().and_then(|line| line.resolution.clone()).ok_or_else(nothing)?;
    if waiting.iter().any(|line| line.resolver_id == Some(approver)) {
        return Err(Error::SameApprover { reference: known.reference.clone() });
    }
    let clear_at = resolution.clear_at(tx.now(), &cx.policy.zone);
    for line in waiting {
        objection::approve(&mut tx, known.id(), line.id(), approver, clear_at).await?;
    }
    finish(cx, tx, known, &changes, resolution, Vec::new()).await
}

/// The one whose name or legal entity is called so; its name counts first.
fn called<'a>(waiting: &'a [Unconfirmed], subprocessor: &str) -> Option<&'a Unconfirmed> {
    let by_name = waiting.iter().find(|one| same_name(&one.subprocessor, subprocessor));
    let mut legally = waiting.iter().filter(|one| same_name(&one.legal_entity, subprocessor));
    by_name.or_else(|| legally.next().filter(|_| legally.next().is_none()))
}

/// Confirms that a customer's data cannot reach a subprocessor, and how; what waited for it is clear from now on.
pub async fn confirm_exclusion(
    cx: &Context,
    actor: Actor,
    customer: &str,
    subprocessor: &str,
    how: &str,
) -> Result<(), Error> {
    let confirmer = account(&actor)?;
    let how = how.trim();
    if how.is_empty() {
        return Err(Error::HowUnsaid {
            customer: customer.to_owned(),
            subprocessor: subprocessor.to_owned(),
        });
    }
    let mut tx = cx.begin(actor).await?;
    store::entitlement::lock_shared(&mut tx).await?;
    store::entitlement::lock_published(&mut tx).await?;
    let waiting = objection::unconfirmed(tx.conn(), customer).await?;
    let nothing = || Error::NothingToConfirm {
        customer: customer.to_owned(),
        subprocessor: subprocessor.to_owned(),
        waiting: waiting.iter().map(|one| one.subprocessor.clone()).collect(),
    };
    let open = called(&waiting, subprocessor).ok_or_else(nothing)?;
    let cleared = objection::confirm_exclusion(&mut tx, open.customer(), open.subprocessor(), how, confirmer)
        .await?
        .ok_or_else(nothing)?;
    let mut events = vec![Event::ExclusionConfirmed {
        customer: open.customer(),
        subprocessor: open.subprocessor(),
        how: how.to_owned(),
        cleared,
    }];
    events.extend(cx.settle(&mut tx, &[open.customer()]).await?);
    tx.commit(events).await?;
    cx.bells.ring("take_effect");
    Ok(())
}
