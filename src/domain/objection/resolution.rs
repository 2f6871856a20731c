//! How an objection ends, and from when on it then stands in nobody's way.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::zone::Zone;

words! {
    Outcome {
        Accommodated = "accommodated",
        Mitigated = "mitigated",
        Withdrawn = "withdrawn",
        Terminated = "terminated",
        ChangeWithdrawn = "change_withdrawn",
        NotUpheld = "not_upheld",
        Lapsed = "lapsed",
        NotEntitled = "not_entitled",
    }
}

impl Outcome {
    /// Whether a second person must agree before it counts.
    pub fn needs_two(self) -> bool {
        self == Self::NotUpheld
    }
}

/// How an objection ended and what follows from it. Kept with the objection as JSON, its tag in a column of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
pub enum Resolution {
    /// The customer is excluded: the subprocessor is never used for its data. `how`: the switch, region or plan that makes it so; without it
    /// the exclusion is still to be confirmed, and the gate stays shut (`remedy_running`).
    Accommodated {
        reason: String,
        how: Option<String>,
    },
    /// Settled on a condition that the customer said yes to: `agreed` is its yes, who, when and in which words; `proof` the SHA-256 of the
    /// letter that says it.
    Mitigated {
        reason: String,
        condition: String,
        #[serde(default)]
        agreed: Option<String>,
        #[serde(default)]
        proof: Option<String>,
    },
    /// Taken back by the customer: `proof` is the SHA-256 of the letter on file; none: by the personal link of who acted.
    Withdrawn {
        reason: String,
        #[serde(default)]
        proof: Option<String>,
    },
    /// The service concerned ends; `last_day` is its last one.
    Terminated {
        reason: String,
        last_day: NaiveDate,
        refund: Option<String>,
    },
    ChangeWithdrawn {
        reason: String,
    },
    /// Not followed. `remedies` is what the contract then gives, until and with `last_day`; none = the contract gives nothing more.
    NotUpheld {
        reason: String,
        remedies: Option<Remedies>,
    },
    /// The terms' time to settle it is over; what they say then holds, until and with `last_day`. None: the change counts as accepted.
    Lapsed {
        reason: String,
        #[serde(default)]
        last_day: Option<NaiveDate>,
    },
    /// The customer's contacts were asked: whoever spoke does not speak for it. `asked`: whom, when, and what they said.
    NotEntitled {
        reason: String,
        #[serde(default)]
        asked: Option<String>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedies {
    pub what: String,
    pub last_day: NaiveDate,
}

impl Resolution {
    /// Taken back by the personal link of whoever acts.
    pub fn taken_back_by_link() -> Self {
        Self::Withdrawn { reason: "taken back by the personal link of a contact".to_owned(), proof: None }
    }

    /// What the processor gives as its reason; none where the customer ended it by itself.
    pub fn said_by_us(&self) -> Option<&str> {
        match self {
            Self::Withdrawn { proof: None, .. } => None,
            _ => Some(self.reason()),
        }
    }

    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Accommodated { .. } => Outcome::Accommodated,
            Self::Mitigated { .. } => Outcome::Mitigated,
            Self::Withdrawn { .. } => Outcome::Withdrawn,
            Self::Terminated { .. } => Outcome::Terminated,
            Self::ChangeWithdrawn { .. } => Outcome::ChangeWithdrawn,
            Self::NotUpheld { .. } => Outcome::NotUpheld,
            Self::Lapsed { .. } => Outcome::Lapsed,
            Self::NotEntitled { .. } => Outcome::NotEntitled,
        }
    }

    pub fn reason(&self) -> &str {
        match self {
            Self::Accommodated { reason, .. }
            | Self::Mitigated { reason, .. }
            | Self::Withdrawn { reason, .. }
            | Self::Terminated { reason, .. }
            | Self::ChangeWithdrawn { reason }
            | Self::NotUpheld { reason, .. }
            | Self::Lapsed { reason, .. }
            | Self::NotEntitled { reason, .. } => reason,
        }
    }

    /// The last day that it promises, where that is before the first that makes sense of an objection of `received_on`: a
    /// service may have ended before it was written down, what a customer may still do lies ahead.
    pub fn last_day_over(&self, received_on: NaiveDate, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        let (last_day, first) = match self {
            Self::Terminated { last_day, .. } => (*last_day, received_on),
            Self::NotUpheld { remedies: Some(remedies), .. } => (remedies.last_day, today),
            Self::Lapsed { last_day: Some(last_day), .. } => (*last_day, today),
            Self::Accommodated { .. }
            | Self::Mitigated { .. }
            | Self::Withdrawn { .. }
            | Self::ChangeWithdrawn { .. }
            | Self::NotUpheld { remedies: None, .. }
            | Self::Lapsed { last_day: None, .. }
            | Self::NotEntitled { .. } => return None,
        };
        (last_day < first).then_some((last_day, first))
    }

