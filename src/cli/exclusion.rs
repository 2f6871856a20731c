//! `exclusion`: whom an objection keeps out of a subprocessor, and who says that it is so.

use clap::Subcommand;
use serde_json::{Value, json};

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
    /// Those that wait to be confirmed
    #[command(after_help = "Example:\n  forenotice exclusion list --json")]
    List(Output),
    /// Say that it is so, and how; opens the gate for what waited for it
    #[command(
        after_help = "Example:\n  forenotice exclusion confirm --customer ACME --subprocessor \"Nimbus GmbH\" --how \"feature flag off\""
    )]
    Confirm(ConfirmArgs),
}

#[derive(Debug, clap::Args)]
struct ConfirmArgs {
    /// The customer's reference
    #[arg(long, value_name = "REF")]
    customer: String,
    #[arg(long, value_name = "NAME")]
    subprocessor: String,
    /// The switch, region or plan that keeps its data out
    #[arg(long)]
    how: String,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::List(output) => {
            let cx = context::open(global)?;
            let mut snapshot = cx.snapshot().await?;
            let waiting = store::objection::list_unconfirmed(snapshot.conn(), LISTED_MAX).await?;
            if output.json {
                let rows = waiting.iter().map(|row| {
                    json!({ "customer": row.customer, "subprocessor": row.subprocessor, "since": row.since, "why": row.why })
                });
                return print(Value::Array(rows.collect()));
            }
            if waiting.is_empty() {
                return print("no exclusion waits to be confirmed");
            }
            waiting.iter().try_for_each(|row| {
                print(format_args!(
                    "{} from {} since {}: {}",
                    row.customer,
                    row.subprocessor,
                    instant(row.since),
                    row.why
                ))
            })
        }
        Command::Confirm(args) => {
            let (cx, actor) = context::acting(global).await?;
            resolve_objection::confirm_exclusion(&cx, actor, &args.customer, &args.subprocessor, &args.how)
                .await
                .map_err(failure)?;
            print(format_args!("{} is kept from {}: {}", args.customer, args.subprocessor, args.how))
        }
    }
}
