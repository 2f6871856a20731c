//! What machines say of our letters by mail, from the bytes to what follows: complaints, an unsubscription, somebody who left, a relay that
//! gives letters names of its own.

use forenotice::actions::end_contract::end_contract;
use forenotice::actions::schedule_change;
use forenotice::demo::mailbox::Mail;
use forenotice::store::inbox::Filter;

use super::heard::{READER, with_a_reader};
use super::sorted::{
    BIRCH, JANE, OBJECTIONS, OBLIGATIONS, announced, comes, inbox, letter_to, person, reasons, report,
    strings,
};
use crate::support::World;
use crate::support::builders::addition;

const DPO: &str = "dpo@processor.example";
const SILENCED: &str =
    "select address || ': ' || suppressed_why from recipient where suppressed_at is not null";
const OFFICE: &str = "fbl@processor.example";

/// A feedback report (RFC 5965), which brings the letter's head back.
fn complaint(kind: &str, letter: &Mail) -> String {
    let raw = String::from_utf8_lossy(&letter.bytes).replace("\r\n", "\n");
    let head = raw.split("\n\n").next().unwrap();
    format!(
        "From: <feedback@isp.example>\nTo: {OFFICE}\nSubject: FW: your letter\nDate: Wed, 25 Nov 2026 10:00:00 +0000\n\
         Message-ID: <{kind}.{}@isp.example>\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=\"b\"\n\n\
         --b\nContent-Type: text/plain\n\nThis is an email abuse report.\n\
         --b\nContent-Type: message/feedback-report\n\nFeedback-Type: {kind}\nUser-Agent: SomeGenerator/1.0\nVersion: 1\n\
         Original-Mail-From: <{}>\n\n\
         --b\nContent-Type: text/rfc822-headers\n\n{head}\n\n--b--\n",
        letter.serial, letter.envelope_from
    )
}

/// Where whoever wants no more letters may write.
fn unsubscribe_address(letter: &Mail) -> String {
    let raw = String::from_utf8_lossy(&letter.bytes).replace("\r\n", "\n").replace("\n ", " ");
    let address = raw.split("<mailto:").nth(1).expect("it has an address for that");
    address.split(['>', '?']).next().unwrap().to_owned()
}

fn told_of(world: &World, words: &str) -> usize {
    world.subjects(DPO).iter().filter(|subject| subject.contains(words)).count()
}

#[tokio::test]
async fn a_complaint_by_mail_is_told_to_the_dpo_once_and_silences_no_contact() {
    let (world, reference) = announced().await;
    let letter = letter_to(&world, JANE);
    comes(&world, &complaint("not-spam", &letter), OFFICE, "feedback@isp.example").await;
    assert_eq!(told_of(&world, "unwanted"), 0);
    comes(&world, &complaint("abuse", &letter), OFFICE, "feedback@isp.example").await;
    comes(&world, &complaint("fraud", &letter), OFFICE, "feedback@isp.example").await;
    assert_eq!(told_of(&world, "Acme: jane@acme.example has marked our letter as unwanted"), 1);
    let complained = "select count(*)::text from delivery where complained_at is not null";
    assert_eq!(strings(&world, complained).await, ["1"]);
    assert_eq!(strings(&world, SILENCED).await, Vec::<String>::new());
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-1 served", "C-2 served"]);
    assert_eq!(reasons(&world, &reference).await, Vec::<String>::new());
    assert_eq!((strings(&world, OBJECTIONS).await.len(), inbox(&world, Filter::Waiting).await.len()), (0, 0));
    world.finish().await;
}

#[tokio::test]
async fn a_subscriber_who_complains_has_left() {
    let world = with_a_reader().await;
    let letter = world.mailbox.mails_to(READER).pop().unwrap();
    comes(&world, &complaint("abuse", &letter), OFFICE, "").await;
    assert_eq!(strings(&world, SILENCED).await, [format!("{READER}: complained of our mail")]);
    assert_eq!(inbox(&world, Filter::Waiting).await.len(), 0);
    world.finish().await;
}

#[tokio::test]
async fn a_mail_to_the_unsubscribe_address_is_the_link_and_no_objection() {
    let world = with_a_reader().await;
    let letter = world.mailbox.mails_to(READER).pop().unwrap();
    let before = world.mailbox.mails().len();
    let to = unsubscribe_address(&letter);
    // A provider writes it for its user, from wherever it likes.
    comes(&world, &person("unsubscribe@isp.example", "unsubscribe", ""), &to, "unsubscribe@isp.example")
        .await;
    assert_eq!(strings(&world, SILENCED).await, [format!("{READER}: unsubscribed by mail")]);
    assert_eq!(inbox(&world, Filter::Waiting).await.len(), 0);
    assert_eq!(strings(&world, OBJECTIONS).await, Vec::<String>::new());
    assert_eq!(world.mailbox.mails().len(), before, "nobody is written to");
    world.finish().await;
}

