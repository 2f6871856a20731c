//! The table of public holidays, embedded, and read calendar by calendar when one is first asked for.
//!
//! `data/holidays/table.txt` is made by `script/generate-holidays`. Its grammar, line by line: comments with `#`;
//! `source`, tab, package and version; `feasts`, then one feast a line (they are numbered from 0 because most are
//! shared by many calendars); `calendars`, then `code <tab> years known <tab> check <tab> numbers of the feasts`.
//! Years known are `2010-2100`, or `2010-2100~2035` where the source's own table of some feast ends in 2035.
//! A feast is a list of runs: `2010-2100:1225` is that day of each of the years, `2010:0404,0424` is one day of
//! each year from 2010 on.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, LazyLock, OnceLock};

use chrono::NaiveDate;

const TEXT: &str = include_str!("../../../data/holidays/table.txt");

/// The first day that the table can hold.
const EPOCH: NaiveDate = match NaiveDate::from_ymd_opt(2010, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};
const YEARS: usize = 91;
const WORDS: usize = (YEARS * 366).div_ceil(64);

/// A set of days in the years from 2010 to 2100, and the years about which it says anything.
#[derive(Clone, Debug)]
pub(super) struct Days {
    bits: Box<[u64; WORDS]>,
    pub known: RangeInclusive<i32>,
    pub complete_until: i32,
}

impl Days {
    pub fn contains(&self, day: NaiveDate) -> bool {
        place(day).is_some_and(|(word, bit)| self.bits.get(word).is_some_and(|bits| bits & bit != 0))
    }

    /// The days of either, known where both are.
    pub fn union(mut self, other: &Self) -> Self {
        self.bits.iter_mut().zip(other.bits.iter()).for_each(|(mine, theirs)| *mine |= theirs);
        self.complete_until = self.complete_until.min(other.complete_until);
        self.known = *self.known.start().max(other.known.start())..=*self.known.end().min(other.known.end());
        self
    }

    fn insert(&mut self, day: NaiveDate) {
        if let Some((word, bit)) = place(day)
            && let Some(bits) = self.bits.get_mut(word)
        {
            *bits |= bit;
        }
    }
}

fn place(day: NaiveDate) -> Option<(usize, u64)> {
    let number = usize::try_from(day.signed_duration_since(EPOCH).num_days()).ok()?;
    Some((number / 64, 1 << (number % 64)))
}

/// The holidays of one code such as `DE-BY`.
pub(super) fn calendar(code: &str) -> Option<(&'static str, Arc<Days>)> {
    let (code, entry) = TABLE.calendars.get_key_value(code)?;
    Some((code, Arc::clone(entry.days.get_or_init(|| Arc::new(entry.read(&TABLE.feasts))))))
}

pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    TABLE.calendars.keys().copied()
}

pub(super) fn source() -> &'static str {
    TABLE.source
}

struct Table {
    source: &'static str,
    feasts: Vec<&'static str>,
    calendars: HashMap<&'static str, Entry>,
}

struct Entry {
    known: RangeInclusive<i32>,
    complete_until: i32,
    feasts: &'static str,
    days: OnceLock<Arc<Days>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut lines = TEXT.lines().skip_while(|line| line.starts_with('#'));
    Table {
        source: lines.next().and_then(|line| line.strip_prefix("source\t")).unwrap_or_default(),
        feasts: lines.by_ref().skip(1).take_while(|line| *line != "calendars").collect(),
        calendars: lines.filter_map(entry).collect(),
    }
});

/// A line of the calendars. One that cannot be read is left out, and the tests of this file say which.
fn entry(line: &'static str) -> Option<(&'static str, Entry)> {
    let mut fields = line.split('\t');
    let code = fields.next()?;
    let (first, last) = fields.next()?.split_once('-')?;
    let (last, complete) = last.split_once('~').unwrap_or((last, last));
    let known = first.parse().ok()?..=last.parse().ok()?;
    let complete_until = complete.parse().ok()?;
    let feasts = fields.nth(1).unwrap_or_default();
    let entry = Entry { known, complete_until, feasts, days: OnceLock::new() };
    Some((code, entry))
}

impl Entry {
    fn read(&self, feasts: &[&'static str]) -> Days {
        let known = self.known.clone();
        let mut days = Days { bits: Box::new([0; WORDS]), known, complete_until: self.complete_until };
        let numbers = self.feasts.split(' ').filter_map(|number| number.parse::<usize>().ok());
        numbers
            .filter_map(|number| feasts.get(number))
            .flat_map(|runs| runs.split(' '))
            .flat_map(run)
            .for_each(|day| days.insert(day));
        days
    }
}

/// The days of `2010-2100:1225` or `2010:0404,0424`.
fn run(text: &'static str) -> impl Iterator<Item = NaiveDate> {
    let (years, days) = text.split_once(':').unwrap_or_default();
    let (first, last) = years.split_once('-').unwrap_or((years, years));
    let first: i32 = first.parse().unwrap_or_default();
    let last: i32 = last.parse().unwrap_or_default();
    let days = days.split(',').cycle().take(match last - first {
        0 => days.split(',').count(),
        more => usize::try_from(more).unwrap_or_default() + 1,
    });
    (first..).zip(days).filter_map(|(year, day)| {
        let (month, day) = day.split_at_checked(2)?;
        NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_calendar_holds_the_days_that_the_generator_counted() {
        let lines = TEXT.lines().skip_while(|line| *line != "calendars").skip(1);
        let mut read = 0;
        for line in lines {
            let fields: Vec<_> = line.split('\t').collect();
            let (code, check) = (fields[0], fields[2]);
            let (_, days) = calendar(code).unwrap();
            read += 1;
            let places = (0..WORDS).flat_map(|word| (0..64).map(move |bit| (word, bit)));
            let numbers: Vec<_> = places
                .filter(|(word, bit)| days.bits[*word] >> bit & 1 == 1)
                .map(|(word, bit)| word * 64 + bit)
                .collect();
            assert_eq!(format!("{}/{}", numbers.len(), numbers.iter().sum::<usize>()), check, "{code}");
        }
        assert_eq!(read, TABLE.calendars.len());
    }

    #[test]
    fn the_table_says_where_it_is_from() {
        assert!(source().starts_with("holidays 0."), "{}", source());
    }
}
