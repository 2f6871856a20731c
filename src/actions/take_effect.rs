//! Asks the gate on the day: a change takes effect, is held, or waits a moment longer for mail to be read.
//!
//! Locks the change first and looks at the facts in the next statement (chapter 9): a fact that shuts, committed
//! before the lock, is seen; one under way was waited for; a later one waits for us and reads what we decided. The
//! verdict stands for an instant that every door has read past, so nothing received before it can lie unread.
//! Before the lock an opening is derived in full ([`full`]): what the indexes say, the rule itself has said too.

mod aged;
mod full;
mod postpone;
mod silence;
mod start;

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::{Context, Error, Report};
use crate::domain::calendar::earliest_effective_on;
use crate::domain::change::{Act, Change, ChangeId, ChangeKind, State};
use crate::domain::customer::Hold;
use crate::domain::gate::{self, Disagreement, Open, Reason, Verdict};
use crate::domain::ledger::{Actor, Event};
use crate::domain::notice::{NoticeKind, was_told};
use crate::mail::letter::{Alarm, ChangeName};
use crate::store::{self, Tx};

const CHANGES_PER_PASS: i64 = 50;
/// How soon the gate is asked again where only a watermark is missing.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(1);
/// Within this time all doors vouch for the instant of an announcement: a mailbox is read to its end each minute.
const DOORS_CATCH_UP: TimeDelta = TimeDelta::minutes(2);

/// One pass over the changes whose gate is to be asked now. One that cannot be decided holds up no other.
pub async fn run_once(cx: &Context) -> Result<Report, Error> {
    // Before the gate is asked, so that no day finds a contract in its way that was over the day before.
    let settled = cx.settle_days().await?;
    let heard = silence::hear(cx).await;
    let now = cx.now().await?;
    let due = store::change::due(cx.snapshot().await?.conn(), now, CHANGES_PER_PASS).await?;
    let mut said: Vec<String> = Vec::new();
    if settled > 0 {
        said.push(format!("{settled} customers' standing changed with the day"));
    }
    let mut trouble = heard.map(|silent| said.extend(silent)).err();
    for id in due {
        match decide(cx, id).await {
            Ok(sentence) => said.extend(sentence),
            Err(error) => {
                if let Error::Disagreement(found) = &error {
                    tell_undecided(cx, id, found).await?;
                }
                trouble = trouble.or(Some(error));
            }
        }
    }
    if !said.is_empty() {
        cx.bells.ring("announce");
        cx.bells.ring("deliver");
    }
    if let Some(error) = trouble {
        return Err(error);
    }
    if said.is_empty() {
        return Ok(Report::idle("take_effect"));
    }
    Ok(Report::did("take_effect", said.len() as u64, said.join("; ")))
}