    /// The first instant from which the objection stands in nobody's way, given that it is resolved at `resolved_at`; none = not yet known.
    ///
    /// At once for what is settled; after the remedy's last day in `zone` for what is not; unknown while an exclusion is unconfirmed.
    pub fn clear_at(&self, resolved_at: DateTime<Utc>, zone: &Zone) -> Option<DateTime<Utc>> {
        let after = |day: NaiveDate| {
            let next = day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
            zone.first_instant(next).max(resolved_at)
        };
        match self {
            Self::Accommodated { how: None, .. } => None,
            Self::Accommodated { how: Some(_), .. }
            | Self::Mitigated { .. }
            | Self::Withdrawn { .. }
            | Self::ChangeWithdrawn { .. }
            | Self::NotEntitled { .. }
            | Self::Lapsed { last_day: None, .. }
            | Self::NotUpheld { remedies: None, .. } => Some(resolved_at),
            Self::NotUpheld { remedies: Some(remedies), .. } => Some(after(remedies.last_day)),
            Self::Terminated { last_day, .. } | Self::Lapsed { last_day: Some(last_day), .. } => {
                Some(after(*last_day))
            }
        }
    }
}

/// A resolution as a person asks for it, word by word: what each outcome needs is checked by [`Asked::resolution`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub outcome: Outcome,
    pub reason: String,
    pub condition: Option<String>,
    pub how: Option<String>,
    pub last_day: Option<NaiveDate>,
    pub remedies: Option<String>,
    pub refund: Option<String>,
    pub agreed: Option<String>,
    pub contacts_asked: Option<String>,
    /// SHA-256 in hex of the file attached.
    pub attached: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskedTooLittle {
    #[error("{outcome} needs --{flag}: {why}")]
    Missing { outcome: Outcome, flag: &'static str, why: &'static str },
    #[error("{outcome} takes no --{flag}; leave it out, or choose the outcome that needs it: {fitting}")]
    Foreign { outcome: Outcome, flag: &'static str, fitting: &'static str },
}

