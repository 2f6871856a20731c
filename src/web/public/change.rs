//! `/changes/CHG-…`: one change, with its dates, what is different, and how to object.

use askama::Template;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::NaiveDate;

use super::coming::{Point, badge, standard_deadline, standard_periods, time_line};
use super::register::{Entry, Register, entries_of};
use super::wording::{self, Comparison, Fact, Tense};
use super::{feed, start, subprocessor};
use crate::domain::change::{ChangeKind, State as ChangeState};
use crate::store::page::{self, Announced, ChangeEvent, PublicChange};
use crate::web::Site;
use crate::web::dates::{self, Deadline};
use crate::web::error::PageError;
use crate::web::page::{Shell, rendered};
use crate::web::words::Words;

#[derive(Debug, Template)]
#[template(path = "change.html")]
struct Page {
    shell: Shell,
    title: String,
    reference: String,
    badge: String,
    badge_tone: &'static str,
    beside_badge: String,
    notices: Vec<Note>,
    points: Vec<Point>,
    reason: String,
    comparison: Comparison,
    facts: Vec<Fact>,
    open_to_objections: bool,
    how_then: String,
    together: Vec<Other>,
    history: Vec<Entry>,
    entries: Vec<subprocessor::Named>,
}

#[derive(Debug)]
pub struct Note {
    pub tone: &'static str,
    pub text: String,
}

#[derive(Debug)]
struct Other {
    href: String,
    headline: String,
}

/// `GET /changes/{reference}`
pub async fn show(
    site: Site,
    headers: HeaderMap,
    Path(reference): Path<String>,
) -> Result<Response, PageError> {
    if !may_be_reference(&reference) {
        return Err(PageError::NotFound);
    }
    let now = site.cx().now().await?;
    let mut reading = site.cx().reading().await?;
    let found = page::announced_with(reading.conn(), &reference, now).await?;
    let Announced { register, change, slug } = found.ok_or(PageError::NotFound)?;
    let register = Register::of(&site, now, register);
    let response = rendered(StatusCode::OK, &page_of(&register, &change, &slug))?;
    Ok(feed::revalidated(response, &headers, None).await)
}

fn page_of(register: &Register<'_>, change: &PublicChange, slug: &str) -> Page {
    let words = register.words;
    let (badge, badge_tone) = badge(words, change, register.policy, register.today);
    let day = start::known_day(change, &register.policy.zone);
    let comparison = match &change.before {
        Some(before) if change.is_alteration() => comparison(words, change, before, day),
        _ => Comparison::default(),
    };
    Page {
        shell: register
            .site
            .shell("changes", false)
            .canonical(register.site, &format!("/changes/{}", change.reference)),
        title: title(register, change),
        reference: change.reference.clone(),
        badge,
        badge_tone,
        beside_badge: kind_and_announced(register, change),
        notices: notices(register, change),
        points: points(register, change),
        reason: change.reason.clone(),
        comparison,
        facts: wording::fact_sheet(words, &change.facts),
        open_to_objections: change.state.is_open() && change.kind != ChangeKind::Removal,
        how_then: match day {
            Some(day) => words.with("change-how-then", [("day", &dates::plain(words, day))]),
            None => words.get("change-how-then-held"),
        },
        together: register
            .seen
            .published
            .iter()
            .rev()
            .filter(|other| other.id != change.id)
            .map(|other| Other {
                href: format!("/changes/{}", other.reference),
                headline: register.headline(other, Tense::Planned),
            })
            .collect(),
        history: entries_of(register, change),
        entries: entries(register, change, slug),
    }
}

/// The pages of the subprocessors concerned.
fn entries(register: &Register<'_>, change: &PublicChange, slug: &str) -> Vec<subprocessor::Named> {
    let named = |slug: &str, name: &str| subprocessor::Named {
        href: Some(subprocessor::path(slug)),
        name: name.to_owned(),
    };
    let replaced =
        register.seen.versions.iter().rev().find(|v| Some(v.subprocessor_id) == change.replaces_id);
    let replaced = replaced.map(|version| named(&version.slug, &version.facts.name));
    [named(slug, &change.facts.name)].into_iter().chain(replaced).collect()
}

fn title(register: &Register<'_>, change: &PublicChange) -> String {
    let words = register.words;
    let tense = if change.state == ChangeState::Effective { Tense::Done } else { Tense::Planned };
    let headline = register.headline(change, tense);
    let key = match change.state {
        ChangeState::Held => "change-title-held",
        ChangeState::Withdrawn | ChangeState::Discarded => "change-title-withdrawn",
        ChangeState::Draft | ChangeState::Scheduled | ChangeState::InNotice | ChangeState::Effective => {
            "change-title"
        }
    };
    let day = dates::plain(words, start::day(change, &register.policy.zone));
    words.with(key, [("headline", &headline), ("day", &day)])
}

fn kind_and_announced(register: &Register<'_>, change: &PublicChange) -> String {
    let words = register.words;
    let kind = words.get(&format!("kind-{}", change.kind));
    let (key, at) = match (change.published_at, change.took_effect_at) {
        (Some(at), _) => ("kind-and-announced", at),
        (None, Some(at)) => ("kind-in-force", at),
        (None, None) => return kind,
    };
    let day = dates::long(words, register.policy.zone.day_of(at));
    words.with(key, [("kind", &kind), ("day", &day)])
}

