//! Days as people write them: with the month's name, in another order, as a spreadsheet's number.

use chrono::{Days, NaiveDate};

/// The day before the first one of spreadsheets, as they count since March 1900.
const SPREADSHEET_EPOCH: NaiveDate = match NaiveDate::from_ymd_opt(1899, 12, 30) {
    Some(day) => day,
    None => NaiveDate::MIN,
};
/// Numbers of days from 1982 to 2064.
const SPREADSHEET_DAYS: std::ops::Range<u64> = 30_000..60_000;
/// Years of two digits from this one on are of the last century.
const LAST_CENTURY_FROM: i32 = 70;

/// The months by the first letters of their names in English, German, French and Spanish.
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "ene"],
    &["feb", "fév", "fev"],
    &["mar", "mär", "mae", "mrz"],
    &["apr", "avr", "abr"],
    &["may", "mai"],
    &["jun", "juin"],
    &["jul", "juil"],
    &["aug", "aoû", "aou", "ago"],
    &["sep", "set"],
    &["oct", "okt"],
    &["nov"],
    &["dec", "dez", "déc", "dic"],
];

/// Words between the parts of a day.
const BETWEEN: [&str; 6] = ["de", "del", "of", "the", "le", "den"];

/// Whether the day or the month is written first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    DayFirst,
    MonthFirst,
}

impl Order {
    /// The order that the days of a column show, by one beyond the twelfth; none where they show none, or both.
    pub(super) fn shown_by<'a>(cells: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut shown = None;
        for cell in cells {
            let order = match numbers(cell) {
                Some((13..=31, 1..=12, 100..)) => Self::DayFirst,
                Some((1..=12, 13..=31, 100..)) => Self::MonthFirst,
                Some(_) | None => continue,
            };
            if shown.replace(order).is_some_and(|before| before != order) {
                return None;
            }
        }
        shown
    }
}

/// The day that is meant; none where it could be two.
pub(super) fn day(text: &str, order: Option<Order>) -> Option<NaiveDate> {
    let text = without_time(text);
    if let Ok(number) = text.parse::<u64>() {
        let day = || SPREADSHEET_EPOCH.checked_add_days(Days::new(number));
        return match text.len() {
            5 if SPREADSHEET_DAYS.contains(&number) => day(),
            8 => NaiveDate::parse_from_str(text, "%Y%m%d").ok(),
            _ => None,
        };
    }
    match numbers(text) {
        Some((year @ 1000.., month, day)) => of(year, month, day),
        Some((day, month, year @ 100..)) if text.contains('.') => of(year, month, day),
        // With dots the day comes first, whatever the year's digits.
        Some((day, month, year)) if text.contains('.') => of(century(year)?, month, day),
        Some((day @ 13.., month, year @ 100..)) => of(year, month, day),
        Some((month, day @ 13.., year @ 100..)) => of(year, month, day),
        Some((first, second, year @ 100..)) if first == second => of(year, first, second),
        Some((first, second, year @ 100..)) => match order? {
            Order::DayFirst => of(year, second, first),
            Order::MonthFirst => of(year, first, second),
        },
        Some(_) => None,
        None => with_name(text),
    }
}

fn of(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn century(year: u32) -> Option<u32> {
    let last = u32::try_from(LAST_CENTURY_FROM).ok()?;
    Some(if year >= last { 1900 + year } else { 2000 + year })
}

/// Midnight, and any other time, is no part of a day.
fn without_time(text: &str) -> &str {
    let text = text.trim();
    match text.rsplit_once([' ', 'T']) {
        Some((day, time)) if time.contains(':') => day.trim_end_matches([',', ' ']),
        Some(_) | None => text,
    }
}

/// Three numbers and nothing else but what divides them.
fn numbers(text: &str) -> Option<(u32, u32, u32)> {
    let parts = without_time(text).split(['.', '/', '-', ' ']).filter(|part| !part.is_empty());
    let parts: Vec<u32> = parts.map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [first, second, third] = parts.try_into().ok()?;
    Some((first, second, third))
}

/// A day with the name of its month: `2. März 2026`, `March 2nd, 2026`, `2 de marzo de 2026`, `02-Mar-2026`.
fn with_name(text: &str) -> Option<NaiveDate> {
    let lower = text.to_lowercase();
    let parts: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty() && !BETWEEN.contains(part))
        .collect();
    let (first, second, year) = match parts.as_slice() {
        [first, second, year] => (*first, *second, *year),
        _ => return None,
    };
    let year = year.parse().ok().filter(|_| year.len() == 4)?;
    match (month(first), month(second)) {
        (Some(month), None) => of(year, month, ordinal(second)?),
        (None, Some(month)) => of(year, month, ordinal(first)?),
        (Some(_), Some(_)) | (None, None) => None,
    }
}

fn month(name: &str) -> Option<u32> {
    let is = |starts: &&[&str]| starts.iter().any(|start| name.starts_with(start));
    u32::try_from(MONTHS.iter().position(is)? + 1).ok()
}

/// `2nd`, `1er`, `1º`: the number.
fn ordinal(text: &str) -> Option<u32> {
    let number = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    number.parse().ok().filter(|_| text.len() - number.len() <= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_known_by_the_names_of_their_months_and_by_their_form() {
        for (text, means) in [
            ("2. März 2026", "2026-03-02"),
            ("2 mars 2026", "2026-03-02"),
            ("March 2nd, 2026", "2026-03-02"),
            ("2 de marzo de 2026", "2026-03-02"),
            ("02-Mar-2026", "2026-03-02"),
            ("1er août 2025", "2025-08-01"),
            ("15. Dezember 2025", "2025-12-15"),
            ("2026/03/02", "2026-03-02"),
            ("20260302", "2026-03-02"),
            ("25/03/2026", "2026-03-25"),
            ("3/25/2026", "2026-03-25"),
            ("03/03/2026", "2026-03-03"),
            ("01.03.24", "2024-03-01"),
            ("02.03.2026 00:00:00", "2026-03-02"),
            ("45658", "2025-01-01"),
        ] {
            assert_eq!(day(text, None).map(|day| day.to_string()).as_deref(), Some(means), "{text}");
        }
        for text in ["02/03/2026", "31. April 2025", "Marco Polo 2026", "12", "99999", "2. Foo 2026", ""] {
            assert_eq!(day(text, None), None, "{text}");
        }
    }
}
