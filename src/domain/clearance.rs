//! Clearance: whether one customer's data may go to one subprocessor at an instant, and why not.
//!
//! The rule of the [gate] for one customer, with what the gate of a single change does not know: exclusions, contracts,
//! and that a service can be lost after the effect. It answers from what has been decided: what no pass has put in force is not cleared,
//! whatever the hour. Deploy pipelines ask it before data flows.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::change::{Change, ChangeKind, State};
use super::gate::{self, OfCustomer};
use super::obligation::Standing;

words! {
    /// What keeps a customer's data back besides the reasons of the [gate].
    Kept {
        /// An objection, or silence under specific authorisation, keeps it out for good; confirmed or not.
        Excluded = "excluded",
        NotOnRegister = "not_on_register",
        /// No contract of the customer that runs on the day covers what the subprocessor is used for.
        NotCovered = "not_covered",
        /// The change that brings the subprocessor is not in force for this customer.
        NotInForce = "not_in_force",
        /// In use although the gate is shut: that clears nobody.
        InUseWithoutNotice = "in_use_without_notice",
    }
}

impl Kept {
    const fn in_words(self) -> &'static str {
        match self {
            Self::Excluded => "the customer is excluded from this subprocessor",
            Self::NotOnRegister => "the subprocessor is not on the register, and no change brings it",
            Self::NotCovered => "no contract of the customer covers what the subprocessor is used for",
            Self::NotInForce => "the change is not in force for this customer",
            Self::InUseWithoutNotice => "it is in use without completed notice, which clears nobody",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum Reason {
    Kept(Kept),
    Gate(gate::Reason),
}

impl Reason {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept(reason) => reason.as_str(),
            Self::Gate(reason) => reason.as_str(),
        }
    }

    /// The reason as a sentence for people.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Kept(reason) => reason.in_words(),
            Self::Gate(reason) => reason.in_words(),
        }
    }
}

/// One thing that keeps the customer's data back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Why {
    pub reason: Reason,
    /// The change it lies with; none: with the customer itself.
    pub change: Option<String>,
    /// When it stands in the way no longer, where that is an instant already known.
    pub until: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Cleared,
    /// `earliest`: not before that instant, by what is known now; none = nobody can say.
    NotCleared {
        whys: Vec<Why>,
        earliest: Option<DateTime<Utc>>,
    },
}

/// A change about the subprocessor, and where the customer stands with it.
#[derive(Clone, Debug)]
pub struct Step {
    pub change: Change,
    /// What it is to all its customers, while it is open.
    pub facts: Option<gate::Facts>,
    pub customer: OfCustomer,
    /// The customer's own start, where changes go live for each customer.
    pub in_force_at: Option<DateTime<Utc>>,
    /// The letter that served the customer came back, and nothing else has served it.
    pub service_lost: bool,
}

impl Step {
    fn joins(&self) -> bool {
        matches!(self.change.draft.kind, ChangeKind::Addition | ChangeKind::Replacement)
    }

    fn is_in_force(&self, at: DateTime<Utc>) -> bool {
        let own = self.in_force_at.into_iter().chain(self.change.took_effect_at).min();
        own.is_some_and(|since| since <= at)
    }

    /// The customer's own reasons. A bounce after the effect closes no book, and all the same takes the clearance back.
    fn of_customer(&self, at: DateTime<Utc>) -> Vec<Why> {
        let mut customer = self.customer.clone();
        if self.service_lost {
            customer.obligation = customer.obligation.map(|(_, consent)| (Standing::Owed, consent));
        }
        let mut whys = self.whys(&gate::shut_for_one(&customer, at));
        if self.keeps_out() {
            whys.push(self.why(Reason::Kept(Kept::Excluded), None));
        }
        whys
    }

    /// Whether the customer was silent under specific authorisation.
    fn keeps_out(&self) -> bool {
        let is_owed = |standing| !matches!(standing, Standing::Exempt { .. });
        self.customer.obligation.is_some_and(|(standing, consent)| is_owed(standing) && consent.excludes())
    }

    /// The reasons of the change itself. That a door has not read on keeps back nobody who is not kept back anyway.
    fn of_change(&self, at: DateTime<Utc>) -> Vec<Why> {
        let mut reasons = self.facts.as_ref().map(|facts| gate::shut_for_all(facts, at)).unwrap_or_default();
        reasons.remove(&gate::Reason::InboundBehind);
        self.whys(&reasons)
    }

    fn whys(&self, reasons: &BTreeSet<gate::Reason>) -> Vec<Why> {
        reasons.iter().map(|reason| self.why(Reason::Gate(*reason), self.until(*reason))).collect()
    }

    fn why(&self, reason: Reason, until: Option<DateTime<Utc>>) -> Why {
        Why { reason, change: Some(self.change.reference.clone()), until }
    }

