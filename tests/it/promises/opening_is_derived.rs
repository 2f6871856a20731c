//! Promise 1, once more: a gate that opens was derived in full. Where that says otherwise than the indexes, nothing takes effect.

use forenotice::actions::take_effect;
use forenotice::domain::change::State;

use crate::support::World;
use crate::support::builders::addition;

/// Two changes in notice, on the eve of the day on which both take effect.
async fn on_the_eve() -> World {
    let world = World::configured("2026-11-23T09:00Z", &[("policy.notice_days", "5")]).await;
    world
        .customers(
            "reference,customer,email,customer_since\n\
             C-1,Acme,dpo@acme.example,2024-03-01\n\
             C-2,Birch,dpo@birch.example,2024-03-01\n",
        )
        .await;
    world.schedule(&addition("Nimbus", "2026-12-07")).await;
    world.schedule(&addition("Stratus", "2026-12-07")).await;
    world.advance_to("2026-12-06T22:00Z").await;
    world
}

async fn states(world: &World) -> [State; 2] {
    [world.change("CHG-2026-0001").await.state, world.change("CHG-2026-0002").await.state]
}

#[tokio::test]
async fn a_customer_whom_nobody_wrote_down_is_found_before_the_change_takes_effect() {
    let world = on_the_eve().await;
    assert_eq!(states(&world).await, [State::InNotice; 2]);
    // The indexes see no customer that has no obligation.
    world
        .as_superuser(
            "set session_replication_role = replica; delete from obligation where change_id = 1 and customer_id = 2",
        )
        .await;
    world.as_superuser("update installation set simulated_at = '2026-12-06T23:05Z'").await;
    world.daemon.beat().await.unwrap();
    let error = take_effect::run_once(&world.cx).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "CHG-2026-0001 does not take effect: its gate at 2026-12-06 23:04:59 UTC is open by its indexes and shut \
         (notice_missing) derived in full (first at customer C-2). This is a fault of forenotice, which will not decide \
         against itself: run `forenotice doctor`, and report what it says"
    );
    // And it holds up no other, and the officer hears of it once.
    assert_eq!(states(&world).await, [State::InNotice, State::Effective]);
    take_effect::run_once(&world.cx).await.unwrap_err();
    let alerts: i64 = sqlx::query_scalar(
        "select count(*) from delivery where letter_key like 'alert:undecided:CHG-2026-0001:2026-12-07%'",
    )
    .fetch_one(world.cx.db.pool())
    .await
    .unwrap();
    assert_eq!(alerts, 1);
}

#[tokio::test]
async fn who_joined_after_the_announcement_or_left_since_is_no_fault() {
    let world = on_the_eve().await;
    world.customers("reference,customer,email,customer_since\nC-3,Late,dpo@late.example,2026-12-06\n").await;
    world.as_superuser("update contract set ended_on = '2026-12-05' where customer_id = 2").await;
    world
        .as_superuser(
            "set session_replication_role = replica; delete from obligation where change_id = 1 and customer_id = 2",
        )
        .await;
    world.advance_to("2026-12-07T08:00Z").await;
    assert_eq!(states(&world).await, [State::Effective; 2]);
}
