//! `gate`, `deliveries` and `status`: what stands in a change's way, and how far its letters are.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Failure, Global, OrHint as _, Output, context, print};
use crate::actions::Context;
use crate::domain::change::{Change, State};
use crate::domain::delivery::drains_within;
use crate::domain::reply_path::Proof;
use crate::store::digest::OpenObjection;
use crate::store::door::READ_WITHIN;
use crate::store::gate::Concern;
use crate::store::{self, Snapshot};

/// Whether a change may take effect, and why not
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit 0: open. Exit 1: shut.\n\nExample:\n  forenotice gate CHG-2026-0001 --at 2027-01-15T00:00:00Z"
)]
pub struct GateArgs {
    #[arg(value_name = "CHG")]
    reference: String,
    /// The instant to ask for (default: now)
    #[arg(value_parser = crate::cli::when::instant, long, value_name = "INSTANT")]
    at: Option<DateTime<Utc>>,
    #[command(flatten)]
    output: Output,
}

/// How far the letters of a change are, and where each customer stands
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  forenotice deliveries CHG-2026-0001")]
pub struct DeliveriesArgs {
    #[arg(value_name = "CHG")]
    reference: String,
    #[command(flatten)]
    output: Output,
}

/// What waits, what is coming, and the slack to the last lawful instant
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  forenotice status")]
pub struct StatusArgs {
    #[command(flatten)]
    output: Output,
}

/// Customers read at once for a list that is printed as it comes.
const CUSTOMERS_PER_READ: i64 = 1000;
const FAILURES_MAX: i64 = 1000;
/// The role that reads mail; the roles that each installation needs besides.
const RECEIVE: &str = "receive";
const NEEDED: [&str; 3] = ["web", "schedule", "send"];
/// Customers that a reason names to a person.
const NAMED_SHOWN: usize = 5;

pub async fn gate(global: &Global, args: &GateArgs) -> Result<(), Failure> {
    let cx = context::open(global)?;
    let now = cx.now().await?;
    let mut snapshot = cx.snapshot().await?;
    // Of now, the doors vouch for a moment less; of an instant to come, nobody can.
    let vouched = store::door::decidable_until(snapshot.conn()).await?.unwrap_or(now).min(now);
    let at = args.at.unwrap_or(if now - vouched < READ_WITHIN { now } else { vouched });
    let change = store::change::by_reference(snapshot.conn(), &args.reference)
        .await
        .or_hint("forenotice change list names them all")?;
    let reasons = if args.at.is_none_or(|at| at > now) {
        store::gate::shut_as_known(snapshot.conn(), change.id, at, now).await?
    } else {
        store::gate::shut_by(snapshot.conn(), change.id, at).await?
    };
    let mut concerns = Vec::new();
    for reason in reasons {
        concerns.push(store::gate::concern(snapshot.conn(), change.id, reason, at).await?);
    }
    let behind = store::door::sources_behind(snapshot.conn(), now - READ_WITHIN).await?;
    let is_dropped = matches!(change.state, State::Withdrawn | State::Discarded);
    let open = concerns.is_empty() && !is_dropped;
    let roles = store::replica::living_roles(snapshot.conn()).await?;
    let unread = !behind.is_empty() && !roles.iter().any(|role| role == RECEIVE);
    if args.output.json {
        let missing = unread.then_some(RECEIVE);
        print(json!({
            "open": open, "at": at, "reasons": concerns, "behind": behind, "state": change.state, "missing_role": missing,
        }))?;
    } else if is_dropped {
        print(format_args!("{} is {}: it never takes effect", change.reference, change.state))?;
        return Err(Failure::already_said());
    } else if open {
        print(format_args!(
            "{}: the gate is open at {}",
            change.reference,
            at.format("%Y-%m-%d %H:%M:%S UTC")
        ))?;
    } else {
        print(format_args!(
            "{}: the gate is shut at {}",
            change.reference,
            at.format("%Y-%m-%d %H:%M:%S UTC")
        ))?;
        concerns.iter().try_for_each(|concern| print(in_words(concern)))?;
        if let Some(line) = super::change::too_old(&cx, &mut snapshot, &change, now).await? {
            print(format_args!("  {line}"))?;
        }
    }
    if !args.output.json {
        behind.iter().try_for_each(|source| {
            let read_to = source.vouches_until.format("%Y-%m-%d %H:%M UTC");
            print(format_args!("  {} is read up to {read_to}: nothing later is decided", source.name))
        })?;
        if unread {
            print(format_args!(
                "  no process in the role {RECEIVE} runs: forenotice serve --roles {RECEIVE}"
            ))?;
        }
    }
    if open { Ok(()) } else { Err(Failure::already_said()) }
}

