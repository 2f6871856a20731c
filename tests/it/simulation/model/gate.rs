//! Why a change may not take effect.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use forenotice::domain::change::{ChangeKind, State};
use forenotice::domain::customer::Hold;
use forenotice::domain::gate::Reason;
use forenotice::domain::obligation::ExemptWhy;

use super::{At, Case, Change, Line, Model, SECOND, Standing, next};

impl Line {
    fn counts(&self) -> bool {
        self.customer.is_some() && (self.in_time || self.admitted)
    }
}

impl Model {
    /// Why the change may not take effect at `at`, by what is known at `known`; but for the doors.
    pub fn reasons(&self, change: &Change, at: At, known: At) -> BTreeSet<Reason> {
        let mut reasons = self.for_all(change, at);
        let speaking = self.lines.iter().filter(|line| line.change == change.reference);
        let speaking = speaking.filter_map(|line| line.customer.as_ref());
        let customers: BTreeSet<&String> = change.cases.keys().chain(speaking).collect();
        for customer in customers {
            reasons.append(&mut self.of_customer(change, customer, at, known));
        }
        reasons
    }

    /// What lies with no customer.
    fn for_all(&self, change: &Change, at: At) -> BTreeSet<Reason> {
        let mut reasons = BTreeSet::new();
        let good = change.announced.is_some_and(|announced| announced.at <= at && at < announced.valid_until);
        if change.kind != ChangeKind::Correction && !good {
            reasons.insert(Reason::NoticeMissing);
        }
        if change.needs_approval && !change.approved {
            reasons.insert(Reason::ApprovalMissing);
        }
        let mut earlier = self.changes.iter().enumerate().filter(|(_, other)| other.is_open());
        let order = |change: &Change, n: usize| (change.effective_on, n);
        let mine = self.changes.iter().position(|other| other.reference == change.reference).unwrap();
        if earlier.any(|(n, other)| other.is_about_one_of(change) && order(other, n) < order(change, mine)) {
            reasons.insert(Reason::PredecessorOpen);
        }
        reasons
    }

    /// What lies with this customer.
    fn of_customer(&self, change: &Change, reference: &str, at: At, known: At) -> BTreeSet<Reason> {
        let mut reasons = BTreeSet::new();
        let customer = self.customer(reference);
        let owed = |case: &&Case| !case.informed && !change.in_force.contains_key(reference);
        if let Some(case) = change.cases.get(reference).filter(owed) {
            match self.standing(change, customer, case, known) {
                Standing::Exempt(_) => {}
                Standing::Owed => drop(reasons.insert(Reason::NoticeMissing)),
                Standing::Served(served) => {
                    if at < served.earliest_by_notice {
                        reasons.insert(Reason::NoticeShort);
                    }
                    let window = served.instants.window.closes_at().filter(|_| served.window_shuts);
                    if window.is_some_and(|closes| at < closes) {
                        reasons.insert(Reason::WindowOpen);
                    }
                }
            }
            if self.lacks_consent(change, customer, case, known) {
                reasons.insert(Reason::ConsentMissing);
            }
        }
        let mine =
            |line: &&Line| line.change == change.reference && line.customer.as_deref() == Some(reference);
        for line in self.lines.iter().filter(mine).filter(|line| line.counts()) {
            if !line.resolved {
                reasons.insert(Reason::ObjectionOpen);
            } else if line.clear_at.is_none_or(|clear| at < clear) {
                reasons.insert(Reason::RemedyRunning);
            }
        }
        reasons
    }

    /// The next instant that a change's gate is asked for; decided a second later.
    pub(super) fn next_decision(&self) -> Option<(At, usize)> {
        let due = |change: &Change| match change.state {
            State::Held => change.next_look,
            _ if change.next_look.is_some() => change.next_look,
            // A slip may be mended on the day itself, which is asked about at once, and a second later.
            _ => {
                let (start, planned) = (self.start_of(change.effective_on), change.planned_at);
                Some(if planned - SECOND < start && start < planned {
                    planned
                } else {
                    start.max(planned - SECOND)
                })
            }
        };
        let open = self.changes.iter().enumerate().filter(|(_, change)| change.is_open());
        open.filter_map(|(n, change)| Some((due(change)?, n))).min()
    }

