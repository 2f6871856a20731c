//! Planning, scheduling and approving changes: what the DPO does before anybody is told. [`reschedule`] and [`withdraw`]
//! are what he does with those that are planned.
//!
//! Writes rows and nothing else: the changes, their notice with facts and templates frozen. [`announce`](super::announce)
//! finds the notice, [`take_effect`](super::take_effect) the change. A refusal of the plan goes back as it is.

mod later;

use chrono::{DateTime, NaiveDate, Utc};

pub use later::{Alteration, alter, reschedule, withdraw};

use super::Context;
use crate::domain::change::{Change, ChangeKind, Draft, IllegalAct, State, Step};
use crate::domain::customer::{Approval, Policy};
use crate::domain::ledger::{Actor, Event};
use crate::domain::notice::NoticeKind;
use crate::domain::plan::{self, Entitled, Plan, Refusal, entitled};
use crate::domain::register::{Version, as_planned};
use crate::domain::request::{self, Request, Understood};
use crate::domain::subprocessor::{SubprocessorId, same_name};
use crate::store::{self, Tx};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("{reference}: {source}")]
    Illegal { reference: String, source: IllegalAct },
    #[error("{reference} already plans this for {name}; reschedule or withdraw it")]
    AlreadyPlanned { reference: String, name: String },
    #[error(
        "{name} is planned for {on} by {reference} and on no register yet; reschedule or withdraw {reference} (forenotice change show {reference})"
    )]
    PlannedAlready { reference: String, name: String, on: NaiveDate },
    #[error(
        "{reference} is planned for {name} on {on} as if this did not come first; take a later day, or withdraw it"
    )]
    InTheWay { reference: String, name: String, on: NaiveDate },
    #[error("{by}, planned for {on}, builds on {reference}; move or withdraw {by} first")]
    BuiltUpon { reference: String, by: String, on: NaiveDate },
    #[error(
        "the announcement of {reference} is going out just now; try again when `forenotice deliveries {reference}` shows none waiting"
    )]
    GoingOut { reference: String },
    #[error("{reference} can no longer be approved for {on}: {refusal}; reschedule it first")]
    ApprovedTooLate { reference: String, on: NaiveDate, refusal: Refusal },
    #[error("{reference} was scheduled by you; another person must approve it")]
    SameApprover { reference: String },
    #[error("{reference} needs no approval, or has it")]
    NothingToApprove { reference: String },
    #[error(
        "{reference} is in force for some of its customers since {since}: it goes on until it is in force for all; `forenotice gate {reference}` says whom it waits for; what is wrong with it is mended by a further change"
    )]
    InForceForSome { reference: String, since: NaiveDate },
    #[error(
        "{reference} is in use since {since}: say on which day that ends and by when the data are deleted or returned, with --stops-on and --deletion-by"
    )]
    StillInUse { reference: String, since: NaiveDate },
    #[error(
        "{reference} is not noted as in use: leave out --stops-on and --deletion-by, or note it first with `forenotice in-use`"
    )]
    NotInUse { reference: String },
    #[error("{reference} is in use since {since}, so that cannot end on {on}")]
    StopsTooEarly { reference: String, since: NaiveDate, on: NaiveDate },
    #[error("what is used until {on} is not deleted by {deletion_due}")]
    DeletedTooEarly { on: NaiveDate, deletion_due: NaiveDate },
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
    /// Nothing is sent before a second person has approved it.
    pub awaits_approval: bool,
}

impl Done {
    fn with(change: &Change, state: State, notice_at: Option<DateTime<Utc>>) -> Self {
        Self {
            reference: change.reference.clone(),
            state,
            effective_on: change.draft.effective_on,
            notice_at,
            awaits_approval: change.needs_approval && !change.approved,
        }
    }
}

/// What one change would mean if it were scheduled now. Writes nothing.
pub async fn plan(cx: &Context, request: &Request) -> Result<Plan, Error> {
    plan_together(cx, std::slice::from_ref(request)).await
}

/// What the changes would mean if they were scheduled now and announced together; without a wanted day, what the
/// earliest would be. Writes nothing.
pub async fn plan_together(cx: &Context, requests: &[Request]) -> Result<Plan, Error> {
    let now = cx.now().await?;
    let today = cx.policy.zone.day_of(now);
    let mut snapshot = cx.snapshot().await?;
    let open = store::change::open(snapshot.conn()).await?;
    refuse_planned(&open, requests)?;
    let versions = as_planned(&store::subprocessor::versions(snapshot.conn()).await?, &open);
    let understood = request::together(requests, &versions, today)?;
    let subjects: Vec<_> =
        understood.iter().map(|one| one.subject.map(|version| version.subprocessor_id)).collect();
    let mut drafts: Vec<Draft> = understood.into_iter().map(|one| one.draft).collect();
    check_products(cx, &drafts)?;
    let candidates = store::entitlement::all(snapshot.conn(), today).await?;
    let entitled = entitled(&candidates, drafts.iter().zip(subjects), &cx.policy, now);
    if requests.iter().all(|request| request.effective.is_none()) {
        let earliest = plan::earliest_on(&drafts, &entitled, &cx.policy, now);
        for draft in &mut drafts {
            draft.effective_on = earliest;
        }
    }
    Ok(planned(cx, &cx.policy, &drafts, &entitled, now)?)
}

