//! `policy.hold = "postpone"`: what ends by itself moves the change to the day after, and nothing else does.

use forenotice::actions::resolve_objection;
use forenotice::domain::change::{ChangeKind, State};
use forenotice::domain::objection::{Asked, Outcome};
use forenotice::domain::request::Request;
use forenotice::store::simulated;

use crate::support::World;
use crate::support::builders::addition;
use crate::support::world::parse_instant;

const ACME: &str = "dpo@acme.example";
const BIRCH: &str = "dpo@birch.example";
const DPO: &str = "dpo@processor.example";

/// Nimbus, announced on 24 November for 14 December.
async fn announced(settings: &[(&str, &str)]) -> (World, String) {
    let settings = [&[("policy.notice_days", "10"), ("policy.hold", "postpone")], settings].concat();
    let world = World::configured("2026-11-23T09:00Z", &settings).await;
    customers(&world, "", "5").await;
    let reference = world.schedule(&addition("Nimbus", "2026-12-14")).await.reference;
    world.advance_to("2026-12-02T12:00Z").await;
    (world, reference)
}

/// Acme's days of notice, and Birch's days to object.
async fn customers(world: &World, notice_days: &str, objection_days: &str) {
    world
        .customers(&format!(
            "reference,customer,email,customer_since,notice_days,objection_days\n\
             C-1,Acme,{ACME},2024-03-01,{notice_days},\n\
             C-2,Birch,{BIRCH},2024-03-01,,{objection_days}\n",
        ))
        .await;
}

/// Acme leaves over it, with this last day.
async fn terminated(world: &World, objection: &str, last_day: &str) {
    let asked = Asked {
        outcome: Outcome::Terminated,
        reason: "they leave".to_owned(),
        condition: None,
        how: None,
        last_day: Some(last_day.parse().unwrap()),
        remedies: None,
        refund: None,
        agreed: None,
        contacts_asked: None,
        attached: None,
    };
    resolve_objection::resolve(&world.cx, world.dpo.clone(), objection, asked, None).await.unwrap();
    world.settle().await;
}

async fn stands(world: &World, reference: &str) -> (State, String) {
    let change = world.change(reference).await;
    (change.state, change.draft.effective_on.to_string())
}

/// The letters to Birch about the day, and the alerts to the DPO about the day.
fn told(world: &World, reference: &str) -> (Vec<String>, Vec<String>) {
    let to_birch =
        world.subjects(BIRCH).into_iter().skip(1).filter(|it| !it.starts_with("Reminder")).collect();
    let alerts = world.subjects(DPO).into_iter();
    let alerts =
        alerts.filter_map(|subject| subject.strip_prefix(&format!("{reference}: ")).map(str::to_owned));
    (to_birch, alerts.filter(|words| words.starts_with("held") || words.contains("postponed")).collect())
}

async fn events(world: &World) -> Vec<String> {
    sqlx::query_scalar(
        "select concat_ws(' ', entry ->> 'actor', entry ->> 'kind', entry ->> 'from', entry ->> 'to', entry ->> 'reasons')
         from ledger_entry, lateral (select convert_from(payload, 'UTF8')::jsonb as entry) read
         where kind in ('change_held', 'change_postponed', 'change_took_effect') order by act_id, ordinal",
    )
    .fetch_all(world.cx.db.pool())
    .await
    .unwrap()
}

