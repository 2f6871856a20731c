//! Letters: everything that leaves by mail, as values that hold all that their words need.
//!
//! A *notice* goes to many readers: its facts are frozen once ([`NoticeFacts`]), what is the reader's own stands in
//! [`Reader`] and is asked when the letter is composed. An *occasional* letter goes to one: its facts
//! ([`Occasional`]) are frozen with its delivery. [`compose`](super::compose) makes the bytes, [`sample`] invents
//! dull facts for previews and tests.

mod alarm;
mod digest;
mod held_back;
mod inbox;
pub mod sample;

pub use alarm::{Alarm, Alert};
pub use digest::{Digest, DigestChange, DigestExclusion, DigestFailure, DigestObjection};
pub use held_back::HeldBack;
pub use inbox::{MailMatter, ReplyReceipt};

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::access::MailPurpose;
use crate::domain::customer::{Authorisation, Contract, Grounds, Wishes};
use crate::domain::delivery::DeliveryId;
use crate::domain::notice::{NoticeFacts, NoticeKind, Processor};
use crate::domain::objection::Resolution;
use crate::domain::zone::Zone;
use crate::mail::slot;

/// One letter to one reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Letter {
    Notice { facts: Arc<NoticeFacts>, reader: Box<Reader> },
    Occasional(Box<Occasional>),
}

/// What kind of letter it is: names its templates, its `Feedback-ID`, and how mail systems may answer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Announcement,
    Reminder,
    Rescheduled,
    Withdrawn,
    Held,
    Effective,
    Corrected,
    Receipt,
    /// To a reply that does not say what it is.
    Reply,
    Answer,
    /// That a yes is heard.
    Authorised,
    Confirmation,
    Alert,
    Digest,
    Test,
}

impl Kind {
    pub const ALL: [Self; 15] = [
        Self::Announcement,
        Self::Reminder,
        Self::Rescheduled,
        Self::Withdrawn,
        Self::Held,
        Self::Effective,
        Self::Corrected,
        Self::Receipt,
        Self::Reply,
        Self::Answer,
        Self::Authorised,
        Self::Confirmation,
        Self::Alert,
        Self::Digest,
        Self::Test,
    ];

    /// Also the name of its folder of templates.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Announcement => "announcement",
            Self::Reminder => "reminder",
            Self::Rescheduled => "rescheduled",
            Self::Withdrawn => "withdrawn",
            Self::Held => "held",
            Self::Effective => "effective",
            Self::Corrected => "corrected",
            Self::Receipt => "receipt",
            Self::Reply => "reply",
            Self::Answer => "answer",
            Self::Authorised => "authorised",
            Self::Confirmation => "confirmation",
            Self::Alert => "alert",
            Self::Digest => "digest",
            Self::Test => "test",
        }
    }
}

impl From<NoticeKind> for Kind {
    fn from(kind: NoticeKind) -> Self {
        match kind {
            NoticeKind::Announcement => Self::Announcement,
            NoticeKind::Reminder => Self::Reminder,
            NoticeKind::Rescheduled => Self::Rescheduled,
            NoticeKind::Withdrawn => Self::Withdrawn,
            NoticeKind::Held => Self::Held,
            NoticeKind::Effective => Self::Effective,
            NoticeKind::Corrected => Self::Corrected,
        }
    }
}

impl Letter {
    pub fn notice(facts: Arc<NoticeFacts>, reader: Reader) -> Self {
        Self::Notice { facts, reader: Box::new(reader) }
    }

    pub fn occasional(letter: Occasional) -> Self {
        Self::Occasional(Box::new(letter))
    }

    pub fn kind(&self) -> Kind {
        match self {
            Self::Notice { facts, .. } => facts.kind.into(),
            Self::Occasional(letter) => match **letter {
                Occasional::Receipt(_) => Kind::Receipt,
                Occasional::Reply(_) => Kind::Reply,
                Occasional::Answer(_) => Kind::Answer,
                Occasional::Authorised(_) => Kind::Authorised,
                Occasional::Confirmation(_) => Kind::Confirmation,
                Occasional::Alert(_) => Kind::Alert,
                Occasional::Digest(_) => Kind::Digest,
                Occasional::Test(_) | Occasional::Probe(_) => Kind::Test,
            },
        }
    }

