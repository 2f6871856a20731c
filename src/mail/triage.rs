//! Triage: what a mail that came back says, from its bytes alone.
//!
//! [`read`] takes the mail as a door kept it and makes a [`Reading`]: kinds in the order probe, report, bounce, automatic,
//! reply; tokens in the order of chapter 10's table. Actions act on readings, triage never does. It reads any bytes, in
//! time and memory bounded by their length, and in doubt takes a mail for a person's.

mod address;
mod fingerprint;
mod identify;
mod mime;
mod report;
mod trust;
mod verdict;

use crate::domain::access::{Keys, MailPurpose};
use crate::domain::inbound::{
    Automatic, Class, Envelope, LetterVerdict, Reading, ReportedRecipient, Trust, Unanswerable,
};

pub use fingerprint::{fingerprint, trace};

use identify::Found;
use mime::Mail;
use report::Report;

/// The addresses that are ours.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// In From: of letters to contacts, and to subscribers.
    pub from: Vec<String>,
}

impl Own {
    fn wrote(&self, sender: &str, keys: &Keys) -> bool {
        self.from.iter().any(|own| own.eq_ignore_ascii_case(sender)) || address::token(keys, sender).is_some()
    }
}

/// Reads a mail as it was received.
pub fn read(raw: &[u8], envelope: &Envelope, keys: &Keys, trust: &Trust, own: &Own) -> Reading {
    let mail = Mail::of(raw);
    let found = Found::of(&mail, envelope, keys);
    let mut reading = Reading { subject: mail.fields.text("Subject"), ..classified(&mail, &found) };
    let (name, sender) = mail.fields.mailboxes("From").into_iter().next().unzip();
    reading.sender = sender.map(|sender| address::bare(&sender));
    reading.sender_name = name.flatten();
    reading.message_id = mail.fields.first("Message-ID").map(|id| id.trim_matches(['<', '>']).to_owned());
    reading.objects = reading.class == Class::Reply && found.came_to(MailPurpose::Objection);
    reading.unsubscribe = found.came_to(MailPurpose::Unsubscribe);
    let returns = matches!(reading.class, Class::Bounce | Class::DeliveryReport | Class::Complaint);
    reading.identifiers = found.in_order(returns, reading.sender.as_deref());
    if reading.class == Class::Reply && reading.identifiers.is_empty() {
        reading.class = Class::Unmatched;
    }
    reading.authentication = trust::authentication(&mail.fields, trust);
    reading.received = trust::received(&mail.fields, trust);
    reading.unanswerable = unanswerable(&mail, &reading, envelope, |sender| own.wrote(sender, keys));
    reading
}

fn classified(mail: &Mail<'_>, found: &Found) -> Reading {
    if found.came_to(MailPurpose::Probe) {
        return of(Class::Probe, "it came to the address of a probe");
    }
    match report::read(mail) {
        Some(Report::Delivery(recipients)) => return delivered(recipients),
        Some(Report::Complaint(complaint)) => {
            let why = format!("a feedback report (RFC 5965) of type {:?}", complaint.feedback_type);
            return Reading { complaint: Some(complaint), ..of(Class::Complaint, &why) };
        }
        Some(Report::Receipt) => {
            let reading = of(Class::AutoReply, "a receipt of the reader's mail program (RFC 8098)");
            return Reading { automatic: Some(Automatic::ReadReceipt), ..reading };
        }
        None => {}
    }
    let submitted = mail.fields.first("Auto-Submitted").unwrap_or_default().to_ascii_lowercase();
    if submitted.starts_with("auto-") {
        let why = format!("Auto-Submitted: {submitted} (RFC 3834)");
        return Reading { automatic: Some(Automatic::Other), ..of(Class::AutoReply, &why) };
    }
    let words = mail.texts().find(|part| part.kind == "text/plain").map(mime::Part::text);
    Reading {
        own_words: words.unwrap_or_default(),
        ..of(Class::Reply, "nothing says that a machine wrote it")
    }
}

