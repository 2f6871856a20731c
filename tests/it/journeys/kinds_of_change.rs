//! Each kind of change from its plan to the register, what happens to one that is moved, altered or withdrawn, and
//! several that one notice announces.

use forenotice::actions::schedule_change::{self, Alteration, Done, Error};
use forenotice::demo::mailbox::Mail;
use forenotice::domain::change::State;
use forenotice::domain::ledger::Actor;
use forenotice::domain::plan::Refusal;
use forenotice::domain::register::on_day;
use forenotice::domain::request::Request;
use forenotice::store;
use serde_json::{Value, json};

use crate::edges::visitor::{ACME, STRIPE, Visitor};
use crate::support::World;

const DPO_AT_ACME: &str = "dpo@acme.example";
/// More than enough for Acme's 30 days.
const DAY: &str = "2027-02-15";

/// Acme is told; Stripe is on the register.
async fn world() -> World {
    configured(&[]).await
}

async fn configured(settings: &[(&str, &str)]) -> World {
    let world = World::configured("2026-11-23T06:00Z", settings).await;
    world.as_superuser(&[STRIPE, ACME].concat()).await;
    world
}

fn request(kind: &str, name: &str, facts: &[(&str, &str)], more: &Value) -> Request {
    let facts: Vec<_> = facts.iter().map(|(field, value)| json!([field, value])).collect();
    let mut value =
        json!({ "kind": kind, "name": name, "reason": "because", "facts": facts, "effective": DAY });
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(value).unwrap()
}

/// The fact sheet of a newcomer.
const SHEET: [(&str, &str); 8] = [
    ("legal_entity", "Nimbus GmbH"),
    ("address", "Ring 2, 10115 Berlin"),
    ("contact", "privacy@nimbus.example"),
    ("purpose", "hosting"),
    ("countries", "DE;FR"),
    ("data_types", "names"),
    ("data_subjects", "employees"),
    ("transfer_mechanism", "none"),
];

fn addition(name: &str) -> Request {
    request("addition", name, &SHEET, &json!({}))
}

/// An alteration of Stripe, its sheet completed.
fn alteration(more: &[(&str, &str)], effective: &str) -> Request {
    request(
        "material_change",
        "Stripe",
        &[&SHEET[..4], &SHEET[5..], more].concat(),
        &json!({ "effective": effective }),
    )
}

async fn schedule(world: &World, request: &Request) -> Result<Done, Error> {
    schedule_change::schedule(&world.cx, world.dpo.clone(), request).await
}

async fn reschedule(world: &World, reference: &str, alteration: &Alteration) -> Result<Done, Error> {
    schedule_change::alter(&world.cx, world.dpo.clone(), reference, alteration).await
}

async fn withdraw(world: &World, reference: &str) -> Result<Done, Error> {
    schedule_change::withdraw(&world.cx, world.dpo.clone(), reference, "", None).await
}

fn to(day: &str) -> Alteration {
    Alteration { effective: day.parse().ok(), facts: Vec::new() }
}

fn facts(pairs: &[(&str, &str)]) -> Alteration {
    let facts = pairs.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect();
    Alteration { effective: None, facts }
}

async fn state(world: &World, reference: &str) -> State {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    store::change::by_reference(snapshot.conn(), reference).await.unwrap().state
}

/// Who is on the register on a day, with the countries.
async fn register(world: &World, day: &str) -> Vec<String> {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let versions = store::subprocessor::versions(snapshot.conn()).await.unwrap();
    let listed = on_day(&versions, day.parse().unwrap());
    listed.iter().map(|v| format!("{} {}", v.facts.name, v.facts.countries.join(","))).collect()
}

fn subjects(world: &World) -> Vec<String> {
    world.mailbox.mails_to(DPO_AT_ACME).iter().map(Mail::subject).collect()
}

