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
    /// None: the earliest lawful day is asked for. Only a plan may leave it open.
    #[serde(default)]
    pub effective: Option<NaiveDate>,
    #[serde(default)]
    pub emergency: Option<String>,
    /// Of a correction: how it is known that this is the same legal person and no new processing.
    #[serde(default)]
    pub attested: Option<String>,
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
    /// Reads the request against the register as it will be on its day: `versions` hold what open changes will
    /// bring about, too. Where no day is wanted, that is the register after all of them, and `today` stands in for the day.
    pub fn understand<'a>(
        &self,
        versions: &'a [Version],
        today: NaiveDate,
    ) -> Result<Understood<'a>, Refusal> {
        let current = on_day(versions, self.effective.map_or(NaiveDate::MAX, |day| day.max(today)));
        let subject = find(&current, &self.name, "name")?;
        let before = subject.map(|version| version.facts.clone());
        let (facts, before, subject) = match self.kind {
            ChangeKind::Addition | ChangeKind::Replacement => {
                if let Some(listed) = subject {
                    return Err(contradiction(
                        "name",
                        format!(
                            "{} is on the register since {}; alter it instead",
                            listed.facts.name,
                            since(listed)
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
                let facts = self.given(before.clone())?;
                match self.kind {
                    ChangeKind::Correction => self.corrects(&before, &facts)?,
                    ChangeKind::Removal => self.stopped(versions, subject, today)?,
                    ChangeKind::MaterialChange => same_person(&before, &facts)?,
                    ChangeKind::Addition | ChangeKind::Replacement => {}
                }
                (facts, Some(before), subject)
            }
        };
        if self.attested.is_some() && self.kind != ChangeKind::Correction {
            return Err(contradiction("attest", "only a correction is attested; leave it out".to_owned()));
        }
        let replaced = self.replaced(&current)?;
        let draft = Draft {
            kind: self.kind,
            facts,
            before,
            replaces: replaced.map(|version| version.facts.name.clone()),
            reason: self.reason.trim().to_owned(),
            effective_on: self.effective.unwrap_or(today),
            emergency: self.emergency.clone().filter(|why| !why.trim().is_empty()),
        };
        Ok(Understood { draft, subject, replaced })
    }

    fn given(&self, facts: Facts) -> Result<Facts, Refusal> {
        set(facts, &self.facts)
    }

    /// A correction is the same legal person's, and adds no processing; somebody stands for that.
    fn corrects(&self, before: &Facts, after: &Facts) -> Result<(), Refusal> {
        if let [first, ..] = before.new_processing(after)[..] {
            let why = format!(
                "{first} would say more than before, which is no correction; schedule it as `alter`, with notice"
            );
            return Err(contradiction("facts", why));
        }
        if self.attested.as_ref().is_none_or(|words| words.trim().is_empty()) {
            let why = "say how you know that it is the same legal person and no new processing".to_owned();
            return Err(contradiction("attest", why));
        }
        Ok(())
    }

    /// A removal may carry a day that is past, but none on which the register says otherwise.
    fn stopped(
        &self,
        versions: &[Version],
        subject: Option<&Version>,
        today: NaiveDate,
    ) -> Result<(), Refusal> {
        let (Some(day), Some(subject)) = (self.effective.filter(|day| *day <= today), subject) else {
            return Ok(());
        };
        let own = versions.iter().filter(|version| version.subprocessor_id == subject.subprocessor_id);
        match own.filter(|version| version.valid_from <= today).max_by_key(|version| version.valid_from) {
            Some(newest) if day <= newest.valid_from => Err(contradiction(
                "effective",
                format!(
                    "{} is on the register as it stands since {}; it can have stopped on a later day only",
                    newest.facts.name,
                    since(newest)
                ),
            )),
            Some(_) | None => Ok(()),
        }
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

/// Reads requests that are to be announced together: they share their day, and each is about somebody else.
pub fn together<'a>(
    requests: &[Request],
    versions: &'a [Version],
    today: NaiveDate,
) -> Result<Vec<Understood<'a>>, Refusal> {
    let understood =
        requests.iter().map(|request| request.understand(versions, today)).collect::<Result<Vec<_>, _>>()?;
    let (Some(first), [_, _, ..]) = (requests.first(), requests) else { return Ok(understood) };
    if requests.iter().any(|request| request.effective != first.effective) {
        return Err(contradiction("effective", "changes announced together share their day".to_owned()));
    }
    let alone = |draft: &Draft| draft.kind == ChangeKind::Correction || draft.emergency.is_some();
    if let Some(draft) = understood.iter().map(|one| &one.draft).find(|draft| alone(draft)) {
        let why = format!("a correction or an emergency ({}) is scheduled by itself", draft.facts.name);
        return Err(contradiction("kind", why));
    }
    let mut seen = std::collections::BTreeSet::new();
    for draft in understood.iter().map(|one| &one.draft) {
        for name in [Some(&draft.facts.name), draft.replaces.as_ref()].into_iter().flatten() {
            if !seen.insert(name.to_lowercase()) {
                let why = format!("{name} stands twice among changes that are announced together");
                return Err(contradiction("name", why));
            }
        }
    }
    Ok(understood)
}

/// `facts` with those that are given by the names that files use.
pub fn set(mut facts: Facts, given: &[(String, String)]) -> Result<Facts, Refusal> {
    for (field, value) in given {
        facts.set(field, value.trim()).map_err(|unknown| contradiction("facts", unknown.to_string()))?;
    }
    for code in facts.countries.iter() {
        if code.parse::<Country>().is_err() {
            let why = format!("{code:?} is no ISO 3166-1 alpha-2 code; write \"DE\" for Germany");
            return Err(contradiction("country", why));
        }
    }
    // No letter could carry it in its head, so nobody would be told.
    if facts.name.chars().any(char::is_control) {
        return Err(contradiction("name", format!("{:?} is not one line; write it as one", facts.name)));
    }
    Ok(facts)
}

/// "2027-01-15 by CHG-2026-0001"
fn since(version: &Version) -> String {
    match &version.change {
        Some(reference) => format!("{} by {reference}", version.valid_from),
        None => version.valid_from.to_string(),
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

/// Another legal person (merger, assignment) is another subprocessor.
fn same_person(before: &Facts, after: &Facts) -> Result<(), Refusal> {
    if before.legal_entity.trim().is_empty() || same_name(&before.legal_entity, &after.legal_entity) {
        return Ok(());
    }
    let why = format!(
        "{:?} is another legal person than {:?}, and so another subprocessor: schedule it as `replace`; a new name of the same one is \
         a `correct` with --attest",
        after.legal_entity, before.legal_entity
    );
    Err(contradiction("legal-entity", why))
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

/// Refuses a product that the change names for the first time and that is not among those `declared`, where any are: a slip of
/// the pen in its scope would leave the customers of the product that was meant without notice.
pub fn check_products(draft: &Draft, declared: &[String]) -> Result<(), Refusal> {
    let known = |tag: &String| {
        declared.contains(tag) || draft.before.as_ref().is_some_and(|before| before.products.0.contains(tag))
    };
    match draft.products().iter().find(|tag| !declared.is_empty() && !known(tag)) {
        None => Ok(()),
        Some(tag) => {
            let why = format!("{tag:?} is none of your products; they are {}, or all", declared.join(", "));
            Err(contradiction("products", why))
        }
    }
}

fn contradiction(field: &'static str, why: String) -> Refusal {
    Refusal::Contradiction { field, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_must_be_declared_unless_it_stood_there_or_none_is() {
        let draft = |kind, products: &str| {
            let facts = vec![("products".to_owned(), products.to_owned())];
            let given = Request {
                facts,
                ..request(kind, if kind == ChangeKind::Addition { "Nimbus" } else { "Vercel" })
            };
            given.understand(&register(), "2026-11-23".parse().unwrap()).unwrap().draft
        };
        let declared = ["api".to_owned(), "chat".to_owned()];
        let slip = check_products(&draft(ChangeKind::Addition, "api; chta"), &declared).unwrap_err();
        assert_eq!(
            slip.to_string(),
            "products: \"chta\" is none of your products; they are api, chat, or all"
        );
        for fine in ["api", "all", ""] {
            assert_eq!(check_products(&draft(ChangeKind::Addition, fine), &declared), Ok(()), "{fine}");
        }
        assert_eq!(check_products(&draft(ChangeKind::Addition, "x"), &[]), Ok(()));
        let mut kept = draft(ChangeKind::MaterialChange, "old; api");
        kept.before.as_mut().unwrap().products = "old".parse().unwrap();
        assert_eq!(check_products(&kept, &declared), Ok(()));
    }
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
            effective: Some("2027-01-15".parse().unwrap()),
            emergency: None,
            attested: None,
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
    fn another_legal_person_is_another_subprocessor() {
        let to = |entity: &str| Request {
            facts: vec![("legal_entity".into(), entity.into())],
            ..request(ChangeKind::MaterialChange, "Vercel")
        };
        let mut versions = register();
        let understood = |entity: &str, versions: &[Version]| {
            to(entity).understand(versions, "2026-11-23".parse().unwrap()).map(drop)
        };
        // Of whom the register does not say who it is, it may be said.
        let mut called = |entity: &str| {
            for version in &mut versions {
                entity.clone_into(&mut version.facts.legal_entity);
            }
            versions.clone()
        };
        let versions = called("");
        assert_eq!(understood("Vercel Inc.", &versions), Ok(()));
        let versions = called("Vercel Inc.");
        assert_eq!(understood("vercel inc.", &versions), Ok(()));
        assert_eq!(
            understood("Nimbus Holding", &versions).unwrap_err().to_string(),
            "legal-entity: \"Nimbus Holding\" is another legal person than \"Vercel Inc.\", and so another subprocessor: schedule it as \
             `replace`; a new name of the same one is a `correct` with --attest"
        );
    }

    #[test]
    fn what_is_announced_together_shares_its_day_and_no_subprocessor() {
        let together = |requests: &[Request]| {
            let read = super::together(requests, &register(), "2026-11-23".parse().unwrap())
                .map(|understood| understood.len());
            read.map_err(|refusal| refusal.to_string())
        };
        let remove = |name: &str| request(ChangeKind::Removal, name);
        assert_eq!(together(&[remove("Vercel"), remove("Hetzner")]), Ok(2));
        let later = Request { effective: Some("2027-02-01".parse().unwrap()), ..remove("Hetzner") };
        assert_eq!(
            together(&[remove("Vercel"), later]).unwrap_err(),
            "effective: changes announced together share their day"
        );
        assert_eq!(
            together(&[remove("Vercel"), remove("vercel")]).unwrap_err(),
            "name: Vercel stands twice among changes that are announced together"
        );
        let urgent = Request { emergency: Some("It is down".into()), ..remove("Hetzner") };
        assert_eq!(
            together(&[remove("Vercel"), urgent]).unwrap_err(),
            "kind: a correction or an emergency (Hetzner) is scheduled by itself"
        );
    }

    #[test]
    fn a_correction_adds_nothing_and_somebody_stands_for_it() {
        let correct = |field: &str, value: &str, attested: Option<&str>| Request {
            facts: vec![(field.into(), value.into())],
            attested: attested.map(str::to_owned),
            ..request(ChangeKind::Correction, "Vercel")
        };
        assert_eq!(
            refusal(&correct("countries", "US", Some("the register of companies"))),
            "facts: countries would say more than before, which is no correction; schedule it as `alter`, with notice"
        );
        assert_eq!(
            refusal(&correct("website", "https://vercel.example", None)),
            "attest: say how you know that it is the same legal person and no new processing"
        );
        let renamed = correct("legal_entity", "Vercel, Inc.", Some("the register of companies"));
        assert!(renamed.understand(&register(), "2026-11-23".parse().unwrap()).is_ok());
    }

    #[test]
    fn a_removal_may_be_past_but_not_before_the_register_says_otherwise() {
        let stopped = |day: &str| Request {
            effective: Some(day.parse().unwrap()),
            ..request(ChangeKind::Removal, "Vercel")
        };
        let versions = register();
        assert!(stopped("2026-10-01").understand(&versions, "2026-11-23".parse().unwrap()).is_ok());
        assert_eq!(
            refusal(&stopped("2026-01-01")),
            "effective: Vercel is on the register as it stands since 2026-01-01; it can have stopped on a later day only"
        );
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