fn of(class: Class, why: &str) -> Reading {
    Reading {
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
        subject: None,
        sender: None,
        sender_name: None,
        message_id: None,
        objects: false,
        unsubscribe: false,
        authentication: None,
        received: None,
        unanswerable: None,
    }
}

/// A report on recipients, with that one's fate on top which matters most: a failure before a delay.
fn delivered(recipients: Vec<ReportedRecipient>) -> Reading {
    let of_fate = |fate| recipients.iter().find(|recipient| recipient.letter == Some(fate));
    let first = [LetterVerdict::Failed, LetterVerdict::Delayed, LetterVerdict::Delivered]
        .into_iter()
        .find_map(of_fate)
        .or(recipients.first())
        .cloned()
        .unwrap_or_default();
    let (class, why) = match first.letter {
        Some(LetterVerdict::Failed) => (Class::Bounce, "a delivery report (RFC 3464): failed"),
        Some(LetterVerdict::Delayed) => (Class::Bounce, "a delivery report (RFC 3464): delayed"),
        Some(LetterVerdict::Delivered) => (Class::DeliveryReport, "a delivery report (RFC 3464): delivered"),
        None => (Class::DeliveryReport, "a delivery report (RFC 3464) that says nothing of the letter"),
    };
    Reading {
        letter: first.letter,
        relayed_only: first.relayed_only,
        address: first.verdict,
        failed_address: (class == Class::Bounce).then(|| first.original.or(first.address)).flatten(),
        status: first.status,
        diagnostic: first.diagnostic,
        will_retry_until: first.will_retry_until,
        last_attempt: first.last_attempt,
        recipients,
        ..of(class, why)
    }
}

/// Why no machine may answer; chapter 10's rules against loops.
fn unanswerable(
    mail: &Mail<'_>,
    reading: &Reading,
    envelope: &Envelope,
    is_ours: impl Fn(&str) -> bool,
) -> Option<Unanswerable> {
    const RECEIVED_MAX: usize = 50;
    if !matches!(reading.class, Class::Reply | Class::Unmatched) {
        return Some(Unanswerable::NotAPerson);
    }
    if is_null_sender(mail, envelope) {
        return Some(Unanswerable::NullSender);
    }
    let Some(sender) = &reading.sender else { return Some(Unanswerable::NoSender) };
    if is_ours(sender) {
        return Some(Unanswerable::OwnMail);
    }
    if is_robot(sender) || envelope.sender.as_deref().is_some_and(|sender| is_robot(&address::bare(sender))) {
        return Some(Unanswerable::RobotAddress);
    }
    let precedence = mail.fields.first("Precedence").unwrap_or_default().to_ascii_lowercase();
    let is_list = ["List-Id", "List-Unsubscribe", "List-Post"].iter().any(|name| mail.fields.has(name));
    if is_list || matches!(&*precedence, "bulk" | "list" | "junk") {
        return Some(Unanswerable::List);
    }
    (mail.fields.raw("Received").count() > RECEIVED_MAX).then_some(Unanswerable::Loop)
}

/// The envelope says so, or, where the door does not know it, Return-Path.
fn is_null_sender(mail: &Mail<'_>, envelope: &Envelope) -> bool {
    let path = envelope.sender.clone().or_else(|| mail.fields.first("Return-Path"));
    path.is_some_and(|path| path.trim_matches(['<', '>', ' ']).is_empty())
}

fn is_robot(address: &str) -> bool {
    const ROBOTS: [&str; 8] = [
        "mailer-daemon",
        "postmaster",
        "noreply",
        "no-reply",
        "no_reply",
        "donotreply",
        "do-not-reply",
        "bounce",
    ];
    let local = address.split('@').next().unwrap_or_default();
    ROBOTS.contains(&local)
        || local.starts_with("owner-")
        || local.ends_with("-request")
        || local.ends_with("-bounces")
}

#[cfg(test)]
mod tests;
