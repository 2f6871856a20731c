//! Why a change may not take effect.

use std::collections::BTreeSet;

use forenotice::domain::change::{ChangeKind, State};
use forenotice::domain::customer::Hold;
use forenotice::domain::gate::Reason;

use super::{At, Change, Line, Model, SECOND, Standing, next};

impl Line {
    fn counts(&self) -> bool {
        self.customer.is_some() && (self.in_time || self.admitted)
    }
}

impl Model {
    /// Why the change may not take effect at `at`, by what is known at `known`; but for the doors.
    pub fn reasons(&self, change: &Change, at: At, known: At) -> BTreeSet<Reason> {
        let mut reasons = BTreeSet::new();
        let good = change.announced.is_some_and(|announced| at < announced.valid_until);
        if change.kind != ChangeKind::Correction && !good {
            reasons.insert(Reason::NoticeMissing);
        }
        for (reference, case) in change.cases.iter().filter(|(_, case)| !case.informed) {
            let customer = self.customer(reference);
            match self.standing(change, customer, case, known) {
                Standing::Exempt(_) => continue,
                Standing::Owed => {
                    reasons.insert(Reason::NoticeMissing);
                }
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
        for line in self.lines.iter().filter(|line| line.change == change.reference && line.counts()) {
            if !line.resolved {
                reasons.insert(Reason::ObjectionOpen);
            } else if line.clear_at.is_none_or(|clear| at < clear) {
                reasons.insert(Reason::RemedyRunning);
            }
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

    /// The next instant that a change's gate is asked for; decided a second later.
    pub(super) fn next_decision(&self) -> Option<(At, usize)> {
        let due = |change: &Change| match change.state {
            State::Held => change.next_look,
            // A slip may be mended on the day itself, which is asked about at once.
            _ => Some(self.start_of(change.effective_on).max(change.planned_at - SECOND)),
        };
        let open = self.changes.iter().enumerate().filter(|(_, change)| change.is_open());
        open.filter_map(|(n, change)| Some((due(change)?, n))).min()
    }

    pub(super) fn decide(&mut self, at: At, n: usize) {
        let known = at + SECOND;
        let reasons = self.reasons(&self.changes[n], at, known);
        let tomorrow = next(self.day_of(known));
        let next_look = (self.policy.hold != Hold::Ask).then(|| self.start_of(tomorrow));
        let change = &mut self.changes[n];
        if reasons.is_empty() {
            (change.state, change.took_effect_at) = (State::Effective, Some(at));
        } else {
            (change.state, change.next_look) = (State::Held, next_look);
        }
    }
}
