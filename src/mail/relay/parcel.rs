//! A letter made ready for the wire: its bytes proved harmless and dot-stuffed, its addresses as SMTP wants them.

use std::sync::OnceLock;

use super::route::Reports;
use crate::mail::Composed;

const LINE_OCTETS_MAX: usize = 998;
const DELIVERY_HEADER: &str = "X-Forenotice-Delivery: ";

#[derive(Debug)]
pub(super) struct Parcel {
    from: String,
    to: String,
    original_to: String,
    envelope_id: Option<String>,
    /// Content with its final dot, so that dot and last line leave in one write.
    stuffed: String,
    needs_smtputf8: bool,
    /// Whether it leaves: said once, by whoever comes first.
    leaves: OnceLock<bool>,
}

/// Why a letter cannot be put on any wire.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotALetter {
    /// A relay that trusts us takes a bare LF or CR before a dot for the end of the letter.
    #[error("line {line} holds a CR or LF that is no line end: the letter could be split on its way")]
    BareLineEnd { line: usize },
    #[error("line {line} is longer than 998 octets")]
    LongLine { line: usize },
    #[error("the last line does not end")]
    NoLastLineEnd,
    #[error("the letter holds bytes outside ASCII")]
    NotAscii,
    #[error("{which} is no address that SMTP can carry")]
    Address { which: &'static str },
}

impl Parcel {
    /// `signatures`: header lines of ours that stand before the letter.
    pub(super) fn pack(letter: &Composed, signatures: &str) -> Result<Self, NotALetter> {
        let text = std::str::from_utf8(&letter.bytes).map_err(|_| NotALetter::NotAscii)?;
        if !letter.smtputf8 && !text.is_ascii() {
            return Err(NotALetter::NotAscii);
        }
        let to = wire_address(&letter.envelope_to, "the recipient")?;
        let from = match letter.envelope_from.as_str() {
            "" => String::new(), // a letter whose bounce nobody wants
            from => wire_address(from, "the envelope sender")?,
        };
        Ok(Self {
            needs_smtputf8: letter.smtputf8 || !to.is_ascii() || !from.is_ascii(),
            envelope_id: header(text, DELIVERY_HEADER).map(xtext),
            stuffed: stuffed(signatures, text)?,
            original_to: letter.envelope_to.clone(),
            from,
            to,
            leaves: OnceLock::new(),
        })
    }

    /// Its content is about to leave. False: it was taken back, and must not.
    pub(super) fn leaves(&self) -> bool {
        *self.leaves.get_or_init(|| true)
    }

    /// From here on it stays. False: it may have left.
    pub(super) fn is_taken_back(&self) -> bool {
        !self.leaves.get_or_init(|| false)
    }

    pub(super) fn from(&self) -> &str {
        &self.from
    }

    pub(super) fn to(&self) -> &str {
        &self.to
    }

    pub(super) fn stuffed(&self) -> &str {
        &self.stuffed
    }

    pub(super) fn needs_smtputf8(&self) -> bool {
        self.needs_smtputf8
    }

    pub(super) fn envelope_id(&self) -> Option<&str> {
        self.envelope_id.as_deref()
    }

    /// The DSN parameters of RCPT (RFC 3461), with the address as its customer wrote it.
    pub(super) fn reports(&self, wanted: Reports) -> String {
        let notify = match wanted {
            Reports::Success => " NOTIFY=SUCCESS,FAILURE,DELAY",
            Reports::Failure => " NOTIFY=FAILURE,DELAY",
            Reports::Unasked => "",
        };
        let original = if self.original_to.is_ascii() {
            format!("rfc822;{}", xtext(&self.original_to))
        } else {
            format!("utf-8;{}", utf8_xtext(&self.original_to))
        };
        format!("{notify} ORCPT={original}")
    }
}

/// The address with its domain in A-labels (RFC 5891); refused where it could break out of its command.
fn wire_address(address: &str, which: &'static str) -> Result<String, NotALetter> {
    let unusable = NotALetter::Address { which };
    let Some((local, domain)) = address.rsplit_once('@') else { return Err(unusable) };
    let breaks_out = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>');
    if local.is_empty() || local.len() > 64 || local.contains(breaks_out) {
        return Err(unusable);
    }
    match idna::domain_to_ascii(domain) {
        Ok(domain) if !domain.is_empty() && domain.len() <= 255 && !domain.contains(breaks_out) => {
            Ok(format!("{local}@{domain}"))
        }
        _ => Err(unusable),
    }
}

/// The content with a dot doubled at the start of each line that begins with one (RFC 5321, 4.5.2), and the dot
/// that ends it. What stands between two such dots is copied in one piece.
fn stuffed(signatures: &str, text: &str) -> Result<String, NotALetter> {
    if !text.ends_with("\r\n") {
        return Err(NotALetter::NoLastLineEnd);
    }
    let octets = text.as_bytes();
    let mut out = String::with_capacity(signatures.len() + text.len() + 64);
    out.push_str(signatures);
    let (mut copied, mut line_at) = (0, 0);
    for (end, line) in memchr::memchr_iter(b'\n', octets).zip(1..) {
        let content = octets[line_at..end].strip_suffix(b"\r").ok_or(NotALetter::BareLineEnd { line })?;
        if memchr::memchr2(b'\r', b'\0', content).is_some() {
            return Err(NotALetter::BareLineEnd { line });
        }
        if content.len() > LINE_OCTETS_MAX {
            return Err(NotALetter::LongLine { line });
        }
        if content.first() == Some(&b'.') {
            out.push_str(&text[copied..line_at]);
            out.push('.');
            copied = line_at;
        }
        line_at = end + 1;
    }
    out.push_str(&text[copied..]);
    out.push_str(".\r\n");
    Ok(out)
}