/// Schedules one change, if its date is lawful for every entitled customer.
pub async fn schedule(cx: &Context, actor: Actor, request: &Request) -> Result<Done, Error> {
    let done = schedule_together(cx, actor, std::slice::from_ref(request)).await?;
    done.into_iter().next().ok_or_else(nothing)
}

/// Schedules changes that one notice announces, all or none.
pub async fn schedule_together(cx: &Context, actor: Actor, requests: &[Request]) -> Result<Vec<Done>, Error> {
    let Actor::Account { id: author, .. } = actor else { return Err(Error::NobodyActs) };
    if requests.is_empty() {
        return Err(nothing());
    }
    if requests.iter().any(|request| request.effective.is_none()) {
        let why = "name the first day on which it is in force; `forenotice change plan` says which is lawful";
        return Err(Refusal::Contradiction { field: "effective", why: why.to_owned() }.into());
    }
    let mut tx = cx.begin(actor).await?;
    store::subprocessor::lock_register(&mut tx).await?;
    let now = tx.now();
    let today = cx.policy.zone.day_of(now);
    let open = store::change::open(tx.conn()).await?;
    refuse_planned(&open, requests)?;
    let versions = as_planned(&store::subprocessor::versions(tx.conn()).await?, &open);
    let understood = request::together(requests, &versions, today)?;
    let steps = in_order(&mut tx, &open, &understood).await?;
    let drafts: Vec<Draft> = understood.iter().map(|one| one.draft.clone()).collect();
    check_products(cx, &drafts)?;
    let candidates = store::entitlement::all(tx.conn(), today).await?;
    let subjects = steps.iter().map(|step| Some(step.subprocessor));
    let entitled = entitled(&candidates, drafts.iter().zip(subjects), &cx.policy, now);
    let plan = planned(cx, &cx.policy, &drafts, &entitled, now)?;
    let past = drafts.iter().all(|draft| plan::is_past(draft, &cx.policy, now));
    let mut changes = Vec::new();
    let mut events = Vec::new();
    for (step, request) in steps.iter().zip(requests) {
        let draft = step.draft;
        let new = store::change::New {
            draft,
            subprocessor: step.subprocessor,
            replaces: step.replaces,
            effective_at: plan.effective_at,
            go_live: cx.policy.go_live,
            author,
            needs_approval: draft.emergency.is_some() || cx.policy.approval == Approval::FourEyes,
            // What is past waits for nothing but its letters: announcing asks the gate.
            next_look_at: (!past).then_some(plan.effective_at),
        };
        let (id, reference) = store::change::insert_scheduled(&mut tx, &new).await?;
        changes.push(store::change::lock(&mut tx, id).await?);
        events.push(Event::ChangeScheduled {
            change: id,
            reference,
            change_kind: draft.kind,
            effective_on: draft.effective_on,
            attested: request.attested.clone(),
        });
    }
    let told = drafts.iter().any(|draft| draft.kind != ChangeKind::Correction);
    let notice_at = told.then_some(if past { now } else { plan.notice_at });
    if let Some(due_at) = notice_at {
        let mut facts = cx.notice_about(NoticeKind::Announcement, &changes);
        facts.afterwards = past;
        cx.freeze(&mut tx, facts, None, due_at).await?;
    }
    tx.commit(events).await?;
    cx.bells.ring("announce");
    Ok(changes.iter().map(|change| Done::with(change, State::Scheduled, notice_at)).collect())
}

/// The changes among those of their subprocessors, whose open ones are locked; refused where they disturb them.
async fn in_order<'a>(
    tx: &mut Tx,
    open: &[Change],
    understood: &'a [Understood<'_>],
) -> Result<Vec<Step<'a>>, Error> {
    let mut steps = Vec::new();
    for one in understood {
        refuse_twice(open, &one.draft)?;
        let replaces = one.replaced.map(|version| version.subprocessor_id);
        let subprocessor = match one.subject {
            Some(Version { subprocessor_id, .. }) => *subprocessor_id,
            None => store::subprocessor::insert(tx, &one.draft.facts.name).await?,
        };
        steps.push(Step { subprocessor, replaces, draft: &one.draft });
    }
    let concerned: Vec<SubprocessorId> =
        steps.iter().flat_map(|step| [Some(step.subprocessor), step.replaces]).flatten().collect();
    store::change::lock_open_of(tx, &concerned).await?;
    steps.iter().try_for_each(|step| refuse_disturbing(open, step))?;
    Ok(steps)
}

