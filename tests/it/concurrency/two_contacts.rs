//! Two contacts of one customer at once, at an instant that parts them: both statements of an objection about the end of its window, and
//! both letters about the hour from which the next working day counts. What comes of it hangs on the instants, not on who commits first.

use std::time::Duration;

use chrono::{DateTime, Utc};
use forenotice::actions::lodge_objection::{Became, Lodged, Statement, lodge};
use forenotice::domain::change::ChangeId;
use forenotice::domain::customer::{CustomerId, Policy, Terms};
use forenotice::domain::delivery::DeliveryId;
use forenotice::domain::ledger::Actor;
use forenotice::domain::objection::{Channel, Timeliness};
use forenotice::domain::obligation::{Clearance, Told};
use forenotice::domain::recipient::RecipientId;
use forenotice::domain::zone::Zone;
use forenotice::store::delivery::record::{self, Served};
use forenotice::store::door::DoorId;
use tokio::time::{sleep, timeout};

use crate::support::World;
use crate::support::builders::addition;

const HEADER: &str = "reference,customer,email,customer_since,time_zone,notice_days,convention,objection_days,objection_convention,start\n";
/// Told on Tuesday, 24 November: the window closes with 8 December in New York.
const CLOSES: &str = "2026-12-09T05:00:00Z";

/// The first word is held until the test lets go of the key, when all is written but the commit.
const HELD: &str = "
    create schema kit;
    grant usage on schema kit to public;
    create function kit.hold() returns trigger language plpgsql security definer as $$
    begin
        if (select statement from forenotice.objection where id = new.objection_id) = 'first' then
            perform pg_advisory_xact_lock(17);
        end if;
        return null;
    end $$;
    create trigger hold after insert on forenotice.objection_change for each row execute function kit.hold();";

const KEY_AWAITED: &str = "select exists (select from pg_locks l join pg_database d on d.oid = l.database
                    where d.datname = current_database() and l.locktype = 'advisory' and not l.granted)";
const COMMIT_AWAITED: &str = "select exists (select from pg_locks l join pg_stat_activity a on a.pid = l.pid
                    where a.datname = current_database() and l.locktype = 'transactionid' and not l.granted)";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Acme in New York, with two contacts who speak for it.
async fn planned() -> World {
    let world = World::on("2026-11-23T09:00Z").await;
    let row = |contact: &str| {
        format!(
            "C-1,Acme,{contact}@acme.example,2024-03-01,America/New_York,10,clear_days,14,clear_days,handed_over\n"
        )
    };
    world.customers(&format!("{HEADER}{}{}", row("a"), row("b"))).await;
    world.schedule(&addition("Nimbus", "2026-12-20")).await;
    world
}

async fn comes_true(world: &World, question: &'static str) {
    let asks = async {
        while !sqlx::query_scalar::<_, bool>(question).fetch_one(world.cx.db.pool()).await.unwrap() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_mins(1), asks).await.expect("nobody waits");
}

async fn says(world: &World, contact: &str, text: &str, received_at: DateTime<Utc>) -> Lodged {
    let recipient = sqlx::query_scalar("select id from recipient where address = $1")
        .bind(format!("{contact}@acme.example"))
        .fetch_one(world.cx.db.pool())
        .await
        .unwrap();
    let door = sqlx::query_scalar("select id from door where state = 'open' and kind = 'web'")
        .fetch_one(world.cx.db.pool())
        .await
        .unwrap();
    let statement = Statement {
        recipient: RecipientId(recipient),
        page: None,
        changes: vec![ChangeId(1)],
        channel: Channel::Link,
        door: Some(DoorId(door)),
        received_at,
        text: text.to_owned(),
        grounds: Vec::new(),
        condition: None,
        on_behalf_of: None,
        file: None,
    };
    lodge(&world.cx, &statement).await.unwrap()
}

/// Both say it at once, and whoever is named first commits first; what each is told.
async fn at_once(
    world: &World,
    first: (&str, DateTime<Utc>),
    second: (&str, DateTime<Utc>),
) -> (Lodged, Lodged) {
    world.as_superuser(HELD).await;
    let mut key = world.cx.db.pool().acquire().await.unwrap();
    sqlx::query("select pg_advisory_lock(17)").execute(&mut *key).await.unwrap();
    let lets_go = async {
        comes_true(world, COMMIT_AWAITED).await;
        sqlx::query("select pg_advisory_unlock(17)").execute(&mut *key).await.unwrap();
    };
    let follows = async {
        comes_true(world, KEY_AWAITED).await;
        says(world, second.0, "second", second.1).await
    };
    let (first, second, ()) = tokio::join!(says(world, first.0, "first", first.1), follows, lets_go);
    (first, second)
}

