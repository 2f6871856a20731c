//! An objection taken back by the customer itself, and its receipt as a file.

use super::visitor::announced;
use crate::support::World;

async fn objected() -> (World, super::visitor::Visitor, String) {
    let (world, visitor, object) = announced().await;
    let form = [("change", "CHG-2026-0001"), ("text", "Not with our data.")];
    assert_eq!(visitor.post(&object, &form).await.status, 303);
    (world, visitor, object)
}

#[tokio::test]
async fn a_privacy_contact_takes_it_back_with_a_button_and_the_gate_no_longer_waits_for_it() {
    let (world, visitor, object) = objected().await;
    let status = format!("{object}/objection");
    let take_back = format!("{status}/OBJ-2026-0001/take-back");
    assert!(visitor.get(&status).await.body.contains(&take_back));

    let asked = visitor.get(&take_back).await.body;
    assert!(asked.contains("Take back objection OBJ-2026-0001?"), "{asked}");
    let open = "select count(*) from objection where state <> 'resolved'";
    assert_eq!(super::public::count(&world, open).await, 1, "a link alone does nothing");

    for _ in 0..2 {
        let done = visitor.post(&take_back, &[]).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, status.as_str()));
    }
    let after = visitor.get(&status).await.body;
    assert!(after.contains("You took it back.") && !after.contains(&take_back), "{after}");
    assert_eq!(visitor.get(&take_back).await.status, 303);
    let cleared = "select count(*) from objection_change
        where outcome = 'withdrawn' and clear_at = resolved_at and resolver_id is null";
    assert_eq!(super::public::count(&world, cleared).await, 1);

    world.settle().await;
    let letters = world.mailbox.mails_to("dpo@acme.example");
    let told = letters.iter().find(|letter| letter.subject().contains("is resolved")).unwrap().text();
    assert!(told.contains("You took it back.") && told.contains("It was dpo@acme.example"), "{told}");
    assert!(!told.contains("personal link of a contact"), "the record's words are not ours to the customer");
    world.finish().await;
}

#[tokio::test]
async fn who_does_not_speak_for_the_customer_cannot_take_it_back() {
    let (world, visitor, object) = objected().await;
    world.as_superuser("update recipient set role = 'security'").await;
    let status = visitor.get(&format!("{object}/objection")).await;
    let take_back = format!("{object}/objection/OBJ-2026-0001/take-back");
    assert!(!status.body.contains("take-back"), "{}", status.body);
    visitor.post(&take_back, &[]).await;
    let open = "select count(*) from objection where state <> 'resolved'";
    assert_eq!(super::public::count(&world, open).await, 1);
    world.finish().await;
}

#[tokio::test]
async fn the_receipt_is_a_file_to_keep() {
    let (world, visitor, object) = objected().await;
    let file = visitor.get(&format!("{object}/objection/OBJ-2026-0001/receipt.txt")).await;
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"OBJ-2026-0001.txt\"");
    assert_eq!(file.header("cache-control"), "no-store");
    insta::assert_snapshot!(file.body.replace(&object, "/object/…"));
    let other = visitor.get(&format!("{object}/objection/OBJ-2026-0002/receipt.txt")).await;
    assert_eq!(other.status, 404);
    world.finish().await;
}
