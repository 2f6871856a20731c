//! The plan of a change: who must be told, the earliest lawful day, who decides it, and when the notice goes out.
//!
//! Pure: `schedule` refuses by it, `change plan` shows it, the gate asks again on the day.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::{Timing, earliest_effective_on};
use super::change::{ChangeKind, Draft};
use super::customer::{
    Authorisation, Contract, ContractId, CustomerId, CustomerKind, Policy, Subscribers, Terms,
};
use super::obligation::ExemptWhy;
use super::subprocessor::SubprocessorId;

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
        if draft.kind == ChangeKind::Correction {
            return Standing::Unconcerned;
        }
        let emergency = draft.emergency.is_some();
        let day = policy.zone.day_of(at);
        match self.kind {
            CustomerKind::Subscriber if policy.subscribers == Subscribers::Linked => Standing::Informed,
            CustomerKind::Subscriber => {
                Standing::Entitled(self.entitled(None, &Terms::default(), policy, emergency))
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
                    .map(|contract| self.entitled(Some(contract), &contract.terms, policy, emergency))
                    .max_by_key(|e| {
                        (e.authorisation == Authorisation::Specific, e.timing.periods(at).clear_at)
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
        emergency: bool,
    ) -> Entitled {
        Entitled {
            customer: self.customer,
            reference: self.reference.clone(),
            name: self.name.clone(),
            contract: contract.map(|contract| contract.id),
            authorisation: terms.authorisation(),
            timing: terms.timing(policy, emergency),
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
    /// The earliest day on which `schedule` would be accepted, safety days counted in.
    pub earliest: NaiveDate,
    /// Those whose terms make it that day, by reference; the first hundred.
    pub decided_by: Vec<Named>,
    /// The earliest day if those were not there; none where they are all.
    pub without_them: Option<NaiveDate>,
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
    #[error("{wanted} is too early: {}. Earliest: {earliest}", decided(decided_by))]
    TooEarly {
        wanted: NaiveDate,
        earliest: NaiveDate,
        decided_by: Vec<Named>,
        without_them: Option<NaiveDate>,
        unreachable: Vec<Named>,
    },
    #[error(
        "{} cannot be reached: {}; add a contact whose address works",
        count(unreachable),
        listed(unreachable)
    )]
    Unreachable { earliest: NaiveDate, decided_by: Vec<Named>, unreachable: Vec<Named> },
    #[error("the fact sheet is incomplete: --{} {} empty; state it, or \"none\"", fields.join(", --"), if fields.len() == 1 { "is" } else { "are" })]
    FactsMissing { fields: Vec<&'static str> },
    #[error("{field}: {why}")]
    Contradiction { field: &'static str, why: String },
}

fn decided(deciders: &[Named]) -> String {
    match deciders {
        [] => "the day has to lie ahead".to_owned(),
        [one] => format!("{} must have {}", one.name, one.terms),
        [first, rest @ ..] => format!("{} and {} more must have {}", first.name, rest.len(), first.terms),
    }
}

fn count(customers: &[Named]) -> String {
    if customers.len() == 1 { "one customer".to_owned() } else { format!("{} customers", customers.len()) }
}

fn listed(customers: &[Named]) -> String {
    let names: Vec<_> = customers.iter().take(5).map(|c| format!("{} ({})", c.name, c.reference)).collect();
    let more = customers.len().saturating_sub(names.len());
    if more == 0 { names.join(", ") } else { format!("{} and {more} more", names.join(", ")) }
}

/// How many customers a plan or refusal names.
pub const NAMED_MAX: usize = 100;

/// What the wanted change would mean if it were scheduled at `now`. `next_window` gives the next instant after
/// another at which notices may be sent.
pub fn plan(
    draft: &Draft,
    entitled: &[Entitled],
    policy: &Policy,
    now: DateTime<Utc>,
    next_window: impl Fn(DateTime<Utc>) -> Option<DateTime<Utc>>,
) -> Result<Plan, Refusal> {
    check_facts(draft)?;
    let safety_days = if entitled.is_empty() { 0 } else { policy.safety_days };
    let lawful: Vec<NaiveDate> = entitled.iter().map(|customer| lawful_day(customer, policy, now)).collect();
    let tomorrow = policy.zone.day_of(now) + Days::new(1);
    let decisive = lawful.iter().copied().max();
    let earliest = decisive.map_or(tomorrow, |day| (day + Days::new(safety_days.into())).max(tomorrow));
    let decided_by =
        named(entitled.iter().zip(&lawful).filter(|(_, day)| Some(**day) == decisive).map(|(c, _)| c));
    let without_them = lawful
        .iter()
        .copied()
        .filter(|day| Some(*day) != decisive)
        .max()
        .map(|day| (day + Days::new(safety_days.into())).max(tomorrow));
    let unreachable = named(entitled.iter().filter(|customer| !customer.reachable));
    let wanted = draft.effective_on;
    if wanted < earliest {
        return Err(Refusal::TooEarly { wanted, earliest, decided_by, without_them, unreachable });
    }
    if !unreachable.is_empty() {
        return Err(Refusal::Unreachable { earliest, decided_by, unreachable });
    }
    let in_reserve = wanted - Days::new(safety_days.into());
    let early_enough = |at: DateTime<Utc>| entitled.iter().all(|c| lawful_day(c, policy, at) <= in_reserve);
    let notice_at = next_window(now).filter(|at| early_enough(*at)).unwrap_or(now);
    Ok(Plan {
        earliest,
        decided_by,
        without_them,
        unreachable,
        customers: entitled.len(),
        notice_at,
        effective_at: policy.zone.first_instant(wanted),
        effective_on: wanted,
    })
}

/// The earliest lawful day in the policy's zone for one customer, were its letter accepted at `accepted_at`.
fn lawful_day(customer: &Entitled, policy: &Policy, accepted_at: DateTime<Utc>) -> NaiveDate {
    earliest_effective_on(customer.timing.periods(accepted_at).clear_at, &policy.zone)
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

fn named<'a>(customers: impl Iterator<Item = &'a Entitled>) -> Vec<Named> {
    let mut named: Vec<_> = customers
        .map(|customer| Named {
            reference: customer.reference.clone(),
            name: customer.name.clone(),
            terms: in_words(&customer.timing),
        })
        .collect();
    named.sort_by(|a, b| a.reference.cmp(&b.reference));
    named.truncate(NAMED_MAX);
    named
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
