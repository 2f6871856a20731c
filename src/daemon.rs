//! When things happen: the table of tasks, bells, roles, the simulated clock, shutdown.
//!
//! A [`Task`] is an idempotent pass over the rows that are due. [`Daemon::run`] runs the tasks of this process's roles,
//! each woken by its bell and, should that be lost, by its period. It beats for this replica (a row in `replica`, by
//! the database's clock) and for its web door (a row in `door`: until when everything that came in is committed).
//! A replica whose clock is off by more than [`SKEW_MAX`], or that cannot reach the database, does not work and says
//! why. [`Daemon::settle`] and [`Daemon::advance_to`] drive the same tasks under the simulated clock.
//!
//! Nothing here is a rule: what a pass does is its action's business, when it is due stands in rows.

pub mod admin;
mod door;
mod health;
mod pace;
mod pass;
mod simulated;
mod task;

use self::door::Door;
pub use self::door::{ReadTo, Source};
use self::pace::Pace;
pub use health::{Condition, Health, NotReady};
pub use simulated::ClockError;
pub use task::{Fires, Pass, PassError, Role, TASKS, Task};

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use secrecy::ExposeSecret;
use tokio::sync::Mutex;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout_at};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};
use uuid::Uuid;

use crate::actions::{self, Context, Report};
use crate::clock::Clock;
use crate::domain::ledger::Actor;
use crate::store;
use crate::store::bell::Ear;
use crate::store::door::{self as row, DoorId};
use crate::store::freshness::CHANNEL;
use crate::store::replica::{self, ReplicaId};

/// Beats of replica and door: the gate decides for no instant that the door has not vouched for.
const BEAT_EVERY: Duration = Duration::from_secs(1);
/// Whoever listens makes sure so often that it would hear.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// A connection that is silent for longer is given up.
const ANSWERED_WITHIN: Duration = Duration::from_secs(2);
/// How long it is relied on after it was asked: no page is older than that, be the network cut without a word.
const VOUCHED_FOR: Duration = Duration::from_secs(3);
/// The other replicas are told of bells at most this often.
const TELL_EVERY: Duration = Duration::from_millis(100);
/// Between two tries to reach a database that is away.
const KNOCK_EVERY: Duration = Duration::from_secs(2);
/// What is in flight when we are told to stop has this long to end.
const DRAIN_WITHIN: Duration = Duration::from_secs(30);
/// Our clock may differ from the database's by so much.
pub const SKEW_MAX: TimeDelta = TimeDelta::seconds(1);

/// One replica: its roles, its tasks, its doors. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Daemon(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    cx: Context,
    roles: Vec<Role>,
    tasks: Vec<&'static Task>,
    replica: ReplicaId,
    doors: std::sync::Mutex<Vec<Door>>,
    health: Health,
    fenced: CancellationToken,
    pace: std::sync::Mutex<Pace>,
    /// Under the simulated clock a probe was waited for in vain.
    probes_lost: AtomicBool,
    /// One at a time moves the simulated clock.
    stepping: Mutex<()>,
    /// Under the simulated clock passes are made one at a time: when a round of all tasks finds nothing, nothing is due.
    passing: Mutex<()>,
}

impl Daemon {
    /// Puts this replica on the list of those at work. Its web door, where it has one, opens with it: what comes in is
    /// vouched for by `read_to`.
    pub async fn enlist(
        cx: Context,
        roles: &[Role],
        tasks: &'static [Task],
        door: Option<ReadTo>,
        health: Health,
    ) -> Result<Self, actions::Error> {
        let replica = ReplicaId(Uuid::from_bytes(cx.entropy.bytes()?));
        let tasks = tasks.iter().filter(|task| roles.contains(&task.role)).collect();
        let daemon = Self(Arc::new(Inner {
            cx,
            roles: roles.to_vec(),
            tasks,
            replica,
            doors: std::sync::Mutex::default(),
            health,
            fenced: CancellationToken::new(),
            pace: std::sync::Mutex::default(),
            probes_lost: AtomicBool::default(),
            stepping: Mutex::new(()),
            passing: Mutex::new(()),
        }));
        if let Some(read_to) = door {
            daemon.open_door(row::Kind::Web, TimeDelta::zero(), read_to, None).await?;
        }
        daemon.beat().await?;
        Ok(daemon)
    }

    /// Opens a further door of this replica; what comes in by it is vouched for by `read_to`.
    pub async fn open_door(
        &self,
        kind: row::Kind,
        settle: TimeDelta,
        read_to: ReadTo,
        source: Option<Source>,
    ) -> Result<DoorId, actions::Error> {
        let cx = self.cx();
        let id = DoorId(Uuid::from_bytes(cx.entropy.bytes()?));
        let mut tx = cx.begin(Actor::Daemon).await?;
        let (name, so_far) = (format!("{} {}", kind.as_str(), id.0), (read_to.0)(tx.now()));
        row::open_read_to(&mut tx, id, kind, &name, settle, so_far).await?;
        let door = Door { id, kind, settle, read_to, source };
        door.stand_for_source(&mut tx, so_far).await?;
        tx.commit_unrecorded().await?;
        self.doors().push(door);
        Ok(id)
    }