fn in_words(concern: &Concern) -> String {
    let mut words = format!("  {}: {}", concern.reason, concern.reason.in_words());
    match concern.count {
        0 => {}
        1 => words += " (1 customer)",
        count => words += &format!(" ({count} customers)"),
    }
    for customer in concern.customers.iter().take(NAMED_SHOWN) {
        let until = customer
            .until
            .map_or_else(String::new, |at| format!(", until {}", at.format("%Y-%m-%d %H:%M UTC")));
        let consent = customer.consent.as_ref().map_or_else(String::new, |consent| format!(", {consent}"));
        words += &format!("\n    {} {}{until}{consent}", customer.reference, customer.name);
    }
    words + &the_rest(concern)
}

/// How many more there are than are named, and where they are.
fn the_rest(concern: &Concern) -> String {
    let shown = concern.customers.len().min(NAMED_SHOWN);
    let named = concern.customers.len();
    match usize::try_from(concern.count).unwrap_or_default().saturating_sub(shown) {
        0 => String::new(),
        // A statement of nobody's counts and has no customer to name.
        _ if named <= NAMED_SHOWN => String::new(),
        more if more + shown > named => format!("\n    and {more} more; --json names the first {named}"),
        more => format!("\n    and {more} more; --json names all"),
    }
}

pub async fn deliveries(global: &Global, args: &DeliveriesArgs) -> Result<(), Failure> {
    let cx = context::open(global)?;
    let mut snapshot = cx.snapshot().await?;
    let change = store::change::by_reference(snapshot.conn(), &args.reference)
        .await
        .or_hint("forenotice change list names them all")?;
    let counts = store::obligation::counts(snapshot.conn(), change.id).await?;
    let failures = store::obligation::failures(snapshot.conn(), change.id, FAILURES_MAX).await?;
    let mut customers = Vec::new();
    loop {
        let after =
            customers.last().map_or("", |last: &store::obligation::OfCustomer| last.reference.as_str());
        let mut read =
            store::obligation::of_change(snapshot.conn(), change.id, after, CUSTOMERS_PER_READ).await?;
        if read.is_empty() {
            break;
        }
        customers.append(&mut read);
    }
    if args.output.json {
        return print(json!({
            "queued": counts.queued, "accepted": counts.accepted, "failed": counts.failed,
            "cancelled": counts.cancelled, "customers": customers, "failures": failures,
        }));
    }
    print(format_args!(
        "{}: {} accepted, {} waiting, {} failed, {} cancelled",
        change.reference, counts.accepted, counts.queued, counts.failed, counts.cancelled
    ))?;
    for customer in &customers {
        let clear =
            customer.clear_at.map_or("-".to_owned(), |at| at.format("%Y-%m-%d %H:%M UTC").to_string());
        let consent = customer.consent.as_ref().map_or_else(String::new, |word| format!(", its yes: {word}"));
        let objects = if customer.objects { ", objects" } else { "" };
        print(format_args!(
            "{:<12} {:<7} clear {clear}{consent}{objects}  {}",
            customer.reference, customer.state, customer.name
        ))?;
    }
    for failure in &failures {
        print(format_args!(
            "failed: {} ({}): {} {}",
            failure.address,
            failure.customer,
            failure.code.unwrap_or_default(),
            failure.text
        ))?;
    }
    Ok(())
}

/// One proof of a relay's reply path.
#[derive(Serialize)]
struct PathLine {
    relay: String,
    proof: Proof,
    proven: bool,
    stands: &'static str,
    missing_since: Option<DateTime<Utc>>,
}

