//! The intake of one door: arrivals that come while others are being committed share the next commit.

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc, oneshot};
use tracing::{debug, warn};

use super::{Became, Error, Prepared, store_group};
use crate::actions::Context;
use crate::mail::inbox::{Arrival, Held, Keep, NotKept};
use crate::store::door::DoorId;

/// Commits under way at once: one that waits for a lock does not hold up the others.
const GROUPS: usize = 2;
const GROUP_MAX: usize = 64;
/// A group is closed when it holds so much, so that memory stays flat whatever the mails' size.
const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;
const WAITING_MAX: usize = 256;

/// Cheap to clone; it ends with its last clone.
#[derive(Clone, Debug)]
pub struct Intake {
    waiting: mpsc::Sender<Waiting>,
    trusted_hops: usize,
}

#[derive(Debug)]
struct Waiting {
    prepared: Prepared,
    held: Held,
    answer: oneshot::Sender<Result<Became, NotKept>>,
}

impl Intake {
    pub fn of(cx: &Context, door: DoorId) -> Self {
        let (waiting, arrivals) = mpsc::channel(WAITING_MAX);
        tokio::spawn(gather(cx.clone(), door, arrivals));
        Self { waiting, trusted_hops: cx.settings.inbound.trusted_hops }
    }

    /// Returns once it is committed, or is not.
    pub async fn take(&self, arrival: Arrival, held: Held) -> Result<Became, NotKept> {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { prepared: Prepared::of(arrival, self.trusted_hops), held, answer };
        let gone = || NotKept { why: "this process is going down".to_owned() };
        self.waiting.send(waiting).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    pub fn keep(&self) -> Keep {
        let intake = self.clone();
        Keep::new(move |arrival, held| {
            let intake = intake.clone();
            Box::pin(async move { intake.take(arrival, held).await.map(drop) })
        })
    }
}

async fn gather(cx: Context, door: DoorId, mut arrivals: mpsc::Receiver<Waiting>) {
    let room = Arc::new(Semaphore::new(GROUPS));
    // It is never closed.
    while let Ok(place) = room.clone().acquire_owned().await {
        let Some(first) = arrivals.recv().await else { return };
        let mut bytes = first.prepared.arrival.raw.len();
        let mut group = vec![first];
        while group.len() < GROUP_MAX && bytes < GROUP_BYTES_MAX {
            let Ok(next) = arrivals.try_recv() else { break };
            bytes += next.prepared.arrival.raw.len();
            group.push(next);
        }
        let cx = cx.clone();
        tokio::spawn(async move {
            commit(&cx, door, group).await;
            drop(place);
        });
    }
}

/// One mail that the database refuses must not keep its neighbours out: each is then tried alone.
async fn commit(cx: &Context, door: DoorId, group: Vec<Waiting>) {
    let all: Vec<&Prepared> = group.iter().map(|waiting| &waiting.prepared).collect();
    match store_group(cx, door, &all).await {
        Ok(became) => {
            for (waiting, became) in group.into_iter().zip(became) {
                waiting.tell(Ok(became));
            }
        }
        Err(Error::Store(error)) if group.len() > 1 && !error.is_away() => {
            for waiting in group {
                let alone = store_group(cx, door, &[&waiting.prepared]).await;
                waiting.tell(alone.map(|became| became[0]).map_err(|error| not_kept(&error)));
            }
        }
        Err(error) => {
            let why = not_kept(&error);
            for waiting in group {
                waiting.tell(Err(why.clone()));
            }
        }
    }
}

impl Waiting {
    fn tell(self, outcome: Result<Became, NotKept>) {
        let Self { held, answer, .. } = self;
        drop(held);
        // Whoever brought it may be gone: it comes again, and is one row.
        if answer.send(outcome).is_err() {
            debug!("nobody waits any more for what became of a mail");
        }
    }
}

/// What a server that we do not know may read; the cause is the log's.
fn not_kept(error: &Error) -> NotKept {
    warn!("a mail was not stored, its sender keeps it: {error}");
    let why = match error {
        Error::DoorClosed => "this door is closing".to_owned(),
        Error::Store(_) | Error::Begin(_) => "the mail cannot be stored now".to_owned(),
    };
    NotKept { why }
}
