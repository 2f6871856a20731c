//! What the terms and the facts let an objection end in.

use chrono::NaiveDate;

use super::Error;
use crate::actions::Context;
use crate::domain::change;
use crate::domain::customer::{Lapse, Regime, Terms};
use crate::domain::objection::{Outcome, Resolution, forbids_overruling, gives_a_way_out};
use crate::store::Tx;
use crate::store::objection::{self, Objected, Objection};

/// Why an objection may not end so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    #[error("{reference} belongs to no customer yet: link its address first")]
    NotLinked { reference: String },
    #[error("{change} is {state}; withdraw it first, and its objections are closed with it")]
    ChangeNotWithdrawn { change: String, state: change::State },
    #[error(
        "{customer} has a contract under DORA, which lets no objection be overruled; agree on a condition, exclude or terminate"
    )]
    NotUnderDora { customer: String },
    #[error(
        "the contract of {customer} lets no objection be overruled: {why}; agree on a condition, exclude or terminate"
    )]
    NotUnderTheTerms { customer: String, why: &'static str },
    #[error("the contract of {customer} gives it a way out; say it with --remedies and --last-day")]
    RemedyUntold { customer: String },
    #[error("{reference}: the contract names no time to settle it that could be over")]
    NoResolutionPeriod { reference: String },
    #[error("{reference}: the contract then lets somebody terminate; say until when with --last-day")]
    NoLastDay { reference: String },
    #[error(
        "the last day {last_day} of {reference} is before {day}: a service ends no sooner than the objection came in, and a remedy is one \
         that the customer still has"
    )]
    LastDayOver { reference: String, last_day: NaiveDate, day: NaiveDate },
}

pub(super) async fn allow(
    cx: &Context,
    tx: &mut Tx,
    known: &Objection,
    changes: &[Objected],
    resolution: &Resolution,
) -> Result<(), Error> {
    let reference = || known.reference.clone();
    let day = |at| cx.policy.zone.day_of(at);
    if let Some((last_day, day)) = resolution.last_day_over(day(known.received_at), day(tx.now())) {
        return Err(Forbidden::LastDayOver { reference: reference(), last_day, day }.into());
    }
    match resolution.outcome() {
        Outcome::Accommodated if known.customer().is_none() => {
            Err(Forbidden::NotLinked { reference: reference() }.into())
        }
        Outcome::ChangeWithdrawn => {
            match changes.iter().find(|change| change.state != change::State::Withdrawn) {
                Some(change) => {
                    let (change, state) = (change.reference.clone(), change.state);
                    Err(Forbidden::ChangeNotWithdrawn { change, state }.into())
                }
                None => Ok(()),
            }
        }
        Outcome::NotUpheld => overrule(cx, tx, known, changes, resolution).await,
        Outcome::Lapsed => match (known.lapses_at, known.lapse()?) {
            (Some(at), Some(then)) if at <= tx.now() => match (then, resolution) {
                (
                    Lapse::CustomerMayTerminate | Lapse::EitherMayTerminate,
                    Resolution::Lapsed { last_day: None, .. },
                ) => Err(Forbidden::NoLastDay { reference: reference() }.into()),
                _ => Ok(()),
            },
            _ => Err(Forbidden::NoResolutionPeriod { reference: reference() }.into()),
        },
        Outcome::Accommodated
        | Outcome::Mitigated
        | Outcome::Withdrawn
        | Outcome::Terminated
        | Outcome::NotEntitled => Ok(()),
    }
}

async fn overrule(
    cx: &Context,
    tx: &mut Tx,
    known: &Objection,
    changes: &[Objected],
    resolution: &Resolution,
) -> Result<(), Error> {
    let Some(customer) = known.customer() else { return Ok(()) };
    let name = || known.customer_name.clone().unwrap_or_default();
    if objection::is_under(tx.conn(), customer, Regime::Dora).await? {
        return Err(Forbidden::NotUnderDora { customer: name() }.into());
    }
    let ids: Vec<_> = changes.iter().map(|change| change.id).collect();
    let received_on = cx.policy.zone.day_of(known.received_at);
    let standings = objection::standings(tx.conn(), &ids, customer).await?;
    let terms: Vec<Terms> = standings.iter().map(|one| one.terms(&cx.policy, received_on)).collect();
    if let Some(why) = terms.iter().find_map(forbids_overruling) {
        return Err(Forbidden::NotUnderTheTerms { customer: name(), why }.into());
    }
    match resolution {
        Resolution::NotUpheld { remedies: None, .. } if terms.iter().any(gives_a_way_out) => {
            Err(Forbidden::RemedyUntold { customer: name() }.into())
        }
        _ => Ok(()),
    }
}