/// The text of a letter, wherever its lines break.
fn words(letter: &Mail) -> String {
    letter.text().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Of Acme and a change: state and consent.
async fn obligation(world: &World, reference: &str) -> Option<(String, String)> {
    sqlx::query_as(
        "select o.state, o.consent from obligation o join change c on c.id = o.change_id where c.reference = $1",
    )
    .bind(reference)
    .fetch_optional(world.cx.db.pool())
    .await
    .unwrap()
}

async fn second_person(world: &World) -> Actor {
    world
        .as_superuser(
            "insert into account (email, name, role) values ('second@processor.example', 'S', 'approver')",
        )
        .await;
    let id = sqlx::query_scalar("select id from account where email = 'second@processor.example'")
        .fetch_one(world.cx.db.pool())
        .await
        .unwrap();
    Actor::Account { id, email: "second@processor.example".to_owned() }
}

#[tokio::test]
async fn a_plan_without_a_day_says_the_earliest_and_scheduling_takes_it() {
    let world = world().await;
    let mut wanted = addition("Nimbus");
    wanted.effective = None;
    let plan = schedule_change::plan(&world.cx, &wanted).await.unwrap();
    assert_eq!((plan.effective_on, plan.customers, plan.deciders), (plan.earliest, 1, 1));
    assert!(
        schedule(&world, &wanted).await.unwrap_err().to_string().starts_with("effective: name the first day")
    );
    wanted.effective = plan.earliest.pred_opt();
    assert!(matches!(schedule(&world, &wanted).await, Err(Error::Refused(Refusal::TooEarly { .. }))));
    wanted.effective = Some(plan.earliest);
    schedule(&world, &wanted).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn a_past_removal_is_told_and_the_register_of_its_day_shows_it() {
    let world = world().await;
    let removal = |day: &str| request("removal", "Stripe", &[], &json!({ "effective": day }));
    let too_far = schedule(&world, &removal("2026-01-01")).await.unwrap_err().to_string();
    assert!(too_far.contains("it can have stopped on a later day only"), "{too_far}");

    let done = schedule(&world, &removal("2026-10-01")).await.unwrap();
    // Announced at once, and in force a moment later.
    world.advance_to("2026-11-23T06:00:01Z").await;

    assert_eq!(state(&world, &done.reference).await, State::Effective);
    assert_eq!(subjects(&world), [format!("{}: Stripe has left our subprocessor list", done.reference)]);
    let letter = world.mailbox.mails_to(DPO_AT_ACME).pop().unwrap();
    assert!(words(&letter).contains("Processor GmbH no longer uses Stripe."), "{}", letter.text());
    assert_eq!(obligation(&world, &done.reference).await, None);
    assert_eq!(register(&world, "2026-09-30").await, ["Stripe US"]);
    assert_eq!(register(&world, "2026-10-01").await, Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn who_only_hears_of_other_kinds_hears_of_no_removal() {
    let world = world().await;
    world.as_superuser(r#"update contract_terms set terms = terms || '{"kinds": ["addition"]}'"#).await;
    let removal = request("removal", "Stripe", &[], &json!({ "effective": "2026-11-24" }));
    let done = schedule(&world, &removal).await.unwrap();
    world.advance_to("2026-11-25T00:00Z").await;
    assert_eq!(state(&world, &done.reference).await, State::Effective);
    assert_eq!(subjects(&world), Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn a_specific_authorisation_is_not_asked_for_a_removal() {
    let world = world().await;
    world.as_superuser(r#"update contract_terms set terms = terms || '{"authorisation": "specific"}'"#).await;
    let done = schedule(&world, &request("removal", "Stripe", &[], &json!({}))).await.unwrap();
    world.advance_to("2027-02-15T12:00Z").await;
    assert_eq!(state(&world, &done.reference).await, State::Effective);
    world.finish().await;
}

#[tokio::test]
async fn a_correction_is_attested_takes_effect_without_a_letter_and_stands_in_the_log() {
    let world = world().await;
    let day = &json!({ "effective": "2026-11-23", "attested": "their own register of companies" });
    let done = schedule(&world, &request("correction", "Stripe", &[("legal_entity", "Stripe, LLC")], day))
        .await
        .unwrap();
    assert_eq!(done.notice_at, None);
    world.settle().await;
    assert_eq!(state(&world, &done.reference).await, State::Effective);
    assert_eq!(subjects(&world), Vec::<String>::new());
    let attested: String = sqlx::query_scalar(
        "select convert_from(payload, 'UTF8')::jsonb ->> 'attested' from ledger_entry where kind = 'change_scheduled'",
    )
    .fetch_one(world.cx.db.pool())
    .await
    .unwrap();
    assert_eq!(attested, "their own register of companies");
    let page = Visitor::of(&world).get("/").await;
    assert!(page.body.contains(&done.reference), "{}", page.body);
    world.finish().await;
}

#[tokio::test]
async fn a_slip_in_the_products_is_refused_before_it_leaves_anybody_without_notice() {
    let world = configured(&[("site.products", "api;chat")]).await;
    let slip = request("addition", "Nimbus", &[&SHEET[..], &[("products", "apii")]].concat(), &json!({}));
    let refused = schedule(&world, &slip).await.unwrap_err().to_string();
    assert_eq!(refused, "products: \"apii\" is none of your products; they are api, chat, or all");
    assert!(schedule_change::plan(&world.cx, &slip).await.is_err());
    let done = schedule(&world, &addition("Nimbus")).await.unwrap();
    let refused = reschedule(&world, &done.reference, &facts(&[("products", "chta")])).await.unwrap_err();
    assert!(refused.to_string().contains("none of your products"), "{refused}");

    // "all" is no tag: it concerns a customer whose contract names one product.
    world.as_superuser("update contract set products = '{chat}'").await;
    let all = [&SHEET[..], &[("products", "All")]].concat();
    schedule(&world, &request("addition", "Cumulus", &all, &json!({}))).await.unwrap();
    world.advance_to("2026-11-24T12:00Z").await;
    assert_eq!(obligation(&world, "CHG-2026-0002").await, Some(("served".into(), "silence".into())));
    world.finish().await;
}

#[tokio::test]
async fn several_changes_are_one_letter_and_each_has_its_gate() {
    let world = world().await;
    let requests = [addition("Nimbus"), addition("Cumulus"), request("removal", "Stripe", &[], &json!({}))];
    let late = Request { effective: "2026-12-01".parse().ok(), ..addition("Cumulus") };
    let refused =
        schedule_change::schedule_together(&world.cx, world.dpo.clone(), &[addition("Nimbus"), late]).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::Contradiction { field: "effective", .. }))));

    let done = schedule_change::schedule_together(&world.cx, world.dpo.clone(), &requests).await.unwrap();
    world.advance_to("2026-11-24T12:00Z").await;

    let subjects = subjects(&world);
    assert_eq!(subjects.len(), 1, "{subjects:?}");
    assert!(subjects[0].starts_with("3 subprocessor changes planned from "), "{subjects:?}");
    let letter = world.mailbox.mails_to(DPO_AT_ACME).pop().unwrap();
    for change in &done {
        assert!(letter.text().contains(&change.reference), "{}", letter.text());
    }
    let visitor = Visitor::of(&world);
    let page = visitor.get(&crate::edges::visitor::path_of(&letter.link("/object/").unwrap())).await;
    for change in &done {
        assert!(page.body.contains(&change.reference), "{}", page.body);
    }

    // One is dropped: the others go on.
    withdraw(&world, &done[1].reference).await.unwrap();
    world.advance_to("2027-02-15T12:00Z").await;
    assert_eq!(state(&world, &done[0].reference).await, State::Effective);
    assert_eq!(state(&world, &done[1].reference).await, State::Withdrawn);
    assert_eq!(register(&world, DAY).await, ["Nimbus DE,FR"]);
    world.finish().await;
}

#[tokio::test]
async fn one_of_several_is_dropped_before_anybody_was_told_and_the_letter_is_about_the_rest() {
    let world = world().await;
    let requests = [addition("Nimbus"), addition("Cumulus")];
    let done = schedule_change::schedule_together(&world.cx, world.dpo.clone(), &requests).await.unwrap();
    withdraw(&world, &done[0].reference).await.unwrap();
    world.advance_to("2026-11-24T12:00Z").await;
    let subjects = subjects(&world);
    assert_eq!(subjects.len(), 1, "{subjects:?}");
    assert!(
        subjects[0].starts_with(&format!("{}: Cumulus planned from ", done[1].reference)),
        "{subjects:?}"
    );
    world.advance_to("2027-02-15T12:00Z").await;
    assert_eq!(register(&world, DAY).await, ["Cumulus DE,FR", "Stripe US"]);
    world.finish().await;
}

#[tokio::test]
async fn a_reader_is_told_of_what_concerns_it() {
    let world = world().await;
    world.as_superuser("update contract set products = '{chat}'").await;
    let of = |name: &str, product: &str| {
        request("addition", name, &[&SHEET[..], &[("products", product)]].concat(), &json!({}))
    };
    let requests = [of("Nimbus", "chat"), of("Cumulus", "api")];
    let done = schedule_change::schedule_together(&world.cx, world.dpo.clone(), &requests).await.unwrap();
    world.advance_to("2026-11-24T12:00Z").await;
    let subject = subjects(&world).pop().unwrap();
    assert!(subject.starts_with(&format!("{}: Nimbus planned from ", done[0].reference)), "{subject}");
    // What becomes of the other is nothing to it.
    withdraw(&world, &done[1].reference).await.unwrap();
    world.settle().await;
    assert_eq!(subjects(&world).len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_later_day_keeps_what_was_served_and_an_earlier_one_starts_anew() {
    let world = world().await;
    let done = schedule(&world, &addition("Nimbus")).await.unwrap();
    world.advance_to("2026-11-24T12:00Z").await;
    world.as_superuser("update obligation set consent = 'given'").await;

    reschedule(&world, &done.reference, &to("2027-03-01")).await.unwrap();
    world.settle().await;
    assert_eq!(obligation(&world, &done.reference).await, Some(("served".to_owned(), "given".to_owned())));
    assert!(subjects(&world)[1].contains("new date for Nimbus"), "{:?}", subjects(&world));

    let too_early = reschedule(&world, &done.reference, &to("2026-12-01")).await;
    assert!(matches!(too_early, Err(Error::Refused(Refusal::TooEarly { .. }))));
    reschedule(&world, &done.reference, &to("2027-02-01")).await.unwrap();
    world.advance_to("2026-11-26T12:00Z").await;
    assert_eq!(obligation(&world, &done.reference).await, Some(("served".to_owned(), "silence".to_owned())));
    let letter = world.mailbox.mails_to(DPO_AT_ACME).pop().unwrap();
    assert!(words(&letter).contains("Your period starts anew."), "{}", letter.text());
    world.advance_to("2027-02-01T12:00Z").await;
    assert_eq!(state(&world, &done.reference).await, State::Effective);
    world.finish().await;
}

#[tokio::test]
async fn less_than_announced_is_a_correction_and_more_is_a_new_notice() {
    let world = world().await;
    let done = schedule(&world, &addition("Nimbus")).await.unwrap();
    world.advance_to("2026-11-24T12:00Z").await;

    reschedule(&world, &done.reference, &facts(&[("countries", "DE")])).await.unwrap();
    world.settle().await;
    let letter = world.mailbox.mails_to(DPO_AT_ACME).pop().unwrap();
    assert!(
        words(&letter).contains("what we wrote of Nimbus (countries) reads DE, not DE; FR."),
        "{}",
        letter.text()
    );
    let served: Option<i64> =
        sqlx::query_scalar("select served_by from obligation").fetch_one(world.cx.db.pool()).await.unwrap();

    reschedule(&world, &done.reference, &facts(&[("countries", "DE;US")])).await.unwrap();
    world.advance_to("2026-11-26T12:00Z").await;
    let letter = world.mailbox.mails_to(DPO_AT_ACME).pop().unwrap();
    assert!(words(&letter).contains("more is planned than it said: countries (DE;US)."), "{}", letter.text());
    let anew: Option<i64> =
        sqlx::query_scalar("select served_by from obligation").fetch_one(world.cx.db.pool()).await.unwrap();
    assert_ne!(anew, served);
    let same = reschedule(&world, &done.reference, &facts(&[("countries", "DE;US")])).await;
    assert!(same.unwrap_err().to_string().contains("nothing would be different"));
    world.advance_to("2027-02-15T12:00Z").await;
    assert_eq!(register(&world, DAY).await, ["Nimbus DE,US", "Stripe US"]);
    world.finish().await;
}

#[tokio::test]
async fn changes_of_one_subprocessor_are_planned_on_each_other_and_keep_their_order() {
    let world = world().await;
    let joins = schedule(&world, &addition("Nimbus")).await.unwrap();
    // Not on the register yet, and altered all the same: on what it will be.
    let grows = request(
        "material_change",
        "Nimbus",
        &[("countries", "DE;FR;US")],
        &json!({ "effective": "2027-03-01" }),
    );
    let grows = schedule(&world, &grows).await.unwrap();
    let twice = schedule(&world, &addition("Nimbus")).await.unwrap_err().to_string();
    assert!(twice.contains(&format!("2027-02-15 by {}", joins.reference)), "{twice}");
    world.advance_to("2026-11-24T12:00Z").await;

    let refused = withdraw(&world, &joins.reference).await.unwrap_err().to_string();
    assert!(
        refused.contains(&format!("{}, planned for 2027-03-01, builds on", grows.reference)),
        "{refused}"
    );
    assert!(matches!(
        reschedule(&world, &joins.reference, &to("2027-04-01")).await,
        Err(Error::BuiltUpon { .. })
    ));
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let id = store::change::by_reference(snapshot.conn(), &grows.reference).await.unwrap().id;
    let at = "2027-03-01T00:00:00Z".parse().unwrap();
    let reasons = store::gate::shut_by(snapshot.conn(), id, at).await.unwrap();
    assert!(reasons.iter().any(|reason| reason.as_str() == "predecessor_open"), "{reasons:?}");
    drop(snapshot);

    world.advance_to("2027-03-01T12:00Z").await;
    assert_eq!(register(&world, "2027-02-28").await, ["Nimbus DE,FR", "Stripe US"]);
    assert_eq!(register(&world, "2027-03-01").await, ["Nimbus DE,FR,US", "Stripe US"]);
    world.finish().await;
}

#[tokio::test]
async fn a_slip_may_be_mended_before_a_change_to_come_and_the_same_fact_may_not() {
    let world = world().await;
    let grows = schedule(&world, &alteration(&[("countries", "US;DE")], DAY)).await.unwrap();
    world.advance_to("2026-11-24T12:00Z").await;
    let correct = |field: &str, value: &str| {
        let today = &json!({ "effective": "2026-11-24", "attested": "as they say" });
        request("correction", "Stripe", &[(field, value)], today)
    };
    let refused = schedule(&world, &correct("contact", "dpo@stripe.example")).await.unwrap_err().to_string();
    assert!(
        refused.starts_with(&format!("{} is planned for Stripe on 2027-02-15", grows.reference)),
        "{refused}"
    );
    schedule(&world, &correct("website", "https://stripe.example")).await.unwrap();
    let stopped = request("removal", "Stripe", &[], &json!({ "effective": "2027-02-01" }));
    assert!(matches!(schedule(&world, &stopped).await, Err(Error::InTheWay { .. })));

    world.advance_to("2027-02-15T12:00Z").await;
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let versions = store::subprocessor::versions(snapshot.conn()).await.unwrap();
    drop(snapshot);
    let stripe = &on_day(&versions, DAY.parse().unwrap())[0].facts;
    assert_eq!(
        (stripe.website.as_str(), stripe.countries.join(",").as_str()),
        ("https://stripe.example", "US,DE")
    );
    world.finish().await;
}

#[tokio::test]
async fn nothing_is_sent_before_a_second_person_says_yes_and_a_late_yes_is_none() {
    let world = configured(&[("policy.approval", "four-eyes")]).await;
    let second = second_person(&world).await;
    let done = schedule(&world, &addition("Nimbus")).await.unwrap();
    assert!(done.awaits_approval);
    world.advance_to("2026-12-01T12:00Z").await;
    assert_eq!(subjects(&world), Vec::<String>::new());
    let own = schedule_change::approve(&world.cx, world.dpo.clone(), &done.reference).await;
    assert!(matches!(own, Err(Error::SameApprover { .. })));

    // Too late for 15 February; moved by the author, it may still be approved.
    world.advance_to("2027-01-20T12:00Z").await;
    let late =
        schedule_change::approve(&world.cx, second.clone(), &done.reference).await.unwrap_err().to_string();
    assert!(
        late.contains("can no longer be approved for 2027-02-15") && late.contains("Earliest: "),
        "{late}"
    );
    reschedule(&world, &done.reference, &to("2027-03-15")).await.unwrap();
    let approved = schedule_change::approve(&world.cx, second, &done.reference).await.unwrap();
    world.advance_to("2027-01-22T12:00Z").await;
    assert_eq!(subjects(&world).len(), 1);
    assert!(approved.notice_at.is_some() && !approved.awaits_approval);
    world.advance_to("2027-03-15T12:00Z").await;
    assert_eq!(state(&world, &done.reference).await, State::Effective);
    world.finish().await;
}

#[tokio::test]
async fn an_emergency_takes_two_people_and_the_shorter_notice_of_those_who_allow_it() {
    let world = world().await;
    let second = second_person(&world).await;
    let urgent = |effective: &str| {
        let day = &json!({ "effective": effective, "emergency": "Our host is insolvent" });
        request("addition", "Nimbus", &SHEET, day)
    };
    // Acme's terms allow none.
    assert!(matches!(
        schedule(&world, &urgent("2026-12-01")).await,
        Err(Error::Refused(Refusal::TooEarly { .. }))
    ));
    world
        .as_superuser(
            r#"update contract_terms set terms = terms || '{"emergency": {"n": 2, "window_after_start": true}}'"#,
        )
        .await;
    let done = schedule(&world, &urgent("2026-12-01")).await.unwrap();
    assert!(done.awaits_approval);
    world.advance_to("2026-11-23T12:00Z").await;
    assert_eq!(subjects(&world), Vec::<String>::new());
    schedule_change::approve(&world.cx, second, &done.reference).await.unwrap();
    world.advance_to("2026-11-24T12:00Z").await;
    let letter = world.mailbox.mails_to(DPO_AT_ACME).pop().unwrap();
    assert!(letter.subject().contains("emergency replacement by Nimbus"), "{}", letter.subject());
    let text = words(&letter);
    assert!(
        text.contains("allows a shorter notice of 2 days for this") && text.contains("also after the start")
    );
    // Its window of 14 days runs past the start, and shuts nothing.
    world.advance_to("2026-12-01T12:00Z").await;
    assert_eq!(state(&world, &done.reference).await, State::Effective);
    world.finish().await;
}

#[tokio::test]
async fn a_notice_too_old_on_the_day_is_given_again() {
    let world = configured(&[("policy.notice_valid_days", "100")]).await;
    let done = schedule(&world, &addition("Nimbus")).await.unwrap();
    world.advance_to("2026-11-24T12:00Z").await;
    assert_eq!(subjects(&world).len(), 1);

    // A change far off is announced in time for its notice to be young enough.
    let far = Request { effective: "2027-09-15".parse().ok(), ..addition("Cumulus") };
    let far = schedule(&world, &far).await.unwrap();
    assert_eq!(world.cx.policy.zone.day_of(far.notice_at.unwrap()), "2027-07-27".parse().unwrap());

    reschedule(&world, &done.reference, &to("2027-04-01")).await.unwrap();
    world.advance_to("2026-12-31T12:00Z").await;
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let id = store::change::by_reference(snapshot.conn(), &done.reference).await.unwrap().id;
    let at = "2027-04-01T00:00:00Z".parse().unwrap();
    let reasons = store::gate::shut_by(snapshot.conn(), id, at).await.unwrap();
    drop(snapshot);
    assert!(reasons.iter().any(|reason| reason.as_str() == "notice_missing"), "{reasons:?}");
    world.advance_to("2027-04-01T12:00Z").await;
    let letters = world.mailbox.mails_to(DPO_AT_ACME);
    assert!(letters.iter().any(|l| words(l).contains("so much time has passed that we give it again")));
    assert_eq!(state(&world, &done.reference).await, State::Effective);
    world.finish().await;
}

#[tokio::test]
async fn an_act_that_the_state_does_not_allow_names_those_that_it_does() {
    let world = world().await;
    let done = schedule(&world, &addition("Nimbus")).await.unwrap();
    withdraw(&world, &done.reference).await.unwrap();
    let again = withdraw(&world, &done.reference).await.unwrap_err().to_string();
    assert_eq!(
        again,
        format!("{}: a change that is withdrawn cannot be withdrawn; its life is over", done.reference)
    );
    world.finish().await;
}
