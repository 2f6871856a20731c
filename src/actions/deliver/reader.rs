//! Who reads a notice: the recipient, its customer, the contract that decides, and the dates its letter promises.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::calendar::{Service, Timing};
use crate::domain::change::{ChangeId, ChangeKind};
use crate::domain::customer::{Authorisation, CustomerKind, Grounds, Policy, Terms};
use crate::domain::notice::{ChangeFacts, NoticeFacts, NoticeKind};
use crate::domain::obligation::{Clearance, ExemptWhy, Told};
use crate::domain::plan::own_start;
use crate::mail::letter::{Deadline, EmergencyNotice, InForce, Reader, Standing};
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

    /// The changes that the letter tells of: those that concern its customer; all, where nothing is owed to it.
    fn told(&self) -> impl Iterator<Item = &ChangeFacts> {
        let concerned = |change: &&ChangeFacts| self.duties.is_empty() || self.duty(change.id).is_some();
        self.facts.changes.iter().filter(concerned)
    }

    /// The notice as this reader gets it in a letter composed at `date`.
    pub(super) fn facts_told(&self, whole: &Arc<NoticeFacts>, date: DateTime<Utc>) -> Arc<NoticeFacts> {
        if self.told().count() == whole.changes.len() && !whole.changes.iter().any(|change| change.for_each) {
            return Arc::clone(whole);
        }
        let own = |change: &ChangeFacts| {
            let effective_on = self.start_on(change, date);
            let effective_at = self.facts.policy_zone.first_instant(effective_on);
            ChangeFacts { effective_on, effective_at, ..change.clone() }
        };
        Arc::new(NoticeFacts { changes: self.told().map(own).collect(), ..NoticeFacts::clone(whole) })
    }

    /// The day planned for this reader: where each customer starts by itself, its own.
    fn start_on(&self, change: &ChangeFacts, date: DateTime<Utc>) -> NaiveDate {
        let owed = |duty: &&Duty| duty.exempt_why.is_none();
        let Some(duty) = self.duty(change.id).filter(owed).filter(|_| change.for_each) else {
            return change.effective_on;
        };
        let as_served = duty.clear_at.filter(|_| self.facts.kind != NoticeKind::Announcement);
        let clear_at = as_served.unwrap_or_else(|| {
            let shuts = self.terms(change.id).window_shuts(change.emergency.is_some());
            Clearance::at_service(&self.timing(change), date, None, shuts).clear_at
        });
        own_start(change.effective_on, clear_at, &self.facts.policy_zone)
    }

    /// The first instant of that day.
    fn start_at(&self, change: &ChangeFacts, date: DateTime<Utc>) -> DateTime<Utc> {
        if change.for_each {
            self.facts.policy_zone.first_instant(self.start_on(change, date))
        } else {
            change.effective_at
        }
    }

    /// The one deadline that a letter composed at `date` promises for all it asks about: the latest of them.
    fn deadline(&self, date: DateTime<Utc>) -> Option<Deadline> {
        self.told()
            .filter_map(|change| self.deadline_of(change, date))
            .max_by_key(|deadline| deadline.instant())
    }

    /// The deadline of one change: as if accepted at `date`, or as promised before. Whom another contact's letter has served
    /// already has its time from that one; a letter composed before that is the same for ever.
    fn deadline_of(&self, change: &ChangeFacts, date: DateTime<Utc>) -> Option<Deadline> {
        if change.kind == ChangeKind::Removal {
            return None;
        }
        let duty = self.duty(change.id);
        let is_first = |duty: &Duty| {
            self.facts.kind == NoticeKind::Announcement && duty.served_at.is_none_or(|served| date <= served)
        };
        if let Some(served) = duty.filter(|duty| duty.served && !is_first(duty)) {
            return Some(match served.window_closes_at {
                Some(closes) => Deadline::At(closes),
                None => Deadline::UntilEffect(self.start_at(change, date)),
            });
        }
        Some(match self.timing(change).periods(date).window_closes_at {
            Some(closes) => Deadline::At(closes),
            None => Deadline::UntilEffect(self.start_at(change, date)),
        })
    }

    /// Whether a letter of `old` may still leave as it is at `new`: the same notice day, the same deadlines.
    pub(super) fn dates_hold(&self, old: DateTime<Utc>, new: DateTime<Utc>) -> bool {
        let same_day = |change: &ChangeFacts| {
            let timing = self.timing(change);
            timing.periods(old).notice_day == timing.periods(new).notice_day
        };
        let same_start = |change: &ChangeFacts| self.start_on(change, old) == self.start_on(change, new);
        self.told().all(same_day) && self.told().all(same_start) && self.deadline(old) == self.deadline(new)
    }

    /// The reader's part of the letter. `None`: the notice is about no change.
    pub(super) fn reader(&self, date: DateTime<Utc>) -> Option<Reader> {
        // Of several, the one with the latest deadline says by which agreement and in which zone.
        let change =
            self.told().max_by_key(|change| self.deadline_of(change, date).map(Deadline::instant))?;
        let duty = self.duty(change.id);
        let duties = || self.told().filter_map(|change| self.duty(change.id));
        let asks_first = |change: &ChangeFacts| {
            change.kind != ChangeKind::Removal
                && self.terms(change.id).authorisation() == Authorisation::Specific
        };
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
            authorisation: if self.told().any(asks_first) {
                Authorisation::Specific
            } else {
                Authorisation::General
            },
            grounds: terms.grounds.unwrap_or(Grounds::None),
            deadline: self.deadline(date),
            now: date,
            objection: duties().find_map(|duty| duty.objection.clone()),
            excluded: duty.is_some_and(|duty| duty.excluded),
            authorised_on: duties().find_map(|duty| duty.authorised_at).map(|at| zone.day_of(at)),
            emergency,
            acts_for_others: false,
            in_force: self.in_force(),
            was_not_meant: false,
            zone,
        })
    }

    /// Of a withdrawal: that the reader's data have gone there, and when that ends.
    fn in_force(&self) -> Option<InForce> {
        let (stops, in_use) = (self.facts.stops?, self.facts.in_use.as_ref()?);
        let concerned = self.told().any(|change| self.duty(change.id).is_some());
        concerned.then_some(InForce {
            since: in_use.since,
            stops_on: stops.on,
            deletion_due: stops.deletion_due,
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

    /// What the service by a letter composed at `date` leaves behind, change by change, and what the letter told; nothing for
    /// what is not owed. The deadline printed is a promise.
    pub(super) fn clearances(
        &self,
        date: DateTime<Utc>,
        service: &Service,
    ) -> Vec<(ChangeId, Clearance, Told)> {
        let owed = |change: &&ChangeFacts| self.duty(change.id).is_some_and(|duty| duty.exempt_why.is_none());
        self.facts
            .changes
            .iter()
            .filter(owed)
            .map(|change| {
                // What is printed once is promised for each; where that is the effect, for each until it takes effect.
                let own = self.deadline_of(change, date).and_then(|_| self.deadline(date));
                let (told, timing) = match (own, self.timing(change)) {
                    (Some(Deadline::At(instant)), timing) => (Told::Until(instant), timing),
                    (Some(Deadline::UntilEffect(_)), timing) => {
                        (Told::UntilEffect(None), Timing { objection: None, ..timing })
                    }
                    (None, timing) => (Told::Nothing, timing),
                };
                let shuts = self.terms(change.id).window_shuts(change.emergency.is_some());
                (
                    change.id,
                    Clearance::at_service(&timing, timing.start.instant(service), told.day(), shuts),
                    told,
                )
            })
            .collect()
    }
}
