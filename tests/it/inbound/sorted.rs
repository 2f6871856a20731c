//! What follows from a mail that came back: letters taken back, objections lodged, changes held until a person has looked.

use forenotice::actions::lodge_objection::{self, Entered, Who};
use forenotice::actions::rule_on_mail::{self, rule};
use forenotice::actions::{ask_clearance, receive_mail, resolve_objection, schedule_change};
use forenotice::demo::mailbox::Mail;
use forenotice::domain::clearance::Answer;
use forenotice::domain::inbox::Ruling;
use forenotice::domain::ledger::Actor;
use forenotice::domain::objection::{Asked, Channel, Outcome};
use forenotice::store::inbound::MessageId;
use forenotice::store::inbox::{self, Filter, Item};
use forenotice::store::{door, gate};

use super::{arrival, open_door};
use crate::edges::attacks::no_guess_opens;
use crate::edges::visitor::{Visitor, path_of};
use crate::support::World;
use crate::support::builders::{addition, mitigated_as_agreed};

const DPO: &str = "dpo@processor.example";
pub(super) const JANE: &str = "jane@acme.example";
pub(super) const BIRCH: &str = "dpo@birch.example";
/// Acme's second contact is asked when Jane cannot be reached.
pub(super) const TWO: &str = "reference,customer,email,customer_since,role\n\
    C-1,Acme,jane@acme.example,2024-03-01,privacy\n\
    C-1,Acme,legal@acme.example,2024-03-01,legal\n\
    C-2,Birch,dpo@birch.example,2024-03-01,privacy\n";
const MONDAY: &str = "2026-11-23T09:00Z";
const ANNOUNCED: &str = "2026-11-24T12:00Z";
const AFTER_DEADLINE: &str = "2026-12-12T12:00Z";

/// Two customers with 14 days to object, who have their letters about Nimbus, which starts on 15 January.
pub(super) async fn announced() -> (World, String) {
    let settings = [("policy.notice_days", "30"), ("policy.objection_days", "14")];
    let world = World::configured(MONDAY, &settings).await;
    world.customers(TWO).await;
    let planned = world.schedule(&addition("Nimbus", "2027-01-15")).await;
    world.advance_to(ANNOUNCED).await;
    (world, planned.reference)
}

/// A mail comes in by a door of its own, and everything that follows is done.
pub(super) async fn comes(world: &World, raw: &str, to: &str, sender: &str) {
    comes_to(world, raw, &[to], sender).await;
}

pub(super) async fn comes_to(world: &World, raw: &str, to: &[&str], sender: &str) {
    let number = u128::from(rand_number(&format!("{raw}{to:?}")));
    let door = open_door(world, number).await;
    let now = world.now().await.to_rfc3339();
    let mut mail = arrival(raw.replace('\n', "\r\n").into_bytes(), &now, to);
    mail.sender = Some(sender.to_owned());
    receive_mail::receive(&world.cx, door, vec![mail]).await.unwrap();
    let mut tx = world.cx.begin(Actor::Daemon).await.unwrap();
    door::close(&mut tx, door).await.unwrap();
    tx.commit_unrecorded().await.unwrap();
    world.settle().await;
}

/// Two mails of one test are two doors.
fn rand_number(raw: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    raw.hash(&mut hasher);
    hasher.finish()
}

pub(super) fn letter_to(world: &World, address: &str) -> Mail {
    world.mailbox.mails_to(address).first().cloned().expect("it had a letter")
}

/// Where a reply to this letter goes.
pub(super) fn reply_to(letter: &Mail) -> String {
    let header = letter.header("Reply-To").unwrap();
    header.split(['<', '>']).nth(1).unwrap_or(&header).to_owned()
}

pub(super) fn person(from: &str, subject: &str, words: &str) -> String {
    format!(
        "From: {from}\nTo: privacy@processor.example\nSubject: {subject}\nDate: Wed, 25 Nov 2026 10:00:00 +0000\n\
         Message-ID: <{subject}.{}@mail.example>\n\n{words}\n",
        words.len()
    )
    .replace(&format!("<{subject}"), &format!("<{}", subject.replace([' ', ':'], "-")))
}

pub(super) fn report(action: &str, status: &str, address: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.acme.example\nTo: bounce\nSubject: report\nDate: Wed, 25 Nov 2026 10:00:00 +0000\n\
         Message-ID: <{action}.{status}@mx.acme.example>\nMIME-Version: 1.0\nAuto-Submitted: auto-replied\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n\
         --b\nContent-Type: text/plain\n\nAbout your mail.\n\
         --b\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.acme.example\n\n\
         Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n\
         Diagnostic-Code: smtp; 550 {status} so it is\n\n--b--\n"
    )
}

