//! What is coming: the announced changes, by the day they are planned for.

use chrono::{Datelike, NaiveDate};

use super::register::Register;
use super::start;
use super::wording::{self, Tense};
use crate::domain::calendar::Periods;
use crate::domain::change::{ChangeKind, State};
use crate::domain::customer::{Policy, Terms};
use crate::store::page::PublicChange;
use crate::web::dates;
use crate::web::words::{Html, Words, capitalised};

/// The nearest days get a card each; what comes later is a list.
const CARDS_MAX: usize = 3;

/// The one date of a panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    pub day: String,
    pub month: String,
    pub weekday: String,
}

impl Leaf {
    pub fn of(words: &Words, day: NaiveDate) -> Self {
        Self {
            day: day.day().to_string(),
            month: dates::month(words, day),
            weekday: dates::weekday(words, day),
        }
    }
}

/// A point of a time line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// `past`, `now`, or nothing for what is to come
    pub class: &'static str,
    pub label: String,
    pub iso: String,
    pub day: String,
    pub hint: String,
}

/// The changes planned for one day.
#[derive(Debug)]
pub struct Card {
    pub tone: &'static str,
    pub leaf: Leaf,
    pub title: String,
    pub badge: String,
    pub held: Option<String>,
    pub points: Vec<Point>,
    pub changes: Vec<CardChange>,
    /// None: nothing of it can be objected to.
    pub footnote: Option<Html>,
}

#[derive(Debug)]
pub struct CardChange {
    pub href: String,
    pub headline: String,
    pub line: String,
    pub differences: Vec<Html>,
}

/// A change further off.
#[derive(Debug)]
pub struct Later {
    pub href: String,
    pub headline: String,
    pub iso: String,
    pub day: String,
    pub badge: String,
}

/// The cards of the nearest days, and the rest.
pub fn coming(register: &Register<'_>) -> (Vec<Card>, Vec<Later>) {
    let mut groups: Vec<Vec<&PublicChange>> = Vec::new();
    for change in &register.seen.open {
        let fits = |group: &&mut Vec<&PublicChange>| {
            group.iter().all(|other| {
                other.effective_on == change.effective_on
                    && (other.state == State::Held) == (change.state == State::Held)
                    && other.in_force_for_some().is_some() == change.in_force_for_some().is_some()
            })
        };
        match groups.iter_mut().find(fits) {
            Some(group) => group.push(change),
            None => groups.push(vec![change]),
        }
    }
    let cards = groups.iter().take(CARDS_MAX).map(|group| card(register, group)).collect();
    let later = groups.iter().skip(CARDS_MAX).flatten().map(|change| later(register, change)).collect();
    (cards, later)
}

/// Where a published change stands, as word and tone of its badge.
pub fn badge(
    words: &Words,
    change: &PublicChange,
    policy: &Policy,
    today: NaiveDate,
) -> (String, &'static str) {
    match change.state {
        State::Held => (words.get("badge-held"), "warn"),
        State::Effective => (words.get("badge-effective"), "ok"),
        State::Withdrawn | State::Discarded => (words.get("badge-withdrawn"), ""),
        State::InNotice if change.in_force_for_some().is_some() => (words.get("badge-for-some"), "key"),
        State::Draft | State::Scheduled | State::InNotice => {
            let open = match standard_deadline(change, policy) {
                Some(Some(last)) => today <= last,
                Some(None) => true,
                None => false,
            };
            (words.get(if open { "badge-open" } else { "badge-announced" }), "key")
        }
    }
}

/// The periods under the standard agreement, from when the announcement in force began; none: the change is not announced, or is a
/// removal, of which nobody is asked.
pub fn standard_periods(change: &PublicChange, policy: &Policy) -> Option<Periods> {
    if change.kind == ChangeKind::Removal {
        return None;
    }
    let served = change.announced_at.or(change.published_at)?;
    Some(Terms::default().timing(policy, change.emergency.is_some()).periods(served))
}

/// The last day to object by these; `Some(None)`: until the change takes effect; none: as [`standard_periods`].
pub fn standard_deadline(change: &PublicChange, policy: &Policy) -> Option<Option<NaiveDate>> {
    standard_periods(change, policy).map(|periods| periods.objection_last_day)
}

/// "One change", "Two changes", "12 changes"
pub fn count_of_changes(words: &Words, count: usize) -> String {
    capitalised(&words.count_word("changes-of-day", count))
}

