//! The calendars, read by another parser than the one that wrote them.

use std::io::Cursor;

use axum::body::Body;
use axum::http::Request;
use forenotice::actions::schedule_change;
use ical::IcalParser;
use ical::parser::ical::component::{IcalCalendar, IcalEvent};
use ical::property::Property;

use super::visitor::{ACME, Answer, STRIPE, Visitor, announced, path_of, schedule};
use crate::support::World;

/// The one calendar of an answer, its lines as long as lines may be.
fn calendar(answer: &Answer) -> IcalCalendar {
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
    for line in answer.body.split("\r\n") {
        assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line:?}");
    }
    let mut calendars: Vec<_> = IcalParser::new(Cursor::new(answer.body.clone())).collect();
    assert_eq!(calendars.len(), 1, "{}", answer.body);
    calendars.remove(0).unwrap()
}

fn value<'a>(properties: &'a [Property], name: &str) -> &'a str {
    let mut found = properties.iter().filter(|property| property.name == name);
    let property = found.next().unwrap_or_else(|| panic!("no {name} in {properties:?}"));
    assert!(found.next().is_none(), "{name} twice in {properties:?}");
    property.value.as_deref().unwrap()
}

/// What moves an entry in a reader's calendar.
fn entry(event: &IcalEvent) -> [&str; 5] {
    ["SEQUENCE", "DTSTART", "DTEND", "STATUS", "SUMMARY"].map(|name| value(&event.properties, name))
}

/// The calendar behind the newest letter to Acme that links to one.
async fn deadline_of(world: &World, visitor: &Visitor) -> Answer {
    let letters = world.mailbox.mails_to("dpo@acme.example");
    let link = letters.iter().rev().find_map(|mail| {
        let link = mail.link("/object/")?;
        mail.text().contains(&format!("{link}/deadline.ics")).then_some(link)
    });
    visitor.get(&format!("{}/deadline.ics", path_of(&link.unwrap()))).await
}

#[tokio::test]
async fn a_readers_deadline_moves_in_its_calendar_with_the_change_and_tells_nothing_else() {
    let (world, visitor, object) = announced().await;
    let first = deadline_of(&world, &visitor).await;
    assert_eq!(first.header("cache-control"), "no-store");
    let announced = calendar(&first);
    assert_eq!(value(&announced.properties, "METHOD"), "PUBLISH");
    let [event] = announced.events.as_slice() else { panic!("{announced:?}") };
    // Acme has 14 clear days from 23 November: until 7 December, 24:00 in Berlin.
    let summary = "Last hour to object: Nimbus joins (CHG-2026-0001)";
    assert_eq!(entry(event), ["0", "20261207T220000Z", "20261207T230000Z", "TENTATIVE", summary]);
    let alarms: Vec<_> = event.alarms.iter().map(|alarm| value(&alarm.properties, "TRIGGER")).collect();
    assert_eq!(alarms, ["-P3D", "-P1D"]);
    let page = visitor.get(&object).await.body;
    assert!(page.contains("Monday 7 December 2026, 24:00") && page.contains("/deadline.ics"), "{page}");
    // Whoever sees the calendar can neither object for its owner nor learn who that is.
    assert!(!first.body.contains(object.trim_start_matches("/object/")) && !first.body.contains("cme"));
    assert_eq!(visitor.get(&format!("{object}/deadline.ics")).await.body, first.body);

    let later = "2027-03-01".parse().unwrap();
    schedule_change::reschedule(&world.cx, world.dpo.clone(), "CHG-2026-0001", later).await.unwrap();
    world.advance_to("2026-11-25T12:00Z").await;
    let moved = calendar(&deadline_of(&world, &visitor).await);
    assert_eq!(value(&moved.events[0].properties, "UID"), value(&event.properties, "UID"));
    assert_eq!(value(&moved.events[0].properties, "SEQUENCE"), "1");

    schedule_change::withdraw(&world.cx, world.dpo.clone(), "CHG-2026-0001", "not needed", None)
        .await
        .unwrap();
    world.advance_to("2026-11-26T12:00Z").await;
    let withdrawn = calendar(&visitor.get(&format!("{object}/deadline.ics")).await);
    let [sequence, .., status, _] = entry(&withdrawn.events[0]);
    assert_eq!((sequence, status), ("2", "CANCELLED"));
    world.finish().await;
}

