//! `policy.go_live = "per_customer"`: each customer starts when nothing of its own is in the way; nobody waits for another.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use forenotice::actions::{resolve_objection, schedule_change};
use forenotice::domain::change::State;
use forenotice::domain::objection::{Asked, Outcome};
use serde_json::Value;

use crate::edges::visitor::Visitor;
use crate::support::World;
use crate::support::builders::addition;

const ACME: &str = "dpo@acme.example";
const DPO: &str = "dpo@processor.example";

/// Nimbus, announced on 24 November for 14 December to Acme, Birch, and Cedar, who joins afterwards.
async fn announced(settings: &[(&str, &str)]) -> (World, String) {
    let settings = [&[("policy.notice_days", "10"), ("policy.go_live", "per_customer")], settings].concat();
    let world = World::configured("2026-11-23T09:00Z", &settings).await;
    world
        .customers(&format!(
            "reference,customer,email,customer_since\nC-1,Acme,{ACME},2024-03-01\n\
             C-2,Birch,dpo@birch.example,2024-03-01\n",
        ))
        .await;
    let reference = world.schedule(&addition("Nimbus", "2026-12-14")).await.reference;
    world.advance_to("2026-12-01T12:00Z").await;
    (world, reference)
}

async fn is_cleared(world: &World, customer: &str) -> bool {
    let ran = world.command(&["clearance", customer, "Nimbus", "--json"]).await;
    ran.json()["cleared"].as_bool().unwrap()
}

async fn json(world: &World, path: &str) -> Value {
    let answer = Visitor::of(world).get(path).await;
    assert_eq!(answer.status, StatusCode::OK);
    serde_json::from_str(&answer.body).unwrap()
}

/// Whose data may never go there, or on what else the objection is settled.
async fn settle(world: &World, objection: &str, outcome: Outcome, how: Option<&str>) {
    let asked = Asked {
        outcome,
        reason: "as agreed".to_owned(),
        condition: None,
        how: how.map(str::to_owned),
        last_day: None,
        remedies: None,
        refund: None,
        agreed: None,
        contacts_asked: (outcome == Outcome::NotEntitled)
            .then(|| "by phone: they speak for nobody".to_owned()),
        attached: None,
    };
    resolve_objection::resolve(&world.cx, world.dpo.clone(), objection, asked, None).await.unwrap();
}

#[tokio::test]
async fn one_objection_keeps_back_one_customer_and_the_change_is_effective_once_the_last_is_clear() {
    let (world, reference) = announced(&[]).await;
    let objection = world.object(ACME, "We object.").await.reference;
    world.advance_to("2026-12-14T11:00Z").await;

    assert_eq!(world.change(&reference).await.state, State::InNotice);
    assert!(!is_cleared(&world, "C-1").await);
    assert!(is_cleared(&world, "C-2").await);
    // Said to everybody, and on the register of nobody yet.
    let register = json(&world, "/register.json").await;
    assert!(register["subprocessors"].as_array().unwrap().is_empty());
    assert_eq!(register["in_force_for_some_customers"][0]["name"], "Nimbus");
    assert_eq!(register["in_force_for_some_customers"][0]["since"], "2026-12-14");
    assert!(register["in_use_without_completed_notice"].as_array().unwrap().is_empty());
    let csv = Visitor::of(&world).get("/register.csv").await.body;
    assert!(csv.lines().next().unwrap().ends_with(",in_force_for_some_customers_since"), "{csv}");
    assert!(csv.contains("2026-12-14"), "{csv}");
    let page = Visitor::of(&world).get("/").await.body;
    assert!(page.contains("in force since 14 December 2026 for customers whose notice has run"), "{page}");
    let shown = world.command(&["register", "show"]).await;
    let beside =
        format!("Nimbus is in force for some customers and not for all since 2026-12-14 ({reference})");
    assert!(shown.printed.contains(&beside), "{shown:?}");
    let shown = world.command(&["register", "show", "--json"]).await.json();
    assert_eq!(shown["in_force_for_some_customers"][0]["change"], reference.as_str(), "{shown}");
    // The DPO is told once; nobody gets the letter that it is held.
    let alerts = || world.subjects(DPO).into_iter().filter(|it| it.contains("waits for")).collect::<Vec<_>>();
    assert_eq!(alerts(), [format!("{reference}: Nimbus waits for one customer")]);
    assert!(!world.subjects("dpo@birch.example").iter().any(|it| it.contains("does not start")));

    world.advance_to("2026-12-16T11:00Z").await;
    settle(&world, &objection, Outcome::NotEntitled, None).await;
    assert!(!is_cleared(&world, "C-1").await, "nothing starts before a pass has looked");
    world.advance_to("2026-12-17T11:00Z").await;
    let change = world.change(&reference).await;
    assert_eq!(change.state, State::Effective);
    assert_eq!(change.took_effect_at.unwrap().to_string(), "2026-12-16 23:00:00 UTC");
    assert!(is_cleared(&world, "C-1").await);
    assert_eq!(alerts().len(), 1);
    let register = json(&world, "/register.json").await;
    assert_eq!(register["subprocessors"][0]["since"], "2026-12-14");
    assert!(register["in_force_for_some_customers"].as_array().unwrap().is_empty());
    world.finish().await;
}

