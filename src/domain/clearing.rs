//! Clearing: what serves or clears one customer without a letter: a yes, a service by other means, a waiver.
//!
//! [`consent`] says what the contracts of one customer have answered together, [`Means::clearance`] what all that was
//! said and served leaves behind for the gate. Both start from the facts each time, so that taking one back gives what
//! would have been without it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::{Service, Timing};
use super::change::{ChangeKind, Draft};
use super::customer::{Authorisation, Contract, ContractId, Policy, Terms};
use super::delivery::DeliveryId;
use super::obligation::{Clearance, Consent, Told};

words! {
    /// What is recorded of a customer's word under one contract.
    Word {
        Yes = "yes",
        No = "no",
        /// It takes back what it said.
        TakenBack = "taken_back",
    }
}

words! {
    /// How a notice reached the customer that went by no mail.
    ServiceChannel { Post = "post", Portal = "portal", Hand = "hand" }
}

words! {
    /// The reasons of the gate that a customer can waive in writing. There is no other.
    Waivable {
        /// The notice counts as served with the waiver; its periods run from there.
        NoticeMissing = "notice_missing",
        /// The rest of the notice period.
        NoticeShort = "notice_short",
        /// The objection window; it stays open, and no longer shuts the gate.
        WindowOpen = "window_open",
    }
}

/// A contract in one version of its terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub valid_from: NaiveDate,
    pub contract: Contract,
}

/// What is asked of one customer: its contracts, newest version first, and the days by which they are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked<'a> {
    pub draft: &'a Draft,
    pub versions: &'a [Version],
    /// The contract that the obligation names.
    pub deciding: Option<ContractId>,
    pub announced_on: NaiveDate,
    /// Contracts signed later were signed in sight of the announcement and do not count.
    pub signed_by: NaiveDate,
    pub today: NaiveDate,
}

