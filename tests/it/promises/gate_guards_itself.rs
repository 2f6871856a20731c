//! Promise 1, kept by the database itself whoever writes: effective only through an open gate, for ever, and no fact that shuts it may
//! pretend to be older than the effect.

use super::{Role, Trial, small_world};
use forenotice::domain::change::ChangeId;
use forenotice::store::{gate, invariants};

const TAKE_EFFECT: &str = "update change set state = 'effective', took_effect_at = '2027-01-15T00:00Z', next_look_at = null where id = 1";
const OBJECTION: &str = "insert into objection (id, reference, customer_id, recipient_id, channel, statement, received_at, entered_at,
        state, answer_due_on)
    values (1, 'OBJ-2026-0001', 1, 1, 'console', 'no', '2026-12-01T00:00Z', '2026-12-01T00:00Z', 'lodged', '2026-12-15')";
const AGAINST: &str =
    "insert into objection_change (objection_id, change_id, customer_id, received_at, in_time)
    values (1, 1, 1, '2026-12-01T00:00Z', true)";

/// What shuts the gate, and the one reason that must name it.
const SHUTTERS: &[(&str, &str)] = &[
    (
        "notice_missing",
        "update obligation set state = 'owed', served_by = null, served_at = null, clear_at = null, earliest_by_notice = null,
                notice_started_at = null, window_closes_at = null",
    ),
    ("notice_missing", "update notice set fanned_out_at = null"),
    ("notice_missing", "update notice set cancelled_at = '2026-12-01T00:00Z'"),
    ("notice_missing", "update notice set valid_until = '2027-01-15T00:00Z'"),
    (
        "notice_short",
        "update obligation set earliest_by_notice = '2027-01-15T00:00:00.000001Z', clear_at = '2027-01-15T00:00:00.000001Z'",
    ),
    (
        "window_open",
        "update obligation set window_closes_at = '2027-01-15T00:00:00.000001Z', clear_at = '2027-01-15T00:00:00.000001Z'",
    ),
    ("consent_missing", "update obligation set consent = 'awaited'"),
    ("consent_missing", "update obligation set consent = 'refused'"),
    ("remedy_running", "update obligation set consent = 'silent'"),
    ("objection_open", "select"),
    (
        "remedy_running",
        "update objection_change set outcome = 'accommodated', resolved_at = '2026-12-02T00:00Z'",
    ),
    (
        "remedy_running",
        "update objection_change set outcome = 'terminated', resolved_at = '2026-12-02T00:00Z', clear_at = '2027-01-15T00:00:00.000001Z'",
    ),
    (
        "reply_untriaged",
        "insert into inbound_message (id, fingerprint, raw, received_at, state, class) overriding system value
         values (1, 'a', 'a', '2026-12-01T00:00Z', 'untriaged', 'unmatched');
         insert into inbound_hold (message_id, change_id) values (1, 1)",
    ),
    (
        "inbound_behind",
        "insert into inbound_message (fingerprint, raw, received_at) values ('a', 'a', '2027-01-14T23:59:59.999999Z')",
    ),
    ("inbound_behind", "update door set read_to = '2027-01-15T00:00:00.999999Z'"),
    ("inbound_behind", "update door set settle = '6 days'"),
    ("inbound_behind", "update door set state = 'fenced'"),
    ("approval_missing", "update change set needs_approval = true"),
    (
        "predecessor_open",
        "insert into change (id, reference, kind, state, subprocessor_id, facts, reason, products, effective_on, effective_at, go_live,
                             author_id, needs_approval)
         values (2, 'CHG-2026-0000', 'material_change', 'scheduled', 1, '{}', 'because', '{}', '2027-01-01', '2026-12-31T23:00Z', 'together', 1, false)",
    ),
];

const LATE: &str =
    "insert into objection_change (objection_id, change_id, customer_id, received_at, deadline_at, in_time)
    values (1, 1, 1, '2026-12-01T00:00Z', '2026-11-30T00:00Z', false)";

