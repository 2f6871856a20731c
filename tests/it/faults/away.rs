//! A relay in trouble for a whole day: away, or keeping what it says nothing of.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use forenotice::demo::mailbox::{Fault, Mail, Reply, Times};
use forenotice::store::digest;

use super::mailing::{Contact, DPO, Mailing, sha256};
use crate::support::World;

/// The announcement to so many customers, each with one contact.
async fn mailing_to(count: usize) -> (Mailing, Vec<String>) {
    let names: Vec<String> = (0..count).map(|n| format!("customer{n:02}")).collect();
    let customers: Vec<(&str, &[Contact])> =
        names.iter().map(|name| (name.as_str(), [DPO].as_slice())).collect();
    let mailing = Mailing::to(&customers).await;
    (mailing, names.iter().map(|name| format!("dpo@{name}.example")).collect())
}

/// The copies of the notice, by address.
fn copies(mailing: &Mailing, addresses: &[String]) -> BTreeMap<String, Vec<Mail>> {
    addresses.iter().map(|address| (address.clone(), mailing.world.mailbox.mails_to(address))).collect()
}

#[tokio::test]
async fn a_relay_away_for_a_day_gets_each_letter_once_when_it_is_back() {
    let (mailing, addresses) = mailing_to(12).await;
    mailing.world.mailbox.go_away().await;
    mailing.world.advance_to("2026-11-24T08:00Z").await;
    for address in &addresses {
        let row = mailing.row(address).await;
        assert_eq!((row.state.as_str(), row.attempts, row.in_doubt), ("queued", 0, false), "{address}");
    }
    assert_eq!(mailing.change_state().await, "scheduled", "nobody has been told of it");
    mailing.world.relay_comes_back().await;
    mailing.world.advance_to("2026-11-24T10:00Z").await;
    for (address, mails) in copies(&mailing, &addresses) {
        let row = mailing.row(&address).await;
        assert_eq!((row.state.as_str(), row.attempts, mails.len()), ("accepted", 1, 1), "{address}");
        assert_eq!(row.message_hash, Some(sha256(&mails[0])), "{address}");
        assert!(mails[0].text().contains("8 December 2026"), "the deadline of the day it left");
    }
    assert_eq!(mailing.obligations("served").await, 12);
    mailing.world.finish().await;
}

#[tokio::test]
async fn a_relay_that_keeps_and_cuts_for_a_day_has_the_same_letter_each_time() {
    let (mailing, addresses) = mailing_to(4).await;
    mailing.world.mailbox.arrange(Fault::KeepsThenCloses, Times::Always);
    mailing.world.advance_to("2026-11-24T08:00Z").await;
    for address in &addresses {
        let row = mailing.row(address).await;
        assert!(row.state == "queued" && row.in_doubt, "{address}: {row:?}");
    }
    mailing.world.mailbox.mend();
    mailing.world.advance_to("2026-11-25T08:00Z").await;
    for (address, mails) in copies(&mailing, &addresses) {
        let row = mailing.row(&address).await;
        assert_eq!(row.state, "accepted", "{address}");
        assert_eq!(mails.len(), usize::try_from(row.attempts).unwrap(), "{address}: a copy for each attempt");
        assert!(mails.len() > 2, "{address}: it was given up");
        for mail in &mails {
            assert_eq!(row.message_hash, Some(sha256(mail)), "{address}: a copy of other bytes");
        }
    }
    assert_eq!(mailing.obligations("served").await, 4);
    mailing.world.finish().await;
}

#[tokio::test]
async fn whoever_leaves_while_a_unit_of_work_begins_leaves_no_transaction_behind() {
    let world = World::on("2026-11-23T09:00Z").await;
    for looks in 0..12_u8 {
        let left_alone = async || {
            for _ in 0..looks {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            _ = world.cx.snapshot() => {}
            () = left_alone() => {}
        }
        // Whoever has the connection next writes, and what it wrote is there for others.
        let written = sqlx::query("insert into file (hash) values (sha256($1))").bind([looks]);
        written.execute(world.cx.db.pool()).await.unwrap();
    }
    let idle = "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'";
    let idle: i64 = sqlx::query_scalar(idle).fetch_one(world.cx.db.pool()).await.unwrap();
    assert_eq!(idle, 0);
    world.finish().await;
}

#[tokio::test]
async fn the_digest_names_a_letter_on_the_day_on_which_it_is_given_up() {
    let (mailing, addresses) = mailing_to(1).await;
    let began = mailing.world.now().await;
    let greylists = Fault::RefusesRecipient(addresses[0].clone(), Reply::greylisted());
    mailing.world.mailbox.arrange(greylists, Times::Always);
    while mailing.row(&addresses[0]).await.state == "queued" {
        mailing.later(TimeDelta::hours(5)).await;
        mailing.send().await;
    }
    let now = mailing.world.now().await;
    assert!(now - began > TimeDelta::days(2), "it was given up {}", now - began);
    let failed = async |since| {
        let mut snapshot = mailing.world.cx.snapshot().await.unwrap();
        digest::failures_since(snapshot.conn(), since).await.unwrap().len()
    };
    assert_eq!(failed(now - TimeDelta::days(1)).await, 1);
    assert_eq!(failed(now + TimeDelta::seconds(1)).await, 0, "it is told once");
    mailing.world.finish().await;
}
