//! Which letter a mail may be about: every identifier in it, each with its rule, in the order of chapter 10's table.

use super::address;
use super::mime::{Fields, Mail};
use crate::domain::access::{Keys, MailPurpose};
use crate::domain::delivery::DeliveryId;
use crate::domain::inbound::{Envelope, Identifier, Names, Rule};

const IDENTIFIERS_MAX: usize = 40;
/// A letter of ours has some twenty in each form; the same ones are counted again.
const TOKENS_MAX: usize = 1000;
/// Where mail systems write to whom they delivered.
const DELIVERED_TO: [&str; 6] =
    ["Delivered-To", "X-Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To"];

pub(super) struct Found {
    /// Tokens in the addresses that the mail came to.
    addressed: Vec<(Rule, MailPurpose, DeliveryId)>,
    /// Tokens in a letter that is returned, or in the report about it.
    returned: Vec<(MailPurpose, DeliveryId)>,
    returned_ids: Vec<String>,
    thread: Vec<(MailPurpose, DeliveryId)>,
    thread_ids: Vec<String>,
    quoted: Vec<(MailPurpose, DeliveryId)>,
    changes: Vec<String>,
}

impl Found {
    pub fn of(mail: &Mail<'_>, envelope: &Envelope, keys: &Keys) -> Self {
        let thread_ids = message_ids(&mail.fields, &["References", "In-Reply-To"]);
        let mut returned = Vec::new();
        let mut returned_ids = Vec::new();
        for part in mail.parts.iter().filter(|part| {
            part.kind.starts_with("message/") || part.kind.starts_with("text/rfc822") || part.returned
        }) {
            let content = part.text();
            returned.extend(address::tokens(keys, &content).take(TOKENS_MAX));
            if !part.kind.starts_with("message/delivery") {
                returned_ids.extend(message_ids(&Fields::of(content.as_bytes()), &["Message-ID"]));
            }
        }
        let mut changes: Vec<String> = Vec::new();
        changes.extend(mail.fields.text("Subject").iter().flat_map(|subject| change_references(subject)));
        let mut quoted = Vec::new();
        for part in mail.texts() {
            let text = part.text();
            changes.extend(change_references(&text));
            quoted.extend(address::tokens(keys, &text).take(TOKENS_MAX));
        }
        changes.dedup();
        Self {
            addressed: addressed(mail, envelope, keys),
            returned,
            returned_ids,
            thread: thread_ids.iter().filter_map(|id| address::token(keys, id)).collect(),
            thread_ids: thread_ids.into_iter().filter(|id| address::token(keys, id).is_none()).collect(),
            quoted,
            changes,
        }
    }

    /// The mail was sent to an address for `purpose`.
    pub fn came_to(&self, purpose: MailPurpose) -> bool {
        self.to(purpose).is_some()
    }

    /// Of which letter the address for `purpose` is that the mail was sent to.
    pub fn to(&self, purpose: MailPurpose) -> Option<DeliveryId> {
        self.addressed.iter().find(|(_, addressed, _)| *addressed == purpose).map(|(_, _, id)| *id)
    }

    /// `returns`: the mail brings a letter back, so that what its text names is that letter.
    pub fn in_order(self, returns: bool, sender: Option<&str>) -> Vec<Identifier> {
        let delivery = |rule, (purpose, id)| Identifier { rule, names: Names::Delivery { id, purpose } };
        let in_text = if returns { Rule::ReturnedDelivery } else { Rule::QuotedToken };
        let mut all: Vec<Identifier> = Vec::new();
        all.extend(self.addressed.into_iter().map(|(rule, purpose, id)| delivery(rule, (purpose, id))));
        if returns {
            all.extend(self.returned.iter().map(|token| delivery(Rule::ReturnedDelivery, *token)));
        }
        let ids = self.returned_ids.into_iter().chain(self.thread_ids);
        all.extend(ids.map(|id| Identifier { rule: Rule::WireMessageId, names: Names::MessageId(id) }));
        all.extend(self.thread.into_iter().map(|token| delivery(Rule::Thread, token)));
        all.extend(self.quoted.into_iter().map(|token| delivery(in_text, token)));
        if !returns {
            all.extend(self.returned.into_iter().map(|token| delivery(Rule::QuotedToken, token)));
            all.extend(
                sender.map(|sender| Identifier {
                    rule: Rule::Sender,
                    names: Names::Address(sender.to_owned()),
                }),
            );
        }
        all.extend(
            self.changes
                .into_iter()
                .map(|change| Identifier { rule: Rule::Reference, names: Names::Change(change) }),
        );
        all.sort_by_key(|identifier| identifier.rule);
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|identifier| seen.insert(format!("{:?}", identifier.names)));
        all.truncate(IDENTIFIERS_MAX);
        all
    }
}

fn addressed(mail: &Mail<'_>, envelope: &Envelope, keys: &Keys) -> Vec<(Rule, MailPurpose, DeliveryId)> {
    let in_envelope = envelope.recipients.iter().map(|recipient| (Rule::EnvelopeToken, recipient.clone()));
    let delivered_to = DELIVERED_TO.iter().flat_map(|name| mail.fields.raw(name));
    let received_for = mail.fields.raw("Received").filter_map(|received| {
        let (_, rest) = received.split_once(" for ")?;
        rest.split([' ', ';']).next().map(str::to_owned)
    });
    let to = ["To", "Cc"].iter().flat_map(|name| mail.fields.raw(name));
    let in_header = delivered_to.chain(received_for).chain(to).map(|text| (Rule::RecipientToken, text));
    in_envelope
        .chain(in_header)
        .flat_map(|(rule, text)| {
            address::tokens(keys, &text).map(move |(purpose, id)| (rule, purpose, id)).collect::<Vec<_>>()
        })
        .take(IDENTIFIERS_MAX)
        .collect()
}

/// Message-IDs without brackets; the nearest letter is the last of References.
fn message_ids(fields: &Fields<'_>, names: &[&str]) -> Vec<String> {
    let mut ids: Vec<String> = names
        .iter()
        .flat_map(|name| fields.raw(name))
        .flat_map(|value| {
            value
                .split(['<', '>', ' ', ','])
                .filter(|id| id.contains('@'))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .take(2 * IDENTIFIERS_MAX)
        .collect();
    ids.reverse();
    ids
}

/// The changes that the person names, each once: what stands in its own words between marks of quoting is ours.
pub(super) fn named_in(subject: Option<&str>, own_words: &str) -> Vec<String> {
    let said = own_words.lines().filter(|line| !line.trim_start().starts_with('>'));
    let mut named: Vec<String> = subject.into_iter().chain(said).flat_map(change_references).collect();
    named.sort();
    named.dedup();
    named.truncate(IDENTIFIERS_MAX);
    named
}

/// `CHG-2026-0001` wherever it stands.
fn change_references(text: &str) -> Vec<String> {
    const PREFIX: &str = "CHG-";
    memchr::memmem::find_iter(text.as_bytes(), PREFIX.as_bytes())
        .filter_map(|at| {
            let number = text.get(at + PREFIX.len()..)?;
            let end = number.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(number.len());
            let number = number[..end].trim_end_matches('-');
            let (year, serial) = number.split_once('-')?;
            let plausible = year.len() == 4 && (1..=9).contains(&serial.len()) && !serial.contains('-');
            plausible.then(|| format!("{PREFIX}{number}"))
        })
        .take(IDENTIFIERS_MAX)
        .collect()
}
