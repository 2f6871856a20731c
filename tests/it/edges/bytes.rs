//! Bytes that nobody types, and that a database takes for a fault.

use super::visitor::announced;

#[tokio::test]
async fn no_byte_in_an_address_breaks_a_page() {
    let (_world, visitor, object) = announced().await;
    for path in [
        "/?q=%00&category=%00&on=%00",
        "/subprocessors/%00",
        "/subprocessors/%ff",
        "/changes/%00",
        "/changes/CHG-2026-0001%00",
        "/changes.json?before=%00",
        "/compare?from=%00&to=%ff",
        "/register.json?on=%00",
        "/genuine?code=%00",
        "/letter/%00",
        "/mine/%00",
        "/manage/%00",
        &format!("{object}%00"),
    ] {
        let answer = visitor.get(path).await;
        assert!(answer.status.as_u16() < 500, "{path}: {}", answer.status);
    }
}

#[tokio::test]
async fn a_statement_is_not_lost_for_a_nul_in_it() {
    let (world, visitor, object) = announced().await;
    let sent = visitor.post(&object, &[("text", "We\0object."), ("name", "J\0"), ("behalf", "\0")]).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let page = visitor.get(&format!("{object}/objection")).await.body;
    assert!(page.contains("We\u{fffd}object."), "{page}");
    let refused = visitor
        .post("/subscribe", &[("mail", "jane\0@northwind.example"), ("kind", "\0"), ("lang", "\0")])
        .await;
    assert_eq!(refused.status, 422);
    world.finish().await;
}
