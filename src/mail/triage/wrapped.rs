//! What wraps a person's words. What a signature encloses is taken out of it (RFC 8551, 3.5.2; RFC 5652, 5), no signature being verified:
//! whoever signs may object, and whoever doesn't, too. Encryption, and the boxes of other systems, are a person's to open.

use super::mime::{Mail, Part, head_and_body, without_leading_lines};

pub(super) const WHY: &str = "it is encrypted or wrapped, a person must read it";
/// Signed, and signed again by a gateway.
const LAYERS_MAX: usize = 3;
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];

/// The mail with what its signature encloses in its place; none: no signature encloses it.
pub(super) fn opened(raw: &[u8]) -> Option<Vec<u8>> {
    let mut opened = None;
    for _ in 0..LAYERS_MAX {
        let Some(inner) = opened_once(opened.as_deref().unwrap_or(raw)) else { break };
        opened = Some(inner);
    }
    opened
}

fn opened_once(raw: &[u8]) -> Option<Vec<u8>> {
    let mail = Mail::of(raw);
    let [part] = mail.parts.as_slice() else { return None };
    let inner = is_smime(part).then(|| signed_content(&part.bytes())).flatten()?;
    let (head, _) = head_and_body(without_leading_lines(raw));
    let mut opened = without_content_fields(head);
    if head_and_body(&inner).0.is_empty() {
        opened.extend(b"\r\n");
    }
    opened.extend(inner);
    Some(opened)
}

/// Whether something of the mail can be read by a person alone.
pub(super) fn is_in(mail: &Mail<'_>) -> bool {
    const ARMOUR: &str = "-----BEGIN PGP MESSAGE-----";
    let own = || mail.parts.iter().filter(|part| !part.returned);
    own().any(is_sealed)
        || mail.readable().contains(ARMOUR)
        || (own().any(is_tnef) && mail.readable().trim().is_empty())
}

/// Encrypted, compressed or signed around something that could not be taken out.
fn is_sealed(part: &Part<'_>) -> bool {
    is_smime(part) || matches!(&*part.kind, "application/pgp-encrypted" | "multipart/encrypted")
}

/// Gateways say that it is anything.
fn is_smime(part: &Part<'_>) -> bool {
    matches!(&*part.kind, "application/pkcs7-mime" | "application/x-pkcs7-mime")
        || (part.kind == "application/octet-stream" && is_named(part, ".p7m"))
}

fn is_tnef(part: &Part<'_>) -> bool {
    matches!(&*part.kind, "application/ms-tnef" | "application/vnd.ms-tnef") || is_named(part, "winmail.dat")
}

fn is_named(part: &Part<'_>, name: &str) -> bool {
    let says = |field| part.fields.first(field).unwrap_or_default().to_ascii_lowercase().contains(name);
    says("Content-Type") || says("Content-Disposition")
}

/// The header without what describes the content that it had.
fn without_content_fields(head: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut is_kept = true;
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() {
            break;
        }
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            is_kept = !line.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-"));
        }
        if is_kept {
            kept.extend(line);
        }
    }
    kept
}

/// What signed data encloses.
fn signed_content(cms: &[u8]) -> Option<Vec<u8>> {
    let content_info = element(cms, 0x30)?.body;
    let kind = element(content_info, 0x06).filter(|kind| kind.body == SIGNED_DATA)?;
    let signed = element(element(kind.rest, 0xa0)?.body, 0x30)?.body;
    let version = element(signed, 0x02)?;
    let algorithms = element(version.rest, 0x31)?;
    let enclosed = element(algorithms.rest, 0x30)?.body;
    let kind = element(enclosed, 0x06).filter(|kind| kind.body == DATA)?;
    let mut content = Vec::new();
    octets(element(kind.rest, 0xa0)?.body, &mut content);
    (!content.is_empty()).then_some(content)
}

/// One element of BER.
struct Element<'a> {
    body: &'a [u8],
    rest: &'a [u8],
}

fn element(input: &[u8], tag: u8) -> Option<Element<'_>> {
    any_element(input).filter(|(found, _)| *found == tag).map(|(_, element)| element)
}

/// The first element. What says no length of its own, or a longer one than there is, goes to the end: nothing behind it is looked for.
fn any_element(input: &[u8]) -> Option<(u8, Element<'_>)> {
    const LENGTH_OCTETS_MAX: usize = 4;
    let (tag, rest) = input.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        0x80 => (rest.len(), rest),
        short @ 0..0x80 => (usize::from(short), rest),
        _ => {
            let octets = usize::from(first & 0x7f);
            if octets > LENGTH_OCTETS_MAX || octets > rest.len() {
                return None;
            }
            let (length, rest) = rest.split_at(octets);
            (length.iter().fold(0, |length, octet| (length << 8) | usize::from(*octet)), rest)
        }
    };
    let (body, rest) = rest.split_at(length.min(rest.len()));
    Some((*tag, Element { body, rest }))
}

/// An octet string, in one piece or in several.
fn octets(mut input: &[u8], content: &mut Vec<u8>) {
    while let Some((tag, Element { body, rest })) = any_element(input) {
        match tag {
            0x04 => {
                content.extend(body);
                input = rest;
            }
            // Its pieces follow.
            0x24 => input = if body.is_empty() { rest } else { body },
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests;
