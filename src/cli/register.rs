//! `register`: the subprocessors as a file and as a list.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Subcommand, ValueEnum};
use serde::Serialize;

use super::context::{acting, open};
use super::findings::{self, Outcome};
use super::{Failure, Global, OrHint as _, Output, print};
use crate::actions::Context;
use crate::actions::maintain_records::{self, REGISTER_BYTES_MAX};
use crate::domain::change::ChangeKind;
use crate::domain::register::{Version, on_day};
use crate::domain::register_file;
use crate::domain::subprocessor::Facts;
use crate::store::page::{self, PublicChange};

/// The register of subprocessors
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Import(ImportArgs),
    Export(ExportArgs),
    Show(ShowArgs),
}

/// State the register from a CSV, XLSX or JSON file
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The header is name,legal_entity,category,purpose,countries,regions,data_types,transfer_mechanism,website and, where
known, address,contact,data_subjects,products,affiliate,engaged_by,safeguards,nature; lists are divided by semicolons.
Importing the same file again changes nothing. Facts change only by a change: forenotice change schedule alter.

Example:
  forenotice register import subprocessors.csv")]
struct ImportArgs {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Which of their columns is which of ours, saved from `customers import --dry-run` or written alike
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// Write the register as CSV or JSON
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Cells that a spreadsheet would run as a formula get an apostrophe in front, which an import takes away again.

Example:
  forenotice register export > subprocessors.csv
  forenotice register export --format json --on 2026-01-01")]
struct ExportArgs {
    #[command(flatten)]
    written: Written,
    /// As it stood on that day (default: today)
    #[arg(value_parser = crate::cli::when::day, long, value_name = "DAY")]
    on: Option<NaiveDate>,
}

/// Show who is on the register
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  forenotice register show --on 2026-01-01")]
struct ShowArgs {
    /// As it stood on that day (default: today)
    #[arg(value_parser = crate::cli::when::day, long, value_name = "DAY")]
    on: Option<NaiveDate>,
    #[command(flatten)]
    output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Json,
}

/// How an export is written.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Written {
    #[arg(long, value_enum, default_value_t = Format::Csv, conflicts_with = "json")]
    format: Format,
    /// The same as --format json
    #[arg(long)]
    json: bool,
}

impl Written {
    pub fn as_json(self) -> bool {
        self.json || self.format == Format::Json
    }
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::Import(args) => import(global, args).await,
        Command::Export(args) => export(global, args).await,
        Command::Show(args) => show(global, args).await,
    }
}

async fn import(global: &Global, args: &ImportArgs) -> Result<(), Failure> {
    let mapping = findings::mapping(args.mapping.as_deref(), &register_file::FORMAT)?;
    let file = maintain_records::read_register(&read(&args.file)?, mapping);
    let (cx, actor) = acting(global).await?;
    let imported = maintain_records::import_register(&cx, actor, file).await?;
    let outcome = Outcome { file: &args.file, rejected: &imported.rejected, warnings: &imported.warnings };
    if args.output.json {
        print(serde_json::to_string_pretty(&imported.printed())?)?;
        return outcome.fail_in_silence();
    }
    outcome.say();
    let kept = match imported.not_in_file {
        0 => String::new(),
        n => format!("; {n} on the register are not in the file and stay"),
    };
    if !imported.refused {
        print(format_args!("{} imported, {} unchanged{kept}", imported.imported, imported.unchanged))?;
    }
    outcome.fail(if imported.refused {
        "nothing was imported"
    } else {
        "the others are in; correct these and import the file again"
    })
}

fn read(file: &std::path::Path) -> Result<Vec<u8>, Failure> {
    use std::io::Read as _;
    let open = std::fs::File::open(file).or_hint(format!("is {} the right name?", file.display()))?;
    let mut bytes = Vec::new();
    let limit = REGISTER_BYTES_MAX as u64 + 1;
    open.take(limit).read_to_end(&mut bytes)?;
    if bytes.len() > REGISTER_BYTES_MAX {
        return Err(Failure::new(format!("{} is larger than {REGISTER_BYTES_MAX} bytes", file.display()))
            .hint("a register is read by people; is this the right file?"));
    }
    Ok(bytes)
}

/// The register as it stood on a day, and beside it what was not in force for all, each since when.
struct Stood {
    day: NaiveDate,
    listed: Vec<Version>,
    for_some: Vec<(PublicChange, NaiveDate)>,
    /// Without completed notice.
    in_use: Vec<(PublicChange, NaiveDate)>,
}

