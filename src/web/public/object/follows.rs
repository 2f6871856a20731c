//! What follows if the reader objects, and if it does nothing.

use chrono::NaiveDate;

use super::Personal;
use super::clock::Window;
use super::said::{self, Said, said};
use crate::domain::change::ChangeKind;
use crate::store::page::PublicChange;
use crate::web::dates;
use crate::web::public::wording::{self, Tense};

pub fn follows(personal: &Personal<'_>, window: Window) -> Vec<(String, String)> {
    let words = personal.site.words();
    let answer = dates::long(words, personal.answer_by());
    let answer = ("answer", answer.as_str());
    if window.is_late() {
        let without_yes = said::lacks_every_yes(personal);
        let does = if without_yes { "object-late-does-text-no-yes" } else { "object-late-does-text" };
        return vec![(words.get("object-late-does"), words.with(does, [answer]))];
    }
    let planned: Vec<&PublicChange> = personal.objectable().collect();
    let has_started = matches!(window, Window::AfterStart { .. });
    let object = match planned.as_slice() {
        [only] if only.kind != ChangeKind::Removal => {
            let text = match (has_started, only.is_alteration()) {
                (true, true) => "object-if-after-start-altered",
                (true, false) => "object-if-after-start",
                (false, true) => "object-if-altered",
                (false, false) => "object-if-text",
            };
            words.with(text, [("name", only.facts.name.as_str()), answer])
        }
        [] | [_] => words.with("object-if-removal", [answer]),
        [_, ..] => words.with("object-if-several", [answer]),
    };
    let refuses = said::lacks_every_yes(personal);
    let heading = words.get(if refuses { "object-if-refuse" } else { "object-if" });
    let mut follows = vec![(heading, object)];
    let silent = planned.iter().any(|change| said(personal, change) != Said::Objection);
    if has_started && silent {
        let altered = planned.iter().all(|change| change.is_alteration());
        let text = if altered { "object-if-not-after-start-altered" } else { "object-if-not-after-start" };
        follows.push((words.get("object-if-not"), words.get(text)));
    } else if !matches!(window, Window::NotOwed | Window::NotAsked) {
        follows.extend(if_not(personal, &planned));
    }
    follows
}

/// What silence brings, where all that is to come fares alike; else for each. Nothing, where all has begun.
fn if_not(personal: &Personal<'_>, planned: &[&PublicChange]) -> Vec<(String, String)> {
    let words = personal.site.words();
    let has_not_begun =
        |change: &PublicChange| personal.in_force_at(change).is_none() && change.took_effect_at.is_none();
    let to_come: Vec<&PublicChange> =
        planned.iter().copied().filter(|change| has_not_begun(change)).collect();
    let fares = |change: &PublicChange| (said(personal, change), personal.day(change));
    match to_come.as_slice() {
        [] => Vec::new(),
        [only] => vec![(words.get("object-if-not"), if_not_of(personal, only))],
        [first, others @ ..] if others.iter().all(|other| fares(other) == fares(first)) => {
            vec![(words.get("object-if-not"), if_not_of_all(personal, &to_come, fares(first)))]
        }
        several => several
            .iter()
            .map(|change| {
                let headline = wording::headline(words, change, Tense::Planned);
                (words.with("object-if-not-of", [("headline", &headline)]), if_not_of(personal, change))
            })
            .collect(),
    }
}

fn if_not_of(personal: &Personal<'_>, change: &PublicChange) -> String {
    let words = personal.site.words();
    let day = personal.day(change).map(|day| dates::plain(words, day));
    let key = match (said(personal, change), day.is_some()) {
        (Said::Objection, _) => "object-if-not-objected",
        (Said::Yes, true) => "object-if-not-authorised",
        (Said::Yes, false) => "object-if-not-authorised-held",
        (Said::NoYes, _) if change.is_alteration() => "object-if-not-specific-altered",
        (Said::NoYes, _) => "object-if-not-specific",
        (Said::Nothing, true) if change.kind == ChangeKind::Removal => "change-removal",
        (Said::Nothing, true) => "object-if-not-text",
        (Said::Nothing, false) => "object-if-not-held",
    };
    words.with(key, [("day", day.unwrap_or_default().as_str()), ("name", &change.facts.name)])
}

fn if_not_of_all(
    personal: &Personal<'_>,
    changes: &[&PublicChange],
    (said, day): (Said, Option<NaiveDate>),
) -> String {
    let words = personal.site.words();
    let key = match (said, day.is_some()) {
        (Said::Objection, _) => "object-if-not-objected",
        (Said::Yes, true) => "object-if-not-authorised-several",
        (Said::Yes, false) => "object-if-not-authorised-several-held",
        (Said::NoYes, _) if changes.iter().any(|change| change.is_alteration()) => {
            "object-if-not-specific-altered"
        }
        (Said::NoYes, _) => "object-if-not-specific",
        (Said::Nothing, true) => "object-if-not-several",
        (Said::Nothing, false) => "object-if-not-several-held",
    };
    let day = day.map(|day| dates::plain(words, day)).unwrap_or_default();
    words.with(key, [("day", &day)])
}