fn header<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.split("\r\n")
        .take_while(|line| !line.is_empty())
        .find_map(|line| line.strip_prefix(name))
        .map(str::trim)
}

/// RFC 3461, 4: what is not printable, and `+` and `=`, as `+` and two hexadecimal digits.
fn xtext(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && byte != b'+' && byte != b'=' {
            out.push(char::from(byte));
        } else {
            out.push('+');
            out.push_str(&hex::encode_upper([byte]));
        }
    }
    out
}

/// RFC 6533, 3: the form of an address outside ASCII that fits into ASCII.
fn utf8_xtext(text: &str) -> String {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '+' | '=' | '\\');
    let escaped = |c: char| if plain(c) { c.to_string() } else { format!("\\x{{{:02X}}}", u32::from(c)) };
    text.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(bytes: &str, to: &str) -> Composed {
        Composed {
            bytes: bytes.as_bytes().to_vec(),
            envelope_from: "b-4k7m2q9wxh3t8c5d1n@bounces.processor.example".to_owned(),
            envelope_to: to.to_owned(),
            message_id: "m-1@replies.processor.example".to_owned(),
            hash: [0; 32],
            date: chrono::DateTime::UNIX_EPOCH,
            smtputf8: !to.split('@').next().unwrap().is_ascii(),
        }
    }

    #[test]
    fn lines_that_begin_with_a_dot_are_stuffed_and_the_end_is_one_dot() {
        let parcel = Parcel::pack(&letter("A: b\r\n\r\n.\r\n..x\r\nend.\r\n", "a@b.example"), "").unwrap();
        assert_eq!(parcel.stuffed(), "A: b\r\n\r\n..\r\n...x\r\nend.\r\n.\r\n");
    }

    #[test]
    fn a_letter_that_could_be_split_or_cut_is_not_packed() {
        for (bytes, expected) in [
            ("A: b\r\n\r\nx\n.\r\n", NotALetter::BareLineEnd { line: 3 }),
            ("A: b\r\n\r\nx\r.\r\n", NotALetter::BareLineEnd { line: 3 }),
            ("A: b\r\n\r\nx", NotALetter::NoLastLineEnd),
            ("A: b\r\n\r\nx\n", NotALetter::NoLastLineEnd),
            ("", NotALetter::NoLastLineEnd),
            ("A: \u{e9}\r\n\r\n", NotALetter::NotAscii),
        ] {
            assert_eq!(Parcel::pack(&letter(bytes, "a@b.example"), "").err(), Some(expected), "{bytes:?}");
        }
        let long = format!("A: b\r\n\r\n{}\r\n", "x".repeat(999));
        assert_eq!(
            Parcel::pack(&letter(&long, "a@b.example"), "").err(),
            Some(NotALetter::LongLine { line: 3 })
        );
    }

    #[test]
    fn an_address_cannot_break_out_of_its_command() {
        for to in [
            "a@b.example> NOTIFY=NEVER",
            "a\r\nRSET@b.example",
            "a b@c.example",
            "nobody",
            "@b.example",
            "a@",
        ] {
            let packed = Parcel::pack(&letter("A: b\r\n\r\n", to), "");
            assert_eq!(packed.err(), Some(NotALetter::Address { which: "the recipient" }), "{to:?}");
        }
    }

    #[test]
    fn a_domain_travels_in_a_labels_and_only_a_local_part_outside_ascii_needs_smtputf8() {
        let parcel = Parcel::pack(&letter("A: b\r\n\r\n", "dpo@b\u{fc}cher.example"), "").unwrap();
        assert_eq!((parcel.to(), parcel.needs_smtputf8()), ("dpo@xn--bcher-kva.example", false));
        assert_eq!(
            parcel.reports(Reports::Success),
            " NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=utf-8;dpo@b\\x{FC}cher.example"
        );
        let parcel = Parcel::pack(&letter("A: b\r\n\r\n", "j\u{f6}rg@b.example"), "").unwrap();
        assert_eq!((parcel.to(), parcel.needs_smtputf8()), ("j\u{f6}rg@b.example", true));
    }

    #[test]
    fn the_envelope_carries_the_deliverys_token_and_the_address_as_xtext() {
        let bytes =
            "A: b\r\nX-Forenotice-Delivery: d-4k7m2q9wr6v0jz2pqe\r\n\r\nX-Forenotice-Delivery: d-forged\r\n";
        let parcel = Parcel::pack(&letter(bytes, "a+tag=x@b.example"), "").unwrap();
        assert_eq!(parcel.envelope_id(), Some("d-4k7m2q9wr6v0jz2pqe"));
        assert_eq!(
            parcel.reports(Reports::Failure),
            " NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Btag+3Dx@b.example"
        );
        assert_eq!(parcel.reports(Reports::Unasked), " ORCPT=rfc822;a+2Btag+3Dx@b.example");
    }
}
