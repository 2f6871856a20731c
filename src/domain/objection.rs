//! Objections: what a customer says against a change, until it is answered and its remedy has run.
//!
//! `lodge_objection` writes them with their receipt, `resolve_objection` answers and resolves, the [gate](super::gate) reads what
//! they leave behind: whether they count, whether they are resolved, and from which instant they stand in nobody's way.
//! Promise: in time is decided by the instant the statement reached us, never by when somebody looked.

mod agenda;
mod resolution;

pub use agenda::{Agenda, Lapses, Step, forbids_overruling, gives_a_way_out, lapse, lapse_of_all};
pub use resolution::{Asked, AskedTooLittle, Outcome, Remedies, Resolution};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::customer::{CustomerId, Terms};
use super::recipient::{Addressee, RecipientId};

id!(ObjectionId);

/// A replica's clock may be off by up to this much; the doubt is the customer's.
pub const SKEW_GIVEN: TimeDelta = TimeDelta::seconds(1);
pub const STATEMENT_CHARACTERS_MAX: usize = 64 * 1024;

words! {
    /// How a statement came.
    Channel {
        Link = "link",
        Reply = "reply",
        Console = "console",
        Api = "api",
        Letter = "letter",
        Phone = "phone",
        Ticket = "ticket",
        Meeting = "meeting",
    }
}

words! {
    /// Who speaks in what is added to an objection. `record`: nobody; it stands there for the file, and no customer is shown it.
    Voice { Theirs = "theirs", Ours = "ours", Record = "record" }
}

impl Channel {
    /// Whether it came by a door of ours, which vouches for the instant; else somebody entered it by hand.
    pub fn is_door(self) -> bool {
        matches!(self, Self::Link | Self::Reply | Self::Api)
    }
}

words! {
    /// Where an objection stands. `resolved` is an end.
    State {
        Lodged = "lodged",
        /// Its receipt is queued.
        Acknowledged = "acknowledged",
        UnderReview = "under_review",
        Resolved = "resolved",
    }
}

words! {
    /// What can be done to an objection.
    Act { Acknowledge = "acknowledge", Review = "review", Answer = "answer", Resolve = "resolve" }
}

/// The act does not fit the state; the sentence names those that do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an objection that is {state} does not allow {act}; {}", allowed(*state))]
pub struct IllegalAct {
    pub state: State,
    pub act: Act,
}

fn allowed(state: State) -> String {
    let acts: Vec<_> =
        Act::ALL.iter().filter(|act| state.after(**act).is_ok()).map(|act| act.as_str()).collect();
    if acts.is_empty() { "its life is over".to_owned() } else { format!("it allows {}", acts.join(", ")) }
}

impl State {
    /// The state after an act (chapter 2, "Objections"). An answer begins the review and may be given more than once.
    pub fn after(self, act: Act) -> Result<Self, IllegalAct> {
        match (self, act) {
            (Self::Lodged, Act::Acknowledge) => Ok(Self::Acknowledged),
            (Self::Lodged | Self::Acknowledged, Act::Review | Act::Answer)
            | (Self::UnderReview, Act::Answer) => Ok(Self::UnderReview),
            (Self::Lodged | Self::Acknowledged | Self::UnderReview, Act::Resolve) => Ok(Self::Resolved),
            (Self::Acknowledged | Self::UnderReview, Act::Acknowledge)
            | (Self::UnderReview, Act::Review)
            | (Self::Resolved, _) => Err(IllegalAct { state: self, act }),
        }
    }
}

words! {
    Timeliness { InTime = "in_time", Late = "late" }
}

/// How far an objection window reaches, by the terms of the notice day and whether the change is an emergency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It shuts the gate until it closes: after the effect nothing is in time.
    UntilEffect,
    /// The terms let that of an emergency run on after the start, and it shuts no gate.
    AfterStart,
}

impl Reach {
    /// Not by what the customer has waived or said since: that opens the gate, and gives no later deadline.
    pub fn of(terms: &Terms, emergency: bool) -> Self {
        if terms.window_shuts(emergency) { Self::UntilEffect } else { Self::AfterStart }
    }
}

/// Whether a statement that reached us at `received_at` is in time.
///
/// `deadline` is what was printed (none: until the change takes effect), `effect_at` the instant at which the change came into force for
/// this customer, if it did. In time is before the deadline, with [`SKEW_GIVEN`] in the customer's favour, and, unless the window
/// reaches further, before the effect.
pub fn timeliness(
    received_at: DateTime<Utc>,
    deadline: Option<DateTime<Utc>>,
    effect_at: Option<DateTime<Utc>>,
    reach: Reach,
) -> Timeliness {
    let before_deadline = deadline.is_none_or(|deadline| received_at < deadline + SKEW_GIVEN);
    let before_effect = effect_at.is_none_or(|effect| received_at < effect);
    let runs_on = reach == Reach::AfterStart && deadline.is_some();
    if before_deadline && (before_effect || runs_on) { Timeliness::InTime } else { Timeliness::Late }
}

/// The last day for our answer: the `working_days`-th working day after the local day of receipt. Zero: the day of receipt.
pub fn answer_due_on(
    received_on: NaiveDate,
    working_days: u16,
    is_working_day: impl Fn(NaiveDate) -> bool,
) -> NaiveDate {
    let mut later = received_on.iter_days().skip(1).filter(|day| is_working_day(*day));
    match usize::from(working_days).checked_sub(1) {
        None => received_on,
        Some(before) => later.nth(before).unwrap_or(NaiveDate::MAX),
    }
}

