//! What one change is to one customer.

use chrono::NaiveDate;
use forenotice::domain::calendar::Start;
use forenotice::domain::change::ChangeKind;
use forenotice::domain::clearing::Waivable;
use forenotice::domain::obligation::ExemptWhy;

use super::calendar::{Instants, Window};
use super::letters::write_to;
use super::{Announcement, At, Case, Change, Contract, Customer, Heard, Letter, Model, Terms};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Exempt(ExemptWhy),
    Owed,
    Served(Served),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    /// By the terms, whatever was said or waived.
    pub instants: Instants,
    pub earliest_by_notice: At,
    /// Whether the gate waits for the window.
    pub window_shuts: bool,
    pub clear_at: At,
}

impl Contract {
    /// In the version of that day; before the first one, in that.
    pub fn terms_on(&self, day: NaiveDate) -> &Terms {
        let held = self.versions.iter().rev().find(|(from, _)| *from <= day);
        &held.unwrap_or(&self.versions[0]).1
    }

    pub(super) fn runs_on(&self, day: NaiveDate) -> bool {
        self.signed <= day && self.ended.is_none_or(|last| day <= last)
    }

    pub(super) fn is_about(&self, change: &Change) -> bool {
        self.product.is_none() || change.product.is_none() || self.product == change.product
    }
}

impl Terms {
    fn notifies(&self, kind: ChangeKind) -> bool {
        kind != ChangeKind::Correction && self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }
}

fn in_scope<'a>(change: &Change, customer: &'a Customer, day: NaiveDate) -> Vec<&'a Contract> {
    let fits = |contract: &&Contract| {
        contract.runs_on(day) && contract.is_about(change) && contract.terms_on(day).notifies(change.kind)
    };
    customer.contracts.iter().filter(fits).collect()
}

fn why_out_of_scope(change: &Change, customer: &Customer, day: NaiveDate) -> ExemptWhy {
    let mut unended = customer.clone();
    unended.contracts.iter_mut().for_each(|contract| contract.ended = None);
    let ended = !in_scope(change, &unended, day).is_empty();
    if ended { ExemptWhy::ContractEnded } else { ExemptWhy::NotInScope }
}

impl Model {
    /// The announcement began at `announcement.at`: whoever has a contract in scope on that day is owed it.
    pub fn announced(&mut self, reference: &str, announcement: Announcement) {
        let customers = self.customers.clone();
        let day = self.day_of(announcement.at);
        let counted = self.policy.subscribers_count;
        let change = self.change_mut(reference);
        change.published_at.get_or_insert(announcement.at);
        change.out.clear();
        (change.announced, change.last_notice) = (Some(announcement), announcement.notice);
        // Whoever wakes announces first, and then asks the gate, which waits for that a moment.
        if let Some((_, before)) = change.decided.filter(|(at, _)| *at == announcement.at) {
            (change.state, change.next_look) = (before, Some(announcement.at));
        }
        for customer in &customers {
            let informed = customer.subscribes && !counted;
            if !informed && in_scope(change, customer, day).is_empty() {
                let why = why_out_of_scope(change, customer, day);
                if let Some(case) = change.cases.get_mut(&customer.reference) {
                    case.letters.clear();
                    case.exempt.get_or_insert(why);
                }
                continue;
            }
            let mut case = Case { informed, ..Case::default() };
            if customer.excluded.contains(&change.subject) {
                case.exempt = Some(ExemptWhy::Accommodated);
            } else if !customer.subscribes || !customer.contacts[0].dead {
                write_to(&mut case, customer, announcement.at);
            } else {
                continue;
            }
            change.cases.insert(customer.reference.clone(), case);
        }
        self.hear();
    }

    /// Something about the customer was written, or a day of its contracts has come: its open changes are looked at again.
    pub fn settled(&mut self, customer: &str, at: At) {
        let customer = self.customer(customer).clone();
        for place in 0..self.changes.len() {
            if self.changes[place].is_open() && self.changes[place].announced.is_some() {
                self.settled_with(place, &customer, at);
            }
        }
        self.hear();
    }

