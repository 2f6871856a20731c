//! Customers: idempotent, versioned by validity, exported as they are read.

use forenotice::actions::import_customers::Mode;
use forenotice::store;

use super::{exported, fixture, import, import_in, world};
use crate::support::World;

const HEADER: &str = "reference,customer,email,products,customer_since,notice_days,time_zone\n";

async fn terms(world: &World, reference: &str) -> Vec<(String, Option<u16>)> {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let customer = store::customer::by_reference(snapshot.conn(), reference).await.unwrap().unwrap();
    let versions = store::customer::contract_versions(snapshot.conn(), customer.id).await.unwrap();
    let version = |v: store::customer::ContractVersion| {
        (
            v.valid_from.to_string(),
            v.contract.terms.notice.n.map(forenotice::domain::calendar::NoticeDays::get),
        )
    };
    versions.into_iter().map(version).collect()
}

async fn acts(world: &World) -> i64 {
    let query = sqlx::query_scalar("select count(*) from ledger_entry where kind = 'customer_recorded'");
    query.fetch_one(world.cx.db.pool()).await.unwrap()
}

#[tokio::test]
async fn the_demos_customers_are_all_in_and_the_same_file_again_changes_nothing() {
    let world = world().await;
    let file = fixture("config/demo/customers.csv");
    let first = import(&world, &file).await;
    assert!(first.rejected.is_empty(), "{:?}", first.rejected);
    assert!(first.customers_new >= 220, "{}", first.customers_new);
    assert_eq!(acts(&world).await, i64::try_from(first.customers_new).unwrap());

    let again = import(&world, &file).await;

    assert_eq!((again.imported, again.customers_new, again.customers_changed), (first.imported, 0, 0));
    assert_eq!(acts(&world).await, i64::try_from(first.customers_new).unwrap());
    world.finish().await;
}

#[tokio::test]
async fn what_is_exported_imports_as_no_change() {
    let world = world().await;
    import(&world, &fixture("config/demo/customers.csv")).await;
    import(&world, &fixture("tests/fixtures/import/customers-hostile.csv")).await;
    let file = exported(&world).await;
    assert!(!file.lines().any(|line| line.split(',').any(|cell| cell.starts_with(['=', '@']))), "{file}");

    let again = import(&world, file.as_bytes()).await;

    assert!(again.rejected.is_empty(), "{:?}", again.rejected);
    assert_eq!((again.customers_new, again.customers_changed), (0, 0));
    world.finish().await;
}

#[tokio::test]
async fn other_terms_hold_from_today_and_the_old_ones_stay_for_their_time() {
    let world = world().await;
    import(&world, format!("{HEADER}C-1,Acme,a@acme.example,chat,2024-03-01,30,UTC\n").as_bytes()).await;
    assert_eq!(terms(&world, "C-1").await, [("2024-03-01".to_owned(), Some(30))]);

    let later =
        import(&world, format!("{HEADER}C-1,Acme,a@acme.example,chat,2024-03-01,45,UTC\n").as_bytes()).await;

    assert_eq!((later.customers_new, later.customers_changed), (0, 1));
    let versions = [("2026-11-23".to_owned(), Some(45)), ("2024-03-01".to_owned(), Some(30))];
    assert_eq!(terms(&world, "C-1").await, versions);
    world.finish().await;
}

#[tokio::test]
async fn a_dry_run_says_the_same_and_writes_nothing() {
    let world = world().await;
    let file = fixture("tests/fixtures/import/customers-conflicts.csv");
    let dry = import_in(&world, &file, Mode::DryRun).await;
    assert_eq!(exported(&world).await.lines().count(), 1);
    assert_eq!(acts(&world).await, 0);
    assert_eq!(dry, import(&world, &file).await);
    world.finish().await;
}

#[tokio::test]
async fn rows_of_one_customer_may_lie_a_group_apart() {
    let world = world().await;
    let mut file = HEADER.to_owned();
    for number in 0..1200 {
        file.push_str(&format!(
            "C-{0},Customer {0},a{number}@c{0}.example,,2024-03-01,30,UTC\n",
            number % 600
        ));
    }
    file.push_str("C-5,Customer 5,late@c5.example,,2024-03-01,31,UTC\n");
    let imported = import(&world, file.as_bytes()).await;
    assert_eq!((imported.imported, imported.customers_new), (1200, 600));
    assert_eq!(imported.rejected.listed[0].record, 1201);
    assert!(imported.rejected.listed[0].reason.starts_with("record 6 says otherwise"));
    world.finish().await;
}

#[tokio::test]
async fn json_is_read_like_csv() {
    let world = world().await;
    let array = r#"[{"reference":"J-1","customer":"Jay","email":"j@jay.example","products":["chat","api"],"notice_days":14},
        {"reference":"J-2","customer":"Bad","email":"nobody"}, 7]"#;
    let imported = import(&world, array.as_bytes()).await;
    assert_eq!(imported.imported, 1);
    let places: Vec<_> =
        imported.rejected.listed.iter().map(|f| (f.line, f.record, f.column.as_deref())).collect();
    assert_eq!(places, [(2, 2, Some("email")), (2, 3, None)]);
    assert_eq!(terms(&world, "J-1").await[0].1, Some(14));
    world.finish().await;
}

#[tokio::test]
async fn an_address_that_another_customer_has_is_said() {
    let world = world().await;
    import(&world, format!("{HEADER}C-1,Acme,a@acme.example,,2024-03-01,30,UTC\n").as_bytes()).await;
    let other =
        import(&world, format!("{HEADER}C-2,Bolt,A@ACME.example,,2024-03-01,30,UTC\n").as_bytes()).await;
    assert_eq!(other.imported, 1);
    assert!(other.warnings.listed[0].reason.contains("a contact of the customer C-1"), "{other:?}");
    world.finish().await;
}
