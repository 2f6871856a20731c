//! SIGKILL at every step of sending, *not done* and *done but not known to be*: while it leases, composes anew, hands over, records
//! and gives back.
//!
//! The tripwires lie outside: a trigger that waits for a lock of the test's holds a statement or a commit, a relay that falls
//! silent holds a letter before or behind its dot. What is killed there is the program that is shipped.

use std::time::Duration;

use forenotice::demo::mailbox::{Fault, Times};
use sqlx::{Connection, Executor, PgConnection};
use tokio::time::sleep;

use super::fleet::Fleet;
use super::reckoning::copies_of;

const LETTERS: u32 = 150;
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// What a replica has under way, so that its death may cost a copy of each.
const UNDER_WAY_MAX: usize = 128;

/// The test's lock, for which whoever comes by waits.
struct Tripwire(PgConnection);

impl Tripwire {
    /// At this trigger, `after update on … when (…)`.
    async fn at(fleet: &Fleet, kind: &str, event: &str) -> Self {
        fleet
            .execute(&format!(
                "create function kit.wire() returns trigger language plpgsql security definer as
                 $$ begin perform pg_advisory_xact_lock_shared(4711); return null; end $$;
                 create {kind} for each row when ({event}) execute function kit.wire()"
            ))
            .await;
        let mut conn = fleet.superuser().await;
        conn.execute("select pg_advisory_lock(4711)").await.unwrap();
        Self(conn)
    }

    /// Somebody stands at it: in this database, for `pg_locks` shows the tripwires of the tests beside this one too.
    async fn touched(&mut self) {
        let waiting =
            "select exists (select from pg_locks where locktype = 'advisory' and objid = 4711 and not granted
             and database = (select oid from pg_database where datname = current_database()))";
        while !sqlx::query_scalar::<_, bool>(waiting).fetch_one(&mut self.0).await.unwrap() {
            sleep(LOOK_EVERY).await;
        }
    }

    /// Whoever stood at it goes on; nobody is stopped any more.
    async fn cut(mut self, fleet: &Fleet) {
        self.0.execute("select pg_advisory_unlock(4711)").await.unwrap();
        self.0.close().await.unwrap();
        fleet.execute("drop function kit.wire cascade").await;
    }
}

/// The only replica is killed where it stands; another takes over. What was recorded then has one copy for ever. Returns
/// the copies too many.
async fn killed_at(mut fleet: Fleet, tripwire: Option<Tripwire>) -> usize {
    fleet.strike(0).await;
    if let Some(tripwire) = tripwire {
        tripwire.cut(&fleet).await;
    }
    fleet.relay.mend();
    let connected = "select count(*) from pg_stat_activity where application_name = 'forenotice' and datname = current_database()";
    while fleet.number(connected).await > 0 {
        sleep(LOOK_EVERY).await;
    }
    let recorded = fleet.results().await;
    fleet.bury().await;
    fleet.start();
    fleet.all_done().await;
    let reckoning = fleet.reckon().await;
    assert_eq!(reckoning.accepted, usize::try_from(LETTERS).unwrap());
    let copies = copies_of(&fleet);
    for letter in recorded.iter().filter(|letter| letter.state == "accepted") {
        assert_eq!(copies[&letter.id], 1, "delivery {} went out again", letter.id);
    }
    reckoning.too_many
}

async fn killed_at_trigger(kind: &str, event: &str) -> usize {
    let mut fleet = Fleet::about_to_send(LETTERS).await;
    let mut tripwire = Tripwire::at(&fleet, kind, event).await;
    fleet.start();
    fleet.within_patience(tripwire.touched()).await;
    killed_at(fleet, Some(tripwire)).await
}

const STATEMENT_ON_BATCH: &str = "trigger wire after update on batch";
const COMMIT_ON_BATCH: &str = "constraint trigger wire after update on batch deferrable initially deferred";
const STATEMENT_ON_DELIVERY: &str = "trigger wire after update on delivery";
const COMMIT_ON_DELIVERY: &str =
    "constraint trigger wire after update on delivery deferrable initially deferred";
/// A letter of the mailing: the DPO's may leave before the first of them.
const ACCEPTED: &str = "new.state = 'accepted' and new.notice_id is not null";

#[tokio::test]
async fn killed_while_it_leases() {
    let leases = "new.lease_no > old.lease_no";
    assert_eq!(killed_at_trigger(STATEMENT_ON_BATCH, leases).await, 0);
}

#[tokio::test]
async fn killed_before_it_knows_that_it_has_leased() {
    let leases = "new.lease_no > old.lease_no";
    assert_eq!(killed_at_trigger(COMMIT_ON_BATCH, leases).await, 0);
}

#[tokio::test]
async fn killed_while_it_gives_a_letter_a_new_date() {
    let mut fleet = Fleet::about_to_send(LETTERS).await;
    let place = fleet.start_as("schedule");
    fleet.fanned_out().await;
    fleet.kill(place).await;
    // They were offered two days ago, when the relay said not now: the deadlines they name hold no more.
    fleet
        .execute("update delivery set composed_at = clock_timestamp() - interval '2 days', attempts = 1")
        .await;
    let anew = "new.state = 'queued' and new.composed_at <> old.composed_at";
    let mut tripwire = Tripwire::at(&fleet, STATEMENT_ON_DELIVERY, anew).await;
    fleet.start();
    fleet.within_patience(tripwire.touched()).await;
    // Its other letters may be on their way.
    assert!(killed_at(fleet, Some(tripwire)).await <= UNDER_WAY_MAX);
}

#[tokio::test]
async fn killed_before_the_dot() {
    let mut fleet = Fleet::about_to_send(LETTERS).await;
    fleet.relay.arrange(Fault::Drips(Duration::from_hours(1)), Times::Always);
    fleet.start();
    let leased = async {
        while fleet.number("select count(*) from kit.lease").await == 0 {
            sleep(LOOK_EVERY).await;
        }
    };
    fleet.within_patience(leased).await;
    assert_eq!(killed_at(fleet, None).await, 0);
}

#[tokio::test]
async fn killed_behind_the_dot() {
    let mut fleet = Fleet::about_to_send(LETTERS).await;
    // It keeps a letter at its dot, and takes a good while to say so.
    fleet.relay.arrange(Fault::Drips(Duration::from_millis(10)), Times::Always);
    fleet.start();
    fleet.under_way_with(10).await;
    let copies = killed_at(fleet, None).await;
    assert!((1..=UNDER_WAY_MAX).contains(&copies), "{copies} copies");
}

#[tokio::test]
async fn killed_while_it_records() {
    let copies = killed_at_trigger(STATEMENT_ON_DELIVERY, ACCEPTED).await;
    assert!((1..=UNDER_WAY_MAX).contains(&copies), "{copies} copies");
}

#[tokio::test]
async fn killed_before_it_knows_that_it_has_recorded() {
    let copies = killed_at_trigger(COMMIT_ON_DELIVERY, ACCEPTED).await;
    assert!(copies <= UNDER_WAY_MAX, "{copies} copies");
}

#[tokio::test]
async fn killed_while_it_gives_back() {
    let given = "old.leased_until is not null and new.leased_until is null";
    assert_eq!(killed_at_trigger(STATEMENT_ON_BATCH, given).await, 0);
}
