//! Changes: an intended addition, replacement, material change, removal or correction, and its life.
//!
//! [`Draft`] is what the DPO wants, [`plan`](super::plan) says whether it may be had, [`State`] is where it stands.
//! A change becomes effective only through [`gate::Open`](super::gate::Open).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::customer::GoLive;
use super::subprocessor::{Difference, Facts, SubprocessorId};

id!(ChangeId);

words! {
    ChangeKind {
        Addition = "addition",
        Replacement = "replacement",
        MaterialChange = "material_change",
        Removal = "removal",
        /// Same legal person, no new processing: no period, shown in the change log.
        Correction = "correction",
    }
}

impl ChangeKind {
    /// Whether one customer may have it before another: nobody waits for a removal or a slip.
    pub const fn may_start_for_each(self) -> bool {
        matches!(self, Self::Addition | Self::Replacement | Self::MaterialChange)
    }
}

words! {
    /// Where a change stands. `effective`, `withdrawn` and `discarded` are ends.
    State {
        Draft = "draft",
        Scheduled = "scheduled",
        InNotice = "in_notice",
        Held = "held",
        Effective = "effective",
        Withdrawn = "withdrawn",
        Discarded = "discarded",
    }
}

words! {
    /// What can be done to a change, by a person or by the daemon.
    Act {
        Schedule = "schedule",
        Discard = "discard",
        /// The first announcement was accepted by the relay.
        Announce = "announce",
        /// Only with the gate's leave, or as a correction.
        TakeEffect = "take_effect",
        Hold = "hold",
        Reschedule = "reschedule",
        Withdraw = "withdraw",
    }
}

/// The act does not fit the state; the sentence names those that do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a change that is {state} cannot be {}; {}", past(*act), allowed(*state))]
pub struct IllegalAct {
    pub state: State,
    pub act: Act,
}

fn past(act: Act) -> &'static str {
    match act {
        Act::Schedule => "scheduled",
        Act::Discard => "discarded",
        Act::Announce => "announced",
        Act::TakeEffect => "put into effect",
        Act::Hold => "held",
        Act::Reschedule => "rescheduled",
        Act::Withdraw => "withdrawn",
    }
}

fn allowed(state: State) -> String {
    let acts: Vec<_> =
        Act::ALL.iter().filter(|act| state.after(**act).is_ok()).map(|act| act.as_str()).collect();
    if acts.is_empty() { "its life is over".to_owned() } else { format!("it allows {}", acts.join(", ")) }
}

impl State {
    /// The state after an act (chapter 2, "A change's life").
    pub fn after(self, act: Act) -> Result<Self, IllegalAct> {
        let next = match (self, act) {
            (Self::Draft, Act::Schedule) => Self::Scheduled,
            (Self::Draft, Act::Discard) => Self::Discarded,
            (Self::Scheduled, Act::Announce) => Self::InNotice,
            (Self::Scheduled | Self::InNotice | Self::Held, Act::TakeEffect) => Self::Effective,
            (Self::Scheduled | Self::InNotice, Act::Hold) => Self::Held,
            (Self::Scheduled | Self::InNotice, Act::Reschedule) => self,
            (Self::Held, Act::Reschedule) => Self::InNotice,
            (Self::Scheduled | Self::InNotice | Self::Held, Act::Withdraw) => Self::Withdrawn,
            (state, act) => return Err(IllegalAct { state, act }),
        };
        Ok(next)
    }

    /// Whether it may still take effect: its obligations can grow and shrink.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Scheduled | Self::InNotice | Self::Held)
    }
}

/// What the DPO wants to do, before anybody has said that it may be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub kind: ChangeKind,
    /// The facts as they will be; of a removal, as they were last.
    pub facts: Facts,
    /// The facts as they are: of a material change, correction or removal.
    pub before: Option<Facts>,
    /// The name of the subprocessor replaced.
    pub replaces: Option<String>,
    pub reason: String,
    pub effective_on: NaiveDate,
    /// The justification, where it cannot wait.
    pub emergency: Option<String>,
}

impl Draft {
    /// The scope in product tags; empty = all.
    pub fn products(&self) -> &[String] {
        if self.facts.serves_all() { &[] } else { &self.facts.products.0 }
    }

    /// The facts it leaves behind where `current` stand before it: an alteration sets what it alters and nothing else.
    pub fn upon(&self, current: Option<&Facts>) -> Facts {
        match (self.kind, &self.before, current) {
            (ChangeKind::MaterialChange | ChangeKind::Correction, Some(before), Some(current)) => {
                current.altered(before, &self.facts)
            }
            (ChangeKind::Removal, _, Some(current)) => current.clone(),
            _ => self.facts.clone(),
        }
    }

