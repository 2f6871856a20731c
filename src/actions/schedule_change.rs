//! Planning, scheduling, approving, moving and withdrawing a change: what the DPO does before the day.
//!
//! Writes rows and nothing else: the change, its notice with facts and templates frozen. [`announce`](super::announce)
//! finds the notice, [`take_effect`](super::take_effect) the change. A refusal of the plan goes back as it is.

use chrono::{DateTime, NaiveDate, Utc};

use super::Context;
use crate::domain::change::{Act, Change, ChangeKind, Draft, IllegalAct, State};
use crate::domain::customer::Approval;
use crate::domain::ledger::{Actor, Event};
use crate::domain::notice::{NoticeKind, Replaced, was_told};
use crate::domain::plan::{self, Candidate, Entitled, Plan, Refusal, Standing};
use crate::domain::register::Version;
use crate::domain::request::Request;
use crate::domain::subprocessor::SubprocessorId;
use crate::store::{self, Tx};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("{reference}: {source}")]
    Illegal { reference: String, source: IllegalAct },
    #[error("{reference} already plans this for {name}; reschedule or withdraw it")]
    AlreadyPlanned { reference: String, name: String },
    #[error("{reference} was scheduled by you; another person must approve it")]
    SameApprover { reference: String },
    #[error("{reference} needs no approval, or has it")]
    NothingToApprove { reference: String },
    #[error("only a person of the processor may do this; say who acts with --as")]
    NobodyActs,
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Begin(#[from] super::Error),
}

/// A change that was scheduled, moved or withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub reference: String,
    pub state: State,
    pub effective_on: NaiveDate,
    /// When the notice about it goes out; none where nobody is to be told.
    pub notice_at: Option<DateTime<Utc>>,
}

/// What the change would mean if it were scheduled now. Writes nothing.
pub async fn plan(cx: &Context, request: &Request) -> Result<Plan, Error> {
    let now = cx.now().await?;
    let mut snapshot = cx.snapshot().await?;
    let versions = store::subprocessor::versions(snapshot.conn()).await?;
    let understood = request.understand(&versions, cx.policy.zone.day_of(now))?;
    let today = cx.policy.zone.day_of(now);
    let candidates = store::entitlement::all(snapshot.conn(), today).await?;
    let subject = understood.subject.map(|version| version.subprocessor_id);
    let entitled = entitled(cx, &candidates, &understood.draft, subject, now);
    Ok(planned(cx, &understood.draft, &entitled, now)?)
}

/// Schedules the change, if its date is lawful for every entitled customer.
pub async fn schedule(cx: &Context, actor: Actor, request: &Request) -> Result<Done, Error> {
    let Actor::Account { id: author, .. } = actor else { return Err(Error::NobodyActs) };
    let mut tx = cx.begin(actor).await?;
    let now = tx.now();
    let versions = store::subprocessor::versions(tx.conn()).await?;
    let understood = request.understand(&versions, cx.policy.zone.day_of(now))?;
    let draft = &understood.draft;
    refuse_twice(&mut tx, draft).await?;
    let replaces = understood.replaced.map(|version| version.subprocessor_id);
    let subject = match understood.subject {
        Some(Version { subprocessor_id, .. }) => *subprocessor_id,
        None => store::subprocessor::insert(&mut tx, &draft.facts.name).await?,
    };
    let concerned: Vec<SubprocessorId> = [Some(subject), replaces].into_iter().flatten().collect();
    store::change::lock_open_of(&mut tx, &concerned).await?;
    let candidates = store::entitlement::all(tx.conn(), cx.policy.zone.day_of(now)).await?;
    let entitled = entitled(cx, &candidates, draft, Some(subject), now);
    let plan = planned(cx, draft, &entitled, now)?;
    let needs_approval = draft.emergency.is_some() || cx.policy.approval == Approval::FourEyes;
    let new = store::change::New {
        draft,
        subprocessor: subject,
        replaces,
        effective_at: plan.effective_at,
        go_live: cx.policy.go_live,
        author,
        needs_approval,
    };
    let (id, reference) = store::change::insert_scheduled(&mut tx, &new).await?;
    let change = store::change::lock(&mut tx, id).await?;
    let notice_at = (draft.kind != ChangeKind::Correction).then_some(plan.notice_at);
    if let Some(due_at) = notice_at {
        let facts = cx.notice_about(NoticeKind::Announcement, &change);
        cx.freeze(&mut tx, facts, None, due_at).await?;
    }
    let scheduled = Event::ChangeScheduled {
        change: id,
        reference: reference.clone(),
        change_kind: draft.kind,
        effective_on: draft.effective_on,
    };
    tx.commit([scheduled]).await?;
    cx.bells.ring("announce");
    Ok(Done { reference, state: State::Scheduled, effective_on: draft.effective_on, notice_at })
}