async fn reply_paths(cx: &Context, now: DateTime<Utc>) -> Result<Vec<PathLine>, Failure> {
    let mut lines = Vec::new();
    for (relay, path) in cx.reply_paths().await? {
        lines.extend(path.standings().iter().map(|standing| PathLine {
            relay: relay.to_string(),
            proof: standing.proof,
            proven: standing.is_proven(now),
            stands: standing.in_words(now),
            missing_since: standing.missing_since,
        }));
    }
    Ok(lines)
}

/// The roles that no living process has, and that are needed here.
async fn missing_roles(snapshot: &mut Snapshot) -> Result<Vec<&'static str>, Failure> {
    let roles = store::replica::living_roles(snapshot.conn()).await?;
    let reads_mail =
        !store::door::sources_behind(snapshot.conn(), DateTime::<Utc>::MAX_UTC).await?.is_empty();
    let needed = NEEDED.into_iter().chain(reads_mail.then_some(RECEIVE));
    Ok(needed.filter(|needed| !roles.iter().any(|role| role == needed)).collect())
}

pub async fn status(global: &Global, args: &StatusArgs) -> Result<(), Failure> {
    let cx = context::open(global)?;
    let now = cx.now().await?;
    let mut snapshot = cx.snapshot().await?;
    let waiting = store::digest::waiting(snapshot.conn()).await?;
    let slack = waiting.latest_at.map(|latest| latest - now);
    let per_minute = store::replica::letters_per_minute(snapshot.conn()).await?;
    let out_at = drains_within(waiting.letters, per_minute).map(|takes| now + takes);
    let open = store::change::open(snapshot.conn()).await?;
    let objections = store::digest::open_objections(snapshot.conn()).await?;
    let today = cx.policy.zone.day_of(now);
    let overdue = objections.iter().filter(|objection| objection.is_overdue(today)).count();
    let paths = reply_paths(&cx, now).await?;
    let missing = missing_roles(&mut snapshot).await?;
    if args.output.json {
        let changes: Vec<Value> = open
            .iter()
            .map(|c| {
                json!({
                    "ref": c.reference, "state": c.state, "effective": c.draft.effective_on,
                    "awaits_approval": c.awaits_approval(),
                })
            })
            .collect();
        return print(json!({
            "now": now, "waiting": waiting.letters, "latest_at": waiting.latest_at,
            "slack_seconds": slack.map(|slack| slack.num_seconds()), "letters_per_minute": per_minute,
            "out_at": out_at.filter(|_| waiting.letters > 0), "changes": changes,
            "objections": objections.len(), "answers_overdue": overdue, "reply_paths": paths,
            "missing_roles": missing,
        }));
    }
    print(format_args!("now         {}", now.format("%Y-%m-%d %H:%M:%S UTC")))?;
    match (waiting.letters, slack) {
        (0, _) => print("letters     none waits")?,
        (letters, Some(slack)) => print(format_args!(
            "letters     {letters} wait; {} days {} hours left to the last lawful instant",
            slack.num_days(),
            slack.num_hours() % 24
        ))?,
        (letters, None) => print(format_args!("letters     {letters} wait"))?,
    }
    match out_at {
        Some(out_at) if waiting.letters > 0 => print(format_args!(
            "pace        {per_minute} letters a minute; the last is out at {}",
            out_at.format("%Y-%m-%d %H:%M UTC")
        ))?,
        _ => {}
    }
    for role in &missing {
        print(format_args!(
            "missing     no process in the role {role} runs: forenotice serve --roles {role}"
        ))?;
    }
    for path in &paths {
        print(format_args!("reply path  {} {}: {}", path.relay, path.proof, path.stands))?;
    }
    what_is_open(&open, &objections, today)
}

fn what_is_open(open: &[Change], objections: &[OpenObjection], today: NaiveDate) -> Result<(), Failure> {
    for change in open {
        let approval = if change.awaits_approval() { ", awaits approval" } else { "" };
        print(format_args!(
            "change      {} {} effective {} {}{approval}",
            change.reference, change.state, change.draft.effective_on, change.draft.facts.name
        ))?;
    }
    for objection in objections {
        print(format_args!(
            "objection   {} {} {} {} {}",
            objection.reference,
            objection.change_ref,
            if objection.is_overdue(today) { "answer overdue since" } else { "answer by" },
            objection.answer_due_on,
            objection.customer
        ))?;
    }
    Ok(())
}
