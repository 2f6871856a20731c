//! `objection`: what customers said against a change, and how it ended.

mod files;
mod record;
mod show;

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use clap::Subcommand;
use serde_json::{Value, json};

use super::foreign::print;
use super::{Failure, Global, OrHint as _, Output, context};
use crate::actions::resolve_objection::{self, Done, Error, Forbidden};
use crate::actions::{Attachment, admit_objection, link_objection};
use crate::domain::objection::{Asked, Outcome, State, Timeliness};
use crate::store;
use crate::store::objection::{Filter, Objection};

const LISTED_MAX: i64 = 1000;
const ATTACHMENT_BYTES_MAX: u64 = 10 * 1024 * 1024;

/// List, answer and resolve objections
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// All objections, those to be answered first on top
    #[command(after_help = "Example:\n  forenotice objection list --open")]
    List(ListArgs),
    /// One objection: its words, its measure in time, what was answered
    #[command(after_help = "Example:\n  forenotice objection show OBJ-2026-0001")]
    Show(RefArgs),
    /// What came with it as files
    #[command(after_help = files::HELP)]
    Files(files::Args),
    /// Write down one that came by letter, phone, ticket or meeting
    #[command(after_help = record::HELP)]
    Record(record::Args),
    /// Say whose an objection is that came from an address nobody knew; it counts from its first instant
    #[command(after_help = "Example:\n  forenotice objection link OBJ-2026-0001 --customer C-1042")]
    Link(LinkArgs),
    /// Let a late one in: it counts from now on, and the gate is shut until it is resolved
    #[command(after_help = "Example:\n  forenotice objection admit OBJ-2026-0001")]
    Admit(RefArgs),
    /// Answer in your own words; the objection stays open
    #[command(after_help = "\
Goes to whoever objected and to the customer's other privacy contacts.

Example:
  forenotice objection answer OBJ-2026-0001 --text \"We look into an EU region and write by Friday.\"")]
    Answer(AnswerArgs),
    /// End an objection
    #[command(after_help = RESOLVE_HELP)]
    Resolve(ResolveArgs),
    /// The second person's yes to a resolution that needs one
    #[command(
        after_help = "Example:\n  forenotice objection approve OBJ-2026-0001 --as second@processor.example"
    )]
    Approve(RefArgs),
}

const RESOLVE_HELP: &str = "\
Opens the gate at once: mitigated, withdrawn, not_entitled, and accommodated with --how (the exclusion is confirmed
with it). Later: accommodated without --how, once `exclusion confirm` was said; terminated, lapsed and not_upheld with
remedies, once --last-day is over; not_upheld, once a second person approved. not_upheld is refused where the contract
is under DORA, asks for the customer's own authorisation, or blocks the change until the objection is settled. lapsed
needs the contract's time to be over; where the change then counts as accepted the daemon says it by itself.

Examples:
  forenotice objection resolve OBJ-2026-0001 --outcome mitigated --reason \"Settled\" --condition \"EU region only\" \\
    --agreed \"Ms Lindqvist by mail of 2 December: we agree\"
  forenotice objection resolve OBJ-2026-0001 --outcome accommodated --reason \"Not used for them\" --how \"feature flag off\"
  forenotice objection resolve OBJ-2026-0001 --outcome terminated --reason \"Contract ended\" --last-day 2027-01-31";

