//! Who gets the letters of an announcement, and what the relay says of them.

use forenotice::domain::change::ChangeKind;
use forenotice::domain::obligation::ExemptWhy;

use super::owed::earliest_letter;
use super::{At, Case, Change, Contact, Customer, Model, Standing};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    Waiting,
    Accepted(At),
    /// Accepted, and the reader's own server is known to have it; also since when, if a report says so.
    Arrived(At, Option<At>),
    /// Accepted, and stuck on its way: it serves nobody until it arrives.
    Delayed(At),
    /// Another address may do better, unless the letter itself was at fault.
    Failed {
        asks_next: bool,
    },
}

/// What comes back of a letter that the relay had taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// And whether nobody has the address any more.
    Failed {
        for_good: bool,
    },
    Delayed,
    /// With an instant: by a report, not by an answer.
    Arrived(Option<At>),
}

/// What the relay said of a letter of a notice.
#[derive(Clone, Debug)]
pub struct Heard {
    pub notice: i64,
    pub customer: String,
    pub address: String,
    pub letter: Letter,
}

/// All privacy contacts and notice addresses at once; where none of them can be reached, the first of the others.
fn at_once(customer: &Customer, at: At) -> Vec<&Contact> {
    let is_dead = |contact: &Contact| contact.dead || contact.died.is_some_and(|died| died < at);
    let alive = || customer.contacts.iter().filter(|contact| !is_dead(contact));
    let first: Vec<&Contact> = alive().filter(|contact| contact.privacy || contact.notice_address).collect();
    if first.is_empty() { alive().min_by_key(|contact| contact.rank).into_iter().collect() } else { first }
}

/// Nobody gets the same announcement twice.
pub fn write_to(case: &mut Case, customer: &Customer, at: At) {
    for contact in at_once(customer, at) {
        case.letters.entry(contact.address.clone()).or_insert(Letter::Waiting);
    }
}

impl Model {
    /// Tells the letters that wait what the relay has said of them.
    pub fn hear(&mut self) {
        for heard in self.heard.clone().iter().filter(|heard| heard.letter != Letter::Waiting) {
            for place in 0..self.changes.len() {
                let change = &mut self.changes[place];
                if change.announced.is_none_or(|announced| announced.notice != heard.notice) {
                    continue;
                }
                // Somebody has been told, be it for information.
                if let Letter::Accepted(at) = heard.letter {
                    change.first_letter = change.first_letter.map_or(Some(at), |first| Some(first.min(at)));
                }
                let case = change.cases.get(&heard.customer);
                if case.is_some_and(|case| case.letters.get(&heard.address) == Some(&Letter::Waiting)) {
                    self.relay_said(place, heard);
                }
            }
        }
    }

    /// A letter about several changes names one deadline, the latest, and that is promised for each that it asks about.
    fn promise(&mut self, heard: &Heard, at: At) {
        let customer = self.customer(&heard.customer).clone();
        // Whom something has served before has its time from that.
        let by_more = |case: &Case| [earliest_letter(&customer, case, at), case.other_service];
        let serves_later = |case: &Case| by_more(case).into_iter().flatten().any(|before| before < at);
        let has_notice_address = customer.contacts.iter().any(|contact| contact.notice_address);
        let to = customer.contacts.iter().find(|contact| contact.address == heard.address);
        if to.is_none_or(|to| has_notice_address && !to.notice_address) {
            return;
        }
        let asks = |change: &Change| {
            change.kind != ChangeKind::Removal && change.announced.is_some_and(|a| a.notice == heard.notice)
        };
        let mut latest = None;
        for change in self.changes.iter().filter(|change| asks(change)) {
            let owed =
                change.cases.get(&heard.customer).filter(|case| !case.informed && case.exempt.is_none());
            if owed.is_some_and(serves_later) {
                return;
            }
            let Some(instants) = owed.and_then(|_| self.instants(change, &customer, at, at)) else {
                continue;
            };
            let closes = instants.window.closes_at().unwrap_or(self.start_of(change.effective_on));
            latest = latest.max(Some((closes, instants.window)));
        }
        let Some((_, window)) = latest else { return };
        for change in self.changes.iter_mut().filter(|change| asks(change)) {
            if let Some(case) = change.cases.get_mut(&heard.customer) {
                case.promised = case.promised.max(Some(window));
                case.promised_day = case.promised_day.max(window.closes_at());
            }
        }
    }

