//! `customers`: their contracts, terms and contacts as a file and one by one.

mod rejected;
mod show;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::context::{acting, open};
use super::findings::{self, Outcome};
use super::register::Written;
use super::{Failure, Global, OrHint as _, Output, print};
use crate::actions::end_contract::end_contract;
use crate::actions::import_customers::{Import, Imported, Mode};
use crate::actions::suppress_contact;
use crate::domain::customer_file::{FORMAT, cells, write_header, write_row};
use crate::domain::table::Writer;
use crate::store;

/// Bytes read of a file at a time.
const PIECE_BYTES: usize = 64 * 1024;
/// Customers read of the database at a time.
const CUSTOMERS_PER_PAGE: i64 = 1000;

/// Customers, their contracts, terms and contacts
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Import(ImportArgs),
    Export(ExportArgs),
    Show(show::Args),
    End(EndArgs),
    Suppress(SuppressArgs),
    Restore(RestoreArgs),
}

/// Send a contact no further letters: who has left, or must not be written to
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Import who follows first: the last contact whom a notice can reach is not taken out while a contract runs. What the contact
has had stays on record; a letter that waits for it fails, and the next contact is asked.

Example:
  forenotice customers suppress C-001 jane@northwind.example --reason \"left the company, says Mr Ode\"")]
struct SuppressArgs {
    #[arg(value_name = "REF")]
    reference: String,
    #[arg(value_name = "ADDRESS")]
    address: String,
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    output: Output,
}

/// Send a contact letters again, also one that a bounce took out
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Of open announcements it gets those that it has had no letter of; what failed is not sent again.

Example:
  forenotice customers restore C-001 jane@northwind.example")]
struct RestoreArgs {
    #[arg(value_name = "REF")]
    reference: String,
    #[arg(value_name = "ADDRESS")]
    address: String,
    #[command(flatten)]
    output: Output,
}

/// Write the last day of a contract; nothing is owed under it afterwards
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  forenotice customers end C-001 --last-day 2026-12-31")]
struct EndArgs {
    #[arg(value_name = "REF")]
    reference: String,
    /// Which contract, where the customer has several
    #[arg(long, value_name = "REF")]
    contract: Option<String>,
    #[arg(value_parser = crate::cli::when::day, long, value_name = "DAY")]
    last_day: chrono::NaiveDate,
}

/// Record customers from a CSV, XLSX or JSON file, one row a contact
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The header is reference,customer,contact_name,email,language,products,customer_since,notice_days,objection_days,
convention,time_zone,holidays and, where needed, contract,clause,authorisation,start,objection_convention,kinds,
emergency_days,emergency_window,grounds,role,rank,notice_address,resolution_days,resolution_unit,resolution_then,
regimes. An empty cell of the terms is the policy's; objection_days
until_effect is not. Importing the same file again changes nothing; other terms hold from today. Bad rows are named,
and lie in NAME.rejected.csv beside the file (NAME.rejected.json for JSON); the good ones are in.

Any separator and encoding is read, XLSX by its first sheet, JSON as a list of objects or one a line. Where columns or
values have other names, --dry-run prints a mapping to correct and save: which column is which, and what each word
means that was not taken. A line that begins with # is a word that only you can explain.

Example:
  forenotice customers import export.csv --dry-run > crm.toml
  forenotice customers import export.csv --mapping crm.toml")]
struct ImportArgs {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Say what would happen; write nothing
    #[arg(long)]
    dry_run: bool,
    /// Which of their columns and words are which of ours, as --dry-run proposes it
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// Write all customers as a file that an import reads
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Cells that a spreadsheet would run as a formula get an apostrophe in front, which an import takes away again.

Example:
  forenotice customers export > customers.csv")]
struct ExportArgs {
    #[command(flatten)]
    written: Written,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::Import(args) => import(global, args).await,
        Command::Export(args) => export(global, args).await,
        Command::Show(args) => show::run(global, args).await,
        Command::End(args) => end(global, args).await,
        Command::Suppress(args) => suppress(global, args).await,
        Command::Restore(args) => restore(global, args).await,
    }
}

async fn suppress(global: &Global, args: &SuppressArgs) -> Result<(), Failure> {
    if args.reason.trim().is_empty() {
        return Err(Failure::new("--reason is empty: say why no letter may go there").usage());
    }
    let (cx, actor) = acting(global).await?;
    let reference = super::context::customer(&cx, &args.reference).await?;
    let done = suppress_contact::suppress(&cx, actor, &reference, &args.address, args.reason.trim()).await;
    done.map_err(|error| match error {
        suppress_contact::Error::LastOne { .. } => {
            Failure::from(error).hint("import another contact first: forenotice customers import FILE")
        }
        other => Failure::from(other),
    })?;
    if args.output.json {
        return print(
            json!({ "customer": reference, "address": args.address, "suppressed": args.reason.trim() }),
        );
    }
    print(format_args!("{} of {reference} gets no further letters", args.address))
}

async fn restore(global: &Global, args: &RestoreArgs) -> Result<(), Failure> {
    let (cx, actor) = acting(global).await?;
    let reference = super::context::customer(&cx, &args.reference).await?;
    suppress_contact::restore(&cx, actor, &reference, &args.address).await?;
    if args.output.json {
        return print(json!({ "customer": reference, "address": args.address, "suppressed": null }));
    }
    print(format_args!("{} of {reference} gets letters again", args.address))
}

