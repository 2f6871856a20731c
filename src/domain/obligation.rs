//! Obligations: what is owed to one customer for one change, until it is served or exempt.
//!
//! Announce makes them `owed`, deliver serves them, a bounce takes the service back. The instants left at service
//! are all that the [gate](super::gate) compares.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::{Periods, Timing};

words! {
    ExemptWhy {
        NotInScope = "not_in_scope",
        JoinedAfterAnnouncement = "joined_after_announcement",
        AlreadyAuthorised = "already_authorised",
        Accommodated = "accommodated",
        ContractEnded = "contract_ended",
        UndeliverableSubscriber = "undeliverable_subscriber",
    }
}

words! {
    /// What the customer has said. Under specific authorisation it begins as `awaited`, else as `silence`.
    Consent {
        Silence = "silence",
        Awaited = "awaited",
        Given = "given",
        Refused = "refused",
        /// Its time to say yes ended without a word: its exclusion is to be confirmed.
        Silent = "silent",
        /// Likewise, and the exclusion is confirmed.
        Excluded = "excluded",
    }
}

impl Consent {
    /// Whether silence under specific authorisation keeps the customer out, confirmed or not.
    pub fn excludes(self) -> bool {
        matches!(self, Self::Silent | Self::Excluded)
    }

    /// After `said`, what the customer's words come to: silence that was found stands until there is a word.
    #[must_use]
    pub fn followed_by(self, said: Self) -> Self {
        if self.excludes() && said == Self::Awaited { self } else { said }
    }

    /// Where the end of the customer's time has come to lie after `now`, its silence is asked for again. What the DPO has
    /// confirmed stays confirmed.
    #[must_use]
    pub fn with_time_until(self, end: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        if self == Self::Silent && now < end { Self::Awaited } else { self }
    }
}

/// Until when a customer was told that it may object. It stays told while nothing serves the customer: no deadline runs then,
/// and none that comes is earlier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Told {
    #[default]
    Nothing,
    Until(DateTime<Utc>),
    /// And, where it had been told a day before that, not before this.
    UntilEffect(Option<DateTime<Utc>>),
}

impl Told {
    /// By the window of a service.
    pub fn of(window_closes_at: Option<DateTime<Utc>>) -> Self {
        window_closes_at.map_or(Self::UntilEffect(None), Self::Until)
    }

    pub fn day(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Until(day) => Some(day),
            Self::UntilEffect(day) => day,
            Self::Nothing => None,
        }
    }
}

/// The instants that one service leaves behind; what the gate compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clearance {
    /// Handed over or received, as the terms have it.
    pub served_at: DateTime<Utc>,
    /// The first instant of the notice day in the customer's zone, or the service if that is later.
    pub notice_started_at: DateTime<Utc>,
    /// Never before `served_at`.
    pub earliest_by_notice: DateTime<Utc>,
    /// The promise printed; none = until the change takes effect.
    pub window_closes_at: Option<DateTime<Utc>>,
    /// False: said yes, waived, or the window runs on after the start.
    pub window_shuts: bool,
    pub clear_at: DateTime<Utc>,
}

impl Clearance {
    /// The instants of a service at `served_at` under `timing`. A deadline already printed is a promise: the window
    /// never closes before it.
    pub fn at_service(
        timing: &Timing,
        served_at: DateTime<Utc>,
        printed: Option<DateTime<Utc>>,
        window_shuts: bool,
    ) -> Self {
        let periods: Periods = timing.periods(served_at);
        let earliest_by_notice = periods.earliest_by_notice.max(served_at);
        let window_closes_at = periods.window_closes_at.max(printed);
        let clear_at = clear_at(earliest_by_notice, window_closes_at, window_shuts);
        Self {
            served_at,
            notice_started_at: periods.notice_started_at,
            earliest_by_notice,
            window_closes_at,
            window_shuts,
            clear_at,
        }
    }

    /// The same service under terms that may have become better: no instant moves forward.
    #[must_use]
    pub fn lengthened(self, timing: &Timing) -> Self {
        let granted = Self::at_service(timing, self.served_at, None, self.window_shuts);
        let earliest_by_notice = self.earliest_by_notice.max(granted.earliest_by_notice);
        Self { earliest_by_notice, ..self }.with_window_beside(granted.window_closes_at)
    }

    /// What was told before is kept.
    #[must_use]
    pub fn with_promise(self, told: Told) -> Self {
        match told {
            Told::Nothing => self,
            Told::Until(day) => self.with_window_beside(Some(day)),
            Told::UntilEffect(day) => self.with_window_beside(None).not_before(day),
        }
    }

    /// Of its window and another one the longer, and where one of them runs until the change takes effect, the day of the other too.
    fn with_window_beside(self, other: Option<DateTime<Utc>>) -> Self {
        let day = self.window_closes_at.max(other);
        let window_closes_at = self.window_closes_at.zip(other).and(day);
        let clear_at = clear_at(self.earliest_by_notice, window_closes_at, self.window_shuts);
        Self { window_closes_at, clear_at, ..self }.not_before(day)
    }

    /// Where the window runs until the change takes effect, that is not before `day`, to which somebody may object by another
    /// promise; it is kept by the notice period, the one that is left.
    #[must_use]
    pub fn not_before(self, day: Option<DateTime<Utc>>) -> Self {
        match day {
            Some(day) if self.window_shuts && self.window_closes_at.is_none() => {
                let earliest_by_notice = self.earliest_by_notice.max(day);
                Self { earliest_by_notice, clear_at: earliest_by_notice, ..self }
            }
            Some(_) | None => self,
        }
    }

