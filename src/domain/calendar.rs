//! The calendar: from the instant of a service to the dates and instants that follow from a customer's terms.
//!
//! [`Timing`] is what the terms say; [`Timing::periods`] answers for one service, [`Timing::latest_notice_day`]
//! the other way round. [Plan](super::plan), [obligation](super::obligation) and every letter that prints a date
//! ask here and nowhere else. Sources: Regulation (EEC, Euratom) No 1182/71 Art. 3; BGB §§ 187, 188, 193.
//!
//! Days are local days of the customer's zone; they are counted on the calendar, also over a day that the zone
//! skipped, but nothing starts or takes effect on a day that never was. What is kept and compared are instants,
//! because a change takes effect at one instant for customers who live on different days. Promise: with more days,
//! or a later service, nothing becomes possible earlier.

mod count;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use super::holidays::{BeyondCalendar, Holidays};
use super::zone::Zone;

words! {
    /// How the days of a period are counted. None counts the notice day itself.
    Convention {
        /// Whole days lie between; no customer can dispute this reading.
        ClearDays = "clear_days",
        CalendarDays = "calendar_days",
        /// Regulation 1182/71: an objection period ends on a working day and holds two; a notice period, counted
        /// backwards from the effective date, is not moved but holds two working days.
        Eu118271 = "eu_1182_71",
        WorkingDays = "working_days",
        /// To the same number of a later month, else to that month's last day.
        Months = "months",
    }
}

words! {
    /// What starts the periods.
    Start {
        /// The relay's acceptance of the letter.
        HandedOver = "handed_over",
        /// Its arrival at the recipient's server, on a working day before 17:00 there.
        Received = "received",
        /// Its publication in the register, but not before it is handed over.
        Listed = "listed",
    }
}

/// Nobody reads mail that comes after business hours: from then on, `received` means the next working day.
const BUSINESS_HOURS_END: NaiveTime = match NaiveTime::from_hms_opt(17, 0, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// No period reaches back farther: 366 months, and the days that the conventions add.
const REACH_DAYS: u64 = 40 * 366;

/// What is known of one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// The relay accepted the delivery.
    pub handed_over_at: DateTime<Utc>,
    /// A delivery report, or the relay's event, that the recipient's server has it, reached us.
    pub received_at: Option<DateTime<Utc>>,
    /// The change appeared in the register.
    pub published_at: Option<DateTime<Utc>>,
}

impl Start {
    /// The instant that counts as the service.
    pub fn instant(self, service: &Service) -> DateTime<Utc> {
        let handed_over = service.handed_over_at;
        match self {
            Self::HandedOver => handed_over,
            Self::Received => service.received_at.unwrap_or(handed_over),
            Self::Listed => service.published_at.map_or(handed_over, |published| published.max(handed_over)),
        }
    }
}

/// How time runs for one customer, by its terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    pub notice: (NoticeDays, Convention),
    pub start: Start,
    /// Unset: the window is open until the change takes effect.
    pub objection: Option<(ObjectionDays, Convention)>,
    pub zone: Zone,
    pub holidays: Holidays,
}

/// What follows from one service. Days are the customer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    /// The day on which the periods start; never counted.
    pub notice_day: NaiveDate,
    /// The first day on which the change may be in force, as far as the notice period goes.
    pub earliest_day: NaiveDate,
    /// The last day on which an objection is in time.
    pub objection_last_day: Option<NaiveDate>,
    /// The first instant of the notice day, or the service if that is later.
    pub notice_started_at: DateTime<Utc>,
    /// The first instant of the earliest day, or the service if that is later.
    pub earliest_by_notice: DateTime<Utc>,
    /// An objection is in time before this instant. Unset: until the change takes effect.
    pub window_closes_at: Option<DateTime<Utc>>,
    /// The first instant at which this customer no longer stands in the way.
    pub clear_at: DateTime<Utc>,
}

impl Periods {
    /// By which the periods of two contracts compare: when they are clear, then how long their windows are; none is longer than
    /// until the change takes effect.
    pub fn how_long(&self) -> (DateTime<Utc>, bool, Option<DateTime<Utc>>) {
        (self.clear_at, self.window_closes_at.is_none(), self.window_closes_at)
    }
}

