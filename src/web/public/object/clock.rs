//! Until when: how this reader stands to its deadline, and the clock at the head of its page.

use chrono::{DateTime, Utc};

use super::Personal;
use super::said::{self, Said};
use crate::domain::change::ChangeKind;
use crate::domain::customer::Terms;
use crate::store::page::PublicChange;
use crate::web::dates::{self, Deadline};
use crate::web::public::coming::Leaf;
use crate::web::words::Html;

/// Until when.
#[derive(Debug)]
pub struct Clock {
    pub tone: &'static str,
    pub leaf: Option<Leaf>,
    pub heading: String,
    pub bar: Option<Bar>,
    pub lines: Vec<Html>,
    pub button: bool,
}

#[derive(Debug)]
pub struct Bar {
    pub label: String,
    /// One decimal, such as "57.1"
    pub percent: String,
}

/// How the reader stands to its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    Open {
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    },
    /// At the earliest; none: held, and no day is known.
    UntilEffect {
        at: Option<DateTime<Utc>>,
    },
    Closed {
        at: DateTime<Utc>,
    },
    /// In force for this reader, an emergency whose window runs on.
    AfterStart {
        until: DateTime<Utc>,
    },
    /// In force for this reader: whatever comes now is late.
    InForce {
        since: DateTime<Utc>,
    },
    /// No letter has been handed over yet.
    NotServed,
    /// No notice is owed to this reader.
    NotOwed,
    /// A removal: nobody is asked.
    NotAsked,
}

impl Window {
    pub fn is_late(self) -> bool {
        matches!(self, Self::Closed { .. } | Self::InForce { .. })
    }
}

/// The window that decides for the page: of the changes that can be objected to, the one that closes first.
pub fn window(personal: &Personal<'_>) -> Option<Window> {
    let windows = personal.objectable().map(|change| window_of(personal, change));
    windows.min_by_key(|window| match window {
        Window::Open { until, .. } => (0, *until),
        Window::AfterStart { until } => (0, *until),
        Window::UntilEffect { at } => (1, at.unwrap_or(DateTime::<Utc>::MAX_UTC)),
        Window::NotServed => (2, DateTime::<Utc>::MAX_UTC),
        Window::Closed { at } => (3, *at),
        Window::NotOwed => (4, DateTime::<Utc>::MAX_UTC),
        Window::NotAsked => (5, DateTime::<Utc>::MAX_UTC),
        Window::InForce { since } => (6, *since),
    })
}

pub fn window_of(personal: &Personal<'_>, change: &PublicChange) -> Window {
    if let Some(since) = personal.in_force_at(change) {
        let until = personal.duty(change).and_then(|duty| duty.window_closes_at);
        let runs_on = until.filter(|until| personal.now <= *until && personal.runs_on(change));
        return runs_on.map_or(Window::InForce { since }, |until| Window::AfterStart { until });
    }
    if change.kind == ChangeKind::Removal {
        return Window::NotAsked;
    }
    if personal.waits_to_be_announced(change) {
        return Window::NotServed;
    }
    let Some(duty) = personal.duty(change) else { return as_its_letter(personal, change) };
    match (duty.state.as_str(), duty.served_at, duty.window_closes_at) {
        ("exempt", _, _) => Window::NotOwed,
        (_, _, Some(until)) if personal.now > until => Window::Closed { at: until },
        (_, served_at, Some(until)) => {
            Window::Open { from: duty.notice_started_at.or(served_at).unwrap_or(personal.now), until }
        }
        (_, Some(_), None) => match change.took_effect_at {
            Some(at) => Window::Closed { at },
            None => Window::UntilEffect { at: personal.starts_at(change) },
        },
        (_, None, None) => Window::NotServed,
    }
}

/// Of a subscriber who is no customer's: the dates that its letter told it, by our own terms.
fn as_its_letter(personal: &Personal<'_>, change: &PublicChange) -> Window {
    let Some(from) = personal.sent.composed_at.filter(|_| personal.is_nobodys_customer()) else {
        return Window::NotOwed;
    };
    let timing = Terms::default().timing(&personal.site.cx().policy, change.emergency.is_some());
    match timing.periods(from).window_closes_at {
        Some(until) if personal.now > until => Window::Closed { at: until },
        Some(until) => Window::Open { from, until },
        None => Window::UntilEffect { at: personal.starts_at(change) },
    }
}

