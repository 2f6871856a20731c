//! The plan of a change: who must be told, the earliest lawful day, who decides it, and when the notice goes out.
//!
//! Pure: `schedule` refuses by it, `change plan` shows it, the gate asks again on the day.

mod outlook;

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::Timing;
use super::change::{ChangeKind, Draft};
use super::customer::{
    Authorisation, Contract, ContractId, CustomerId, CustomerKind, Policy, Subscribers, Terms, Wishes,
};
use super::obligation::ExemptWhy;
use super::subprocessor::SubprocessorId;
use outlook::{Outlook, lawful_day, outlook, start_for_each};

pub use outlook::{latest_letter_at, own_start};

/// A customer entitled to notice of the change at hand, by the contract of its that decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entitled {
    pub customer: CustomerId,
    pub reference: String,
    pub name: String,
    /// None: a subscriber who counts as a customer of its own.
    pub contract: Option<ContractId>,
    pub authorisation: Authorisation,
    pub timing: Timing,
    /// False: the window of this emergency runs on after the start.
    pub window_shuts: bool,
    /// Whether it has an address that letters may go to.
    pub reachable: bool,
    /// Only letters to a notice address serve.
    pub has_notice_address: bool,
}

impl Entitled {
    /// What of its time the gate waits for: not a window that runs on after the start.
    pub fn gating(&self) -> Timing {
        let objection = self.timing.objection.filter(|_| self.window_shuts);
        Timing { objection, ..self.timing.clone() }
    }
}

/// A customer as it stands on a day, before anybody has asked whether a change concerns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub customer: CustomerId,
    pub reference: String,
    pub name: String,
    pub kind: CustomerKind,
    pub reachable: bool,
    pub has_notice_address: bool,
    /// Subprocessors that its data never go to: confirmed, and not ended.
    pub excluded: Vec<SubprocessorId>,
    pub contracts: Vec<Contract>,
    /// What a subscriber asked to be told of.
    pub wishes: Wishes,
}

/// What a change is to one candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is owed notice, and stands in the gate's way until it has had it.
    Entitled(Entitled),
    /// It gets the letter, and is in nobody's way: a subscriber whom the DPO has not linked to a customer.
    Informed,
    /// The change concerns it, and no notice is owed.
    Exempt { contract: Option<ContractId>, why: ExemptWhy },
    /// The change does not concern it.
    Unconcerned,
}

impl Candidate {
    /// Whether and by which contract it is entitled to notice of `draft` served at `at`: of those in scope on that
    /// day the one under specific authorisation, then the one that is clear last, decides. `subject` is whom the
    /// draft is about, where it stands on record.
    pub fn standing(
        &self,
        draft: &Draft,
        subject: Option<SubprocessorId>,
        policy: &Policy,
        at: DateTime<Utc>,
    ) -> Standing {
        self.standing_by(draft, subject, policy, policy.zone.day_of(at), at)
    }

    /// [`standing`](Self::standing) by the contracts of `day`, of which the one decides that is clear last if served at `at`.
    pub fn standing_by(
        &self,
        draft: &Draft,
        subject: Option<SubprocessorId>,
        policy: &Policy,
        day: NaiveDate,
        at: DateTime<Utc>,
    ) -> Standing {
        if draft.kind == ChangeKind::Correction {
            return Standing::Unconcerned;
        }
        match self.kind {
            CustomerKind::Subscriber if !self.wishes.include(draft.kind, draft.products()) => {
                Standing::Unconcerned
            }
            CustomerKind::Subscriber if policy.subscribers == Subscribers::Linked => Standing::Informed,
            CustomerKind::Subscriber => {
                Standing::Entitled(self.entitled(None, &Terms::default(), policy, draft))
            }
            CustomerKind::Contract => {
                let in_scope = |contract: &&Contract| contract.entitles(draft.kind, draft.products(), day);
                let Some(first) = self.contracts.iter().find(in_scope) else { return Standing::Unconcerned };
                let exempt = |why| Standing::Exempt { contract: Some(first.id), why };
                if subject.is_some_and(|subject| self.excluded.contains(&subject)) {
                    return exempt(ExemptWhy::Accommodated);
                }
                self.contracts
                    .iter()
                    .filter(in_scope)
                    .filter(|contract| !contract.terms.authorises(draft.kind, &draft.facts.name))
                    .map(|contract| self.entitled(Some(contract), &contract.terms, policy, draft))
                    .max_by_key(|e| {
                        (e.authorisation == Authorisation::Specific, e.timing.periods(at).how_long())
                    })
                    .map_or_else(|| exempt(ExemptWhy::AlreadyAuthorised), Standing::Entitled)
            }
        }
    }

