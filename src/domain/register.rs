//! The register: which subprocessors are in use on a day, and by which change each state came about.
//!
//! What it says of day D equals the effective changes up to D (invariant 7); states from before the first import
//! are "stated, not witnessed".

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::change::{Change, ChangeKind};
use super::subprocessor::{Facts, SubprocessorId, slug};

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
}
