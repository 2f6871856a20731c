//! Requests: a change as the DPO words it, turned into a [`Draft`] against the register of the day.
//!
//! Whoever alters names only what differs; whoever removes names nothing. A request that contradicts the register
//! is refused with what the register says.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::change::{ChangeKind, Draft};
use super::country::Country;
use super::plan::Refusal;
use super::register::{Version, on_day};
use super::subprocessor::{Facts, same_name};

/// What the DPO asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    pub kind: ChangeKind,
    /// The name of whom the change is about.
    pub name: String,
    /// Of a replacement: the name of whom it replaces.
    #[serde(default)]
    pub replaces: Option<String>,
    /// The facts that are given, by the names that files use; several values are divided by `;`.
    #[serde(default)]
    pub facts: Vec<(String, String)>,
    pub reason: String,
    pub effective: NaiveDate,
    #[serde(default)]
    pub emergency: Option<String>,
}

/// The draft, and whom on the register it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Understood<'a> {
    pub draft: Draft,
    /// None: not yet on any register.
    pub subject: Option<&'a Version>,
    pub replaced: Option<&'a Version>,
}

impl Request {
    /// Reads the request against the register of `today`.
    pub fn understand<'a>(
        &self,
        versions: &'a [Version],
        today: NaiveDate,
    ) -> Result<Understood<'a>, Refusal> {
        let current = on_day(versions, today);
        let subject = find(&current, &self.name, "name")?;
        let before = subject.map(|version| version.facts.clone());
        let (facts, before, subject) = match self.kind {
            ChangeKind::Addition | ChangeKind::Replacement => {
                if let Some(listed) = subject {
                    return Err(contradiction(
                        "name",
                        format!(
                            "{} is on the register since {}; alter it instead",
                            listed.facts.name, listed.valid_from
                        ),
                    ));
                }
                let former = versions.iter().rev().find(|v| same_name(&v.facts.name, &self.name));
                (self.given(Facts { name: self.name.trim().to_owned(), ..Facts::default() })?, None, former)
            }
            ChangeKind::MaterialChange | ChangeKind::Correction | ChangeKind::Removal => {
                let Some(before) = before else {
                    return Err(contradiction("name", not_listed(&current, &self.name)));
                };
                if self.kind == ChangeKind::Removal && !self.facts.is_empty() {
                    return Err(contradiction(
                        "facts",
                        "a removal changes no facts; leave them out".to_owned(),
                    ));
                }
                (self.given(before.clone())?, Some(before), subject)
            }
        };
        let replaced = self.replaced(&current)?;
        let draft = Draft {
            kind: self.kind,
            facts,
            before,
            replaces: replaced.map(|version| version.facts.name.clone()),
            reason: self.reason.trim().to_owned(),
            effective_on: self.effective,
            emergency: self.emergency.clone().filter(|why| !why.trim().is_empty()),
        };
        Ok(Understood { draft, subject, replaced })
    }

    fn given(&self, mut facts: Facts) -> Result<Facts, Refusal> {
        for (field, value) in &self.facts {
            facts.set(field, value.trim()).map_err(|unknown| contradiction("facts", unknown.to_string()))?;
        }
        for code in facts.countries.iter() {
            if code.parse::<Country>().is_err() {
                let why = format!("{code:?} is no ISO 3166-1 alpha-2 code; write \"DE\" for Germany");
                return Err(contradiction("country", why));
            }
        }
        Ok(facts)
    }

    fn replaced<'a>(&self, current: &[&'a Version]) -> Result<Option<&'a Version>, Refusal> {
        match (self.kind, &self.replaces) {
            (ChangeKind::Replacement, None) => {
                Err(contradiction("replaces", "a replacement names whom it replaces".to_owned()))
            }
            (ChangeKind::Replacement, Some(name)) => find(current, name, "replaces")?
                .map(Some)
                .ok_or_else(|| contradiction("replaces", not_listed(current, name))),
            (_, Some(_)) => Err(contradiction("replaces", "only a replacement replaces somebody".to_owned())),
            (_, None) => Ok(None),
        }
    }
}

fn find<'a>(
    current: &[&'a Version],
    wanted: &str,
    field: &'static str,
) -> Result<Option<&'a Version>, Refusal> {
    let by_slug = current.iter().find(|version| version.slug == wanted.trim());
    let found: Vec<_> = current.iter().filter(|version| same_name(&version.facts.name, wanted)).collect();
    match (by_slug, found.as_slice()) {
        (Some(version), _) => Ok(Some(version)),
        (None, []) => Ok(None),
        (None, [version]) => Ok(Some(version)),
        (None, several) => {
            let slugs: Vec<_> = several.iter().map(|version| version.slug.as_str()).collect();
            Err(contradiction(
                field,
                format!(
                    "{wanted:?} stands {} times on the register; say which: {}",
                    slugs.len(),
                    slugs.join(", ")
                ),
            ))
        }
    }
}

fn not_listed(current: &[&Version], name: &str) -> String {
    let nearest = current
        .iter()
        .map(|version| version.facts.name.as_str())
        .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
    match nearest {
        Some(nearest) => format!("{name:?} is not on the register; the nearest name on it is {nearest:?}"),
        None => format!("{name:?} is not on the register, which is empty: import one first"),
    }
}

fn contradiction(field: &'static str, why: String) -> Refusal {
    Refusal::Contradiction { field, why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::subprocessor::SubprocessorId;

    fn register() -> Vec<Version> {
        let listed = |id, name: &str| Version {
            subprocessor_id: SubprocessorId(id),
            slug: crate::domain::subprocessor::slug(name),
            valid_from: "2026-01-01".parse().unwrap(),
            listed: true,
            facts: Facts { name: name.into(), purpose: "Hosting".into(), ..Facts::default() },
            change: None,
        };
        vec![listed(1, "Hetzner"), listed(2, "Vercel")]
    }

    fn request(kind: ChangeKind, name: &str) -> Request {
        Request {
            kind,
            name: name.into(),
            replaces: None,
            facts: Vec::new(),
            reason: "because".into(),
            effective: "2027-01-15".parse().unwrap(),
            emergency: None,
        }
    }

    fn refusal(request: &Request) -> String {
        request.understand(&register(), "2026-11-23".parse().unwrap()).unwrap_err().to_string()
    }

    #[test]
    fn who_alters_names_only_what_differs() {
        let alter = Request {
            facts: vec![("countries".into(), "DE;FI".into())],
            ..request(ChangeKind::MaterialChange, "hetzner ")
        };
        let versions = register();
        let understood = alter.understand(&versions, "2026-11-23".parse().unwrap()).unwrap();
        assert_eq!(understood.draft.facts.purpose, "Hosting");
        assert_eq!(understood.draft.facts.countries.join(";"), "DE;FI");
        assert_eq!(understood.subject.unwrap().subprocessor_id, SubprocessorId(1));
    }

    #[test]
    fn a_request_that_contradicts_the_register_is_told_what_it_says() {
        assert_eq!(
            refusal(&request(ChangeKind::Addition, "Vercel")),
            "name: Vercel is on the register since 2026-01-01; alter it instead"
        );
        assert_eq!(
            refusal(&request(ChangeKind::Removal, "Hetzer")),
            "name: \"Hetzer\" is not on the register; the nearest name on it is \"Hetzner\""
        );
        assert_eq!(
            refusal(&request(ChangeKind::Replacement, "Fly")),
            "replaces: a replacement names whom it replaces"
        );
    }
}
