//! One notice, one letter, one deadline for several changes: the reader's page tells each that its letter told, and takes an objection to
//! one.

use forenotice::actions::note_in_use;
use forenotice::actions::schedule_change::{self, Alteration};
use forenotice::domain::change::ChangeKind;
use forenotice::domain::request::Request;

use super::genuine::code_in;
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

/// One notice of a change for "api", which Acme has, and of one for "chat", which it has not.
async fn one_of_two() -> (World, Visitor) {
    let world = World::configured("2026-11-23T06:00Z", &[("site.products", "api;chat")]).await;
    world.as_superuser(&[STRIPE, &ACME.replace("'{}'", "'{api}'")].concat()).await;
    let of = |name: &str, product: &str| {
        let mut wanted = addition(name, "2027-02-15");
        wanted.facts.retain(|(fact, _)| fact != "products");
        wanted.facts.push(("products".to_owned(), product.to_owned()));
        wanted
    };
    let wanted = [of("Nimbus", "api"), of("Cumulus", "chat")];
    schedule_change::schedule_together(&world.cx, world.dpo.clone(), &wanted).await.unwrap();
    let visitor = Visitor::of(&world);
    (world, visitor)
}

fn href(page: &str, path: &str) -> String {
    let part = page.split("href=\"").find(|part| part.starts_with(path)).unwrap();
    part.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_page_tells_the_changes_that_its_letter_told_and_one_click_objects_to_no_other() {
    let (world, visitor) = one_of_two().await;
    world.advance_to("2026-11-24T12:00Z").await;
    let letter = world.mailbox.mails_to("dpo@acme.example").pop().unwrap();
    assert!(letter.text().contains("Nimbus") && !letter.text().contains("Cumulus"), "{}", letter.text());
    let object = path_of(&letter.link("/object/").unwrap());
    let page = visitor.get(&object).await.body;
    assert!(page.contains("Nimbus joins from 15 February 2027"), "{page}");
    assert!(page.contains("value=\"CHG-2026-0001\"") && !page.contains("CHG-2026-0002"), "{page}");
    let known = visitor.get(&format!("/genuine?code={}", code_in(&letter.text()))).await.body;
    assert!(known.contains("CHG-2026-0001") && !known.contains("CHG-2026-0002"), "{known}");
    let as_page = visitor.get(&href(&page, "/letter/")).await.body;
    assert!(as_page.contains("Nimbus joins") && !as_page.contains("Cumulus"), "{as_page}");
    let mine = visitor.get(&href(&page, "/mine/")).await.body;
    let other = mine.split("<li>").find(|part| part.contains("Cumulus joins")).unwrap();
    assert!(other.contains("href=\"/changes/CHG-2026-0002\""), "its own page does not tell of it: {other}");

    // Ticked, or meant by a sentence without a tick: nothing else is objected to.
    let both = [("change", "CHG-2026-0001"), ("change", "CHG-2026-0002"), ("text", "No.")];
    assert_eq!(visitor.post(&object, &both).await.status, 303);
    assert_eq!(visitor.post(&object, &[("text", "Not at all.")]).await.status, 303);
    let against: Vec<i64> = sqlx::query_scalar("select distinct change_id from objection_change")
        .fetch_all(world.cx.db.pool())
        .await
        .unwrap();
    assert_eq!(against, [1]);
    world.finish().await;
}

#[tokio::test]
async fn whom_nothing_concerns_is_told_all_and_so_says_its_page() {
    let (world, visitor) = one_of_two().await;
    visitor.post("/subscribe", &[("mail", "jane@northwind.example")]).await;
    world.settle().await;
    let jane = || world.mailbox.mails_to("jane@northwind.example").pop().unwrap();
    visitor.post(&path_of(&jane().link("/confirm/").unwrap()), &[]).await;
    world.advance_to("2026-11-24T12:00Z").await;
    let object = path_of(&jane().link("/object/").unwrap());
    let page = visitor.get(&object).await.body;
    for told in ["CHG-2026-0001", "CHG-2026-0002"] {
        assert!(page.contains(&format!("value=\"{told}\" checked")), "{told}\n{page}");
    }
    // Known to be Acme's, she speaks for Acme, to which one of them is nothing.
    world.as_superuser("update customer set linked_to = 1 where kind = 'subscriber'").await;
    let page = visitor.get(&object).await.body;
    assert!(page.contains("value=\"CHG-2026-0001\" checked"), "{page}");
    assert!(page.contains("value=\"CHG-2026-0002\">"), "{page}");
    assert_eq!(visitor.post(&object, &[("text", "Not at all.")]).await.status, 303);
    let against: Vec<i64> = sqlx::query_scalar("select distinct change_id from objection_change")
        .fetch_all(world.cx.db.pool())
        .await
        .unwrap();
    assert_eq!(against, [1]);
    world.finish().await;
}

/// Nimbus and Cumulus in one notice for one day; and the path of the personal page.
async fn two() -> (World, Visitor, String) {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(&[STRIPE, ACME].concat()).await;
    let wanted = [addition("Nimbus", "2027-02-15"), addition("Cumulus", "2027-02-15")];
    schedule_change::schedule_together(&world.cx, world.dpo.clone(), &wanted).await.unwrap();
    world.advance_to("2026-11-24T12:00Z").await;
    let letter = world.mailbox.mails_to("dpo@acme.example").pop().unwrap();
    let object = path_of(&letter.link("/object/").unwrap());
    let visitor = Visitor::of(&world);
    (world, visitor, object)
}

#[tokio::test]
async fn every_open_objection_is_named_and_silence_about_the_rest_is_told_for_itself() {
    let (world, visitor, object) = two().await;
    visitor.post(&object, &[("change", "CHG-2026-0001"), ("text", "Not Nimbus.")]).await;
    let one = visitor.get(&object).await.body;
    assert!(one.contains("If you do nothing: Nimbus joins"), "{one}");
    assert!(one.contains("Your objection stands, and we answer it."), "{one}");
    assert!(one.contains("If you do nothing: Cumulus joins"), "{one}");
    assert!(one.contains("No objection?"), "{one}");
    visitor.post(&object, &[("change", "CHG-2026-0002"), ("text", "Nor Cumulus.")]).await;
    let both = visitor.get(&object).await.body;
    for said in ["(OBJ-2026-0001).", "(OBJ-2026-0002).", "We have your answer."] {
        assert!(both.contains(said), "{said}: {both}");
    }
    assert!(!both.contains("No objection?") && !both.contains("We take it"), "{both}");
    world.finish().await;
}

#[tokio::test]
async fn where_their_days_differ_each_is_told_with_its_own() {
    let (world, visitor, object) = two().await;
    let moved = Alteration { effective: "2027-03-01".parse().ok(), facts: Vec::new() };
    schedule_change::alter(&world.cx, world.dpo.clone(), "CHG-2026-0002", &moved).await.unwrap();
    world.settle().await;
    let page = visitor.get(&object).await.body;
    for said in [
        "Two changes, the first from 15 February 2027",
        "Planned start: Monday 15 February 2027",
        "Planned start: Monday 1 March 2027",
        "The change takes effect on 1 March 2027 at the earliest",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    world.finish().await;
}

#[tokio::test]
async fn what_is_in_use_before_its_day_says_so_on_the_personal_page() {
    let (world, visitor, object) = two().await;
    let since = "2026-11-24".parse().unwrap();
    note_in_use::note(&world.cx, world.dpo.clone(), "CHG-2026-0001", since, "by mistake").await.unwrap();
    let page = visitor.get(&object).await.body;
    assert!(page.contains("Nimbus joins: in use since 24 November 2026 without completed notice"), "{page}");
    assert!(!page.contains("Cumulus joins: in use"), "{page}");
    world.finish().await;
}
