//! `/compare?from=…&to=…`: what differs between the registers of two days, as a page and for programs.

use askama::Template;
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::register::Register;
use super::wording::{self, Comparison};
use super::{feed, subprocessor};
use crate::domain::register::{Between, Version, between};
use crate::domain::subprocessor::Difference;
use crate::web::Site;
use crate::web::dates;
use crate::web::error::PageError;
use crate::web::page::{Shell, rendered};
use crate::web::words::{Words, capitalised};

/// The days asked for; the first and the last of the register in the place of one that is not given.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    from: String,
    to: String,
}

/// A day of the form: what was typed, and why it cannot be.
#[derive(Clone, Debug, Default)]
struct Field {
    typed: String,
    error: Option<String>,
}

/// Either day may be refused.
#[derive(Debug, Default)]
struct Refused {
    from: Option<String>,
    to: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "compare.html")]
struct Page {
    shell: Shell,
    title: String,
    lede: String,
    from: Field,
    to: Field,
    first: String,
    today: String,
    found: Option<Found>,
    json_href: String,
}

#[derive(Debug)]
struct Found {
    /// Who joined and who left, where anybody did.
    groups: Vec<Group>,
    altered: Vec<Altered>,
}

#[derive(Debug)]
struct Group {
    heading: String,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    href: String,
    name: String,
    line: String,
}

#[derive(Debug)]
struct Altered {
    href: String,
    name: String,
    comparison: Comparison,
}

/// `GET /compare?from=&to=`
pub async fn show(site: Site, headers: HeaderMap, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    let register = Register::read(&site).await?;
    let days = days(&register, &asked);
    let status = if days.is_ok() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let response = rendered(status, &page_of(&register, &asked, days))?;
    Ok(feed::revalidated(response, &headers, None).await)
}

/// Both days, the earlier first, whichever was asked for first.
fn days(register: &Register<'_>, asked: &Asked) -> Result<(NaiveDate, NaiveDate), Refused> {
    let words = register.words;
    let first = register.first_day().unwrap_or(register.today);
    let read = |typed: &str, otherwise: NaiveDate| match typed.trim() {
        "" => Ok(otherwise),
        typed => match typed.parse::<NaiveDate>() {
            Err(_) => Err(words.with("on-not-a-day", [("today", &register.today.to_string())])),
            Ok(day) if day > register.today => {
                Err(words.with("compare-future", [("today", &dates::plain(words, register.today))]))
            }
            Ok(day) if day < first => {
                Err(words.with("compare-before", [("first", &dates::plain(words, first))]))
            }
            Ok(day) => Ok(day),
        },
    };
    match (read(&asked.from, first), read(&asked.to, register.today)) {
        (Ok(from), Ok(to)) => Ok((from.min(to), from.max(to))),
        (from, to) => Err(Refused { from: from.err(), to: to.err() }),
    }
}

fn page_of(register: &Register<'_>, asked: &Asked, days: Result<(NaiveDate, NaiveDate), Refused>) -> Page {
    let words = register.words;
    let typed = |typed: &str, error| Field { typed: typed.to_owned(), error };
    let (title, lede, query, found, from, to) = match days {
        Err(Refused { from, to }) => {
            let (from, to) = (typed(&asked.from, from), typed(&asked.to, to));
            (words.get("compare-title"), String::new(), String::new(), None, from, to)
        }
        Ok((from, to)) => {
            let (on_from, on_to) = (dates::plain(words, from), dates::plain(words, to));
            let between = between(&register.seen.versions, from, to);
            let found = found(words, &between, (from, to));
            let title = words.with("compare-h1", [("from", &on_from), ("to", &on_to)]);
            let query = format!("?from={from}&to={to}");
            let fields = (typed(&from.to_string(), None), typed(&to.to_string(), None));
            (title, summary(words, &between), query, Some(found), fields.0, fields.1)
        }
    };
    Page {
        shell: register.site.shell("changes", false),
        title,
        lede,
        from,
        to,
        first: register.first_day().unwrap_or(register.today).to_string(),
        today: register.today.to_string(),
        found,
        json_href: format!("/compare.json{query}"),
    }
}

fn summary(words: &Words, between: &Between<'_>) -> String {
    let counts = [
        ("compare-joined", between.joined.len()),
        ("compare-left", between.left.len()),
        ("compare-altered", between.altered.len()),
    ];
    let said: Vec<String> = counts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(key, count)| words.count_word(key, count))
        .collect();
    if said.is_empty() { words.get("compare-nothing") } else { format!("{}.", capitalised(&said.join(", "))) }
}

fn found(words: &Words, between: &Between<'_>, (from, to): (NaiveDate, NaiveDate)) -> Found {
    let group = |heading: &str, versions: &[&Version]| {
        let rows: Vec<Row> = versions.iter().map(|version| row(words, version)).collect();
        (!rows.is_empty()).then(|| Group { heading: words.get(heading), rows })
    };
    let on = |day: NaiveDate| words.with("compare-on", [("day", &dates::plain(words, day))]);
    let on_short = |day: NaiveDate| words.with("compare-on", [("day", &dates::short(words, day))]);
    let altered = between.altered.iter().map(|(before, after)| Altered {
        href: subprocessor::path(&after.slug),
        name: after.facts.name.clone(),
        comparison: Comparison {
            caption: words.with("compare-caption", [("name", &after.facts.name)]),
            before: on(from),
            after: on(to),
            before_short: on_short(from),
            after_short: on_short(to),
            rows: wording::compared(words, &before.facts, &after.facts),
        },
    });
    let groups = [group("compare-joined-h2", &between.joined), group("compare-left-h2", &between.left)];
    Found { groups: groups.into_iter().flatten().collect(), altered: altered.collect() }
}

fn row(words: &Words, version: &Version) -> Row {
    let parts = [version.facts.category.clone(), wording::places(words, &version.facts)];
    let stated: Vec<String> = parts.into_iter().filter(|part| !part.trim().is_empty()).collect();
    Row {
        href: subprocessor::path(&version.slug),
        name: version.facts.name.clone(),
        line: stated.join(" · "),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "$schema")]
    schema: String,
    processor: &'a str,
    from: NaiveDate,
    to: NaiveDate,
    joined: Vec<feed::Listed<'a>>,
    left: Vec<feed::Listed<'a>>,
    altered: Vec<AlteredEntry<'a>>,
}

#[derive(Serialize)]
struct AlteredEntry<'a> {
    id: &'a str,
    name: &'a str,
    differences: Vec<Difference>,
}

/// `GET /compare.json?from=&to=`
pub async fn json(site: Site, headers: HeaderMap, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    let register = Register::read(&site).await?;
    let (from, to) = match days(&register, &asked) {
        Ok(days) => days,
        Err(Refused { from: Some(why), .. }) => return Ok(feed::refused("from", &why)),
        Err(Refused { to, .. }) => return Ok(feed::refused("to", &to.unwrap_or_default())),
    };
    let Between { joined, left, altered } = between(&register.seen.versions, from, to);
    let document = Document {
        schema: format!("{}/compare.schema.json", site.processor().base_url),
        processor: &site.processor().name,
        from,
        to,
        joined: feed::listed(&site, joined),
        left: feed::listed(&site, left),
        altered: altered
            .into_iter()
            .map(|(before, after)| AlteredEntry {
                id: &after.slug,
                name: &after.facts.name,
                differences: before.facts.differences(&after.facts),
            })
            .collect(),
    };
    let response = feed::json("application/json", &document)?;
    Ok(feed::revalidated(response, &headers, register.last_modified()).await)
}
