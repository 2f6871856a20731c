//! What came back: a mail as triage read it, before anybody acts on it.
//!
//! [`triage`](crate::mail::triage) makes a [`Reading`] of the bytes, the inbox keeps it beside them as `findings`, and
//! an action does what follows from it. A reading says what the mail says: which letter it names, and by which [`Rule`];
//! whether that letter arrived; whether its address lives; what the person wrote. It decides nothing about customers or
//! changes. What is in doubt is a person's mail, never a machine's.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::access::MailPurpose;
use super::delivery::DeliveryId;

words!(
    /// What a mail is, by its content, never by the address it came to.
    Class {
        /// A person wrote it.
        Reply = "reply",
        /// A letter failed, or waits: [`Reading::letter`] says which.
        Bounce = "bounce",
        /// A report of RFC 5965. It accuses us only where [`Complaint::accuses`] says so.
        Complaint = "complaint",
        AutoReply = "auto_reply",
        /// A letter arrived.
        DeliveryReport = "delivery_report",
        RelayEvent = "relay_event",
        Probe = "probe",
        /// Nothing in it says whose it is: no token, no Message-ID, no sender.
        Unmatched = "unmatched",
    }
);

words!(
    /// What became of the letter.
    LetterVerdict { Failed = "failed", Delayed = "delayed", Delivered = "delivered" }
);

words!(
    /// What a report says of the address, which may live although the letter failed.
    AddressVerdict { Dead = "dead", Alive = "alive" }
);

words!(
    /// How a mail is matched to a letter, in the order of chapter 10's table: the first that hits counts.
    Rule {
        EnvelopeToken = "envelope_token",
        RecipientToken = "recipient_token",
        RelayEvent = "relay_event",
        ReturnedDelivery = "returned_delivery",
        WireMessageId = "wire_message_id",
        Thread = "thread",
        QuotedToken = "quoted_token",
        EventAddress = "event_address",
        Sender = "sender",
        Reference = "reference",
    }
);

/// Something in the mail that may name a letter or a customer, and the rule by which it would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identifier {
    pub rule: Rule,
    #[serde(flatten)]
    pub names: Names,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Names {
    /// A token of ours, verified.
    Delivery {
        id: DeliveryId,
        purpose: MailPurpose,
    },
    /// A Message-ID without brackets, which a relay may have given to a letter of ours.
    MessageId(String),
    Address(String),
    /// `CHG-2026-0001`.
    Change(String),
}

/// The SMTP envelope, as far as the door knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// `Some("")` is the null sender; `None`: the door does not know.
    pub sender: Option<String>,
    pub recipients: Vec<String>,
}

/// Whose header fields are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// The name under which our mail system writes `Authentication-Results` (RFC 8601); those of others are ignored.
    pub authserv_id: Option<String>,
    /// How many `Received` fields, from the top, our own mail system adds.
    pub hops: usize,
}

/// What the trusted `Authentication-Results` says, in its own words (`pass`, `fail`, `none`…).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Authentication {
    pub authserv_id: String,
    pub spf: Option<String>,
    pub dkim: Option<String>,
    /// The signing domains of the signatures that passed.
    pub dkim_domains: Vec<String>,
    pub dmarc: Option<String>,
}

impl Authentication {
    /// What the same server says besides. The word above counts, but for a signature that passed.
    pub fn add(&mut self, below: Self) {
        self.spf = self.spf.take().or(below.spf);
        self.dmarc = self.dmarc.take().or(below.dmarc);
        self.dkim = if below.dkim_domains.is_empty() { self.dkim.take().or(below.dkim) } else { below.dkim };
        self.dkim_domains.extend(below.dkim_domains);
    }
}

words!(
    /// What kind of machine's answer it is.
    Automatic {
        OutOfOffice = "out_of_office",
        LeftCompany = "left_company",
        AddressChange = "address_change",
        TicketReceipt = "ticket_receipt",
        /// A robot wants to be answered before it lets the letter through: it has not arrived.
        Challenge = "challenge",
        ReadReceipt = "read_receipt",
        Other = "other",
    }
);

words!(
    /// Why no machine of ours may answer.
    Unanswerable {
        NotAPerson = "not_a_person",
        NullSender = "null_sender",
        NoSender = "no_sender",
        List = "list",
        /// From our address, and nothing says that it is a letter of ours.
        OwnMail = "own_mail",
        /// A letter of ours came back.
        OwnLetter = "own_letter",
        /// `mailer-daemon`, `noreply`, `owner-`…
        RobotAddress = "robot_address",
        /// More than 50 `Received` fields.
        Loop = "loop",
    }
);

/// What a report says of one recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportedRecipient {
    /// Where the letter was going in the end.
    pub address: Option<String>,
    /// What we had written to, if the report says so: the letter may have been forwarded.
    pub original: Option<String>,
    pub letter: Option<LetterVerdict>,
    /// It left for a system that reports nothing: no proof that it is in a mailbox.
    pub relayed_only: bool,
    pub verdict: Option<AddressVerdict>,
    /// RFC 3463.
    pub status: Option<String>,
    /// The server's words.
    pub diagnostic: Option<String>,
    pub will_retry_until: Option<DateTime<Utc>>,
    pub last_attempt: Option<DateTime<Utc>>,
}

/// A letter that we wrote to ourselves, as it came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Homecoming {
    pub probe: DeliveryId,
    /// Which letter it says it is, in the header that no relay touches.
    pub named: Option<DeliveryId>,
    /// Its Message-ID is the one under which it left.
    pub kept_message_id: bool,
    /// The hosts that received it on its way, as they call themselves.
    pub passed: Vec<String>,
}

