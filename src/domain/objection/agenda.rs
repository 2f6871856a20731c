//! What falls due of an open objection by itself: its answer, the patience with nobody, the time that the terms give to settle it.
//!
//! Whoever lodges asks [`lapse`] and [`Agenda::next_after`] once; from then on `resolve_objection` looks when the instant has come.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::{State, answer_due_on};
use crate::domain::calendar::{Convention, deadline, last_day};
use crate::domain::customer::{Authorisation, Lapse, Policy, Regime, ResolutionUnit, Terms};

/// So many days before the terms' time is over the DPO is told.
const LAPSE_NEAR: Days = Days::new(7);

/// When the time to settle an objection is over, and what holds then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lapses {
    pub at: DateTime<Utc>,
    pub then: Lapse,
}

/// When an objection received at `received_at` lapses under these terms; none: time alone ends nothing.
///
/// Under DORA silence of the processor is no consent of the customer: what would count as accepted stays blocked.
pub fn lapse(received_at: DateTime<Utc>, terms: &Terms, policy: &Policy) -> Option<Lapses> {
    let resolution = terms.resolution?;
    match resolution.then {
        Lapse::Blocked => return None,
        Lapse::Accepted if terms.regimes.contains(&Regime::Dora) => return None,
        Lapse::Accepted | Lapse::CustomerMayTerminate | Lapse::EitherMayTerminate => {}
    }
    let timing = terms.timing(policy, false);
    let convention = match resolution.unit {
        ResolutionUnit::Days => Convention::CalendarDays,
        ResolutionUnit::WorkingDays => Convention::WorkingDays,
        ResolutionUnit::Months => Convention::Months,
    };
    let last = last_day(timing.zone.day_of(received_at), resolution.n, convention, &timing.holidays);
    Some(Lapses { at: deadline(last, &timing.zone), then: resolution.then })
}

/// Of an objection to several changes: the latest, and none if one of them never lapses.
pub fn lapse_of_all(each: impl IntoIterator<Item = Option<Lapses>>) -> Option<Lapses> {
    let each: Option<Vec<Lapses>> = each.into_iter().collect();
    each?.into_iter().max_by_key(|lapses| lapses.at)
}

/// Why these terms let no objection be overruled; none: they do.
pub fn forbids_overruling(terms: &Terms) -> Option<&'static str> {
    if terms.regimes.contains(&Regime::Dora) {
        Some("it is under DORA")
    } else if terms.authorisation() == Authorisation::Specific {
        Some("it needs the customer's own authorisation")
    } else if terms.resolution.is_some_and(|resolution| resolution.then == Lapse::Blocked) {
        Some("it blocks the change until the objection is settled")
    } else {
        None
    }
}

/// Whether an objection that is not followed gives the customer a way out under these terms, which must be told with its last day.
pub fn gives_a_way_out(terms: &Terms) -> bool {
    terms.resolution.is_some_and(|resolution| match resolution.then {
        Lapse::CustomerMayTerminate | Lapse::EitherMayTerminate => true,
        Lapse::Accepted | Lapse::Blocked => false,
    })
}

words! {
    /// Something of an objection that falls due by itself.
    Step {
        /// Its answer is due today.
        AnswerDue = "answer_due",
        AnswerOver = "answer_over",
        /// Nobody has looked at it for as long as the settings allow.
        Unattended = "unattended",
        LapseNear = "lapse_near",
        Lapse = "lapse",
    }
}

/// The days ahead of one objection, counted in the policy's zone.
#[derive(Clone, Debug)]
pub struct Agenda {
    /// By instant.
    steps: Vec<(DateTime<Utc>, Step)>,
}

impl Agenda {
    pub fn of(
        received_at: DateTime<Utc>,
        answer_due: NaiveDate,
        escalate_after: u16,
        lapses_at: Option<DateTime<Utc>>,
        policy: &Policy,
    ) -> Self {
        let zone = &policy.zone;
        let is_working_day = |day| policy.holidays.is_working_day(day);
        let unattended = answer_due_on(zone.day_of(received_at), escalate_after, is_working_day);
        let mut steps = vec![
            (zone.first_instant(answer_due), Step::AnswerDue),
            (deadline(answer_due, zone), Step::AnswerOver),
            (deadline(unattended, zone), Step::Unattended),
        ];
        if let Some(at) = lapses_at {
            steps.extend([(at - LAPSE_NEAR, Step::LapseNear), (at, Step::Lapse)]);
        }
        steps.sort();
        Self { steps }
    }

    /// The first instant after `after` at which something falls due.
    pub fn next_after(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.steps.iter().map(|(at, _)| *at).find(|at| *at > after)
    }

