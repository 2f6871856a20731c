//! The intake of one door: arrivals that come while others are being committed share the next commit.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{Instant, timeout_at};
use tracing::{debug, warn};

use super::{Became, Error, Numbers, Prepared, store_group};
use crate::actions::Context;
use crate::mail::inbox::{Arrival, Held, Keep, NotKept};
use crate::store::door::DoorId;

/// Commits under way at once: one that waits for a lock does not hold up the others.
const GROUPS: usize = 2;
const GROUP_MAX: usize = 64;
/// A group is closed when it holds so much, so that memory stays flat whatever the mails' size.
const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How long a group waits for as many as it had before.
const LINGER: Duration = Duration::from_millis(1);
const WAITING_MAX: usize = 256;
/// Numbers of mails that are asked for at once.
const NUMBERS: usize = 256;

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
    let numbers = Arc::new(Numbers::asked_for_by(NUMBERS));
    let mut usual = Usual::default();
    // It is never closed.
    while let Ok(place) = room.clone().acquire_owned().await {
        let Some(group) = next_group(&mut arrivals, usual.size()).await else { return };
        usual.was(group.len());
        let (cx, numbers) = (cx.clone(), numbers.clone());
        tokio::spawn(async move {
            commit(&cx, door, &numbers, group).await;
            drop(place);
        });
    }
}

/// All that wait, once as many do as usual. None: nobody brings anything any more.
async fn next_group(arrivals: &mut mpsc::Receiver<Waiting>, usual: usize) -> Option<Vec<Waiting>> {
    let mut group = vec![arrivals.recv().await?];
    let mut bytes = group[0].prepared.arrival.raw.len();
    let until = Instant::now() + LINGER;
    while group.len() < GROUP_MAX && bytes < GROUP_BYTES_MAX {
        let next = match arrivals.try_recv() {
            Ok(next) => next,
            Err(_) if group.len() >= usual => break,
            Err(_) => match timeout_at(until, arrivals.recv()).await {
                Ok(Some(next)) => next,
                Ok(None) | Err(_) => break,
            },
        };
        bytes += next.prepared.arrival.raw.len();
        group.push(next);
    }
    Some(group)
}

/// How many mails a group has while load is as it was. Those who bring mails wait for one group or the other; were the next to leave with
/// the first who comes, it would be of one mail each second time, and cost as much as one of all others.
#[derive(Debug, Default)]
struct Usual {
    last: [usize; GROUPS],
}

impl Usual {
    fn size(&self) -> usize {
        self.last.iter().sum::<usize>().div_ceil(GROUPS)
    }

    fn was(&mut self, size: usize) {
        self.last.rotate_left(1);
        self.last[GROUPS - 1] = size;
    }
}

/// One mail that the database refuses must not keep its neighbours out: each is then tried alone.
async fn commit(cx: &Context, door: DoorId, numbers: &Numbers, group: Vec<Waiting>) {
    let all: Vec<&Prepared> = group.iter().map(|waiting| &waiting.prepared).collect();
    match store_group(cx, door, numbers, None, &all).await {
        Ok(became) => {
            for (waiting, became) in group.into_iter().zip(became) {
                waiting.tell(Ok(became));
            }
        }
        Err(Error::Store(error)) if group.len() > 1 && !error.is_away() => {
            for waiting in group {
                let alone = store_group(cx, door, numbers, None, &[&waiting.prepared]).await;
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
        Error::Store(_) | Error::Begin(_) | Error::TokenSpent => "the mail cannot be stored now".to_owned(),
    };
    NotKept { why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_come_to_share_what_waits_and_one_mail_alone_waits_for_nobody() {
        let mut usual = Usual::default();
        assert_eq!(usual.size(), 0);
        usual.was(1);
        assert_eq!(usual.size(), 1);
        usual.was(15);
        assert_eq!(usual.size(), 8);
        usual.was(8);
        usual.was(8);
        assert_eq!(usual.size(), 8);
        usual.was(1);
        usual.was(1);
        assert_eq!(usual.size(), 1);
    }
}
