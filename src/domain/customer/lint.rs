//! Terms that contradict themselves or say less than they need: flagged, never refused.
//!
//! Where a contract reads two ways, [`Terms::longer`] is the reading that the customer cannot dispute: each part of it
//! is the longer of the two. Where its terms are lawful but odd, [`Terms::oddities`] says so with the column.

use chrono::{DateTime, Utc};

use super::{Authorisation, Grounds, NoticeTerms, Policy, Terms, Window};
use crate::domain::calendar::{Convention, Start, Timing};
use crate::domain::change::ChangeKind;
use crate::domain::holidays::{BeyondCalendar, Holidays};

/// Countries whose holidays are made by their parts, each with the calendar of one: the country's own calendar has only
/// those that all parts share.
const FEDERAL: &[(&str, &str)] = &[
    ("AU", "AU-NSW"),
    ("BR", "BR-SP"),
    ("CA", "CA-ON"),
    ("CH", "CH-ZH"),
    ("DE", "DE-BY"),
    ("ES", "ES-MD"),
    ("GB", "GB-ENG"),
    ("IN", "IN-KA"),
    ("MY", "MY-10"),
    ("US", "US-CA"),
];

/// Something odd in a contract's terms.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Oddity {
    #[error(
        "{objection} {objection_convention} to object outlast the notice of {notice} {convention}: the window decides"
    )]
    WindowOutlastsNotice {
        objection: u16,
        objection_convention: Convention,
        notice: u16,
        convention: Convention,
    },
    #[error("no notice at all: is 0 what the contract says?")]
    NoNotice,
    #[error(
        "a notice of {notice} {convention} would be older than policy.notice_valid_days = {valid_days} before it has run: raise that"
    )]
    OutlastsValidity { notice: u16, convention: Convention, valid_days: u16 },
    #[error("working days without a holiday calendar: Monday to Friday")]
    NoCalendar,
    #[error("{code} has only the holidays that all its parts share; name the part, as in {example}")]
    CalendarWithoutPart { code: &'static str, example: &'static str },
    #[error("for a change announced today, {0}")]
    BeyondCalendar(BeyondCalendar),
}

impl Oddity {
    /// The column of a file in which it stands.
    pub fn column(&self) -> &'static str {
        match self {
            Self::NoNotice | Self::OutlastsValidity { .. } => "notice_days",
            Self::WindowOutlastsNotice { .. } => "objection_days",
            Self::NoCalendar | Self::CalendarWithoutPart { .. } | Self::BeyondCalendar(_) => "holidays",
        }
    }
}

/// A period in days, roughly: good enough to say which of two is longer.
fn rough_days((n, convention): (u16, Convention)) -> u32 {
    let n = u32::from(n);
    match convention {
        Convention::ClearDays | Convention::CalendarDays | Convention::Eu118271 => n,
        Convention::WorkingDays => n * 7 / 5,
        Convention::Months => n * 30,
    }
}

fn notice(timing: &Timing) -> (u16, Convention) {
    (timing.notice.0.get(), timing.notice.1)
}

fn objection(timing: &Timing) -> Option<(u16, Convention)> {
    timing.objection.map(|(days, convention)| (days.get(), convention))
}

/// How late each way to start makes the notice day.
fn lateness(start: Start) -> u8 {
    match start {
        Start::HandedOver => 0,
        Start::Listed => 1,
        Start::Received => 2,
    }
}

