//! Whom a bounce without a report names as not reached.

use super::{Notice, returned_fields};
use crate::mail::triage::address;
use crate::mail::triage::mime::{Fields, Mail, Part};
use crate::mail::triage::wording::{Phrases, found, plain};

const NAMED_MAX: usize = 50;
const LINES_MAX: usize = 600;
/// A header.
const RETURNED_BYTES_MAX: usize = 16 * 1024;
/// As many lines as servers need to say why.
const REASON_LINES_MAX: usize = 14;

pub(super) struct Named {
    pub address: String,
    /// What the server says of it.
    pub words: String,
}

/// How a line names an address: the most telling way counts, weaker ones only where there is no better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// The line begins with it, or is the SMTP command.
    Subject,
    /// It stands somewhere in the line.
    Mention,
    /// A copy of the letter's To.
    Copy,
}

/// Lines that name whom to ask, or who sent the letter.
static NOT_OF_RECIPIENTS: Phrases = Phrases::of("
    contact | please reply | reply to | assistance | questions | mailto: | http:// | https:// | mail from | from: |
    envelope-from | sender | reply-to | message-id | message id | abuse | to report | on behalf of | was sent by |
    forward this | write to | instead | received: | return-path | resend to | new address | try sending | fails, | wenden sie
");

pub(super) fn named(mail: &Mail<'_>, notice: &Notice) -> Vec<Named> {
    let lines: Vec<&str> = notice.said.lines().take(LINES_MAX).collect();
    let returned = mail.returned_part().map(Part::text).unwrap_or_default() + &notice.returned;
    let returned = returned[..returned.floor_char_boundary(RETURNED_BYTES_MAX)].to_lowercase();
    let placed = placed(&lines, &not_failed(mail, notice), &returned);
    let in_header = mail.fields.raw("X-Failed-Recipients").flat_map(|value| {
        value.split(',').map(address::bare).filter(|address| address::is_whole(address)).collect::<Vec<_>>()
    });
    let mut addresses: Vec<String> = in_header.take(NAMED_MAX).collect();
    if addresses.is_empty() {
        addresses.extend(placed.iter().map(|(_, address)| address.clone()));
    }
    let mut named: Vec<Named> = Vec::new();
    for address in addresses {
        if named.iter().all(|named| named.address != address) {
            named.push(Named { words: reason(&lines, &placed, &address), address });
        }
    }
    if named.is_empty() {
        let to = returned_fields(mail, notice, only_recipient).flatten();
        named.extend(
            to.filter(|to| address::is_whole(to)).map(|address| Named { address, words: String::new() }),
        );
    }
    named
}

/// Each failed address with the line that names it, if it is named in the most telling way that there is.
fn placed(lines: &[&str], not_failed: &[String], returned: &str) -> Vec<(usize, String)> {
    let mut placed: Vec<(Way, usize, String)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        for (way, address) in in_line(line) {
            if placed.len() < NAMED_MAX && !not_failed.contains(&address) && !super::is_role(&address) {
                placed.push((way, at, address));
            }
        }
    }
    let best = placed.iter().map(|(way, _, _)| *way).min();
    // Of several that are only mentioned, those count to whom the letter went.
    if best != Some(Way::Subject) && placed.iter().any(|(_, _, address)| returned.contains(address)) {
        placed.retain(|(_, _, address)| returned.contains(address));
    }
    placed
        .into_iter()
        .filter(|(way, _, _)| Some(*way) == best)
        .map(|(_, at, address)| (at, address))
        .collect()
}

/// What stands by the address, until the next one.
fn reason(lines: &[&str], placed: &[(usize, String)], address: &str) -> String {
    let Some(first) = placed.iter().find(|(_, named)| named == address).map(|(at, _)| *at) else {
        return String::new();
    };
    let next = placed.iter().filter(|(at, other)| *at > first && other != address).map(|(at, _)| *at).min();
    let end = next.unwrap_or(lines.len()).min(first + REASON_LINES_MAX).min(lines.len());
    lines[first..end].join("\n")
}

/// The mail's own sender and recipient, and the sender of the letter.
fn not_failed(mail: &Mail<'_>, notice: &Notice) -> Vec<String> {
    let of = |fields: &Fields<'_>, names: &[&str]| -> Vec<String> {
        names
            .iter()
            .flat_map(|name| fields.mailboxes(name))
            .map(|(_, address)| address::bare(&address))
            .collect()
    };
    let mut ours = of(&mail.fields, &["To", "From", "Reply-To"]);
    let senders = |fields: &Fields<'_>| {
        let mut senders = of(fields, &["From", "Sender", "Reply-To"]);
        senders.extend(fields.first("Return-Path").map(|path| address::bare(&path)));
        senders
    };
    ours.extend(returned_fields(mail, notice, senders).unwrap_or_default());
    ours
}

/// The one whom the letter was for. To a list it was for others.
fn only_recipient(fields: &Fields<'_>) -> Option<String> {
    let is_list = ["List-Id", "List-Post", "X-BeenThere", "Mailing-List"].iter().any(|name| fields.has(name));
    let to = fields.mailboxes("To");
    match &*to {
        [(_, address)] if !is_list => Some(address::bare(address)),
        _ => None,
    }
}

fn in_line(line: &str) -> Vec<(Way, String)> {
    let words = plain(line);
    let begins =
        line.trim_start_matches(|c: char| c.is_whitespace() || "<*>-\"'|#•·".contains(c)).to_lowercase();
    let is_command = words.contains("rcpt to");
    let is_copy = ["to:", "cc:", "an:", "a:"].iter().any(|name| words.starts_with(name));
    let is_excluded = found(&words, &NOT_OF_RECIPIENTS).is_some();
    address::all_in(line)
        .into_iter()
        .filter_map(|address| {
            let way = if is_command || begins.starts_with(&address) {
                Way::Subject
            } else if is_excluded {
                return None;
            } else if is_copy {
                Way::Copy
            } else {
                Way::Mention
            };
            Some((way, address))
        })
        .collect()
}
