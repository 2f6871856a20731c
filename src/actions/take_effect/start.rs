//! `policy.go_live = "per_customer"`: the change starts for each customer with whom nothing is in the way any more.
//!
//! In groups, each under the change's lock in a transaction of its own: the rule is asked for every one of them, and the
//! database refuses whoever is not clear. In force for all it is only through the gate, when the last is clear or out.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, Utc};

use super::{LOOK_AGAIN, hold, in_words, look_again};
use crate::actions::{Context, Error};
use crate::domain::change::{Change, ChangeId};
use crate::domain::customer::CustomerId;
use crate::domain::gate::{self, Reason};
use crate::domain::go_live::{self, Start};
use crate::domain::ledger::{Actor, Event};
use crate::mail::letter::{Alarm, ChangeName};
use crate::store::{self, Tx};

const CUSTOMERS_PER_GROUP: i64 = 4096;

/// What one group came to.
enum Group {
    /// Behind which customer the next group begins.
    Decided { started: usize, out: usize, kept_back: BTreeSet<Reason>, next: Option<i64> },
    /// Something stands in everybody's way: the change is held, or asked about later.
    Over(Option<String>),
}

/// Starts the change for whoever is clear at this moment.
pub(super) async fn start_for_each(cx: &Context, id: ChangeId) -> Result<Option<String>, Error> {
    let (mut after, mut started, mut out, mut kept_back) = (0, 0, 0, BTreeSet::new());
    loop {
        match start_group(cx, id, after).await? {
            Group::Over(sentence) => return Ok(sentence),
            Group::Decided { started: more, out: never, kept_back: mut reasons, next } => {
                started += more;
                out += never;
                kept_back.append(&mut reasons);
                match next {
                    Some(last) => after = last,
                    None => break,
                }
            }
        }
    }
    look_tomorrow(cx, id, (started, out), &kept_back).await
}

async fn start_group(cx: &Context, id: ChangeId, after: i64) -> Result<Group, Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    let change = store::change::lock(&mut tx, id).await?;
    let vouched = store::door::decidable_until(tx.conn()).await?.unwrap_or(change.effective_at).min(tx.now());
    if !change.starts_for_each() {
        return Ok(Group::Over(None));
    }
    let at = gate::asked_about(vouched, tx.now(), change.effective_at, day_ends_at(cx, &change));
    // Its letter names a day of the policy's: nobody starts, and no window that runs until then ends, before it.
    let day_starts_at = cx.policy.zone.first_instant(cx.policy.zone.day_of(tx.now()));
    if at < day_starts_at.max(change.effective_at) {
        return look_again(tx, &change).await.map(Group::Over);
    }
    let for_all = gate::shut_for_all(&store::gate::facts(tx.conn(), &change).await?, at);
    if !for_all.is_empty() {
        return wait_or_hold(cx, tx, &change, &for_all, at).await.map(Group::Over);
    }
    let waiting = store::go_live::waiting(tx.conn(), id, after, CUSTOMERS_PER_GROUP).await?;
    let Some(last) = waiting.last() else {
        return Ok(Group::Decided { started: 0, out: 0, kept_back: BTreeSet::new(), next: None });
    };
    let next = last.0;
    let mut found = store::gate::customers(tx.conn(), id, after, next).await?;
    let excluded = store::go_live::excluded(tx.conn(), change.subprocessor_id, &waiting, at).await?;
    let (mut now, mut never, mut kept_back): (Vec<CustomerId>, Vec<CustomerId>, _) =
        (Vec::new(), Vec::new(), BTreeSet::new());
    for customer in waiting {
        let facts = found.remove(&customer).unwrap_or_default();
        match go_live::start(&facts, excluded.contains(&customer), day_starts_at) {
            Start::Now => now.push(customer),
            Start::Never => never.push(customer),
            Start::Later(mut reasons) => kept_back.append(&mut reasons),
        }
    }
    let started = now.len();
    store::go_live::stop_waiting(&mut tx, id, &never).await?;
    if now.is_empty() {
        tx.commit_unrecorded().await?;
    } else {
        store::gate::insert_verdict(&mut tx, id, at, &kept_back).await?;
        store::change::set_first_in_force(&mut tx, id, at).await?;
        store::go_live::put_in_force(&mut tx, id, &now, at).await?;
        tx.commit([Event::CustomersStarted { change: id, at, customers: now }]).await?;
    }
    Ok(Group::Decided { started, out: never.len(), kept_back, next: Some(next) })
}

/// What stands in everybody's way holds the change; not one that some have already, whose others wait another day.
async fn wait_or_hold(
    cx: &Context,
    mut tx: Tx,
    change: &Change,
    reasons: &BTreeSet<Reason>,
    at: DateTime<Utc>,
) -> Result<Option<String>, Error> {
    let only_behind = reasons.iter().all(|reason| *reason == Reason::InboundBehind);
    if change.in_force_for_some().is_none() && !(only_behind && at < day_ends_at(cx, change)) {
        return hold(cx, tx, change, reasons, at).await.map(Some);
    }
    let next = if only_behind { tx.now() + LOOK_AGAIN } else { tomorrow(cx, tx.now()) };
    store::change::set_next_look(&mut tx, change.id, Some(next)).await?;
    tx.commit_unrecorded().await?;
    Ok(None)
}

/// Asks again tomorrow; at once where nobody waits any more, whether the gate is open for all. The DPO hears on the day who waits.
async fn look_tomorrow(
    cx: &Context,
    id: ChangeId,
    (started, out): (usize, usize),
    kept_back: &BTreeSet<Reason>,
) -> Result<Option<String>, Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    let change = store::change::lock(&mut tx, id).await?;
    if !change.starts_for_each() {
        return Ok(None);
    }
    let now = tx.now();
    let counts = store::go_live::counts(tx.conn(), id).await?;
    let was_the_last = counts.waiting == 0 && started + out > 0;
    let next = if was_the_last { now + LOOK_AGAIN } else { tomorrow(cx, now) };
    store::change::set_next_look(&mut tx, id, Some(next)).await?;
    let sentence =
        (started > 0).then(|| format!("{} started for {started} of its customers", change.reference));
    if kept_back.is_empty() {
        tx.commit_unrecorded().await?;
        return Ok(sentence);
    }
    let alarm = Alarm::KeptBack {
        change: ChangeName {
            reference: change.reference.clone(),
            subprocessor: change.draft.facts.name.clone(),
        },
        effective_on: change.draft.effective_on,
        in_force: counts.in_force.unsigned_abs(),
        waiting: counts.waiting.unsigned_abs(),
        reasons: in_words(kept_back),
    };
    let key = format!("kept-back:{}:{}", change.reference, change.draft.effective_on);
    cx.alert(&mut tx, &key, alarm).await?;
    tx.commit_unrecorded().await?;
    Ok(sentence)
}

/// The first instant of the day behind the effective one.
fn day_ends_at(cx: &Context, change: &Change) -> DateTime<Utc> {
    let zone = &cx.policy.zone;
    zone.first_instant(zone.day_of(change.effective_at) + Days::new(1))
}

/// The first instant of the policy's next day.
fn tomorrow(cx: &Context, now: DateTime<Utc>) -> DateTime<Utc> {
    cx.policy.zone.first_instant(cx.policy.zone.day_of(now) + Days::new(1))
}
