//! Fans notices out: who is owed a letter, decided at the announcement, written as batches, deliveries and obligations.
//!
//! [`schedule_change`](super::schedule_change), [`take_effect`](super::take_effect) and [`remind`](super::remind) freeze notices;
//! [`deliver`](super::deliver) sends what stands here. Restartable by the notice's cursor; memory stays flat at any number of
//! customers. Until the last one is written the gate is shut.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Context, Error, Report};
use crate::domain::change::ChangeId;
use crate::domain::customer::CustomerId;
use crate::domain::entitlement::{self, Ruling};
use crate::domain::ledger::{Actor, Event};
use crate::domain::notice::{NoticeId, NoticeKind};
use crate::domain::plan::latest_letter_at;
use crate::domain::recipient::{RecipientId, addressed};
use crate::store::entitlement::CUSTOMERS_PER_RANGE;
use crate::store::fan_out::{Before, Exempt, LETTERS_PER_BATCH, Letter, Owed};
use crate::store::notice::ToFanOut;
use crate::store::{self, Tx};

const NOTICES_PER_PASS: i64 = 20;
/// A follow-up that has not gone out after this is of no use to anybody.
const FOLLOW_UP_DAYS: i64 = 5;

/// One pass over the notices due, each to its end.
pub async fn run_once(cx: &Context) -> Result<Report, Error> {
    let now = cx.now().await?;
    let due = store::notice::due(cx.snapshot().await?.conn(), now, NOTICES_PER_PASS).await?;
    let mut letters = 0;
    let mut notices = 0;
    for id in due {
        if begin(cx, id).await? {
            notices += 1;
            while let Some(written) = fan_out_range(cx, id).await? {
                letters += written;
                // The first letters leave while the rest is being written.
                cx.bells.ring("mailings");
            }
        }
    }
    if notices == 0 {
        return Ok(Report::idle("announce"));
    }
    Ok(Report::did("announce", notices, format!("fanned out {notices} notices into {letters} letters")))
}

/// Passes the entitlement barrier and publishes the changes. False: another replica has the notice.
async fn begin(cx: &Context, id: NoticeId) -> Result<bool, Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    // Advisory locks come before rows in the lock order; the barrier waits for writers of customers under way.
    store::entitlement::lock_exclusive(&mut tx).await?;
    let Some(notice) = store::notice::take_cursor(&mut tx, id).await? else { return Ok(false) };
    if notice.barrier_at.is_some() {
        return Ok(true);
    }
    store::notice::pass_barrier(&mut tx, id).await?;
    let mut events = Vec::new();
    if notice.facts.kind == NoticeKind::Announcement {
        for change in &notice.facts.changes {
            if store::change::publish(&mut tx, change.id).await? {
                events.push(Event::ChangePublished { change: change.id, notice: id.0 });
            }
        }
    }
    tx.commit(events).await?;
    Ok(true)
}

/// Writes the letters of the next range of customers; none when the notice is fanned out, or another replica has it.
async fn fan_out_range(cx: &Context, id: NoticeId) -> Result<Option<u64>, Error> {
    let mut tx = cx.begin_by_key(Actor::Daemon).await?;
    let Some(notice) = store::notice::take_cursor(&mut tx, id).await? else { return Ok(None) };
    let after = notice.fanned_out_to;
    let Some(end) = store::entitlement::range_end(tx.conn(), after, CUSTOMERS_PER_RANGE).await? else {
        store::notice::move_cursor(&mut tx, id, after, true).await?;
        let told: Vec<ChangeId> = notice.facts.changes.iter().map(|change| change.id).collect();
        store::change::look_now_at_past(&mut tx, &told).await?;
        tx.commit([Event::NoticeFannedOut { notice: id.0, reference: notice.facts.reference.clone() }])
            .await?;
        return Ok(None);
    };
    let letters = match notice.facts.kind {
        NoticeKind::Announcement => announcement(cx, &mut tx, &notice, (after, end)).await?,
        NoticeKind::Reminder => reminder(&mut tx, &notice, (after, end)).await?,
        NoticeKind::Rescheduled
        | NoticeKind::Withdrawn
        | NoticeKind::Held
        | NoticeKind::Effective
        | NoticeKind::Corrected => follow_up(&mut tx, &notice, (after, end)).await?,
    };
    let written = insert(&mut tx, &notice, &letters).await?;
    store::notice::move_cursor(&mut tx, id, end, false).await?;
    tx.commit_unrecorded().await?;
    Ok(Some(written))
}

