//! Customers recorded while a change is announced: entitled ones are told at once, those who joined later are exempt.

use forenotice::actions::schedule_change;
use forenotice::domain::request::Request;

use super::{import, register_from, world};
use crate::support::World;

const HEADER: &str = "reference,customer,email,customer_since\n";

pub async fn announced() -> World {
    let world = world().await;
    import(&world, format!("{HEADER}C-1,Acme,a@acme.example,2024-03-01\n").as_bytes()).await;
    register_from(&world, b"name,countries\nHetzner,DE\n").await;
    let request: Request = serde_json::from_value(serde_json::json!({
        "kind": "addition", "name": "Nimbus", "reason": "Mail", "effective": "2027-02-01",
        "facts": [["legal_entity", "Nimbus GmbH"], ["address", "Berlin"], ["contact", "dpo@nimbus.example"],
                  ["purpose", "Mail"], ["nature", "Hosting"], ["countries", "DE"], ["data_types", "names"],
                  ["data_subjects", "users"], ["transfer_mechanism", "none"], ["products", "chat"]]
    }))
    .unwrap();
    schedule_change::schedule(&world.cx, world.dpo.clone(), &request).await.unwrap();
    world.advance_to("2026-12-20T12:00Z").await;
    world
}

async fn standing(world: &World) -> Vec<(String, String, Option<String>, i64)> {
    sqlx::query_as(
        "select c.reference, o.state, o.exempt_why, (select count(*) from delivery d where d.customer_id = c.id)
         from obligation o join customer c on c.id = o.customer_id order by c.reference",
    )
    .fetch_all(world.cx.db.pool())
    .await
    .unwrap()
}

#[tokio::test]
async fn who_signed_before_the_announcement_is_owed_it_and_who_joined_after_is_told_and_exempt() {
    let world = announced().await;
    let before = standing(&world).await;
    assert_eq!(before.len(), 1, "{before:?}");

    let file =
        format!("{HEADER}C-2,Forgotten,f@forgotten.example,2025-01-01\nC-3,Late,l@late.example,2026-12-20\n");
    import(&world, file.as_bytes()).await;

    let after = standing(&world).await;
    let of = |reference: &str| after.iter().find(|row| row.0 == reference).unwrap();
    assert_eq!((of("C-2").1.as_str(), of("C-2").3), ("owed", 1));
    assert_eq!(of("C-3").2.as_deref(), Some("joined_after_announcement"));
    assert_eq!(of("C-3").3, 1);
    world.settle().await;
    let letter = world.mailbox.mails_to("l@late.example").remove(0).text();
    assert!(letter.contains("this change was on our public list when Late"), "{letter}");
    world.finish().await;
}

