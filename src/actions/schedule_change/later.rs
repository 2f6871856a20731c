//! Moving, altering and withdrawing a change that is planned, and telling whoever has heard of it.
//!
//! A later day or less than announced keeps what was served; an earlier day or more than announced starts every period
//! anew: objections carry over, a yes does not.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Done, Error, planned};
use crate::actions::Context;
use crate::domain::change::{Act, Change, ChangeId, ChangeKind, State};
use crate::domain::ledger::{Actor, Event};
use crate::domain::notice::{ChangeFacts, Correction, NoticeKind, Replaced, Stops, was_told};
use crate::domain::plan::{Candidate, Refusal, entitled};
use crate::domain::request;
use crate::domain::subprocessor::Difference;
use crate::store::{self, Tx};

/// What is to be different about a change that is planned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alteration {
    pub effective: Option<NaiveDate>,
    /// By the names that files use; several values are divided by `;`.
    pub facts: Vec<(String, String)>,
}

/// Moves a change to another day.
pub async fn reschedule(cx: &Context, actor: Actor, reference: &str, to: NaiveDate) -> Result<Done, Error> {
    alter(cx, actor, reference, &Alteration { effective: Some(to), facts: Vec::new() }).await
}

/// Moves or alters a change. A later day, or less than was announced, keeps what was served and tells those who know
/// of the change; an earlier one, or more, must be lawful as if planned now, and is announced anew. So is a change
/// whose notice would be too old on its new day.
pub async fn alter(
    cx: &Context,
    actor: Actor,
    reference: &str,
    alteration: &Alteration,
) -> Result<Done, Error> {
    let (mut tx, change, open) = locked_in_order(cx, actor, reference).await?;
    let illegal = |source| Error::Illegal { reference: change.reference.clone(), source };
    let state = change.state.after(Act::Reschedule).map_err(illegal)?;
    let mut moved = altered(cx, &change, alteration)?;
    let altered = change.draft.facts.differences(&moved.draft.facts);
    refuse_disorder(&open, &change, &moved, &altered)?;
    let (from, to) = (change.draft.effective_on, moved.draft.effective_on);
    let told = was_told(change.state);
    let news = news(cx, &mut tx, &change, &moved).await?;
    let notice_at = if told && !news.starts_anew() {
        if moved.effective_at > change.effective_at {
            store::silence::ask_again(&mut tx, change.id).await?;
        }
        follow_up(cx, &mut tx, &change, &moved, &altered).await?
    } else {
        store::silence::ask_anew(&mut tx, change.id).await?;
        moved.approved = false;
        announce_anew(cx, &mut tx, (&change, &moved), told, &news).await?
    };
    store::change::alter(&mut tx, &moved).await?;
    if state != change.state {
        store::change::move_state(&mut tx, change.id, change.state, state).await?;
    }
    let mut events = Vec::new();
    if from != to {
        events.push(Event::ChangeRescheduled { change: change.id, from, to });
    }
    if !altered.is_empty() {
        events.push(Event::ChangeAltered { change: change.id, differences: altered });
    }
    events.extend(cx.end_exclusions(&mut tx, &change, None).await?);
    tx.commit(events).await?;
    cx.bells.ring("announce");
    Ok(Done::with(&moved, state, notice_at))
}

