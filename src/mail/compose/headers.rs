//! The headers of a letter, in the order of chapter 10, by the kind of letter.

use std::time::SystemTime;

use lettre::message::Mailboxes;
use lettre::message::header::{Date, From, Header, HeaderName, HeaderValue, Headers, ReplyTo, To};

use super::form::{self, put};
use super::{ComposeError, Envelope, Office};
use crate::config::Mailbox;
use crate::domain::access::{MailPurpose, MailTokens};
use crate::mail::letter::{Alarm, ChangeName, Kind, Letter, Occasional, Standing};
use crate::mail::relay::profile;
use crate::mail::slot::{self, Own, Piece, Slot, Slots};
use crate::mail::templates::{SUBJECT_NAME_CHARACTERS_MAX, Written};
use crate::mail::text;

/// The longest that a name stands before an address.
const DISPLAY_NAME_CHARACTERS_MAX: usize = 60;
/// Earlier letters named in References; the thread root stands before them.
const REFERENCES_MAX: usize = 8;

/// What is one letter's own in its headers.
pub(super) struct Known<'a> {
    pub own: &'a Own,
    pub to: &'a Mailbox,
    pub message_id: &'a str,
    pub delivery: &'a str,
    pub boundary: &'a str,
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
        Kind::Receipt | Kind::Reply | Kind::Authorised => Automatic::Replied,
        Kind::Confirmation | Kind::Alert | Kind::Digest | Kind::Test => Automatic::Generated,
    }
}

/// The headers of a group's letters: what is the same in each lies ready, with its line ends.
#[derive(Debug)]
pub(super) struct Head {
    from: String,
    /// What stands before the token for answers, and behind it.
    reply_to: (String, String),
    answers_are: MailPurpose,
    subject: Subject,
    /// How mail systems may answer.
    automatic: String,
    list: Option<List>,
    nature: String,
    feedback: String,
    about: String,
}

#[derive(Debug)]
enum Subject {
    Fixed(String),
    Own(Vec<Piece>),
}

/// RFC 2919 and RFC 8058.
#[derive(Debug)]
struct List {
    id: String,
    post: String,
}

impl Head {
    pub(super) fn of(letter: &Letter, office: &Office, written: &Written) -> Result<Self, ComposeError> {
        let from = office.sender(letter);
        let pieces = slot::pieces(&written.subject);
        let subject = if form::slots(&pieces).is_empty() {
            Subject::Fixed(header("Subject", plain(&written.subject)))
        } else {
            Subject::Own(pieces)
        };
        Ok(Self {
            from: addressed::<From>(from, "smtp.from")?,
            reply_to: reply_to(from, office)?,
            answers_are: letter.answers_are(),
            subject,
            automatic: how_to_answer(letter),
            list: leaves_with_one_click(letter).then(|| List::of(letter)),
            nature: header("MIME-Version", "1.0") + &header("Content-Language", &*written.language),
            feedback: header("Feedback-ID", feedback_id(letter, office)),
            about: about(letter),
        })
    }

    /// The slots that it has itself.
    pub(super) fn slots(&self) -> Slots {
        let of_subject = match &self.subject {
            Subject::Fixed(_) => Slots::default(),
            Subject::Own(pieces) => form::slots(pieces),
        };
        of_subject | self.list.iter().map(|_| Slot::UnsubscribeUrl).collect()
    }

    /// The subject of a reader's own, if it is one.
    pub(super) fn subject(&self, own: &Own) -> Option<String> {
        let Subject::Own(pieces) = &self.subject else { return None };
        let filled = pieces.iter().map(|piece| match piece {
            Piece::Fixed(words) => words.clone(),
            Piece::Slot { slot, .. } => text::clip(own.get(*slot), SUBJECT_NAME_CHARACTERS_MAX),
        });
        Some(text::in_line(&filled.collect::<String>()))
    }

    pub(super) fn fill(
        &self,
        out: &mut Vec<u8>,
        envelope: &Envelope<'_>,
        tokens: &MailTokens<'_>,
        known: &Known<'_>,
    ) -> Result<(), ComposeError> {
        let office = envelope.office;
        let mut date = Headers::new();
        date.set(Date::new(SystemTime::from(envelope.date)));
        put(out, &[&date.to_string(), &self.from]);
        put(out, &[&self.reply_to.0, &tokens.of(self.answers_are), &self.reply_to.1]);
        put(out, &[&addressed::<To>(known.to, "the recipient's address")?]);
        match &self.subject {
            Subject::Fixed(subject) => put(out, &[subject]),
            Subject::Own(_) => put(out, &[&header("Subject", plain(known.own.get(Slot::Subject)))]),
        }
        put(out, &[&header("Message-ID", format!("<{}>", known.message_id))]);
        thread(out, envelope, tokens)?;
        put(out, &[&self.automatic]);
        if let Some(list) = &self.list {
            let mailto = office.reply_address.with(&tokens.of(MailPurpose::Unsubscribe));
            let ways = format!("<{}>, <mailto:{mailto}>", known.own.get(Slot::UnsubscribeUrl));
            put(out, &[&list.id, &header("List-Unsubscribe", ways), &list.post]);
        }
        let content_type = format!("multipart/alternative; boundary=\"{}\"", known.boundary);
        put(out, &[&self.nature, &header("Content-Type", content_type), &self.feedback]);
        put(out, &[&header("X-Forenotice-Delivery", known.delivery), &self.about]);
        for (name, value) in &*office.relay_headers {
            put(out, &[&header(name, value.replace(profile::DELIVERY, known.delivery))]);
        }
        Ok(())
    }
}

