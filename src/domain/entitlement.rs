//! Entitlement: what an announced change is to one customer, when it is announced and again whenever the customer's
//! records are written while the change is open (chapter 2, "Entitlement").
//!
//! [`Candidate::standing`] says what a contract grants, this what follows from it given what stands already. `announce`
//! and whoever writes customers apply the ruling.

use chrono::{DateTime, NaiveDate, Utc};

use super::change::{Change, Draft};
use super::customer::{Authorisation, ContractId, CustomerId, LateJoiners, Policy};
use super::delivery::DeliveryId;
use super::obligation::{Clearance, Consent, ExemptWhy, Standing, Told};
use super::plan::{self, Candidate, Entitled};
use super::subprocessor::SubprocessorId;

/// What is on record for a customer and a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    pub standing: Standing,
    pub consent: Consent,
    pub contract: Option<ContractId>,
    /// The last day on which it was told that its window ends.
    pub told_until: Option<DateTime<Utc>>,
    /// The letter that served it went to another contact than its notice address.
    pub served_elsewhere: bool,
    /// The first letter that its notice address had.
    pub at_notice_address: Option<(DeliveryId, DateTime<Utc>)>,
    /// A word, a service by other means or a waiver is on record, or, where it is owed, a letter that did not serve it.
    pub by_more: bool,
}

/// What the change is to the customer from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It does not concern it.
    Unconcerned,
    /// It gets the letter, and is owed nothing: a subscriber whom the DPO has not linked to a customer.
    Inform,
    /// It is owed notice; what may have served it before does not.
    Owe(Entitled),
    /// What stands, stands; a contact new since then gets the letter.
    Keep(Entitled),
    /// It is served, by other instants than those on record, and by another letter where one is named.
    Serve { entitled: Entitled, clearance: Clearance, by: Option<DeliveryId> },
    /// It is owed nothing. `told`: it gets the letter all the same, for information.
    Exempt { customer: CustomerId, contract: Option<ContractId>, why: ExemptWhy, told: bool },
}

/// What a customer's consent to a change is before it has said anything.
pub fn unspoken(authorisation: Authorisation) -> Consent {
    match authorisation {
        Authorisation::General => Consent::Silence,
        Authorisation::Specific => Consent::Awaited,
    }
}

/// The ruling of an announcement on a customer it scans.
pub fn at_announcement(standing: plan::Standing, customer: CustomerId) -> Ruling {
    match standing {
        plan::Standing::Unconcerned => Ruling::Unconcerned,
        plan::Standing::Informed => Ruling::Inform,
        plan::Standing::Entitled(entitled) => Ruling::Owe(entitled),
        plan::Standing::Exempt { contract, why } => Ruling::Exempt { customer, contract, why, told: false },
    }
}

