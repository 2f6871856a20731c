//! The worked examples of the calendar's chapter, its properties, and the corners of the zones.

use super::*;

const EXAMPLES: &str = include_str!("../../../tests/fixtures/calendar/worked_examples.csv");

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Handed over, in UTC, without holidays, until the change takes effect; a test changes what it is about.
fn clear_days(days: i64) -> Timing {
    Timing {
        notice: (NoticeDays::new(days).unwrap(), Convention::ClearDays),
        start: Start::HandedOver,
        objection: None,
        zone: Zone::utc(),
        holidays: Holidays::none(),
    }
}

fn days_to_object(days: i64, convention: Convention) -> (ObjectionDays, Convention) {
    (ObjectionDays::new(days).unwrap(), convention)
}

fn zone(name: &str) -> Zone {
    Zone::get(name).unwrap()
}

#[test]
fn the_worked_examples_come_out_as_the_chapter_says() {
    let mut examples = csv::Reader::from_reader(EXAMPLES.as_bytes());
    let mut read = 0;
    for (line, record) in examples.records().enumerate() {
        let record = record.unwrap();
        let number = |field: usize| record[field].parse::<i64>().ok();
        let convention: Convention = record[5].parse().unwrap();
        let codes: Vec<_> = Some(&record[6]).filter(|code| !code.is_empty()).into_iter().collect();
        let timing = Timing {
            notice: (NoticeDays::new(number(3).unwrap()).unwrap(), convention),
            start: record[2].parse().unwrap(),
            objection: number(4).map(|days| days_to_object(days, convention)),
            zone: zone(&record[1]),
            holidays: Holidays::get(&codes).unwrap(),
        };
        let periods = timing.periods(instant(&record[0]));
        let words = |value: Option<String>| value.unwrap_or_default();
        let closes = periods.window_closes_at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        let got = [
            periods.notice_day.to_string(),
            words(periods.objection_last_day.map(|last| last.to_string())),
            words(closes),
            earliest_effective_on(periods.clear_at, &timing.zone).to_string(),
        ];
        let wanted = [&record[7], &record[8], &record[9], &record[10]];
        assert_eq!(got, wanted, "line {}", line + 2);
        read += 1;
    }
    assert_eq!(read, 18);
}

#[test]
fn the_policys_zone_decides_on_which_date_everybody_is_clear() {
    let timing = Timing { zone: zone("America/Los_Angeles"), ..clear_days(30) };
    let clear_at = timing.periods(instant("2026-12-01T20:00:00Z")).clear_at;
    assert_eq!(clear_at, instant("2027-01-01T08:00:00Z"));
    assert_eq!(earliest_effective_on(clear_at, &zone("Asia/Tokyo")), day("2027-01-02"));
}

#[test]
fn no_notice_days_at_all_clear_at_the_service_and_not_before() {
    let none = NoticeDays::new(0).unwrap();
    let served_at = instant("2026-11-23T09:00:00Z");
    let timing = Timing {
        notice: (none, Convention::CalendarDays),
        objection: Some(days_to_object(0, Convention::ClearDays)),
        ..clear_days(0)
    };
    let periods = timing.periods(served_at);
    assert_eq!((periods.earliest_day, periods.earliest_by_notice), (day("2026-11-23"), served_at));
    assert_eq!(periods.objection_last_day, Some(day("2026-11-23")), "the end of the same day");
    assert_eq!(periods.clear_at, instant("2026-11-24T00:00:00Z"));
    let silent = Timing { objection: None, ..timing }.periods(served_at);
    assert_eq!((silent.window_closes_at, silent.clear_at), (None, served_at));
}

#[test]
fn a_window_of_no_days_still_ends_on_a_working_day_under_1182_71() {
    let timing = Timing { objection: Some(days_to_object(0, Convention::Eu118271)), ..clear_days(30) };
    let sunday = timing.periods(instant("2026-11-22T09:00:00Z"));
    assert_eq!((sunday.notice_day, sunday.objection_last_day), (day("2026-11-22"), Some(day("2026-11-23"))));
}