impl Asked<'_> {
    /// The contracts in scope of the change and what their customer has to say under each. The terms of the day of the
    /// announcement hold, later ones only if better for the customer: specific on either day is specific.
    pub fn contracts(&self) -> BTreeMap<ContractId, Authorisation> {
        let mut asked = BTreeMap::new();
        for newest in self.versions {
            let id = newest.contract.id;
            if asked.contains_key(&id) {
                continue;
            }
            let on = [self.announced_on, self.today];
            let known: Vec<&Contract> = on
                .into_iter()
                .filter_map(|day| self.terms_on(id, day))
                .filter(|contract| self.is_in_scope(contract, self.today))
                .collect();
            if known.is_empty() {
                continue;
            }
            // Nobody is asked whether a subprocessor may leave.
            let specific = self.draft.kind != ChangeKind::Removal
                && known.iter().any(|k| k.terms.authorisation() == Authorisation::Specific);
            asked.insert(id, if specific { Authorisation::Specific } else { Authorisation::General });
        }
        asked
    }

    fn is_in_scope(&self, contract: &Contract, on: NaiveDate) -> bool {
        contract.signed_on <= self.signed_by
            && contract.ended_on.is_none_or(|end| on <= end)
            && contract.covers_any_of(self.draft.products())
            && contract.terms.notifies(self.draft.kind)
            && !contract.terms.authorises(self.draft.kind, &self.draft.facts.name)
    }

    /// The contract in the version of its terms that held on `day`; before its first one, in that.
    fn terms_on(&self, id: ContractId, day: NaiveDate) -> Option<&Contract> {
        let mut versions = self.versions.iter().filter(|version| version.contract.id == id);
        let held = versions.clone().find(|version| version.valid_from <= day);
        held.or_else(|| versions.next_back()).map(|version| &version.contract)
    }

    /// The contract that decides about a service at `served_at`: of those in scope on its day or since, specific before general,
    /// then the one that is clear last, terms that have become better counted in.
    pub fn deciding_at(&self, policy: &Policy, served_at: DateTime<Utc>) -> Option<ContractId> {
        let day = policy.zone.day_of(served_at);
        let asked = self.contracts();
        let ids: BTreeSet<ContractId> = self.versions.iter().map(|version| version.contract.id).collect();
        let held = ids.into_iter().filter_map(|id| self.terms_on(id, day));
        let in_scope =
            |contract: &Contract| [day, self.today].iter().any(|on| self.is_in_scope(contract, *on));
        held.filter(|contract| in_scope(contract))
            .max_by_key(|contract| {
                let specific = asked.get(&contract.id) == Some(&Authorisation::Specific);
                (specific, self.how_long(policy, contract, served_at))
            })
            .map_or(self.deciding, |contract| Some(contract.id))
    }

    /// By which contracts compare, as [`Periods::how_long`](super::calendar::Periods::how_long).
    fn how_long(
        &self,
        policy: &Policy,
        contract: &Contract,
        served_at: DateTime<Utc>,
    ) -> (DateTime<Utc>, bool, Option<DateTime<Utc>>) {
        let then = self.timing(policy, &contract.terms).0;
        let served = Clearance::at_service(&then, served_at, None, true);
        let later = self.later(policy, contract.id, policy.zone.day_of(served_at));
        let served = later.iter().fold(served, Clearance::lengthened);
        (served.clear_at, served.window_closes_at.is_none(), served.window_closes_at)
    }

    /// The terms of a contract since `day`, in no order.
    fn later(&self, policy: &Policy, contract: ContractId, day: NaiveDate) -> Vec<Timing> {
        let since = |version: &&Version| {
            version.contract.id == contract && day < version.valid_from && version.valid_from <= self.today
        };
        let since = self.versions.iter().filter(since);
        since.map(|version| self.timing(policy, &version.contract.terms).0).collect()
    }

    /// How time runs for the customer if its notice is served at `served_at`, by the contract that decides. Without one, a
    /// subscriber's: the policy's.
    pub fn time(&self, policy: &Policy, served_at: DateTime<Utc>) -> Time {
        let day = policy.zone.day_of(served_at);
        let deciding = self.deciding_at(policy, served_at);
        let terms = deciding.and_then(|id| self.terms_on(id, day)).map(|contract| contract.terms.clone());
        let (then, window_shuts) = self.timing(policy, &terms.unwrap_or_default());
        let later = deciding.map(|id| self.later(policy, id, day)).unwrap_or_default();
        Time { then, later, window_shuts }
    }

    fn timing(&self, policy: &Policy, terms: &Terms) -> (Timing, bool) {
        let emergency = self.draft.emergency.is_some();
        let timing = terms.timing(policy, emergency);
        // Nobody is asked whether a subprocessor may leave.
        let objection = timing.objection.filter(|_| self.draft.kind != ChangeKind::Removal);
        (Timing { objection, ..timing }, terms.window_shuts(emergency))
    }
}

/// How time runs for a service: the terms of the notice day hold, those since then only as far as they are better for the
/// customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    pub then: Timing,
    pub later: Vec<Timing>,
    pub window_shuts: bool,
}

/// What a customer said last under one contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    pub yes: bool,
    pub at: DateTime<Utc>,
}

/// What the customer has answered, all its contracts in scope together, and since when it has said yes.
///
/// Under specific authorisation every contract must say yes, and one no refuses. A yes clears the customer once every
/// contract in scope has said it: the notice that another contract grants is not given up by a word under the first.
pub fn consent(
    asked: &BTreeMap<ContractId, Authorisation>,
    said: &BTreeMap<ContractId, Said>,
) -> (Consent, Option<DateTime<Utc>>) {
    let yes = |id: &ContractId| said.get(id).is_some_and(|said| said.yes);
    let mut specific =
        asked.iter().filter(|(_, how)| **how == Authorisation::Specific).map(|(id, _)| id).peekable();
    let all_yes = !asked.is_empty() && asked.keys().all(yes);
    let is_specific = specific.peek().is_some();
    let mut refused = specific.clone().filter(|id| said.get(id).is_some_and(|said| !said.yes));
    if refused.next().is_some() {
        (Consent::Refused, None)
    } else if all_yes {
        (Consent::Given, asked.keys().filter_map(|id| said.get(id)).map(|said| said.at).max())
    } else if is_specific && !specific.all(yes) {
        (Consent::Awaited, None)
    } else {
        (Consent::Silence, None)
    }
}

