//! Each invariant of `doctor` finds the row that breaks it: a check that cannot fail checks nothing.

use std::collections::BTreeSet;

use forenotice::store::invariants;

use super::{Role, Trial, small_world};

const OBJECTION: &str = "insert into objection (id, reference, customer_id, recipient_id, channel, statement, received_at, entered_at,
        state, answer_due_on, door_id)
    values (1, 'OBJ-2026-0001', 1, 1, 'console', 'no', '2026-12-01T00:00Z', '2026-12-01T00:00Z', 'lodged', '2026-12-15', null);";

/// What breaks it, with every trigger and foreign key switched off, and the invariant that must find it.
const BREAKAGES: &[(&str, &str)] = &[
    ("effective_through_the_gate", "update change set state = 'effective', took_effect_at = effective_at"),
    (
        "in_force_for_a_customer_through_the_gate",
        "update change set go_live = 'per_customer', first_in_force_at = '2027-01-15T00:00Z';
         update obligation set in_force_at = '2027-01-15T00:00Z'",
    ),
    (
        "nothing_outstanding_at_effect",
        "update change set state = 'effective', took_effect_at = effective_at;
         update obligation set state = 'owed', served_by = null, served_at = null, clear_at = null, earliest_by_notice = null,
                notice_started_at = null, window_closes_at = null",
    ),
    (
        "objection_found_after_effect",
        "insert into objection_change (objection_id, change_id, customer_id, received_at, in_time, found_after_effect)
         values (1, 1, 1, '2026-12-01T00:00Z', true, true)",
    ),
    (
        "exclusion_confirmed_before_clear",
        "insert into objection_change (objection_id, change_id, customer_id, received_at, in_time, outcome, resolved_at, clear_at)
         values (1, 1, 1, '2026-12-01T00:00Z', true, 'accommodated', '2026-12-02T00:00Z', '2026-12-02T00:00Z')",
    ),
    ("silence_excludes_on_file", "update obligation set consent = 'silent'"),
    ("served_by_an_accepted_letter", "update delivery set bounced_at = '2026-11-25T00:00Z'"),
    ("served_without_letter_has_a_cause", "update obligation set served_by = null"),
    ("delivery_to_its_own_customer", "update delivery set customer_id = 99"),
    ("obligation_of_a_known_customer", "update obligation set contract_id = 99"),
    ("queued_letter_lies_in_an_open_batch", "update delivery set state = 'queued', accepted_at = null"),
    ("announced_to_whoever_is_entitled", "delete from obligation"),
    (
        "objection_by_link_has_its_receipt",
        "update objection set channel = 'link', door_id = '00000000-0000-0000-0000-000000000001'",
    ),
    (
        "in_time_by_the_instant_it_reached_us",
        "insert into objection_change (objection_id, change_id, customer_id, received_at, in_time)
         values (1, 1, 1, '2026-12-02T00:00Z', true)",
    ),
    ("act_places_are_dense", "insert into act (at, actor, entries, first_index) values ('2026-12-01', 'daemon', 1, 5)"),
    ("act_has_its_entries", "insert into act (at, actor, entries) values ('2026-12-01', 'daemon', 1)"),
    (
        "act_has_its_entries",
        "insert into ledger_entry (act_id, ordinal, kind, leaf_hash, nonce, payload)
         select 1 << 30, 0, 'change_held', sha256('\\x00' || sha256('noncepayload')), 'nonce', 'payload'",
    ),
    ("ledger_head_is_its_acts", "update ledger_head set size = 7"),
    (
        "leaf_commits_to_its_payload",
        "insert into ledger_entry (act_id, ordinal, kind, leaf_hash, nonce, payload)
         values (1, 0, 'change_held', sha256('another payload'), sha256('nonce'), 'payload')",
    ),
    ("guards_stand", "alter table act disable trigger act_never_deleted"),
    ("app_cannot_rewrite_the_ledger", "grant update (leaf_hash) on ledger_entry to forenotice_app"),
    ("daemon_owns_nothing", "alter table task owner to forenotice_app"),
    (
        "register_fact_has_an_effective_change",
        "insert into subprocessor_version (subprocessor_id, valid_from, listed, facts, change_id) values (1, '2026-11-24', true, '{}', 1)",
    ),
    (
        "clear_never_before_service",
        "alter table obligation drop constraint obligation_never_clear_before_service;
         update obligation set served_at = clear_at + interval '1 day'",
    ),
];

#[tokio::test]
async fn a_world_that_keeps_its_promises_passes() {
    let world = small_world().await;
    assert_eq!(world.broken_promises().await, Vec::<String>::new());
}

#[tokio::test]
async fn every_invariant_finds_the_row_that_breaks_it() {
    let world = small_world().await;
    for (name, breakage) in BREAKAGES {
        let mut trial = Trial::begin(&world, Role::SuperuserPastTriggers).await;
        trial.run(OBJECTION).await.unwrap();
        trial.run(breakage).await.unwrap();
        let findings = invariants::check(&mut trial.conn).await.unwrap();
        let broken: Vec<_> = findings
            .iter()
            .filter(|finding| !finding.holds())
            .map(|finding| finding.invariant.name)
            .collect();
        assert!(broken.contains(name), "{name} did not find its breakage; broken: {broken:?}");
    }
}

#[tokio::test]
async fn no_receipt_is_missed_where_no_letter_may_go() {
    let world = small_world().await;
    let mut trial = Trial::begin(&world, Role::SuperuserPastTriggers).await;
    trial.run(OBJECTION).await.unwrap();
    trial
        .run(
            "update objection set channel = 'link', door_id = '00000000-0000-0000-0000-000000000001';
             update recipient set suppressed_at = '2026-11-30', suppressed_why = 'refused'",
        )
        .await
        .unwrap();
    let findings = invariants::check(&mut trial.conn).await.unwrap();
    let receipts = findings.iter().find(|f| f.invariant.name == "objection_by_link_has_its_receipt").unwrap();
    assert!(receipts.holds(), "{:?}", receipts.rows);
}

#[test]
fn no_invariant_is_left_without_a_breakage() {
    let shown: BTreeSet<&str> = BREAKAGES.iter().map(|(name, _)| *name).collect();
    let all: BTreeSet<&str> = invariants::ALL.iter().map(|invariant| invariant.name).collect();
    assert_eq!(shown, all);
}
