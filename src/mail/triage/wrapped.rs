//! What wraps a person's words. What a signature encloses is taken out of it (RFC 8551, 3.5.2; RFC 5652, 5), no signature being verified:
//! whoever signs may object, and whoever doesn't, too. Encryption, and the boxes of other systems, are a person's to open.

use bcder::{ConstOid, Mode, OctetString, Oid, Tag};

use super::mime::{Mail, Part, head_and_body, without_leading_lines};

pub(super) const WHY: &str = "it is encrypted or wrapped, a person must read it";
/// Signed, and signed again by a gateway.
const LAYERS_MAX: usize = 3;
const SIGNED_DATA: ConstOid = Oid(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2]);
const DATA: ConstOid = Oid(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1]);

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

/// What signed data encloses. What stands behind it, or ought to, is not looked at.
fn signed_content(cms: &[u8]) -> Option<Vec<u8>> {
    let mut content = None;
    let _ = Mode::Ber.decode(cms, |cms| {
        cms.take_sequence(|info| {
            SIGNED_DATA.skip_if(info)?;
            info.take_constructed_if(Tag::CTX_0, |explicit| {
                explicit.take_sequence(|signed| {
                    let (_version, _algorithms) = (signed.skip_one()?, signed.skip_one()?);
                    signed.take_sequence(|enclosed| {
                        DATA.skip_if(enclosed)?;
                        content = Some(enclosed.take_constructed_if(Tag::CTX_0, OctetString::take_from)?);
                        Ok(())
                    })
                })
            })
        })
    });
    content.map(|content| content.into_bytes().to_vec()).filter(|content| !content.is_empty())
}

#[cfg(test)]
mod tests;
