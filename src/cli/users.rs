//! `user`: the people who act.

use clap::Subcommand;
use serde::Serialize;
use serde_json::json;

use super::context::{acting_as, open};
use super::findings;
use super::{Failure, Global, OrHint as _, Output, print};
use crate::domain::account::Role;
use crate::domain::ledger::Event;
use crate::domain::recipient::parse_address;
use crate::store;

/// The people who act: accounts and their roles
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Add(AddArgs),
    List(ListArgs),
    Disable(DisableArgs),
}

/// Make an account
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Roles, each with the rights of those before: viewer (read), editor (records, changes, objections), approver (second
person), admin (accounts and keys).

Example:
  forenotice user add dpo@processor.example --name \"Dana Privacy\" --role admin")]
struct AddArgs {
    #[arg(value_name = "EMAIL")]
    email: String,
    /// Who it is, as letters and records name the person (default: the address)
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// viewer, editor, approver or admin
    #[arg(long, value_name = "ROLE")]
    role: Role,
}

/// List all accounts
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  forenotice user list --json")]
struct ListArgs {
    #[command(flatten)]
    output: Output,
}

/// Take an account out of use; what it did stays its own
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  forenotice user disable someone@processor.example")]
struct DisableArgs {
    #[arg(value_name = "EMAIL")]
    email: String,
    #[command(flatten)]
    output: Output,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::Add(args) => add(global, args).await,
        Command::List(args) => list(global, args).await,
        Command::Disable(args) => disable(global, args).await,
    }
}

async fn add(global: &Global, args: &AddArgs) -> Result<(), Failure> {
    let email =
        parse_address(&args.email).or_hint("the address is what --as and sign-in know an account by")?;
    let (cx, actor) = acting_as(global, Role::Admin).await?;
    let mut tx = cx.begin(actor).await?;
    if store::account::insert(&mut tx, &email, args.name.as_deref().unwrap_or(&email).trim(), args.role)
        .await?
        .is_none()
    {
        tx.rollback().await?;
        return Err(
            Failure::new(format!("{email} has an account already")).hint("forenotice user list shows it")
        );
    }
    tx.commit([Event::AccountMade { email: email.clone(), role: args.role }]).await?;
    print(format_args!("{email} is {}", args.role))
}

#[derive(Serialize)]
struct Listed<'a> {
    email: &'a str,
    name: &'a str,
    role: Role,
    disabled_at: Option<chrono::DateTime<chrono::Utc>>,
}

async fn list(global: &Global, args: &ListArgs) -> Result<(), Failure> {
    let cx = open(global)?;
    let accounts = store::account::list(cx.snapshot().await?.conn()).await?;
    if args.output.json {
        let listed: Vec<Listed<'_>> = accounts
            .iter()
            .map(|account| Listed {
                email: &account.email,
                name: &account.name,
                role: account.role,
                disabled_at: account.disabled_at,
            })
            .collect();
        return print(serde_json::to_string_pretty(&listed)?);
    }
    let rows = accounts.into_iter().map(|account| {
        let state = account.disabled_at.map(|at| format!("disabled {}", at.date_naive())).unwrap_or_default();
        [account.email, account.name, account.role.to_string(), state]
    });
    findings::table(["account", "name", "role", ""], rows)
}

async fn disable(global: &Global, args: &DisableArgs) -> Result<(), Failure> {
    let (cx, actor) = acting_as(global, Role::Admin).await?;
    let mut tx = cx.begin(actor).await?;
    let Some(account) = store::account::by_email(tx.conn(), &args.email).await? else {
        return Err(
            Failure::new(format!("{:?} has no account", args.email)).hint("forenotice user list names them")
        );
    };
    if account.role == Role::Admin && store::account::other_admins(&mut tx, account.id).await? == 0 {
        return Err(Failure::new(format!("{} is the last admin", account.email))
            .hint("make another one first: forenotice user add EMAIL --name NAME --role admin"));
    }
    let was_already = account.disabled_at.is_some();
    if !was_already {
        store::account::disable(&mut tx, account.id).await?;
        tx.commit([Event::AccountDisabled { email: account.email.clone() }]).await?;
    }
    if args.output.json {
        return print(json!({ "email": account.email, "disabled": true }));
    }
    print(format_args!("{} is disabled{}", account.email, if was_already { " already" } else { "" }))
}
