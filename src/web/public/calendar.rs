//! The changes, and a reader's own deadline, as calendars (RFC 5545): published, never an invitation.
//!
//! An entry keeps its UID for ever and its SEQUENCE grows with each notice after the announcement, so a calendar that has
//! taken it moves it. A calendar is often seen by others: no entry holds a personal link or a name of the reader's.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use icalendar::{Alarm, Calendar, Component as _, Event, EventLike as _, EventStatus, Property};
use sha2::{Digest, Sha256};
use url::Url;

use super::coming::standard_periods;
use super::feed::revalidated;
use super::object::Personal;
use super::object::clock::{Window, window_of};
use super::register::{CHANGES_LOGGED, Register, entries_of};
use super::start;
use super::wording::{self, Tense};
use crate::domain::access::LinkPurpose;
use crate::domain::change::{ChangeId, State as ChangeState};
use crate::domain::zone::Zone;
use crate::store::page::{self, PublicChange};
use crate::web::Site;
use crate::web::dates;
use crate::web::error::PageError;

/// An entry that ends with the deadline stands on the last day, which one that begins with it would not.
const LAST_HOUR: TimeDelta = TimeDelta::hours(1);
/// Days before it at which the calendar speaks up.
const REMINDERS: [i64; 2] = [3, 1];

/// `GET /changes.ics`: the day on which each change takes effect or did, and until when it can be objected to by the standard agreement.
pub async fn changes_ics(site: Site, headers: HeaderMap) -> Result<Response, PageError> {
    let now = site.cx().now().await?;
    let mut reading = site.cx().reading().await?;
    let (seen, revised) = page::register_revised(reading.conn(), CHANGES_LOGGED, now).await?;
    let register = Register::of(&site, now, seen);
    let mut calendar = empty(&site);
    for change in &register.seen.published {
        let Some(stamp) = entries_of(&register, change).last().map(|last| last.at) else { continue };
        let entry = &mut entry(&site, change, &change.reference, &revised, stamp);
        entry.summary(&summary(&site, change, "ics-change"));
        entry.description(&one_line(&change.reason));
        calendar.push(entry.starts(start::day(change, &register.policy.zone)).done());
        let closes = standard_periods(change, register.policy).and_then(|periods| periods.window_closes_at);
        if let Some(at) = closes {
            let uid = format!("{}-deadline", change.reference);
            let last_hour =
                LastHour { uid, at, zone: &register.policy.zone, says: "ics-deadline-standard", stamp };
            calendar.push(last_hour.of(&site, change, &revised));
        }
    }
    Ok(revalidated(response(&calendar, "changes"), &headers, register.last_modified()).await)
}

/// `GET /object/{token}/deadline.ics`: until when this letter's reader can object, by the dates of its own page.
pub async fn deadline_ics(site: Site, Path(token): Path<String>) -> Result<Response, PageError> {
    let personal = Personal::read(&site, &token, LinkPurpose::Object).await?;
    if personal.opened.former {
        return Err(PageError::UnknownLink);
    }
    let ids: Vec<_> = personal.changes.iter().map(|change| change.id).collect();
    let revised = page::times_revised(site.cx().reading().await?.conn(), &ids).await?;
    let mut calendar = empty(&site);
    for change in &personal.changes {
        if let Some(at) = deadline(&personal, change) {
            let whose = Sha256::digest(format!("{}:{}", change.reference, personal.customer));
            let uid = format!("{}-deadline-{}", change.reference, hex::encode(&whose[..8]));
            let (zone, stamp) = (&personal.zone, personal.now);
            let last_hour = LastHour { uid, at, zone, says: "ics-deadline-says", stamp };
            calendar.push(last_hour.of(&site, change, &revised));
        }
    }
    if calendar.components.is_empty() {
        return Err(PageError::NotFound);
    }
    let mut response = response(&calendar, "deadline");
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Until when the reader can object to the change, or could; none too where it is held and no day is known.
pub fn deadline(personal: &Personal<'_>, change: &PublicChange) -> Option<DateTime<Utc>> {
    match window_of(personal, change) {
        Window::Open { until: at, .. } | Window::AfterStart { until: at } | Window::Closed { at } => Some(at),
        Window::UntilEffect { at } => at,
        Window::InForce { .. } | Window::NotServed | Window::NotOwed | Window::NotAsked => None,
    }
}

/// The hour before a deadline, with its reminders.
struct LastHour<'a> {
    uid: String,
    /// The deadline.
    at: DateTime<Utc>,
    zone: &'a Zone,
    /// The sentence that says what it is.
    says: &'static str,
    stamp: DateTime<Utc>,
}