    pub(super) fn decide(&mut self, at: At, n: usize) {
        let known = at + SECOND;
        // Announced a moment ago: looked at again in a moment.
        if let Some(announced) = self.changes[n].announced.filter(|announced| announced.at > at) {
            self.changes[n].next_look = Some(announced.at);
            return;
        }
        let reasons = self.reasons(&self.changes[n], at, known);
        let tomorrow = next(self.day_of(known));
        let next_look = (self.policy.hold != Hold::Ask).then(|| self.start_of(tomorrow));
        if reasons.is_empty() {
            let change = &mut self.changes[n];
            (change.state, change.took_effect_at) = (State::Effective, Some(at));
        } else if self.changes[n].each && self.changes[n].state == State::InNotice {
            self.start_for_each(at, n);
        } else if let Some(day) = self.postponed_to(n, &reasons, known) {
            let change = &mut self.changes[n];
            (change.state, change.effective_on) = (State::InNotice, day);
            (change.planned_at, change.next_look) = (known, None);
        } else {
            let change = &mut self.changes[n];
            change.decided = Some((known, change.state));
            (change.state, change.next_look) = (State::Held, next_look);
        }
    }

    /// Each customer starts with the day on which nothing of its own is in the way any more.
    fn start_for_each(&mut self, at: At, n: usize) {
        let known = at + SECOND;
        let tomorrow = self.start_of(next(self.day_of(known)));
        let day = self.start_of(self.day_of(known));
        let change = self.changes[n].clone();
        if !self.for_all(&change, at).is_empty() {
            let is_told = change.in_force.is_empty();
            let next_look = (!is_told || self.policy.hold != Hold::Ask).then_some(tomorrow);
            let change = &mut self.changes[n];
            change.next_look = next_look;
            if is_told {
                change.state = State::Held;
            }
            return;
        }
        let waits = |change: &Change| -> Vec<String> {
            let owed = change.cases.iter().filter(|(_, case)| !case.informed);
            let waiting = owed.filter(|(c, _)| !change.in_force.contains_key(*c) && !change.out.contains(*c));
            waiting.map(|(customer, _)| customer.clone()).collect()
        };
        let waiting = waits(&change);
        let before = waiting.len();
        for reference in waiting {
            if !self.of_customer(&change, &reference, day, known).is_empty() {
                continue;
            }
            let customer = self.customer(&reference);
            let starts = match self.standing(&change, customer, &change.cases[&reference], known) {
                _ if customer.excluded.contains(&change.subject) => false,
                Standing::Served(_) | Standing::Exempt(ExemptWhy::JoinedAfterAnnouncement) => true,
                Standing::Exempt(_) | Standing::Owed => false,
            };
            let change = &mut self.changes[n];
            if starts {
                change.in_force.insert(reference, at);
            } else {
                change.out.insert(reference);
            }
        }
        let left = waits(&self.changes[n]).len();
        self.changes[n].next_look = Some(if left == 0 && before > 0 { known } else { tomorrow });
    }

    /// The earliest lawful day, where the policy moves the change to it and nothing but time is in the way.
    fn postponed_to(&self, n: usize, reasons: &BTreeSet<Reason>, known: At) -> Option<NaiveDate> {
        let change = &self.changes[n];
        let passes = [Reason::NoticeShort, Reason::WindowOpen, Reason::RemedyRunning];
        if self.policy.hold != Hold::Postpone
            || !change.is_told()
            || reasons.iter().any(|r| !passes.contains(r))
        {
            return None;
        }
        let mut clear = None;
        for (reference, case) in change.cases.iter().filter(|(_, case)| !case.informed) {
            if let Standing::Served(served) = self.standing(change, self.customer(reference), case, known) {
                clear = clear.max(Some(served.clear_at));
            }
        }
        for line in self.lines.iter().filter(|line| line.change == change.reference && line.counts()) {
            clear = clear.max(Some(line.clear_at?));
        }
        let mut day = next(self.day_of(known));
        while self.start_of(day) < clear? {
            day = next(day);
        }
        if self.start_of(day) >= change.announced?.valid_until {
            return None;
        }
        // Whether another change of the same subprocessor may be overtaken is not told here: as the daemon has it.
        let after = |other: &Change, m: usize| (other.effective_on, m) > (change.effective_on, n);
        let overtaken = self.changes.iter().enumerate().any(|(m, other)| {
            m != n
                && other.is_open()
                && other.is_about_one_of(change)
                && after(other, m)
                && (day, n) > (other.effective_on, m)
        });
        (!overtaken || self.days_seen.get(&change.reference) == Some(&day)).then_some(day)
    }
}
