//! The headers of a letter, in the order of chapter 10, by the kind of letter.

use std::time::SystemTime;

use lettre::message::header::{Date, From, Header, HeaderName, HeaderValue, Headers, ReplyTo, To};
use lettre::message::{Mailboxes, MultiPart};

use super::{ComposeError, Envelope};
use crate::config::Mailbox;
use crate::domain::access::MailPurpose;
use crate::mail::letter::{Alarm, Kind, Letter, Occasional, Standing};
use crate::mail::templates::Written;
use crate::mail::text;
use crate::mail::words::Links;

/// The longest that a name stands before an address.
const DISPLAY_NAME_CHARACTERS_MAX: usize = 60;
/// Earlier letters named in References; the thread root stands before them.
const REFERENCES_MAX: usize = 8;

/// What composing has found out before it comes to the headers.
pub(super) struct Known<'a> {
    pub written: &'a Written,
    pub to: &'a Mailbox,
    pub message_id: &'a str,
    pub delivery_token: &'a str,
    pub content_type: &'a MultiPart,
}

/// How mail systems may answer a letter (RFC 3834; MS-OXCMAIL 2.1.3.2.20).
enum Automatic {
    /// A person wrote it, or a machine that wants answers: an out-of-office proves the mailbox and names who left.
    No,
    Replied,
    Generated,
}

fn automatic(kind: Kind) -> Automatic {
    match kind {
        Kind::Announcement
        | Kind::Reminder
        | Kind::Rescheduled
        | Kind::Withdrawn
        | Kind::Held
        | Kind::Effective
        | Kind::Corrected
        | Kind::Answer => Automatic::No,
        Kind::Receipt => Automatic::Replied,
        Kind::Confirmation | Kind::Alert | Kind::Digest | Kind::Test => Automatic::Generated,
    }
}

pub(super) fn headers(
    letter: &Letter,
    envelope: &Envelope<'_>,
    links: &Links,
    known: &Known<'_>,
) -> Result<String, ComposeError> {
    let mut headers = Headers::new();
    who_and_when(&mut headers, letter, envelope, known)?;
    put(&mut headers, "Message-ID", format!("<{}>", known.message_id));
    thread(&mut headers, envelope)?;
    let suppress = match automatic(letter.kind()) {
        Automatic::No => None,
        Automatic::Replied => Some("auto-replied"),
        Automatic::Generated => Some("auto-generated"),
    };
    if let Some(how) = suppress {
        put(&mut headers, "Auto-Submitted", how);
        put(&mut headers, "X-Auto-Response-Suppress", "OOF, AutoReply");
    }
    if leaves_with_one_click(letter) {
        list(&mut headers, letter, envelope, links)?;
    }
    put(&mut headers, "MIME-Version", "1.0");
    put(&mut headers, "Content-Language", known.written.language.clone());
    let content_type = known.content_type.headers().get_raw("Content-Type").unwrap_or_default();
    put(&mut headers, "Content-Type", content_type);
    ours(&mut headers, letter, envelope, known);
    Ok(headers.to_string())
}

fn who_and_when(
    headers: &mut Headers,
    letter: &Letter,
    envelope: &Envelope<'_>,
    known: &Known<'_>,
) -> Result<(), ComposeError> {
    let office = envelope.office;
    let from = if letter.to_subscriber() { &office.from_subscribers } else { &office.from };
    let reply = envelope.keys.mail_token(MailPurpose::Reply, envelope.delivery)?;
    let reply_to = Mailbox { name: from.name.clone(), address: office.reply_address.with(&reply) };
    headers.set(Date::new(SystemTime::from(envelope.date)));
    headers.insert_raw(addressed::<From>(from, "smtp.from")?);
    headers.insert_raw(addressed::<ReplyTo>(&reply_to, "inbound.reply_address")?);
    headers.insert_raw(addressed::<To>(known.to, "the recipient's address")?);
    put(headers, "Subject", plain(&known.written.subject));
    Ok(())
}

