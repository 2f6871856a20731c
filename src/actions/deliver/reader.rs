//! Who reads a notice: the recipient, its customer, the contract that decides, and the dates its letter promises.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::calendar::Timing;
use crate::domain::change::{ChangeId, ChangeKind};
use crate::domain::customer::{CustomerKind, Grounds, Policy, Terms};
use crate::domain::notice::{ChangeFacts, NoticeFacts, NoticeKind};
use crate::domain::obligation::{Clearance, ExemptWhy};
use crate::mail::letter::{Deadline, EmergencyNotice, Reader, Standing};
use crate::store::delivery::letter::{Addressee, Duty};

/// One reader's duties for the changes of a notice, and the terms they stand under.
pub(super) struct Reading<'a> {
    pub facts: &'a NoticeFacts,
    pub policy: &'a Policy,
    pub to: &'a Addressee,
    pub duties: &'a [Duty],
}

impl Reading<'_> {
    fn duty(&self, change: ChangeId) -> Option<&Duty> {
        self.duties.iter().find(|duty| duty.change == change)
    }

    fn terms(&self, change: ChangeId) -> Terms {
        let contract = self.duty(change).and_then(|duty| duty.contract.as_ref());
        contract.map(|contract| contract.terms.clone()).unwrap_or_default()
    }

    fn timing(&self, change: &ChangeFacts) -> Timing {
        let timing = self.terms(change.id).timing(self.policy, change.emergency.is_some());
        // Nobody is asked whether a subprocessor may leave.
        if change.kind == ChangeKind::Removal { Timing { objection: None, ..timing } } else { timing }
    }

    /// The deadline that a letter composed at `date` promises: as if accepted then, or as promised before.
    fn deadline(&self, change: &ChangeFacts, date: DateTime<Utc>) -> Option<Deadline> {
        if change.kind == ChangeKind::Removal {
            return None;
        }
        let duty = self.duty(change.id);
        if let Some(served) = duty.filter(|duty| duty.served && self.facts.kind != NoticeKind::Announcement) {
            return Some(match served.window_closes_at {
                Some(closes) => Deadline::At(closes),
                None => Deadline::UntilEffect(change.effective_at),
            });
        }
        Some(match self.timing(change).periods(date).window_closes_at {
            Some(closes) => Deadline::At(closes),
            None => Deadline::UntilEffect(change.effective_at),
        })
    }

    /// Whether a letter of `old` may still leave as it is at `new`: the same notice day, the same deadlines.
    pub(super) fn dates_hold(&self, old: DateTime<Utc>, new: DateTime<Utc>) -> bool {
        self.facts.changes.iter().all(|change| {
            let timing = self.timing(change);
            timing.periods(old).notice_day == timing.periods(new).notice_day
                && self.deadline(change, old) == self.deadline(change, new)
        })
    }

    /// The reader's part of the letter. `None`: the notice is about no change.
    pub(super) fn reader(&self, date: DateTime<Utc>) -> Option<Reader> {
        let change = self.facts.first_change()?;
        let duty = self.duty(change.id);
        let contract = duty.and_then(|duty| duty.contract.as_ref());
        let terms = self.terms(change.id);
        let zone = self.timing(change).zone;
        let emergency = change.emergency.as_ref().and(terms.emergency.as_ref()).map(|terms| {
            EmergencyNotice { days: terms.n.get(), window_after_start: terms.window_after_start }
        });
        let subscriber = self.to.customer_kind == CustomerKind::Subscriber;
        Some(Reader {
            standing: self.standing(duty, contract.map(|contract| contract.signed_on), date),
            customer: if subscriber { String::new() } else { self.to.customer_name.clone() },
            customer_reference: (!subscriber).then(|| self.to.customer_reference.clone()),
            contact_name: self.to.name.clone().filter(|name| !name.is_empty()),
            language: self.to.language.clone(),
            document: contract.and_then(|contract| contract.document.clone()),
            clause: contract.and_then(|contract| contract.clause.clone()),
            authorisation: terms.authorisation(),
            grounds: terms.grounds.unwrap_or(Grounds::None),
            deadline: self.deadline(change, date),
            now: date,
            objection: duty.and_then(|duty| duty.objection.clone()),
            excluded: duty.is_some_and(|duty| duty.excluded),
            authorised_on: duty.and_then(|duty| duty.authorised_at).map(|at| zone.day_of(at)),
            emergency,
            acts_for_others: false,
            in_force: None,
            was_not_meant: false,
            zone,
        })
    }

    fn standing(&self, duty: Option<&Duty>, signed_on: Option<NaiveDate>, date: DateTime<Utc>) -> Standing {
        if self.to.customer_kind == CustomerKind::Subscriber {
            let subscribed_at = self.to.confirmed_at.unwrap_or(date);
            return Standing::Subscriber { subscribed_on: self.facts.policy_zone.day_of(subscribed_at) };
        }
        match (duty.and_then(|duty| duty.exempt_why), signed_on) {
            (Some(ExemptWhy::JoinedAfterAnnouncement), Some(signed_on)) => Standing::LateJoiner { signed_on },
            _ => Standing::Contact,
        }
    }

    /// What an acceptance at `accepted_at` of a letter composed at `date` leaves behind, change by change; nothing
    /// for what is not owed. The deadline printed is a promise.
    pub(super) fn clearances(
        &self,
        date: DateTime<Utc>,
        accepted_at: DateTime<Utc>,
    ) -> Vec<(ChangeId, Clearance)> {
        let owed = |change: &&ChangeFacts| self.duty(change.id).is_some_and(|duty| duty.exempt_why.is_none());
        self.facts
            .changes
            .iter()
            .filter(owed)
            .map(|change| {
                let printed = match self.deadline(change, date) {
                    Some(Deadline::At(instant)) => Some(instant),
                    Some(Deadline::UntilEffect(_)) | None => None,
                };
                let shuts = self.terms(change.id).window_shuts(change.emergency.is_some());
                let timing = self.timing(change);
                (change.id, Clearance::at_service(&timing, accepted_at, printed, shuts))
            })
            .collect()
    }
}