    /// What this replica's doors do not read is no source any more.
    pub async fn close_other_sources(&self) -> Result<(), actions::Error> {
        let doors = self.doors().clone();
        let own: Vec<DoorId> =
            doors.iter().filter_map(|door| door.source.as_ref()).map(|source| source.id).collect();
        let mut tx = self.cx().begin(Actor::Daemon).await?;
        for name in row::close_other_sources(&mut tx, &own).await? {
            warn!("{name} is configured no more: the gate does not wait for it");
        }
        tx.commit_unrecorded().await?;
        Ok(())
    }

    fn doors(&self) -> MutexGuard<'_, Vec<Door>> {
        self.0.doors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn cx(&self) -> &Context {
        &self.0.cx
    }

    pub fn roles(&self) -> &[Role] {
        &self.0.roles
    }

    /// This replica's web door, by which statements are lodged.
    pub fn door(&self) -> Option<DoorId> {
        self.doors().iter().find(|door| door.kind == row::Kind::Web).map(|door| door.id)
    }

    pub fn health(&self) -> &Health {
        &self.0.health
    }

    /// Cancelled when the door was found fenced: it takes no statement any more. Another replica must be enlisted.
    pub fn fenced(&self) -> &CancellationToken {
        &self.0.fenced
    }

    /// Runs every task until `stopping`, then ends what is in flight and takes this replica off the list.
    pub async fn run(&self, stopping: CancellationToken) {
        let mut at_work = JoinSet::new();
        for task in &self.0.tasks {
            at_work.spawn(pass::keep_running(self.clone(), task, stopping.clone()));
        }
        let beats = self.while_at_work(Self::keep_beating);
        let bells = self.while_at_work(Self::keep_telling);
        let ear = self.while_at_work(Self::keep_listening);
        let follower = self.while_at_work(Self::follow_the_clock);
        stopping.cancelled().await;

        info!("stopping: no new work, what is in flight is ended");
        let until = Instant::now() + DRAIN_WITHIN;
        while let Ok(Some(_)) = timeout_at(until, at_work.join_next()).await {}
        if !at_work.is_empty() {
            warn!(
                "{} tasks did not end within {DRAIN_WITHIN:?}; their leases run out by themselves",
                at_work.len()
            );
        }
        for helper in [beats, bells, ear, follower] {
            helper.abort();
        }
        if let Err(error) = self.dismiss().await {
            warn!("this replica could not be taken off the list ({error}); it is fenced when it is silent");
        }
    }

    /// Closes the doors and takes the replica off the list: everything that came in is committed.
    pub async fn dismiss(&self) -> Result<(), actions::Error> {
        let cx = self.cx();
        cx.bells.tell(&cx.db).await?;
        let doors = self.doors().clone();
        for Door { id, .. } in doors {
            let mut tx = cx.begin(Actor::Daemon).await?;
            row::close(&mut tx, id).await?;
            tx.commit_unrecorded().await?;
        }
        replica::remove(cx.db.pool(), self.0.replica).await?;
        Ok(())
    }

    /// One beat: the skew is measured, the replica lives, the door vouches for what it has read.
    pub async fn beat(&self) -> Result<(), actions::Error> {
        let result = self.beat_once().await;
        let reached = match &result {
            Ok(()) => Ok(()),
            Err(actions::Error::Store(store::Error::Database(cause))) => {
                Err(NotReady::NotReached { cause: cause.to_string() })
            }
            Err(error) => Err(NotReady::NotReached { cause: error.to_string() }),
        };
        self.0.health.note(|condition| condition.database = reached);
        result
    }

    async fn beat_once(&self) -> Result<(), actions::Error> {
        let cx = self.cx();
        let before = Clock::system_now();
        let theirs = replica::database_clock(cx.db.pool()).await?;
        let after = Clock::system_now();
        // Where on the way the database looked at its clock is unknown: the middle is off by half the way at most.
        let skew = theirs - (before + (after - before) / 2);
        if skew.abs() <= SKEW_MAX {
            Clock::agree();
        }
        self.0.health.note(|condition| condition.skew = skew);
        let roles: Vec<String> = self.0.roles.iter().map(ToString::to_string).collect();
        let skew_ms = i32::try_from(skew.num_milliseconds()).unwrap_or(i32::MAX);
        let pace = self.pace();
        replica::beat(cx.db.pool(), self.0.replica, &roles, env!("CARGO_PKG_VERSION"), skew_ms, pace).await?;
        // A door that vouches by a wrong clock vouches for nothing: it falls silent, and is fenced.
        let doors = self.doors().clone();
        if !doors.is_empty() && self.0.health.condition().clocks_agree().is_ok() {
            self.vouch(doors).await?;
        }
        Ok(())
    }

