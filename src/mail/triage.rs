//! Triage: what a mail that came back says, from its bytes alone.
//!
//! [`read`] takes the mail as a door kept it and makes a [`Reading`]: kinds in the order probe, report, bounce, automatic,
//! reply; tokens in the order of chapter 10's table. Actions act on readings, triage never does. It reads any bytes, in
//! time and memory bounded by their length, and in doubt takes a mail for a person's.

mod address;
mod automatic;
mod bounce;
mod fingerprint;
mod homecoming;
mod html;
mod identify;
mod mime;
mod objecting;
mod own_words;
mod report;
mod trust;
mod verdict;
mod wording;
mod wrapped;

use chrono::{DateTime, Utc};

use crate::domain::access::{Keys, MailPurpose};
use crate::domain::inbound::{
    Automatic, Class, Envelope, LetterVerdict, Reading, ReportedRecipient, Trust, Unanswerable,
};

pub use fingerprint::{fingerprint, trace};

use identify::Found;
use mime::{Fields, Mail};
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
    let opened = wrapped::opened(raw);
    let mail = Mail::of(opened.as_deref().unwrap_or(raw));
    let found = Found::of(&mail, envelope, keys);
    let is_ours = |address: &str| own.wrote(address, keys);
    let mut reading = classified(&mail, &found, envelope, keys, is_ours);
    let (name, sender) = mail.fields.mailboxes("From").into_iter().next().unzip();
    reading.subject = mail.fields.text("Subject");
    reading.sender = sender.map(|sender| address::bare(&sender));
    reading.sender_name = name.flatten();
    let id = mail.fields.first("Message-ID").map(|id| id.trim_matches(['<', '>']).to_owned());
    reading.message_id = id.filter(|id| may_be_answered_to(id));
    reading.objects = reading.class == Class::Reply
        && (found.came_to(MailPurpose::Objection)
            || objecting::is_said(reading.subject.as_deref(), &reading.own_words));
    if reading.class == Class::Reply {
        reading.changes = identify::named_in(reading.subject.as_deref(), &reading.own_words);
    }
    reading.unsubscribe = found.came_to(MailPurpose::Unsubscribe);
    reading.homecoming =
        (reading.class == Class::Probe).then(|| homecoming::of(&mail, &found, keys)).flatten();
    let returns = matches!(reading.class, Class::Bounce | Class::DeliveryReport | Class::Complaint);
    reading.identifiers = found.in_order(returns, reading.sender.as_deref());
    if reading.class == Class::Reply && reading.identifiers.is_empty() {
        reading.class = Class::Unmatched;
    }
    reading.authentication = trust::authentication(&mail.fields, trust);
    reading.unanswerable = if is_own_letter(&mail, &reading, keys, is_ours) {
        Some(Unanswerable::OwnLetter)
    } else {
        unanswerable(&mail, &reading, envelope, is_ours)
    };
    reading
}

/// The earliest instant at which one of our own servers says it had the mail.
pub fn received_by_us(raw: &[u8], trusted_hops: usize) -> Option<DateTime<Utc>> {
    if trusted_hops == 0 {
        return None;
    }
    trust::received(&Fields::of(raw), trusted_hops)
}

fn classified(
    mail: &Mail<'_>,
    found: &Found,
    envelope: &Envelope,
    keys: &Keys,
    is_ours: impl Fn(&str) -> bool,
) -> Reading {
    if found.came_to(MailPurpose::Probe) {
        return Reading::of(Class::Probe, "it came to the address of a probe");
    }
    if homecoming::is_probe(mail, keys, &is_ours) {
        return Reading::of(Class::Probe, "it is a probe to our own sender");
    }
    match report::read(mail) {
        Some(Report::Delivery(recipients)) => {
            return delivered(mail, recipients, "a delivery report (RFC 3464)");
        }
        Some(Report::Complaint(complaint)) => {
            let why = format!("a feedback report (RFC 5965) of type {:?}", complaint.feedback_type);
            return Reading { complaint: Some(complaint), ..Reading::of(Class::Complaint, &why) };
        }
        Some(Report::Unfinished) => {
            if let Some((recipients, why)) = bounce::read(mail, envelope, true) {
                return delivered(mail, recipients, &why);
            }
        }
        Some(Report::Receipt) => {
            let reading = Reading::of(Class::AutoReply, "a receipt of the reader's mail program (RFC 8098)");
            let automatic = Some(Automatic::ReadReceipt);
            return Reading { automatic, own_words: own_words::of(mail), ..reading };
        }
        None => {}
    }
    if let Some((recipients, why)) = bounce::read(mail, envelope, false) {
        return delivered(mail, recipients, &why);
    }
    let own_words = own_words::of(mail);
    let is_wrapped = wrapped::is_in(mail);
    let is_cut = own_words::is_cut(mail);
    let declared = || {
        mail.fields.first("Auto-Submitted").is_some_and(|said| said.to_ascii_lowercase().starts_with("auto-"))
    };
    // By its subject alone nothing is a machine's that cannot be read to its end.
    if (!is_wrapped && !is_cut || declared())
        && let Some(answer) = automatic::read(mail, envelope, is_ours)
    {
        let automatic::Answer { kind, delegate, why } = answer;
        return Reading { automatic: Some(kind), delegate, own_words, ..Reading::of(Class::AutoReply, &why) };
    }
    let why = match (is_wrapped, is_cut) {
        (true, _) => wrapped::WHY,
        (false, true) => "it is longer than what is read, a person must read it",
        (false, false) => "nothing says that a machine wrote it",
    };
    Reading { own_words, wrapped: is_wrapped, cut: is_cut, ..Reading::of(Class::Reply, why) }
}

