//! `mail`: a letter as it would look, and a real one to see that letters arrive.

use std::io::Write as _;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use clap::builder::PossibleValuesParser;

use super::{Failure, Global, OrHint as _, context, print};
use crate::actions::{Context, prove_reply_path};
use crate::config::Mailbox;
use crate::domain::change::ChangeKind;
use crate::domain::customer::{Contract, Grounds};
use crate::domain::delivery::{DeliveryId, Lane, Said};
use crate::domain::notice::NoticeFacts;
use crate::domain::recipient::{RecipientId, parse_address};
use crate::mail::Composed;
use crate::mail::compose::{Envelope, Office, compose};
use crate::mail::letter::{Deadline, Kind, Letter, Occasional, Reader, Test, sample};
use crate::store;

/// Half of the 40 bits: real deliveries would get there after 500 million batches.
const TEST_NUMBERS_FROM: i64 = 1 << 39;

/// See a letter before it leaves, or send one to see that it arrives
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  forenotice mail preview announcement --to C-1042\n  forenotice mail test dpo@processor.example"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Preview(Preview),
    Test(TestLetter),
    /// Send test letters to our own addresses now, to see whether what customers answer reaches us
    #[command(after_help = "Example:\n  forenotice mail probe")]
    Probe,
}

/// A letter as it would look, with invented facts, to a real customer where one is named
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  forenotice mail preview receipt --to C-1042 --format html > receipt.html\n  forenotice mail preview announcement --several --language de\n  forenotice mail preview announcement --change CHG-2026-0001 --to C-1042"
)]
struct Preview {
    /// Which letter
    #[arg(value_name = "KIND", value_parser = PossibleValuesParser::new(Kind::ALL.map(Kind::as_str)))]
    kind: String,
    /// A customer by its reference (default: an invented one)
    #[arg(long, value_name = "REF")]
    to: Option<String>,
    /// In another language than the reader's
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// An announcement or a reminder as it is when one notice tells of several changes
    #[arg(long)]
    several: bool,
    /// A notice about this change, as it is planned (default: an invented one)
    #[arg(long, value_name = "CHG", conflicts_with = "several")]
    change: Option<String>,
    /// The whole mail, or one of its parts
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// The mail as it goes over the wire
    Eml,
    Html,
    /// Subject and text part
    Text,
}

/// Send one real letter through the relay, and say what the relay said
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  forenotice mail test dpo@processor.example")]
struct TestLetter {
    #[arg(value_name = "ADDRESS")]
    address: String,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    let cx = context::open(global)?;
    match &args.command {
        Command::Preview(args) => preview(&cx, args).await,
        Command::Test(args) => test(&cx, args).await,
        Command::Probe => probe(&cx).await,
    }
}

async fn preview(cx: &Context, args: &Preview) -> Result<(), Failure> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == args.kind);
    let kind = kind.ok_or_else(|| Failure::new(format!("no letter is called {:?}", args.kind)))?;
    let (now, mut reader, to) = match &args.to {
        None => {
            let now = cx.clock.now();
            let reader = sample::reader(&cx.policy.zone, now);
            let to = Mailbox {
                name: reader.contact_name.clone(),
                address: "p.lindqvist@halden.example".to_owned(),
            };
            (now, reader, to)
        }
        Some(reference) => {
            let now = cx.now().await?;
            let (reader, to) = real_reader(cx, reference, now).await?;
            (now, reader, to)
        }
    };
    if let Some(language) = &args.language {
        reader.language.clone_from(spoken(cx, language)?);
    }
    let letter = sample::letter(kind, cx.settings.site.processor(), reader, now);
    let letter = match &args.change {
        Some(reference) => about(cx, letter, reference).await?,
        None if args.several => of_several(letter, kind)?,
        None => letter,
    };
    // Number 0 is nobody's: the links and tokens of a preview open nothing.
    show(&composed(cx, &letter, DeliveryId(0), to, now)?, args.format)
}

