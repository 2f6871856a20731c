//! The register and its changes for programs: JSON, CSV and Atom, each with a validator.
//!
//! CSV is the register file of [`register_file`]: a cell that a spreadsheet would run
//! as a formula has an apostrophe in front, and so has one that begins with apostrophes before such a sign; who takes
//! exactly one away again (as `register import` does) has the facts back unchanged. JSON has them as they are.

mod schema;

use std::collections::HashMap;

use atom_syndication::{Content, Entry, Feed, FixedDateTime, Link, Person, Text};
use axum::body::{Body, to_bytes};
use axum::extract::Query;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::register::{Asked, CHANGES_LOGGED, Register, entries_of};
use super::wording::Tense;
use super::{change, start, subprocessor};
use crate::domain::change::{ChangeKind, State as ChangeState};
use crate::domain::register::{Version, on_day};
use crate::domain::register_file::{self, Beside};
use crate::domain::subprocessor::Facts;
use crate::store::page::{self, PublicChange};
use crate::web::Site;
use crate::web::error::PageError;

/// Changes on one page of `/changes.json`.
const CHANGES_PER_PAGE: i64 = 100;
/// The largest response that is held to compute its validator.
pub const BODY_BYTES_MAX: usize = 32 * 1024 * 1024;
/// An answer that is the same for everybody: to be stored, and asked about each time.
pub const FOR_ALL: &str = "no-cache";
/// An act under way may still become visible with an instant that lies so far back.
const LAST_MODIFIED_SETTLES: TimeDelta = TimeDelta::seconds(60);

#[derive(Serialize)]
struct RegisterDocument<'a> {
    #[serde(rename = "$schema")]
    schema: String,
    processor: &'a str,
    on: NaiveDate,
    /// The first day that the register says anything of.
    first_day: Option<NaiveDate>,
    subprocessors: Vec<Listed<'a>>,
    in_force_for_some_customers: Vec<ForSome<'a>>,
    in_use_without_completed_notice: Vec<InUse<'a>>,
}

/// One subprocessor in one state.
#[derive(Debug, Serialize)]
pub struct Listed<'a> {
    id: &'a str,
    /// Its own page, which never moves.
    url: String,
    #[serde(flatten)]
    facts: &'a Facts,
    /// The first day of this state.
    since: NaiveDate,
    /// The change that brought it about; null: stated at the import, not witnessed.
    change: Option<&'a str>,
}

#[derive(Serialize)]
struct ForSome<'a> {
    change: &'a str,
    name: &'a str,
    since: NaiveDate,
}

#[derive(Serialize)]
struct InUse<'a> {
    change: &'a str,
    name: &'a str,
    since: NaiveDate,
    reason: Option<&'a str>,
}

/// `GET /register.json?on=`
pub async fn register_json(
    site: Site,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let register = Register::read(&site).await?;
    let day = match register.day(&asked.on) {
        Ok(day) => day,
        Err(why) => return Ok(refused("on", &why)),
    };
    let document = RegisterDocument {
        schema: format!("{}/register.schema.json", site.processor().base_url),
        processor: &site.processor().name,
        on: day,
        first_day: register.first_day(),
        subprocessors: listed(&site, on_day(&register.seen.versions, day)),
        in_force_for_some_customers: for_some_on(&register, day)
            .map(|(change, since)| ForSome { change: &change.reference, name: &change.facts.name, since })
            .collect(),
        in_use_without_completed_notice: register
            .in_use_on(day)
            .map(|(change, since)| InUse {
                change: &change.reference,
                name: &change.facts.name,
                since,
                reason: change.in_use_why.as_deref(),
            })
            .collect(),
    };
    let response = json("application/json", &document)?;
    Ok(revalidated(response, &headers, register.last_modified()).await)
}

/// The changes in force on `day` for those customers whose notice has run, and since when for the first.
fn for_some_on<'a>(
    register: &'a Register<'_>,
    day: NaiveDate,
) -> impl Iterator<Item = (&'a PublicChange, NaiveDate)> {
    let since = move |change: &'a PublicChange| {
        let since = register.policy.zone.day_of(change.in_force_for_some()?);
        (since <= day).then_some((change, since))
    };
    register.seen.open.iter().filter_map(since)
}

