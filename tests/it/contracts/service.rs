//! Notices that came by post, portal or hand: the periods run from the receipt, and the earliest service counts.

use std::collections::BTreeSet;

use forenotice::actions::clear_customer::{self, Done, Error, Received};
use forenotice::actions::schedule_change;
use forenotice::domain::clearing::ServiceChannel;

use super::*;
use crate::edges::visitor::announced;

async fn receive(world: &World, instant: &str) -> Result<Done, Error> {
    let received = Received { customer: "ACME", channel: ServiceChannel::Post, at: at(instant) };
    clear_customer::record_service(&world.cx, world.dpo.clone(), CHANGE, &received, &paper("signed")).await
}

#[tokio::test]
async fn what_came_by_post_serves_from_the_instant_of_receipt_and_is_proven_by_its_file() {
    let world = acme("general").await;
    owed(&world).await;
    move_to(&world, "2026-12-01T09:00Z").await;
    let done = receive(&world, "2026-11-30T10:00Z").await.unwrap();
    // 30 clear days after 30 November in Berlin.
    assert_eq!((done.state, done.clear_at), ("served", Some(at("2026-12-30T23:00Z"))));
    assert_eq!(reasons(&world).await, BTreeSet::from(["notice_short", "window_open"]));
    let entry = entry(&world, "service_recorded").await;
    let name = one(
        &world,
        "select encode(hash, 'hex') from file join service on file_hash = hash where body = 'signed'::bytea",
    )
    .await;
    assert_eq!((entry["attached"].as_str(), entry["channel"].as_str()), (Some(name.as_str()), Some("post")));
    world.finish().await;
}

#[tokio::test]
async fn the_earliest_service_counts_and_a_later_one_is_kept_for_the_day_the_letter_bounces() {
    let world = acme("general").await;
    let before = obligation(&world).await;
    move_to(&world, "2026-12-01T09:00Z").await;
    receive(&world, "2026-11-30T10:00Z").await.unwrap();
    assert_eq!(obligation(&world).await, before);
    let again = receive(&world, "2026-12-01T08:00Z").await.unwrap_err();
    assert!(matches!(again, Error::ReceivedBefore { .. }), "{again}");
    // Before the letter was accepted: it served first.
    let done = receive(&world, "2026-11-24T08:00Z").await.unwrap();
    assert_eq!(done.clear_at, Some(at("2026-12-24T23:00Z")));
    assert!(obligation(&world).await.starts_with("served silence 2026-11-24 08:00:00+00 "));
    world.finish().await;
}

#[tokio::test]
async fn a_receipt_to_come_or_from_before_the_plan_was_told_is_refused() {
    let world = acme("general").await;
    let refused = async |instant| receive(&world, instant).await.unwrap_err().to_string();
    assert_eq!(
        refused("2026-11-24T10:00Z").await,
        "received 2026-11-24 10:00:00 UTC lies in the future: it is 2026-11-24 09:00:00 UTC"
    );
    assert_eq!(
        refused("2026-11-24T07:00Z").await,
        "received 2026-11-24 07:00:00 UTC is before the announcement of CHG-2026-0001 on 2026-11-24 08:00:00 UTC: it cannot be about this plan"
    );
    world
        .as_superuser(
            "update obligation set state = 'exempt', exempt_why = 'contract_ended', clear_at = null",
        )
        .await;
    assert_eq!(
        refused("2026-11-24T08:30Z").await,
        "ACME: this customer is exempt (contract_ended): nothing is owed to it"
    );
    world.as_superuser("update change set state = 'withdrawn'").await;
    assert_eq!(
        refused("2026-11-24T08:30Z").await,
        "CHG-2026-0001 is withdrawn: nothing more can be served, said or waived for it"
    );
    world.finish().await;
}

#[tokio::test]
async fn who_had_the_notice_by_hand_and_has_no_address_that_works_does_not_keep_the_change_from_moving() {
    let (world, _, _) = announced().await;
    owed(&world).await;
    world
        .as_superuser("update recipient set suppressed_at = '2026-11-24T12:00Z', suppressed_why = 'bounced'")
        .await;
    let sooner = "2027-01-20".parse().unwrap();
    let moved = async || schedule_change::reschedule(&world.cx, world.dpo.clone(), CHANGE, sooner).await;
    let refused = moved().await.unwrap_err().to_string();
    assert!(refused.contains("acme"), "nobody at Acme can be reached: {refused}");
    let received = Received { customer: "acme", channel: ServiceChannel::Hand, at: at("2026-11-24T10:00Z") };
    clear_customer::record_service(&world.cx, world.dpo.clone(), CHANGE, &received, &paper("signed"))
        .await
        .unwrap();
    moved().await.unwrap();
    // It is to have the new notice by hand again before the gate opens.
    assert!(reasons(&world).await.contains("notice_missing"));
}
