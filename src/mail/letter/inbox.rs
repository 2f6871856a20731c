//! Why the DPO hears of a mail that came in, and what its sender is asked.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{ChangeName, Deadline};
use crate::domain::delivery::DeliveryId;
use crate::domain::notice::Processor;
use crate::domain::zone::Zone;

/// The receipt of a reply that does not say what it is: it counts as an objection until this is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyReceipt {
    pub processor: Processor,
    pub language: String,
    pub zone: Zone,
    /// Our number of the mail.
    pub message: i64,
    /// Its Message-ID, without brackets.
    pub in_reply_to: Option<String>,
    pub changes: Vec<ChangeName>,
    pub customer: String,
    pub received_at: DateTime<Utc>,
    pub deadline: Deadline,
    pub answer_due_on: NaiveDate,
    /// The person's own words.
    pub statement: String,
    /// The letter that it answers.
    pub answers: Option<DeliveryId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "matter", rename_all = "snake_case")]
pub enum MailMatter {
    /// A customer's reply: question or objection. `holds`: changes wait for the answer.
    Reply { holds: bool },
    /// Of somebody we do not know; it may be anybody's objection.
    Stranger { holds: bool },
    /// It answers a letter of this case.
    Case { objection_ref: String },
    /// A machine says that a contact is gone.
    ContactLeft,
    /// A contact, or its provider, does not want our mail.
    Complaint,
    /// More has come than is told one by one.
    Many,
}
