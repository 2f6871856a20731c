//! `change`, `gate`, `deliveries` and `status`: the DPO's work before, on and after the day.

use chrono::NaiveDate;
use clap::Subcommand;
use serde_json::{Value, json};

use super::{Failure, Global, OrHint as _, Output, context, print};
use crate::actions::schedule_change::{self, Done, Error};
use crate::domain::account::Role;
use crate::domain::change::{Change, ChangeKind};
use crate::domain::plan::{Named, Plan, Refusal};
use crate::domain::request::Request;
use crate::store;

/// Plan, schedule, show and withdraw changes of subprocessors
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Dry run: the earliest lawful date, who decides it, who cannot be reached; writes nothing
    Plan(WhatArgs),
    /// Schedule a change, if its date is lawful for every entitled customer
    Schedule(WhatArgs),
    /// A second person's yes
    #[command(
        after_help = "Example:\n  forenotice change approve CHG-2026-0001 --as second@processor.example"
    )]
    Approve(RefArgs),
    /// Move the effective date; an earlier one starts every period anew
    #[command(after_help = "Example:\n  forenotice change reschedule CHG-2026-0001 --effective 2027-02-01")]
    Reschedule(RescheduleArgs),
    /// Drop a change and tell everyone who had heard of it
    #[command(
        after_help = "Example:\n  forenotice change withdraw CHG-2026-0001 --reason \"We found another way\""
    )]
    Withdraw(WithdrawArgs),
    /// One change: its facts, dates and state
    #[command(after_help = "Example:\n  forenotice change show CHG-2026-0001")]
    Show(RefArgs),
    /// All changes, newest first
    #[command(after_help = "Example:\n  forenotice change list --json")]
    List(ListArgs),
}

#[derive(Debug, clap::Args)]
struct WhatArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A new subprocessor
    #[command(
        after_help = "Example:\n  forenotice change plan add --name Nimbus --legal-entity \"Nimbus GmbH\" --address \"Unter den Linden 1, Berlin\" \\\n    --contact privacy@nimbus.example --purpose Hosting --country DE --data-types \"names; addresses\" \\\n    --data-subjects users --transfer-mechanism none --reason \"More capacity\" --effective 2027-01-15"
    )]
    Add(ChangeArgs),
    /// Another subprocessor instead of one on the register
    #[command(
        after_help = "Example:\n  forenotice change plan replace --replaces Vercel --name Nimbus --from nimbus.json --effective 2027-01-15"
    )]
    Replace(ChangeArgs),
    /// Other facts of a subprocessor on the register: give those that will differ
    #[command(
        after_help = "Example:\n  forenotice change plan alter --name Pinecone --country \"US;DE\" --reason \"A region in the EU\" --effective 2027-01-15"
    )]
    Alter(ChangeArgs),
    /// A subprocessor that is no longer used
    #[command(
        after_help = "Example:\n  forenotice change plan remove --name Vercel --reason \"We host ourselves\" --effective 2027-01-15"
    )]
    Remove(ChangeArgs),
    /// A slip in the facts of the same legal person: no new processing, no period
    #[command(
        after_help = "Example:\n  forenotice change schedule correct --name Pinecone --website https://pinecone.io --reason \"Wrong address\" --effective 2026-11-24"
    )]
    Correct(ChangeArgs),
}

