//! Sends what is due: leases batches, composes each letter for its reader, hands it to the relay, records what the
//! relay said and whom that serves.
//!
//! [`announce`](super::announce) and whoever has something to say queue the letters; the gate reads what they serve.
//! No transaction is open while we talk: lease and commit, talk, record and commit. A letter whose fate is unknown
//! goes again with the same bytes; an absent relay costs a letter nothing. Single letters never wait behind a
//! mailing: they are looked after between its groups.

mod fate;
mod reader;
mod refused;
mod script;
mod talk;

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tracing::{info, warn};

use self::fate::Verdicts;
use self::script::{Page, Scribe, Sheet};
use self::talk::{hand_over, log};
use super::{Context, Error, Report};
use crate::domain::delivery::{Jitter, Lane, Said, Step, next_offer, step};
use crate::domain::ledger::Actor;
use crate::store;
use crate::store::delivery::lease::Lease;
use crate::store::delivery::letter::Letter;
use crate::store::delivery::record::{Fate, Heard};

/// A batch is ours for so long, by the database's clock; renewed while we talk.
const LEASE: Duration = Duration::from_mins(5);
/// Single letters leased at once.
const SINGLES_PER_LEASE: i64 = 50;
/// Batches of mailings that one pass takes.
const BATCHES_PER_PASS: usize = 20;
/// Letters handed over before their fate is recorded, a cancelled notice noticed and single letters looked after.
const LETTERS_PER_GROUP: usize = 50;

/// What a pass has done so far.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    accepted: u64,
    again: u64,
    failed: u64,
    cancelled: u64,
    /// Batches that were given back because the relay is away.
    waiting: u64,
    /// Alerts that the relay refuses us.
    told: u64,
}

/// One pass over the letters that are due: all single ones, and a bounded number of batches of mailings.
pub async fn run_once(cx: &Context) -> Result<Report, Error> {
    let mut tally = Tally::default();
    let mut scribe = Scribe::new(cx);
    singles(cx, &mut scribe, &mut tally).await?;
    for _ in 0..BATCHES_PER_PASS {
        let Some(held) = lease(cx, Lane::Mailing, 1).await?.pop() else { break };
        batch(cx, &held, &mut scribe, &mut tally).await?;
        if tally.waiting > 0 {
            break;
        }
    }
    let done = tally.accepted + tally.again + tally.failed + tally.cancelled + tally.told;
    if done == 0 && tally.waiting == 0 {
        return Ok(Report::idle("deliver"));
    }
    let said = format!(
        "handed over {}, to be tried again {}, given up {}, cancelled {}; {} batches wait for the relay",
        tally.accepted, tally.again, tally.failed, tally.cancelled, tally.waiting
    );
    Ok(Report::did("deliver", done, said))
}

async fn lease(cx: &Context, lane: Lane, limit: i64) -> Result<Vec<Lease>, Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    let leases = store::delivery::lease::lease_due(&mut tx, lane, LEASE, limit).await?;
    for held in leases.iter().filter(|held| held.taken_over) {
        let doubtful = store::delivery::lease::doubt_queued(&mut tx, held).await?;
        warn!(batch.id = %held.batch, letters = doubtful, "the lease of batch {} had run out: its letters may be out", held.batch);
    }
    tx.commit_unrecorded().await?;
    Ok(leases)
}

async fn singles(cx: &Context, scribe: &mut Scribe, tally: &mut Tally) -> Result<(), Error> {
    loop {
        let leases = lease(cx, Lane::Single, SINGLES_PER_LEASE).await?;
        let full = i64::try_from(leases.len()).unwrap_or(i64::MAX) == SINGLES_PER_LEASE;
        for held in &leases {
            let away = tally.waiting > 0;
            single(cx, held, scribe, tally, away).await?;
        }
        if !full || tally.waiting > 0 {
            return Ok(());
        }
    }
}

/// A batch of one. While the relay is `away` it only goes back.
async fn single(
    cx: &Context,
    held: &Lease,
    scribe: &mut Scribe,
    tally: &mut Tally,
    away: bool,
) -> Result<(), Error> {
    let (page, letters) = scribe.read(cx, held).await?;
    let outcome = if away {
        let now = cx.now().await?;
        let offers = letters.iter().map(|l| next_offer(l.due_at, l.latest_at, now, TimeDelta::zero()));
        Outcome::Stop { not_before: offers.min() }
    } else {
        group(cx, held, &page, letters, scribe, tally).await?
    };
    conclude(cx, held, &outcome, tally).await
}

async fn batch(cx: &Context, held: &Lease, scribe: &mut Scribe, tally: &mut Tally) -> Result<(), Error> {
    let (page, letters) = scribe.read(cx, held).await?;
    let mut outcome = Outcome::Done;
    let mut rest = VecDeque::from(letters);
    while matches!(outcome, Outcome::Done) && !rest.is_empty() {
        let next: Vec<Letter> = rest.drain(..rest.len().min(LETTERS_PER_GROUP)).collect();
        outcome = group(cx, held, &page, next, scribe, tally).await?;
        if matches!(outcome, Outcome::Done) {
            singles(cx, scribe, tally).await?;
        }
    }
    conclude(cx, held, &outcome, tally).await
}

