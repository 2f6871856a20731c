//! An emergency whose window runs on after its start: an objection until its end is in time, holds nothing, and leads to exclusion.

use chrono::{DateTime, Utc};
use forenotice::actions::lodge_objection::{self, Became, Entered, Who};
use forenotice::actions::{
    ask_clearance, clear_customer, link_objection, resolve_objection, schedule_change,
};
use forenotice::domain::change::State;
use forenotice::domain::clearance::Answer;
use forenotice::domain::clearing::Word;
use forenotice::domain::objection::{Asked, Channel, Outcome, Timeliness};
use forenotice::domain::request::Request;
use forenotice::store::objection::{self, Objection};

use crate::edges::visitor::{Visitor, path_of};
use crate::support::World;
use crate::support::builders::addition;

const ACME: &str = "dpo@acme.example";
const BOLT: &str = "dpo@bolt.example";
const DPO: &str = "dpo@processor.example";
const CHANGE: &str = "CHG-2026-0001";

/// Acme and Bolt, told on 24 November of an emergency that starts on 2 December; their windows run until 24 December, 23:00 UTC.
async fn told() -> World {
    let settings = [("policy.objection_days", "30"), ("policy.objection_convention", "clear_days")];
    let world = World::configured("2026-11-23T09:00Z", &settings).await;
    let header = "reference,customer,email,customer_since,emergency_days,emergency_window";
    let row = |reference: &str, address: &str| {
        format!("{reference},{reference},{address},2024-03-01,3,after_start\n")
    };
    world.customers(&format!("{header}\n{}{}", row("ACME", ACME), row("BOLT", BOLT))).await;
    let emergency = Some("the supplier went bankrupt".to_owned());
    let request = Request { emergency, ..addition("Nimbus GmbH", "2026-12-02") };
    let planned = world.schedule(&request).await;
    let second = world.second_person().await;
    schedule_change::approve(&world.cx, second, &planned.reference).await.unwrap();
    world.advance_to("2026-11-24T09:00Z").await;
    world
}

fn at(instant: &str) -> DateTime<Utc> {
    crate::support::world::parse_instant(instant)
}

fn by_letter(who: Who, received_at: &str) -> Entered {
    Entered {
        who,
        changes: vec![CHANGE.to_owned()],
        channel: Channel::Letter,
        received_at: at(received_at),
        text: format!("We object. Written for {received_at}."),
        grounds: Vec::new(),
        condition: None,
        on_behalf_of: None,
        file: None,
    }
}

fn acme() -> Who {
    Who::Customer { reference: "ACME".to_owned(), address: None }
}

async fn record(world: &World, entered: &Entered) -> lodge_objection::Lodged {
    lodge_objection::record(&world.cx, world.dpo.clone(), entered).await.unwrap()
}

async fn read(world: &World, reference: &str) -> Objection {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    objection::by_reference(snapshot.conn(), reference).await.unwrap()
}

/// Why the customer's data may not go to Nimbus; nothing = it may.
async fn kept_back(world: &World, customer: &str) -> Vec<&'static str> {
    match ask_clearance::ask(&world.cx, customer, "Nimbus GmbH", None).await.unwrap().answer {
        Answer::Cleared => Vec::new(),
        Answer::NotCleared { whys, .. } => whys.iter().map(|why| why.reason.as_str()).collect(),
    }
}

async fn accommodate(world: &World, reference: &str, how: Option<&str>) {
    let asked = Asked {
        outcome: Outcome::Accommodated,
        reason: "not used for you".to_owned(),
        condition: None,
        how: how.map(str::to_owned),
        last_day: None,
        remedies: None,
        refund: None,
        agreed: None,
        contacts_asked: None,
        attached: None,
    };
    resolve_objection::resolve(&world.cx, world.dpo.clone(), reference, asked, None).await.unwrap();
}

async fn alerts(world: &World) -> Vec<String> {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    sqlx::query_scalar("select letter_key from delivery where letter_key like 'alert:%' order by id")
        .fetch_all(snapshot.conn())
        .await
        .unwrap()
}

