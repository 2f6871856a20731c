//! Composing: a letter and its envelope to exact bytes, the same each time.
//!
//! Everything that could differ between two tries is given or derived: the date is the caller's, ids, boundary and
//! addresses come from the delivery's serial. So a second try after a doubt is the same mail, and the mail of years
//! ago can be made again from its frozen facts. Pure 7-bit, quoted-printable, CRLF (chapter 10 says why): lettre
//! encodes, this module decides what stands where.

mod headers;

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use super::letter::{Letter, Occasional};
use super::templates::{TemplateError, Templates, Written};
use super::words::Links;
use crate::config::{Mailbox, Settings, TokenAddress};
use crate::domain::access::{Keys, LinkPurpose, MailPurpose, TokenError};
use crate::domain::delivery::DeliveryId;
use crate::domain::recipient::RecipientId;
use crate::domain::subprocessor::slug;

/// A text part longer than this is a fault of the letter, not of the reader's patience.
pub const TEXT_BYTES_MAX: usize = 60_000;
/// Gmail cuts a letter's HTML off at 102 kB, and the end says how to object.
pub const HTML_BYTES_MAX: usize = 100_000;

/// A letter as it goes over the wire: exact bytes, and the envelope they travel in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    pub bytes: Vec<u8>,
    /// Empty: the null sender.
    pub envelope_from: String,
    pub envelope_to: String,
    pub message_id: String,
    /// SHA-256 of the bytes.
    pub hash: [u8; 32],
    /// The address is not ASCII before the `@`.
    pub smtputf8: bool,
}

/// Where our letters come from and where answers go, as the operator has set it.
#[derive(Clone, Debug)]
pub struct Office {
    /// To contacts, and to ourselves.
    pub from: Mailbox,
    /// To subscribers: a complaint about one must not hurt the other.
    pub from_subscribers: Mailbox,
    pub bounce_address: TokenAddress,
    pub reply_address: TokenAddress,
    /// Last field of `Feedback-ID`: constant, and nobody's in particular.
    pub feedback_id: String,
}

impl Office {
    pub fn of(settings: &Settings) -> Self {
        Self {
            from: settings.smtp.from.clone(),
            from_subscribers: settings.smtp.from_subscribers.clone(),
            bounce_address: settings.smtp.bounce_address.clone(),
            reply_address: settings.inbound.reply_address.clone(),
            feedback_id: slug(&settings.site.name),
        }
    }
}

/// What stands on the outside of one letter.
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
    pub office: &'a Office,
    pub keys: &'a Keys,
    pub delivery: DeliveryId,
    /// None: somebody not on file (a DPO's alert, a first confirmation).
    pub recipient: Option<RecipientId>,
    /// That of the recipient's links.
    pub link_epoch: i16,
    pub to: Mailbox,
    /// The recipient's first letter about the change; none = this letter belongs to no thread.
    pub thread: Option<DeliveryId>,
    /// Message-IDs of the thread's earlier letters, as the recipient saw them, without angle brackets.
    pub earlier: &'a [String],
    /// Message-ID of the mail that this one answers.
    pub in_reply_to: Option<&'a str>,
    /// The instant of composing.
    pub date: DateTime<Utc>,
}

