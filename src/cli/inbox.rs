//! `inbox`: what came in by mail, what it was taken for, and what a person says that it is.

use std::io::{self, Write as _};

use clap::Subcommand;
use serde_json::{Value, json};

use super::foreign::{harmless, print};
use super::objection::instant;
use super::{Failure, Global, Output, context};
use crate::actions::rule_on_mail::{self, Error};
use crate::domain::inbound::Reading;
use crate::domain::inbox::Ruling;
use crate::store::inbound::MessageId;
use crate::store::inbox::{self, Filter, Item};

const LISTED_MAX: i64 = 1000;

/// Mail that came in: replies, bounces, automatic answers
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Those that wait for a person, the oldest first; with --all, and for programs, every mail, the newest first
    #[command(after_help = "Examples:\n  forenotice inbox list\n  forenotice inbox list --waiting --json")]
    List(ListArgs),
    /// One mail: the person's own words first, then what is known of it
    #[command(
        after_help = "Examples:\n  forenotice inbox show 17\n  forenotice inbox show 17 --raw > 17.eml"
    )]
    Show(ShowArgs),
    /// Say what a mail is; an objection counts from the instant it reached us
    #[command(
        after_help = "Examples:\n  forenotice inbox classify 17 objection\n  forenotice inbox classify 17 objection --customer ACME\n  forenotice inbox classify 17 question --reason \"asks where the servers are\""
    )]
    Classify(ClassifyArgs),
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    /// All of them
    #[arg(long)]
    all: bool,
    /// Only those that wait for a person, also for programs
    #[arg(long, conflicts_with = "all")]
    waiting: bool,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct ShowArgs {
    /// The mail's number, as `inbox list` shows it
    mail: i64,
    /// The mail as it came, headers and all
    #[arg(long, conflicts_with = "json")]
    raw: bool,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct ClassifyArgs {
    /// The mail's number
    mail: i64,
    /// What it is
    #[arg(value_enum)]
    kind: Kind,
    /// Whose it is, by its reference, where nobody could tell
    #[arg(long, value_name = "REF")]
    customer: Option<String>,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    output: Output,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Kind {
    Objection,
    /// A question or a comment
    Question,
    /// A machine wrote it
    Automatic,
    NotAboutUs,
}

impl From<Kind> for Ruling {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Objection => Self::Objection,
            Kind::Question => Self::Question,
            Kind::Automatic => Self::Automatic,
            Kind::NotAboutUs => Self::NotAboutUs,
        }
    }
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::List(args) => list(global, args).await,
        Command::Show(args) => show(global, args).await,
        Command::Classify(args) => classify(global, args).await,
    }
}

async fn list(global: &Global, args: &ListArgs) -> Result<(), Failure> {
    let cx = context::open(global)?;
    let mut snapshot = cx.snapshot().await?;
    let all = args.all || args.output.json && !args.waiting;
    let filter = if all { Filter::All } else { Filter::Waiting };
    let found = inbox::list(snapshot.conn(), filter, LISTED_MAX).await?;
    if args.output.json {
        return print(Value::Array(found.iter().map(in_json).collect()));
    }
    if found.is_empty() {
        return print(if args.all { "no mail" } else { "no mail waits for anybody" });
    }
    found.iter().try_for_each(|item| {
        let (class, from) = (item.class.as_deref().unwrap_or("not sorted yet"), sender(item));
        let holds =
            if item.holds.is_empty() { String::new() } else { format!(", holds {}", item.holds.join(" ")) };
        let subject = reading(item).and_then(|reading| reading.subject.as_deref()).unwrap_or_default();
        print(format_args!(
            "{}  {}  {class} from {from}{holds}: {subject}",
            item.id,
            instant(item.received_at)
        ))
    })
}

async fn show(global: &Global, args: &ShowArgs) -> Result<(), Failure> {
    let cx = context::open(global)?;
    let mut snapshot = cx.snapshot().await?;
    let item = inbox::by_id(snapshot.conn(), MessageId(args.mail)).await?;
    if args.raw {
        let raw = inbox::raw(snapshot.conn(), MessageId(args.mail)).await?;
        return match io::stdout().lock().write_all(&raw) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(()),
        };
    }
    let names = inbox::names(snapshot.conn(), MessageId(args.mail)).await?;
    if args.output.json {
        let mut mail = in_json(&item);
        mail["names"] = json!(names);
        return print(mail);
    }
    if let Some(words) =
        reading(&item).map(|reading| reading.own_words.trim()).filter(|words| !words.is_empty())
    {
        print(words)?;
        print("")?;
    }
    lines(&item, &names).into_iter().try_for_each(|(label, value)| print(format_args!("{label:<12} {value}")))
}