    /// Whether it goes to somebody who asked for it and may leave with one click, not to a party of a contract.
    pub fn to_subscriber(&self) -> bool {
        match self {
            Self::Notice { reader, .. } => matches!(reader.standing, Standing::Subscriber { .. }),
            Self::Occasional(letter) => matches!(**letter, Occasional::Confirmation(_)),
        }
    }

    /// What answers to it are.
    pub fn answers_are(&self) -> MailPurpose {
        match self {
            Self::Occasional(letter) if matches!(**letter, Occasional::Probe(_)) => MailPurpose::Probe,
            Self::Notice { .. } | Self::Occasional(_) => MailPurpose::Reply,
        }
    }

    pub fn processor(&self) -> &Processor {
        match self {
            Self::Notice { facts, .. } => &facts.processor,
            Self::Occasional(letter) => match &**letter {
                Occasional::Receipt(receipt) => &receipt.processor,
                Occasional::Reply(reply) => &reply.processor,
                Occasional::Answer(answer) => &answer.processor,
                Occasional::Authorised(authorised) => &authorised.processor,
                Occasional::Confirmation(confirmation) => &confirmation.processor,
                Occasional::Alert(alert) => &alert.processor,
                Occasional::Digest(digest) => &digest.processor,
                Occasional::Test(test) | Occasional::Probe(test) => &test.processor,
            },
        }
    }

    /// The address of the public site, without a slash at the end.
    pub fn site(&self) -> Cow<'_, str> {
        slot::unmarked(self.processor().base_url.trim_end_matches('/'))
    }

    /// The reader's language, as the templates' folder is called.
    pub fn language(&self) -> &str {
        match self {
            Self::Notice { reader, .. } => &reader.language,
            Self::Occasional(letter) => match &**letter {
                Occasional::Receipt(receipt) => &receipt.language,
                Occasional::Reply(reply) => &reply.language,
                Occasional::Answer(answer) => &answer.language,
                Occasional::Authorised(authorised) => &authorised.language,
                Occasional::Confirmation(confirmation) => &confirmation.language,
                Occasional::Alert(_) | Occasional::Digest(_) | Occasional::Test(_) | Occasional::Probe(_) => {
                    "en"
                }
            },
        }
    }

    /// References of the changes it is about, for subject and headers.
    pub fn change_refs(&self) -> Vec<&str> {
        match self {
            Self::Notice { facts, .. } => {
                facts.changes.iter().map(|change| change.reference.as_str()).collect()
            }
            Self::Occasional(letter) => match &**letter {
                Occasional::Receipt(receipt) => {
                    receipt.changes.iter().map(|c| c.reference.as_str()).collect()
                }
                Occasional::Reply(reply) => reply.changes.iter().map(|c| c.reference.as_str()).collect(),
                Occasional::Answer(answer) => answer.changes.iter().map(|c| c.reference.as_str()).collect(),
                Occasional::Authorised(authorised) => vec![&authorised.change.reference],
                Occasional::Alert(alert) => alert.what.change_ref().into_iter().collect(),
                Occasional::Confirmation(_)
                | Occasional::Digest(_)
                | Occasional::Test(_)
                | Occasional::Probe(_) => Vec::new(),
            },
        }
    }
}

/// Why somebody reads a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// A contact of a customer that is owed this notice.
    Contact,
    /// A contact of a customer that signed while the change was on the public list: for information.
    LateJoiner {
        signed_on: NaiveDate,
    },
    Subscriber {
        subscribed_on: NaiveDate,
    },
}

/// The instant until which the reader may object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deadline {
    /// The contract counts days.
    At(DateTime<Utc>),
    /// The window is open until the change takes effect, at the earliest then.
    UntilEffect(DateTime<Utc>),
}

impl Deadline {
    pub fn instant(self) -> DateTime<Utc> {
        match self {
            Self::At(instant) | Self::UntilEffect(instant) => instant,
        }
    }
}

/// An emergency as this reader's contract allows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyNotice {
    pub days: u16,
    pub window_after_start: bool,
}

/// The reader's data have already gone to a subprocessor whose change is withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    pub since: NaiveDate,
    pub stops_on: NaiveDate,
    pub deletion_due: NaiveDate,
}

