//! Replicas that get no more memory in the middle of a mailing.
//!
//! Their data are limited to less than a mailing takes, each time to a little more: what they ask for then is refused, and they end,
//! wherever they are.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::fleet::{Fleet, full};

const MIB: u64 = 1 << 20;
/// By how much less than a replica has in the middle of the mailing.
const SHORT_OF: [u64; 14] = [20, 16, 14, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2];
/// Whoever hands over so many letters has memory enough, and is killed as well.
const ENOUGH: u64 = 200;
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Whoever neither ends nor hands anything over for so long is stuck, and is killed, as its supervisor would.
const STUCK_AFTER: Duration = Duration::from_secs(5);
/// As in `processes`: what a death may cost in copies.
const IN_DOUBT_MAX: usize = 256;

fn copies(fleet: &Fleet) -> u64 {
    fleet.relay.mails().len().try_into().unwrap()
}

/// How the one replica ended for want of memory. None: it had enough, or is stuck.
async fn runs_out(fleet: &mut Fleet) -> Option<String> {
    let enough = copies(fleet) + ENOUGH;
    let (mut seen, mut last) = (copies(fleet), Instant::now());
    while copies(fleet) < enough && last.elapsed() < STUCK_AFTER {
        if let Some(how) = fleet.ended(0).await {
            return Some(how);
        }
        sleep(LOOK_EVERY).await;
        if copies(fleet) > seen {
            (seen, last) = (copies(fleet), Instant::now());
        }
    }
    None
}

#[tokio::test]
async fn replicas_that_run_out_of_memory_lose_no_letter() {
    let letters = if full() { 10_000 } else { 4_000 };
    let mut fleet = Fleet::about_to_send(letters).await;
    fleet.start();
    fleet.under_way_with(ENOUGH).await;
    let needs = fleet.data(0);
    fleet.kill(0).await;
    let mut ended = 0;
    for short_of in SHORT_OF {
        let before = copies(&fleet);
        fleet.start();
        fleet.confine(0, needs - short_of * MIB);
        if let Some(how) = runs_out(&mut fleet).await {
            println!("{short_of} MiB short: {} copies, then {how}", copies(&fleet) - before);
            ended += 1;
        } else {
            println!("{short_of} MiB short: {} copies, and alive", copies(&fleet) - before);
            fleet.kill(0).await;
        }
    }
    assert!(ended > 0, "nobody ran out of memory");
    fleet.start();
    fleet.all_done().await;
    let reckoning = fleet.reckon().await;
    println!("{ended} out of memory, {} copies too many", reckoning.too_many);
    assert_eq!(reckoning.accepted, usize::try_from(letters).unwrap());
    assert!(reckoning.too_many <= (1 + SHORT_OF.len()) * IN_DOUBT_MAX);
}