/// Gives the batch back, unless it is no longer ours to give.
async fn conclude(cx: &Context, held: &Lease, outcome: &Outcome, tally: &mut Tally) -> Result<(), Error> {
    match outcome {
        Outcome::Done => give_back(cx, held, None, tally).await,
        Outcome::Stop { not_before } => give_back(cx, held, *not_before, tally).await,
        Outcome::Lost => {
            warn!(batch.id = %held.batch, "batch {} is left to its lease", held.batch);
            Ok(())
        }
    }
}

async fn give_back(
    cx: &Context,
    held: &Lease,
    not_before: Option<DateTime<Utc>>,
    tally: &mut Tally,
) -> Result<(), Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    let ours = store::delivery::lease::give_back(&mut tx, held, not_before).await?;
    tx.commit_unrecorded().await?;
    if !ours {
        warn!(batch.id = %held.batch, "batch {} has another sender: our lease ran out", held.batch);
    } else if let Some(at) = not_before {
        tally.waiting += 1;
        warn!(batch.id = %held.batch, next_attempt_at = %at, "batch {} waits for the relay until {at}", held.batch);
    }
    Ok(())
}

/// How a group of letters went, and so how the batch goes on.
enum Outcome {
    /// The next group may follow.
    Done,
    /// No further group now: the notice is cancelled, or the relay away until then.
    Stop { not_before: Option<DateTime<Utc>> },
    /// The batch is another sender's, or nobody knows what became of a letter: hands off, the lease runs out.
    Lost,
}

/// Hands a group over and records its fate.
async fn group(
    cx: &Context,
    held: &Lease,
    page: &Page,
    letters: Vec<Letter>,
    scribe: &mut Scribe,
    tally: &mut Tally,
) -> Result<Outcome, Error> {
    if let Some(cancelled) = cancelled(cx, held).await? {
        tally.cancelled += cancelled;
        return Ok(Outcome::Stop { not_before: None });
    }
    let sheets = scribe.compose(cx, held, page, letters).await?;
    let (said, still_ours) = hand_over(cx, held, sheets).await?;
    tally.told += refused::tell(cx, &said).await?;
    let away = said.iter().filter_map(|(sheet, said, at)| offered_again(&sheet.letter, said, *at)).min();
    let mut heard = Vec::with_capacity(said.len());
    for (sheet, said, at) in said {
        log(&sheet, &said);
        if let Some(fate) = fate_of(cx, &sheet, &said, at)? {
            heard.push((sheet, said, fate));
        }
    }
    count(&heard, tally);
    Verdicts::new(held, page, heard).record(cx).await?;
    Ok(match away {
        _ if !still_ours => Outcome::Lost,
        Some(_) => Outcome::Stop { not_before: away },
        None => Outcome::Done,
    })
}

/// If the batch's notice has been cancelled: its letters are, and how many.
async fn cancelled(cx: &Context, held: &Lease) -> Result<Option<u64>, Error> {
    let Some(notice) = held.notice else { return Ok(None) };
    let mut snapshot = cx.snapshot().await?;
    if !store::delivery::letter::is_cancelled(snapshot.conn(), notice).await? {
        return Ok(None);
    }
    drop(snapshot);
    let mut tx = cx.begin(Actor::Daemon).await?;
    let letters = store::delivery::lease::cancel_rest(&mut tx, held).await?;
    tx.commit_unrecorded().await?;
    info!(notice.id = %notice, batch.id = %held.batch, letters, "notice {notice} was cancelled: {letters} letters stay here");
    Ok(Some(letters))
}

/// When a letter is offered again, if the relay is away.
fn offered_again(letter: &Letter, said: &Said, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match said {
        Said::RelayFault { retry_after, .. } => {
            Some(next_offer(letter.due_at, letter.latest_at, at, *retry_after))
        }
        Said::Accepted { .. }
        | Said::Deferred { .. }
        | Said::Refused { .. }
        | Said::Policy { .. }
        | Said::LetterFault { .. }
        | Said::InDoubt { .. } => None,
    }
}

/// What becomes of a letter's row; `None`: nothing, the relay never touched it.
fn fate_of(cx: &Context, sheet: &Sheet, said: &Said, at: DateTime<Utc>) -> Result<Option<Fate>, Error> {
    if matches!(said, Said::RelayFault { .. }) {
        return Ok(None);
    }
    let [jitter] = cx.entropy.bytes()?;
    let attempts = u16::try_from(sheet.letter.attempts).unwrap_or_default().saturating_add(1);
    Ok(Some(match step(said, attempts, at, sheet.letter.latest_at, Jitter(jitter)) {
        Step::Done => Fate::Accepted { at },
        Step::Again { at, counted, in_doubt } => Fate::Again { at, counted, in_doubt },
        Step::GiveUp { suppress, ask_next } => Fate::Failed { suppress, ask_next },
    }))
}

fn count(heard: &[(Sheet, Said, Fate)], tally: &mut Tally) {
    for (_, _, fate) in heard {
        match fate {
            Fate::Accepted { .. } => tally.accepted += 1,
            Fate::Again { .. } => tally.again += 1,
            Fate::Failed { .. } => tally.failed += 1,
        }
    }
}

/// What was heard of one letter, for its row.
fn heard(sheet: &Sheet, said: &Said, fate: Fate) -> Heard {
    Heard {
        delivery: sheet.letter.id,
        fate,
        code: said.code(),
        words: said.words().to_owned(),
        composed_at: sheet.date,
        message_hash: sheet.composed.as_ref().ok().map(|composed| composed.hash),
    }
}