#[tokio::test]
async fn a_remedy_with_a_last_day_moves_it_once_and_nobody_gets_the_letter_that_it_is_held() {
    let (world, reference) = announced(&[]).await;
    let objection = world.object(ACME, "We object.").await.reference;
    terminated(&world, &objection, "2026-12-31").await;
    world.advance_to("2026-12-14T11:00Z").await;
    assert_eq!(stands(&world, &reference).await, (State::InNotice, "2027-01-01".to_owned()));
    let new_date = format!("{reference}: new date for Nimbus: 1 Jan 2027");
    let alert = "Nimbus postponed to 1 Jan 2027".to_owned();
    assert_eq!(told(&world, &reference), (vec![new_date.clone()], vec![alert.clone()]));
    assert_eq!(events(&world).await, [r#"daemon change_postponed 2026-12-14 2027-01-01 ["remedy_running"]"#]);
    world.advance_to("2026-12-31T22:59Z").await;
    assert_eq!(stands(&world, &reference).await.0, State::InNotice);
    world.advance_to("2027-01-01T08:00Z").await;
    assert_eq!(stands(&world, &reference).await.0, State::Effective);
    assert_eq!(told(&world, &reference), (vec![new_date], vec![alert]));
    world.finish().await;
}

#[tokio::test]
async fn held_while_the_day_is_not_known_it_moves_on_the_next_day_that_is() {
    let (world, reference) = announced(&[]).await;
    let objection = world.object(ACME, "We object.").await.reference;
    world.advance_to("2026-12-15T11:00Z").await;
    assert_eq!(stands(&world, &reference).await, (State::Held, "2026-12-14".to_owned()));
    terminated(&world, &objection, "2026-12-31").await;
    assert_eq!(stands(&world, &reference).await.0, State::Held);
    world.advance_to("2026-12-16T11:00Z").await;
    assert_eq!(stands(&world, &reference).await, (State::InNotice, "2027-01-01".to_owned()));
    let (to_birch, alerts) = told(&world, &reference);
    assert_eq!(
        to_birch,
        [
            format!("{reference}: Nimbus does not start on 14 Dec 2026"),
            format!("{reference}: new date for Nimbus: 1 Jan 2027")
        ]
    );
    assert_eq!(alerts.len(), 2, "{alerts:?}");
    world.advance_to("2027-01-01T08:00Z").await;
    assert_eq!(stands(&world, &reference).await.0, State::Effective);
    world.finish().await;
}

#[tokio::test]
async fn a_gate_that_opens_meanwhile_lets_it_take_effect_as_wait_does() {
    let (world, reference) = announced(&[]).await;
    let objection = world.object(ACME, "We object.").await.reference;
    world.advance_to("2026-12-14T11:00Z").await;
    terminated(&world, &objection, "2026-12-14").await;
    world.advance_to("2026-12-15T11:00Z").await;
    assert_eq!(stands(&world, &reference).await.0, State::Effective);
    assert_eq!(
        told(&world, &reference).0.last().unwrap(),
        &format!("{reference}: Nimbus in use since 15 Dec 2026")
    );
    world.finish().await;
}

#[tokio::test]
async fn the_latest_of_periods_and_windows_is_the_day() {
    let (world, reference) = announced(&[]).await;
    // Better terms: both customers had the letter on 24 November.
    customers(&world, "25", "40").await;
    world.advance_to("2026-12-14T11:00Z").await;
    assert_eq!(
        events(&world).await,
        [r#"daemon change_postponed 2026-12-14 2027-01-05 ["notice_short", "window_open"]"#]
    );
    world.advance_to("2027-01-05T08:00Z").await;
    assert_eq!(stands(&world, &reference).await, (State::Effective, "2027-01-05".to_owned()));
    world.finish().await;
}

#[tokio::test]
async fn it_is_held_where_its_notice_would_be_too_old_on_the_day() {
    let (world, reference) = announced(&[("policy.notice_valid_days", "30")]).await;
    let objection = world.object(ACME, "We object.").await.reference;
    terminated(&world, &objection, "2026-12-31").await;
    world.advance_to("2026-12-16T11:00Z").await;
    assert_eq!(stands(&world, &reference).await, (State::Held, "2026-12-14".to_owned()));
    assert_eq!(events(&world).await, [r#"daemon change_held ["remedy_running"]"#]);
    world.finish().await;
}

#[tokio::test]
async fn it_is_held_where_a_later_change_builds_on_it() {
    let (world, reference) = announced(&[]).await;
    let removal =
        Request { kind: ChangeKind::Removal, facts: Vec::new(), ..addition("Nimbus", "2026-12-28") };
    world.schedule(&removal).await;
    let objection = world.object(ACME, "We object.").await.reference;
    terminated(&world, &objection, "2026-12-31").await;
    world.advance_to("2026-12-14T11:00Z").await;
    assert_eq!(stands(&world, &reference).await, (State::Held, "2026-12-14".to_owned()));
    world.finish().await;
}

#[tokio::test]
async fn what_was_announced_only_after_its_day_takes_effect_no_sooner_than_that_though_it_concerns_nobody() {
    let world = World::configured("2026-11-23T09:00Z", &[("policy.hold", "postpone")]).await;
    let change = world.schedule(&addition("Nimbus", "2026-12-14")).await.reference;
    // No daemon ran until then.
    simulated::move_to(world.cx.db.pool(), parse_instant("2026-12-16T12:00Z")).await.unwrap();
    world.settle().await;
    assert_eq!(world.change(&change).await.took_effect_at, None);
    world.advance_to("2026-12-16T12:00:01Z").await;
    let after = world.change(&change).await;
    assert_eq!(
        (after.state, after.published_at),
        (State::Effective, Some(parse_instant("2026-12-16T12:00Z")))
    );
    assert!(after.took_effect_at >= after.published_at, "{after:?}");
    world.finish().await;
}

#[tokio::test]
async fn what_was_announced_after_a_mailbox_was_last_read_is_held_once_its_day_is_over() {
    let world = World::on("2026-11-23T09:00Z").await;
    let change = world.schedule(&addition("Nimbus", "2026-12-14")).await.reference;
    world
        .as_superuser(
            "insert into door (id, kind, name, read_to, beat_at)
             values (gen_random_uuid(), 'mailbox', 'a mailbox', '2026-11-23T09:00Z', 'infinity')",
        )
        .await;
    world.advance_to("2026-11-25T12:00Z").await;
    assert!(world.change(&change).await.published_at.is_some());
    simulated::move_to(world.cx.db.pool(), parse_instant("2026-12-15T12:00Z")).await.unwrap();
    world.settle().await;
    assert_eq!(world.change(&change).await.state, State::Held);
    world.finish().await;
}
