//! The dates that pages give, where a plan went another way: announced anew, held, started later or for each by itself, under other terms.

use forenotice::actions::schedule_change;

use super::visitor::{Visitor, path_of};
use crate::support::World;
use crate::support::builders::addition;

const NIMBUS: &str = "CHG-2026-0001";

/// Nimbus, announced to Acme on 24 November for 15 January; it may object for 14 days.
async fn announced(settings: &[(&str, &str)]) -> World {
    let settings = [&[("policy.notice_days", "10"), ("policy.objection_days", "14")], settings].concat();
    let world = World::configured("2026-11-23T09:00Z", &settings).await;
    world.customers("reference,customer,email,customer_since\nC-1,Acme,dpo@acme.example,2024-03-01\n").await;
    world.schedule(&addition("Nimbus", "2027-01-15")).await;
    world.advance_to("2026-11-24T12:00Z").await;
    world
}

#[tokio::test]
async fn announced_anew_it_is_open_to_objections_by_the_new_announcement() {
    let world = announced(&[]).await;
    let visitor = Visitor::of(&world);
    let (change, register) = (format!("/changes/{NIMBUS}"), "/");
    for page in [&change, register] {
        let page = visitor.get(page).await.body;
        assert!(page.contains("datetime=\"2026-12-08\"") && page.contains("Open to objections"), "{page}");
    }
    world.advance_to("2026-12-12T09:00Z").await;
    assert!(!visitor.get(&change).await.body.contains("Open to objections"));
    let earlier = "2027-01-11".parse().unwrap();
    schedule_change::reschedule(&world.cx, world.dpo.clone(), NIMBUS, earlier).await.unwrap();
    // It is a Saturday, and the letters leave on Monday; what the page says of them does not change by that.
    for instant in ["2026-12-12T10:00Z", "2026-12-15T09:00Z"] {
        world.advance_to(instant).await;
        for page in [&change, register] {
            let page = visitor.get(page).await.body;
            assert!(
                page.contains("datetime=\"2026-12-28\"") && !page.contains("datetime=\"2026-12-08\""),
                "{page}"
            );
            assert!(page.contains("Open to objections"), "{page}");
        }
    }
    world.advance_to("2026-12-29T09:00Z").await;
    assert!(!visitor.get(&change).await.body.contains("Open to objections"));
    world.finish().await;
}

/// The page of the newest letter to Acme.
fn object_page(world: &World) -> String {
    path_of(&world.mailbox.mails_to("dpo@acme.example").pop().unwrap().link("/object/").unwrap())
}

fn href(page: &str, path: &str) -> String {
    let part = page.split("href=\"").find(|part| part.starts_with(path)).unwrap();
    part.split('"').next().unwrap().to_owned()
}

/// The objection page behind the newest letter to Acme, the letter as a page, and all that Acme has.
async fn own_pages(world: &World, visitor: &Visitor) -> [String; 3] {
    let object = visitor.get(&object_page(world)).await.body;
    let letter = visitor.get(&href(&object, "/letter/")).await.body;
    let mine = visitor.get(&href(&object, "/mine/")).await.body;
    [object, letter, mine]
}

#[tokio::test]
async fn who_starts_by_itself_reads_its_own_day_on_each_of_its_pages() {
    let settings = [("policy.notice_days", "10"), ("policy.go_live", "per_customer")];
    let world = World::configured("2026-11-23T09:00Z", &settings).await;
    let file = "reference,customer,email,customer_since,notice_days\n\
                C-1,Acme,dpo@acme.example,2024-03-01,60\nC-2,Birch,dpo@birch.example,2024-03-01,\n";
    world.customers(file).await;
    world.schedule(&addition("Nimbus", "2026-12-14")).await;
    world.advance_to("2026-11-24T12:00Z").await;
    let visitor = Visitor::of(&world);
    let letter = world.mailbox.mails_to("dpo@acme.example").pop().unwrap().text();
    assert!(letter.contains("24 January 2027"), "{letter}");
    for page in own_pages(&world, &visitor).await {
        assert!(page.contains("24 January 2027") && !page.contains("14 December 2026"), "{page}");
    }
    let object = object_page(&world);
    visitor.post(&object, &[("text", "We object.")]).await;
    let status = visitor.get(&format!("{object}/objection")).await.body;
    assert!(status.contains("Nimbus joins on 24 January 2027"), "{status}");
    world.finish().await;
}