fn how_to_answer(letter: &Letter) -> String {
    let suppress = match automatic(letter.kind()) {
        Automatic::No => return String::new(),
        Automatic::Replied => "auto-replied",
        Automatic::Generated => "auto-generated",
    };
    header("Auto-Submitted", suppress) + &header("X-Auto-Response-Suppress", "OOF, AutoReply")
}

/// `Reply-To`, taken apart at its token. Tokens are all of one length, so it is folded at the same place for each.
fn reply_to(from: &Mailbox, office: &Office) -> Result<(String, String), ComposeError> {
    const STAND_IN: &str = "r-000000000000000000";
    let address = office.reply_address.with(STAND_IN);
    let line = addressed::<ReplyTo>(&Mailbox { name: from.name.clone(), address }, "inbound.reply_address")?;
    // The address is the last of it.
    let (before, after) = line.rsplit_once(STAND_IN).unwrap_or((&line, ""));
    Ok((before.to_owned(), after.to_owned()))
}

/// A header of one address, folded before it where name and address are too long for a line: lettre does not.
fn addressed<H: Header + std::convert::From<Mailboxes>>(
    whose: &Mailbox,
    field: &'static str,
) -> Result<String, ComposeError> {
    const LINE_OCTETS_MAX: usize = 76;
    let mut only = Headers::new();
    only.set(H::from(Mailboxes::from(mailbox(whose, field)?)));
    let mut line = only.to_string();
    let encoded = line.trim_end().split_once(": ").map_or("", |(_, value)| value);
    let last_line = encoded.rsplit("\r\n").next().unwrap_or(encoded).len() + H::name().len() + 2;
    if let Some(at) = line.rfind(" <").filter(|_| last_line > LINE_OCTETS_MAX) {
        line.insert_str(at, "\r\n");
    }
    Ok(line)
}

/// The root first: no relay rewrites it, so an answer comes home whatever became of our Message-IDs.
fn thread(out: &mut Vec<u8>, envelope: &Envelope<'_>, tokens: &MailTokens<'_>) -> Result<(), ComposeError> {
    if let Some(answered) = envelope.in_reply_to {
        put(out, &[&header("In-Reply-To", format!("<{answered}>"))]);
    }
    let Some(first) = envelope.thread else { return Ok(()) };
    let first = if first == envelope.delivery { *tokens } else { envelope.keys.mail_tokens(first)? };
    let root = first.of(MailPurpose::Thread);
    let mut references = vec![format!("<{root}@{}>", envelope.office.reply_address.domain())];
    let skipped = envelope.earlier.len().saturating_sub(REFERENCES_MAX);
    references.extend(envelope.earlier[skipped..].iter().map(|id| format!("<{id}>")));
    if let Some(answered) =
        envelope.in_reply_to.filter(|id| !envelope.earlier.iter().any(|other| other == id))
    {
        references.push(format!("<{answered}>"));
    }
    put(out, &[&header("References", references.join(" "))]);
    Ok(())
}

/// Only somebody who asked for notices leaves with one click: it would silence a party of a contract.
fn leaves_with_one_click(letter: &Letter) -> bool {
    match letter {
        Letter::Notice { reader, .. } => matches!(reader.standing, Standing::Subscriber { .. }),
        Letter::Occasional(_) => false,
    }
}

impl List {
    fn of(letter: &Letter) -> Self {
        let site = letter.site();
        let host = site.split_once("://").map_or(&*site, |(_, rest)| rest);
        let host = host.split(['/', ':']).next().unwrap_or(host);
        Self {
            id: header("List-Id", format!("<notices.{host}>")),
            post: header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        }
    }
}

