//! Dates in words. A deadline has weekday, day, month, year, time and zone; a day's end is 24:00 of that day, never
//! 00:00 of the next, also where a zone skips midnight; a zone goes by its city.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use super::words::Words;
use crate::domain::zone::Zone;

/// "Monday 7 December 2026"
pub fn long(words: &Words, day: NaiveDate) -> String {
    written(words, "date-long", day, "weekday", "month")
}

/// "Mon 7 Dec 2026", for tables and time lines
pub fn short(words: &Words, day: NaiveDate) -> String {
    written(words, "date-short", day, "weekday-short", "month-short")
}

/// "7 December 2026", where the weekday stands elsewhere or does not matter
pub fn plain(words: &Words, day: NaiveDate) -> String {
    written(words, "date-plain", day, "weekday", "month")
}

/// "7 Dec", beside values whose year is said elsewhere
pub fn day_and_month(words: &Words, day: NaiveDate) -> String {
    written(words, "date-day-month", day, "weekday-short", "month-short")
}

/// "December 2026", beside the day of a date leaf
pub fn month(words: &Words, day: NaiveDate) -> String {
    written(words, "date-month", day, "weekday", "month")
}

/// "Monday"
pub fn weekday(words: &Words, day: NaiveDate) -> String {
    words.get(&key("weekday", day.weekday().number_from_monday()))
}

/// "Berlin time"
pub fn zone(words: &Words, zone: &Zone) -> String {
    let name = zone.name();
    if matches!(name, "UTC" | "Etc/UTC" | "Etc/GMT" | "GMT") {
        return words.get("zone-utc");
    }
    let city = name.rsplit('/').next().unwrap_or(name).replace('_', " ");
    words.with("zone-city", [("city", &city)])
}

/// The last instant of a period, as people say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The local day it belongs to: a period that ends with its day ends on that day, not on the next.
    pub day: NaiveDate,
    /// "24:00", or the local time
    pub time: String,
}

impl Deadline {
    pub fn of(instant: DateTime<Utc>, zone: &Zone) -> Self {
        let day = zone.day_of(instant);
        match day.pred_opt() {
            Some(before) if zone.first_instant(day) == instant => {
                Self { day: before, time: "24:00".to_owned() }
            }
            _ => Self { day, time: instant.with_timezone(zone).format("%H:%M").to_string() },
        }
    }
}

/// "Monday 7 December 2026, 24:00, Berlin time"
pub fn deadline(words: &Words, instant: DateTime<Utc>, in_zone: &Zone) -> String {
    let Deadline { day, time } = Deadline::of(instant, in_zone);
    words.with("instant", [("day", &long(words, day)), ("time", &time), ("zone", &zone(words, in_zone))])
}

/// "Tuesday 1 December 2026, 10:42:07, Berlin time": when something happened, to the second
pub fn moment(words: &Words, instant: DateTime<Utc>, in_zone: &Zone) -> String {
    let time = instant.with_timezone(in_zone).format("%H:%M:%S").to_string();
    let day = long(words, in_zone.day_of(instant));
    words.with("instant", [("day", &day), ("time", &time), ("zone", &zone(words, in_zone))])
}

/// "1 December 2026, 10:42", where the zone was said before
pub fn minute(words: &Words, instant: DateTime<Utc>, zone: &Zone) -> String {
    let time = instant.with_timezone(zone).format("%H:%M").to_string();
    words.with("instant-plain", [("day", &plain(words, zone.day_of(instant))), ("time", &time)])
}

/// Whole days from `now` until the deadline, the day of the deadline counted in: 0 on its last day.
pub fn days_left(now: DateTime<Utc>, deadline: DateTime<Utc>, zone: &Zone) -> i64 {
    let left = Deadline::of(deadline, zone).day - zone.day_of(now);
    left.max(TimeDelta::zero()).num_days()
}

fn written(words: &Words, pattern: &str, day: NaiveDate, weekdays: &str, months: &str) -> String {
    words.with(
        pattern,
        [
            ("weekday", &words.get(&key(weekdays, day.weekday().number_from_monday()))),
            ("day", &day.day().to_string()),
            ("month", &words.get(&key(months, day.month()))),
            ("year", &day.year().to_string()),
        ],
    )
}

fn key(of: &str, number: u32) -> String {
    format!("{of}-{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_deadline_at_the_end_of_a_day_is_that_day_24_00() {
        let berlin = Zone::get("Europe/Berlin").unwrap();
        let words = Words::english();
        assert_eq!(
            deadline(&words, instant("2026-12-07T23:00:00Z"), &berlin),
            "Monday 7 December 2026, 24:00, Berlin time"
        );
        assert_eq!(
            deadline(&words, instant("2026-12-07T22:59:00Z"), &berlin),
            "Monday 7 December 2026, 23:59, Berlin time"
        );
    }

    #[test]
    fn a_zone_that_skips_midnight_still_ends_its_day_at_24_00() {
        // Cairo moved its clocks from 00:00 to 01:00 on 26 April 2024.
        let cairo = Zone::get("Africa/Cairo").unwrap();
        let end = cairo.first_instant(NaiveDate::from_ymd_opt(2024, 4, 26).unwrap());
        assert_eq!(deadline(&Words::english(), end, &cairo), "Thursday 25 April 2024, 24:00, Cairo time");
    }

    #[test]
    fn what_happened_is_said_to_the_second_in_the_readers_zone() {
        let new_york = Zone::get("America/New_York").unwrap();
        assert_eq!(
            moment(&Words::english(), instant("2026-12-01T09:42:07Z"), &new_york),
            "Tuesday 1 December 2026, 04:42:07, New York time"
        );
        assert_eq!(zone(&Words::english(), &Zone::utc()), "UTC");
    }

    #[test]
    fn the_last_day_has_no_days_left_and_a_past_deadline_neither() {
        let berlin = Zone::get("Europe/Berlin").unwrap();
        let deadline = instant("2026-12-07T23:00:00Z");
        assert_eq!(days_left(instant("2026-12-01T09:00:00Z"), deadline, &berlin), 6);
        assert_eq!(days_left(instant("2026-12-07T09:00:00Z"), deadline, &berlin), 0);
        assert_eq!(days_left(instant("2026-12-09T09:00:00Z"), deadline, &berlin), 0);
    }
}
