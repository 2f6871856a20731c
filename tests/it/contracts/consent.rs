//! Yes and no under a contract: a yes clears at once, taking it back restores the periods.

use std::collections::BTreeSet;

use forenotice::actions::clear_customer::{self, Error, Said};
use forenotice::domain::change::{ChangeId, State};
use forenotice::domain::clearing::Word;
use forenotice::domain::gate::Reason;
use forenotice::domain::objection::Channel;
use forenotice::domain::obligation::Consent;
use forenotice::store;

use super::*;

const RUNNING: [&str; 2] = ["notice_short", "window_open"];

#[tokio::test]
async fn a_yes_clears_at_once_and_taking_it_back_restores_every_instant() {
    let world = acme("general").await;
    let before = obligation(&world).await;
    assert_eq!(reasons(&world).await, BTreeSet::from(RUNNING));

    let done = say(&world, "main", Word::Yes).await.unwrap();
    assert_eq!(
        (done.state, done.consent, done.clear_at),
        ("served", Consent::Given, Some(world.now().await))
    );
    // The window stays promised.
    assert_eq!(done.window_closes_at, Some(at("2026-12-24T23:00Z")));
    assert_eq!(reasons(&world).await, BTreeSet::new());
    let said = entry(&world, "consent_recorded").await;
    assert_eq!((said["word"].as_str(), said["said_by"].as_str()), (Some("yes"), Some("Ada Byron")));

    move_to(&world, "2026-11-25T09:00Z").await;
    let done = say(&world, "main", Word::TakenBack).await.unwrap();
    assert_eq!(done.consent, Consent::Silence);
    assert_eq!(obligation(&world).await, before);
    assert_eq!(reasons(&world).await, BTreeSet::from(RUNNING));
    world.finish().await;
}

#[tokio::test]
async fn under_specific_authorisation_nothing_but_a_yes_opens_and_a_no_shuts() {
    let world = acme("specific").await;
    move_to(&world, "2027-01-10T00:00Z").await;
    assert_eq!(reasons(&world).await, BTreeSet::from(["consent_missing"]));
    assert_eq!(say(&world, "main", Word::Yes).await.unwrap().consent, Consent::Given);
    assert_eq!(reasons(&world).await, BTreeSet::new());
    assert_eq!(say(&world, "main", Word::No).await.unwrap().consent, Consent::Refused);
    let now = world.now().await;
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let concern = gate::concern(snapshot.conn(), ChangeId(1), Reason::ConsentMissing, now).await.unwrap();
    assert_eq!(concern.customers[0].consent.as_deref(), Some("refused"));
    drop(snapshot);
    assert_eq!(reasons(&world).await, BTreeSet::from(["consent_missing"]));
    assert_eq!(say(&world, "main", Word::TakenBack).await.unwrap().consent, Consent::Awaited);
    assert_eq!(reasons(&world).await, BTreeSet::from(["consent_missing"]));
    world.finish().await;
}

#[tokio::test]
async fn each_specific_contract_in_scope_has_to_say_yes() {
    let world = acme("specific").await;
    world
        .as_superuser(
            "insert into contract (customer_id, reference, products, signed_on) values (1, 'second', '{}', '2025-01-01');
             insert into contract_terms (contract_id, valid_from, terms)
             select 2, '2025-01-01', terms from contract_terms where contract_id = 1",
        )
        .await;
    let before = obligation(&world).await;
    assert_eq!(say(&world, "main", Word::Yes).await.unwrap().consent, Consent::Awaited);
    assert_eq!(obligation(&world).await, before);
    assert!(reasons(&world).await.contains("consent_missing"));
    assert_eq!(say(&world, "second", Word::Yes).await.unwrap().consent, Consent::Given);
    assert_eq!(reasons(&world).await, BTreeSet::new());
    world.finish().await;
}

#[tokio::test]
async fn a_yes_serves_whom_no_letter_has_reached_until_it_is_taken_back() {
    let world = acme("general").await;
    owed(&world).await;
    assert_eq!(reasons(&world).await, BTreeSet::from(["notice_missing"]));
    let done = say(&world, "main", Word::Yes).await.unwrap();
    assert_eq!((done.state, done.clear_at), ("served", Some(world.now().await)));
    assert_eq!(reasons(&world).await, BTreeSet::new());
    assert_eq!(world.broken_promises().await, Vec::<String>::new());
    assert_eq!(say(&world, "main", Word::TakenBack).await.unwrap().state, "owed");
    assert_eq!(reasons(&world).await, BTreeSet::from(["notice_missing"]));
    world.finish().await;
}

