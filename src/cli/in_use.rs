//! `in-use`: a subprocessor that is in use although its change is not in force.

use chrono::NaiveDate;
use serde_json::json;

use super::{Failure, Global, Output, context, print};
use crate::actions::note_in_use::{self, Error};
use crate::store;

/// Note that a subprocessor is in use although its gate is shut; everyone concerned is told
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Opens nothing: the change stays where it is, and nobody is cleared. Register, pages and letters say it from now on. Said
again, it corrects the day or the reason.

Example:
  forenotice in-use CHG-2026-0001 --since 2026-12-01 --reason \"An engineer switched it on by mistake\"")]
pub struct Args {
    #[arg(value_name = "CHG")]
    change: String,
    /// The first day on which it was used
    #[arg(value_parser = crate::cli::when::day, long, value_name = "DAY")]
    since: NaiveDate,
    /// How it came about; customers and the public read it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    output: Output,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    let (cx, actor) = context::acting(global).await?;
    let done =
        note_in_use::note(&cx, actor, &args.change, args.since, &args.reason).await.map_err(failure)?;
    if args.output.json {
        return print(json!({
            "ref": done.change, "state": done.state, "in_use_since": done.since, "told": done.told,
        }));
    }
    print(format_args!(
        "{} is {}, in use since {} without completed notice",
        done.change, done.state, done.since
    ))?;
    if done.told { print("everyone who had the announcement is told") } else { Ok(()) }
}

fn failure(error: Error) -> Failure {
    let hint = match &error {
        Error::Closed { change, .. } | Error::NothingNew { change, .. } => {
            Some(format!("forenotice change show {change}"))
        }
        Error::NotAnnounced { change } => {
            Some(format!("forenotice change show {change} says when its announcement goes out"))
        }
        Error::NothingShut { change } => {
            Some(format!("forenotice gate {change}; an earlier day: change reschedule"))
        }
        Error::Ahead { .. } => Some("give the day on which it was first used".to_owned()),
        Error::Store(store::Error::NotFound { .. }) => {
            Some("forenotice change list names them all".to_owned())
        }
        Error::NobodyActs | Error::NoWords | Error::Store(_) | Error::Begin(_) => None,
    };
    match hint {
        Some(hint) => Failure::from(error).hint(hint),
        None => error.into(),
    }
}
