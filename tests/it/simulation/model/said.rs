//! Whether an objection is in time, and which one a further statement joins.

use forenotice::domain::customer::Lapse;

use super::{At, Change, Customer, Line, Model, SECOND, Standing, Window};

impl Model {
    /// Before the deadline, with a second in the customer's favour; without one until the change takes effect.
    pub fn is_in_time(&self, change: &str, customer: &str, received: At) -> bool {
        let change = self.change(change);
        let case = change.cases.get(customer).filter(|case| !case.informed);
        let deadline =
            case.and_then(|case| match self.standing(change, self.customer(customer), case, self.now) {
                // What was taken back to be announced anew is as it was promised.
                Standing::Served(served) if change.announced.is_some() => served.instants.window.closes_at(),
                Standing::Served(_) => case.promised.and_then(Window::closes_at),
                // No deadline runs while nothing serves, whatever was promised by what did.
                Standing::Owed | Standing::Exempt(_) => None,
            });
        let effect = change.in_force.get(customer).copied().or(change.took_effect_at);
        deadline.is_none_or(|closes| received < closes + SECOND)
            && effect.is_none_or(|effect| received < effect)
    }

    /// When the time to settle an objection to one change is over, as the customer's only contract says; none = it has
    /// several, or several versions of its terms.
    #[allow(clippy::option_option, reason = "not known, and known to be never")]
    pub fn lapses(&self, changes: &[String], customer: Option<&str>, received: At) -> Option<Option<At>> {
        let ([change], Some(customer)) = (changes, customer) else { return None };
        let [contract] = self.customer(customer).contracts.as_slice() else { return None };
        let [(_, terms)] = contract.versions.as_slice() else { return None };
        let case = self.change(change).cases.get(customer).filter(|case| !case.informed);
        Some(case.and_then(|_| terms.lapses(received)))
    }

    /// Whether an objection of this customer may be answered with no: not where all its contracts, in all their versions, say so.
    pub fn may_be_overruled(&self, change: &str, customer: &str) -> bool {
        let forbids = |terms: &super::Terms| {
            terms.dora || terms.specific || terms.resolution.is_some() && terms.then == Lapse::Blocked
        };
        let customer = self.customer(customer);
        let mut all = customer.contracts.iter().flat_map(|contract| &contract.versions);
        let is_asked = self.change(change).cases.contains_key(&customer.reference);
        !is_asked || customer.contracts.is_empty() || !all.all(|(_, terms)| forbids(terms))
    }

    /// Whether who reads mail there may end the objection: who speaks for the customer; of nobody's customer's, who objected.
    pub fn may_take_back(&self, line: &Line, address: &str) -> bool {
        let Some(customer) = &line.customer else { return line.address == address };
        let theirs = &self.customer(customer).contacts;
        theirs.iter().any(|contact| contact.address == address && (contact.privacy || contact.notice_address))
    }

    /// The place of the line that this party has open against the change.
    pub fn open_line(&self, change: &str, customer: Option<&str>, address: &str) -> Option<usize> {
        let same = |line: &Line| match customer {
            Some(customer) => line.customer.as_deref() == Some(customer),
            None => line.customer.is_none() && line.address == address,
        };
        self.lines.iter().position(|line| line.change == change && !line.resolved && same(line))
    }

    /// Whether the customer's data may go to whom this addition brings, and whether nothing at all keeps it back.
    pub fn clearance(&self, change: &Change, customer: &Customer) -> (bool, bool) {
        let reference = &customer.reference;
        let is_in_force = change.took_effect_at.is_some() || change.in_force.contains_key(reference);
        let about = |line: &&Line| self.change(&line.change).is_about_one_of(change);
        let own = self.lines.iter().filter(|line| line.customer.as_ref() == Some(reference)).filter(about);
        let counts = |line: &Line| line.in_time || line.admitted;
        let open = own.clone().any(|line| {
            counts(line) && line.change == change.reference && line.clear_at.is_none_or(|at| self.now < at)
        });
        let is_excluded = customer.excluded.contains(&change.subject);
        let may = is_in_force && !is_excluded && !open;
        let day = self.day_of(self.now);
        let served = change.cases.get(reference).is_some_and(|case| {
            !case.lost && matches!(self.standing(change, customer, case, self.now), Standing::Served(_))
        });
        let covered =
            customer.contracts.iter().any(|contract| contract.runs_on(day) && contract.is_about(change));
        let alone = self.changes.iter().filter(|other| other.is_about_one_of(change)).count() == 1;
        (may, may && served && covered && alone && own.count() == 0)
    }
}
