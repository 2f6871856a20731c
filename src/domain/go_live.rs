//! Go-live per customer: a change in force for each customer from the day on which nothing of that customer's is in the
//! way any more, never before the announced one (chapter 2, "Per customer").
//!
//! What stands in the way is the [gate]'s rule for one customer; what stands in everybody's way keeps all of them back.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::gate::{self, OfCustomer, Reason};
use super::obligation::{ExemptWhy, Standing};

/// Whether a change starts for one customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    Now,
    /// For these reasons not yet.
    Later(BTreeSet<Reason>),
    /// It does not concern the customer, or never will: its data stay where they are.
    Never,
}

/// Whether the change starts for the customer on the day that begins at `at` (in the policy's zone), the announced day having
/// come and nothing being in everybody's way. `excluded`: it is settled, confirmed or not, that its data never go there.
pub fn start(customer: &OfCustomer, excluded: bool, at: DateTime<Utc>) -> Start {
    let in_the_way = gate::shut_for_one(customer, at);
    if !in_the_way.is_empty() {
        return Start::Later(in_the_way);
    }
    match customer.obligation {
        _ if excluded => Start::Never,
        Some((Standing::Served(_), consent)) if consent.excludes() => Start::Never,
        Some((Standing::Served(_), _)) => Start::Now,
        Some((Standing::Exempt { why }, _)) => match why {
            ExemptWhy::JoinedAfterAnnouncement | ExemptWhy::AlreadyAuthorised => Start::Now,
            ExemptWhy::NotInScope
            | ExemptWhy::Accommodated
            | ExemptWhy::ContractEnded
            | ExemptWhy::UndeliverableSubscriber => Start::Never,
        },
        Some((Standing::Owed, _)) | None => Start::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::gate::Objection;
    use crate::domain::obligation::{Clearance, Consent};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn served(clear_at: &str) -> OfCustomer {
        let clear_at = at(clear_at);
        let clearance = Clearance {
            served_at: at("2026-12-01T09:00:00Z"),
            notice_started_at: at("2026-12-01T09:00:00Z"),
            earliest_by_notice: clear_at,
            window_closes_at: None,
            window_shuts: true,
            clear_at,
        };
        let obligation = Some((Standing::Served(clearance), Consent::Silence));
        OfCustomer { obligation, entitled: true, ..OfCustomer::default() }
    }

    #[test]
    fn each_starts_with_the_instant_at_which_it_is_clear() {
        let customer = served("2026-12-14T23:00:00Z");
        let short = Start::Later(BTreeSet::from([Reason::NoticeShort]));
        assert_eq!(start(&customer, false, at("2026-12-14T22:59:59Z")), short);
        assert_eq!(start(&customer, false, at("2026-12-14T23:00:00Z")), Start::Now);
    }

    #[test]
    fn silence_keeps_back_until_it_is_confirmed_and_then_out() {
        let instant = at("2027-01-01T00:00:00Z");
        let says = |consent| {
            let mut customer = served("2026-12-14T23:00:00Z");
            customer.obligation = customer.obligation.map(|(standing, _)| (standing, consent));
            customer
        };
        let unconfirmed = Start::Later(BTreeSet::from([Reason::RemedyRunning]));
        assert_eq!(start(&says(Consent::Silent), true, instant), unconfirmed);
        assert_eq!(start(&says(Consent::Excluded), true, instant), Start::Never);
        assert_eq!(start(&says(Consent::Excluded), false, instant), Start::Never);
        assert_eq!(start(&says(Consent::Given), false, instant), Start::Now);
    }

    #[test]
    fn an_objection_keeps_back_and_an_exclusion_keeps_out() {
        let instant = at("2027-01-01T00:00:00Z");
        let said = |resolved, clear_at| Objection { in_time: true, admitted: false, resolved, clear_at };
        let objecting = |said| OfCustomer { objections: vec![said], ..served("2026-12-14T23:00:00Z") };
        let open = Start::Later(BTreeSet::from([Reason::ObjectionOpen]));
        assert_eq!(start(&objecting(said(false, None)), false, instant), open);
        let unconfirmed = Start::Later(BTreeSet::from([Reason::RemedyRunning]));
        assert_eq!(start(&objecting(said(true, None)), true, instant), unconfirmed);
        let settled = objecting(said(true, Some(at("2026-12-20T00:00:00Z"))));
        assert_eq!(start(&settled, true, instant), Start::Never);
        assert_eq!(start(&settled, false, instant), Start::Now);
    }

    #[test]
    fn whoever_is_owed_nothing_starts_with_the_day_if_it_is_a_customer_of_it() {
        let exempt = |why| OfCustomer {
            obligation: Some((Standing::Exempt { why }, Consent::Silence)),
            ..OfCustomer::default()
        };
        let day = at("2026-12-14T23:00:00Z");
        assert_eq!(start(&exempt(ExemptWhy::JoinedAfterAnnouncement), false, day), Start::Now);
        assert_eq!(start(&exempt(ExemptWhy::AlreadyAuthorised), false, day), Start::Now);
        assert_eq!(start(&exempt(ExemptWhy::ContractEnded), false, day), Start::Never);
        assert_eq!(start(&exempt(ExemptWhy::Accommodated), false, day), Start::Never);
    }
}
