//! What makes two copies of a mail the same: the fingerprint, and the trace that each copy has of its own.
//!
//! The same mail may come in by two doors, or twice by one. Its copies differ in their trace fields, in line ends, in
//! how headers are folded and in blanks at line ends; a pipe may put an mbox line before it. None of that counts.

use sha2::{Digest, Sha256};

/// What the sender wrote; all else is put on by those who carry it.
const WRITTEN: [&str; 4] = ["from", "date", "message-id", "subject"];
const TRACE: [&str; 12] = [
    "return-path",
    "received",
    "x-received",
    "delivered-to",
    "x-delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "authentication-results",
    "received-spf",
    "delivery-date",
    "x-forwarded-to",
];
const TRACE_BYTES_MAX: usize = 256 * 1024;

/// SHA-256 over From, Date, Message-ID, Subject and body: the same for each copy of a mail.
pub fn fingerprint(raw: &[u8]) -> [u8; 32] {
    let (fields, body) = taken_apart(raw);
    let mut hash = Sha256::new();
    for wanted in WRITTEN {
        for field in fields.iter().filter(|field| field.is(wanted)) {
            hash.update(wanted);
            hash.update(b":");
            for word in field.value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()) {
                hash.update(b" ");
                hash.update(word);
            }
            hash.update(b"\n");
        }
    }
    hash.update(b"\n");
    let mut empty_lines = 0_usize;
    for line in lines(body) {
        let line = unquoted(line.trim_ascii_end());
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        // Empty lines at the end are nobody's words: a door may add or drop them.
        for _ in 0..std::mem::take(&mut empty_lines) {
            hash.update(b"\n");
        }
        hash.update(line);
        hash.update(b"\n");
    }
    hash.finalize().into()
}

/// The fields that carriers put on, as they stand: what tells one copy of a mail from another.
pub fn trace(raw: &[u8]) -> Vec<u8> {
    let (fields, _) = taken_apart(raw);
    let mut trace = Vec::new();
    for field in fields.iter().filter(|field| field.is_trace()) {
        if trace.len() + field.whole.len() > TRACE_BYTES_MAX {
            break;
        }
        trace.extend_from_slice(field.whole);
    }
    trace
}

struct Field<'a> {
    name: &'a [u8],
    value: &'a [u8],
    whole: &'a [u8],
}

impl Field<'_> {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    fn is_trace(&self) -> bool {
        let is_arc = self.name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"arc-"));
        is_arc || TRACE.iter().any(|name| self.is(name))
    }
}

/// The header fields and the body. A first line that is no field makes the whole a body.
fn taken_apart(raw: &[u8]) -> (Vec<Field<'_>>, &[u8]) {
    let mut fields = Vec::new();
    let mut rest = without_mbox_line(raw).trim_ascii_start();
    loop {
        let mut end = line_end(rest, 0);
        let line = &rest[..end];
        if line.trim_ascii().is_empty() {
            return (fields, &rest[end..]);
        }
        // A server may have put its own fields before a mailbox's line, never before what the sender wrote.
        if is_mbox_line(line) && fields.iter().all(Field::is_trace) {
            rest = &rest[end..];
            continue;
        }
        let Some(colon) = memchr::memchr(b':', line).filter(|colon| is_name(&line[..*colon])) else {
            return (fields, rest);
        };
        while matches!(rest.get(end), Some(b' ' | b'\t')) && !is_blank_line(&rest[end..]) {
            end = line_end(rest, end);
        }
        fields.push(Field {
            name: line[..colon].trim_ascii_end(),
            value: &rest[colon + 1..end],
            whole: &rest[..end],
        });
        rest = &rest[end..];
    }
}

fn without_mbox_line(raw: &[u8]) -> &[u8] {
    if raw.starts_with(b"From ") { &raw[line_end(raw, 0)..] } else { raw }
}

