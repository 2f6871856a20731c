//! What the daemon says by itself when days pass: reminders before a deadline, the DPO's digest, a warning when
//! letters run out of time.
//!
//! Each is one pass over what came due since the last one; a day missed is caught up. Reminders are notices, which
//! [`announce`](super::announce) fans out; the rest are single letters to the DPO.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{Context, Error, Report};
use crate::config::Fires;
use crate::domain::change::{Change, ChangeId, ChangeKind};
use crate::domain::delivery::drains_within;
use crate::domain::ledger::Actor;
use crate::domain::notice::{NoticeId, NoticeKind, was_told};
use crate::domain::zone::Zone;
use crate::mail::letter::{
    Alarm, ChangeName, Digest, DigestChange, DigestExclusion, DigestFailure, DigestObjection, Occasional,
};
use crate::store::digest::{Drain, Failed, OpenObjection};
use crate::store::objection::OnFile;
use crate::store::{self, Tx};

/// A letter whose last lawful instant is nearer than this, and that still waits, is at risk.
const AT_RISK: TimeDelta = TimeDelta::hours(12);
/// Whom one alarm names.
const NAMED_MAX: usize = 20;
/// The exclusions that one digest names.
const EXCLUSIONS_MAX: i64 = 100;

/// Freezes the reminders whose day has come: for each announcement of open changes and each number of days that the
/// settings name, one notice to those whose deadline is that far away and who have said nothing yet.
pub async fn run_once(cx: &Context) -> Result<Report, Error> {
    let Some((mut tx, before)) = since_last(cx, "reminders", &cx.settings.notice.send_window).await? else {
        return Ok(Report::idle("reminders"));
    };
    let now = tx.now();
    let mut frozen = 0;
    let mut announced_together: BTreeMap<NoticeId, Vec<Change>> = BTreeMap::new();
    // Nobody is asked whether a subprocessor may leave.
    let asks = |change: &Change| was_told(change.state) && change.draft.kind != ChangeKind::Removal;
    for change in store::change::open(tx.conn()).await?.into_iter().filter(asks) {
        if let Some((announced, _)) = store::notice::live_announcement(tx.conn(), change.id).await? {
            announced_together.entry(announced).or_default().push(change);
        }
    }
    for (announced, changes) in announced_together {
        let about: Vec<ChangeId> = changes.iter().map(|change| change.id).collect();
        for days in cx.settings.notice.reminders.iter().copied() {
            let ahead = TimeDelta::days(days.into());
            let deadlines = (before + ahead, now + ahead);
            if store::fan_out::anyone_to_remind(tx.conn(), announced, &about, deadlines).await? {
                let mut facts = cx.notice_about(NoticeKind::Reminder, &changes);
                let published_at = changes.iter().find_map(|change| change.published_at);
                facts.announced_on = published_at.map(|at| cx.policy.zone.day_of(at));
                facts.deadlines_between = Some(deadlines);
                cx.freeze(&mut tx, facts, Some(announced), now).await?;
                frozen += 1;
            }
        }
    }
    tx.commit_unrecorded().await?;
    if frozen == 0 {
        return Ok(Report::idle("reminders"));
    }
    cx.bells.ring("announce");
    Ok(Report::did("reminders", frozen, format!("{frozen} reminders")))
}

/// Queues the DPO's digest of the day: what needs a person, what is coming, what could not be delivered.
pub async fn digest(cx: &Context) -> Result<Report, Error> {
    let Some((mut tx, _)) = since_last(cx, "digest", &cx.settings.digest.at).await? else {
        return Ok(Report::idle("digest"));
    };
    let now = tx.now();
    let day = cx.policy.zone.day_of(now);
    let mut changes = Vec::new();
    for change in store::change::open(tx.conn()).await? {
        let at = now.max(change.effective_at);
        let reasons = store::gate::shut_as_known(tx.conn(), change.id, at, now).await?;
        changes.push(DigestChange {
            change: ChangeName {
                reference: change.reference.clone(),
                subprocessor: change.draft.facts.name.clone(),
            },
            state: change.state,
            effective_on: change.draft.effective_on,
            awaits_approval: change.awaits_approval(),
            in_use_since: change.in_use.as_ref().map(|in_use| in_use.since),
            reasons: reasons.iter().map(|reason| reason.in_words().to_owned()).collect(),
        });
    }
    let waiting = store::digest::waiting(tx.conn()).await?;
    let objections = store::digest::open_objections(tx.conn()).await?;
    let failures = store::digest::failures_since(tx.conn(), now - TimeDelta::days(1)).await?;
    let exclusions = store::objection::exclusions(tx.conn(), false, EXCLUSIONS_MAX).await?;
    let digest = Digest {
        processor: cx.settings.site.processor(),
        day,
        zone: cx.policy.zone.clone(),
        objections: objections.into_iter().map(|open| in_digest(open, day, &cx.policy.zone)).collect(),
        changes,
        failures: failures.into_iter().map(failed).collect(),
        exclusions: exclusions.into_iter().map(|one| to_confirm(one, &cx.policy.zone)).collect(),
        waiting: waiting.letters,
        latest_at: waiting.latest_at,
    };
    let queued = cx.write_to_dpo(&mut tx, &format!("digest:{day}"), &Occasional::Digest(digest)).await?;
    tx.commit_unrecorded().await?;
    cx.bells.ring("deliver");
    Ok(if queued { Report::did("digest", 1, format!("digest of {day}")) } else { Report::idle("digest") })
}

