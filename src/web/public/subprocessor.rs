//! `/subprocessors/{slug}`: one subprocessor, with its history and what is planned; also once it has left.
//!
//! A slug is made of the first name and never changes, so that an address given out once holds; the slug of another
//! name leads there (`docs/decisions/0019-permalinks.md`).

use askama::Template;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;

use super::change::Note;
use super::coming::{CardChange, Later, Point, card_change, later, time_line};
use super::register::Register;
use super::wording::{self, Fact, Tense};
use super::{feed, linked_data};
use crate::domain::change::{ChangeKind, State as ChangeState};
use crate::domain::register::{self, Step, Version, on_day};
use crate::domain::subprocessor::{self, Facts, SubprocessorId};
use crate::store::page::{self, PublicChange};
use crate::web::Site;
use crate::web::dates;
use crate::web::error::PageError;
use crate::web::page::{Message, Shell, rendered};
use crate::web::words::Html;

#[derive(Debug, Template)]
#[template(path = "subprocessor.html")]
struct Page {
    shell: Shell,
    title: String,
    beside_badge: String,
    badge: String,
    badge_tone: &'static str,
    notices: Vec<Note>,
    points: Vec<Point>,
    planned: Vec<Planned>,
    facts_heading: String,
    facts: Vec<Fact>,
    engaged_by: Option<Named>,
    engages: Vec<Named>,
    history: Vec<Chapter>,
    changes: Vec<Later>,
    linked_data: Html,
}

/// Another subprocessor; no address: it is not on the register under that name.
#[derive(Debug)]
pub struct Named {
    pub href: Option<String>,
    pub name: String,
}

/// A change to come.
#[derive(Debug)]
struct Planned {
    change: CardChange,
    at: Later,
}

/// A state of the entry and what it brought.
#[derive(Debug)]
struct Chapter {
    iso: String,
    day: String,
    what: String,
    /// The change that brought it about; none: stated when the register was opened.
    change: Option<(String, String)>,
    differences: Vec<Html>,
}

/// Where it stands today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Listed,
    Left(NaiveDate),
    Announced,
    Never,
}

/// One subprocessor in what was read: the changes published are those about it, the newest first.
struct Entry<'a> {
    register: &'a Register<'a>,
    id: SubprocessorId,
    history: Vec<(&'a Version, Step)>,
    listed: Vec<&'a Version>,
}

pub fn path(slug: &str) -> String {
    format!("/subprocessors/{slug}")
}

/// `GET /subprocessors/{slug}`
pub async fn show(site: Site, headers: HeaderMap, Path(asked): Path<String>) -> Result<Response, PageError> {
    let slug = subprocessor::slug(&asked);
    let now = site.cx().now().await?;
    let seen = page::register_about(site.cx().reading().await?.conn(), &slug, now).await?;
    let register = Register::of(&site, now, seen);
    let version = register::addressed(&register.seen.versions, &slug);
    let id = match version.filter(|version| version.slug == slug) {
        Some(version) => version.subprocessor_id,
        // Announced and never in force: it has no version, and only changes of its own.
        None => match (register.seen.published.first(), version) {
            (Some(change), _) => change.subprocessor_id,
            (None, Some(renamed)) => return Ok(moved(&path(&renamed.slug))),
            (None, None) => return rendered(StatusCode::NOT_FOUND, &unknown(&site)),
        },
    };
    // As a person writes the name.
    if slug != asked {
        return Ok(moved(&path(&slug)));
    }
    let entry = Entry::of(&register, id);
    let facts = entry.facts().ok_or(PageError::NotFound)?;
    let page = page_of(&entry, &slug, facts)?;
    Ok(feed::revalidated(rendered(StatusCode::OK, &page)?, &headers, None).await)
}

fn moved(path: &str) -> Response {
    match HeaderValue::from_str(path) {
        Ok(path) => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, path)]).into_response(),
        Err(fault) => PageError::broke(&fault).into_response(),
    }
}

fn unknown(site: &Site) -> Message {
    let words = site.words();
    Message {
        shell: site.shell("register", true),
        title: words.get("entry-unknown"),
        lede: Some(words.rich("entry-unknown-lede", [])),
        ..Message::new(site)
    }
}

impl<'a> Entry<'a> {
    fn of(register: &'a Register<'a>, id: SubprocessorId) -> Self {
        Self {
            register,
            id,
            history: register::history(&register.seen.versions, id, register.today),
            listed: on_day(&register.seen.versions, register.today),
        }
    }

    /// Its own changes; another that takes its place is not one.
    fn own(&self) -> impl Iterator<Item = &'a PublicChange> {
        self.register.seen.published.iter().filter(|change| change.subprocessor_id == self.id)
    }

    /// The changes that may still take effect, the nearest first.
    fn open(&self) -> impl Iterator<Item = &'a PublicChange> {
        let about =
            |change: &&PublicChange| change.subprocessor_id == self.id || change.replaces_id == Some(self.id);
        self.register.seen.open.iter().filter(about)
    }

    fn standing(&self) -> Standing {
        match self.history.last() {
            Some((version, Step::Left)) => Standing::Left(version.valid_from),
            Some(_) => Standing::Listed,
            None if self.open().next().is_some() => Standing::Announced,
            None => Standing::Never,
        }
    }

    /// As they are, as they were last, or as they were announced.
    fn facts(&self) -> Option<&'a Facts> {
        let latest = self.history.last().map(|(version, _)| &version.facts);
        latest.or_else(|| self.own().next().map(|change| &change.facts))
    }

    fn leaves_by(&self, change: &PublicChange) -> bool {
        change.kind == ChangeKind::Removal || change.replaces_id == Some(self.id)
    }
}

