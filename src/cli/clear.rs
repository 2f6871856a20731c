//! `consent`, `service` and `override`: what serves or clears one customer without a letter.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Subcommand;
use serde_json::json;

use super::objection::{instant, read_attachment};
use super::{Failure, Global, Output, context, print};
use crate::actions::clear_customer::{self, AskedWaiver, Done, Error, Received, Said};
use crate::domain::account::Role;
use crate::domain::clearing::{ServiceChannel, Waivable, Word};
use crate::domain::objection::Channel;
use crate::domain::obligation::Consent;
use crate::store;

/// What customers say under their contracts: yes or no
#[derive(Debug, clap::Args)]
pub struct ConsentArgs {
    #[command(subcommand)]
    command: ConsentCommand,
}

#[derive(Debug, Subcommand)]
enum ConsentCommand {
    /// Record a customer's word; a yes clears it at once, a no under specific authorisation shuts the gate
    #[command(after_help = "\
Where a customer has several contracts in scope, each one has to say yes. What was said can be taken back until the change
takes effect; then the periods of the notice hold again. Under general authorisation a no is an objection: `objection record`.

Examples:
  forenotice consent record CHG-2026-0001 --contract MSA-7 --yes --by \"Ada Byron, CPO\" --channel letter --attach yes.pdf
  forenotice consent record CHG-2026-0001 --contract main --customer ACME --withdraw --by \"Ada Byron\"")]
    Record(RecordConsentArgs),
}

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("word").required(true))]
struct RecordConsentArgs {
    #[arg(value_name = "CHG")]
    change: String,
    /// The contract under which it is said, by its reference
    #[arg(long, value_name = "REF")]
    contract: String,
    /// The customer, where several call a contract so
    #[arg(long, value_name = "REF")]
    customer: Option<String>,
    #[arg(long, group = "word", help = "It authorises the change")]
    yes: bool,
    #[arg(long, group = "word", help = "It refuses the change; only under specific authorisation")]
    no: bool,
    #[arg(long, group = "word", help = "It takes back what it said")]
    withdraw: bool,
    /// Who said it
    #[arg(long, value_name = "WHO", default_value = "not named")]
    by: String,
    #[arg(long, help = "How: reply, letter, phone, ticket, meeting or console", default_value = "console")]
    channel: Channel,
    /// When it was said (default: now)
    #[arg(value_parser = crate::cli::when::instant, long, value_name = "INSTANT")]
    said: Option<DateTime<Utc>>,
    /// A file that proves it
    #[arg(long, value_name = "FILE")]
    attach: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// Notices that reached a customer by other means than mail
#[derive(Debug, clap::Args)]
pub struct ServiceArgs {
    #[command(subcommand)]
    command: ServiceCommand,
}

#[derive(Debug, Subcommand)]
enum ServiceCommand {
    /// Record that a customer received the notice by post, portal or hand; its periods run from there
    #[command(after_help = "\
The earliest service counts, whatever its way.

Example:
  forenotice service record CHG-2026-0001 --customer ACME --channel post --received 2026-11-30T10:00:00Z --attach return-receipt.pdf")]
    Record(RecordServiceArgs),
}

#[derive(Debug, clap::Args)]
struct RecordServiceArgs {
    #[arg(value_name = "CHG")]
    change: String,
    /// The customer's reference
    #[arg(long, value_name = "REF")]
    customer: String,
    #[arg(long, help = "post, portal or hand")]
    channel: ServiceChannel,
    /// When the customer received it
    #[arg(value_parser = crate::cli::when::instant, long, value_name = "INSTANT")]
    received: DateTime<Utc>,
    /// A file that proves it, such as the return receipt
    #[arg(long, value_name = "FILE")]
    attach: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// Override one reason of the gate for one customer that waived it in writing
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = OVERRIDE_HELP)]
pub struct OverrideArgs {
    #[command(subcommand)]
    command: Option<OverrideCommand>,
    #[command(flatten)]
    asked: ProposeArgs,
}