    fn settled_with(&mut self, place: usize, customer: &Customer, at: At) {
        let day = self.day_of(at);
        let change = &self.changes[place];
        if change.in_force.contains_key(&customer.reference) {
            return;
        }
        let known = change.cases.get(&customer.reference);
        let scope = in_scope(change, customer, day);
        let announced = self.announced_on(change);
        let after = |scope: &[&Contract]| scope.iter().all(|contract| contract.signed > announced);
        let late = !self.policy.late_joiners_entitled
            && after(&scope)
            && after(&in_scope(change, customer, announced));
        let is_owed = known.is_some_and(|case| self.standing(change, customer, case, at) == Standing::Owed);
        let mut case = known.cloned().unwrap_or_default();
        if scope.is_empty() {
            if known.is_none() || case.exempt.is_some() {
                return;
            }
            case.exempt = Some(why_out_of_scope(change, customer, day));
        } else if customer.excluded.contains(&change.subject) {
            if known.is_some() && !is_owed {
                return;
            }
            case.exempt = Some(ExemptWhy::Accommodated);
        } else {
            match (known, case.exempt) {
                (_, Some(ExemptWhy::JoinedAfterAnnouncement)) if late => return,
                (_, Some(ExemptWhy::Accommodated | ExemptWhy::UndeliverableSubscriber)) => return,
                (_, _) if late => case.exempt = Some(ExemptWhy::JoinedAfterAnnouncement),
                (_, _) => case.exempt = None,
            }
            write_to(&mut case, customer, at);
            // Of changes announced together a customer gets one letter; what it did not tell of, it does not serve.
            let notice = change.announced.map(|announced| announced.notice);
            let had = |address: &String| {
                let same = |heard: &&Heard| Some(heard.notice) == notice && heard.address == *address;
                let before = |heard: &Heard| matches!(heard.letter, Letter::Accepted(then) if then < at);
                self.heard.iter().find(same).is_some_and(before)
            };
            let told = |address: &String| known.is_some_and(|case| case.letters.contains_key(address));
            case.letters.retain(|address, _| told(address) || !had(address));
        }
        self.changes[place].cases.insert(customer.reference.clone(), case);
    }

