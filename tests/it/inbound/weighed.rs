//! A mail that names more than one letter of ours, at once or once another door has seen it at one more address.

use forenotice::actions::rule_on_mail::rule;
use forenotice::domain::inbox::Ruling;
use forenotice::store::inbound::MessageId;
use forenotice::store::inbox::Filter;

use super::sorted::{
    BIRCH, JANE, OBJECTIONS, announced, comes_to, inbox, letter_to, person, reasons, reply_to, strings,
};
use crate::support::World;
use crate::support::builders::addition;

pub(super) const AGAINST: &str =
    "select o.reference || ' ' || coalesce(cu.reference, 'nobody') || ' ' || c.reference || ' ' || x.in_time
    from objection o join objection_change x on x.objection_id = o.id join change c on c.id = x.change_id
    left join customer cu on cu.id = o.customer_id order by 1";
pub(super) const HOLDS: &str =
    "select h.message_id || ' ' || c.reference || ' ' || coalesce(cu.reference, 'anybody')
    from inbound_hold h join change c on c.id = h.change_id left join customer cu on cu.id = h.customer_id
    where h.released_at is null order by 1";

/// Acme and Birch have their letters about Nimbus and about Cumulus; by customer, where a reply to each goes.
pub(super) async fn two_announced() -> (World, [String; 2], [String; 2]) {
    let (world, nimbus) = announced().await;
    let cumulus = world.schedule(&addition("Cumulus", "2027-02-01")).await.reference;
    world.advance_to("2026-11-25T12:00Z").await;
    let to = |address: &str| {
        let letters = world.mailbox.mails_to(address);
        let about = |name: &str| {
            letters
                .iter()
                .find(|letter| letter.subject().contains(name))
                .map(reply_to)
                .expect("it had a letter")
        };
        [about(&nimbus), about(&cumulus)]
    };
    let (acme, birch) = (to(JANE), to(BIRCH));
    (world, acme, birch)
}

