//! `[policy]`: what the processor promises where a contract says nothing, as the domain's own types.

use serde::de::DeserializeOwned;

use super::parse::{list, text, whole, word};
use super::reader::{Noted, Reader, Why};
use super::source::Raw;
use crate::domain::customer::Policy;

const UNTIL_EFFECT: &str = "until_effect";
const SAFETY_DAYS_MAX: i64 = 366;
const VALID_DAYS_MAX: i64 = 3_660;

pub fn policy(r: &mut Reader) -> Result<Policy, Noted> {
    let zone = r.or("policy.zone", "UTC", |raw| read(text(raw)?));
    let notice_days = r.or("policy.notice_days", "30", days);
    let objection_days = r.or("policy.objection_days", UNTIL_EFFECT, |raw| match raw {
        Raw::Text(text) if text == UNTIL_EFFECT => Ok(None),
        _ => days(raw).map(Some),
    });
    let convention = r.or("policy.convention", "clear_days", word);
    let objection_convention = r.or("policy.objection_convention", "eu_1182_71", word);
    let start = r.or("policy.start", "received", word);
    let holidays = r.or("policy.holidays", "", |raw| read(list(text)(raw)?));
    let subscribers = r.or("policy.subscribers", "linked", word);
    let late_joiners = r.or("policy.late_joiners", "exempt", word);
    let hold = r.or("policy.hold", "wait", word);
    let approval = r.or("policy.approval", "single", word);
    let safety_days = r.or("policy.safety_days", "1", whole(0..=SAFETY_DAYS_MAX, "days"));
    let notice_valid_days = r.or("policy.notice_valid_days", "180", whole(1..=VALID_DAYS_MAX, "days"));
    let go_live = r.or("policy.go_live", "together", word);
    let silent_specific = r.or("policy.silent_specific", "block", word);
    Ok(Policy {
        zone: zone?,
        notice_days: notice_days?,
        objection_days: objection_days?,
        convention: convention?,
        objection_convention: objection_convention?,
        start: start?,
        holidays: holidays?,
        subscribers: subscribers?,
        late_joiners: late_joiners?,
        hold: hold?,
        approval: approval?,
        safety_days: safety_days?,
        notice_valid_days: notice_valid_days?,
        go_live: go_live?,
        silent_specific: silent_specific?,
    })
}

/// By the type's own reading of rows and files, which says what is wrong with a value.
fn read<T: DeserializeOwned>(value: impl Into<serde_json::Value>) -> Result<T, Why> {
    serde_json::from_value(value.into()).map_err(|error| Why(error.to_string()))
}

fn days<T: DeserializeOwned>(raw: &Raw) -> Result<T, Why> {
    let days: i64 =
        whole(i64::MIN..=i64::MAX, "days")(raw).map_err(|_| Why(format!("{raw} is no number of days")))?;
    read(days)
}
