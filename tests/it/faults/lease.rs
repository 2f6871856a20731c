//! Leases: what two senders, a late one and a dead one may do to each other's letters.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use forenotice::actions::{announce, deliver, schedule_change};
use forenotice::demo::mailbox::{Fault, Times};
use forenotice::domain::delivery::{DeliveryId, Lane};
use forenotice::domain::ledger::Actor;
use forenotice::store::delivery::lease::{self, Lease};
use forenotice::store::delivery::record::{self, Fate, Heard};

use super::mailing::{Contact, DPO, Mailing};

const ACME: &str = "dpo@acme.example";

async fn take(mailing: &Mailing) -> Option<Lease> {
    let mut tx = mailing.world.cx.begin(Actor::Daemon).await.unwrap();
    let leases = lease::lease_due(&mut tx, Lane::Mailing, true, Duration::from_mins(5), 10).await.unwrap();
    tx.commit_unrecorded().await.unwrap();
    leases.into_iter().next()
}

async fn tell(mailing: &Mailing, held: &Lease, fate: Fate) -> usize {
    let id = mailing.row(ACME).await.id;
    let heard = Heard {
        delivery: DeliveryId(id),
        fate,
        relay: "relay".into(),
        code: Some(if matches!(fate, Fate::Accepted { .. }) { 250 } else { 451 }),
        words: "said".to_owned(),
        composed_at: held.composed_at,
        message_hash: None,
    };
    let mut tx = mailing.world.cx.begin(Actor::Daemon).await.unwrap();
    let recorded = record::record(&mut tx, held, &[heard]).await.unwrap();
    tx.commit_unrecorded().await.unwrap();
    recorded.len()
}

#[tokio::test]
async fn a_late_result_of_an_older_lease_counts_only_if_it_is_an_acceptance() {
    let mailing = Mailing::to_one().await;
    let first = take(&mailing).await.unwrap();
    assert!(take(&mailing).await.is_none(), "a leased batch was leased again");
    mailing.lease_runs_out().await;
    let second = take(&mailing).await.unwrap();
    assert_eq!((second.lease_no, second.taken_over), (first.lease_no + 1, true));
    assert_eq!(second.composed_at, first.composed_at, "what may be out keeps its date");

    let again = Fate::Again { at: mailing.world.now().await, counted: true, in_doubt: false };
    assert_eq!(tell(&mailing, &first, again).await, 0);
    assert_eq!(tell(&mailing, &first, Fate::Failed { suppress: false, ask_next: true }).await, 0);
    assert_eq!(mailing.row(ACME).await.attempts, 0);
    assert_eq!(tell(&mailing, &second, again).await, 1);
    assert_eq!(mailing.row(ACME).await.attempts, 1);
    let at = mailing.world.now().await;
    assert_eq!(tell(&mailing, &first, Fate::Accepted { at }).await, 1, "a 250 is a fact");
    assert_eq!(mailing.row(ACME).await.state, "accepted");
    // Of two acceptances the earlier one counts.
    assert_eq!(tell(&mailing, &second, Fate::Accepted { at: at + TimeDelta::seconds(1) }).await, 0);
    assert_eq!(tell(&mailing, &second, Fate::Accepted { at: at - TimeDelta::seconds(1) }).await, 1);
}

/// To what is on record a database's clock set back by an hour is the same as an hour added to it.
#[tokio::test]
async fn a_lease_of_before_the_clock_was_set_back_outlives_its_holder_by_no_hour() {
    let mailing = Mailing::to_one().await;
    let first = take(&mailing).await.unwrap();
    mailing.world.as_superuser("update batch set leased_until = leased_until + interval '1 hour'").await;
    let second = take(&mailing).await.unwrap();
    assert_eq!((second.lease_no, second.taken_over), (first.lease_no + 1, true));
    assert!(take(&mailing).await.is_none(), "it is leased by the clock as it is now");
    // A holder that lives has its lease by the clock as it is now, once it has renewed it.
    let mut tx = mailing.world.cx.begin(Actor::Daemon).await.unwrap();
    assert!(lease::renew(&mut tx, &second, Duration::from_mins(5)).await.unwrap());
    tx.commit_unrecorded().await.unwrap();
    assert!(take(&mailing).await.is_none());
}

