//! Each customer with a contract is accounted for, and one whom nobody wrote down is found.

use super::import;
use super::late_customers::announced;

#[tokio::test]
async fn every_customer_is_explained_and_one_without_an_obligation_is_not() {
    let world = announced().await;
    let header = "reference,customer,email,customer_since,products\n";
    let file = format!(
        "{header}C-2,Elsewhere,e@elsewhere.example,2024-01-01,api\nC-3,Late,l@late.example,2026-12-20,chat\n"
    );
    import(&world, file.as_bytes()).await;
    world.settle().await;
    let ran = world.command(&["completeness", "CHG-2026-0001", "--json"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let said = ran.json();
    assert_eq!(said["unexplained"], 0);
    let of = |at: usize| {
        let customer = &said["customers"][at];
        (customer["account"].as_str().unwrap().to_owned(), customer["why"].as_str().map(str::to_owned))
    };
    assert_eq!(of(0), ("served".to_owned(), None));
    assert_eq!(said["customers"][0]["letters"][0]["address"], "a@acme.example");
    assert_eq!(of(1), ("none_due".to_owned(), Some("not_in_scope".to_owned())));
    assert_eq!(of(2), ("none_due".to_owned(), Some("joined_after_announcement".to_owned())));

    // A customer whom an announcement would have overlooked.
    world
        .as_superuser(
            "insert into customer (reference, name) values ('C-9', 'Overlooked');
             insert into contract (customer_id, reference, products, signed_on)
                 select id, 'C-9', '{}', '2020-01-01' from customer where reference = 'C-9';
             insert into contract_terms (contract_id, valid_from, terms)
                 select id, '2020-01-01', '{}' from contract where reference = 'C-9'",
        )
        .await;
    let ran = world.command(&["completeness", "CHG-2026-0001"]).await;
    assert_eq!(ran.code, Some(1));
    assert!(ran.printed.contains("UNEXPLAINED  Overlooked"), "{}", ran.printed);
    assert!(ran.printed.ends_with("4 customers with a contract; unexplained: 1\n"), "{}", ran.printed);
}
