//! The reply path of a relay: whether what customers answer to its letters reaches us.
//!
//! Probes are letters to ourselves, one a [`Way`]. [`ReplyPath::of`] says from them alone whether announcements may leave by the
//! relay, and [`next_probe_at`] when the next ones are due; [`judge`] says whether what came in is a probe that came home. A
//! probe proves for a day; one that is missing for an hour unproves whatever was proven before.

use chrono::{DateTime, TimeDelta, Utc};

use super::inbound::{Authentication, Homecoming};

/// So long a probe proves, and so long it may take.
pub const VALID: TimeDelta = TimeDelta::hours(24);
/// Sooner than [`VALID`] by [`LOST`]: the next one is home, or lost, when the proof of the one before is over.
const EVERY: TimeDelta = TimeDelta::hours(23);
/// A probe that is missing so long is late, and then lost.
const LATE: TimeDelta = TimeDelta::minutes(15);
const LOST: TimeDelta = TimeDelta::minutes(60);
/// Nobody has written what the relay said: whoever handed it over is dead.
const UNTOLD: TimeDelta = TimeDelta::minutes(5);

words!(
    /// Where a probe goes.
    Way {
        /// The reply address, by a token of its own.
        Reply = "reply",
        From = "from",
        /// An address that refuses it: its bounce must come home.
        Bounce = "bounce",
    }
);

words!(
    /// What a relay has to prove.
    Proof {
        Reply = "reply",
        From = "from",
        Bounce = "bounce",
        /// Of a relay whose events we take: that it has told of a probe's delivery.
        Event = "event",
    }
);

impl Proof {
    fn way(self) -> Way {
        match self {
            Self::Reply | Self::Event => Way::Reply,
            Self::From => Way::From,
            Self::Bounce => Way::Bounce,
        }
    }

    fn of(self, probe: &Probe) -> Option<DateTime<Utc>> {
        if self == Self::Event { probe.event_at } else { probe.home_at }
    }

    /// Without it no announcement leaves.
    pub fn is_needed(self) -> bool {
        self != Self::Bounce
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    pub way: Way,
    pub begun_at: DateTime<Utc>,
    /// When the relay answered; none: it is being handed over, or whoever did so died.
    pub told_at: Option<DateTime<Utc>>,
    pub home_at: Option<DateTime<Utc>>,
    pub event_at: Option<DateTime<Utc>>,
}

/// How one proof of a relay stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub proof: Proof,
    pub proven_at: Option<DateTime<Utc>>,
    /// Since when the first probe is missing that left after the last one that came home.
    pub missing_since: Option<DateTime<Utc>>,
}

impl Standing {
    fn of(proof: Proof, probes: &[Probe], now: DateTime<Utc>) -> Self {
        let of_way = || probes.iter().filter(|probe| probe.way == proof.way());
        let home = of_way().filter(|probe| proof.of(probe).is_some()).map(|probe| probe.begun_at).max();
        let missing = of_way()
            .filter(|probe| home.is_none_or(|home| probe.begun_at > home) && probe.begun_at > now - VALID)
            .filter_map(|probe| probe.told_at);
        Self {
            proof,
            proven_at: of_way().filter_map(|probe| proof.of(probe)).max(),
            missing_since: missing.min(),
        }
    }

    pub fn is_proven(&self, now: DateTime<Utc>) -> bool {
        self.proven_at.is_some_and(|at| at > now - VALID) && !self.is_lost(now)
    }

    /// In one word, or three.
    pub fn in_words(&self, now: DateTime<Utc>) -> &'static str {
        match self.proof {
            _ if self.is_proven(now) => "proven",
            Proof::Bounce if self.is_lost(now) => "bounce path unproven",
            _ if self.is_lost(now) => "lost: announcements by this relay wait",
            _ if self.is_late(now) => "late",
            _ => "not proven yet",
        }
    }

    pub fn is_late(&self, now: DateTime<Utc>) -> bool {
        self.missing_since.is_some_and(|since| since <= now - LATE)
    }

    pub fn is_lost(&self, now: DateTime<Utc>) -> bool {
        self.missing_since.is_some_and(|since| since <= now - LOST)
    }
}