#[test]
fn received_at_five_or_on_a_day_without_work_starts_on_the_next_working_day() {
    let holidays = Holidays::get(&["DE"]).unwrap();
    let timing = Timing { start: Start::Received, zone: zone("Europe/Berlin"), holidays, ..clear_days(30) };
    let starts = |at: &str| {
        let periods = timing.periods(instant(at));
        (periods.notice_day.to_string(), periods.notice_started_at.to_rfc3339())
    };
    let at = |day: &str, instant: &str| (day.to_owned(), format!("{instant}+00:00"));
    assert_eq!(starts("2026-11-23T15:59:59Z"), at("2026-11-23", "2026-11-23T15:59:59"));
    assert_eq!(starts("2026-11-23T16:00:00Z"), at("2026-11-24", "2026-11-23T23:00:00"));
    assert_eq!(starts("2026-11-27T16:00:00Z"), at("2026-11-30", "2026-11-29T23:00:00"));
    assert_eq!(starts("2026-12-25T08:00:00Z"), at("2026-12-28", "2026-12-27T23:00:00"));
}

#[test]
fn what_counts_as_the_service_is_said_by_the_start() {
    let service = Service {
        handed_over_at: instant("2026-11-23T09:00:00Z"),
        received_at: Some(instant("2026-11-23T09:00:07Z")),
        published_at: Some(instant("2026-11-24T00:00:00Z")),
    };
    assert_eq!(Start::HandedOver.instant(&service), service.handed_over_at);
    assert_eq!(Some(Start::Received.instant(&service)), service.received_at);
    assert_eq!(Some(Start::Listed.instant(&service)), service.published_at);
    let earlier = Service { published_at: Some(instant("2026-11-20T00:00:00Z")), ..service };
    assert_eq!(Start::Listed.instant(&earlier), service.handed_over_at);
    let unreported = Service { received_at: None, published_at: None, ..service };
    assert_eq!(Start::Received.instant(&unreported), service.handed_over_at);
    assert_eq!(Start::Listed.instant(&unreported), service.handed_over_at);
}

#[test]
fn nothing_takes_effect_and_no_period_starts_on_a_day_that_the_zone_skips() {
    let apia = zone("Pacific/Apia");
    let timing = Timing { zone: apia.clone(), ..clear_days(0) };
    let periods = timing.periods(instant("2011-12-29T20:00:00Z"));
    assert_eq!((periods.notice_day, periods.earliest_day), (day("2011-12-29"), day("2011-12-31")));
    assert_eq!(earliest_effective_on(periods.clear_at, &apia), day("2011-12-31"));
    let received = Timing { start: Start::Received, ..timing };
    let evening = received.periods(instant("2011-12-30T05:00:00Z"));
    assert_eq!(evening.notice_day, day("2012-01-02"), "Thursday evening; there was no Friday");
}

#[test]
fn the_latest_notice_day_is_the_last_that_is_early_enough() {
    let timing = clear_days(30);
    let effective_at = instant("2026-12-24T00:00:00Z");
    assert_eq!(timing.latest_notice_day(effective_at), Some(day("2026-11-23")));
    assert_eq!(
        timing.latest_notice_day(effective_at - chrono::TimeDelta::seconds(1)),
        Some(day("2026-11-22"))
    );
    let received = Timing { start: Start::Received, ..timing };
    assert_eq!(
        received.latest_notice_day(instant("2026-12-23T00:00:00Z")),
        Some(day("2026-11-20")),
        "a Friday"
    );
}

