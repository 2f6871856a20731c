//! Customers recorded while a change is announced: entitled ones are told at once, those who joined later are exempt.

use forenotice::actions::maintain_records::import_register;
use forenotice::actions::schedule_change;
use forenotice::domain::request::Request;

use super::{import, world};
use crate::support::World;

const HEADER: &str = "reference,customer,email,customer_since\n";

async fn announced() -> World {
    let world = world().await;
    import(&world, format!("{HEADER}C-1,Acme,a@acme.example,2024-03-01\n").as_bytes()).await;
    import_register(&world.cx, world.dpo.clone(), b"name,countries\nHetzner,DE\n").await.unwrap();
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
async fn who_signed_before_the_announcement_is_owed_it_and_who_joined_after_is_exempt() {
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
    assert_eq!(of("C-3").3, 0);
    world.finish().await;
}

#[tokio::test]
async fn a_new_contact_of_a_customer_told_before_is_told_too() {
    let world = announced().await;
    import(&world, format!("{HEADER}C-1,Acme,second@acme.example,2024-03-01\n").as_bytes()).await;
    assert_eq!(standing(&world).await[0].3, 2);
    world.finish().await;
}
