//! stub
use chrono::{DateTime, NaiveDate, Utc};
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Zone(String);
impl Zone {
    pub fn utc() -> Self {
        Self("UTC".into())
    }
    pub fn name(&self) -> &str {
        &self.0
    }
    pub fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        at.date_naive()
    }
    pub fn first_instant(&self, day: NaiveDate) -> DateTime<Utc> {
        day.and_time(chrono::NaiveTime::MIN).and_utc()
    }
}
