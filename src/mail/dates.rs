//! Dates and times in a reader's words and zone. The names and patterns are the language's
//! (`locales/<language>/dates.ftl`), the rules are here: a deadline at the end of a day is that day, 24:00; a zone is
//! called by its city; an effective date is also given in our zone where the day differs.

use chrono::{DateTime, Datelike, DurationRound, NaiveDate, TimeDelta, Timelike, Utc};

use super::locale::{Locale, LocaleError};
use crate::domain::zone::Zone;

/// "Friday 15 January 2027".
pub fn long(locale: &Locale, day: NaiveDate) -> Result<String, LocaleError> {
    let weekday = locale.word(&format!("weekday-{}", day.weekday().number_from_monday()))?;
    let month = locale.word(&format!("month-{}", day.month()))?;
    dated(locale, "date-long", day, &[("weekday", &weekday), ("month", &month)])
}

/// "15 Jan 2027".
pub fn short(locale: &Locale, day: NaiveDate) -> Result<String, LocaleError> {
    let month = locale.word(&format!("month-short-{}", day.month()))?;
    dated(locale, "date-short", day, &[("month", &month)])
}

fn dated(
    locale: &Locale,
    pattern: &str,
    day: NaiveDate,
    names: &[(&str, &str)],
) -> Result<String, LocaleError> {
    let (number, year) = (day.day().to_string(), day.year().to_string());
    let mut values = vec![("day", number.as_str()), ("year", year.as_str())];
    values.extend(names);
    locale.sentence(pattern, &values)
}

/// "Thursday 14 January 2027, 24:00 (Berlin time)": the end of a period, named by the day that it ends.
pub fn deadline(locale: &Locale, instant: DateTime<Utc>, zone: &Zone) -> Result<String, LocaleError> {
    let day = last_day(instant, zone);
    if is_start_of_day(instant, zone) {
        timed(locale, day, "24:00", zone)
    } else {
        timed(locale, day, &time(instant, zone), zone)
    }
}

/// The end of something that nobody needs to the second, never said later than it is.
pub fn until(locale: &Locale, instant: DateTime<Utc>, zone: &Zone) -> Result<String, LocaleError> {
    deadline(locale, instant.duration_trunc(TimeDelta::minutes(1)).unwrap_or(instant), zone)
}

/// "Tuesday 1 December 2026, 10:15 (Berlin time)": something that happened.
pub fn moment(locale: &Locale, instant: DateTime<Utc>, zone: &Zone) -> Result<String, LocaleError> {
    timed(locale, zone.day_of(instant), &time(instant, zone), zone)
}

/// The start of a change: a day in the reader's zone, and in ours where that is another day.
pub fn effective(
    locale: &Locale,
    instant: DateTime<Utc>,
    reader: &Zone,
    ours: &Zone,
) -> Result<String, LocaleError> {
    let (there, here) = (reader.day_of(instant), ours.day_of(instant));
    if there == here {
        return long(locale, here);
    }
    let there = timed(locale, there, &time(instant, reader), reader)?;
    let (here, place) = (long(locale, here)?, city(ours));
    locale.sentence("effective-elsewhere", &[("there", &there), ("here", &here), ("place", &place)])
}

/// The last day that lies before `instant` in the zone, or that it lies in.
pub fn last_day(instant: DateTime<Utc>, zone: &Zone) -> NaiveDate {
    if is_start_of_day(instant, zone) {
        // Not simply the date before: a zone that crossed the date line has days that never were.
        zone.day_of(instant - TimeDelta::seconds(1))
    } else {
        zone.day_of(instant)
    }
}

/// Full days left, counted by the reader's calendar.
pub fn days_left(now: DateTime<Utc>, deadline: DateTime<Utc>, zone: &Zone) -> i64 {
    (last_day(deadline, zone) - zone.day_of(now)).num_days().max(0)
}

/// "Berlin" of `Europe/Berlin`, "Buenos Aires" of `America/Argentina/Buenos_Aires`.
pub fn city(zone: &Zone) -> String {
    let name = zone.name();
    name.rsplit('/').next().unwrap_or(name).replace('_', " ")
}

fn is_start_of_day(instant: DateTime<Utc>, zone: &Zone) -> bool {
    zone.first_instant(zone.day_of(instant)) == instant
}

fn time(instant: DateTime<Utc>, zone: &Zone) -> String {
    let local = instant.with_timezone(zone);
    if local.second() == 0 { local.format("%H:%M").to_string() } else { local.format("%H:%M:%S").to_string() }
}

fn timed(locale: &Locale, day: NaiveDate, time: &str, zone: &Zone) -> Result<String, LocaleError> {
    let date = long(locale, day)?;
    let key = if is_utc(zone) { "instant-utc" } else { "instant" };
    let place = city(zone);
    locale.sentence(key, &[("date", &date), ("time", time), ("place", &place)])
}

fn is_utc(zone: &Zone) -> bool {
    matches!(zone.name(), "UTC" | "Etc/UTC" | "Etc/GMT" | "GMT" | "Etc/Universal" | "Etc/Zulu")
}