/// Decides one change. None: it was decided meanwhile, or has to wait.
async fn decide(cx: &Context, id: ChangeId) -> Result<Option<String>, Error> {
    let derived_open = full::is_open(cx, id).await?;
    let mut tx = cx.begin(Actor::Daemon).await?;
    if cx.policy.hold == Hold::Postpone {
        // Nobody else moves a day meanwhile: the order of one subprocessor's changes stays as it is weighed.
        store::subprocessor::lock_register(&mut tx).await?;
    }
    let change = store::change::lock(&mut tx, id).await?;
    if !change.state.is_open() {
        store::change::set_next_look(&mut tx, id, None).await?;
        tx.commit_unrecorded().await?;
        return Ok(None);
    }
    if change.state == State::Held && cx.policy.hold == Hold::Ask {
        return aged::only_tell(cx, tx, &change).await;
    }
    // No door, no mail: the clock itself vouches that nothing lies unread.
    let at = store::door::decidable_until(tx.conn()).await?.unwrap_or(change.effective_at);
    let vouched = at.min(tx.now());
    if silence::is_unheard(cx, &mut tx, &change, vouched).await? {
        return look_again(tx, &change).await;
    }
    let today = cx.policy.zone.day_of(tx.now());
    let day = match change.state {
        State::Held => today,
        _ => cx.policy.zone.day_of(change.effective_at),
    };
    // Where each customer starts with a day of its own, so does the last of them: its letter names that day.
    let day_starts_at = cx.policy.zone.first_instant(if change.starts_for_each() { today } else { day });
    let day_ends_at = cx.policy.zone.first_instant(day + Days::new(1));
    let at = gate::asked_about(vouched, tx.now(), change.effective_at, day_ends_at);
    // Announced only just: that shuts its gate for no longer than the doors need. Of a door that stays behind the DPO hears.
    let just_now = at.max(tx.now() - DOORS_CATCH_UP);
    if store::notice::announced_after(tx.conn(), id, just_now).await? {
        return look_again(tx, &change).await;
    }
    let reasons = store::gate::shut_by(tx.conn(), id, at).await?;
    match gate::judge(&change, reasons, at, day_starts_at, day_ends_at) {
        Verdict::Open(open) if derived_open => put_into_effect(cx, tx, &change, open).await.map(Some),
        // What shut it was gone between the derivation and the lock, so it is derived again.
        Verdict::Open(_) | Verdict::Wait(_) => look_again(tx, &change).await,
        Verdict::Shut(_) if change.starts_for_each() => {
            tx.rollback().await?;
            start::start_for_each(cx, id).await
        }
        Verdict::Shut(reasons) => match postpone::postponed(cx, &mut tx, &change, &reasons).await? {
            Some(moved) => postpone::postpone(cx, tx, (&change, &moved), &reasons, at).await.map(Some),
            None if change.state == State::Held => look_tomorrow(cx, tx, &change, &reasons, at).await,
            None => hold(cx, tx, &change, &reasons, at).await.map(Some),
        },
    }
}

async fn look_again(mut tx: Tx, change: &Change) -> Result<Option<String>, Error> {
    let again = (tx.now() + LOOK_AGAIN).max(change.effective_at);
    store::change::set_next_look(&mut tx, change.id, Some(again)).await?;
    tx.commit_unrecorded().await?;
    Ok(None)
}

/// A fault of ours keeps a change from its day: the DPO hears of it, once for that day.
async fn tell_undecided(cx: &Context, id: ChangeId, found: &Disagreement) -> Result<(), Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    let change = store::change::by_id(tx.conn(), id).await?;
    let key = format!("undecided:{}:{}", change.reference, change.draft.effective_on);
    let alarm = Alarm::Undecided {
        change: ChangeName {
            reference: change.reference.clone(),
            subprocessor: change.draft.facts.name.clone(),
        },
        fault: found.to_string(),
    };
    cx.alert_with_deputies(&mut tx, &key, alarm).await?;
    tx.commit_unrecorded().await?;
    cx.bells.ring("deliver");
    Ok(())
}

async fn put_into_effect(cx: &Context, mut tx: Tx, change: &Change, open: Open) -> Result<String, Error> {
    let was_held = change.state == State::Held;
    store::gate::insert_verdict(&mut tx, change.id, open.at(), &BTreeSet::new()).await?;
    let (_, at) = open.take_effect(change.state)?;
    store::change::set_effective(&mut tx, change.id, change.state, at).await?;
    let first = change.first_in_force_at.unwrap_or(at);
    let day = cx.policy.zone.day_of(first).max(change.draft.effective_on);
    let on = if change.was_told_afterwards() { change.draft.effective_on } else { day };
    enter_in_register(&mut tx, change, on).await?;
    if was_held {
        let mut in_force = change.clone();
        in_force.draft.effective_on = on;
        in_force.effective_at = cx.policy.zone.first_instant(on);
        follow_up(cx, &mut tx, NoticeKind::Effective, &in_force, Some(change.draft.effective_on)).await?;
    }
    tx.commit([Event::ChangeTookEffect { change: change.id, at }]).await?;
    Ok(format!("{} took effect", change.reference))
}

