//! Answers that a machine gave for a person: out of office, tickets, challenges (RFC 3834, and what came before it).
//!
//! One plain declaration in the header is enough, or a subject that only machines write. Everything else is a hint, and
//! two kinds of hints are needed: people, too, write that they will be away, answer from systems that ask others not to
//! answer, and write through lists. What a person writes into a ticket comes out of a machine that calls it generated: it
//! is a person's unless its words are those of a receipt.

mod phrases;

use super::address;
use super::mime::Mail;
use super::objecting;
use super::own_words;
use super::wording::{begins, found, plain, without_prefixes};
use crate::domain::inbound::{Automatic, Envelope};

pub(super) struct Answer {
    pub kind: Automatic,
    pub delegate: Option<String>,
    pub why: String,
}

/// What kind of automatic answer it is; `None`: a person's mail, as far as anybody can tell.
pub(super) fn read(mail: &Mail<'_>, envelope: &Envelope, is_ours: impl Fn(&str) -> bool) -> Option<Answer> {
    let own = own_words::of(mail);
    let words = Words {
        opening: plain(opening(&own)),
        subject: plain(&mail.fields.text("Subject").unwrap_or_default()),
        text: plain(&own),
        all: plain(mail.readable()),
    };
    let why = declared(mail, &words).or_else(|| hinted(mail, envelope, &words))?;
    let kind = kind(mail, &words);
    // A robot names the one whom it guards.
    let delegate = if kind == Automatic::Challenge { None } else { delegate(mail, &own, is_ours) };
    Some(Answer { kind, delegate, why })
}

struct Words {
    subject: String,
    /// Before the first rule, below which systems repeat what they answer.
    opening: String,
    /// What stands in the mail itself.
    text: String,
    /// With what it quotes.
    all: String,
}

fn declared(mail: &Mail<'_>, words: &Words) -> Option<String> {
    let value =
        |name: &str| mail.fields.first(name).map(|value| value.to_ascii_lowercase()).unwrap_or_default();
    let submitted = value("Auto-Submitted");
    if submitted.starts_with("auto-replied") {
        return Some(format!("Auto-Submitted: {submitted} (RFC 3834)"));
    }
    // What people write leaves their ticket system, or a mailbox that forwards it, as generated.
    let is_receipt = found(&words.subject, &phrases::TICKETS)
        .or_else(|| found(&words.opening, &phrases::TICKETS))
        .is_some();
    let objects = objecting::speaks_of_it(&words.opening);
    if is_ticket_system(mail, words) && (objects || !is_receipt) {
        return None;
    }
    let is_subject = begins(&words.subject, &phrases::SUBJECTS).is_some();
    if objects && !is_subject && !says_so(&words.text) && !is_receipt {
        return None;
    }
    if submitted.starts_with("auto-generated") || submitted.starts_with("auto-notified") {
        return Some(format!("Auto-Submitted: {submitted} (RFC 3834)"));
    }
    for name in ["Precedence", "X-Precedence"] {
        if matches!(&*value(name), "auto_reply" | "auto-reply" | "autoreply") {
            return Some(format!("{name}: {}", value(name)));
        }
    }
    let header = phrases::HEADERS.each().find(|name| mail.fields.has(name) && value(name) != "no");
    if let Some(name) = header {
        return Some(format!("it has the header {name}"));
    }
    let (bare, is_answer) = without_prefixes(&words.subject);
    let bare = without_ticket_number(bare);
    let phrase = if is_answer { None } else { begins(bare, &phrases::SUBJECTS) };
    phrase.map(|phrase| format!("its subject begins with {phrase:?}"))
}

/// The words of one who is away or gone, or of a machine that answers for him.
pub(super) fn says_so(plain: &str) -> bool {
    [&phrases::ABSENT, &phrases::LEFT, &phrases::NEW_ADDRESS, &phrases::CHALLENGES]
        .iter()
        .any(|said| found(plain, said).is_some())
}

/// Before the first rule.
fn opening(own: &str) -> &str {
    const RULE: usize = 8;
    const OPENING_BYTES_MAX: usize = 1000;
    let is_rule = |line: &str| line.len() >= RULE && line.bytes().all(|byte| b"-_=*".contains(&byte));
    let end =
        own.lines().find(|line| is_rule(line.trim())).and_then(|line| own.find(line)).unwrap_or(own.len());
    &own[..own.floor_char_boundary(end.min(OPENING_BYTES_MAX))]
}

