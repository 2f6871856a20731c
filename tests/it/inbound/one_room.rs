//! All doors store by one function: a mail is one row, with the instant of its first byte at whichever door it was first.

use forenotice::actions::receive_mail::{self, Became, Error, Intake};
use forenotice::domain::ledger::Actor;
use forenotice::domain::relay_event::EventRelay;
use forenotice::mail::inbox::Held;
use forenotice::mail::inbox::{Arrival, What};
use forenotice::store::door;

use super::{arrival, at, mail, open_door, stored};
use crate::support::World;

const NINE: &str = "2026-11-24T09:00:00Z";
const TEN: &str = "2026-11-24T10:00:00Z";
const REPLY: &str = "r-x@replies.processor.example";
const BOUNCE: &str = "b-x@bounces.processor.example";

#[tokio::test]
async fn the_same_mail_by_two_doors_is_one_row_with_the_earliest_instant_and_all_recipients() {
    let world = World::on("2026-11-24T12:00Z").await;
    let (one, two) = (open_door(&world, 1).await, open_door(&world, 2).await);
    let first = receive_mail::receive(&world.cx, one, vec![arrival(mail("a"), TEN, &[REPLY])]).await.unwrap();
    let Became::New(message) = first[0] else { panic!("{first:?}") };
    // Other servers on the way, and another copy of its own.
    let mut by_two = b"Received: from a by b; Tue, 24 Nov 2026 08:00:00 +0000\r\n".to_vec();
    by_two.extend(mail("a"));
    let again = receive_mail::receive(&world.cx, two, vec![arrival(by_two, NINE, &[BOUNCE])]).await.unwrap();
    let Became::Seen(seen) = again[0] else { panic!("{again:?}") };
    assert_eq!((seen.message, seen.earlier, seen.more_recipients), (message, true, true));

    let rows = stored(&world).await;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].received_at, rows[0].doors), (at(NINE), 2));
    assert_eq!(rows[0].recipients, [BOUNCE, REPLY]);
    assert_eq!(rows[0].raw, mail("a"));
    // No pass has looked yet: it will see all of it.
    assert!(!rows[0].look_again);
    let entries: Vec<String> =
        sqlx::query_scalar("select kind from ledger_entry where kind like 'mail%' order by act_id")
            .fetch_all(world.cx.db.pool())
            .await
            .unwrap();
    assert_eq!(entries, ["mail_received", "mail_came_earlier"]);
}

#[tokio::test]
async fn a_mail_that_was_looked_at_is_looked_at_again_only_if_something_is_new() {
    let world = World::on("2026-11-24T12:00Z").await;
    let door = open_door(&world, 1).await;
    let receive = async |first_byte_at: &str, to: &str| {
        receive_mail::receive(&world.cx, door, vec![arrival(mail("a"), first_byte_at, &[to])]).await.unwrap();
        stored(&world).await.pop().unwrap()
    };
    receive(TEN, REPLY).await;
    world.as_superuser("update inbound_message set state = 'done', class = 'unmatched'").await;
    assert!(!receive(TEN, REPLY).await.look_again);
    assert!(!receive("2026-11-24T11:00:00Z", REPLY).await.look_again);
    // The same transaction of a server that sends a copy for each recipient.
    let row = receive(TEN, BOUNCE).await;
    assert_eq!((row.look_again, row.doors, row.received_at), (true, 1, at(TEN)));
    assert_eq!(row.recipients, [BOUNCE, REPLY]);
    world.as_superuser("update inbound_message set look_again = false").await;
    let row = receive(NINE, REPLY).await;
    assert_eq!((row.look_again, row.received_at), (true, at(NINE)));
}

#[tokio::test]
async fn however_often_a_mail_comes_its_recipients_are_bounded() {
    let world = World::on("2026-11-24T12:00Z").await;
    let door = open_door(&world, 1).await;
    for times in 0..3 {
        let to: Vec<String> =
            (0..1_500).map(|n| format!("r-{times}-{n}@replies.processor.example")).collect();
        let arrival = Arrival { recipients: to, ..arrival(mail("a"), TEN, &[]) };
        receive_mail::receive(&world.cx, door, vec![arrival]).await.unwrap();
    }
    let row = stored(&world).await.pop().unwrap();
    assert_eq!(row.recipients.len(), 1_000);
    assert!(row.recipients.iter().all(|one| one.starts_with("r-0-")), "those that came first");
}

#[tokio::test]
async fn what_comes_at_once_is_committed_together_and_twins_in_it_are_one_row() {
    let world = World::on("2026-11-24T12:00Z").await;
    let intake = Intake::of(&world.cx, open_door(&world, 1).await);
    let all = (0..200).map(|n| {
        let intake = intake.clone();
        tokio::spawn(async move {
            intake.take(arrival(mail(&format!("s{}", n / 2)), TEN, &[REPLY]), Held::default()).await
        })
    });
    let mut new = 0;
    for taken in all.collect::<Vec<_>>() {
        new += u32::from(matches!(taken.await.unwrap().unwrap(), Became::New(_)));
    }
    assert_eq!((new, stored(&world).await.len()), (100, 100));
    let acts: i64 =
        sqlx::query_scalar("select count(distinct act_id) from ledger_entry where kind = 'mail_received'")
            .fetch_one(world.cx.db.pool())
            .await
            .unwrap();
    assert!(acts < 100, "{acts} commits for 200 mails that came at once");
}