    async fn vouch(&self, doors: Vec<Door>) -> Result<(), actions::Error> {
        let mut tx = self.cx().begin(Actor::Daemon).await?;
        let mut open = true;
        for door in doors {
            let vouched = (door.read_to.0)(tx.now());
            if row::beat(&mut tx, door.id, vouched).await? {
                door.stand_for_source(&mut tx, vouched).await?;
            } else {
                open = false;
            }
        }
        tx.commit_unrecorded().await?;
        if !open {
            self.0.fenced.cancel();
        }
        self.0.health.note(|condition| condition.door = if open { Ok(()) } else { Err(NotReady::Fenced) });
        Ok(())
    }

    /// Letters a minute. Under the simulated clock none: a minute says nothing there.
    fn pace(&self) -> u32 {
        let cx = self.cx();
        let taken = cx.taken.load(Ordering::Relaxed);
        let mut pace = self.0.pace.lock().unwrap_or_else(PoisonError::into_inner);
        let per_minute = pace.beat(taken, cx.post.is_busy());
        drop(pace);
        if cx.clock.simulated().is_some() { 0 } else { per_minute }
    }

    fn while_at_work<F>(&self, work: impl FnOnce(Self) -> F) -> JoinHandle<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        tokio::spawn(work(self.clone()))
    }

    async fn keep_beating(self) {
        let mut beats = interval(BEAT_EVERY);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beats.tick().await;
            if let Err(error) = self.beat().await {
                debug!("no beat: {error}");
            }
        }
    }

    async fn keep_telling(self) {
        loop {
            self.cx().bells.something_to_tell().await;
            if let Err(error) = self.cx().bells.tell(&self.cx().db).await {
                debug!("bells not told, the periods catch up: {error}");
            }
            sleep(TELL_EVERY).await;
        }
    }

    /// Hears what other replicas ring, and what the public pages read tell of themselves. A pooler that eats LISTEN does no harm:
    /// periods catch up, and no page is kept.
    async fn keep_listening(self) {
        let tasks: Vec<&'static str> = self.0.tasks.iter().map(|task| task.name).collect();
        let names: Vec<&'static str> = tasks.iter().copied().chain([CHANNEL]).collect();
        loop {
            match Ear::open(self.cx().settings.database.direct_url().expose_secret(), &names).await {
                Ok(ear) => {
                    self.listen(ear).await;
                    // The connection was lost, and what was rung meanwhile.
                    for name in &tasks {
                        self.cx().bells.ring_here(name);
                    }
                }
                Err(error) => {
                    debug!("nothing is heard of other replicas' bells, the periods catch up: {error}");
                }
            }
            sleep(KNOCK_EVERY).await;
        }
    }

    /// Until the connection is lost, or does not answer.
    async fn listen(&self, mut ear: Ear) {
        let (bells, freshness) = (&self.cx().bells, &self.cx().freshness);
        freshness.changed();
        let mut asks = interval(ASK_EVERY);
        asks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                heard = ear.hear() => match heard {
                    Ok(Some(name)) if name == CHANNEL => freshness.changed(),
                    Ok(Some(name)) => bells.ring_here(&name),
                    Ok(None) | Err(_) => break,
                },
                _ = asks.tick() => {
                    let asked = Instant::now();
                    let Ok(Ok(())) = timeout_at(asked + ANSWERED_WITHIN, ear.ask()).await else { break };
                    freshness.vouch((asked + VOUCHED_FOR).into_std());
                }
            }
        }
        freshness.lose();
    }
}

/// Fences doors and removes replicas that are silent.
pub async fn sweep(cx: &Context) -> Result<Report, actions::Error> {
    let mut tx = cx.begin(Actor::Daemon).await?;
    let fenced = row::fence_silent(&mut tx).await?;
    let removed = replica::remove_silent(&mut tx).await?;
    tx.commit_unrecorded().await?;
    for name in &fenced {
        warn!("the door {name} was silent for {} s and is fenced", row::SILENT_SECONDS);
    }
    let said = format!("fenced {} silent doors, removed {removed} silent replicas", fenced.len());
    Ok(Report::did("sweep", fenced.len() as u64 + removed, said))
}

/// Waits for a database with this program's schema; says what it is waiting for, once for each reason.
pub async fn wait_for_database(cx: &Context, health: &Health) {
    let mut said = None;
    loop {
        let migrations = health::migrated(cx.db.pool()).await;
        health.note(|condition| condition.migrations.clone_from(&migrations));
        let Err(why) = migrations else { break };
        if said.as_ref() != Some(&why) {
            warn!("waiting: {why}");
            said = Some(why);
        }
        sleep(KNOCK_EVERY).await;
    }
    if said.is_some() {
        info!("the database is there, with this program's schema");
    }
}

/// The clock that the settings name; a simulated one is started where its database has none yet.
pub async fn start_clock(cx: &Context) -> Result<(), store::Error> {
    if let (Some(simulated), Some(start)) = (cx.clock.simulated(), cx.settings.clock)
        && let Some(instant) = store::simulated::start(cx.db.pool(), start).await?
    {
        simulated.set(instant);
    }
    Ok(())
}