impl Timing {
    /// What follows from a service at `served_at` (see [`Start::instant`]).
    ///
    /// ```
    /// # use forenotice::domain::{calendar::*, holidays::Holidays, zone::Zone};
    /// # use chrono::{DateTime, Utc};
    /// let timing = Timing {
    ///     notice: (NoticeDays::new(30)?, Convention::ClearDays),
    ///     start: Start::HandedOver,
    ///     objection: None,
    ///     zone: Zone::get("America/Los_Angeles")?,
    ///     holidays: Holidays::none(),
    /// };
    /// let periods = timing.periods("2026-12-01T20:00:00Z".parse::<DateTime<Utc>>()?);
    /// assert_eq!(periods.earliest_day.to_string(), "2027-01-01");
    /// assert_eq!(periods.clear_at.to_rfc3339(), "2027-01-01T08:00:00+00:00");
    /// let tokyo = Zone::get("Asia/Tokyo")?;
    /// assert_eq!(earliest_effective_on(periods.clear_at, &tokyo).to_string(), "2027-01-02");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn periods(&self, served_at: DateTime<Utc>) -> Periods {
        self.periods_from(self.notice_day(served_at), served_at)
    }

    /// The greatest notice day whose `clear_at` is not after `effective_at`; `None` if no day is early enough.
    ///
    /// A day on which no notice period can start (one that the zone skips; a day without work, under
    /// [`Start::Received`]) is never the answer.
    pub fn latest_notice_day(&self, effective_at: DateTime<Utc>) -> Option<NaiveDate> {
        let in_time =
            |day: NaiveDate| self.periods_from(day, self.zone.first_instant(day)).clear_at <= effective_at;
        let after = self.zone.day_of(effective_at).checked_add_days(Days::new(1))?;
        let mut early = 1;
        while !in_time(after.checked_sub_days(Days::new(early))?) {
            early *= 2;
            if early > REACH_DAYS * 2 {
                return None;
            }
        }
        // In time `early` days before, too late `late` days before: the later the day, the later all is clear.
        let mut late = early / 2;
        while early - late > 1 {
            let middle = u64::midpoint(late, early);
            if in_time(after.checked_sub_days(Days::new(middle))?) { early = middle } else { late = middle }
        }
        let mut day = after.checked_sub_days(Days::new(early))?;
        while !self.may_start_on(day) {
            day = day.pred_opt()?;
        }
        Some(day)
    }

    /// Refuses an answer that rests on a year about which a holiday calendar of the terms says nothing.
    pub fn check_holidays(&self, served_at: DateTime<Utc>, periods: &Periods) -> Result<(), BeyondCalendar> {
        self.days_asked(served_at, periods).into_iter().try_for_each(|day| self.holidays.check(day))
    }

    /// The last year for which the answer asked the holiday calendars; `None` if it did not ask.
    pub fn last_year_asked(&self, served_at: DateTime<Utc>, periods: &Periods) -> Option<i32> {
        self.days_asked(served_at, periods).into_iter().map(|day| day.year()).max()
    }

    /// The first and last days on which the answer asked the holiday calendars, for each thing it asked.
    fn days_asked(&self, served_at: DateTime<Utc>, periods: &Periods) -> Vec<NaiveDate> {
        let asks = |convention| matches!(convention, Convention::Eu118271 | Convention::WorkingDays);
        let mut asked = Vec::new();
        if self.start == Start::Received {
            asked.extend([self.zone.day_of(served_at), periods.notice_day]);
        }
        if asks(self.notice.1) {
            asked.extend([periods.notice_day, periods.earliest_day]);
        }
        if let (Some((_, convention)), Some(last)) = (self.objection, periods.objection_last_day)
            && asks(convention)
        {
            asked.extend([periods.notice_day, last]);
        }
        asked
    }

    /// The local day on which the periods start.
    fn notice_day(&self, served_at: DateTime<Utc>) -> NaiveDate {
        let day = self.zone.day_of(served_at);
        match self.start {
            Start::HandedOver | Start::Listed => day,
            Start::Received => {
                let closed = served_at.with_timezone(&self.zone).time() >= BUSINESS_HOURS_END;
                let mut day = if closed { count::after(day, 1) } else { day };
                while !self.may_start_on(day) && day < NaiveDate::MAX {
                    day = count::after(day, 1);
                }
                day
            }
        }
    }

    fn may_start_on(&self, day: NaiveDate) -> bool {
        let working = match self.start {
            Start::HandedOver | Start::Listed => true,
            Start::Received => self.holidays.is_working_day(day),
        };
        working && self.zone.has_day(day)
    }

    fn periods_from(&self, notice_day: NaiveDate, served_at: DateTime<Utc>) -> Periods {
        let (notice, convention) = self.notice;
        let earliest_day = count::earliest(notice_day, notice, convention, &self.holidays);
        let earliest_day = self.zone.existing_day(earliest_day);
        let objection_last_day = self
            .objection
            .map(|(days, convention)| count::last(notice_day, days, convention, &self.holidays));
        let window_closes_at = objection_last_day.map(|last| deadline(last, &self.zone));
        let earliest_by_notice = self.zone.first_instant(earliest_day).max(served_at);
        Periods {
            notice_day,
            earliest_day,
            objection_last_day,
            notice_started_at: self.zone.first_instant(notice_day).max(served_at),
            earliest_by_notice,
            window_closes_at,
            clear_at: window_closes_at.map_or(earliest_by_notice, |closes| closes.max(earliest_by_notice)),
        }
    }
}

