//! Who is served by which letter, and what its reader is promised.

use chrono::TimeDelta;
use forenotice::actions::{announce, schedule_change};
use forenotice::demo::mailbox::{Fault, Reply, Times};
use forenotice::domain::customer::CustomerId;
use forenotice::domain::delivery::DeliveryId;
use forenotice::domain::ledger::Actor;
use forenotice::domain::notice::NoticeId;
use forenotice::store::delivery::contact::{self, Rest};
use forenotice::store::inbox;

use super::mailing::{Contact, DPO, Mailing};

const ACME: &str = "dpo@acme.example";

#[tokio::test]
async fn where_a_customer_has_a_notice_address_only_letters_to_it_serve() {
    let second = Contact { name: "second", role: "privacy" };
    let mailing = Mailing::to(&[("acme", &[DPO, second])]).await;
    mailing.world.as_superuser("update recipient set notice_address = true where name = 'second'").await;
    let refused = Fault::RefusesRecipient("second@acme.example".to_owned(), Reply::greylisted());
    mailing.world.mailbox.arrange(refused, Times::Only(1));
    mailing.send().await;
    assert_eq!(mailing.row(ACME).await.state, "accepted");
    assert_eq!(mailing.obligations("owed").await, 1);
    mailing.later(TimeDelta::minutes(6)).await;
    mailing.send().await;
    assert_eq!(mailing.obligations("served").await, 1);
    assert_eq!(mailing.served_by().await, mailing.row("second@acme.example").await.id);
    mailing.world.finish().await;
}

#[tokio::test]
async fn of_several_contacts_the_first_acceptance_serves_and_a_later_one_changes_nothing() {
    let second = Contact { name: "second", role: "privacy" };
    let mailing = Mailing::to(&[("acme", &[DPO, second])]).await;
    mailing
        .world
        .mailbox
        .arrange(Fault::RefusesRecipient(ACME.to_owned(), Reply::greylisted()), Times::Only(1));
    mailing.send().await;
    let clear = "select extract(epoch from clear_at)::bigint from obligation";
    let first = mailing.count(clear).await;
    mailing.later(TimeDelta::days(1)).await;
    mailing.send().await;
    assert_eq!(mailing.row(ACME).await.state, "accepted");
    assert_eq!(mailing.count(clear).await, first);
    mailing.world.finish().await;
}

#[tokio::test]
async fn where_receipt_must_be_proven_the_relays_word_serves_nobody() {
    let mailing = Mailing::configured(&[("notice.proof", "received")], &[("acme", &[DPO])]).await;
    mailing.send().await;
    assert_eq!(mailing.row(ACME).await.state, "accepted");
    assert_eq!(mailing.obligations("owed").await, 1);
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_subscriber_whose_address_is_dead_holds_nothing_back() {
    let mailing = Mailing::to_one().await;
    // Counted as a customer of its own.
    mailing
        .world
        .as_superuser(
            "update customer set kind = 'subscriber';
             update obligation set contract_id = null",
        )
        .await;
    mailing
        .world
        .mailbox
        .arrange(Fault::RefusesRecipient(ACME.to_owned(), Reply::no_such_user()), Times::Always);
    mailing.send().await;
    let row = mailing.row(ACME).await;
    assert_eq!((row.state.as_str(), row.suppressed), ("failed", true));
    assert_eq!(mailing.obligations("exempt").await, 1);
    mailing.send().await;
    assert!(mailing.alerts().is_empty());
}

#[tokio::test]
async fn an_address_suppressed_after_the_fan_out_gets_nothing_and_the_next_contact_is_asked() {
    let legal = Contact { name: "legal", role: "legal" };
    let mailing = Mailing::to(&[("acme", &[DPO, legal])]).await;
    mailing
        .world
        .as_superuser(
            "update recipient set suppressed_at = '2026-11-23', suppressed_why = 'asked for it' where name = 'dpo'",
        )
        .await;
    mailing.send().await;
    mailing.send().await;
    assert_eq!(mailing.row(ACME).await.state, "failed");
    let mails = mailing.world.mailbox.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].is_to("legal@acme.example"));
    assert_eq!(mailing.obligations("served").await, 1);
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_follow_up_stands_in_the_thread_of_the_announcement() {
    let mailing = Mailing::to_one().await;
    mailing.send().await;
    let done = schedule_change::withdraw(
        &mailing.world.cx,
        mailing.world.dpo.clone(),
        "CHG-2026-0001",
        "not needed",
        None,
    )
    .await
    .unwrap();
    mailing.at(done.notice_at.unwrap()).await;
    announce::run_once(&mailing.world.cx).await.unwrap();
    mailing.send().await;
    let mails = mailing.world.mailbox.mails();
    assert_eq!(mails.len(), 2);
    assert!(mails[1].subject().contains("withdrawn"), "{}", mails[1].subject());
    let references = |mail: usize| raw_header(&mails[mail].bytes, "References");
    let message_id = raw_header(&mails[0].bytes, "Message-ID");
    assert_eq!(references(1), format!("{} {message_id}", references(0)));
    mailing.world.finish().await;
}

