//! What falls due of open objections by itself: the DPO is reminded of answers, the deputies are asked where nobody attends, and what the terms
//! say holds when the time to settle is over.
//!
//! One pass over the objections whose `next_look_at` has come. Each alarm has a key of its own, so a second look tells nothing twice.

use chrono::NaiveDate;

use super::{Error, end, locked};
use crate::actions::{Context, Report};
use crate::domain::customer::Lapse;
use crate::domain::ledger::Actor;
use crate::domain::objection::{Agenda, Resolution, State, Step};
use crate::mail::letter::{Alarm, ChangeName};
use crate::store::objection::{Objected, Objection};
use crate::store::{self, Tx, objection};

const PER_PASS: i64 = 200;
/// What the customer and the evidence read of an objection that nobody settled.
const COUNTS_AS_ACCEPTED: &str =
    "an objection that is not settled by then no longer stands, and the change counts as accepted.";

/// One pass over what has fallen due.
pub async fn run_once(cx: &Context) -> Result<Report, Error> {
    let now = cx.now().await?;
    let due = objection::due(cx.snapshot().await?.conn(), now, PER_PASS).await?;
    let mut said = Vec::new();
    for reference in due {
        said.extend(attend(cx, &reference).await?);
    }
    if said.is_empty() {
        return Ok(Report::idle("objections"));
    }
    cx.bells.ring("deliver");
    Ok(Report::did("objections", said.len() as u64, said.join("; ")))
}

/// Looks at one. None: nothing of it needs to be told.
async fn attend(cx: &Context, reference: &str) -> Result<Option<String>, Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    let (known, changes) = locked(&mut tx, reference).await?;
    let state: State = known.state.parse().map_err(|why| store::Error::unreadable("objection", &why))?;
    let now = tx.now();
    let escalate_after = cx.settings.objections.escalate_after;
    let agenda =
        Agenda::of(known.received_at, known.answer_due_on, escalate_after, known.lapses_at, &cx.policy);
    let due = if state == State::Resolved { Vec::new() } else { agenda.due(state, now) };
    if due.contains(&Step::Lapse) && known.lapse()? == Some(Lapse::Accepted) {
        let resolution = Resolution::Lapsed { reason: COUNTS_AS_ACCEPTED.to_owned(), last_day: None };
        let done = end(cx, tx, known, &changes, resolution, None).await?;
        return Ok(Some(format!("{} lapsed: the change counts as accepted", done.reference)));
    }
    let mut told = Vec::new();
    for step in due {
        if tell(cx, &mut tx, &known, &changes, step).await? {
            told.push(step.as_str());
        }
    }
    objection::set_next_look(&mut tx, known.id(), agenda.next_after(now)).await?;
    tx.commit_unrecorded().await?;
    Ok((!told.is_empty()).then(|| format!("{}: {}", known.reference, told.join(", "))))
}

/// False: that was told already.
async fn tell(
    cx: &Context,
    tx: &mut Tx,
    known: &Objection,
    changes: &[Objected],
    step: Step,
) -> Result<bool, Error> {
    let Some(first) = changes.first() else { return Ok(false) };
    let alarm = Alarm::ObjectionWaits {
        change: ChangeName {
            reference: first.reference.clone(),
            subprocessor: first.subprocessor_name.clone(),
        },
        objection_ref: known.reference.clone(),
        customer: known.customer_name.clone().or(known.address.clone()).unwrap_or_default(),
        step,
        day: day_of(cx, known, step),
    };
    let key = format!("{step}:{}", known.reference);
    let told = match step {
        Step::Unattended => cx.alert_with_deputies(tx, &key, alarm).await?,
        Step::AnswerDue | Step::AnswerOver | Step::LapseNear | Step::Lapse => {
            cx.alert(tx, &key, alarm).await?
        }
    };
    Ok(told)
}

/// The day that the alarm is about.
fn day_of(cx: &Context, known: &Objection, step: Step) -> NaiveDate {
    match (step, known.lapses_at) {
        (Step::LapseNear | Step::Lapse, Some(at)) => {
            let day = cx.policy.zone.day_of(at);
            day.pred_opt().unwrap_or(day)
        }
        (Step::AnswerDue | Step::AnswerOver | Step::Unattended | Step::LapseNear | Step::Lapse, _) => {
            known.answer_due_on
        }
    }
}
