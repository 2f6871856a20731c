//! Replicas that die, freeze and stop in the middle of a mailing.

use std::time::Duration;

use forenotice::entropy::Entropy;
use rustix::process::Signal;
use tokio::time::sleep;

use super::fleet::{Fleet, full};

const REPLICAS: usize = 3;
/// What a replica may have handed over and not yet recorded, so that its death costs copies.
const IN_DOUBT_MAX: usize = 256;

/// The same numbers for the same seed.
struct Dice(Entropy);

impl Dice {
    /// Thrown anew each time, unless `SEED` says what to repeat.
    fn thrown() -> Self {
        let seed = std::env::var("SEED").map_or_else(
            |_| u64::from_be_bytes(Entropy::os().bytes().unwrap()),
            |seed| seed.parse().unwrap(),
        );
        println!("SEED={seed}");
        Self(Entropy::seeded(seed))
    }

    fn below(&self, bound: u64) -> u64 {
        u64::from_be_bytes(self.0.bytes().unwrap()) % bound
    }
}

/// 12 kills within 3,000 letters; with `FORENOTICE_FULL=1` 50 within 10,000.
#[tokio::test]
async fn replicas_killed_at_random_lose_no_letter() {
    let (kills, letters) = if full() { (50, 10_000) } else { (12, 3_000) };
    let dice = Dice::thrown();
    let mut moments: Vec<u64> = (0..kills).map(|_| dice.below(letters.into())).collect();
    moments.sort_unstable();
    let mut fleet = Fleet::about_to_send(letters).await;
    for _ in 0..REPLICAS {
        fleet.start();
    }
    for copies in moments {
        fleet.copies_reach(copies).await;
        // The count moves when the relay has said yes; what follows in the replica is to be hit as well.
        sleep(Duration::from_millis(dice.below(40))).await;
        let victim = usize::try_from(dice.below(REPLICAS as u64)).unwrap();
        fleet.kill_and_replace(victim).await;
    }
    fleet.all_done().await;
    let reckoning = fleet.reckon().await;
    let kills = usize::try_from(kills).unwrap();
    println!("{kills} kills cost {} copies", reckoning.too_many);
    assert_eq!(reckoning.accepted, usize::try_from(letters).unwrap());
    assert!(reckoning.too_many <= kills * IN_DOUBT_MAX);
}

/// A replica that sleeps through its lease says late what it heard: acceptances count, and nothing else does.
#[tokio::test]
async fn a_replica_frozen_past_its_lease_disturbs_nobody() {
    let mut fleet = Fleet::about_to_send(600).await;
    fleet.start();
    fleet.copies_reach(40).await;
    fleet.signal(0, Signal::STOP);
    fleet.take_for_dead(0).await;
    let held = fleet.number("select count(*) from kit.hit").await;
    assert!(held > 0, "it was frozen without a lease");
    fleet.start();
    fleet.all_done().await;
    let sent = fleet.results().await;
    fleet.signal(0, Signal::CONT);
    // What it had in flight is told now, before it stops.
    fleet.drain().await;
    let after = fleet.results().await;
    for (before, after) in sent.iter().zip(&after) {
        assert_eq!((before.id, &before.state), (after.id, &after.state));
        assert!(after.accepted_at <= before.accepted_at, "delivery {}: a later acceptance won", after.id);
    }
    let reckoning = fleet.reckon().await;
    assert_eq!(reckoning.accepted, 600);
    assert!(reckoning.too_many <= IN_DOUBT_MAX, "it went on with letters that were another's");
}

#[tokio::test]
async fn a_replica_told_to_stop_leaves_no_letter_in_doubt() {
    let mut fleet = Fleet::about_to_send(1_200).await;
    fleet.start();
    fleet.start();
    fleet.copies_reach(60).await;
    fleet.drain().await;
    assert_eq!(fleet.number("select count(*) from kit.hit").await, 0, "a lease was not given back");
    assert_eq!(fleet.number("select count(*) from batch where leased_until is not null").await, 0);
    let waiting = fleet.number("select count(*) from delivery where state = 'queued'").await;
    assert!(waiting > 0, "it went through the whole mailing before it stopped");
    fleet.start();
    fleet.all_done().await;
    let reckoning = fleet.reckon().await;
    assert_eq!((reckoning.accepted, reckoning.too_many), (1_200, 0));
}

#[tokio::test]
async fn letters_that_wait_for_their_turn_at_a_slow_relay_are_given_back_at_once() {
    let mut fleet = Fleet::about_to_send(100).await;
    fleet.set(&[("FORENOTICE__SMTP__RATE_PER_SECOND", "1")]);
    fleet.start();
    fleet.copies_reach(2).await;
    fleet.drain().await;
    assert_eq!(fleet.number("select count(*) from kit.hit").await, 0, "a lease was not given back");
    assert_eq!(fleet.number("select count(*) from delivery where in_doubt").await, 0);
    let due =
        "select count(*) from batch where open and leased_until is null and due_at <= clock_timestamp()";
    assert_eq!(fleet.number(due).await, 1, "whoever comes next need not wait");
    fleet.set(&[]);
    fleet.start();
    fleet.all_done().await;
    let reckoning = fleet.reckon().await;
    assert_eq!((reckoning.accepted, reckoning.too_many), (100, 0));
}
