//! Single values as people type them: read strictly, refused with what to write instead.

use chrono::NaiveDate;

use super::super::calendar::{DaysOutOfRange, NoticeDays};
use super::super::zone::{UnknownZone, Zone};
use super::{Reason, Remark};

/// Zones of IANA that are rules without a place.
const WITHOUT_PLACE: &[&str] = &[
    "CET", "CST6CDT", "EET", "EST", "EST5EDT", "GMT", "GMT+0", "GMT-0", "GMT0", "HST", "MET", "MST",
    "MST7MDT", "PST8PDT", "WET",
];
const RANK_MAX: i16 = 1000;

/// The values of a list divided by semicolons.
pub(super) fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|value| !value.is_empty())
}

/// A count of days: a bare number, or one with an empty fraction as spreadsheets write it.
pub(super) fn days<T>(
    text: &str,
    new: impl Fn(i64) -> Result<T, DaysOutOfRange>,
) -> Result<(T, Option<Remark>), Reason> {
    if is_number(text)
        && let Ok(count) = text.parse()
    {
        return Ok((new(count)?, None));
    }
    if let Some((whole, fraction)) = text.split_once(['.', ','])
        && is_number(whole)
        && !fraction.is_empty()
        && fraction.bytes().all(|digit| digit == b'0')
        && let Ok(count) = whole.parse()
    {
        return Ok((new(count)?, Some(Remark::ReadAs { given: text.to_owned(), read: whole.to_owned() })));
    }
    Err(Reason::NotDays { given: shown(text), hint: days_hint(text) })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit())
}

/// What people write instead of a bare number, and where it belongs.
const DAYS_HINTS: &[(&[&str], &str)] = &[
    (
        &["business", "working", "werktag", "arbeitstag", "ouvré", "hábil"],
        "; working days belong into the column convention (working_days)",
    ),
    (&["week", "woche", "semaine", "semana"], "; weeks are to be counted out in days"),
    (&["month", "monat", "mois", "mes"], "; months belong into the column convention (months)"),
    (&["day", "tag", "jour", "día"], "; leave out the unit"),
];

fn days_hint(text: &str) -> &'static str {
    let words = text.to_lowercase();
    if text.parse::<f64>().is_ok() && words.contains('e') {
        return "; this is how a spreadsheet shortens numbers: format the column as a number";
    }
    let hint = DAYS_HINTS.iter().find(|(units, _)| units.iter().any(|unit| words.contains(unit)));
    hint.map_or("", |(_, hint)| hint)
}

pub(super) fn rank(text: &str) -> Result<(i16, Option<Remark>), Reason> {
    match text.parse() {
        Ok(rank @ 0..=RANK_MAX) if is_number(text) => Ok((rank, None)),
        Ok(_) | Err(_) => Err(Reason::NotRank { given: shown(text) }),
    }
}

pub(super) fn yes_or_no(text: &str) -> Result<(bool, Option<Remark>), Reason> {
    match text.to_lowercase().as_str() {
        "yes" | "true" | "1" => Ok((true, None)),
        "no" | "false" | "0" => Ok((false, None)),
        _ => Err(Reason::YesOrNo { given: shown(text) }),
    }
}

/// A day of ISO 8601, or with dots as in 31.12.2026, where nobody writes the month first. An instant gives its day and a
/// remark; what could be read two ways is refused.
pub(super) fn day(text: &str) -> Result<(NaiveDate, Option<Remark>), Reason> {
    let looks_iso = |text: &str| {
        let shape =
            |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
        text.len() == 10 && text.bytes().enumerate().all(shape)
    };
    if looks_iso(text) {
        let day = text.parse().map_err(|_| Reason::NoSuchDay { given: text.to_owned() })?;
        return Ok((day, None));
    }
    if let Some((start, rest)) = text.split_at_checked(10)
        && looks_iso(start)
        && rest.starts_with(['T', ' '])
    {
        let (day, _) = day(start)?;
        return Ok((day, Some(Remark::ReadAs { given: text.to_owned(), read: start.to_owned() })));
    }
    if let Some(day) = dotted(text) {
        return Ok((day?, None));
    }
    let hint = if is_number(text) {
        "; this looks like the day number of a spreadsheet: format the column as a date"
    } else if text.contains('/') {
        "; day and month could be either"
    } else {
        ""
    };
    Err(Reason::NotDay { given: shown(text), hint })
}

fn dotted(text: &str) -> Option<Result<NaiveDate, Reason>> {
    let mut parts = text.split('.');
    let (Some(day), Some(month), Some(year), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let numbers = is_number(day) && is_number(month) && is_number(year);
    if !numbers || day.len() > 2 || month.len() > 2 || year.len() != 4 {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    Some(date.ok_or_else(|| Reason::NoSuchDay { given: text.to_owned() }))
}

/// A zone by its IANA name; another case is read, a zone without a place remarked.
pub(super) fn zone(text: &str) -> Result<(Zone, Option<Remark>), Reason> {
    let (zone, remark) = match Zone::get(text) {
        Ok(zone) => (zone, None),
        Err(UnknownZone { nearest: Some(nearest), .. }) if nearest.eq_ignore_ascii_case(text) => {
            let remark = Remark::ReadAs { given: text.to_owned(), read: nearest.clone() };
            (Zone::get(&nearest)?, Some(remark))
        }
        Err(unknown) => return Err(unknown.into()),
    };
    let without_place = WITHOUT_PLACE.contains(&zone.name()) || zone.name().starts_with("Etc/GMT");
    let remark =
        remark.or_else(|| without_place.then(|| Remark::ZoneWithoutPlace { zone: zone.name().to_owned() }));
    Ok((zone, remark))
}

pub(super) fn notice_days(text: &str) -> Result<(NoticeDays, Option<Remark>), Reason> {
    days(text, NoticeDays::new)
}

/// The beginning of a cell, for a sentence.
fn shown(text: &str) -> String {
    const SHOWN_CHARS: usize = 60;
    text.chars().take(SHOWN_CHARS).collect()
}
