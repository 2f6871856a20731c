//! Whose a person's mail is, and which changes it is about: those in force, those it names, those of somebody who subscribes.

use forenotice::actions::rule_on_mail::rule;
use forenotice::actions::subscribe;
use forenotice::demo::mailbox::{Fault, Reply, Times};
use forenotice::domain::delivery::DeliveryId;
use forenotice::domain::inbox::Ruling;
use forenotice::store::inbound::MessageId;
use forenotice::store::inbox::Filter;

use super::sorted::{
    BIRCH, JANE, OBJECTIONS, TWO, announced, comes, comes_to, inbox, letter_to, person, reply_to, report,
    strings,
};
use super::weighed::{AGAINST, HOLDS, two_announced};
use crate::support::World;
use crate::support::builders::addition;

const DPO: &str = "dpo@processor.example";
pub(super) const READER: &str = "reader@northwind.example";

/// Where a reply to this address's letter about a subprocessor goes.
fn to_letter_about(world: &World, address: &str, name: &str) -> String {
    let letters = world.mailbox.mails_to(address);
    letters.iter().find(|letter| letter.subject().contains(name)).map(reply_to).expect("it had a letter")
}

/// Asks for a subscription; where a reply to the letter goes that asks for a yes.
async fn asks_to_subscribe(world: &World, address: &str) -> String {
    assert_eq!(world.command(&["subscribers", "add", address]).await.code, Some(0));
    world.settle().await;
    reply_to(&world.mailbox.mails_to(address).pop().expect("it had a letter"))
}

async fn subscribes(world: &World, address: &str) {
    asks_to_subscribe(world, address).await;
    let letter: i64 = sqlx::query_scalar("select max(id) from delivery where letter_key like 'confirm:%'")
        .fetch_one(world.cx.db.pool())
        .await
        .unwrap();
    subscribe::confirm(&world.cx, DeliveryId(letter), "203.0.113.7", None).await.unwrap();
}

/// Two customers, and a reader who subscribes and has a letter about Nimbus.
pub(super) async fn with_a_reader() -> World {
    let settings =
        [("policy.notice_days", "30"), ("policy.objection_days", "14"), ("policy.subscribers", "linked")];
    let world = World::configured("2026-11-23T09:00Z", &settings).await;
    world.customers(TWO).await;
    subscribes(&world, READER).await;
    world.schedule(&addition("Nimbus", "2027-01-15")).await;
    world.advance_to("2026-11-24T12:00Z").await;
    world
}

#[tokio::test]
async fn an_objection_to_what_is_in_force_is_on_file_against_that_and_against_nothing_else() {
    let (world, nimbus) = announced().await;
    world.advance_to("2027-01-15T12:00Z").await;
    assert_eq!(world.change(&nimbus).await.state.as_str(), "effective");
    let cumulus = world.schedule(&addition("Cumulus", "2027-03-01")).await.reference;
    world.advance_to("2027-01-19T12:00Z").await;
    let about = |address: &str| [&*nimbus, &*cumulus].map(|name| to_letter_about(&world, address, name));
    let [first, _] = about(JANE);
    comes_to(&world, &person(JANE, "OBJECT", "Stop."), &[&first], JANE).await;
    assert_eq!(strings(&world, AGAINST).await, [format!("OBJ-2027-0001 C-1 {nimbus} false")]);
    assert_eq!(strings(&world, HOLDS).await, Vec::<String>::new());

    let [first, second] = about(BIRCH);
    comes_to(&world, &person(BIRCH, "OBJECT", "To both."), &[&first, &second], BIRCH).await;
    let late = format!("OBJ-2027-0002 C-2 {nimbus} false");
    assert_eq!(strings(&world, AGAINST).await[1..], [late, format!("OBJ-2027-0002 C-2 {cumulus} true")]);
    world.finish().await;
}

#[tokio::test]
async fn a_reply_to_a_case_that_names_another_change_is_about_that_too() {
    let (world, [nimbus, _], [birch, _]) = two_announced().await;
    for (to, from) in [(&nimbus, JANE), (&birch, BIRCH)] {
        comes_to(&world, &person(from, "OBJECT", "No."), &[to], from).await;
    }
    let receipt = |address: &str| reply_to(&world.mailbox.mails_to(address).pop().unwrap());
    let (jane, birch) = (receipt(JANE), receipt(BIRCH));
    comes_to(&world, &person(JANE, "OBJECT CHG-2026-0002", "This one, too."), &[&jane], JANE).await;
    let against = strings(&world, AGAINST).await;
    assert_eq!(
        against.last().map(String::as_str),
        Some("OBJ-2026-0003 C-1 CHG-2026-0002 true"),
        "{against:?}"
    );
    let words = "And what of CHG-2026-0002?\n\n> CHG-2026-0001 is planned";
    comes_to(&world, &person(BIRCH, "Re: Receipt", words), &[&birch], BIRCH).await;
    assert_eq!(strings(&world, HOLDS).await, ["4 CHG-2026-0002 C-2"]);
    // A change that nobody has heard of is none.
    comes_to(&world, &person(BIRCH, "Re: Receipt", "And CHG-2026-0099?"), &[&birch], BIRCH).await;
    assert_eq!(strings(&world, HOLDS).await, ["4 CHG-2026-0002 C-2"]);
    world.finish().await;
}

#[tokio::test]
async fn who_answers_the_letter_that_asks_for_a_subscription_is_heard() {
    let (world, _) = announced().await;
    let jane = asks_to_subscribe(&world, JANE).await;
    comes(&world, &person(JANE, "OBJECT", "We object."), &jane, JANE).await;
    assert_eq!(strings(&world, AGAINST).await, ["OBJ-2026-0001 C-1 CHG-2026-0001 true"]);
    let reader = asks_to_subscribe(&world, READER).await;
    let before = world.subjects(DPO).len();
    comes(&world, &person(READER, "Hm", "We do not want this."), &reader, READER).await;
    assert_eq!(strings(&world, HOLDS).await, ["2 CHG-2026-0001 anybody"]);
    assert_eq!(world.subjects(DPO).len(), before + 1);
    world.finish().await;
}

