//! Composing: a letter and its envelope to exact bytes, the same each time.
//!
//! Everything that could differ between two tries is given or derived: the date is the caller's, ids, boundary and
//! addresses come from the delivery's serial. So a second try after a doubt is the same mail, and the mail of years
//! ago can be made again from its frozen facts. Pure 7-bit, quoted-printable, CRLF (chapter 10 says why): lettre
//! encodes, this module decides what stands where.

mod form;
mod forms;
mod group;
mod headers;
mod quoted;

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use mail_parser::MessageParser;
use sha2::{Digest, Sha256};

pub use forms::Forms;

use self::form::Body;
use self::headers::Head;
use super::letter::{Letter, Occasional};
use super::relay::profile;
use super::slot::{Own, Slot, Slots};
use super::templates::{TemplateError, Templates, Written};
use super::text;
use super::words::Whose;
use crate::config::{Mailbox, Settings, TokenAddress};
use crate::domain::access::{Keys, LinkPurpose, MailPurpose, MailTokens, TokenError};
use crate::domain::delivery::DeliveryId;
use crate::domain::recipient::RecipientId;
use crate::domain::subprocessor::slug;

/// A text part longer than this is a fault of the letter, not of the reader's patience.
pub const TEXT_BYTES_MAX: usize = 60_000;
/// Gmail cuts a letter's HTML off at 102 kB, and the end says how to object.
pub const HTML_BYTES_MAX: usize = 100_000;

/// What the headers and a reader's own lines most likely come to.
const OWN_BYTES_LIKELY: usize = 8_000;

/// A letter as it goes over the wire: exact bytes, and the envelope they travel in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    pub bytes: Vec<u8>,
    /// Empty: the null sender.
    pub envelope_from: String,
    pub envelope_to: String,
    pub message_id: String,
    /// SHA-256 of the bytes; signatures that are put before them on their way are no part of it.
    pub hash: [u8; 32],
    /// The instant of composing.
    pub date: DateTime<Utc>,
    /// The address is not ASCII before the `@`.
    pub smtputf8: bool,
}

impl Composed {
    /// What a program shows that knows no HTML.
    pub fn text(&self) -> Option<String> {
        MessageParser::default().parse(&self.bytes)?.body_text(0).map(Cow::into_owned)
    }
}