impl Asked {
    /// The resolution, if nothing that this outcome needs is missing and nothing is said that it cannot hold.
    pub fn resolution(self) -> Result<Resolution, AskedTooLittle> {
        let outcome = self.outcome;
        let missing = |flag, why| AskedTooLittle::Missing { outcome, flag, why };
        let is_given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
        if self.reason.trim().is_empty() {
            return Err(missing("reason", "the customer and the evidence are told why"));
        }
        let foreign = [
            (is_given(&self.condition), "condition", "mitigated", outcome == Outcome::Mitigated),
            (is_given(&self.how), "how", "accommodated", outcome == Outcome::Accommodated),
            (is_given(&self.remedies), "remedies", "not_upheld", outcome == Outcome::NotUpheld),
            (is_given(&self.refund), "refund", "terminated", outcome == Outcome::Terminated),
            (is_given(&self.agreed), "agreed", "mitigated", outcome == Outcome::Mitigated),
            (is_given(&self.contacts_asked), "asked", "not_entitled", outcome == Outcome::NotEntitled),
            (
                self.last_day.is_some(),
                "last-day",
                "terminated, not_upheld, lapsed",
                matches!(outcome, Outcome::Terminated | Outcome::NotUpheld | Outcome::Lapsed),
            ),
        ];
        if let Some((_, flag, fitting, _)) = foreign.iter().find(|(given, _, _, fits)| *given && !fits) {
            return Err(AskedTooLittle::Foreign { outcome, flag, fitting });
        }
        let reason = self.reason;
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let last_day = self.last_day.ok_or(missing("last-day", "the gate stays shut until that day is over"));
        match outcome {
            Outcome::Accommodated => Ok(Resolution::Accommodated { reason, how: given(self.how) }),
            Outcome::Mitigated => {
                let condition =
                    given(self.condition).ok_or(missing("condition", "say what the customer agreed to"))?;
                Ok(Resolution::Mitigated {
                    reason,
                    condition,
                    agreed: given(self.agreed),
                    proof: self.attached,
                })
            }
            Outcome::Withdrawn => {
                let proof = given(self.attached)
                    .ok_or(missing("attach", "the customer's letter that takes it back"))?;
                Ok(Resolution::Withdrawn { reason, proof: Some(proof) })
            }
            Outcome::Terminated => {
                Ok(Resolution::Terminated { reason, last_day: last_day?, refund: given(self.refund) })
            }
            Outcome::ChangeWithdrawn => Ok(Resolution::ChangeWithdrawn { reason }),
            Outcome::NotUpheld => match given(self.remedies) {
                None if self.last_day.is_some() => {
                    Err(missing("remedies", "say what the customer may do until that day"))
                }
                None => Ok(Resolution::NotUpheld { reason, remedies: None }),
                Some(what) => Ok(Resolution::NotUpheld {
                    reason,
                    remedies: Some(Remedies { what, last_day: last_day? }),
                }),
            },
            Outcome::Lapsed => Ok(Resolution::Lapsed { reason, last_day: self.last_day }),
            Outcome::NotEntitled => Ok(Resolution::NotEntitled { reason, asked: given(self.contacts_asked) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(instant: &str) -> DateTime<Utc> {
        instant.parse().unwrap()
    }

    fn day(day: &str) -> NaiveDate {
        day.parse().unwrap()
    }

    fn asked(outcome: Outcome) -> Asked {
        Asked {
            outcome,
            reason: "because".into(),
            condition: None,
            how: None,
            last_day: None,
            remedies: None,
            refund: None,
            agreed: None,
            contacts_asked: None,
            attached: None,
        }
    }

    #[test]
    fn only_what_is_settled_opens_the_gate_at_once() {
        let (now, utc) = (at("2026-12-01T12:00:00Z"), Zone::utc());
        let clear = |asked: Asked| asked.resolution().unwrap().clear_at(now, &utc);
        let last_day = Some(day("2026-12-31"));
        let rows = [
            (Asked { how: Some("region EU".into()), ..asked(Outcome::Accommodated) }, Some(now)),
            (asked(Outcome::Accommodated), None),
            (Asked { condition: Some("EU only".into()), ..asked(Outcome::Mitigated) }, Some(now)),
            (Asked { attached: Some("ab".into()), ..asked(Outcome::Withdrawn) }, Some(now)),
            (Asked { last_day, ..asked(Outcome::Terminated) }, Some(at("2027-01-01T00:00:00Z"))),
            (Asked { last_day: Some(day("2026-11-01")), ..asked(Outcome::Terminated) }, Some(now)),
            (asked(Outcome::ChangeWithdrawn), Some(now)),
            (asked(Outcome::NotUpheld), Some(now)),
            (
                Asked { last_day, remedies: Some("terminate".into()), ..asked(Outcome::NotUpheld) },
                Some(at("2027-01-01T00:00:00Z")),
            ),
            (Asked { last_day, ..asked(Outcome::Lapsed) }, Some(at("2027-01-01T00:00:00Z"))),
            (asked(Outcome::Lapsed), Some(now)),
            (asked(Outcome::NotEntitled), Some(now)),
        ];
        for (asked, expected) in rows {
            let told = format!("{asked:?}");
            assert_eq!(clear(asked), expected, "{told}");
        }
    }

    #[test]
    fn a_last_day_that_was_over_before_it_could_be_promised_is_seen() {
        let (received_on, today) = (day("2026-12-01"), day("2026-12-10"));
        let over = |outcome, last: &str| {
            let remedies = (outcome == Outcome::NotUpheld).then(|| "terminate".to_owned());
            let asked = Asked { last_day: Some(day(last)), remedies, ..asked(outcome) };
            asked.resolution().unwrap().last_day_over(received_on, today).map(|(_, first)| first)
        };
        assert_eq!(over(Outcome::Terminated, "2026-11-30"), Some(received_on));
        assert_eq!(over(Outcome::Terminated, "2026-12-01"), None);
        for outcome in [Outcome::NotUpheld, Outcome::Lapsed] {
            assert_eq!(over(outcome, "2026-12-09"), Some(today));
            assert_eq!(over(outcome, "2026-12-10"), None);
        }
        assert_eq!(asked(Outcome::Lapsed).resolution().unwrap().last_day_over(received_on, today), None);
    }

    #[test]
    fn what_an_outcome_needs_and_cannot_hold_is_said_by_flag() {
        let error = |asked: Asked| asked.resolution().unwrap_err().to_string();
        assert_eq!(
            error(asked(Outcome::Mitigated)),
            "mitigated needs --condition: say what the customer agreed to"
        );
        assert_eq!(
            error(asked(Outcome::Terminated)),
            "terminated needs --last-day: the gate stays shut until that day is over"
        );
        assert_eq!(
            error(Asked { how: Some("x".into()), ..asked(Outcome::Mitigated) }),
            "mitigated takes no --how; leave it out, or choose the outcome that needs it: accommodated"
        );
        assert_eq!(
            error(Asked { reason: " ".into(), ..asked(Outcome::NotEntitled) }),
            "not_entitled needs --reason: the customer and the evidence are told why"
        );
        assert_eq!(
            error(Asked { last_day: Some(day("2026-12-31")), ..asked(Outcome::NotUpheld) }),
            "not_upheld needs --remedies: say what the customer may do until that day"
        );
    }

    #[test]
    fn every_outcome_survives_storage() {
        for outcome in Outcome::ALL {
            let asked = Asked {
                condition: (*outcome == Outcome::Mitigated).then(|| "EU only".into()),
                last_day: matches!(outcome, Outcome::Terminated | Outcome::Lapsed).then(|| day("2026-12-31")),
                attached: Some("ab".into()),
                ..asked(*outcome)
            };
            let resolution = asked.resolution().unwrap();
            let stored = serde_json::to_value(&resolution).unwrap();
            assert_eq!(stored["outcome"], outcome.as_str());
            assert_eq!(serde_json::from_value::<Resolution>(stored).unwrap(), resolution);
        }
    }
}