/// Drops the change and tells everyone who had heard of it. Of one that is in use, `stops` says when that ends.
pub async fn withdraw(
    cx: &Context,
    actor: Actor,
    reference: &str,
    why: &str,
    stops: Option<Stops>,
) -> Result<Done, Error> {
    let (mut tx, change, open) = locked_in_order(cx, actor, reference).await?;
    check_stops(&change, stops)?;
    let illegal = |source| Error::Illegal { reference: change.reference.clone(), source };
    let state = change.state.after(Act::Withdraw).map_err(illegal)?;
    let builds_on = |other: &&Change| change.comes_before(other) && other.step().builds_on(&change.step());
    if let Some(other) = open.iter().find(builds_on) {
        return Err(built_upon(&change, other));
    }
    let announcement = store::notice::told_announcement(tx.conn(), change.id).await?;
    take_back(cx, &mut tx, &change, NoticeKind::ALL).await?;
    let now = tx.now();
    let mut notice_at = None;
    if let Some((announced, facts)) = announcement.filter(|_| change.published_at.is_some()) {
        let mut follow_up = cx.notice_about(NoticeKind::Withdrawn, std::slice::from_ref(&change));
        follow_up.announced_on = change.published_at.map(|at| cx.policy.zone.day_of(at));
        follow_up.old_effective_on = facts.first_change().map(|told| told.effective_on);
        follow_up.stops = stops;
        follow_up.why = Some(why.trim().to_owned()).filter(|why| !why.is_empty());
        cx.freeze(&mut tx, follow_up, Some(announced), now).await?;
        notice_at = Some(now);
    }
    if let Some(stops) = stops {
        store::change::set_in_use_until(&mut tx, change.id, stops.on).await?;
    }
    store::change::move_state(&mut tx, change.id, change.state, state).await?;
    store::change::set_next_look(&mut tx, change.id, None).await?;
    store::objection::close_as_change_withdrawn(&mut tx, change.id).await?;
    let in_use_until = stops.map(|stops| stops.on);
    let mut events = vec![Event::ChangeWithdrawn { change: change.id, reason: why.to_owned(), in_use_until }];
    // Planned again, it is asked for again.
    events.extend(cx.end_exclusions(&mut tx, &change, None).await?);
    tx.commit(events).await?;
    cx.bells.ring("announce");
    Ok(Done { awaits_approval: false, ..Done::with(&change, state, notice_at) })
}

/// What is in use goes on being said until its last day; of what is not, nothing ends.
fn check_stops(change: &Change, stops: Option<Stops>) -> Result<(), Error> {
    let reference = || change.reference.clone();
    match (&change.in_use, stops) {
        (Some(in_use), None) => Err(Error::StillInUse { reference: reference(), since: in_use.since }),
        (None, Some(_)) => Err(Error::NotInUse { reference: reference() }),
        (Some(in_use), Some(stops)) if stops.on < in_use.since => {
            Err(Error::StopsTooEarly { reference: reference(), since: in_use.since, on: stops.on })
        }
        (Some(_), Some(stops)) if stops.deletion_due < stops.on => {
            Err(Error::DeletedTooEarly { on: stops.on, deletion_due: stops.deletion_due })
        }
        (Some(_), Some(_)) | (None, None) => Ok(()),
    }
}

/// The change, locked with those whose order it belongs to, and the open changes.
async fn locked_in_order(
    cx: &Context,
    actor: Actor,
    reference: &str,
) -> Result<(Tx, Change, Vec<Change>), Error> {
    let mut tx = cx.begin(actor).await?;
    store::subprocessor::lock_register(&mut tx).await?;
    let change = store::change::by_reference(tx.conn(), reference).await?;
    let concerned: Vec<_> =
        [Some(change.subprocessor_id), change.replaces_id].into_iter().flatten().collect();
    store::change::lock_open_of(&mut tx, &concerned).await?;
    let change = store::change::lock(&mut tx, change.id).await?;
    if let Some(since) = change.in_force_for_some() {
        let since = cx.policy.zone.day_of(since);
        return Err(Error::InForceForSome { reference: change.reference, since });
    }
    let open = store::change::open(tx.conn()).await?;
    Ok((tx, change, open))
}