impl Terms {
    /// What is odd in them under this policy, for a change announced at `at`. What is all the policy's is not theirs.
    pub fn oddities(&self, policy: &Policy, at: DateTime<Utc>) -> Vec<Oddity> {
        let timing = self.timing(policy, false);
        let mut odd = Vec::new();
        let says_days = self.notice != NoticeTerms::default() || matches!(self.objection, Window::Days(_));
        if let Some(window) = objection(&timing).filter(|_| says_days)
            && rough_days(window) > rough_days(notice(&timing))
        {
            let ((objection, objection_convention), (notice, convention)) = (window, notice(&timing));
            odd.push(Oddity::WindowOutlastsNotice { objection, objection_convention, notice, convention });
        }
        let (notice, convention) = notice(&timing);
        if self.notice.n.is_some() && notice == 0 {
            odd.push(Oddity::NoNotice);
        }
        let valid_days = policy.notice_valid_days;
        if says_days && rough_days((notice, convention)) >= u32::from(valid_days) {
            odd.push(Oddity::OutlastsValidity { notice, convention, valid_days });
        }
        let conventions = [Some(timing.notice.1), timing.objection.map(|(_, convention)| convention)];
        let counts = |convention| conventions.contains(&Some(convention));
        if says_days && counts(Convention::WorkingDays) && timing.holidays.codes().is_empty() {
            odd.push(Oddity::NoCalendar);
        }
        if let Some(holidays) = &self.holidays {
            if counts(Convention::WorkingDays) || counts(Convention::Eu118271) {
                odd.extend(without_part(holidays));
            }
            odd.extend(timing.check_holidays(at, &timing.periods(at)).err().map(Oddity::BeyondCalendar));
        }
        odd
    }

    /// Of two readings of one contract the one longer for the customer, part by part. Zones cannot be ordered: the
    /// first one's stays.
    #[must_use]
    pub fn longer(mut self, other: &Self, policy: &Policy) -> Self {
        let (ours, theirs) = (self.timing(policy, false), other.timing(policy, false));
        self.objection = longer_window(&self, other, &ours, &theirs).clone();
        if rough_days(notice(&theirs)) > rough_days(notice(&ours)) {
            (self.notice.n, self.notice.convention) = (other.notice.n, other.notice.convention);
        }
        if lateness(theirs.start) > lateness(ours.start) {
            self.notice.start = Some(theirs.start);
        }
        if other.authorisation() == Authorisation::Specific {
            self.authorisation = Some(Authorisation::Specific);
        }
        if self.holidays != other.holidays {
            let codes: Vec<_> = ours.holidays.codes().iter().chain(theirs.holidays.codes()).collect();
            self.holidays = Holidays::get(&codes).ok().or(self.holidays);
        }
        self.kinds = match (self.kinds, &other.kinds) {
            (Some(ours), Some(theirs)) => {
                let more = theirs.iter().filter(|kind| !ours.contains(kind)).copied();
                Some(ours.iter().copied().chain(more).collect::<Vec<ChangeKind>>())
            }
            _ => None,
        };
        self.emergency = match (self.emergency, &other.emergency) {
            (Some(ours), Some(theirs)) if theirs.n > ours.n => Some(theirs.clone()),
            (Some(ours), Some(_)) => Some(ours),
            _ => None,
        };
        if other.grounds != Some(Grounds::Reasonable) {
            self.grounds = other.grounds;
        }
        self
    }
}

/// The longer window. One that is open until the change takes effect is longer than one that closes within the notice.
fn longer_window<'a>(first: &'a Terms, second: &'a Terms, ours: &Timing, theirs: &Timing) -> &'a Window {
    let longest_notice = rough_days(notice(ours)).max(rough_days(notice(theirs)));
    let length = |timing: &Timing| objection(timing).map_or(longest_notice, rough_days);
    if length(theirs) > length(ours) { &second.objection } else { &first.objection }
}

fn without_part(holidays: &Holidays) -> impl Iterator<Item = Oddity> {
    let federal = |code: &&'static str| FEDERAL.iter().find(|(country, _)| country == code);
    let codes = holidays.codes().iter();
    codes.filter_map(move |code| Some(Oddity::CalendarWithoutPart { code, example: federal(code)?.1 }))
}

#[cfg(test)]
mod tests {
    use super::super::super::zone::Zone;
    use super::*;

    fn terms(json: &str) -> Terms {
        serde_json::from_str(json).unwrap()
    }

    fn policy() -> Policy {
        Policy::in_zone(Zone::utc())
    }

    fn odd(json: &str) -> Vec<String> {
        let at = "2026-11-23T09:00:00Z".parse().unwrap();
        let said = terms(json).oddities(&policy(), at);
        said.iter().map(|odd| format!("{}: {odd}", odd.column())).collect()
    }