/// The reader's deadline, as the head of its page.
pub fn clock(personal: &Personal<'_>, window: Window) -> Clock {
    let words = personal.site.words();
    let zone = &personal.zone;
    let html = |key: &str| words.rich(key, []);
    let leaf = |at: DateTime<Utc>| Some(leaf(personal, at));
    let until =
        |key: &str, at: DateTime<Utc>| words.with(key, [("deadline", &dates::deadline(words, at, zone))]);
    let without_yes = said::lacks_every_yes(personal);
    let (open, until_effect) = if without_yes {
        ("object-until-answered", "object-until-effect-answered")
    } else {
        ("object-until", "object-until-effect")
    };
    let closed_line = if without_yes { "object-closed-line-no-yes" } else { "object-closed-line" };
    match window {
        Window::Open { from, until: at } => {
            Clock { bar: bar(personal, from, at), ..running(personal, at, "key", until(open, at)) }
        }
        Window::AfterStart { until: at } => {
            running(personal, at, "warn", until("object-until-after-start", at))
        }
        Window::UntilEffect { at } => Clock {
            tone: if at.is_some() { "key" } else { "warn" },
            leaf: at.and_then(leaf),
            heading: at.map_or_else(|| words.get("object-until-effect-held"), |at| until(until_effect, at)),
            bar: None,
            lines: vec![html(need(personal))],
            button: true,
        },
        Window::Closed { at } => Clock {
            tone: "warn",
            leaf: leaf(at),
            heading: until("object-closed", at),
            bar: None,
            lines: vec![html(closed_line)],
            button: false,
        },
        Window::InForce { since } => Clock {
            tone: "warn",
            leaf: Some(Leaf::of(words, zone.day_of(since))),
            heading: words.with("object-is-in-force", [("day", &dates::long(words, zone.day_of(since)))]),
            bar: None,
            lines: vec![html(closed_line)],
            button: false,
        },
        Window::NotServed => quiet(personal, "object-not-served", "object-not-served-line"),
        Window::NotOwed if personal.is_nobodys_customer() => {
            quiet(personal, "object-informed", "object-exempt-line")
        }
        Window::NotOwed => quiet(personal, "object-exempt", "object-exempt-line"),
        Window::NotAsked => quiet(personal, "object-not-asked", "object-not-asked-line"),
    }
}

/// A deadline that has not gone by.
fn running(personal: &Personal<'_>, at: DateTime<Utc>, tone: &'static str, heading: String) -> Clock {
    let words = personal.site.words();
    Clock {
        tone,
        leaf: Some(leaf(personal, at)),
        heading,
        bar: None,
        lines: vec![
            words.count_rich("object-left", dates::days_left(personal.now, at, &personal.zone)),
            words.rich(need(personal), []),
        ],
        button: true,
    }
}

/// The last moment of a deadline, as a leaf of the calendar.
fn leaf(personal: &Personal<'_>, at: DateTime<Utc>) -> Leaf {
    let deadline = Deadline::of(at, &personal.zone);
    let leaf = Leaf::of(personal.site.words(), deadline.day);
    Leaf { weekday: format!("{}, {}", leaf.weekday, deadline.time), ..leaf }
}

fn need(personal: &Personal<'_>) -> &'static str {
    let said = said::of_all(personal);
    if said.contains(&Said::NoYes) {
        "object-need-yes"
    } else if !said.is_empty() && said.iter().all(|said| matches!(said, Said::Yes | Said::Objection)) {
        "object-need-none"
    } else {
        "object-no-need"
    }
}

fn quiet(personal: &Personal<'_>, heading: &str, line: &str) -> Clock {
    let words = personal.site.words();
    Clock {
        tone: "",
        leaf: None,
        heading: words.get(heading),
        bar: None,
        lines: vec![words.rich(line, [])],
        button: true,
    }
}

fn bar(personal: &Personal<'_>, from: DateTime<Utc>, until: DateTime<Utc>) -> Option<Bar> {
    let zone = &personal.zone;
    let (first, last, today) = (zone.day_of(from), Deadline::of(until, zone).day, zone.day_of(personal.now));
    let all = (last - first).num_days();
    let passed = (today - first).num_days().clamp(0, all.max(0));
    (all > 0).then(|| {
        let parts = [("passed", passed.to_string()), ("all", all.to_string())];
        let [(_, passed_text), (_, all_text)] = &parts;
        let thousandths = passed * 1000 / all;
        Bar {
            label: personal
                .site
                .words()
                .with("object-bar", [("passed", passed_text.as_str()), ("all", all_text)]),
            percent: format!("{}.{}", thousandths / 10, thousandths % 10),
        }
    })
}