impl Stood {
    /// What the list does not say.
    fn beside(&self) -> impl Iterator<Item = String> {
        let said = |how: &'static str| {
            move |(change, since): &(PublicChange, NaiveDate)| {
                let (name, reference) = (&change.facts.name, &change.reference);
                match change.kind {
                    ChangeKind::Addition | ChangeKind::Replacement => {
                        format!("{name} {how} since {since} ({reference})")
                    }
                    _ => format!("the change of {name} {how} since {since} ({reference})"),
                }
            }
        };
        let for_some = self.for_some.iter().map(said("is in force for some customers and not for all"));
        for_some.chain(self.in_use.iter().map(said("is in use without completed notice")))
    }
}

async fn stood(cx: &Context, on: Option<NaiveDate>) -> Result<Stood, Failure> {
    let (now, zone) = (cx.now().await?, &cx.policy.zone);
    let today = zone.day_of(now);
    let day = on.unwrap_or(today);
    if day > today {
        return Err(Failure::new(format!(
            "--on: {day} lies ahead; the register is known up to today, {today}"
        ))
        .hint("forenotice change list shows what is coming"));
    }
    let register = page::register(cx.snapshot().await?.conn(), 0, now).await?;
    let listed = on_day(&register.versions, day).into_iter().cloned().collect();
    let for_some = register.open.into_iter().filter_map(|change| {
        let since = zone.day_of(change.in_force_for_some()?);
        (since <= day).then_some((change, since))
    });
    let in_use = register.in_use.into_iter().filter_map(|change| {
        let since = change.in_use_on(day, zone)?;
        Some((change, since))
    });
    Ok(Stood { day, listed, for_some: for_some.collect(), in_use: in_use.collect() })
}

#[derive(Serialize)]
struct Document<'a> {
    on: NaiveDate,
    subprocessors: Vec<Listed<'a>>,
    in_force_for_some_customers: Vec<ForSome<'a>>,
    in_use_without_completed_notice: Vec<InUse<'a>>,
}

/// As the public register has it.
#[derive(Serialize)]
struct ForSome<'a> {
    change: &'a str,
    name: &'a str,
    since: NaiveDate,
}

/// As the public register has it.
#[derive(Serialize)]
struct InUse<'a> {
    change: &'a str,
    name: &'a str,
    since: NaiveDate,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    #[serde(flatten)]
    facts: &'a Facts,
    /// The first day of this state.
    since: NaiveDate,
    /// Null: stated at the import, not witnessed.
    change: Option<&'a str>,
}

fn listed(version: &Version) -> Listed<'_> {
    Listed {
        id: &version.slug,
        facts: &version.facts,
        since: version.valid_from,
        change: version.change.as_deref(),
    }
}

fn in_use((change, since): &(PublicChange, NaiveDate)) -> InUse<'_> {
    InUse {
        change: &change.reference,
        name: &change.facts.name,
        since: *since,
        reason: change.in_use_why.as_deref(),
    }
}

fn document(stood: &Stood) -> Document<'_> {
    Document {
        on: stood.day,
        subprocessors: stood.listed.iter().map(listed).collect(),
        in_force_for_some_customers: stood
            .for_some
            .iter()
            .map(|(change, since)| ForSome {
                change: &change.reference,
                name: &change.facts.name,
                since: *since,
            })
            .collect(),
        in_use_without_completed_notice: stood.in_use.iter().map(in_use).collect(),
    }
}

async fn export(global: &Global, args: &ExportArgs) -> Result<(), Failure> {
    let stood = stood(&open(global)?, args.on).await?;
    if args.written.as_json() {
        return print(serde_json::to_string_pretty(&document(&stood))?);
    }
    // In the file it would be stated by the next import, without a change behind it.
    stood.beside().for_each(|one| eprintln!("not in the file: {one}"));
    let text = register_file::write_csv(stood.listed.iter().map(|version| &version.facts));
    print(text.trim_end_matches('\n'))
}

async fn show(global: &Global, args: &ShowArgs) -> Result<(), Failure> {
    let stood = stood(&open(global)?, args.on).await?;
    if args.output.json {
        return print(serde_json::to_string_pretty(&document(&stood))?);
    }
    stood.beside().try_for_each(print)?;
    if stood.listed.is_empty() {
        return print(format_args!("nobody is on the register of {}", stood.day));
    }
    let rows = stood.listed.iter().map(|version| {
        let facts = &version.facts;
        let purpose = if facts.purpose.is_empty() { &facts.category } else { &facts.purpose };
        let by = version.change.clone().unwrap_or_else(|| "stated".to_owned());
        [facts.name.clone(), purpose.clone(), facts.countries.join(" "), version.valid_from.to_string(), by]
    });
    findings::table(["name", "purpose", "countries", "since", "by"], rows)
}
