//! An objection by link: written down with its receipt, answered, resolved, and the gate opens.

use chrono::{DateTime, TimeDelta, Utc};
use forenotice::actions::lodge_objection::{self, Became, Error, Statement, lodge};
use forenotice::actions::{Attachment, resolve_objection};
use forenotice::domain::change::ChangeId;
use forenotice::domain::ledger::Actor;
use forenotice::domain::objection::{Asked, Channel, Outcome, State, Timeliness};
use forenotice::domain::recipient::RecipientId;
use forenotice::store::door::DoorId;
use forenotice::store::objection::Objection;
use forenotice::store::{self, gate, objection};

use crate::promises::small_world;
use crate::support::World;

const DOOR: DoorId = DoorId(uuid::Uuid::from_u128(1));

/// Somebody whom nobody has linked to a customer.
const SUBSCRIBER: &str =
    "insert into customer (reference, name, kind) values ('S-1', 'somebody', 'subscriber');
    insert into recipient (customer_id, address) values (2, 'reader@elsewhere.example')";

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().unwrap()
}

fn statement(received_at: DateTime<Utc>, text: &str) -> Statement {
    Statement {
        recipient: RecipientId(1),
        page: None,
        changes: vec![ChangeId(1)],
        channel: Channel::Link,
        door: Some(DOOR),
        received_at,
        text: text.to_owned(),
        grounds: vec!["transfer".to_owned()],
        condition: None,
        on_behalf_of: None,
        file: None,
    }
}

fn asked(outcome: Outcome) -> Asked {
    Asked {
        outcome,
        reason: "as agreed".to_owned(),
        condition: None,
        how: None,
        last_day: None,
        remedies: None,
        refund: None,
        agreed: None,
        contacts_asked: None,
        attached: None,
    }
}

/// A world in which Acme, with a second privacy contact, has objected today.
async fn objected() -> (World, String) {
    let world = small_world().await;
    world.as_superuser("insert into recipient (customer_id, address) values (1, 'legal@acme.example')").await;
    let lodged = lodge(&world.cx, &statement(at("2026-11-24T08:59:59Z"), "We object.")).await.unwrap();
    (world, lodged.reference)
}

async fn reasons(world: &World) -> Vec<&'static str> {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let found = gate::shut_by(snapshot.conn(), ChangeId(1), at("2027-01-15T00:00:00Z")).await.unwrap();
    found.iter().map(|reason| reason.as_str()).collect()
}

async fn read(world: &World, reference: &str) -> Objection {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    objection::by_reference(snapshot.conn(), reference).await.unwrap()
}

async fn letters(world: &World) -> Vec<String> {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    sqlx::query_scalar("select letter_key from delivery where letter_key is not null order by letter_key")
        .fetch_all(snapshot.conn())
        .await
        .unwrap()
}

async fn second_person(world: &World) -> Actor {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let id = sqlx::query_scalar("select id from account where email = 'second@processor.example'")
        .fetch_one(snapshot.conn())
        .await
        .unwrap();
    Actor::Account { id, email: "second@processor.example".to_owned() }
}

#[tokio::test]
async fn an_objection_is_in_the_database_with_its_receipts_and_shuts_the_gate() {
    let (world, reference) = objected().await;
    let known = read(&world, &reference).await;
    assert_eq!(
        (known.state.as_str(), known.in_time(), known.statement.as_str()),
        ("acknowledged", true, "We object.")
    );
    // Ten working days from Tuesday 24 November.
    assert_eq!(known.answer_due_on, "2026-12-08".parse().unwrap());
    assert_eq!(
        letters(&world).await,
        [
            format!("alert:lodged:{reference}"),
            format!("receipt:{reference}:1"),
            format!("receipt:{reference}:2")
        ]
    );
    assert_eq!(reasons(&world).await, ["objection_open"]);
    world.finish().await;
}

#[tokio::test]
async fn in_time_or_late_is_decided_by_the_first_byte_not_by_the_moment_of_writing() {
    let world = small_world().await;
    // Acme's window closes on 24 December at 23:00 UTC.
    world.as_superuser("update installation set simulated_at = '2026-12-25T08:00Z'").await;
    let in_time = lodge(&world.cx, &statement(at("2026-12-24T22:59:59.999Z"), "In time.")).await.unwrap();
    assert_eq!((in_time.became, in_time.timeliness), (Became::AnObjection, Timeliness::InTime));
    let resolved = Asked { condition: Some("EU only".to_owned()), ..asked(Outcome::Mitigated) };
    resolve_objection::resolve(&world.cx, world.dpo.clone(), &in_time.reference, resolved, None)
        .await
        .unwrap();
    let late = lodge(&world.cx, &statement(at("2026-12-24T23:00:01Z"), "Late.")).await.unwrap();
    assert_eq!((late.became, late.timeliness), (Became::AnObjection, Timeliness::Late));
    assert_eq!(reasons(&world).await, Vec::<&str>::new());
    world.finish().await;
}

