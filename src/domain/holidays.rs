//! Holidays: which days are no working days, by country and subdivision.
//!
//! A customer's terms name [`Holidays`] by codes (`DE`, `DE-BY`, `GB-ENG`); the [calendar](super::calendar) asks
//! them day by day. A day that any of the named calendars has, counts. The days are those of the Python package
//! `holidays` (category public, substitute days as it observes them), nothing typed by hand, in a generated table:
//! where it decides a question of law, so do we. Two such: Ireland's New Year, St Patrick's Day or Christmas on a
//! weekend stays on its date and makes no Monday free; Good Friday counts in the Netherlands.
//!
//! Promise: a code we do not know is refused; [`Holidays::check`] tells a year about which the table says nothing
//! from a year without holidays, and [`Holidays::complete_until`] where single feasts begin to be missing.

mod table;

use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// How alike a code must be (Jaro-Winkler, 0 to 1) to be offered as what was meant.
const LIKENESS_MIN: f64 = 0.75;

/// The holiday calendars of one set of terms; none named means weekends only.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Holidays {
    codes: Vec<&'static str>,
    days: Option<Arc<table::Days>>,
}

impl Holidays {
    pub fn none() -> Self {
        Self::default()
    }

    /// The calendars with these codes: ISO 3166-1 alpha-2, with a hyphen and the subdivision where one is meant.
    ///
    /// ```
    /// # use forenotice::domain::holidays::Holidays;
    /// let holidays = Holidays::get(&["DE-BY", "GB-ENG"])?;
    /// assert!(holidays.is_holiday("2027-01-06".parse().unwrap())); // Epiphany, in Bavaria
    /// let error = Holidays::get(&["DE-by"]).unwrap_err().to_string();
    /// assert_eq!(error, "there is no holiday calendar \"DE-by\"; did you mean DE-BY?");
    /// # Ok::<(), forenotice::domain::holidays::UnknownCalendar>(())
    /// ```
    pub fn get(codes: &[impl AsRef<str>]) -> Result<Self, UnknownCalendar> {
        let found = codes.iter().map(|code| {
            let code = code.as_ref();
            table::calendar(code).ok_or_else(|| UnknownCalendar::new(code))
        });
        let mut found = found.collect::<Result<Vec<_>, _>>()?;
        found.sort_unstable_by_key(|(code, _)| *code);
        found.dedup_by_key(|(code, _)| *code);
        let codes = found.iter().map(|(code, _)| *code).collect();
        let days = found.into_iter().map(|(_, days)| days);
        Ok(Self { codes, days: days.reduce(|all, days| Arc::new(Arc::unwrap_or_clone(all).union(&days))) })
    }

    /// The codes, in alphabetical order, each once.
    pub fn codes(&self) -> &[&'static str] {
        &self.codes
    }

    /// Whether any of the calendars has the day. Outside [`Self::known_years`] the answer is no, and means nothing.
    pub fn is_holiday(&self, day: NaiveDate) -> bool {
        self.days.as_ref().is_some_and(|days| days.contains(day))
    }

    /// Monday to Friday, and not a holiday.
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !self.is_holiday(day)
    }

    /// The years about which all of the calendars say something; `None`: no calendar is named, so all.
    pub fn known_years(&self) -> Option<RangeInclusive<i32>> {
        self.days.as_ref().map(|days| days.known.clone())
    }

    /// The last year in which no feast of the calendars is missing. Later ones lack those whose dates the source
    /// has tabulated no further (Diwali, of `IN` or `US-CA`, until 2035), and have the others.
    pub fn complete_until(&self) -> Option<i32> {
        self.days.as_ref().map(|days| days.complete_until)
    }

    /// Refuses a day about which one of the calendars says nothing.
    ///
    /// ```
    /// # use forenotice::domain::holidays::Holidays;
    /// let error = Holidays::get(&["LK"])?.check("2027-10-01".parse().unwrap()).unwrap_err().to_string();
    /// assert_eq!(error, "2027-10-01 needs the holidays of LK, which are known for 2010 to 2026 only");
    /// # Ok::<(), forenotice::domain::holidays::UnknownCalendar>(())
    /// ```
    pub fn check(&self, day: NaiveDate) -> Result<(), BeyondCalendar> {
        match self.known_years() {
            Some(known) if !known.contains(&day.year()) => {
                let (first, last) = known.into_inner();
                Err(BeyondCalendar { day, codes: self.codes.join(", "), first, last })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The codes of all calendars, in alphabetical order.
    pub fn all_codes() -> Vec<&'static str> {
        let mut codes: Vec<_> = table::codes().collect();
        codes.sort_unstable();
        codes
    }

    /// Where the days come from, such as `holidays 0.109`.
    pub fn source() -> &'static str {
        table::source()
    }
}