pub(super) async fn reasons(world: &World, reference: &str) -> Vec<String> {
    let change = world.change(reference).await;
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let shut = gate::shut_by(snapshot.conn(), change.id, change.effective_at).await.unwrap();
    shut.iter().map(ToString::to_string).filter(|reason| reason != "inbound_behind").collect()
}

pub(super) async fn inbox(world: &World, filter: Filter) -> Vec<Item> {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    inbox::list(snapshot.conn(), filter, 10).await.unwrap()
}

pub(super) async fn strings(world: &World, sql: &'static str) -> Vec<String> {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    sqlx::query_scalar(sql).fetch_all(snapshot.conn()).await.unwrap()
}

pub(super) const OBLIGATIONS: &str = "select c.reference || ' ' || o.state from obligation o join customer c on c.id = o.customer_id order by 1";
pub(super) const OBJECTIONS: &str =
    "select o.channel || ' ' || x.in_time || ' ' || o.statement from objection o
    join objection_change x on x.objection_id = o.id order by o.id";

#[tokio::test]
async fn a_reply_holds_the_change_until_somebody_says_that_it_is_a_question() {
    let (world, reference) = announced().await;
    let to = reply_to(&letter_to(&world, JANE));
    assert_eq!(reasons(&world, &reference).await, Vec::<String>::new());
    comes(&world, &person(JANE, "Re: Nimbus", "Where are its servers?"), &to, JANE).await;

    assert_eq!(reasons(&world, &reference).await, ["reply_untriaged"]);
    let [waiting] = inbox(&world, Filter::Waiting).await.try_into().unwrap();
    assert_eq!(
        (waiting.class.as_deref(), waiting.matched_by.as_deref()),
        (Some("reply"), Some("envelope_token"))
    );
    assert_eq!(
        (waiting.customer.as_deref(), waiting.holds.as_slice()),
        (Some("C-1"), &[reference.clone()][..])
    );
    assert_eq!(waiting.findings.unwrap().own_words.trim(), "Where are its servers?");
    let alert = world.mailbox.mails_to(DPO).pop().unwrap();
    assert_eq!(alert.subject(), "Acme has answered: a question or an objection? (mail 1)");
    assert!(alert.text().contains("> Where are its servers?"), "{}", alert.text());

    let id = MessageId(waiting.id);
    let refused = rule(&world.cx, Actor::Daemon, id, Ruling::Question, None, None).await.unwrap_err();
    assert!(matches!(refused, rule_on_mail::Error::NobodyActs));
    let done = rule(&world.cx, world.dpo.clone(), id, Ruling::Question, None, Some("asks")).await.unwrap();
    assert_eq!(done.held, 1);
    assert_eq!(reasons(&world, &reference).await, Vec::<String>::new());
    let twice = rule(&world.cx, world.dpo.clone(), id, Ruling::Objection, None, None).await.unwrap_err();
    assert!(matches!(twice, rule_on_mail::Error::NotWaiting { mail: 1 }));
    world.finish().await;
}

#[tokio::test]
async fn a_reply_ruled_an_objection_after_the_deadline_is_in_time_by_the_instant_it_reached_us() {
    let (world, reference) = announced().await;
    let to = reply_to(&letter_to(&world, JANE));
    comes(&world, &person(JANE, "Re: Nimbus", "We do not want this."), &to, JANE).await;
    world.advance_to(AFTER_DEADLINE).await;
    rule(&world.cx, world.dpo.clone(), MessageId(1), Ruling::Objection, None, None).await.unwrap();
    world.settle().await;

    assert_eq!(strings(&world, OBJECTIONS).await, ["reply true We do not want this."]);
    assert_eq!(reasons(&world, &reference).await, ["objection_open"]);
    let [mail] = inbox(&world, Filter::All).await.try_into().unwrap();
    assert_eq!((mail.state.as_str(), mail.objection.as_deref()), ("done", Some("OBJ-2026-0001")));
    let receipt = world.mailbox.mails_to(JANE).pop().unwrap();
    assert!(receipt.subject().starts_with("Receipt OBJ-2026-0001"), "{}", receipt.subject());
    world.finish().await;
}

