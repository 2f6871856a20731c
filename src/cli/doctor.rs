//! `doctor`: whether everything promised holds on the live database, and what mends what does not.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use secrecy::ExposeSecret as _;
use serde::Serialize;

use super::{Failure, Global, OrHint, Output, context, load, print};
use crate::actions::Context;
use crate::clock::Clock;
use crate::config::LedgerKey;
use crate::domain::access::Keys;
use crate::domain::holidays::Holidays;
use crate::domain::zone;
use crate::store::{self, Db, Snapshot, door, invariants, migrate};

/// A replica whose clock is further off than this refuses to work.
const SKEW_MAX: TimeDelta = TimeDelta::seconds(1);
/// How many years ahead holidays and zones must be known: the longest notice, and the planning before it.
const HORIZON_YEARS: i32 = 2;
const ROWS_SHOWN: usize = 5;

/// Check every promise on the live database
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit 1 if anything does not hold; each finding names its rows and what mends it.

Example:
  forenotice doctor --json")]
pub struct Args {
    #[command(flatten)]
    output: Output,
}

/// One thing looked at. No row: it holds.
#[derive(Debug, Serialize)]
struct Check {
    name: String,
    ok: bool,
    says: String,
    rows: Vec<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

impl Check {
    fn new(name: &str, says: &str, rows: Vec<serde_json::Value>, mend: &str) -> Self {
        let ok = rows.is_empty();
        Self { name: name.into(), ok, says: says.into(), mend: (!ok).then(|| mend.into()), rows }
    }
}

#[derive(Debug, Serialize)]
struct Findings {
    ok: bool,
    checks: Vec<Check>,
}

pub async fn run(global: &Global, args: &Args) -> Result<(), Failure> {
    let settings = load(global)?.settings;
    let db = Db::open(settings.database.url.expose_secret(), 1)?;
    let mut snapshot = db.snapshot().await.or_hint("start Postgres, or correct database.url")?;
    let now = Clock::System.now();
    let clock = clock(&mut snapshot, now).await?;
    let schema = schema(&mut snapshot).await.or_hint("run `forenotice migrate`")?;
    let mut checks = vec![clock, zones(now)];
    if schema.ok {
        checks.push(key(&mut snapshot, &settings.ledger.key).await?);
        checks.push(holidays(&mut snapshot, &settings.policy.holidays, now).await?);
        if settings.inbound.has_door() && settings.ledger.key.bytes().is_ok() {
            checks.extend(reply_paths(&context::open(global)?).await?);
        }
        checks.extend(invariants::check(snapshot.conn()).await?.iter().map(of_invariant));
    }
    checks.insert(0, schema);
    let findings = Findings { ok: checks.iter().all(|check| check.ok), checks };
    if args.output.json {
        print(serde_json::to_string_pretty(&findings)?)?;
    } else {
        show(&findings)?;
    }
    if findings.ok { Ok(()) } else { Err(Failure::already_said()) }
}

async fn schema(snapshot: &mut Snapshot) -> Result<Check, Failure> {
    let missing = migrate::pending(snapshot.conn()).await?;
    let rows = missing.into_iter().map(serde_json::Value::from).collect();
    Ok(Check::new(
        "schema",
        "the database has every migration of this program",
        rows,
        "run `forenotice migrate`",
    ))
}

async fn key(snapshot: &mut Snapshot, given: &LedgerKey) -> Result<Check, Failure> {
    let row = match given.bytes() {
        Err(missing) => Some(serde_json::json!({ "missing": missing.path })),
        Ok(key) => {
            let is_the_one = super::key::is_the_one(snapshot, &Keys::from_master(key)).await?;
            (!is_the_one).then(|| serde_json::json!({ "ledger.key": "another" }))
        }
    };
    Ok(Check::new(
        "key",
        "ledger.key is the key that this installation began with",
        row.into_iter().collect(),
        "put the key back from the backup: by another one the links of every letter sent are dead",
    ))
}

async fn clock(snapshot: &mut Snapshot, ours: DateTime<Utc>) -> Result<Check, Failure> {
    let theirs = door::database_clock(snapshot.conn()).await?;
    let off = (theirs - ours).abs() > SKEW_MAX;
    let rows = off.then(|| serde_json::json!({ "here": ours, "database": theirs }));
    Ok(Check::new(
        "clock",
        "this machine's clock and the database's agree within a second",
        rows.into_iter().collect(),
        "set both by NTP; a daemon whose clock is off does not work",
    ))
}

/// Governments change their zones several times a year: data over a year old prints wrong deadlines somewhere.
fn zones(now: DateTime<Utc>) -> Check {
    let version = zone::tzdb_version();
    let year: Option<i32> = version.get(..4).and_then(|year| year.parse().ok());
    let old = year.is_none_or(|year| year + 1 < now.year());
    let rows = old.then(|| serde_json::json!({ "tzdb": version }));
    Check::new(
        "zones",
        "the time zone data are recent",
        rows.into_iter().collect(),
        "install a newer release of forenotice",
    )
}

/// Whether what customers answer, and what bounces, reaches us.
async fn reply_paths(cx: &Context) -> Result<[Check; 2], Failure> {
    let now = cx.now().await?;
    let (mut unproven, mut no_bounces) = (Vec::new(), Vec::new());
    for (relay, path) in cx.reply_paths().await? {
        for standing in path.standings().iter().filter(|standing| standing.is_lost(now)) {
            let mut snapshot = cx.snapshot().await?;
            let missing = store::reply_path::missing(snapshot.conn(), &relay, standing.proof).await?;
            let missing = missing.unwrap_or_default();
            let found = if standing.proof.is_needed() { &mut unproven } else { &mut no_bounces };
            found.push(serde_json::json!({
                "relay": &*relay, "proof": standing.proof, "proven_at": standing.proven_at,
                "missing_since": standing.missing_since, "came_back": missing.flaw, "relay_said": missing.relay_words,
            }));
        }
    }
    let reply_path = Check::new(
        "reply_path",
        "no test letter to our own addresses is lost: what customers answer reaches us",
        unproven,
        "write to the address from outside and see where it stops, then `forenotice mail probe`; until one comes home announcements by \
         this relay wait",
    );
    Ok([reply_path, bounce_path(no_bounces)])
}

/// What bounces does not come home: nothing waits for it, and it is said.
fn bounce_path(unproven: Vec<serde_json::Value>) -> Check {
    const MEND: &str =
        "see that the relay returns bounces to smtp.bounce_address, and that its domain's mail comes to us";
    if unproven.is_empty() {
        return Check::new("bounce_path", "no bounce of a test letter is lost", unproven, MEND);
    }
    Check {
        name: "bounce_path".to_owned(),
        ok: true,
        says: "bounce path unproven: what bounces does not come home, and may count as delivered".to_owned(),
        rows: unproven,
        mend: Some(MEND.to_owned()),
    }
}

async fn holidays(snapshot: &mut Snapshot, policy: &Holidays, now: DateTime<Utc>) -> Result<Check, Failure> {
    let mut codes = invariants::calendars_in_use(snapshot.conn()).await?;
    codes.extend(policy.codes().iter().map(|code| (*code).to_owned()));
    codes.sort();
    codes.dedup();
    let wanted = now.year() + HORIZON_YEARS;
    let short = |code: &String| match Holidays::get(&[code]) {
        Err(unknown) => Some(serde_json::json!({ "calendar": code, "why": unknown.to_string() })),
        Ok(calendar) => {
            let last = *calendar.known_years()?.end();
            (last < wanted)
                .then(|| serde_json::json!({ "calendar": code, "known_until": last, "wanted": wanted }))
        }
    };
    Ok(Check::new(
        "holidays",
        "the holidays of every calendar in use are known two years ahead",
        codes.iter().filter_map(short).collect(),
        "install a newer release of forenotice, or name another calendar in the terms",
    ))
}

fn of_invariant(finding: &invariants::Finding) -> Check {
    let rows =
        finding.rows.iter().map(|row| serde_json::from_str(row).unwrap_or_else(|_| row.as_str().into()));
    let invariant = finding.invariant;
    Check::new(invariant.name, invariant.says, rows.collect(), invariant.mend)
}

fn show(findings: &Findings) -> Result<(), Failure> {
    for check in &findings.checks {
        let sign = if check.ok { "ok  " } else { "FAIL" };
        print(format_args!("{sign}  {}: {}", check.name, check.says))?;
        for row in check.rows.iter().take(ROWS_SHOWN) {
            print(format_args!("        {row}"))?;
        }
        if check.rows.len() > ROWS_SHOWN {
            print(format_args!(
                "        and {} more (--json shows up to 100)",
                check.rows.len() - ROWS_SHOWN
            ))?;
        }
        if let Some(mend) = &check.mend {
            print(format_args!("        mend: {mend}"))?;
        }
    }
    let failed = findings.checks.iter().filter(|check| !check.ok).count();
    print(match failed {
        0 => format!("all {} checks hold", findings.checks.len()),
        failed => format!("{failed} of {} checks fail", findings.checks.len()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zone_data_of_last_year_pass_and_older_ones_do_not() {
        let at = |year: i32| format!("{year}-06-01T00:00:00Z").parse().unwrap();
        assert!(zones(at(2027)).ok);
        let old = zones(at(2028));
        assert!(!old.ok && old.mend.is_some());
    }
}