/// The change as it is wanted.
fn altered(cx: &Context, change: &Change, alteration: &Alteration) -> Result<Change, Refusal> {
    let refused = |field, why: &str| Refusal::Contradiction { field, why: why.to_owned() };
    let mut moved = change.clone();
    let draft = &mut moved.draft;
    match alteration.effective {
        Some(day) => draft.effective_on = day,
        None if change.state == State::Held => {
            return Err(refused("effective", "the change is held; name the day on which it is to start"));
        }
        None => {}
    }
    if !alteration.facts.is_empty() {
        if matches!(draft.kind, ChangeKind::Removal | ChangeKind::Correction) {
            return Err(refused("facts", "only its day can be moved; withdraw it and schedule another"));
        }
        if alteration.facts.iter().any(|(field, _)| field == "name") {
            return Err(refused(
                "name",
                "a change stays with its subprocessor; withdraw it and schedule another",
            ));
        }
        draft.facts = request::set(draft.facts.clone(), &alteration.facts)?;
        if alteration.facts.iter().any(|(field, _)| field == "products") {
            request::check_products(draft, &cx.settings.site.products)?;
        }
    }
    if *draft == change.draft {
        return Err(refused("effective", "nothing would be different; give another day or other facts"));
    }
    moved.effective_at = cx.policy.zone.first_instant(draft.effective_on);
    Ok(moved)
}

/// Refuses what would turn the order of one subprocessor's changes round where one builds on the other.
fn refuse_disorder(
    open: &[Change],
    change: &Change,
    moved: &Change,
    altered: &[Difference],
) -> Result<(), Error> {
    match change.disturbs(moved, altered, open) {
        Some(other) if change.comes_before(other) => Err(built_upon(change, other)),
        Some(other) => Err(built_upon(other, change)),
        None => Ok(()),
    }
}

fn built_upon(change: &Change, by: &Change) -> Error {
    Error::BuiltUpon {
        reference: change.reference.clone(),
        by: by.reference.clone(),
        on: by.draft.effective_on,
    }
}

/// What makes a plan another one than was announced.
struct News {
    earlier: bool,
    wider: Vec<&'static str>,
    /// Its notice would be too old on the day.
    aged: bool,
    /// It is to be announced anew as it is: nobody has heard of what is altered now.
    waits: bool,
}

/// Beside what its customers know: the plan as it stands, or, where that waits to be announced anew, the one announced before.
async fn news(cx: &Context, tx: &mut Tx, change: &Change, moved: &Change) -> Result<News, Error> {
    let told = was_told(change.state);
    let waits = told && store::notice::begun_announcement(tx.conn(), change.id).await?.is_none();
    let mut known = change.draft.clone();
    if waits && let Some((_, announced)) = store::notice::told_announcement(tx.conn(), change.id).await? {
        let of_change = announced.changes.iter().find(|told| told.id == change.id);
        known = of_change.map_or(known, ChangeFacts::draft);
    }
    let (to, today) = (moved.draft.effective_on, cx.policy.zone.day_of(tx.now()));
    Ok(News {
        earlier: to < known.effective_on || to <= today,
        wider: known.facts.widening(&moved.draft.facts),
        aged: told && !waits && !store::notice::is_valid_at(tx.conn(), change.id, moved.effective_at).await?,
        waits,
    })
}

impl News {
    fn starts_anew(&self) -> bool {
        self.earlier || self.aged || self.waits || !self.wider.is_empty()
    }

    /// As the end of a sentence: "the planned start is another day".
    fn in_words(&self, moved: &Change) -> String {
        let mut parts = Vec::new();
        if self.earlier {
            parts.push("the planned start is another day".to_owned());
        }
        if !self.wider.is_empty() {
            let fields = moved.draft.facts.fields();
            let named = fields.iter().filter(|(field, _)| self.wider.contains(field));
            let said: Vec<_> =
                named.map(|(field, value)| format!("{} ({value})", field.replace('_', " "))).collect();
            parts.push(format!("more is planned than it said: {}", said.join(", ")));
        }
        if self.aged && parts.is_empty() {
            parts.push("so much time has passed that we give it again".to_owned());
        }
        if parts.is_empty() {
            parts.push("we give it again".to_owned());
        }
        parts.join("; ")
    }
}