#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    #[error(transparent)]
    Templates(#[from] TemplateError),
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("{field} holds a line break or a NUL and cannot stand in a mail's header; correct it on record")]
    ControlCharacter { field: &'static str },
    #[error("{field} is no mail address: {address:?}")]
    Address { field: &'static str, address: String },
    #[error("a notice goes to a recipient on file, and delivery {delivery} names none")]
    NoRecipient { delivery: DeliveryId },
    #[error("the letter's {part} has {bytes} bytes, more than {max}; split the notice or shorten its facts")]
    TooLarge { part: &'static str, bytes: usize, max: usize },
}

/// The mail: `letter` in the words of `templates`, in `envelope`.
pub fn compose(
    templates: &Templates,
    letter: &Letter,
    envelope: &Envelope<'_>,
) -> Result<Composed, ComposeError> {
    headers::refuse_control_characters(letter, envelope)?;
    let links = links(letter, envelope)?;
    let written = templates.write(letter, &links)?;
    fits("text", &written.text, TEXT_BYTES_MAX)?;
    fits("HTML", &written.html, HTML_BYTES_MAX)?;

    let serial = envelope.keys.mail_token(MailPurpose::Delivery, envelope.delivery)?;
    let body = body(&written, &format!("=_{}", serial.trim_start_matches("d-")));
    let to = to_ascii_domain(&envelope.to, "the recipient's address")?;
    let message_id = format!(
        "{}@{}",
        envelope.keys.mail_token(MailPurpose::Message, envelope.delivery)?,
        envelope.office.reply_address.domain()
    );
    let headers = headers::headers(
        letter,
        envelope,
        &links,
        &headers::Known {
            written: &written,
            to: &to,
            message_id: &message_id,
            delivery_token: &serial,
            content_type: &body,
        },
    )?;
    let bytes = assembled(&headers, &body);
    let bounce = envelope.keys.mail_token(MailPurpose::Bounce, envelope.delivery)?;
    Ok(Composed {
        hash: Sha256::digest(&bytes).into(),
        bytes,
        envelope_from: envelope.office.bounce_address.with(&bounce),
        smtputf8: !to.address.is_ascii(),
        envelope_to: to.address.clone(),
        message_id,
    })
}

/// The personal pages that `letter` leads to.
fn links(letter: &Letter, envelope: &Envelope<'_>) -> Result<Links, ComposeError> {
    let base = letter.processor().base_url.trim_end_matches('/');
    let page = |purpose: LinkPurpose, id: i64| {
        format!("{base}/{}/{}", purpose.path(), envelope.keys.link(purpose, id, envelope.link_epoch))
    };
    let DeliveryId(own) = envelope.delivery;
    let DeliveryId(object) = object_page(letter).unwrap_or(envelope.delivery);
    let RecipientId(recipient) = match (letter, envelope.recipient) {
        (_, Some(recipient)) => recipient,
        (Letter::Notice { .. }, None) => {
            return Err(ComposeError::NoRecipient { delivery: envelope.delivery });
        }
        (Letter::Occasional(_), None) => RecipientId(0),
    };
    let objection = envelope.keys.mail_token(MailPurpose::Objection, envelope.delivery)?;
    let object_url = page(LinkPurpose::Object, object);
    Ok(Links {
        ics_url: format!("{object_url}/deadline.ics"),
        object_url,
        letter_url: page(LinkPurpose::Letter, own),
        register_url: format!("{base}/"),
        contacts_url: page(LinkPurpose::Manage, recipient),
        unsubscribe_url: page(LinkPurpose::Unsubscribe, recipient),
        confirm_url: page(LinkPurpose::Confirm, own),
        object_mail: envelope.office.reply_address.with(&objection),
    })
}

fn object_page(letter: &Letter) -> Option<DeliveryId> {
    match letter {
        Letter::Notice { .. } => None,
        Letter::Occasional(letter) => match &**letter {
            Occasional::Receipt(receipt) => receipt.object_page,
            Occasional::Answer(answer) => answer.object_page,
            Occasional::Confirmation(_)
            | Occasional::Alert(_)
            | Occasional::Digest(_)
            | Occasional::Test(_) => None,
        },
    }
}

fn fits(part: &'static str, content: &str, max: usize) -> Result<(), ComposeError> {
    if content.len() > max {
        return Err(ComposeError::TooLarge { part, bytes: content.len(), max });
    }
    Ok(())
}

/// Text and HTML, both quoted-printable whatever they hold: no relay then has a reason to recode them.
fn body(written: &Written, boundary: &str) -> MultiPart {
    let part = |content_type: ContentType, content: &str| {
        SinglePart::builder()
            .header(content_type)
            .header(ContentTransferEncoding::QuotedPrintable)
            .body(content.to_owned())
    };
    MultiPart::alternative()
        .boundary(boundary)
        .singlepart(part(ContentType::TEXT_PLAIN, &written.text))
        .singlepart(part(ContentType::TEXT_HTML, &written.html))
}

/// Our headers in our order, then the body without its own.
fn assembled(headers: &str, body: &MultiPart) -> Vec<u8> {
    let formatted = body.formatted();
    let blank_line = formatted.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or_default();
    [headers.as_bytes(), &formatted[blank_line + 2..]].concat()
}

/// The address with its domain in ASCII (RFC 5891), as SMTP without extensions wants it.
fn to_ascii_domain(mailbox: &Mailbox, field: &'static str) -> Result<Mailbox, ComposeError> {
    let refused = || ComposeError::Address { field, address: mailbox.address.clone() };
    let (local, domain) = mailbox.address.rsplit_once('@').ok_or_else(refused)?;
    let domain: Cow<'_, str> = if domain.is_ascii() {
        domain.into()
    } else {
        idna::domain_to_ascii(domain).map_err(|_| refused())?.into()
    };
    Ok(Mailbox { name: mailbox.name.clone(), address: format!("{local}@{domain}") })
}

#[cfg(test)]
mod tests;
