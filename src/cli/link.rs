//! `link`: whose an address is that is nobody's contact.

use serde_json::json;

use super::{Failure, Global, OrHint as _, Output, context, print};
use crate::actions::link_subscriber;
use crate::domain::objection::Timeliness;
use crate::domain::recipient::parse_address;

/// Say which customer an address speaks for; what it objected to before counts from its first instant
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A subscriber goes on getting its own letters; the customer is owed its own.

Example:
  forenotice link jane@northwind.example --customer C-1042")]
pub struct Args {
    #[arg(value_name = "ADDRESS")]
    address: String,
    /// The customer's reference
    #[arg(long, value_name = "REF")]
    customer: String,
    #[command(flatten)]
    output: Output,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    let address = parse_address(&args.address).or_hint("one address, without a name")?;
    let (cx, actor) = context::acting(global).await?;
    let customer = context::customer(&cx, &args.customer).await?;
    let done = link_subscriber::link(&cx, actor, &address, &customer).await.or_hint(
        "forenotice subscribers list and objection list name addresses; customers show REF, a customer",
    )?;
    if args.output.json {
        let objections = done.objections.iter().map(|one| {
            json!({
                "ref": one.reference, "change": one.change, "in_time": one.timeliness == Timeliness::InTime,
                "joined": one.joined,
            })
        });
        return print(json!({
            "address": address, "customer": args.customer, "subscriber": done.is_subscriber,
            "objections": objections.collect::<Vec<_>>(),
        }));
    }
    if done.is_subscriber {
        print(format_args!("{address} speaks for {}", done.customer))?;
    } else {
        print(format_args!("{address} is no subscriber: link what it says later again"))?;
    }
    for one in &done.objections {
        let measure = match one.timeliness {
            Timeliness::InTime => "in time",
            Timeliness::Late => "late",
        };
        print(format_args!("{} against {} is {}'s, {measure}", one.reference, one.change, done.customer))?;
        if let Some(joined) = &one.joined {
            print(format_args!("its words were added to {joined}"))?;
        }
    }
    Ok(())
}