fn spoken<'a>(cx: &'a Context, language: &str) -> Result<&'a String, Failure> {
    let known = &cx.settings.site.languages;
    known.iter().find(|tag| *tag == language).ok_or_else(|| {
        Failure::new(format!("letters are not written in {language:?}"))
            .hint(format!("take one of {}", known.join(", ")))
    })
}

/// The same notice about a real change; what only a notice that was sent can tell stays invented.
async fn about(cx: &Context, letter: Letter, reference: &str) -> Result<Letter, Failure> {
    let Letter::Notice { facts, mut reader } = letter else {
        return Err(Failure::new("this letter is about no change").hint(
            "--change goes with announcement, reminder, rescheduled, withdrawn, held, effective or corrected",
        ));
    };
    let change = store::change::by_reference(cx.snapshot().await?.conn(), reference)
        .await
        .or_hint("forenotice change list names them all")?;
    if let Some(Deadline::UntilEffect(until)) = &mut reader.deadline {
        *until = change.effective_at;
    }
    if change.draft.kind == ChangeKind::Removal {
        reader.deadline = None;
    }
    let real = cx.notice_about(facts.kind, std::slice::from_ref(&change));
    let facts = NoticeFacts { changes: real.changes, in_use: real.in_use, ..NoticeFacts::clone(&facts) };
    Ok(Letter::notice(Arc::new(facts), *reader))
}

/// Only what tells of an announcement has its changes together; whatever follows is about one.
fn of_several(letter: Letter, kind: Kind) -> Result<Letter, Failure> {
    match letter {
        Letter::Notice { facts, reader } if matches!(kind, Kind::Announcement | Kind::Reminder) => {
            Ok(Letter::notice(Arc::new(sample::of_several((*facts).clone())), *reader))
        }
        Letter::Notice { .. } | Letter::Occasional(_) => Err(Failure::new(format!(
            "a letter of the kind {} never tells of several changes",
            kind.as_str()
        ))
        .hint("--several goes with announcement or reminder")),
    }
}

/// The first reachable contact of a customer, under the terms of its first contract.
async fn real_reader(
    cx: &Context,
    reference: &str,
    now: DateTime<Utc>,
) -> Result<(Reader, Mailbox), Failure> {
    let mut snapshot = cx.snapshot().await?;
    let customer = store::customer::by_reference(snapshot.conn(), reference).await?;
    let Some(customer) = customer else {
        return Err(unknown_customer(
            reference,
            &store::customer::references_like(snapshot.conn(), reference).await?,
        ));
    };
    let contacts = store::recipient::of_customer(snapshot.conn(), customer.id).await?;
    let contact =
        contacts.into_iter().find(crate::domain::recipient::Recipient::reachable).ok_or_else(|| {
            Failure::new(format!("nobody at {} can be written to", customer.name))
                .hint("add a contact to the customers file and import it")
        })?;
    let name = Some(contact.name.clone()).filter(|name| !name.is_empty());
    let today = cx.policy.zone.day_of(now);
    let versions = store::customer::contract_versions(snapshot.conn(), customer.id).await?;
    let terms_of =
        versions.into_iter().find(|version| version.valid_from <= today).map(|version| version.contract);
    let reader = Reader {
        customer: customer.name,
        customer_reference: Some(customer.reference),
        contact_name: name.clone(),
        language: contact.language,
        ..under(cx, terms_of.as_ref(), now)
    };
    Ok((reader, Mailbox { name, address: contact.address }))
}

fn unknown_customer(reference: &str, near: &[String]) -> Failure {
    let unknown = Failure::new(format!("no customer has the reference {reference:?}"));
    match near.first() {
        Some(near) => unknown.hint(format!("perhaps {near}")),
        None => unknown.hint("forenotice customers export lists them"),
    }
}