#[tokio::test]
async fn whoever_is_excluded_never_starts_and_keeps_back_nobody() {
    let (world, reference) = announced(&[]).await;
    let objection = world.object(ACME, "We object.").await.reference;
    world.advance_to("2026-12-14T11:00Z").await;
    settle(&world, &objection, Outcome::Accommodated, None).await;
    world.advance_to("2026-12-15T11:00Z").await;
    assert_eq!(world.change(&reference).await.state, State::InNotice, "the exclusion is not confirmed");
    resolve_objection::confirm_exclusion(&world.cx, world.dpo.clone(), "C-1", "Nimbus", "flag off")
        .await
        .unwrap();
    world.advance_to("2026-12-16T11:00Z").await;
    assert_eq!(world.change(&reference).await.state, State::Effective);
    assert!(!is_cleared(&world, "C-1").await);
    assert!(is_cleared(&world, "C-2").await);
    let started: Vec<String> = sqlx::query_scalar(
        "select reference from obligation join customer on customer.id = customer_id where in_force_at is not null",
    )
    .fetch_all(world.cx.db.pool())
    .await
    .unwrap();
    assert_eq!(started, ["C-2"]);
    world.finish().await;
}

#[tokio::test]
async fn whoever_joins_later_starts_and_what_some_have_is_neither_moved_nor_withdrawn() {
    let (world, reference) = announced(&[]).await;
    world.object(ACME, "We object.").await;
    world.advance_to("2026-12-14T11:00Z").await;
    world
        .customers("reference,customer,email,customer_since\nC-3,Cedar,dpo@cedar.example,2026-12-14\n")
        .await;
    assert!(!is_cleared(&world, "C-3").await);
    world.advance_to("2026-12-15T11:00Z").await;
    assert!(is_cleared(&world, "C-3").await);

    for command in [
        vec!["change", "reschedule", &reference, "--effective", "2027-02-01"],
        vec!["change", "withdraw", &reference, "--reason", "no more"],
    ] {
        let ran = world.command(&command).await;
        assert_ne!(ran.code, Some(0), "{ran:?}");
        assert!(ran.said.contains("in force for some of its customers since 2026-12-14"), "{}", ran.said);
    }
    let ran = world.command(&["change", "show", &reference]).await;
    assert!(
        ran.printed.contains("in force   for 2 customers, the first since 2026-12-14; 1 wait"),
        "{}",
        ran.printed
    );
    // An objection in time, by an old link, is late for whoever has started, and keeps back nobody.
    let late = world.object("dpo@birch.example", "We object too.").await.reference;
    let ran = world.command(&["objection", "show", &late, "--json"]).await;
    assert_eq!(ran.json()["in_time"], false, "{}", ran.printed);
    assert!(is_cleared(&world, "C-2").await);
    world.finish().await;
}

#[tokio::test]
async fn what_stands_in_everybodys_way_holds_it_for_all() {
    let (world, reference) = announced(&[("policy.notice_valid_days", "15")]).await;
    world
        .as_superuser("update notice set valid_until = '2026-12-10T00:00Z' where kind = 'announcement'")
        .await;
    world.advance_to("2026-12-14T11:00Z").await;
    assert_eq!(world.change(&reference).await.state, State::Held);
    assert!(!is_cleared(&world, "C-2").await);
    let in_force: i64 = sqlx::query_scalar("select count(*) from obligation where in_force_at is not null")
        .fetch_one(world.cx.db.pool())
        .await
        .unwrap();
    assert_eq!(in_force, 0);
    world.finish().await;
}

#[tokio::test]
async fn it_is_planned_for_the_first_who_may_start_and_each_is_told_its_own_day() {
    let settings = [("policy.notice_days", "10"), ("policy.go_live", "per_customer")];
    let world = World::configured("2026-11-23T09:00Z", &settings).await;
    world
        .customers(&format!(
            "reference,customer,email,customer_since,notice_days\nC-1,Acme,{ACME},2024-03-01,60\n\
             C-2,Birch,dpo@birch.example,2024-03-01,\n",
        ))
        .await;
    let planned = schedule_change::plan(&world.cx, &addition("Nimbus", "2026-12-14")).await.unwrap();
    assert_eq!(planned.earliest.to_string(), "2026-12-05");
    assert_eq!(planned.for_all_on.unwrap().to_string(), "2027-01-24");
    assert_eq!((planned.decided_by[0].reference.as_str(), planned.deciders), ("C-2", 1));
    let refused = schedule_change::plan(&world.cx, &addition("Nimbus", "2026-12-04")).await.unwrap_err();
    assert!(refused.to_string().contains("Earliest: 2026-12-05"), "{refused}");

    let reference = world.schedule(&addition("Nimbus", "2026-12-14")).await.reference;
    world.advance_to("2026-11-24T12:00Z").await;
    let letter = |address: &str| world.mailbox.mails_to(address)[0].text();
    assert!(letter("dpo@birch.example").contains("14 December 2026"));
    let to_acme = letter(ACME);
    assert!(to_acme.contains("24 January 2027") && !to_acme.contains("14 December 2026"), "{to_acme}");

    world.advance_to("2026-12-14T11:00Z").await;
    assert!(is_cleared(&world, "C-2").await);
    let ran = world.command(&["clearance", "C-1", "Nimbus", "--json"]).await.json();
    assert_eq!(
        (&ran["cleared"], &ran["earliest_on"]),
        (&Value::Bool(false), &Value::from("2027-01-24")),
        "{ran}"
    );
    // Its window is open until its own start.
    let objection = world.object(ACME, "We object.").await.reference;
    let ran = world.command(&["objection", "show", &objection, "--json"]).await;
    assert_eq!(ran.json()["in_time"], true, "{}", ran.printed);
    settle(&world, &objection, Outcome::NotEntitled, None).await;
    world.advance_to("2027-01-23T22:00Z").await;
    assert!(!is_cleared(&world, "C-1").await);
    world.advance_to("2027-01-24T11:00Z").await;
    assert!(is_cleared(&world, "C-1").await);
    assert_eq!(world.change(&reference).await.state, State::Effective);
    world.finish().await;
}

