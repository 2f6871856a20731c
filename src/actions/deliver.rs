//! Sends what is due: leases batches, composes each letter for its reader, hands it to the relay, records what the
//! relay said and whom that serves.
//!
//! [`announce`](super::announce) and whoever has something to say queue the letters; the gate reads what they serve.
//! No transaction is open while we talk: lease and commit, talk, record and commit. A letter whose fate is unknown
//! goes again with the same bytes; an absent relay costs a letter nothing. [`singles`] and [`mailings`] are passes of
//! their own, side by side: a single letter never waits behind a mailing. What a letter says is [`script`]'s, how
//! many are under way at a time [`batch`]'s.

pub mod again;
mod batch;
mod fate;
mod reader;
mod refused;
mod script;
mod talk;

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};
use tracing::warn;

use self::batch::{Outcome, Tally};
use self::script::Scribe;
use super::{Context, Error, Report};
use crate::domain::delivery::Lane;
use crate::domain::ledger::Actor;
use crate::store;
use crate::store::delivery::lease::Lease;

/// A batch is ours for so long, by the database's clock; renewed while we talk.
const LEASE: Duration = Duration::from_mins(5);
/// Between two tries to reach a database that is away.
const KNOCK_EVERY: Duration = Duration::from_millis(500);
/// Single letters under way at a time.
const SINGLES_AT_ONCE: usize = 32;
/// Batches of mailings under way at a time: while the last letters of one are answered, the next are being composed.
const MAILINGS_AT_ONCE: usize = 3;
/// While some are under way, what has become due meanwhile is begun after so long.
const LOOK_AGAIN_EVERY: Duration = Duration::from_secs(1);
/// Once we are to stop the relay has so long to answer what is under way: less than the daemon waits for us.
const ANSWERED_WITHIN: Duration = Duration::from_secs(20);
/// Batches that one pass takes.
const BATCHES_PER_PASS: usize = 1_000;

/// One pass over the single letters that are due.
pub async fn singles(cx: &Context) -> Result<Report, Error> {
    Ok(report("deliver", &lane(cx, Lane::Single, SINGLES_AT_ONCE).await?))
}

/// One pass over a bounded number of the batches of mailings that are due.
pub async fn mailings(cx: &Context) -> Result<Report, Error> {
    Ok(report("mailings", &lane(cx, Lane::Mailing, MAILINGS_AT_ONCE).await?))
}

fn report(pass: &'static str, tally: &Tally) -> Report {
    let done = tally.accepted + tally.again + tally.failed + tally.cancelled + tally.told;
    if done == 0 && tally.waiting == 0 {
        return Report::idle(pass);
    }
    let said = format!(
        "handed over {}, to be tried again {}, given up {}, cancelled {}; {} batches wait for the relay",
        tally.accepted, tally.again, tally.failed, tally.cancelled, tally.waiting
    );
    Report::did(pass, done, said)
}

/// Works through the batches of `lane`, `at_once` side by side, until none is due, the relay is away or we are to stop.
/// After an error no batch is begun; those under way are ended.
async fn lane(cx: &Context, lane: Lane, at_once: usize) -> Result<Tally, Error> {
    let scribe = Arc::new(Scribe::new(cx));
    let (mut tally, mut trouble) = (Tally::default(), None);
    let mut at_work = JoinSet::new();
    let (mut left, mut more, mut waited) = (BATCHES_PER_PASS, true, false);
    let mut look_again = interval_at(Instant::now() + LOOK_AGAIN_EVERY, LOOK_AGAIN_EVERY);
    look_again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut end = pin!(async {
        cx.stopping.cancelled().await;
        cx.post.end(ANSWERED_WITHIN).await;
        pending::<()>().await;
    });
    loop {
        let may = trouble.is_none() && tally.waiting == 0 && left > 0 && !cx.stopping.is_cancelled();
        let free = (at_once - at_work.len()).min(left);
        // By halves, so that few leases are taken; and whatever is long on its way holds nobody up.
        if may && more && free > 0 && (at_work.len() <= at_once / 2 || waited) {
            waited = false;
            match lease(cx, lane, free).await {
                Ok(leases) => {
                    more = leases.len() == free;
                    left -= leases.len();
                    for held in leases {
                        at_work.spawn(work(cx.clone(), held, Arc::clone(&scribe)));
                    }
                }
                Err(error) => trouble = Some(error),
            }
        }
        tokio::select! {
            ended = at_work.join_next() => match ended {
                Some(Ok(Ok(done))) => tally += done,
                Some(Ok(Err(error))) => trouble = trouble.or(Some(error)),
                Some(Err(ended)) => std::panic::resume_unwind(ended.into_panic()),
                None => return trouble.map_or(Ok(tally), Err),
            },
            () = &mut end => {}
            _ = look_again.tick() => (more, waited) = (true, true),
        }
    }
}

async fn lease(cx: &Context, lane: Lane, limit: usize) -> Result<Vec<Lease>, Error> {
    let announcements = !cx.announcements_wait().await?;
    let mut tx = cx.begin_by_key(Actor::Daemon).await?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let leases = store::delivery::lease::lease_due(&mut tx, lane, announcements, LEASE, limit).await?;
    for held in leases.iter().filter(|held| held.taken_over) {
        let doubtful = store::delivery::lease::doubt_queued(&mut tx, held).await?;
        warn!(batch.id = %held.batch, letters = doubtful, "the lease of batch {} had run out: its letters may be out", held.batch);
    }
    tx.commit_unrecorded().await?;
    Ok(leases)
}

/// One batch from its lease to its return.
async fn work(cx: Context, held: Lease, scribe: Arc<Scribe>) -> Result<Tally, Error> {
    let (outcome, mut tally) = batch::send(&cx, &held, &scribe).await?;
    match outcome {
        Outcome::Done => give_back(&cx, &held, None, &mut tally).await?,
        Outcome::Stop { not_before } => give_back(&cx, &held, not_before, &mut tally).await?,
        Outcome::Troubled(error) => {
            give_back(&cx, &held, None, &mut tally).await?;
            return Err(error);
        }
        Outcome::Lost => warn!(batch.id = %held.batch, "batch {} is left to its lease", held.batch),
    }
    Ok(tally)
}

/// Gives the batch back, unless it is no longer ours to give. A database that is away is waited for: until the lease has run
/// out nobody else may have the batch.
async fn give_back(
    cx: &Context,
    held: &Lease,
    not_before: Option<DateTime<Utc>>,
    tally: &mut Tally,
) -> Result<(), Error> {
    let until = Instant::now() + LEASE;
    let ours = loop {
        let given = async {
            let mut tx = cx.begin_by_key(Actor::Daemon).await?;
            let ours = store::delivery::lease::give_back(&mut tx, held, not_before).await?;
            tx.commit_unrecorded().await?;
            Ok(ours)
        };
        match given.await {
            Err(Error::Store(error)) if error.is_out_of_reach() && Instant::now() < until => {
                sleep(KNOCK_EVERY).await;
            }
            given => break given?,
        }
    };
    if !ours {
        warn!(batch.id = %held.batch, "batch {} has another sender: our lease ran out", held.batch);
    } else if let Some(at) = not_before {
        tally.waiting += 1;
        warn!(batch.id = %held.batch, next_attempt_at = %at, "batch {} waits for the relay until {at}", held.batch);
    }
    Ok(())
}