fn page_of(entry: &Entry<'_>, slug: &str, facts: &Facts) -> Result<Page, PageError> {
    let (register, words) = (entry.register, entry.register.words);
    let standing = entry.standing();
    let (badge, badge_tone, heading) = match standing {
        Standing::Listed => ("entry-in-use", "ok", "entry-facts"),
        Standing::Left(_) => ("entry-left", "", "entry-facts-last"),
        Standing::Announced => ("badge-announced", "key", "entry-facts-planned"),
        Standing::Never => ("badge-withdrawn", "", "entry-facts-planned"),
    };
    let by_whom = words.get("fact-engaged_by");
    let mut sheet = wording::fact_sheet(words, facts);
    sheet.retain(|fact| fact.label != by_whom);
    let engaged_by = (!facts.engaged_by.trim().is_empty()).then(|| Named {
        href: register::named(&entry.listed, &facts.engaged_by).map(|version| path(&version.slug)),
        name: facts.engaged_by.clone(),
    });
    let engages = register::engaged_by(&entry.listed, facts);
    Ok(Page {
        shell: register.site.shell("register", false).canonical(register.site, &path(slug)),
        title: facts.name.clone(),
        beside_badge: facts.category.clone(),
        badge: words.get(badge),
        badge_tone,
        notices: notices(entry, facts, standing),
        points: points(entry),
        planned: entry
            .open()
            .map(|change| Planned { change: card_change(register, change), at: later(register, change) })
            .collect(),
        facts_heading: words.get(heading),
        facts: sheet,
        engaged_by,
        engages: engages
            .into_iter()
            .map(|version| Named { href: Some(path(&version.slug)), name: version.facts.name.clone() })
            .collect(),
        history: entry.history.iter().rev().map(|(version, step)| chapter(entry, version, step)).collect(),
        changes: register.seen.published.iter().map(|change| later(register, change)).collect(),
        linked_data: linked_data::of_subprocessor(register, slug, facts)?,
    })
}

fn notices(entry: &Entry<'_>, facts: &Facts, standing: Standing) -> Vec<Note> {
    let (register, words) = (entry.register, entry.register.words);
    let name = facts.name.as_str();
    let mut notices = Vec::new();
    let in_use = register.in_use_on(register.today).filter(|(change, _)| change.subprocessor_id == entry.id);
    for (_, since) in in_use {
        let day = dates::plain(words, since);
        notices.push(Note { tone: "bad", text: words.with("in-use", [("name", name), ("day", &day)]) });
    }
    for change in entry.own() {
        let Some(at) = change.in_force_for_some() else { continue };
        let day = dates::plain(words, register.policy.zone.day_of(at));
        let headline = register.headline(change, Tense::Planned);
        notices.push(Note {
            tone: "key",
            text: words.with("for-some", [("headline", &headline), ("day", &day)]),
        });
    }
    let said = match standing {
        Standing::Left(day) => {
            Some(words.with("entry-left-on", [("name", name), ("day", &dates::long(words, day))]))
        }
        Standing::Announced if notices.is_empty() => Some(words.with("entry-announced", [("name", name)])),
        Standing::Never => Some(words.with("entry-never", [("name", name)])),
        Standing::Announced | Standing::Listed => None,
    };
    notices.extend(said.map(|text| Note { tone: "key", text }));
    notices
}

/// At most five: since when, the last change, what comes next or when it left, and today.
fn points(entry: &Entry<'_>) -> Vec<Point> {
    let last = |wanted: fn(&Step) -> bool| {
        entry.history.iter().rev().find(|(_, step)| wanted(step)).map(|(version, _)| version.valid_from)
    };
    let joined = last(|step| matches!(step, Step::Joined));
    let altered = last(|step| matches!(step, Step::Altered(_))).filter(|day| Some(*day) > joined);
    let left = last(|step| matches!(step, Step::Left)).filter(|day| Some(*day) > joined);
    let mut points: Vec<(NaiveDate, &str)> = Vec::new();
    let announced = entry.open().next().and_then(|change| change.published_at).filter(|_| joined.is_none());
    points.extend(announced.map(|at| (entry.register.policy.zone.day_of(at), "point-announced")));
    points.extend(joined.map(|day| (day, "point-joined")));
    points.extend(altered.map(|day| (day, "point-altered")));
    points.extend(left.map(|day| (day, "point-left")));
    points.extend(entry.open().next().map(|change| {
        let label = match (change.state, entry.leaves_by(change), joined > left) {
            (ChangeState::Held, ..) => "point-was-planned",
            (_, true, _) => "point-leaves",
            (_, false, true) => "point-alters",
            (_, false, false) => "point-joins",
        };
        (change.effective_on, label)
    }));
    time_line(entry.register.words, points, entry.register.today)
}

fn chapter(entry: &Entry<'_>, version: &Version, step: &Step) -> Chapter {
    let (register, words) = (entry.register, entry.register.words);
    let change = version.change.as_deref().and_then(|reference| {
        let change = register.seen.published.iter().find(|change| change.reference == reference)?;
        Some((format!("/changes/{reference}"), register.headline(change, Tense::Done)))
    });
    let (what, differences) = match step {
        Step::Joined if version.change.is_none() => ("entry-step-stated", Vec::new()),
        Step::Joined => ("entry-step-joined", Vec::new()),
        Step::Left => ("entry-step-left", Vec::new()),
        Step::Altered(differences) => ("entry-step-altered", wording::in_sentences(words, differences)),
    };
    Chapter {
        iso: version.valid_from.to_string(),
        day: dates::plain(words, version.valid_from),
        what: words.get(what),
        change,
        differences,
    }
}
