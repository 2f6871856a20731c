//! What comes by itself, in the order in which it comes.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use forenotice::domain::change::State;
use forenotice::domain::customer::Lapse;

use super::{At, Contract, Customer, Line, Model, SECOND, next};

/// Of two at the same instant the first goes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// The relay took the first letter of an announcement.
    InNotice(usize),
    /// The day comes on which contracts begin, are over or get other terms.
    Turn(NaiveDate),
    /// The time to settle an objection is over, and it counts as accepted.
    Lapse(String),
    Decision(usize),
}

impl Model {
    /// Time has moved on to `now`. Of what fell due while nobody was there nothing was done before `self.woke`.
    pub fn live_until(&mut self, now: At) {
        while let Some((at, event)) = self.next_event().filter(|(at, _)| *at <= now) {
            let at = at.max(self.woke);
            match event {
                Event::InNotice(n) => self.changes[n].state = State::InNotice,
                Event::Turn(day) => self.turned(day, at),
                Event::Lapse(objection) => self.resolve(&objection, Some(at)),
                Event::Decision(n) => self.decide(at - SECOND, n),
            }
            if at > self.now {
                self.now = at;
            }
        }
        (self.now, self.turned_through) = (now, self.day_of(now));
    }

    fn next_event(&self) -> Option<(At, Event)> {
        let scheduled =
            self.changes.iter().enumerate().filter(|(_, change)| change.state == State::Scheduled);
        let in_notice = scheduled.filter_map(|(n, change)| Some((change.first_letter?, Event::InNotice(n))));
        let decision = self.next_decision().map(|(at, n)| (at + SECOND, Event::Decision(n)));
        let open = self.lines.iter().filter(|line| !line.resolved);
        let lapses = open.filter_map(|line| match line.lapses {
            Some((at, Lapse::Accepted)) => Some((at.max(self.now), Event::Lapse(line.objection.clone()))),
            _ => None,
        });
        // Whoever wakes asks the gates before it looks at objections.
        let order = |event: &Event| (matches!(event, Event::Lapse(_)), event.clone());
        let events = in_notice.chain(self.next_turn()).chain(lapses).chain(decision);
        events.min_by_key(|(at, event)| {
            if *at < self.woke { (self.woke, order(event)) } else { (*at, (false, event.clone())) }
        })
    }

    fn next_turn(&self) -> Option<(At, Event)> {
        let days = self.customers.iter().flat_map(turns).filter(|day| *day > self.turned_through);
        days.min().map(|day| (self.start_of(day), Event::Turn(day)))
    }

    fn turned(&mut self, day: NaiveDate, at: At) {
        let due: Vec<String> = self
            .customers
            .iter()
            .filter(|customer| turns(customer).contains(&day))
            .map(|customer| customer.reference.clone())
            .collect();
        self.turned_through = day;
        for customer in &due {
            self.settled(customer, at);
        }
    }

    /// Every line of the objection that is still open ends; it stands in nobody's way from `clear_at` on.
    pub fn resolve(&mut self, objection: &str, clear_at: Option<At>) {
        let open = |line: &&mut Line| line.objection == objection && !line.resolved;
        for line in self.lines.iter_mut().filter(open) {
            (line.resolved, line.clear_at) = (true, clear_at);
        }
    }
}

/// The days on which something of the customer's contracts changes by the calendar.
fn turns(customer: &Customer) -> BTreeSet<NaiveDate> {
    let days = |contract: &Contract| -> Vec<NaiveDate> {
        let versions = contract.versions.iter().map(|(from, _)| *from);
        versions.chain([contract.signed]).chain(contract.ended.map(next)).collect()
    };
    customer.contracts.iter().flat_map(days).collect()
}
