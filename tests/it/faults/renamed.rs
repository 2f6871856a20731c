//! Readers who are called otherwise, read another language, or turn out to have objected, while a letter to them may be out.

use chrono::TimeDelta;
use forenotice::actions::lodge_objection::{self, Entered, Who};
use forenotice::actions::{announce, deliver, schedule_change};
use forenotice::demo::mailbox::{Fault, Reply, Times};
use forenotice::domain::objection::Channel;

use super::mailing::Mailing;

const ACME: &str = "dpo@acme.example";

/// Its contact and its company have other names now, and letters are read in another language.
async fn called_otherwise(mailing: &Mailing) {
    for sql in [
        "update customer set name = 'Acme SE', version = version + 1",
        "update recipient set name = 'privacy office', language = 'de'",
        "update recipient set name = 'somebody else'",
    ] {
        sqlx::query(sql).execute(mailing.world.cx.db.pool()).await.unwrap();
    }
}

async fn readers_kept(mailing: &Mailing) -> i64 {
    mailing.count("select count(*) from letter_reader").await
}

#[tokio::test]
async fn a_letter_in_doubt_goes_again_as_it_was_whatever_its_reader_is_called_since() {
    let mailing = Mailing::to_one().await;
    mailing.world.mailbox.arrange(Fault::KeepsThenCloses, Times::Only(1));
    mailing.send().await;
    assert!(mailing.row(ACME).await.in_doubt);
    called_otherwise(&mailing).await;
    assert_eq!(readers_kept(&mailing).await, 1);
    mailing.later(TimeDelta::minutes(10)).await;
    assert_eq!(mailing.send().await, 1);
    let mails = mailing.world.mailbox.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].text(), mails[1].text());
    assert_eq!(mails[0].bytes, mails[1].bytes, "the second copy differs from the first");
    assert_eq!(readers_kept(&mailing).await, 0, "nobody needs it any more");
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_letter_of_a_sender_that_died_goes_again_as_it_was_whatever_its_reader_is_called_since() {
    let mailing = Mailing::to_one().await;
    mailing.records_none("58030").await;
    deliver::mailings(&mailing.world.cx).await.unwrap_err();
    mailing.records_again().await;
    assert!(!mailing.row(ACME).await.in_doubt, "nobody knows of it yet");
    called_otherwise(&mailing).await;
    mailing.lease_runs_out().await;
    assert_eq!(mailing.send().await, 1);
    let mails = mailing.world.mailbox.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].bytes, mails[1].bytes, "the second copy differs from the first");
    assert_eq!(readers_kept(&mailing).await, 0);
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_letter_that_never_left_is_written_to_its_reader_as_it_is_called_now() {
    let mailing = Mailing::to_one().await;
    mailing
        .world
        .mailbox
        .arrange(Fault::RefusesRecipient(ACME.to_owned(), Reply::greylisted()), Times::Only(1));
    mailing.send().await;
    called_otherwise(&mailing).await;
    assert_eq!(readers_kept(&mailing).await, 0);
    mailing.later(TimeDelta::minutes(10)).await;
    assert_eq!(mailing.send().await, 1);
    let mail = &mailing.world.mailbox.mails()[0];
    assert!(mail.text().contains("Acme SE"), "{}", mail.text());
    mailing.world.finish().await;
}

#[tokio::test]
async fn who_is_forgotten_is_kept_with_no_letter() {
    let mailing = Mailing::to_one().await;
    mailing.world.mailbox.arrange(Fault::KeepsThenCloses, Times::Only(1));
    mailing.send().await;
    called_otherwise(&mailing).await;
    assert_eq!(readers_kept(&mailing).await, 1);
    mailing.world.as_superuser("update recipient set address = null, name = null").await;
    assert_eq!(readers_kept(&mailing).await, 0);
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_letter_in_doubt_says_nothing_of_an_objection_that_was_entered_after_it() {
    let mailing = Mailing::to_one().await;
    let world = &mailing.world;
    mailing.send().await;
    let change = "CHG-2026-0001";
    let moved =
        schedule_change::reschedule(&world.cx, world.dpo.clone(), change, "2027-03-01".parse().unwrap());
    mailing.at(moved.await.unwrap().notice_at.unwrap()).await;
    announce::run_once(&world.cx).await.unwrap();
    let telephoned = world.now().await - TimeDelta::hours(1);
    world.mailbox.arrange(Fault::KeepsThenCloses, Times::Only(1));
    mailing.send().await;
    mailing.later(TimeDelta::minutes(10)).await;
    let entered = Entered {
        who: Who::Customer { reference: "acme".to_owned(), address: None },
        changes: vec![change.to_owned()],
        channel: Channel::Phone,
        received_at: telephoned,
        text: "No.".to_owned(),
        grounds: Vec::new(),
        condition: None,
        on_behalf_of: None,
        file: None,
    };
    lodge_objection::record(&world.cx, world.dpo.clone(), &entered).await.unwrap();
    mailing.send().await;
    let copies = world
        .mailbox
        .mails()
        .into_iter()
        .filter(|mail| mail.text().contains("1 March 2027"))
        .collect::<Vec<_>>();
    assert_eq!(copies.len(), 2);
    assert_eq!(copies[0].text(), copies[1].text());
    assert_eq!(copies[0].bytes, copies[1].bytes, "the second copy differs from the first");
    mailing.world.finish().await;
}
