//! Accounts and recipients, statement by statement.

use forenotice::domain::account::Role;
use forenotice::domain::ledger::Event;
use forenotice::store::{self, account, customer, recipient};

use super::{import, world};

#[tokio::test]
async fn an_account_is_made_once_found_in_any_case_and_disabled_once() {
    let world = world().await;
    let mut tx = world.cx.begin(world.dpo.clone()).await.unwrap();
    let id = account::insert(&mut tx, "Eva@processor.example", "eva", Role::Editor).await.unwrap().unwrap();
    assert_eq!(account::insert(&mut tx, "eva@PROCESSOR.example", "x", Role::Admin).await.unwrap(), None);
    tx.commit([Event::AccountMade { email: "Eva@processor.example".into(), role: Role::Editor }])
        .await
        .unwrap();

    let mut tx = world.cx.begin(world.dpo.clone()).await.unwrap();
    let eva = account::by_email(tx.conn(), "EVA@processor.example").await.unwrap().unwrap();
    assert_eq!((eva.id, eva.role), (id, Role::Editor));
    assert_eq!(account::of_os_user(tx.conn(), "eva").await.unwrap().unwrap().id, id);
    assert_eq!(account::of_os_user(tx.conn(), "nobody").await.unwrap(), None);
    assert_eq!(account::list(tx.conn()).await.unwrap().len(), 2);
    assert_eq!(account::other_admins(&mut tx, id).await.unwrap(), 1);
    account::disable(&mut tx, id).await.unwrap();
    assert!(matches!(account::disable(&mut tx, id).await, Err(store::Error::Stale { what: "account" })));
    tx.commit([Event::AccountDisabled { email: "Eva@processor.example".into() }]).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn contacts_come_privacy_first_and_a_customer_is_found_by_part_of_its_name() {
    let world = world().await;
    let file = "reference,customer,email,role,rank\nC-1,Acme GmbH,boss@acme.example,business,1\nC-1,Acme GmbH,dpo@acme.example,,\n";
    import(&world, file.as_bytes()).await;
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let acme = customer::by_reference(snapshot.conn(), "C-1").await.unwrap().unwrap();
    let contacts = recipient::of_customer(snapshot.conn(), acme.id).await.unwrap();
    let addresses: Vec<_> = contacts.iter().map(|contact| contact.address.as_str()).collect();
    assert_eq!(addresses, ["dpo@acme.example", "boss@acme.example"]);
    let one = recipient::by_id(snapshot.conn(), contacts[1].id).await.unwrap().unwrap();
    assert_eq!((one.role.as_str(), one.rank), ("business", 1));
    assert_eq!(customer::by_reference(snapshot.conn(), "c-9").await.unwrap(), None);
    assert_eq!(customer::references_like(snapshot.conn(), "acme").await.unwrap(), ["C-1"]);
    drop(snapshot);
    world.finish().await;
}