/// A letter that serves: accepted, and not come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter {
    pub id: DeliveryId,
    pub handed_over_at: DateTime<Utc>,
    /// By a report or an event, never before it was handed over. None: nothing says since when.
    pub received_at: Option<DateTime<Utc>>,
}

/// Everything that has reached or freed one customer since the announcement in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Means {
    pub letters: Vec<Letter>,
    /// By post, portal or hand.
    pub other: Option<DateTime<Utc>>,
    /// Every contract in scope has said yes.
    pub yes_at: Option<DateTime<Utc>>,
    /// Approved by two people.
    pub waived: BTreeMap<Waivable, DateTime<Utc>>,
}

impl Means {
    /// Whether anything has served the customer.
    pub fn serve(&self) -> bool {
        let waived = self.waived.contains_key(&Waivable::NoticeMissing);
        waived || !self.letters.is_empty() || self.other.is_some() || self.yes_at.is_some()
    }

    /// What it leaves behind, and the letter where that serves; none: the notice is still owed.
    ///
    /// The earliest service counts. Where there is none but a yes or a waiver of the notice, that serves: whoever
    /// answers knows of the change. `time` is how it runs for a service at an instant, `told` what the customer was told before.
    pub fn clearance(
        &self,
        time: impl Fn(DateTime<Utc>) -> Time,
        told: Told,
    ) -> Option<(Option<DeliveryId>, Clearance)> {
        let by_letter = self.letters.iter().map(|letter| {
            let Letter { id, handed_over_at, received_at } = *letter;
            let service = Service { handed_over_at, received_at, published_at: None };
            (time(handed_over_at).then.start.instant(&service), Some(id))
        });
        let others = [self.other, self.waived.get(&Waivable::NoticeMissing).copied(), self.yes_at];
        let others = others.into_iter().flatten().map(|at| (at, None));
        let (served_at, letter) = by_letter.chain(others).min_by_key(|(at, _)| *at)?;
        let Time { then, later, window_shuts } = time(served_at);
        let mut clearance = Clearance::at_service(&then, served_at, None, window_shuts);
        clearance = later.iter().fold(clearance, Clearance::lengthened);
        let days =
            std::iter::once(&then).chain(&later).map(|timing| timing.periods(served_at).window_closes_at);
        let last_day = days.chain([told.day()]).flatten().max();
        clearance = clearance.with_promise(told);
        if let Some(yes_at) = self.yes_at {
            clearance = clearance.cleared_at(yes_at);
        }
        if let Some(at) = self.waived.get(&Waivable::NoticeShort) {
            clearance = clearance.without_notice_period(*at);
        }
        if self.waived.contains_key(&Waivable::WindowOpen) {
            clearance = clearance.without_window();
        }
        // A waiver of the notice period waives no day of the window.
        Some((letter, clearance.not_before(last_day)))
    }
}

/// Whether the reason that a customer waives stands in the gate's way at `now`.
pub fn applies(what: Waivable, served: Option<&Clearance>, now: DateTime<Utc>) -> bool {
    match what {
        Waivable::NoticeMissing => served.is_none(),
        Waivable::NoticeShort => served.is_some_and(|c| c.earliest_by_notice > now),
        Waivable::WindowOpen => {
            served.is_some_and(|c| c.window_shuts && c.window_closes_at.is_some_and(|closes| closes > now))
        }
    }
}

#[cfg(test)]
mod tests;
