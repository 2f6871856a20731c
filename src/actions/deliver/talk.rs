//! The talk with the relay: the letters of a group side by side, the lease held meanwhile, one sentence each in the log.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tracing::{debug, error, info, warn};

use super::LEASE;
use super::script::Sheet;
use crate::actions::{Context, Error};
use crate::domain::delivery::{DeliveryId, Lane, Said};
use crate::domain::ledger::Actor;
use crate::store;
use crate::store::delivery::lease::Lease;

const RENEW_EVERY: Duration = Duration::from_mins(1);

/// What was said of a sheet, and when.
pub(super) type Answer = (Sheet, Said, DateTime<Utc>);

/// Hands the sheets over side by side and holds the lease meanwhile. False: the lease was lost on the way; what was
/// said counts as far as a late answer may.
pub(super) async fn hand_over(
    cx: &Context,
    held: &Lease,
    sheets: Vec<Sheet>,
) -> Result<(Vec<Answer>, bool), Error> {
    let mut talks = JoinSet::new();
    let mut answers = Vec::with_capacity(sheets.len());
    let lane = if held.notice.is_some() { Lane::Mailing } else { Lane::Single };
    for sheet in sheets {
        let (post, clock) = (cx.post.clone(), cx.clock.clone());
        talks.spawn(async move {
            let said = match &sheet.composed {
                Ok(composed) => post.hand_over(composed, lane).await,
                Err(said) => said.clone(),
            };
            (sheet, said, clock.now())
        });
    }
    let mut renewal = interval_at(Instant::now() + RENEW_EVERY, RENEW_EVERY);
    renewal.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut still_ours = true;
    loop {
        tokio::select! {
            answer = talks.join_next() => match answer {
                Some(Ok(answer)) => answers.push(answer),
                // Nothing is recorded of it, so the lease keeps it until it runs out: the letter may be out.
                Some(Err(error)) => {
                    error!(batch.id = %held.batch, %error, "a talk with the relay broke off");
                    still_ours = false;
                }
                None => return Ok((answers, still_ours)),
            },
            _ = renewal.tick() => {
                let mut tx = cx.begin(Actor::Daemon).await?;
                still_ours &= store::delivery::lease::renew(&mut tx, held, LEASE).await?;
                tx.commit_unrecorded().await?;
            }
        }
    }
}

/// One sentence a letter: no address, no token.
pub(super) fn log(sheet: &Sheet, said: &Said) {
    let id: DeliveryId = sheet.letter.id;
    let (code, words) = (said.code(), said.words());
    match said {
        Said::Accepted { .. } => debug!(delivery.id = %id, relay.code = code, "relay accepted delivery {id}"),
        Said::Deferred { code: None, .. } => {
            warn!(delivery.id = %id, "delivery {id} waits for somebody to mend it: {words}");
        }
        // Daily life: a greylist, an address that is no more. What follows from it is done and told elsewhere.
        Said::Deferred { .. } => {
            info!(delivery.id = %id, relay.code = code, "delivery {id} goes again: the relay said not now");
        }
        Said::Refused { .. } => {
            info!(delivery.id = %id, relay.code = code, "the address of delivery {id} takes no mail of ours");
        }
        Said::InDoubt { .. } => {
            warn!(delivery.id = %id, "nobody knows whether the relay has delivery {id}: {words}");
        }
        Said::Policy { .. } => {
            error!(delivery.id = %id, relay.code = code, "the relay's policy keeps delivery {id} back: {words}");
        }
        Said::LetterFault { .. } => {
            error!(delivery.id = %id, relay.code = code, "delivery {id} cannot be sent as it is: {words}");
        }
        Said::RelayFault { code: Some(code), .. } if *code >= 500 => {
            error!(delivery.id = %id, relay.code = code, "the relay refuses us; delivery {id} waits: {words}");
        }
        Said::RelayFault { .. } => debug!(delivery.id = %id, "the relay is away; delivery {id} waits"),
    }
}
