//! May this customer's data go to this subprocessor now? Asked by command, from the plan to a bounce after the effect.

use forenotice::actions::clear_customer::{self, Said};
use forenotice::actions::resolve_objection;
use forenotice::demo::mailbox::{Fault, Reply, Times};
use forenotice::domain::change::State;
use forenotice::domain::clearing::Word;
use forenotice::domain::objection::{Asked, Channel, Outcome};
use serde_json::{Value, json};

use crate::support::World;
use crate::support::builders::addition;

async fn clearance(world: &World, customer: &str, subprocessor: &str) -> (Option<i32>, Value) {
    let ran = world.command(&["clearance", customer, subprocessor, "--json"]).await;
    (ran.code, ran.json())
}

fn reasons(said: &Value) -> Vec<&str> {
    said["reasons"].as_array().unwrap().iter().map(|why| why["reason"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_customer_is_cleared_with_the_effect_unless_excluded_and_no_longer_once_its_letter_comes_back() {
    let world = World::configured("2026-11-23T09:00Z", &[("policy.notice_days", "10")]).await;
    world
        .customers(
            "reference,customer,email,customer_since,products\n\
             C-1,Acme,dpo@acme.example,2024-03-01,\n\
             C-2,Birch,dpo@birch.example,2024-03-01,\n",
        )
        .await;
    let reference = world.schedule(&addition("Nimbus", "2026-12-14")).await.reference;
    world.advance_to("2026-12-01T12:00Z").await;
    let (code, said) = clearance(&world, "C-2", "nimbus").await;
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(reasons(&said), ["not_in_force", "notice_short"]);
    assert_eq!(said["earliest"], "2026-12-13T23:00:00Z");
    assert_eq!(said["earliest_on"], "2026-12-14");

    let objection = world.object("dpo@acme.example", "We object.").await.reference;
    assert_eq!(reasons(&clearance(&world, "C-1", "Nimbus").await.1).last(), Some(&"objection_open"));
    let asked = Asked {
        outcome: Outcome::Accommodated,
        reason: "as agreed".to_owned(),
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
    world.advance_to("2026-12-14T08:00Z").await;
    assert_eq!(world.change(&reference).await.state, State::Effective);
    let (code, said) = clearance(&world, "C-2", "Nimbus").await;
    assert_eq!((code, &said["cleared"], &said["earliest"]), (Some(0), &json!(true), &Value::Null), "{said}");
    let (code, said) = clearance(&world, "C-1", "Nimbus").await;
    assert_eq!((code, reasons(&said)), (Some(1), vec!["excluded"]));
    assert_eq!(said["earliest"], Value::Null);

    // The letter comes back: the change stays in force, and this customer's data goes there no more.
    world
        .as_superuser(
            "update delivery set bounced_at = '2026-12-20T10:00Z' from customer
             where customer.id = delivery.customer_id and customer.reference = 'C-2'",
        )
        .await;
    let (code, said) = clearance(&world, "C-2", "Nimbus").await;
    assert_eq!((code, reasons(&said)), (Some(1), vec!["notice_missing"]));
    assert_eq!(world.change(&reference).await.state, State::Effective);
    world.finish().await;
}

#[tokio::test]
async fn a_yes_that_served_is_one_by_the_contracts_there_were_when_the_change_took_effect() {
    let world = World::configured("2026-11-23T09:00Z", &[("policy.notice_days", "10")]).await;
    let dead = Fault::RefusesRecipient("dpo@acme.example".to_owned(), Reply::no_such_user());
    world.mailbox.arrange(dead, Times::Always);
    world
        .customers(
            "reference,customer,email,customer_since,contract,authorisation\n\
             C-1,Acme,dpo@acme.example,2024-03-01,K-1,specific\n\
             C-1,Acme,dpo@acme.example,2024-03-01,K-2,general\n",
        )
        .await;
    let reference = world.schedule(&addition("Nimbus", "2026-12-14")).await.reference;
    world.advance_to("2026-11-25T09:00Z").await;
    let ended = ["customers", "end", "C-1", "--contract", "K-1", "--last-day", "2026-11-30"];
    assert_eq!(world.command(&ended).await.code, Some(0));
    world.advance_to("2026-12-02T09:00Z").await;
    let (channel, yes) = (Channel::Letter, Word::Yes);
    let said = Said { contract: "K-2", customer: None, word: yes, by: "Ada", channel, at: None };
    clear_customer::record_consent(&world.cx, world.dpo.clone(), &reference, &said, None).await.unwrap();
    world.advance_to("2026-12-14T08:00Z").await;
    assert_eq!(world.change(&reference).await.state, State::Effective);
    let (code, said) = clearance(&world, "C-1", "Nimbus").await;
    assert_eq!(code, Some(0), "{said}");
    world.finish().await;
}

#[tokio::test]
async fn what_the_register_stated_is_cleared_and_whoever_is_nobody_is_wrong_usage() {
    let world = World::on("2026-11-23T09:00Z").await;
    world.customers("reference,customer,email,customer_since\nC-1,Acme,dpo@acme.example,2024-03-01\n").await;
    world
        .as_superuser(
            "insert into subprocessor (slug) values ('oldco');
             insert into subprocessor_version (subprocessor_id, valid_from, listed, facts)
             select id, '2025-01-01', true, '{\"name\": \"Oldco\"}' from subprocessor",
        )
        .await;
    let ran = world.command(&["clearance", "C-1", "Oldco"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.printed.starts_with("C-1 is cleared for Oldco at 2026-11-23"), "{}", ran.printed);
    let ran = world.command(&["clearance", "C-1", "Oldco", "--at", "2024-12-31T12:00:00Z"]).await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.printed.contains("not_on_register: "), "{}", ran.printed);
    let ran = world.command(&["clearance", "C-9", "Oldco"]).await;
    assert_eq!((ran.code, ran.said.lines().next()), (Some(2), Some("error: no customer is called C-9")));
    world.finish().await;
}