/// `From jane@customer.example Mon Nov 23 09:00:04 2026`: no sentence that begins with that word.
fn is_mbox_line(line: &[u8]) -> bool {
    const DAYS: [&[u8]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.next() == Some(b"From")
        && words.nth(1).is_some_and(|day| DAYS.contains(&day))
        && words.any(|time| time.contains(&b':'))
}

fn is_name(bytes: &[u8]) -> bool {
    let name = bytes.trim_ascii_end();
    !name.is_empty() && name.iter().all(|byte| matches!(byte, b'!'..=b'~'))
}

fn is_blank_line(rest: &[u8]) -> bool {
    rest[..line_end(rest, 0)].trim_ascii().is_empty()
}

/// Where the line that begins at `from` ends, its line end included.
fn line_end(bytes: &[u8], from: usize) -> usize {
    memchr::memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |at| from + at + 1)
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n')
}

/// mbox writers put `>` before a line that begins with `From `.
fn unquoted(line: &[u8]) -> &[u8] {
    let quotes = line.iter().take_while(|byte| **byte == b'>').count();
    if line[quotes..].starts_with(b"From ") { &line[quotes..] } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &[u8] = b"Received: from a by b; Mon, 23 Nov 2026 09:00:04 +0000\r\nFrom: Jane <jane@customer.example>\r\n\
        Subject: We\r\n object\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000\r\nMessage-ID: <1@customer.example>\r\n\r\n\
        We object.\r\n\r\nFrom now on.\r\n";

    #[test]
    fn two_copies_of_a_mail_are_one() {
        let piped =
            b"From jane@customer.example Mon Nov 23 09:00:04 2026\nReturn-Path: <jane@customer.example>\n\
            Received: from b by c\n\twith LMTP; Mon, 23 Nov 2026 09:00:09 +0000\nSUBJECT: We object\n\
            Date: Mon, 23 Nov 2026\n 09:00:00 +0000\nFrom:  Jane <jane@customer.example>\n\
            Message-Id: <1@customer.example>\nX-Spam: no\n\nWe object. \n\n>From now on.\n\n\n";
        assert_eq!(fingerprint(MAIL), fingerprint(piped));
        assert_ne!(trace(MAIL), trace(piped));
    }

    #[test]
    fn a_mailboxs_line_behind_what_a_server_put_before_it_is_nobodys_words() {
        let mut delivered = b"Received: from b by c; Mon, 23 Nov 2026 09:00:09 +0000\r\n\
            From jane@customer.example Mon Nov 23 09:00:04 2026\r\n"
            .to_vec();
        delivered.extend(MAIL);
        assert_eq!(fingerprint(MAIL), fingerprint(&delivered));
        // Words that begin like it are the sender's.
        let without_fields = |words: &str| fingerprint(format!("Received: c\r\n{words}\r\n").as_bytes());
        assert_ne!(without_fields("From now Mon we object"), without_fields("From now Mon we agree"));
    }

    #[test]
    fn a_stranger_who_takes_a_message_id_makes_another_mail() {
        let text = String::from_utf8(MAIL.to_vec()).unwrap();
        for (from, to) in [("We object.", "We agree."), ("Jane", "Joan"), ("object\r\nDate", "agree\r\nDate")]
        {
            assert!(text.contains(from));
            assert_ne!(fingerprint(MAIL), fingerprint(text.replace(from, to).as_bytes()), "{from}");
        }
    }

    #[test]
    fn a_mail_without_header_or_body_has_a_fingerprint_too() {
        let all = [&b""[..], b"\r\n", b"no header", b"From: a", b"From: a\n\n", b":", b"\0\xff", b"From "];
        for raw in all {
            fingerprint(raw);
            trace(raw);
        }
        assert_ne!(fingerprint(b"no header"), fingerprint(b"none"));
    }

    #[test]
    fn the_trace_is_what_carriers_put_on() {
        let raw = b"Return-Path: <>\nReceived: from a\n\tby b\nARC-Seal: i=1\nFrom: x@y.example\nReceived: c\n\nReceived: d\n";
        assert_eq!(
            String::from_utf8(trace(raw)).unwrap(),
            "Return-Path: <>\nReceived: from a\n\tby b\nARC-Seal: i=1\nReceived: c\n"
        );
    }
}
