//! `/`: who processes data today or did on a past day, what is coming, and what has changed.

mod list;
mod log;

use askama::Template;
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use super::coming::{Card, Later, coming};
use super::wording::{self, Tense};
use super::{feed, linked_data, subscribe};
use crate::domain::customer::Policy;
use crate::domain::register::on_day;
use crate::store::page::{self, PublicChange};
use crate::web::Site;
use crate::web::dates;
use crate::web::error::PageError;
use crate::web::page::{Shell, rendered};
use crate::web::words::{Html, Words};

pub use list::{Choice, Empty, Filter, Head, Mechanism, Row};
pub use log::{Entry, Line, entries_of, lines};

/// Changes that the log looks back on.
pub(super) const CHANGES_LOGGED: i64 = 40;

/// What the reader asks to see.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub on: String,
    pub q: String,
    pub category: String,
    pub country: String,
    pub product: String,
    pub sort: String,
}

/// What one statement says of the register.
#[derive(Debug)]
pub struct Register<'a> {
    pub site: &'a Site,
    pub words: &'a Words,
    pub policy: &'a Policy,
    pub now: DateTime<Utc>,
    /// In the policy's zone.
    pub today: NaiveDate,
    /// As it was at `now`.
    pub seen: page::Register,
}

impl<'a> Register<'a> {
    /// Everything that the page and the feeds need, read at once.
    pub async fn read(site: &'a Site) -> Result<Self, PageError> {
        let now = site.cx().now().await?;
        let mut reading = site.cx().reading().await?;
        Ok(Self::of(site, now, page::register(reading.conn(), CHANGES_LOGGED, now).await?))
    }

    /// What another statement of [`page`] says of it.
    pub(super) fn of(site: &'a Site, now: DateTime<Utc>, seen: page::Register) -> Self {
        let policy = &*site.cx().policy;
        Self { site, words: site.words(), policy, now, today: policy.zone.day_of(now), seen }
    }

    /// What is in use on `day` without completed notice, and since when.
    pub fn in_use_on(&self, day: NaiveDate) -> impl Iterator<Item = (&PublicChange, NaiveDate)> {
        let zone = &self.policy.zone;
        self.seen.in_use.iter().filter_map(move |change| Some((change, change.in_use_on(day, zone)?)))
    }

    pub fn headline(&self, change: &PublicChange, tense: Tense) -> String {
        wording::headline(self.words, change, tense)
    }

    /// The first day that the register says anything of.
    pub fn first_day(&self) -> Option<NaiveDate> {
        self.seen.versions.first().map(|version| version.valid_from)
    }

    /// The day asked for, or why there is nothing to show for it.
    pub fn day(&self, on: &str) -> Result<NaiveDate, String> {
        let today = dates::plain(self.words, self.today);
        if on.trim().is_empty() {
            return Ok(self.today);
        }
        match on.trim().parse::<NaiveDate>() {
            Err(_) => Err(self.words.with("on-not-a-day", [("today", &self.today.to_string())])),
            Ok(day) if day > self.today => Err(self.words.with("on-future", [("today", &today)])),
            Ok(day) => Ok(day),
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "register.html")]
struct Page {
    shell: Shell,
    title: String,
    past: Option<Past>,
    not_for_all: Vec<NotForAll>,
    coming: Vec<Card>,
    later: Vec<Later>,
    list_heading: String,
    filter: Filter,
    empty: Option<Empty>,
    caption: String,
    heads: Vec<Head>,
    rows: Vec<Row>,
    json_href: String,
    csv_href: String,
    mechanisms: Vec<Mechanism>,
    log: Vec<Line>,
    subscribe: subscribe::Form,
    linked_data: Option<Html>,
}

#[derive(Debug)]
struct Past {
    sentence: String,
    /// Where to see what differs today.
    compare: String,
}

/// A change in use although the gate is shut.
#[derive(Debug)]
struct NotForAll {
    tone: &'static str,
    sentence: String,
    href: String,
}

/// `GET /`
pub async fn show(site: Site, headers: HeaderMap, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    let register = Register::read(&site).await?;
    let (day, refused) = match register.day(&asked.on) {
        Ok(day) => (day, None),
        Err(why) => (register.today, Some(why)),
    };
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let response = rendered(status, &page_of(&register, &asked, day, refused)?)?;
    Ok(feed::revalidated(response, &headers, None).await)
}

fn page_of(
    register: &Register<'_>,
    asked: &Asked,
    day: NaiveDate,
    refused: Option<String>,
) -> Result<Page, PageError> {
    let words = register.words;
    let is_past = day < register.today;
    let long = dates::long(words, day);
    let list = list::List::of(register, asked, day, refused);
    let (coming, later) = if is_past { (Vec::new(), Vec::new()) } else { coming(register) };
    let query = if is_past { format!("?on={day}") } else { String::new() };
    let title = words.get("register-title");
    // Of a past day there is nothing to tell a search engine.
    let (canonical, linked_data) = if is_past {
        (register.site.shell("register", false), None)
    } else {
        let listed = on_day(&register.seen.versions, day);
        let data = linked_data::of_register(register, &listed, &words.get("register-h1"))?;
        (register.site.shell("register", false).canonical(register.site, "/"), Some(data))
    };
    Ok(Page {
        shell: canonical,
        title,
        past: is_past.then(|| Past {
            sentence: words.with("past-day", [("day", &long)]),
            compare: format!("/compare?from={day}"),
        }),
        not_for_all: not_for_all(register, day),
        coming,
        later,
        list_heading: if is_past {
            words.with("list-h2-past", [("day", &dates::plain(words, day))])
        } else {
            words.get("list-h2-today")
        },
        filter: list.filter,
        empty: list.empty,
        caption: list.caption,
        heads: list.heads,
        rows: list.rows,
        json_href: format!("/register.json{query}"),
        csv_href: format!("/register.csv{query}"),
        mechanisms: list.mechanisms,
        log: lines(register),
        subscribe: subscribe::Form::empty(register.site),
        linked_data,
    })
}

/// What is in use on `day`, or today in force for some, and not on the list: that shows what is in force for all.
fn not_for_all(register: &Register<'_>, day: NaiveDate) -> Vec<NotForAll> {
    let (words, zone) = (register.words, &register.policy.zone);
    let said = |key: &str, tone: &'static str, change: &PublicChange, since: NaiveDate| {
        let headline = register.headline(change, Tense::Planned);
        let day = dates::plain(words, since);
        let parts = [("name", change.facts.name.as_str()), ("headline", &headline), ("day", &day)];
        let href = format!("/changes/{}", change.reference);
        NotForAll { tone, sentence: words.with(key, parts), href }
    };
    let is_past = day < register.today;
    let in_use = if is_past { "was-in-use" } else { "in-use" };
    let in_use = register.in_use_on(day).map(|(change, since)| said(in_use, "bad", change, since));
    let open = register.seen.open.iter().filter(|_| !is_past);
    let for_some = open.filter_map(|change| Some((change, change.in_force_for_some()?)));
    in_use.chain(for_some.map(|(change, at)| said("for-some", "key", change, zone.day_of(at)))).collect()
}
