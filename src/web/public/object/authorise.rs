//! `/object/{token}/authorise/{change}`: the yes of a customer under specific authorisation, by one button of its own page.

use axum::extract::Path;
use axum::response::Response;

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
            action: format!("/object/{}/authorise/{}", personal.token, change.reference),
            button: words.with("authorise-button", [name]),
        }
    };
    personal.changes.iter().filter(|change| may(personal, change)).map(ask).collect()
}

/// `POST`: pressed again, or too late, the page tells what is.
pub async fn authorise(
    site: Site,
    Path((token, reference)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let personal = Personal::read(&site, &token, LinkPurpose::Object).await.map_err(unknown)?;
    site.limits().statement(&token)?;
    if personal.changes.iter().any(|change| change.reference == reference && may(&personal, change)) {
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
