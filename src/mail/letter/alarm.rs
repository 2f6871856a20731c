//! What the DPO is told when it needs a person now.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{ChangeName, MailMatter};
use crate::domain::notice::Processor;
use crate::domain::objection::Step;
use crate::domain::reply_path::Proof;
use crate::domain::zone::Zone;

/// A letter to the DPO about what needs a person now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    pub processor: Processor,
    pub zone: Zone,
    pub at: DateTime<Utc>,
    pub what: Alarm,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "alarm", rename_all = "snake_case")]
pub enum Alarm {
    /// No contact of a customer could be reached: its obligation stays owed.
    Unreachable { change: ChangeName, customer: String, address: String, code: Option<u16>, words: String },
    /// One address refused the letter, the next contact has been asked.
    Refused {
        change: ChangeName,
        customer: String,
        address: String,
        code: Option<u16>,
        words: String,
        next: String,
    },
    /// The effective date came and the gate was shut.
    Held {
        change: ChangeName,
        old_effective_on: NaiveDate,
        reasons: Vec<String>,
        earliest_on: Option<NaiveDate>,
    },
    /// The effective date came, the gate was shut, and the policy has moved the date.
    Postponed { change: ChangeName, old_effective_on: NaiveDate, to: NaiveDate, reasons: Vec<String> },
    /// The effective date came, and the change is not in force for all its customers, each of whom starts by itself.
    KeptBack {
        change: ChangeName,
        effective_on: NaiveDate,
        /// Customers.
        in_force: u64,
        waiting: u64,
        reasons: Vec<String>,
    },
    /// The day has come, and what the indexes say of the gate is not what the rule says: a fault of ours.
    Undecided { change: ChangeName, fault: String },
    /// The notice of a held change has grown too old; `earliest_on`: if it is given again today.
    NoticeTooOld { change: ChangeName, since: NaiveDate, earliest_on: NaiveDate },
    ObjectionLodged {
        change: ChangeName,
        objection_ref: String,
        customer: String,
        in_time: bool,
        /// It came in time after an emergency's start: no gate waits for it.
        #[serde(default)]
        after_start: bool,
        answer_due_on: NaiveDate,
    },
    /// An objection came to light only after the change took effect, though it was in time.
    FoundAfterEffect { change: ChangeName, objection_ref: String, customer: String, since: NaiveDate },
    /// Something of an objection fell due; `day`: when the answer is due, or the last day to settle it.
    ObjectionWaits { change: ChangeName, objection_ref: String, customer: String, step: Step, day: NaiveDate },
    /// The letter that served a customer came back after the change had taken effect for it.
    ServiceLost { change: ChangeName, customer: String, address: String, words: String },
    /// A letter of this case has not arrived: a receipt, an answer, how it ended.
    LetterLost { objection_ref: String, customer: String, address: String, code: Option<u16>, words: String },
    /// A mail came in that a person must see.
    Mail {
        message: i64,
        /// Empty: nobody we know, or several.
        customer: String,
        sender: String,
        subject: String,
        /// The person's own.
        words: String,
        /// Who is named as successor or substitute.
        delegate: Option<String>,
        matter: MailMatter,
    },
    /// Customers said nothing where a yes was asked for: their exclusions are to be confirmed. `customers`: the references of
    /// the first of them.
    SilentExcluded { change: ChangeName, count: u64, customers: Vec<String> },
    /// Letters still wait and the last lawful instant is near, or comes before their turn. `out_at`: when the last of them is out
    /// as letters go now; none where none goes.
    AtRisk {
        change: ChangeName,
        waiting: u64,
        latest_at: DateTime<Utc>,
        #[serde(default)]
        out_at: Option<DateTime<Utc>>,
    },
    /// Letters waited at servers that have said until when they would try, and nothing came until then. `to`: the first of them.
    Unheard { change: ChangeName, letters: u64, to: Vec<String> },
    /// The relay refuses us as a sender, or says that we are over a limit: no address is to blame.
    RelayRefusesUs { relay: String, code: u16, words: String },
    /// A probe has been missing for an hour: announcements by the relay wait.
    ReplyPathLost {
        relay: String,
        proof: Proof,
        /// Where it went.
        address: String,
        since: DateTime<Utc>,
        /// Why what came back does not count; none: nothing came.
        flaw: Option<String>,
        /// What the relay said when it was handed over.
        code: Option<u16>,
        words: String,
    },
    /// A contact has named who should get a customer's letters in its place.
    SuccessorNamed { customer: String, address: String, successor: String, name: String },
}

impl Alarm {
    pub fn change_ref(&self) -> Option<&str> {
        self.change().map(|change| change.reference.as_str())
    }

    /// What stands in the way, where that is told: why, or who.
    pub fn reasons(&self) -> &[String] {
        match self {
            Self::Held { reasons, .. } | Self::Postponed { reasons, .. } | Self::KeptBack { reasons, .. } => {
                reasons
            }
            Self::Unheard { to, .. } => to,
            Self::Unreachable { .. }
            | Self::Refused { .. }
            | Self::NoticeTooOld { .. }
            | Self::Undecided { .. }
            | Self::ObjectionLodged { .. }
            | Self::FoundAfterEffect { .. }
            | Self::ObjectionWaits { .. }
            | Self::SilentExcluded { .. }
            | Self::AtRisk { .. }
            | Self::RelayRefusesUs { .. }
            | Self::ReplyPathLost { .. }
            | Self::SuccessorNamed { .. }
            | Self::ServiceLost { .. }
            | Self::LetterLost { .. }
            | Self::Mail { .. } => &[],
        }
    }

    /// The change it is about; none where it concerns a customer, or us, whatever is planned.
    pub fn change(&self) -> Option<&ChangeName> {
        match self {
            Self::Unreachable { change, .. }
            | Self::Refused { change, .. }
            | Self::Held { change, .. }
            | Self::Postponed { change, .. }
            | Self::KeptBack { change, .. }
            | Self::NoticeTooOld { change, .. }
            | Self::Undecided { change, .. }
            | Self::ObjectionLodged { change, .. }
            | Self::FoundAfterEffect { change, .. }
            | Self::ObjectionWaits { change, .. }
            | Self::SilentExcluded { change, .. }
            | Self::ServiceLost { change, .. }
            | Self::AtRisk { change, .. }
            | Self::Unheard { change, .. } => Some(change),
            Self::RelayRefusesUs { .. }
            | Self::ReplyPathLost { .. }
            | Self::SuccessorNamed { .. }
            | Self::LetterLost { .. }
            | Self::Mail { .. } => None,
        }
    }
}