    fn entitled(
        &self,
        contract: Option<&Contract>,
        terms: &Terms,
        policy: &Policy,
        draft: &Draft,
    ) -> Entitled {
        let emergency = draft.emergency.is_some();
        let timing = terms.timing(policy, emergency);
        // Nobody is asked whether a subprocessor may leave.
        let (authorisation, timing) = match draft.kind {
            ChangeKind::Removal => (Authorisation::General, Timing { objection: None, ..timing }),
            _ => (terms.authorisation(), timing),
        };
        Entitled {
            customer: self.customer,
            reference: self.reference.clone(),
            name: self.name.clone(),
            contract: contract.map(|contract| contract.id),
            authorisation,
            timing,
            window_shuts: terms.window_shuts(emergency),
            reachable: self.reachable,
            has_notice_address: self.has_notice_address,
        }
    }
}

/// A customer in a plan or refusal, with its terms in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub reference: String,
    pub name: String,
    pub terms: String,
}

/// What a change would mean, and that it may be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The earliest day on which `schedule` would be accepted, safety days counted in: lawful for all, or, where each starts by
    /// itself, for the first.
    pub earliest: NaiveDate,
    /// Those whose terms make it that day, by reference; the first hundred of `deciders`.
    pub decided_by: Vec<Named>,
    pub deciders: usize,
    /// The earliest day if those were not there; none where they are all.
    pub without_them: Option<NaiveDate>,
    /// Where each customer starts by itself: the day on which the last can, were it told now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub for_all_on: Option<NaiveDate>,
    pub unreachable: Vec<Named>,
    pub customers: usize,
    /// When the announcement goes out for the wanted day.
    pub notice_at: DateTime<Utc>,
    /// The first instant of the wanted day in the policy's zone.
    pub effective_at: DateTime<Utc>,
    pub effective_on: NaiveDate,
}