#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Only those against this change
    #[arg(long, value_name = "CHG")]
    change: Option<String>,
    /// Only those that are not resolved
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct RefArgs {
    #[arg(value_name = "OBJ")]
    reference: String,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct LinkArgs {
    #[arg(value_name = "OBJ")]
    reference: String,
    /// The customer's reference
    #[arg(long, value_name = "REF")]
    customer: String,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct AnswerArgs {
    #[arg(value_name = "OBJ")]
    reference: String,
    /// What the customer reads
    #[arg(long)]
    text: String,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct ResolveArgs {
    #[arg(value_name = "OBJ")]
    reference: String,
    #[arg(
        long,
        help = "accommodated, mitigated, withdrawn, terminated, change_withdrawn, not_upheld, lapsed or not_entitled"
    )]
    outcome: Outcome,
    /// Why; the customer reads it
    #[arg(long)]
    reason: String,
    /// Of mitigated: the condition that the customer said yes to
    #[arg(long)]
    condition: Option<String>,
    /// Of accommodated: the switch, region or plan that keeps its data out
    #[arg(long)]
    how: Option<String>,
    #[arg(
        long,
        value_name = "DAY",
        help = "Of terminated, lapsed and not_upheld: the last day of the service or of the remedy"
    )]
    last_day: Option<NaiveDate>,
    #[arg(long, help = "Of not_upheld: what the contract then lets the customer do")]
    remedies: Option<String>,
    /// Of terminated: what is paid back
    #[arg(long)]
    refund: Option<String>,
    /// Of mitigated: the customer's yes to the condition: who, when, in which words
    #[arg(long)]
    agreed: Option<String>,
    #[arg(
        long,
        help = "Of not_entitled: which contacts of the customer were asked, when, and what they said"
    )]
    asked: Option<String>,
    /// A file that proves it, such as the customer's letter; needed for withdrawn
    #[arg(long, value_name = "FILE")]
    attach: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::List(args) => list(global, args).await,
        Command::Show(args) => show::run(global, args).await,
        Command::Files(args) => files::run(global, args).await,
        Command::Record(args) => record::run(global, args).await,
        Command::Link(args) => link(global, args).await,
        Command::Admit(args) => admit(global, args).await,
        Command::Answer(args) => {
            let (cx, actor) = context::acting(global).await?;
            let done = resolve_objection::answer(&cx, actor, &args.reference, &args.text).await;
            tell(&done.map_err(failure)?, args.output)
        }
        Command::Resolve(args) => resolve(global, args).await,
        Command::Approve(args) => {
            let (cx, actor) = context::acting(global).await?;
            let done = resolve_objection::approve(&cx, actor, &args.reference).await;
            tell(&done.map_err(failure)?, args.output)
        }
    }
}

async fn resolve(global: &Global, args: &ResolveArgs) -> Result<(), Failure> {
    let attachment = args.attach.as_deref().map(read_attachment).transpose()?;
    let (cx, actor) = context::acting(global).await?;
    let asked = Asked {
        outcome: args.outcome,
        reason: args.reason.clone(),
        condition: args.condition.clone(),
        how: args.how.clone(),
        last_day: args.last_day,
        remedies: args.remedies.clone(),
        refund: args.refund.clone(),
        agreed: args.agreed.clone(),
        contacts_asked: args.asked.clone(),
        attached: None,
    };
    let done = resolve_objection::resolve(&cx, actor, &args.reference, asked, attachment.as_ref()).await;
    tell(&done.map_err(failure)?, args.output)
}

pub fn read_attachment(path: &Path) -> Result<Attachment, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::new(format!("{} cannot be read: {error}", path.display())).hint("name a file with --attach")
    };
    let bytes = std::fs::metadata(path).map_err(unreadable)?.len();
    if bytes == 0 {
        return Err(Failure::new(format!("{} is empty: it proves nothing", path.display()))
            .hint("attach the file itself, as it was received"));
    }
    if bytes > ATTACHMENT_BYTES_MAX {
        return Err(Failure::new(format!("{} has {bytes} bytes", path.display()))
            .hint(format!("attach a file of up to {ATTACHMENT_BYTES_MAX} bytes")));
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Attachment { name, bytes: std::fs::read(path).map_err(unreadable)? })
}

/// The error with the way out.
pub fn failure(error: Error) -> Failure {
    let hint = match &error {
        Error::Illegal { reference, .. } => Some(format!("forenotice objection show {reference}")),
        Error::Forbidden(forbidden) => way_out(forbidden),
        Error::SameApprover { .. } => Some("act as another approver: --as EMAIL".to_owned()),
        Error::NothingToConfirm { waiting, .. } if !waiting.is_empty() => {
            Some(format!("did you mean {}?", waiting.join(", ")))
        }
        Error::NothingToConfirm { .. } => Some("forenotice exclusion list names those that wait".to_owned()),
        Error::Store(store::Error::NotFound { .. }) => {
            Some("forenotice objection list names them all".to_owned())
        }
        Error::AskedTooLittle(_) => Some("forenotice objection resolve --help".to_owned()),
        Error::NobodyActs
        | Error::NotTheirs { .. }
        | Error::NoWords
        | Error::HowUnsaid { .. }
        | Error::NothingToApprove { .. }
        | Error::Store(_)
        | Error::Begin(_) => None,
    };
    match hint {
        Some(hint) => Failure::from(error).hint(hint),
        None => error.into(),
    }
}

fn way_out(forbidden: &Forbidden) -> Option<String> {
    match forbidden {
        Forbidden::NotUnderDora { .. } | Forbidden::NotUnderTheTerms { .. } => {
            Some("choose mitigated, accommodated or terminated".to_owned())
        }
        Forbidden::ChangeNotWithdrawn { change, state } => {
            state.is_open().then(|| format!("forenotice change withdraw {change}"))
        }
        Forbidden::NotLinked { reference } => {
            Some(format!("forenotice objection link {reference} --customer REF"))
        }
        Forbidden::LastDayOver { day, .. } => Some(format!("--last-day {day} or later")),
        Forbidden::RemedyUntold { .. }
        | Forbidden::NoResolutionPeriod { .. }
        | Forbidden::NoLastDay { .. } => None,
    }
}