    /// What came back of a letter of an announcement that still counts. What has started stays as it is.
    pub fn reported(&mut self, notice: i64, customer: &str, address: &str, report: Report) {
        for place in 0..self.changes.len() {
            let change = &mut self.changes[place];
            if change.announced.is_none_or(|announced| announced.notice != notice) {
                continue;
            }
            let is_closed = !change.is_open() || change.in_force.contains_key(customer);
            let Some(case) = change.cases.get_mut(customer) else { continue };
            let Some(letter) = case.letters.get_mut(address) else { continue };
            if is_closed {
                case.lost |= !matches!(report, Report::Arrived(_));
                continue;
            }
            *letter = match (*letter, report) {
                (Letter::Accepted(_) | Letter::Arrived(..) | Letter::Delayed(_), Report::Failed { .. }) => {
                    Letter::Failed { asks_next: true }
                }
                (Letter::Accepted(at), Report::Delayed) => Letter::Delayed(at),
                (Letter::Accepted(at) | Letter::Delayed(at), Report::Arrived(since)) => {
                    Letter::Arrived(at, since)
                }
                (letter, _) => letter,
            };
            if matches!(report, Report::Failed { .. }) {
                self.ask_next(place, notice, customer);
            }
            if self.customer(customer).excluded.contains(&self.changes[place].subject) {
                self.owes_no_more(place, customer, ExemptWhy::Accommodated);
            }
        }
        if report == (Report::Failed { for_good: true }) && self.customer(customer).subscribes {
            self.reader_left(customer);
        }
    }

    /// A subscriber whom nothing reaches any more is owed nothing.
    pub fn reader_left(&mut self, reader: &str) {
        for place in 0..self.changes.len() {
            self.owes_no_more(place, reader, ExemptWhy::UndeliverableSubscriber);
        }
    }

    /// Where nothing serves the customer.
    fn owes_no_more(&mut self, place: usize, reference: &str, why: ExemptWhy) {
        let (change, customer) = (&self.changes[place], self.customer(reference));
        let Some(case) = change.cases.get(reference).filter(|case| !case.informed) else { return };
        if self.standing(change, customer, case, self.now) == Standing::Owed {
            self.case_mut(&change.reference.clone(), reference).exempt = Some(why);
        }
    }

    fn relay_said(&mut self, place: usize, heard: &Heard) {
        let case = self.changes[place].cases.get_mut(&heard.customer).unwrap();
        case.letters.insert(heard.address.clone(), heard.letter);
        match heard.letter {
            Letter::Accepted(at) => self.promise(heard, at),
            Letter::Failed { asks_next: false } => {}
            Letter::Failed { .. } if self.customer(&heard.customer).subscribes => {
                self.owes_no_more(place, &heard.customer, ExemptWhy::UndeliverableSubscriber);
            }
            _ => self.ask_next(place, heard.notice, &heard.customer),
        }
    }

    /// Where all of a customer's letters have failed, the next contact is asked.
    fn ask_next(&mut self, place: usize, notice: i64, customer: &str) {
        let customer = self.customers.iter().find(|known| known.reference == customer).unwrap();
        let case = self.changes[place].cases.get_mut(&customer.reference).unwrap();
        // Where it has a notice address, no other can serve.
        let has_notice_address = customer.contacts.iter().any(|contact| contact.notice_address);
        let can_serve = |contact: &&Contact| contact.notice_address || !has_notice_address;
        let mut serving = customer.contacts.iter().filter(can_serve);
        let has_failed = |letter: Option<&Letter>| letter.is_none_or(|l| matches!(l, Letter::Failed { .. }));
        if !serving.all(|contact| has_failed(case.letters.get(&contact.address))) {
            return;
        }
        // One that is dead by now may have been alive when it was asked.
        let was_asked = |address: &str| self.heard.iter().any(|h| h.notice == notice && h.address == address);
        let left = customer
            .contacts
            .iter()
            .filter(can_serve)
            .filter(|contact| !case.letters.contains_key(&contact.address))
            .filter(|contact| contact.died.is_none() || was_asked(&contact.address));
        if let Some(next) = left.min_by_key(|contact| (!contact.privacy, contact.rank)) {
            case.letters.insert(next.address.clone(), Letter::Waiting);
        }
    }
}