async fn end(global: &Global, args: &EndArgs) -> Result<(), Failure> {
    let (cx, actor) = acting(global).await?;
    let reference = super::context::customer(&cx, &args.reference).await?;
    let ended = end_contract(&cx, actor, &reference, args.contract.as_deref(), args.last_day).await?;
    print(format_args!("the contract {ended} of {reference} ends on {}", args.last_day))
}

async fn import(global: &Global, args: &ImportArgs) -> Result<(), Failure> {
    let hint = || format!("is {} the right name?", args.file.display());
    let mut file = std::fs::File::open(&args.file).or_hint(hint())?;
    let mapping = findings::mapping(args.mapping.as_deref(), &FORMAT)?;
    let (cx, actor) = acting(global).await?;
    let mode = if args.dry_run { Mode::DryRun } else { Mode::Write };
    let mut import = Import::new(&cx, actor, mode, mapping.clone());
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let read = file.read(&mut piece).or_hint(hint())?;
        if read == 0 {
            break;
        }
        import.push(&piece[..read]).await?;
    }
    let imported = import.finish().await?;
    let beside = match mode {
        Mode::Write => rejected::write(&args.file, &mapping, &imported).or_hint(format!(
            "{} rows are in; the others are named when the file is imported again, from a folder that can be written",
            imported.imported
        ))?,
        Mode::DryRun => None,
    };
    let outcome = Outcome { file: &args.file, rejected: &imported.rejected, warnings: &imported.warnings };
    if args.output.json {
        print(serde_json::to_string_pretty(&imported.printed())?)?;
        return outcome.fail_in_silence();
    }
    outcome.say();
    tell(&imported, mode, &args.file)?;
    outcome.fail(&hint_after(&imported, beside.as_deref(), &args.file))
}

fn hint_after(imported: &Imported, beside: Option<&Path>, file: &Path) -> String {
    match beside {
        Some(path) if imported.proposed_mapping.is_some() => format!(
            "{} rows are in; correct the others in {} and import that file with the same mapping; \
             --dry-run proposes one for its columns and words",
            imported.imported,
            path.display()
        ),
        Some(path) => format!(
            "{} rows are in; correct the others in {} and import that file",
            imported.imported,
            path.display()
        ),
        None if imported.refused && imported.proposed_mapping.is_some() => format!(
            "nothing was imported; forenotice customers import {} --dry-run proposes a mapping of its columns",
            file.display()
        ),
        None if imported.refused => "nothing was imported".to_owned(),
        None if imported.proposed_mapping.is_some() => {
            "nothing was written: this was a dry run; save the mapping, corrected, and try again with --mapping"
                .to_owned()
        }
        None => "nothing was written: this was a dry run".to_owned(),
    }
}

/// What it came to; behind a dry run the mapping to correct and save, of which the rest is a comment.
fn tell(imported: &Imported, mode: Mode, file: &Path) -> Result<(), Failure> {
    let mapping = imported.proposed_mapping.as_ref().filter(|_| mode == Mode::DryRun);
    let comment = if mapping.is_some() { "# " } else { "" };
    if !imported.refused {
        let Imported { imported: rows, duplicates, customers_new, customers_changed, .. } = imported;
        let would = if mode == Mode::DryRun { "would be " } else { "" };
        let duplicates =
            if *duplicates == 0 { String::new() } else { format!(", {duplicates} twice in the file") };
        print(format_args!(
            "{comment}{rows} rows {would}imported: {customers_new} customers new, {customers_changed} changed{duplicates}"
        ))?;
    }
    let Some(mapping) = mapping else { return Ok(()) };
    print(format_args!(
        "# Their columns and words as they would be read; correct, save, then: forenotice customers import {} --mapping FILE\n{}{}",
        file.display(),
        if imported.refused {
            "# Once the columns are right, --dry-run with this mapping proposes their words, too.\n"
        } else {
            ""
        },
        mapping.trim_end()
    ))
}

async fn export(global: &Global, args: &ExportArgs) -> Result<(), Failure> {
    let cx = open(global)?;
    let today = cx.policy.zone.day_of(cx.now().await?);
    let mut snapshot = cx.snapshot().await?;
    let as_json = args.written.as_json();
    let mut writer = Writer::new();
    if !as_json {
        write_header(&mut writer);
        print(writer.take().trim_end_matches('\n'))?;
    }
    let mut after = 0;
    let mut written = 0_u64;
    while let (rows, Some(last)) =
        store::customer_export::page(snapshot.conn(), today, after, CUSTOMERS_PER_PAGE).await?
    {
        after = last;
        for row in &rows {
            if !as_json {
                write_row(&mut writer, row, &cx.policy);
                continue;
            }
            let object: serde_json::Map<String, serde_json::Value> = cells(row, &cx.policy)
                .into_iter()
                .filter(|(_, cell)| !cell.is_empty())
                .map(|(field, cell)| (field.to_owned(), cell.into()))
                .collect();
            let before = if written == 0 { '[' } else { ',' };
            print(format_args!("{before}{}", serde_json::to_string(&object)?))?;
            written += 1;
        }
        if !as_json && !rows.is_empty() {
            print(writer.take().trim_end_matches('\n'))?;
        }
    }
    match (as_json, written) {
        (false, _) => Ok(()),
        (true, 0) => print("[]"),
        (true, _) => print("]"),
    }
}
