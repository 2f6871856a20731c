use super::*;
use crate::domain::change::{ChangeId, Draft, InUse};
use crate::domain::customer::GoLive;
use crate::domain::gate::Objection;
use crate::domain::obligation::{Clearance, Consent};
use crate::domain::subprocessor::{Facts, SubprocessorId};

fn at(text: &str) -> DateTime<Utc> {
    format!("{text}T00:00:00Z").parse().unwrap()
}

/// Served on 1 December, clear on 1 January.
fn served() -> OfCustomer {
    let clearance = Clearance {
        served_at: at("2026-12-01"),
        notice_started_at: at("2026-12-01"),
        earliest_by_notice: at("2027-01-01"),
        window_closes_at: None,
        window_shuts: true,
        clear_at: at("2027-01-01"),
    };
    OfCustomer {
        obligation: Some((Standing::Served(clearance), Consent::Silence)),
        entitled: true,
        ..OfCustomer::default()
    }
}

/// The addition planned for 10 January; in force since `took_effect`.
fn addition(took_effect: Option<&str>) -> Step {
    let change = Change {
        id: ChangeId(1),
        reference: "CHG-2026-0001".into(),
        state: if took_effect.is_some() { State::Effective } else { State::InNotice },
        subprocessor_id: SubprocessorId(9),
        replaces_id: None,
        draft: Draft {
            kind: ChangeKind::Addition,
            facts: Facts { name: "Nimbus".into(), ..Facts::default() },
            before: None,
            replaces: None,
            reason: "Mail".into(),
            effective_on: "2027-01-10".parse().unwrap(),
            emergency: None,
        },
        effective_at: at("2027-01-10"),
        go_live: GoLive::Together,
        published_at: Some(at("2026-12-01")),
        needs_approval: false,
        approved: false,
        in_use: None,
        first_in_force_at: None,
        took_effect_at: took_effect.map(at),
    };
    Step { change, facts: None, customer: served(), in_force_at: None, service_lost: false }
}

fn case(step: Step) -> Case {
    let listed = (step.change.state == State::Effective).then(|| Some("CHG-2026-0001".to_owned()));
    Case { excluded: None, listed, covered: true, steps: vec![step] }
}

fn said(case: &Case, day: &str) -> (Vec<&'static str>, Option<DateTime<Utc>>) {
    match judge(case, at(day)) {
        Answer::Cleared => (Vec::new(), None),
        Answer::NotCleared { whys, earliest } => {
            assert!(!whys.is_empty());
            (whys.iter().map(|why| why.reason.as_str()).collect(), earliest)
        }
    }
}

#[test]
fn what_is_in_force_is_cleared_and_what_is_not_says_from_when() {
    let effective = case(addition(Some("2027-01-10")));
    assert_eq!(said(&effective, "2027-01-10"), (Vec::new(), None));
    let before = (vec!["not_in_force"], Some(at("2027-01-10")));
    assert_eq!(said(&effective, "2027-01-09"), before);
    let open = case(addition(None));
    assert_eq!(said(&open, "2027-01-09"), before);
    assert_eq!(said(&open, "2026-12-05"), (vec!["not_in_force", "notice_short"], Some(at("2027-01-10"))));
    // Nobody has decided it: the hour alone clears nobody.
    assert_eq!(said(&open, "2027-01-11"), (vec!["not_in_force"], None));
}

#[test]
fn the_customers_own_start_clears_it_before_the_others() {
    let mut step = addition(None);
    step.in_force_at = Some(at("2027-01-10"));
    assert_eq!(said(&case(step.clone()), "2027-01-10"), (Vec::new(), None));
    step.service_lost = true;
    assert_eq!(said(&case(step), "2027-01-10").0, ["notice_missing"]);
}

#[test]
fn a_bounce_after_the_effect_takes_the_clearance_back() {
    let mut step = addition(Some("2027-01-10"));
    step.service_lost = true;
    assert_eq!(said(&case(step), "2027-01-20"), (vec!["notice_missing"], None));
}

