//! A subscriber chooses what it is told of, and is told of that and nothing else.

use super::visitor::{ACME, STRIPE, Visitor, path_of};
use crate::support::World;
use crate::support::builders::addition;

/// Subscribes with a form; the path of its own page.
async fn subscribed(world: &World, visitor: &Visitor, address: &str, form: &[(&str, &str)]) -> String {
    visitor.post("/subscribe", &[&[("mail", address)], form].concat()).await;
    world.settle().await;
    let letter = world.mailbox.mails_to(address).pop().unwrap();
    let done = visitor.post(&path_of(&letter.link("/confirm/").unwrap()), &[]).await.body;
    let manage = done.split("href=\"").find(|part| part.starts_with("/manage/")).unwrap();
    manage.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn who_wants_only_some_kinds_is_told_of_those() {
    let world = World::configured("2026-11-23T06:00Z", &[("site.products", "api;chat")]).await;
    world.as_superuser(&[STRIPE, ACME].concat()).await;
    let visitor = Visitor::of(&world);
    let [all, leaving, chat, later] =
        ["all", "leaving", "chat", "later"].map(|name| format!("{name}@northwind.example"));
    subscribed(&world, &visitor, &all, &[]).await;
    let own = subscribed(&world, &visitor, &leaving, &[("kind", "removal"), ("kind", "nonsense")]).await;
    subscribed(&world, &visitor, &chat, &[("product", "chat")]).await;
    let wider = subscribed(&world, &visitor, &later, &[("kind", "removal")]).await;
    let page = visitor.get(&own).await.body;
    assert!(page.contains("<dd>A subprocessor leaves</dd>"), "{page}");
    assert!(
        page.contains("value=\"removal\" checked") && !page.contains("value=\"addition\" checked"),
        "{page}"
    );
    assert!(page.contains("name=\"product\" value=\"api\">"), "{page}");

    // Another language leaves the choice alone; the form with the boxes sets it.
    visitor.post(&own, &[("lang", "de")]).await;
    assert!(visitor.get(&own).await.body.contains("<dd>Ein Unterauftragsverarbeiter entfällt</dd>"));
    let saved = visitor.post(&wider, &[("lang", "en"), ("wanted", "yes")]).await;
    assert_eq!(saved.status, 303);
    assert!(visitor.get(&wider).await.body.contains("<dd>All changes</dd>"));

    let mut nimbus = addition("Nimbus", "2027-02-15");
    nimbus.facts.push(("products".to_owned(), "api".to_owned()));
    let reference = world.schedule(&nimbus).await.reference;
    world.advance_to("2026-11-24T12:00Z").await;
    let told = |address: &str| {
        let subjects = world.subjects(address);
        subjects.iter().filter(|subject| subject.contains(&reference)).count()
    };
    assert_eq!([&all, &leaving, &chat, &later].map(|address| told(address)), [1, 0, 0, 1]);
    world.finish().await;
}

#[tokio::test]
async fn a_choice_is_shown_before_it_is_confirmed_and_stays_in_a_refused_form() {
    let world = World::on("2026-11-23T06:00Z").await;
    let visitor = Visitor::of(&world);
    let refused = visitor.post("/subscribe", &[("mail", "nonsense"), ("kind", "removal")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("<details class=\"more\" open>"), "{}", refused.body);
    assert!(refused.body.contains("value=\"removal\" checked"), "{}", refused.body);
    visitor.post("/subscribe", &[("mail", "jane@northwind.example"), ("kind", "removal")]).await;
    world.settle().await;
    let letter = world.mailbox.mails_to("jane@northwind.example").pop().unwrap();
    let page = visitor.get(&path_of(&letter.link("/confirm/").unwrap())).await.body;
    assert!(page.contains("You asked for: <b>A subprocessor leaves</b>."), "{page}");
    assert!(!visitor.get("/subscribe").await.body.contains("name=\"product\""), "none is declared");
    world.finish().await;
}

#[tokio::test]
async fn a_contact_has_no_choice_but_its_language() {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(ACME).await;
    let visitor = Visitor::of(&world);
    let token = world.cx.keys.link(forenotice::domain::access::LinkPurpose::Manage, 1, 0);
    let path = format!("/manage/{token}");
    assert!(!visitor.get(&path).await.body.contains("name=\"kind\""));
    let forged = [("lang", "de"), ("wanted", "yes"), ("kind", "removal")];
    assert_eq!(visitor.post(&path, &forged).await.status, 303);
    assert!(visitor.get(&path).await.body.contains("<html lang=\"de\""));
    let chosen: i64 = sqlx::query_scalar("select count(*) from customer where wanted_kinds <> '{}'")
        .fetch_one(world.cx.db.pool())
        .await
        .unwrap();
    assert_eq!(chosen, 0);
    world.finish().await;
}

#[tokio::test]
async fn of_two_requests_within_one_letter_the_later_choice_is_confirmed_and_nothing_before_that() {
    let world = World::on("2026-11-23T06:00Z").await;
    let visitor = Visitor::of(&world);
    let jane = "jane@northwind.example";
    let ask = async |kind: &str, lang: &str| {
        let form = [("mail", jane), ("kind", kind), ("lang", lang)];
        let answer = visitor.post("/subscribe", &form).await;
        world.settle().await;
        (answer.status, answer.body)
    };
    let first = ask("removal", "en").await;
    assert_eq!(ask("addition", "de").await, first, "the same answer");
    assert_eq!(world.mailbox.mails_to(jane).len(), 1);
    let confirm = path_of(&world.mailbox.mails_to(jane).pop().unwrap().link("/confirm/").unwrap());
    let page = visitor.get(&confirm).await.body;
    assert!(page.contains("name=\"kind\" value=\"addition\"") && !page.contains("removal"), "{page}");

    // Somebody else asks for her address between her look and her click: she confirms what she saw.
    ask("replacement", "fr").await;
    visitor.post(&confirm, &[("kind", "addition"), ("lang", "de")]).await;
    let on_file = async || {
        let row: (String, Vec<String>) = sqlx::query_as(
            "select r.language, c.wanted_kinds from recipient r join customer c on c.id = r.customer_id",
        )
        .fetch_one(world.cx.db.pool())
        .await
        .unwrap();
        (row.0, row.1.join(" "))
    };
    assert_eq!(on_file().await, ("de".to_owned(), "addition".to_owned()));

    // A subscriber already: what is asked for its address waits for its own click.
    world.advance_to("2026-11-23T06:05Z").await;
    assert_eq!(ask("removal", "en").await, first);
    assert_eq!(on_file().await, ("de".to_owned(), "addition".to_owned()));
    let page = visitor.get(&confirm).await.body;
    assert!(page.contains("name=\"kind\" value=\"removal\""), "{page}");
    visitor.post(&confirm, &[("kind", "removal"), ("lang", "en")]).await;
    assert_eq!(on_file().await, ("en".to_owned(), "removal".to_owned()));
    assert_eq!(world.mailbox.mails_to(jane).len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_subscribers_page_says_until_when_customers_can_object_as_its_letter_does() {
    let world = World::configured("2026-11-23T06:00Z", &[("policy.objection_days", "30")]).await;
    world.as_superuser(&[STRIPE, ACME].concat()).await;
    let visitor = Visitor::of(&world);
    subscribed(&world, &visitor, "jane@northwind.example", &[]).await;
    world.schedule(&addition("Nimbus", "2027-02-15")).await;
    world.advance_to("2026-11-24T12:00Z").await;
    let letter = world.mailbox.mails_to("jane@northwind.example").pop().unwrap();
    assert!(letter.text().contains("Wednesday 23 December 2026, 24:00 (Berlin time)"), "{}", letter.text());
    let page = path_of(&letter.link("/object/").unwrap());
    let seen = visitor.get(&page).await.body;
    assert!(seen.contains("You can object until Wednesday 23 December 2026, 24:00"), "{seen}");
    assert!(seen.contains("Objections are a right of our customers"), "{seen}");
    assert!(!seen.contains("needs no notice to you"), "{seen}");
    let calendar = visitor.get(&format!("{page}/deadline.ics")).await;
    assert_eq!(calendar.status, 200);
    assert!(calendar.body.contains("DTEND:20261223T230000Z"), "{}", calendar.body);

    world.advance_to("2026-12-26T12:00Z").await;
    let late = visitor.get(&page).await.body;
    assert!(late.contains("Your deadline was Wednesday 23 December 2026"), "{late}");
    world.finish().await;
}