/// The second person's yes to a change that needs one.
pub async fn approve(cx: &Context, actor: Actor, reference: &str) -> Result<Done, Error> {
    let Actor::Account { id: approver, .. } = actor else { return Err(Error::NobodyActs) };
    let (mut tx, change) = locked(cx, actor, reference).await?;
    let reference = change.reference.clone();
    if !change.needs_approval || change.approved {
        return Err(Error::NothingToApprove { reference });
    }
    store::change::approve(&mut tx, change.id, approver).await.map_err(|error| match error.constraint() {
        Some("change_four_eyes") => Error::SameApprover { reference: reference.clone() },
        _ => error.into(),
    })?;
    tx.commit([Event::ChangeApproved { change: change.id }]).await?;
    cx.bells.ring("announce");
    Ok(Done { reference, state: change.state, effective_on: change.draft.effective_on, notice_at: None })
}

/// Moves the effective date. A later one keeps what was served and tells those who know of the change; an earlier
/// one must be lawful as if planned now, and starts every period anew with a new announcement.
pub async fn reschedule(cx: &Context, actor: Actor, reference: &str, to: NaiveDate) -> Result<Done, Error> {
    let (mut tx, change) = locked(cx, actor, reference).await?;
    let illegal = |source| Error::Illegal { reference: change.reference.clone(), source };
    let state = change.state.after(Act::Reschedule).map_err(illegal)?;
    let from = change.draft.effective_on;
    let now = tx.now();
    let mut moved = change.clone();
    moved.draft.effective_on = to;
    moved.effective_at = cx.policy.zone.first_instant(to);
    let told = was_told(change.state);
    let notice_at = if told && to > from && to > cx.policy.zone.day_of(now) {
        postpone(cx, &mut tx, &change, &moved).await?
    } else {
        announce_anew(cx, &mut tx, &change, &moved, told).await?
    };
    store::change::set_effective_date(&mut tx, change.id, to, moved.effective_at).await?;
    if state != change.state {
        store::change::move_state(&mut tx, change.id, change.state, state).await?;
    }
    tx.commit([Event::ChangeRescheduled { change: change.id, from, to }]).await?;
    cx.bells.ring("announce");
    Ok(Done { reference: change.reference, state, effective_on: to, notice_at })
}

/// Drops the change and tells everyone who had heard of it.
pub async fn withdraw(cx: &Context, actor: Actor, reference: &str, why: &str) -> Result<Done, Error> {
    let (mut tx, change) = locked(cx, actor, reference).await?;
    let illegal = |source| Error::Illegal { reference: change.reference.clone(), source };
    let state = change.state.after(Act::Withdraw).map_err(illegal)?;
    let announcement = store::notice::live_announcement(tx.conn(), change.id).await?;
    store::notice::cancel_of(&mut tx, change.id, NoticeKind::ALL).await?;
    let now = tx.now();
    let mut notice_at = None;
    if let Some((announced, facts)) = announcement.filter(|_| change.published_at.is_some()) {
        let mut follow_up = cx.notice_about(NoticeKind::Withdrawn, &change);
        follow_up.announced_on = change.published_at.map(|at| cx.policy.zone.day_of(at));
        follow_up.old_effective_on = facts.first_change().map(|told| told.effective_on);
        follow_up.why = Some(why.trim().to_owned()).filter(|why| !why.is_empty());
        cx.freeze(&mut tx, follow_up, Some(announced), now).await?;
        notice_at = Some(now);
    }
    store::change::move_state(&mut tx, change.id, change.state, state).await?;
    store::change::set_next_look(&mut tx, change.id, None).await?;
    store::objection::close_as_change_withdrawn(&mut tx, change.id).await?;
    tx.commit([Event::ChangeWithdrawn { change: change.id, reason: why.to_owned() }]).await?;
    cx.bells.ring("announce");
    Ok(Done { reference: change.reference, state, effective_on: change.draft.effective_on, notice_at })
}