/// Tells those who know of the change about its later day, or that it is less than we wrote.
async fn follow_up(
    cx: &Context,
    tx: &mut Tx,
    change: &Change,
    moved: &Change,
    altered: &[Difference],
) -> Result<Option<DateTime<Utc>>, Error> {
    let Some((announced, _)) = store::notice::live_announcement(tx.conn(), change.id).await? else {
        return Ok(None);
    };
    let now = tx.now();
    let announced_on = change.published_at.map(|at| cx.policy.zone.day_of(at));
    if !altered.is_empty() {
        let mut facts = cx.notice_about(NoticeKind::Corrected, std::slice::from_ref(moved));
        facts.announced_on = announced_on;
        facts.correction = Some(Correction::of(&change.draft.facts.name, altered));
        cx.freeze(tx, facts, Some(announced), now).await?;
    }
    if moved.draft.effective_on != change.draft.effective_on {
        let mut facts = cx.notice_about(NoticeKind::Rescheduled, std::slice::from_ref(moved));
        facts.announced_on = announced_on;
        facts.old_effective_on = Some(change.draft.effective_on);
        cx.freeze(tx, facts, Some(announced), now).await?;
    }
    Ok(Some(now))
}

async fn announce_anew(
    cx: &Context,
    tx: &mut Tx,
    (change, moved): (&Change, &Change),
    told: bool,
    news: &News,
) -> Result<Option<DateTime<Utc>>, Error> {
    let now = tx.now();
    store::change::withdraw_approval(tx, change.id).await?;
    let drafts = [moved.draft.clone()];
    let mut candidates = store::entitlement::all(tx.conn(), cx.policy.zone.day_of(now)).await?;
    count_reached_by_hand(tx, change.id, &mut candidates).await?;
    let subjects = std::iter::once(Some(moved.subprocessor_id));
    let entitled = entitled(&candidates, drafts.iter().zip(subjects), &cx.policy, now);
    let plan = planned(cx, &cx.policy_for(change), &drafts, &entitled, now)?;
    if change.draft.kind == ChangeKind::Correction {
        return Ok(None);
    }
    let shared = store::notice::shared_announcement(tx.conn(), change.id).await?;
    if shared.is_some_and(|shared| shared.is_going_out) {
        return Err(Error::GoingOut { reference: change.reference.clone() });
    }
    let before = store::notice::told_announcement(tx.conn(), change.id).await?;
    // Published, and told nobody: what it left behind, a service by post, ends all the same.
    let follows = before.as_ref().filter(|_| change.published_at.is_some()).map(|(id, _)| *id);
    let before = before.filter(|_| told);
    take_back(cx, tx, change, &[NoticeKind::Announcement, NoticeKind::Rescheduled, NoticeKind::Corrected])
        .await?;
    let mut facts = cx.notice_about(NoticeKind::Announcement, std::slice::from_ref(moved));
    facts.replaces = before.as_ref().map(|(_, old)| Replaced {
        reference: old.reference.clone(),
        announced_on: cx.policy.zone.day_of(change.published_at.unwrap_or(now)),
        what_changed: news.in_words(moved),
    });
    cx.freeze(tx, facts, follows, plan.notice_at).await?;
    Ok(Some(plan.notice_at))
}

/// Whom the change reached by post or by hand can be reached, whatever its addresses.
pub(super) async fn count_reached_by_hand(
    tx: &mut Tx,
    change: ChangeId,
    candidates: &mut [Candidate],
) -> Result<(), Error> {
    let by_hand = store::entitlement::reached_by_hand(tx.conn(), change).await?;
    for candidate in candidates {
        candidate.reachable |= by_hand.contains(&candidate.customer);
    }
    Ok(())
}

/// Cancels the change's notices that have not gone out. One that it shares with other open changes goes on about those:
/// not begun, it is frozen anew without this one; begun, it is left to end.
async fn take_back(cx: &Context, tx: &mut Tx, change: &Change, kinds: &[NoticeKind]) -> Result<(), Error> {
    let shared = store::notice::shared_announcement(tx.conn(), change.id).await?;
    if let Some(shared) = shared.filter(|shared| !shared.has_begun) {
        store::notice::cancel_unbegun(tx, shared.id).await?;
        let mut facts = shared.facts;
        facts.changes.retain(|told| told.id != change.id);
        cx.freeze(tx, facts, shared.follows, shared.due_at).await?;
    }
    store::notice::cancel_of(tx, change.id, kinds).await?;
    Ok(())
}
