//! `/object/{token}/authorise/{change}`: the yes of a customer under specific authorisation, by one button of its own page.

use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{Personal, unknown};
use crate::actions::clear_customer::{self, Error};
use crate::domain::access::LinkPurpose;
use crate::domain::change::State;
use crate::domain::obligation::Consent;
use crate::store::page::PublicChange;
use crate::web::Site;
use crate::web::error::PageError;
use crate::web::page::see_other;

/// The question, with its button.
#[derive(Debug)]
pub struct Ask {
    pub heading: String,
    pub says: String,
    pub action: String,
    pub button: String,
}

/// Whether the customer's yes is waited for, or would still be heard, and this reader may give it.
pub(super) fn may(personal: &Personal<'_>, change: &PublicChange) -> bool {
    let consent = personal.duty(change).filter(|duty| duty.is_owed()).map(|duty| duty.consent);
    let is_heard = match change.state {
        State::Scheduled | State::InNotice | State::Held => {
            consent.is_some_and(|consent| consent == Consent::Awaited || consent.excludes())
        }
        State::Effective => consent == Some(Consent::Excluded),
        State::Draft | State::Withdrawn | State::Discarded => false,
    };
    let who = personal.opened.who.contact();
    is_heard
        && !personal.waits_to_be_announced(change)
        && !personal.opened.former
        && personal.customer == who.customer
        && who.speaks_for_customer()
}

pub(super) fn asks(personal: &Personal<'_>) -> Vec<Ask> {
    let words = personal.site.words();
    let ask = |change: &PublicChange| {
        let customer = ("customer", personal.opened.who.customer_name.as_str());
        let name = ("name", change.facts.name.as_str());
        Ask {
            heading: words.with("authorise-h2", [customer, name]),
            says: words
                .with("authorise-says", [customer, name, ("address", personal.opened.who.address.as_str())]),
            action: format!(
                "/object/{}/authorise/{}?plan={}",
                personal.token,
                change.reference,
                fingerprint(change)
            ),
            button: words.with("authorise-button", [name]),
        }
    };
    personal.changes.iter().filter(|change| may(personal, change)).map(ask).collect()
}

/// Of what the page tells: a yes is to that and to nothing wider.
fn fingerprint(change: &PublicChange) -> String {
    let told = format!("{:?} {}", change.facts, change.effective_on);
    hex::encode(&Sha256::digest(told)[..8])
}

#[derive(Debug, Deserialize)]
pub struct Seen {
    plan: Option<String>,
}

/// `POST`: pressed again, too late, or on a page that tells of another plan, the page tells what is.
pub async fn authorise(
    site: Site,
    Path((token, reference)): Path<(String, String)>,
    Query(seen): Query<Seen>,
) -> Result<Response, PageError> {
    let personal = Personal::read(&site, &token, LinkPurpose::Object).await.map_err(unknown)?;
    site.limits().statement(&token)?;
    let is_asked = |change: &PublicChange| {
        change.reference == reference
            && seen.plan.as_deref().is_none_or(|plan| plan == fingerprint(change))
            && may(&personal, change)
    };
    if personal.changes.iter().any(is_asked) {
        let who = personal.opened.who.recipient;
        match clear_customer::authorise(site.cx(), who, &reference).await {
            Ok(_)
            | Err(
                Error::Closed { .. }
                | Error::InForce { .. }
                | Error::NotAnnounced { .. }
                | Error::NothingOwed { .. }
                | Error::Exempt { .. }
                | Error::NotTheirs { .. }
                | Error::NoYesAsked { .. },
            ) => {}
            Err(Error::Store(cause)) => return Err(cause.into()),
            Err(Error::Begin(cause)) => return Err(cause.into()),
            Err(cause) => return Err(PageError::broke(&cause)),
        }
    }
    Ok(see_other(&format!("/object/{token}")))
}