pub fn listed<'a>(site: &Site, versions: Vec<&'a Version>) -> Vec<Listed<'a>> {
    let base = &site.processor().base_url;
    let one = |version: &'a Version| Listed {
        id: &version.slug,
        url: format!("{base}{}", subprocessor::path(&version.slug)),
        facts: &version.facts,
        since: version.valid_from,
        change: version.change.as_deref(),
    };
    versions.into_iter().map(one).collect()
}

/// `GET /register.csv?on=`
pub async fn register_csv(
    site: Site,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let register = Register::read(&site).await?;
    let day = match register.day(&asked.on) {
        Ok(day) => day,
        Err(why) => return Ok(refused("on", &why)),
    };
    let for_some =
        for_some_on(&register, day).map(|(change, since)| (&change.facts, Beside::InForceForSome, since));
    let in_use = register.in_use_on(day).map(|(change, since)| (&change.facts, Beside::InUse, since));
    let beside: Vec<_> = for_some.chain(in_use).collect();
    let listed = on_day(&register.seen.versions, day).into_iter().map(|version| &version.facts);
    let csv = register_file::write_csv_with_others(listed, &beside);
    let disposition = format!("attachment; filename=\"subprocessors-{day}.csv\"");
    let kind: [(HeaderName, &str); 2] = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (header::CONTENT_DISPOSITION, &disposition),
    ];
    Ok(revalidated((kind, csv).into_response(), &headers, register.last_modified()).await)
}

/// `GET /register.schema.json`
pub async fn register_schema(site: Site, headers: HeaderMap) -> Result<Response, PageError> {
    let response = json("application/schema+json", &schema::register(&site.processor().base_url))?;
    Ok(revalidated(response, &headers, None).await)
}

/// `GET /changes.schema.json`
pub async fn changes_schema(site: Site, headers: HeaderMap) -> Result<Response, PageError> {
    let response = json("application/schema+json", &schema::changes(&site.processor().base_url))?;
    Ok(revalidated(response, &headers, None).await)
}

/// `GET /compare.schema.json`
pub async fn compare_schema(site: Site, headers: HeaderMap) -> Result<Response, PageError> {
    let response = json("application/schema+json", &schema::compare(&site.processor().base_url))?;
    Ok(revalidated(response, &headers, None).await)
}

#[derive(Serialize)]
struct ChangesDocument<'a> {
    #[serde(rename = "$schema")]
    schema: String,
    processor: &'a str,
    changes: Vec<ChangeDocument<'a>>,
    /// Where the older ones are; null: these are the oldest.
    next: Option<String>,
}

#[derive(Serialize)]
struct ChangeDocument<'a> {
    reference: &'a str,
    url: String,
    kind: ChangeKind,
    /// `announced`, `held`, `effective` or `withdrawn`
    state: &'static str,
    headline: String,
    reason: &'a str,
    emergency: Option<&'a str>,
    announced_at: Option<DateTime<Utc>>,
    effective_on: NaiveDate,
    in_force_for_some_since: Option<DateTime<Utc>>,
    took_effect_at: Option<DateTime<Utc>>,
    in_use_since: Option<NaiveDate>,
    in_use_until: Option<NaiveDate>,
    facts: &'a Facts,
    before: Option<&'a Facts>,
    replaces: Option<&'a str>,
    events: Vec<EventDocument>,
}

#[derive(Serialize)]
struct EventDocument {
    event: &'static str,
    at: DateTime<Utc>,
}

/// What `?before=` continues.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Before {
    before: String,
}