/// The second person's yes to a change that needs one. Comes too late where the notice could not run any more.
pub async fn approve(cx: &Context, actor: Actor, reference: &str) -> Result<Done, Error> {
    let Actor::Account { id: approver, .. } = actor else { return Err(Error::NobodyActs) };
    let (mut tx, mut change) = locked(cx, actor, reference).await?;
    let reference = change.reference.clone();
    if !change.needs_approval || change.approved {
        return Err(Error::NothingToApprove { reference });
    }
    let notice_at = if change.state.is_open() { still_in_time(cx, &mut tx, &change).await? } else { None };
    store::change::approve(&mut tx, change.id, approver).await.map_err(|error| match error.constraint() {
        Some("change_four_eyes") => Error::SameApprover { reference: reference.clone() },
        _ => error.into(),
    })?;
    tx.commit([Event::ChangeApproved { change: change.id }]).await?;
    cx.bells.ring("announce");
    change.approved = true;
    Ok(Done::with(&change, change.state, notice_at))
}

/// When the announcement goes out that waited for its approval; refused where the date is lawful no more.
async fn still_in_time(cx: &Context, tx: &mut Tx, change: &Change) -> Result<Option<DateTime<Utc>>, Error> {
    let Some((notice, facts)) = store::notice::live_announcement(tx.conn(), change.id).await? else {
        return Ok(None);
    };
    if store::notice::begun_announcement(tx.conn(), change.id).await?.is_some() {
        return Ok(None);
    }
    let now = tx.now();
    let drafts: Vec<Draft> = facts.changes.iter().map(crate::domain::notice::ChangeFacts::draft).collect();
    let mut candidates = store::entitlement::all(tx.conn(), cx.policy.zone.day_of(now)).await?;
    later::count_reached_by_hand(tx, change.id, &mut candidates).await?;
    let subjects = facts.changes.iter().map(|told| Some(told.subprocessor));
    let entitled = entitled(&candidates, drafts.iter().zip(subjects), &cx.policy, now);
    let plan = match planned(cx, &cx.policy_for(change), &drafts, &entitled, now) {
        Ok(plan) => plan,
        Err(refusal) => {
            let (reference, on) = (change.reference.clone(), change.draft.effective_on);
            return Err(Error::ApprovedTooLate { reference, on, refusal });
        }
    };
    let due_at = if facts.afterwards { now } else { plan.notice_at };
    store::notice::set_due(tx, notice, due_at, cx.valid_until(due_at)).await?;
    Ok(Some(due_at))
}

async fn locked(cx: &Context, actor: Actor, reference: &str) -> Result<(Tx, Change), Error> {
    let mut tx = cx.begin(actor).await?;
    let id = store::change::by_reference(tx.conn(), reference).await?.id;
    let change = store::change::lock(&mut tx, id).await?;
    Ok((tx, change))
}

fn nothing() -> Error {
    let why = "there is no change in it".to_owned();
    Error::Refused(Refusal::Contradiction { field: "from", why })
}

/// Whoever is only planned for the register is on none yet; where the plan takes it off again, it may come back.
fn refuse_planned(open: &[Change], requests: &[Request]) -> Result<(), Error> {
    let brings = |kind| matches!(kind, ChangeKind::Addition | ChangeKind::Replacement);
    for request in requests.iter().filter(|request| brings(request.kind)) {
        let own = || open.iter().filter(|change| same_name(&change.draft.facts.name, &request.name));
        let leaves = own().any(|change| change.draft.kind == ChangeKind::Removal);
        if let Some(change) = own().find(|change| brings(change.draft.kind) && !leaves) {
            return Err(Error::PlannedAlready {
                reference: change.reference.clone(),
                name: change.draft.facts.name.clone(),
                on: change.draft.effective_on,
            });
        }
    }
    Ok(())
}

fn refuse_twice(open: &[Change], draft: &Draft) -> Result<(), Error> {
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

/// What is planned for a later day was planned without this one before it.
fn refuse_disturbing(open: &[Change], step: &Step<'_>) -> Result<(), Error> {
    let later = |change: &&Change| change.draft.effective_on > step.draft.effective_on;
    match open.iter().filter(later).find(|change| !step.may_precede(&change.step())) {
        Some(change) => Err(Error::InTheWay {
            reference: change.reference.clone(),
            name: change.draft.facts.name.clone(),
            on: change.draft.effective_on,
        }),
        None => Ok(()),
    }
}

fn check_products(cx: &Context, drafts: &[Draft]) -> Result<(), Refusal> {
    drafts.iter().try_for_each(|draft| request::check_products(draft, &cx.settings.site.products))
}

fn planned(
    cx: &Context,
    policy: &Policy,
    drafts: &[Draft],
    entitled: &[Entitled],
    now: DateTime<Utc>,
) -> Result<Plan, Refusal> {
    plan::plan(drafts, entitled, policy, now, |at| cx.settings.notice.send_window.next_after(at))
}