#[tokio::test]
async fn a_linked_subscribers_objection_by_mail_is_its_customers() {
    let world = with_a_reader().await;
    assert_eq!(world.command(&["link", READER, "--customer", "C-1"]).await.code, Some(0));
    let to = reply_to(&world.mailbox.mails_to(READER).pop().unwrap());
    comes(&world, &person(READER, "OBJECT", "No."), &to, READER).await;
    assert_eq!(strings(&world, AGAINST).await, ["OBJ-2026-0001 C-1 CHG-2026-0001 true"]);
    assert_eq!(inbox(&world, Filter::Waiting).await.len(), 0);
    world.finish().await;
}

#[tokio::test]
async fn an_unlinked_subscribers_mail_holds_as_a_strangers_and_its_objection_is_on_file_as_by_its_link() {
    let world = with_a_reader().await;
    let to = reply_to(&world.mailbox.mails_to(READER).pop().unwrap());
    comes(&world, &person(READER, "Re: Nimbus", "We do not want this."), &to, READER).await;
    assert_eq!(strings(&world, HOLDS).await, ["1 CHG-2026-0001 anybody"]);
    rule(&world.cx, world.dpo.clone(), MessageId(1), Ruling::Objection, None, None).await.unwrap();
    world.settle().await;
    assert_eq!(strings(&world, AGAINST).await, ["OBJ-2026-0001 nobody CHG-2026-0001 true"]);
    comes(&world, &person(READER, "OBJECT", "Once more."), &to, READER).await;
    assert_eq!(strings(&world, OBJECTIONS).await.len(), 1);
    assert_eq!(inbox(&world, Filter::Waiting).await.len(), 0);
    world.finish().await;
}

#[tokio::test]
async fn a_contact_who_subscribes_as_well_is_the_customers() {
    let (world, _) = announced().await;
    subscribes(&world, JANE).await;
    comes(&world, &person(JANE, "Nimbus", "Hm."), "privacy@processor.example", JANE).await;
    assert_eq!(strings(&world, HOLDS).await, ["1 CHG-2026-0001 C-1"]);
    world.finish().await;
}

#[tokio::test]
async fn the_dpo_is_told_when_a_receipt_comes_back() {
    let (world, _) = announced().await;
    comes(&world, &person(JANE, "OBJECT", "No."), &reply_to(&letter_to(&world, JANE)), JANE).await;
    let receipt = world.mailbox.mails_to(JANE).pop().unwrap();
    comes(&world, &report("failed", "5.2.2", JANE), &receipt.envelope_from, "").await;
    let told = world.mailbox.mails_to(DPO).pop().unwrap();
    assert_eq!(told.subject(), "OBJ-2026-0001: our letter to jane@acme.example did not arrive");
    assert!(told.text().contains("> 5.2.2 550 5.2.2 so it is"), "{}", told.text());
    world.finish().await;
}

#[tokio::test]
async fn the_dpo_is_told_when_no_relay_takes_a_receipt() {
    let (world, _) = announced().await;
    let letter = reply_to(&letter_to(&world, JANE));
    world.mailbox.arrange(Fault::RefusesRecipient(JANE.to_owned(), Reply::no_such_user()), Times::Always);
    comes(&world, &person(JANE, "OBJECT", "No."), &letter, JANE).await;
    let subjects: Vec<String> =
        world.mailbox.mails_to(DPO).iter().map(forenotice::demo::mailbox::Mail::subject).collect();
    let told = "OBJ-2026-0001: our letter to jane@acme.example did not arrive";
    assert_eq!(subjects.iter().filter(|subject| *subject == told).count(), 1, "{subjects:?}");
    world.finish().await;
}

#[tokio::test]
async fn a_reply_of_a_case_that_nobody_has_read_to_its_end_waits_for_a_person() {
    let (world, _) = announced().await;
    comes(&world, &person(JANE, "OBJECT", "No."), &reply_to(&letter_to(&world, JANE)), JANE).await;
    let receipt = reply_to(&world.mailbox.mails_to(JANE).pop().unwrap());
    let long = format!("{}We object to all others, too.", "See clause 4.\n".repeat(6000));
    comes(&world, &person(JANE, "Re: Receipt", &long), &receipt, JANE).await;
    let [waiting] = inbox(&world, Filter::Waiting).await.try_into().unwrap();
    assert_eq!(waiting.findings.unwrap().0.why, "it is longer than what is read, a person must read it");
    rule(&world.cx, world.dpo.clone(), MessageId(2), Ruling::Question, None, None).await.unwrap();
    assert_eq!(inbox(&world, Filter::Waiting).await.len(), 0);
    world.finish().await;
}

#[tokio::test]
async fn what_a_mail_says_commands_no_terminal() {
    let (world, _) = announced().await;
    let words = "We\u{1b}[2J object\u{202e}.";
    comes(
        &world,
        &person(JANE, "=?utf-8?q?Nimbus=1B]0;owned=07?=", words),
        "privacy@processor.example",
        JANE,
    )
    .await;
    for shown in [world.command(&["inbox", "list"]).await, world.command(&["inbox", "show", "1"]).await] {
        assert!(shown.printed.contains("Nimbus\u{fffd}]0;owned"), "{}", shown.printed);
        let is_obeyed = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || c == '\u{202e}';
        assert!(!shown.printed.contains(is_obeyed), "{:?}", shown.printed);
    }
    world.finish().await;
}