    /// Whether it alters one of these facts.
    pub fn alters_any(&self, facts: &[Difference]) -> bool {
        self.alters().iter().any(|mine| facts.iter().any(|theirs| theirs.field == mine.field))
    }

    fn alters(&self) -> Vec<Difference> {
        match self.kind {
            ChangeKind::MaterialChange | ChangeKind::Correction => {
                self.before.as_ref().map(|before| before.differences(&self.facts)).unwrap_or_default()
            }
            ChangeKind::Addition | ChangeKind::Replacement | ChangeKind::Removal => Vec::new(),
        }
    }
}

/// A change in the order of those about the same subprocessor.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    pub subprocessor: SubprocessorId,
    pub replaces: Option<SubprocessorId>,
    pub draft: &'a Draft,
}

impl Step<'_> {
    fn is_about(&self, subprocessor: SubprocessorId) -> bool {
        self.subprocessor == subprocessor || self.replaces == Some(subprocessor)
    }

    fn joins(&self) -> Option<SubprocessorId> {
        let joins = matches!(self.draft.kind, ChangeKind::Addition | ChangeKind::Replacement);
        joins.then_some(self.subprocessor)
    }

    fn leaves(&self) -> Option<SubprocessorId> {
        match self.draft.kind {
            ChangeKind::Removal => Some(self.subprocessor),
            ChangeKind::Replacement => self.replaces,
            ChangeKind::Addition | ChangeKind::MaterialChange | ChangeKind::Correction => None,
        }
    }

    /// Whether it was planned on what `earlier` brings about: without it, or before it, this says what is not so.
    pub fn builds_on(&self, earlier: &Step<'_>) -> bool {
        let joined = earlier.joins().is_some_and(|id| self.is_about(id));
        let left = earlier.leaves().is_some_and(|id| self.joins() == Some(id));
        joined || left || self.alters_the_same_as(earlier)
    }

    fn alters_the_same_as(&self, other: &Step<'_>) -> bool {
        self.subprocessor == other.subprocessor && self.draft.alters_any(&other.draft.alters())
    }

    /// Whether it may take effect before `later`, which is about the same subprocessor and already planned.
    pub fn may_precede(&self, later: &Step<'_>) -> bool {
        let takes_away = self.leaves().is_some_and(|id| later.is_about(id));
        !takes_away && !self.builds_on(later) && !later.builds_on(self)
    }
}

/// A subprocessor that is in use before its change may take effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InUse {
    pub since: NaiveDate,
    pub why: String,
}

/// A change on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub id: ChangeId,
    pub reference: String,
    pub state: State,
    pub subprocessor_id: SubprocessorId,
    pub replaces_id: Option<SubprocessorId>,
    pub draft: Draft,
    /// The first instant of the effective day in the policy's zone.
    pub effective_at: DateTime<Utc>,
    pub go_live: GoLive,
    pub published_at: Option<DateTime<Utc>>,
    pub needs_approval: bool,
    pub approved: bool,
    /// In use although the gate is shut: said everywhere, opens nothing.
    pub in_use: Option<InUse>,
    /// Since when it is in force for the first of its customers, where each starts by itself.
    pub first_in_force_at: Option<DateTime<Utc>>,
    pub took_effect_at: Option<DateTime<Utc>>,
}

impl Change {
    /// Whether it is planned for each customer by itself, whatever keeps back the others.
    pub fn is_for_each(&self) -> bool {
        self.go_live == GoLive::PerCustomer && self.draft.kind.may_start_for_each()
    }

    /// Whether each customer starts when nothing of its own is in the way. One that was held starts for all together
    /// unless it is rescheduled.
    pub fn starts_for_each(&self) -> bool {
        self.is_for_each() && self.state == State::InNotice
    }

    /// Since when it is in force for some of its customers and not for all.
    pub fn in_force_for_some(&self) -> Option<DateTime<Utc>> {
        self.first_in_force_at.filter(|_| self.state.is_open())
    }

    /// Whether a second person has still to say yes.
    pub fn awaits_approval(&self) -> bool {
        self.state.is_open() && self.needs_approval && !self.approved
    }

