//! The register: which subprocessors are in use on a day, and by which change each state came about.
//!
//! What it says of day D equals the effective changes up to D (invariant 7); states from before the first import
//! are "stated, not witnessed".

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::change::{Change, ChangeKind};
use super::subprocessor::{Difference, Facts, SubprocessorId, same_name, slug};

/// One state of one subprocessor, valid from its day until its next version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub subprocessor_id: SubprocessorId,
    pub slug: String,
    pub valid_from: NaiveDate,
    /// False: not on the register from this day.
    pub listed: bool,
    pub facts: Facts,
    /// The change that brought it about; none = stated at the import, not witnessed.
    pub change: Option<String>,
}

/// The register of `day`: of each subprocessor the newest version valid by then, if it lists it; by name.
pub fn on_day(versions: &[Version], day: NaiveDate) -> Vec<&Version> {
    let mut newest = std::collections::BTreeMap::new();
    for version in versions.iter().filter(|version| version.valid_from <= day) {
        let kept = newest.entry(version.subprocessor_id).or_insert(version);
        if kept.valid_from <= version.valid_from {
            *kept = version;
        }
    }
    let mut listed: Vec<_> = newest.into_values().filter(|version| version.listed).collect();
    listed.sort_by_key(|version| (version.facts.name.to_lowercase(), version.slug.clone()));
    listed
}

/// What differs between the registers of two days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Between<'a> {
    /// On the later day's only, as it is there.
    pub joined: Vec<&'a Version>,
    /// On the earlier day's only, as it was there.
    pub left: Vec<&'a Version>,
    /// On both, with other facts: before and after.
    pub altered: Vec<(&'a Version, &'a Version)>,
}

/// What differs on `to` from what was on `from`, each by name. Whoever left and came back in between is on both.
pub fn between(versions: &[Version], from: NaiveDate, to: NaiveDate) -> Between<'_> {
    let (before, after) = (on_day(versions, from), on_day(versions, to));
    let same = |version: &Version, listed: &[&Version]| {
        listed.iter().any(|other| other.subprocessor_id == version.subprocessor_id)
    };
    let mut altered = Vec::new();
    for earlier in &before {
        let later = after.iter().find(|later| later.subprocessor_id == earlier.subprocessor_id);
        altered.extend(later.filter(|later| later.facts != earlier.facts).map(|later| (*earlier, *later)));
    }
    Between {
        joined: after.iter().filter(|version| !same(version, &before)).copied().collect(),
        left: before.iter().filter(|version| !same(version, &after)).copied().collect(),
        altered,
    }
}

/// The versions, and those that the open changes will bring about on the days they are planned for: what a further
/// change is planned against. `open` comes in the order of effect.
pub fn as_planned(versions: &[Version], open: &[Change]) -> Vec<Version> {
    let mut planned = versions.to_vec();
    for change in open {
        let draft = &change.draft;
        let newest = |id: SubprocessorId| planned.iter().rev().find(|version| version.subprocessor_id == id);
        let own = newest(change.subprocessor_id);
        let to_come = Version {
            subprocessor_id: change.subprocessor_id,
            slug: own.map_or_else(|| slug(&draft.facts.name), |version| version.slug.clone()),
            valid_from: draft.effective_on,
            listed: draft.kind != ChangeKind::Removal,
            facts: draft.upon(own.map(|version| &version.facts)),
            change: Some(change.reference.clone()),
        };
        let replaced = change.replaces_id.and_then(newest).map(|version| Version {
            valid_from: draft.effective_on,
            listed: false,
            change: Some(change.reference.clone()),
            ..version.clone()
        });
        planned.push(to_come);
        planned.extend(replaced);
    }
    planned
}

/// What a version meant for the entry of its subprocessor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// On the list, or on it again.
    Joined,
    Altered(Vec<Difference>),
    Left,
}

/// The versions of one subprocessor valid by `day`, the oldest first, each with what it meant.
pub fn history(versions: &[Version], id: SubprocessorId, day: NaiveDate) -> Vec<(&Version, Step)> {
    let mut before: Option<&Version> = None;
    let mut steps = Vec::new();
    for version in versions.iter().filter(|v| v.subprocessor_id == id && v.valid_from <= day) {
        let step = match (before.filter(|v| v.listed), version.listed) {
            (None, true) => Some(Step::Joined),
            (Some(_), false) => Some(Step::Left),
            (Some(before), true) => Some(Step::Altered(before.facts.differences(&version.facts))),
            (None, false) => None,
        };
        steps.extend(step.map(|step| (version, step)));
        before = Some(version);
    }
    steps
}

/// Since when it is listed without a break, as of `day`.
pub fn listed_since(versions: &[Version], id: SubprocessorId, day: NaiveDate) -> Option<NaiveDate> {
    let mut since = None;
    for version in versions.iter().filter(|v| v.subprocessor_id == id && v.valid_from <= day) {
        since = version.listed.then(|| since.unwrap_or(version.valid_from));
    }
    since
}

/// Whose address `asked` is: of the subprocessor with that slug, which never changes, else of the one that last bore a
/// name with that slug.
pub fn addressed<'a>(versions: &'a [Version], asked: &str) -> Option<&'a Version> {
    let newest_first = || versions.iter().rev();
    newest_first()
        .find(|version| version.slug == asked)
        .or_else(|| newest_first().find(|version| slug(&version.facts.name) == asked))
}