/// `GET /changes.json?before=CHG-…`
pub async fn changes_json(
    site: Site,
    headers: HeaderMap,
    Query(Before { before }): Query<Before>,
) -> Result<Response, PageError> {
    let now = site.cx().now().await?;
    let mut reading = site.cx().reading().await?;
    let conn = reading.conn();
    let seen = match before.as_str() {
        "" => page::register(conn, CHANGES_PER_PAGE, now).await?,
        reference if !change::may_be_reference(reference) => return Err(PageError::NotFound),
        reference => {
            page::register_before(conn, reference, CHANGES_PER_PAGE, now).await?.ok_or(PageError::NotFound)?
        }
    };
    let register = Register::of(&site, now, seen);
    let is_full = i64::try_from(register.seen.published.len()).unwrap_or(i64::MAX) == CHANGES_PER_PAGE;
    let last = register.seen.published.last().filter(|_| is_full);
    let document = ChangesDocument {
        schema: format!("{}/changes.schema.json", site.processor().base_url),
        processor: &site.processor().name,
        changes: register.seen.published.iter().map(|change| change_document(&register, change)).collect(),
        next: last
            .map(|last| format!("{}/changes.json?before={}", site.processor().base_url, last.reference)),
    };
    let response = json("application/json", &document)?;
    Ok(revalidated(response, &headers, register.last_modified()).await)
}

fn change_document<'a>(register: &'a Register<'_>, change: &'a PublicChange) -> ChangeDocument<'a> {
    ChangeDocument {
        reference: &change.reference,
        url: url_of(register, change),
        kind: change.kind,
        state: match change.state {
            ChangeState::Draft | ChangeState::Scheduled | ChangeState::InNotice => "announced",
            ChangeState::Held => "held",
            ChangeState::Effective => "effective",
            ChangeState::Withdrawn | ChangeState::Discarded => "withdrawn",
        },
        headline: register.headline(change, Tense::Planned),
        reason: &change.reason,
        emergency: change.emergency.as_deref(),
        announced_at: change.published_at,
        effective_on: change.effective_on,
        in_force_for_some_since: change.in_force_for_some(),
        took_effect_at: change.took_effect_at,
        in_use_since: change.in_use_since,
        in_use_until: change.in_use_until,
        facts: &change.facts,
        before: change.before.as_ref().filter(|_| change.is_alteration()),
        replaces: change.replaces.as_deref(),
        events: entries_of(register, change)
            .into_iter()
            .map(|entry| EventDocument { event: entry.event, at: entry.at })
            .collect(),
    }
}

fn url_of(register: &Register<'_>, change: &PublicChange) -> String {
    format!("{}/changes/{}", register.site.processor().base_url, change.reference)
}