#[tokio::test]
async fn object_in_the_subject_is_an_objection_at_once_and_a_second_mail_joins_it() {
    let (world, reference) = announced().await;
    let to = reply_to(&letter_to(&world, JANE));
    comes(&world, &person(JANE, "OBJECT", "No transfers, please."), &to, JANE).await;
    assert_eq!(strings(&world, OBJECTIONS).await, ["reply true No transfers, please."]);
    assert_eq!(reasons(&world, &reference).await, ["objection_open"]);
    assert_eq!(inbox(&world, Filter::Waiting).await.len(), 0);

    comes(&world, &person(JANE, "OBJECT again", "Nor backups."), &to, JANE).await;
    assert_eq!(strings(&world, OBJECTIONS).await.len(), 1);
    assert_eq!(
        strings(&world, "select said_by || ': ' || body from correspondence").await,
        ["jane@acme.example: Nor backups."]
    );
    assert_eq!(world.subjects(JANE).iter().filter(|one| one.starts_with("Receipt")).count(), 1);

    // The receipt answered: it belongs to the case.
    let receipt = world.mailbox.mails_to(JANE).pop().unwrap();
    comes(&world, &person(JANE, "Re: Receipt", "Thanks. See clause 4."), &reply_to(&receipt), JANE).await;
    let said = strings(
        &world,
        "select said_by || ': ' || body from correspondence where message_id is not null order by id",
    )
    .await;
    assert_eq!(said.last().unwrap().trim(), "jane@acme.example: Thanks. See clause 4.");
    assert_eq!(inbox(&world, Filter::Waiting).await.len(), 0);
    world.finish().await;
}

#[tokio::test]
async fn the_answer_to_an_objection_stands_in_its_thread_and_what_is_said_to_it_comes_back_to_the_case() {
    let (world, _) = announced().await;
    let letter = letter_to(&world, JANE);
    comes(&world, &person(JANE, "OBJECT", "No transfers, please."), &reply_to(&letter), JANE).await;
    let hers = "OBJECT.21@mail.example";
    let ids = |letter: &Mail, field| letter.header(field).unwrap_or_default().replace(['<', '>'], "");
    let receipt = world.mailbox.mails_to(JANE).pop().unwrap();
    assert_eq!(ids(&receipt, "In-Reply-To"), hers);

    let done =
        world.command(&["objection", "answer", "OBJ-2026-0001", "--text", "They stay in the EU."]).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    world.settle().await;
    let answer = world.mailbox.mails_to(JANE).pop().unwrap();
    assert_eq!(ids(&answer, "In-Reply-To"), hers);
    let (root, told) = (ids(&letter, "References"), ids(&letter, "Message-ID"));
    for letter in [&receipt, &answer] {
        assert_eq!(ids(letter, "References"), format!("{root} {told} {hers}"));
    }

    // By its Reply-To, and by a client that writes to whom it likes but keeps the thread.
    comes(&world, &person(JANE, "Re: answer", "Since when?"), &reply_to(&answer), JANE).await;
    let threaded = format!(
        "In-Reply-To: <{id}>\nReferences: <{root}> <{hers}> <{id}>\n{}",
        person("jane.private@gmail.com", "Re: answer again", "And backups?"),
        id = ids(&answer, "Message-ID"),
    );
    comes(&world, &threaded, "privacy@processor.example", "jane.private@gmail.com").await;
    let said = strings(
        &world,
        "select coalesce(said_by || ': ', voice || ': ') || body from correspondence order by id",
    )
    .await;
    let said: Vec<&str> = said.iter().map(|body| body.trim()).collect();
    assert_eq!(
        said,
        [
            "ours: They stay in the EU.",
            "jane@acme.example: Since when?",
            "jane.private@gmail.com: And backups?"
        ]
    );
    assert_eq!(inbox(&world, Filter::Waiting).await.len(), 0);

    // What is answered next is her last mail.
    world.command(&["objection", "answer", "OBJ-2026-0001", "--text", "Those too."]).await;
    world.settle().await;
    let second = world.mailbox.mails_to(JANE).pop().unwrap();
    assert_eq!(ids(&second, "In-Reply-To"), "Re--answer-again.12@mail.example");
    world.finish().await;
}