#[tokio::test]
async fn a_second_statement_joins_the_first_and_a_second_click_writes_nothing() {
    let (world, reference) = objected().await;
    let again = lodge(&world.cx, &statement(at("2026-11-24T09:00:00Z"), "We object.")).await.unwrap();
    assert_eq!((again.became, again.reference.as_str()), (Became::Repetition, reference.as_str()));
    let mut more = statement(at("2026-11-24T09:00:00Z"), "And it is in the US.");
    for became in [Became::PartOf, Became::Repetition] {
        assert_eq!(lodge(&world.cx, &more).await.unwrap().became, became);
    }
    more.recipient = RecipientId(2);
    assert_eq!(lodge(&world.cx, &more).await.unwrap().became, Became::PartOf);
    let known = read(&world, &reference).await;
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let said = objection::correspondence(snapshot.conn(), known.id()).await.unwrap();
    let by: Vec<_> = said.iter().map(|piece| piece.said_by.as_deref().unwrap()).collect();
    assert_eq!(by, ["dpo@acme.example", "legal@acme.example"]);
    for piece in &said {
        assert_eq!(piece.body.as_deref(), Some("And it is in the US."));
        assert_eq!(piece.grounds, ["transfer"]);
    }
    let objections: i64 =
        sqlx::query_scalar("select count(*) from objection").fetch_one(snapshot.conn()).await.unwrap();
    assert_eq!(objections, 1);
    drop(snapshot);
    world.finish().await;
}

#[tokio::test]
async fn many_clicks_at_once_are_one_objection() {
    let world = small_world().await;
    let mut clicks = tokio::task::JoinSet::new();
    for click in 0..8 {
        let (cx, said) =
            (world.cx.clone(), statement(at("2026-11-24T09:00:00Z"), &format!("We object {}.", click % 2)));
        clicks.spawn(async move { lodge(&cx, &said).await.unwrap() });
    }
    let lodged = clicks.join_all().await;
    let new = lodged.iter().filter(|lodged| lodged.became == Became::AnObjection).count();
    assert_eq!(new, 1);
    assert!(lodged.iter().all(|one| one.reference == lodged[0].reference));
    world.finish().await;
}

#[tokio::test]
async fn many_clicks_of_an_unlinked_subscriber_are_one_objection_too() {
    let world = small_world().await;
    world.as_superuser(SUBSCRIBER).await;
    let mut clicks = tokio::task::JoinSet::new();
    for click in 0..8 {
        let text = format!("We object {}.", click % 2);
        let said = Statement { recipient: RecipientId(2), ..statement(at("2026-11-24T09:00:00Z"), &text) };
        let cx = world.cx.clone();
        clicks.spawn(async move { lodge(&cx, &said).await.unwrap() });
    }
    let lodged = clicks.join_all().await;
    let new = lodged.iter().filter(|lodged| lodged.became == Became::AnObjection).count();
    assert_eq!(new, 1);
    assert!(lodged.iter().all(|one| one.reference == lodged[0].reference));
    // The other wording was added once; whoever is nobody's customer shuts no gate.
    let known = read(&world, &lodged[0].reference).await;
    let mut snapshot = world.cx.snapshot().await.unwrap();
    assert_eq!(objection::correspondence(snapshot.conn(), known.id()).await.unwrap().len(), 1);
    drop(snapshot);
    assert_eq!(reasons(&world).await, Vec::<&str>::new());
    world.finish().await;
}

#[tokio::test]
async fn what_cannot_be_lodged_is_refused_and_nothing_is_written() {
    let world = small_world().await;
    let now = at("2026-11-24T09:00:00Z");
    let error = async |statement: Statement| lodge(&world.cx, &statement).await.unwrap_err();
    let nothing = Statement { changes: Vec::new(), ..statement(now, "") };
    assert!(matches!(error(nothing).await, Error::Empty));
    assert!(matches!(error(statement(now, &"x".repeat(70_000))).await, Error::TooLong));
    let unknown = Statement { changes: vec![ChangeId(99)], ..statement(now, "no") };
    assert!(matches!(error(unknown).await, Error::Store(store::Error::NotFound { .. })));
    world.as_superuser("update door set state = 'fenced'").await;
    assert!(matches!(error(statement(now, "no")).await, Error::DoorClosed));
    world.as_superuser("update door set state = 'open'; update change set state = 'withdrawn'").await;
    assert!(matches!(error(statement(now, "no")).await, Error::NothingToObjectTo { .. }));
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let written: i64 =
        sqlx::query_scalar("select (select count(*) from objection) + (select count(*) from act)")
            .fetch_one(snapshot.conn())
            .await
            .unwrap();
    assert_eq!(written, 0);
    drop(snapshot);
    world.finish().await;
}

