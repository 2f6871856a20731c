//! Promise 6: what the ledger committed to is never changed or removed, not even by the owner of its tables.

use super::{Role, Trial, small_world};

const ACT: &str = "with one as (insert into act (at, actor, entries) values ('2026-12-01', 'daemon', 1) returning id)
    insert into ledger_entry (act_id, ordinal, kind, change_id, leaf_hash, nonce, payload)
    select id, 0, 'change_held', 1, sha256('\\x00'::bytea || sha256(sha256('nonce') || 'payload')), sha256('nonce'), 'payload' from one";

#[tokio::test]
async fn the_daemons_role_can_neither_change_nor_delete_what_was_committed() {
    let world = small_world().await;
    for attempt in [
        "delete from ledger_entry",
        "delete from act",
        "delete from ledger_head",
        "truncate ledger_entry",
        "update ledger_entry set leaf_hash = sha256('other')",
        "update ledger_entry set kind = 'other'",
        "update act set entries = 2",
        "insert into ledger_entry select act_id, ordinal + 1, kind, change_id, customer_id, leaf_hash, nonce, payload from ledger_entry;
         delete from ledger_entry where ordinal = 0",
    ] {
        let trial = Trial::after(&world, &[ACT]).await;
        assert_eq!(trial.refusal(attempt).await, "no right", "{attempt}");
    }
    let trial = Trial::after(&world, &[ACT]).await;
    assert_eq!(trial.refusal("update ledger_entry set payload = 'other'").await, "ledger_is_written_once");
    world.finish().await;
}

#[tokio::test]
async fn the_owner_of_the_tables_is_refused_by_the_tables_themselves() {
    let world = small_world().await;
    for attempt in [
        "delete from ledger_entry",
        "delete from act",
        "delete from ledger_head",
        "truncate ledger_entry",
        "truncate act cascade",
        "update ledger_entry set leaf_hash = sha256('other')",
        "update ledger_entry set payload = 'other'",
        "update act set entries = 2",
        "update act set first_index = 0; update act set first_index = 1",
        "update ledger_head set size = 3; update ledger_head set size = 2",
    ] {
        let mut trial = Trial::begin(&world, Role::Owner).await;
        trial.run(ACT).await.unwrap();
        assert_eq!(trial.refusal(attempt).await, "ledger_is_written_once", "{attempt}");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_payload_is_erased_whole_and_its_leaf_stays() {
    let world = small_world().await;
    let trial = Trial::after(&world, &[ACT]).await;
    assert_eq!(trial.refusal("update ledger_entry set payload = null").await, "entry_erased_whole");
    let trial = Trial::after(&world, &[ACT, "update ledger_entry set payload = null, nonce = null"]).await;
    let again = "update ledger_entry set payload = 'new', nonce = 'new'";
    assert_eq!(trial.refusal(again).await, "ledger_is_written_once");
    world.finish().await;
}