/// An act, and the instant until which the task had run, if its calendar has fired since then. The first look of an
/// installation only notes the instant. Replicas go one after the other by the task's row.
async fn since_last(
    cx: &Context,
    task: &'static str,
    calendar: &Fires,
) -> Result<Option<(Tx, DateTime<Utc>)>, Error> {
    let now = cx.now().await?;
    let fired = |through: DateTime<Utc>| calendar.next_after(through).is_some_and(|fires| fires <= now);
    let through = store::task::ran_through(cx.snapshot().await?.conn(), task).await?;
    if through.is_some_and(|through| !fired(through)) {
        return Ok(None);
    }
    let mut tx = cx.begin(Actor::Daemon).await?;
    match store::task::run_through(&mut tx, task).await? {
        Some(through) if fired(through) => Ok(Some((tx, through))),
        Some(_) => Ok(None),
        None => {
            tx.commit_unrecorded().await?;
            Ok(None)
        }
    }
}

fn in_digest(open: OpenObjection, day: NaiveDate, zone: &Zone) -> DigestObjection {
    DigestObjection {
        overdue: open.is_overdue(day),
        settle_by: open.lapses_at.and_then(|at| zone.day_of(at).pred_opt()),
        reference: open.reference,
        change_ref: open.change_ref,
        customer: open.customer,
        in_time: open.in_time,
        answer_due_on: open.answer_due_on,
    }
}

fn to_confirm(waiting: OnFile, zone: &Zone) -> DigestExclusion {
    DigestExclusion {
        customer: waiting.customer,
        subprocessor: waiting.subprocessor,
        since: zone.day_of(waiting.since),
    }
}

fn failed(letter: Failed) -> DigestFailure {
    let code = letter.code.and_then(|code| u16::try_from(code).ok());
    DigestFailure { customer: letter.customer, address: letter.address, code, words: letter.words }
}

/// Warns the DPO, once a change and day, when letters still wait and the first of them is about to be too late, or will be when
/// its turn comes as letters go now.
pub async fn warn_at_risk(cx: &Context) -> Result<Report, Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    let now = tx.now();
    let mut warned = 0;
    let per_minute = store::replica::letters_per_minute(tx.conn()).await?;
    let per_batch = drains_within(store::fan_out::LETTERS_PER_BATCH as u64, per_minute);
    let drain = Drain { now, per_batch };
    for risk in store::digest::at_risk(tx.conn(), now + AT_RISK, drain).await? {
        let alarm = Alarm::AtRisk {
            change: ChangeName { reference: risk.reference.clone(), subprocessor: risk.subprocessor },
            waiting: risk.waiting,
            latest_at: risk.latest_at,
            out_at: risk.out_at,
        };
        let key = format!("at-risk:{}:{}", risk.reference, cx.policy.zone.day_of(now));
        warned += u64::from(cx.alert(&mut tx, &key, alarm).await?);
    }
    tx.commit_unrecorded().await?;
    if warned == 0 {
        return Ok(Report::idle("at_risk"));
    }
    cx.bells.ring("deliver");
    Ok(Report::did("at_risk", warned, format!("warned of {warned} changes at risk")))
}

/// Tells the DPO of the letters that waited at a recipient's server until the time was over that it had given itself, and of which nothing
/// was heard since. Each is told once, those of one change together.
pub async fn ask_after_delayed(cx: &Context) -> Result<Report, Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    let unheard = store::delay::take_unheard(&mut tx).await?;
    for letters in unheard.chunk_by(|one, next| one.reference == next.reference) {
        let Some(first) = letters.first() else { continue };
        let to = letters.iter().take(NAMED_MAX).map(|one| format!("{}, {}", one.customer, one.address));
        let alarm = Alarm::Unheard {
            change: ChangeName {
                reference: first.reference.clone(),
                subprocessor: first.subprocessor.clone(),
            },
            letters: letters.len() as u64,
            to: to.collect(),
        };
        let key = format!("unheard:{}:{}:{}", first.reference, first.delivery, tx.now().timestamp());
        cx.alert(&mut tx, &key, alarm).await?;
    }
    tx.commit_unrecorded().await?;
    if unheard.is_empty() {
        return Ok(Report::idle("delayed"));
    }
    cx.bells.ring("deliver");
    Ok(Report::did("delayed", unheard.len() as u64, format!("asked after {} delayed letters", unheard.len())))
}