/// The instant before which an objection must have reached us: the first of the day after the last day.
///
/// ```
/// # use forenotice::domain::{calendar::deadline, zone::Zone};
/// let berlin = Zone::get("Europe/Berlin")?;
/// assert_eq!(deadline("2026-12-07".parse().unwrap(), &berlin).to_rfc3339(), "2026-12-07T23:00:00+00:00");
/// # Ok::<(), forenotice::domain::zone::UnknownZone>(())
/// ```
pub fn deadline(last_day: NaiveDate, zone: &Zone) -> DateTime<Utc> {
    zone.first_instant(count::after(last_day, 1))
}

/// The last day of a period of `n` that starts on `day`, which is not counted.
pub fn last_day(day: NaiveDate, n: ObjectionDays, convention: Convention, holidays: &Holidays) -> NaiveDate {
    count::last(day, n, convention, holidays)
}

/// The earliest lawful effective date: the smallest day of the policy's zone that begins at or after `clear_at`.
///
/// ```
/// # use forenotice::domain::{calendar::earliest_effective_on, zone::Zone};
/// let berlin = Zone::get("Europe/Berlin")?;
/// let on = |clear_at: &str| earliest_effective_on(clear_at.parse().unwrap(), &berlin).to_string();
/// assert_eq!(on("2026-12-23T23:00:00Z"), "2026-12-24");
/// assert_eq!(on("2026-12-23T23:00:01Z"), "2026-12-25");
/// # Ok::<(), forenotice::domain::zone::UnknownZone>(())
/// ```
pub fn earliest_effective_on(clear_at: DateTime<Utc>, policy_zone: &Zone) -> NaiveDate {
    let mut day = policy_zone.day_of(clear_at);
    while policy_zone.first_instant(day) < clear_at && day < NaiveDate::MAX {
        day = policy_zone.existing_day(count::after(day, 1));
    }
    day
}

/// Declares a number of days as terms give it, from 0 to its maximum.
macro_rules! days {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "i64", into = "u16")]
        pub struct $name(u16);

        impl $name {
            pub const MAX: u16 = 366;

            pub fn new(days: i64) -> Result<Self, DaysOutOfRange> {
                match u16::try_from(days) {
                    Ok(days) if days <= Self::MAX => Ok(Self(days)),
                    Ok(_) | Err(_) => Err(DaysOutOfRange { what: $what, given: days, max: Self::MAX }),
                }
            }

            pub fn get(self) -> u16 {
                self.0
            }
        }

        impl TryFrom<i64> for $name {
            type Error = DaysOutOfRange;

            fn try_from(days: i64) -> Result<Self, DaysOutOfRange> {
                Self::new(days)
            }
        }

        impl From<$name> for u16 {
            fn from(days: $name) -> u16 {
                days.0
            }
        }
    };
}

days! {
    /// How much notice the terms grant, in the unit of their [`Convention`].
    NoticeDays, "notice days"
}
days! {
    /// How long the terms let a customer object, in the unit of their [`Convention`].
    ObjectionDays, "objection days"
}

impl NoticeDays {
    /// Where neither terms nor policy say.
    pub const DEFAULT: Self = Self(30);
}

/// A number of days that no terms grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given} {what} are out of range; give a whole number from 0 to {max}")]
pub struct DaysOutOfRange {
    pub what: &'static str,
    pub given: i64,
    pub max: u16,
}

#[cfg(test)]
mod tests;