#[tokio::test]
async fn nobody_starts_before_the_day_that_its_letter_names() {
    let settings = [("policy.notice_days", "10"), ("policy.go_live", "per_customer")];
    let world = World::configured("2026-11-23T09:00Z", &settings).await;
    world
        .customers(&format!(
            "reference,customer,email,customer_since,notice_days,time_zone\n\
             C-1,Acme,{ACME},2024-03-01,30,America/Los_Angeles\nC-2,Birch,dpo@birch.example,2024-03-01,,\n",
        ))
        .await;
    world.schedule(&addition("Nimbus", "2026-12-14")).await;
    world.advance_to("2026-11-24T12:00Z").await;
    assert!(world.mailbox.mails_to(ACME)[0].text().contains("26 December 2026"));
    // Its thirty days end with the 24th in Los Angeles; the next day of the processor's begins with the 26th in Berlin.
    world.advance_to("2026-12-25T10:00Z").await;
    assert!(!is_cleared(&world, "C-1").await);
    world.advance_to("2026-12-26T10:00Z").await;
    assert!(is_cleared(&world, "C-1").await);
    world.finish().await;
}

#[tokio::test]
async fn what_is_found_after_a_start_is_asked_about_daily_and_not_each_second() {
    let (world, reference) = announced(&[]).await;
    let objection = world.object(ACME, "We object.").await.reference;
    world.advance_to("2026-12-14T11:00Z").await;
    world
        .as_superuser(
            "insert into objection (reference, customer_id, recipient_id, channel, statement, received_at, entered_at, state, answer_due_on)
             select 'OBJ-2026-0099', r.customer_id, r.id, 'console', 'no', '2026-12-02', '2026-12-14T11:00Z', 'lodged', '2026-12-28'
             from recipient r where r.address = 'dpo@birch.example';
             insert into objection_change (objection_id, change_id, customer_id, received_at, in_time)
             select id, 1, customer_id, received_at, true from objection where reference = 'OBJ-2026-0099'",
        )
        .await;
    settle(&world, &objection, Outcome::NotEntitled, None).await;
    world.advance_to("2026-12-15T11:00Z").await;
    assert!(is_cleared(&world, "C-1").await);
    assert!(!is_cleared(&world, "C-2").await);
    assert_eq!(world.change(&reference).await.state, State::InNotice);
    let next: chrono::DateTime<chrono::Utc> =
        sqlx::query_scalar("select next_look_at from change").fetch_one(world.cx.db.pool()).await.unwrap();
    assert_eq!(next.to_string(), "2026-12-15 23:00:00 UTC");
}

#[tokio::test]
async fn the_last_starts_with_its_day_like_everybody_else() {
    let settings = [("policy.notice_days", "10"), ("policy.go_live", "per_customer")];
    let world = World::configured("2026-11-23T09:00Z", &settings).await;
    let file = "reference,customer,email,customer_since,notice_days,time_zone\n\
                C-1,Acme,dpo@acme.example,2024-03-01,,\n\
                C-2,Kiri,dpo@kiri.example,2024-03-01,20,Pacific/Kiritimati\n";
    world.customers(file).await;
    let reference = world.schedule(&addition("Nimbus", "2026-12-07")).await.reference;
    // Kiri is clear at 10:00 UTC, when its day begins; in the policy's zone that day begins at midnight.
    world.advance_to("2026-12-30T12:00Z").await;
    let change = world.change(&reference).await;
    assert_eq!(change.state, State::Effective);
    let last: DateTime<Utc> = sqlx::query_scalar(
        "select clear_at from obligation o join customer c on c.id = o.customer_id where c.reference = 'C-2'",
    )
    .fetch_one(world.cx.db.pool())
    .await
    .unwrap();
    assert_eq!(last.format("%H:%M").to_string(), "10:00");
    let midnight = world.cx.policy.zone.first_instant(last.date_naive().succ_opt().unwrap());
    assert_eq!(change.took_effect_at, Some(midnight));
    world.finish().await;
}