    #[test]
    fn a_window_that_outlasts_the_notice_is_odd_also_where_the_policy_says_one_of_them() {
        let says = "objection_days: 20 clear_days to object outlast the notice of 10 working_days: the window decides";
        let both = r#"{"notice":{"n":10,"convention":"working_days"},"objection":{"n":20,"convention":"clear_days"},"holidays":["FR"]}"#;
        assert_eq!(odd(both), [says]);
        assert_eq!(odd(r#"{"objection":{"n":31}}"#).len(), 1, "the policy's notice is 30 days");
        for fine in ["{}", r#"{"objection":{"n":30}}"#, r#"{"notice":{"n":20},"objection":null}"#] {
            assert_eq!(odd(fine), Vec::<String>::new(), "{fine}");
        }
    }

    #[test]
    fn no_notice_is_odd_and_so_is_one_that_ages_before_it_has_run() {
        let zero = "notice_days: no notice at all: is 0 what the contract says?";
        for none in [r#"{"notice":{"n":0}}"#, r#"{"notice":{"n":0},"objection":null}"#] {
            assert_eq!(odd(none), [zero], "{none}");
        }
        let long = "notice_days: a notice of 7 months would be older than policy.notice_valid_days = 180 before it has run: raise that";
        assert_eq!(odd(r#"{"notice":{"n":7,"convention":"months"}}"#), [long]);
        assert_eq!(odd(r#"{"notice":{"n":170}}"#), Vec::<String>::new());
    }

    #[test]
    fn working_days_need_a_calendar_and_a_federal_one_its_part() {
        let none = r#"{"notice":{"convention":"working_days"}}"#;
        assert_eq!(odd(none), ["holidays: working days without a holiday calendar: Monday to Friday"]);
        let germany = r#"{"notice":{"convention":"working_days"},"holidays":["DE","FR"]}"#;
        assert_eq!(
            odd(germany),
            ["holidays: DE has only the holidays that all its parts share; name the part, as in DE-BY"]
        );
        for fine in [
            r#"{"notice":{"convention":"working_days"},"holidays":["DE-BY"]}"#,
            r#"{"notice":{"convention":"clear_days"},"holidays":["DE"]}"#,
        ] {
            assert_eq!(odd(fine), Vec::<String>::new(), "{fine}");
        }
    }

    #[test]
    fn every_federal_country_and_its_part_have_calendars() {
        for (country, part) in FEDERAL {
            assert!(part.starts_with(country) && Holidays::get(&[*country, *part]).is_ok(), "{part}");
        }
    }

    #[test]
    fn a_calendar_that_ends_too_early_is_odd() {
        let says = odd(r#"{"notice":{"n":60,"convention":"working_days"},"holidays":["LK"]}"#);
        assert_eq!(says.len(), 1);
        assert!(says[0].starts_with("holidays: for a change announced today, 2027-"), "{says:?}");
        assert!(says[0].ends_with("known for 2010 to 2026 only"));
    }

    #[test]
    fn of_two_readings_the_longer_holds_part_by_part() {
        let longer = |one: &str, other: &str| {
            let (one, other) = (terms(one), terms(other));
            let both = [one.clone().longer(&other, &policy()), other.longer(&one, &policy())];
            both.map(|terms| serde_json::to_string(&terms).unwrap())
        };
        let alike = |one: &str, other: &str, says: &str| assert_eq!(longer(one, other), [says; 2]);
        alike(
            r#"{"notice":{"n":30,"convention":"clear_days"}}"#,
            r#"{"notice":{"n":45,"convention":"clear_days"}}"#,
            r#"{"notice":{"n":45,"convention":"clear_days"}}"#,
        );
        alike(
            r#"{"notice":{"n":25,"convention":"working_days"},"holidays":["FR"]}"#,
            r#"{"notice":{"n":1,"convention":"months"},"authorisation":"specific","holidays":["DE-BY"]}"#,
            r#"{"authorisation":"specific","notice":{"n":25,"convention":"working_days"},"holidays":["DE-BY","FR"]}"#,
        );
        alike(r#"{"objection":{"n":60}}"#, r#"{"objection":null}"#, r#"{"objection":{"n":60}}"#);
        alike(r#"{"kinds":["addition"]}"#, "{}", "{}");
        alike(r#"{"emergency":{"n":3},"grounds":"reasonable"}"#, "{}", "{}");
        assert_eq!(longer(r#"{"objection":{"n":10}}"#, r#"{"objection":null}"#)[0], r#"{"objection":null}"#);
    }
}
