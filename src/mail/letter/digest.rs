//! The DPO's digest of a day: the one letter whose parts come from everywhere.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::ChangeName;
use crate::domain::change::State;
use crate::domain::notice::Processor;
use crate::domain::zone::Zone;

/// The DPO's day: what needs a person, what is coming, what could not be delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    pub processor: Processor,
    pub day: NaiveDate,
    pub zone: Zone,
    pub objections: Vec<DigestObjection>,
    pub changes: Vec<DigestChange>,
    pub failures: Vec<DigestFailure>,
    /// Those that wait to be confirmed.
    #[serde(default)]
    pub exclusions: Vec<DigestExclusion>,
    /// Letters that wait for the relay.
    pub waiting: u64,
    /// The first instant after which one of them would be too late.
    pub latest_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestObjection {
    pub reference: String,
    pub change_ref: String,
    pub customer: String,
    pub in_time: bool,
    pub answer_due_on: NaiveDate,
    /// That day is over, and nobody has answered.
    #[serde(default)]
    pub overdue: bool,
    /// The last day that the terms give to settle it.
    #[serde(default)]
    pub settle_by: Option<NaiveDate>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestChange {
    pub change: ChangeName,
    pub state: State,
    pub effective_on: NaiveDate,
    /// A second person has not said yes.
    #[serde(default)]
    pub awaits_approval: bool,
    /// In use since then, without completed notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_use_since: Option<NaiveDate>,
    /// Sentences; empty = nothing stands in the way.
    pub reasons: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestFailure {
    pub customer: String,
    pub address: String,
    pub code: Option<u16>,
    pub words: String,
}

/// A customer whose data must not reach a subprocessor; nobody has said yet that they cannot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestExclusion {
    /// Its reference, by which it is confirmed.
    pub customer: String,
    pub subprocessor: String,
    pub since: NaiveDate,
}
