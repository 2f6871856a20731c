//! Reports in their own form: delivery status (RFC 3464, RFC 6533), complaints (RFC 5965), receipts (RFC 8098).
//!
//! The machine's part is a list of groups of fields, parted by empty lines. What real servers do wrong is read all the
//! same: groups run together, fields without their address type, a report without its multipart.

use chrono::{DateTime, Utc};

use super::address;
use super::mime::{Mail, Part};
use super::verdict;
use crate::domain::inbound::{Complaint, LetterVerdict, ReportedRecipient};

/// A report on more recipients than a letter of ours ever has is somebody else's.
const RECIPIENTS_MAX: usize = 100;
const FIELDS_MAX: usize = 2000;

/// What a report says.
pub(super) enum Report {
    Delivery(Vec<ReportedRecipient>),
    Complaint(Complaint),
    /// A mail program has shown the letter to its reader, or thrown it away.
    Receipt,
}

pub(super) fn read(mail: &Mail<'_>) -> Option<Report> {
    let machine_part =
        |kinds: &[&str]| mail.parts.iter().find(|part| !part.returned && kinds.contains(&&*part.kind));
    if let Some(part) = machine_part(&["message/feedback-report"]) {
        let groups = Groups::of(&part.text());
        return Some(Report::Complaint(complaint(&groups)));
    }
    let status = machine_part(&["message/delivery-status", "message/global-delivery-status"]);
    if let Some(recipients) = status.map(recipients).filter(|recipients| !recipients.is_empty()) {
        return Some(Report::Delivery(recipients));
    }
    let kinds = ["message/disposition-notification", "message/global-disposition-notification"];
    machine_part(&kinds).map(|_| Report::Receipt)
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

fn recipients(part: &Part<'_>) -> Vec<ReportedRecipient> {
    let groups = Groups::of(&part.text());
    groups.0.iter().flat_map(|group| by_recipient(group)).filter_map(recipient).take(RECIPIENTS_MAX).collect()
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
    let letter =
        match action.as_deref().map(|action| action.split([' ', '(', ';']).next().unwrap_or_default()) {
            Some("failed" | "failure" | "expired") => Some(LetterVerdict::Failed),
            Some("delayed") => Some(LetterVerdict::Delayed),
            Some("delivered" | "relayed" | "expanded") => Some(LetterVerdict::Delivered),
            _ => verdict::letter_by_status(status.as_deref()),
        };
    let verdict = (letter != Some(LetterVerdict::Delivered))
        .then(|| verdict::address(status.as_deref(), diagnostic.as_deref().unwrap_or_default()))
        .flatten();
    Some(ReportedRecipient {
        address: last.map(typed_address).map(|address| address::bare(&address)).filter(|a| !a.is_empty()),
        original: original.map(|address| address::bare(&address)).filter(|a| !a.is_empty()),
        letter,
        relayed_only: action
            .is_some_and(|action| action.starts_with("relayed") || action.starts_with("expanded")),
        verdict,
        status,
        diagnostic,
        will_retry_until: field("will-retry-until").and_then(instant),
        last_attempt: field("last-attempt-date").and_then(instant),
    })
}

fn complaint(groups: &Groups) -> Complaint {
    let feedback_type = groups.first("feedback-type").unwrap_or_default().to_ascii_lowercase();
    let accuses = !matches!(&*feedback_type, "not-spam" | "auth-failure" | "dmarc" | "dkim" | "spf");
    let recipients = ["original-rcpt-to", "removal-recipient"]
        .iter()
        .flat_map(|name| groups.all(name))
        .map(address::bare)
        .filter(|recipient| address::is_whole(recipient))
        .take(RECIPIENTS_MAX)
        .collect();
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
