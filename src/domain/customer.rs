//! Customers, their contracts and the terms in them: what each one is owed, and by whose rules time runs.
//!
//! Terms say only what the contract says; whatever is unset is the processor's [`Policy`]. Where a contract reads
//! both ways, the reading longer for the customer holds. Served by [`Terms::timing`] to the [calendar](super::calendar).

mod lint;
mod wishes;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::calendar::{Convention, NoticeDays, ObjectionDays, Start, Timing};
use super::change::ChangeKind;
use super::holidays::Holidays;
use super::subprocessor::{overlap, same_name};
use super::zone::Zone;

pub use lint::Oddity;
pub use wishes::Wishes;

id!(CustomerId);
id!(ContractId);

words! {
    /// A customer by contract, or a subscriber of the public page.
    CustomerKind { Contract = "contract", Subscriber = "subscriber" }
}
words! {
    /// GDPR Art. 28(2): under general authorisation silence is consent, under specific one it is refusal.
    Authorisation { General = "general", Specific = "specific" }
}
words! {
    /// Whether the contract asks an objector for reasons.
    Grounds { None = "none", Reasonable = "reasonable" }
}
words! {
    /// In what the time to settle an objection is counted; the day of receipt is not counted.
    ResolutionUnit { Days = "days", WorkingDays = "working_days", Months = "months" }
}
words! {
    /// What a contract says of an objection that is not settled in its time.
    Lapse {
        /// The change counts as accepted.
        Accepted = "accepted",
        CustomerMayTerminate = "customer_may_terminate",
        EitherMayTerminate = "either_may_terminate",
        /// It is settled or it stands: time alone ends nothing.
        Blocked = "blocked",
    }
}
words! {
    /// When a customer may object to an emergency of which it had shorter notice.
    EmergencyWindow {
        /// The gate waits for the end of the window.
        BeforeStart = "before_start",
        /// The start waits for the notice alone, and the window runs on.
        AfterStart = "after_start",
    }
}
words! { Regime { Eu = "eu", Uk = "uk", Ch = "ch", Dora = "dora", UsCa = "us-ca" } }
words! {
    /// Which subscribers count for the gate.
    Subscribers { Linked = "linked", Require = "require" }
}
words! { LateJoiners { Exempt = "exempt", Entitled = "entitled" } }
words! {
    /// What happens to a change whose gate was shut on the day.
    Hold {
        /// Takes effect the day after the gate opens.
        Wait = "wait",
        /// Moves to the day on which what stands in the way is over, and says so; waits while that is not known.
        Postpone = "postpone",
        /// Leaves it to the DPO.
        Ask = "ask",
    }
}
words! { Approval { Single = "single", FourEyes = "four-eyes" } }
words! { GoLive { Together = "together", PerCustomer = "per_customer" } }
words! { SilentSpecific { Block = "block", Exclude = "exclude" } }

/// What the processor promises where a contract says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Policy {
    /// The zone in which effective dates begin, and in which the daemon's own days are counted.
    pub zone: Zone,
    pub notice_days: NoticeDays,
    /// None: the window is open until the change takes effect.
    pub objection_days: Option<ObjectionDays>,
    pub convention: Convention,
    pub objection_convention: Convention,
    pub start: Start,
    pub holidays: Holidays,
    pub subscribers: Subscribers,
    pub late_joiners: LateJoiners,
    pub hold: Hold,
    pub approval: Approval,
    /// Days kept in reserve for retries, on top of every customer's period.
    pub safety_days: u16,
    /// A notice older than this many days when its change would take effect must be given again.
    pub notice_valid_days: u16,
    pub go_live: GoLive,
    pub silent_specific: SilentSpecific,
}

impl Policy {
    /// Why no notice under these days could serve anybody: it is too old before its period is over. None: one can.
    pub fn outlives_its_notices(&self) -> Option<String> {
        let n = u32::from(self.notice_days.get());
        let most = match self.convention {
            Convention::ClearDays | Convention::CalendarDays | Convention::Eu118271 => n,
            Convention::WorkingDays => n * 7 / 5,
            Convention::Months => n * 31,
        };
        (u32::from(self.notice_valid_days) <= most + u32::from(self.safety_days)).then(|| {
            format!(
                "policy.notice_valid_days = {} is too short for policy.notice_days = {n} ({}): a notice would be too old before its change \
                 may take effect; let it be valid for {} days or more",
                self.notice_valid_days,
                self.convention,
                most + u32::from(self.safety_days) + 30,
            )
        })
    }

