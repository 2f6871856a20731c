//! Subscribers by command: asked to confirm, listed, removed.

use forenotice::actions::subscribe;
use forenotice::domain::delivery::DeliveryId;

use super::world;

#[tokio::test]
async fn the_dpo_asks_an_address_to_confirm_lists_and_removes_it() {
    let world = world().await;
    let refused =
        world.command(&["subscribers", "add", "jane@northwind.example", "--kinds", "correction"]).await;
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.said.contains("take one of addition, replacement, material_change, removal"),
        "{}",
        refused.said
    );
    let ran = world.command(&["subscribers", "add", "jane@northwind.example", "--kinds", "removal"]).await;
    assert_eq!((ran.code, ran.printed.as_str()), (Some(0), "jane@northwind.example is asked to confirm\n"));
    world.settle().await;
    assert_eq!(world.mailbox.mails_to("jane@northwind.example").len(), 1);
    let listed = world.command(&["subscribers", "list", "--json"]).await.json();
    assert_eq!(listed["subscribers"], serde_json::json!([]));

    let letter: i64 = sqlx::query_scalar("select id from delivery where letter_key like 'confirm:%'")
        .fetch_one(world.cx.db.pool())
        .await
        .unwrap();
    subscribe::confirm(&world.cx, DeliveryId(letter), "203.0.113.7", None).await.unwrap();
    let listed = world.command(&["subscribers", "list", "--json"]).await.json();
    assert_eq!(listed["subscribers"][0]["address"], "jane@northwind.example");
    assert_eq!(listed["subscribers"][0]["suppressed_why"], serde_json::Value::Null);
    assert_eq!(listed["subscribers"][0]["kinds"], serde_json::json!(["removal"]));

    let remove = ["subscribers", "remove", "JANE@northwind.example", "--reason", "asked by phone"];
    assert_eq!(world.command(&remove).await.code, Some(0));
    let listed = world.command(&["subscribers", "list", "--json"]).await.json();
    assert_eq!(listed["subscribers"][0]["suppressed_why"], "asked by phone");

    let ran = world.command(&["subscribers", "remove", "nobody@x.example", "--reason", "x"]).await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.said.contains("nobody@x.example is no subscriber"), "{}", ran.said);
    let ran = world.command(&["subscribers", "add", "no address"]).await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    world.finish().await;
}
