//! Subscribers of whom the DPO says for which customer they speak, and subscribers who leave and come back.

use forenotice::actions::subscribe;
use forenotice::domain::delivery::DeliveryId;
use forenotice::domain::recipient::RecipientId;

use crate::support::World;
use crate::support::builders::addition;

const CUSTOMERS: &str = "reference,customer,email,customer_since\nC-1,Acme,a@acme.example,2024-03-01\n";
const JANE: &str = "jane@northwind.example";

async fn world(subscribers: &str) -> World {
    let world = World::configured("2026-11-23T09:00Z", &[("policy.subscribers", subscribers)]).await;
    world.customers(CUSTOMERS).await;
    world
}

/// Jane asks and confirms; returns her address's recipient.
async fn subscribe_jane(world: &World) -> RecipientId {
    assert_eq!(world.command(&["subscribers", "add", JANE]).await.code, Some(0));
    world.settle().await;
    let letter: i64 = sqlx::query_scalar("select max(id) from delivery where letter_key like 'confirm:%'")
        .fetch_one(world.cx.db.pool())
        .await
        .unwrap();
    subscribe::confirm(&world.cx, DeliveryId(letter), "203.0.113.7", None).await.unwrap().1.recipient
}

/// The customer, whether it counts, and its obligations: `C-1 served`.
async fn strings(world: &World, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(world.cx.db.pool()).await.unwrap()
}

async fn counting(world: &World) -> Vec<String> {
    strings(
        world,
        "select c.reference || case when x.counts then ' counts' else ' is late' end
         from objection_change x join customer c on c.id = x.customer_id order by x.objection_id, x.change_id",
    )
    .await
}

async fn obligations(world: &World) -> Vec<String> {
    strings(
        world,
        "select c.kind || ' ' || coalesce(o.exempt_why, o.state) from obligation o join customer c on c.id = o.customer_id
         order by o.change_id, c.id",
    )
    .await
}

#[tokio::test]
async fn a_linked_subscriber_counts_from_the_instant_at_which_it_spoke() {
    let world = world("linked").await;
    subscribe_jane(&world).await;
    world.schedule(&addition("Nimbus", "2027-02-01")).await;
    world.advance_to("2026-12-10T09:00Z").await;
    assert_eq!(obligations(&world).await, ["contract served"]);
    let objection = world.object(JANE, "We object.").await.reference;
    assert_eq!(counting(&world).await, Vec::<String>::new());

    // Long after the window of the customer has closed.
    world.advance_to("2027-01-25T09:00Z").await;
    let link = ["link", "Jane@northwind.example", "--customer", "C-1", "--json"];
    let linked = world.command(&link).await.json();
    assert_eq!(linked["objections"][0]["ref"], objection.as_str());
    assert_eq!((&linked["subscriber"], &linked["objections"][0]["in_time"]), (&true.into(), &true.into()));
    assert_eq!(counting(&world).await, ["C-1 counts"]);
    let gate =
        world.command(&["gate", "CHG-2026-0001", "--at", "2027-02-01T00:00:00Z", "--json"]).await.json();
    assert_eq!(gate["reasons"][0]["reason"], "objection_open");
    let listed = world.command(&["subscribers", "list", "--json"]).await.json();
    assert_eq!(listed["subscribers"][0]["linked_to"], "C-1");

    // What it says from now on is the customer's, and what the customer is owed is what it was.
    let again = world.object(JANE, "And again.").await;
    assert_eq!(again.reference, objection);
    assert_eq!(obligations(&world).await, ["contract served"]);
    let twice = world.command(&link).await;
    assert_eq!(twice.code, Some(1));
    assert!(twice.said.contains("is Acme's already, with all that it said"), "{}", twice.said);
    world.finish().await;
}

#[tokio::test]
async fn only_a_known_address_is_linked_and_only_to_a_customer() {
    let world = world("linked").await;
    let ran = world.command(&["link", JANE, "--customer", "C-1"]).await;
    assert!(ran.said.contains("is no subscriber, and nothing it said waits"), "{}", ran.said);
    subscribe_jane(&world).await;
    let itself = strings(&world, "select reference from customer where kind = 'subscriber'").await.remove(0);
    let ran = world.command(&["link", JANE, "--customer", &itself]).await;
    assert!(ran.said.contains("is a subscriber, not a customer"), "{}", ran.said);
    let ran = world.command(&["link", JANE, "--customer", "C-9"]).await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.said.contains(r#"there is no customer "C-9""#), "{}", ran.said);
    let ran = world.command(&["link", JANE, "--customer", "C-1"]).await;
    assert_eq!(ran.printed, format!("{JANE} speaks for Acme\n"));
    world.finish().await;
}

#[tokio::test]
async fn a_subscriber_who_comes_back_has_no_claim_on_what_was_announced_meanwhile() {
    let world = world("require").await;
    let jane = subscribe_jane(&world).await;
    subscribe::leave(&world.cx, jane).await.unwrap();
    world.schedule(&addition("Nimbus", "2027-02-01")).await;
    world.advance_to("2026-12-10T09:00Z").await;
    assert_eq!(obligations(&world).await, ["contract served"]);
    assert_eq!(subscribe_jane(&world).await, jane);
    assert_eq!(obligations(&world).await, ["contract served", "subscriber joined_after_announcement"]);
    world.advance_to("2027-02-02T09:00Z").await;
    world.finish().await;
}

#[tokio::test]
async fn what_nobody_we_know_says_at_the_instant_of_the_effect_is_no_fault() {
    let world = world("linked").await;
    subscribe_jane(&world).await;
    let planned = world.schedule(&addition("Nimbus", "2027-02-01")).await;
    world.advance_to("2027-01-31T23:00Z").await;
    // The doors are waited for: a second later it takes effect as of this instant.
    world.object(JANE, "We object.").await;
    world.advance_to("2027-01-31T23:00:01Z").await;
    let effect = world.change(&planned.reference).await.took_effect_at.unwrap();
    assert_eq!(effect.to_rfc3339(), "2027-01-31T23:00:00+00:00");
    world.finish().await;
}
