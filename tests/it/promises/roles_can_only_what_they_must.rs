//! The daemon's role can delete nothing that is evidence, and a snapshot can write nothing at all (promise 8).

use super::{Role, Trial, small_world};

#[tokio::test]
async fn the_daemons_role_deletes_no_evidence() {
    let world = small_world().await;
    for table in [
        "change",
        "notice",
        "notice_change",
        "delivery",
        "obligation",
        "objection",
        "objection_change",
        "correspondence",
        "exclusion",
        "verdict",
        "customer",
        "contract",
        "contract_terms",
        "recipient",
        "subprocessor",
        "subprocessor_version",
        "inbound_message",
        "inbound_hold",
        "service",
        "consent",
        "override",
        "file",
        "installation",
        "door",
    ] {
        let trial = Trial::begin(&world, Role::App).await;
        assert_eq!(trial.refusal(&format!("delete from {table}")).await, "no right", "{table}");
    }
    for forbidden in [
        "update verdict set open = true",
        "update correspondence set body = 'other'",
        "alter table change disable trigger all",
        "drop table act",
        "create table forenotice.mine (id int)",
        "set session_replication_role = replica",
    ] {
        let trial = Trial::begin(&world, Role::App).await;
        assert_eq!(trial.refusal(forbidden).await, "no right", "{forbidden}");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_snapshot_writes_nothing() {
    let world = small_world().await;
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let error = sqlx::query("update change set reason = 'other'").execute(snapshot.conn()).await.unwrap_err();
    assert_eq!(error.as_database_error().unwrap().code().unwrap(), "25006"); // read_only_sql_transaction
    drop(snapshot);
    world.finish().await;
}