/// RFC 5965.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Complaint {
    /// `abuse`, `opt-out`, `not-spam`, `auth-failure`…
    pub feedback_type: String,
    /// Somebody does not want our mail. Not so for `not-spam` and `auth-failure`: nobody may be suppressed for them.
    pub accuses: bool,
    /// May be empty or redacted (RFC 6590); then only a token says who.
    pub recipients: Vec<String>,
}

/// What a mail says. Kept as `inbound_message.findings`.
#[expect(clippy::struct_excessive_bools, reason = "each is a finding of its own")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub class: Class,
    /// Why it is of this class, in plain words.
    pub why: String,
    /// The best first.
    #[serde(default)]
    pub identifiers: Vec<Identifier>,
    #[serde(default)]
    pub letter: Option<LetterVerdict>,
    #[serde(default)]
    pub relayed_only: bool,
    #[serde(default)]
    pub address: Option<AddressVerdict>,
    #[serde(default)]
    pub failed_address: Option<String>,
    #[serde(default)]
    pub status: Option<String>,
    /// The words of the server that refused, or took.
    #[serde(default)]
    pub diagnostic: Option<String>,
    #[serde(default)]
    pub will_retry_until: Option<DateTime<Utc>>,
    #[serde(default)]
    pub last_attempt: Option<DateTime<Utc>>,
    /// Each recipient that a report names; the fields above are those of the one that the letter was for.
    #[serde(default)]
    pub recipients: Vec<ReportedRecipient>,
    #[serde(default)]
    pub complaint: Option<Complaint>,
    #[serde(default)]
    pub automatic: Option<Automatic>,
    /// Who is named as substitute or successor: a suggestion, no more.
    #[serde(default)]
    pub delegate: Option<String>,
    /// The person's words apart from quote and signature; the raw mail stays the evidence.
    #[serde(default)]
    pub own_words: String,
    /// It is encrypted, or in a box of another system: what `own_words` has is not what was said.
    #[serde(default)]
    pub wrapped: bool,
    /// It is longer than anything that is read: no machine says what it is.
    #[serde(default)]
    pub cut: bool,
    #[serde(default)]
    pub subject: Option<String>,
    /// The address in From.
    #[serde(default)]
    pub sender: Option<String>,
    #[serde(default)]
    pub sender_name: Option<String>,
    /// Without brackets.
    #[serde(default)]
    pub message_id: Option<String>,
    /// An objection at once: it came to an objection address, or begins with OBJECT or the language's word for it.
    #[serde(default)]
    pub objects: bool,
    /// It came to an unsubscribe address.
    #[serde(default)]
    pub unsubscribe: bool,
    /// The changes that its subject or the person's own words name, by reference: not what is quoted.
    #[serde(default)]
    pub changes: Vec<String>,
    #[serde(default)]
    pub authentication: Option<Authentication>,
    #[serde(default)]
    pub homecoming: Option<Homecoming>,
    /// None: a machine may answer, as far as the mail itself tells.
    #[serde(default)]
    pub unanswerable: Option<Unanswerable>,
}

impl Reading {
    /// Of this class for this reason, and nothing else known of it.
    pub fn of(class: Class, why: &str) -> Self {
        Self {
            class,
            why: why.to_owned(),
            identifiers: Vec::new(),
            letter: None,
            relayed_only: false,
            address: None,
            failed_address: None,
            status: None,
            diagnostic: None,
            will_retry_until: None,
            last_attempt: None,
            recipients: Vec::new(),
            complaint: None,
            automatic: None,
            delegate: None,
            own_words: String::new(),
            wrapped: false,
            cut: false,
            subject: None,
            sender: None,
            sender_name: None,
            message_id: None,
            objects: false,
            unsubscribe: false,
            changes: Vec::new(),
            authentication: None,
            homecoming: None,
            unanswerable: None,
        }
    }

    /// What nobody could read: a person's, with the reason why.
    pub fn unreadable(why: &str) -> Self {
        Self { unanswerable: Some(Unanswerable::NotAPerson), ..Self::of(Class::Unmatched, why) }
    }

    /// What a person is shown of it.
    pub fn words(&self) -> &str {
        const WRAPPED: &str = "(it is encrypted or wrapped: read the mail itself)";
        let words = self.own_words.trim();
        if self.wrapped && words.is_empty() { WRAPPED } else { words }
    }

    pub fn answerable(&self) -> bool {
        self.unanswerable.is_none()
    }

    /// The contact is gone, or writes that the address will be.
    pub fn left_company(&self) -> bool {
        matches!(self.automatic, Some(Automatic::LeftCompany))
    }

    /// The letter that the mail names by a verified token, and the rule by which.
    pub fn delivery(&self) -> Option<(DeliveryId, MailPurpose, Rule)> {
        self.identifiers.iter().find_map(|identifier| match identifier.names {
            Names::Delivery { id, purpose } => Some((id, purpose, identifier.rule)),
            Names::MessageId(_) | Names::Address(_) | Names::Change(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_comes_back_from_its_json_as_it_was_and_an_older_one_is_read() {
        let older: Reading =
            serde_json::from_str(r#"{"class":"reply","why":"no machine wrote it"}"#).unwrap();
        let delivery = Names::Delivery { id: DeliveryId(7), purpose: MailPurpose::Reply };
        let reading = Reading {
            identifiers: vec![
                Identifier { rule: Rule::EnvelopeToken, names: delivery },
                Identifier { rule: Rule::Sender, names: Names::Address("jane@customer.example".into()) },
            ],
            letter: Some(LetterVerdict::Failed),
            ..older
        };
        let json = serde_json::to_string(&reading).unwrap();
        assert_eq!(serde_json::from_str::<Reading>(&json).unwrap(), reading);
        assert_eq!(reading.delivery(), Some((DeliveryId(7), MailPurpose::Reply, Rule::EnvelopeToken)));
    }
}