/// `GET /changes.atom`: an entry for each thing that happened, so that a reader shows what is new.
pub async fn changes_atom(site: Site, headers: HeaderMap) -> Result<Response, PageError> {
    let now = site.cx().now().await?;
    let mut reading = site.cx().reading().await?;
    let (seen, _) = page::register_revised(reading.conn(), CHANGES_LOGGED, now).await?;
    let register = Register::of(&site, now, seen);
    let base = &site.processor().base_url;
    let mut entries: Vec<(DateTime<Utc>, Entry)> = Vec::new();
    for change in &register.seen.published {
        for happened in entries_of(&register, change) {
            let title = site.words().with(
                "feed-entry",
                [
                    ("what", &happened.what),
                    ("headline", &happened.headline),
                    ("reference", &change.reference),
                ],
            );
            let at = FixedDateTime::from(happened.at);
            let entry = Entry {
                id: format!("{}#{}-{}", url_of(&register, change), happened.event, happened.at.timestamp()),
                title: Text::plain(title),
                updated: at,
                published: Some(at),
                links: vec![Link {
                    href: url_of(&register, change),
                    rel: "alternate".into(),
                    ..Link::default()
                }],
                content: Some(Content {
                    content_type: Some("text".to_owned()),
                    value: Some(summary(&register, change)),
                    ..Content::default()
                }),
                ..Entry::default()
            };
            entries.push((happened.at, entry));
        }
    }
    entries.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let updated = entries.first().map_or(DateTime::UNIX_EPOCH, |(at, _)| *at);
    let feed = Feed {
        id: format!("{base}/changes.atom"),
        title: Text::plain(site.words().with("feed-title-of", [("processor", &site.processor().name)])),
        updated: updated.into(),
        authors: vec![Person { name: site.processor().name.clone(), ..Person::default() }],
        lang: Some(site.words().language().to_owned()),
        links: vec![
            Link { href: format!("{base}/changes.atom"), rel: "self".into(), ..Link::default() },
            Link { href: format!("{base}/"), rel: "alternate".into(), ..Link::default() },
        ],
        entries: entries.into_iter().map(|(_, entry)| entry).collect(),
        ..Feed::default()
    };
    let kind = [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")];
    Ok(revalidated((kind, feed.to_string()).into_response(), &headers, register.last_modified()).await)
}

fn summary(register: &Register<'_>, change: &PublicChange) -> String {
    let headline = register.headline(change, Tense::Planned);
    let sentence = match start::known_day(change, &register.policy.zone) {
        Some(day) => {
            let day = crate::web::dates::long(register.words, day);
            register.words.with("feed-summary", [("headline", &headline), ("day", &day)])
        }
        None => register.words.with("change-title-held", [("headline", &headline)]),
    };
    [sentence.as_str(), change.reason.trim()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

impl Register<'_> {
    /// No part of what this says is younger: it is another with each day. None while something may still turn up that is older.
    pub(super) fn last_modified(&self) -> Option<DateTime<Utc>> {
        let settled = self.seen.newest_act.filter(|at| *at + LAST_MODIFIED_SETTLES < self.now)?;
        Some(settled.max(self.policy.zone.first_instant(self.today)))
    }
}

pub fn json(kind: &'static str, document: &impl Serialize) -> Result<Response, PageError> {
    let body = serde_json::to_string_pretty(document).map_err(|fault| PageError::broke(&fault))?;
    Ok(([(header::CONTENT_TYPE, kind)], body).into_response())
}

/// What was asked for in `field` cannot be had.
pub fn refused(field: &str, why: &str) -> Response {
    let problem = HashMap::from([("title", why), ("field", field)]);
    let headers = [(header::CONTENT_TYPE, "application/problem+json")];
    let mut response = (StatusCode::UNPROCESSABLE_ENTITY, headers, axum::Json(problem)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response.extensions_mut().insert(crate::web::error::Worded);
    response
}

/// The response with its validators, or "not modified" if the reader has this one.
///
/// The `ETag` is of the bytes, so it holds across replicas; it is weak because a copy may be compressed on its way.
pub async fn revalidated(
    response: Response,
    asked: &HeaderMap,
    last_modified: Option<DateTime<Utc>>,
) -> Response {
    if response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = match to_bytes(body, BODY_BYTES_MAX).await {
        Ok(bytes) => bytes,
        Err(fault) => return PageError::broke(&fault).into_response(),
    };
    let etag = format!("W/\"{}\"", hex::encode(&Sha256::digest(&bytes)[..16]));
    let modified = last_modified.map(|at| at.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    let validators = [(header::ETAG, Some(etag.clone())), (header::LAST_MODIFIED, modified)];
    for (name, value) in validators {
        if let Some(Ok(value)) = value.map(|value| HeaderValue::from_str(&value)) {
            parts.headers.insert(name, value);
        }
    }
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(FOR_ALL));
    if is_known(asked, &etag, last_modified) {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Whether the reader's copy still holds (RFC 9110, 13.1: the `ETag` decides where both are given).
fn is_known(asked: &HeaderMap, etag: &str, last_modified: Option<DateTime<Utc>>) -> bool {
    let text = |name: HeaderName| asked.get(name).and_then(|value| value.to_str().ok());
    if let Some(known) = text(header::IF_NONE_MATCH) {
        return matches(known, etag);
    }
    match (
        text(header::IF_MODIFIED_SINCE).and_then(|since| DateTime::parse_from_rfc2822(since).ok()),
        last_modified,
    ) {
        (Some(since), Some(modified)) => modified.timestamp() <= since.timestamp(),
        (_, _) => false,
    }
}

/// Whether `If-None-Match` names the `ETag` (RFC 9110, 13.1.2: compared weakly).
pub fn matches(if_none_match: &str, etag: &str) -> bool {
    let etag = bare(etag);
    if_none_match.trim() == "*" || if_none_match.split(',').any(|known| bare(known) == etag)
}

fn bare(tag: &str) -> &str {
    tag.trim().trim_start_matches("W/")
}