#[test]
fn an_answer_that_rests_on_an_unknown_year_is_refused() {
    let served_at = instant("2026-12-20T09:00:00Z");
    let holidays = Holidays::get(&["LK"]).unwrap();
    let timing = Timing { holidays, ..clear_days(30) };
    assert_eq!(
        timing.check_holidays(served_at, &timing.periods(served_at)),
        Ok(()),
        "clear days ask no holiday"
    );
    let asks = Timing { objection: Some(days_to_object(14, Convention::WorkingDays)), ..timing };
    let refused = asks.check_holidays(served_at, &asks.periods(served_at)).unwrap_err();
    assert_eq!((refused.first, refused.last), (2010, 2026));
}

#[test]
fn days_are_whole_numbers_up_to_a_year() {
    assert_eq!(NoticeDays::new(366).map(NoticeDays::get), Ok(366));
    let refused = NoticeDays::new(367).unwrap_err();
    assert_eq!(refused.to_string(), "367 notice days are out of range; give a whole number from 0 to 366");
    assert!(ObjectionDays::new(-1).is_err());
    assert!(serde_json::from_str::<NoticeDays>("367").is_err());
}

mod properties {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    /// Zones of every kind: far east and west, odd offsets, skipped midnights, changed rules, a skipped day.
    const ZONES: &[&str] = &[
        "UTC",
        "Europe/Berlin",
        "Europe/London",
        "Africa/Cairo",
        "Africa/Casablanca",
        "America/Los_Angeles",
        "America/Santiago",
        "America/Asuncion",
        "America/Havana",
        "Asia/Beirut",
        "Asia/Kathmandu",
        "Asia/Tokyo",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Pacific/Kiritimati",
    ];
    const CALENDARS: &[&[&str]] =
        &[&[], &["DE"], &["DE-BY"], &["GB-ENG"], &["US"], &["FR"], &["JP"], &["DE", "US"]];

    fn served() -> impl Strategy<Value = DateTime<Utc>> {
        let seconds =
            instant("2011-01-01T00:00:00Z").timestamp()..instant("2038-01-01T00:00:00Z").timestamp();
        seconds.prop_map(|at| DateTime::from_timestamp(at, 0).unwrap())
    }

    fn convention() -> impl Strategy<Value = Convention> {
        prop::sample::select(Convention::ALL)
    }

    fn timing() -> impl Strategy<Value = Timing> {
        let window = prop::option::of((0..=60_i64, convention()));
        (0..=60_i64, convention(), prop::sample::select(Start::ALL), window, prop::sample::select(ZONES), {
            prop::sample::select(CALENDARS)
        })
            .prop_map(|(n, convention, start, window, name, codes)| Timing {
                notice: (NoticeDays::new(n).unwrap(), convention),
                start,
                objection: window.map(|(m, convention)| days_to_object(m, convention)),
                zone: zone(name),
                holidays: Holidays::get(codes).unwrap(),
            })
    }