/// What a letter handed over now would promise under `contract`; without one, what the policy does.
fn under(cx: &Context, contract: Option<&Contract>, now: DateTime<Utc>) -> Reader {
    let mut reader = Reader { document: None, clause: None, ..sample::reader(&cx.policy.zone, now) };
    let Some(contract) = contract else { return reader };
    let timing = contract.terms.timing(&cx.policy, false);
    let invented_start = cx.policy.zone.first_instant(cx.policy.zone.day_of(now + TimeDelta::days(53)));
    reader.deadline = Some(match timing.periods(now).window_closes_at {
        Some(closes) => Deadline::At(closes),
        None => Deadline::UntilEffect(invented_start),
    });
    reader.zone = timing.zone;
    reader.authorisation = contract.terms.authorisation();
    reader.grounds = contract.terms.grounds.unwrap_or(Grounds::None);
    reader.cite(contract);
    reader
}

fn composed(
    cx: &Context,
    letter: &Letter,
    delivery: DeliveryId,
    to: Mailbox,
    now: DateTime<Utc>,
) -> Result<Composed, Failure> {
    let envelope = Envelope {
        office: &Office::of(&cx.settings),
        keys: &cx.keys,
        delivery,
        recipient: Some(RecipientId(0)),
        link_epoch: 0,
        to,
        thread: Some(delivery),
        earlier: &[],
        in_reply_to: None,
        date: now,
    };
    Ok(compose(&cx.templates, letter, &envelope)?)
}

fn show(mail: &Composed, format: Format) -> Result<(), Failure> {
    let part = |index: usize, html: bool| {
        let read = mail_parser::MessageParser::default().parse(&mail.bytes)?;
        let body = if html { read.body_html(index)? } else { read.body_text(index)? };
        Some((read.subject()?.to_owned(), body.replace("\r\n", "\n")))
    };
    let unreadable = || Failure::new("the letter just composed cannot be read back");
    match format {
        Format::Eml => Ok(std::io::stdout().lock().write_all(&mail.bytes)?),
        Format::Html => print(part(0, true).ok_or_else(unreadable)?.1.trim_end()),
        Format::Text => {
            let (subject, text) = part(0, false).ok_or_else(unreadable)?;
            print(format!("To:      {}\nSubject: {subject}\n\n{}", mail.envelope_to, text.trim_end()))
        }
    }
}

async fn test(cx: &Context, args: &TestLetter) -> Result<(), Failure> {
    let address = parse_address(&args.address).or_hint("give an address such as dpo@processor.example")?;
    let mail = test_letter(cx, &address)?;
    match cx.post.hand_over(&mail, Lane::Single).await.said {
        Said::Accepted { code, words, .. } => {
            print(format!("The relay took the letter to {address}: {code} {words}"))
        }
        said => {
            Err(Failure::new(format!("the relay did not take the letter to {address}: {}", in_words(&said)))
                .hint("check smtp.url, smtp.from and what the relay said"))
        }
    }
}

/// A real letter that says it is a test.
pub(super) fn test_letter(cx: &Context, address: &str) -> Result<Composed, Failure> {
    let now = cx.clock.now();
    let letter = Letter::occasional(Occasional::Test(Test {
        processor: cx.settings.site.processor(),
        zone: cx.policy.zone.clone(),
        at: now,
    }));
    // Ids of their own beyond any delivery's: a relay that drops a Message-ID seen before still takes the next test,
    // and its bounce is no delivery's.
    let number = DeliveryId(TEST_NUMBERS_FROM + now.timestamp());
    composed(cx, &letter, number, Mailbox { name: None, address: address.to_owned() }, now)
}

async fn probe(cx: &Context) -> Result<(), Failure> {
    let relays = prove_reply_path::probe_now(cx).await?;
    if relays.is_empty() {
        return Err(Failure::new("no door for mail is configured, so nothing can come home").hint(
            "set inbound.listen, inbound.imap, inbound.mime_secret or, for an MTA's pipe, inbound.settle",
        ));
    }
    let names: Vec<&str> = relays.iter().map(|relay| &**relay).collect();
    print(format_args!(
        "Test letters to our own addresses are on their way by {}; `forenotice doctor` says whether they came home.",
        names.join(", ")
    ))
}

/// `550 5.1.1 no such user`: the relay's code and words as it gave them.
fn in_words(said: &Said) -> String {
    match said.code() {
        Some(code) => format!("{code} {}", said.words()),
        None => said.words().to_owned(),
    }
}
