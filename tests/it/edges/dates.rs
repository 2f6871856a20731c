//! The dates that pages give, where a plan went another way: announced anew, held, started later or for each by itself, under other terms.

use forenotice::actions::{resolve_objection, schedule_change};
use forenotice::domain::change::{ChangeKind, State};
use forenotice::domain::request::Request;

use super::visitor::{STRIPE, Visitor, path_of};
use crate::support::World;
use crate::support::builders::{addition, mitigated_as_agreed};

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

/// The page of the newest letter to Acme that has one.
fn object_page(world: &World) -> String {
    let letters = world.mailbox.mails_to("dpo@acme.example");
    path_of(&letters.iter().rev().find_map(|letter| letter.link("/object/")).unwrap())
}

fn href(page: &str, path: &str) -> String {
    let part = page.split("href=\"").find(|part| part.starts_with(path)).unwrap();
    part.split('"').next().unwrap().to_owned()
}

/// What a letter's page says of today; below that it shows what the letter said.
fn today(page: &str) -> String {
    page.split("<p class=\"letter\"").next().unwrap().to_owned()
}

/// The objection page behind the newest letter to Acme, the letter as a page, and all that Acme has.
async fn own_pages(world: &World, visitor: &Visitor) -> [String; 3] {
    let object = visitor.get(&object_page(world)).await.body;
    let letter = today(&visitor.get(&href(&object, "/letter/")).await.body);
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
    // The others have begun; its objection keeps it back.
    world.advance_to("2027-01-26T12:00Z").await;
    for page in own_pages(&world, &visitor).await {
        assert!(page.contains("no new day is known") && !page.contains("24 January 2027"), "{page}");
    }
    assert_eq!(visitor.get(&format!("{object}/deadline.ics")).await.status, 404);
    world.finish().await;
}

const STRIPE_MOVES: &str = "CHG-2026-0001";

/// Stripe's move to another place, announced for 14 December to Acme, which objected; it is noon of that day. And the objection.
async fn held(settings: &[(&str, &str)]) -> (World, Visitor, String) {
    let settings = [&[("policy.notice_days", "10")], settings].concat();
    let world = World::configured("2026-11-23T09:00Z", &settings).await;
    world.as_superuser(STRIPE).await;
    world.customers("reference,customer,email,customer_since\nC-1,Acme,dpo@acme.example,2024-03-01\n").await;
    let mut moves = Request { kind: ChangeKind::MaterialChange, ..addition("Stripe", "2026-12-14") };
    moves.facts.retain(|(fact, _)| fact != "category");
    world.schedule(&moves).await;
    world.advance_to("2026-12-10T12:00Z").await;
    let objection = world.object("dpo@acme.example", "We object.").await.reference;
    world.advance_to("2026-12-14T11:00Z").await;
    assert_eq!(world.change(STRIPE_MOVES).await.state, State::Held);
    let visitor = Visitor::of(&world);
    (world, visitor, objection)
}

/// Whatever page says that it will be on 14 December, or has been from then on.
fn promises_the_day(page: &str) -> bool {
    [
        "from 14 Dec",
        "From 14 Dec",
        "Until 13 Dec",
        "on 14 December 2026 at",
        "at the earliest",
        "hanges on 14 Dec",
        ">Stripe changes on 14",
    ]
    .iter()
    .any(|promise| page.contains(promise))
}