/// Everything in a notice that is the reader's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reader {
    pub standing: Standing,
    /// Name of the customer; of a subscriber who is nobody's, empty.
    pub customer: String,
    /// The processor's own number for the customer.
    pub customer_reference: Option<String>,
    pub contact_name: Option<String>,
    pub language: String,
    pub zone: Zone,
    /// As the contract names itself: "your data processing agreement of 3 May 2024".
    pub document: Option<String>,
    /// "section 6".
    pub clause: Option<String>,
    pub authorisation: Authorisation,
    pub grounds: Grounds,
    /// None: the contract gives no objection to such a change.
    pub deadline: Option<Deadline>,
    /// The instant the letter is composed: what is past and what is to come.
    pub now: DateTime<Utc>,
    /// Reference of this customer's objection, if there is one.
    pub objection: Option<String>,
    /// The customer is excluded: the subprocessor is not used for its data.
    pub excluded: bool,
    pub authorised_on: Option<NaiveDate>,
    pub emergency: Option<EmergencyNotice>,
    pub acts_for_others: bool,
    pub in_force: Option<InForce>,
    /// A correction: the letter before was not meant for this customer at all.
    pub was_not_meant: bool,
}

impl Reader {
    /// The contract's own name for itself and for the clause that this letter fulfils.
    pub fn cite(&mut self, contract: &Contract) {
        self.document.clone_from(&contract.document);
        self.clause.clone_from(&contract.clause);
    }
}

/// A letter on an occasion of its own, frozen in its delivery's facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "snake_case")]
pub enum Occasional {
    Receipt(Receipt),
    Reply(ReplyReceipt),
    Answer(Answer),
    Authorised(Authorised),
    Confirmation(Confirmation),
    Alert(Alert),
    Digest(Digest),
    Test(Test),
    /// To ourselves, to see whether what is answered reaches us: a test letter whose answers go nowhere else.
    Probe(Test),
}

/// A change as short letters name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeName {
    pub reference: String,
    pub subprocessor: String,
}

/// When an objection came, measured against the reader's deadline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "when", rename_all = "snake_case")]
pub enum Arrival {
    InTime {
        deadline: Deadline,
    },
    Late {
        deadline: Deadline,
    },
    /// The sender is nobody we know.
    UnknownSender,
    /// In time, in the window of an emergency that runs on after its start.
    AfterStart {
        deadline: Deadline,
        since: NaiveDate,
    },
    /// The change was already in force for this customer.
    AlreadyInForce {
        since: NaiveDate,
    },
}

/// The automatic receipt of an objection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub processor: Processor,
    pub language: String,
    pub zone: Zone,
    pub objection_ref: String,
    pub changes: Vec<ChangeName>,
    /// Those of them against which it came too late, where it is in time against the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<ChangeName>,
    #[serde(default)]
    pub held_back: HeldBack,
    /// Empty where the sender is unknown.
    pub customer: String,
    pub on_behalf_of: Option<String>,
    /// Name or address of who sent it.
    pub sender: String,
    pub received_at: DateTime<Utc>,
    pub arrival: Arrival,
    pub answer_due_on: NaiveDate,
    /// Verbatim.
    pub statement: String,
    /// The notice's delivery whose objection page this reader may open; none = this letter's own.
    pub object_page: Option<DeliveryId>,
    /// Message-ID of the mail that it acknowledges, to whoever wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
}

/// What the DPO answers to an objection, with the outcome once there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub processor: Processor,
    pub language: String,
    pub zone: Zone,
    pub objection_ref: String,
    pub changes: Vec<ChangeName>,
    #[serde(default)]
    pub held_back: HeldBack,
    pub customer: String,
    pub contact_name: Option<String>,
    pub received_at: DateTime<Utc>,
    /// The DPO's own words.
    pub words: String,
    pub outcome: Option<Resolution>,
    pub object_page: Option<DeliveryId>,
    /// The contact whose link took the objection back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_back_by: Option<String>,
    /// Message-ID of what its reader wrote last in this case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
}

/// The receipt of a yes that came by link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorised {
    pub processor: Processor,
    pub language: String,
    pub zone: Zone,
    pub change: ChangeName,
    pub customer: String,
    /// Address of the contact whose link it was.
    pub said_by: String,
    pub said_at: DateTime<Utc>,
    pub object_page: Option<DeliveryId>,
}

/// The second step of a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    pub processor: Processor,
    pub language: String,
    pub zone: Zone,
    /// The link works until then.
    pub valid_until: DateTime<Utc>,
    /// What was asked for; kept with the letter until its link is used.
    #[serde(default)]
    pub wishes: Wishes,
}

/// A letter that only shows that letters arrive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    pub processor: Processor,
    pub zone: Zone,
    pub at: DateTime<Utc>,
}
