//! What the pages say of a subprocessor that is in use already: one that changes, and one that leaves.

use forenotice::actions::schedule_change;
use forenotice::domain::change::ChangeKind;
use forenotice::domain::request::Request;

use super::visitor::{ACME, STRIPE, Visitor, path_of};
use crate::support::World;
use crate::support::builders::addition;

const DAY: &str = "2027-02-15";

fn altered() -> Request {
    Request { kind: ChangeKind::MaterialChange, ..addition("Stripe", DAY) }
}

/// A world in which one change of Stripe is announced to Acme; and the path of the personal page.
async fn announced(wanted: &Request) -> (World, Visitor, String) {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(&[STRIPE, ACME].concat()).await;
    schedule_change::schedule(&world.cx, world.dpo.clone(), wanted).await.unwrap();
    world.advance_to("2026-11-24T12:00Z").await;
    let letter = world.mailbox.mails_to("dpo@acme.example").pop().unwrap();
    let visitor = Visitor::of(&world);
    (world, visitor, path_of(&letter.link("/object/").unwrap()))
}

/// The last letter to Acme, wherever its lines break.
fn last_letter(world: &World) -> String {
    let letter = world.mailbox.mails_to("dpo@acme.example").pop().unwrap().text();
    letter.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn who_changes_stays_as_it_is_until_an_objection_is_resolved_and_is_never_said_to_be_unused() {
    let (world, visitor, object) = announced(&altered()).await;
    let page = visitor.get(&object).await.body;
    assert!(page.contains("Stripe stays as it is for your data until your objection is resolved"), "{page}");
    assert!(!page.contains("is not used for your data"), "{page}");

    visitor.post(&object, &[("change", "CHG-2026-0001"), ("text", "Not that.")]).await;
    world.settle().await;
    let receipt = last_letter(&world);
    assert!(receipt.contains("Until it is resolved, Stripe stays as it is for your data."), "{receipt}");

    world.advance_to("2027-02-15T12:00Z").await;
    let held = visitor.get(&object).await.body;
    assert!(held.contains("Stripe processes your data as before."), "{held}");
    assert!(!held.contains("is not used for your data"), "{held}");
    let public = visitor.get("/changes/CHG-2026-0001").await.body;
    assert!(public.contains("Stripe processes data as before."), "{public}");
    assert!(!public.contains("is not used"), "{public}");
    world.finish().await;
}

#[tokio::test]
async fn who_is_asked_for_a_yes_to_an_alteration_reads_that_it_stays_without_one() {
    let (world, visitor, object) = announced(&altered()).await;
    world.as_superuser("update obligation set consent = 'awaited'").await;
    let page = visitor.get(&object).await.body;
    assert!(page.contains("Without your yes Stripe stays as it is for your data."), "{page}");
    assert!(page.contains("without your yes the change does not take effect for your data"), "{page}");
    world.finish().await;
}