#[tokio::test]
async fn a_mail_sent_to_two_letters_holds_and_objects_to_what_both_are_about() {
    let (world, [nimbus, cumulus], _) = two_announced().await;
    comes_to(&world, &person(JANE, "Both", "Hm."), &[&nimbus, &cumulus], JANE).await;
    assert_eq!(strings(&world, HOLDS).await, ["1 CHG-2026-0001 C-1", "1 CHG-2026-0002 C-1"]);
    rule(&world.cx, world.dpo.clone(), MessageId(1), Ruling::Objection, None, None).await.unwrap();
    world.settle().await;
    let both = ["OBJ-2026-0001 C-1 CHG-2026-0001 true", "OBJ-2026-0001 C-1 CHG-2026-0002 true"];
    assert_eq!(strings(&world, AGAINST).await, both);
    assert_eq!(strings(&world, HOLDS).await, Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn a_mail_sent_to_one_letter_in_the_thread_of_another_may_object_to_either() {
    let (world, [nimbus, _], _) = two_announced().await;
    let letters = world.mailbox.mails_to(JANE);
    let cumulus = letters.iter().find(|letter| letter.subject().contains("CHG-2026-0002")).unwrap();
    let raw = format!(
        "In-Reply-To: {}\nReferences: {}\n{}",
        cumulus.header("Message-ID").unwrap(),
        cumulus.header("References").unwrap(),
        person(JANE, "OBJECT", "Neither."),
    );
    comes_to(&world, &raw, &[&nimbus], JANE).await;
    let both = ["OBJ-2026-0001 C-1 CHG-2026-0001 true", "OBJ-2026-0001 C-1 CHG-2026-0002 true"];
    assert_eq!(strings(&world, AGAINST).await, both);
    world.finish().await;
}

#[tokio::test]
async fn what_a_mail_only_quotes_is_shown_and_holds_nothing() {
    let (world, [nimbus, _], [birch, _]) = two_announced().await;
    let words = format!("No.\n\n> Our answer went to {birch}");
    comes_to(&world, &person(JANE, "OBJECT", &words), &[&nimbus], JANE).await;
    assert_eq!(strings(&world, AGAINST).await, ["OBJ-2026-0001 C-1 CHG-2026-0001 true"]);
    let shown = world.command(&["inbox", "show", "1"]).await;
    assert!(shown.printed.contains("C-1 CHG-2026-0001, C-2 CHG-2026-0001"), "{}", shown.printed);
    world.finish().await;
}

#[tokio::test]
async fn a_mail_to_letters_of_two_customers_holds_for_anybody_until_a_person_says_whose_it_is() {
    let (world, [acme, _], [birch, _]) = two_announced().await;
    comes_to(
        &world,
        &person("adviser@law.example", "OBJECT", "They object."),
        &[&acme, &birch],
        "adviser@law.example",
    )
    .await;
    assert_eq!(strings(&world, AGAINST).await, Vec::<String>::new());
    assert_eq!(strings(&world, HOLDS).await, ["1 CHG-2026-0001 anybody", "1 CHG-2026-0002 anybody"]);
    let [waiting] = inbox(&world, Filter::Waiting).await.try_into().unwrap();
    assert_eq!((waiting.customer, waiting.ruling), (None, None));
    rule(&world.cx, world.dpo.clone(), MessageId(1), Ruling::Objection, Some("C-2"), None).await.unwrap();
    world.settle().await;
    assert!(strings(&world, AGAINST).await[0].starts_with("OBJ-2026-0001 C-2 CHG-2026-0001"));
    world.finish().await;
}

#[tokio::test]
async fn a_reply_to_a_receipt_and_to_another_letter_is_in_the_case_and_holds_the_other_change() {
    let (world, [nimbus, cumulus], _) = two_announced().await;
    comes_to(&world, &person(JANE, "OBJECT", "No."), &[&nimbus], JANE).await;
    let receipt = reply_to(&world.mailbox.mails_to(JANE).pop().unwrap());
    comes_to(&world, &person(JANE, "Re: Receipt", "And the other?"), &[&receipt, &cumulus], JANE).await;
    assert_eq!(
        strings(&world, "select said_by || ': ' || body from correspondence").await,
        ["jane@acme.example: And the other?"]
    );
    assert_eq!(strings(&world, HOLDS).await, ["2 CHG-2026-0002 C-1"]);
    world.finish().await;
}

#[tokio::test]
async fn a_reply_to_the_receipts_of_two_cases_is_in_both() {
    let (world, [nimbus, cumulus], _) = two_announced().await;
    for (to, subject) in [(&nimbus, "OBJECT"), (&cumulus, "OBJECT too")] {
        comes_to(&world, &person(JANE, subject, "No."), &[to], JANE).await;
    }
    let receipts = world.mailbox.mails_to(JANE);
    let receipts: Vec<String> =
        receipts.iter().filter(|mail| mail.subject().starts_with("Receipt")).map(reply_to).collect();
    let to: Vec<&str> = receipts.iter().map(String::as_str).collect();
    comes_to(&world, &person(JANE, "Re: Receipt", "See clause 4."), &to, JANE).await;
    let said = "select o.reference || ' ' || c.said_by || ': ' || c.body from correspondence c join objection o on o.id = c.objection_id order by 1";
    assert_eq!(
        strings(&world, said).await,
        ["OBJ-2026-0001 jane@acme.example: See clause 4.", "OBJ-2026-0002 jane@acme.example: See clause 4."]
    );
    assert_eq!(strings(&world, HOLDS).await, Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn an_objection_on_file_is_one_to_the_other_change_too_once_it_is_seen_at_that_letters_address() {
    let (world, [nimbus, cumulus], [birch, _]) = two_announced().await;
    let mail = person(JANE, "OBJECT", "No transfers.");
    comes_to(&world, &mail, &[&nimbus], JANE).await;
    let first = "OBJ-2026-0001 C-1 CHG-2026-0001 true";
    assert_eq!(strings(&world, AGAINST).await, [first]);
    // The same letter's other addresses say nothing new, nor does a second copy.
    let bounce = letter_to(&world, JANE).envelope_from;
    comes_to(&world, &mail, &[&nimbus, &bounce], JANE).await;
    assert_eq!(strings(&world, AGAINST).await, [first]);
    assert_eq!(strings(&world, "select body from correspondence").await, Vec::<String>::new());

    world.advance_to("2026-11-27T12:00Z").await;
    comes_to(&world, &mail, &[&cumulus], JANE).await;
    let second = "OBJ-2026-0002 C-1 CHG-2026-0002 true";
    assert_eq!(strings(&world, AGAINST).await, [first, second]);
    assert_eq!(reasons(&world, "CHG-2026-0002").await.first().map(String::as_str), Some("objection_open"));
    let since = "select to_char(received_at, 'DD HH24:MI') from objection order by id";
    assert_eq!(strings(&world, since).await, ["25 12:00", "25 12:00"]);

    // An adviser's, which was Birch's as well.
    comes_to(&world, &mail, &[&birch], JANE).await;
    assert_eq!(strings(&world, AGAINST).await, [first, second, "OBJ-2026-0003 C-2 CHG-2026-0001 true"]);
    assert_eq!(strings(&world, HOLDS).await, Vec::<String>::new());
    assert_eq!(strings(&world, OBJECTIONS).await.len(), 3);
    world.finish().await;
}

#[tokio::test]
async fn an_objection_seen_too_late_at_the_other_letters_address_is_found_after_the_effect() {
    let (world, [nimbus, cumulus], _) = two_announced().await;
    let mail = person(JANE, "OBJECT", "No.");
    comes_to(&world, &mail, &[&cumulus], JANE).await;
    world.advance_to("2027-01-16T12:00Z").await;
    assert_eq!(world.change("CHG-2026-0001").await.state.as_str(), "effective");
    comes_to(&world, &mail, &[&nimbus], JANE).await;
    let found = "select x.found_after_effect::text from objection_change x order by x.objection_id";
    assert_eq!(strings(&world, found).await, ["false", "true"]);
    // The doctor lists it, as long as it is open.
}

#[tokio::test]
async fn what_a_person_said_is_a_question_stays_one_wherever_else_it_is_seen() {
    let (world, [nimbus, cumulus], _) = two_announced().await;
    let mail = person(JANE, "Re: Nimbus", "Where are its servers?");
    comes_to(&world, &mail, &[&nimbus], JANE).await;
    rule(&world.cx, world.dpo.clone(), MessageId(1), Ruling::Question, None, None).await.unwrap();
    comes_to(&world, &mail, &[&cumulus], JANE).await;
    assert_eq!(strings(&world, HOLDS).await, Vec::<String>::new());
    assert_eq!(inbox(&world, Filter::Waiting).await.len(), 0);
    world.finish().await;
}

#[tokio::test]
async fn a_strangers_mail_holds_one_change_for_one_customer_once_its_address_is_known() {
    let (world, [nimbus, _], _) = two_announced().await;
    let mail = person("jane.private@gmail.com", "Nimbus", "Hm.");
    comes_to(&world, &mail, &["privacy@processor.example"], "jane.private@gmail.com").await;
    assert_eq!(strings(&world, HOLDS).await, ["1 CHG-2026-0001 anybody", "1 CHG-2026-0002 anybody"]);
    comes_to(&world, &mail, &[&nimbus], "jane.private@gmail.com").await;
    assert_eq!(strings(&world, HOLDS).await, ["1 CHG-2026-0001 C-1"]);
    world.finish().await;
}