/// A report on recipients, with that one's fate on top whom the letter was for; else a failure before a delay.
fn delivered(mail: &Mail<'_>, recipients: Vec<ReportedRecipient>, why: &str) -> Reading {
    let to = mail
        .returned_part()
        .map(|part| mime::Fields::of(part.text().as_bytes()).mailboxes("To"))
        .unwrap_or_default();
    let is_to = |address: &Option<String>| {
        address.as_ref().is_some_and(|address| matches!(&*to, [(_, only)] if address::bare(only) == *address))
    };
    let of_fate = |fate| recipients.iter().find(|recipient| recipient.letter == Some(fate));
    let first = recipients
        .iter()
        .find(|recipient| is_to(&recipient.original) || is_to(&recipient.address))
        .or_else(|| {
            [LetterVerdict::Failed, LetterVerdict::Delayed, LetterVerdict::Delivered]
                .into_iter()
                .find_map(of_fate)
        })
        .or(recipients.first())
        .cloned()
        .unwrap_or_default();
    let class = match first.letter {
        Some(LetterVerdict::Failed | LetterVerdict::Delayed) => Class::Bounce,
        Some(LetterVerdict::Delivered) | None => Class::DeliveryReport,
    };
    let fate = first.letter.map_or("says nothing of the letter", LetterVerdict::as_str);
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
        ..Reading::of(class, &format!("{why}: {fate}"))
    }
}

/// It stands in the head of what we answer, so it must be one word of a line (RFC 5322, 2.1.1 and 3.6.4), whoever made it up.
fn may_be_answered_to(message_id: &str) -> bool {
    const OCTETS_MAX: usize = 250;
    message_id.len() <= OCTETS_MAX
        && message_id.bytes().all(|byte| matches!(byte, b'!'..=b'~') && !matches!(byte, b'<' | b'>'))
}

/// As it left us, whoever sent it back. At an address meant for objections, or for leaving, somebody has put it on purpose.
fn is_own_letter(mail: &Mail<'_>, reading: &Reading, keys: &Keys, is_ours: impl Fn(&str) -> bool) -> bool {
    matches!(reading.class, Class::Reply | Class::AutoReply | Class::Unmatched)
        && !reading.objects
        && !reading.unsubscribe
        && reading.sender.as_deref().is_some_and(is_ours)
        && homecoming::is_letter(mail, keys)
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
    if address::is_null_sender(mail, envelope) {
        return Some(Unanswerable::NullSender);
    }
    let Some(sender) = &reading.sender else { return Some(Unanswerable::NoSender) };
    if is_ours(sender) {
        return Some(Unanswerable::OwnMail);
    }
    let is_robot = |sender: &str| address::is_robot(&address::bare(sender));
    if is_robot(sender) || envelope.sender.as_deref().is_some_and(is_robot) {
        return Some(Unanswerable::RobotAddress);
    }
    let precedence = mail.fields.first("Precedence").unwrap_or_default().to_ascii_lowercase();
    let is_list = ["List-Id", "List-Unsubscribe", "List-Post"].iter().any(|name| mail.fields.has(name));
    if is_list || matches!(&*precedence, "bulk" | "list" | "junk") {
        return Some(Unanswerable::List);
    }
    (mail.fields.raw("Received").count() > RECEIVED_MAX).then_some(Unanswerable::Loop)
}

#[cfg(test)]
mod tests;