/// The page of the announcement's link.
fn page(world: &World, address: &str) -> String {
    path_of(&world.mailbox.mails_to(address)[0].link("/object/").unwrap())
}

fn text_of_last(world: &World, address: &str) -> String {
    let text = world.mailbox.mails_to(address).pop().unwrap().text();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn it_is_in_time_until_the_end_of_its_window_and_the_customer_is_out_until_it_is_settled() {
    let world = told().await;
    world.advance_to("2026-12-10T09:00Z").await;
    assert_eq!(world.change(CHANGE).await.state, State::Effective);
    assert_eq!(kept_back(&world, "ACME").await, Vec::<&str>::new());
    let visitor = Visitor::of(&world);
    let own_page = page(&world, ACME);
    let shown = visitor.get(&own_page).await.body;
    assert!(shown.contains("also now that it has started"), "{shown}");
    assert!(shown.contains("We stop using Nimbus GmbH for your data, or settle it with you"), "{shown}");
    assert!(!shown.contains("mark it late") && !shown.contains("takes effect on"), "{shown}");

    let sent = visitor.post(&own_page, &[("change", CHANGE), ("text", "We object.")]).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    world.settle().await;
    let status = visitor.get(&format!("{own_page}/objection")).await.body;
    assert!(status.contains("<b>In time</b>") && !status.contains("is not used for your data"), "{status}");
    let reference: String =
        sqlx::query_scalar("select reference from objection").fetch_one(world.cx.db.pool()).await.unwrap();
    let known = read(&world, &reference).await;
    let line = &known.changes[0];
    assert!(line.in_time && line.after_start_at.is_some() && !line.found_after_effect);
    assert_eq!(alerts(&world).await, [format!("alert:lodged:{reference}")]);
    let receipt = text_of_last(&world, ACME);
    assert!(receipt.contains("in time (your deadline: Thursday 24 December 2026, 24:00"), "{receipt}");
    assert!(
        receipt.contains("has been used for your data since Wednesday 2 December 2026. We stop that"),
        "{receipt}"
    );
    assert!(!receipt.contains("is not used for your data"), "{receipt}");
    let alert = text_of_last(&world, DPO);
    assert!(
        alert.contains("stop using Nimbus GmbH for its data") && !alert.contains("the gate is shut"),
        "{alert}"
    );
    // In force all the same, for everybody else.
    assert_eq!(world.change(CHANGE).await.state, State::Effective);
    world.advance_to("2026-12-10T09:01Z").await;
    assert_eq!(
        (kept_back(&world, "ACME").await, kept_back(&world, "BOLT").await),
        (vec!["objection_open"], vec![])
    );
    assert_eq!(world.broken_promises().await, Vec::<String>::new());

    accommodate(&world, &reference, None).await;
    world.advance_to("2026-12-10T09:01:10Z").await;
    assert_eq!(kept_back(&world, "ACME").await, ["excluded", "remedy_running"]);
    resolve_objection::confirm_exclusion(&world.cx, world.dpo.clone(), "ACME", "Nimbus GmbH", "flag off")
        .await
        .unwrap();
    world.advance_to("2026-12-10T09:02Z").await;
    assert_eq!(kept_back(&world, "ACME").await, ["excluded"]);
    // Said once more, it is told that nothing is in use for it.
    let again = record(&world, &by_letter(acme(), "2026-12-10T09:01:30Z")).await;
    assert_eq!((again.became, again.timeliness), (Became::AnObjection, Timeliness::InTime));
    world.settle().await;
    assert!(text_of_last(&world, ACME).contains("is not used for your data"));
    world.finish().await;
}

#[tokio::test]
async fn after_its_end_it_is_late_and_so_it_is_for_whom_a_yes_alone_opened_the_gate() {
    let world = told().await;
    // Bolt's terms give no such window; what it waives by its yes is no longer deadline.
    world
        .as_superuser(
            "update contract_terms set terms = '{\"emergency\": {\"n\": 3}}' where contract_id = 2;
             update obligation set window_shuts = true, clear_at = window_closes_at where customer_id = 2",
        )
        .await;
    let contract: String = sqlx::query_scalar("select reference from contract where id = 2")
        .fetch_one(world.cx.db.pool())
        .await
        .unwrap();
    let said = clear_customer::Said {
        contract: &contract,
        customer: Some("BOLT"),
        word: Word::Yes,
        by: "Ada Byron",
        channel: Channel::Letter,
        at: None,
    };
    clear_customer::record_consent(&world.cx, world.dpo.clone(), CHANGE, &said, None).await.unwrap();
    world.advance_to("2026-12-10T09:00Z").await;
    assert_eq!(world.change(CHANGE).await.state, State::Effective);
    let bolt = Who::Customer { reference: "BOLT".to_owned(), address: None };
    let of_bolt = record(&world, &by_letter(bolt, "2026-12-09T09:00Z")).await;
    assert_eq!(of_bolt.timeliness, Timeliness::Late);
    assert_eq!(kept_back(&world, "BOLT").await, Vec::<&str>::new());
    world.advance_to("2026-12-28T09:00Z").await;
    let of_acme = record(&world, &by_letter(acme(), "2026-12-24T23:00:01Z")).await;
    assert_eq!(of_acme.timeliness, Timeliness::Late);
    assert_eq!(kept_back(&world, "ACME").await, Vec::<&str>::new());
    // A letter of the last second lay over Christmas.
    let lay = record(&world, &by_letter(acme(), "2026-12-24T22:59:59Z")).await;
    assert_eq!((lay.became, lay.reference.as_str()), (Became::PartOf, of_acme.reference.as_str()));
    let line = &read(&world, &of_acme.reference).await.changes[0];
    assert!(line.in_time && line.after_start_at.is_some() && !line.found_after_effect);
    assert_eq!(kept_back(&world, "ACME").await, ["objection_open"]);
    world.finish().await;
}

#[tokio::test]
async fn one_from_before_the_start_that_surfaces_after_it_alarms_as_ever() {
    let world = told().await;
    world.advance_to("2026-12-10T09:00Z").await;
    let after = record(&world, &by_letter(acme(), "2026-12-09T09:00Z")).await.reference;
    assert!(read(&world, &after).await.changes[0].after_start_at.is_some());
    let before = record(&world, &by_letter(acme(), "2026-12-01T09:00Z")).await;
    assert_eq!(before.became, Became::PartOf);
    let line = &read(&world, &after).await.changes[0];
    assert!(line.in_time && line.found_after_effect && line.after_start_at.is_none());
    assert!(alerts(&world).await.contains(&format!("alert:found-after-effect:{after}:{CHANGE}")));
    let broken = world.broken_promises().await;
    assert!(broken.iter().all(|line| line.starts_with("objection_found_after_effect:")), "{broken:?}");
    assert_eq!(broken.len(), 1);
    accommodate(&world, &after, Some("flag off")).await;
    world.finish().await;
}

#[tokio::test]
async fn an_unknown_address_is_in_time_once_it_is_known_whose_it_is() {
    let world = told().await;
    world.advance_to("2026-12-10T09:00Z").await;
    let nobody = Who::Address("works@council.example".to_owned());
    let said = record(&world, &by_letter(nobody, "2026-12-09T09:00Z")).await.reference;
    assert!(!read(&world, &said).await.in_time());
    let linked = link_objection::link(&world.cx, world.dpo.clone(), &said, "ACME").await.unwrap();
    assert_eq!(linked.timeliness, Timeliness::InTime);
    let line = &read(&world, &said).await.changes[0];
    assert!(line.in_time && line.after_start_at.is_some() && !line.found_after_effect);
    assert_eq!(kept_back(&world, "ACME").await, ["objection_open"]);
    world.finish().await;
}
