//! Promise 4: no receipt by a door that is fenced, and no verdict for an instant that a door has not read past.

use chrono::{DateTime, TimeDelta, Utc};
use forenotice::domain::ledger::Actor;
use forenotice::store::Tx;
use forenotice::store::door::{self, DoorId, Kind};

use super::small_world;
use crate::support::World;

const WEB: DoorId = DoorId(uuid::Uuid::from_u128(8));
const MAILBOX: DoorId = DoorId(uuid::Uuid::from_u128(9));

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().unwrap()
}

async fn begin(world: &World) -> Tx {
    world.cx.begin(Actor::Daemon).await.unwrap()
}

async fn two_doors() -> World {
    let world = small_world().await;
    world.as_superuser("update door set state = 'closed'").await;
    let mut tx = begin(&world).await;
    door::open(&mut tx, WEB, Kind::Web, "web", TimeDelta::zero()).await.unwrap();
    door::open(&mut tx, MAILBOX, Kind::Mailbox, "mailbox", TimeDelta::minutes(15)).await.unwrap();
    tx.commit_unrecorded().await.unwrap();
    world
}

#[tokio::test]
async fn a_verdict_stands_for_no_later_instant_than_the_door_furthest_behind() {
    let world = two_doors().await;
    let mut tx = begin(&world).await;
    assert!(door::beat(&mut tx, WEB, at("2026-11-24T10:00:00Z")).await.unwrap());
    assert!(door::beat(&mut tx, MAILBOX, at("2026-11-24T09:30:00Z")).await.unwrap());
    // It never goes back.
    assert!(door::beat(&mut tx, MAILBOX, at("2026-11-24T09:20:00Z")).await.unwrap());
    let vouched = door::decidable_until(tx.conn()).await.unwrap();
    assert_eq!(vouched, Some(at("2026-11-24T09:14:59Z")));
    let doors = door::list_open(tx.conn()).await.unwrap();
    let doors: Vec<_> = doors.iter().map(|open| (open.name.as_str(), open.vouches_until)).collect();
    assert_eq!(doors, [("mailbox", at("2026-11-24T09:15:00Z")), ("web", at("2026-11-24T10:00:00Z"))]);
    door::close(&mut tx, MAILBOX).await.unwrap();
    assert_eq!(door::decidable_until(tx.conn()).await.unwrap(), Some(at("2026-11-24T09:59:59Z")));
    door::close(&mut tx, WEB).await.unwrap();
    assert_eq!(door::decidable_until(tx.conn()).await.unwrap(), None);
    tx.commit_unrecorded().await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn a_silent_door_is_fenced_and_takes_nothing_any_more() {
    // Silent, or not heard of since the database's clock was set back.
    for last_heard in [
        "update door set beat_at = clock_timestamp() - interval '31 seconds' where name = 'web' and state = 'open'",
        "update door set beat_at = clock_timestamp() + interval '1 hour' where name = 'web' and state = 'open'",
    ] {
        let world = two_doors().await;
        world.as_superuser(last_heard).await;
        let mut tx = begin(&world).await;
        assert_eq!(door::fence_silent(&mut tx).await.unwrap(), ["web"]);
        assert!(!door::hold_open(&mut tx, WEB).await.unwrap());
        assert!(!door::beat(&mut tx, WEB, at("2026-11-24T10:00:00Z")).await.unwrap());
        assert!(door::hold_open(&mut tx, MAILBOX).await.unwrap());
        assert!(door::fence_silent(&mut tx).await.unwrap().is_empty());
        tx.commit_unrecorded().await.unwrap();
        world.finish().await;
    }
}

#[tokio::test]
async fn fencing_waits_for_whoever_is_lodging_by_that_door() {
    let world = two_doors().await;
    world.as_superuser("update door set beat_at = clock_timestamp() - interval '31 seconds' where name = 'web' and state = 'open'").await;
    let mut lodging = begin(&world).await;
    assert!(door::hold_open(&mut lodging, WEB).await.unwrap());
    let mut fencing = begin(&world).await;
    sqlx::query("set local lock_timeout = '200ms'").execute(fencing.conn()).await.unwrap();
    let error = door::fence_silent(&mut fencing).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    fencing.rollback().await.unwrap();
    lodging.commit_unrecorded().await.unwrap();
    let mut fencing = begin(&world).await;
    assert_eq!(door::fence_silent(&mut fencing).await.unwrap(), ["web"]);
    fencing.commit_unrecorded().await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn the_databases_clock_is_told_as_it_is() {
    let world = small_world().await;
    let ours = forenotice::clock::Clock::System.now();
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let theirs = door::database_clock(snapshot.conn()).await.unwrap();
    // One machine, one clock: the database's is read after ours.
    assert!(theirs >= ours, "{theirs} {ours}");
}
