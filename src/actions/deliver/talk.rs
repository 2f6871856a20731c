//! The talk with the relay: some letters composed and handed over side by side, one sentence each in the log.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tracing::{debug, error, info, warn};

use super::script::{Page, Scribe, Sheet};
use crate::actions::{Context, Error};
use crate::domain::delivery::{DeliveryId, Said};
use crate::mail::relay::Handed;
use crate::store::delivery::lease::Lease;
use crate::store::delivery::letter::Letter;

/// What was said of a sheet, and when.
pub(super) type Answer = (Sheet, Handed, DateTime<Utc>);

/// Composes these letters of a batch and hands them over side by side; `tell` hears each answer as it comes.
pub(super) async fn carry(
    cx: Context,
    held: Lease,
    scribe: Arc<Scribe>,
    page: Arc<Page>,
    letters: Vec<Letter>,
    tell: mpsc::UnboundedSender<Answer>,
) -> Result<(), Error> {
    let lane = held.lane;
    let mut talks = FuturesUnordered::new();
    for mut sheet in scribe.compose(&cx, &held, &page, letters).await? {
        let (post, clock, barred) = (&cx.post, &cx.clock, &page.barred);
        talks.push(async move {
            let handed = match (&sheet.composed, sheet.letter.arrived_at) {
                (_, Some(_)) => post.unoffered(Said::Arrived),
                (Ok(composed), None) => post.hand_over_but(barred, composed, lane).await,
                (Err(said), None) => post.unoffered(said.clone()),
            };
            if let Ok(composed) = &mut sheet.composed {
                // What is recorded of it is its hash, and many wait for that.
                composed.bytes = Vec::new();
            }
            let at = sheet.letter.arrived_at.map_or_else(|| clock.now(), |at| at.max(sheet.date));
            (sheet, handed, at)
        });
    }
    while let Some(answer) = talks.next().await {
        // Nobody listens any more: the batch was left to its lease.
        let _ = tell.send(answer);
    }
    Ok(())
}

/// One sentence a letter: no address, no token.
pub(super) fn log(sheet: &Sheet, said: &Said) {
    let id: DeliveryId = sheet.letter.id;
    let (code, words) = (said.code(), said.words());
    match said {
        Said::Accepted { .. } => debug!(delivery.id = %id, relay.code = code, "relay accepted delivery {id}"),
        Said::Deferred { code: None, .. } => {
            warn!(delivery.id = %id, "delivery {id} did not leave, and is tried again: {words}");
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
        Said::Arrived => info!(delivery.id = %id, "delivery {id} was in doubt, and has arrived"),
        Said::TakenBack => debug!(delivery.id = %id, "delivery {id} is given back: its turn did not come"),
    }
}
