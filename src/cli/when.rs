//! Days and instants as flags give them, refused with how to write them.

use chrono::{DateTime, NaiveDate, Utc};

pub fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    text.parse().map_err(|_| {
        "write an instant as 2027-01-15T09:00:00Z, or with its offset: 2027-01-15T10:00:00+01:00".to_owned()
    })
}

pub fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "write a day as 2027-01-15".to_owned())
}