#[tokio::test]
async fn what_is_held_is_promised_for_no_day_and_no_calendar_has_a_deadline_that_has_passed() {
    let (world, visitor, _) = held(&[]).await;
    world.advance_to("2026-12-20T11:00Z").await;
    let path = object_page(&world);
    let [object, letter, mine] = own_pages(&world, &visitor).await;
    let status = visitor.get(&format!("{path}/objection")).await.body;
    let change = visitor.get(&format!("/changes/{STRIPE_MOVES}")).await.body;
    let register = visitor.get("/").await.body;
    for page in [&object, &letter, &mine, &status, &change, &register] {
        assert!(!promises_the_day(page), "{page}");
        assert!(page.contains("held") || page.contains("Held"), "{page}");
    }
    for said in [
        "<h1>Stripe changes: held</h1>",
        "You can object until the change takes effect; it is held, and no new day is known yet",
        "Your objection stands, and we answer it.",
    ] {
        assert!(object.contains(said), "{said}\n{object}");
    }
    assert!(!object.contains("class=\"leaf\"") && !object.contains("deadline.ics"), "{object}");
    assert_eq!(visitor.get(&format!("{path}/deadline.ics")).await.status, 404);
    for page in [&letter, &mine] {
        assert!(page.contains("Held; no new day is known yet"), "{page}");
    }
    assert!(change.contains("This change is held, and no new day is known yet."), "{change}");

    // Moved, it has a day again.
    let to = "2027-01-11".parse().unwrap();
    schedule_change::reschedule(&world.cx, world.dpo.clone(), STRIPE_MOVES, to).await.unwrap();
    world.settle().await;
    let [object, letter, mine] = own_pages(&world, &visitor).await;
    for page in [&object, &letter, &mine] {
        assert!(page.contains("11 January 2027") && !page.contains("no new day"), "{page}");
    }
    let calendar = visitor.get(&format!("{path}/deadline.ics")).await.body;
    assert!(calendar.contains("DTEND:20270110T230000Z"), "{calendar}");
    world.finish().await;
}

#[tokio::test]
async fn what_took_effect_after_being_held_did_so_on_that_day_on_every_page() {
    let (world, visitor, objection) = held(&[]).await;
    let asked = mitigated_as_agreed();
    let path = object_page(&world);
    world.advance_to("2026-12-15T09:00Z").await;
    resolve_objection::resolve(&world.cx, world.dpo.clone(), &objection, asked, None).await.unwrap();
    world.advance_to("2026-12-16T08:00Z").await;
    assert_eq!(world.change(STRIPE_MOVES).await.state, State::Effective);
    let calendar = visitor.get("/changes.ics").await.body;
    assert!(calendar.contains("DTSTART;VALUE=DATE:20261216"), "{calendar}");
    let change = visitor.get(&format!("/changes/{STRIPE_MOVES}")).await.body;
    let object = visitor.get(&path).await.body;
    for page in [&change, &object] {
        assert!(page.contains("Until 15 December 2026") && page.contains("From 16 December 2026"), "{page}");
    }
    assert!(object.contains("<h1>Stripe changes from 16 December 2026</h1>"), "{object}");
    let status = visitor.get(&format!("{path}/objection")).await.body;
    assert!(status.contains("Stripe changes on 16 December 2026"), "{status}");
    let letter = today(&visitor.get(&href(&object, "/letter/")).await.body);
    let entry = visitor.get("/subprocessors/stripe").await.body;
    for page in [&change, &object, &status, &letter, &entry] {
        assert!(!promises_the_day(page), "{page}");
    }
    let listed =
        entry.split("<li>").find(|part| part.contains(STRIPE_MOVES) && part.contains("In force")).unwrap();
    assert!(listed.contains("datetime=\"2026-12-16\""), "{listed}");
    world.finish().await;
}

#[tokio::test]
async fn a_page_goes_by_the_terms_of_its_notice_as_what_is_said_on_it_does() {
    let world = announced(&[]).await;
    let visitor = Visitor::of(&world);
    world.advance_to("2026-12-01T09:00Z").await;
    let cairo = "reference,customer,email,customer_since,time_zone,grounds\n\
                 C-1,Acme,dpo@acme.example,2024-03-01,Africa/Cairo,reasonable\n";
    world.customers(cairo).await;
    world.advance_to("2026-12-02T09:00Z").await;
    let [object, letter, mine] = own_pages(&world, &visitor).await;
    for page in [&object, &letter, &mine] {
        assert!(page.contains("Tuesday 8 December 2026, 24:00, Berlin time"), "{page}");
        assert!(!page.contains("Cairo"), "{page}");
    }
    assert!(!object.contains("Your agreement asks for data protection reasons"), "{object}");
    // The receipt is of the same terms.
    visitor.post(&object_page(&world), &[("text", "We object.")]).await;
    world.settle().await;
    let receipt = world.mailbox.mails_to("dpo@acme.example").pop().unwrap().text();
    assert!(receipt.contains("Berlin time") && !receipt.contains("Cairo"), "{receipt}");
    world.finish().await;
}