/// How a relay stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyPath(Vec<Standing>);

impl ReplyPath {
    /// By the probes of at least two days. `events`: the relay's are taken, so it must tell of the probe's delivery as well.
    pub fn of(probes: &[Probe], events: bool, now: DateTime<Utc>) -> Self {
        let proofs = Proof::ALL.iter().filter(|proof| events || **proof != Proof::Event);
        Self(proofs.map(|proof| Standing::of(*proof, probes, now)).collect())
    }

    pub fn standings(&self) -> &[Standing] {
        &self.0
    }

    /// Whether announcements may leave by the relay.
    pub fn is_proven(&self, now: DateTime<Utc>) -> bool {
        self.0.iter().filter(|standing| standing.proof.is_needed()).all(|standing| standing.is_proven(now))
    }

    /// The next instant at which something changes by time alone; the next probes are another matter.
    pub fn next_turn(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let missing = self.0.iter().filter_map(|standing| standing.missing_since);
        missing.flat_map(|since| [since + LATE, since + LOST]).filter(|at| *at > now).min()
    }
}

/// When the next probes leave; those that are lost are followed by others at once, then ever less often, up to one a day.
pub fn next_probe_at(probes: &[Probe], events: bool, now: DateTime<Utc>) -> DateTime<Utc> {
    let Some(newest) = probes.iter().map(|probe| probe.begun_at).max() else { return now };
    let latest = || probes.iter().filter(|probe| probe.begun_at == newest);
    if latest().any(|probe| probe.told_at.is_none()) {
        return newest + UNTOLD;
    }
    let path = ReplyPath::of(probes, events, now);
    let needed = path.0.iter().filter(|standing| standing.proof.is_needed());
    match needed.filter_map(|standing| standing.missing_since).min() {
        None => newest + EVERY,
        Some(since) => newest + (newest - since).clamp(LOST, EVERY),
    }
}

/// What a probe must be to count when it comes in.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub begun_at: DateTime<Utc>,
    /// The sender's domain.
    pub from_domain: &'a str,
    /// Our own mail system writes what it has verified.
    pub authenticated: bool,
    /// The relay may give letters a Message-ID of its own.
    pub may_rename: bool,
    /// What we call ourselves when we hand a letter over.
    pub our_host: Option<&'a str>,
}

/// Why what came in is no probe that came home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    #[error("It came back more than a day after it had left.")]
    TooLate,
    #[error("It came back under another Message-ID, and this relay keeps ours.")]
    Renamed,
    #[error("It came back without the header that says which test letter it is.")]
    Nameless,
    #[error("It came back without having passed another mail server.")]
    NeverLeft,
    #[error("It came back without a DKIM signature of the sender's domain that our mail server found good.")]
    Unsigned,
}

/// How a probe came home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home {
    /// Under a Message-ID of the relay's.
    pub renamed: bool,
}

/// Whether this is the probe, come home from outside.
pub fn judge(
    homecoming: &Homecoming,
    authentication: Option<&Authentication>,
    at: DateTime<Utc>,
    expected: &Expected<'_>,
) -> Result<Home, Flaw> {
    if at > expected.begun_at + VALID {
        return Err(Flaw::TooLate);
    }
    if homecoming.named != Some(homecoming.probe) {
        return Err(Flaw::Nameless);
    }
    if !(homecoming.kept_message_id || expected.may_rename) {
        return Err(Flaw::Renamed);
    }
    let is_ours = |host: &String| expected.our_host.is_some_and(|ours| ours.eq_ignore_ascii_case(host));
    if homecoming.passed.iter().all(is_ours) {
        return Err(Flaw::NeverLeft);
    }
    let signed = || {
        authentication.is_some_and(|it| it.dkim_domains.iter().any(|by| aligned(by, expected.from_domain)))
    };
    if expected.authenticated && !signed() {
        return Err(Flaw::Unsigned);
    }
    Ok(Home { renamed: !homecoming.kept_message_id })
}

