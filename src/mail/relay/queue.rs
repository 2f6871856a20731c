//! The letters that wait for a connection: single ones before those of a mailing.
//!
//! A worker first waits until some letter is there ([`Queue::ready`]), then for its turn, and only then takes one
//! ([`Queue::take`]): so a single letter that comes meanwhile goes first, however long the mailing behind it is.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, oneshot};
use tokio::time::Instant;

use super::parcel::Parcel;
use super::pool::Offered;
use crate::domain::delivery::{Lane, Said};

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
    /// Whatever comes is given back.
    ended: bool,
}

impl Job {
    fn give_back(self) {
        let _ = self.done.send(Offered::Final(Said::TakenBack));
    }
}

/// A letter waits, and nobody else will take it.
#[derive(Debug)]
pub(super) struct Reserved(());

impl Queue {
    pub(super) fn new() -> Self {
        Self { waiting: Semaphore::new(0), lanes: Mutex::default() }
    }

    pub(super) fn put(&self, job: Job) {
        self.put_by(job, VecDeque::push_back);
    }

    /// A letter that was here already: it is the first of its lane again.
    pub(super) fn put_back(&self, job: Job) {
        self.put_by(job, VecDeque::push_front);
    }

    fn put_by(&self, job: Job, put: fn(&mut VecDeque<Job>, Job)) {
        let mut lanes = self.lock();
        if lanes.ended {
            drop(lanes);
            job.give_back();
            return;
        }
        match job.lane {
            Lane::Single => put(&mut lanes.single, job),
            Lane::Mailing => put(&mut lanes.mailing, job),
        }
        drop(lanes);
        self.waiting.add_permits(1);
    }

    fn lock(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
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
            let mut lanes = self.lock();
            let job = lanes.single.pop_front().or_else(|| lanes.mailing.pop_front())?;
            drop(lanes);
            if !job.done.is_closed() {
                return Some(job);
            }
            reserved = self.ready_now();
        }
        None
    }

    /// Gives back every letter that waits, and whatever still comes. Whoever has reserved one finds none.
    pub(super) fn end(&self) {
        let mut lanes = self.lock();
        lanes.ended = true;
        let (single, mailing) = (std::mem::take(&mut lanes.single), std::mem::take(&mut lanes.mailing));
        drop(lanes);
        self.waiting.forget_permits(single.len() + mailing.len());
        single.into_iter().chain(mailing).for_each(Job::give_back);
    }

    pub(super) fn close(&self) {
        self.waiting.close();
    }
}
