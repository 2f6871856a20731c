//! `/object/{token}/objection/{reference}/take-back`: the customer ends its objection itself. The link shows, the button acts.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Personal, status, unknown};
use crate::actions::resolve_objection::{self, Error};
use crate::domain::access::LinkPurpose;
use crate::domain::customer::CustomerId;
use crate::domain::objection;
use crate::domain::recipient::RecipientId;
use crate::store::page::Statement;
use crate::web::Site;
use crate::web::error::PageError;
use crate::web::page::{Act, Back, Message, rendered, see_other};
use crate::web::public::wording::{self, Tense};

pub(super) fn path(token: &str, reference: &str) -> String {
    format!("/object/{token}/objection/{reference}/take-back")
}

/// Whether this reader may end it, and nobody has.
pub(super) fn may(personal: &Personal<'_>, said: &Statement) -> bool {
    let (customer, sender) = (said.customer_id.map(CustomerId), said.recipient_id.map(RecipientId));
    said.resolved_at.is_none() && objection::may_take_back(customer, sender, &personal.opened.who.contact())
}

/// `GET`: a button, and what it does.
pub async fn show(
    site: Site,
    Path((token, reference)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let personal = Personal::read(&site, &token, LinkPurpose::Object).await.map_err(unknown)?;
    let open: Vec<&Statement> = personal
        .objections
        .iter()
        .filter(|said| said.reference == reference && may(&personal, said))
        .collect();
    if open.is_empty() {
        return Ok(see_other(&status::path(&token)));
    }
    let words = site.words();
    let against = |change: &i64| personal.changes.iter().find(|known| known.id.0 == *change);
    let headlines: Vec<String> = open
        .iter()
        .filter_map(|said| against(&said.change_id))
        .map(|change| wording::headline(words, change, Tense::Planned))
        .collect();
    let parts =
        [("customer", personal.opened.who.customer_name.as_str()), ("changes", &headlines.join("; "))];
    let page = Message {
        title: words.with("take-back-title", [("reference", reference.as_str())]),
        lede: Some(words.rich("take-back-lede", parts)),
        act: Some(Act {
            action: path(&token, &reference),
            label: words.get("take-back-button"),
            hidden: Vec::new(),
            plain: true,
        }),
        back: Back { href: status::path(&token), text: words.get("take-back-not") },
        ..Message::new(&site)
    };
    rendered(StatusCode::OK, &page)
}

/// `POST`: pressed again, or when somebody was faster, the status page tells what is.
pub async fn take_back(
    site: Site,
    Path((token, reference)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let personal = Personal::read(&site, &token, LinkPurpose::Object).await.map_err(unknown)?;
    site.limits().statement(&token)?;
    if personal.objections.iter().any(|said| said.reference == reference && may(&personal, said)) {
        let who = personal.opened.who.recipient;
        match resolve_objection::take_back(site.cx(), who, &reference).await {
            Ok(_) | Err(Error::Illegal { .. } | Error::NotTheirs { .. }) => {}
            Err(Error::Store(cause)) => return Err(cause.into()),
            Err(Error::Begin(cause)) => return Err(cause.into()),
            Err(cause) => return Err(PageError::broke(&cause)),
        }
    }
    Ok(see_other(&status::path(&token)))
}
