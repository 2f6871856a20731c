//! `exclusion`: whom an objection, or silence under specific authorisation, keeps out of a subprocessor, and who says that it is so.

use clap::Subcommand;
use serde_json::json;

use super::objection::{failure, instant};
use super::{Failure, Global, Output, context, print};
use crate::actions::resolve_objection;
use crate::store;

const LISTED_MAX: i64 = 1000;

/// Customers whose data never goes to a subprocessor
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Those that wait to be confirmed; with --all those confirmed and those that ended as well
    #[command(
        after_help = "Examples:\n  forenotice exclusion list\n  forenotice exclusion list --all --json"
    )]
    List(ListArgs),
    /// Say that it is so, and how; opens the gate for what waited for it
    #[command(
        after_help = "Example:\n  forenotice exclusion confirm --customer ACME --subprocessor \"Nimbus GmbH\" --how \"feature flag off\""
    )]
    Confirm(ConfirmArgs),
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    /// All of them
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct ConfirmArgs {
    /// The customer's reference
    #[arg(long, value_name = "REF")]
    customer: String,
    #[arg(long, value_name = "NAME")]
    subprocessor: String,
    /// The switch, region or plan that keeps its data out
    #[arg(long, default_value = "not stated")]
    how: String,
    #[command(flatten)]
    output: Output,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::List(args) => list(global, args).await,
        Command::Confirm(args) => {
            let (cx, actor) = context::acting(global).await?;
            let customer = context::customer(&cx, &args.customer).await?;
            resolve_objection::confirm_exclusion(&cx, actor, &customer, &args.subprocessor, &args.how)
                .await
                .map_err(failure)?;
            if args.output.json {
                return print(json!({
                    "customer": args.customer, "subprocessor": args.subprocessor, "how": args.how, "confirmed": true,
                }));
            }
            print(format_args!("{} is kept from {}: {}", args.customer, args.subprocessor, args.how))
        }
    }
}

async fn list(global: &Global, args: &ListArgs) -> Result<(), Failure> {
    let cx = context::open(global)?;
    let mut snapshot = cx.snapshot().await?;
    let found = store::objection::exclusions(snapshot.conn(), args.all, LISTED_MAX).await?;
    if args.output.json {
        return print(json!(found));
    }
    if found.is_empty() {
        return print(if args.all { "no exclusions" } else { "no exclusion waits to be confirmed" });
    }
    found.iter().try_for_each(|row| {
        let standing = match (row.until, &row.how, &row.confirmed_by) {
            (Some(until), _, _) => format!("ended {}", instant(until)),
            (None, Some(how), Some(by)) => format!("confirmed by {by}: {how}"),
            (None, _, _) => "waits to be confirmed".to_owned(),
        };
        let (customer, subprocessor, since) = (&row.customer, &row.subprocessor, instant(row.since));
        print(format_args!("{customer} from {subprocessor} since {since}, {standing} ({})", row.why))
    })
}
