//! A replica whose clock is wrong, or is set in the middle of a mailing: it does nothing by that clock, and says so.
//! Where database and replica agree on an earlier time, the mailing goes on by that.

use std::time::Duration;

use tokio::time::sleep;

use super::fleet::Fleet;
use crate::support::cluster::Cluster;
use crate::support::{bent_clock, postgres};

const LETTERS: u32 = 150;
const HOUR: i64 = 3600;
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A fleet whose replicas' clocks can be bent.
async fn bendable(letters: u32) -> Fleet {
    let mut fleet = Fleet::about_to_send(letters).await;
    let library = bent_clock::build_in(&fleet.place(""));
    fleet.bends_clocks_by(library);
    fleet
}

/// Waits for the word of the one replica that its clock is off by more than half an hour; for two beats of it.
async fn says_that_its_clock_is_wrong(fleet: &Fleet) {
    for _ in 0..2 {
        let said = "select count(*) from replica where abs(skew_ms) > 1800000";
        let waits = async {
            while fleet.number(said).await == 0 {
                sleep(LOOK_EVERY).await;
            }
        };
        fleet.within_patience(waits).await;
        fleet.execute("update replica set skew_ms = 0").await;
    }
}

#[tokio::test]
async fn a_replica_an_hour_off_sends_nothing_until_it_is_right() {
    for off in [HOUR, -HOUR] {
        let mut fleet = bendable(LETTERS).await;
        fleet.bend(1, off);
        fleet.start();
        says_that_its_clock_is_wrong(&fleet).await;
        assert_eq!(fleet.relay.mails().len(), 0, "{off} s off, and it sends");
        assert_eq!(fleet.number("select count(*) from notice where barrier_at is not null").await, 0);
        fleet.bend(1, 0);
        fleet.all_done().await;
        let reckoning = fleet.reckon().await;
        assert_eq!((reckoning.accepted, reckoning.too_many), (usize::try_from(LETTERS).unwrap(), 0));
    }
}

#[tokio::test]
async fn a_clock_that_is_set_in_the_middle_of_a_mailing_dates_no_letter() {
    for off in [HOUR, -HOUR] {
        let letters = 1_000;
        let mut fleet = bendable(letters).await;
        let began = fleet.number("select extract(epoch from clock_timestamp())::bigint").await;
        fleet.start();
        fleet.under_way_with(100).await;
        fleet.bend(1, off);
        says_that_its_clock_is_wrong(&fleet).await;
        fleet.bend(1, 0);
        fleet.all_done().await;
        let reckoning = fleet.reckon().await;
        assert_eq!((reckoning.accepted, reckoning.too_many), (usize::try_from(letters).unwrap(), 0));
        let wrong = format!(
            "select count(*) from delivery where accepted_at not between to_timestamp({began} - 1) and clock_timestamp() + interval '1 second'"
        );
        assert_eq!(fleet.number(&wrong).await, 0, "{off} s off: letters are dated by it");
    }
}

/// A second contract of every other customer: what its letter serves is weighed anew.
const SECOND_CONTRACTS: &str = "
    with k as (insert into contract (customer_id, reference, products, signed_on)
               select id, 'second', '{}', '2025-01-01' from customer where id % 2 = 0 returning id)
    insert into contract_terms (contract_id, valid_from, terms) select id, '2025-01-01', '{}' from k";

#[tokio::test]
async fn a_machine_whose_clock_is_set_back_in_the_middle_of_a_mailing_tells_everybody_by_that_clock() {
    let letters = 1_000;
    let cluster = Cluster::bendable().await;
    let url = postgres::migrated(&cluster.url("postgres"), "mailing").await;
    let mut fleet = Fleet::on(&url, &url, letters).await;
    fleet.bends_clocks_by(bent_clock::build_in(&fleet.place("")));
    fleet.execute(SECOND_CONTRACTS).await;
    // What was due an hour from now is due an hour later; this one has been for longer.
    fleet.execute("update notice set due_at = due_at - interval '2 hours'").await;
    fleet.start();
    fleet.under_way_with(100).await;
    fleet.strike(0).await;
    cluster.bend(-HOUR);
    fleet.bend(2, -HOUR);
    fleet.start();
    let told = async {
        while fleet.number("select count(*) from delivery where state = 'queued'").await > 0 {
            sleep(LOOK_EVERY).await;
        }
    };
    fleet.within_patience(told).await;
    let before = "select count(*) from delivery d join notice n on n.id = d.notice_id where d.accepted_at < n.barrier_at";
    assert!(fleet.number(before).await > 0, "no letter is older than its announcement");
    assert_eq!(fleet.number("select count(*) from obligation where state <> 'served'").await, 0);
    // `doctor` compares it with its own.
    cluster.bend(0);
    let reckoning = fleet.reckon().await;
    assert_eq!(reckoning.accepted, usize::try_from(letters).unwrap());
}
