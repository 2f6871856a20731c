//! Reports in their own form: delivery status (RFC 3464, RFC 6533), complaints (RFC 5965), receipts (RFC 8098).
//!
//! The machine's part is a list of groups of fields, parted by empty lines. What real servers do wrong is read all the
//! same: groups run together, fields without their address type, a report without its multipart.

use chrono::{DateTime, Utc};

use super::address;
use super::bounce;
use super::mime::{Fields, Mail, Part};
use super::objecting;
use super::own_words;
use super::verdict;
use super::wording::{Phrases, found, plain};
use crate::domain::inbound::{Complaint, LetterVerdict, ReportedRecipient};

/// A report on more recipients than a letter of ours ever has is somebody else's.
const RECIPIENTS_MAX: usize = 100;
const FIELDS_MAX: usize = 2000;

static REFUSED: Phrases = Phrases::of("rejected | quota | not delivered");

/// What a report says.
pub(super) enum Report {
    Delivery(Vec<ReportedRecipient>),
    Complaint(Complaint),
    /// A mail program has shown the letter to its reader, or thrown it away.
    Receipt,
    /// A report that names no recipient; its words may.
    Unfinished,
}

pub(super) fn read(mail: &Mail<'_>) -> Option<Report> {
    // A gateway may wrap the report of another into a mail of its own; a person who forwards one does not call it a report.
    let wraps_report = mail.report_type().as_deref() == Some("delivery-status");
    let machine_part = |kinds: &[&str]| {
        let is_one = |part: &&Part<'_>| kinds.contains(&&*part.kind);
        mail.parts
            .iter()
            .find(|part| !part.returned && is_one(part))
            .or_else(|| mail.parts.iter().find(|part| wraps_report && is_one(part)))
    };
    if let Some(part) = machine_part(&["message/feedback-report"]) {
        return Some(Report::Complaint(complaint(&Groups::of(&part.text()))));
    }
    if let Some(complaint) = complaint_by_header(mail) {
        return Some(Report::Complaint(complaint));
    }
    if let Some(part) = machine_part(&["message/delivery-status", "message/global-delivery-status"]) {
        let recipients = recipients(part, mail.readable());
        let named = !recipients.is_empty();
        return Some(if named { Report::Delivery(recipients) } else { Report::Unfinished });
    }
    let kinds = ["message/disposition-notification", "message/global-disposition-notification"];
    let receipt = Groups::of(&machine_part(&kinds)?.text());
    // Some mail systems refuse a letter in the form of a receipt.
    let disposition = receipt.first("disposition").unwrap_or_default().to_ascii_lowercase();
    let refused = disposition.contains("deleted") && disposition.contains("automatic-action");
    let says_so = found(&plain(mail.readable()), &REFUSED).is_some();
    if refused && says_so {
        let recipient = recipient_of_refusal(&receipt, mail.readable());
        return recipient.map(|recipient| Report::Delivery(vec![recipient]));
    }
    Some(Report::Receipt)
}

fn recipient_of_refusal(receipt: &Groups, words: &str) -> Option<ReportedRecipient> {
    let address = address::bare(&typed_address(receipt.first("final-recipient")?));
    Some(ReportedRecipient {
        address: Some(address).filter(|address| address::is_whole(address)),
        letter: Some(LetterVerdict::Failed),
        verdict: verdict::address(None, words),
        diagnostic: Some(bounce::told(words)),
        ..ReportedRecipient::default()
    })
}

/// Groups of fields: names in small letters, values unfolded.
struct Groups(Vec<Vec<(String, String)>>);