/// Those of `listed` that `name` stands for, as a fact names another subprocessor.
pub fn named<'a>(listed: &[&'a Version], name: &str) -> Option<&'a Version> {
    let is_called = |v: &&&Version| same_name(&v.facts.name, name) || same_name(&v.facts.legal_entity, name);
    listed.iter().find(is_called).copied().filter(|_| !name.trim().is_empty())
}

/// Those of `listed` that `facts` engages in turn.
pub fn engaged_by<'a>(listed: &[&'a Version], facts: &Facts) -> Vec<&'a Version> {
    let by = |name: &str| {
        !name.trim().is_empty() && (same_name(name, &facts.name) || same_name(name, &facts.legal_entity))
    };
    listed.iter().filter(|version| by(&version.facts.engaged_by)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(id: i64, from: &str, listed: bool) -> Version {
        Version {
            subprocessor_id: SubprocessorId(id),
            slug: format!("s{id}"),
            valid_from: from.parse().unwrap(),
            listed,
            facts: Facts { name: format!("S{id}"), ..Facts::default() },
            change: None,
        }
    }

    #[test]
    fn a_day_shows_what_was_in_force_on_it() {
        let versions =
            [version(2, "2026-01-01", true), version(1, "2026-03-01", true), version(2, "2026-05-01", false)];
        let on = |day: &str| {
            on_day(&versions, day.parse().unwrap()).iter().map(|v| v.slug.clone()).collect::<Vec<_>>()
        };
        assert_eq!(on("2025-12-31"), Vec::<String>::new());
        assert_eq!(on("2026-02-28"), ["s2"]);
        assert_eq!(on("2026-03-01"), ["s1", "s2"]);
        assert_eq!(on("2026-05-01"), ["s1"]);
    }

    #[test]
    fn between_two_days_some_join_some_leave_and_some_are_altered() {
        let changed = Version {
            facts: Facts { name: "S3".into(), purpose: "Mail".into(), ..Facts::default() },
            ..version(3, "2026-03-01", true)
        };
        let versions = [
            version(1, "2026-01-01", true),
            version(3, "2026-01-01", true),
            version(4, "2026-01-01", true),
            version(2, "2026-02-01", true),
            changed.clone(),
            version(1, "2026-04-01", false),
            version(4, "2026-04-01", false),
            version(4, "2026-05-01", true),
        ];
        let day = |text: &str| text.parse().unwrap();
        let found = between(&versions, day("2026-01-31"), day("2026-06-01"));
        assert_eq!(found.joined, [&version(2, "2026-02-01", true)]);
        assert_eq!(found.left, [&version(1, "2026-01-01", true)]);
        assert_eq!(found.altered, [(&version(3, "2026-01-01", true), &changed)]);
        assert_eq!(between(&versions, day("2026-06-01"), day("2026-06-02")), Between::default());
    }

    #[test]
    fn a_history_tells_what_each_version_meant() {
        let moved = Version {
            facts: Facts { name: "S1 Ltd".into(), ..Facts::default() },
            ..version(1, "2026-03-01", true)
        };
        let versions = [
            version(1, "2026-01-01", true),
            version(2, "2026-02-01", true),
            moved,
            version(1, "2026-04-01", false),
            version(1, "2026-05-01", true),
            version(1, "2027-01-01", false),
        ];
        let steps: Vec<_> = history(&versions, SubprocessorId(1), "2026-12-31".parse().unwrap())
            .into_iter()
            .map(|(version, step)| (version.valid_from.to_string(), step))
            .collect();
        let renamed = Difference { field: "name".into(), before: "S1".into(), after: "S1 Ltd".into() };
        assert_eq!(
            steps,
            [
                ("2026-01-01".to_owned(), Step::Joined),
                ("2026-03-01".to_owned(), Step::Altered(vec![renamed])),
                ("2026-04-01".to_owned(), Step::Left),
                ("2026-05-01".to_owned(), Step::Joined),
            ]
        );
    }

    #[test]
    fn an_address_is_the_slugs_own_and_a_names_only_where_no_slug_is_so_called() {
        let named = |id, from, name: &str| Version {
            facts: Facts { name: name.into(), ..Facts::default() },
            ..version(id, from, true)
        };
        let versions =
            [named(1, "2026-01-01", "Old"), named(1, "2026-02-01", "S2"), named(2, "2026-03-01", "Old")];
        let whose = |asked| addressed(&versions, asked).map(|version| version.slug.as_str());
        assert_eq!(whose("s2"), Some("s2"));
        assert_eq!(whose("old"), Some("s2"), "the last that bore the name");
        assert_eq!(whose("s1"), Some("s1"));
        assert_eq!(whose("s3"), None);
    }

    #[test]
    fn the_chain_goes_by_name_or_legal_name_and_never_by_an_empty_one() {
        let with = |id, name: &str, entity: &str, by: &str| Version {
            facts: Facts {
                name: name.into(),
                legal_entity: entity.into(),
                engaged_by: by.into(),
                ..Facts::default()
            },
            ..version(id, "2026-01-01", true)
        };
        let (one, two, three) =
            (with(1, "A", "A Inc.", ""), with(2, "B", "", "a inc."), with(3, "C", "", ""));
        let listed = [&one, &two, &three];
        assert_eq!(engaged_by(&listed, &one.facts), [&two]);
        assert!(engaged_by(&listed, &three.facts).is_empty());
        assert_eq!(super::named(&listed, "A Inc."), Some(&one));
        assert_eq!(super::named(&listed, ""), None);
    }
}
