//! The day comes and the gate is shut: held, told the same day, and in force on the day after it opened.

use forenotice::actions::{resolve_objection, schedule_change};
use forenotice::domain::change::State;
use forenotice::store;

use crate::support::World;
use crate::support::builders::{addition, mitigated_as_agreed};

const ACME: &str = "dpo@acme.example";
const BIRCH: &str = "dpo@birch.example";
const DPO: &str = "dpo@processor.example";

/// Announced on 24 November for 14 December; Acme has objected; it is noon of that day.
async fn held() -> (World, String, String) {
    let world = World::configured("2026-11-23T09:00Z", &[("policy.notice_days", "10")]).await;
    world
        .customers(
            "reference,customer,email,customer_since\n\
             C-1,Acme,dpo@acme.example,2024-03-01\n\
             C-2,Birch,dpo@birch.example,2024-03-01\n",
        )
        .await;
    let reference = world.schedule(&addition("Nimbus", "2026-12-14")).await.reference;
    world.advance_to("2026-12-10T12:00Z").await;
    let objection = world.object(ACME, "We object.").await.reference;
    world.advance_to("2026-12-14T11:00Z").await;
    (world, reference, objection)
}

async fn mitigated(world: &World, objection: &str) {
    let asked = mitigated_as_agreed();
    resolve_objection::resolve(&world.cx, world.dpo.clone(), objection, asked, None).await.unwrap();
    world.settle().await;
}

async fn listed(world: &World) -> i64 {
    sqlx::query_scalar("select count(*) from subprocessor_version where listed")
        .fetch_one(world.cx.db.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn everyone_told_hears_of_it_the_same_day_and_nobody_of_who_stands_in_the_way() {
    let (world, reference, objection) = held().await;
    assert_eq!((world.change(&reference).await.state, listed(&world).await), (State::Held, 0));
    for address in [ACME, BIRCH] {
        let mails = world.mailbox.mails_to(address);
        let letter = mails.last().unwrap();
        assert_eq!(letter.subject(), format!("{reference}: Nimbus does not start on 14 Dec 2026"));
        assert!(letter.header("Date").unwrap().contains("13 Dec 2026 23:00"), "{:?}", letter.header("Date"));
    }
    let to_birch = world.mailbox.mails_to(BIRCH).pop().unwrap();
    let whole = [to_birch.text(), to_birch.html(), to_birch.subject()].concat();
    assert!(!whole.contains("Acme") && !whole.contains(&objection), "{whole}");
    let alert = world.mailbox.mails_to(DPO).into_iter().find(|mail| mail.subject().contains("held"));
    let alert = alert.unwrap().text();
    assert!(alert.contains("an objection received in time is not resolved"), "{alert}");
    assert!(!alert.contains("Earliest lawful"), "time alone ends nothing of it: {alert}");
    world.finish().await;
}

#[tokio::test]
async fn it_takes_effect_the_day_after_its_gate_opened_and_they_hear_of_that() {
    let (world, reference, objection) = held().await;
    world.advance_to("2026-12-15T09:00Z").await;
    mitigated(&world, &objection).await;
    world.advance_to("2026-12-15T22:59Z").await;
    assert_eq!((world.change(&reference).await.state, listed(&world).await), (State::Held, 0));
    world.advance_to("2026-12-16T08:00Z").await;
    assert_eq!((world.change(&reference).await.state, listed(&world).await), (State::Effective, 1));
    let shown = world.command(&["change", "show", &reference, "--json"]).await.json();
    assert_eq!(
        (&shown["effective"], &shown["planned"]),
        (&"2026-12-16".into(), &"2026-12-14".into()),
        "{shown}"
    );
    for address in [ACME, BIRCH] {
        let subjects = world.subjects(address);
        assert_eq!(
            subjects.last().unwrap(),
            &format!("{reference}: Nimbus in use since 16 Dec 2026"),
            "{subjects:?}"
        );
        // Held and still shut on the second day: nothing new was told.
        assert_eq!(subjects.iter().filter(|subject| subject.contains("does not start")).count(), 1);
    }
    world.finish().await;
}

#[tokio::test]
async fn rescheduled_out_of_a_hold_it_is_in_notice_again() {
    let (world, reference, objection) = held().await;
    let to = "2026-12-21".parse().unwrap();
    let done = schedule_change::reschedule(&world.cx, world.dpo.clone(), &reference, to).await.unwrap();
    assert_eq!(done.state, State::InNotice);
    mitigated(&world, &objection).await;
    world.advance_to("2026-12-20T22:59Z").await;
    assert_eq!(world.change(&reference).await.state, State::InNotice);
    world.advance_to("2026-12-21T08:00Z").await;
    assert_eq!(world.change(&reference).await.state, State::Effective);
    let subjects = world.subjects(BIRCH);
    assert_eq!(subjects.last().unwrap(), &format!("{reference}: new date for Nimbus: 21 Dec 2026"));
    world.finish().await;
}

#[tokio::test]
async fn a_notice_grown_too_old_while_it_was_held_is_told_once_with_the_command_that_mends_it() {
    for hold in ["wait", "ask"] {
        let world = World::configured(
            "2026-11-23T09:00Z",
            &[("policy.notice_days", "10"), ("policy.notice_valid_days", "30"), ("policy.hold", hold)],
        )
        .await;
        world
            .customers("reference,customer,email,customer_since\nC-1,Acme,dpo@acme.example,2024-03-01\n")
            .await;
        let reference = world.schedule(&addition("Nimbus", "2026-12-14")).await.reference;
        world.advance_to("2026-12-10T12:00Z").await;
        let objection = world.object(ACME, "We object.").await.reference;
        let alerts = |world: &World| {
            let mails = world.mailbox.mails_to(DPO).into_iter();
            mails
                .filter(|mail| mail.subject().contains("too old"))
                .map(|mail| mail.text())
                .collect::<Vec<_>>()
        };
        world.advance_to("2026-12-24T06:00Z").await;
        assert_eq!((world.change(&reference).await.state, alerts(&world).len()), (State::Held, 0), "{hold}");
        mitigated(&world, &objection).await;
        world.advance_to("2026-12-31T12:00Z").await;
        let told = alerts(&world);
        assert_eq!((world.change(&reference).await.state, told.len()), (State::Held, 1), "{hold}");
        let (_, command) = told[0].split_once("forenotice change reschedule").unwrap();
        assert!(command.contains(&format!("{reference} --effective 20")), "{command}");

        let now = world.now().await;
        let change = world.change(&reference).await;
        let mut snapshot = world.cx.snapshot().await.unwrap();
        let today = world.cx.policy.zone.day_of(now);
        let candidates = store::entitlement::all(snapshot.conn(), today).await.unwrap();
        let day = world.cx.earliest_anew(&candidates, &change, now);
        drop(snapshot);
        schedule_change::reschedule(&world.cx, world.dpo.clone(), &reference, day).await.unwrap();
        world.advance_to(&format!("{day}T12:00Z")).await;

        assert_eq!(world.change(&reference).await.state, State::Effective, "{hold}");
        assert_eq!(alerts(&world).len(), 1);
        world.finish().await;
    }
}