    fn until(&self, reason: gate::Reason) -> Option<DateTime<Utc>> {
        let served = match self.customer.obligation {
            Some((Standing::Served(clearance), _)) => Some(clearance),
            Some((Standing::Owed | Standing::Exempt { .. }, _)) | None => None,
        };
        match reason {
            gate::Reason::NoticeShort => served.map(|served| served.earliest_by_notice),
            gate::Reason::WindowOpen => served.and_then(|served| served.window_closes_at),
            gate::Reason::RemedyRunning if self.keeps_out() => None,
            gate::Reason::RemedyRunning => {
                let running = self.customer.objections.iter().filter(|objection| objection.resolved);
                running.map(|objection| objection.clear_at).collect::<Option<Vec<_>>>()?.into_iter().max()
            }
            gate::Reason::NoticeMissing
            | gate::Reason::ConsentMissing
            | gate::Reason::ObjectionOpen
            | gate::Reason::ReplyUntriaged
            | gate::Reason::InboundBehind
            | gate::Reason::ApprovalMissing
            | gate::Reason::PredecessorOpen => None,
        }
    }
}

/// One customer and one subprocessor.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// Since when the customer is excluded, and until when.
    pub excluded: Option<(DateTime<Utc>, Option<DateTime<Utc>>)>,
    /// On the register of the day; inside, the change that says so, or none = stated at the import.
    pub listed: Option<Option<String>>,
    /// A contract that runs on the day covers a product that the subprocessor is used for.
    pub covered: bool,
    /// The changes about it that are planned or were decided, oldest first.
    pub steps: Vec<Step>,
}

impl Case {
    /// The last change that brought it, as of `at`.
    fn brought(&self, at: DateTime<Utc>) -> Option<usize> {
        self.steps.iter().rposition(|step| step.joins() && step.is_in_force(at))
    }

    fn is_listed(&self, at: DateTime<Utc>) -> bool {
        // The register knows days, an effect an instant.
        let not_yet = |step: &Step, by: &str| step.change.reference == by && !step.is_in_force(at);
        match &self.listed {
            None => false,
            Some(None) => true,
            Some(Some(by)) => !self.steps.iter().any(|step| step.joins() && not_yet(step, by)),
        }
    }
}

/// Whether the customer's data may go to the subprocessor at `at`.
pub fn judge(case: &Case, at: DateTime<Utc>) -> Answer {
    let of_customer = |kept| Why { reason: Reason::Kept(kept), change: None, until: None };
    let mut whys = Vec::new();
    let brought = case.brought(at);
    let own_start = brought.is_some_and(|place| case.steps[place].change.state.is_open());
    if case.is_listed(at) || own_start {
        let since_then = &case.steps[brought.unwrap_or_default()..];
        let in_force = since_then.iter().filter(|step| step.is_in_force(at) && !step.is_removal());
        whys.extend(in_force.flat_map(|step| step.of_customer(at)));
    } else if let Some(step) = case.steps.iter().rfind(|step| step.joins() && !step.is_in_force(at)) {
        whys.push(step.why(Reason::Kept(Kept::NotInForce), Some(step.starts_at())));
        whys.extend(step.of_customer(at));
        whys.extend(step.of_change(at).into_iter().filter(|why| !whys.contains(why)).collect::<Vec<_>>());
    } else {
        whys.push(of_customer(Kept::NotOnRegister));
    }
    // On file it is an exclusion from the subprocessor, whatever the change.
    if case.excluded.is_some_and(|(since, until)| since <= at && until.is_none_or(|until| until > at)) {
        whys.retain(|why| why.reason != Reason::Kept(Kept::Excluded));
        whys.insert(0, of_customer(Kept::Excluded));
    }
    let in_use = |step: &&Step| {
        step.change.in_use.is_some()
            && step.change.state.is_open()
            && !step.is_removal()
            && !step.is_in_force(at)
    };
    whys.extend(
        case.steps
            .iter()
            .filter(in_use)
            .map(|step| step.why(Reason::Kept(Kept::InUseWithoutNotice), Some(step.starts_at()))),
    );
    if !case.covered && whys.iter().all(|why| why.reason != Reason::Kept(Kept::NotOnRegister)) {
        whys.push(of_customer(Kept::NotCovered));
    }
    if whys.is_empty() {
        return Answer::Cleared;
    }
    let all_known: Option<Vec<_>> = whys.iter().map(|why| why.until).collect();
    let earliest = all_known.into_iter().flatten().max().filter(|earliest| *earliest > at);
    Answer::NotCleared { whys, earliest }
}

impl Step {
    fn is_removal(&self) -> bool {
        self.change.draft.kind == ChangeKind::Removal
    }

    /// When it came into force, or is to.
    fn starts_at(&self) -> DateTime<Utc> {
        self.change
            .took_effect_at
            .filter(|_| self.change.state == State::Effective)
            .unwrap_or(self.change.effective_at)
    }
}

#[cfg(test)]
mod tests;
