//! `policy.hold = "postpone"`: what stands in the way is over on a day already known, so the change moves to it.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::{follow_up, in_words};
use crate::actions::{Context, Error};
use crate::domain::calendar::earliest_effective_on;
use crate::domain::change::{Act, Change};
use crate::domain::customer::Hold;
use crate::domain::gate::Reason;
use crate::domain::ledger::Event;
use crate::domain::notice::{NoticeKind, was_told};
use crate::mail::letter::{Alarm, ChangeName};
use crate::store::{self, Tx};

/// The change on its later day; none = the policy has it otherwise, that day is not known, or it would ask for more
/// than a letter about the date: a notice given again, or another order of changes.
pub(super) async fn postponed(
    cx: &Context,
    tx: &mut Tx,
    change: &Change,
    reasons: &BTreeSet<Reason>,
) -> Result<Option<Change>, Error> {
    let passes = reasons.iter().all(|reason| reason.passes_by_itself());
    if cx.policy.hold != Hold::Postpone || !was_told(change.state) || !passes {
        return Ok(None);
    }
    let Some(clear_on) = store::obligation::clear_on(tx.conn(), change.id).await? else {
        return Ok(None);
    };
    let zone = &cx.policy.zone;
    let tomorrow = zone.existing_day(zone.day_of(tx.now()) + Days::new(1));
    let mut moved = change.clone();
    moved.draft.effective_on = earliest_effective_on(clear_on, zone).max(tomorrow);
    moved.effective_at = zone.first_instant(moved.draft.effective_on);
    let open = store::change::open(tx.conn()).await?;
    let lawful = change.disturbs(&moved, &[], &open).is_none()
        && store::notice::is_valid_at(tx.conn(), change.id, moved.effective_at).await?;
    Ok(lawful.then_some(moved))
}

/// Moves it, and tells everyone who had the announcement, and the DPO.
pub(super) async fn postpone(
    cx: &Context,
    mut tx: Tx,
    (change, moved): (&Change, &Change),
    reasons: &BTreeSet<Reason>,
    at: DateTime<Utc>,
) -> Result<String, Error> {
    let (from, to): (NaiveDate, NaiveDate) = (change.draft.effective_on, moved.draft.effective_on);
    let in_notice = change.state.after(Act::Reschedule)?;
    store::gate::insert_verdict(&mut tx, change.id, at, reasons).await?;
    store::change::alter(&mut tx, moved).await?;
    if in_notice != change.state {
        store::change::move_state(&mut tx, change.id, change.state, in_notice).await?;
    }
    follow_up(cx, &mut tx, NoticeKind::Rescheduled, moved, Some(from)).await?;
    let alarm = Alarm::Postponed {
        change: ChangeName {
            reference: change.reference.clone(),
            subprocessor: change.draft.facts.name.clone(),
        },
        old_effective_on: from,
        to,
        reasons: in_words(reasons),
    };
    cx.alert(&mut tx, &format!("postponed:{}:{from}", change.reference), alarm).await?;
    let words: Vec<String> = reasons.iter().map(|reason| reason.as_str().to_owned()).collect();
    let sentence = format!("{} is postponed to {to}: {}", change.reference, words.join(", "));
    tx.commit([Event::ChangePostponed { change: change.id, from, to, reasons: words }]).await?;
    Ok(sentence)
}
