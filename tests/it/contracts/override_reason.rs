//! Waivers: one reason, one customer, two people, and only what the paper covers.

use std::collections::BTreeSet;

use forenotice::actions::clear_customer::{self, AskedWaiver, Done, Error};
use forenotice::domain::clearing::Waivable;

use super::*;

async fn propose(world: &World, reason: Waivable) -> Result<Done, Error> {
    let asked = AskedWaiver { customer: "ACME", reason, justification: "They asked for it." };
    clear_customer::propose_override(&world.cx, world.dpo.clone(), CHANGE, &asked, &paper("we waive")).await
}

async fn approve(world: &World, reason: Waivable) -> Result<Done, Error> {
    let second = second_person(world).await;
    clear_customer::approve_override(&world.cx, second, CHANGE, "ACME", reason).await
}

#[tokio::test]
async fn a_waiver_counts_when_a_second_person_approves_it_and_for_its_reason_only() {
    let world = acme("general").await;
    let both = BTreeSet::from(["notice_short", "window_open"]);
    let proposed = propose(&world, Waivable::NoticeShort).await.unwrap();
    assert!(proposed.waits_for_approval);
    assert_eq!(reasons(&world).await, both);
    let alone =
        clear_customer::approve_override(&world.cx, world.dpo.clone(), CHANGE, "ACME", Waivable::NoticeShort)
            .await
            .unwrap_err();
    assert!(matches!(alone, Error::SameApprover));
    assert_eq!(reasons(&world).await, both);

    let done = approve(&world, Waivable::NoticeShort).await.unwrap();
    assert_eq!(done.clear_at, Some(at("2026-12-24T23:00Z")));
    assert_eq!(reasons(&world).await, BTreeSet::from(["window_open"]));
    propose(&world, Waivable::WindowOpen).await.unwrap();
    let done = approve(&world, Waivable::WindowOpen).await.unwrap();
    assert_eq!(
        (done.clear_at, done.window_closes_at),
        (Some(world.now().await), Some(at("2026-12-24T23:00Z")))
    );
    assert_eq!(reasons(&world).await, BTreeSet::new());
    let entry = entry(&world, "override_approved").await;
    assert_eq!(entry["reason"].as_str(), Some("window_open"));
    world.finish().await;
}

#[tokio::test]
async fn a_notice_that_never_came_counts_from_its_waiver_and_the_periods_run() {
    let world = acme("general").await;
    owed(&world).await;
    propose(&world, Waivable::NoticeMissing).await.unwrap();
    let done = approve(&world, Waivable::NoticeMissing).await.unwrap();
    assert_eq!((done.state, done.clear_at), ("served", Some(at("2026-12-24T23:00Z"))));
    assert_eq!(reasons(&world).await, BTreeSet::from(["notice_short", "window_open"]));
    assert_eq!(world.broken_promises().await, Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn only_a_reason_that_stands_in_the_way_can_be_waived() {
    let world = acme("general").await;
    let refused = propose(&world, Waivable::NoticeMissing).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "notice_missing does not stand in the way of CHG-2026-0001 for ACME now: there is nothing to waive"
    );
    let nothing = approve(&world, Waivable::NoticeShort).await.unwrap_err();
    assert!(matches!(nothing, Error::NothingToApprove { .. }));
    // It ran out while the waiver waited.
    propose(&world, Waivable::NoticeShort).await.unwrap();
    move_to(&world, "2026-12-25T00:00Z").await;
    let late = approve(&world, Waivable::NoticeShort).await.unwrap_err();
    assert!(matches!(late, Error::DoesNotApply { .. }));
    world.finish().await;
}

#[tokio::test]
async fn what_was_waived_is_lost_with_a_new_announcement() {
    let world = acme("general").await;
    propose(&world, Waivable::NoticeShort).await.unwrap();
    approve(&world, Waivable::NoticeShort).await.unwrap();
    say(&world, "main", Word::Yes).await.unwrap();
    move_to(&world, "2026-11-26T09:00Z").await;
    world
        .as_superuser(
            "update notice set cancelled_at = '2026-11-26T08:00Z';
             insert into notice (id, reference, kind, facts, template_hash, due_at, barrier_at, fanned_out_at, valid_until)
             values (2, 'NTC-2026-0002', 'announcement', '{}', sha256('templates'), '2026-11-26T08:00Z', '2026-11-26T08:00Z',
                     '2026-11-26T08:00Z', '2027-05-25T08:00Z');
             insert into notice_change (notice_id, change_id) values (2, 1);
             update obligation set state = 'owed', consent = 'silence', window_shuts = true, served_by = null, served_at = null,
                 notice_started_at = null, earliest_by_notice = null, window_closes_at = null, clear_at = null",
        )
        .await;
    let nothing = say(&world, "main", Word::TakenBack).await.unwrap_err();
    assert!(matches!(nothing, Error::NothingToTakeBack { .. }));
    propose(&world, Waivable::NoticeMissing).await.unwrap();
    let done = approve(&world, Waivable::NoticeMissing).await.unwrap();
    assert_eq!(done.clear_at, Some(at("2026-12-26T23:00Z")));
    world.finish().await;
}