/// Of each objection against the change: when it reached us, by which deadline, in time or not, and how many words were added to it.
async fn objections(world: &World) -> Vec<(DateTime<Utc>, DateTime<Utc>, bool, i64)> {
    sqlx::query_as(
        "select x.received_at, x.deadline_at, x.in_time,
                (select count(*) from correspondence c where c.objection_id = x.objection_id)
         from objection_change x order by x.objection_id",
    )
    .fetch_all(world.cx.db.pool())
    .await
    .unwrap()
}

#[tokio::test]
async fn of_two_statements_about_the_end_of_the_window_the_one_in_time_counts_whoever_commits_first() {
    // A second in the customer's favour.
    let (in_time, late) = (at("2026-12-09T05:00:00.999999Z"), at("2026-12-09T05:00:01Z"));
    for (first, second) in [(("a", in_time), ("b", late)), (("b", late), ("a", in_time))] {
        let world = planned().await;
        world.advance_to("2026-12-09T05:00:02Z").await;
        let (before, after) = at_once(&world, first, second).await;
        let by_itself = if first.1 == in_time { Timeliness::InTime } else { Timeliness::Late };
        assert_eq!((before.became, before.timeliness), (Became::AnObjection, by_itself));
        assert_eq!((after.became, &after.reference), (Became::PartOf, &before.reference));
        assert_eq!(after.timeliness, Timeliness::InTime);
        assert_eq!(objections(&world).await, [(in_time, at(CLOSES), true, 1)]);
        world.advance_to("2026-12-20T12:00Z").await;
        assert_eq!(world.change("CHG-2026-0001").await.state.as_str(), "held");
        world.finish().await;
    }
}

#[tokio::test]
async fn two_late_statements_at_once_are_one_late_objection() {
    let world = planned().await;
    world.advance_to("2026-12-09T05:00:05Z").await;
    let (early, later) = (at("2026-12-09T05:00:01Z"), at("2026-12-09T05:00:02Z"));
    let (before, after) = at_once(&world, ("b", later), ("a", early)).await;
    assert_eq!((after.became, &after.reference), (Became::PartOf, &before.reference));
    assert_eq!([before.timeliness, after.timeliness], [Timeliness::Late; 2]);
    assert_eq!(objections(&world).await, [(later, at(CLOSES), false, 1)]);
    world.advance_to("2026-12-20T12:00Z").await;
    assert_eq!(world.change("CHG-2026-0001").await.state.as_str(), "effective");
    world.finish().await;
}

/// Two letters of one customer, whose periods run from receipt: one is accepted in the last microsecond before five o'clock in New York, the
/// other at five, and names the deadline of the next day.
#[tokio::test]
async fn of_two_letters_about_five_o_clock_the_earlier_serves_and_the_longer_deadline_told_is_kept() {
    let accepted = [at("2026-11-25T21:59:59.999999Z"), at("2026-11-25T22:00:00Z")];
    for order in [[0, 1], [1, 0]] {
        let world = planned().await;
        world.mailbox.go_away().await;
        world.advance_to("2026-11-25T22:00:01Z").await;
        let letters: Vec<i64> =
            sqlx::query_scalar("select id from delivery where notice_id is not null order by id")
                .fetch_all(world.cx.db.pool())
                .await
                .unwrap();
        let terms: Terms = serde_json::from_value(serde_json::json!({
            "notice": {"n": 10, "start": "received"}, "objection": {"n": 14, "convention": "clear_days"},
            "time_zone": "America/New_York",
        }))
        .unwrap();
        let timing = terms.timing(&Policy::in_zone(Zone::utc()), false);
        let letter = |n: usize| {
            let clearance = Clearance::at_service(&timing, accepted[n], None, true);
            let (change, customer, delivery) = (ChangeId(1), CustomerId(1), DeliveryId(letters[n]));
            Served { change, customer, delivery, clearance, told: Told::of(clearance.window_closes_at) }
        };
        let records = async |n: usize| {
            let mut tx = world.cx.begin(Actor::Daemon).await.unwrap();
            record::serve(&mut tx, &[letter(n)]).await.unwrap();
            tx
        };
        let first = records(order[0]).await;
        let second = async {
            let mut tx = records(order[1]).await;
            record::keep_told(&mut tx, &[letter(0), letter(1)]).await.unwrap();
            tx.commit_unrecorded().await.unwrap();
        };
        let commits = async {
            comes_true(&world, COMMIT_AWAITED).await;
            first.commit_unrecorded().await.unwrap();
        };
        tokio::join!(second, commits);
        let stands: (i64, DateTime<Utc>, DateTime<Utc>, DateTime<Utc>, DateTime<Utc>) = sqlx::query_as(
            "select served_by, served_at, earliest_by_notice, window_closes_at, clear_at from obligation where customer_id = 1",
        )
        .fetch_one(world.cx.db.pool())
        .await
        .unwrap();
        let window = at("2026-12-11T05:00:00Z");
        assert_eq!(
            stands,
            (letters[0], accepted[0], at("2026-12-06T05:00:00Z"), window, window),
            "{order:?}"
        );
    }
}