fn card(register: &Register<'_>, group: &[&PublicChange]) -> Card {
    let words = register.words;
    let held = group.iter().any(|change| change.state == State::Held);
    let day = group.first().map_or(register.today, |change| change.effective_on);
    let (badge, tone) =
        group.first().map(|change| badge(words, change, register.policy, register.today)).unwrap_or_default();
    let title = match group {
        [only] => register.headline(only, Tense::Planned),
        several => count_of_changes(words, several.len()),
    };
    let deadlines: Vec<_> =
        group.iter().filter_map(|change| standard_deadline(change, register.policy)).collect();
    let footnote = if deadlines.iter().any(Option::is_some) {
        register.site.with_dpo("coming-footnote")
    } else {
        words.rich("coming-footnote-until-effect", [])
    };
    let only_leave = group.iter().all(|change| change.kind == ChangeKind::Removal);
    Card {
        tone,
        leaf: Leaf::of(words, day),
        title,
        badge,
        held: held.then(|| words.get("coming-held")),
        points: points(register, group, day, held),
        changes: group.iter().map(|change| card_change(register, change)).collect(),
        footnote: (!only_leave).then_some(footnote),
    }
}

fn points(register: &Register<'_>, group: &[&PublicChange], day: NaiveDate, held: bool) -> Vec<Point> {
    let (words, today) = (register.words, register.today);
    let announced = group.iter().filter_map(|change| change.published_at).min();
    let deadline = group.iter().filter_map(|change| standard_deadline(change, register.policy)?).min();
    let effect = match (held, group.iter().all(|change| change.kind == ChangeKind::Removal)) {
        (true, _) => "point-was-planned",
        (false, true) => "point-leaves",
        (false, false) => "point-in-force",
    };
    let mut points: Vec<(NaiveDate, &str)> = Vec::new();
    points.extend(announced.map(|at| (register.policy.zone.day_of(at), "point-announced")));
    points.extend(deadline.map(|day| (day, "point-objections")));
    points.push((day, effect));
    time_line(words, points, today)
}

/// The points in order, today among them: what it separates is past, or still to come.
pub fn time_line(words: &Words, mut points: Vec<(NaiveDate, &str)>, today: NaiveDate) -> Vec<Point> {
    // What ends with its day is not over on that day; what happened today is.
    let has_happened =
        |label: &str| matches!(label, "point-announced" | "point-joined" | "point-altered" | "point-left");
    let is_over = |day: NaiveDate, label: &str| day < today || day == today && has_happened(label);
    points.sort_by_key(|(day, _)| *day);
    let (mut past, to_come): (Vec<_>, Vec<_>) =
        points.into_iter().partition(|(day, label)| is_over(*day, label));
    past.push((today, "point-today"));
    let classed = |class: &'static str| {
        move |(day, label): (NaiveDate, &str)| Point {
            class: if label == "point-today" { "now" } else { class },
            label: words.get(label),
            iso: day.to_string(),
            day: dates::short(words, day),
            hint: String::new(),
        }
    };
    past.into_iter().map(classed("past")).chain(to_come.into_iter().map(classed(""))).collect()
}

/// A change in a list of those to come, with what it alters.
pub fn card_change(register: &Register<'_>, change: &PublicChange) -> CardChange {
    let words = register.words;
    let differences = match &change.before {
        Some(before) if change.is_alteration() => {
            wording::in_sentences(words, &before.differences(&change.facts))
        }
        _ => Vec::new(),
    };
    let facts = &change.facts;
    let what = match facts.purpose.trim() {
        "" => facts.category.trim(),
        purpose => purpose,
    };
    let place = wording::places(register.words, facts);
    let data = facts.data_types.join(", ");
    let (place, data) = if change.is_alteration() { (String::new(), String::new()) } else { (place, data) };
    let first: Vec<&str> = [what, &place].into_iter().filter(|part| !part.is_empty()).collect();
    let sentences = [first.join(", "), data];
    let line: Vec<String> = sentences
        .into_iter()
        .filter(|s| !s.is_empty())
        .map(|s| format!("{}.", s.trim_end_matches('.')))
        .collect();
    CardChange {
        href: format!("/changes/{}", change.reference),
        headline: register.headline(change, Tense::Planned),
        line: line.join(" "),
        differences,
    }
}

/// A change as one line.
pub fn later(register: &Register<'_>, change: &PublicChange) -> Later {
    let words = register.words;
    let day = start::day(change, &register.policy.zone);
    Later {
        href: format!("/changes/{}", change.reference),
        headline: register.headline(change, Tense::Planned),
        iso: day.to_string(),
        day: dates::short(words, day),
        badge: badge(words, change, register.policy, register.today).0,
    }
}
