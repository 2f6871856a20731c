//! Notices: the message that tells one audience about one or more changes, frozen when it is scheduled.
//!
//! [`schedule_change`](crate::actions::schedule_change) and its kin freeze one, announce fans it out into deliveries,
//! deliver composes each reader's letter from the frozen facts and the reader's own terms, so that the exact bytes
//! sent to anyone can be made again years later.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::change::{Change, ChangeId, ChangeKind, Draft, InUse, State};
use super::subprocessor::{Difference, Facts, SubprocessorId};
use super::zone::Zone;

id!(NoticeId);

words! {
    NoticeKind {
        Announcement = "announcement",
        Reminder = "reminder",
        Rescheduled = "rescheduled",
        Withdrawn = "withdrawn",
        Held = "held",
        Effective = "effective",
        Corrected = "corrected",
    }
}

/// Who writes: the processor as its letters name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Processor {
    pub name: String,
    pub legal_name: String,
    pub dpo_name: String,
    pub dpo_address: String,
    pub postal_address: String,
    /// Of the public site, without a slash at the end.
    pub base_url: String,
}

/// One change as a letter tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeFacts {
    pub id: ChangeId,
    pub reference: String,
    pub kind: ChangeKind,
    pub subprocessor: SubprocessorId,
    pub facts: Facts,
    pub before: Option<Facts>,
    pub replaces: Option<String>,
    pub reason: String,
    pub effective_on: NaiveDate,
    pub effective_at: DateTime<Utc>,
    pub emergency: Option<String>,
    /// Each customer starts by itself: its letter names its own day.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub for_each: bool,
}

impl ChangeFacts {
    /// What was planned, as the rules of entitlement read it.
    pub fn draft(&self) -> Draft {
        Draft {
            kind: self.kind,
            facts: self.facts.clone(),
            before: self.before.clone(),
            replaces: self.replaces.clone(),
            reason: self.reason.clone(),
            effective_on: self.effective_on,
            emergency: self.emergency.clone(),
        }
    }
}

impl From<&Change> for ChangeFacts {
    fn from(change: &Change) -> Self {
        Self {
            id: change.id,
            reference: change.reference.clone(),
            kind: change.draft.kind,
            subprocessor: change.subprocessor_id,
            facts: change.draft.facts.clone(),
            before: change.draft.before.clone(),
            replaces: change.draft.replaces.clone(),
            reason: change.draft.reason.clone(),
            effective_on: change.draft.effective_on,
            effective_at: change.effective_at,
            emergency: change.draft.emergency.clone(),
            for_each: change.is_for_each(),
        }
    }
}

/// What a notice says to everybody; frozen in `notice.facts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeFacts {
    pub kind: NoticeKind,
    /// `NTC-2026-0001`.
    pub reference: String,
    pub processor: Processor,
    pub policy_zone: Zone,
    pub changes: Vec<ChangeFacts>,
    /// Of a follow-up: the day the announcement went out.
    pub announced_on: Option<NaiveDate>,
    /// Of a follow-up: the date it is about, where that is no longer the change's.
    pub old_effective_on: Option<NaiveDate>,
    /// The subprocessor is in use although its change is not in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_use: Option<InUse>,
    /// Of a withdrawal of what is in use: when that ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stops: Option<Stops>,
    /// Of a withdrawal: why, if said.
    pub why: Option<String>,
    /// Of a reminder: it goes to those whose deadline lies in this half-open span.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadlines_between: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Of an announcement that starts the period anew: the one it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Replaced>,
    /// Of a correction: the slip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Correction>,
    /// Of an announcement: it tells of what has happened, a removal recorded after its day. Nothing is owed for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub afterwards: bool,
}

/// How the use ends of what is withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stops {
    /// The last day of use.
    pub on: NaiveDate,
    /// By when the data are deleted or returned, that day included (Art. 28(3)(g) GDPR).
    pub deletion_due: NaiveDate,
}

/// The announcement that a new one replaces, because the plan became earlier or wider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    pub reference: String,
    pub announced_on: NaiveDate,
    /// In words, as the end of a sentence: "the start is a week earlier".
    pub what_changed: String,
}

/// A slip in a letter; nothing became earlier or wider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub field: String,
    pub old_value: String,
    pub new_value: String,
}

impl Correction {
    /// What of a subprocessor's facts reads otherwise: "what we wrote of Nimbus (address, contact)".
    pub fn of(name: &str, differences: &[Difference]) -> Self {
        let joined = |parts: Vec<String>, by: &str| parts.join(by);
        let labels = differences.iter().map(|d| d.field.replace('_', " ")).collect();
        let shown = |value: &str| {
            if value.is_empty() {
                "nothing".to_owned()
            } else {
                value.replace(';', "; ").replace(";  ", "; ")
            }
        };
        Self {
            field: format!("what we wrote of {name} ({})", joined(labels, ", ")),
            old_value: joined(differences.iter().map(|d| shown(&d.before)).collect(), " and "),
            new_value: joined(differences.iter().map(|d| shown(&d.after)).collect(), " and "),
        }
    }
}

impl NoticeFacts {
    /// What every notice says; it gets its number when it is frozen.
    pub fn about(
        kind: NoticeKind,
        processor: Processor,
        policy_zone: Zone,
        changes: Vec<ChangeFacts>,
    ) -> Self {
        Self {
            kind,
            reference: String::new(),
            processor,
            policy_zone,
            changes,
            announced_on: None,
            old_effective_on: None,
            in_use: None,
            stops: None,
            why: None,
            deadlines_between: None,
            replaces: None,
            correction: None,
            afterwards: false,
        }
    }

    /// The change a letter's subject names when there is only one.
    pub fn first_change(&self) -> Option<&ChangeFacts> {
        self.changes.first()
    }
}

/// `NTC-2026-0001`.
pub fn reference(year: i32, number: NoticeId) -> String {
    format!("NTC-{year}-{:04}", number.0)
}

/// Whether a change in `state` has been told to anybody, so that a follow-up is due.
pub fn was_told(state: State) -> bool {
    matches!(state, State::InNotice | State::Held)
}
