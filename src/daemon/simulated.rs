//! The simulated clock: it stands still until it is moved, and on its way stops wherever something is due.
//!
//! One replica moves it; the others see that it has moved, do what is due for their roles, and say so in their row.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::{Instant, sleep};
use tracing::{debug, info};

use super::task::PassError;
use super::{Daemon, pass};
use crate::domain::customer::SilentSpecific;
use crate::store::{self, due, replica, simulated};

/// How long a stop may take, in real time, until the clock goes on all the same.
const SETTLE_WITHIN: Duration = Duration::from_mins(1);
/// How long probes are waited for at a stop once one has been waited for in vain.
const PROBES_GIVEN_UP: Duration = Duration::from_millis(100);
/// Between two looks at what others are doing.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Between two looks at the clock that another replica may have moved.
const FOLLOW_EVERY: Duration = Duration::from_millis(100);
/// Passes of one task at one stop; a task that always finds more is broken, and must not hold the clock for ever.
const PASSES_MAX: u32 = 10_000;

/// Why the simulated clock did not move.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    #[error(
        "this installation runs by the system's clock, which nobody moves; set `clock` in a demo or a test"
    )]
    NotSimulated,
    #[error("it is {now} already: the clock does not go back to {wanted}")]
    Backwards { now: DateTime<Utc>, wanted: DateTime<Utc> },
    #[error("{task} failed at {at}: {cause}")]
    Pass { task: &'static str, at: DateTime<Utc>, cause: PassError },
    #[error("{task} found more to do {PASSES_MAX} times over at {at}")]
    Endless { task: &'static str, at: DateTime<Utc> },
    #[error(transparent)]
    Action(#[from] crate::actions::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Daemon {
    /// Moves the simulated clock to `instant`, stopping on the way at every instant at which something is due.
    pub async fn advance_to(&self, instant: DateTime<Utc>) -> Result<DateTime<Utc>, ClockError> {
        let _alone = self.0.stepping.lock().await;
        let mut now = self.simulated_now().await?;
        if instant < now {
            return Err(ClockError::Backwards { now, wanted: instant });
        }
        self.settle_alone(now).await?;
        while now < instant {
            let stop = self.next_event(now).await?.filter(|stop| *stop < instant).unwrap_or(instant);
            simulated::move_to(self.cx().db.pool(), stop).await?;
            now = self.simulated_now().await?;
            self.settle_alone(now).await?;
        }
        Ok(now)
    }

    /// Moves the simulated clock to the next instant at which something is due. None: nothing ever is.
    pub async fn advance_to_next_event(&self) -> Result<Option<DateTime<Utc>>, ClockError> {
        match self.next_event(self.simulated_now().await?).await? {
            Some(event) => self.advance_to(event).await.map(Some),
            None => Ok(None),
        }
    }

    /// Does what is due now, and what follows from it, until nothing is due and no delivery is leased.
    pub async fn settle(&self) -> Result<(), ClockError> {
        let _alone = self.0.stepping.lock().await;
        self.settle_alone(self.cx().now().await?).await
    }

    /// The first instant after `now` at which a row falls due, a contract's day comes or a task fires.
    pub async fn next_event(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, ClockError> {
        let cx = self.cx();
        let mut snapshot = cx.snapshot().await?;
        let mut next = due::next_after(snapshot.conn(), now).await?;
        let today = cx.policy.zone.day_of(now);
        let turn = store::entitlement::next_turn(snapshot.conn(), today).await?;
        next = [next, turn.map(|day| cx.policy.zone.first_instant(day))].into_iter().flatten().min();
        if cx.policy.silent_specific == SilentSpecific::Exclude {
            let end = store::silence::next_end(snapshot.conn(), now - store::door::SKEW).await?;
            next = [next, end.map(|end| end + store::door::SKEW)].into_iter().flatten().min();
        }
        for fires in self.0.tasks.iter().filter_map(|task| task.fires) {
            next = [next, fires(cx, now)].into_iter().flatten().min();
        }
        Ok(next)
    }

    pub(super) async fn simulated_now(&self) -> Result<DateTime<Utc>, ClockError> {
        match self.cx().clock.simulated() {
            Some(_) => Ok(self.cx().now().await?),
            None => Err(ClockError::NotSimulated),
        }
    }

    async fn settle_alone(&self, now: DateTime<Utc>) -> Result<(), ClockError> {
        let began = Instant::now();
        let until = began + SETTLE_WITHIN;
        let mut were_out = false;
        loop {
            let done = self.pass_until_idle(now).await?;
            let pool = self.cx().db.pool();
            replica::settled(pool, self.0.replica, now).await?;
            let others = replica::others(pool, self.0.replica, now).await?;
            let mut snapshot = self.cx().snapshot().await?;
            let leased = due::any_leased(snapshot.conn()).await?;
            let out = store::reply_path::any_out(snapshot.conn(), now).await?;
            drop(snapshot);
            if were_out && !out {
                self.0.probes_lost.store(false, Ordering::Relaxed);
            }
            were_out |= out;
            // What is due for a role that we don't have is another's to do, if there is another.
            let left = others.living > 0 && self.is_any_due(now).await?;
            if done == 0 && others.unsettled == 0 && !leased && !left && !self.waits_for_probes(out, began) {
                return Ok(());
            }
            if Instant::now() > until {
                info!(
                    leased,
                    left,
                    out,
                    others.unsettled,
                    "the clock goes on from {now} although not everything has settled"
                );
                return Ok(());
            }
            if done == 0 {
                sleep(LOOK_EVERY).await;
            }
        }
    }

    async fn is_any_due(&self, now: DateTime<Utc>) -> Result<bool, ClockError> {
        let announcements_wait = self.cx().announcements_wait().await?;
        Ok(due::any_due(self.cx().snapshot().await?.conn(), now, announcements_wait).await?)
    }

    /// Whether probes that are `out` are waited for: once in vain to the end, and then hardly, until one comes home.
    fn waits_for_probes(&self, out: bool, began: Instant) -> bool {
        let lost = &self.0.probes_lost;
        if !out {
            return false;
        }
        let most = if lost.load(Ordering::Relaxed) { PROBES_GIVEN_UP } else { SETTLE_WITHIN };
        let waits = began.elapsed() < most;
        lost.fetch_or(!waits, Ordering::Relaxed);
        waits
    }

    /// Makes passes of all tasks until none finds anything to do; returns how many rows were moved.
    async fn pass_until_idle(&self, now: DateTime<Utc>) -> Result<u64, ClockError> {
        let mut all = 0;
        loop {
            let _alone = self.0.passing.lock().await;
            // The door vouches anew in each round: a gate that waited for it decides now.
            self.beat().await?;
            let mut round = 0;
            for task in &self.0.tasks {
                let mut passes = 0;
                loop {
                    let report = pass::make(self.cx(), task).await;
                    let report =
                        report.map_err(|cause| ClockError::Pass { task: task.name, at: now, cause })?;
                    round += report.done;
                    passes += 1;
                    if report.done == 0 {
                        break;
                    }
                    if passes == PASSES_MAX {
                        return Err(ClockError::Endless { task: task.name, at: now });
                    }
                }
            }
            if round == 0 {
                return Ok(all);
            }
            all += round;
        }
    }

    /// Does what is due here whenever another replica has moved the clock. Nothing to follow by the system's clock.
    pub(super) async fn follow_the_clock(self) {
        let mut settled = None;
        while self.cx().clock.simulated().is_some() {
            sleep(FOLLOW_EVERY).await;
            let Ok(now) = self.cx().now().await else { continue };
            if settled == Some(now) {
                continue;
            }
            match self.pass_until_idle(now).await {
                Ok(_) if replica::settled(self.cx().db.pool(), self.0.replica, now).await.is_ok() => {
                    settled = Some(now);
                }
                Ok(_) => {}
                Err(error) => debug!("not settled at {now}: {error}"),
            }
        }
    }
}