    /// The contracts whose word counts on `day`: in scope, and not signed in sight of the announcement.
    fn counting<'a>(&self, change: &Change, customer: &'a Customer, day: NaiveDate) -> Vec<&'a Contract> {
        let announced = self.announced_on(change);
        let mut scope = in_scope(change, customer, day);
        if !self.policy.late_joiners_entitled {
            scope.retain(|contract| contract.signed <= announced);
        }
        scope
    }

    fn announced_on(&self, change: &Change) -> NaiveDate {
        self.day_of(change.announced.map(|a| a.at).or(change.published_at).unwrap_or(self.now))
    }

    /// Specific on the day of the announcement or on `day`, whichever is better for the customer.
    fn is_specific(&self, change: &Change, contract: &Contract, day: NaiveDate) -> bool {
        change.kind != ChangeKind::Removal
            && [self.announced_on(change), day].iter().any(|day| contract.terms_on(*day).specific)
    }

    /// Where the customer stands, by what is known at `known`.
    pub fn standing(&self, change: &Change, customer: &Customer, case: &Case, known: At) -> Standing {
        if let Some(why) = case.exempt {
            return Standing::Exempt(why);
        }
        let waived = |what| case.waived.get(&what).copied();
        let yes = self.all_said_yes(change, customer, case, known);
        let ways = [
            self.served_by_letter(change, customer, case, known),
            case.other_service,
            waived(Waivable::NoticeMissing),
            yes,
        ];
        let Some(served) = ways.into_iter().flatten().min() else { return Standing::Owed };
        let Some(mut instants) = self.instants(change, customer, served, known) else {
            return Standing::Owed;
        };
        // Until the effect is the longest, and that is not before a day that was promised.
        if let Some(promised) = case.promised {
            instants.window = instants.window.max(promised);
            instants.day = instants.day.max(case.promised_day);
        }
        let mut earliest = instants.earliest_by_notice;
        if let Some(yes) = yes {
            earliest = yes.max(served);
        }
        if let Some(at) = waived(Waivable::NoticeShort) {
            earliest = earliest.min(at.max(served));
        }
        let window_shuts = yes.is_none() && waived(Waivable::WindowOpen).is_none();
        let window = instants.window.closes_at().filter(|_| window_shuts);
        if instants.window == Window::UntilEffect && window_shuts {
            earliest = instants.day.map_or(earliest, |day| day.max(earliest));
        }
        Standing::Served(Served {
            instants,
            earliest_by_notice: earliest,
            window_shuts,
            clear_at: window.map_or(earliest, |closes| closes.max(earliest)),
        })
    }

    /// The first of its letters: each counts from when the relay took it, or where the terms of that day have it so, from when
    /// its arrival was reported.
    fn served_by_letter(&self, change: &Change, customer: &Customer, case: &Case, known: At) -> Option<At> {
        let counts_from = |(accepted, received): (At, Option<At>)| {
            let decides = self.deciding(change, customer, accepted, known);
            let starts = decides.map(|(contract, _)| contract.terms_on(self.day_of(accepted)).start);
            received.filter(|_| starts == Some(Start::Received)).unwrap_or(accepted).max(accepted)
        };
        serving_letters(customer, case, known).into_iter().map(counts_from).min()
    }

    pub(super) fn instants(
        &self,
        change: &Change,
        customer: &Customer,
        served: At,
        known: At,
    ) -> Option<Instants> {
        self.deciding(change, customer, served, known).map(|(_, instants)| instants)
    }

    /// The contract that decides: specific before general, then the latest. The terms of the day of service hold, later
    /// ones only as far as they are longer.
    fn deciding<'a>(
        &self,
        change: &Change,
        customer: &'a Customer,
        served: At,
        known: At,
    ) -> Option<(&'a Contract, Instants)> {
        let (day, today) = (self.day_of(served), self.day_of(known));
        let by = |terms: &Terms| terms.instants(served, change.emergency, change.kind == ChangeKind::Removal);
        // What was in scope when it was served, or is since then: late joiners may be entitled.
        let counting = [today, day].map(|day| self.counting(change, customer, day)).concat();
        let asked = self.counting(change, customer, today);
        let with_later = |contract: &Contract| {
            let later = contract.versions.iter().filter(|(from, _)| day < *from && *from <= today);
            let first = by(contract.terms_on(day));
            later.fold(first, |instants, (_, terms)| instants.longer(by(terms)))
        };
        let deciding = counting.into_iter().max_by_key(|contract| {
            let instants = with_later(contract);
            let is_asked = asked.iter().any(|asked| asked.reference == contract.reference);
            (is_asked && self.is_specific(change, contract, today), instants.clear_at(), instants.window)
        })?;
        Some((deciding, with_later(deciding)))
    }

    fn all_said_yes(&self, change: &Change, customer: &Customer, case: &Case, known: At) -> Option<At> {
        let mut latest = None;
        for contract in self.counting(change, customer, self.day_of(known)) {
            match case.said.get(&contract.reference) {
                Some((true, at)) => latest = latest.max(Some(*at)),
                Some((false, _)) | None => return None,
            }
        }
        latest
    }

    /// The contracts under which a yes is waited for.
    pub fn asks_for_yes(&self, change: &Change, customer: &Customer, case: &Case) -> Vec<String> {
        let today = self.day_of(self.now);
        let silent = |contract: &&&Contract| case.said.get(&contract.reference).is_none_or(|(yes, _)| !yes);
        let counting = self.counting(change, customer, today);
        let asking = counting.iter().filter(|contract| self.is_specific(change, contract, today));
        asking.filter(silent).map(|contract| contract.reference.clone()).collect()
    }

    pub fn lacks_consent(&self, change: &Change, customer: &Customer, case: &Case, known: At) -> bool {
        let day = self.day_of(known);
        let silent = |contract: &&Contract| case.said.get(&contract.reference).is_none_or(|(yes, _)| !yes);
        let counting = self.counting(change, customer, day);
        case.exempt.is_none() && counting.iter().any(|c| self.is_specific(change, c, day) && silent(c))
    }

    /// The first day for which a change may be planned now, a day in reserve.
    pub fn earliest_day(&self, change: &Change) -> NaiveDate {
        let (now, today) = (self.now, self.day_of(self.now));
        let first = if change.kind == ChangeKind::Correction { today } else { super::next(today) };
        let mut lawful = Vec::new();
        for customer in &self.customers {
            let gone = customer.subscribes && customer.contacts[0].dead;
            if gone || customer.excluded.contains(&change.subject) {
                continue;
            }
            let by = |contract: &&Contract| {
                let terms = contract.terms_on(today);
                let removal = change.kind == ChangeKind::Removal;
                (terms.specific && !removal, terms.instants(now, change.emergency, removal).clear_at())
            };
            let scope = in_scope(change, customer, today);
            let Some((_, clear_at)) = scope.iter().map(by).max() else { continue };
            let mut day = self.day_of(clear_at);
            if self.start_of(day) < clear_at {
                day = super::next(day);
            }
            lawful.push(super::next(day));
        }
        let decides = if change.each { lawful.into_iter().min() } else { lawful.into_iter().max() };
        decides.map_or(first, |day| day.max(first))
    }
}

/// Of several contacts the earliest.
pub(super) fn earliest_letter(customer: &Customer, case: &Case, known: At) -> Option<At> {
    serving_letters(customer, case, known).into_iter().map(|(accepted, _)| accepted).min()
}

/// When each was accepted, and reported to have arrived; only those to a notice address, where there is one.
fn serving_letters(customer: &Customer, case: &Case, known: At) -> Vec<(At, Option<At>)> {
    let has_notice_address = customer.contacts.iter().any(|contact| contact.notice_address);
    let serves = customer.contacts.iter().filter(|contact| contact.notice_address || !has_notice_address);
    let letters = serves.filter_map(|contact| match case.letters.get(&contact.address) {
        Some(Letter::Accepted(at)) => Some((*at, None)),
        Some(Letter::Arrived(at, received)) => Some((*at, *received)),
        _ => None,
    });
    letters.filter(|(accepted, _)| *accepted <= known).collect()
}
