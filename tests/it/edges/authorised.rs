//! The yes that a contract asks for, given by the customer itself with a button of its page.

use forenotice::actions::schedule_change::{self, Alteration};
use forenotice::demo::mailbox::Mail;

use super::public::count;
use super::visitor::{ACME, STRIPE, Visitor, path_of, schedule};
use crate::support::World;
use crate::support::builders::addition;

/// Acme, whose contract asks for its yes.
async fn acme() -> World {
    let world = World::on("2026-11-23T06:00Z").await;
    let specific = r#"update contract_terms set terms = terms || '{"authorisation": "specific"}'"#;
    world.as_superuser(&[STRIPE, ACME, specific].concat()).await;
    world
}

/// A world in which Nimbus is announced to Acme; and the path of the personal page.
async fn asked() -> (World, Visitor, String) {
    let world = acme().await;
    schedule(&world, "Nimbus").await;
    told(world).await
}

async fn told(world: World) -> (World, Visitor, String) {
    world.advance_to("2026-11-24T12:00Z").await;
    let letter = world.mailbox.mails_to("dpo@acme.example").pop().unwrap();
    let path = path_of(&letter.link("/object/").unwrap());
    let visitor = Visitor::of(&world);
    (world, visitor, path)
}

const SAID: &str = "select count(*) from consent where yes and channel = 'link' and account_id is null
    and said_by = 'dpo@acme.example'";

#[tokio::test]
async fn a_privacy_contact_says_yes_with_a_button_and_the_gate_opens_for_its_customer() {
    let (world, visitor, page) = asked().await;
    let button = format!("{page}/authorise/CHG-2026-0001");
    let before = visitor.get(&page).await.body;
    assert!(before.contains(&button) && before.contains("Yes, authorise Nimbus"), "{before}");
    assert!(!before.contains("answers our letter"), "who has the button needs no letter");
    assert_eq!(count(&world, SAID).await, 0);

    for _ in 0..2 {
        let done = visitor.post(&button, &[]).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, page.as_str()));
    }
    assert_eq!(count(&world, SAID).await, 1);
    let recorded = "select count(*) from ledger_entry where kind = 'consent_recorded'";
    assert_eq!(count(&world, recorded).await, 1, "a second click says nothing new");
    assert_eq!(count(&world, "select count(*) from obligation where consent = 'given'").await, 1);
    let after = visitor.get(&page).await.body;
    assert!(after.contains("has authorised Nimbus") && !after.contains(&button), "{after}");
    world.finish().await;
}

#[tokio::test]
async fn a_yes_by_link_has_a_receipt_to_every_privacy_contact_in_its_language_and_thread() {
    let (world, visitor, page) = asked().await;
    let others = "insert into recipient (customer_id, address, name, role, language)
        select 1, a, '', r, 'de' from (values ('zweit@acme.example', 'privacy'), ('it@acme.example', 'security')) as v(a, r)";
    world.as_superuser(others).await;
    let announced = world.mailbox.mails_to("dpo@acme.example").pop().unwrap();
    visitor.post(&format!("{page}/authorise/CHG-2026-0001"), &[]).await;
    world.settle().await;

    let mut mails = world.mailbox.mails_to("dpo@acme.example");
    let receipt = mails.pop().unwrap();
    assert_eq!(receipt.subject(), "Receipt: your authorisation of Nimbus (CHG-2026-0001)");
    assert!(receipt.text().contains("Acme <Ltd> authorises Nimbus"), "{}", receipt.text());
    assert!(receipt.text().contains("dpo [at] acme.example") || receipt.text().contains("dpo@acme.example"));
    assert_eq!(path_of(&receipt.link("/object/").unwrap()), page);
    let ids = |letter: &Mail, field| letter.header(field).unwrap().replace(['<', '>'], "");
    let thread = format!("{} {}", ids(&announced, "References"), ids(&announced, "Message-ID"));
    assert_eq!(ids(&receipt, "References"), thread);
    let second = world.mailbox.mails_to("zweit@acme.example").pop().unwrap();
    assert_eq!(second.subject(), "Eingangsbestätigung: Ihre Genehmigung von Nimbus (CHG-2026-0001)");
    assert!(world.mailbox.mails_to("it@acme.example").is_empty());

    visitor.post(&format!("{page}/authorise/CHG-2026-0001"), &[]).await;
    world.settle().await;
    assert_eq!(world.mailbox.mails_to("dpo@acme.example").len(), mails.len() + 1, "said once, told once");
    world.finish().await;
}

#[tokio::test]
async fn who_does_not_speak_for_the_customer_is_told_who_does() {
    let (world, visitor, page) = asked().await;
    world.as_superuser("update recipient set role = 'security'").await;
    let button = format!("{page}/authorise/CHG-2026-0001");
    let seen = visitor.get(&page).await.body;
    assert!(
        !seen.contains(&button) && seen.contains("one of your privacy contacts answers our letter"),
        "{seen}"
    );
    assert_eq!(visitor.post(&button, &[]).await.status, 303);
    assert_eq!(count(&world, SAID).await, 0);
    world.finish().await;
}

#[tokio::test]
async fn a_link_authorises_nothing_that_it_was_not_asked_about() {
    let (world, visitor, page) = asked().await;
    let general = "update obligation set consent = 'silence'; update contract_terms set terms = terms - 'authorisation'";
    world.as_superuser(general).await;
    for change in ["CHG-2026-0001", "CHG-2026-0002", "%27"] {
        let answer = visitor.post(&format!("{page}/authorise/{change}"), &[]).await;
        assert_eq!(answer.status, 303, "{change}");
    }
    assert_eq!(visitor.post("/object/o-nonsense/authorise/CHG-2026-0001", &[]).await.status, 404);
    assert_eq!(count(&world, "select count(*) from consent").await, 0);
    world.finish().await;
}

