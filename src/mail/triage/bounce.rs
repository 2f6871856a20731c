//! Bounces in a form of the server's own: no report, only words, in whatever language the server's owner chose.
//!
//! A mail is taken for one when a machine sent it *and* it reads like one. Signs are weighed ([`is_bounce`]); a person who
//! writes about a bounce, or forwards one, has too few of them. The failed address is taken only where the server names it,
//! from the part before the returned mail, and never when it is shortened.

mod recipients;
mod signs;

pub(super) use signs::returned_at;

use super::address;
use super::mime::{Fields, Mail};
use super::verdict;
use super::wording::{Phrases, found, is_one, plain};
use crate::domain::inbound::{AddressVerdict, Envelope, LetterVerdict, ReportedRecipient};

/// Notices are short; what is behind is the mail returned.
const NOTICE_BYTES_MAX: usize = 64 * 1024;

/// What the machine says, and the mail that it returns as text.
pub(super) struct Notice {
    pub said: String,
    pub returned: String,
}

impl Notice {
    pub fn of(mail: &Mail<'_>) -> Self {
        let text = mail.readable();
        let text = &text[..text.floor_char_boundary(NOTICE_BYTES_MAX)];
        let at = returned_at(text).unwrap_or(text.len());
        let (said, returned) = text.split_at(at);
        Self { said: said.to_owned(), returned: returned.to_owned() }
    }
}

/// The recipients of a bounce that has no report; `None`: it is no bounce.
pub(super) fn read(
    mail: &Mail<'_>,
    envelope: &Envelope,
    has_report: bool,
) -> Option<(Vec<ReportedRecipient>, String)> {
    let notice = Notice::of(mail);
    let why = signs::weighed(mail, envelope, &notice, has_report)?;
    let said = plain(&notice.said);
    let subject = plain(&mail.fields.text("Subject").unwrap_or_default());
    let is_delayed =
        found(&subject, &signs::DELAYED_SUBJECTS).is_some() || found(&said, &signs::DELAYED).is_some();
    let gave_up = found(&said, &signs::GAVE_UP).is_some();
    let letter = if is_delayed && !gave_up { LetterVerdict::Delayed } else { LetterVerdict::Failed };
    let named = recipients::named(mail, &notice);
    let whole = without_fields(&notice.said);
    let whole = if verdict::address(None, &whole).is_some() {
        whole
    } else {
        [&whole, &*subject].join(
            "
",
        )
    };
    let mut reported: Vec<ReportedRecipient> = named
        .into_iter()
        .map(|named| {
            let own = verdict::address(None, &named.words);
            recipient(Some(named.address), letter, if own.is_some() { &named.words } else { &whole })
        })
        .collect();
    if reported.is_empty() {
        reported.push(recipient(None, letter, &whole));
    }
    Some((reported, why))
}

/// The words of the server, without what it repeats of the letter's header.
fn without_fields(said: &str) -> String {
    static FIELDS: Phrases = Phrases::of(
        "subject | to | cc | date | sent | from | betreff | objet | asunto | oggetto | onderwerp | assunto",
    );
    let is_field = |line: &&str| line.split_once(':').is_some_and(|(name, _)| is_one(&plain(name), &FIELDS));
    said.lines().filter(|line| !is_field(line)).collect::<Vec<_>>().join("\n")
}

fn recipient(address: Option<String>, letter: LetterVerdict, words: &str) -> ReportedRecipient {
    let verdict = verdict::address(None, words);
    ReportedRecipient {
        address,
        letter: Some(letter),
        verdict: if letter == LetterVerdict::Delayed { Some(AddressVerdict::Alive) } else { verdict },
        status: verdict::status_in(words),
        diagnostic: Some(told(words)).filter(|told| !told.is_empty()),
        ..ReportedRecipient::default()
    }
}

/// The server's words in one line, cut to what fits on a page.
pub(super) fn told(words: &str) -> String {
    const CHARACTERS_MAX: usize = 500;
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(CHARACTERS_MAX).collect()
}

/// The header of the returned mail, from the part that holds it or from the text.
pub(super) fn returned_fields<T>(
    mail: &Mail<'_>,
    notice: &Notice,
    read: impl Fn(&Fields<'_>) -> T,
) -> Option<T> {
    if let Some(part) = mail.returned_part() {
        return Some(read(&Fields::of(part.text().as_bytes())));
    }
    let is_field = |line: &str| {
        let name = line.split(':').next().filter(|name| name.len() < line.len()).unwrap_or_default();
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let unquoted = notice.returned.lines().map(|line| line.trim_start_matches(['>', ' ']).to_owned() + "\n");
    let head: String = unquoted.skip_while(|line| !is_field(line)).collect();
    (!head.is_empty()).then(|| read(&Fields::of(head.as_bytes())))
}

/// Local parts that are nobody's mailbox at a customer.
pub(super) fn is_role(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default();
    signs::is_machine(local)
        || address::is_robot(address)
        || matches!(local, "abuse" | "support" | "helpdesk" | "hostmaster")
}

#[cfg(test)]
mod tests;