    /// The defaults of chapter 2 in a zone: 30 clear days from receipt, objections until the change takes effect.
    pub fn in_zone(zone: Zone) -> Self {
        Self {
            zone,
            notice_days: NoticeDays::DEFAULT,
            objection_days: None,
            convention: Convention::ClearDays,
            objection_convention: Convention::Eu118271,
            start: Start::Received,
            holidays: Holidays::none(),
            subscribers: Subscribers::Linked,
            late_joiners: LateJoiners::Exempt,
            hold: Hold::Wait,
            approval: Approval::Single,
            safety_days: 1,
            notice_valid_days: 180,
            go_live: GoLive::Together,
            silent_specific: SilentSpecific::Block,
        }
    }
}

impl Policy {
    /// The last day of signing of a contract that counts for a change announced on `announced_on`.
    pub fn counts_signed_by(&self, announced_on: NaiveDate, today: NaiveDate) -> NaiveDate {
        match self.late_joiners {
            LateJoiners::Exempt => announced_on,
            LateJoiners::Entitled => today,
        }
    }
}

/// The notice that a contract grants; what it leaves open is the policy's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoticeTerms {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<NoticeDays>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub convention: Option<Convention>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Start>,
}

/// The days a contract grants for an objection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ObjectionTerms {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<ObjectionDays>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub convention: Option<Convention>,
}

/// How long the objection window is: three things that a nullable number could not tell apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// The contract is silent: the policy's. Absent in rows and files.
    #[default]
    Policy,
    /// Until the change takes effect. `null` in rows and files.
    UntilEffect,
    Days(ObjectionTerms),
}

impl Window {
    fn is_unset(&self) -> bool {
        *self == Self::Policy
    }
}

impl Serialize for Window {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Policy | Self::UntilEffect => to.serialize_none(),
            Self::Days(terms) => terms.serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Window {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(from)?.map_or(Self::UntilEffect, Self::Days))
    }
}

/// Days of the shortest month.
const SHORTEST_MONTH: u16 = 28;

/// Whether an emergency may be announced on shorter notice, and whether the window then runs after the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmergencyTerms {
    pub n: NoticeDays,
    #[serde(default)]
    pub window_after_start: bool,
}

/// How long an objection may take to be settled, and what holds when it was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolutionTerms {
    pub n: ObjectionDays,
    #[serde(default = "days")]
    pub unit: ResolutionUnit,
    pub then: Lapse,
}

fn days() -> ResolutionUnit {
    ResolutionUnit::Days
}

/// One version of what a contract says. In a row or file an absent field is the policy's; `"objection": null`
/// means "until the change takes effect".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Terms {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorisation: Option<Authorisation>,
    #[serde(skip_serializing_if = "is_unset")]
    pub notice: NoticeTerms,
    #[serde(skip_serializing_if = "Window::is_unset")]
    pub objection: Window,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<Zone>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holidays: Option<Holidays>,
    /// The kinds of change that are notified; absent = all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<ChangeKind>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emergency: Option<EmergencyTerms>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grounds: Option<Grounds>,
    /// Absent: the contract gives no time after which an objection is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<ResolutionTerms>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regimes: Vec<Regime>,
    /// The names of subprocessors that the contract itself authorises: no notice of their addition is owed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorised: Vec<String>,
}

fn is_unset(terms: &NoticeTerms) -> bool {
    *terms == NoticeTerms::default()
}

impl Terms {
    /// How time runs for this customer under these terms and this policy.
    pub fn timing(&self, policy: &Policy, emergency: bool) -> Timing {
        let mut notice = self.notice.n.unwrap_or(policy.notice_days);
        let mut convention = self.notice.convention.unwrap_or(policy.convention);
        if let (true, Some(shorter)) = (emergency, &self.emergency) {
            if convention != Convention::Months {
                notice = notice.min(shorter.n);
            } else if shorter.n.get() < notice.get() * SHORTEST_MONTH {
                // Its number is of days, whatever the contract counts in otherwise.
                (notice, convention) = (shorter.n, Convention::ClearDays);
            }
        }
        let objection = match &self.objection {
            Window::Policy => policy.objection_days.map(|n| (n, policy.objection_convention)),
            Window::UntilEffect => None,
            Window::Days(terms) => terms
                .n
                .or(policy.objection_days)
                .map(|n| (n, terms.convention.unwrap_or(policy.objection_convention))),
        };
        Timing {
            notice: (notice, convention),
            start: self.notice.start.unwrap_or(policy.start),
            objection,
            zone: self.time_zone.clone().unwrap_or_else(|| policy.zone.clone()),
            holidays: self.holidays.clone().unwrap_or_else(|| policy.holidays.clone()),
        }
    }

