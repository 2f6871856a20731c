//! `subscribers`: who asked for notices on the public page, and whose they are.

use clap::Subcommand;
use serde_json::json;

use super::context::{acting, open};
use super::{Failure, Global, OrHint as _, Output, findings, print};
use crate::actions::subscribe;
use crate::domain::customer::Wishes;
use crate::domain::recipient::parse_address;
use crate::store;
use crate::store::subscriber::Listed;

/// Subscribers read of the database at a time.
const SUBSCRIBERS_PER_PAGE: i64 = 1000;

/// Who asked for notices without being a customer's contact
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(ListArgs),
    Add(AddArgs),
    Remove(RemoveArgs),
}

/// List all subscribers
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  forenotice subscribers list")]
struct ListArgs {
    #[command(flatten)]
    output: Output,
}

/// Send the letter that asks an address to confirm; nobody is subscribed before it does
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  forenotice subscribers add jane@northwind.example --language de --kinds 'addition;replacement'")]
struct AddArgs {
    #[arg(value_name = "ADDRESS")]
    address: String,
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    language: String,
    /// Only changes of these products, divided by `;` [default: of all]
    #[arg(long, value_name = "LIST")]
    products: Option<String>,
    /// Only these kinds of change, divided by `;`: addition, replacement, `material_change`, removal [default: all]
    #[arg(long, value_name = "LIST")]
    kinds: Option<String>,
    #[command(flatten)]
    output: Output,
}

/// Send a subscriber no further letters
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A customer's contact is owed its letters by contract: it cannot be removed here.

Example:
  forenotice subscribers remove jane@northwind.example --reason \"asked by phone\"")]
struct RemoveArgs {
    #[arg(value_name = "ADDRESS")]
    address: String,
    #[arg(long, value_name = "TEXT", default_value = "removed by hand")]
    reason: String,
    #[command(flatten)]
    output: Output,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::List(args) => list(global, args).await,
        Command::Add(args) => add(global, args).await,
        Command::Remove(args) => remove(global, args).await,
    }
}

async fn list(global: &Global, args: &ListArgs) -> Result<(), Failure> {
    let cx = open(global)?;
    let mut snapshot = cx.snapshot().await?;
    let mut listed: Vec<Listed> = Vec::new();
    loop {
        let after = listed.last().map_or(0, |last| last.recipient);
        let mut page = store::subscriber::page(snapshot.conn(), after, SUBSCRIBERS_PER_PAGE).await?;
        if page.is_empty() {
            break;
        }
        listed.append(&mut page);
    }
    if args.output.json {
        return print(json!({ "subscribers": listed }));
    }
    let rows = listed.into_iter().map(|one| {
        let confirmed = one.confirmed_at.map(|at| at.date_naive().to_string()).unwrap_or_default();
        let state = one.suppressed_why.unwrap_or_default();
        let wants = [one.kinds.join(", "), one.products.join(", ")];
        let wants = wants.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
        [one.address, one.language, confirmed, one.linked_to.unwrap_or_default(), wants, state]
    });
    findings::table(["address", "language", "confirmed", "customer", "only", "no letters since"], rows)
}

async fn add(global: &Global, args: &AddArgs) -> Result<(), Failure> {
    let address = parse_address(&args.address).or_hint("one address, without a name")?;
    let (cx, actor) = acting(global).await?;
    if !cx.settings.site.languages.contains(&args.language) {
        return Err(Failure::new(format!("letters are not written in {:?}", args.language))
            .hint(format!("take one of {}", cx.settings.site.languages.join(", "))));
    }
    let wishes = wishes(args, &cx.settings.site.products)?;
    subscribe::ask(&cx, actor, &address, &args.language, &wishes).await?;
    if args.output.json {
        return print(json!({ "address": address, "state": "asked to confirm" }));
    }
    print(format_args!("{address} is asked to confirm"))
}

fn wishes(args: &AddArgs, declared: &[String]) -> Result<Wishes, Failure> {
    let items = |list: &Option<String>| -> Vec<String> {
        let items = list.as_deref().unwrap_or_default().split(';').map(str::trim);
        items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
    };
    let kinds: Vec<String> = Wishes::KINDS.iter().map(ToString::to_string).collect();
    let (products, wanted) = (items(&args.products), items(&args.kinds));
    for (given, known, what) in
        [(&products, declared, "product"), (&wanted, kinds.as_slice(), "kind of change")]
    {
        if let Some(unknown) = given.iter().find(|item| !known.contains(item)) {
            return Err(Failure::new(format!("{unknown:?} is no {what} that somebody can subscribe to"))
                .hint(format!("take one of {}", known.join(", "))));
        }
    }
    Ok(Wishes::ticked(&products, &wanted, declared))
}

async fn remove(global: &Global, args: &RemoveArgs) -> Result<(), Failure> {
    let (cx, actor) = acting(global).await?;
    subscribe::remove(&cx, actor, &args.address, &args.reason)
        .await
        .or_hint("forenotice subscribers list names them; customers show names a customer's contacts")?;
    if args.output.json {
        return print(json!({ "address": args.address, "removed": true }));
    }
    print(format_args!("{} gets no further letters", args.address))
}
