//! Replicas that get no more memory in the middle of a mailing.
//!
//! Their data are limited to less than a mailing takes, each time to a little more: what they ask for then is refused, and they end,
//! wherever they are.

use std::time::Duration;

use tokio::process::Command;
use tokio::time::{Instant, sleep, timeout};

use super::fleet::{Fleet, full};

/// Hundredths of what a replica has in the middle of the mailing.
const GETS: [u64; 14] = [5, 20, 30, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90];
/// Whoever hands over so many letters has memory enough, and is killed as well.
const ENOUGH: u64 = 200;
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Whoever neither ends nor hands anything over for so long is stuck, and is killed, as its supervisor would.
const STUCK_AFTER: Duration = Duration::from_secs(5);
/// A process that cannot start has ended long before.
const ENDS_WITHIN: Duration = Duration::from_secs(20);
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
    for gets in GETS {
        let before = copies(&fleet);
        fleet.start();
        fleet.confine(0, needs * gets / 100);
        if let Some(how) = runs_out(&mut fleet).await {
            println!("{gets} % of {needs} bytes: {} copies, then {how}", copies(&fleet) - before);
            ended += 1;
        } else {
            println!("{gets} % of {needs} bytes: {} copies, and alive", copies(&fleet) - before);
            fleet.kill(0).await;
        }
    }
    assert!(ended > 0, "nobody ran out of memory");
    fleet.start();
    fleet.all_done().await;
    let reckoning = fleet.reckon().await;
    println!("{ended} out of memory, {} copies too many", reckoning.too_many);
    assert_eq!(reckoning.accepted, usize::try_from(letters).unwrap());
    assert!(reckoning.too_many <= (1 + GETS.len()) * IN_DOUBT_MAX);
}

#[tokio::test]
async fn a_process_that_gets_no_threads_ends() {
    let mut not_now = 0;
    for kib in (2_500..6_000).step_by(250) {
        let mut confined = Command::new("sh");
        confined.arg("-c").arg(format!("ulimit -c 0; ulimit -d {kib}; exec \"$0\" --version"));
        confined.arg(env!("CARGO_BIN_EXE_forenotice")).kill_on_drop(true);
        let ended = timeout(ENDS_WITHIN, confined.output()).await.expect("it waits for nothing").unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        if ended.status.code() == Some(75) {
            assert!(said.starts_with("forenotice cannot start: "), "{said}");
            not_now += 1;
        }
    }
    assert!(not_now > 0, "none was short of threads alone");
}