/// Where our letters come from and where answers go, as the operator has set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    /// To contacts, and to ourselves.
    pub from: Mailbox,
    /// To subscribers: a complaint about one must not hurt the other.
    pub from_subscribers: Mailbox,
    /// None: bounces go to whom the letter is from.
    pub bounce_address: Option<TokenAddress>,
    pub reply_address: TokenAddress,
    /// Name and value of what the relay alone reads.
    pub relay_headers: Arc<[(&'static str, String)]>,
    /// Last field of `Feedback-ID`: constant, and nobody's in particular.
    pub feedback_id: String,
}

impl Office {
    pub fn of(settings: &Settings) -> Self {
        Self {
            from: settings.smtp.from.clone(),
            from_subscribers: settings.smtp.from_subscribers.clone(),
            bounce_address: (!profile::sends_as_its_mailbox(settings.smtp.profile))
                .then(|| settings.smtp.bounce_address.clone()),
            reply_address: settings.inbound.reply_address.clone(),
            relay_headers: profile::headers(&settings.smtp),
            feedback_id: slug(&settings.site.name),
        }
    }

    /// Whom a letter is from.
    fn sender(&self, letter: &Letter) -> &Mailbox {
        if letter.to_subscriber() { &self.from_subscribers } else { &self.from }
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

/// The mail: `letter` in the words of `templates`, in `envelope`. Who composes many keeps their [`Forms`].
pub fn compose(
    templates: &Templates,
    letter: &Letter,
    envelope: &Envelope<'_>,
) -> Result<Composed, ComposeError> {
    let draft = Draft::of(letter, envelope)?;
    draft.form(templates)?.fill(&draft)
}

/// A letter as everyone in its group gets it, but for what is each reader's own.
#[derive(Debug)]
struct Form {
    head: Head,
    body: Body,
    slots: Slots,
}

/// One letter before it is written, with the tokens of its delivery.
struct Draft<'a> {
    letter: &'a Letter,
    envelope: &'a Envelope<'a>,
    recipient: RecipientId,
    tokens: MailTokens<'a>,
}

impl<'a> Draft<'a> {
    /// Refuses what cannot leave, whatever its templates say.
    fn of(letter: &'a Letter, envelope: &'a Envelope<'a>) -> Result<Self, ComposeError> {
        headers::refuse_control_characters(letter, envelope)?;
        let recipient = match (letter, envelope.recipient) {
            (_, Some(recipient)) => recipient,
            (Letter::Notice { .. }, None) => {
                return Err(ComposeError::NoRecipient { delivery: envelope.delivery });
            }
            (Letter::Occasional(_), None) => RecipientId(0),
        };
        Ok(Self { letter, envelope, recipient, tokens: envelope.keys.mail_tokens(envelope.delivery)? })
    }

    /// The form of the letter's group; a letter on an occasion of its own is its own group.
    fn form(&self, templates: &Templates) -> Result<Form, ComposeError> {
        match self.letter {
            Letter::Notice { facts, reader } => {
                let group = Letter::notice(Arc::clone(facts), group::reader(facts, reader));
                Form::of(&group, self.envelope.office, &templates.write(&group, Whose::Group)?)
            }
            Letter::Occasional(_) => {
                let own = self.own(Slots::ALL);
                let written = templates.write(self.letter, Whose::Reader(&own))?;
                Form::of(self.letter, self.envelope.office, &written)
            }
        }
    }

    /// The reader's own values, as far as they are asked for.
    fn own(&self, asked: Slots) -> Own {
        let mut own = Own::default();
        for slot in Slot::ALL.into_iter().filter(|slot| asked.contains(*slot)) {
            own.set(slot, self.value(slot));
        }
        own
    }

    fn value(&self, slot: Slot) -> String {
        match (slot, self.letter) {
            (Slot::ObjectUrl, _) => self.object_page(),
            (Slot::IcsUrl, _) => format!("{}/deadline.ics", self.object_page()),
            (Slot::LetterUrl, _) => self.page(LinkPurpose::Letter, self.envelope.delivery.0),
            (Slot::ContactsUrl, _) => self.page(LinkPurpose::Manage, self.recipient.0),
            (Slot::UnsubscribeUrl, _) => self.page(LinkPurpose::Unsubscribe, self.recipient.0),
            (Slot::ConfirmUrl, _) => self.page(LinkPurpose::Confirm, self.envelope.delivery.0),
            (Slot::ReplyUrl, _) => self.page(LinkPurpose::Reply, self.envelope.delivery.0),
            (Slot::Code, _) => self.tokens.of(MailPurpose::Genuine).to_string(),
            (Slot::ObjectMail, _) => {
                self.envelope.office.reply_address.with(&self.tokens.of(MailPurpose::Objection))
            }
            (Slot::Customer, Letter::Notice { reader, .. }) => name(&reader.customer),
            (Slot::CustomerReference, Letter::Notice { reader, .. }) => {
                name(reader.customer_reference.as_deref().unwrap_or_default())
            }
            (Slot::ContactName, Letter::Notice { reader, .. }) => {
                name(reader.contact_name.as_deref().unwrap_or_default())
            }
            (Slot::Objection, Letter::Notice { reader, .. }) => {
                name(reader.objection.as_deref().unwrap_or_default())
            }
            // Only a notice goes to a group; the subject is put together of the others.
            (
                Slot::Customer
                | Slot::CustomerReference
                | Slot::ContactName
                | Slot::Objection
                | Slot::Subject,
                _,
            ) => String::new(),
        }
    }

    fn object_page(&self) -> String {
        let DeliveryId(object) = object_page(self.letter).unwrap_or(self.envelope.delivery);
        self.page(LinkPurpose::Object, object)
    }

    fn page(&self, purpose: LinkPurpose, id: i64) -> String {
        let link = self.envelope.keys.link(purpose, id, self.envelope.link_epoch);
        format!("{}/{}/{link}", self.letter.site(), purpose.path())
    }
}

impl Form {
    fn of(letter: &Letter, office: &Office, written: &Written) -> Result<Self, ComposeError> {
        headers::refuse_control_characters_in_facts(letter, office)?;
        let (head, body) = (Head::of(letter, office, written)?, Body::of(written));
        let slots = head.slots() | body.slots();
        Ok(Self { head, body, slots })
    }

    /// The letter on this draft, which must be one of the form's group.
    fn fill(&self, draft: &Draft<'_>) -> Result<Composed, ComposeError> {
        let (envelope, tokens) = (draft.envelope, &draft.tokens);
        let own = self.own(draft);
        let to = to_ascii_domain(&envelope.to, "the recipient's address")?;
        let delivery = tokens.of(MailPurpose::Delivery);
        let boundary = format!("=_{}", delivery.secret());
        let message_id =
            format!("{}@{}", &*tokens.of(MailPurpose::Message), envelope.office.reply_address.domain());
        let mut bytes = Vec::with_capacity(self.body.octets() + OWN_BYTES_LIKELY);
        let known = headers::Known {
            own: &own,
            to: &to,
            message_id: &message_id,
            delivery: &delivery,
            boundary: &boundary,
        };
        self.head.fill(&mut bytes, envelope, tokens, &known)?;
        bytes.extend_from_slice(b"\r\n");
        self.body.fill(&mut bytes, &own, &boundary)?;
        Ok(Composed {
            hash: Sha256::digest(&bytes).into(),
            bytes,
            envelope_from: match &envelope.office.bounce_address {
                Some(address) => address.with(&tokens.of(MailPurpose::Bounce)),
                None => envelope.office.sender(draft.letter).address.clone(),
            },
            smtputf8: !to.address.is_ascii(),
            envelope_to: to.address,
            message_id,
            date: envelope.date,
        })
    }

    fn own(&self, draft: &Draft<'_>) -> Own {
        let mut own = draft.own(self.slots);
        if let Some(subject) = self.head.subject(&own) {
            own.set(Slot::Subject, subject);
        }
        own
    }
}

/// A value from outside, harmless, and cut where it is absurdly long.
fn name(value: &str) -> String {
    text::clip(&text::in_line(value), text::NAME_CHARACTERS_MAX)
}

fn object_page(letter: &Letter) -> Option<DeliveryId> {
    match letter {
        Letter::Notice { .. } => None,
        Letter::Occasional(letter) => match &**letter {
            Occasional::Receipt(receipt) => receipt.object_page,
            Occasional::Answer(answer) => answer.object_page,
            Occasional::Authorised(authorised) => authorised.object_page,
            Occasional::Reply(_)
            | Occasional::Confirmation(_)
            | Occasional::Alert(_)
            | Occasional::Digest(_)
            | Occasional::Test(_)
            | Occasional::Probe(_) => None,
        },
    }
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
pub(super) mod tests;