    pub fn authorisation(&self) -> Authorisation {
        self.authorisation.unwrap_or(Authorisation::General)
    }

    pub fn notifies(&self, kind: ChangeKind) -> bool {
        kind != ChangeKind::Correction && self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }

    /// Whether the contract itself authorises what the change would add.
    pub fn authorises(&self, kind: ChangeKind, subprocessor: &str) -> bool {
        matches!(kind, ChangeKind::Addition | ChangeKind::Replacement)
            && self.authorised.iter().any(|name| same_name(name, subprocessor))
    }

    /// Whether the window of an emergency runs on after the start, and so does not shut the gate.
    pub fn window_shuts(&self, emergency: bool) -> bool {
        !(emergency && self.emergency.as_ref().is_some_and(|terms| terms.window_after_start))
    }
}

/// A contract as it stands on one day: the terms are the version in force on that day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    pub id: ContractId,
    pub reference: String,
    pub document: Option<String>,
    pub clause: Option<String>,
    /// Tags of the products it covers; empty = all.
    pub products: Vec<String>,
    pub signed_on: NaiveDate,
    pub ended_on: Option<NaiveDate>,
    pub terms: Terms,
}

impl Contract {
    /// Whether this contract entitles its customer to notice of a change of `kind` in `products` on `day`.
    pub fn entitles(&self, kind: ChangeKind, products: &[String], day: NaiveDate) -> bool {
        self.covers(products, day) && self.terms.notifies(kind)
    }

    /// Whether it runs on `day` and is about one of these products.
    pub fn covers(&self, products: &[String], day: NaiveDate) -> bool {
        self.signed_on <= day && self.ended_on.is_none_or(|end| day <= end) && self.covers_any_of(products)
    }

    /// Whether it is about one of these products.
    pub fn covers_any_of(&self, products: &[String]) -> bool {
        overlap(&self.products, products)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_null_and_given_objection_days_are_three_things() {
        let policy =
            Policy { objection_days: Some(ObjectionDays::new(20).unwrap()), ..Policy::in_zone(Zone::utc()) };
        let days = |json: &str| {
            let terms: Terms = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&terms).unwrap(), json);
            terms.timing(&policy, false).objection.map(|(n, _)| n.get())
        };
        assert_eq!(days("{}"), Some(20));
        assert_eq!(days(r#"{"objection":null}"#), None);
        assert_eq!(days(r#"{"objection":{"n":14}}"#), Some(14));
        assert_eq!(days(r#"{"objection":{"convention":"clear_days"}}"#), Some(20));
    }

    #[test]
    fn the_days_of_an_emergency_are_days_where_the_contract_counts_months() {
        let policy = Policy::in_zone(Zone::utc());
        let notice = |json: &str, emergency| {
            let terms: Terms = serde_json::from_str(json).unwrap();
            let (n, convention) = terms.timing(&policy, emergency).notice;
            (n.get(), convention)
        };
        let months = r#"{"notice":{"n":2,"convention":"months"},"emergency":{"n":3}}"#;
        assert_eq!(notice(months, true), (3, Convention::ClearDays));
        assert_eq!(notice(months, false), (2, Convention::Months));
        let longer = r#"{"notice":{"n":1,"convention":"months"},"emergency":{"n":40}}"#;
        assert_eq!(notice(longer, true), (1, Convention::Months));
        let working = r#"{"notice":{"n":10,"convention":"working_days"},"emergency":{"n":3}}"#;
        assert_eq!(notice(working, true), (3, Convention::WorkingDays));
    }

    #[test]
    fn a_contract_entitles_while_it_runs_and_where_scopes_meet() {
        let contract = Contract {
            id: ContractId(1),
            reference: "main".into(),
            document: None,
            clause: None,
            products: vec!["api".into()],
            signed_on: "2026-01-01".parse().unwrap(),
            ended_on: Some("2026-12-31".parse().unwrap()),
            terms: Terms::default(),
        };
        let on = |day: &str, product: &str| {
            contract.entitles(ChangeKind::Addition, &[product.to_owned()], day.parse().unwrap())
        };
        assert!(on("2026-01-01", "api") && on("2026-12-31", "api"));
        assert!(!on("2025-12-31", "api") && !on("2027-01-01", "api") && !on("2026-06-01", "chat"));
        assert!(!contract.entitles(ChangeKind::Correction, &[], "2026-06-01".parse().unwrap()));
    }
}