#[tokio::test]
async fn each_reason_alone_shuts_the_gate_and_is_named_alone() {
    let world = small_world().await;
    for (reason, shutter) in SHUTTERS {
        let against = *reason == "objection_open" || shutter.contains("objection_change");
        let before: &[&str] = if against { &[OBJECTION, AGAINST] } else { &[] };
        let mut trial = Trial::after(&world, before).await;
        trial.run(shutter).await.unwrap();
        let at = "2027-01-15T00:00:00Z".parse().unwrap();
        let found = gate::shut_by(&mut trial.conn, ChangeId(1), at).await.unwrap();
        let found: Vec<_> = found.iter().map(|reason| reason.as_str()).collect();
        assert_eq!(found, [*reason], "{shutter}");
        let error = trial.run(TAKE_EFFECT).await.unwrap_err();
        assert_eq!(error.constraint(), Some("change_gate_open"), "{shutter}: {error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[tokio::test]
async fn the_instant_at_which_a_period_ends_is_over_and_what_does_not_count_does_not_shut() {
    let world = small_world().await;
    let ends_now = "update obligation set earliest_by_notice = '2027-01-15T00:00Z', window_closes_at = '2027-01-15T00:00Z',
                           clear_at = '2027-01-15T00:00Z';
        update objection_change set outcome = 'terminated', resolved_at = '2026-12-02T00:00Z', clear_at = '2027-01-15T00:00Z';
        update door set read_to = '2027-01-15T00:00:01Z'";
    Trial::after(&world, &[OBJECTION, AGAINST, ends_now, TAKE_EFFECT]).await;
    let nobodys = "insert into objection_change (objection_id, change_id, received_at, in_time) values (1, 1, '2026-12-01T00:00Z', true)";
    Trial::after(&world, &[OBJECTION, nobodys, TAKE_EFFECT]).await;
    let said_yes = "update obligation set window_shuts = false, window_closes_at = '2028-01-01T00:00Z', consent = 'given',
        clear_at = earliest_by_notice";
    Trial::after(&world, &[OBJECTION, LATE, said_yes, TAKE_EFFECT]).await;
}

#[tokio::test]
async fn a_late_objection_that_was_admitted_shuts_like_one_in_time() {
    let world = small_world().await;
    let trial = Trial::after(&world, &[OBJECTION, LATE, "update objection_change set admitted_by = 1"]).await;
    assert_eq!(trial.refusal(TAKE_EFFECT).await, "change_gate_open");
}

const EACH_FOR_ITSELF: &str = "update change set go_live = 'per_customer'";
const START: &str = "update obligation set in_force_at = '2027-01-15T00:00Z', next_look_at = null";
const FIRST: &str = "update change set first_in_force_at = '2027-01-15T00:00Z'";

#[tokio::test]
async fn a_customer_starts_only_when_nothing_of_its_own_is_in_the_way() {
    let world = small_world().await;
    let started = Trial::after(&world, &[EACH_FOR_ITSELF, START, FIRST]).await;
    let back = "update obligation set in_force_at = null";
    assert_eq!(started.refusal(back).await, "obligation_in_force_is_final");
    let excluded = "insert into exclusion (customer_id, subprocessor_id, since, why) values (1, 1, '2026-12-01T00:00Z', 'asked')";
    let held = "insert into inbound_message (id, fingerprint, raw, received_at, state, class) overriding system value
            values (1, 'a', 'a', '2026-12-01T00:00Z', 'untriaged', 'unmatched');
        insert into inbound_hold (message_id, change_id) values (1, 1)";
    let remedy = "update objection_change set outcome = 'accommodated', resolved_at = '2026-12-02T00:00Z'";
    for in_the_way in [
        &[OBJECTION, AGAINST] as &[&str],
        &[OBJECTION, AGAINST, remedy],
        &["update obligation set consent = 'awaited'"],
        &["update obligation set consent = 'refused'"],
        &[excluded],
        &[held],
    ] {
        let trial = Trial::after(&world, &[&[EACH_FOR_ITSELF], in_the_way].concat()).await;
        assert_eq!(trial.refusal(START).await, "obligation_starts_only_when_clear", "{in_the_way:?}");
    }
    let not_its_own = "obligation_starts_with_its_change";
    assert_eq!(Trial::after(&world, &[]).await.refusal(START).await, not_its_own);
    let early = "update obligation set in_force_at = '2027-01-14T22:59:59Z'";
    assert_eq!(Trial::after(&world, &[EACH_FOR_ITSELF]).await.refusal(early).await, not_its_own);
    let unapproved = "update change set needs_approval = true";
    assert_eq!(Trial::after(&world, &[EACH_FOR_ITSELF, unapproved]).await.refusal(START).await, not_its_own);
    let period = "update obligation set earliest_by_notice = '2027-01-15T00:00:01Z', clear_at = '2027-01-15T00:00:01Z'";
    let short = Trial::after(&world, &[EACH_FOR_ITSELF, period]).await;
    assert_eq!(short.refusal(START).await, "obligation_in_force_is_clear");
}

#[tokio::test]
async fn what_is_in_force_for_some_is_neither_moved_nor_taken_back_and_owes_them_nothing_more() {
    let world = small_world().await;
    for back in [
        "update change set state = 'withdrawn'",
        "update change set state = 'held'",
        "update change set effective_at = '2027-02-14T23:00Z', effective_on = '2027-02-15'",
        "update change set first_in_force_at = null",
    ] {
        let trial = Trial::after(&world, &[EACH_FOR_ITSELF, START, FIRST]).await;
        assert_eq!(trial.refusal(back).await, "change_in_force_for_some_is_final", "{back}");
    }
    let trial = Trial::after(&world, &[EACH_FOR_ITSELF, START, FIRST]).await;
    let owed_again = "update obligation set state = 'owed', served_by = null, served_at = null, clear_at = null,
        earliest_by_notice = null, notice_started_at = null, window_closes_at = null, in_force_at = in_force_at";
    assert_eq!(trial.refusal(owed_again).await, "obligation_closed_by_effect");
    Trial::after(&world, &[EACH_FOR_ITSELF, START, FIRST, TAKE_EFFECT]).await;
}

#[tokio::test]
async fn a_change_is_never_born_effective_nor_brought_back_from_it() {
    let world = small_world().await;
    let born = "insert into change (id, reference, kind, state, subprocessor_id, facts, reason, products, effective_on, effective_at, go_live,
            author_id, needs_approval, took_effect_at)
        values (9, 'CHG-2026-0009', 'addition', 'effective', 1, '{}', 'because', '{}', '2027-01-15', '2027-01-14T23:00Z', 'together', 1, false,
                '2027-01-15T00:00Z')";
    assert_eq!(Trial::after(&world, &[]).await.refusal(born).await, "change_effective_is_final");
    for back in [
        "update change set state = 'in_notice', took_effect_at = null",
        "update change set took_effect_at = '2027-01-16T00:00Z'",
        "update change set effective_at = '2027-01-01T00:00Z'",
        "update change set state = 'withdrawn', took_effect_at = null",
    ] {
        let trial = Trial::after(&world, &[TAKE_EFFECT]).await;
        assert_eq!(trial.refusal(back).await, "change_effective_is_final", "{back}");
    }
}

#[tokio::test]
async fn it_never_takes_effect_before_its_instant_nor_under_another_isolation() {
    let world = small_world().await;
    let early = "update change set state = 'effective', took_effect_at = '2027-01-14T22:59:59Z'";
    assert_eq!(Trial::after(&world, &[]).await.refusal(early).await, "change_effective_not_early");
    let trial = Trial::after(&world, &["set transaction isolation level repeatable read"]).await;
    assert_eq!(trial.refusal(TAKE_EFFECT).await, "change_gate_isolation");
}

#[tokio::test]
async fn after_the_effect_the_books_are_closed() {
    let world = small_world().await;
    for (attempt, constraint) in [
        (
            "update obligation set state = 'owed', served_by = null, served_at = null, clear_at = null, earliest_by_notice = null,
                    notice_started_at = null, window_closes_at = null",
            "obligation_closed_by_effect",
        ),
        ("update obligation set consent = 'refused'", "obligation_closed_by_effect"),
        ("update obligation set consent = 'silent'", "obligation_closed_by_effect"),
        (
            "insert into obligation (change_id, customer_id, state) values (1, 2, 'owed')",
            "obligation_closed_by_effect",
        ),
        (
            "insert into objection_change (objection_id, change_id, customer_id, received_at, in_time)
             values (1, 1, 1, '2027-01-15T00:00Z', true)",
            "objection_in_time_means_before",
        ),
    ] {
        let trial = Trial::after(&world, &[OBJECTION, TAKE_EFFECT]).await;
        assert_eq!(trial.refusal(attempt).await, constraint, "{attempt}");
    }
}

#[tokio::test]
async fn an_exclusion_confirmed_shuts_nothing_and_is_undone_by_nothing_but_a_yes_after_the_effect() {
    let world = small_world().await;
    let excluded = "update obligation set consent = 'excluded'";
    for back in ["silent", "awaited", "refused"] {
        let trial = Trial::after(&world, &[excluded, TAKE_EFFECT]).await;
        let attempt = format!("update obligation set consent = '{back}'");
        assert_eq!(trial.refusal(&attempt).await, "obligation_closed_by_effect");
    }
    Trial::after(&world, &[excluded, TAKE_EFFECT, "update obligation set consent = 'given'"]).await;
}

#[tokio::test]
async fn an_objection_in_time_that_surfaces_after_the_effect_is_marked_so_and_doctor_tells_until_it_is_settled()
 {
    let world = small_world().await;
    let verdict = "insert into verdict (change_id, at, decided_at, open, reasons, doors)
        values (1, '2027-01-15T00:00Z', '2027-01-15T00:00Z', true, '[]', '[]')";
    let mut trial = Trial::after(&world, &[OBJECTION, verdict, TAKE_EFFECT, AGAINST]).await;
    assert_eq!(broken(&mut trial).await, ["objection_found_after_effect"]);
    let settled = "update objection_change set outcome = 'mitigated', resolved_at = '2027-01-16T00:00Z', clear_at = '2027-01-16T00:00Z'";
    trial.run(settled).await.unwrap();
    assert!(broken(&mut trial).await.is_empty());
}

async fn broken(trial: &mut Trial) -> Vec<&'static str> {
    let findings = invariants::check(&mut trial.conn).await.unwrap();
    findings.iter().filter(|finding| !finding.holds()).map(|finding| finding.invariant.name).collect()
}

#[tokio::test]
async fn an_objection_is_measured_and_resolved_as_the_table_has_it_whoever_writes() {
    let world = small_world().await;
    let late = "insert into objection_change (objection_id, change_id, customer_id, received_at, deadline_at, in_time)
        values (1, 1, 1, '2026-12-01T00:00:01Z', '2026-12-01T00:00:00Z', true)";
    assert_eq!(
        Trial::after(&world, &[OBJECTION]).await.refusal(late).await,
        "objection_in_time_means_before"
    );
    for approver in ["null", "1"] {
        let not_upheld = format!(
            "update objection_change set outcome = 'not_upheld', resolver_id = 1, approver_id = {approver}, resolved_at = '2026-12-02T00:00Z'"
        );
        let trial = Trial::after(&world, &[OBJECTION, AGAINST]).await;
        assert_eq!(trial.refusal(&not_upheld).await, "objection_not_upheld_by_two", "{approver}");
    }
    let twice = Trial::after(&world, &[OBJECTION, AGAINST]).await;
    let second = "insert into objection (id, reference, customer_id, channel, statement, received_at, entered_at, state, answer_due_on)
            values (2, 'OBJ-2026-0002', 1, 'console', 'no', '2026-12-01T00:00Z', '2026-12-01T00:00Z', 'lodged', '2026-12-15');
        insert into objection_change (objection_id, change_id, customer_id, received_at, in_time)
            values (2, 1, 1, '2026-12-01T00:00Z', true)";
    assert_eq!(twice.refusal(second).await, "objection_once_per_customer");
}

/// An emergency whose window runs on until the end of January, in force since the 15th.
const STARTED: &[&str] = &[
    OBJECTION,
    "insert into verdict (change_id, at, decided_at, open, reasons, doors)
     values (1, '2027-01-15T00:00Z', '2027-01-15T00:00Z', true, '[]', '[]')",
    "update change set emergency = 'the supplier went bankrupt', needs_approval = true, approver_id = 2;
     update obligation set window_shuts = false, window_closes_at = '2027-01-31T00:00Z', clear_at = earliest_by_notice",
    TAKE_EFFECT,
    "update objection set received_at = '2027-01-20T00:00Z', entered_at = '2027-01-20T00:00Z'",
];

fn against(received_at: &str, deadline_at: &str, after_start: bool) -> String {
    format!(
        "insert into objection_change (objection_id, change_id, customer_id, received_at, deadline_at, in_time, after_start)
         values (1, 1, 1, '{received_at}', '{deadline_at}', true, {after_start})"
    )
}

#[tokio::test]
async fn after_an_emergencys_start_an_objection_is_in_time_in_its_window_and_nowhere_else() {
    let world = small_world().await;
    let (received, closes) = ("2027-01-20T00:00Z", "2027-01-31T00:00Z");
    let mut trial = Trial::after(&world, STARTED).await;
    trial.run(&against(received, closes, true)).await.unwrap();
    assert_eq!(broken(&mut trial).await, Vec::<&str>::new());
    // Neither may it be said to have come before.
    let earlier = "update objection_change set received_at = '2027-01-10T00:00Z'";
    assert_eq!(trial.refusal(earlier).await, "objection_after_start_means_after");

    for (attempt, constraint) in [
        (against(received, closes, false), "objection_in_time_means_before"),
        (against(received, "2027-02-01T00:00Z", true), "objection_in_time_means_before"),
        (against("2027-01-31T00:00:01Z", closes, true), "objection_in_time_means_before"),
        (against("2027-01-14T00:00Z", closes, true), "objection_after_start_means_after"),
    ] {
        let trial = Trial::after(&world, STARTED).await;
        assert_eq!(trial.refusal(&attempt).await, constraint, "{attempt}");
    }
    for unlike in [
        "update change set emergency = null",
        "update obligation set window_shuts = true, window_closes_at = '2027-01-14T00:00Z', clear_at = '2027-01-14T00:00Z'",
    ] {
        let trial = Trial::after(&world, &[&STARTED[..3], &[unlike], &STARTED[3..]].concat()).await;
        let attempt = against(received, closes, true);
        assert_eq!(trial.refusal(&attempt).await, "objection_in_time_means_before", "{unlike}");
    }
}

#[tokio::test]
async fn doctor_finds_one_in_time_after_the_effect_that_no_such_window_allows() {
    let world = small_world().await;
    let mut trial = Trial::begin(&world, Role::SuperuserPastTriggers).await;
    for statement in STARTED {
        trial.run(statement).await.unwrap();
    }
    trial.run(&against("2027-01-20T00:00Z", "2027-01-31T00:00Z", true)).await.unwrap();
    assert_eq!(broken(&mut trial).await, Vec::<&str>::new());
    trial.run("update change set emergency = null").await.unwrap();
    assert_eq!(broken(&mut trial).await, ["in_time_by_the_instant_it_reached_us"]);
}

#[tokio::test]
async fn doctor_lets_nobodys_objection_stay_in_time_only_if_it_was_lodged_before_the_effect() {
    let world = small_world().await;
    let rule = "in_time_by_the_instant_it_reached_us";
    for (lodged, effect, in_order) in [(901, 902, true), (902, 901, false)] {
        let mut trial = Trial::begin(&world, Role::SuperuserPastTriggers).await;
        trial.run(OBJECTION).await.unwrap();
        trial.run(TAKE_EFFECT).await.unwrap();
        trial
            .run(
                "insert into objection_change (objection_id, change_id, received_at, in_time)
                 values (1, 1, '2027-01-15T00:00:00.4Z', true);
                 update objection set received_at = '2027-01-15T00:00:00.4Z', entered_at = '2027-01-15T00:00:00.4Z'",
            )
            .await
            .unwrap();
        assert!(broken(&mut trial).await.contains(&rule), "no act says when it was lodged");
        for (act, kind) in [(lodged, "objection_lodged"), (effect, "change_took_effect")] {
            trial
                .run(&format!(
                    "insert into act (id, at, actor, entries) overriding system value values ({act}, '2027-01-15T00:00:01Z', 'daemon', 1);
                     insert into ledger_entry (act_id, ordinal, kind, change_id, leaf_hash, nonce, payload)
                     values ({act}, 0, '{kind}', 1, sha256('leaf'), sha256('nonce'), '{{\"objection\":\"OBJ-2026-0001\"}}')"
                ))
                .await
                .unwrap();
        }
        assert_eq!(
            broken(&mut trial).await.contains(&rule),
            !in_order,
            "{lodged} lodged, {effect} took effect"
        );
    }
}