    /// What has fallen due at `now` and still says something: of an answer given nothing, and no earlier step that a later one tells too.
    pub fn due(&self, state: State, now: DateTime<Utc>) -> Vec<Step> {
        let waits = matches!(state, State::Lodged | State::Acknowledged);
        let due = || self.steps.iter().filter(|(at, _)| *at <= now).map(|(_, step)| *step);
        let come = |step| due().any(|other| other == step);
        due()
            .filter(|step| match step {
                Step::AnswerDue => waits && !come(Step::AnswerOver),
                Step::AnswerOver | Step::Unattended => waits,
                Step::LapseNear => !come(Step::Lapse),
                Step::Lapse => true,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::zone::Zone;

    fn at(instant: &str) -> DateTime<Utc> {
        instant.parse().unwrap()
    }

    fn terms(json: &str) -> Terms {
        serde_json::from_str(json).unwrap()
    }

    fn berlin() -> Policy {
        Policy::in_zone(Zone::get("Europe/Berlin").unwrap())
    }

    #[test]
    fn a_time_to_settle_runs_from_the_day_after_receipt_to_the_end_of_its_last_day() {
        // Tuesday evening in Berlin, Wednesday in Tokyo.
        let received = at("2026-11-24T16:00:00Z");
        let rows = [
            (r#"{"resolution":{"n":30,"then":"accepted"}}"#, Some("2026-12-24T23:00:00Z")),
            (
                r#"{"resolution":{"n":30,"then":"accepted"},"time_zone":"Asia/Tokyo"}"#,
                Some("2026-12-25T15:00:00Z"),
            ),
            (
                r#"{"resolution":{"n":5,"unit":"working_days","then":"accepted"}}"#,
                Some("2026-12-01T23:00:00Z"),
            ),
            (
                r#"{"resolution":{"n":2,"unit":"months","then":"customer_may_terminate"}}"#,
                Some("2027-01-24T23:00:00Z"),
            ),
            (r#"{"resolution":{"n":30,"then":"blocked"}}"#, None),
            (r#"{"resolution":{"n":30,"then":"accepted"},"regimes":["dora"]}"#, None),
            (
                r#"{"resolution":{"n":1,"then":"either_may_terminate"},"regimes":["dora"]}"#,
                Some("2026-11-25T23:00:00Z"),
            ),
            ("{}", None),
        ];
        for (json, expected) in rows {
            let found = lapse(received, &terms(json), &berlin()).map(|lapses| lapses.at);
            assert_eq!(found, expected.map(at), "{json}");
        }
    }

    #[test]
    fn to_several_changes_the_latest_counts_and_one_that_never_lapses_keeps_all_open() {
        let on = |day: &str| Some(Lapses { at: at(&format!("{day}T00:00:00Z")), then: Lapse::Accepted });
        assert_eq!(lapse_of_all([on("2026-12-01"), on("2026-12-24")]), on("2026-12-24"));
        assert_eq!(lapse_of_all([on("2026-12-01"), None]), None);
    }

    #[test]
    fn some_terms_let_nobody_be_overruled() {
        let rows = [
            ("{}", false),
            (r#"{"regimes":["eu","dora"]}"#, true),
            (r#"{"authorisation":"specific"}"#, true),
            (r#"{"resolution":{"n":1,"then":"blocked"}}"#, true),
            (r#"{"resolution":{"n":1,"then":"customer_may_terminate"}}"#, false),
        ];
        for (json, expected) in rows {
            assert_eq!(forbids_overruling(&terms(json)).is_some(), expected, "{json}");
        }
    }

    #[test]
    fn what_falls_due_is_told_while_it_says_something() {
        let agenda = Agenda::of(
            at("2026-11-24T08:00:00Z"),
            "2026-12-08".parse().unwrap(),
            5,
            Some(at("2026-12-24T23:00:00Z")),
            &berlin(),
        );
        let due = |state, instant| agenda.due(state, at(instant));
        assert_eq!(agenda.next_after(at("2026-11-24T08:00:00Z")), Some(at("2026-12-01T23:00:00Z")));
        assert_eq!(due(State::Acknowledged, "2026-12-01T22:59:59Z"), []);
        assert_eq!(due(State::Acknowledged, "2026-12-01T23:00:00Z"), [Step::Unattended]);
        assert_eq!(due(State::Acknowledged, "2026-12-07T23:00:00Z"), [Step::Unattended, Step::AnswerDue]);
        assert_eq!(due(State::Acknowledged, "2026-12-08T23:00:00Z"), [Step::Unattended, Step::AnswerOver]);
        assert_eq!(due(State::UnderReview, "2026-12-08T23:00:00Z"), []);
        assert_eq!(due(State::UnderReview, "2026-12-17T23:00:00Z"), [Step::LapseNear]);
        assert_eq!(due(State::UnderReview, "2026-12-24T23:00:00Z"), [Step::Lapse]);
        assert_eq!(agenda.next_after(at("2026-12-24T23:00:00Z")), None);
    }
}
