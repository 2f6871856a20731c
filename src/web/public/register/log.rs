//! The change log: what happened, the newest first.

use chrono::{DateTime, Utc};

use super::Register;
use crate::domain::change::{ChangeKind, State};
use crate::store::page::PublicChange;
use crate::web::dates;
use crate::web::public::wording::Tense;

/// Entries of the log on the page; the feeds have all.
const ENTRIES_MAX: usize = 30;

/// Something that happened, as the log tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub class: &'static str,
    pub at: DateTime<Utc>,
    pub iso: String,
    pub day: String,
    pub what: String,
    pub headline: String,
    /// Empty where there is no page of its own.
    pub href: String,
    pub reference: String,
    /// `announced`, `rescheduled`, `held`, `effective`, `withdrawn`
    pub event: &'static str,
}

/// What happened on one day in the same way, as one line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub class: &'static str,
    pub iso: String,
    pub day: String,
    pub what: String,
    pub changes: Vec<Entry>,
}

/// The newest lines; several changes announced or put into force together are one.
pub fn lines(register: &Register<'_>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for entry in entries(register) {
        match lines.last_mut() {
            Some(line) if line.iso == entry.iso && line.what == entry.what => line.changes.insert(0, entry),
            _ => lines.push(Line {
                class: entry.class,
                iso: entry.iso.clone(),
                day: entry.day.clone(),
                what: entry.what.clone(),
                changes: vec![entry],
            }),
        }
    }
    lines
}

/// The newest entries.
fn entries(register: &Register<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> =
        register.seen.published.iter().flat_map(|change| entries_of(register, change)).collect();
    entries.sort_by(|a, b| (b.at, &b.reference).cmp(&(a.at, &a.reference)));
    entries.truncate(ENTRIES_MAX);
    entries.extend(opened(register));
    entries
}

/// What happened to one change, the oldest first.
pub fn entries_of(register: &Register<'_>, change: &PublicChange) -> Vec<Entry> {
    let words = register.words;
    let told = |kind: &str| register.seen.events.iter().any(|e| e.change_id == change.id.0 && e.kind == kind);
    let entry = |at: DateTime<Utc>, event: &'static str, class: &'static str, tense: Tense| {
        let day = register.policy.zone.day_of(at);
        Entry {
            class,
            at,
            iso: day.to_string(),
            day: dates::plain(words, day),
            what: words.get(&format!("log-{event}")),
            headline: register.headline(change, tense),
            href: format!("/changes/{}", change.reference),
            reference: change.reference.clone(),
            event,
        }
    };
    let mut entries = Vec::new();
    if let Some(at) = change.published_at {
        // Withdrawn before anybody had the letter: nobody was told, so only this line can say so.
        let silent = change.state == State::Withdrawn && !told("withdrawn");
        let (event, class) = match (silent, change.state.is_open()) {
            (true, _) => ("withdrawn", "past"),
            (false, true) => ("announced", "now"),
            (false, false) => ("announced", "past"),
        };
        entries.push(entry(at, event, class, Tense::Planned));
    }
    for event in register.seen.events.iter().filter(|event| event.change_id == change.id.0) {
        let event_name = match event.kind.as_str() {
            "rescheduled" => "rescheduled",
            "held" => "held",
            _ => "withdrawn",
        };
        entries.push(entry(event.at, event_name, "past", Tense::Planned));
    }
    if let Some(at) = change.in_force_for_some() {
        entries.push(entry(at, "started", "now", Tense::Planned));
    }
    if let Some(at) = change.took_effect_at {
        let tense = if change.kind == ChangeKind::Correction { Tense::Planned } else { Tense::Done };
        entries.push(entry(at, "effective", "past", tense));
    }
    entries
}

/// The day the register was opened, with what was stated then.
fn opened(register: &Register<'_>) -> Option<Entry> {
    let day = register.first_day()?;
    let stated =
        |version: &&crate::domain::register::Version| version.valid_from == day && version.change.is_none();
    let count = register.seen.versions.iter().filter(stated).count();
    (count > 0).then(|| Entry {
        class: "past",
        at: register.policy.zone.first_instant(day),
        iso: day.to_string(),
        day: dates::plain(register.words, day),
        what: register.words.get("log-register"),
        headline: register.words.count_word("log-opened", count),
        href: String::new(),
        reference: String::new(),
        event: "opened",
    })
}
