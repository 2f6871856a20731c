//! Completeness: that each customer with a contract had its letter of a change, or why none was due.
//!
//! What is on record is held against the rule of [entitlement](super::entitlement), not against itself: a customer
//! whom nobody wrote down is found here.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::change::{ChangeKind, Draft};
use super::customer::Policy;
use super::obligation::ExemptWhy;
use super::plan::Candidate;
use super::subprocessor::{SubprocessorId, overlap};

words! {
    /// Why a customer with a contract is owed no notice of a change.
    NoneDue {
        Correction = "correction",
        NotAnnounced = "not_announced",
        /// It was over when it was announced: everybody is told, nothing is owed.
        ToldAfterwards = "told_afterwards",
        NoContract = "no_contract",
        SignedLater = "signed_later",
        Ended = "contract_ended",
        OutOfScope = "not_in_scope",
        KindNotNotified = "kind_not_notified",
        Joined = "joined_after_announcement",
        Authorised = "already_authorised",
        Accommodated = "accommodated",
    }
}

/// What is on record of a customer's notice of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    Nothing,
    Owed {
        /// Letters that wait for the relay.
        waiting: bool,
        /// Letters that were refused for good.
        failed: bool,
    },
    Served,
    Exempt(ExemptWhy),
}

/// How one customer's notice is accounted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "account", content = "why", rename_all = "snake_case")]
pub enum Account {
    /// It had the notice: by a letter, or by other means.
    Served,
    /// Its letter waits for the relay.
    Waiting,
    /// Every letter was refused, and each refusal is on record: the DPO has to find another way.
    Refused,
    NoneDue(NoneDue),
    /// It is entitled, and nothing says what became of its notice.
    Unexplained,
}

/// Accounts for one customer of a change announced at `announced_at`; none = not announced yet.
pub fn account(
    candidate: &Candidate,
    draft: &Draft,
    subject: SubprocessorId,
    policy: &Policy,
    announced_at: Option<DateTime<Utc>>,
    recorded: Recorded,
) -> Account {
    match recorded {
        Recorded::Served => Account::Served,
        Recorded::Owed { waiting: true, .. } => Account::Waiting,
        Recorded::Owed { failed: true, .. } => Account::Refused,
        Recorded::Owed { .. } => Account::Unexplained,
        Recorded::Exempt(why) => Account::NoneDue(match why {
            ExemptWhy::NotInScope => NoneDue::OutOfScope,
            ExemptWhy::JoinedAfterAnnouncement => NoneDue::Joined,
            ExemptWhy::AlreadyAuthorised => NoneDue::Authorised,
            ExemptWhy::Accommodated => NoneDue::Accommodated,
            ExemptWhy::ContractEnded => NoneDue::Ended,
            // Only subscribers are exempt for it.
            ExemptWhy::UndeliverableSubscriber => return Account::Unexplained,
        }),
        Recorded::Nothing => none_due(candidate, draft, subject, policy, announced_at)
            .map_or(Account::Unexplained, Account::NoneDue),
    }
}

