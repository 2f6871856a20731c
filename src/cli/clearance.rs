//! `clearance`: whether one customer's data may go to one subprocessor, for people and for deploy pipelines.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{Failure, Global, Output, context, print};
use crate::actions::ask_clearance::{self, Error};
use crate::domain::calendar::earliest_effective_on;
use crate::domain::clearance::{Answer, Why};
use crate::store;

/// Whether a customer's data may go to a subprocessor now, and why not
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Answers from what has been decided: a change that is not in force for the customer clears nobody, also for an instant to come.
\"earliest\" is the instant before which it cannot be cleared, by what is known now.

Exit 0: cleared. Exit 1: not cleared. Exit 2: no such customer.

Example:
  forenotice clearance ACME \"Nimbus GmbH\" && deploy --with nimbus")]
pub struct Args {
    /// The customer's reference
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// The subprocessor's name, its id on the register, or its legal entity
    #[arg(value_name = "SUBPROCESSOR")]
    subprocessor: String,
    /// The instant to ask for (default: now)
    #[arg(value_parser = crate::cli::when::instant, long, value_name = "INSTANT")]
    at: Option<DateTime<Utc>>,
    #[command(flatten)]
    output: Output,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    let cx = context::open(global)?;
    let said = match ask_clearance::ask(&cx, &args.customer, &args.subprocessor, args.at).await {
        Ok(said) => said,
        Err(error @ Error::NoCustomer(_)) => {
            let like = store::customer::references_like(cx.snapshot().await?.conn(), &args.customer).await?;
            let hint = match like.as_slice() {
                [] => "forenotice customers export names them all".to_owned(),
                like => format!("did you mean {}?", like.join(", ")),
            };
            return Err(Failure::from(error).hint(hint).usage());
        }
        Err(error) => return Err(error.into()),
    };
    let (whys, earliest) = match &said.answer {
        Answer::Cleared => (&[][..], None),
        Answer::NotCleared { whys, earliest } => (whys.as_slice(), *earliest),
    };
    let cleared = said.answer == Answer::Cleared;
    let zone = &cx.policy.zone;
    if args.output.json {
        print(json!({
            "customer": args.customer, "subprocessor": args.subprocessor, "at": said.at, "cleared": cleared, "reasons": whys,
            "earliest": earliest, "earliest_on": earliest.map(|at| earliest_effective_on(at, zone)), "did_you_mean": said.perhaps,
        }))?;
    } else {
        let is = if cleared { "is cleared" } else { "is not cleared" };
        let at = said.at.format("%Y-%m-%d %H:%M:%S UTC");
        print(format_args!("{} {is} for {} at {at}", args.customer, args.subprocessor))?;
        whys.iter().try_for_each(|why| print(in_words(why)))?;
        if !said.perhaps.is_empty() {
            print(format_args!("  did you mean {}?", said.perhaps.join(", ")))?;
        }
        if let Some(earliest) = earliest {
            let day = earliest_effective_on(earliest, zone);
            print(format_args!(
                "  not before {} (in {zone}: {day})",
                earliest.format("%Y-%m-%d %H:%M:%S UTC")
            ))?;
        }
    }
    if cleared { Ok(()) } else { Err(Failure::already_said()) }
}

fn in_words(why: &Why) -> String {
    let mut words = format!("  {}: {}", why.reason.as_str(), why.reason.in_words());
    if let Some(change) = &why.change {
        words += &format!(" ({change})");
    }
    if let Some(until) = why.until {
        words += &format!(", until {}", until.format("%Y-%m-%d %H:%M UTC"));
    }
    words
}
