//! Counting days: the table of the conventions, on the calendar, without zones or instants.

use chrono::{Days, Months, NaiveDate};

use super::{Convention, NoticeDays, ObjectionDays};
use crate::domain::holidays::Holidays;

/// Regulation 1182/71 Art. 3(5): a period of two days or more holds at least this many working days.
const WORKING_DAYS_HELD: u16 = 2;

/// The first day on which a change may be in force after a notice on day `notice_day`.
pub(super) fn earliest(
    notice_day: NaiveDate,
    notice: NoticeDays,
    convention: Convention,
    holidays: &Holidays,
) -> NaiveDate {
    let n = notice.get();
    match convention {
        Convention::CalendarDays => after(notice_day, n),
        Convention::ClearDays => after(after(notice_day, n), 1),
        // Counted backwards from the effective date, which itself may be any day.
        Convention::Eu118271 => after(holding_two(notice_day, after(notice_day, n), n, holidays), 1),
        Convention::WorkingDays => after(nth_working_day(notice_day, n, holidays), 1),
        Convention::Months => after(months_after(notice_day, n), 1),
    }
}

/// The last day on which an objection is in time after a notice on day `notice_day`.
pub(super) fn last(
    notice_day: NaiveDate,
    objection: ObjectionDays,
    convention: Convention,
    holidays: &Holidays,
) -> NaiveDate {
    let m = objection.get();
    match convention {
        Convention::CalendarDays | Convention::ClearDays => after(notice_day, m),
        Convention::Eu118271 => {
            let end = holding_two(notice_day, after(notice_day, m), m, holidays);
            if holidays.is_working_day(end) { end } else { nth_working_day(end, 1, holidays) }
        }
        Convention::WorkingDays => nth_working_day(notice_day, m, holidays),
        Convention::Months => months_after(notice_day, m),
    }
}

/// So many days later; the last day that there is, beyond it.
pub(super) fn after(day: NaiveDate, days: u16) -> NaiveDate {
    day.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)
}

fn months_after(day: NaiveDate, months: u16) -> NaiveDate {
    day.checked_add_months(Months::new(months.into())).unwrap_or(NaiveDate::MAX)
}

/// `end`, or the first later day such that two working days lie after `start` and not after it; a period of one
/// day or none need hold none.
fn holding_two(start: NaiveDate, end: NaiveDate, period: u16, holidays: &Holidays) -> NaiveDate {
    if period < WORKING_DAYS_HELD {
        end
    } else {
        end.max(nth_working_day(start, WORKING_DAYS_HELD, holidays))
    }
}

/// The nth working day following `day`, which is itself not counted; `day` itself for n = 0.
fn nth_working_day(day: NaiveDate, n: u16, holidays: &Holidays) -> NaiveDate {
    let mut reached = day;
    for _ in 0..n {
        reached = after(reached, 1);
        while !holidays.is_working_day(reached) && reached < NaiveDate::MAX {
            reached = after(reached, 1);
        }
    }
    reached
}