/// One is the other or lies below it, which is what DMARC's relaxed alignment comes to between domains of one owner.
fn aligned(signer: &str, from: &str) -> bool {
    let (signer, from) = (signer.to_ascii_lowercase(), from.to_ascii_lowercase());
    let below = |one: &str, other: &str| one.strip_suffix(other).is_some_and(|rest| rest.ends_with('.'));
    signer == from || (signer.contains('.') && (below(&signer, &from) || below(&from, &signer)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::DeliveryId;

    fn at(instant: &str) -> DateTime<Utc> {
        format!("2026-11-{instant}:00Z").parse().unwrap()
    }

    fn set(begun: &str, homes: [Option<&str>; 3]) -> Vec<Probe> {
        Way::ALL
            .iter()
            .zip(homes)
            .map(|(way, home)| Probe {
                way: *way,
                begun_at: at(begun),
                told_at: Some(at(begun)),
                home_at: home.map(at),
                event_at: None,
            })
            .collect()
    }

    fn is_proven(probes: &[Probe], now: &str) -> bool {
        ReplyPath::of(probes, false, at(now)).is_proven(at(now))
    }

    #[test]
    fn a_path_is_proven_for_a_day_by_a_probe_to_either_address() {
        let home = set("23T09:00", [Some("23T09:01"), Some("23T09:02"), None]);
        assert!(is_proven(&home, "23T09:02") && is_proven(&home, "24T09:00"));
        assert!(!is_proven(&home, "24T09:02"));
        assert!(!is_proven(&[], "23T09:02"));
        for missing in
            [[None, Some("23T09:01"), Some("23T09:01")], [Some("23T09:01"), None, Some("23T09:01")]]
        {
            assert!(!is_proven(&set("23T09:00", missing), "23T09:02"), "{missing:?}");
        }
    }

    #[test]
    fn a_bounce_that_does_not_come_home_holds_nothing_and_is_told() {
        let probes = set("23T09:00", [Some("23T09:01"), Some("23T09:01"), None]);
        let path = ReplyPath::of(&probes, false, at("23T10:00"));
        assert!(path.is_proven(at("23T10:00")));
        let lost: Vec<Proof> =
            path.standings().iter().filter(|it| it.is_lost(at("23T10:00"))).map(|it| it.proof).collect();
        assert_eq!(lost, [Proof::Bounce]);
        // Nor does it bring the next one sooner.
        assert_eq!(next_probe_at(&probes, false, at("23T10:00")), at("24T08:00"));
    }

    #[test]
    fn a_probe_is_late_after_a_quarter_and_lost_after_an_hour_whatever_was_proven_before() {
        let mut probes = set("23T09:00", [Some("23T09:01"); 3]);
        probes.extend(set("24T08:00", [None; 3]));
        let late = |now| ReplyPath::of(&probes, false, at(now)).standings()[0].is_late(at(now));
        assert!(!late("24T08:14") && late("24T08:15"));
        assert!(is_proven(&probes, "24T08:59"));
        assert!(!is_proven(&probes, "24T09:00"));
        let path = ReplyPath::of(&probes, false, at("24T08:00"));
        assert_eq!(path.next_turn(at("24T08:00")), Some(at("24T08:15")));
        assert_eq!(path.next_turn(at("24T08:15")), Some(at("24T09:00")));
        assert_eq!(path.next_turn(at("24T09:00")), None);
        // The next one that comes home proves it again.
        probes.extend(set("24T09:00", [Some("24T09:01"), Some("24T09:01"), None]));
        assert!(is_proven(&probes, "24T09:01"));
    }

    #[test]
    fn what_was_lost_before_a_day_says_nothing_of_today() {
        let mut probes = set("21T09:00", [None; 3]);
        probes.extend(set("23T09:00", [None; 3]));
        assert_eq!(
            ReplyPath::of(&probes, false, at("23T09:01")).standings()[0].missing_since,
            Some(at("23T09:00"))
        );
    }

    #[test]
    fn a_relay_whose_events_are_taken_must_tell_of_the_delivery() {
        let mut probes = set("23T09:00", [Some("23T09:01"); 3]);
        let proven = |probes: &[Probe]| ReplyPath::of(probes, true, at("23T09:05")).is_proven(at("23T09:05"));
        assert!(!proven(&probes));
        assert_eq!(next_probe_at(&probes, true, at("23T09:05")), at("23T10:00"));
        probes[0].event_at = Some(at("23T09:03"));
        assert!(proven(&probes));
    }

    #[test]
    fn probes_leave_daily_and_more_often_while_they_are_lost() {
        let now = at("23T09:30");
        assert_eq!(next_probe_at(&[], false, now), now);
        assert_eq!(next_probe_at(&set("23T09:00", [Some("23T09:01"); 3]), false, now), at("24T08:00"));
        let mut lost = set("23T09:00", [None; 3]);
        assert_eq!(next_probe_at(&lost, false, now), at("23T10:00"));
        lost.extend(set("23T10:00", [None; 3]));
        assert_eq!(next_probe_at(&lost, false, now), at("23T11:00"));
        lost.extend(set("23T11:00", [None; 3]));
        assert_eq!(next_probe_at(&lost, false, now), at("23T13:00"));
        // Whoever handed these over is dead: nobody knows whether they left.
        let mut untold = set("23T09:00", [None; 3]);
        untold[1].told_at = None;
        assert_eq!(next_probe_at(&untold, false, now), at("23T09:05"));
    }

    fn homecoming() -> Homecoming {
        Homecoming {
            probe: DeliveryId(7),
            named: Some(DeliveryId(7)),
            kept_message_id: true,
            passed: vec!["relay.example".to_owned(), "mail.processor.example".to_owned()],
        }
    }

    #[test]
    fn a_probe_counts_if_it_is_the_one_that_left_and_was_outside() {
        let expected = Expected {
            begun_at: at("23T09:00"),
            from_domain: "processor.example",
            authenticated: false,
            may_rename: false,
            our_host: Some("mail.processor.example"),
        };
        let judged =
            |home: Homecoming, now: &str, expected: Expected<'_>| judge(&home, None, at(now), &expected);
        let now = "23T09:01";
        assert_eq!(judged(homecoming(), now, expected), Ok(Home { renamed: false }));
        assert_eq!(judged(homecoming(), "24T09:01", expected), Err(Flaw::TooLate));
        let renamed = Homecoming { kept_message_id: false, ..homecoming() };
        assert_eq!(judged(renamed.clone(), now, expected), Err(Flaw::Renamed));
        assert_eq!(
            judged(renamed, now, Expected { may_rename: true, ..expected }),
            Ok(Home { renamed: true })
        );
        for named in [None, Some(DeliveryId(8))] {
            let other = Homecoming { named, ..homecoming() };
            assert_eq!(judged(other, now, Expected { may_rename: true, ..expected }), Err(Flaw::Nameless));
        }
        for passed in [vec![], vec!["MAIL.processor.example".to_owned()]] {
            assert_eq!(judged(Homecoming { passed, ..homecoming() }, now, expected), Err(Flaw::NeverLeft));
        }
    }

    #[test]
    fn where_our_mail_server_verifies_a_probe_needs_its_senders_signature() {
        let expected = Expected {
            begun_at: at("23T09:00"),
            from_domain: "notices.processor.example",
            authenticated: true,
            may_rename: false,
            our_host: None,
        };
        let by = |domains: &[&str]| {
            let dkim_domains = domains.iter().map(|domain| (*domain).to_owned()).collect();
            let authentication = Authentication { dkim_domains, ..Authentication::default() };
            judge(&homecoming(), Some(&authentication), at("23T09:01"), &expected)
        };
        for aligned in ["notices.processor.example", "processor.example", "S1.notices.processor.example"] {
            assert_eq!(by(&["relay.example", aligned]), Ok(Home { renamed: false }), "{aligned}");
        }
        for other in [
            &["relay.example"][..],
            &["example"],
            &["processor.example.evil.example"],
            &["ssor.example"],
            &[],
        ] {
            assert_eq!(by(other), Err(Flaw::Unsigned), "{other:?}");
        }
        assert_eq!(judge(&homecoming(), None, at("23T09:01"), &expected), Err(Flaw::Unsigned));
    }
}