/// The facts as flags; lists are divided by `;`.
#[derive(Debug, clap::Args)]
struct ChangeArgs {
    /// A JSON file with any of these, by the names of the flags; flags win over it
    #[arg(long, value_name = "FILE.json")]
    from: Option<std::path::PathBuf>,
    /// The subprocessor's name
    #[arg(long)]
    name: Option<String>,
    /// Of a replacement: the name of whom it replaces
    #[arg(long, value_name = "NAME")]
    replaces: Option<String>,
    #[arg(long)]
    legal_entity: Option<String>,
    #[arg(long)]
    address: Option<String>,
    /// Where its privacy team is reached
    #[arg(long)]
    contact: Option<String>,
    #[arg(long)]
    category: Option<String>,
    #[arg(long)]
    purpose: Option<String>,
    /// Nature and duration of the processing
    #[arg(long)]
    nature: Option<String>,
    /// ISO 3166-1 alpha-2 codes
    #[arg(long, value_name = "CODES")]
    country: Option<String>,
    #[arg(long)]
    region: Option<String>,
    #[arg(long)]
    data_types: Option<String>,
    #[arg(long)]
    data_subjects: Option<String>,
    #[arg(long)]
    transfer_mechanism: Option<String>,
    #[arg(long)]
    safeguards: Option<String>,
    /// Product tags; none = all products
    #[arg(long)]
    products: Option<String>,
    #[arg(long)]
    website: Option<String>,
    #[arg(long)]
    affiliate: Option<String>,
    #[arg(long)]
    engaged_by: Option<String>,
    /// Why, in words that customers read
    #[arg(long)]
    reason: Option<String>,
    /// The first day on which it is in force, in the policy's zone
    #[arg(long, value_name = "DAY")]
    effective: Option<String>,
    /// It cannot wait for the full period: why
    #[arg(long, value_name = "JUSTIFICATION")]
    emergency: Option<String>,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct RefArgs {
    #[arg(value_name = "CHG")]
    reference: String,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct RescheduleArgs {
    #[arg(value_name = "CHG")]
    reference: String,
    #[arg(long, value_name = "DAY")]
    effective: NaiveDate,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct WithdrawArgs {
    #[arg(value_name = "CHG")]
    reference: String,
    /// Why, in words that customers read
    #[arg(long, default_value = "")]
    reason: String,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    #[command(flatten)]
    output: Output,
}

const LISTED_MAX: i64 = 1000;

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::Plan(what) => plan(global, &what.what).await,
        Command::Schedule(what) => schedule(global, &what.what).await,
        Command::Approve(args) => {
            let (cx, actor) = context::acting_as(global, Role::Approver).await?;
            done(schedule_change::approve(&cx, actor, &args.reference).await, args.output)
        }
        Command::Reschedule(args) => {
            let (cx, actor) = context::acting(global).await?;
            done(schedule_change::reschedule(&cx, actor, &args.reference, args.effective).await, args.output)
        }
        Command::Withdraw(args) => {
            let (cx, actor) = context::acting(global).await?;
            done(schedule_change::withdraw(&cx, actor, &args.reference, &args.reason).await, args.output)
        }
        Command::Show(args) => show(global, args).await,
        Command::List(args) => list(global, args).await,
    }
}

async fn plan(global: &Global, what: &What) -> Result<(), Failure> {
    let (request, output) = request(what)?;
    let cx = context::open(global)?;
    match schedule_change::plan(&cx, &request).await {
        Ok(plan) if output.json => print(json!({
            "earliest": plan.earliest, "decided_by": plan.decided_by, "unreachable": plan.unreachable,
            "without_them": plan.without_them, "customers": plan.customers, "notice_at": plan.notice_at,
            "effective": plan.effective_on, "effective_at": plan.effective_at,
        })),
        Ok(plan) => print(plan_in_words(&plan)),
        Err(error) => refused(error, output),
    }
}

async fn schedule(global: &Global, what: &What) -> Result<(), Failure> {
    let (request, output) = request(what)?;
    let (cx, actor) = context::acting(global).await?;
    done(schedule_change::schedule(&cx, actor, &request).await, output)
}

fn done(result: Result<Done, Error>, output: Output) -> Result<(), Failure> {
    match result {
        Ok(done) if output.json => print(json!({
            "ref": done.reference, "state": done.state, "effective": done.effective_on, "notice_at": done.notice_at,
        })),
        Ok(done) => {
            let notice = done.notice_at.map_or_else(
                || "nobody is to be told".to_owned(),
                |at| format!("the notice goes out from {}", at.format("%Y-%m-%d %H:%M UTC")),
            );
            print(format_args!(
                "{} is {}, effective {}; {notice}",
                done.reference, done.state, done.effective_on
            ))
        }
        Err(error) => refused(error, output),
    }
}

/// A refusal as JSON where that is wanted; what else went wrong as a sentence.
fn refused(error: Error, output: Output) -> Result<(), Failure> {
    let Error::Refused(refusal) = error else { return Err(error.into()) };
    if output.json {
        let mut value = serde_json::to_value(&refusal)?;
        value["error"] = Value::from(refusal.to_string());
        print(value)?;
        return Err(Failure::already_said());
    }
    let hint = match &refusal {
        Refusal::TooEarly { earliest, .. } => format!("take --effective {earliest} or later"),
        Refusal::Unreachable { .. } => "import the customers again with an address that works".to_owned(),
        Refusal::FactsMissing { .. } | Refusal::Contradiction { .. } => {
            "forenotice change plan --help".to_owned()
        }
    };
    Err(Failure::new(refusal.to_string()).hint(hint))
}

fn plan_in_words(plan: &Plan) -> String {
    let named = |named: &[Named]| {
        let lines = named.iter().take(10).map(|c| format!("  {} {}: {}", c.reference, c.name, c.terms));
        lines.collect::<Vec<_>>().join(
            "
",
        )
    };
    let mut words = format!(
        "Lawful on {}: {} customers are told from {} on.\nEarliest lawful date: {}\n",
        plan.effective_on,
        plan.customers,
        plan.notice_at.format("%Y-%m-%d %H:%M UTC"),
        plan.earliest
    );
    if !plan.decided_by.is_empty() {
        words += &format!("Decided by {} of them:\n{}\n", plan.decided_by.len(), named(&plan.decided_by));
    }
    if let Some(without) = plan.without_them {
        words += &format!("Without them: {without}\n");
    }
    words.trim_end().to_owned()
}

async fn show(global: &Global, args: &RefArgs) -> Result<(), Failure> {
    let cx = context::open(global)?;
    let change = store::change::by_reference(cx.snapshot().await?.conn(), &args.reference)
        .await
        .or_hint("forenotice change list names them all")?;
    if args.output.json {
        return print(change_json(&change));
    }
    let mut lines = vec![
        format!("{} {} {}", change.reference, change.draft.kind, change.draft.facts.name),
        format!("state      {}", change.state),
        format!("effective  {}", change.draft.effective_on),
        format!("reason     {}", change.draft.reason),
    ];
    match &change.draft.before {
        Some(before) if change.draft.kind != ChangeKind::Removal => {
            for difference in before.differences(&change.draft.facts) {
                lines.push(format!(
                    "{}: {:?} becomes {:?}",
                    difference.field, difference.before, difference.after
                ));
            }
        }
        Some(_) | None => {
            let stated = change.draft.facts.fields();
            lines.extend(stated.iter().filter(|(_, v)| !v.is_empty()).map(|(f, v)| format!("{f:<19} {v}")));
        }
    }
    print(lines.join("\n"))
}

fn change_json(change: &Change) -> Value {
    json!({
        "ref": change.reference, "kind": change.draft.kind, "state": change.state,
        "effective": change.draft.effective_on, "effective_at": change.effective_at,
        "name": change.draft.facts.name, "facts": change.draft.facts, "before": change.draft.before,
        "replaces": change.draft.replaces, "reason": change.draft.reason, "emergency": change.draft.emergency,
        "published_at": change.published_at, "took_effect_at": change.took_effect_at,
        "needs_approval": change.needs_approval, "approved": change.approved,
    })
}

async fn list(global: &Global, args: &ListArgs) -> Result<(), Failure> {
    let cx = context::open(global)?;
    let changes = store::change::list(cx.snapshot().await?.conn(), LISTED_MAX).await?;
    if args.output.json {
        return print(Value::from(changes.iter().map(change_json).collect::<Vec<_>>()));
    }
    if changes.is_empty() {
        return print("no change yet; plan one with `forenotice change plan add`");
    }
    for change in &changes {
        let draft = &change.draft;
        print(format_args!(
            "{:<14} {:<10} {}  {:<15} {}",
            change.reference, change.state, draft.effective_on, draft.kind, draft.facts.name
        ))?;
    }
    Ok(())
}

/// The request that flags and file make together.
fn request(what: &What) -> Result<(Request, Output), Failure> {
    let (kind, args) = match what {
        What::Add(args) => (ChangeKind::Addition, args),
        What::Replace(args) => (ChangeKind::Replacement, args),
        What::Alter(args) => (ChangeKind::MaterialChange, args),
        What::Remove(args) => (ChangeKind::Removal, args),
        What::Correct(args) => (ChangeKind::Correction, args),
    };
    let mut given = args.from.as_deref().map(from_file).transpose()?.unwrap_or_default();
    for (flag, value) in args.flags() {
        if let Some(value) = value {
            given.insert(flag.to_owned(), value.clone());
        }
    }
    let mut take = |flag: &str| given.remove(flag);
    let needed = |flag: &str, value: Option<String>| {
        value
            .ok_or_else(|| Failure::new(format!("--{flag} is missing")).hint("forenotice change plan --help"))
    };
    let name = needed("name", take("name"))?;
    let effective = needed("effective", take("effective"))?;
    let effective = effective.parse().map_err(|_| {
        Failure::new(format!("--effective: {effective:?} is no day")).hint("write it as 2027-01-15")
    })?;
    let reason = take("reason").unwrap_or_default();
    let (replaces, emergency) = (take("replaces"), take("emergency"));
    let facts = given.into_iter().map(|(flag, value)| (field(&flag), value)).collect();
    Ok((Request { kind, name, replaces, facts, reason, effective, emergency }, args.output))
}

/// The fact that a flag gives, by the name that files use.
fn field(flag: &str) -> String {
    match flag {
        "country" => "countries".to_owned(),
        "region" => "regions".to_owned(),
        flag => flag.replace('-', "_"),
    }
}

type Given = std::collections::BTreeMap<String, String>;

/// A JSON object of texts and lists of texts, by the names of flags or of facts.
fn from_file(path: &std::path::Path) -> Result<Given, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| {
        Failure::new(format!("{}:{}:{}: {error}", path.display(), error.line(), error.column()))
    })?;
    let Value::Object(fields) = value else {
        return Err(Failure::new(format!("{}: not a JSON object", path.display())));
    };
    let mut given = Given::new();
    for (name, value) in fields {
        let text = match value {
            Value::String(text) => text,
            Value::Null => continue,
            Value::Array(items) if items.iter().all(Value::is_string) => {
                items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(";")
            }
            other => {
                return Err(Failure::new(format!(
                    "{}: {name}: {other} is neither a text nor a list of texts",
                    path.display()
                )));
            }
        };
        let flag = match name.as_str() {
            "countries" => "country".to_owned(),
            "regions" => "region".to_owned(),
            name => name.replace('_', "-"),
        };
        given.insert(flag, text);
    }
    Ok(given)
}

impl ChangeArgs {
    fn flags(&self) -> [(&'static str, &Option<String>); 21] {
        [
            ("name", &self.name),
            ("replaces", &self.replaces),
            ("legal-entity", &self.legal_entity),
            ("address", &self.address),
            ("contact", &self.contact),
            ("category", &self.category),
            ("purpose", &self.purpose),
            ("nature", &self.nature),
            ("country", &self.country),
            ("region", &self.region),
            ("data-types", &self.data_types),
            ("data-subjects", &self.data_subjects),
            ("transfer-mechanism", &self.transfer_mechanism),
            ("safeguards", &self.safeguards),
            ("products", &self.products),
            ("website", &self.website),
            ("affiliate", &self.affiliate),
            ("engaged-by", &self.engaged_by),
            ("reason", &self.reason),
            ("effective", &self.effective),
            ("emergency", &self.emergency),
        ]
    }
}