#[tokio::test]
async fn what_cannot_be_said_is_refused_with_why_and_nothing_is_written() {
    let world = acme("general").await;
    let refused = async |word| say(&world, "main", word).await.unwrap_err().to_string();
    assert_eq!(
        refused(Word::No).await,
        "main of ACME leaves the choice to us unless it objects (general authorisation): a no is an objection"
    );
    assert_eq!(
        refused(Word::TakenBack).await,
        "ACME has said nothing about CHG-2026-0001 under main that it could take back"
    );
    let plain = Said {
        contract: "main",
        customer: None,
        word: Word::Yes,
        by: "Ada",
        channel: Channel::Phone,
        at: None,
    };
    let record = async |said: Said<'_>| {
        clear_customer::record_consent(&world.cx, world.dpo.clone(), CHANGE, &said, None).await.unwrap_err()
    };
    let early = Said { at: Some(at("2026-11-24T07:59Z")), ..plain.clone() };
    assert!(matches!(record(early).await, Error::BeforeAnnouncement { .. }));
    let late = Said { at: Some(at("2026-11-24T09:01Z")), ..plain.clone() };
    assert!(matches!(record(late).await, Error::Future { .. }));
    let by_link = Said { channel: Channel::Link, ..plain.clone() };
    assert!(matches!(record(by_link).await, Error::NotByHand { .. }));
    let nobody = Said { by: " ", ..plain.clone() };
    assert!(matches!(record(nobody).await, Error::NoWords { field: "by" }));
    let unknown = Said { contract: "other", ..plain.clone() };
    assert!(matches!(record(unknown).await, Error::Store(store::Error::NotFound { what: "contract", .. })));
    world
        .as_superuser(
            "insert into customer (reference, name) values ('BETA', 'Beta');
             insert into contract (customer_id, reference, products, signed_on) values (2, 'main', '{}', '2027-01-01')",
        )
        .await;
    assert_eq!(record(plain.clone()).await.to_string(), "main is a contract of ACME, BETA");
    let beta = Said { customer: Some("BETA"), ..plain };
    assert!(matches!(record(beta).await, Error::NothingOwed { .. }));
    assert_eq!(one(&world, "select count(*)::text from consent").await, "0");
    assert_eq!(one(&world, "select count(*)::text from act").await, "0");
    world.finish().await;
}

#[tokio::test]
async fn an_earlier_word_found_later_is_not_the_last_one() {
    let world = acme("specific").await;
    say(&world, "main", Word::Yes).await.unwrap();
    let earlier = Said {
        contract: "main",
        customer: Some("ACME"),
        word: Word::No,
        by: "Ada",
        channel: Channel::Phone,
        at: Some(at("2026-11-24T08:30Z")),
    };
    let refused = clear_customer::record_consent(&world.cx, world.dpo.clone(), CHANGE, &earlier, None)
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::NotTheLastWord { .. }));
    world.finish().await;
}

#[tokio::test]
async fn a_yes_taken_back_waits_for_the_gate_that_is_deciding_and_comes_too_late() {
    let world = acme("specific").await;
    move_to(&world, "2027-01-15T00:00Z").await;
    say(&world, "main", Word::Yes).await.unwrap();
    let mut tx = world.cx.begin(world.dpo.clone()).await.unwrap();
    store::change::lock(&mut tx, ChangeId(1)).await.unwrap();
    let taken_back = tokio::spawn({
        let (cx, dpo) = (world.cx.clone(), world.dpo.clone());
        async move {
            let said = Said {
                contract: "main",
                customer: None,
                word: Word::TakenBack,
                by: "Ada",
                channel: Channel::Phone,
                at: None,
            };
            clear_customer::record_consent(&cx, dpo, CHANGE, &said, None).await
        }
    });
    let now = tx.now();
    assert_eq!(store::gate::shut_by(tx.conn(), ChangeId(1), now).await.unwrap(), BTreeSet::new());
    store::gate::insert_verdict(&mut tx, ChangeId(1), now, &BTreeSet::new()).await.unwrap();
    store::change::set_effective(&mut tx, ChangeId(1), State::InNotice, now).await.unwrap();
    tx.commit_unrecorded().await.unwrap();
    let refused = taken_back.await.unwrap().unwrap_err();
    assert!(matches!(refused, Error::Closed { state: State::Effective, .. }), "{refused}");
    world.finish().await;
}

#[tokio::test]
async fn who_refuses_or_objects_is_clear_at_no_instant_in_the_list_of_deliveries() {
    let world = acme("specific").await;
    let listed =
        async || world.command(&["deliveries", CHANGE, "--json"]).await.json()["customers"][0].clone();
    for (word, consent) in
        [(Word::No, Some("refused")), (Word::TakenBack, Some("awaited")), (Word::Yes, None)]
    {
        say(&world, "main", word).await.unwrap();
        let acme = listed().await;
        assert_eq!(acme["consent"].as_str(), consent, "{acme}");
        assert_eq!(acme["clear_at"].is_null(), consent.is_some(), "{acme}");
    }
    world.object("dpo@acme.example", "We object.").await;
    let acme = listed().await;
    assert!(acme["clear_at"].is_null() && acme["objects"] == true, "{acme}");
    let printed = world.command(&["deliveries", CHANGE]).await.printed;
    assert!(printed.contains("clear -, objects  Acme"), "{printed}");
}
