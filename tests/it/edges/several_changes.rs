//! One notice, one letter, one deadline for several changes: the reader's page tells each, and takes an objection to one.

use forenotice::actions::schedule_change;
use forenotice::domain::change::ChangeKind;
use forenotice::domain::request::Request;

use super::visitor::{ACME, STRIPE, Visitor, path_of};
use crate::support::World;
use crate::support::builders::addition;

#[tokio::test]
async fn the_page_tells_each_change_and_takes_an_objection_to_one_of_them() {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(&[STRIPE, ACME].concat()).await;
    let day = "2027-02-15";
    let leaves = Request {
        kind: ChangeKind::Removal,
        facts: Vec::new(),
        reason: "one payment company is enough".to_owned(),
        ..addition("Stripe", day)
    };
    let wanted = [addition("Nimbus", day), addition("Cumulus", day), leaves];
    schedule_change::schedule_together(&world.cx, world.dpo.clone(), &wanted).await.unwrap();
    world.advance_to("2026-11-24T12:00Z").await;
    let letters = world.mailbox.mails_to("dpo@acme.example");
    assert_eq!(letters.len(), 1);
    let letter = &letters[0];
    let head = "plans to make 3 subprocessor changes: Nimbus joins, Cumulus joins and Stripe leaves.";
    let text = letter.text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(head), "{text}");
    let visitor = Visitor::of(&world);
    let object = path_of(&letter.link("/object/").unwrap());

    let page = visitor.get(&object).await.body;
    for said in [
        "changes of its subprocessors: Nimbus joins, Cumulus joins, Stripe leaves.",
        "No change that you object to takes effect for your data",
        "The changes take effect on 15 February 2027",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    for told in ["CHG-2026-0001", "CHG-2026-0002", "CHG-2026-0003"] {
        assert!(page.contains(&format!("value=\"{told}\" checked")), "{told}\n{page}");
    }
    let sent = visitor.post(&object, &[("change", "CHG-2026-0002"), ("text", "Not Cumulus.")]).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let status = visitor.get(&format!("{object}/objection")).await.body;
    assert!(status.contains("Cumulus is not used for your data while this is open."), "{status}");
    assert!(!status.contains("Nimbus is not used"), "{status}");
    world.settle().await;
    let receipt = world.mailbox.mails_to("dpo@acme.example").pop().unwrap().text();
    assert!(receipt.contains("CHG-2026-0002") && !receipt.contains("CHG-2026-0001"), "{receipt}");
    world.finish().await;
}
