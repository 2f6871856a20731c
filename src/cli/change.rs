//! `change`, `gate`, `deliveries` and `status`: the DPO's work before, on and after the day.

mod asked;
mod warn;

use asked::{ChangeArgs, WhatArgs};
use chrono::{DateTime, NaiveDate, Utc};
use clap::Subcommand;
use serde_json::{Value, json};

use super::{Failure, Global, OrHint as _, Output, context, print};
use crate::actions::Context;
use crate::actions::schedule_change::{self, Done, Error};
use crate::domain::account::Role;
use crate::domain::change::{Change, ChangeKind};
use crate::domain::notice::Stops;
use crate::domain::plan::{Named, Plan, Refusal};
use crate::store::{self, Snapshot};

/// Plan, schedule, show and withdraw changes of subprocessors
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Dry run: the earliest lawful date, who decides it, who cannot be reached; writes nothing
    #[command(after_help = "Example:\n  forenotice change plan --from changes.json")]
    Plan(WhatArgs),
    /// Schedule a change, or several that one notice announces, if the date is lawful for every entitled customer
    #[command(
        after_help = "Example:\n  forenotice change schedule --from changes.json --effective 2027-01-15"
    )]
    Schedule(WhatArgs),
    /// A second person's yes
    #[command(
        after_help = "Example:\n  forenotice change approve CHG-2026-0001 --as second@processor.example"
    )]
    Approve(RefArgs),
    /// Move the effective date, or alter the facts of an open change: an earlier day, or more than was announced, starts
    /// every period anew
    #[command(
        after_help = "Example:\n  forenotice change reschedule CHG-2026-0001 --effective 2027-02-01 --country DE"
    )]
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
    #[command(flatten)]
    what: Box<ChangeArgs>,
}

#[derive(Debug, clap::Args)]
struct WithdrawArgs {
    #[arg(value_name = "CHG")]
    reference: String,
    /// Why, in words that customers read
    #[arg(long, default_value = "")]
    reason: String,
    /// Of what is in use: the last day of it
    #[arg(value_parser = crate::cli::when::day, long, value_name = "DAY", requires = "deletion_by")]
    stops_on: Option<NaiveDate>,
    /// Of what is in use: by when the data are deleted or returned
    #[arg(value_parser = crate::cli::when::day, long, value_name = "DAY", requires = "stops_on")]
    deletion_by: Option<NaiveDate>,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    #[command(flatten)]
    output: Output,
}

const LISTED_MAX: i64 = 1000;
/// Customers that a plan names to a person.
const NAMED_SHOWN: usize = 10;

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::Plan(what) => plan(global, what).await,
        Command::Schedule(what) => schedule(global, what).await,
        Command::Approve(args) => {
            let (cx, actor) = context::acting_as(global, Role::Approver).await?;
            done(schedule_change::approve(&cx, actor, &args.reference).await.map(one), args.output)
        }
        Command::Reschedule(args) => {
            let alteration = asked::alteration(&args.what)?;
            let (cx, actor) = context::acting(global).await?;
            let moved = schedule_change::alter(&cx, actor, &args.reference, &alteration).await;
            done(moved.map(one), args.what.output)
        }
        Command::Withdraw(args) => {
            let (cx, actor) = context::acting(global).await?;
            let stops = args.stops_on.zip(args.deletion_by);
            let stops = stops.map(|(on, deletion_due)| Stops { on, deletion_due });
            let gone = schedule_change::withdraw(&cx, actor, &args.reference, &args.reason, stops).await;
            done(gone.map(one), args.output)
        }
        Command::Show(args) => show(global, args).await,
        Command::List(args) => list(global, args).await,
    }
}

fn one(done: Done) -> Vec<Done> {
    vec![done]
}

async fn plan(global: &Global, what: &WhatArgs) -> Result<(), Failure> {
    let (requests, output) = asked::requests(what)?;
    let cx = context::open(global)?;
    warn::of_emergency(&cx, &requests).await?;
    let planned = schedule_change::plan_together(&cx, &requests).await;
    if let Ok(plan) = &planned
        && plan.customers > 0
    {
        warn::of_late_bounces(&cx, plan.notice_at, plan.effective_on);
    }
    match planned {
        Ok(plan) if output.json => print(json!({
            "earliest": plan.earliest, "decided_by": plan.decided_by, "deciders": plan.deciders,
            "unreachable": plan.unreachable,
            "without_them": plan.without_them, "for_all": plan.for_all_on, "customers": plan.customers, "notice_at": plan.notice_at,
            "effective": plan.effective_on, "effective_at": plan.effective_at,
        })),
        Ok(plan) => print(plan_in_words(&plan)),
        Err(error) => refused(error, output),
    }
}

