//! `completeness`: for each customer with a contract its letter of a change, or why none was due.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;

use super::{Failure, Global, OrHint as _, Output, context, print};
use crate::domain::completeness::{Account, account};
use crate::domain::customer::CustomerKind;
use crate::store;
use crate::store::completeness::{Letter, OnRecord, OtherMeans};
use crate::store::entitlement::CUSTOMERS_PER_RANGE;

/// For each customer with a contract: which letter of a change, to whom, when, or why none
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Held against the terms, not against the letters: a customer entitled and nowhere on record is unexplained, and the
command fails.

Example:
  forenotice completeness CHG-2026-0001 --json")]
pub struct Args {
    #[arg(value_name = "CHG")]
    reference: String,
    #[command(flatten)]
    output: Output,
}

#[derive(Serialize)]
struct Accounted {
    reference: String,
    name: String,
    #[serde(flatten)]
    account: Account,
    served_at: Option<DateTime<Utc>>,
    clear_at: Option<DateTime<Utc>>,
    letters: Vec<Letter>,
    other_means: Option<OtherMeans>,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    let cx = context::open(global)?;
    let mut snapshot = cx.snapshot().await?;
    let change = store::change::by_reference(snapshot.conn(), &args.reference)
        .await
        .or_hint("forenotice change list names them all")?;
    let day = cx.policy.zone.day_of(change.published_at.unwrap_or(cx.now().await?));
    let mut accounted: Vec<Accounted> = Vec::new();
    let mut after = 0;
    while let Some(end) = store::entitlement::range_end(snapshot.conn(), after, CUSTOMERS_PER_RANGE).await? {
        let candidates = store::entitlement::candidates(snapshot.conn(), day, after, end).await?;
        let records = store::completeness::on_record(snapshot.conn(), change.id, after, end).await?;
        let by_contract = candidates.into_iter().filter(|candidate| candidate.kind == CustomerKind::Contract);
        let mut records: BTreeMap<_, OnRecord> =
            records.into_iter().map(|record| (record.customer, record)).collect();
        for candidate in by_contract {
            let Some(record) = records.remove(&candidate.customer) else { continue };
            let account = account(
                &candidate,
                &change.draft,
                change.subprocessor_id,
                &cx.policy,
                change.published_at,
                record.recorded,
            );
            accounted.push(Accounted {
                reference: candidate.reference,
                name: candidate.name,
                account,
                served_at: record.served_at,
                clear_at: record.clear_at,
                letters: record.letters,
                other_means: record.other_means,
            });
        }
        after = end;
    }
    let unexplained = accounted.iter().filter(|customer| customer.account == Account::Unexplained).count();
    if args.output.json {
        print(json!({ "ref": change.reference, "unexplained": unexplained, "customers": accounted }))?;
    } else {
        accounted.iter().try_for_each(|customer| print(in_words(customer)))?;
        print(format_args!(
            "{}: {} customers with a contract; unexplained: {unexplained}",
            change.reference,
            accounted.len()
        ))?;
    }
    if unexplained == 0 { Ok(()) } else { Err(Failure::already_said()) }
}

fn in_words(customer: &Accounted) -> String {
    let account = match customer.account {
        Account::Served => "served",
        Account::Waiting => "waiting",
        Account::Refused => "refused",
        Account::NoneDue(why) => why.as_str(),
        Account::Unexplained => "UNEXPLAINED",
    };
    let mut words = format!("{:<12} {account:<12} {}", customer.reference, customer.name);
    if let Some(means) = &customer.other_means {
        words += &format!("\n    by {}, received {}", means.channel, minute(means.received_at));
    }
    for letter in &customer.letters {
        let when = letter.accepted_at.map_or_else(String::new, |at| format!(" {}", minute(at)));
        let address = letter.address.as_deref().unwrap_or("(forgotten)");
        words += &format!("\n    {} {} to {address}: {}{when}", letter.notice, letter.kind, letter.state);
        if let (Some(code), "failed") = (letter.code, letter.state.as_str()) {
            words += &format!(" {code} {}", letter.text.as_deref().unwrap_or_default());
        }
    }
    words
}

fn minute(at: DateTime<Utc>) -> impl std::fmt::Display {
    at.format("%Y-%m-%d %H:%M UTC")
}
