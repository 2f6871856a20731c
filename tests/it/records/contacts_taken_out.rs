//! Contacts to whom the DPO stops all letters, and to whom they go again.

use forenotice::demo::mailbox::{Fault, Reply, Times};
use forenotice::domain::change::State;

use crate::support::World;
use crate::support::builders::addition;

const JANE: &str = "jane@acme.example";
const LEGAL: &str = "legal@acme.example";
const ONE: &str =
    "reference,customer,email,customer_since,role\nC-1,Acme,jane@acme.example,2024-03-01,privacy\n";
const ANOTHER: &str =
    "reference,customer,email,customer_since,role\nC-1,Acme,legal@acme.example,2024-03-01,legal\n";
const SUPPRESS: [&str; 6] =
    ["customers", "suppress", "c-1", "Jane@acme.example", "--reason", "left, says Ode"];

#[tokio::test]
async fn the_last_whom_a_notice_can_reach_stays_until_another_is_there() {
    let world = World::on("2026-11-23T09:00Z").await;
    world.customers(ONE).await;
    let refused = world.command(&SUPPRESS).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused.said.contains("jane@acme.example is the only one at C-1 whom a notice can reach"),
        "{refused:?}"
    );
    let unknown =
        world.command(&["customers", "suppress", "C-1", "j@acme.example", "--reason", "left"]).await;
    assert!(
        unknown.said.contains("C-1 has no contact \"j@acme.example\"; it has jane@acme.example"),
        "{unknown:?}"
    );
    world.customers(ANOTHER).await;
    for _ in 0..2 {
        let done = world.command(&SUPPRESS).await;
        assert_eq!(done.code, Some(0), "{done:?}");
    }
    let shown = world.command(&["customers", "show", "C-1"]).await;
    assert!(shown.printed.contains("suppressed: left, says Ode"), "{shown:?}");
    // The same file again does not bring the contact back.
    world.customers(ONE).await;
    let planned = world.schedule(&addition("Nimbus", "2027-01-15")).await;
    world.advance_to("2026-11-24T12:00Z").await;
    assert_eq!((world.subjects(JANE).len(), world.subjects(LEGAL).len()), (0, 1));

    let back = world.command(&["customers", "restore", "C-1", JANE]).await;
    assert_eq!(back.code, Some(0), "{back:?}");
    world.settle().await;
    assert_eq!((world.subjects(JANE).len(), world.subjects(LEGAL).len()), (1, 1));
    world.advance_to("2027-01-15T12:00Z").await;
    assert_eq!(world.change(&planned.reference).await.state, State::Effective);
    world.finish().await;
}

#[tokio::test]
async fn a_letter_that_waits_for_a_contact_taken_out_goes_to_the_next_one() {
    let busy = Fault::RefusesRecipient(JANE.to_owned(), Reply::greylisted());
    let world = World::on("2026-11-23T09:00Z").await;
    world.mailbox.arrange(busy, Times::Always);
    world.customers(ONE).await;
    world.customers(ANOTHER).await;
    world.schedule(&addition("Nimbus", "2027-01-15")).await;
    world.advance_to("2026-11-24T12:00Z").await;
    assert_eq!(world.subjects(LEGAL).len(), 0);
    assert_eq!(world.command(&SUPPRESS).await.code, Some(0));
    world.advance_to("2026-11-25T12:00Z").await;
    assert_eq!((world.subjects(JANE).len(), world.subjects(LEGAL).len()), (0, 1));
    world.finish().await;
}