/// The ruling at `now` on a customer whose records were written while `change` is open; `announced_at` is when the announcement
/// in force began, `known` what it, or an earlier ruling, left behind.
///
/// Whoever had no contract in force at the announcement and signed after it saw the change on the public list: exempt, and told for
/// information, whatever letter it has had, unless the policy has late joiners entitled. Terms that became better for a customer
/// already served lengthen its periods, worse ones leave them (the terms of the notice day hold).
pub fn while_open(
    candidate: &Candidate,
    change: &Change,
    announced_at: DateTime<Utc>,
    known: Option<&Known>,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Ruling {
    let customer = candidate.customer;
    let subject = Some(change.subprocessor_id);
    // Of whom is served, the contract decides that is clear last by that service.
    let served_at = match known.map(|known| known.standing) {
        Some(Standing::Served(clearance)) => clearance.served_at,
        Some(Standing::Owed | Standing::Exempt { .. }) | None => now,
    };
    let today = policy.zone.day_of(now);
    let standing =
        |candidate: &Candidate| candidate.standing_by(&change.draft, subject, policy, today, served_at);
    let entitled = match standing(candidate) {
        plan::Standing::Entitled(entitled) => entitled,
        plan::Standing::Informed => return Ruling::Inform,
        plan::Standing::Exempt { contract, why } => {
            return exempt_unless_spoken(customer, contract, why, known);
        }
        plan::Standing::Unconcerned => return no_longer(candidate, change, known, policy, now),
    };
    // What was signed in sight of the announcement entitles to nothing, beside an older contract neither; in the place of one that was in
    // force when it was made, it does: whoever renews has not joined.
    let announced_on = policy.zone.day_of(announced_at);
    let signed_before = signed_by(candidate, announced_on);
    let before = standing(&signed_before);
    let then = signed_before.standing_by(&change.draft, subject, policy, announced_on, served_at);
    let joined_late = !matches!(before, plan::Standing::Entitled(_)) && then == plan::Standing::Unconcerned;
    let entitled = match before {
        plan::Standing::Entitled(before) if policy.late_joiners == LateJoiners::Exempt => before,
        _ => entitled,
    };
    match known.map(|known| (known, known.standing)) {
        Some((_, Standing::Exempt { why: ExemptWhy::UndeliverableSubscriber })) => Ruling::Unconcerned,
        Some((_, Standing::Exempt { why: ExemptWhy::JoinedAfterAnnouncement })) if joined_late => {
            Ruling::Unconcerned
        }
        _ if joined_late && policy.late_joiners == LateJoiners::Exempt => Ruling::Exempt {
            customer,
            contract: entitled.contract,
            why: ExemptWhy::JoinedAfterAnnouncement,
            told: true,
        },
        // Its exemption has ended.
        None | Some((_, Standing::Exempt { .. })) => Ruling::Owe(entitled),
        Some((known, Standing::Owed)) => {
            let same =
                known.contract == entitled.contract && consent_stands(known.consent, entitled.authorisation);
            if same { Ruling::Keep(entitled) } else { Ruling::Owe(entitled) }
        }
        Some((known, Standing::Served(clearance))) => still_served(entitled, known, clearance),
    }
}

/// What was said stays said; under specific authorisation mere silence no longer does.
fn consent_stands(consent: Consent, authorisation: Authorisation) -> bool {
    !(consent == Consent::Silence && authorisation == Authorisation::Specific)
}

fn still_served(entitled: Entitled, known: &Known, clearance: Clearance) -> Ruling {
    if known.served_elsewhere && entitled.has_notice_address {
        return match known.at_notice_address {
            None => Ruling::Owe(entitled),
            Some((letter, at)) => {
                let anew = Clearance::at_service(&entitled.timing, at, None, entitled.window_shuts);
                let told = match clearance.window_closes_at {
                    Some(day) => Told::Until(day),
                    None => Told::UntilEffect(known.told_until),
                };
                let clearance = anew.with_promise(told);
                Ruling::Serve { clearance, entitled, by: Some(letter) }
            }
        };
    }
    // A yes or a waiver has moved the instants for good: better terms do not take it back.
    if known.consent == Consent::Given || entitled.window_shuts != clearance.window_shuts {
        return Ruling::Keep(entitled);
    }
    let longer = clearance.lengthened(&entitled.timing);
    if longer == clearance && consent_stands(known.consent, entitled.authorisation) {
        Ruling::Keep(entitled)
    } else {
        Ruling::Serve { entitled, clearance: longer, by: None }
    }
}

/// Where nothing was owed, nothing ends. What was served, owed or said stays on record.
fn exempt_unless_spoken(
    customer: CustomerId,
    contract: Option<ContractId>,
    why: ExemptWhy,
    known: Option<&Known>,
) -> Ruling {
    match known.map(|known| known.standing) {
        None | Some(Standing::Owed) => Ruling::Exempt { customer, contract, why, told: false },
        Some(Standing::Served(_) | Standing::Exempt { .. }) => Ruling::Unconcerned,
    }
}

/// The customer is not entitled any more: because its contract has ended, or because scopes no longer meet.
fn no_longer(
    candidate: &Candidate,
    change: &Change,
    known: Option<&Known>,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Ruling {
    if known.is_none_or(|known| matches!(known.standing, Standing::Exempt { .. })) {
        return Ruling::Unconcerned;
    }
    let why = why_no_longer(candidate, &change.draft, change.subprocessor_id, policy, now);
    let contract = known.and_then(|known| known.contract);
    Ruling::Exempt { customer: candidate.customer, contract, why, told: false }
}

/// Why a customer to whom the change was owed is not concerned by it at `now`.
pub fn why_no_longer(
    candidate: &Candidate,
    draft: &Draft,
    subprocessor: SubprocessorId,
    policy: &Policy,
    now: DateTime<Utc>,
) -> ExemptWhy {
    let mut unended = candidate.clone();
    unended.contracts.iter_mut().for_each(|contract| contract.ended_on = None);
    match unended.standing(draft, Some(subprocessor), policy, now) {
        plan::Standing::Unconcerned => ExemptWhy::NotInScope,
        plan::Standing::Entitled(_) | plan::Standing::Informed | plan::Standing::Exempt { .. } => {
            ExemptWhy::ContractEnded
        }
    }
}

/// The customer with those of its contracts that were signed by `day`.
fn signed_by(candidate: &Candidate, day: NaiveDate) -> Candidate {
    let mut before = candidate.clone();
    before.contracts.retain(|contract| contract.signed_on <= day);
    before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::NoticeDays;
    use crate::domain::change::{ChangeId, ChangeKind, State};
    use crate::domain::customer::{Contract, CustomerKind, GoLive, NoticeTerms, Terms, Wishes};
    use crate::domain::subprocessor::Facts;
    use crate::domain::zone::Zone;

    const NIMBUS: SubprocessorId = SubprocessorId(9);

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn now() -> DateTime<Utc> {
        at("2026-12-10T09:00:00Z")
    }

    fn announced_at() -> DateTime<Utc> {
        at("2026-12-01T09:00:00Z")
    }

    /// Announced on 1 December, effective on 1 February.
    fn change() -> Change {
        Change {
            id: ChangeId(1),
            reference: "CHG-2026-0001".into(),
            state: State::InNotice,
            subprocessor_id: NIMBUS,
            replaces_id: None,
            draft: Draft {
                kind: ChangeKind::Addition,
                facts: Facts { name: "Nimbus".into(), ..Facts::default() },
                before: None,
                replaces: None,
                reason: "Mail".into(),
                effective_on: "2027-02-01".parse().unwrap(),
                emergency: None,
            },
            effective_at: at("2027-02-01T00:00:00Z"),
            go_live: GoLive::Together,
            published_at: Some(announced_at()),
            needs_approval: false,
            approved: false,
            in_use: None,
            first_in_force_at: None,
            took_effect_at: None,
        }
    }

    fn contract(id: i64, signed: &str, terms: Terms) -> Contract {
        Contract {
            id: ContractId(id),
            reference: format!("M-{id}"),
            document: None,
            clause: None,
            products: Vec::new(),
            signed_on: signed.parse().unwrap(),
            ended_on: None,
            terms,
        }
    }

    fn customer(contracts: Vec<Contract>) -> Candidate {
        Candidate {
            customer: CustomerId(1),
            reference: "C-1".into(),
            name: "Acme".into(),
            kind: CustomerKind::Contract,
            reachable: true,
            has_notice_address: false,
            excluded: Vec::new(),
            contracts,
            wishes: Wishes::default(),
        }
    }

    fn rule(candidate: &Candidate, known: Option<&Known>) -> Ruling {
        while_open(candidate, &change(), announced_at(), known, &Policy::in_zone(Zone::utc()), now())
    }

    fn known(standing: Standing) -> Known {
        Known {
            standing,
            consent: Consent::Silence,
            contract: Some(ContractId(1)),
            told_until: None,
            served_elsewhere: false,
            at_notice_address: None,
            by_more: false,
        }
    }

    fn served(terms: &Terms) -> Clearance {
        let timing = terms.timing(&Policy::in_zone(Zone::utc()), false);
        Clearance::at_service(&timing, at("2026-12-01T09:00:00Z"), None, true)
    }

    fn of_days(days: i64) -> Terms {
        let n = Some(NoticeDays::new(days).unwrap());
        Terms { notice: NoticeTerms { n, ..NoticeTerms::default() }, ..Terms::default() }
    }

    fn why(ruling: &Ruling) -> Option<(ExemptWhy, bool)> {
        match ruling {
            Ruling::Exempt { why, told, .. } => Some((*why, *told)),
            _ => None,
        }
    }

    #[test]
    fn who_signed_after_the_announcement_is_told_and_owed_nothing() {
        let late = customer(vec![contract(1, "2026-12-02", Terms::default())]);
        assert_eq!(why(&rule(&late, None)), Some((ExemptWhy::JoinedAfterAnnouncement, true)));
        let entitled = Policy { late_joiners: LateJoiners::Entitled, ..Policy::in_zone(Zone::utc()) };
        let ruling = while_open(&late, &change(), announced_at(), None, &entitled, now());
        assert!(matches!(ruling, Ruling::Owe(_)));
        let forgotten = customer(vec![contract(1, "2026-12-01", Terms::default())]);
        assert!(matches!(rule(&forgotten, None), Ruling::Owe(_)));
    }

    #[test]
    fn a_day_of_signing_put_right_makes_a_late_joiner_entitled() {
        let standing = Standing::Exempt { why: ExemptWhy::JoinedAfterAnnouncement };
        let early = customer(vec![contract(1, "2026-11-01", Terms::default())]);
        assert!(matches!(rule(&early, Some(&known(standing))), Ruling::Owe(_)));
        let late = customer(vec![contract(1, "2026-12-05", Terms::default())]);
        assert_eq!(rule(&late, Some(&known(standing))), Ruling::Unconcerned);
    }

    /// One contract over on that day, and another signed on 9 December.
    fn signed_again_after(last_day: &str) -> Candidate {
        let mut ended = contract(1, "2026-01-01", Terms::default());
        ended.ended_on = Some(last_day.parse().unwrap());
        customer(vec![ended, contract(2, "2026-12-09", Terms::default())])
    }

    #[test]
    fn who_was_no_customer_at_the_announcement_and_signs_after_it_is_a_late_joiner_whatever_it_has_had() {
        let ended = Standing::Exempt { why: ExemptWhy::ContractEnded };
        for before in [ended, Standing::Owed, Standing::Served(served(&Terms::default()))] {
            let ruling = rule(&signed_again_after("2026-11-30"), Some(&known(before)));
            assert_eq!(why(&ruling), Some((ExemptWhy::JoinedAfterAnnouncement, true)), "{before:?}");
        }
    }

    #[test]
    fn who_renews_its_contract_while_its_notice_runs_keeps_it() {
        let renewed = signed_again_after("2026-12-08");
        let told = Standing::Served(served(&Terms::default()));
        assert!(matches!(rule(&renewed, Some(&known(told))), Ruling::Keep(_) | Ruling::Serve { .. }));
        assert!(matches!(rule(&renewed, Some(&known(Standing::Owed))), Ruling::Owe(_)));
        assert!(matches!(rule(&renewed, None), Ruling::Owe(_)));
        let ended = Standing::Exempt { why: ExemptWhy::ContractEnded };
        assert!(
            matches!(rule(&renewed, Some(&known(ended))), Ruling::Owe(_)),
            "a gap between them is none of ours"
        );
    }

    #[test]
    fn a_contract_that_ended_or_left_the_scope_is_owed_nothing_more() {
        let mut ended = contract(1, "2026-01-01", Terms::default());
        ended.ended_on = Some("2026-12-09".parse().unwrap());
        let owed = known(Standing::Owed);
        assert_eq!(
            why(&rule(&customer(vec![ended.clone()]), Some(&owed))),
            Some((ExemptWhy::ContractEnded, false))
        );
        let silent = Terms { kinds: Some(vec![ChangeKind::Removal]), ..Terms::default() };
        let out = customer(vec![contract(1, "2026-01-01", silent)]);
        assert_eq!(why(&rule(&out, Some(&owed))), Some((ExemptWhy::NotInScope, false)));
        assert_eq!(rule(&out, None), Ruling::Unconcerned);
        ended.ended_on = None;
        let back = known(Standing::Exempt { why: ExemptWhy::ContractEnded });
        assert!(matches!(rule(&customer(vec![ended]), Some(&back)), Ruling::Owe(_)));
    }

    #[test]
    fn better_terms_lengthen_what_was_served_and_worse_ones_leave_it() {
        let standing = Standing::Served(served(&of_days(30)));
        let better = rule(&customer(vec![contract(1, "2026-01-01", of_days(45))]), Some(&known(standing)));
        let Ruling::Serve { clearance, by: None, .. } = better else { panic!("{better:?}") };
        assert_eq!(clearance.clear_at, served(&of_days(45)).clear_at);
        assert_eq!(clearance.served_at, served(&of_days(30)).served_at);
        let worse = rule(&customer(vec![contract(1, "2026-01-01", of_days(10))]), Some(&known(standing)));
        assert!(matches!(worse, Ruling::Keep(_)));
        let said_yes = Known { consent: Consent::Given, ..known(standing) };
        let better = customer(vec![contract(1, "2026-01-01", of_days(45))]);
        assert!(matches!(rule(&better, Some(&said_yes)), Ruling::Keep(_)));
    }

    #[test]
    fn silence_does_not_outlive_a_contract_that_asks_for_a_yes() {
        let specific = Terms { authorisation: Some(Authorisation::Specific), ..Terms::default() };
        let standing = Standing::Served(served(&Terms::default()));
        let both =
            customer(vec![contract(1, "2026-01-01", Terms::default()), contract(2, "2026-01-01", specific)]);
        let Ruling::Serve { entitled, .. } = rule(&both, Some(&known(standing))) else { panic!() };
        assert_eq!(
            (entitled.contract, entitled.authorisation),
            (Some(ContractId(2)), Authorisation::Specific)
        );
    }

    #[test]
    fn only_the_notice_address_serves_from_the_moment_there_is_one() {
        let mut candidate = customer(vec![contract(1, "2026-01-01", Terms::default())]);
        candidate.has_notice_address = true;
        let elsewhere =
            Known { served_elsewhere: true, ..known(Standing::Served(served(&Terms::default()))) };
        assert!(matches!(rule(&candidate, Some(&elsewhere)), Ruling::Owe(_)));
        let had_it = (DeliveryId(7), at("2026-12-02T09:00:00Z"));
        let both = Known { at_notice_address: Some(had_it), ..elsewhere };
        let Ruling::Serve { clearance, by, .. } = rule(&candidate, Some(&both)) else { panic!() };
        assert_eq!((clearance.served_at, by), (had_it.1, Some(had_it.0)));
    }

    #[test]
    fn excluded_or_authorised_beforehand_it_is_owed_nothing() {
        let mut excluded = customer(vec![contract(1, "2026-01-01", Terms::default())]);
        excluded.excluded = vec![NIMBUS];
        assert_eq!(why(&rule(&excluded, None)), Some((ExemptWhy::Accommodated, false)));
        let objected = known(Standing::Served(served(&Terms::default())));
        assert_eq!(rule(&excluded, Some(&objected)), Ruling::Unconcerned);
        excluded.excluded.clear();
        let ended = known(Standing::Exempt { why: ExemptWhy::Accommodated });
        assert!(matches!(rule(&excluded, Some(&ended)), Ruling::Owe(_)));
        let named = Terms { authorised: vec!["nimbus ".into()], ..Terms::default() };
        let beforehand = customer(vec![contract(1, "2026-01-01", named)]);
        assert_eq!(why(&rule(&beforehand, None)), Some((ExemptWhy::AlreadyAuthorised, false)));
    }
}