#[tokio::test]
async fn an_objection_by_a_robot_counts_and_the_robot_is_not_answered() {
    let (world, reference) = announced().await;
    let to = reply_to(&letter_to(&world, JANE));
    let by_list = format!("List-Id: <privacy.acme.example>\n{}", person(JANE, "OBJECT", "We object."));
    comes(&world, &by_list, &to, JANE).await;
    assert_eq!(strings(&world, OBJECTIONS).await, ["reply true We object."]);
    assert_eq!(reasons(&world, &reference).await, ["objection_open"]);
    assert_eq!(world.subjects(JANE).iter().filter(|one| one.starts_with("Receipt")).count(), 0);
    assert_eq!(world.subjects(DPO).iter().filter(|one| one.contains("OBJ-2026-0001")).count(), 1);
    world.finish().await;
}

#[tokio::test]
async fn the_contact_on_file_hears_of_an_objection_whose_sender_may_not_be_answered() {
    let robot = "noreply@acme.example";
    let by_list = |from| format!("List-Id: <privacy.acme.example>\n{}", person(from, "OBJECT", "We object."));
    for (raw, sender) in [
        (person(robot, "OBJECT", "We object."), robot),
        (person("postmaster@acme.example", "OBJECT", "We object."), "postmaster@acme.example"),
        (by_list("max@acme.example"), "max@acme.example"),
        (person("max@acme.example", "OBJECT", "We object."), ""),
    ] {
        let (world, _) = announced().await;
        let to = reply_to(&letter_to(&world, JANE));
        comes(&world, &raw, &to, sender).await;
        comes(&world, &raw.replace("We object.", "We do."), &to, sender).await;
        assert_eq!(strings(&world, OBJECTIONS).await, ["reply true We object."], "{raw}");
        let receipts = |to| world.subjects(to).iter().filter(|one| one.starts_with("Receipt")).count();
        assert_eq!((receipts(JANE), receipts(BIRCH)), (1, 0), "{raw}");
        assert!([robot, "postmaster@acme.example", "max@acme.example"].iter().all(|to| receipts(to) == 0));
        world.finish().await;
    }
}

#[tokio::test]
async fn a_letter_of_ours_that_comes_back_proves_nothing_and_is_shown() {
    const PROOF: &str = "select count(*)::text from delivery where coalesce(answered_at, present_at, received_at) is not null";
    let (world, reference) = announced().await;
    let back = |letter: &Mail| String::from_utf8_lossy(&letter.bytes).replace("\r\n", "\n");
    let letter = letter_to(&world, JANE);
    comes(&world, &back(&letter), &reply_to(&letter), &letter.envelope_from).await;
    assert_eq!(strings(&world, PROOF).await, ["0"]);
    assert_eq!(reasons(&world, &reference).await, Vec::<String>::new());
    let [shown] = inbox(&world, Filter::Waiting).await.try_into().unwrap();
    assert_eq!(shown.holds, Vec::<String>::new());
    assert_eq!(world.subjects(JANE).len(), 1, "nobody is asked what it is");

    // A receipt is marked as a machine's.
    let by_link = letter_to(&world, BIRCH);
    comes(&world, &person(BIRCH, "OBJECT", "We object."), &reply_to(&by_link), BIRCH).await;
    let receipt = world.mailbox.mails_to(BIRCH).pop().unwrap();
    let before = strings(&world, PROOF).await;
    comes(&world, &back(&receipt), &reply_to(&receipt), "").await;
    assert_eq!(strings(&world, PROOF).await, before);
    assert_eq!(inbox(&world, Filter::Waiting).await.len(), 2);

    // Who writes as us holds what he may object to, and proves nothing either.
    let as_us = person("privacy@processor.example", "Nimbus", "Is this so?");
    comes(&world, &as_us, &reply_to(&letter), "privacy@processor.example").await;
    assert_eq!(strings(&world, PROOF).await, before);
    assert_eq!(reasons(&world, &reference).await, ["objection_open", "reply_untriaged"]);
    world.finish().await;
}

#[tokio::test]
async fn an_objection_that_does_not_say_whose_it_is_waits_for_a_person_and_holds_meanwhile() {
    let (world, reference) = announced().await;
    let to = reply_to(&letter_to(&world, JANE));
    let nameless = person(JANE, "OBJECT", "We object.").replacen(&format!("From: {JANE}\n"), "", 1);
    comes(&world, &nameless, &to, "").await;
    assert_eq!(strings(&world, OBJECTIONS).await, Vec::<String>::new());
    assert_eq!(reasons(&world, &reference).await, ["reply_untriaged"]);
    let [waiting] = inbox(&world, Filter::Waiting).await.try_into().unwrap();
    rule(&world.cx, world.dpo.clone(), MessageId(waiting.id), Ruling::Objection, None, None).await.unwrap();
    world.settle().await;
    assert_eq!(strings(&world, OBJECTIONS).await, ["reply true We object."]);
    world.finish().await;
}