/// Ticket systems put their number first: `[customer.example #9912] AutoReply: …`.
fn without_ticket_number(subject: &str) -> &str {
    match subject.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((number, rest)) if number.contains(|c: char| c.is_ascii_digit()) => rest.trim_start(),
        _ => subject,
    }
}

/// Words of one who is away or of a machine, and one more sign. A mail that speaks of objecting needs no hint but a look.
fn hinted(mail: &Mail<'_>, envelope: &Envelope, words: &Words) -> Option<String> {
    if objecting::speaks_of_it(&words.text) {
        return None;
    }
    let value =
        |name: &str| mail.fields.first(name).map(|value| value.to_ascii_lowercase()).unwrap_or_default();
    let (bare, is_answer) = without_prefixes(&words.subject);
    let mailer = value("X-Mailer") + &value("User-Agent");
    // "Urlaub: your subject"; of a subject of their own people make what they like.
    let before_colon = bare.split_once(':').map(|(before, _)| before);
    let is_null = address::is_null_sender(mail, envelope);
    let by_machine = [
        (is_null, "the null sender"),
        (matches!(&*value("Precedence"), "bulk" | "junk"), "Precedence"),
        (value("X-MS-Exchange-Generated-Message-Source").contains("rules"), "Exchange's mailbox rules"),
        (
            ["vacation", "autorespon", "auto-respon"].iter().any(|name| mailer.contains(name)),
            "the program that sent it",
        ),
    ];
    let for_absence = [
        (value("X-Auto-Response-Suppress").contains("all"), "X-Auto-Response-Suppress"),
        (
            !is_answer && before_colon.is_some_and(|before| found(before, &phrases::SUBJECT_HINTS).is_some()),
            "its subject",
        ),
    ];
    let sign = |signs: &[(bool, &'static str)]| signs.iter().find(|(given, _)| *given).map(|(_, name)| *name);
    let absence = [&phrases::ABSENT, &phrases::MACHINE_SAYS, &phrases::LEFT]
        .iter()
        .find_map(|said| found(&words.text, said));
    let receipt = [&phrases::TICKETS, &phrases::CHALLENGES, &phrases::NEW_ADDRESS]
        .iter()
        .find_map(|said| found(&words.text, said));
    let (said, sign) = match (absence, receipt) {
        (Some(said), _) => (said, sign(&by_machine).or_else(|| sign(&for_absence))?),
        // People thank for mails, too, and their ticket systems mark as bulk what they answer.
        (None, Some(said)) if !is_answer => (said, sign(&by_machine)?),
        (None, Some(_) | None) => return None,
    };
    Some(format!("its words ({said:?}) and {sign} say that a machine answered"))
}

fn is_ticket_system(mail: &Mail<'_>, words: &Words) -> bool {
    phrases::TICKET_SYSTEMS.each().any(|name| mail.fields.has(name))
        || mail
            .fields
            .all()
            .any(|(name, _)| name.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("X-Zendesk")))
        || found(&words.all, &phrases::REPLY_ABOVE).is_some()
}

fn kind(mail: &Mail<'_>, words: &Words) -> Automatic {
    let said = |phrases| found(&words.text, phrases).or_else(|| found(&words.subject, phrases)).is_some();
    if said(&phrases::CHALLENGES) {
        Automatic::Challenge
    } else if said(&phrases::LEFT) {
        Automatic::LeftCompany
    } else if said(&phrases::NEW_ADDRESS) {
        Automatic::AddressChange
    } else if said(&phrases::ABSENT) {
        Automatic::OutOfOffice
    } else if said(&phrases::TICKETS) || is_ticket_system(mail, words) {
        Automatic::TicketReceipt
    } else if begins(&words.subject, &phrases::SUBJECTS).is_some() {
        Automatic::OutOfOffice
    } else {
        Automatic::Other
    }
}

/// The first address that the answer names and that is neither its sender's nor ours.
fn delegate(mail: &Mail<'_>, own: &str, is_ours: impl Fn(&str) -> bool) -> Option<String> {
    let senders: Vec<String> =
        mail.fields.mailboxes("From").iter().map(|(_, from)| address::bare(from)).collect();
    let to: Vec<String> = mail.fields.mailboxes("To").iter().map(|(_, to)| address::bare(to)).collect();
    let named = own.lines().take(200).flat_map(address::all_in);
    named.into_iter().find(|named| !senders.contains(named) && !to.contains(named) && !is_ours(named))
}

#[cfg(test)]
mod tests;
