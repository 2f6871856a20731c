//! `policy.silent_specific = "exclude"`: whoever was asked for a yes and said nothing until the end of its time is excluded, and the
//! DPO is told how to confirm it. Until that is done the gate stays shut (`remedy_running`).

use chrono::{DateTime, Utc};

use crate::actions::{Context, Error};
use crate::domain::change::{Change, ChangeId};
use crate::domain::customer::SilentSpecific;
use crate::domain::ledger::{Actor, Event};
use crate::mail::letter::{Alarm, ChangeName};
use crate::store::silence::{KeptOut, Moment};
use crate::store::{self, Tx};

/// Customers excluded in one transaction, and told of in one letter.
const CUSTOMERS_PER_BATCH: i64 = 500;
/// How many of them the letter names.
const NAMED_MAX: usize = 20;

/// Excludes whoever has been silent until the last moment that every door vouches for: a no that lies unread is not silence.
pub(super) async fn hear(cx: &Context) -> Result<Vec<String>, Error> {
    if cx.policy.silent_specific != SilentSpecific::Exclude {
        return Ok(Vec::new());
    }
    let now = cx.now().await?;
    let mut snapshot = cx.snapshot().await?;
    let at = store::door::decidable_until(snapshot.conn()).await?.unwrap_or(now).min(now);
    let changes = store::silence::changes(snapshot.conn(), Moment::of(at, &cx.policy.zone)).await?;
    drop(snapshot);
    let mut said = Vec::new();
    for id in changes {
        let mut silent = 0;
        loop {
            match hear_of(cx, id).await? {
                0 => break,
                heard => silent += heard,
            }
        }
        if silent > 0 {
            said.push(format!("{silent} customers were silent about change {id}"));
        }
    }
    Ok(said)
}

/// Whether somebody has been silent whom no pass has excluded yet: the gate would name a yes that nobody waits for any more.
pub(super) async fn is_unheard(
    cx: &Context,
    tx: &mut Tx,
    change: &Change,
    at: DateTime<Utc>,
) -> Result<bool, store::Error> {
    let asks = cx.policy.silent_specific == SilentSpecific::Exclude;
    Ok(asks
        && !store::silence::found(tx.conn(), change.id, Moment::of(at, &cx.policy.zone), 1).await?.is_empty())
}

/// One batch of those silent about one change; returns how many they are.
async fn hear_of(cx: &Context, id: ChangeId) -> Result<usize, Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    let change = store::change::lock(&mut tx, id).await?;
    if !change.state.is_open() {
        tx.rollback().await?;
        return Ok(0);
    }
    let at = store::door::decidable_until(tx.conn()).await?.unwrap_or(tx.now()).min(tx.now());
    let silent =
        store::silence::found(tx.conn(), id, Moment::of(at, &cx.policy.zone), CUSTOMERS_PER_BATCH).await?;
    let why = format!("no yes to {} by the end of its time", change.reference);
    let kept = store::silence::exclude(&mut tx, id, change.subprocessor_id, &silent, &why).await?;
    if kept.is_empty() {
        tx.rollback().await?;
        return Ok(0);
    }
    tell(cx, &mut tx, &change, &kept).await?;
    let events: Vec<Event> = kept
        .iter()
        .map(|kept| Event::SilenceExcludes {
            change: id,
            customer: kept.customer(),
            subprocessor: change.subprocessor_id,
            confirmed: kept.confirmed,
        })
        .collect();
    tx.commit(events).await?;
    Ok(kept.len())
}

/// The DPO's letter about those whose exclusion is to be confirmed.
async fn tell(cx: &Context, tx: &mut Tx, change: &Change, kept: &[KeptOut]) -> Result<(), store::Error> {
    let waiting: Vec<&KeptOut> = kept.iter().filter(|kept| !kept.confirmed).collect();
    let Some(first) = waiting.first() else { return Ok(()) };
    let subprocessor = store::objection::name_of(tx.conn(), change.subprocessor_id).await?;
    let key = format!("silent:{}:{}:{}", change.reference, first.reference, tx.now().timestamp());
    let alarm = Alarm::SilentExcluded {
        change: ChangeName { reference: change.reference.clone(), subprocessor },
        count: waiting.len() as u64,
        customers: waiting.iter().take(NAMED_MAX).map(|kept| kept.reference.clone()).collect(),
    };
    cx.alert(tx, &key, alarm).await?;
    Ok(())
}