#[tokio::test]
async fn an_empty_mail_to_the_objection_address_from_anywhere_is_an_objection() {
    let (world, reference) = announced().await;
    let text = letter_to(&world, JANE).text();
    let to =
        text.split_whitespace().find(|word| word.starts_with("o-")).expect("the letter names it").to_owned();
    comes(&world, &person("jane.private@gmail.com", "", ""), &to, "jane.private@gmail.com").await;
    let said = strings(&world, OBJECTIONS).await;
    assert!(said.len() == 1 && said[0].starts_with("reply true (the mail says nothing"), "{said:?}");
    assert_eq!(reasons(&world, &reference).await, ["objection_open"]);
    world.finish().await;
}

#[tokio::test]
async fn a_strangers_mail_holds_whatever_is_in_notice_and_counts_for_the_customer_it_is_given_to() {
    let (world, reference) = announced().await;
    comes(
        &world,
        &person("works@council.example", "Nimbus", "We object for Birch."),
        "privacy@processor.example",
        "works@council.example",
    )
    .await;
    assert_eq!(reasons(&world, &reference).await, ["reply_untriaged"]);
    let [waiting] = inbox(&world, Filter::Waiting).await.try_into().unwrap();
    assert_eq!((waiting.class.as_deref(), waiting.customer), (Some("unmatched"), None));
    rule(&world.cx, world.dpo.clone(), MessageId(waiting.id), Ruling::Objection, Some("C-2"), None)
        .await
        .unwrap();
    world.settle().await;
    assert_eq!(strings(&world, OBJECTIONS).await, ["reply true We object for Birch."]);
    assert_eq!(reasons(&world, &reference).await, ["objection_open"]);
    assert!(
        world.subjects(BIRCH).last().unwrap().starts_with("Receipt"),
        "the contact on file gets the receipt"
    );
    world.finish().await;
}

#[tokio::test]
async fn a_colleague_at_the_customers_own_domain_speaks_for_it_but_not_one_at_a_public_provider() {
    let (world, _) = announced().await;
    for from in ["ceo@birch.example", "ceo@gmail.com"] {
        comes(&world, &person(from, "Nimbus", "We wonder."), "privacy@processor.example", from).await;
    }
    let found: Vec<_> = inbox(&world, Filter::Waiting)
        .await
        .into_iter()
        .map(|item| (item.customer, item.matched_by))
        .collect();
    assert_eq!(found, [(Some("C-2".to_owned()), Some("sender".to_owned())), (None, None)]);
    world.finish().await;
}

#[tokio::test]
async fn a_bounce_takes_the_service_back_asks_the_next_contact_and_then_tells_the_dpo() {
    let (world, reference) = announced().await;
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-1 served", "C-2 served"]);
    let bounced = letter_to(&world, JANE);
    let raw = report("failed", "5.1.1", JANE);
    comes(&world, &raw, &bounced.envelope_from, "").await;
    // The next contact has the letter by now, and it serves.
    assert_eq!(world.subjects("legal@acme.example").len(), 1);
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-1 served", "C-2 served"]);
    let dead = "select suppressed_why from recipient where suppressed_at is not null";
    assert_eq!(strings(&world, dead).await, ["it bounced: 5.1.1 550 5.1.1 so it is"]);

    // That one is full: not delivered, but alive.
    let second = letter_to(&world, "legal@acme.example");
    comes(&world, &report("failed", "5.2.2", "legal@acme.example"), &second.envelope_from, "").await;
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-1 owed", "C-2 served"]);
    assert_eq!(strings(&world, dead).await.len(), 1);
    assert_eq!(reasons(&world, &reference).await, ["notice_missing"]);
    let alerts = world.subjects(DPO);
    assert_eq!(
        alerts.iter().filter(|one| one.contains("nobody at Acme can be reached")).count(),
        1,
        "{alerts:?}"
    );

    // The same report again changes nothing.
    comes(&world, &raw.replace("About your mail", "About your mail once more"), &bounced.envelope_from, "")
        .await;
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-1 owed", "C-2 served"]);
    assert_eq!(world.subjects("legal@acme.example").len(), 1);
    world.finish().await;
}