#[tokio::test]
async fn after_a_yes_the_page_asks_for_nothing_and_tells_of_it_while_the_change_is_held_too() {
    let (world, visitor, page) = asked().await;
    assert!(visitor.get(&page).await.body.contains("We need your yes."));
    visitor.post(&format!("{page}/authorise/CHG-2026-0001"), &[]).await;
    let after = visitor.get(&page).await.body;
    for said in ["We have your answer.", "Your yes stands. The change takes effect on 15 February 2027"] {
        assert!(after.contains(said), "{said}: {after}");
    }
    assert!(
        !after.contains("No objection?") && !after.contains("We take it that you do not object"),
        "{after}"
    );
    world.as_superuser("update change set state = 'held'").await;
    let held = visitor.get(&page).await.body;
    assert!(held.contains("has authorised Nimbus") && held.contains("did not start on"), "{held}");
    world.finish().await;
}

#[tokio::test]
async fn after_the_deadline_without_a_yes_the_page_does_not_say_that_nothing_stops_the_change() {
    let (world, visitor, page) = asked().await;
    world.advance_to("2026-12-20T12:00Z").await;
    let late = visitor.get(&page).await.body;
    assert!(late.contains("Without your yes the change does not take effect for your data"), "{late}");
    assert!(!late.contains("does not by itself stop the change"), "{late}");
    world.finish().await;
}

#[tokio::test]
async fn who_is_asked_for_a_yes_is_asked_to_authorise_or_refuse_and_not_whether_it_objects() {
    let (world, visitor, page) = asked().await;
    let seen = visitor.get(&page).await.body;
    for said in [
        "Please answer ",
        "href=\"#answer\">Authorise or refuse</a>",
        "href=\"#object\">Refuse</a>",
        "<h2 id=\"object\">Refuse</h2>",
        "If you refuse",
        "Send refusal",
    ] {
        assert!(seen.contains(said), "{said}: {seen}");
    }
    assert!(!seen.contains("You can object") && !seen.contains("If you object"), "{seen}");
    let letter = seen.split("href=\"").find(|part| part.starts_with("/letter/")).unwrap();
    let letter = visitor.get(letter.split('"').next().unwrap()).await.body;
    assert!(letter.contains("Authorise or refuse</a>") && !letter.contains("Object, or see"), "{letter}");
    visitor.post(&format!("{page}/authorise/CHG-2026-0001"), &[]).await;
    let after = visitor.get(&page).await.body;
    assert!(after.contains("You can object until") && !after.contains("Send refusal"), "{after}");
    world.finish().await;
}

/// CHG-2026-0001 is wider than announced; it is asked about by its new letter and not before.
async fn is_not_authorised_before_its_letter_asks((world, visitor, page): (World, Visitor, String)) {
    let facts = vec![("countries".to_owned(), "DE;US".to_owned())];
    let wider = Alteration { effective: None, facts };
    schedule_change::alter(&world.cx, world.dpo.clone(), "CHG-2026-0001", &wider).await.unwrap();
    world.settle().await;
    let button = format!("{page}/authorise/CHG-2026-0001");
    let seen = visitor.get(&page).await.body;
    assert!(seen.contains("we announce this anew") && !seen.contains(&button), "{seen}");
    assert_eq!(visitor.post(&button, &[]).await.status, 303);
    assert_eq!(count(&world, "select count(*) from consent").await, 0);

    world.advance_to("2026-11-26T12:00Z").await;
    let letter = world.mailbox.mails_to("dpo@acme.example").pop().unwrap();
    let anew = path_of(&letter.link("/object/").unwrap());
    assert_eq!(visitor.post(&format!("{anew}/authorise/CHG-2026-0001"), &[]).await.status, 303);
    assert_eq!(count(&world, SAID).await, 1);
    world.finish().await;
}

#[tokio::test]
async fn what_waits_to_be_announced_anew_is_not_authorised_before_its_letter_asks() {
    is_not_authorised_before_its_letter_asks(asked().await).await;
}

#[tokio::test]
async fn nor_is_it_where_it_was_announced_with_another() {
    let world = acme().await;
    let both = [addition("Nimbus", "2027-02-15"), addition("Cumulus", "2027-02-15")];
    schedule_change::schedule_together(&world.cx, world.dpo.clone(), &both).await.unwrap();
    is_not_authorised_before_its_letter_asks(told(world).await).await;
}

#[tokio::test]
async fn a_yes_from_a_page_that_told_less_is_no_yes_to_more() {
    let (world, visitor, page) = asked().await;
    let seen = visitor.get(&page).await.body;
    let old = action(&seen);
    let facts = vec![("countries".to_owned(), "DE;US".to_owned())];
    let wider = Alteration { effective: None, facts };
    schedule_change::alter(&world.cx, world.dpo.clone(), "CHG-2026-0001", &wider).await.unwrap();
    world.advance_to("2026-11-26T12:00Z").await;
    assert_eq!(visitor.post(&old, &[]).await.status, 303);
    assert_eq!(count(&world, SAID).await, 0, "it is to a plan that is no more");
    let now = visitor.get(&page).await.body;
    assert!(now.contains("United States"), "{now}");
    assert_eq!(visitor.post(&action(&now), &[]).await.status, 303);
    assert_eq!(count(&world, SAID).await, 1);
    world.finish().await;
}

fn action(page: &str) -> String {
    let action = page.split("action=\"").find(|part| part.contains("/authorise/")).unwrap();
    action.split('"').next().unwrap().to_owned()
}