/// Whether this recipient's own link may take the objection back: that of a contact who speaks for the customer whose it is; of
/// one that is nobody's customer's yet, that of whoever sent it.
pub fn may_take_back(customer: Option<CustomerId>, sender: Option<RecipientId>, who: &Addressee) -> bool {
    match customer {
        Some(customer) => who.customer == customer && who.speaks_for_customer(),
        None => sender == Some(who.recipient),
    }
}

/// The objection that a single letter is about, by its key: `receipt:OBJ-2026-0007:12`.
pub fn in_letter_key(key: &str) -> Option<&str> {
    key.split(':').find(|part| part.starts_with("OBJ-"))
}

/// `OBJ-2026-0001`: the year it was entered in, and a number that never repeats.
pub fn reference(year: i32, number: ObjectionId) -> String {
    format!("OBJ-{year}-{:04}", number.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::NoticeDays;
    use crate::domain::customer::EmergencyTerms;

    fn at(instant: &str) -> DateTime<Utc> {
        instant.parse().unwrap()
    }

    fn day(day: &str) -> NaiveDate {
        day.parse().unwrap()
    }

    #[test]
    fn an_objection_is_in_time_until_the_last_moment_of_its_window_and_the_skew_is_the_customers() {
        let deadline = Some(at("2026-12-07T23:00:00Z"));
        let rows = [
            ("2026-12-07T22:59:59.999999Z", Timeliness::InTime),
            ("2026-12-07T23:00:00Z", Timeliness::InTime),
            ("2026-12-07T23:00:00.999999Z", Timeliness::InTime),
            ("2026-12-07T23:00:01Z", Timeliness::Late),
        ];
        for (received, expected) in rows {
            assert_eq!(timeliness(at(received), deadline, None, Reach::UntilEffect), expected, "{received}");
        }
    }

    #[test]
    fn without_a_printed_deadline_the_effect_is_the_deadline() {
        let effect = Some(at("2026-12-24T00:00:05Z"));
        // Also where the terms let the window of an emergency run on: there is no day until which.
        for reach in [Reach::UntilEffect, Reach::AfterStart] {
            let said = |instant, effect| timeliness(at(instant), None, effect, reach);
            assert_eq!(said("2026-12-24T00:00:04.999999Z", effect), Timeliness::InTime);
            assert_eq!(said("2026-12-24T00:00:05Z", effect), Timeliness::Late);
            assert_eq!(said("2036-01-01T00:00:00Z", None), Timeliness::InTime);
        }
    }

    #[test]
    fn after_the_effect_an_open_window_no_longer_makes_it_timely() {
        let late = timeliness(
            at("2026-12-25T00:00:00Z"),
            Some(at("2027-01-01T00:00:00Z")),
            Some(at("2026-12-24T00:00:00Z")),
            Reach::UntilEffect,
        );
        assert_eq!(late, Timeliness::Late);
    }

    #[test]
    fn where_the_terms_let_it_run_on_after_an_emergencys_start_its_deadline_alone_decides() {
        let (deadline, effect) = (Some(at("2027-01-01T00:00:00Z")), Some(at("2026-12-24T00:00:00Z")));
        let said = |instant| timeliness(at(instant), deadline, effect, Reach::AfterStart);
        assert_eq!(said("2026-12-23T00:00:00Z"), Timeliness::InTime);
        assert_eq!(said("2026-12-24T00:00:00Z"), Timeliness::InTime);
        assert_eq!(said("2027-01-01T00:00:00.999999Z"), Timeliness::InTime);
        assert_eq!(said("2027-01-01T00:00:01Z"), Timeliness::Late);
    }

    #[test]
    fn a_window_reaches_past_the_start_of_an_emergency_only_and_only_where_the_terms_say_so() {
        let terms = |emergency| Terms { emergency, ..Terms::default() };
        let after = |window_after_start| {
            terms(Some(EmergencyTerms { n: NoticeDays::new(3).unwrap(), window_after_start }))
        };
        assert_eq!(Reach::of(&after(true), true), Reach::AfterStart);
        for (terms, emergency) in [(after(true), false), (after(false), true), (terms(None), true)] {
            assert_eq!(Reach::of(&terms, emergency), Reach::UntilEffect);
        }
    }

    #[test]
    fn the_answer_is_due_some_working_days_after_the_day_of_receipt() {
        let weekday = |day: NaiveDate| chrono::Datelike::weekday(&day).number_from_monday() < 6;
        assert_eq!(answer_due_on(day("2026-11-27"), 1, weekday), day("2026-11-30"));
        assert_eq!(answer_due_on(day("2026-11-27"), 5, weekday), day("2026-12-04"));
        assert_eq!(answer_due_on(day("2026-11-28"), 0, weekday), day("2026-11-28"));
        let and_no_holiday = |on: NaiveDate| weekday(on) && on != day("2026-12-25");
        assert_eq!(answer_due_on(day("2026-12-24"), 1, and_no_holiday), day("2026-12-28"));
    }

    #[test]
    fn an_illegal_act_names_the_legal_ones() {
        assert_eq!(
            State::UnderReview.after(Act::Acknowledge).unwrap_err().to_string(),
            "an objection that is under_review does not allow acknowledge; it allows answer, resolve"
        );
        assert_eq!(
            State::Resolved.after(Act::Resolve).unwrap_err().to_string(),
            "an objection that is resolved does not allow resolve; its life is over"
        );
    }
}