/// What is known of it, as far as there is something to say.
fn lines(item: &Item, names: &[String]) -> Vec<(&'static str, String)> {
    let said = reading(item);
    let of = |value: fn(&Reading) -> Option<String>| said.and_then(value);
    let customer = item
        .customer
        .as_ref()
        .map(|reference| format!("{reference} ({})", item.customer_name.as_deref().unwrap_or_default()));
    let state = match (item.state.as_str(), &item.ruling) {
        ("untriaged", None) => "waits for a person".to_owned(),
        ("untriaged", Some(_)) => "an objection, being lodged".to_owned(),
        ("stored", _) => "not sorted yet".to_owned(),
        (_, Some(ruling)) => format!("{ruling}, by {}", item.ruled_by.as_deref().unwrap_or_default()),
        (_, None) => "done".to_owned(),
    };
    let rows = [
        ("Mail", Some(item.id.to_string())),
        ("Received", Some(instant(item.received_at))),
        ("From", Some(sender(item).to_owned())),
        ("Subject", of(|reading| reading.subject.clone())),
        ("It is", item.class.clone()),
        ("Because", of(|reading| Some(reading.why.clone()))),
        ("Known by", item.matched_by.clone()),
        ("Customer", customer),
        ("Names", (!names.is_empty()).then(|| names.join(", "))),
        ("Letter", of(|reading| reading.letter.map(|letter| letter.to_string()))),
        ("Address", of(|reading| reading.address.map(|address| address.to_string()))),
        ("Failed", of(|reading| reading.failed_address.clone())),
        ("Server said", of(|reading| reading.diagnostic.clone())),
        ("Tries until", of(|reading| reading.will_retry_until.map(instant))),
        ("Holds", (!item.holds.is_empty()).then(|| item.holds.join(", "))),
        ("Objection", item.objection.clone()),
        ("State", Some(state)),
    ];
    rows.into_iter().filter_map(|(label, value)| Some((label, value?))).collect()
}

async fn classify(global: &Global, args: &ClassifyArgs) -> Result<(), Failure> {
    let (cx, actor) = context::acting(global).await?;
    let customer = match &args.customer {
        Some(given) => Some(context::customer(&cx, given).await?),
        None => None,
    };
    let (customer, reason) = (customer.as_deref(), args.reason.as_deref());
    let done = rule_on_mail::rule(&cx, actor, MessageId(args.mail), args.kind.into(), customer, reason)
        .await
        .map_err(failure)?;
    if args.output.json {
        return print(json!({ "id": args.mail, "ruling": done.ruling, "held": done.held }));
    }
    let mail = args.mail;
    match (done.ruling, done.held) {
        (Ruling::Objection, _) => print(format_args!(
            "mail {mail} is an objection; the daemon lodges it from the instant it reached us, with its receipt"
        )),
        (ruling, 0) => print(format_args!("mail {mail} is {ruling}")),
        (ruling, held) => print(format_args!(
            "mail {mail} is {ruling}; {held} changes that it held back wait for it no more"
        )),
    }
}

fn failure(error: Error) -> Failure {
    match error {
        Error::Store(error) => error.into(),
        Error::Begin(error) => error.into(),
        other @ (Error::NobodyActs | Error::NotWaiting { .. } | Error::WhoseIsIt { .. }) => {
            Failure::new(harmless(&other.to_string()))
        }
    }
}

fn reading(item: &Item) -> Option<&Reading> {
    item.findings.as_ref().map(|findings| &findings.0)
}

fn sender(item: &Item) -> &str {
    reading(item).and_then(|reading| reading.sender.as_deref()).unwrap_or("nobody it names")
}

fn in_json(item: &Item) -> Value {
    let said = reading(item);
    json!({
        "id": item.id,
        "message_id": said.and_then(|reading| reading.message_id.clone()),
        "received": item.received_at,
        "state": item.state,
        "classification": item.class,
        "why": said.map(|reading| reading.why.clone()),
        "from": said.and_then(|reading| reading.sender.clone()),
        "subject": said.and_then(|reading| reading.subject.clone()),
        "letter": said.and_then(|reading| reading.letter),
        "address": said.and_then(|reading| reading.address),
        "failed_address": said.and_then(|reading| reading.failed_address.clone()),
        "diagnostic": said.and_then(|reading| reading.diagnostic.clone()),
        "own_words": said.map(|reading| reading.own_words.clone()),
        "matched_by": item.matched_by,
        "customer": item.customer,
        "holds": item.holds,
        "ruling": item.ruling,
        "ruled_by": item.ruled_by,
        "objection": item.objection,
        "authentication": said.and_then(|reading| reading.authentication.clone()),
    })
}