/// A header of one address, folded before it where name and address are too long for a line: lettre does not.
fn addressed<H: Header + std::convert::From<Mailboxes>>(
    whose: &Mailbox,
    field: &'static str,
) -> Result<HeaderValue, ComposeError> {
    const LINE_OCTETS_MAX: usize = 76;
    let mailbox = mailbox(whose, field)?;
    let raw = mailbox.to_string();
    let mut only = Headers::new();
    only.set(H::from(Mailboxes::from(mailbox)));
    let line = only.to_string();
    let encoded = line.trim_end().split_once(": ").map_or("", |(_, value)| value);
    let last_line = encoded.rsplit("\r\n").next().unwrap_or(encoded).len() + H::name().len() + 2;
    let folded = match encoded.rfind(" <") {
        Some(at) if last_line > LINE_OCTETS_MAX => format!("{}\r\n{}", &encoded[..at], &encoded[at..]),
        _ => encoded.to_owned(),
    };
    Ok(HeaderValue::dangerous_new_pre_encoded(H::name(), raw, folded))
}

/// The root first: no relay rewrites it, so an answer comes home whatever became of our Message-IDs.
fn thread(headers: &mut Headers, envelope: &Envelope<'_>) -> Result<(), ComposeError> {
    if let Some(answered) = envelope.in_reply_to {
        put(headers, "In-Reply-To", format!("<{answered}>"));
    }
    let Some(first) = envelope.thread else { return Ok(()) };
    let root = envelope.keys.mail_token(MailPurpose::Thread, first)?;
    let mut references = vec![format!("<{root}@{}>", envelope.office.reply_address.domain())];
    let skipped = envelope.earlier.len().saturating_sub(REFERENCES_MAX);
    references.extend(envelope.earlier[skipped..].iter().map(|id| format!("<{id}>")));
    if let Some(answered) =
        envelope.in_reply_to.filter(|id| !envelope.earlier.iter().any(|other| other == id))
    {
        references.push(format!("<{answered}>"));
    }
    put(headers, "References", references.join(" "));
    Ok(())
}

/// Only somebody who asked for notices leaves with one click: it would silence a party of a contract.
fn leaves_with_one_click(letter: &Letter) -> bool {
    match letter {
        Letter::Notice { reader, .. } => matches!(reader.standing, Standing::Subscriber { .. }),
        Letter::Occasional(_) => false,
    }
}

