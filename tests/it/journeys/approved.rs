//! Four eyes: nothing leaves before a second person has said yes.

use forenotice::actions::end_contract;
use forenotice::actions::schedule_change::{self, Alteration, Error};
use forenotice::domain::change::State;

use crate::support::World;
use crate::support::builders::addition;

const ACME: &str = "dpo@acme.example";

#[tokio::test]
async fn nothing_is_sent_before_another_person_approves() {
    let settings = [("policy.notice_days", "10"), ("policy.approval", "four-eyes")];
    let world = World::configured("2026-11-23T09:00Z", &settings).await;
    world.customers("reference,customer,email,customer_since\nC-1,Acme,dpo@acme.example,2024-03-01\n").await;
    let reference = world.schedule(&addition("Nimbus", "2026-12-14")).await.reference;
    world.advance_to("2026-11-25T12:00Z").await;
    assert_eq!(world.subjects(ACME), Vec::<String>::new());
    let own = schedule_change::approve(&world.cx, world.dpo.clone(), &reference).await.unwrap_err();
    assert!(matches!(own, Error::SameApprover { .. }), "{own}");
    let second = world.second_person().await;
    schedule_change::approve(&world.cx, second.clone(), &reference).await.unwrap();
    // The next send window is early enough.
    world.advance_to("2026-11-26T12:00Z").await;
    assert_eq!(world.subjects(ACME).len(), 1);
    let again = schedule_change::approve(&world.cx, second, &reference).await.unwrap_err();
    assert!(matches!(again, Error::NothingToApprove { .. }), "{again}");
    world.advance_to("2026-12-14T12:00Z").await;
    assert_eq!(world.change(&reference).await.state, State::Effective);
    world.finish().await;
}

#[tokio::test]
async fn whoever_has_left_before_the_approval_is_owed_nothing() {
    let settings = [("policy.notice_days", "10"), ("policy.approval", "four-eyes")];
    let world = World::configured("2026-11-23T09:00Z", &settings).await;
    let file = "reference,customer,email,customer_since\nC-1,Acme,dpo@acme.example,2024-03-01\n\
                C-2,Birch,dpo@birch.example,2024-03-01\n";
    world.customers(file).await;
    let reference = world.schedule(&addition("Nimbus", "2026-12-14")).await.reference;
    world.advance_to("2026-12-16T12:00Z").await;
    assert_eq!(world.change(&reference).await.state, State::Held);
    let last_day = "2026-12-17".parse().unwrap();
    end_contract::end_contract(&world.cx, world.dpo.clone(), "C-2", None, last_day).await.unwrap();
    world.advance_to("2026-12-21T12:00Z").await;
    // A letter that names a day gone by would be none.
    let second = world.second_person().await;
    let late = schedule_change::approve(&world.cx, second.clone(), &reference).await.unwrap_err();
    assert!(matches!(late, Error::ApprovedTooLate { .. }), "{late}");
    let day = "2027-01-15".parse().unwrap();
    schedule_change::reschedule(&world.cx, world.dpo.clone(), &reference, day).await.unwrap();
    schedule_change::approve(&world.cx, second, &reference).await.unwrap();
    world.advance_to("2026-12-22T12:00Z").await;
    assert_eq!(world.mailbox.mails_to(ACME).len(), 1);
    assert!(world.mailbox.mails_to("dpo@birch.example").is_empty());
    // Nor does `doctor` miss what it was not owed.
    world.finish().await;
}

#[tokio::test]
async fn what_was_widened_is_approved_only_while_its_day_is_lawful_and_says_when_it_is_told() {
    let settings = [("policy.notice_days", "10"), ("policy.approval", "four-eyes")];
    let world = World::configured("2026-11-23T09:00Z", &settings).await;
    world.customers("reference,customer,email,customer_since\nC-1,Acme,dpo@acme.example,2024-03-01\n").await;
    let reference = world.schedule(&addition("Nimbus", "2027-01-15")).await.reference;
    let second = world.second_person().await;
    schedule_change::approve(&world.cx, second.clone(), &reference).await.unwrap();
    world.advance_to("2026-11-26T12:00Z").await;
    let widen = async |countries: &str| {
        let facts = vec![("countries".to_owned(), countries.to_owned())];
        let wider = Alteration { effective: None, facts };
        schedule_change::alter(&world.cx, world.dpo.clone(), &reference, &wider).await.unwrap();
        world.settle().await;
    };
    widen("DE;US").await;
    let approved = schedule_change::approve(&world.cx, second.clone(), &reference).await.unwrap();
    assert!(approved.notice_at.is_some(), "{approved:?}");
    world.advance_to("2026-11-27T12:00Z").await;
    assert_eq!(world.subjects(ACME).len(), 2);

    widen("DE;US;FR").await;
    world.advance_to("2027-01-12T12:00Z").await;
    let late = schedule_change::approve(&world.cx, second, &reference).await.unwrap_err();
    assert!(matches!(late, Error::ApprovedTooLate { .. }), "{late}");
    assert_eq!(world.subjects(ACME).len(), 2);
    world.finish().await;
}