/// The letters of an announcement to a range of customers; writes what each one is owed.
async fn announcement(
    cx: &Context,
    tx: &mut Tx,
    notice: &ToFanOut,
    (after, end): (i64, i64),
) -> Result<Vec<Letter>, Error> {
    let now = tx.now();
    let policy = &*cx.policy;
    let candidates = store::entitlement::candidates(tx.conn(), policy.zone.day_of(now), after, end).await?;
    let addressees = store::entitlement::addressees(tx.conn(), after, end).await?;
    let anew = notice.follows.is_some();
    let told: Vec<ChangeId> = notice.facts.changes.iter().map(|change| change.id).collect();
    let owed_before =
        if anew { store::fan_out::owed_before(tx.conn(), &told, after, end).await? } else { BTreeMap::new() };
    let (mut letters, mut owed, mut exempt) = (Vec::new(), Vec::new(), Vec::new());
    for candidate in &candidates {
        let customer = candidate.customer;
        let mut latest_at: Option<DateTime<Utc>> = None;
        for change in &notice.facts.changes {
            let standing = candidate.standing(&change.draft(), Some(change.subprocessor), policy, now);
            let instant = match entitlement::at_announcement(standing, customer) {
                Ruling::Inform => change.effective_at,
                // Of what has happened, nothing is owed but to say so.
                Ruling::Owe(_) if notice.facts.afterwards => now,
                Ruling::Owe(entitled) | Ruling::Keep(entitled) | Ruling::Serve { entitled, .. } => {
                    owed.push(Owed::to(change.id, &entitled));
                    latest_letter_at(&entitled, change.effective_on, change.for_each, &policy.zone, now)
                }
                Ruling::Exempt { contract, why, .. } => {
                    exempt.push(Exempt { change: change.id, customer, contract, why });
                    continue;
                }
                Ruling::Unconcerned => {
                    if let Some(contract) = owed_before.get(&(change.id, customer)).copied() {
                        let (draft, subprocessor) = (change.draft(), change.subprocessor);
                        let why = entitlement::why_no_longer(candidate, &draft, subprocessor, policy, now);
                        exempt.push(Exempt { change: change.id, customer, contract, why });
                    }
                    continue;
                }
            };
            latest_at = Some(latest_at.map_or(instant, |earlier| earlier.min(instant)));
        }
        if let Some(latest_at) = latest_at {
            let recipients = addressed(customer, &addressees);
            letters.extend(recipients.map(|recipient| Letter { recipient, customer, latest_at }));
        }
    }
    let before = if anew { Before::Void } else { Before::Stays };
    store::fan_out::insert_owed(tx, &owed, before).await?;
    store::fan_out::insert_exempt(tx, &exempt, before).await?;
    Ok(letters)
}

/// The letters of a follow-up: to everyone of a range who had, or may have had, the announcement.
async fn follow_up(tx: &mut Tx, notice: &ToFanOut, (after, end): (i64, i64)) -> Result<Vec<Letter>, Error> {
    let about: Vec<ChangeId> = notice.facts.changes.iter().map(|change| change.id).collect();
    let told = store::fan_out::told(tx.conn(), &about, after, end).await?;
    Ok(letters_to(told, notice.due_at))
}

/// The letters of a reminder: to those told whose deadline is the one that the notice reminds of.
async fn reminder(tx: &mut Tx, notice: &ToFanOut, range: (i64, i64)) -> Result<Vec<Letter>, Error> {
    let facts = &notice.facts;
    let (Some(announced), Some(deadlines)) = (notice.follows, facts.deadlines_between) else {
        return Ok(Vec::new());
    };
    let about: Vec<ChangeId> = facts.changes.iter().map(|change| change.id).collect();
    let told = store::fan_out::to_remind(tx.conn(), announced, &about, deadlines, range, i64::MAX).await?;
    Ok(letters_to(told, notice.due_at))
}

fn letters_to(told: Vec<(RecipientId, CustomerId)>, due_at: DateTime<Utc>) -> Vec<Letter> {
    let latest_at = due_at + TimeDelta::days(FOLLOW_UP_DAYS);
    told.into_iter().map(|(recipient, customer)| Letter { recipient, customer, latest_at }).collect()
}

/// Writes the letters in batches, those with the least slack together, each customer's letters in one batch.
async fn insert(tx: &mut Tx, notice: &ToFanOut, letters: &[Letter]) -> Result<u64, Error> {
    let mut letters = letters.to_vec();
    letters.sort_by_key(|letter| (letter.latest_at, letter.customer, letter.recipient));
    let mut cut: Vec<&[Letter]> = Vec::new();
    let mut rest = letters.as_slice();
    while !rest.is_empty() {
        let (batch, behind) = rest.split_at(batch_end(rest));
        cut.push(batch);
        rest = behind;
    }
    if cut.is_empty() {
        return Ok(0);
    }
    let ids = store::fan_out::batch_ids(tx, cut.len()).await?;
    let batches: Vec<_> = ids.into_iter().zip(cut).collect();
    Ok(store::fan_out::insert_letters(tx, notice.id, notice.due_at, &batches).await?)
}

/// Where the first batch of `letters` ends: at a customer's last letter.
fn batch_end(letters: &[Letter]) -> usize {
    if letters.len() <= LETTERS_PER_BATCH {
        return letters.len();
    }
    let beyond = letters[LETTERS_PER_BATCH].customer;
    let whole = letters[..LETTERS_PER_BATCH].iter().rposition(|letter| letter.customer != beyond);
    // A customer with more contacts than a batch holds is cut, as nothing else helps.
    whole.map_or(LETTERS_PER_BATCH, |last| last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(customer: i64, recipient: i64) -> Letter {
        Letter {
            recipient: RecipientId(recipient),
            customer: CustomerId(customer),
            latest_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_customers_letters_lie_in_one_batch() {
        let mut letters: Vec<_> = (0..511).map(|n| letter(n, n)).collect();
        letters.extend((0..3).map(|n| letter(1000, 1000 + n)));
        assert_eq!(batch_end(&letters), 511);
        assert_eq!(batch_end(&letters[..512]), 512);
        let one: Vec<_> = (0..600).map(|n| letter(1, n)).collect();
        assert_eq!(batch_end(&one), LETTERS_PER_BATCH);
    }
}