async fn link(global: &Global, args: &LinkArgs) -> Result<(), Failure> {
    let (cx, actor) = context::acting(global).await?;
    let customer = context::customer(&cx, &args.customer).await?;
    let done = link_objection::link(&cx, actor, &args.reference, &customer)
        .await
        .or_hint("forenotice objection list names objections; forenotice customers show REF, a customer")?;
    let in_time = done.timeliness == Timeliness::InTime;
    if args.output.json {
        return print(json!({
            "ref": done.reference, "customer": args.customer, "in_time": in_time, "joined": done.joined,
        }));
    }
    let measure = if in_time { "in time" } else { "late" };
    print(format_args!("{} is {}'s, {measure}", done.reference, done.customer))?;
    done.joined.iter().try_for_each(|joined| print(format_args!("its words were added to {joined}")))
}

async fn admit(global: &Global, args: &RefArgs) -> Result<(), Failure> {
    let (cx, actor) = context::acting(global).await?;
    admit_objection::admit(&cx, actor, &args.reference)
        .await
        .or_hint(format!("forenotice objection show {}", args.reference))?;
    let mut snapshot = cx.snapshot().await?;
    let known = store::objection::by_reference(snapshot.conn(), &args.reference).await?;
    if args.output.json {
        return print(as_json(&known));
    }
    print(format_args!("{} counts: the gate is shut until it is resolved", known.reference))
}

fn tell(done: &Done, output: Output) -> Result<(), Failure> {
    if output.json {
        return print(json!({
            "ref": done.reference, "state": done.state, "waits_for_approval": done.waits_for_approval,
            "waits_for_exclusion": done.waits_for_exclusion, "letters_to": done.letters_to,
        }));
    }
    let state = match done.state {
        State::Resolved => "resolved",
        State::UnderReview => "under review",
        State::Acknowledged => "acknowledged",
        State::Lodged => "lodged",
    };
    print(format_args!("{} is {state}", done.reference))?;
    if done.waits_for_approval {
        print(format_args!("a second person must agree: forenotice objection approve {}", done.reference))?;
    }
    if done.waits_for_exclusion {
        print("the gate stays shut until the exclusion is confirmed: forenotice exclusion confirm")?;
    }
    match done.letters_to.as_slice() {
        [] if done.waits_for_approval => Ok(()),
        [] => print("no letter goes to anybody: tell them another way"),
        addresses => print(format_args!("a letter goes to {}", addresses.join(", "))),
    }
}

async fn list(global: &Global, args: &ListArgs) -> Result<(), Failure> {
    let cx = context::open(global)?;
    let mut snapshot = cx.snapshot().await?;
    let change = match &args.change {
        Some(reference) => {
            let change = store::change::by_reference(snapshot.conn(), reference).await;
            Some(change.or_hint("forenotice change list names them all")?.id)
        }
        None => None,
    };
    let filter = Filter { change, customer: None, open_only: args.open };
    let objections = store::objection::list(snapshot.conn(), &filter, LISTED_MAX).await?;
    if args.output.json {
        return print(Value::Array(objections.iter().map(as_json).collect()));
    }
    if objections.is_empty() {
        return print("no objections");
    }
    for known in &objections {
        let changes: Vec<_> = known.changes.iter().map(|line| line.change.as_str()).collect();
        let answer = if known.state == "resolved" {
            String::new()
        } else {
            format!(", answer by {}", known.answer_due_on)
        };
        print(format_args!(
            "{} {:<13} {:<8} {} {}{answer}",
            known.reference,
            known.state,
            in_time(known),
            changes.join(", "),
            whose(known)
        ))?;
    }
    Ok(())
}

fn in_time(known: &Objection) -> &'static str {
    if known.in_time() { "in time" } else { "late" }
}

fn whose(known: &Objection) -> String {
    match (&known.customer, &known.customer_name) {
        (Some(reference), Some(name)) => format!("{reference} {name}"),
        _ => format!("{} (not linked)", known.address.as_deref().unwrap_or("unknown")),
    }
}

pub fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

fn as_json(known: &Objection) -> Value {
    let changes: Vec<_> = known.changes.iter().map(|line| line.change.as_str()).collect();
    json!({
        "ref": known.reference, "customer": known.customer, "in_time": known.in_time(), "state": known.state,
        "received": known.received_at, "answer_due": known.answer_due_on, "changes": changes,
    })
}
