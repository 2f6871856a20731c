//! Changes: an intended addition, replacement, material change, removal or correction, and its life.
//!
//! [`Draft`] is what the DPO wants, [`plan`](super::plan) says whether it may be had, [`State`] is where it stands.
//! A change becomes effective only through [`gate::Open`](super::gate::Open).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::customer::GoLive;
use super::subprocessor::{Facts, SubprocessorId};

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
        &self.facts.products.0
    }
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
    pub in_use_since: Option<NaiveDate>,
    pub took_effect_at: Option<DateTime<Utc>>,
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

    #[test]
    fn nothing_leaves_an_end() {
        for state in [State::Effective, State::Withdrawn, State::Discarded] {
            assert!(Act::ALL.iter().all(|act| state.after(*act).is_err()));
        }
    }
}
