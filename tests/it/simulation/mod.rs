//! Random worlds through simulated time: after every step the daemon, at rest, agrees with a naive [`model`] of the
//! promise about every change's state, every reason of its gate, every customer's instants, every objection, every
//! address written to and every copy that the relay has, and no invariant is broken.
//!
//! A disagreement prints the seed with the steps that led there; `SEED` replays it. `SIMULATION_WORLDS` says how many,
//! `FIRST_SEED` where they begin. For hours:
//!
//! ```sh
//! FORENOTICE_FULL=1 SIMULATION_MINUTES=120 cargo test --test it random_worlds -- --nocapture
//! ```
//!
//! goes on after a disagreement, and names all of them in the end.

mod model;
mod random;
mod steps;
mod world;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use self::steps::Simulation;

/// As many as this machine plays in that time; at most so many.
const SECONDS: u64 = 40;
const WORLDS: u64 = 120;
/// With `FORENOTICE_FULL`, where neither a number nor a time is given.
const FULL_MINUTES: u64 = 60;
const STEPS: u64 = 22;
/// Worlds side by side, each in a thread of its own: while one waits for the database, another goes on.
const AT_ONCE: u64 = 3;
/// The first seed where none is given; each world takes the next.
const FIRST_SEED: u64 = 1;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|given| given.parse().unwrap())
}

/// Which worlds are asked for.
struct Wanted {
    first: u64,
    worlds: u64,
    until: Option<Instant>,
    /// Goes on after a disagreement.
    full: bool,
}

impl Wanted {
    fn by_environment() -> Self {
        let (seed, worlds) = (number("SEED"), number("SIMULATION_WORLDS"));
        let full = number("FORENOTICE_FULL") == Some(1);
        let minutes =
            number("SIMULATION_MINUTES").or(Some(FULL_MINUTES).filter(|_| full && worlds.is_none()));
        let asked = seed.is_some() || worlds.is_some();
        let time = minutes.map(Duration::from_mins).or((!asked).then_some(Duration::from_secs(SECONDS)));
        let worlds = worlds.unwrap_or(if minutes.is_some() { u64::MAX } else { WORLDS });
        Self {
            first: seed.or(number("FIRST_SEED")).unwrap_or(FIRST_SEED),
            worlds: if seed.is_some() { 1 } else { worlds },
            until: time.map(|time| Instant::now() + time),
            full,
        }
    }
}

/// What the worlds came to.
#[derive(Debug, Default)]
struct Tally {
    worlds: u64,
    done: BTreeMap<&'static str, u32>,
    spent: BTreeMap<&'static str, Duration>,
    unlike: Vec<u64>,
}

type Told = (BTreeMap<&'static str, u32>, BTreeMap<&'static str, Duration>);

impl Tally {
    /// None: the world ended in a panic, which has said why.
    fn add(&mut self, seed: u64, told: Option<Told>) {
        self.worlds += 1;
        let Some((done, spent)) = told else { return self.unlike.push(seed) };
        for (kind, count) in done {
            *self.done.entry(kind).or_default() += count;
        }
        for (on, time) in spent {
            *self.spent.entry(on).or_default() += time;
        }
    }
}

fn world(seed: u64) -> Told {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut simulation = Simulation::begin(seed).await;
        for _ in 0..number("SIMULATION_STEPS").unwrap_or(STEPS) {
            simulation.step().await;
        }
        simulation.play_out().await;
        simulation.finish().await
    })
}

#[test]
fn the_daemon_agrees_with_a_naive_model_of_the_promise_in_random_worlds() {
    let wanted = Wanted::by_environment();
    let (taken, tally, start) = (AtomicU64::new(0), Mutex::new(Tally::default()), Instant::now());
    let work = || {
        loop {
            let number = taken.fetch_add(1, Ordering::Relaxed);
            let is_over = wanted.until.is_some_and(|until| Instant::now() > until)
                || !wanted.full && !tally.lock().unwrap().unlike.is_empty();
            if is_over || number >= wanted.worlds {
                return;
            }
            let seed = wanted.first + number;
            let told = catch_unwind(AssertUnwindSafe(|| world(seed)));
            tally.lock().unwrap().add(seed, told.ok());
        }
    };
    std::thread::scope(|threads| (0..AT_ONCE.min(wanted.worlds)).for_each(|_| drop(threads.spawn(work))));
    let Tally { worlds, done, spent, unlike } = tally.into_inner().unwrap();
    println!("{worlds} worlds from seed {} in {:?}: {done:?}\n{spent:?}", wanted.first, start.elapsed());
    assert!(unlike.is_empty(), "daemon and model disagree, or a world broke off, with the seeds {unlike:?}");
}

#[tokio::test]
async fn a_clear_at_that_is_a_microsecond_off_is_noticed() {
    let mut simulation = Simulation::begin(FIRST_SEED).await;
    while simulation.disagreements().await.is_empty() && !simulation.anybody_served() {
        simulation.step().await;
    }
    assert_eq!(simulation.disagreements().await, Vec::<String>::new());
    simulation
        .world
        .as_superuser(
            "set session_replication_role = replica;
             update obligation set earliest_by_notice = earliest_by_notice + interval '1 microsecond',
                 window_closes_at = window_closes_at + interval '1 microsecond',
                 clear_at = clear_at + interval '1 microsecond'
             where (change_id, customer_id) = (select change_id, customer_id from obligation where state = 'served' limit 1)",
        )
        .await;
    let noticed = simulation.disagreements().await;
    assert!(noticed.iter().any(|line| line.contains("served")), "{noticed:?}");
}
