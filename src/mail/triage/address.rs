//! Addresses as they come back: wrapped by relays, quoted, escaped, in other letters; and the tokens in them.

use super::mime::Mail;
use crate::domain::access::{Keys, MailPurpose};
use crate::domain::delivery::DeliveryId;
use crate::domain::inbound::Envelope;

const TOKEN_CHARACTERS: usize = 20;
/// A token costs a MAC for each key. No letter of ours has as many.
const TOKENS_TRIED_MAX: usize = 500;
const ADDRESS_BYTES_MAX: usize = 320;

/// The address inside of what relays and signers wrapped around it (BATV `prvs=`, `btv1==`; SRS), without brackets,
/// quotes or escapes, in small letters.
pub(super) fn bare(given: &str) -> String {
    let given = given.trim().trim_start_matches('<').trim_end_matches('>').trim();
    let given =
        given.get(..7).filter(|start| start.eq_ignore_ascii_case("mailto:")).map_or(given, |_| &given[7..]);
    let address = given.replace("%2B", "+").replace("%2b", "+").replace("%40", "@").replace(['"', '\\'], "");
    let address = address.to_lowercase();
    let Some((local, domain)) = address.rsplit_once('@') else { return address };
    let (local, domain) = unwrapped(local, domain);
    format!("{local}@{domain}")
}

fn unwrapped(local: &str, domain: &str) -> (String, String) {
    // SRS1=hash=host==SRS0 part; SRS0=hash=time=domain=local.
    if let Some(rest) = srs(local, "srs1").and_then(|rest| rest.split_once("==").or(rest.split_once("=+"))) {
        return from_srs0(rest.1, domain);
    }
    if let Some(rest) = srs(local, "srs0") {
        return from_srs0(rest, domain);
    }
    if let Some((_, local)) = local.strip_prefix("prvs=").and_then(|rest| rest.split_once('=')) {
        // draft-levine-smtp-batv puts the tag first; some put the mailbox first.
        return (local.to_owned(), domain.to_owned());
    }
    if let Some((_, local)) = local.strip_prefix("btv1==").and_then(|rest| rest.split_once("==")) {
        return (local.to_owned(), domain.to_owned());
    }
    (local.to_owned(), domain.to_owned())
}

fn srs<'a>(local: &'a str, kind: &str) -> Option<&'a str> {
    local.strip_prefix(kind)?.strip_prefix(['=', '+', '-'])
}

fn from_srs0(rest: &str, domain: &str) -> (String, String) {
    let mut pieces = rest.splitn(4, '=');
    match (pieces.next(), pieces.next(), pieces.next(), pieces.next()) {
        (Some(_), Some(_), Some(host), Some(local)) => (local.to_owned(), host.to_owned()),
        _ => (rest.to_owned(), domain.to_owned()),
    }
}

/// The token of ours in an address, a Message-ID or an ENVID.
pub(super) fn token(keys: &Keys, given: &str) -> Option<(MailPurpose, DeliveryId)> {
    tokens(keys, given).next()
}

/// The tokens of ours in a text, in order, as often as they stand there.
pub(super) fn tokens(keys: &Keys, text: &str) -> impl Iterator<Item = (MailPurpose, DeliveryId)> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'-', bytes)
        .filter(|dash| *dash > 0 && bytes[dash - 1].is_ascii_alphabetic())
        .filter_map(|dash| bytes.get(dash - 1..dash - 1 + TOKEN_CHARACTERS).map(|word| (dash - 1, word)))
        .filter(|(start, word)| {
            let ends = bytes.get(start + TOKEN_CHARACTERS).is_none_or(|byte| !byte.is_ascii_alphanumeric());
            ends && word[2..].iter().all(u8::is_ascii_alphanumeric) && begins_a_word(bytes, *start)
        })
        .take(TOKENS_TRIED_MAX)
        .filter_map(|(_, word)| keys.read_mail_token(std::str::from_utf8(word).ok()?))
}

/// Nothing or a separator stands before it; `%2B` and `=3D` are separators, escaped.
fn begins_a_word(bytes: &[u8], at: usize) -> bool {
    match bytes[..at].last() {
        Some(before) if before.is_ascii_alphanumeric() => {
            at >= 3 && matches!(bytes[at - 3], b'%' | b'=') && bytes[at - 2].is_ascii_hexdigit()
        }
        _ => true,
    }
}

/// The envelope says so, or, where the door does not know it, Return-Path.
pub(super) fn is_null_sender(mail: &Mail<'_>, envelope: &Envelope) -> bool {
    let path = envelope.sender.clone().or_else(|| mail.fields.first("Return-Path"));
    path.is_some_and(|path| path.trim_matches(['<', '>', ' ']).is_empty())
}

/// An address at which nobody reads.
pub(super) fn is_robot(address: &str) -> bool {
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

/// The whole addresses in a line of text, in small letters.
pub(super) fn all_in(line: &str) -> Vec<String> {
    const LINE_BYTES_MAX: usize = 4096;
    let line = &line[..line.floor_char_boundary(LINE_BYTES_MAX)];
    let mut found: Vec<String> = Vec::new();
    let mut after = 0;
    for (at, _) in line.match_indices('@') {
        if at < after {
            continue;
        }
        let is_local = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_{}~.-".contains(c);
        let local = &line[after..at];
        let local = local.rsplit_once(|c| !is_local(c)).map_or(local, |(_, local)| local);
        let rest = &line[at + 1..];
        let domain =
            &rest[..rest.find(|c: char| !(c.is_alphanumeric() || "._-".contains(c))).unwrap_or(rest.len())];
        after = at + 1 + domain.len();
        // X.400 and directory forms: SMTP=jane@customer.example.
        let local = local.rsplit_once("SMTP=").map_or(local, |(_, local)| local);
        let local = local.trim_start_matches(['\'', '.', '-', '=', '*']);
        let address = format!("{local}@{}", domain.trim_end_matches(['.', '-', '_'])).to_lowercase();
        if is_whole(&address) {
            found.push(address);
        }
    }
    found
}

/// Whether it can be written to: `local@domain.tld`. What a server shortened (`david...@`) cannot.
pub(super) fn is_whole(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    address.len() <= ADDRESS_BYTES_MAX
        && !local.is_empty()
        && !local.ends_with('.')
        && !local.contains("..")
        && domain.contains('.')
        && !domain.starts_with(['.', '-'])
        && !domain.ends_with('.')
        && !domain.contains("..")
        && domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
        && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c))
}