impl LastHour<'_> {
    fn of(&self, site: &Site, change: &PublicChange, revised: &BTreeMap<ChangeId, i64>) -> Event {
        let words = site.words();
        let mut entry = entry(site, change, &self.uid, revised, self.stamp);
        let summary = summary(site, change, "ics-deadline");
        entry.starts(self.at - LAST_HOUR).ends(self.at).summary(&summary);
        let until = dates::deadline(words, self.at, self.zone);
        entry.description(&words.with(self.says, [("deadline", &until)]));
        for days in REMINDERS {
            let mut alarm = Alarm::display(&summary, TimeDelta::days(-days));
            alarm
                // Days as days: the crate would write them as seconds.
                .append_property(Property::new("TRIGGER", format!("-P{days}D")))
                // Without these two it would be given today's date and a random name.
                .timestamp(self.stamp)
                .uid(&format!("{}-{days}@{}", self.uid, host(site)));
            entry.alarm(alarm);
        }
        entry.done()
    }
}

fn entry(
    site: &Site,
    change: &PublicChange,
    name: &str,
    revised: &BTreeMap<ChangeId, i64>,
    stamp: DateTime<Utc>,
) -> Event {
    let status = match change.state {
        ChangeState::Withdrawn | ChangeState::Discarded => EventStatus::Cancelled,
        ChangeState::Effective => EventStatus::Confirmed,
        ChangeState::Draft | ChangeState::Scheduled | ChangeState::InNotice | ChangeState::Held => {
            EventStatus::Tentative
        }
    };
    let sequence = revised.get(&change.id).and_then(|times| u32::try_from(*times).ok()).unwrap_or_default();
    let mut entry = Event::new();
    entry
        .uid(&format!("{name}@{}", host(site)))
        .sequence(sequence)
        .timestamp(stamp)
        .status(status)
        .append_property(Property::new("TRANSP", "TRANSPARENT"))
        .append_property(Property::new(
            "URL",
            format!("{}/changes/{}", site.processor().base_url, change.reference),
        ));
    entry
}

fn summary(site: &Site, change: &PublicChange, key: &str) -> String {
    let mut headline = wording::headline(site.words(), change, Tense::Planned);
    // An entry needs a day; that of one held is no promise.
    if change.state == ChangeState::Held {
        headline = site.words().with("change-title-held", [("headline", &headline)]);
    }
    one_line(&site.words().with(key, [("headline", &headline), ("reference", &change.reference)]))
}

/// The crate escapes newlines and would let a bare carriage return through.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn host(site: &Site) -> String {
    let base = Url::parse(&site.processor().base_url).ok();
    base.and_then(|base| base.host_str().map(str::to_owned)).unwrap_or_default()
}

fn empty(site: &Site) -> Calendar {
    let name = site.words().with("ics-name", [("processor", &site.processor().name)]);
    let mut calendar = Calendar::empty();
    for (property, value) in [
        ("VERSION", "2.0"),
        ("PRODID", concat!("-//forenotice//", env!("CARGO_PKG_VERSION"), "//EN")),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
    ] {
        calendar.append_property(Property::new(property, value));
    }
    calendar.name(&one_line(&name));
    calendar
}

fn response(calendar: &Calendar, name: &str) -> Response {
    let disposition = format!("inline; filename=\"{name}.ics\"");
    let kind = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
    ];
    (kind, calendar.to_string()).into_response()
}
