//! Customers: idempotent, versioned by validity, exported as they are read.

use forenotice::actions::end_contract;
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

/// What the customer's only contract says, and its contacts' roles.
async fn on_file(world: &World, reference: &str) -> (String, Vec<String>, Vec<String>) {
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let customer = store::customer::by_reference(snapshot.conn(), reference).await.unwrap().unwrap();
    let version = store::customer::contract_versions(snapshot.conn(), customer.id).await.unwrap().remove(0);
    let terms = serde_json::to_string(&version.contract.terms).unwrap();
    let roles = sqlx::query_scalar("select role || ' ' || language from recipient where customer_id = $1")
        .bind(customer.id.0)
        .fetch_all(world.cx.db.pool())
        .await
        .unwrap();
    (terms, version.contract.products, roles)
}

#[tokio::test]
async fn a_file_without_a_column_says_nothing_of_what_stands_there() {
    let world = world().await;
    let full = "reference,customer,email,language,role,products,customer_since,notice_days,objection_days,convention,\
                authorisation,emergency_days,regimes\n\
                C-1,Acme,a@acme.example,de,security,chat,2024-03-01,90,60,calendar_days,specific,5,dora\n";
    import(&world, full.as_bytes()).await;
    let before = on_file(&world, "C-1").await;
    let partial = import(&world, b"reference,customer,email\nC-1,Acme,a@acme.example\n").await;
    assert_eq!((partial.customers_changed, on_file(&world, "C-1").await), (0, before.clone()));
    let longer = b"reference,customer,email,notice_days\nC-1,Acme,a@acme.example,100\n";
    assert_eq!(import(&world, longer).await.customers_changed, 1);
    let after = on_file(&world, "C-1").await;
    assert_eq!(after.0, before.0.replace("\"n\":90", "\"n\":100"));
    // An empty cell is the policy's.
    let empty = b"reference,customer,email,authorisation,products\nC-1,Acme,a@acme.example,,\n";
    import(&world, empty).await;
    let emptied = on_file(&world, "C-1").await;
    assert!(!emptied.0.contains("specific") && emptied.1.is_empty(), "{emptied:?}");
    world.finish().await;
}

#[tokio::test]
async fn a_regime_that_is_added_later_counts() {
    let world = world().await;
    let with = |regimes: &str| {
        format!(
            "reference,customer,email,customer_since,regimes\nC-1,Acme,a@acme.example,2024-03-01,{regimes}\n"
        )
    };
    import(&world, with("").as_bytes()).await;
    assert_eq!(import(&world, with("dora").as_bytes()).await.customers_changed, 1);
    assert_eq!(on_file(&world, "C-1").await.0, r#"{"regimes":["dora"]}"#);
    import(&world, with("").as_bytes()).await;
    assert_eq!(on_file(&world, "C-1").await.0, "{}");
    world.finish().await;
}

#[tokio::test]
async fn whoever_comes_back_after_its_contract_has_ended_needs_another() {
    let world = world().await;
    let since = |day: &str, contract: &str| {
        format!(
            "reference,customer,email,customer_since,contract\nC-1,Acme,a@acme.example,{day},{contract}\n"
        )
    };
    import(&world, since("2024-03-01", "").as_bytes()).await;
    let last_day = "2026-11-01".parse().unwrap();
    end_contract::end_contract(&world.cx, world.dpo.clone(), "C-1", None, last_day).await.unwrap();
    let warned = import(&world, since("2024-03-01", "").as_bytes()).await;
    assert!(warned.rejected.is_empty());
    let warnings = format!("{:?}", warned.warnings);
    assert!(warnings.contains("the contract C-1 ended on 2026-11-01, and no notice is owed"), "{warnings}");
    let back = import(&world, since("2026-11-10", "").as_bytes()).await;
    let rejected = format!("{:?}", back.rejected);
    assert!(
        rejected.contains("ended on 2026-11-01; one that begins later needs a reference of its own"),
        "{rejected}"
    );
    assert!(import(&world, since("2026-11-10", "C-1/2").as_bytes()).await.rejected.is_empty());
    world.finish().await;
}