    /// After a yes or a waiver at `at`: the customer stands in nobody's way from then on; its window stays promised.
    #[must_use]
    pub fn cleared_at(self, at: DateTime<Utc>) -> Self {
        let earliest_by_notice = at.max(self.served_at);
        Self { earliest_by_notice, window_shuts: false, clear_at: earliest_by_notice, ..self }
    }

    /// After a waiver of the rest of the notice period at `at`; the window shuts as before.
    #[must_use]
    pub fn without_notice_period(self, at: DateTime<Utc>) -> Self {
        let earliest_by_notice = self.earliest_by_notice.min(at.max(self.served_at));
        let clear_at = clear_at(earliest_by_notice, self.window_closes_at, self.window_shuts);
        Self { earliest_by_notice, clear_at, ..self }
    }

    /// After a waiver of the objection window: it stays promised, and shuts no gate; the notice period runs on.
    #[must_use]
    pub fn without_window(self) -> Self {
        Self { window_shuts: false, clear_at: self.earliest_by_notice, ..self }
    }
}

fn clear_at(earliest: DateTime<Utc>, window: Option<DateTime<Utc>>, window_shuts: bool) -> DateTime<Utc> {
    match window {
        Some(closes) if window_shuts => earliest.max(closes),
        Some(_) | None => earliest,
    }
}

/// Where an obligation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Standing {
    Owed,
    Served(Clearance),
    Exempt { why: ExemptWhy },
}

/// An exempt customer is owed nothing, so nothing can be served to it or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this customer is exempt ({why}): nothing is owed to it")]
pub struct IsExempt {
    pub why: ExemptWhy,
}

impl Standing {
    /// Served anew: the earliest service counts.
    pub fn serve(self, clearance: Clearance) -> Result<Self, IsExempt> {
        match self {
            Self::Owed => Ok(Self::Served(clearance)),
            Self::Served(known) if known.served_at <= clearance.served_at => Ok(self),
            Self::Served(_) => Ok(Self::Served(clearance)),
            Self::Exempt { why } => Err(IsExempt { why }),
        }
    }

    /// The letter that served it bounced; `other` is the customer's next earliest service that did not.
    pub fn take_back(self, other: Option<Clearance>) -> Result<Self, IsExempt> {
        match self {
            Self::Owed | Self::Served(_) => Ok(other.map_or(Self::Owed, Self::Served)),
            Self::Exempt { why } => Err(IsExempt { why }),
        }
    }

    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Owed => "owed",
            Self::Served(_) => "served",
            Self::Exempt { .. } => "exempt",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::customer::{Policy, Terms};
    use crate::domain::zone::Zone;

    #[test]
    fn silence_that_was_found_stands_until_there_is_a_word() {
        for found in [Consent::Silent, Consent::Excluded] {
            assert_eq!(found.followed_by(Consent::Awaited), found);
            for said in [Consent::Given, Consent::Refused, Consent::Silence] {
                assert_eq!(found.followed_by(said), said);
            }
        }
        // A yes taken back is no silence yet.
        assert_eq!(Consent::Given.followed_by(Consent::Awaited), Consent::Awaited);
    }

    #[test]
    fn more_time_asks_again_whom_nobody_has_confirmed() {
        let (noon, one): (DateTime<Utc>, DateTime<Utc>) =
            ("2026-12-24T12:00:00Z".parse().unwrap(), "2026-12-24T13:00:00Z".parse().unwrap());
        assert_eq!(Consent::Silent.with_time_until(one, noon), Consent::Awaited);
        assert_eq!(Consent::Silent.with_time_until(noon, noon), Consent::Silent);
        assert_eq!(Consent::Excluded.with_time_until(one, noon), Consent::Excluded);
        assert_eq!(Consent::Refused.with_time_until(one, noon), Consent::Refused);
    }

    #[test]
    fn beside_a_window_until_the_effect_a_day_promised_is_waited_for() {
        let served_at = "2026-12-01T09:00:00Z".parse().unwrap();
        let timing = |objection_days: Option<u16>| {
            let terms: Terms = serde_json::from_value(serde_json::json!({
                "notice": {"n": 10}, "objection": objection_days.map(|n| serde_json::json!({"n": n})),
            }))
            .unwrap();
            terms.timing(&Policy::in_zone(Zone::utc()), false)
        };
        let served = |days| Clearance::at_service(&timing(days), served_at, None, true);
        let (until_effect, dated) = (served(None), served(Some(60)));
        for longer in [dated.lengthened(&timing(None)), until_effect.lengthened(&timing(Some(60)))] {
            assert_eq!((longer.window_closes_at, longer.clear_at), (None, dated.clear_at));
            assert_eq!(longer.lengthened(&timing(None)), longer);
        }
        let again = dated.with_promise(Told::UntilEffect(None));
        assert_eq!((again.window_closes_at, again.clear_at), (None, dated.clear_at));
        let again = until_effect.with_promise(Told::UntilEffect(dated.window_closes_at));
        assert_eq!((again.window_closes_at, again.clear_at), (None, dated.clear_at));
        // A day before the notice has run is waited for anyway.
        assert_eq!(served(Some(5)).lengthened(&timing(None)), until_effect);
    }
}
