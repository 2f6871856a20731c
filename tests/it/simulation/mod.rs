//! Random worlds through simulated time: after every step the daemon, at rest, agrees with a naive [`model`] of the
//! promise about every change's state, every reason of its gate, every customer's instants, every objection and every
//! address written to, and no invariant is broken.
//!
//! `SIMULATION_WORLDS` says how many, `FIRST_SEED` where they begin, `SEED` replays one: a disagreement prints it with the
//! steps that led there.

mod model;
mod random;
mod steps;
mod world;

use std::collections::BTreeMap;
use std::time::Duration;

use self::steps::Simulation;

const WORLDS: u64 = 4;
const STEPS: u32 = 22;
/// The first seed where none is given; each world takes the next.
const FIRST_SEED: u64 = 1;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|given| given.parse().unwrap())
}

#[tokio::test]
async fn the_daemon_agrees_with_a_naive_model_of_the_promise_in_random_worlds() {
    let seed = number("SEED");
    let worlds = if seed.is_some() { 1 } else { number("SIMULATION_WORLDS").unwrap_or(WORLDS) };
    let (mut done, mut spent) = (BTreeMap::<&str, u32>::new(), BTreeMap::<&str, Duration>::new());
    let first = number("FIRST_SEED").unwrap_or(FIRST_SEED);
    for seed in (seed.unwrap_or(first)..).take(usize::try_from(worlds).unwrap()) {
        println!("SEED={seed}");
        let mut simulation = Simulation::begin(seed).await;
        for _ in 0..STEPS {
            simulation.step().await;
        }
        simulation.play_out().await;
        let (kinds, times) = simulation.finish().await;
        for (kind, count) in kinds {
            *done.entry(kind).or_default() += count;
        }
        for (on, time) in times {
            *spent.entry(on).or_default() += time;
        }
    }
    println!("{worlds} worlds, steps taken and ends: {done:?}\n{spent:?}");
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