impl Groups {
    fn of(text: &str) -> Self {
        let mut groups = vec![Vec::<(String, String)>::new()];
        let mut fields = 0;
        for line in text.lines() {
            let Some(group) = groups.last_mut() else { break };
            if line.trim().is_empty() {
                if !group.is_empty() {
                    groups.push(Vec::new());
                }
                continue;
            }
            if line.starts_with([' ', '\t'])
                && let Some((_, value)) = group.last_mut()
            {
                value.push(' ');
                value.push_str(line.trim());
                continue;
            }
            if let Some((name, value)) = line.split_once(':') {
                fields += 1;
                if fields > FIELDS_MAX {
                    break;
                }
                group.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        Self(groups)
    }

    /// The first `name` of all groups.
    fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().flatten().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// `words`: what the report says to people, where its fields say nothing.
fn recipients(part: &Part<'_>, words: &str) -> Vec<ReportedRecipient> {
    let groups = Groups::of(&part.text());
    let groups: Vec<_> = groups.0.iter().flat_map(|group| by_recipient(group)).take(RECIPIENTS_MAX).collect();
    let mut recipients: Vec<ReportedRecipient> = groups.into_iter().filter_map(recipient).collect();
    if let [only] = &mut *recipients
        && only.verdict.is_none()
        && only.letter == Some(LetterVerdict::Failed)
    {
        let end = bounce::returned_at(words).unwrap_or(words.len());
        only.verdict = verdict::address(None, &words[..end]);
        only.diagnostic = only.diagnostic.take().or_else(|| Some(bounce::told(&words[..end])));
    }
    recipients
}

/// A group, cut where another recipient begins without an empty line before it.
fn by_recipient(group: &[(String, String)]) -> Vec<&[(String, String)]> {
    let mut cut = Vec::new();
    let mut rest = group;
    while let Some(again) = (1..rest.len()).find(|at| {
        matches!(&*rest[*at].0, "final-recipient" | "original-recipient")
            && rest[..*at].iter().any(|(name, _)| *name == rest[*at].0)
    }) {
        let (first, others) = rest.split_at(again);
        cut.push(first);
        rest = others;
    }
    cut.push(rest);
    cut
}

fn recipient(group: &[(String, String)]) -> Option<ReportedRecipient> {
    let field = |name: &str| group.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    let action = field("action").map(str::to_ascii_lowercase);
    let last = field("final-recipient").or_else(|| field("x-actual-recipient"));
    let original = field("original-recipient").map(typed_address).map(|address| without_xtext(&address));
    if last.is_none() && original.is_none() && action.is_none() {
        return None;
    }
    let status = field("status").and_then(verdict::status_in);
    let diagnostic = field("diagnostic-code").map(|value| untyped(value).to_owned());
    // Some say the reason in a comment of the status.
    let words = [diagnostic.as_deref().unwrap_or_default(), field("status").unwrap_or_default()].join(" ");
    let letter =
        match action.as_deref().map(|action| action.split([' ', '(', ';']).next().unwrap_or_default()) {
            Some("failed" | "failure" | "expired") => Some(LetterVerdict::Failed),
            Some("delayed") => Some(LetterVerdict::Delayed),
            Some("delivered" | "relayed" | "expanded") => Some(LetterVerdict::Delivered),
            _ => verdict::letter_by_status(status.as_deref()),
        };
    let verdict = (letter != Some(LetterVerdict::Delivered))
        .then(|| verdict::address(status.as_deref(), &words))
        .flatten();
    Some(ReportedRecipient {
        address: last.and_then(whole),
        original: original.and_then(|address| whole(&address)),
        letter,
        relayed_only: action
            .is_some_and(|action| action.starts_with("relayed") || action.starts_with("expanded")),
        verdict,
        status,
        diagnostic: diagnostic.as_deref().map(bounce::told),
        will_retry_until: field("will-retry-until").and_then(instant),
        last_attempt: field("last-attempt-date").and_then(instant),
    })
}

/// Microsoft returns the letter as it is, with one field more that names who complained. Who returns such a letter and says that he
/// objects is a person.
fn complaint_by_header(mail: &Mail<'_>) -> Option<Complaint> {
    if objecting::speaks_of_it(&plain(&own_words::of(mail))) {
        return None;
    }
    let returned = mail.returned_part()?.text();
    let who = Fields::of(returned.as_bytes()).first("X-HmXmrOriginalRecipient")?;
    let recipients = Some(address::bare(&who)).filter(|who| address::is_whole(who)).into_iter().collect();
    Some(Complaint { feedback_type: "abuse".to_owned(), accuses: true, recipients })
}

/// An address without its type; what a server shortened is none.
fn whole(value: &str) -> Option<String> {
    Some(address::bare(&typed_address(value))).filter(|address| address::is_whole(address))
}

fn complaint(groups: &Groups) -> Complaint {
    let feedback_type = groups.first("feedback-type").unwrap_or_default().to_ascii_lowercase();
    let accuses = !matches!(&*feedback_type, "not-spam" | "auth-failure" | "dmarc" | "dkim" | "spf");
    let mut recipients: Vec<String> = ["original-rcpt-to", "removal-recipient"]
        .iter()
        .flat_map(|name| groups.all(name))
        .map(address::bare)
        .filter(|recipient| address::is_whole(recipient))
        .take(RECIPIENTS_MAX)
        .collect();
    recipients.sort();
    recipients.dedup();
    Complaint { feedback_type, accuses, recipients }
}

/// `rfc822;jane@customer.example`, without its type; RFC 6533's `\x{...}` read.
fn typed_address(value: &str) -> String {
    let value = untyped(value);
    let mut read = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, escaped)) = rest.split_once("\\x{") {
        read.push_str(before);
        let Some((hex, after)) = escaped.split_once('}') else {
            rest = escaped;
            continue;
        };
        read.extend(u32::from_str_radix(hex, 16).ok().and_then(char::from_u32));
        rest = after;
    }
    read.push_str(rest);
    // Sendmail and others write a name before it, or a comment behind.
    match (read.rfind('<'), read.rfind('>')) {
        (Some(open), Some(close)) if open < close => read[open + 1..close].to_owned(),
        _ => read.split('(').next().unwrap_or_default().trim().to_owned(),
    }
}

/// A value without its type: `smtp; 550 no such user`.
fn untyped(value: &str) -> &str {
    match value.split_once(';') {
        Some((kind, rest)) if !kind.trim().contains([' ', '@']) => rest.trim(),
        _ => value.trim(),
    }
}

/// RFC 3461, section 4: `+2B` is `+`.
fn without_xtext(value: &str) -> String {
    let mut pieces = value.split('+');
    let mut read = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let hex = piece.get(..2).filter(|hex| hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F')));
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(u8::is_ascii_graphic) {
            Some(byte) => {
                read.push(char::from(byte));
                read.push_str(&piece[2..]);
            }
            None => {
                read.push('+');
                read.push_str(piece);
            }
        }
    }
    read
}

fn instant(value: &str) -> Option<DateTime<Utc>> {
    let parsed = mail_parser::DateTime::parse_rfc822(value)?;
    DateTime::from_timestamp(parsed.to_timestamp(), 0)
}