/// A header's value, unfolded.
fn raw_header(bytes: &[u8], name: &str) -> String {
    let text = std::str::from_utf8(bytes).unwrap().replace("\r\n ", " ");
    let line = text.split("\r\n").find(|line| line.starts_with(&format!("{name}: "))).unwrap();
    line[name.len() + 2..].to_owned()
}

/// Its bounce may be here before the relay's 250, which nobody heard, is said again.
#[tokio::test]
async fn a_letter_that_came_back_before_it_counts_as_accepted_asks_the_next_contact() {
    let second = Contact { name: "second", role: "legal" };
    let mailing = Mailing::to(&[("acme", &[DPO, second])]).await;
    mailing.world.mailbox.arrange(Fault::KeepsThenCloses, Times::Only(1));
    mailing.send().await;
    let letter = mailing.row(ACME).await;
    assert!(letter.in_doubt);
    let mut tx = mailing.world.cx.begin(Actor::Daemon).await.unwrap();
    let now = tx.now();
    assert!(inbox::mark_bounced(&mut tx, DeliveryId(letter.id), now).await.unwrap());
    let (notice, customer) = sqlx::query_as("select notice_id, customer_id from delivery where id = $1")
        .bind(letter.id)
        .fetch_one(tx.conn())
        .await
        .unwrap();
    let rest = contact::ask_next_contact(&mut tx, NoticeId(notice), CustomerId(customer), now).await;
    assert!(matches!(rest.unwrap(), Rest::Asked(_)), "the letter itself is taken for one that remains");
    tx.commit_unrecorded().await.unwrap();
    let late =
        mailing.count("select count(*) from delivery where latest_at >= due_at + interval '1 day'").await;
    assert_eq!(late, 2, "who is asked late has no time");
    mailing.later(TimeDelta::minutes(5)).await;
    mailing.send().await;
    assert_eq!(mailing.obligations("served").await, 1);
    assert_eq!(mailing.served_by().await, mailing.row("second@acme.example").await.id);
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_letter_at_fault_alarms_nobody_where_another_of_the_customer_is_taken() {
    let second = Contact { name: "second", role: "privacy" };
    let mailing = Mailing::to(&[("acme", &[DPO, second])]).await;
    mailing.world.mailbox.arrange(Fault::AnswersMessage(Reply::new(552, "5.3.4 too big")), Times::Only(1));
    mailing.send().await;
    mailing.send().await;
    assert_eq!(mailing.obligations("served").await, 1);
    assert_eq!(mailing.count("select count(*) from delivery where state = 'failed'").await, 1);
    assert!(mailing.alerts().is_empty());
    mailing.world.finish().await;
}