/// Why a change cannot be scheduled as wanted. Its sentence is for the DPO.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(tag = "refused", rename_all = "snake_case")]
pub enum Refusal {
    #[error("{wanted} is too early: {}. Earliest: {earliest}", decided(decided_by, *deciders))]
    TooEarly {
        wanted: NaiveDate,
        earliest: NaiveDate,
        decided_by: Vec<Named>,
        deciders: usize,
        without_them: Option<NaiveDate>,
        unreachable: Vec<Named>,
    },
    #[error(
        "{} cannot be reached: {}; add a contact whose address works",
        customers(*count),
        listed(unreachable, *count)
    )]
    Unreachable { earliest: NaiveDate, decided_by: Vec<Named>, unreachable: Vec<Named>, count: usize },
    #[error(
        "{}, and a notice is too old {valid_days} days after it was given (policy.notice_valid_days): none could ever serve them. Let it be \
         valid for {needed_days} days or more",
        decided(decided_by, *deciders)
    )]
    NoticeTooOld {
        earliest: NaiveDate,
        decided_by: Vec<Named>,
        deciders: usize,
        unreachable: Vec<Named>,
        valid_days: u16,
        needed_days: i64,
    },
    #[error("the fact sheet is incomplete: --{} {} empty; state it, or \"none\"", fields.join(", --"), if fields.len() == 1 { "is" } else { "are" })]
    FactsMissing { fields: Vec<&'static str> },
    #[error("{field}: {why}")]
    Contradiction { field: &'static str, why: String },
}

fn decided(named: &[Named], deciders: usize) -> String {
    match named {
        [] => "the day has to lie ahead".to_owned(),
        [one] => format!("{} must have {}", one.name, one.terms),
        [first, ..] => format!("{} and {} more must have {}", first.name, deciders - 1, first.terms),
    }
}

fn customers(count: usize) -> String {
    if count == 1 { "one customer".to_owned() } else { format!("{count} customers") }
}

fn listed(named: &[Named], count: usize) -> String {
    let shown: Vec<_> = named.iter().take(5).map(|c| format!("{} ({})", c.name, c.reference)).collect();
    let more = count.saturating_sub(shown.len());
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

/// How many customers a plan or refusal names.
pub const NAMED_MAX: usize = 100;

/// Those of the candidates who are entitled to notice of the drafts given at `now`, once for each. A draft comes with its
/// subprocessor, where that is on file.
pub fn entitled<'a>(
    candidates: &[Candidate],
    drafts: impl Iterator<Item = (&'a Draft, Option<SubprocessorId>)>,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Vec<Entitled> {
    let of_draft = |(draft, subject): (&Draft, Option<SubprocessorId>)| {
        let standing = |candidate: &Candidate| match candidate.standing(draft, subject, policy, now) {
            Standing::Entitled(entitled) => Some(entitled),
            Standing::Informed | Standing::Exempt { .. } | Standing::Unconcerned => None,
        };
        candidates.iter().filter_map(standing).collect::<Vec<_>>()
    };
    drafts.flat_map(of_draft).collect()
}

/// The earliest day on which [`plan`] would let the drafts be.
pub fn earliest_on(
    drafts: &[Draft],
    entitled: &[Entitled],
    policy: &Policy,
    now: DateTime<Utc>,
) -> NaiveDate {
    outlook(drafts, entitled, policy, now).earliest
}

/// Whether the draft is a removal recorded after its day: there is nothing left to give notice of.
pub fn is_past(draft: &Draft, policy: &Policy, now: DateTime<Utc>) -> bool {
    draft.kind == ChangeKind::Removal && draft.effective_on <= policy.zone.day_of(now)
}

/// What the wanted changes would mean if they were scheduled at `now`, announced together for the day that all of
/// them name. `entitled` holds a customer once for each of them that concerns it; `next_window` gives the next instant
/// after another at which notices may be sent.
pub fn plan(
    drafts: &[Draft],
    entitled: &[Entitled],
    policy: &Policy,
    now: DateTime<Utc>,
    next_window: impl Fn(DateTime<Utc>) -> Option<DateTime<Utc>>,
) -> Result<Plan, Refusal> {
    drafts.iter().try_for_each(check_facts)?;
    let Outlook { earliest, decisive, without_them, for_all_on } = outlook(drafts, entitled, policy, now);
    let (deciders, decided_by) = named(decisive);
    let (count, unreachable) = named(entitled.iter().filter(|customer| !customer.reachable).collect());
    let wanted = drafts.iter().map(|draft| draft.effective_on).min().unwrap_or(earliest);
    let effective_at = policy.zone.first_instant(wanted);
    let past = drafts.iter().all(|draft| is_past(draft, policy, now));
    if wanted < earliest && !past {
        return Err(Refusal::TooEarly { wanted, earliest, decided_by, deciders, without_them, unreachable });
    }
    if count > 0 && !past {
        return Err(Refusal::Unreachable { earliest, decided_by, unreachable, count });
    }
    let announcing = Announcing::of(drafts, entitled, policy, wanted, now);
    if let Some((needed_days, served_too_late)) = announcing.outlived().filter(|_| !past) {
        let (deciders, decided_by) = named(served_too_late);
        let valid_days = policy.notice_valid_days;
        return Err(Refusal::NoticeTooOld {
            earliest,
            decided_by,
            deciders,
            unreachable,
            valid_days,
            needed_days,
        });
    }
    let notice_at = announcing.at(next_window);
    Ok(Plan {
        earliest,
        decided_by,
        deciders,
        without_them,
        for_all_on,
        unreachable,
        customers: entitled.iter().map(|customer| customer.customer).collect::<BTreeSet<_>>().len(),
        notice_at,
        effective_at,
        effective_on: wanted,
    })
}

/// Days that a notice is to stay valid beyond what a period needs, so that being held does not age it at once.
const HELD_DAYS: i64 = 30;

/// When the announcement of a wanted day may go out: late enough to be young on the day, early enough for every period.
struct Announcing<'a> {
    policy: &'a Policy,
    now: DateTime<Utc>,
    effective_at: DateTime<Utc>,
    /// The wanted day less the days kept in reserve.
    in_reserve: NaiveDate,
    /// Those whose periods must have run by then, and those who start by themselves later.
    bound: Vec<&'a Entitled>,
    later: Vec<&'a Entitled>,
}

impl<'a> Announcing<'a> {
    fn of(
        drafts: &[Draft],
        entitled: &'a [Entitled],
        policy: &'a Policy,
        wanted: NaiveDate,
        now: DateTime<Utc>,
    ) -> Self {
        let in_reserve = wanted - Days::new(policy.safety_days.into());
        // Who cannot start on the day, where each starts by itself, is told no sooner for that.
        let each = start_for_each(drafts, policy);
        let (bound, later) = entitled.iter().partition(|c| !each || lawful_day(c, policy, now) <= in_reserve);
        Self { policy, now, effective_at: policy.zone.first_instant(wanted), in_reserve, bound, later }
    }

    fn valid(&self) -> Days {
        Days::new(self.policy.notice_valid_days.into())
    }

    fn is_fresh(&self, at: DateTime<Utc>) -> bool {
        at + self.valid() > self.effective_at
    }

    fn is_early_enough(&self, at: DateTime<Utc>) -> bool {
        self.bound.iter().all(|c| lawful_day(c, self.policy, at) <= self.in_reserve)
    }

    /// The first instant at which a notice is not too old on the day.
    fn youngest(&self) -> DateTime<Utc> {
        (self.effective_at - self.valid() + TimeDelta::hours(1)).max(self.now)
    }

    /// Those whom no notice could serve, because it is too old before their period is over, and for how many days
    /// it would have to be valid.
    fn outlived(&self) -> Option<(i64, Vec<&'a Entitled>)> {
        let at = self.youngest();
        let reserve = Days::new(self.policy.safety_days.into());
        let runs_until = |c: &Entitled| lawful_day(c, self.policy, at) + reserve;
        let too_old = |c: &&Entitled| self.policy.zone.first_instant(runs_until(c)) >= at + self.valid();
        let bound = self.bound.iter().filter(|c| lawful_day(c, self.policy, at) > self.in_reserve);
        let served_too_late: Vec<_> =
            bound.chain(self.later.iter().filter(|c| too_old(c))).copied().collect();
        let given_on = self.policy.zone.day_of(at);
        let needed =
            served_too_late.iter().map(|c| (runs_until(c) - given_on).num_days() + HELD_DAYS).max()?;
        Some((needed, served_too_late))
    }

    /// At the next window that is young and early enough; where none is, at once, or as soon as it is young enough.
    fn at(&self, next_window: impl Fn(DateTime<Utc>) -> Option<DateTime<Utc>>) -> DateTime<Utc> {
        // Where the next window is so early that the notice would be too old on the day: in the middle of its life, so
        // that being held does not age it at once; else as late as needed.
        let middle = self.effective_at - Days::new((self.policy.notice_valid_days / 2).into());
        [self.now, middle, self.effective_at - self.valid()]
            .into_iter()
            .filter_map(|from| next_window(from.max(self.now)))
            .find(|at| self.is_early_enough(*at) && self.is_fresh(*at))
            .unwrap_or_else(|| self.youngest())
    }
}

fn check_facts(draft: &Draft) -> Result<(), Refusal> {
    let fields = match draft.kind {
        ChangeKind::Addition | ChangeKind::Replacement | ChangeKind::MaterialChange => draft.facts.missing(),
        ChangeKind::Removal | ChangeKind::Correction => Vec::new(),
    };
    if !fields.is_empty() {
        return Err(Refusal::FactsMissing { fields });
    }
    if draft.reason.trim().is_empty() {
        return Err(Refusal::FactsMissing { fields: vec!["reason"] });
    }
    let unchanged = draft.before.as_ref().is_some_and(|before| *before == draft.facts);
    if draft.kind == ChangeKind::MaterialChange && unchanged {
        return Err(Refusal::Contradiction {
            field: "facts",
            why: format!("nothing would change for {}; give the facts that will differ", draft.facts.name),
        });
    }
    Ok(())
}

/// How many they are, and the first by reference: of a million only as many are written out as are shown.
fn named(mut customers: Vec<&Entitled>) -> (usize, Vec<Named>) {
    customers.sort_by(|a, b| a.reference.cmp(&b.reference));
    customers.dedup_by_key(|customer| customer.customer);
    let named = customers
        .iter()
        .take(NAMED_MAX)
        .map(|customer| Named {
            reference: customer.reference.clone(),
            name: customer.name.clone(),
            terms: in_words(&customer.timing),
        })
        .collect();
    (customers.len(), named)
}

/// The notice that terms grant, as a sentence about a customer goes on: "45 days' notice (`clear_days`, Europe/Berlin)".
pub fn in_words(timing: &Timing) -> String {
    let (days, convention) = &timing.notice;
    let unit = if *convention == super::calendar::Convention::Months { "months'" } else { "days'" };
    let objection = timing.objection.as_ref().map_or_else(String::new, |(days, convention)| {
        format!(" and {} to object ({convention})", days.get())
    });
    format!("{} {unit} notice ({convention}, {}){objection}", days.get(), timing.zone.name())
}

/// The last instant at which a letter accepted by the relay still serves a customer in time for a change at
/// `effective_at`; none where no instant would do any more.
///
/// The greatest notice day decides; on it, a letter counts until the day's end, or until business ends where the
/// terms start the period at receipt.
pub fn latest_service_at(timing: &Timing, effective_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let day = timing.latest_notice_day(effective_at)?;
    let starts = timing.zone.first_instant(day);
    let ends = timing.zone.first_instant(day + Days::new(1));
    let serves = |at: &DateTime<Utc>| timing.periods(*at).clear_at <= effective_at;
    let before_closing = starts + TimeDelta::hours(17) - TimeDelta::seconds(1);
    [ends - TimeDelta::seconds(1), before_closing, starts].into_iter().find(serves)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::customer::GoLive;
    use crate::domain::subprocessor::Facts;
    use crate::domain::zone::Zone;

    fn now() -> DateTime<Utc> {
        "2026-11-23T09:00:00Z".parse().unwrap()
    }

    fn draft(kind: ChangeKind, effective_on: &str) -> Draft {
        let mut facts = Facts { name: "Nimbus".into(), ..Facts::default() };
        for field in
            ["legal_entity", "address", "contact", "purpose", "countries", "data_types", "data_subjects"]
        {
            facts.set(field, "DE").unwrap();
        }
        facts.set("transfer_mechanism", "none").unwrap();
        Draft {
            kind,
            before: (kind != ChangeKind::Addition).then(|| facts.clone()),
            facts,
            replaces: None,
            reason: "because".into(),
            effective_on: effective_on.parse().unwrap(),
            emergency: None,
        }
    }

    fn customers(count: usize, terms: &Terms, policy: &Policy, draft: &Draft) -> Vec<Entitled> {
        let candidate = |n: usize| Candidate {
            customer: CustomerId(i64::try_from(n).unwrap()),
            reference: format!("C-{n:04}"),
            name: format!("Customer {n}"),
            kind: CustomerKind::Contract,
            reachable: true,
            has_notice_address: false,
            excluded: Vec::new(),
            contracts: vec![Contract {
                id: ContractId(1),
                reference: "main".into(),
                document: None,
                clause: None,
                products: Vec::new(),
                signed_on: "2024-01-01".parse().unwrap(),
                ended_on: None,
                terms: terms.clone(),
            }],
            wishes: Wishes::default(),
        };
        let standing = |n| match candidate(n).standing(draft, None, policy, now()) {
            Standing::Entitled(entitled) => entitled,
            other => panic!("{other:?}"),
        };
        (0..count).map(standing).collect()
    }

    /// Notices go out on the next full hour.
    fn planned(draft: &Draft, entitled: &[Entitled], policy: &Policy) -> Result<Plan, Refusal> {
        plan(std::slice::from_ref(draft), entitled, policy, now(), |at| Some(at + TimeDelta::hours(1)))
    }

    #[test]
    fn a_hundred_of_those_who_decide_are_named_and_all_are_counted() {
        let policy = Policy::in_zone(Zone::utc());
        let wanted = draft(ChangeKind::Addition, "2026-12-24");
        let entitled = customers(250, &Terms::default(), &policy, &wanted);
        let Err(Refusal::TooEarly { decided_by, deciders, earliest, .. }) =
            planned(&wanted, &entitled, &policy)
        else {
            panic!("lawful");
        };
        assert_eq!((decided_by.len(), deciders, decided_by[0].reference.as_str()), (100, 250, "C-0000"));
        assert_eq!(earliest, "2026-12-25".parse().unwrap());
        assert_eq!(earliest_on(std::slice::from_ref(&wanted), &entitled, &policy, now()), earliest);
        let sentence = planned(&wanted, &entitled, &policy).unwrap_err().to_string();
        assert!(sentence.contains("Customer 0 and 249 more must have 30 days' notice"), "{sentence}");
    }

    #[test]
    fn a_subscriber_is_told_only_of_what_it_chose_also_where_it_counts_as_a_customer() {
        let subscriber = Candidate {
            customer: CustomerId(1),
            reference: "SUB-1".into(),
            name: "jane@northwind.example".into(),
            kind: CustomerKind::Subscriber,
            reachable: true,
            has_notice_address: false,
            excluded: Vec::new(),
            contracts: Vec::new(),
            wishes: Wishes { products: Vec::new(), kinds: vec![ChangeKind::Removal] },
        };
        let require = Policy { subscribers: Subscribers::Require, ..Policy::in_zone(Zone::utc()) };
        for policy in [Policy::in_zone(Zone::utc()), require] {
            let standing = |kind| subscriber.standing(&draft(kind, "2026-12-25"), None, &policy, now());
            assert_eq!(standing(ChangeKind::Addition), Standing::Unconcerned);
            assert_ne!(standing(ChangeKind::Removal), Standing::Unconcerned);
        }
    }

    #[test]
    fn nobody_is_asked_whether_a_subprocessor_may_leave() {
        let policy = Policy::in_zone(Zone::utc());
        let terms: Terms =
            serde_json::from_str(r#"{"authorisation":"specific","objection":{"n":90}}"#).unwrap();
        let removal = draft(ChangeKind::Removal, "2026-12-25");
        let entitled = customers(1, &terms, &policy, &removal);
        assert_eq!(
            (entitled[0].authorisation, &entitled[0].timing.objection),
            (Authorisation::General, &None)
        );
        assert!(planned(&removal, &entitled, &policy).is_ok());
        let addition = draft(ChangeKind::Addition, "2026-12-25");
        assert!(planned(&addition, &customers(1, &terms, &policy, &addition), &policy).is_err());
    }

    #[test]
    fn what_is_past_needs_no_period_and_a_slip_is_mended_today() {
        let policy = Policy::in_zone(Zone::utc());
        let removal = draft(ChangeKind::Removal, "2026-10-01");
        let entitled = customers(1, &Terms::default(), &policy, &removal);
        assert_eq!(planned(&removal, &entitled, &policy).unwrap().customers, 1);
        assert!(planned(&draft(ChangeKind::Addition, "2026-10-01"), &entitled, &policy).is_err());
        let correction = draft(ChangeKind::Correction, "2026-11-23");
        assert_eq!(planned(&correction, &[], &policy).unwrap().earliest, "2026-11-23".parse().unwrap());
        assert!(planned(&draft(ChangeKind::Correction, "2026-11-22"), &[], &policy).is_err());
    }

    #[test]
    fn a_notice_goes_out_so_late_that_it_is_not_too_old_on_the_day() {
        let policy = Policy::in_zone(Zone::utc());
        let far = draft(ChangeKind::Addition, "2027-11-23");
        let entitled = customers(1, &Terms::default(), &policy, &far);
        let notice_at = planned(&far, &entitled, &policy).unwrap().notice_at;
        assert_eq!(notice_at, "2027-08-25T01:00:00Z".parse::<DateTime<Utc>>().unwrap());
    }

    #[test]
    fn a_period_that_outlives_every_notice_is_refused_by_name_with_the_setting_that_mends_it() {
        let terms: Terms =
            serde_json::from_str(r#"{"notice":{"n":6,"convention":"months"},"objection":null}"#).unwrap();
        let wanted = draft(ChangeKind::Addition, "2027-12-01");
        for go_live in [GoLive::Together, GoLive::PerCustomer] {
            let policy = Policy { go_live, ..Policy::in_zone(Zone::utc()) };
            let mut entitled = customers(2, &terms, &policy, &wanted);
            entitled.extend(customers(1, &Terms::default(), &policy, &wanted));
            let refused = planned(&wanted, &entitled, &policy).unwrap_err().to_string();
            assert!(
                refused.starts_with("Customer 0 and 1 more must have 6 months' notice (months, UTC), and")
                    && refused.contains("policy.notice_valid_days"),
                "{refused}"
            );
            let Err(Refusal::NoticeTooOld { needed_days, decided_by, .. }) =
                planned(&wanted, &entitled, &policy)
            else {
                panic!("served");
            };
            assert_eq!(decided_by.len(), 2);
            let mended = Policy { notice_valid_days: u16::try_from(needed_days).unwrap(), ..policy };
            let plan = planned(&wanted, &entitled, &mended).unwrap();
            assert!(plan.notice_at + Days::new(mended.notice_valid_days.into()) > plan.effective_at);
            assert!(
                entitled.iter().all(|c| { lawful_day(c, &mended, plan.notice_at) < wanted.effective_on })
            );
        }
    }

    #[test]
    fn a_notice_waits_for_its_window_also_where_it_is_hardly_valid_long_enough() {
        let policy = Policy { notice_valid_days: 34, ..Policy::in_zone(Zone::utc()) };
        let far = draft(ChangeKind::Addition, "2027-11-23");
        let entitled = customers(1, &Terms::default(), &policy, &far);
        let mornings = |at: DateTime<Utc>| {
            let next = at.date_naive().and_hms_opt(9, 0, 0)?.and_utc();
            Some(if next > at { next } else { next + TimeDelta::days(1) })
        };
        let plan = plan(std::slice::from_ref(&far), &entitled, &policy, now(), mornings).unwrap();
        assert_eq!(plan.notice_at, "2027-10-20T09:00:00Z".parse::<DateTime<Utc>>().unwrap());
    }
}
