//! What the fields mean, the days on which clocks change, and `croner` as an independent reader.

use chrono::{TimeDelta, TimeZone};
use proptest::prelude::*;

use super::*;

fn window(expression: &str) -> SendWindow {
    SendWindow::parse(expression).unwrap()
}

fn zone(name: &str) -> Zone {
    Zone::get(name).unwrap()
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The next openings in the zone, as its clocks show them.
fn openings(expression: &str, name: &str, after: &str, count: usize) -> Vec<String> {
    let (window, zone) = (window(expression), zone(name));
    let mut at = instant(after);
    let mut seen = Vec::new();
    for _ in 0..count {
        at = window.next_after(at, &zone).unwrap();
        seen.push(at.with_timezone(&zone).format("%a %d %H:%M%:z").to_string());
    }
    seen
}

#[test]
fn weekdays_are_counted_as_vixie_cron_does() {
    let after = "2026-11-22T12:00:00Z"; // a Sunday
    let days = |expression: &str| {
        let seen = openings(expression, "UTC", after, 7);
        seen.iter().map(|at| at[..3].to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(days("0 9 * * 1-5"), "Mon Tue Wed Thu Fri Mon Tue");
    assert_eq!(days("0 9 * * mon-fri"), "Mon Tue Wed Thu Fri Mon Tue");
    assert_eq!(days("0 9 * * MON,wed"), "Mon Wed Mon Wed Mon Wed Mon");
    assert_eq!(days("0 9 * * 0"), "Sun Sun Sun Sun Sun Sun Sun");
    assert_eq!(days("0 9 * * 7"), "Sun Sun Sun Sun Sun Sun Sun");
    assert_eq!(days("0 9 * * 5-7"), "Fri Sat Sun Fri Sat Sun Fri");
    assert_eq!(days("0 9 * * 1-7/3"), "Mon Thu Sun Mon Thu Sun Mon");
    assert_eq!(days("0 9 * * */2"), "Tue Thu Sat Sun Tue Thu Sat");
}

#[test]
fn of_two_restricted_day_fields_either_suffices() {
    assert_eq!(
        openings("0 9 13 * fri", "UTC", "2026-11-07T00:00:00Z", 4),
        ["Fri 13 09:00+00:00", "Fri 20 09:00+00:00", "Fri 27 09:00+00:00", "Fri 04 09:00+00:00"]
    );
    assert_eq!(
        openings("0 9 1 * fri", "UTC", "2026-11-28T00:00:00Z", 3),
        ["Tue 01 09:00+00:00", "Fri 04 09:00+00:00", "Fri 11 09:00+00:00"]
    );
    assert_eq!(
        openings("0 9 */2 * fri", "UTC", "2026-11-07T00:00:00Z", 2),
        ["Fri 13 09:00+00:00", "Fri 27 09:00+00:00"],
        "a field that begins with a star restricts the other"
    );
}

#[test]
fn a_time_that_the_clock_jumps_over_comes_at_the_jump() {
    assert_eq!(
        openings("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 3),
        ["Sat 28 02:30+01:00", "Sun 29 03:00+02:00", "Mon 30 02:30+02:00"]
    );
    assert_eq!(
        openings("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", 4),
        ["Sun 29 01:30+01:00", "Sun 29 03:00+02:00", "Sun 29 03:30+02:00", "Sun 29 04:00+02:00"]
    );
    assert_eq!(
        openings("0 9 * * *", "Pacific/Apia", "2011-12-29T00:00:00Z", 2),
        ["Thu 29 09:00-10:00", "Sat 31 00:00+14:00"],
        "the opening of the skipped Friday"
    );
}

#[test]
fn a_time_that_comes_twice_comes_at_the_first() {
    assert_eq!(
        openings("30 2 * * *", "Europe/Berlin", "2026-10-24T00:00:00Z", 3),
        ["Sat 24 02:30+02:00", "Sun 25 02:30+02:00", "Mon 26 02:30+01:00"]
    );
    assert_eq!(
        openings("*/30 * * * *", "Europe/Berlin", "2026-10-24T23:40:00Z", 4),
        ["Sun 25 02:00+02:00", "Sun 25 02:30+02:00", "Sun 25 03:00+01:00", "Sun 25 03:30+01:00"]
    );
}

#[test]
fn what_means_nothing_is_refused_in_words() {
    let refused = |expression: &str| SendWindow::parse(expression).unwrap_err().to_string();
    assert_eq!(
        refused("0 0 9 * * mon-fri"),
        "\"0 0 9 * * mon-fri\" has 6 fields; give five: minute, hour, day of month, month and weekday, such as \
         \"0 9 * * mon-fri\""
    );
    assert_eq!(
        refused("0 9 * * 8"),
        "\"0 9 * * 8\": \"8\" is no weekday; it takes 0 to 7 or sun to sat, ranges upwards (a-b), lists (a,b), * \
         and steps on a range (*/2, a-b/2)"
    );
    for nonsense in [
        "",
        "@daily",
        "60 9 * * *",
        "0 24 * * *",
        "0 9 0 * *",
        "0 9 * 13 *",
        "*/0 * * * *",
        "0 9 * * fri-mon",
        "0 9 * * ,",
        "0 9 L * *",
        "0 9 ? * *",
        "0 9 * * 1#2",
        "+5 9 * * *",
        "5-1 * * * *",
        "0/15 * * * *",
        "0 9 * jan-dez *",
        "0 9 * * -",
        "0 9 31 feb *",
        "0 9 30,31 2 *",
        "9999999 9 * * *",
    ] {
        assert!(SendWindow::parse(nonsense).is_err(), "{nonsense}");
    }
    window("0 9 29 2 *");
    window("0 9 31 2 mon");
}

#[test]
fn it_is_written_as_it_was_given() {
    let json = serde_json::to_string(&window("0 9 * * mon-fri")).unwrap();
    assert_eq!(json, "\"0 9 * * mon-fri\"");
    assert_eq!(serde_json::from_str::<SendWindow>(&json).unwrap(), window("0 9 * * mon-fri"));
    assert!(serde_json::from_str::<SendWindow>("\"daily\"").is_err());
}

const ZONES: &[&str] = &[
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Africa/Cairo",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Beirut",
];

fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    let seconds = instant("2011-01-01T00:00:00Z").timestamp()..instant("2038-01-01T00:00:00Z").timestamp();
    // Clocks change at the end of March and October in most of the zones.
    let near = (2011..2038_i32, prop::sample::select(vec![3_u32, 10]), 20 * 86_400..33 * 86_400_i64)
        .prop_map(|(year, month, seconds)| {
            Utc.with_ymd_and_hms(year, month, 1, 0, 0, 0).unwrap() + TimeDelta::seconds(seconds)
        });
    prop_oneof![seconds.prop_map(|at| DateTime::from_timestamp(at, 0).unwrap()), near]
}

proptest! {
    #[test]
    fn a_restart_changes_nothing_and_time_goes_forward(
        minutes in prop::sample::select(vec!["0", "*", "*/30", "17", "0,45"]),
        hours in prop::sample::select(vec!["*", "0", "1-3", "2", "23", "*/6"]),
        at in moment(),
        waited in 0..3_600_i64,
        name in prop::sample::select(ZONES),
    ) {
        let (window, zone) = (window(&format!("{minutes} {hours} * * *")), zone(name));
        let next = window.next_after(at, &zone).unwrap();
        prop_assert!(next > at);
        let restarted = at + TimeDelta::seconds(waited);
        let again = window.next_after(restarted, &zone).unwrap();
        let agrees = if restarted < next { again == next } else { again > next };
        prop_assert!(agrees, "{} then {}", next, again);
    }

    #[test]
    fn fixed_times_agree_with_croner(
        minute in 0..60_u8,
        hour in 0..24_u8,
        days in prop::sample::select(vec!["* * *", "* * 1-5", "* * 0,6", "1,15 * *", "13 * 5", "29 2 *", "* mar-oct 7"]),
        at in moment(),
        name in prop::sample::select(ZONES),
    ) {
        let (expression, zone) = (format!("{minute} {hour} {days}"), zone(name));
        let ours = window(&expression).next_after(at, &zone).unwrap();
        let theirs: croner::Cron = expression.parse().unwrap();
        let theirs = theirs.find_next_occurrence(&at.with_timezone(&zone), false).unwrap();
        prop_assert_eq!(ours.with_timezone(&zone).to_rfc3339(), theirs.to_rfc3339(), "{}", expression);
    }
}