#[tokio::test]
async fn a_door_that_was_fenced_takes_nothing() {
    let world = World::on("2026-11-24T12:00Z").await;
    let id = open_door(&world, 1).await;
    let mut tx = world.cx.begin(Actor::Daemon).await.unwrap();
    door::close(&mut tx, id).await.unwrap();
    tx.commit_unrecorded().await.unwrap();
    let refused = receive_mail::receive(&world.cx, id, vec![arrival(mail("a"), TEN, &[])]).await.unwrap_err();
    assert!(matches!(refused, Error::DoorClosed), "{refused}");
    let refused =
        Intake::of(&world.cx, id).take(arrival(mail("a"), TEN, &[]), Held::default()).await.unwrap_err();
    assert_eq!(refused.to_string(), "this door is closing");
    assert!(stored(&world).await.is_empty());
}

#[tokio::test]
async fn the_instant_is_that_of_the_first_server_of_ours_where_we_trust_what_it_writes() {
    let world = World::configured("2026-11-24T12:00Z", &[("inbound.trusted_hops", "1")]).await;
    let door = open_door(&world, 1).await;
    let mut raw =
        b"Received: from out.acme.example by mx.processor.example; Tue, 24 Nov 2026 09:00:00 +0000\r\n\
        Received: from desk by out.acme.example; Tue, 24 Nov 2026 08:00:00 +0000\r\n"
            .to_vec();
    raw.extend(mail("a"));
    receive_mail::receive(&world.cx, door, vec![arrival(raw, TEN, &[])]).await.unwrap();
    // A clock there that is ahead makes nothing later.
    let mut ahead = b"Received: from x by mx.processor.example; Tue, 24 Nov 2026 18:00:00 +0000\r\n".to_vec();
    ahead.extend(mail("b"));
    receive_mail::receive(&world.cx, door, vec![arrival(ahead, TEN, &[])]).await.unwrap();
    // A stranger writes what it likes.
    let mut stranger =
        b"Received: from x by mx.processor.example; Tue, 24 Nov 2026 09:00:00 +0000\r\n".to_vec();
    stranger.extend(mail("c"));
    let stranger = Arrival { by_our_server: false, ..arrival(stranger, TEN, &[]) };
    receive_mail::receive(&world.cx, door, vec![stranger]).await.unwrap();
    let instants: Vec<_> = stored(&world).await.iter().map(|row| row.received_at).collect();
    assert_eq!(instants, [at(NINE), at(TEN), at(TEN)]);
}

#[tokio::test]
async fn an_event_of_a_relay_is_known_by_its_id_and_no_mail_is_taken_for_it() {
    let world = World::on("2026-11-24T12:00Z").await;
    let door = open_door(&world, 1).await;
    let event = |relay, id: &str, raw: &str| Arrival {
        what: What::Event { relay, id: id.to_owned() },
        sender: None,
        ..arrival(raw.as_bytes().to_vec(), TEN, &[])
    };
    let arrivals = vec![
        event(EventRelay::Postmark, "1", "{\"a\":1}"),
        event(EventRelay::Postmark, "1", "{\"a\":2}"),
        event(EventRelay::Mailgun, "1", "{}"),
        event(EventRelay::Postmark, "2", "{}"),
    ];
    let became = receive_mail::receive(&world.cx, door, arrivals).await.unwrap();
    let new = became.iter().filter(|became| matches!(became, Became::New(_))).count();
    assert_eq!(new, 3);
    let relays: Vec<Option<String>> = sqlx::query_scalar("select relay from inbound_message order by id")
        .fetch_all(world.cx.db.pool())
        .await
        .unwrap();
    assert_eq!(relays.iter().flatten().count(), 3);
}

#[tokio::test]
async fn bytes_and_addresses_of_any_kind_are_stored() {
    let world = World::on("2026-11-24T12:00Z").await;
    let door = open_door(&world, 1).await;
    let every_byte: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let odd = ["", "a\0b@x", "line\nbreak@x", "ü@例え.jp", &"x".repeat(5_000)];
    let mails = [every_byte, vec![], b"\r\n\r\nx".to_vec(), b".".to_vec()];
    let count = mails.len();
    for raw in mails {
        receive_mail::receive(&world.cx, door, vec![arrival(raw, TEN, &odd)]).await.unwrap();
    }
    let rows = stored(&world).await;
    assert_eq!(rows.len(), count);
    assert_eq!(rows[0].recipients.len(), odd.len());
    assert!(rows[0].recipients.iter().any(|to| to == "line\u{fffd}break@x"));
}