#[tokio::test]
async fn the_changes_are_a_calendar_that_is_revalidated_and_that_no_name_can_break_out_of() {
    let (world, visitor, _) = announced().await;
    let hostile = "Nim;bus,\\ \r\nEND:VEVENT\rX";
    let json = serde_json::to_string(hostile).unwrap();
    world
        .as_superuser(&format!(
            "update change set reason = e'a\\r\\nEND:VCALENDAR', facts = jsonb_set(facts, '{{facts,name}}', $json${json}$json$)"
        ))
        .await;
    let answer = visitor.get("/changes.ics").await;
    let changes = calendar(&answer);
    let [event] = changes.events.as_slice() else { panic!("{changes:?}") };
    assert_eq!(value(&event.properties, "UID"), "CHG-2026-0001@localhost");
    assert_eq!(value(&event.properties, "DTSTART"), "20270215");
    assert_eq!(value(&event.properties, "SUMMARY"), "Nim\\;bus\\,\\\\ END:VEVENT X joins (CHG-2026-0001)");
    let again = Request::get("/changes.ics").header("if-none-match", answer.header("etag"));
    assert_eq!(visitor.send(again.body(Body::empty()).unwrap()).await.status, 304);
}

#[tokio::test]
async fn there_is_no_deadline_for_a_former_contact_or_behind_another_link() {
    let (world, visitor, object) = announced().await;
    assert_eq!(visitor.get("/object/nonsense/deadline.ics").await.status, 404);
    world.as_superuser("update recipient set link_epoch = 1").await;
    assert_eq!(visitor.get(&format!("{object}/deadline.ics")).await.status, 404);
}

#[tokio::test]
async fn what_is_still_to_come_stays_however_many_changes_followed_and_what_is_held_promises_no_day() {
    let (world, visitor, _) = announced().await;
    world.as_superuser(include_str!("../../fixtures/register-of-500-changes.sql")).await;
    let found = async || {
        let calendar = calendar(&visitor.get("/changes.ics").await);
        let of_it = |event: &&IcalEvent| value(&event.properties, "UID").starts_with("CHG-2026-0001@");
        calendar.events.iter().find(of_it).map(|event| value(&event.properties, "SUMMARY").to_owned())
    };
    assert_eq!(found().await.as_deref(), Some("Nimbus joins (CHG-2026-0001)"));
    assert!(visitor.get("/changes.atom").await.body.contains("/changes/CHG-2026-0001#"));
    world.as_superuser("update change set state = 'held' where reference = 'CHG-2026-0001'").await;
    assert_eq!(found().await.as_deref(), Some("Nimbus joins: held (CHG-2026-0001)"));
    let feed = visitor.get("/changes.atom").await.body;
    assert!(!feed.contains("15 February 2027"), "{feed}");
}

#[tokio::test]
async fn the_last_hour_to_object_by_the_standard_agreement_is_in_the_calendar_of_changes_and_moves_with_it() {
    let world = World::configured("2026-11-23T06:00Z", &[("policy.objection_days", "20")]).await;
    world.as_superuser(&[STRIPE, ACME].concat()).await;
    schedule(&world, "Nimbus").await;
    world.advance_to("2026-11-24T12:00Z").await;
    let visitor = Visitor::of(&world);
    let deadline = async || {
        let changes = calendar(&visitor.get("/changes.ics").await);
        let of_it =
            |event: &&IcalEvent| value(&event.properties, "UID") == "CHG-2026-0001-deadline@localhost";
        let event = changes.events.iter().find(of_it).unwrap();
        let alarms: Vec<_> = event.alarms.iter().map(|alarm| value(&alarm.properties, "TRIGGER")).collect();
        assert_eq!(alarms, ["-P3D", "-P1D"]);
        assert!(value(&event.properties, "DESCRIPTION").starts_with("Under our standard agreement"));
        entry(event).map(ToOwned::to_owned)
    };
    // 20 clear days from 24 November.
    let summary = "Last hour to object: Nimbus joins (CHG-2026-0001)";
    assert_eq!(deadline().await, ["0", "20261214T220000Z", "20261214T230000Z", "TENTATIVE", summary]);
    schedule_change::withdraw(&world.cx, world.dpo.clone(), "CHG-2026-0001", "not needed", None)
        .await
        .unwrap();
    world.settle().await;
    let [sequence, .., status, _] = deadline().await;
    assert_eq!((sequence.as_str(), status.as_str()), ("1", "CANCELLED"));
    world.finish().await;
}
