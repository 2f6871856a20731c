//! Send windows: a cron expression that says when letters may leave, or the digest is due.
//!
//! Five fields as Vixie cron reads them: weekdays 0 to 7 with Sunday at both ends; where both day fields are
//! restricted, either suffices. The crate `cron` finds the times on the wall clock, of which it is given plain
//! numbers only (it counts weekdays otherwise, and repeats or drops times when clocks change); the instants are
//! ours: a time that the clock jumps over comes at the jump, a time that comes twice at the first. So
//! [`SendWindow::next_after`] depends on nothing but its arguments, and a restart changes nothing.

mod field;

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::zone::Zone;
use field::Field;

pub use field::FieldError;

/// A five-field cron expression that comes true some time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SendWindow {
    expression: String,
    /// Where both day fields are restricted, one for each.
    schedules: Vec<cron::Schedule>,
}

impl SendWindow {
    /// Reads minute, hour, day of the month, month and weekday.
    ///
    /// ```
    /// # use forenotice::config::window::SendWindow;
    /// # use forenotice::domain::zone::Zone;
    /// let weekdays = SendWindow::parse("0 9 * * mon-fri")?;
    /// let berlin = Zone::get("Europe/Berlin").unwrap();
    /// let saturday = "2026-03-28T09:00:00Z".parse().unwrap();
    /// let next = weekdays.next_after(saturday, &berlin).unwrap();
    /// assert_eq!(next.to_rfc3339(), "2026-03-30T07:00:00+00:00");
    ///
    /// let error = SendWindow::parse("0 9 31 2 *").unwrap_err().to_string();
    /// assert_eq!(error, "\"0 9 31 2 *\" never comes: no year has such a day");
    /// # Ok::<(), forenotice::config::window::InvalidWindow>(())
    /// ```
    pub fn parse(expression: &str) -> Result<Self, InvalidWindow> {
        let given = || expression.to_owned();
        let fields: Vec<&str> = expression.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(InvalidWindow::Fields { expression: given(), found: fields.len() });
        };
        let read = |field: Field, text: &str| {
            field.read(text).map_err(|why| InvalidWindow::Field { expression: given(), why })
        };
        let time = format!("0 {} {}", read(Field::Minute, minute)?, read(Field::Hour, hour)?);
        let days = read(Field::DayOfMonth, day)?;
        let months = read(Field::Month, month)?;
        let weekdays = read(Field::Weekday, weekday)?;
        // As Vixie cron has it: a field is unrestricted if it begins with a star, even as `*/2`.
        let either = !day.starts_with('*') && !weekday.starts_with('*');
        let wanted = if either {
            vec![format!("{time} {days} {months} *"), format!("{time} * {months} {weekdays}")]
        } else {
            vec![format!("{time} {days} {months} {weekdays}")]
        };
        let schedules = wanted.iter().map(|fields| cron::Schedule::from_str(fields));
        let schedules = schedules.collect::<Result<_, _>>();
        let schedules = schedules.map_err(|why| InvalidWindow::Cron { expression: given(), why })?;
        let window = Self { expression: given(), schedules };
        match window.next_after(DateTime::UNIX_EPOCH, &Zone::utc()) {
            Some(_) => Ok(window),
            None => Err(InvalidWindow::Never { expression: given() }),
        }
    }

    /// The first instant after `instant` at which the window opens in that zone; `None` from the year 2100 on.
    pub fn next_after(&self, instant: DateTime<Utc>, zone: &Zone) -> Option<DateTime<Utc>> {
        // The wall clock as if it were UTC, which has no gaps and no folds.
        let wall = instant.with_timezone(zone).naive_local().and_utc();
        let opens = |schedule: &cron::Schedule| {
            let times = schedule.after(&wall);
            // In a repeated hour the next times on the wall have already come: the first instant after is the next.
            times.map(|time| zone.first_instant_at(time.naive_utc())).find(|at| *at > instant)
        };
        self.schedules.iter().filter_map(opens).min()
    }

    pub fn as_str(&self) -> &str {
        &self.expression
    }
}

/// A cron expression that cannot be read, or never comes true.
#[derive(Debug, thiserror::Error)]
pub enum InvalidWindow {
    #[error(
        "{expression:?} has {found} fields; give five: minute, hour, day of month, month and weekday, such as \
         \"0 9 * * mon-fri\""
    )]
    Fields { expression: String, found: usize },
    #[error("{expression:?}: {why}")]
    Field { expression: String, why: FieldError },
    #[error("{expression:?}: {why}")]
    Cron { expression: String, why: cron::error::Error },
    #[error("{expression:?} never comes: no year has such a day")]
    Never { expression: String },
}

impl fmt::Display for SendWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.expression)
    }
}

impl FromStr for SendWindow {
    type Err = InvalidWindow;

    fn from_str(expression: &str) -> Result<Self, InvalidWindow> {
        Self::parse(expression)
    }
}

impl TryFrom<String> for SendWindow {
    type Error = InvalidWindow;

    fn try_from(expression: String) -> Result<Self, InvalidWindow> {
        Self::parse(&expression)
    }
}

impl From<SendWindow> for String {
    fn from(window: SendWindow) -> Self {
        window.expression
    }
}

#[cfg(test)]
mod tests;
