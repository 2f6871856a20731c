//! stub
use super::{holidays::Holidays, zone::Zone};
use chrono::{DateTime, NaiveDate, Utc};
words! { Convention { ClearDays="clear_days", CalendarDays="calendar_days", Eu118271="eu_1182_71", WorkingDays="working_days", Months="months" } }
words! { Start { HandedOver="handed_over", Received="received", Listed="listed" } }
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct NoticeDays(u16);
impl NoticeDays {
    pub const DEFAULT: Self = Self(30);
    pub fn get(self) -> u16 {
        self.0
    }
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct ObjectionDays(u16);
impl ObjectionDays {
    pub fn get(self) -> u16 {
        self.0
    }
    pub fn new(days: i64) -> Result<Self, std::num::TryFromIntError> {
        u16::try_from(days).map(Self)
    }
}
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    pub notice: (NoticeDays, Convention),
    pub start: Start,
    pub objection: Option<(ObjectionDays, Convention)>,
    pub zone: Zone,
    pub holidays: Holidays,
}
#[derive(Debug)]
pub struct Periods {
    pub notice_started_at: DateTime<Utc>,
    pub earliest_by_notice: DateTime<Utc>,
    pub window_closes_at: Option<DateTime<Utc>>,
    pub clear_at: DateTime<Utc>,
}
impl Timing {
    pub fn periods(&self, at: DateTime<Utc>) -> Periods {
        Periods { notice_started_at: at, earliest_by_notice: at, window_closes_at: None, clear_at: at }
    }
}
pub fn earliest_effective_on(clear_at: DateTime<Utc>, z: &Zone) -> NaiveDate {
    z.day_of(clear_at)
}
