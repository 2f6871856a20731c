//! `objection record`: one that came by letter, phone, ticket or meeting, written down by a person.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{instant, read_attachment};
use crate::actions::lodge_objection::{self, Became, Entered, Error, Refusal, Who};
use crate::cli::foreign::print;
use crate::cli::{Failure, Global, Output, context};
use crate::domain::objection::{Channel, Timeliness};
use crate::store;

pub const HELP: &str = "\
It is measured by --received, the instant it reached anyone here, against the customer's own deadline, however late it
is entered. A receipt goes to the customer's privacy contacts. Where the customer has an open objection to the change,
the words are added to it. An --address on no file is nobody's until `objection link` or `link` says whose.

Examples:
  forenotice objection record CHG-2026-0001 --customer C-1042 --channel letter --received 2026-12-01T09:30:00Z \\
    --text \"We object to the transfer to the US.\" --attach letter.pdf
  forenotice objection record CHG-2026-0001 --address dpo@acme.example --channel phone --received 2026-12-01T09:30:00Z \\
    --text \"Objects; writes next week.\" --condition \"EU region only\"";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// What it is against; several divided by commas
    #[arg(value_name = "CHG", value_delimiter = ',', required = true)]
    changes: Vec<String>,
    /// The reference of the customer that somebody spoke for
    #[arg(long, value_name = "REF", required_unless_present = "address")]
    customer: Option<String>,
    /// The address that it came from
    #[arg(long, value_name = "A")]
    address: Option<String>,
    #[arg(long, help = "letter, phone, ticket or meeting")]
    channel: Channel,
    /// When it reached anyone here
    #[arg(value_parser = crate::cli::when::instant, long, value_name = "INSTANT")]
    received: DateTime<Utc>,
    /// Their words
    #[arg(long)]
    text: String,
    /// Why, in a word; may be given more than once
    #[arg(long)]
    grounds: Vec<String>,
    /// What would settle it
    #[arg(long)]
    condition: Option<String>,
    /// Whom they spoke for, if not for themselves
    #[arg(long, value_name = "X")]
    on_behalf_of: Option<String>,
    /// The letter
    #[arg(long, value_name = "FILE")]
    attach: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    let file = args.attach.as_deref().map(read_attachment).transpose()?;
    let (cx, actor) = context::acting(global).await?;
    let who = match (&args.customer, &args.address) {
        (Some(reference), address) => {
            Who::Customer { reference: context::customer(&cx, reference).await?, address: address.clone() }
        }
        (None, Some(address)) => Who::Address(address.clone()),
        (None, None) => return Err(Failure::new("nobody spoke").hint("say who with --customer or --address")),
    };
    let entered = Entered {
        who,
        changes: args.changes.clone(),
        channel: args.channel,
        received_at: args.received,
        text: args.text.clone(),
        grounds: args.grounds.clone(),
        condition: args.condition.clone(),
        on_behalf_of: args.on_behalf_of.clone(),
        file,
    };
    let lodged = lodge_objection::record(&cx, actor, &entered).await.map_err(failure)?;
    let mut snapshot = cx.snapshot().await?;
    let known = store::objection::by_reference(snapshot.conn(), &lodged.reference).await?;
    if args.output.json {
        return print(json!({
            "ref": known.reference, "customer": known.customer, "in_time": known.in_time(), "state": known.state,
            "received": known.received_at, "answer_due": known.answer_due_on,
            "added": lodged.became != Became::AnObjection, "receipts_to": lodged.receipts_to,
        }));
    }
    let measure = if lodged.timeliness == Timeliness::InTime { "in time" } else { "late" };
    match lodged.became {
        Became::AnObjection => print(format_args!(
            "{}: received {}, {measure}; answer by {}",
            known.reference,
            instant(lodged.received_at),
            lodged.answer_due_on
        ))?,
        Became::PartOf => print(format_args!("added to {}, which is open", known.reference))?,
        Became::Repetition => {
            print(format_args!("{} says the same already; nothing was written", known.reference))?;
        }
    }
    if known.customer.is_none() {
        print(format_args!("nobody's yet: forenotice objection link {} --customer REF", known.reference))?;
    }
    match (lodged.became, lodged.receipts_to.as_slice()) {
        (Became::AnObjection, []) => print("no receipt: nobody at the customer can be written to"),
        (Became::AnObjection, addresses) => print(format_args!("a receipt goes to {}", addresses.join(", "))),
        (Became::PartOf | Became::Repetition, _) => Ok(()),
    }
}

fn failure(error: Error) -> Failure {
    let hint = match &error {
        Error::ByHand(Refusal::SeveralCustomers { .. }) => Some("forenotice customers show REF"),
        Error::Store(store::Error::NotFound { what: "change", .. }) => {
            Some("forenotice change list names them all")
        }
        Error::Store(store::Error::NotFound { what: "customer", .. }) => {
            Some("customers are known by their reference: forenotice customers export")
        }
        _ => None,
    };
    match hint {
        Some(hint) => Failure::from(error).hint(hint),
        None => error.into(),
    }
}