async fn locked(cx: &Context, actor: Actor, reference: &str) -> Result<(Tx, Change), Error> {
    let mut tx = cx.begin(actor).await?;
    let id = store::change::by_reference(tx.conn(), reference).await?.id;
    let change = store::change::lock(&mut tx, id).await?;
    Ok((tx, change))
}

async fn refuse_twice(tx: &mut Tx, draft: &Draft) -> Result<(), Error> {
    let open = store::change::open(tx.conn()).await?;
    let same = open.iter().find(|change| {
        change.draft.kind == draft.kind
            && change.draft.facts.name == draft.facts.name
            && matches!(draft.kind, ChangeKind::Addition | ChangeKind::Replacement | ChangeKind::Removal)
    });
    match same {
        Some(change) => {
            Err(Error::AlreadyPlanned { reference: change.reference.clone(), name: draft.facts.name.clone() })
        }
        None => Ok(()),
    }
}

async fn postpone(
    cx: &Context,
    tx: &mut Tx,
    change: &Change,
    moved: &Change,
) -> Result<Option<DateTime<Utc>>, Error> {
    let Some((announced, _)) = store::notice::live_announcement(tx.conn(), change.id).await? else {
        return Ok(None);
    };
    let mut facts = cx.notice_about(NoticeKind::Rescheduled, moved);
    facts.announced_on = change.published_at.map(|at| cx.policy.zone.day_of(at));
    facts.old_effective_on = Some(change.draft.effective_on);
    let now = tx.now();
    cx.freeze(tx, facts, Some(announced), now).await?;
    Ok(Some(now))
}

async fn announce_anew(
    cx: &Context,
    tx: &mut Tx,
    change: &Change,
    moved: &Change,
    told: bool,
) -> Result<Option<DateTime<Utc>>, Error> {
    let now = tx.now();
    let candidates = store::entitlement::all(tx.conn(), cx.policy.zone.day_of(now)).await?;
    let entitled = entitled(cx, &candidates, &moved.draft, Some(moved.subprocessor_id), now);
    let plan = planned(cx, &moved.draft, &entitled, now)?;
    let before = store::notice::live_announcement(tx.conn(), change.id).await?;
    store::notice::cancel_of(tx, change.id, &[NoticeKind::Announcement, NoticeKind::Rescheduled]).await?;
    let mut facts = cx.notice_about(NoticeKind::Announcement, moved);
    facts.replaces = before.as_ref().filter(|_| told).map(|(_, old)| Replaced {
        reference: old.reference.clone(),
        announced_on: cx.policy.zone.day_of(change.published_at.unwrap_or(now)),
        what_changed: "the planned start is another day".to_owned(),
    });
    cx.freeze(tx, facts, before.filter(|_| told).map(|(id, _)| id), plan.notice_at).await?;
    Ok(Some(plan.notice_at))
}

fn planned(cx: &Context, draft: &Draft, entitled: &[Entitled], now: DateTime<Utc>) -> Result<Plan, Refusal> {
    plan::plan(draft, entitled, &cx.policy, now, |at| cx.settings.notice.send_window.next_after(at))
}

/// Those of the candidates who are entitled to notice of the draft given at `now`.
fn entitled(
    cx: &Context,
    candidates: &[Candidate],
    draft: &Draft,
    subject: Option<SubprocessorId>,
    now: DateTime<Utc>,
) -> Vec<Entitled> {
    let standing = |candidate: &Candidate| match candidate.standing(draft, subject, &cx.policy, now) {
        Standing::Entitled(entitled) => Some(entitled),
        Standing::Informed | Standing::Exempt { .. } | Standing::Unconcerned => None,
    };
    candidates.iter().filter_map(standing).collect()
}