const OVERRIDE_HELP: &str = "\
Counts when a second person has approved it, and only for that customer and that reason:
  notice_missing   the notice counts as served then; its periods run from there
  notice_short     the rest of the notice period is over
  window_open      the objection window no longer shuts the gate; the customer may still object until its deadline

Example:
  forenotice override CHG-2026-0001 --customer ACME --reason notice_short --justification \"They want it sooner\" --attach waiver.pdf";

#[derive(Debug, Subcommand)]
enum OverrideCommand {
    /// The second person's yes to a waiver
    #[command(
        after_help = "Example:\n  forenotice override approve CHG-2026-0001 --customer ACME --reason notice_short --as second@processor.example"
    )]
    Approve(ApproveArgs),
}

/// Optional only beside `approve`: clap drops a whole `Option` of arguments that stand beside a subcommand.
#[derive(Debug, clap::Args)]
struct ProposeArgs {
    #[arg(value_name = "CHG", required = true)]
    change: Option<String>,
    /// The customer's reference
    #[arg(long, value_name = "REF", required = true)]
    customer: Option<String>,
    #[arg(long, help = "notice_missing, notice_short or window_open", required = true)]
    reason: Option<Waivable>,
    /// Why; it is in the ledger and in the evidence
    #[arg(long, value_name = "TEXT", required = true)]
    justification: Option<String>,
    /// The customer's written waiver
    #[arg(long, value_name = "FILE", required = true)]
    attach: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct ApproveArgs {
    #[arg(value_name = "CHG")]
    change: String,
    /// The customer's reference
    #[arg(long, value_name = "REF")]
    customer: String,
    #[arg(long, help = "notice_missing, notice_short or window_open")]
    reason: Waivable,
    #[command(flatten)]
    output: Output,
}

pub async fn consent(global: &Global, args: &ConsentArgs) -> Result<(), Failure> {
    let ConsentCommand::Record(args) = &args.command;
    let file = args.attach.as_deref().map(read_attachment).transpose()?;
    let (cx, actor) = context::acting(global).await?;
    let customer = match &args.customer {
        Some(given) => Some(context::customer(&cx, given).await?),
        None => None,
    };
    let said = Said {
        contract: &args.contract,
        customer: customer.as_deref(),
        word: match (args.yes, args.no) {
            (true, _) => Word::Yes,
            (false, true) => Word::No,
            (false, false) => Word::TakenBack,
        },
        by: &args.by,
        channel: args.channel,
        at: args.said,
    };
    let done = clear_customer::record_consent(&cx, actor, &args.change, &said, file.as_ref()).await;
    tell(&done.map_err(failure)?, args.output)
}

pub async fn service(global: &Global, args: &ServiceArgs) -> Result<(), Failure> {
    let ServiceCommand::Record(args) = &args.command;
    let file = read_attachment(&args.attach)?;
    let (cx, actor) = context::acting(global).await?;
    let customer = context::customer(&cx, &args.customer).await?;
    let received = Received { customer: &customer, channel: args.channel, at: args.received };
    let done = clear_customer::record_service(&cx, actor, &args.change, &received, &file).await;
    tell(&done.map_err(failure)?, args.output)
}

pub async fn override_reason(global: &Global, args: &OverrideArgs) -> Result<(), Failure> {
    if let Some(OverrideCommand::Approve(args)) = &args.command {
        let (cx, actor) = context::acting_as(global, Role::Approver).await?;
        let customer = context::customer(&cx, &args.customer).await?;
        let done = clear_customer::approve_override(&cx, actor, &args.change, &customer, args.reason).await;
        return tell(&done.map_err(failure)?, args.output);
    }
    let args = &args.asked;
    let (Some(change), Some(customer), Some(reason), Some(justification), Some(file)) =
        (&args.change, &args.customer, args.reason, &args.justification, &args.attach)
    else {
        return Err(Failure::new("nothing is to be overridden").hint("forenotice override --help"));
    };
    let waiver = read_attachment(file)?;
    let (cx, actor) = context::acting(global).await?;
    let customer = &context::customer(&cx, customer).await?;
    let asked = AskedWaiver { customer, reason, justification };
    let done = clear_customer::propose_override(&cx, actor, change, &asked, &waiver).await;
    let done = done.map_err(failure)?;
    tell(&done, args.output)?;
    if args.output.json {
        return Ok(());
    }
    print(format_args!(
        "a second person must agree: forenotice override approve {} --customer {} --reason {reason}",
        done.change, done.customer
    ))
}

/// The error with the way out.
fn failure(error: Error) -> Failure {
    let hint = match &error {
        Error::Closed { change, .. } | Error::InForce { change, .. } => {
            Some(format!("forenotice change show {change}"))
        }
        Error::NotAnnounced { change } | Error::BeforeAnnouncement { change, .. } => {
            Some(format!("forenotice change show {change} says when its announcement goes out"))
        }
        Error::NothingOwed { change, .. } => {
            Some(format!("forenotice deliveries {change} names those it concerns"))
        }
        Error::Ambiguous { .. } => Some("say which with --customer REF".to_owned()),
        Error::NotInScope { customer, .. } | Error::NothingToTakeBack { customer, .. } => {
            Some(format!("forenotice customers show {customer}"))
        }
        Error::NoUnderGeneral { .. } => Some("record it: forenotice objection record".to_owned()),
        Error::NotTheLastWord { .. } => Some("--said INSTANT".to_owned()),
        Error::Future { .. } => Some("give an instant that has passed".to_owned()),
        Error::NotByHand { .. } => Some("reply, letter, phone, ticket, meeting or console".to_owned()),
        Error::DoesNotApply { change, .. } => Some(format!("forenotice gate {change}")),
        Error::NothingToApprove { change, .. } => {
            Some(format!("record the waiver first: forenotice override {change} --attach FILE …"))
        }
        Error::SameApprover => Some("act as another approver: --as EMAIL".to_owned()),
        Error::Store(store::Error::NotFound { what: "change", .. }) => {
            Some("forenotice change list names them all".to_owned())
        }
        Error::Store(store::Error::NotFound { .. }) => {
            Some("forenotice customers export names customers and contracts".to_owned())
        }
        Error::NobodyActs
        | Error::NotTheirs { .. }
        | Error::NoYesAsked { .. }
        | Error::Exempt { .. }
        | Error::ReceivedBefore { .. }
        | Error::NoWords { .. }
        | Error::Store(_)
        | Error::Begin(_) => None,
    };
    match hint {
        Some(hint) => Failure::from(error).hint(hint),
        None => error.into(),
    }
}

fn tell(done: &Done, output: Output) -> Result<(), Failure> {
    if output.json {
        return print(json!({
            "ref": done.change, "customer": done.customer, "state": done.state, "consent": done.consent,
            "clear_at": done.clear_at, "window_closes_at": done.window_closes_at,
            "waits_for_approval": done.waits_for_approval, "exclusion_ended": done.exclusion_ended,
        }));
    }
    let clear = match (done.clear_at, done.consent) {
        (_, Consent::Awaited) => "its authorisation is awaited".to_owned(),
        (_, Consent::Refused) => "it refuses its authorisation: the gate stays shut".to_owned(),
        (_, Consent::Silent) => {
            "it was silent, and its exclusion waits to be confirmed: forenotice exclusion confirm".to_owned()
        }
        (_, Consent::Excluded) => "it was silent, and is excluded".to_owned(),
        (Some(at), _) => format!("clear from {}", instant(at)),
        (None, _) => "it is still owed notice".to_owned(),
    };
    print(format_args!("{} for {}: {}, {clear}", done.change, done.customer, done.state))?;
    if done.exclusion_ended {
        print("its exclusion has ended")?;
    }
    Ok(())
}