fn notices(register: &Register<'_>, change: &PublicChange) -> Vec<Note> {
    let words = register.words;
    let day = dates::long(words, change.effective_on);
    let mut notices = Vec::new();
    if let Some(since) = change.in_use_since {
        let since = dates::plain(words, since);
        let why = change.in_use_why.as_deref().unwrap_or_default();
        let took_effect_on = change.took_effect_at.map(|at| register.policy.zone.day_of(at));
        let last = change.in_use_until.or(took_effect_on.and_then(|day| day.pred_opt()));
        let until = last.map(|day| dates::plain(words, day)).unwrap_or_default();
        let parts = [("name", change.facts.name.as_str()), ("day", &since), ("why", why), ("until", &until)];
        let key = if until.is_empty() { "change-in-use" } else { "change-was-in-use" };
        notices.push(Note { tone: "bad", text: words.with(key, parts) });
    }
    if let Some(at) = change.in_force_for_some() {
        let since = dates::long(words, register.policy.zone.day_of(at));
        notices.push(Note { tone: "key", text: words.with("change-for-some", [("day", &since)]) });
    }
    match change.state {
        ChangeState::Held => {
            let key = match (change.in_use_since.is_some(), change.is_in_use_before()) {
                (true, _) => "change-held-in-use",
                (false, true) => "change-held-stays",
                (false, false) => "change-held",
            };
            let parts = [("day", day.as_str()), ("name", &change.facts.name)];
            notices.push(Note { tone: "warn", text: words.with(key, parts) });
        }
        ChangeState::Withdrawn | ChangeState::Discarded => {
            notices.push(Note { tone: "key", text: words.with("change-withdrawn", [("day", &day)]) });
            let why = withdrawal(register, change).and_then(|event| event.why.as_deref());
            notices.extend(
                why.map(|why| Note { tone: "key", text: words.with("change-withdrawn-why", [("why", why)]) }),
            );
        }
        ChangeState::Draft | ChangeState::Scheduled | ChangeState::InNotice
            if change.kind == ChangeKind::Removal =>
        {
            let parts = [("day", day.as_str()), ("name", &change.facts.name)];
            notices.push(Note { tone: "key", text: words.with("change-removal", parts) });
        }
        ChangeState::Draft | ChangeState::Scheduled | ChangeState::InNotice | ChangeState::Effective => {}
    }
    if let Some(why) = &change.emergency {
        notices.push(Note { tone: "warn", text: words.with("change-emergency", [("why", why)]) });
    }
    notices
}

fn withdrawal<'a>(register: &'a Register<'_>, change: &PublicChange) -> Option<&'a ChangeEvent> {
    register.seen.events.iter().find(|event| event.change_id == change.id.0 && event.kind == "withdrawn")
}

fn points(register: &Register<'_>, change: &PublicChange) -> Vec<Point> {
    let (words, zone) = (register.words, &register.policy.zone);
    let mut points = Vec::new();
    points.extend(change.published_at.map(|at| (zone.day_of(at), "point-announced")));
    let withdrawn = withdrawal(register, change);
    let leaves = change.kind == ChangeKind::Removal;
    let effect = match change.state {
        ChangeState::Effective if leaves => "point-left",
        ChangeState::Effective => "point-effective",
        ChangeState::Held | ChangeState::Withdrawn | ChangeState::Discarded => "point-was-planned",
        ChangeState::Draft | ChangeState::Scheduled | ChangeState::InNotice if leaves => "point-leaves",
        ChangeState::Draft | ChangeState::Scheduled | ChangeState::InNotice => "point-in-force",
    };
    let closes_at = standard_periods(change, register.policy).and_then(|periods| periods.window_closes_at);
    if let Some(Some(day)) = standard_deadline(change, register.policy).filter(|_| change.state.is_open()) {
        points.push((day, "point-objections-plain"));
    }
    points.extend(withdrawn.map(|event| (zone.day_of(event.at), "point-withdrawn")));
    points.push((start::day(change, zone), effect));
    let mut line = time_line(words, points, register.today);
    for point in &mut line {
        if point.label == words.get("point-objections-plain") {
            let time = closes_at.map_or_else(|| "24:00".to_owned(), |at| Deadline::of(at, zone).time);
            point.hint =
                words.with("change-objections-hint", [("time", &time), ("zone", &dates::zone(words, zone))]);
        } else if point.label == words.get("point-in-force") {
            point.hint = words.get("change-effect-hint");
        }
    }
    line
}

/// Whether the database may be asked for it: there are bytes that it takes for a fault.
pub fn may_be_reference(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// What differs, in a table headed by `day`, from which on it is so, and the one before; by neither, where no day is known.
pub fn comparison(
    words: &Words,
    change: &PublicChange,
    before: &crate::domain::subprocessor::Facts,
    day: Option<NaiveDate>,
) -> Comparison {
    let until = day.map(|day| day.pred_opt().unwrap_or(day));
    let said =
        |day: Option<NaiveDate>, written: fn(&Words, NaiveDate) -> String| day.map(|day| written(words, day));
    let first = |day: Option<String>| match day {
        Some(day) => words.with("comparison-until", [("day", &day)]),
        None => words.get("comparison-before"),
    };
    let then = |day: Option<String>| match day {
        Some(day) => words.with("comparison-from", [("day", &day)]),
        None => words.get("comparison-after"),
    };
    Comparison {
        caption: words.with("change-caption", [("name", &before.name)]),
        before: first(said(until, dates::plain)),
        after: then(said(day, dates::plain)),
        before_short: first(said(until, dates::day_and_month)),
        after_short: then(said(day, dates::day_and_month)),
        rows: wording::compared(words, before, &change.facts),
    }
}