async fn clear_at(world: &World) -> String {
    let instant: chrono::DateTime<chrono::Utc> =
        sqlx::query_scalar("select clear_at from obligation where clear_at is not null")
            .fetch_one(world.cx.db.pool())
            .await
            .unwrap();
    instant.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

#[tokio::test]
async fn terms_that_become_better_while_a_change_is_open_hold_and_worse_ones_do_not() {
    let world = announced().await;
    let with = |days: u16| {
        format!(
            "reference,customer,email,customer_since,notice_days\nC-1,Acme,a@acme.example,2024-03-01,{days}\n"
        )
    };
    let before = clear_at(&world).await;
    import(&world, with(10).as_bytes()).await;
    assert_eq!(clear_at(&world).await, before);
    import(&world, with(45).as_bytes()).await;
    let after = clear_at(&world).await;
    assert!(after > before, "{before} {after}");
    world.advance_to("2027-02-01T12:00Z").await;
    world.finish().await;
}

#[tokio::test]
async fn a_customer_out_of_the_scope_is_exempt_and_served_by_the_letter_it_had_when_it_comes_back() {
    let world = announced().await;
    let served = clear_at(&world).await;
    let with = |products: &str| {
        format!(
            "reference,customer,email,customer_since,products\nC-1,Acme,a@acme.example,2024-03-01,{products}\n"
        )
    };
    import(&world, with("api").as_bytes()).await;
    assert_eq!(standing(&world).await[0].2.as_deref(), Some("not_in_scope"));
    import(&world, with("chat").as_bytes()).await;
    assert_eq!(standing(&world).await[0].1, "served");
    assert_eq!(clear_at(&world).await, served);
    world.finish().await;
}

#[tokio::test]
async fn only_letters_to_a_notice_address_serve_once_there_is_one() {
    let world = announced().await;
    let served = clear_at(&world).await;
    let header = "reference,customer,email,customer_since,notice_address\n";
    import(&world, format!("{header}C-1,Acme,legal@acme.example,2024-03-01,yes\n").as_bytes()).await;
    assert_eq!(standing(&world).await[0].1, "owed");
    world.settle().await;
    assert_eq!(standing(&world).await[0].1, "served");
    assert!(clear_at(&world).await > served);
    world.finish().await;
}

#[tokio::test]
async fn a_new_contact_of_a_customer_told_before_is_told_too() {
    let world = announced().await;
    import(&world, format!("{HEADER}C-1,Acme,second@acme.example,2024-03-01\n").as_bytes()).await;
    assert_eq!(standing(&world).await[0].3, 2);
    world.finish().await;
}

#[tokio::test]
async fn a_contract_that_ends_is_owed_nothing_more_and_a_wrong_one_is_named() {
    let world = announced().await;
    let ran = world.command(&["customers", "end", "C-1", "--last-day", "2026-12-19"]).await;
    assert_eq!((ran.code, ran.printed.as_str()), (Some(0), "the contract C-1 of C-1 ends on 2026-12-19\n"));
    assert_eq!(standing(&world).await[0].2.as_deref(), Some("contract_ended"));
    let ran =
        world.command(&["customers", "end", "C-1", "--contract", "X", "--last-day", "2026-12-19"]).await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.said.contains("C-1 has no contract \"X\"; it has C-1"), "{}", ran.said);
    let ran = world.command(&["customers", "end", "C-1", "--last-day", "2020-01-01"]).await;
    assert!(ran.said.contains("C-1 was signed on 2024-03-01; it cannot end before"), "{}", ran.said);
    world.finish().await;
}

#[tokio::test]
async fn a_contract_that_ends_on_a_day_ahead_is_settled_by_itself_on_the_day_after() {
    let world = announced().await;
    // A second window that nobody could meet: only its end lets the change take effect.
    world
        .as_superuser("update obligation set clear_at = '2027-03-01', window_closes_at = '2027-03-01'")
        .await;
    let end = ["customers", "end", "C-1", "--last-day", "2027-01-31"];
    assert_eq!(world.command(&end).await.code, Some(0));
    assert_eq!(standing(&world).await[0].2, None);
    world.advance_to("2027-01-31T22:59Z").await;
    assert_eq!(standing(&world).await[0].2, None);
    // 1 February begins in Berlin; the gate is asked from this instant on.
    world.advance_to("2027-01-31T23:00Z").await;
    assert_eq!(standing(&world).await[0].2.as_deref(), Some("contract_ended"));
    world.advance_to("2027-01-31T23:01Z").await;
    assert_eq!(world.change("CHG-2026-0001").await.state.as_str(), "effective");
    world.finish().await;
}

#[tokio::test]
async fn terms_that_begin_on_a_day_ahead_are_looked_at_by_themselves_when_it_comes() {
    let world = announced().await;
    let before = clear_at(&world).await;
    world
        .as_superuser(
            r#"insert into contract_terms (contract_id, valid_from, terms)
               select id, '2027-01-10', '{"notice": {"n": 60}}' from contract"#,
        )
        .await;
    world.advance_to("2027-01-09T22:59Z").await;
    assert_eq!(clear_at(&world).await, before);
    world.advance_to("2027-01-09T23:00Z").await;
    assert!(clear_at(&world).await > before);
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let told: i64 =
        sqlx::query_scalar("select count(*) from ledger_entry where kind = 'service_measured_anew'")
            .fetch_one(snapshot.conn())
            .await
            .unwrap();
    assert_eq!(told, 1);
    drop(snapshot);
    world.advance_to("2027-02-01T12:00Z").await;
    world.finish().await;
}

#[tokio::test]
async fn a_contract_signed_for_a_day_ahead_makes_a_late_joiner_on_that_day() {
    let world = announced().await;
    import(&world, format!("{HEADER}C-3,Late,l@late.example,2027-01-10\n").as_bytes()).await;
    assert_eq!(standing(&world).await.len(), 1);
    world.advance_to("2027-01-09T23:00Z").await;
    assert_eq!(standing(&world).await[1].2.as_deref(), Some("joined_after_announcement"));
    world.finish().await;
}
