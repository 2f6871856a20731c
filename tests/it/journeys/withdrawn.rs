//! A change that is given up: those who heard of it hear of that, and nobody else.

use forenotice::actions::{resolve_objection, schedule_change};
use forenotice::demo::mailbox::{Fault, Reply, Times};
use forenotice::domain::change::State;
use forenotice::domain::objection::Outcome;
use forenotice::store::objection;

use crate::support::World;
use crate::support::builders::{addition, mitigated_as_agreed};

const ACME: &str = "dpo@acme.example";
const BIRCH: &str = "dpo@birch.example";

async fn scheduled() -> (World, String) {
    let world = World::configured("2026-11-23T09:00Z", &[("policy.notice_days", "10")]).await;
    world
        .customers(
            "reference,customer,email,customer_since\n\
             C-1,Acme,dpo@acme.example,2024-03-01\n\
             C-2,Birch,dpo@birch.example,2024-03-01\n",
        )
        .await;
    let planned = world.schedule(&addition("Nimbus", "2027-01-15")).await;
    (world, planned.reference)
}

async fn withdraw(world: &World, reference: &str) -> schedule_change::Done {
    let done =
        schedule_change::withdraw(&world.cx, world.dpo.clone(), reference, "Nimbus was too dear", None)
            .await
            .unwrap();
    world.settle().await;
    done
}

#[tokio::test]
async fn before_the_announcement_nobody_hears_of_it() {
    let (world, reference) = scheduled().await;
    let done = withdraw(&world, &reference).await;
    assert_eq!((done.state, done.notice_at), (State::Withdrawn, None));
    world.advance_to("2026-11-26T12:00Z").await;
    assert_eq!([world.subjects(ACME), world.subjects(BIRCH)], [const { Vec::<String>::new() }; 2]);
    world.finish().await;
}

#[tokio::test]
async fn after_it_those_who_were_told_are_told_and_what_they_said_is_closed() {
    let (world, reference) = scheduled().await;
    // Birch's server asks us to come again, for ever.
    world.mailbox.arrange(Fault::RefusesRecipient(BIRCH.to_owned(), Reply::greylisted()), Times::Always);
    world.advance_to("2026-11-24T12:00Z").await;
    let said = world.object(ACME, "We object.").await.reference;
    world.settle().await;
    let done = withdraw(&world, &reference).await;
    assert_eq!(done.state, State::Withdrawn);
    world.mailbox.mend();
    world.advance_to("2026-11-27T12:00Z").await;
    assert_eq!(world.subjects(BIRCH), Vec::<String>::new());
    let subjects = world.subjects(ACME);
    assert_eq!(subjects.len(), 3, "{subjects:?}");
    assert!(subjects[2].starts_with(&format!("{reference} withdrawn: Nimbus")), "{subjects:?}");
    let letter = world.mailbox.mails_to(ACME)[2].text();
    assert!(letter.contains("Nimbus was too dear"), "{letter}");
    assert!(letter.contains(&format!("Your objection {said} is closed as change withdrawn")), "{letter}");
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let known = objection::by_reference(snapshot.conn(), &said).await.unwrap();
    assert_eq!(known.state, "resolved");
    assert_eq!(known.changes[0].resolution.as_ref().unwrap().outcome(), Outcome::ChangeWithdrawn);
    drop(snapshot);
    // The day comes, and nothing happens.
    world.advance_to("2027-01-16T12:00Z").await;
    assert_eq!(world.change(&reference).await.state, State::Withdrawn);
    assert_eq!(world.subjects(ACME).len(), 3);
    world.finish().await;
}

#[tokio::test]
async fn an_objection_settled_before_is_not_said_to_end_with_the_withdrawal() {
    let (world, reference) = scheduled().await;
    world.advance_to("2026-11-24T12:00Z").await;
    let said = world.object(ACME, "We object.").await.reference;
    let agreed = mitigated_as_agreed();
    resolve_objection::resolve(&world.cx, world.dpo.clone(), &said, agreed, None).await.unwrap();
    withdraw(&world, &reference).await;
    world.advance_to("2026-11-27T12:00Z").await;
    let letter = world.mailbox.mails_to(ACME).pop().unwrap().text();
    assert!(letter.contains("Nimbus was too dear") && !letter.contains(&said), "{letter}");
    world.finish().await;
}