/// A code that is no calendar, and the one that it was perhaps meant to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no holiday calendar {given:?}; {}", hint(nearest.as_ref()))]
pub struct UnknownCalendar {
    pub given: String,
    pub nearest: Option<&'static str>,
}

impl UnknownCalendar {
    fn new(given: &str) -> Self {
        let upper = given.to_uppercase().replace('_', "-");
        let likeness = |code: &str| strsim::jaro_winkler(&upper, &code.to_uppercase());
        let nearest = Holidays::all_codes()
            .into_iter()
            .map(|code| (likeness(code), code))
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
            .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
            .map(|(_, code)| code);
        Self { given: given.to_owned(), nearest }
    }
}

fn hint(nearest: Option<&&'static str>) -> String {
    match nearest {
        Some(nearest) => format!("did you mean {nearest}?"),
        None => "give a country's code such as DE, or a subdivision's such as DE-BY or GB-ENG".to_owned(),
    }
}

/// A day outside the years that the named calendars know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{day} needs the holidays of {codes}, which are known for {first} to {last} only")]
pub struct BeyondCalendar {
    pub day: NaiveDate,
    pub codes: String,
    pub first: i32,
    pub last: i32,
}

impl PartialEq for Holidays {
    fn eq(&self, other: &Self) -> bool {
        self.codes == other.codes
    }
}

impl Eq for Holidays {}

impl TryFrom<Vec<String>> for Holidays {
    type Error = UnknownCalendar;

    fn try_from(codes: Vec<String>) -> Result<Self, UnknownCalendar> {
        Self::get(&codes)
    }
}

impl From<Holidays> for Vec<String> {
    fn from(holidays: Holidays) -> Self {
        holidays.codes.iter().map(ToString::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_subdivision_has_its_own_days_and_the_countrys() {
        let (germany, bavaria) = (Holidays::get(&["DE"]).unwrap(), Holidays::get(&["DE-BY"]).unwrap());
        assert!(!germany.is_holiday(day("2027-01-06")) && bavaria.is_holiday(day("2027-01-06")));
        assert!(germany.is_holiday(day("2026-10-03")) && bavaria.is_holiday(day("2026-10-03")));
    }

    #[test]
    fn a_day_that_any_of_several_calendars_has_counts() {
        let both = Holidays::get(&["GB-ENG", "DE", "GB-ENG"]).unwrap();
        assert_eq!(both.codes(), ["DE", "GB-ENG"]);
        assert!(!both.is_working_day(day("2026-08-31")), "summer bank holiday, England");
        assert!(!both.is_working_day(day("2027-05-17")), "Whit Monday, Germany");
    }

    #[test]
    fn without_a_calendar_only_weekends_are_free() {
        assert!(Holidays::none().is_working_day(day("2026-12-25")));
        assert!(!Holidays::none().is_working_day(day("2026-12-26")));
        assert_eq!(Holidays::none().check(day("2500-01-01")), Ok(()));
        assert_eq!(Holidays::get(&[""; 0]).unwrap(), Holidays::none());
    }

    #[test]
    fn of_several_calendars_the_one_that_ends_first_limits_what_is_known() {
        let both = Holidays::get(&["DE", "LK"]).unwrap();
        assert_eq!((both.known_years(), both.complete_until()), (Some(2010..=2026), Some(2026)));
        let california = Holidays::get(&["US-CA"]).unwrap();
        assert_eq!((california.known_years(), california.complete_until()), (Some(2010..=2100), Some(2035)));
        assert!(both.check(day("2027-01-01")).is_err() && both.check(day("2009-12-31")).is_err());
    }

    #[test]
    fn the_irish_weekend_feast_makes_no_monday_free() {
        let ireland = Holidays::get(&["IE"]).unwrap();
        assert!(ireland.is_holiday(day("2029-03-17")) && ireland.is_working_day(day("2029-03-19")));
    }

    #[test]
    fn they_are_written_as_a_list_of_codes() {
        let holidays = Holidays::get(&["GB-ENG", "DE"]).unwrap();
        let json = serde_json::to_string(&holidays).unwrap();
        assert_eq!(json, r#"["DE","GB-ENG"]"#);
        assert_eq!(serde_json::from_str::<Holidays>(&json).unwrap(), holidays);
        assert!(serde_json::from_str::<Holidays>(r#"["Germany"]"#).is_err());
    }
}