#[tokio::test]
async fn a_lease_is_renewed_and_given_back_by_its_holder_only() {
    let mailing = Mailing::to_one().await;
    let first = take(&mailing).await.unwrap();
    mailing.lease_runs_out().await;
    let second = take(&mailing).await.unwrap();
    let mut tx = mailing.world.cx.begin(Actor::Daemon).await.unwrap();
    assert!(!lease::renew(&mut tx, &first, Duration::from_mins(5)).await.unwrap());
    assert!(!lease::give_back(&mut tx, &first, None).await.unwrap());
    assert_eq!(lease::cancel_rest(&mut tx, &first).await.unwrap(), 0);
    let letters = [DeliveryId(mailing.row(ACME).await.id)];
    assert!(!record::compose_anew(&mut tx, &first, &letters).await.unwrap());
    assert!(record::compose_anew(&mut tx, &second, &letters).await.unwrap());
    assert!(lease::renew(&mut tx, &second, Duration::from_mins(5)).await.unwrap());
    assert_eq!(lease::doubt_queued(&mut tx, &second).await.unwrap(), 1);
    let later = tx.now() + TimeDelta::minutes(9);
    assert!(lease::give_back(&mut tx, &second, Some(later)).await.unwrap());
    tx.commit_unrecorded().await.unwrap();
    assert!(take(&mailing).await.is_none(), "it was given back for later");
    mailing.at(later).await;
    let third = take(&mailing).await.unwrap();
    assert_eq!((third.taken_over, third.composed_at), (false, later));
    assert!(mailing.row(ACME).await.in_doubt);
}

#[tokio::test]
async fn several_senders_at_once_send_each_letter_once() {
    let names: Vec<String> = (0..90).map(|n| format!("customer{n:02}")).collect();
    let customers: Vec<(&str, &[Contact])> =
        names.iter().map(|name| (name.as_str(), [DPO].as_slice())).collect();
    let mailing = Mailing::to(&customers).await;
    // Each letter in a batch of its own, so that the senders meet as often as they can.
    mailing
        .world
        .as_superuser(
            "update delivery set id = (1000 + id % 1024) * 1024;
             insert into batch (id, lane, notice_id, due_at, latest_at) overriding system value
             select d.id / 1024, 1, d.notice_id, d.due_at, d.latest_at from delivery d;
             delete from batch where id < 1000",
        )
        .await;
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let cx = mailing.world.cx.clone();
        senders.spawn(async move {
            let mut sent = 0;
            loop {
                let done = deliver::mailings(&cx).await.unwrap().done;
                sent += done;
                if done == 0 {
                    return sent;
                }
            }
        });
    }
    let sent: u64 = senders.join_all().await.into_iter().sum();
    assert_eq!(sent, 90);
    let mails = mailing.world.mailbox.mails();
    let addresses: BTreeSet<_> = mails.iter().map(|mail| mail.envelope_to[0].address.clone()).collect();
    assert_eq!((mails.len(), addresses.len()), (90, 90));
    assert_eq!(mailing.obligations("served").await, 90);
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_withdrawal_stops_the_letters_that_have_not_left() {
    let mailing = Mailing::to_one().await;
    let held = take(&mailing).await.unwrap();
    // Leased by somebody, so that the withdrawal itself cannot cancel it.
    schedule_change::withdraw(&mailing.world.cx, mailing.world.dpo.clone(), "CHG-2026-0001", "", None)
        .await
        .unwrap();
    assert_eq!(mailing.row(ACME).await.state, "queued");
    let mut tx = mailing.world.cx.begin(Actor::Daemon).await.unwrap();
    assert!(lease::give_back(&mut tx, &held, None).await.unwrap());
    tx.commit_unrecorded().await.unwrap();
    mailing.send().await;
    assert_eq!(mailing.row(ACME).await.state, "cancelled");
    assert!(mailing.world.mailbox.mails().is_empty());
    assert_eq!(mailing.count("select count(*) from batch where open").await, 0);
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_letter_in_doubt_counts_as_told_when_its_change_is_withdrawn() {
    let mailing = Mailing::to_one().await;
    mailing.world.mailbox.arrange(Fault::KeepsThenCloses, Times::Only(1));
    mailing.send().await;
    schedule_change::withdraw(&mailing.world.cx, mailing.world.dpo.clone(), "CHG-2026-0001", "", None)
        .await
        .unwrap();
    mailing.later(TimeDelta::minutes(5)).await;
    mailing.send().await;
    let row = mailing.row(ACME).await;
    assert_eq!((row.state.as_str(), row.in_doubt), ("cancelled", true));
    assert_eq!(mailing.world.mailbox.mails().len(), 1, "a withdrawn plan was announced again");
}

#[tokio::test]
async fn the_letters_of_a_lease_that_ran_out_count_as_told_when_their_change_is_withdrawn() {
    let mailing = Mailing::to_one().await;
    let held = take(&mailing).await.unwrap();
    mailing.lease_runs_out().await;
    schedule_change::withdraw(&mailing.world.cx, mailing.world.dpo.clone(), "CHG-2026-0001", "", None)
        .await
        .unwrap();
    let row = mailing.row(ACME).await;
    assert_eq!(
        (row.state.as_str(), row.in_doubt, row.composed_at),
        ("cancelled", true, Some(held.composed_at))
    );
    announce::run_once(&mailing.world.cx).await.unwrap();
    mailing.send().await;
    let letters = mailing.world.mailbox.mails_to(ACME);
    assert_eq!(letters.len(), 1);
    assert!(
        letters[0].header("Subject").unwrap().contains("withdrawn"),
        "{:?}",
        letters[0].header("Subject")
    );
    mailing.world.finish().await;
}