    proptest! {
        #[test]
        fn a_later_service_makes_nothing_possible_earlier(
            timing in timing(), at in served(), later in 0..=40 * 86_400_i64,
        ) {
            let (first, second) = (timing.periods(at), timing.periods(at + TimeDelta::seconds(later)));
            prop_assert!(first.notice_day <= second.notice_day);
            prop_assert!(first.earliest_day <= second.earliest_day);
            prop_assert!(first.window_closes_at <= second.window_closes_at);
            prop_assert!(first.clear_at <= second.clear_at);
        }

        #[test]
        fn more_days_make_nothing_possible_earlier(timing in timing(), at in served(), more in 0..=60_u16) {
            let (n, by) = timing.notice;
            let longer = Timing {
                notice: (NoticeDays(n.get() + more), by),
                objection: timing.objection.map(|(m, by)| (ObjectionDays(m.get() + more), by)),
                ..timing.clone()
            };
            let (short, long) = (timing.periods(at), longer.periods(at));
            prop_assert!(short.earliest_day <= long.earliest_day);
            prop_assert!(short.window_closes_at <= long.window_closes_at);
            prop_assert!(short.clear_at <= long.clear_at);
        }

        #[test]
        fn every_deadline_is_the_first_instant_of_a_local_day(timing in timing(), at in served()) {
            let periods = timing.periods(at);
            if let Some(closes) = periods.window_closes_at {
                let zone = &timing.zone;
                prop_assert_eq!(zone.first_instant(zone.day_of(closes)), closes);
                prop_assert!(zone.day_of(closes - TimeDelta::seconds(1)) < zone.day_of(closes));
            }
        }

        #[test]
        fn nobody_is_clear_before_service_notice_and_window_are_over(timing in timing(), at in served()) {
            let periods = timing.periods(at);
            prop_assert!(periods.clear_at >= at && periods.clear_at >= periods.earliest_by_notice);
            prop_assert!(periods.window_closes_at.is_none_or(|closes| periods.clear_at >= closes));
            prop_assert!(timing.zone.has_day(periods.notice_day) && timing.zone.has_day(periods.earliest_day));
        }

        #[test]
        fn a_period_in_working_days_or_by_1182_71_ends_on_a_working_day(
            timing in timing(), at in served(), days in 1..=60_i64,
        ) {
            for convention in [Convention::Eu118271, Convention::WorkingDays] {
                let timing = Timing { objection: Some(days_to_object(days, convention)), ..timing.clone() };
                let last = timing.periods(at).objection_last_day.unwrap();
                prop_assert!(timing.holidays.is_working_day(last));
            }
        }

        #[test]
        fn two_days_or_more_by_1182_71_hold_two_working_days(
            timing in timing(), at in served(), days in 2..=60_i64,
        ) {
            let notice = (NoticeDays::new(days).unwrap(), Convention::Eu118271);
            let timing = Timing { notice, objection: Some(days_to_object(days, Convention::Eu118271)), ..timing };
            let periods = timing.periods(at);
            let working = |to: NaiveDate| {
                let days = periods.notice_day.iter_days().skip(1).take_while(|day| *day <= to);
                days.filter(|day| timing.holidays.is_working_day(*day)).count()
            };
            prop_assert!(working(periods.objection_last_day.unwrap()) >= 2);
            prop_assert!(working(periods.earliest_day.pred_opt().unwrap()) >= 2);
        }

        #[test]
        fn the_zone_moves_the_notice_day_by_one_day_at_most(
            name in prop::sample::select(ZONES), at in served(),
        ) {
            let here = Timing { zone: zone(name), ..clear_days(30) }.periods(at).notice_day;
            let utc = clear_days(30).periods(at).notice_day;
            prop_assert!(here.signed_duration_since(utc).num_days().abs() <= 1);
        }

        #[test]
        fn the_latest_notice_day_is_in_time_and_the_next_is_not(timing in timing(), at in served()) {
            let clear_at = |day: NaiveDate| timing.periods_from(day, timing.zone.first_instant(day)).clear_at;
            let latest = timing.latest_notice_day(at).unwrap();
            prop_assert!(clear_at(latest) <= at);
            let mut next = count::after(latest, 1);
            while !timing.may_start_on(next) {
                next = count::after(next, 1);
            }
            prop_assert!(clear_at(next) > at);
        }

        #[test]
        fn a_notice_given_is_never_later_than_the_latest_for_the_date_it_allows(
            timing in timing(), at in served(), policy in prop::sample::select(ZONES),
        ) {
            let periods = timing.periods(at);
            let policy = zone(policy);
            let effective_on = earliest_effective_on(periods.clear_at, &policy);
            let effective_at = policy.first_instant(effective_on);
            prop_assert!(timing.latest_notice_day(effective_at) >= Some(periods.notice_day));
            prop_assert!(effective_at >= periods.clear_at && policy.has_day(effective_on));
            let before = effective_on.pred_opt().unwrap();
            prop_assert!(policy.first_instant(before) < periods.clear_at || !policy.has_day(before));
        }
    }
}