    pub fn step(&self) -> Step<'_> {
        Step { subprocessor: self.subprocessor_id, replaces: self.replaces_id, draft: &self.draft }
    }

    /// Whether it takes effect before `other`: by their days, then by their numbers.
    pub fn comes_before(&self, other: &Self) -> bool {
        (self.effective_at, self.id) < (other.effective_at, other.id)
    }

    /// Which of the open changes would stand in another order to it, though one builds on the other, were it `moved`.
    pub fn disturbs<'a>(&self, moved: &Self, altered: &[Difference], open: &'a [Self]) -> Option<&'a Self> {
        open.iter().filter(|other| other.id != self.id && self.shares_a_subprocessor(other)).find(|other| {
            match (self.comes_before(other), moved.comes_before(other)) {
                (true, false) => !other.step().may_precede(&moved.step()),
                (false, true) => !moved.step().may_precede(&other.step()),
                (true, true) => other.draft.alters_any(altered),
                (false, false) => false,
            }
        })
    }

    fn shares_a_subprocessor(&self, other: &Self) -> bool {
        [Some(other.subprocessor_id), other.replaces_id].contains(&Some(self.subprocessor_id))
            || self.replaces_id == Some(other.subprocessor_id)
    }

    /// A removal recorded after its day: told at once, and gone since that day.
    pub fn was_told_afterwards(&self) -> bool {
        self.draft.kind == ChangeKind::Removal
            && self.state != State::Held
            && self.published_at.is_some_and(|at| at >= self.effective_at)
    }
}

/// `CHG-2026-0001`: the year it was scheduled in, and a number that never repeats.
pub fn reference(year: i32, number: ChangeId) -> String {
    format!("CHG-{year}-{:04}", number.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_illegal_act_names_the_legal_ones() {
        assert_eq!(
            State::Held.after(Act::Announce).unwrap_err().to_string(),
            "a change that is held cannot be announced; it allows take_effect, reschedule, withdraw"
        );
        assert_eq!(
            State::Effective.after(Act::Withdraw).unwrap_err().to_string(),
            "a change that is effective cannot be withdrawn; its life is over"
        );
    }

    fn draft(kind: ChangeKind, before: Option<&str>, after: &str) -> Draft {
        let facts = |text: &str| {
            let mut facts = Facts { name: "Nimbus".into(), ..Facts::default() };
            for (field, value) in text.split(',').filter_map(|pair| pair.split_once('=')) {
                facts.set(field, value).unwrap();
            }
            facts
        };
        Draft {
            kind,
            facts: facts(after),
            before: before.map(facts),
            replaces: None,
            reason: "because".into(),
            effective_on: "2027-01-15".parse().unwrap(),
            emergency: None,
        }
    }

    fn step(draft: &Draft) -> Step<'_> {
        Step { subprocessor: SubprocessorId(1), replaces: None, draft }
    }

    #[test]
    fn an_alteration_builds_on_what_lists_its_subprocessor_and_on_the_same_fact() {
        let addition = draft(ChangeKind::Addition, None, "countries=DE");
        let place = draft(ChangeKind::MaterialChange, Some("countries=DE"), "countries=DE;US");
        let place_again = draft(ChangeKind::MaterialChange, Some("countries=DE;US"), "countries=US");
        let website = draft(ChangeKind::Correction, Some("countries=DE"), "countries=DE,website=w");
        let removal = draft(ChangeKind::Removal, Some("countries=DE"), "countries=DE");
        assert!(step(&place).builds_on(&step(&addition)));
        assert!(step(&place_again).builds_on(&step(&place)));
        assert!(!step(&website).builds_on(&step(&place)));
        assert!(!step(&removal).builds_on(&step(&place)));
        assert!(step(&addition).builds_on(&step(&removal)));
        // Of another subprocessor, nothing.
        let other = Step { subprocessor: SubprocessorId(2), ..step(&place_again) };
        assert!(!other.builds_on(&step(&place)));
    }

    #[test]
    fn only_what_disturbs_nothing_may_go_first() {
        let place = draft(ChangeKind::MaterialChange, Some("countries=DE"), "countries=DE;US");
        let website = draft(ChangeKind::Correction, Some("countries=DE"), "countries=DE,website=w");
        let removal = draft(ChangeKind::Removal, Some("countries=DE"), "countries=DE");
        assert!(step(&website).may_precede(&step(&place)));
        assert!(step(&place).may_precede(&step(&removal)));
        assert!(!step(&removal).may_precede(&step(&place)));
        assert!(!step(&place).may_precede(&step(&place)));
    }

    #[test]
    fn an_alteration_sets_what_it_alters_upon_what_stands_by_then() {
        let website = draft(ChangeKind::Correction, Some("countries=DE"), "countries=DE,website=w");
        let by_then = draft(ChangeKind::Addition, None, "countries=FR").facts;
        assert_eq!(
            website.upon(Some(&by_then)),
            draft(ChangeKind::Addition, None, "countries=FR,website=w").facts
        );
    }

    #[test]
    fn nothing_leaves_an_end() {
        for state in [State::Effective, State::Withdrawn, State::Discarded] {
            assert!(Act::ALL.iter().all(|act| state.after(*act).is_err()));
        }
    }
}