async fn schedule(global: &Global, what: &WhatArgs) -> Result<(), Failure> {
    let (requests, output) = asked::requests(what)?;
    let (cx, actor) = context::acting(global).await?;
    warn::of_emergency(&cx, &requests).await?;
    let scheduled = schedule_change::schedule_together(&cx, actor, &requests).await;
    if let Ok([first, ..]) = scheduled.as_deref()
        && let Some(notice_at) = first.notice_at
    {
        warn::of_late_bounces(&cx, notice_at, first.effective_on);
    }
    done(scheduled, output)
}

/// What was done to one change as an object, to several as a list.
fn done(result: Result<Vec<Done>, Error>, output: Output) -> Result<(), Failure> {
    let changes = match result {
        Ok(changes) => changes,
        Err(error) => return refused(error, output),
    };
    if !output.json {
        return changes.iter().try_for_each(|done| print(done_in_words(done)));
    }
    let mut values: Vec<Value> = changes
        .iter()
        .map(|done| {
            json!({
                "ref": done.reference, "state": done.state, "effective": done.effective_on,
                "notice_at": done.notice_at, "awaits_approval": done.awaits_approval,
            })
        })
        .collect();
    print(if values.len() == 1 { values.remove(0) } else { Value::from(values) })
}

fn done_in_words(done: &Done) -> String {
    let notice = done.notice_at.map_or_else(
        || "nobody is to be told".to_owned(),
        |at| format!("the notice goes out from {}", at.format("%Y-%m-%d %H:%M UTC")),
    );
    let approval = if done.awaits_approval { ", once another person has approved it" } else { "" };
    format!("{} is {}, effective {}; {notice}{approval}", done.reference, done.state, done.effective_on)
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
        Refusal::Unreachable { .. } => {
            "import the customers again with an address that works; whoever had it by hand before is none of these".to_owned()
        }
        Refusal::NoticeTooOld { needed_days, .. } => {
            format!("set policy.notice_valid_days = {needed_days} and restart the daemons")
        }
        Refusal::FactsMissing { .. } | Refusal::Contradiction { .. } => {
            "forenotice change plan --help".to_owned()
        }
    };
    Err(Failure::new(refusal.to_string()).hint(hint))
}

fn plan_in_words(plan: &Plan) -> String {
    let named = |named: &[Named], count: usize| {
        let lines = named.iter().take(NAMED_SHOWN);
        let mut lines: Vec<_> = lines.map(|c| format!("  {} {}: {}", c.reference, c.name, c.terms)).collect();
        if count > lines.len() {
            lines.push(format!("  and {} more", count - lines.len()));
        }
        lines.join("\n")
    };
    let mut words = format!(
        "Lawful on {}: {} told from {} on.\nEarliest lawful date: {}\n",
        plan.effective_on,
        if plan.customers == 1 {
            "1 customer is".to_owned()
        } else {
            format!("{} customers are", plan.customers)
        },
        plan.notice_at.format("%Y-%m-%d %H:%M UTC"),
        plan.earliest
    );
    if !plan.decided_by.is_empty() {
        let deciders = plan.deciders;
        words += &format!("Decided by {deciders} of them:\n{}\n", named(&plan.decided_by, deciders));
    }
    if let Some(day) = plan.for_all_on {
        words += &format!("Each customer starts by itself; the last can on {day}, if told now\n");
    }
    if let Some(without) = plan.without_them {
        words += &format!("Without them: {without}\n");
    }
    words.trim_end().to_owned()
}