/// What the register says from `on` on.
async fn enter_in_register(tx: &mut Tx, change: &Change, on: NaiveDate) -> Result<(), store::Error> {
    let listed = change.draft.kind != ChangeKind::Removal;
    let current = match change.draft.before {
        Some(_) => Some(store::subprocessor::facts_on(tx.conn(), change.subprocessor_id, on).await?),
        None => None,
    };
    let facts = change.draft.upon(current.as_ref());
    store::subprocessor::insert_version(tx, change.subprocessor_id, on, listed, &facts, Some(change.id))
        .await?;
    if let Some(replaced) = change.replaces_id {
        let last = store::subprocessor::facts_on(tx.conn(), replaced, on).await?;
        store::subprocessor::insert_version(tx, replaced, on, false, &last, Some(change.id)).await?;
    }
    Ok(())
}

async fn hold(
    cx: &Context,
    mut tx: Tx,
    change: &Change,
    reasons: &BTreeSet<Reason>,
    at: DateTime<Utc>,
) -> Result<String, Error> {
    let held = change.state.after(Act::Hold)?;
    store::gate::insert_verdict(&mut tx, change.id, at, reasons).await?;
    store::change::move_state(&mut tx, change.id, change.state, held).await?;
    let next = aged::next_look(cx, &mut tx, change).await?;
    store::change::set_next_look(&mut tx, change.id, next).await?;
    if was_told(change.state) {
        follow_up(cx, &mut tx, NoticeKind::Held, change, Some(change.draft.effective_on)).await?;
    }
    let words: Vec<String> = reasons.iter().map(|reason| reason.as_str().to_owned()).collect();
    let sentence = format!("{} is held: {}", change.reference, words.join(", "));
    let alarm = Alarm::Held {
        change: ChangeName {
            reference: change.reference.clone(),
            subprocessor: change.draft.facts.name.clone(),
        },
        old_effective_on: change.draft.effective_on,
        reasons: in_words(reasons),
        earliest_on: earliest_on(cx, &mut tx, change, reasons).await?,
    };
    cx.alert(&mut tx, &format!("held:{}:{}", change.reference, change.draft.effective_on), alarm).await?;
    aged::tell(cx, &mut tx, change).await?;
    tx.commit([Event::ChangeHeld { change: change.id, reasons: words }]).await?;
    Ok(sentence)
}

/// The first day on which nothing is in the way any more, where time alone ends what is.
async fn earliest_on(
    cx: &Context,
    tx: &mut Tx,
    change: &Change,
    reasons: &BTreeSet<Reason>,
) -> Result<Option<NaiveDate>, Error> {
    if !reasons.iter().all(|reason| reason.passes_by_itself()) {
        return Ok(None);
    }
    let zone = &cx.policy.zone;
    let tomorrow = zone.day_of(tx.now()) + Days::new(1);
    let clear = store::obligation::clear_on(tx.conn(), change.id).await?;
    Ok(clear.map(|at| earliest_effective_on(at, zone).max(tomorrow)))
}

fn in_words(reasons: &BTreeSet<Reason>) -> Vec<String> {
    reasons.iter().map(|reason| reason.in_words().to_owned()).collect()
}

/// Held and still shut: nothing new to tell but that its notice has grown too old; asked again as the policy has it.
async fn look_tomorrow(
    cx: &Context,
    mut tx: Tx,
    change: &Change,
    reasons: &BTreeSet<Reason>,
    at: DateTime<Utc>,
) -> Result<Option<String>, Error> {
    store::gate::insert_verdict(&mut tx, change.id, at, reasons).await?;
    let said = aged::tell(cx, &mut tx, change).await?;
    let next = aged::next_look(cx, &mut tx, change).await?;
    store::change::set_next_look(&mut tx, change.id, next).await?;
    tx.commit_unrecorded().await?;
    Ok(said)
}

/// A notice to everyone who had the announcement, due at once.
async fn follow_up(
    cx: &Context,
    tx: &mut Tx,
    kind: NoticeKind,
    change: &Change,
    old_effective_on: Option<NaiveDate>,
) -> Result<(), Error> {
    let Some((announced, _)) = store::notice::told_announcement(tx.conn(), change.id).await? else {
        return Ok(());
    };
    let mut facts = cx.notice_about(kind, std::slice::from_ref(change));
    facts.announced_on = change.published_at.map(|at| cx.policy.zone.day_of(at));
    facts.old_effective_on = old_effective_on;
    let now = tx.now();
    cx.freeze(tx, facts, Some(announced), now).await?;
    Ok(())
}
