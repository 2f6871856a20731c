//! The world itself, before anything is tried in it.

use forenotice::store;

use crate::support::World;
use crate::support::world::parse_instant;

#[tokio::test]
async fn a_new_world_is_lawful_at_the_instant_that_was_asked_for() {
    let world = World::on("2026-11-23T09:00Z").await;
    assert_eq!(world.now().await.to_rfc3339(), "2026-11-23T09:00:00+00:00");
    let mut act = world.cx.begin(world.dpo.clone()).await.unwrap();
    assert_eq!(act.actor().to_string(), "account:dpo@processor.example");
    store::exactly_one(
        &sqlx::query("select from account where id = $1").bind(1_i64).execute(act.conn()).await.unwrap(),
        "account",
    )
    .unwrap();
    act.rollback().await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn time_moves_when_it_is_told_to_and_not_back() {
    let world = World::on("2026-11-23T09:00Z").await;
    world.advance_to("2026-12-24T00:00Z").await;
    assert_eq!(world.now().await.to_rfc3339(), "2026-12-24T00:00:00+00:00");
    assert_eq!(world.now().await, world.now().await);
    assert!(world.daemon.advance_to(parse_instant("2026-12-23T00:00Z")).await.is_err());
    world.finish().await;
}

#[tokio::test]
async fn worlds_share_nothing() {
    let (one, other) = (World::on("2026-11-23T09:00Z").await, World::on("2027-01-01T00:00Z").await);
    sqlx::query("insert into file (hash) values (sha256('one'))").execute(one.cx.db.pool()).await.unwrap();
    let count: i64 =
        sqlx::query_scalar("select count(*) from file").fetch_one(other.cx.db.pool()).await.unwrap();
    assert_eq!(count, 0);
    assert_ne!(one.mailbox.smtp_address(), other.mailbox.smtp_address());
}

#[tokio::test]
async fn a_broken_promise_is_found_at_the_end_of_the_world() {
    let world = World::on("2026-11-23T09:00Z").await;
    world
        .as_superuser(
            "set session_replication_role = replica;
             insert into delivery (id, notice_id, recipient_id, customer_id, latest_at, due_at)
             values (5 << 10, 1, 1, 1, '2026-12-01', '2026-12-01')",
        )
        .await;
    let broken = world.broken_promises().await;
    assert!(broken.iter().any(|promise| promise.starts_with("delivery_to_its_own_customer")), "{broken:?}");
}