#[tokio::test]
async fn whoever_answers_the_unsubscribe_address_with_an_objection_objects() {
    let world = with_a_reader().await;
    let letter = world.mailbox.mails_to(READER).pop().unwrap();
    comes(&world, &person(READER, "OBJECT", "We object."), &unsubscribe_address(&letter), READER).await;
    assert_eq!(strings(&world, "select statement from objection").await, ["We object."]);
    assert_eq!(strings(&world, SILENCED).await, Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn a_machine_that_says_that_a_contact_has_left_proves_the_mailbox_and_is_told_once_with_who_follows() {
    let (world, reference) = announced().await;
    let letter = letter_to(&world, BIRCH);
    let left = |n: u32| {
        person(
            BIRCH,
            &format!("Automatic reply: {n}"),
            "I have left the company. Please write to max.muster@birch.example from now on.",
        )
        .replace("Subject:", "Auto-Submitted: auto-replied\nSubject:")
    };
    for n in 1..=3 {
        comes(&world, &left(n), &letter.envelope_from, "").await;
    }
    assert_eq!(told_of(&world, "Birch: dpo@birch.example seems to have left"), 1);
    let alert = world.mailbox.mails_to(DPO).pop().unwrap();
    assert!(alert.text().contains("max.muster@birch.example"), "{}", alert.text());
    assert_eq!(world.mailbox.mails_to("max.muster@birch.example").len(), 0, "nobody has checked that");
    let present =
        "select count(*)::text from delivery where present_at is not null and received_at is not null";
    assert_eq!(strings(&world, present).await, ["1"]);
    assert_eq!(reasons(&world, &reference).await, Vec::<String>::new());
    world.finish().await;
}

const OF_THE_RELAY: &str = "0102018f3c5e7a91-2b1f6c1e-000000@eu-west-1.amazonses.com";

/// Jane's letter has left under a name of the relay's, as its 250 said.
async fn renamed() -> (World, String) {
    let (world, reference) = announced().await;
    world
        .as_superuser(
            "insert into wire_id (relay, id, delivery_id)
             select '127.0.0.1', '0102018f3c5e7a91-2b1f6c1e-000000', d.id
             from delivery d join recipient r on r.id = d.recipient_id where r.address = 'jane@acme.example' and d.notice_id is not null",
        )
        .await;
    (world, reference)
}

#[tokio::test]
async fn a_reply_to_a_letter_that_the_relay_renamed_is_the_customers_and_has_its_receipt() {
    let (world, reference) = renamed().await;
    let root = letter_to(&world, JANE).header("References").unwrap();
    let (old, mail) = ("jane.private@gmail.com", |id: &str, references: &str| {
        person("jane.private@gmail.com", &format!("Re: Nimbus {id}"), "Where are its servers?")
            .replace("Subject:", &format!("In-Reply-To: <{OF_THE_RELAY}>\n{references}Subject:"))
    });
    let to = "privacy@processor.example";
    comes(&world, &mail("one", &format!("References: {root} <{OF_THE_RELAY}>\n")), to, old).await;
    let [waiting] = inbox(&world, Filter::Waiting).await.try_into().unwrap();
    let known = (waiting.customer.as_deref(), waiting.matched_by.as_deref());
    assert_eq!(known, (Some("C-1"), Some("wire_message_id")));
    assert_eq!(reasons(&world, &reference).await, ["reply_untriaged"]);
    let asked =
        || world.subjects(JANE).iter().filter(|one| one.contains("is your reply an objection?")).count();
    assert_eq!(asked(), 1, "{:?}", world.subjects(JANE));
    assert_eq!(world.mailbox.mails_to(old).len(), 0);
    // The same day, by a client that keeps no References.
    comes(&world, &mail("two", ""), to, old).await;
    assert_eq!((asked(), inbox(&world, Filter::Waiting).await.len()), (1, 2));
    world.finish().await;
}

#[tokio::test]
async fn a_bounce_that_names_the_relays_id_alone_takes_the_letter_back_and_kills_no_address() {
    let (world, _) = renamed().await;
    let bounced = report("failed", "5.1.1", JANE).replace(
        "\n\n--b--\n",
        &format!("\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{OF_THE_RELAY}>\nTo: {JANE}\n\n--b--\n"),
    );
    comes(&world, &bounced, OFFICE, "").await;
    let came_back = "select r.address from delivery d join recipient r on r.id = d.recipient_id where d.bounced_at is not null";
    assert_eq!(strings(&world, came_back).await, [JANE]);
    assert_eq!(strings(&world, SILENCED).await, Vec::<String>::new());
    assert_eq!(world.subjects("legal@acme.example").len(), 1, "the next contact has it");
    world.finish().await;
}

/// A report of a letter that waits, whose server tries until then.
fn delayed(address: &str, until: &str) -> String {
    report("delayed", "4.4.1", address)
        .replace("Status: 4.4.1\n", &format!("Status: 4.4.1\nWill-Retry-Until: {until}\n"))
        .replace("<delayed.4.4.1", &format!("<{}", until.replace([' ', ','], "")))
}

#[tokio::test]
async fn a_delayed_letter_of_which_nothing_is_heard_in_its_servers_time_is_the_dpos_alarm_once() {
    let (world, reference) = announced().await;
    let [birch, jane] = [BIRCH, JANE].map(|address| letter_to(&world, address).envelope_from);
    comes(&world, &delayed(BIRCH, "Thu, 26 Nov 2026 10:00:00 +0000"), &birch, "").await;
    comes(&world, &delayed(JANE, "Thu, 26 Nov 2026 09:00:00 +0000"), &jane, "").await;
    let shown = world.command(&["inbox", "show", "1"]).await;
    assert!(shown.printed.contains("Tries until  2026-11-26 10:00 UTC"), "{shown:?}");
    // That one arrived; the other's server gives itself another day.
    comes(&world, &report("relayed", "2.0.0", JANE), &jane, "").await;
    comes(&world, &delayed(BIRCH, "Fri, 27 Nov 2026 10:00:00 +0000"), &birch, "").await;
    world.advance_to("2026-11-27T09:59Z").await;
    assert_eq!(told_of(&world, "delayed"), 0);
    world.advance_to("2026-11-27T10:00Z").await;
    let subject = format!("{reference}: a letter about Nimbus delayed, and nothing heard since");
    assert_eq!(told_of(&world, &subject), 1, "{:?}", world.subjects(DPO));
    let alert = world.mailbox.mails_to(DPO).into_iter().find(|mail| mail.subject() == subject).unwrap();
    assert!(alert.text().contains("Birch, dpo@birch.example"), "{}", alert.text());
    assert_eq!(reasons(&world, &reference).await, ["notice_missing"]);
    world.advance_to("2026-12-05T10:00Z").await;
    assert_eq!(told_of(&world, "delayed"), 1);
    world.finish().await;
}

#[tokio::test]
async fn what_says_no_time_or_one_that_no_server_keeps_is_asked_after_all_the_same() {
    let (world, _) = announced().await;
    let [birch, jane] = [BIRCH, JANE].map(|address| letter_to(&world, address).envelope_from);
    comes(&world, &report("delayed", "4.4.1", BIRCH), &birch, "").await;
    comes(&world, &delayed(JANE, "Thu, 26 Nov 2099 09:00:00 +0000"), &jane, "").await;
    world.advance_to("2026-11-29T12:00Z").await;
    assert_eq!(told_of(&world, "delayed"), 1, "a queue's five days are over");
    world.advance_to("2026-12-08T12:00Z").await;
    assert_eq!(told_of(&world, "delayed"), 2);
    world.finish().await;
}

#[tokio::test]
async fn a_letter_about_what_was_withdrawn_or_is_to_be_announced_anew_may_come_back_and_breaks_no_promise() {
    for withdrawn in [true, false] {
        let (world, reference) = announced().await;
        let (cx, dpo) = (&world.cx, world.dpo.clone());
        if withdrawn {
            schedule_change::withdraw(cx, dpo, &reference, "not needed", None).await.unwrap();
        } else {
            schedule_change::reschedule(cx, dpo, &reference, "2027-12-15".parse().unwrap()).await.unwrap();
        }
        let letter = letter_to(&world, BIRCH);
        comes(&world, &report("failed", "5.1.1", BIRCH), &letter.envelope_from, "").await;
        assert_eq!(
            strings(&world, SILENCED).await,
            ["dpo@birch.example: it bounced: 5.1.1 550 5.1.1 so it is"]
        );
        world.finish().await;
    }
}

#[tokio::test]
async fn periods_that_start_with_the_receipt_start_when_a_report_says_so_and_not_with_an_answer() {
    let (world, _) = announced().await;
    let starts = "select to_char(o.notice_started_at at time zone 'Europe/Berlin', 'MM-DD') || ' ' || to_char(o.clear_at at time zone 'Europe/Berlin', 'MM-DD')
                  from obligation o join customer c on c.id = o.customer_id order by c.reference";
    assert_eq!(strings(&world, starts).await, ["11-24 12-25", "11-24 12-25"]);
    world.advance_to("2026-11-26T10:00Z").await;
    comes(&world, &report("delivered", "2.0.0", BIRCH), &letter_to(&world, BIRCH).envelope_from, "").await;
    let away = format!("Auto-Submitted: auto-replied\n{}", person(JANE, "Away", "I am away."));
    comes(&world, &away, &letter_to(&world, JANE).envelope_from, "").await;
    assert_eq!(strings(&world, starts).await, ["11-24 12-25", "11-26 12-27"]);
    world.finish().await;
}

#[tokio::test]
async fn a_dead_notice_address_is_the_dpos_to_mend_though_others_have_the_letter() {
    let world = World::on("2026-11-23T09:00Z").await;
    world
        .customers(
            "reference,customer,email,customer_since,role,notice_address\n\
             C-2,Birch,dpo@birch.example,2024-03-01,privacy,yes\n\
             C-2,Birch,jane@birch.example,2024-03-01,privacy,no\n\
             C-2,Birch,legal@birch.example,2024-03-01,legal,no\n",
        )
        .await;
    world.schedule(&addition("Nimbus", "2027-03-01")).await;
    world.advance_to("2026-11-24T12:00Z").await;
    comes(&world, &report("failed", "5.1.1", BIRCH), &letter_to(&world, BIRCH).envelope_from, "").await;
    assert_eq!(strings(&world, OBLIGATIONS).await, ["C-2 owed"]);
    assert_eq!(world.mailbox.mails_to("legal@birch.example").len(), 0, "it can serve nobody");
    let subjects = world.subjects(DPO);
    assert!(subjects.iter().any(|subject| subject.contains("Birch")), "{subjects:?}");
    world.advance_to("2026-11-29T12:00Z").await;
    let digests: Vec<Mail> = world
        .mailbox
        .mails_to(DPO)
        .into_iter()
        .filter(|mail| mail.text().contains("Digest") || mail.header("Subject").unwrap().contains("need"))
        .collect();
    let last = digests.last().unwrap();
    assert!(last.header("Subject").unwrap().contains("one thing needs you"), "{:?}", last.header("Subject"));
    assert!(last.text().contains(BIRCH), "{}", last.text());
    world.finish().await;
}

#[tokio::test]
async fn the_letter_after_a_bounce_tells_the_days_of_the_contract_that_still_runs() {
    let world = World::configured("2026-11-23T09:00Z", &[("policy.notice_days", "10")]).await;
    let rows = "reference,customer,email,customer_since,role,contract,objection_days\n\
        C-1,Acme,jane@acme.example,2024-03-01,privacy,OLD,40\n\
        C-1,Acme,legal@acme.example,2024-03-01,legal,NEW,20\n";
    world.customers(rows).await;
    world.schedule(&addition("Nimbus", "2027-01-15")).await;
    world.advance_to("2026-11-24T12:00Z").await;
    let bounced = letter_to(&world, JANE);
    assert!(bounced.text().contains("4 January 2027"), "{}", bounced.text());
    let last_day = "2026-11-27".parse().unwrap();
    end_contract(&world.cx, world.dpo.clone(), "C-1", Some("OLD"), last_day).await.unwrap();
    world.advance_to("2026-11-30T12:00Z").await;
    comes(&world, &report("failed", "5.1.1", JANE), &bounced.envelope_from, "").await;
    let next = letter_to(&world, "legal@acme.example");
    assert!(next.text().contains("21 December 2026, 24:00"), "{}", next.text());
    let contract = "select k.reference from obligation o join contract k on k.id = o.contract_id";
    assert_eq!(strings(&world, contract).await, ["NEW"]);
    // Until when the first letter said that there is time, there is time.
    let kept = "select to_char(window_closes_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') from obligation";
    assert_eq!(strings(&world, kept).await, ["2027-01-04 23:00"]);
    world.finish().await;
}
