//! What the pages say of a subprocessor that is in use already: one that changes, and one that leaves.

use forenotice::actions::schedule_change;
use forenotice::domain::access::LinkPurpose;
use forenotice::domain::change::ChangeKind;
use forenotice::domain::request::Request;

use super::visitor::{ACME, STRIPE, Visitor, path_of};
use crate::support::World;
use crate::support::builders::addition;

const DAY: &str = "2027-02-15";

fn altered() -> Request {
    Request { kind: ChangeKind::MaterialChange, ..addition("Stripe", DAY) }
}

fn leaves() -> Request {
    Request { kind: ChangeKind::Removal, facts: Vec::new(), ..addition("Stripe", DAY) }
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

#[tokio::test]
async fn of_a_removal_pages_say_the_day_and_that_nobody_is_asked() {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(&[STRIPE, ACME].concat()).await;
    schedule_change::schedule(&world.cx, world.dpo.clone(), &leaves()).await.unwrap();
    world.advance_to("2026-11-24T12:00Z").await;
    let visitor = Visitor::of(&world);
    let home = visitor.get("/").await.body;
    assert!(home.contains("Stripe leaves") && home.contains("<span>Leaves</span>"), "{home}");
    assert!(!home.contains("Open to objections") && !home.contains("Objections until"), "{home}");
    assert!(!home.contains("personal link to object"), "{home}");
    let page = visitor.get("/changes/CHG-2026-0001").await.body;
    assert!(page.contains("Stripe leaves on Monday 15 February 2027. You need do nothing."), "{page}");
    for wrong in ["Objections until", "Open to objections", "How to object", "In force from"] {
        assert!(!page.contains(wrong), "{wrong}: {page}");
    }

    let (recipient, delivery, epoch): (i64, i64, i16) = sqlx::query_as(
        "select r.id, d.id, r.link_epoch from delivery d join recipient r on r.id = d.recipient_id
         where d.notice_id is not null",
    )
    .fetch_one(world.cx.db.pool())
    .await
    .unwrap();
    let link = |purpose, id| world.cx.keys.link(purpose, id, epoch);
    let mine = visitor.get(&format!("/mine/{}", link(LinkPurpose::Mine, recipient))).await.body;
    assert!(mine.contains("Planned end") && mine.contains("You need do nothing."), "{mine}");
    assert!(!mine.contains("Planned start") && !mine.contains("You can object"), "{mine}");

    let object = format!("/object/{}", link(LinkPurpose::Object, delivery));
    let own = visitor.get(&object).await.body;
    assert!(own.contains("Nobody is asked whether a subprocessor may leave."), "{own}");
    assert!(!own.contains("You can object until"), "{own}");
    visitor.post(&object, &[("change", "CHG-2026-0001"), ("text", "Please keep it.")]).await;
    world.settle().await;
    let receipt = last_letter(&world);
    assert!(receipt.contains("We answer by"), "{receipt}");
    assert!(!receipt.contains("Until it is resolved"), "{receipt}");
    world.finish().await;
}

#[tokio::test]
async fn since_when_it_is_listed_outlives_its_alterations() {
    let (world, visitor, _) = announced(&altered()).await;
    world.advance_to("2027-02-16T12:00Z").await;
    let home = visitor.get("/").await.body;
    let since = home.split("On this list since").nth(1).unwrap();
    assert!(since.split("</dd>").next().unwrap().contains("1 January 2026"), "{home}");
    world.finish().await;
}
