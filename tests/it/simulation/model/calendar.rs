//! Chapter 3 by counting days one by one.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Timelike, Utc, Weekday};
use forenotice::domain::calendar::{Convention, Start};
use forenotice::domain::customer::Lapse;
use jiff::tz::TimeZone;

use super::{At, SECOND, Terms};

/// Until when a customer may object; the later, the longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Window {
    ClosesAt(At),
    UntilEffect,
}

impl Window {
    pub fn closes_at(self) -> Option<At> {
        match self {
            Self::ClosesAt(at) => Some(at),
            Self::UntilEffect => None,
        }
    }
}

/// What one service leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instants {
    pub earliest_by_notice: At,
    pub window: Window,
    /// The last day that anybody promised, also where the window runs until the effect.
    pub day: Option<At>,
}

impl Instants {
    pub fn clear_at(&self) -> At {
        self.day.map_or(self.earliest_by_notice, |at| at.max(self.earliest_by_notice))
    }

    /// The longer of both, each by itself.
    pub fn longer(self, other: Self) -> Self {
        Self {
            earliest_by_notice: self.earliest_by_notice.max(other.earliest_by_notice),
            window: self.window.max(other.window),
            day: self.day.max(other.day),
        }
    }
}

impl Terms {
    /// Of a notice served at `served`. Nobody is asked whether a subprocessor may leave, so a removal has no window.
    pub fn instants(&self, served: At, emergency: bool, removal: bool) -> Instants {
        let (mut days, mut convention) = self.notice;
        if let Some(shorter) = self.emergency.filter(|_| emergency) {
            if convention != Convention::Months {
                days = days.min(shorter);
            } else if shorter < 28 * days {
                (days, convention) = (shorter, Convention::ClearDays);
            }
        }
        let notice_day = self.notice_day(served);
        let earliest = self.earliest_day(notice_day, days, convention);
        let objection = self.objection.filter(|_| !removal);
        let last_day = objection.map(|(m, convention)| self.last_day(notice_day, m, convention));
        let day = last_day.map(|last| first_instant(next(last), self.zone));
        Instants {
            earliest_by_notice: first_instant(earliest, self.zone).max(served),
            window: day.map_or(Window::UntilEffect, Window::ClosesAt),
            day,
        }
    }

    /// When an objection received at `received` is over by the contract, none = time ends nothing.
    pub fn lapses(&self, received: At) -> Option<At> {
        let silent = self.then == Lapse::Blocked || self.dora && self.then == Lapse::Accepted;
        let (m, convention) = self.resolution.filter(|_| !silent)?;
        let day = local(received, self.zone).0;
        Some(first_instant(next(self.last_day(day, m, convention)), self.zone))
    }

    fn notice_day(&self, served: At) -> NaiveDate {
        let (mut day, hour) = local(served, self.zone);
        if self.start == Start::Received {
            if hour >= 17 {
                day = next(day);
            }
            while !self.is_working(day) {
                day = next(day);
            }
        }
        day
    }

    /// The E of the table of chapter 3.
    fn earliest_day(&self, from: NaiveDate, n: u64, convention: Convention) -> NaiveDate {
        let mut day = match convention {
            Convention::ClearDays | Convention::Eu118271 => from + Days::new(n + 1),
            Convention::CalendarDays => from + Days::new(n),
            Convention::WorkingDays => next(self.working_day_after(from, n)),
            Convention::Months => next(months_on(from, n)),
        };
        while convention == Convention::Eu118271 && n >= 2 && self.working_days(next(from), day) < 2 {
            day = next(day);
        }
        day
    }

    /// The L of the table of chapter 3.
    fn last_day(&self, from: NaiveDate, m: u64, convention: Convention) -> NaiveDate {
        match convention {
            Convention::ClearDays | Convention::CalendarDays => from + Days::new(m),
            Convention::WorkingDays => self.working_day_after(from, m),
            Convention::Months => months_on(from, m),
            Convention::Eu118271 => {
                let mut day = from + Days::new(m);
                while !self.is_working(day) || m >= 2 && self.working_days(next(from), next(day)) < 2 {
                    day = next(day);
                }
                day
            }
        }
    }

    fn working_day_after(&self, from: NaiveDate, n: u64) -> NaiveDate {
        let (mut day, mut counted) = (from, 0);
        while counted < n {
            day = next(day);
            counted += u64::from(self.is_working(day));
        }
        day
    }

    /// How many working days lie from `from` on and before `until`.
    fn working_days(&self, from: NaiveDate, until: NaiveDate) -> usize {
        from.iter_days().take_while(|day| *day < until).filter(|day| self.is_working(*day)).count()
    }

    fn is_working(&self, day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !self.holidays.is_holiday(day)
    }
}

pub fn next(day: NaiveDate) -> NaiveDate {
    day + Days::new(1)
}

/// The same number of the month so many months on, else that month's last day.
fn months_on(day: NaiveDate, months: u64) -> NaiveDate {
    let month = u64::from(day.month0()) + months;
    let (year, month) =
        (day.year() + i32::try_from(month / 12).unwrap(), u32::try_from(month % 12 + 1).unwrap());
    (1..=day.day()).rev().find_map(|number| NaiveDate::from_ymd_opt(year, month, number)).unwrap()
}

/// The local day and hour.
pub fn local(at: At, zone: &'static str) -> (NaiveDate, u32) {
    let stamp = jiff::Timestamp::from_microsecond(at.timestamp_micros()).unwrap();
    let shown = ZONES.with_borrow_mut(|known| {
        let zone = known.entry(zone).or_insert_with(|| TimeZone::get(zone).unwrap());
        zone.to_datetime(stamp)
    });
    let day = NaiveDate::from_ymd_opt(
        shown.year().into(),
        shown.month().unsigned_abs().into(),
        shown.day().unsigned_abs().into(),
    );
    (day.unwrap(), shown.hour().unsigned_abs().into())
}

thread_local! {
    static ZONES: RefCell<BTreeMap<&'static str, TimeZone>> = RefCell::default();
    static FOUND: RefCell<BTreeMap<(NaiveDate, &'static str), At>> = RefCell::default();
}

/// The first second that shows that day or a later one, found by looking at the clock on the wall; looked for once.
pub fn first_instant(day: NaiveDate, zone: &'static str) -> At {
    if let Some(at) = FOUND.with_borrow(|found| found.get(&(day, zone)).copied()) {
        return at;
    }
    let midnight: DateTime<Utc> = day.and_hms_opt(0, 0, 0).unwrap().and_utc();
    let (mut before, mut reached) = (midnight - TimeDelta::hours(15), midnight + TimeDelta::hours(15));
    while reached - before > SECOND {
        let middle = before + (reached - before) / 2;
        let middle = middle.with_nanosecond(0).unwrap();
        if local(middle, zone).0 >= day { reached = middle } else { before = middle }
    }
    FOUND.with_borrow_mut(|found| found.insert((day, zone), reached));
    reached
}