#[tokio::test]
async fn a_subscriber_counts_once_the_dpo_knows_whose_it_is() {
    let world = small_world().await;
    world.as_superuser(SUBSCRIBER).await;
    let mut said = statement(at("2026-11-24T09:00:00Z"), "We object.");
    said.recipient = RecipientId(2);
    let lodged = lodge(&world.cx, &said).await.unwrap();
    assert_eq!(lodged.receipts_to, ["reader@elsewhere.example"]);
    assert_eq!(reasons(&world).await, Vec::<&str>::new());
    world.as_superuser("update customer set linked_to = 1 where id = 2").await;
    said.text = "For Acme.".to_owned();
    let lodged = lodge(&world.cx, &said).await.unwrap();
    assert_eq!(lodged.receipts_to, ["reader@elsewhere.example", "dpo@acme.example"]);
    assert_eq!(reasons(&world).await, ["objection_open"]);
    world.finish().await;
}

#[tokio::test]
async fn an_answer_leaves_it_open_and_what_is_settled_opens_the_gate_at_once() {
    let (world, reference) = objected().await;
    let dpo = || world.dpo.clone();
    let answered = resolve_objection::answer(&world.cx, dpo(), &reference, "We look into it.").await.unwrap();
    assert_eq!((answered.state, answered.letters_to.len()), (State::UnderReview, 2));
    assert_eq!(reasons(&world).await, ["objection_open"]);
    let settled = Asked { condition: Some("EU only".to_owned()), ..asked(Outcome::Mitigated) };
    let done = resolve_objection::resolve(&world.cx, dpo(), &reference, settled.clone(), None).await.unwrap();
    assert_eq!(
        (done.state, done.waits_for_approval, done.waits_for_exclusion),
        (State::Resolved, false, false)
    );
    assert_eq!(reasons(&world).await, Vec::<&str>::new());
    let twice = resolve_objection::resolve(&world.cx, dpo(), &reference, settled, None).await.unwrap_err();
    assert_eq!(
        twice.to_string(),
        format!("{reference}: an objection that is resolved does not allow resolve; its life is over")
    );
    let keys = letters(&world).await;
    assert!(keys.contains(&format!("answer:{reference}:resolved:2")), "{keys:?}");
    world.finish().await;
}

#[tokio::test]
async fn whoever_is_accommodated_stands_in_the_way_until_the_exclusion_is_confirmed() {
    let (world, reference) = objected().await;
    let dpo = || world.dpo.clone();
    let done = resolve_objection::resolve(&world.cx, dpo(), &reference, asked(Outcome::Accommodated), None)
        .await
        .unwrap();
    assert!(done.waits_for_exclusion);
    assert_eq!(reasons(&world).await, ["remedy_running"]);
    let wrong =
        resolve_objection::confirm_exclusion(&world.cx, dpo(), "ACME", "Vercel", "off").await.unwrap_err();
    assert_eq!(wrong.to_string(), "ACME has no exclusion from Vercel that waits to be confirmed");
    resolve_objection::confirm_exclusion(&world.cx, dpo(), "ACME", "nimbus gmbh", "feature flag off")
        .await
        .unwrap();
    assert_eq!(reasons(&world).await, Vec::<&str>::new());
    world.finish().await;
}

#[tokio::test]
async fn accommodated_with_its_how_is_confirmed_in_the_same_breath() {
    let (world, reference) = objected().await;
    let how = Asked { how: Some("feature flag off".to_owned()), ..asked(Outcome::Accommodated) };
    let done = resolve_objection::resolve(&world.cx, world.dpo.clone(), &reference, how, None).await.unwrap();
    assert!(!done.waits_for_exclusion);
    assert_eq!(reasons(&world).await, Vec::<&str>::new());
    world.finish().await;
}

