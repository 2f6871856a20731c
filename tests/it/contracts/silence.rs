//! `policy.silent_specific = "exclude"`: silence where a yes is asked for becomes an exclusion, which the DPO confirms and a yes ends.

use forenotice::actions::clear_customer::{self, Error, Said};
use forenotice::actions::schedule_change::{self, Alteration};
use forenotice::actions::{ask_clearance, end_contract, resolve_objection};
use forenotice::domain::change::State;
use forenotice::domain::clearance::Answer;
use forenotice::domain::clearing::Word;
use forenotice::domain::objection::{Asked, Channel, Outcome};
use forenotice::store::objection;

use super::*;
use crate::edges::visitor::{Visitor, path_of};
use crate::support::builders::addition;

const ACME: &str = "dpo@acme.example";
const BOLT: &str = "dpo@bolt.example";
const DPO: &str = "dpo@processor.example";

/// Acme, asked for its yes, and Bolt, which need not answer: told on 24 November of an addition for 15 January. Acme has until 24
/// December, 23:00 UTC, or, where `until_effect`, until the change is to take effect.
async fn told(until_effect: bool, settings: &[(&str, &str)]) -> World {
    let days = if until_effect { "until_effect" } else { "30" };
    let all = [
        &[
            ("policy.silent_specific", "exclude"),
            ("policy.objection_days", days),
            ("policy.objection_convention", "clear_days"),
        ],
        settings,
    ]
    .concat();
    let world = World::configured("2026-11-23T09:00Z", &all).await;
    world
        .customers(&format!(
            "reference,customer,email,customer_since,authorisation\n\
             ACME,Acme,{ACME},2024-03-01,specific\nBOLT,Bolt,{BOLT},2024-03-01,\n"
        ))
        .await;
    world.schedule(&addition("Nimbus GmbH", "2027-01-15")).await;
    world.advance_to("2026-11-24T09:00Z").await;
    world
}

async fn consent(world: &World) -> String {
    one(
        world,
        "select o.consent from obligation o join customer c on c.id = o.customer_id and c.reference = 'ACME'
         order by o.change_id desc limit 1",
    )
    .await
}

/// Each exclusion: whose, confirmed, ended.
async fn exclusions(world: &World) -> Vec<(String, bool, bool)> {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let all = objection::exclusions(snapshot.conn(), true, 10).await.unwrap();
    all.into_iter().map(|e| (e.customer, e.confirmed_at.is_some(), e.until.is_some())).collect()
}

fn acmes(confirmed: bool, ended: bool) -> Vec<(String, bool, bool)> {
    vec![("ACME".to_owned(), confirmed, ended)]
}

async fn confirm(world: &World) -> Result<(), resolve_objection::Error> {
    resolve_objection::confirm_exclusion(&world.cx, world.dpo.clone(), "ACME", "Nimbus GmbH", "flag off")
        .await
}

async fn acme_says(world: &World, told: Word) -> Result<Done, Error> {
    let contract = one(world, "select reference from contract where customer_id = 1").await;
    let said = Said {
        contract: &contract,
        customer: Some("ACME"),
        word: told,
        by: "Ada Byron",
        channel: Channel::Letter,
        at: None,
    };
    clear_customer::record_consent(&world.cx, world.dpo.clone(), CHANGE, &said, None).await
}

/// Why the customer's data may not go to Nimbus; nothing = it may.
async fn kept_back(world: &World, customer: &str) -> Vec<&'static str> {
    match ask_clearance::ask(&world.cx, customer, "Nimbus GmbH", None).await.unwrap().answer {
        Answer::Cleared => Vec::new(),
        Answer::NotCleared { whys, .. } => whys.iter().map(|why| why.reason.as_str()).collect(),
    }
}

async fn state(world: &World) -> State {
    world.change(CHANGE).await.state
}

fn alerts(world: &World) -> Vec<String> {
    world.subjects(DPO).into_iter().filter(|subject| subject.contains("said yes")).collect()
}