fn feedback_id(letter: &Letter, office: &Office) -> String {
    let audience = match letter {
        Letter::Notice { reader, .. } => match reader.standing {
            Standing::Contact | Standing::LateJoiner { .. } => "contact",
            Standing::Subscriber { .. } => "subscriber",
        },
        Letter::Occasional(letter) => match **letter {
            Occasional::Receipt(_)
            | Occasional::Reply(_)
            | Occasional::Answer(_)
            | Occasional::Authorised(_) => "contact",
            Occasional::Confirmation(_) => "subscriber",
            Occasional::Alert(_) | Occasional::Digest(_) | Occasional::Test(_) | Occasional::Probe(_) => {
                "operator"
            }
        },
    };
    let about = letter.change_refs().first().copied().unwrap_or("none");
    format!("{about}:{}:{audience}:{}", letter.kind().as_str(), office.feedback_id)
}

fn about(letter: &Letter) -> String {
    let notice = match letter {
        Letter::Notice { facts, .. } => header("X-Forenotice-Notice", &*facts.reference),
        Letter::Occasional(_) => String::new(),
    };
    match letter.change_refs() {
        none if none.is_empty() => notice,
        changes => notice + &header("X-Forenotice-Change", changes.join(", ")),
    }
}

/// A header with its line end, folded and encoded where it needs to be.
fn header(name: &'static str, value: impl Into<String>) -> String {
    const LINE_OCTETS_MAX: usize = 76;
    let value = value.into();
    let fits = name.len() + ": ".len() + value.len() <= LINE_OCTETS_MAX;
    if fits && value.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return format!("{name}: {value}\r\n");
    }
    let mut only = Headers::new();
    only.insert_raw(HeaderValue::new(HeaderName::new_from_ascii_str(name), value));
    only.to_string()
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
    let earlier = envelope.earlier.iter().map(|id| ("an earlier Message-ID", id.as_str()));
    let reader = match letter {
        Letter::Notice { reader, .. } => [
            ("the customer's name", reader.customer.as_str()),
            ("the contact's name", reader.contact_name.as_deref().unwrap_or_default()),
        ],
        Letter::Occasional(_) => [("", ""); 2],
    };
    let values = [
        ("the recipient's name", envelope.to.name.as_deref().unwrap_or_default()),
        ("the recipient's address", &envelope.to.address),
        ("the Message-ID answered", envelope.in_reply_to.unwrap_or_default()),
    ];
    refuse(values.into_iter().chain(earlier).chain(reader))
}

/// The same of what all letters of a group have in common.
pub(super) fn refuse_control_characters_in_facts(
    letter: &Letter,
    office: &Office,
) -> Result<(), ComposeError> {
    let mut values = vec![
        ("the processor's name", letter.processor().name.as_str()),
        ("the sender's name", office.from.name.as_deref().unwrap_or_default()),
    ];
    values.extend(letter.change_refs().into_iter().map(|reference| ("a change's reference", reference)));
    match letter {
        Letter::Notice { facts, .. } => {
            values.push(("the notice's reference", &facts.reference));
            for change in &facts.changes {
                let replaced = change.replaces.as_deref().unwrap_or_default();
                values.push(("a subprocessor's name", &change.facts.name));
                values.push(("the replaced subprocessor's name", replaced));
            }
        }
        Letter::Occasional(letter) => of_occasion(letter, &mut values),
    }
    refuse(values.into_iter())
}

fn of_occasion<'a>(letter: &'a Occasional, values: &mut Vec<(&'static str, &'a str)>) {
    let name = |change: &'a ChangeName| ("a subprocessor's name", change.subprocessor.as_str());
    match letter {
        Occasional::Receipt(receipt) => {
            values.push(("the objection's reference", &receipt.objection_ref));
            values.push(("the customer's name", &receipt.customer));
            values.extend(receipt.changes.iter().map(name));
        }
        Occasional::Reply(reply) => {
            values.push(("the customer's name", &reply.customer));
            values.extend(reply.changes.iter().map(name));
        }
        Occasional::Answer(answer) => {
            values.push(("the objection's reference", &answer.objection_ref));
            values.push(("the customer's name", &answer.customer));
            values.extend(answer.changes.iter().map(name));
        }
        Occasional::Authorised(authorised) => {
            values.push(("the customer's name", &authorised.customer));
            values.push(name(&authorised.change));
        }
        Occasional::Alert(alert) => {
            values.extend(alert.what.change().map(name));
            if let Alarm::SuccessorNamed { customer, .. } = &alert.what {
                values.push(("the customer's name", customer));
            }
        }
        Occasional::Confirmation(_) | Occasional::Digest(_) | Occasional::Test(_) | Occasional::Probe(_) => {}
    }
}

fn refuse<'a>(mut values: impl Iterator<Item = (&'static str, &'a str)>) -> Result<(), ComposeError> {
    match values.find(|(_, value)| value.contains(['\r', '\n', '\0'])) {
        Some((field, _)) => Err(ComposeError::ControlCharacter { field }),
        None => Ok(()),
    }
}