/// What Birch has objected to is settled by keeping its data from Nimbus.
async fn keep_out(world: &World) {
    let asked = Asked {
        outcome: Outcome::Accommodated,
        reason: "switched off".to_owned(),
        condition: None,
        ..mitigated_as_agreed()
    };
    let objection = &strings(world, "select reference from objection").await[0];
    resolve_objection::resolve(&world.cx, world.dpo.clone(), objection, asked, None).await.unwrap();
    resolve_objection::confirm_exclusion(&world.cx, world.dpo.clone(), "C-2", "Nimbus", "off").await.unwrap();
    world.settle().await;
}

#[tokio::test]
async fn who_is_kept_from_what_a_lost_letter_told_of_is_owed_nothing() {
    let (world, reference) = announced().await;
    let letter = letter_to(&world, BIRCH);
    comes(&world, &report("failed", "5.1.1", BIRCH), &letter.envelope_from, "").await;
    comes(&world, &person(BIRCH, "OBJECT", "OBJECT"), &reply_to(&letter), BIRCH).await;
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-1 served", "C-2 owed"]);
    keep_out(&world).await;
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-1 served", "C-2 exempt"]);
    assert_eq!(reasons(&world, &reference).await, Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn a_letter_lost_to_whoever_is_kept_from_what_it_told_of_is_owed_to_nobody() {
    for lost in [report("failed", "5.1.1", BIRCH), report("delayed", "4.4.1", BIRCH)] {
        let (world, reference) = announced().await;
        let by_phone = Entered {
            who: Who::Customer { reference: "C-2".to_owned(), address: None },
            changes: vec![reference.clone()],
            channel: Channel::Phone,
            received_at: world.now().await,
            text: "No.".to_owned(),
            grounds: Vec::new(),
            condition: None,
            on_behalf_of: None,
            file: None,
        };
        lodge_objection::record(&world.cx, world.dpo.clone(), &by_phone).await.unwrap();
        keep_out(&world).await;
        assert_eq!(strings(&world, OBLIGATIONS).await, ["C-1 served", "C-2 served"]);
        let to = letter_to(&world, BIRCH).envelope_from;
        comes(&world, &lost, &to, "").await;
        assert_eq!(strings(&world, OBLIGATIONS).await, ["C-1 served", "C-2 exempt"]);
        assert_eq!(reasons(&world, &reference).await, Vec::<String>::new());
        world.finish().await;
    }
}

#[tokio::test]
async fn a_delay_suspends_the_service_until_the_letter_has_arrived() {
    let (world, _) = announced().await;
    let to = letter_to(&world, BIRCH).envelope_from;
    comes(&world, &report("delayed", "4.4.1", BIRCH), &to, "").await;
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-1 served", "C-2 owed"]);
    comes(&world, &report("relayed", "2.0.0", BIRCH), &to, "").await;
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-1 served", "C-2 served"]);
    world.finish().await;
}

#[tokio::test]
async fn a_forged_bounce_changes_nothing_and_is_shown() {
    let (world, _) = announced().await;
    comes(&world, &report("failed", "5.1.1", JANE), "privacy@processor.example", "").await;
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-1 served", "C-2 served"]);
    assert_eq!(
        strings(&world, "select address from recipient where suppressed_at is not null").await,
        Vec::<String>::new()
    );
    let [shown] = inbox(&world, Filter::Waiting).await.try_into().unwrap();
    assert_eq!((shown.class.as_deref(), shown.holds.len()), (Some("bounce"), 0));
    world.finish().await;
}

#[tokio::test]
async fn a_machines_answer_holds_nothing_and_is_never_answered() {
    let (world, reference) = announced().await;
    let letter = letter_to(&world, JANE);
    let before = world.mailbox.mails().len();
    let away = person(JANE, "Out of office", "I am away until Monday and object to nothing.")
        .replace("Subject:", "Auto-Submitted: auto-replied\nSubject:");
    comes(&world, &away, &letter.envelope_from, "").await;
    assert_eq!(reasons(&world, &reference).await, Vec::<String>::new());
    assert_eq!(inbox(&world, Filter::Waiting).await.len(), 0);
    assert_eq!(world.mailbox.mails().len(), before);
    let present =
        "select count(*)::text from delivery where present_at is not null and received_at is not null";
    assert_eq!(strings(&world, present).await, ["1"]);
    world.finish().await;
}

#[tokio::test]
async fn the_sender_is_asked_once_a_day_and_says_by_the_links_button_what_the_reply_is() {
    let (world, reference) = announced().await;
    let letter = letter_to(&world, JANE);
    comes(&world, &person(JANE, "Re: Nimbus", "Hm, Nimbus?"), &reply_to(&letter), JANE).await;
    let asked = world.mailbox.mails_to(JANE).pop().unwrap();
    assert_eq!(asked.subject(), format!("Re: {reference}: is your reply an objection?"));
    let headers =
        ["Auto-Submitted", "X-Auto-Response-Suppress", "In-Reply-To"].map(|name| asked.header(name).unwrap());
    assert_eq!(headers, ["auto-replied", "OOF, AutoReply", "Re--Nimbus.11@mail.example"]);
    comes(&world, &person(JANE, "Re: Nimbus", "And another thing."), &reply_to(&letter), JANE).await;
    assert_eq!(world.subjects(JANE).iter().filter(|one| one.contains("is your reply")).count(), 1);

    let visitor = Visitor::of(&world);
    let text = asked.text();
    let link = |what: &str| {
        let url = text.lines().find(|line| line.contains("/reply/") && line.trim().ends_with(what)).unwrap();
        path_of(url.trim())
    };
    let others = ["/object/", "/letter/", "/manage/"];
    let others = others.map(|other| path_of(&letter_to(&world, JANE).link(other).unwrap()));
    let others: Vec<&str> = others.iter().filter_map(|path| path.split('/').nth(2)).collect();
    no_guess_opens(&visitor, &link("/objection"), &others).await;
    let page = visitor.get(&link("/objection")).await;
    assert!(page.status == 200 && page.body.contains("Yes, I object"), "{}", page.body);
    assert_eq!(strings(&world, OBJECTIONS).await.len(), 0, "a scanner that opens links says nothing");
    assert_eq!(visitor.get(&link("/objection").replace("/objection", "/accident")).await.status, 404);

    let said = visitor.post(&link("/objection"), &[]).await;
    assert!(said.body.contains("Your reply is an objection"), "{}", said.body);
    world.settle().await;
    assert_eq!(strings(&world, OBJECTIONS).await, ["reply true Hm, Nimbus?"]);
    // The other button comes too late, and says so.
    let other = visitor.post(&link("/question"), &[]).await;
    assert!(other.body.contains("Your reply is an objection"), "{}", other.body);
    assert_eq!(strings(&world, OBJECTIONS).await.len(), 1);
    let by = "select ruled_by from inbound_message where ruling is not null";
    assert!(strings(&world, by).await[0].starts_with("recipient:"));
    world.finish().await;
}

#[tokio::test]
async fn a_bounce_after_the_effect_closes_no_book_takes_the_clearance_back_and_tells_the_dpo() {
    let (world, reference) = announced().await;
    let to = letter_to(&world, BIRCH).envelope_from;
    world.advance_to("2027-01-15T12:00Z").await;
    assert_eq!(world.change(&reference).await.state.as_str(), "effective");
    let cleared = || async {
        ask_clearance::ask(&world.cx, "C-2", "Nimbus", None).await.unwrap().answer == Answer::Cleared
    };
    assert!(cleared().await);
    comes(&world, &report("failed", "5.1.1", BIRCH), &to, "").await;
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-1 served", "C-2 served"]);
    assert!(!cleared().await);
    let told = world.subjects(DPO);
    assert!(
        told.iter().any(|one| one.contains("the letter to Birch came back, Nimbus is in force")),
        "{told:?}"
    );
    world.finish().await;
}

#[tokio::test]
async fn a_late_objection_by_mail_is_in_time_once_another_server_of_ours_had_it_before_the_deadline() {
    let (world, reference) = announced().await;
    let to = reply_to(&letter_to(&world, JANE));
    world.advance_to(AFTER_DEADLINE).await;
    let mail = person(JANE, "OBJECT", "No.");
    comes(&world, &mail, &to, JANE).await;
    assert_eq!(strings(&world, OBJECTIONS).await, ["reply false No."]);
    assert_eq!(reasons(&world, &reference).await, Vec::<String>::new());
    // The same mail, from a mailbox that had it in November.
    let door = open_door(&world, 77).await;
    let mut earlier = arrival(mail.replace('\n', "\r\n").into_bytes(), "2026-11-30T10:00:00Z", &[&to]);
    earlier.sender = Some(JANE.to_owned());
    receive_mail::receive(&world.cx, door, vec![earlier]).await.unwrap();
    let mut tx = world.cx.begin(Actor::Daemon).await.unwrap();
    door::close(&mut tx, door).await.unwrap();
    tx.commit_unrecorded().await.unwrap();
    world.settle().await;
    assert_eq!(strings(&world, OBJECTIONS).await, ["reply true No."]);
    assert_eq!(reasons(&world, &reference).await, ["objection_open"]);
    world.finish().await;
}

#[tokio::test]
async fn one_change_withdrawn_does_not_lose_the_objection_to_the_other() {
    let (world, first) = announced().await;
    let second = world.schedule(&addition("Cumulus", "2027-02-01")).await.reference;
    world.advance_to("2026-11-25T12:00Z").await;
    let from = "works@council.example";
    comes(&world, &person(from, "Both", "Neither, please."), "privacy@processor.example", from).await;
    schedule_change::withdraw(&world.cx, world.dpo.clone(), &first, "not needed", None).await.unwrap();
    world.settle().await;
    let id = MessageId(1);
    let refused = rule(&world.cx, world.dpo.clone(), id, Ruling::Objection, None, None).await.unwrap_err();
    assert!(matches!(refused, rule_on_mail::Error::WhoseIsIt { .. }), "{refused}");
    rule(&world.cx, world.dpo.clone(), id, Ruling::Objection, Some("C-2"), None).await.unwrap();
    world.settle().await;
    assert_eq!(strings(&world, OBJECTIONS).await, ["reply true Neither, please."]);
    assert_eq!(reasons(&world, &second).await.first().map(String::as_str), Some("objection_open"));
    world.finish().await;
}

#[tokio::test]
async fn who_is_a_contact_of_two_customers_holds_as_a_stranger_until_it_is_said_for_whom() {
    let (world, reference) = announced().await;
    world.as_superuser("insert into recipient (customer_id, address, role) select id, 'adviser@law.example', 'legal' from customer").await;
    let from = "adviser@law.example";
    comes(&world, &person(from, "OBJECT", "We object."), "privacy@processor.example", from).await;
    let holds = "select coalesce(customer_id::text, 'anybody') from inbound_hold where released_at is null";
    assert_eq!(strings(&world, holds).await, ["anybody"]);
    rule(&world.cx, world.dpo.clone(), MessageId(1), Ruling::Objection, Some("C-1"), None).await.unwrap();
    world.settle().await;
    let whose = "select c.reference from objection o join customer c on c.id = o.customer_id";
    assert_eq!(strings(&world, whose).await, ["C-1"]);
    assert_eq!(reasons(&world, &reference).await, ["objection_open"]);
    world.finish().await;
}

#[tokio::test]
async fn a_robot_at_the_dpos_own_desk_is_not_told_of_its_own_answers() {
    let (world, reference) = announced().await;
    let to = reply_to(&letter_to(&world, JANE));
    comes(&world, &person(JANE, "Re: Nimbus", "Hm?"), &to, JANE).await;
    let alert = world.mailbox.mails_to(DPO).pop().unwrap();
    let before = world.subjects(DPO).len();
    for answer in 0..5 {
        let words = format!("Ticket {answer} is open.");
        comes(
            &world,
            &person("helpdesk@processor.example", "Ticket", &words),
            &reply_to(&alert),
            "helpdesk@processor.example",
        )
        .await;
        comes(&world, &person(DPO, "Ticket", &words), "privacy@processor.example", DPO).await;
    }
    assert_eq!(world.subjects(DPO).len(), before);
    let holds = "select message_id::text from inbound_hold where released_at is null";
    assert_eq!(strings(&world, holds).await, ["1"]);
    assert_eq!(reasons(&world, &reference).await, ["reply_untriaged"]);
    world.finish().await;
}

#[tokio::test]
async fn whoever_was_forwarded_a_letter_can_take_it_back_but_kill_no_address_and_prove_no_arrival() {
    let (world, _) = announced().await;
    let to = reply_to(&letter_to(&world, BIRCH));
    comes(&world, &report("delivered", "2.0.0", BIRCH), &to, "").await;
    let proved = "select count(*)::text from delivery where received_at is not null";
    assert_eq!(strings(&world, proved).await, ["0"]);
    comes(&world, &report("failed", "5.1.1", BIRCH), &to, "").await;
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-1 served", "C-2 owed"]);
    let dead = "select address from recipient where suppressed_at is not null";
    assert_eq!(strings(&world, dead).await, Vec::<String>::new());
    world.finish().await;
}
