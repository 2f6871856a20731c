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

const WORLDS: u64 = 12;
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

/// What the worlds came to.
#[derive(Debug, Default)]
struct Tally {
    worlds: u64,
    done: BTreeMap<&'static str, u32>,
    spent: BTreeMap<&'static str, Duration>,
    unlike: Vec<u64>,
}

fn run(seed: u64) -> (BTreeMap<&'static str, u32>, BTreeMap<&'static str, Duration>) {
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
    let (one, full) = (number("SEED"), number("FORENOTICE_FULL") == Some(1));
    let minutes = number("SIMULATION_MINUTES")
        .or((full && number("SIMULATION_WORLDS").is_none()).then_some(FULL_MINUTES));
    let until = minutes.map(|minutes| Instant::now() + Duration::from_mins(minutes));
    let worlds = number("SIMULATION_WORLDS").unwrap_or(if until.is_some() { u64::MAX } else { WORLDS });
    let worlds = if one.is_some() { 1 } else { worlds };
    let first = one.or(number("FIRST_SEED")).unwrap_or(FIRST_SEED);
    let (begun, tally) = (AtomicU64::new(0), Mutex::new(Tally::default()));
    let (began, work) = (Instant::now(), || {
        loop {
            let is_over = until.is_some_and(|until| Instant::now() > until)
                || !full && !tally.lock().unwrap().unlike.is_empty();
            let seed = first + begun.fetch_add(1, Ordering::Relaxed);
            if is_over || seed - first >= worlds {
                return;
            }
            let came_to = catch_unwind(AssertUnwindSafe(|| run(seed)));
            let mut tally = tally.lock().unwrap();
            tally.worlds += 1;
            let Ok((done, spent)) = came_to else {
                tally.unlike.push(seed);
                continue;
            };
            done.into_iter().for_each(|(kind, count)| *tally.done.entry(kind).or_default() += count);
            spent.into_iter().for_each(|(on, time)| *tally.spent.entry(on).or_default() += time);
        }
    });
    std::thread::scope(|threads| (0..AT_ONCE.min(worlds)).for_each(|_| drop(threads.spawn(work))));
    let tally = tally.into_inner().unwrap();
    println!(
        "{} worlds from seed {first} in {:?}: {:?}\n{:?}",
        tally.worlds,
        began.elapsed(),
        tally.done,
        tally.spent
    );
    assert!(
        tally.unlike.is_empty(),
        "daemon and model disagree, or an end came too soon, with the seeds {:?}",
        tally.unlike
    );
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