async fn show(global: &Global, args: &RefArgs) -> Result<(), Failure> {
    let cx = context::open(global)?;
    let now = cx.now().await?;
    let mut snapshot = cx.snapshot().await?;
    let change = store::change::by_reference(snapshot.conn(), &args.reference)
        .await
        .or_hint("forenotice change list names them all")?;
    let announcement = store::notice::announcement_times(snapshot.conn(), change.id).await?;
    if args.output.json {
        let mut value = change_json(&cx, &change);
        value["notice_at"] = json!(announcement.map(|(_, due_at, _)| due_at));
        value["announced_at"] = json!(announcement.and_then(|(_, _, began_at)| began_at));
        return print(value);
    }
    let mut lines = vec![
        format!("{} {} {}", change.reference, change.draft.kind, change.draft.facts.name),
        format!("state      {}", change.state),
        format!("effective  {}", effective_in_words(&cx, &change)),
        format!("reason     {}", change.draft.reason),
    ];
    lines.extend(announcement.map(|(_, due_at, began_at)| announced_in_words(&change, (due_at, began_at))));
    if let Some(since) = change.in_force_for_some() {
        let counts = store::go_live::counts(cx.snapshot().await?.conn(), change.id).await?;
        lines.push(format!(
            "in force   for {} customers, the first since {}; {} wait, see forenotice gate {}",
            counts.in_force,
            cx.policy.zone.day_of(since),
            counts.waiting,
            change.reference
        ));
    }
    if change.needs_approval {
        lines.push(format!("approval   {}", if change.approved { "given" } else { "missing" }));
    }
    lines.extend(too_old(&cx, &mut snapshot, &change, now).await?);
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

/// That its notice must be given again, with the command that does so today; none: it need not.
pub(super) async fn too_old(
    cx: &Context,
    snapshot: &mut Snapshot,
    change: &Change,
    now: DateTime<Utc>,
) -> Result<Option<String>, store::Error> {
    let Some(since) = store::notice::too_old_since(snapshot.conn(), change, now).await? else {
        return Ok(None);
    };
    let candidates = store::entitlement::all(snapshot.conn(), cx.policy.zone.day_of(now)).await?;
    Ok(Some(format!(
        "notice     too old since {}; give it again: forenotice change reschedule {} --effective {}",
        cx.policy.zone.day_of(since),
        change.reference,
        cx.earliest_anew(&candidates, change, now)
    )))
}

/// When it was announced, or will be.
fn announced_in_words(change: &Change, (due_at, began_at): (DateTime<Utc>, Option<DateTime<Utc>>)) -> String {
    let at = |instant: DateTime<Utc>| instant.format("%Y-%m-%d %H:%M UTC");
    match began_at {
        Some(began_at) => format!("notice     announced {}", at(began_at)),
        None if change.needs_approval && !change.approved => {
            format!("notice     goes out {}, once another person has approved it", at(due_at))
        }
        None => format!("notice     goes out {}", at(due_at)),
    }
}

/// The day on which it took effect, or is planned to.
fn effective_day(cx: &Context, change: &Change) -> NaiveDate {
    let planned = change.draft.effective_on;
    let took_effect_on = change.took_effect_at.map(|at| cx.policy.zone.day_of(at));
    // A removal may be recorded after its day.
    took_effect_on
        .filter(|_| change.draft.kind != ChangeKind::Removal)
        .map_or(planned, |day| day.max(planned))
}

/// The day; of a change that took effect on another than was planned, both.
fn effective_in_words(cx: &Context, change: &Change) -> String {
    let (planned, day) = (change.draft.effective_on, effective_day(cx, change));
    if day > planned { format!("{day} (planned for {planned})") } else { planned.to_string() }
}

fn change_json(cx: &Context, change: &Change) -> Value {
    json!({
        "ref": change.reference, "kind": change.draft.kind, "state": change.state,
        "effective": effective_day(cx, change), "planned": change.draft.effective_on, "effective_at": change.effective_at,
        "name": change.draft.facts.name, "facts": change.draft.facts, "before": change.draft.before,
        "replaces": change.draft.replaces, "reason": change.draft.reason, "emergency": change.draft.emergency,
        "published_at": change.published_at, "go_live": change.go_live,
        "first_in_force_at": change.first_in_force_at, "took_effect_at": change.took_effect_at,
        "needs_approval": change.needs_approval, "approved": change.approved,
    })
}

async fn list(global: &Global, args: &ListArgs) -> Result<(), Failure> {
    let cx = context::open(global)?;
    let changes = store::change::list(cx.snapshot().await?.conn(), LISTED_MAX).await?;
    if args.output.json {
        return print(Value::from(changes.iter().map(|change| change_json(&cx, change)).collect::<Vec<_>>()));
    }
    if changes.is_empty() {
        return print("no change yet; plan one with `forenotice change plan add`");
    }
    for change in &changes {
        let draft = &change.draft;
        print(format_args!(
            "{:<14} {:<10} {}  {:<15} {}",
            change.reference,
            change.state,
            effective_day(&cx, change),
            draft.kind,
            draft.facts.name
        ))?;
    }
    Ok(())
}
