//! Letters' pages are read together: whoever asks while others are being read shares the next statement with all who do.
//!
//! What a page shows was read after it was asked for, as if it had been read alone.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::oneshot;

use super::Site;
use super::error::PageError;
use crate::store;
use crate::store::page::{self, Letter};

/// Statements under way at once.
const READERS_MAX: usize = 2;
const LETTERS_MAX: usize = 256;

/// What was read, and when.
type Answer = Result<(DateTime<Utc>, Option<Letter>), PageError>;

#[derive(Debug, Default)]
pub struct Letters(Mutex<Room>);

#[derive(Debug, Default)]
struct Room {
    waiting: Vec<Waiting>,
    readers: usize,
}

struct Waiting {
    delivery: i64,
    answer: oneshot::Sender<Answer>,
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Waiting({})", self.delivery)
    }
}

impl Letters {
    fn room(&self) -> MutexGuard<'_, Room> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next to be read; none: nobody waits, and this reader is one no more.
    fn next(&self) -> Vec<Waiting> {
        let mut room = self.room();
        // Of those who have gone away nothing is read.
        room.waiting.retain(|one| !one.answer.is_closed());
        let next = room.waiting.len().min(LETTERS_MAX);
        if next == 0 {
            room.readers -= 1;
        }
        room.waiting.drain(..next).collect()
    }
}

/// The letter, if it went to somebody on file.
pub async fn read(site: &Site, delivery: i64) -> Answer {
    let (answer, answered) = oneshot::channel();
    let begins = {
        let mut room = site.letters().room();
        room.waiting.push(Waiting { delivery, answer });
        let begins = room.readers < READERS_MAX;
        room.readers += usize::from(begins);
        begins
    };
    if begins {
        // In a task of its own: whoever asked first may go away, and the others wait on.
        tokio::spawn(read_all(site.clone()));
    }
    answered.await.unwrap_or(Err(PageError::Away))
}

/// Reads until nobody waits.
async fn read_all(site: Site) {
    loop {
        let group = site.letters().next();
        if group.is_empty() {
            return;
        }
        // Were it to panic, its readers would hear nothing, and the next are read all the same.
        let _ = tokio::spawn(read_group(site.clone(), group)).await;
    }
}

/// One letter that cannot be read keeps out no other: each is then tried alone.
async fn read_group(site: Site, group: Vec<Waiting>) {
    let deliveries: Vec<i64> = group.iter().map(|one| one.delivery).collect();
    match called(&site, &deliveries).await {
        Err(cause) if group.len() > 1 && !cause.is_away() => {
            for one in group {
                let read = called(&site, &[one.delivery]).await;
                answer(vec![one], read);
            }
        }
        read => answer(group, read),
    }
}

async fn called(site: &Site, deliveries: &[i64]) -> Result<(DateTime<Utc>, Vec<Letter>), store::Error> {
    let now = site.cx().now().await?;
    let zone = &site.cx().policy.zone;
    let mut reading = site.cx().reading().await?;
    Ok((now, page::letters_called(reading.conn(), deliveries, zone, zone.day_of(now)).await?))
}

fn answer(group: Vec<Waiting>, read: Result<(DateTime<Utc>, Vec<Letter>), store::Error>) {
    let mut read = read.map_err(PageError::from);
    for Waiting { delivery, answer } in group {
        let own = read.as_mut().map_err(|failure| failure.clone()).map(|(now, letters)| {
            let place = letters.iter().position(|letter| letter.sent.id == delivery);
            (*now, place.map(|place| letters.swap_remove(place)))
        });
        // Whoever went away meanwhile needs no answer.
        let _ = answer.send(own);
    }
}