#[tokio::test]
async fn overruling_a_customer_takes_two_people_and_then_its_remedy_runs() {
    let (world, reference) = objected().await;
    let overruled = Asked {
        remedies: Some("you may terminate".to_owned()),
        last_day: Some("2027-01-31".parse().unwrap()),
        ..asked(Outcome::NotUpheld)
    };
    let done =
        resolve_objection::resolve(&world.cx, world.dpo.clone(), &reference, overruled, None).await.unwrap();
    assert_eq!((done.state, done.waits_for_approval), (State::UnderReview, true));
    assert_eq!(reasons(&world).await, ["objection_open"]);
    let alone = resolve_objection::approve(&world.cx, world.dpo.clone(), &reference).await.unwrap_err();
    assert!(matches!(alone, resolve_objection::Error::SameApprover { .. }));
    let second = second_person(&world).await;
    let done = resolve_objection::approve(&world.cx, second, &reference).await.unwrap();
    assert_eq!((done.state, done.letters_to.len()), (State::Resolved, 2));
    assert_eq!(reasons(&world).await, ["remedy_running"]);
    let known = read(&world, &reference).await;
    assert_eq!(known.changes[0].clear_at, Some(at("2027-01-31T23:00:00Z")));
    world.finish().await;
}

#[tokio::test]
async fn what_the_terms_or_the_facts_forbid_is_refused_with_the_way_out() {
    let (world, reference) = objected().await;
    world.as_superuser("update contract_terms set terms = '{\"regimes\": [\"dora\"]}'").await;
    let refused = async |asked| {
        resolve_objection::resolve(&world.cx, world.dpo.clone(), &reference, asked, None)
            .await
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(asked(Outcome::NotUpheld)).await,
        "Acme has a contract under DORA, which lets no objection be overruled; agree on a condition, exclude or terminate"
    );
    assert_eq!(
        refused(asked(Outcome::ChangeWithdrawn)).await,
        "CHG-2026-0001 is in_notice; withdraw it first, and its objections are closed with it"
    );
    let lapsed = Asked { last_day: Some("2027-01-31".parse().unwrap()), ..asked(Outcome::Lapsed) };
    assert_eq!(
        refused(lapsed).await,
        format!("{reference}: the contract names no time to settle it that could be over")
    );
    assert!(refused(asked(Outcome::Withdrawn)).await.contains("withdrawn needs --attach"));
    let daemon = resolve_objection::answer(&world.cx, Actor::Daemon, &reference, "x").await.unwrap_err();
    assert!(matches!(daemon, resolve_objection::Error::NobodyActs));
    assert_eq!(reasons(&world).await, ["objection_open"]);
    world.finish().await;
}

#[tokio::test]
async fn a_withdrawal_is_kept_with_the_letter_that_proves_it() {
    let (world, reference) = objected().await;
    let letter = Attachment { name: "letter.pdf".to_owned(), bytes: b"we take it back".to_vec() };
    resolve_objection::resolve(
        &world.cx,
        world.dpo.clone(),
        &reference,
        asked(Outcome::Withdrawn),
        Some(&letter),
    )
    .await
    .unwrap();
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let kept: Vec<u8> = sqlx::query_scalar("select body from file where name = 'letter.pdf'")
        .fetch_one(snapshot.conn())
        .await
        .unwrap();
    assert_eq!(kept, letter.bytes);
    drop(snapshot);
    assert_eq!(reasons(&world).await, Vec::<&str>::new());
    world.finish().await;
}

#[tokio::test]
async fn a_withdrawn_change_closes_what_was_objected_to_it() {
    let (world, reference) = objected().await;
    let mut tx = world.cx.begin(world.dpo.clone()).await.unwrap();
    store::change::lock(&mut tx, ChangeId(1)).await.unwrap();
    let closed = objection::close_as_change_withdrawn(&mut tx, ChangeId(1)).await.unwrap();
    tx.commit_unrecorded().await.unwrap();
    assert_eq!(closed.join(" "), reference);
    let known = read(&world, &reference).await;
    assert_eq!(known.state, "resolved");
    assert_eq!(known.changes[0].resolution.as_ref().unwrap().outcome(), Outcome::ChangeWithdrawn);
    assert_eq!(known.changes[0].clear_at, known.changes[0].resolved_at);
    world.finish().await;
}

#[tokio::test]
async fn a_statement_from_a_clock_a_little_ahead_is_kept_and_one_from_the_future_is_not() {
    let world = small_world().await;
    let now = world.now().await;
    let ahead = statement(now + TimeDelta::milliseconds(900), "We object.");
    assert_eq!(lodge(&world.cx, &ahead).await.unwrap().timeliness, Timeliness::InTime);
    let mut future = statement(now + TimeDelta::hours(1), "We object, later.");
    future.recipient = RecipientId(1);
    let error = lodge(&world.cx, &future).await.unwrap_err();
    match error {
        lodge_objection::Error::Store(error) => {
            assert_eq!(error.constraint(), Some("objection_received_before_entered"));
        }
        other => panic!("{other}"),
    }
    world.finish().await;
}