#[test]
fn an_objection_found_after_the_effect_takes_the_clearance_back_until_it_is_settled() {
    let mut step = addition(Some("2027-01-10"));
    let found = Objection { in_time: true, admitted: false, resolved: false, clear_at: None };
    step.customer.objections = vec![found];
    assert_eq!(said(&case(step.clone()), "2027-01-20"), (vec!["objection_open"], None));
    step.customer.objections = vec![Objection { resolved: true, clear_at: Some(at("2027-02-01")), ..found }];
    assert_eq!(said(&case(step.clone()), "2027-01-20"), (vec!["remedy_running"], Some(at("2027-02-01"))));
    assert_eq!(said(&case(step), "2027-02-01"), (Vec::new(), None));
}

#[test]
fn whoever_is_excluded_is_never_cleared_and_no_instant_is_promised() {
    let mut effective = case(addition(Some("2027-01-10")));
    effective.excluded = Some((at("2026-12-20"), None));
    assert_eq!(said(&effective, "2027-01-20"), (vec!["excluded"], None));
    effective.excluded = Some((at("2026-12-20"), Some(at("2027-01-15"))));
    assert_eq!(said(&effective, "2027-01-20"), (Vec::new(), None));
}

#[test]
fn whom_silence_keeps_out_is_not_cleared_until_its_yes() {
    let says = |consent, took_effect| {
        let mut step = addition(took_effect);
        step.customer.obligation = step.customer.obligation.map(|(standing, _)| (standing, consent));
        case(step)
    };
    let effective = Some("2027-01-10");
    assert_eq!(said(&says(Consent::Excluded, effective), "2027-01-20"), (vec!["excluded"], None));
    let mut on_file = says(Consent::Excluded, effective);
    on_file.excluded = Some((at("2026-12-20"), None));
    assert_eq!(said(&on_file, "2027-01-20"), (vec!["excluded"], None));
    let open = (vec!["not_in_force", "remedy_running", "excluded"], None);
    assert_eq!(said(&says(Consent::Silent, None), "2027-01-09"), open);
    assert_eq!(said(&says(Consent::Given, effective), "2027-01-20"), (Vec::new(), None));
}

#[test]
fn a_line_of_the_first_import_is_cleared_for_whom_a_contract_covers_it() {
    let stated = Case { excluded: None, listed: Some(None), covered: true, steps: Vec::new() };
    assert_eq!(said(&stated, "2027-01-20"), (Vec::new(), None));
    assert_eq!(said(&Case { covered: false, ..stated }, "2027-01-20"), (vec!["not_covered"], None));
    assert_eq!(said(&Case::default(), "2027-01-20"), (vec!["not_on_register"], None));
}

#[test]
fn in_use_although_held_clears_nobody() {
    let mut step = addition(None);
    step.change.state = State::Held;
    step.change.in_use = Some(InUse { since: "2027-01-12".parse().unwrap(), why: "a mistake".into() });
    assert_eq!(said(&case(step.clone()), "2027-01-20").0, ["not_in_force", "in_use_without_notice"]);
    // Also of what is on the register already, and used in a new way.
    step.change.draft.kind = ChangeKind::MaterialChange;
    let altered = Case { listed: Some(None), ..case(step) };
    assert_eq!(said(&altered, "2027-01-20").0, ["in_use_without_notice"]);
}

#[test]
fn what_was_removed_is_on_no_register_and_what_came_before_does_not_count_when_it_returns() {
    let mut old = addition(Some("2026-01-10"));
    old.service_lost = true;
    let mut removal = addition(Some("2026-06-01"));
    removal.change.draft.kind = ChangeKind::Removal;
    let gone = Case { covered: true, steps: vec![old, removal], ..Case::default() };
    assert_eq!(said(&gone, "2026-07-01").0, ["not_on_register"]);
    let mut back = gone.clone();
    back.listed = Some(Some("CHG-2026-0001".into()));
    back.steps.push(addition(Some("2027-01-10")));
    assert_eq!(said(&back, "2027-01-20"), (Vec::new(), None));
}