/// Why the announcement owed it nothing; none = it did.
fn none_due(
    candidate: &Candidate,
    draft: &Draft,
    subject: SubprocessorId,
    policy: &Policy,
    announced_at: Option<DateTime<Utc>>,
) -> Option<NoneDue> {
    if draft.kind == ChangeKind::Correction {
        return Some(NoneDue::Correction);
    }
    let Some(announced_at) = announced_at else { return Some(NoneDue::NotAnnounced) };
    if draft.kind == ChangeKind::Removal && policy.zone.first_instant(draft.effective_on) <= announced_at {
        return Some(NoneDue::ToldAfterwards);
    }
    let day = policy.zone.day_of(announced_at);
    let contracts = &candidate.contracts;
    let signed: Vec<_> = contracts.iter().filter(|contract| contract.signed_on <= day).collect();
    let running: Vec<_> =
        signed.iter().filter(|contract| contract.ended_on.is_none_or(|end| day <= end)).collect();
    let in_scope: Vec<_> =
        running.iter().filter(|contract| overlap(&contract.products, draft.products())).collect();
    let notified: Vec<_> = in_scope.iter().filter(|contract| contract.terms.notifies(draft.kind)).collect();
    let steps = [
        (contracts.is_empty(), NoneDue::NoContract),
        (signed.is_empty(), NoneDue::SignedLater),
        (running.is_empty(), NoneDue::Ended),
        (in_scope.is_empty(), NoneDue::OutOfScope),
        (notified.is_empty(), NoneDue::KindNotNotified),
        (candidate.excluded.contains(&subject), NoneDue::Accommodated),
        (
            notified.iter().all(|contract| contract.terms.authorises(draft.kind, &draft.facts.name)),
            NoneDue::Authorised,
        ),
    ];
    steps.into_iter().find(|(applies, _)| *applies).map(|(_, why)| why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::customer::{Contract, ContractId, CustomerId, CustomerKind, Terms, Wishes};
    use crate::domain::subprocessor::{Facts, List};
    use crate::domain::zone::Zone;

    fn contract() -> Contract {
        Contract {
            id: ContractId(1),
            reference: "M-1".into(),
            document: None,
            clause: None,
            products: vec!["api".into()],
            signed_on: "2026-01-01".parse().unwrap(),
            ended_on: None,
            terms: Terms::default(),
        }
    }

    fn of(contracts: Vec<Contract>, kind: ChangeKind, recorded: Recorded) -> Account {
        let candidate = Candidate {
            customer: CustomerId(1),
            reference: "C-1".into(),
            name: "Acme".into(),
            kind: CustomerKind::Contract,
            reachable: true,
            has_notice_address: false,
            excluded: Vec::new(),
            contracts,
            wishes: Wishes::default(),
        };
        let facts = Facts { name: "Nimbus".into(), products: List(vec!["api".into()]), ..Facts::default() };
        let draft = Draft {
            kind,
            facts,
            before: None,
            replaces: None,
            reason: "Mail".into(),
            effective_on: "2027-02-01".parse().unwrap(),
            emergency: None,
        };
        let announced_at = Some("2026-12-01T09:00:00Z".parse().unwrap());
        let policy = Policy::in_zone(Zone::utc());
        account(&candidate, &draft, SubprocessorId(1), &policy, announced_at, recorded)
    }

    #[test]
    fn who_is_entitled_and_nowhere_on_record_is_found() {
        assert_eq!(of(vec![contract()], ChangeKind::Addition, Recorded::Nothing), Account::Unexplained);
        let owed =
            |waiting, failed| of(vec![contract()], ChangeKind::Addition, Recorded::Owed { waiting, failed });
        assert_eq!(owed(false, false), Account::Unexplained);
        assert_eq!(owed(true, true), Account::Waiting);
        assert_eq!(owed(false, true), Account::Refused);
    }

    #[test]
    fn each_reason_for_no_letter_is_named() {
        let none = |contract, kind| of(vec![contract], kind, Recorded::Nothing);
        let addition = ChangeKind::Addition;
        assert_eq!(none(contract(), ChangeKind::Correction), Account::NoneDue(NoneDue::Correction));
        let later = Contract { signed_on: "2026-12-02".parse().unwrap(), ..contract() };
        assert_eq!(none(later, addition), Account::NoneDue(NoneDue::SignedLater));
        let ended = Contract { ended_on: Some("2026-11-30".parse().unwrap()), ..contract() };
        assert_eq!(none(ended, addition), Account::NoneDue(NoneDue::Ended));
        let chat = Contract { products: vec!["chat".into()], ..contract() };
        assert_eq!(none(chat, addition), Account::NoneDue(NoneDue::OutOfScope));
        let terms = Terms { kinds: Some(vec![ChangeKind::Removal]), ..Terms::default() };
        assert_eq!(
            none(Contract { terms, ..contract() }, addition),
            Account::NoneDue(NoneDue::KindNotNotified)
        );
        let terms = Terms { authorised: vec!["Nimbus".into()], ..Terms::default() };
        assert_eq!(none(Contract { terms, ..contract() }, addition), Account::NoneDue(NoneDue::Authorised));
        assert_eq!(of(Vec::new(), addition, Recorded::Nothing), Account::NoneDue(NoneDue::NoContract));
    }
}
