//! The letters that wait for a connection: single ones before those of a mailing.
//!
//! A worker first waits until some letter is there ([`Queue::ready`]), then for its turn, and only then takes one
//! ([`Queue::take`]): so a single letter that comes meanwhile goes first, however long the mailing behind it is.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, oneshot};
use tokio::time::Instant;

use super::parcel::Parcel;
use super::pool::Offered;
use crate::domain::delivery::Lane;

#[derive(Debug)]
pub(super) struct Job {
    pub parcel: Arc<Parcel>,
    pub lane: Lane,
    /// When the relay first asked us to bring this letter more slowly.
    pub slow_since: Option<Instant>,
    pub done: oneshot::Sender<Offered>,
}

#[derive(Debug)]
pub(super) struct Queue {
    /// One permit a waiting letter.
    waiting: Semaphore,
    lanes: Mutex<Lanes>,
}

#[derive(Debug, Default)]
struct Lanes {
    single: VecDeque<Job>,
    mailing: VecDeque<Job>,
}

/// A letter waits, and nobody else will take it.
#[derive(Debug)]
pub(super) struct Reserved(());

impl Queue {
    pub(super) fn new() -> Self {
        Self { waiting: Semaphore::new(0), lanes: Mutex::default() }
    }

    pub(super) fn put(&self, job: Job) {
        self.with_lane(job.lane, |lane| lane.push_back(job));
    }

    /// A letter that was here already: it is the first of its lane again.
    pub(super) fn put_back(&self, job: Job) {
        self.with_lane(job.lane, |lane| lane.push_front(job));
    }

    fn with_lane(&self, lane: Lane, put: impl FnOnce(&mut VecDeque<Job>)) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        match lane {
            Lane::Single => put(&mut lanes.single),
            Lane::Mailing => put(&mut lanes.mailing),
        }
        drop(lanes);
        self.waiting.add_permits(1);
    }

    /// Waits for a letter; `None` once the queue is closed.
    pub(super) async fn ready(&self) -> Option<Reserved> {
        self.waiting.acquire().await.ok()?.forget();
        Some(Reserved(()))
    }

    /// As [`ready`](Self::ready), where a letter is there now and no worker waits for it.
    pub(super) fn ready_now(&self) -> Option<Reserved> {
        self.waiting.try_acquire().ok()?.forget();
        Some(Reserved(()))
    }

    /// The letter to go first; one for whose fate nobody waits any more stays here, untouched. `None`: no other is there.
    pub(super) fn take(&self, reserved: Reserved) -> Option<Job> {
        let mut reserved = Some(reserved);
        while reserved.take().is_some() {
            let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
            let job = lanes.single.pop_front().or_else(|| lanes.mailing.pop_front())?;
            drop(lanes);
            if !job.done.is_closed() {
                return Some(job);
            }
            reserved = self.ready_now();
        }
        None
    }

    pub(super) fn close(&self) {
        self.waiting.close();
    }
}
