//! `/mine`: the register as it concerns one customer.

use super::visitor::{Visitor, announced};
use crate::support::World;

/// The address of the page, as the reader's own objection page links it.
async fn path(visitor: &Visitor, object: &str) -> String {
    let page = visitor.get(object).await.body;
    let mut hrefs = page.split("href=\"").skip(1).filter_map(|part| part.split('"').next());
    hrefs.find(|href| href.starts_with("/mine/")).unwrap().to_owned()
}

async fn mine() -> (World, Visitor, String) {
    let (world, visitor, object) = announced().await;
    let path = path(&visitor, &object).await;
    (world, visitor, path)
}

#[tokio::test]
async fn it_says_what_is_used_what_comes_and_until_when_and_what_was_sent() {
    let (world, visitor, mine) = mine().await;
    world
        .as_superuser(
            "insert into recipient (customer_id, address, name, role) values (1, 'peter@acme.example', 'Peter', 'security')",
        )
        .await;
    let page = visitor.get(&mine).await;
    assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, "no-store"));
    for said in [
        "The register for Acme &#60;Ltd&#62;",
        "You can object until Monday 7 December 2026, 24:00, Berlin time.",
        "section 6, data processing agreement",
        "Notice of a planned change",
        "dpo@acme.example",
        "p…@acme.example",
        "<span class=\"badge ok\">Used</span>",
    ] {
        assert!(page.body.contains(said), "{said}: {}", page.body);
    }
    assert!(!page.body.contains("peter@acme.example"), "an address is told to its owner only");
    let object = page.body.split("href=\"").find(|part| part.starts_with("/object/")).unwrap();
    assert_eq!(visitor.get(object.split('"').next().unwrap()).await.status, 200);
    let letter = page.body.split("href=\"").find(|part| part.starts_with("/letter/")).unwrap();
    assert_eq!(visitor.get(letter.split('"').next().unwrap()).await.status, 200);
    world.finish().await;
}

#[tokio::test]
async fn it_tells_apart_what_is_not_used_for_this_customer() {
    let (world, visitor, mine) = mine().await;
    let row = |body: &str| body.split("<tbody").nth(1).unwrap().split("</tbody>").next().unwrap().to_owned();
    world
        .as_superuser(
            "insert into exclusion (customer_id, subprocessor_id, since, why) values (1, 1, '2026-11-01', 'agreed')",
        )
        .await;
    let page = visitor.get(&mine).await.body;
    assert!(row(&page).contains("Not used for your data"), "{page}");
    world
        .as_superuser(
            r#"delete from exclusion; update contract set products = '{crm}';
               update subprocessor_version set facts = facts || '{"products": ["mail"]}'"#,
        )
        .await;
    let page = visitor.get(&mine).await.body;
    assert!(row(&page).contains("Not for your products"), "{page}");
}

#[tokio::test]
async fn a_subscriber_sees_the_list_and_no_customers_matters() {
    let world = World::on("2026-11-23T06:00Z").await;
    world.as_superuser(super::visitor::STRIPE).await;
    let visitor = Visitor::of(&world);
    visitor.post("/subscribe", &[("mail", "jane@northwind.example")]).await;
    world.settle().await;
    let letter = world.mailbox.mails_to("jane@northwind.example").pop().unwrap();
    let confirm = super::visitor::path_of(&letter.link("/confirm/").unwrap());
    visitor.post(&confirm, &[]).await;
    let token = world.cx.keys.link(forenotice::domain::access::LinkPurpose::Mine, 1, 0);
    let page = visitor.get(&format!("/mine/{token}")).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("The register for jane@northwind.example") && page.body.contains("Stripe"));
    assert!(!page.body.contains("badge ok"), "nothing is said of data that we do not have");
    let other = world.cx.keys.link(forenotice::domain::access::LinkPurpose::Manage, 1, 0);
    assert_eq!(visitor.get(&format!("/mine/{other}")).await.status, 404);
    world.finish().await;
}
