//! Whether an objection is in time, and which one a further statement joins.

use super::{At, Line, Model, SECOND, Standing, Window};

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
                Standing::Owed => case.promised.and_then(Window::closes_at),
                Standing::Exempt(_) => None,
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

    /// The place of the line that this party has open against the change.
    pub fn open_line(&self, change: &str, customer: Option<&str>, address: &str) -> Option<usize> {
        let same = |line: &Line| match customer {
            Some(customer) => line.customer.as_deref() == Some(customer),
            None => line.customer.is_none() && line.address == address,
        };
        self.lines.iter().position(|line| line.change == change && !line.resolved && same(line))
    }
}