/// RFC 2919 and RFC 8058.
fn list(
    headers: &mut Headers,
    letter: &Letter,
    envelope: &Envelope<'_>,
    links: &Links,
) -> Result<(), ComposeError> {
    let base = &letter.processor().base_url;
    let host = base.split_once("://").map_or(base.as_str(), |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or(host);
    let unsubscribe = envelope.keys.mail_token(MailPurpose::Unsubscribe, envelope.delivery)?;
    let mailto = envelope.office.reply_address.with(&unsubscribe);
    put(headers, "List-Id", format!("<notices.{host}>"));
    put(headers, "List-Unsubscribe", format!("<{}>, <mailto:{mailto}>", links.unsubscribe_url));
    put(headers, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    Ok(())
}

fn ours(headers: &mut Headers, letter: &Letter, envelope: &Envelope<'_>, known: &Known<'_>) {
    let audience = match letter {
        Letter::Notice { reader, .. } => match reader.standing {
            Standing::Contact | Standing::LateJoiner { .. } => "contact",
            Standing::Subscriber { .. } => "subscriber",
        },
        Letter::Occasional(letter) => match **letter {
            Occasional::Receipt(_) | Occasional::Answer(_) => "contact",
            Occasional::Confirmation(_) => "subscriber",
            Occasional::Alert(_) | Occasional::Digest(_) | Occasional::Test(_) => "operator",
        },
    };
    let changes = letter.change_refs();
    let about = changes.first().copied().unwrap_or("none");
    let kind = letter.kind().as_str();
    put(headers, "Feedback-ID", format!("{about}:{kind}:{audience}:{}", envelope.office.feedback_id));
    put(headers, "X-Forenotice-Delivery", known.delivery_token);
    if let Letter::Notice { facts, .. } = letter {
        put(headers, "X-Forenotice-Notice", facts.reference.clone());
    }
    if !changes.is_empty() {
        put(headers, "X-Forenotice-Change", changes.join(", "));
    }
}

fn put(headers: &mut Headers, name: &'static str, value: impl Into<String>) {
    headers.insert_raw(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.into()));
}

fn mailbox(mailbox: &Mailbox, field: &'static str) -> Result<lettre::message::Mailbox, ComposeError> {
    let refused = || ComposeError::Address { field, address: mailbox.address.clone() };
    let (local, domain) = mailbox.address.rsplit_once('@').ok_or_else(refused)?;
    let address = lettre::Address::new(local, domain).map_err(|_| refused())?;
    let name = mailbox.name.as_deref().map(|name| text::clip(&plain(name), DISPLAY_NAME_CHARACTERS_MAX));
    Ok(lettre::message::Mailbox::new(name.filter(|name| !name.is_empty()), address))
}

/// A value that no mail program takes for an encoded word of somebody else's making.
fn plain(value: &str) -> String {
    text::in_line(value).replace("=?", "= ?")
}

/// A value with a line break could end a header and begin another: it is refused, by name, not repaired.
pub(super) fn refuse_control_characters(
    letter: &Letter,
    envelope: &Envelope<'_>,
) -> Result<(), ComposeError> {
    let processor = letter.processor();
    let mut values = vec![
        ("the processor's name", processor.name.as_str()),
        ("the recipient's name", envelope.to.name.as_deref().unwrap_or_default()),
        ("the recipient's address", &envelope.to.address),
        ("the sender's name", envelope.office.from.name.as_deref().unwrap_or_default()),
        ("the Message-ID answered", envelope.in_reply_to.unwrap_or_default()),
    ];
    values.extend(envelope.earlier.iter().map(|id| ("an earlier Message-ID", id.as_str())));
    values.extend(letter.change_refs().into_iter().map(|reference| ("a change's reference", reference)));
    match letter {
        Letter::Notice { facts, reader } => {
            values.push(("the notice's reference", &facts.reference));
            values.push(("the customer's name", &reader.customer));
            values.push(("the contact's name", reader.contact_name.as_deref().unwrap_or_default()));
            for change in &facts.changes {
                values.push(("a subprocessor's name", &change.facts.name));
                values.push((
                    "the replaced subprocessor's name",
                    change.replaces.as_deref().unwrap_or_default(),
                ));
            }
        }
        Letter::Occasional(letter) => match &**letter {
            Occasional::Receipt(receipt) => {
                values.push(("the objection's reference", &receipt.objection_ref));
                values.push(("the customer's name", &receipt.customer));
                values.extend(
                    receipt.changes.iter().map(|c| ("a subprocessor's name", c.subprocessor.as_str())),
                );
            }
            Occasional::Answer(answer) => {
                values.push(("the objection's reference", &answer.objection_ref));
                values.push(("the customer's name", &answer.customer));
                values.extend(
                    answer.changes.iter().map(|c| ("a subprocessor's name", c.subprocessor.as_str())),
                );
            }
            Occasional::Alert(alert) => {
                values
                    .extend(alert.what.change().map(|c| ("a subprocessor's name", c.subprocessor.as_str())));
                if let Alarm::SuccessorNamed { customer, .. } = &alert.what {
                    values.push(("the customer's name", customer));
                }
            }
            Occasional::Confirmation(_) | Occasional::Digest(_) | Occasional::Test(_) => {}
        },
    }
    match values.into_iter().find(|(_, value)| value.contains(['\r', '\n', '\0'])) {
        Some((field, _)) => Err(ComposeError::ControlCharacter { field }),
        None => Ok(()),
    }
}
