//! A relay that says nothing to a letter for minutes, or hangs up at it.

use std::time::Duration;

use chrono::TimeDelta;
use forenotice::actions::deliver;
use forenotice::demo::mailbox::{Fault, Mail, Reply, Times};
use forenotice::domain::ledger::Actor;
use forenotice::mail::letter::{Occasional, Test};
use forenotice::store::letter::{self, To};
use tokio::time::timeout;

use super::mailing::{Contact, DPO, Mailing};
use crate::support::World;

/// Long enough for any machine; what is waited for comes in a second.
const PATIENCE: Duration = Duration::from_mins(1);

async fn queue(world: &World, key: &str) {
    let mut tx = world.cx.begin(Actor::Daemon).await.unwrap();
    let processor = world.cx.settings.site.processor();
    let test = Occasional::Test(Test { processor, zone: world.cx.policy.zone.clone(), at: tx.now() });
    let latest = tx.now() + TimeDelta::days(1);
    letter::queue(&mut tx, key, To::Address("anna@processor.example"), &test, latest).await.unwrap();
    tx.commit_unrecorded().await.unwrap();
}

#[tokio::test]
async fn a_letter_that_hangs_at_the_relay_holds_no_other_up() {
    let world = World::without_probes("2026-11-23T06:00Z", &[]).await;
    world.mailbox.arrange(Fault::KeepsThenHangs, Times::Only(1));
    queue(&world, "test:1").await;
    let cx = world.cx.clone();
    let pass = tokio::spawn(async move { deliver::singles(&cx).await });
    world.mailbox.wait_for(1).await;
    queue(&world, "test:2").await;
    timeout(PATIENCE, world.mailbox.wait_for(2)).await.expect("the second letter waits for the first");
    assert!(!pass.is_finished());
    pass.abort();
}

#[tokio::test]
async fn the_next_contact_of_a_refused_address_waits_behind_no_mailing() {
    const LEGAL: Contact = Contact { name: "legal", role: "legal" };
    const MAILING: usize = 40;
    let names: Vec<String> = (0..MAILING).map(|n| format!("c{n}")).collect();
    let customers: Vec<(&str, &[Contact])> = names.iter().map(|name| (&**name, &[DPO, LEGAL][..])).collect();
    let settings = [("smtp.rate_per_second", "20"), ("smtp.connections", "1")];
    let mailing = Mailing::configured(&settings, &customers).await;
    let gone = "dpo@c0.example".to_owned();
    mailing.world.mailbox.arrange(Fault::RefusesRecipient(gone, Reply::no_such_user()), Times::Always);
    let cx = mailing.world.cx.clone();
    let pass = tokio::spawn(async move { deliver::mailings(&cx).await });
    while !pass.is_finished() {
        deliver::singles(&mailing.world.cx).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    pass.await.unwrap().unwrap();
    deliver::singles(&mailing.world.cx).await.unwrap();
    let mails = mailing.world.mailbox.mails();
    let place = mails.iter().position(|mail| mail.is_to("legal@c0.example")).expect("it was asked");
    assert!(place < MAILING / 2, "{place} of {} letters left first", mails.len());
    mailing.world.finish().await;
}

#[tokio::test]
async fn recipients_at_whom_the_relay_hangs_up_hold_no_other_letter_up_and_are_given_up_in_the_end() {
    let names: Vec<String> = (0..60).map(|n| format!("c{n:02}")).collect();
    let customers: Vec<(&str, &[Contact])> = names.iter().map(|name| (&**name, &[DPO][..])).collect();
    let mailing = Mailing::configured(&[("smtp.connections", "2")], &customers).await;
    let hung: Vec<String> = names.iter().step_by(12).map(|name| format!("dpo@{name}.example")).collect();
    for address in &hung {
        mailing.world.mailbox.arrange(Fault::ClosesAtRecipient(address.clone()), Times::Always);
    }
    mailing.send().await;
    assert_eq!(mailing.obligations("served").await, 55);
    for address in &hung {
        let row = mailing.row(address).await;
        assert_eq!((row.state.as_str(), row.attempts, row.relay_code), ("queued", 1, None), "{address}");
        let words = row.relay_words.unwrap();
        assert!(words.starts_with("every connection ended at this recipient"), "{words}");
    }
    let queued = "select count(*) from delivery where state = 'queued'";
    while mailing.count(queued).await > 0 {
        mailing.later(TimeDelta::hours(5)).await;
        mailing.send().await;
    }
    let told: Vec<String> = mailing.alerts().iter().map(Mail::text).collect();
    for customer in names.iter().step_by(12) {
        let unreachable = format!("Nobody at {customer} Ltd could be given notice");
        assert!(told.iter().any(|text| text.starts_with(&unreachable)), "{customer}: {told:?}");
    }
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_run_of_such_recipients_ends_and_the_letters_behind_them_go() {
    const RUN: usize = 12;
    let names: Vec<String> = (0..RUN + 20).map(|n| format!("c{n:02}")).collect();
    let customers: Vec<(&str, &[Contact])> = names.iter().map(|name| (&**name, &[DPO][..])).collect();
    let mailing = Mailing::configured(&[("smtp.connections", "1")], &customers).await;
    for name in &names[..RUN] {
        let address = format!("dpo@{name}.example");
        mailing.world.mailbox.arrange(Fault::ClosesAtRecipient(address), Times::Always);
    }
    for _ in 0..4 {
        mailing.send().await;
        mailing.later(TimeDelta::minutes(1)).await;
    }
    assert_eq!(mailing.obligations("served").await, 20);
    mailing.world.finish().await;
}