#[tokio::test]
async fn silence_is_found_when_the_time_is_over_and_confirmed_it_stands_in_nobodys_way() {
    let world = told(false, &[]).await;
    world.advance_to("2026-12-24T23:00Z").await;
    assert_eq!((consent(&world).await.as_str(), exclusions(&world).await), ("awaited", Vec::new()));
    world.advance_to("2026-12-24T23:00:02Z").await;
    assert_eq!((consent(&world).await.as_str(), exclusions(&world).await), ("silent", acmes(false, false)));
    assert_eq!(reasons(&world).await, BTreeSet::from(["inbound_behind", "remedy_running"]));
    assert_eq!(alerts(&world), ["CHG-2026-0001: a customer has not said yes to Nimbus GmbH"]);
    let alert = world.mailbox.mails_to(DPO).pop().unwrap().text().replace("\r\n", "\n");
    let command =
        "forenotice exclusion confirm --customer ACME \\\n    --subprocessor 'Nimbus GmbH' \\\n    --how";
    assert!(alert.contains(command), "{alert}");
    let entry = entry(&world, "silence_excludes").await;
    assert_eq!((entry["customer"].as_i64(), entry["confirmed"].as_bool()), (Some(1), Some(false)));
    assert_eq!(kept_back(&world, "ACME").await, ["excluded", "not_in_force", "remedy_running"]);

    confirm(&world).await.unwrap();
    assert_eq!((consent(&world).await.as_str(), exclusions(&world).await), ("excluded", acmes(true, false)));
    assert_eq!(self::entry(&world, "exclusion_confirmed").await["cleared"], serde_json::json!([1]));
    world.advance_to("2027-01-15T00:00Z").await;
    assert_eq!(state(&world).await, State::Effective);
    assert_eq!(kept_back(&world, "ACME").await, ["excluded"]);
    assert_eq!(kept_back(&world, "BOLT").await, Vec::<&str>::new());
    assert_eq!(alerts(&world).len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn not_confirmed_by_the_day_it_holds_the_change_under_every_policy_of_holding() {
    for hold in ["wait", "postpone"] {
        let world = told(false, &[("policy.hold", hold)]).await;
        world.advance_to("2027-01-15T00:00Z").await;
        assert_eq!(state(&world).await, State::Held, "{hold}");
        world.advance_to("2027-01-18T00:00Z").await;
        assert_eq!((state(&world).await, consent(&world).await.as_str()), (State::Held, "silent"));
        confirm(&world).await.unwrap();
        world.advance_to("2027-01-19T00:00Z").await;
        assert_eq!(state(&world).await, State::Effective, "{hold}");
        // Whoever is kept out is told that it started without it.
        assert_eq!(
            world.subjects(ACME).last().unwrap(),
            "CHG-2026-0001: Nimbus GmbH has started, and is not used for your data"
        );
        world.finish().await;
    }
}

#[tokio::test]
async fn under_the_policy_block_silence_shuts_and_nobody_is_excluded() {
    let world = told(false, &[("policy.silent_specific", "block")]).await;
    world.advance_to("2027-01-15T00:00Z").await;
    assert_eq!((state(&world).await, consent(&world).await.as_str()), (State::Held, "awaited"));
    assert_eq!(exclusions(&world).await, Vec::new());
    assert!(reasons(&world).await.contains("consent_missing"));
    world.finish().await;
}

#[tokio::test]
async fn a_yes_ends_the_exclusion_before_it_is_confirmed_and_after() {
    for confirmed in [false, true] {
        let world = told(false, &[]).await;
        world.advance_to("2026-12-28T09:00Z").await;
        if confirmed {
            confirm(&world).await.unwrap();
        }
        let done = acme_says(&world, Word::Yes).await.unwrap();
        assert!(done.exclusion_ended);
        assert_eq!(
            (consent(&world).await.as_str(), exclusions(&world).await),
            ("given", acmes(confirmed, true))
        );
        assert!(matches!(confirm(&world).await, Err(resolve_objection::Error::NothingToConfirm { .. })));
        // Taken back, it is silent again, and what was confirmed once is confirmed no more.
        acme_says(&world, Word::TakenBack).await.unwrap();
        world.settle().await;
        assert_eq!(
            (consent(&world).await.as_str(), exclusions(&world).await),
            ("silent", acmes(false, false))
        );
        acme_says(&world, Word::Yes).await.unwrap();
        world.advance_to("2027-01-15T00:00Z").await;
        assert_eq!(state(&world).await, State::Effective);
        assert_eq!(kept_back(&world, "ACME").await, Vec::<&str>::new());
        world.finish().await;
    }
}

#[tokio::test]
async fn a_yes_after_the_effect_clears_from_then_on_and_no_other_word_is_heard() {
    let world = told(false, &[]).await;
    world.advance_to("2026-12-28T09:00Z").await;
    confirm(&world).await.unwrap();
    world.advance_to("2027-01-20T09:00Z").await;
    assert_eq!(kept_back(&world, "ACME").await, ["excluded"]);
    // Planned meanwhile for everybody who uses it: Acme is owed nothing of that, until it does.
    let wider = forenotice::domain::request::Request {
        kind: forenotice::domain::change::ChangeKind::MaterialChange,
        facts: vec![("purpose".to_owned(), "hosting and support".to_owned())],
        effective: Some("2027-04-01".parse().unwrap()),
        ..addition("Nimbus GmbH", "2027-04-01")
    };
    world.schedule(&wider).await;
    world.advance_to("2027-01-21T09:00Z").await;
    let standing =
        "select concat_ws(' ', state, exempt_why) from obligation where customer_id = 1 and change_id = 2";
    assert_eq!(one(&world, standing).await, "exempt accommodated");
    let before =
        one(&world, "select clear_at::text from obligation where customer_id = 1 and change_id = 1").await;
    for word in [Word::No, Word::TakenBack] {
        let refused = acme_says(&world, word).await.unwrap_err();
        assert!(matches!(refused, Error::Closed { state: State::Effective, .. }), "{refused}");
    }
    let done = acme_says(&world, Word::Yes).await.unwrap();
    assert!(done.exclusion_ended);
    assert_eq!(exclusions(&world).await, acmes(true, true));
    assert_eq!(
        one(&world, "select clear_at::text from obligation where customer_id = 1 and change_id = 1").await,
        before
    );
    world.advance_to("2027-01-21T09:01Z").await;
    assert_eq!(kept_back(&world, "ACME").await, Vec::<&str>::new());
    assert_eq!(one(&world, standing).await, "served");
    // Its word is final now, as anybody's is of a change in force.
    assert!(matches!(acme_says(&world, Word::Yes).await, Err(Error::Closed { .. })));
    world.finish().await;
}

#[tokio::test]
async fn a_no_is_a_refusal_also_of_whom_silence_had_excluded() {
    let world = told(false, &[]).await;
    acme_says(&world, Word::No).await.unwrap();
    world.advance_to("2026-12-28T09:00Z").await;
    assert_eq!((consent(&world).await.as_str(), exclusions(&world).await), ("refused", Vec::new()));
    acme_says(&world, Word::TakenBack).await.unwrap();
    world.settle().await;
    assert_eq!(consent(&world).await, "silent");
    assert!(acme_says(&world, Word::No).await.unwrap().exclusion_ended);
    assert_eq!((consent(&world).await.as_str(), exclusions(&world).await), ("refused", acmes(false, true)));
    assert!(reasons(&world).await.contains("consent_missing"));
    world.finish().await;
}

#[tokio::test]
async fn moved_to_a_later_day_it_asks_those_again_whose_time_runs_until_the_effect() {
    let world = told(true, &[]).await;
    world.advance_to("2027-01-15T00:00Z").await;
    assert_eq!((state(&world).await, consent(&world).await.as_str()), (State::Held, "silent"));
    let later = "2027-02-15".parse().unwrap();
    schedule_change::reschedule(&world.cx, world.dpo.clone(), CHANGE, later).await.unwrap();
    world.settle().await;
    assert_eq!((consent(&world).await.as_str(), exclusions(&world).await), ("awaited", acmes(false, true)));
    assert_eq!(entry(&world, "exclusion_ended").await["customer"].as_i64(), Some(1));
    world.advance_to("2027-02-15T00:00Z").await;
    assert_eq!((consent(&world).await.as_str(), exclusions(&world).await), ("silent", acmes(false, false)));
    assert_eq!(alerts(&world).len(), 2);
    world.finish().await;
}

#[tokio::test]
async fn a_later_day_gives_no_time_to_whom_a_day_of_its_own_has_passed() {
    let world = told(false, &[]).await;
    world.advance_to("2027-01-15T00:00Z").await;
    let later = "2027-02-15".parse().unwrap();
    schedule_change::reschedule(&world.cx, world.dpo.clone(), CHANGE, later).await.unwrap();
    world.settle().await;
    assert_eq!((consent(&world).await.as_str(), exclusions(&world).await), ("silent", acmes(false, false)));
    assert_eq!(alerts(&world).len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn announced_anew_it_asks_everybody_again_also_whom_the_dpo_had_confirmed() {
    for confirmed in [false, true] {
        let world = told(false, &[]).await;
        world.advance_to("2026-12-28T09:00Z").await;
        if confirmed {
            confirm(&world).await.unwrap();
        }
        let wider = Alteration {
            effective: Some("2027-03-15".parse().unwrap()),
            facts: vec![("purpose".to_owned(), "hosting and support".to_owned())],
        };
        schedule_change::alter(&world.cx, world.dpo.clone(), CHANGE, &wider).await.unwrap();
        world.settle().await;
        assert_eq!(consent(&world).await, "awaited");
        assert_eq!(exclusions(&world).await, acmes(confirmed, true));
        // Before the new letter has gone out nobody can be silent about it.
        world.advance_to("2027-01-20T09:00Z").await;
        assert_eq!(
            one(&world, "select state || ' ' || consent from obligation where customer_id = 1").await,
            "served awaited"
        );
        world.advance_to("2027-03-15T00:00Z").await;
        assert_eq!(
            (consent(&world).await.as_str(), exclusions(&world).await),
            ("silent", acmes(false, false))
        );
        world.finish().await;
    }
}

#[tokio::test]
async fn withdrawn_and_planned_again_it_is_asked_for_again() {
    let world = told(false, &[]).await;
    world.advance_to("2026-12-28T09:00Z").await;
    confirm(&world).await.unwrap();
    schedule_change::withdraw(&world.cx, world.dpo.clone(), CHANGE, "not needed", None).await.unwrap();
    assert_eq!(exclusions(&world).await, acmes(true, true));
    world.schedule(&addition("Nimbus GmbH", "2027-04-15")).await;
    world.advance_to("2027-01-10T09:00Z").await;
    let standing = "select state || ' ' || consent from obligation where customer_id = 1 and change_id = 2";
    assert_eq!(one(&world, standing).await, "served awaited");
    world.finish().await;
}

#[tokio::test]
async fn a_contract_that_ends_leaves_nothing_to_confirm() {
    let world = told(false, &[]).await;
    world.advance_to("2026-12-28T09:00Z").await;
    let last_day = "2026-12-28".parse().unwrap();
    end_contract::end_contract(&world.cx, world.dpo.clone(), "ACME", None, last_day).await.unwrap();
    world.advance_to("2026-12-29T09:00Z").await;
    assert_eq!(
        one(&world, "select exempt_why from obligation where customer_id = 1").await,
        "contract_ended"
    );
    assert_eq!(exclusions(&world).await, acmes(false, true));
    world.advance_to("2027-01-15T00:00Z").await;
    assert_eq!(state(&world).await, State::Effective);
    world.finish().await;
}

#[tokio::test]
async fn better_terms_that_give_it_time_again_ask_it_again() {
    let world = told(false, &[]).await;
    world.advance_to("2026-12-26T09:00Z").await;
    assert_eq!(consent(&world).await, "silent");
    world
        .customers(&format!(
            "reference,customer,email,customer_since,authorisation,objection_days\nACME,Acme,{ACME},2024-03-01,specific,40\n"
        ))
        .await;
    assert_eq!((consent(&world).await.as_str(), exclusions(&world).await), ("awaited", acmes(false, true)));
    world.advance_to("2027-01-04T09:00Z").await;
    assert_eq!(consent(&world).await, "silent");
    world.finish().await;
}

#[tokio::test]
async fn an_objection_is_a_word_and_what_settles_it_decides() {
    let world = told(false, &[]).await;
    let objection = world.object(ACME, "We object.").await.reference;
    world.advance_to("2026-12-28T09:00Z").await;
    assert_eq!((consent(&world).await.as_str(), exclusions(&world).await), ("awaited", Vec::new()));
    let asked = Asked {
        outcome: Outcome::Accommodated,
        reason: "not used for you".to_owned(),
        condition: None,
        how: Some("flag off".to_owned()),
        last_day: None,
        remedies: None,
        refund: None,
        agreed: None,
        contacts_asked: None,
        attached: None,
    };
    resolve_objection::resolve(&world.cx, world.dpo.clone(), &objection, asked, None).await.unwrap();
    world.settle().await;
    // Confirmed already, with the objection: nobody is asked to do it twice.
    assert_eq!((consent(&world).await.as_str(), exclusions(&world).await), ("excluded", acmes(true, false)));
    assert_eq!(alerts(&world), Vec::<String>::new());
    world.advance_to("2027-01-15T00:00Z").await;
    assert_eq!(state(&world).await, State::Effective);
    assert_eq!(kept_back(&world, "ACME").await, ["excluded"]);
    world.finish().await;
}

#[tokio::test]
async fn the_customers_page_says_what_silence_means_and_what_it_meant() {
    let world = told(false, &[]).await;
    let visitor = Visitor::of(&world);
    let letter = world.mailbox.mails_to(ACME).pop().unwrap();
    let page = path_of(&letter.link("/object/").unwrap());
    let says = async |wanted: &[&str], not: &[&str]| {
        let body = visitor.get(&page).await.body;
        for words in wanted {
            assert!(body.contains(words), "{words}: {body}");
        }
        for words in not {
            assert!(!body.contains(words), "{words}: {body}");
        }
    };
    let untrue = ["You need do nothing", "We take it that you do not object", "in force for you"];
    says(
        &["If we hear nothing, that is a refusal", "without your yes it is not used for your data"],
        &untrue,
    )
    .await;
    world.advance_to("2026-12-28T09:00Z").await;
    let excluded = "has not authorised it by its deadline, so Nimbus GmbH is not used for your data";
    says(&[excluded], &untrue).await;
    confirm(&world).await.unwrap();
    world.advance_to("2027-01-20T09:00Z").await;
    says(&[excluded], &untrue).await;
    acme_says(&world, Word::Yes).await.unwrap();
    says(&["in force for you since"], &[excluded]).await;
    world.finish().await;
}

#[tokio::test]
async fn many_are_found_in_batches_and_named_in_one_letter_each() {
    let world = told(false, &[]).await;
    world
        .as_superuser(
            "insert into customer (reference, name) select 'M-' || n, 'Many' from generate_series(1, 600) n;
             insert into contract (customer_id, reference, products, signed_on)
                 select id, 'main', '{}', '2024-01-01' from customer where reference like 'M-%';
             insert into contract_terms (contract_id, valid_from, terms)
                 select id, '2024-01-01', '{\"authorisation\": \"specific\"}' from contract where reference = 'main';
             insert into recipient (customer_id, address) select id, reference || '@many.example' from customer where reference like 'M-%';
             insert into delivery (id, notice_id, recipient_id, customer_id, latest_at, due_at, state, composed_at, accepted_at)
                 select 5000000 + r.id, n.id, r.id, r.customer_id, '2026-12-14', '2026-11-24', 'accepted', '2026-11-24T09:00Z', '2026-11-24T09:00Z'
                 from recipient r, notice n where r.address like '%@many.example' and n.kind = 'announcement';
             insert into obligation (change_id, customer_id, contract_id, state, consent, served_by, served_at, notice_started_at,
                                     earliest_by_notice, window_closes_at, clear_at)
                 select 1, k.customer_id, k.id, 'served', 'awaited', d.id, '2026-11-24T09:00Z', '2026-11-24T09:00Z', '2026-12-24T23:00Z',
                        '2026-12-24T23:00Z', '2026-12-24T23:00Z'
                 from contract k join delivery d on d.customer_id = k.customer_id where k.reference = 'main'",
        )
        .await;
    world.advance_to("2026-12-25T09:00Z").await;
    assert_eq!(one(&world, "select count(*)::text from obligation where consent = 'silent'").await, "601");
    assert_eq!(one(&world, "select count(*)::text from exclusion").await, "601");
    let mut counts: Vec<String> =
        alerts(&world).iter().map(|it| it.split(' ').nth(1).unwrap().to_owned()).collect();
    // Two letters under way at once arrive in either order.
    counts.sort();
    assert_eq!(counts, ["101", "500"]);
    world.finish().await;
}

#[tokio::test]
async fn going_live_for_each_it_starts_without_the_silent_one_and_for_it_after_its_yes() {
    let world = told(false, &[("policy.go_live", "per_customer")]).await;
    world.advance_to("2027-01-16T09:00Z").await;
    assert_eq!((state(&world).await, consent(&world).await.as_str()), (State::InNotice, "silent"));
    assert_eq!(kept_back(&world, "BOLT").await, Vec::<&str>::new());
    assert_eq!(kept_back(&world, "ACME").await, ["excluded", "not_in_force", "remedy_running"]);
    acme_says(&world, Word::Yes).await.unwrap();
    world.advance_to("2027-01-17T09:00Z").await;
    assert_eq!(kept_back(&world, "ACME").await, Vec::<&str>::new());
    assert_eq!(state(&world).await, State::Effective);
    world.finish().await;
}
