//! One field of a cron expression, read into the plain numbers that it stands for.

use std::collections::BTreeSet;

/// Which field, and with it the numbers and names that it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Minute,
    Hour,
    DayOfMonth,
    Month,
    Weekday,
}

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

impl Field {
    /// The numbers of `text` as the crate `cron` takes them, `*` for all.
    pub fn read(self, text: &str) -> Result<String, FieldError> {
        if text == "*" {
            return Ok(text.to_owned());
        }
        let mut numbers = BTreeSet::new();
        for item in text.split(',') {
            numbers.extend(self.item(item)?);
        }
        let numbers: Vec<String> = numbers.into_iter().map(|number| number.to_string()).collect();
        Ok(numbers.join(","))
    }

    /// `*`, `a` or `a-b`, and for the first and the last a step.
    fn item(self, item: &str) -> Result<BTreeSet<u8>, FieldError> {
        let (range, step) = match item.split_once('/') {
            None => (item, 1),
            Some((range, step)) => match step.parse::<u8>() {
                Ok(step) if step > 0 && (range == "*" || range.contains('-')) => (range, step),
                Ok(_) | Err(_) => return Err(self.refuse(item)),
            },
        };
        let (first, last) = match range.split_once('-') {
            None if range == "*" => self.limits(),
            None => {
                let number = self.number(range).ok_or_else(|| self.refuse(item))?;
                (number, number)
            }
            Some((first, last)) => {
                let ends = self.number(first).zip(self.number(last));
                ends.filter(|(first, last)| first <= last).ok_or_else(|| self.refuse(item))?
            }
        };
        Ok((first..=last).step_by(step.into()).map(|number| self.as_cron(number)).collect())
    }

    fn number(self, text: &str) -> Option<u8> {
        let (first, last) = self.limits();
        let named = self.names().iter().position(|name| name.eq_ignore_ascii_case(text));
        match named {
            Some(place) => u8::try_from(place).ok().map(|place| place + first),
            // Digits only: `parse` alone would take a sign.
            None if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().ok().filter(|number| (first..=last).contains(number))
            }
            None => None,
        }
    }

    fn limits(self) -> (u8, u8) {
        match self {
            Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::DayOfMonth => (1, 31),
            Self::Month => (1, 12),
            Self::Weekday => (0, 7),
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Minute | Self::Hour | Self::DayOfMonth => &[],
            Self::Month => MONTHS,
            Self::Weekday => WEEKDAYS,
        }
    }

    /// The crate `cron` counts weekdays from 1 = Sunday.
    fn as_cron(self, number: u8) -> u8 {
        match self {
            Self::Minute | Self::Hour | Self::DayOfMonth | Self::Month => number,
            Self::Weekday => number % 7 + 1,
        }
    }

    fn refuse(self, item: &str) -> FieldError {
        let what = match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::DayOfMonth => "day of month",
            Self::Month => "month",
            Self::Weekday => "weekday",
        };
        let (first, last) = self.limits();
        let names = match (self.names().first(), self.names().last()) {
            (Some(first), Some(last)) => format!(" or {first} to {last}"),
            (Some(_) | None, _) => String::new(),
        };
        FieldError { what, item: item.to_owned(), takes: format!("{first} to {last}{names}") }
    }
}

/// A part of a field that means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{item:?} is no {what}; it takes {takes}, ranges upwards (a-b), lists (a,b), * and steps on a range (*/2, a-b/2)"
)]
pub struct FieldError {
    pub what: &'static str,
    pub item: String,
    pub takes: String,
}
