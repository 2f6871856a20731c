//! Notes that a subprocessor is in use although its change is not in force: an emergency without the contract's leave,
//! somebody's mistake.
//!
//! The state stays, the gate stays shut, nobody is cleared. Register, pages and letters say it from now on, and everyone
//! who had the announcement is told. Noting it again corrects what was said, and tells them again.

use chrono::NaiveDate;

use super::Context;
use crate::domain::change::{ChangeKind, InUse, State};
use crate::domain::ledger::{Actor, Event};
use crate::domain::notice::NoticeKind;
use crate::store;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub change: String,
    pub state: State,
    pub since: NaiveDate,
    /// Those who had the announcement are written to.
    pub told: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("only a person of the processor may do this; say who acts with --as")]
    NobodyActs,
    #[error("the reason is empty: say in words how it came about")]
    NoWords,
    #[error("{change} is {state}: only what has not taken effect can be in use without completed notice")]
    Closed { change: String, state: State },
    #[error("{change} is a {kind}: it brings nothing into use")]
    NothingNew { change: String, kind: ChangeKind },
    #[error("{change} is not announced yet: nobody has heard of it")]
    NotAnnounced { change: String },
    #[error("since {since} lies ahead: it is {today}")]
    Ahead { since: NaiveDate, today: NaiveDate },
    #[error("nothing stands in the way of {change}: everyone's notice has run")]
    NothingShut { change: String },
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Begin(#[from] super::Error),
}

/// Notes it, and tells everyone concerned.
pub async fn note(
    cx: &Context,
    actor: Actor,
    change: &str,
    since: NaiveDate,
    reason: &str,
) -> Result<Done, Error> {
    if !matches!(actor, Actor::Account { .. }) {
        return Err(Error::NobodyActs);
    }
    let why = reason.trim();
    if why.is_empty() {
        return Err(Error::NoWords);
    }
    let mut tx = cx.begin(actor).await?;
    let id = store::change::by_reference(tx.conn(), change).await?.id;
    let mut change = store::change::lock(&mut tx, id).await?;
    let reference = change.reference.clone();
    if !change.state.is_open() {
        return Err(Error::Closed { change: reference, state: change.state });
    }
    if matches!(change.draft.kind, ChangeKind::Removal | ChangeKind::Correction) {
        return Err(Error::NothingNew { change: reference, kind: change.draft.kind });
    }
    if change.published_at.is_none() {
        return Err(Error::NotAnnounced { change: reference });
    }
    let now = tx.now();
    let today = cx.policy.zone.day_of(now);
    if since > today {
        return Err(Error::Ahead { since, today });
    }
    let vouched = store::door::decidable_until(tx.conn()).await?.unwrap_or(now).min(now);
    if change.state != State::Held && store::gate::shut_by(tx.conn(), id, vouched).await?.is_empty() {
        return Err(Error::NothingShut { change: reference });
    }
    let in_use = InUse { since, why: why.to_owned() };
    store::change::set_in_use(&mut tx, id, &in_use).await?;
    change.in_use = Some(in_use);
    let announced = store::notice::told_announcement(tx.conn(), id).await?;
    if let Some((announced, _)) = announced.as_ref() {
        let mut facts = cx.notice_about(NoticeKind::Held, std::slice::from_ref(&change));
        facts.announced_on = change.published_at.map(|at| cx.policy.zone.day_of(at));
        cx.freeze(&mut tx, facts, Some(*announced), now).await?;
    }
    tx.commit([Event::ChangeInUse { change: id, since, reason: why.to_owned() }]).await?;
    cx.bells.ring("announce");
    Ok(Done { change: reference, state: change.state, since, told: announced.is_some() })
}
